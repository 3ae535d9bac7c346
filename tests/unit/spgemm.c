/* Sparse products against their definition: every product of a row in a list, sorted by column without
 * changing the order of equals, and added from front to back.  Bit for bit, for every method, semiring,
 * type, mask, number of threads and instruction set. */
#include "sparse/spgemm.h"

#include "base/mem.h"
#include "base/random.h"
#include "base/threads.h"
#include "sparse/spgemm_plan.h"

#include "check.h"
#include "levels.h"

#include <math.h>
#include <stdlib.h>

/* ---- Matrices ------------------------------------------------------------------------------- */

static int by_place(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static void set_value(struct csr *m, int64_t k, double v)
{
    switch (m->type) {
    case TEN_F32: ((float *)m->val)[k] = (float)v; break;
    case TEN_I64: ((int64_t *)m->val)[k] = (int64_t)v; break;
    default:      ((double *)m->val)[k] = v;
    }
}

static double get_value(const struct csr *m, int64_t k)
{
    switch (m->type) {
    case TEN_F32: return ((const float *)m->val)[k];
    case TEN_I64: return (double)((const int64_t *)m->val)[k];
    default:      return ((const double *)m->val)[k];
    }
}

/* Whole numbers, zeros of both signs among them, or with `fine` numbers whose sums round. */
static double draw(uint64_t seed, int64_t k, bool fine)
{
    const struct rng r = {seed, 2};
    const double v = floor(rng_uniform(&r, (uint64_t)k) * 17) - 8;
    return fine ? rng_normal(&r, (uint64_t)k) : v == 0 && k % 2 ? -0.0 : v;
}

static struct csr from_places(uint64_t *place, int64_t n, int64_t rows, int64_t cols, enum ten_type type)
{
    struct csr m;
    int64_t kept = 0;
    qsort(place, (size_t)n, sizeof *place, by_place);
    for (int64_t k = 0; k < n; k++)
        if (kept == 0 || place[k] != place[kept - 1])
            place[kept++] = place[k];
    csr_alloc(&m, rows, cols, kept, type);
    for (int64_t k = 0; k < kept; k++) {
        m.ptr[(place[k] >> 32) + 1]++;
        m.col[k] = (uint32_t)place[k];
    }
    for (int64_t i = 0; i < rows; i++)
        m.ptr[i + 1] += m.ptr[i];
    return m;
}

/* About n entries; skewed: a few rows and columns have most of them. */
static struct csr sample(int64_t rows, int64_t cols, int64_t n, enum ten_type type, uint64_t seed, bool skewed, bool fine)
{
    const struct rng r = {seed, 1};
    uint64_t *place = xmalloc(((size_t)n + 1) * sizeof *place);
    for (int64_t k = 0; k < n; k++) {
        double i = rng_uniform(&r, 2 * (uint64_t)k), j = rng_uniform(&r, 2 * (uint64_t)k + 1);
        if (skewed)
            i *= i * i, j *= j * j;
        place[k] = (uint64_t)(i * (double)rows) << 32 | (uint64_t)(j * (double)cols);
    }
    struct csr m = from_places(place, rows && cols ? n : 0, rows, cols, type);
    for (int64_t k = 0; k < m.n; k++)
        set_value(&m, k, draw(seed, k, fine));
    free(place);
    return m;
}

/* ---- The definition ------------------------------------------------------------------------- */

#define OPS(T, name, SUM, TIMES) \
    static T name##_multiply(enum semiring s, T x, T y) \
    { \
        const char *op = strchr(semiring_names[s], '_') + 1; \
        return strcmp(op, "times") == 0 ? TIMES : strcmp(op, "first") == 0 ? x : strcmp(op, "second") == 0 ? y : \
               strcmp(op, "pair") == 0 ? (T)1 : strcmp(op, "plus") == 0 ? SUM : strcmp(op, "min") == 0 ? (y < x ? y : x) : \
               strcmp(op, "max") == 0 ? (y > x ? y : x) : (T)(x != 0 && y != 0); \
    } \
    static T name##_add(enum semiring s, T x, T y) \
    { \
        const char *op = semiring_names[s]; \
        return strncmp(op, "plus", 4) == 0 ? SUM : strncmp(op, "min", 3) == 0 ? (y < x ? y : x) : \
               strncmp(op, "max", 3) == 0 ? (y > x ? y : x) : (T)(x != 0 || y != 0); \
    } \
    static T name##_zero(enum semiring s, T least, T most) \
    { \
        const char *op = semiring_names[s]; \
        return strncmp(op, "min", 3) == 0 ? most : strncmp(op, "max", 3) == 0 ? least : 0; \
    }
OPS(float, f32, x + y, x * y)
OPS(double, f64, x + y, x * y)
OPS(int64_t, i64, (int64_t)((uint64_t)x + (uint64_t)y), (int64_t)((uint64_t)x * (uint64_t)y))

struct product { uint32_t col; int64_t order, a, b; };

static int by_column(const void *a, const void *b)
{
    const struct product *x = a, *y = b;
    return x->col != y->col ? (x->col > y->col) - (x->col < y->col) : (x->order > y->order) - (x->order < y->order);
}

#define PLAIN_SUM(T, name, LEAST, MOST) do { \
    const T x = a->val ? ((const T *)a->val)[p[k].a] : 1, y = b->val ? ((const T *)b->val)[p[k].b] : 1; \
    T *sum = (T *)c->val + c->n - 1; \
    *sum = name##_add(s, new ? name##_zero(s, LEAST, MOST) : *sum, name##_multiply(s, x, y)); \
    } while (0)

