#include "sparse/profile.h"

#include "base/threads.h"

#include "check.h"
#include "matrices.h"

/* The 5-point stencil on a square of side n >= 4 has 5n^2 - 4n entries, its square 13n^2 - 20n + 4,
 * and as many multiplications as its row lengths squared: 4 corners of 3, 4(n-2) nodes of 4 at the
 * edge, the others of 5. */
static void a_stencil_has_the_figures_of_its_closed_form(void)
{
    const struct generate_kind *k = generate_kinds;
    struct profile_product q;
    struct profile p;
    struct csr m;
    while (strcmp(k->name, "st2d5") != 0)
        k++;
    struct generate g = k->defaults;
    g.grid[0] = g.grid[1] = 100;
    g.values = VALUES_NONE;
    generate(&m, k, &g);
    profile(&p, &m);
    CHECK_INT(p.empty, 0);
    CHECK_INT(p.shortest, 3);
    CHECK_INT(p.longest, 5);
    CHECK_INT(p.bandwidth, 100);
    CHECK_INT(p.diagonal, 10000);
    CHECK(p.symmetric);
    for (int threads = 1; threads <= 3; threads++) {
        threads_set(threads);
        profile_product(&q, &m, &m, 0, 1);
        CHECK_INT(q.products, 36 + 4 * 98 * 16 + 98 * 98 * 25);
        CHECK_INT(q.bound, q.products);
        CHECK(q.entries == 130000 - 2000 + 4);
    }
    csr_free(&m);
}

static int64_t naive_entries(const struct csr *a, const struct csr *b)
{
    int64_t n = 0;
    for (int64_t i = 0; i < a->rows; i++)
        for (int64_t j = 0; j < b->cols; j++) {
            bool any = false;
            for (int64_t k = a->ptr[i]; k < a->ptr[i + 1] && !any; k++)
                any = entry_at(b, a->col[k], j) >= 0;
            n += any;
        }
    return n;
}

static void counts_are_those_of_a_naive_product(void)
{
    struct csr a = scattered(40, 60, 300, 0, 1), b = scattered(60, 50, 400, 0, 2);
    struct profile_product q;
    struct profile p;
    profile_product(&q, &a, &b, 0, 1);
    CHECK(q.entries == (double)naive_entries(&a, &b));
    CHECK(q.bound >= (int64_t)q.entries && q.bound <= q.products);
    profile(&p, &a);
    CHECK(!p.symmetric);
    csr_free(&a);
    csr_free(&b);
}

static void an_estimate_from_a_hundredth_is_within_a_few_hundredths(void)
{
    const struct generate_kind *rmat = generate_kinds;
    struct generate g = rmat->defaults;
    struct profile_product exact, estimate;
    struct csr m;
    g.rows = 1 << 13;
    g.edges = 60000;
    g.values = VALUES_NONE;
    generate(&m, rmat, &g);
    profile_product(&exact, &m, &m, 0, 1);
    for (uint64_t seed = 0; seed < 5; seed++) {
        profile_product(&estimate, &m, &m, exact.products / 30, seed);
        CHECK_NEAR(estimate.entries / exact.entries, 1, 0.06);
    }
    csr_free(&m);
}

static void the_first_merge_leaves_full_ones(void)
{
    CHECK_INT(profile_first_merge(0, 64), 0);
    CHECK_INT(profile_first_merge(1, 64), 1);
    CHECK_INT(profile_first_merge(2, 64), 2);
    CHECK_INT(profile_first_merge(64, 64), 64);
    CHECK_INT(profile_first_merge(65, 64), 2);
    for (int64_t columns = 2; columns < 1000; columns++) {
        const int64_t first = profile_first_merge(columns, 64);
        CHECK(first >= 2 && first <= 64 && (columns - first) % 63 == 0);
    }
}

static void matrices_without_rows_or_entries(void)
{
    struct csr m;
    struct profile p;
    struct profile_product q;
    csr_alloc(&m, 0, 0, 0, 0);
    profile(&p, &m);
    CHECK_INT(p.shortest, 0);
    profile_product(&q, &m, &m, 100, 1);
    CHECK(q.entries == 0);
    csr_free(&m);
    csr_alloc(&m, 5, 5, 0, 0);
    profile(&p, &m);
    CHECK_INT(p.empty, 5);
    profile_product(&q, &m, &m, 100, 1);
    CHECK_INT(q.products, 0);
    csr_free(&m);
}

int main(void)
{
    RUN(a_stencil_has_the_figures_of_its_closed_form);
    RUN(counts_are_those_of_a_naive_product);
    RUN(an_estimate_from_a_hundredth_is_within_a_few_hundredths);
    RUN(the_first_merge_leaves_full_ones);
    RUN(matrices_without_rows_or_entries);
    return check_report();
}
