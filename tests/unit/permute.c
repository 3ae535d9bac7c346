#include "sparse/permute.h"

#include "base/threads.h"
#include "sparse/profile.h"

#include "check.h"
#include "matrices.h"

static void entries_move_to_their_new_places(void)
{
    struct csr m = scattered(50, 40, 500, TEN_F64, 1), p;
    int64_t rows[50], cols[40];
    order_random(rows, 50, 1);
    order_random(cols, 40, 2);
    for (int sides = 0; sides < 4; sides++) {
        csr_permute(&p, &m, sides & 1 ? rows : NULL, sides & 2 ? cols : NULL);
        CHECK(sorted(&p));
        CHECK_INT(p.n, m.n);
        for (int64_t i = 0; i < 50; i++)
            for (int64_t k = p.ptr[i]; k < p.ptr[i + 1]; k++) {
                const int64_t row = sides & 1 ? rows[i] : i;
                const int64_t was = entry_at(&m, row, sides & 2 ? cols[p.col[k]] : p.col[k]);
                CHECK(was >= 0 && value_of(&m, was) == value_of(&p, k));
            }
        csr_free(&p);
    }
    csr_free(&m);
}

static void the_inverse_takes_it_back_and_what_is_no_order_is_found(void)
{
    int64_t o[100], inverse[100], bad;
    order_random(o, 100, 3);
    CHECK(order_invert(inverse, o, 100, &bad));
    for (int i = 0; i < 100; i++)
        CHECK_INT(o[inverse[i]], i);
    o[40] = 100;
    CHECK(!order_invert(inverse, o, 100, &bad));
    CHECK_INT(bad, 40);
    o[40] = o[7];
    CHECK(!order_invert(inverse, o, 100, &bad));
    CHECK_INT(bad, 40);
}

static void degrees_rise_and_equal_ones_stay_in_order(void)
{
    struct csr m = scattered(300, 200, 2000, 0, 4);
    int64_t o[300];
    order_by_degree(o, &m);
    for (int i = 1; i < 300; i++) {
        const int64_t a = m.ptr[o[i - 1] + 1] - m.ptr[o[i - 1]], b = m.ptr[o[i] + 1] - m.ptr[o[i]];
        CHECK(a < b || (a == b && o[i - 1] < o[i]));
    }
    csr_free(&m);
}

static struct csr grid(int64_t x, int64_t y)
{
    const struct generate_kind *k = generate_kinds;
    struct csr m;
    while (strcmp(k->name, "st2d5") != 0)
        k++;
    struct generate g = k->defaults;
    g.grid[0] = x;
    g.grid[1] = y;
    g.values = VALUES_NONE;
    generate(&m, k, &g);
    return m;
}

/* A grid of 8 columns numbered along its 200 rows has bandwidth 8, and none does with less. */
static void cuthill_mckee_finds_a_narrow_band_in_a_shuffled_grid(void)
{
    struct csr m = grid(8, 200), mixed, p;
    int64_t *o = malloc(1600 * sizeof *o), *inverse = malloc(1600 * sizeof *inverse), bad;
    struct profile f;
    order_random(o, 1600, 5);
    csr_permute(&mixed, &m, o, o);
    order_cuthill_mckee(o, &mixed);
    CHECK(order_invert(inverse, o, 1600, &bad));
    csr_permute(&p, &mixed, o, o);
    profile(&f, &p);
    CHECK(f.bandwidth <= 9);
    CHECK_INT(p.n, m.n);
    csr_free(&p);
    csr_free(&mixed);
    csr_free(&m);
    free(o);
    free(inverse);
}

static void cuthill_mckee_orders_what_has_parts_and_what_is_not_symmetric(void)
{
    struct csr m = scattered(2000, 2000, 1500, TEN_F64, 6), none;
    int64_t *o = malloc(2000 * sizeof *o), *inverse = malloc(2000 * sizeof *inverse), bad;
    order_cuthill_mckee(o, &m);
    CHECK(order_invert(inverse, o, 2000, &bad));
    csr_free(&m);
    csr_alloc(&none, 0, 0, 0, 0);
    order_cuthill_mckee(o, &none);
    csr_free(&none);
    free(o);
    free(inverse);
}

int main(void)
{
    threads_set(2);
    RUN(entries_move_to_their_new_places);
    RUN(the_inverse_takes_it_back_and_what_is_no_order_is_found);
    RUN(degrees_rise_and_equal_ones_stay_in_order);
    RUN(cuthill_mckee_finds_a_narrow_band_in_a_shuffled_grid);
    RUN(cuthill_mckee_orders_what_has_parts_and_what_is_not_symmetric);
    return check_report();
}