static bool allows(const struct spgemm *how, int64_t i, uint32_t j)
{
    const struct csr *m = how->mask;
    bool has = false;
    for (int64_t k = m ? m->ptr[i] : 0; m && k < m->ptr[i + 1]; k++)
        has = has || m->col[k] == j;
    return !m || has != how->complement;
}

static int64_t list_products(struct product *p, const struct csr *a, const struct csr *b, const struct spgemm *how, int64_t i)
{
    int64_t n = 0;
    for (int64_t q = a->ptr[i]; q < a->ptr[i + 1]; q++)
        for (int64_t k = b->ptr[a->col[q]]; k < b->ptr[a->col[q] + 1]; k++, n++)
            p[n] = (struct product){b->col[k], n, q, k};
    qsort(p, (size_t)n, sizeof *p, by_column);
    int64_t kept = 0;
    for (int64_t k = 0; k < n; k++)
        if (!how->mask || allows(how, i, p[k].col))
            p[kept++] = p[k];
    return kept;
}

static struct csr plain(const struct csr *a, const struct csr *b, const struct spgemm *how)
{
    struct csr made, *c = &made;
    const enum semiring s = how->semiring;
    int64_t total = 0;
    for (int64_t q = 0; q < a->n; q++)
        total += b->ptr[a->col[q] + 1] - b->ptr[a->col[q]];
    struct product *p = xmalloc(((size_t)total + 1) * sizeof *p);
    csr_alloc(c, a->rows, b->cols, total, a->type);
    c->n = 0;
    for (int64_t i = 0; i < a->rows; i++) {
        const int64_t n = list_products(p, a, b, how, i);
        for (int64_t k = 0; k < n; k++) {
            const bool new = k == 0 || p[k].col != p[k - 1].col;
            if (new)
                c->col[c->n++] = p[k].col;
            if (a->type == TEN_F32) PLAIN_SUM(float, f32, -INFINITY, INFINITY);
            else if (a->type == TEN_I64) PLAIN_SUM(int64_t, i64, INT64_MIN, INT64_MAX);
            else PLAIN_SUM(double, f64, -(double)INFINITY, (double)INFINITY);
        }
        c->ptr[i + 1] = c->n;
    }
    free(p);
    return made;
}

static bool same(const struct csr *a, const struct csr *b)
{
    return csr_same_structure(a, b) && (a->n == 0 || memcmp(a->val, b->val, (size_t)a->n * ten_elem_size(a->type)) == 0);
}

static bool well_formed(const struct csr *c)
{
    bool ok = c->ptr[0] == 0 && c->ptr[c->rows] == c->n;
    for (int64_t i = 0; i < c->rows; i++)
        for (int64_t k = c->ptr[i] + 1; k < c->ptr[i + 1]; k++)
            ok = ok && c->col[k - 1] < c->col[k];
    for (int k = 0; k < CSR_AHEAD; k++)
        ok = ok && c->col[c->n + k] == 0;
    return ok;
}

