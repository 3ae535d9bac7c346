#include "sparse/generate.h"

#include "base/threads.h"

#include "check.h"

#include <stdlib.h>

static const struct generate_kind *kind(const char *name)
{
    const struct generate_kind *k = generate_kinds;
    while (strcmp(k->name, name) != 0)
        k++;
    return k;
}

static struct generate defaults(const char *name)
{
    struct generate g = kind(name)->defaults;
    g.type = TEN_F64;
    g.seed = 7;
    return g;
}

static void make(struct csr *m, const char *name, const struct generate *g)
{
    struct ten_err e = {0};
    CHECK_INT(generate_check(kind(name), g, &e), 0);
    generate(m, kind(name), g);
}

static int64_t entries_on(const char *name, int64_t x, int64_t y, int64_t z)
{
    struct csr m;
    struct generate g = defaults(name);
    g.grid[0] = x;
    g.grid[1] = y;
    g.grid[2] = z;
    make(&m, name, &g);
    const int64_t n = m.n;
    csr_free(&m);
    return n;
}

/* Multiplications of m * m: an entry in column j meets row j. */
static int64_t products(const struct csr *m)
{
    int64_t sum = 0;
    for (int64_t k = 0; k < m->n; k++)
        sum += m->ptr[m->col[k] + 1] - m->ptr[m->col[k]];
    return sum;
}

static int64_t entry(const struct csr *m, int64_t i, int64_t j)
{
    for (int64_t k = m->ptr[i]; k < m->ptr[i + 1]; k++)
        if (m->col[k] == j)
            return k;
    return -1;
}

/* Along an axis of n nodes there are 3n - 2 pairs at most one apart, and 2 (n - 1) that differ. */
static void grids_have_the_entries_that_counting_gives(void)
{
    CHECK_INT(entries_on("st2d5", 9, 9, 1), 5 * 81 - 4 * 9);
    CHECK_INT(entries_on("st2d5", 1, 1, 1), 1);
    CHECK_INT(entries_on("st2d9", 9, 7, 1), 25 * 19);
    CHECK_INT(entries_on("st3d7", 4, 5, 6), 120 + 2 * (3 * 30 + 4 * 24 + 5 * 20));
    CHECK_INT(entries_on("st3d27", 4, 5, 6), 10 * 13 * 16);
    CHECK_INT(entries_on("fem3", 4, 5, 6), 9 * 10 * 13 * 16);
}

static void a_hundred_by_hundred_stencil_has_the_products_of_its_degrees(void)
{
    struct csr m;
    struct generate g = defaults("st2d5");
    g.grid[0] = g.grid[1] = 100;
    make(&m, "st2d5", &g);
    /* Corners have 3 entries, edges 4, the others 5. */
    CHECK_INT(products(&m), 4 * 9 + 4 * 98 * 16 + 98 * 98 * 25);
    csr_free(&m);
}

static void simple_forms_are_what_they_say(void)
{
    struct csr m;
    struct generate g = defaults("banded");
    g.rows = 20;
    g.bandwidth = 3;
    make(&m, "banded", &g);
    CHECK_INT(m.n, 20 * 7 - 3 * 4);
    CHECK_INT(entry(&m, 5, 9), -1);
    CHECK(entry(&m, 5, 8) >= 0);
    csr_free(&m);
    g.bandwidth = 100;
    make(&m, "banded", &g);
    CHECK_INT(m.n, 400);
    csr_free(&m);

    g = defaults("perm");
    g.rows = 1000;
    int64_t *seen = calloc(1000, sizeof *seen);
    make(&m, "perm", &g);
    for (int64_t k = 0; k < m.n; k++)
        seen[m.col[k]]++;
    for (int i = 0; i < 1000; i++)
        CHECK_INT(seen[i], 1);
    csr_free(&m);
    free(seen);
}

static void every_row_of_kper_has_as_many_columns_and_all_are_as_likely(void)
{
    struct csr m;
    struct generate g = defaults("kper");
    int64_t seen[10] = {0};
    g.rows = 20000;
    g.cols = 10;
    make(&m, "kper", &g);
    for (int64_t i = 0; i < m.rows; i++)
        CHECK_INT(m.ptr[i + 1], 4 * (i + 1));
    for (int64_t k = 0; k < m.n; k++)
        seen[m.col[k]]++;
    /* 8000 expected, standard deviation sqrt(20000 * .4 * .6) = 69. */
    for (int c = 0; c < 10; c++)
        CHECK_NEAR((double)seen[c], 8000, 5 * 69);
    csr_free(&m);
    g.per_row = 10;
    make(&m, "kper", &g);
    CHECK_INT(m.n, 200000);
    csr_free(&m);
}

static void rmat_fills_quadrants_with_their_shares(void)
{
    struct csr m;
    struct generate g = defaults("rmat");
    int64_t seen[4] = {0};
    g.rows = 1 << 20;
    g.edges = 40000;
    make(&m, "rmat", &g);
    for (int64_t i = 0; i < m.rows; i++)
        for (int64_t k = m.ptr[i]; k < m.ptr[i + 1]; k++)
            seen[2 * (i >= m.rows / 2) + (m.col[k] >= m.rows / 2)]++;
    for (int q = 0; q < 4; q++)
        CHECK_NEAR((double)seen[q], g.quadrant[q] * 40000, 500);
    csr_free(&m);
}

