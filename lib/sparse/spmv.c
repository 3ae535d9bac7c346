/*
 * Each thread has a range of rows with as many entries as any other's.  An entry costs 12 bytes of
 * memory (8 in f32) and a look into x; so what matters is that loads of several entries are under
 * way together.  In short rows those of the next ones are, where guesses of the rows' ends come
 * true; long ones have four sums.
 */
#include "sparse/spmv.h"

#include "base/threads.h"

#include <math.h>
#include <string.h>

struct product {
    void *y;
    const struct csr *m;
    const void *x;
    int64_t width;
    enum semiring s;
};

/* The first row of part p of `parts`: the one that holds the p-th share of rows and entries. */
static int64_t first_row(const struct csr *m, int64_t p, int64_t parts)
{
    const int64_t all = m->n + m->rows;
    const int64_t target = all / parts * p + all % parts * p / parts;
    int64_t lo = 0, hi = m->rows;
    while (lo < hi) {
        const int64_t mid = lo + (hi - lo) / 2;
        if (m->ptr[mid] + mid < target)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

/* ---- Plus and times of floats ---------------------------------------------------------------- */

/* Entries of a long row.  Four sums from 4 entries on took 1.6 times as long on rows of 4. */
enum { LONG = 12 };

/* Columns side by side: without contraction, vectors of any length give the same bits. */
#define SIDE_BY_SIDE __attribute__((target_clones("avx512f", "avx2", "default")))

#define KERNELS(T, type) \
static void rows_##type(const struct product *p, int64_t row, int64_t end) \
{ \
    const struct csr *m = p->m; \
    const T *x = p->x; \
    for (int64_t i = row; i < end; i++) { \
        const T *a = (const T *)m->val + m->ptr[i]; \
        const uint32_t *col = m->col + m->ptr[i]; \
        const int64_t n = m->ptr[i + 1] - m->ptr[i]; \
        T s = 0; \
        int64_t k = 0; \
        if (n >= LONG) { \
            T s1 = 0, s2 = 0, s3 = 0; \
            for (; k + 4 <= n; k += 4) { \
                s += a[k] * x[col[k]]; \
                s1 += a[k + 1] * x[col[k + 1]]; \
                s2 += a[k + 2] * x[col[k + 2]]; \
                s3 += a[k + 3] * x[col[k + 3]]; \
            } \
            s = (s + s1) + (s2 + s3); \
        } \
        for (; k < n; k++) \
            s += a[k] * x[col[k]]; \
        ((T *)p->y)[i] = s; \
    } \
} \
SIDE_BY_SIDE \
static void columns_##type(const struct product *p, int64_t row, int64_t end) \
{ \
    const struct csr *m = p->m; \
    const int64_t w = p->width; \
    for (int64_t i = row; i < end; i++) { \
        T *restrict y = (T *)p->y + i * w; \
        memset(y, 0, (size_t)w * sizeof *y); \
        for (int64_t k = m->ptr[i]; k < m->ptr[i + 1]; k++) { \
            const T a = ((const T *)m->val)[k]; \
            const T *x = (const T *)p->x + (int64_t)m->col[k] * w; \
            for (int64_t c = 0; c < w; c++) \
                y[c] += a * x[c]; \
        } \
    } \
}
KERNELS(float, f32)
KERNELS(double, f64)

/* ---- Any semiring ---------------------------------------------------------------------------- */

static double float_at(enum ten_type type, const void *v, int64_t k)
{
    return type == TEN_F32 ? ((const float *)v)[k] : ((const double *)v)[k];
}

static double lesser(double a, double b)
{
    return a < b || isnan(b) ? a : b;
}

static double greater(double a, double b)
{
    return a > b || isnan(b) ? a : b;
}

static inline double add_float(enum semiring s, double sum, double a, double x)
{
    switch (s) {
    case SEMIRING_plus_times:  return sum + a * x;
    case SEMIRING_plus_first:  return sum + a;
    case SEMIRING_plus_second: return sum + x;
    case SEMIRING_plus_pair:   return sum + 1;
    case SEMIRING_plus_min:    return sum + lesser(a, x);
    case SEMIRING_min_plus:    return lesser(sum, a + x);
    case SEMIRING_max_plus:    return greater(sum, a + x);
    case SEMIRING_min_max:     return lesser(sum, greater(a, x));
    case SEMIRING_max_min:     return greater(sum, lesser(a, x));
    case SEMIRING_min_times:   return lesser(sum, a * x);
    case SEMIRING_max_times:   return greater(sum, a * x);
    case SEMIRING_min_first:   return lesser(sum, a);
    case SEMIRING_max_first:   return greater(sum, a);
    case SEMIRING_min_second:  return lesser(sum, x);
    case SEMIRING_max_second:  return greater(sum, x);
    case SEMIRING_any_pair:    return 1;
    default:               return sum != 0 || (a != 0 && x != 0);
    }
}

static int64_t wrap_add(int64_t a, int64_t b) { return (int64_t)((uint64_t)a + (uint64_t)b); }
static int64_t wrap_mul(int64_t a, int64_t b) { return (int64_t)((uint64_t)a * (uint64_t)b); }
static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }
static int64_t most(int64_t a, int64_t b) { return a > b ? a : b; }
/* Sums of what stands for an infinity are that infinity. */
static int64_t far(int64_t a, int64_t x, int64_t infinity)
{
    return a == infinity || x == infinity ? infinity : wrap_add(a, x);
}

static inline int64_t add_whole(enum semiring s, int64_t sum, int64_t a, int64_t x)
{
    switch (s) {
    case SEMIRING_plus_times:  return wrap_add(sum, wrap_mul(a, x));
    case SEMIRING_plus_first:  return wrap_add(sum, a);
    case SEMIRING_plus_second: return wrap_add(sum, x);
    case SEMIRING_plus_pair:   return wrap_add(sum, 1);
    case SEMIRING_plus_min:    return wrap_add(sum, least(a, x));
    case SEMIRING_min_plus:    return least(sum, far(a, x, INT64_MAX));
    case SEMIRING_max_plus:    return most(sum, far(a, x, INT64_MIN));
    case SEMIRING_min_max:     return least(sum, most(a, x));
    case SEMIRING_max_min:     return most(sum, least(a, x));
    case SEMIRING_min_times:   return least(sum, wrap_mul(a, x));
    case SEMIRING_max_times:   return most(sum, wrap_mul(a, x));
    case SEMIRING_min_first:   return least(sum, a);
    case SEMIRING_max_first:   return most(sum, a);
    case SEMIRING_min_second:  return least(sum, x);
    case SEMIRING_max_second:  return most(sum, x);
    case SEMIRING_any_pair:    return 1;
    default:               return sum != 0 || (a != 0 && x != 0);
    }
}

/* What a sum begins with: -1 and 1 for the infinities. */
static int zero_of(enum semiring s)
{
    switch (s) {
    case SEMIRING_min_plus: case SEMIRING_min_max: case SEMIRING_min_times: case SEMIRING_min_first:
    case SEMIRING_min_second: return 1;
    case SEMIRING_max_plus: case SEMIRING_max_min: case SEMIRING_max_times: case SEMIRING_max_first:
    case SEMIRING_max_second: return -1;
    default: return 0;
    }
}

static void any_float(const struct product *p, int64_t row, int64_t end)
{
    const struct csr *m = p->m;
    const int sign = zero_of(p->s);
    for (int64_t i = row; i < end; i++)
        for (int64_t c = 0; c < p->width; c++) {
            double sum = sign ? sign * (double)INFINITY : 0;
            for (int64_t k = m->ptr[i]; k < m->ptr[i + 1]; k++)
                sum = add_float(p->s, sum, m->val ? float_at(m->type, m->val, k) : 1,
                                float_at(m->type, p->x, m->col[k] * p->width + c));
            if (m->type == TEN_F32)
                ((float *)p->y)[i * p->width + c] = (float)sum;
            else
                ((double *)p->y)[i * p->width + c] = sum;
        }
}

static void any_whole(const struct product *p, int64_t row, int64_t end)
{
    const struct csr *m = p->m;
    const int sign = zero_of(p->s);
    const int64_t *a = m->val, *x = p->x;
    for (int64_t i = row; i < end; i++)
        for (int64_t c = 0; c < p->width; c++) {
            int64_t sum = sign > 0 ? INT64_MAX : sign < 0 ? INT64_MIN : 0;
            for (int64_t k = m->ptr[i]; k < m->ptr[i + 1]; k++)
                sum = add_whole(p->s, sum, a ? a[k] : 1, x[m->col[k] * p->width + c]);
            ((int64_t *)p->y)[i * p->width + c] = sum;
        }
}

void spmv(void *y, const struct csr *m, const void *x, int64_t width, enum semiring semiring)
{
    const struct product p = {y, m, x, width, semiring};
    void (*rows)(const struct product *, int64_t, int64_t) =
        m->type == TEN_I64 ? any_whole : any_float;
    if (semiring == SEMIRING_plus_times && m->val && m->type == TEN_F64)
        rows = width == 1 ? rows_f64 : columns_f64;
    if (semiring == SEMIRING_plus_times && m->val && m->type == TEN_F32)
        rows = width == 1 ? rows_f32 : columns_f32;

    const int64_t parts = threads_count();
    #pragma omp parallel for schedule(static)
    for (int64_t part = 0; part < parts; part++)
        rows(&p, first_row(m, part, parts), first_row(m, part + 1, parts));
}