/* All methods and numbers of threads give what the definition gives; so does counting. */
static void holds(const struct csr *a, const struct csr *b, struct spgemm how)
{
    struct csr want = plain(a, b, &how), got;
    for (int method = SPGEMM_AUTO; method < SPGEMM_METHODS; method++)
        for (int threads = 1; threads <= 3; threads++) {
            threads_set(threads);
            how.method = (enum spgemm_method)method;
            spgemm(&got, a, b, &how, NULL);
            CHECK(well_formed(&got));
            if (!same(&want, &got)) {
                printf("%s, method %s, %d threads, [%lld,%lld][%lld,%lld]: ", semiring_names[how.semiring],
                       spgemm_method_names[method], threads, (long long)a->rows, (long long)a->cols, (long long)b->rows,
                       (long long)b->cols);
                CHECK(same(&want, &got));
            }
            csr_free(&got);
        }
    int64_t *count = xmalloc(((size_t)a->rows + 1) * sizeof *count);
    CHECK_INT(spgemm_count(a, b, &how, count), want.n);
    CHECK(a->rows == 0 || memcmp(count, want.ptr + 1, (size_t)a->rows * sizeof *count) == 0);
    free(count);
    csr_free(&want);
}

/* ---- Tests ---------------------------------------------------------------------------------- */

static void every_semiring_and_type_is_its_definition(void)
{
    const enum ten_type types[] = {TEN_F32, TEN_F64, TEN_I64};
    for (int t = 0; t < 3; t++)
        for (int s = 0; s < SEMIRINGS; s++)
            for (int skewed = 0; skewed < 2; skewed++) {
                struct csr a = sample(37, 53, 300, types[t], 1, skewed, false);
                struct csr b = sample(53, 61, 400, types[t], 2, skewed, false);
                holds(&a, &b, (struct spgemm){.semiring = (enum semiring)s});
                csr_free(&a);
                csr_free(&b);
            }
}

static void sums_that_round_are_added_in_order_of_k(void)
{
    for (int wide = 0; wide < 2; wide++)
        for (int f32 = 0; f32 < 2; f32++) {
            const int64_t cols = wide ? 3000000 : 300;
            struct csr a = sample(200, 300, 4000, f32 ? TEN_F32 : TEN_F64, 3, true, true);
            struct csr b = sample(300, cols, 9000, f32 ? TEN_F32 : TEN_F64, 4, true, true);
            holds(&a, &b, (struct spgemm){0});
            csr_free(&a);
            csr_free(&b);
        }
}

static void masks_let_through_what_they_have_or_have_not(void)
{
    for (int wide = 0; wide < 2; wide++)
        for (int complement = 0; complement < 2; complement++) {
            const int64_t cols = wide ? 400000 : 90;
            struct csr a = sample(60, 80, 500, TEN_F64, 5, true, false), b = sample(80, cols, 700, TEN_F64, 6, true, false);
            struct csr m = sample(60, cols, 900, TEN_F64, 7, true, false);
            for (int s = 0; s < SEMIRINGS; s += 3)
                holds(&a, &b, (struct spgemm){.semiring = (enum semiring)s, .mask = &m, .complement = complement});
            csr_free(&a);
            csr_free(&b);
            csr_free(&m);
        }
}

static void odd_shapes_work(void)
{
    const int64_t shape[][5] = {{0, 7, 7, 0, 0}, {7, 0, 7, 0, 0}, {7, 7, 0, 0, 0}, {0, 0, 0, 0, 0}, {1, 9, 1, 5, 5},
        {9, 1, 9, 5, 5}, {1, 1, 1, 1, 1}, {1, 1000, 100000, 4000, 30000}, {1000, 1, 4000, 900, 9000}, {300, 300, 300, 3, 3},
        {1, 1, 4294967295, 1, 100}, {3, 40, 4294967295, 100, 900}, {4, 4294967295, 4, 9, 0}};
    for (size_t i = 0; i < sizeof shape / sizeof *shape; i++) {
        if (shape[i][1] > 1000000)
            continue;
        struct csr a = sample(shape[i][0], shape[i][1], shape[i][3], TEN_F64, 8, false, false);
        struct csr b = sample(shape[i][1], shape[i][2], shape[i][4], TEN_F64, 9, false, false);
        holds(&a, &b, (struct spgemm){0});
        csr_free(&a);
        csr_free(&b);
    }
}