static void sizes_need_not_be_powers_of_two(void)
{
    struct csr m;
    struct generate g = defaults("rmat");
    g.rows = 5;
    g.cols = 3;
    g.edges = 10000;
    make(&m, "rmat", &g);
    CHECK_INT(m.n, 15);
    csr_free(&m);
    g.rows = 1;
    g.cols = 1;
    make(&m, "rmat", &g);
    CHECK_INT(m.n, 1);
    csr_free(&m);
    g.edges = 0;
    make(&m, "rmat", &g);
    CHECK_INT(m.n, 0);
    csr_free(&m);
}

static void structures_that_are_symmetric_have_symmetric_values(void)
{
    static const char *const names[] = {"rmat", "kper", "weblike", "st3d27", "femirr", "road"};
    for (int n = 0; n < 6; n++) {
        struct csr m, t;
        struct generate g = defaults(names[n]);
        g.symmetric = n < 3;
        g.rows = n < 3 ? 3000 : 0;
        g.values = VALUES_NORMAL;
        g.grid[0] = g.grid[1] = 11;
        g.grid[2] = 7;
        make(&m, names[n], &g);
        csr_transpose(&t, &m, NULL);
        CHECK(m.n > 0);
        CHECK(csr_same_structure(&m, &t));
        CHECK_BYTES(m.val, t.val, (size_t)m.n * sizeof(double));
        csr_free(&m);
        csr_free(&t);
    }
}

static void values_are_of_their_kind_and_type(void)
{
    struct csr m;
    struct generate g = defaults("st2d5");
    int64_t seen[17] = {0};
    g.grid[0] = g.grid[1] = 60;
    g.values = VALUES_INTEGER;
    g.type = TEN_I64;
    make(&m, "st2d5", &g);
    for (int64_t k = 0; k < m.n; k++)
        seen[((int64_t *)m.val)[k] + 8]++;
    for (int v = 0; v < 17; v++)
        CHECK(v == 8 ? seen[v] == 0 : seen[v] > 600);
    csr_free(&m);

    g.values = VALUES_LAPLACE;
    g.type = TEN_F32;
    make(&m, "st2d5", &g);
    CHECK(((float *)m.val)[entry(&m, 0, 0)] == 4);
    CHECK(((float *)m.val)[entry(&m, 0, 1)] == -1);
    csr_free(&m);

    g.values = VALUES_NONE;
    make(&m, "st2d5", &g);
    CHECK(m.val == NULL);
    csr_free(&m);
}

static void the_number_of_threads_does_not_matter(void)
{
    for (const struct generate_kind *k = generate_kinds; k->name; k++) {
        struct csr one, m;
        struct generate g = defaults(k->name);
        g.values = VALUES_UNIFORM;
        g.rows = 5000;
        g.edges = 40000;
        g.grid[0] = g.grid[1] = g.grid[2] = 17;
        threads_set(1);
        make(&one, k->name, &g);
        for (int threads = 2; threads <= 3; threads++) {
            threads_set(threads);
            make(&m, k->name, &g);
            CHECK(csr_same_structure(&m, &one));
            CHECK_BYTES(m.val, one.val, (size_t)m.n * sizeof(double));
            csr_free(&m);
        }
        for (int64_t i = 0; i < one.rows; i++)
            for (int64_t p = one.ptr[i]; p < one.ptr[i + 1]; p++)
                CHECK(one.col[p] < one.cols && (p == one.ptr[i] || one.col[p - 1] < one.col[p]));
        csr_free(&one);
    }
}

static void sizes_that_do_not_go_together_are_refused(void)
{
    struct ten_err e = {0};
    struct generate g = defaults("rmat");
    g.quadrant[3] = 0.5;
    CHECK_INT(generate_check(kind("rmat"), &g, &e), -1);
    CHECK_STR(e.text, "--quadrants: the sum is 1.45: expected 1");
    g = defaults("kper");
    g.cols = 3;
    CHECK_INT(generate_check(kind("kper"), &g, &e), -1);
    CHECK_STR(e.text, "--per-row: 4: expected at most the number of columns, 3");
    g = defaults("fem3");
    g.grid[2] = (int64_t)1 << 31;
    CHECK_INT(generate_check(kind("fem3"), &g, &e), -1);
    CHECK_STR(e.text, "--grid: too many nodes: expected at most 4294967295 rows");
}

int main(void)
{
    RUN(grids_have_the_entries_that_counting_gives);
    RUN(a_hundred_by_hundred_stencil_has_the_products_of_its_degrees);
    RUN(simple_forms_are_what_they_say);
    RUN(every_row_of_kper_has_as_many_columns_and_all_are_as_likely);
    RUN(rmat_fills_quadrants_with_their_shares);
    RUN(sizes_need_not_be_powers_of_two);
    RUN(structures_that_are_symmetric_have_symmetric_values);
    RUN(values_are_of_their_kind_and_type);
    RUN(the_number_of_threads_does_not_matter);
    RUN(sizes_that_do_not_go_together_are_refused);
    return check_report();
}