static void rows_of_any_number_of_products_are_sorted(void)
{
    for (int64_t n = 1; n < 300; n += n < 70 ? 1 : 13) {
        struct csr a = sample(3, 40, 30, TEN_F32, (uint64_t)n, false, false);
        struct csr b = sample(40, 1 << 22, 6 * n, TEN_F32, (uint64_t)n + 1, n % 2, false);
        holds(&a, &b, (struct spgemm){0});
        csr_free(&a);
        csr_free(&b);
    }
}

/* More products than sixteen pieces have: the row is cut by columns. */
static void a_huge_row_is_shared_out(void)
{
    struct csr a = sample(5, 3000, 9000, TEN_F64, 10, false, false), b = sample(3000, 300000, 900000, TEN_F64, 11, false, false);
    for (int s = 0; s < SEMIRINGS; s += 5)
        holds(&a, &b, (struct spgemm){.semiring = (enum semiring)s});
    csr_free(&a);
    csr_free(&b);
}

/* Half of the rows of B and more have nothing; so have those that most entries of A name. */
static void entries_that_multiply_nothing_change_nothing(void)
{
    static const struct { int64_t rows, inner, cols, a, b; } shape[] =
        {{3000, 5000, 4000, 9000, 6000}, {1, 40000, 300000, 8000, 900000}};
    for (size_t k = 0; k < sizeof shape / sizeof *shape; k++)
        for (int t = 0; t < 3; t++) {
            const enum ten_type type = t == 0 ? TEN_F32 : t == 1 ? TEN_I64 : TEN_F64;
            struct csr a = sample(shape[k].rows, shape[k].inner, shape[k].a, type, 30, false, true);
            struct csr b = sample(shape[k].inner / 5, shape[k].cols, shape[k].b, type, 31, false, true);
            b.ptr = xrealloc(b.ptr, ((size_t)shape[k].inner + 1) * sizeof *b.ptr);
            for (b.rows = shape[k].inner / 5; b.rows < shape[k].inner; b.rows++)
                b.ptr[b.rows + 1] = b.n;
            struct spgemm_plan plan;
            spgemm_plan(&plan, &a, &b, 1000, true);
            CHECK(plan.kept > 0 && 2 * plan.kept < a.n);
            spgemm_plan_free(&plan);
            holds(&a, &b, (struct spgemm){0});
            /* Without values. */
            struct csr want, got;
            for (int64_t q = 0; q < a.n; q++)
                set_value(&a, q, 1);
            spgemm(&want, &a, &b, &(struct spgemm){0}, NULL);
            free(a.val);
            a.val = NULL;
            spgemm(&got, &a, &b, &(struct spgemm){0}, NULL);
            CHECK(same(&want, &got));
            csr_free(&want);
            csr_free(&got);
            csr_free(&a);
            csr_free(&b);
        }
}

static struct csr grid(int64_t n)
{
    uint64_t *place = xmalloc((size_t)(5 * n * n) * sizeof *place);
    int64_t count = 0;
    for (int64_t y = 0; y < n; y++)
        for (int64_t x = 0; x < n; x++) {
            const int64_t i = y * n + x, near[] = {0, x > 0 ? -1 : 0, x < n - 1 ? 1 : 0, y > 0 ? -n : 0, y < n - 1 ? n : 0};
            for (int k = 0; k < 5; k++)
                place[count++] = (uint64_t)i << 32 | (uint64_t)(i + near[k]);
        }
    struct csr m = from_places(place, count, n * n, n * n, TEN_F64);
    for (int64_t k = 0; k < m.n; k++)
        set_value(&m, k, 1);
    free(place);
    return m;
}

/* 5-point stencils: nnz(A) = 5 n^2 - 4 n, nnz(A^2) = 13 n^2 - 20 n + 4; A^2 1 is the sum of degrees. */
static void grids_have_the_known_number_of_entries(void)
{
    for (int64_t n = 4; n < 200; n = 3 * n + 1) {
        struct csr a = grid(n), c;
        struct spgemm_report report;
        double sum = 0;
        spgemm(&c, &a, &a, &(struct spgemm){0}, &report);
        for (int64_t k = 0; k < c.n; k++)
            sum += get_value(&c, k);
        CHECK_INT(a.n, 5 * n * n - 4 * n);
        CHECK_INT(c.n, 13 * n * n - 20 * n + 4);
        CHECK_INT((int64_t)sum, report.products);
        csr_free(&a);
        csr_free(&c);
    }
}

/* Rows of three unknowns to a node, at nodes that see each other along a ring of `nodes`; here and there an entry is
 * missing, so that shapes repeat, shift and end. */
static struct csr mesh(int64_t nodes, enum ten_type type, bool whole)
{
    uint64_t *place = xmalloc((size_t)(27 * nodes) * sizeof *place);
    int64_t n = 0;
    for (int64_t i = 0; i < 3 * nodes; i++)
        for (int64_t k = -3; k < 6; k++) {
            const int64_t j = i / 3 * 3 + k;
            if (j >= 0 && j < 3 * nodes && (whole || i % 7 != 3 || k != 0))
                place[n++] = (uint64_t)i << 32 | (uint64_t)j;
        }
    struct csr m = from_places(place, n, 3 * nodes, 3 * nodes, type);
    for (int64_t k = 0; k < m.n; k++)
        set_value(&m, k, draw(23, k, true));
    free(place);
    return m;
}

/* Rows i of columns i - 2, i and i + 1; once in `odd` rows the last one stands further off, and once it is missing: rows as
 * long as the one before that are not its columns plus 1, and shorter ones. */
static struct csr band(int64_t n, int64_t odd, enum ten_type type)
{
    uint64_t *place = xmalloc((size_t)(3 * n) * sizeof *place);
    int64_t count = 0;
    for (int64_t i = 0; i < n; i++) {
        const int64_t col[] = {i - 2, i, i % odd == 3 ? i + 4 : i + 1};
        for (int k = 0; k < 3; k++)
            if (col[k] >= 0 && col[k] < n && (k < 2 || i % odd != 3 + odd / 2))
                place[count++] = (uint64_t)i << 32 | (uint64_t)col[k];
    }
    struct csr m = from_places(place, count, n, n, type);
    for (int64_t k = 0; k < m.n; k++)
        set_value(&m, k, draw(29, k, true));
    free(place);
    return m;
}

static void rows_that_follow_one_another_are_their_definition(void)
{
    const int64_t odds[] = {1000, 7, 23};
    for (int left = 0; left < 3; left++)
        for (int right = 0; right < 3; right++)
            for (int s = 0; s < SEMIRINGS; s += 4) {
                struct csr a = band(200, odds[left], TEN_F64), b = band(200, odds[right], TEN_F64);
                holds(&a, &b, (struct spgemm){.semiring = (enum semiring)s});
                csr_free(&a);
                csr_free(&b);
            }
}

/* Columns i to i + width of each row i: all follow one another. */
static struct csr diagonals(int64_t rows, int64_t width, enum ten_type type, uint64_t seed)
{
    struct csr m;
    csr_alloc(&m, rows, rows + width - 1, rows * width, type);
    for (int64_t k = 0; k < rows * width; k++) {
        m.col[k] = (uint32_t)(k / width + k % width);
        set_value(&m, k, draw(seed, k, true));
    }
    for (int64_t i = 0; i <= rows; i++)
        m.ptr[i] = i * width;
    return m;
}

/* Widths around those of vectors and blocks of columns, more entries than are added side by side, and last rows behind
 * which B ends. */
static void rows_side_by_side_are_their_definition(void)
{
    const int64_t lefts[] = {2, 3, 9}, rights[] = {1, 7, 8, 9, 65, 129, 505};
    const enum ten_type types[] = {TEN_F32, TEN_F64, TEN_I64};
    int s = 0;
    for (int l = 0; l < 3; l++)
        for (int k = 0; k < 7; k++)
            for (int t = 0; t < 3; t++, s = (s + 1) % SEMIRINGS) {
                struct csr a = diagonals(53, lefts[l], types[t], 31), b = diagonals(52 + lefts[l], rights[k], types[t], 37), c;
                struct spgemm_report report;
                holds(&a, &b, (struct spgemm){.semiring = (enum semiring)s});
                spgemm(&c, &a, &b, &(struct spgemm){0}, &report);
                CHECK(report.products > 53 * 200 || report.rows[SPGEMM_REPEATED] >= 40);    /* pieces of 17 rows or more */
                csr_free(&c);
                csr_free(&a);
                csr_free(&b);
            }
}

static void rows_that_repeat_a_shape_are_their_definition(void)
{
    const enum ten_type types[] = {TEN_F32, TEN_F64, TEN_I64};
    for (int t = 0; t < 3; t++)
        for (int whole = 0; whole < 2; whole++)
            for (int s = 0; s < SEMIRINGS; s += 3) {
                struct csr a = mesh(40, types[t], whole);
                struct spgemm_report report;
                struct csr c;
                holds(&a, &a, (struct spgemm){.semiring = (enum semiring)s});
                spgemm(&c, &a, &a, &(struct spgemm){.method = SPGEMM_REPEATED}, &report);
                CHECK(report.rows[SPGEMM_REPEATED] > 20);
                csr_free(&c);
                csr_free(&a);
            }
    struct csr a = grid(50), c;
    struct spgemm_report report;
    spgemm(&c, &a, &a, &(struct spgemm){0}, &report);
    CHECK(report.rows[SPGEMM_REPEATED] > 2000);
    csr_free(&c);
    csr_free(&a);
}

static void products_with_the_identity_change_nothing(void)
{
    struct csr a = sample(500, 500, 5000, TEN_F32, 12, true, true), one = sample(500, 500, 0, TEN_F32, 1, false, false), c;
    csr_free(&one);
    csr_alloc(&one, 500, 500, 500, TEN_F32);
    for (int64_t i = 0; i < 500; i++) {
        one.ptr[i + 1] = i + 1;
        one.col[i] = (uint32_t)i;
        set_value(&one, i, 1);
    }
    spgemm(&c, &a, &one, &(struct spgemm){0}, NULL);
    CHECK(same(&a, &c));
    csr_free(&c);
    spgemm(&c, &one, &a, &(struct spgemm){0}, NULL);
    CHECK(same(&a, &c));
    csr_free(&c);
    csr_free(&a);
    csr_free(&one);
}

static void the_transpose_of_a_product_is_the_product_of_the_transposes(void)
{
    struct csr a = sample(700, 900, 9000, TEN_I64, 13, true, false), b = sample(900, 800, 9000, TEN_I64, 14, true, false);
    struct csr c, ct, at, bt, d;
    spgemm(&c, &a, &b, &(struct spgemm){0}, NULL);
    csr_transpose(&ct, &c, NULL);
    csr_transpose(&at, &a, NULL);
    csr_transpose(&bt, &b, NULL);
    spgemm(&d, &bt, &at, &(struct spgemm){0}, NULL);
    CHECK(same(&ct, &d));
    struct csr *all[] = {&a, &b, &c, &ct, &at, &bt, &d};
    for (int i = 0; i < 7; i++)
        csr_free(all[i]);
}

static void times(double *y, const struct csr *m, const double *x)
{
    for (int64_t i = 0; i < m->rows; i++) {
        y[i] = 0;
        for (int64_t k = m->ptr[i]; k < m->ptr[i + 1]; k++)
            y[i] += get_value(m, k) * x[m->col[k]];
    }
}

/* Freivalds: C x = A (B x) for x of +1 and -1; whole numbers, so exactly. */
static void a_large_product_passes_freivalds_check(void)
{
    enum { N = 60000 };
    struct csr a = sample(N, N, 500000, TEN_F64, 15, false, false), b = sample(N, N, 600000, TEN_F64, 16, true, false), c;
    double *x = xmalloc(4 * N * sizeof *x);
    const struct rng r = {17, 0};
    threads_set(2);
    spgemm(&c, &a, &b, &(struct spgemm){0}, NULL);
    CHECK(well_formed(&c));
    for (int64_t j = 0; j < N; j++)
        x[j] = rng_below(&r, (uint64_t)j, 2) ? 1 : -1;
    times(x + N, &b, x);
    times(x + 2 * N, &a, x + N);
    times(x + 3 * N, &c, x);
    CHECK_BYTES(x + 2 * N, x + 3 * N, N * sizeof *x);
    free(x);
    csr_free(&a);
    csr_free(&b);
    csr_free(&c);
}

static void only_the_largest_of_a_row_stay(void)
{
    struct csr a = sample(50, 60, 600, TEN_F64, 18, true, true), b = sample(60, 500, 900, TEN_F64, 19, true, true), all, top, cut;
    spgemm(&all, &a, &b, &(struct spgemm){0}, NULL);
    spgemm(&top, &a, &b, &(struct spgemm){.topk = 3}, NULL);
    spgemm(&cut, &a, &b, &(struct spgemm){.drop = 0.5}, NULL);
    int64_t above = 0, at = 0;
    for (int64_t k = 0; k < all.n; k++)
        above += fabs(get_value(&all, k)) >= 0.5;
    CHECK_INT(cut.n, above);
    for (int64_t i = 0; i < all.rows; i++) {
        const int64_t n = all.ptr[i + 1] - all.ptr[i];
        CHECK_INT(top.ptr[i + 1] - top.ptr[i], n < 3 ? n : 3);
        double least = INFINITY;
        for (int64_t k = top.ptr[i]; k < top.ptr[i + 1]; k++)
            least = fmin(least, fabs(get_value(&top, k)));
        int64_t larger = 0;
        for (int64_t k = all.ptr[i]; k < all.ptr[i + 1]; k++)
            larger += fabs(get_value(&all, k)) >= least;
        CHECK_INT(larger, n < 3 ? n : 3);
        at += larger;
    }
    CHECK_INT(top.n, at);
    CHECK(well_formed(&top));
    csr_free(&a);
    csr_free(&b);
    csr_free(&all);
    csr_free(&top);
    csr_free(&cut);
}

static struct csr in_order(const struct csr *c)
{
    struct csr t, sorted;
    csr_transpose(&t, c, NULL);
    csr_transpose(&sorted, &t, NULL);
    csr_free(&t);
    return sorted;
}

/* Any method gives the entries of the sorted product; any number of threads gives them in one order. */
static void holds_unsorted(const struct csr *a, const struct csr *b, struct spgemm how)
{
    struct csr want, got, first = {0};
    spgemm(&want, a, b, &how, NULL);
    how.unsorted = true;
    for (int method = SPGEMM_AUTO; method < SPGEMM_METHODS; method++)
        for (int threads = 1; threads <= 3; threads++) {
            threads_set(threads);
            how.method = (enum spgemm_method)method;
            spgemm(&got, a, b, &how, NULL);
            struct csr sorted = in_order(&got);
            CHECK(same(&want, &sorted));
            csr_free(&sorted);
            CHECK(threads == 1 || same(&first, &got));
            if (threads > 1)
                csr_free(&got);
            else {
                csr_free(&first);
                first = got;
            }
        }
    csr_free(&first);
    csr_free(&want);
}

static void unsorted_rows_have_the_same_entries(void)
{
    const enum ten_type types[] = {TEN_F32, TEN_F64, TEN_I64};
    for (int t = 0; t < 3; t++)
        for (int wide = 0; wide < 2; wide++) {
            const int64_t cols = wide ? 400000 : 300;
            struct csr a = sample(90, 200, 2500, types[t], 20, true, true), b = sample(200, cols, 9000, types[t], 21, true, true);
            struct csr m = sample(90, cols, 900, types[t], 22, true, false);
            for (int s = 0; s < SEMIRINGS; s += 4)
                for (int masked = 0; masked < 3; masked++)
                    holds_unsorted(&a, &b, (struct spgemm){.semiring = (enum semiring)s, .mask = masked ? &m : NULL,
                        .complement = masked == 2});
            csr_free(&a);
            csr_free(&b);
            csr_free(&m);
        }
}

/* Columns come as their first products do: [1 1; 1 0] [0 0 1; 1 0 1] has 2, 0 in its first row. */
static void unsorted_columns_come_as_their_products_do(void)
{
    uint64_t left[] = {0, 1, (uint64_t)1 << 32}, right[] = {2, (uint64_t)1 << 32, (uint64_t)1 << 32 | 2};
    struct csr a = from_places(left, 3, 2, 2, TEN_F64), b = from_places(right, 3, 2, 3, TEN_F64), c;
    for (int64_t k = 0; k < 3; k++) {
        set_value(&a, k, 1);
        set_value(&b, k, (double)k + 1);
    }
    for (int method = SPGEMM_COPY; method < SPGEMM_METHODS; method++) {
        spgemm(&c, &a, &b, &(struct spgemm){.unsorted = true, .method = (enum spgemm_method)method}, NULL);
        CHECK_INT(c.n, 3);
        CHECK(c.col[0] == 2 && get_value(&c, 0) == 4);
        CHECK(c.col[1] == 0 && get_value(&c, 1) == 2);
        CHECK(c.col[2] == 2 && get_value(&c, 2) == 1);
        csr_free(&c);
    }
    /* Few products are sorted, which is faster. */
    spgemm(&c, &a, &b, &(struct spgemm){.unsorted = true}, NULL);
    CHECK_INT(c.n, 3);
    CHECK(c.col[0] == 0 && get_value(&c, 0) == 2);
    CHECK(c.col[1] == 2 && get_value(&c, 1) == 4);
    csr_free(&c);
    csr_free(&a);
    csr_free(&b);
}

/* Many products far apart are listed, many close to each other are not: which is told by the row, on every processor. */
static void unsorted_rows_are_in_order_where_that_is_cheaper(void)
{
    for (int apart = 1; apart <= 100; apart += 99) {
        enum { LISTS = 20, LENGTH = 10 };
        struct csr a, b, c;
        csr_alloc(&a, 1, LISTS, LISTS, TEN_F64);
        csr_alloc(&b, LISTS, LISTS * LENGTH * 100, LISTS * LENGTH, TEN_F64);
        a.ptr[1] = LISTS;
        for (int64_t k = 0; k < LISTS; k++) {
            a.col[k] = (uint32_t)k;
            set_value(&a, k, 1);
            b.ptr[k + 1] = (k + 1) * LENGTH;
            for (int64_t t = k * LENGTH; t < (k + 1) * LENGTH; t++) {
                b.col[t] = (uint32_t)((LISTS - 1 - k + (t - k * LENGTH) * LISTS) * apart);
                set_value(&b, t, (double)t);
            }
        }
        spgemm(&c, &a, &b, &(struct spgemm){.unsorted = true}, NULL);
        CHECK_INT(c.n, LISTS * LENGTH);
        CHECK_INT(c.col[0], apart == 1 ? 0 : (LISTS - 1) * apart);
        csr_free(&a);
        csr_free(&b);
        csr_free(&c);
    }
}

static int tests(void)
{
    RUN(every_semiring_and_type_is_its_definition);
    RUN(sums_that_round_are_added_in_order_of_k);
    RUN(masks_let_through_what_they_have_or_have_not);
    RUN(odd_shapes_work);
    RUN(rows_of_any_number_of_products_are_sorted);
    RUN(a_huge_row_is_shared_out);
    RUN(entries_that_multiply_nothing_change_nothing);
    RUN(grids_have_the_known_number_of_entries);
    RUN(rows_that_repeat_a_shape_are_their_definition);
    RUN(rows_side_by_side_are_their_definition);
    RUN(rows_that_follow_one_another_are_their_definition);
    RUN(products_with_the_identity_change_nothing);
    RUN(the_transpose_of_a_product_is_the_product_of_the_transposes);
    RUN(a_large_product_passes_freivalds_check);
    RUN(only_the_largest_of_a_row_stay);
    RUN(unsorted_rows_have_the_same_entries);
    RUN(unsorted_columns_come_as_their_products_do);
    RUN(unsorted_rows_are_in_order_where_that_is_cheaper);
    return check_report();
}

int main(int argc, char **argv)
{
    (void)argc;
    return at_every_level(argv, tests);
}
