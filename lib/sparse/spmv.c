/*
 * Each thread has a range of rows with as many entries as any other's.  An entry costs 12 bytes of
 * memory (8 in f32) and a look into x; so what matters is that loads of several entries are under
 * way together, which four sums give.
 */
#include "sparse/spmv.h"

#include "base/threads.h"

#include <math.h>
#include <string.h>

#define SPMV_NAME(name) #name,
const char *const spmv_semiring_names[] = {SPMV_SEMIRINGS(SPMV_NAME) NULL};

struct product {
    void *y;
    const struct csr *m;
    const void *x;
    int64_t width;
    enum spmv_semiring s;
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

static void rows_f64(const struct product *p, int64_t row, int64_t end)
{
    const struct csr *m = p->m;
    const double *a = m->val, *x = p->x;
    for (int64_t i = row; i < end; i++) {
        double s0 = 0, s1 = 0, s2 = 0, s3 = 0;
        int64_t k = m->ptr[i];
        const int64_t last = m->ptr[i + 1];
        for (; k + 4 <= last; k += 4) {
            s0 += a[k] * x[m->col[k]];
            s1 += a[k + 1] * x[m->col[k + 1]];
            s2 += a[k + 2] * x[m->col[k + 2]];
            s3 += a[k + 3] * x[m->col[k + 3]];
        }
        s0 += k < last ? a[k] * x[m->col[k]] : 0;
        s1 += k + 1 < last ? a[k + 1] * x[m->col[k + 1]] : 0;
        s2 += k + 2 < last ? a[k + 2] * x[m->col[k + 2]] : 0;
        ((double *)p->y)[i] = (s0 + s1) + (s2 + s3);
    }
}

static void rows_f32(const struct product *p, int64_t row, int64_t end)
{
    const struct csr *m = p->m;
    const float *a = m->val, *x = p->x;
    for (int64_t i = row; i < end; i++) {
        float s0 = 0, s1 = 0, s2 = 0, s3 = 0;
        int64_t k = m->ptr[i];
        const int64_t last = m->ptr[i + 1];
        for (; k + 4 <= last; k += 4) {
            s0 += a[k] * x[m->col[k]];
            s1 += a[k + 1] * x[m->col[k + 1]];
            s2 += a[k + 2] * x[m->col[k + 2]];
            s3 += a[k + 3] * x[m->col[k + 3]];
        }
        s0 += k < last ? a[k] * x[m->col[k]] : 0;
        s1 += k + 1 < last ? a[k + 1] * x[m->col[k + 1]] : 0;
        s2 += k + 2 < last ? a[k + 2] * x[m->col[k + 2]] : 0;
        ((float *)p->y)[i] = (s0 + s1) + (s2 + s3);
    }
}

/* Columns side by side: without contraction, vectors of any length give the same bits. */
__attribute__((target_clones("avx512f", "avx2", "default")))
static void columns_f64(const struct product *p, int64_t row, int64_t end)
{
    const struct csr *m = p->m;
    const int64_t w = p->width;
    for (int64_t i = row; i < end; i++) {
        double *restrict y = (double *)p->y + i * w;
        memset(y, 0, (size_t)w * sizeof *y);
        for (int64_t k = m->ptr[i]; k < m->ptr[i + 1]; k++) {
            const double a = ((const double *)m->val)[k];
            const double *x = (const double *)p->x + (int64_t)m->col[k] * w;
            for (int64_t c = 0; c < w; c++)
                y[c] += a * x[c];
        }
    }
}

__attribute__((target_clones("avx512f", "avx2", "default")))
static void columns_f32(const struct product *p, int64_t row, int64_t end)
{
    const struct csr *m = p->m;
    const int64_t w = p->width;
    for (int64_t i = row; i < end; i++) {
        float *restrict y = (float *)p->y + i * w;
        memset(y, 0, (size_t)w * sizeof *y);
        for (int64_t k = m->ptr[i]; k < m->ptr[i + 1]; k++) {
            const float a = ((const float *)m->val)[k];
            const float *x = (const float *)p->x + (int64_t)m->col[k] * w;
            for (int64_t c = 0; c < w; c++)
                y[c] += a * x[c];
        }
    }
}

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

static inline double add_float(enum spmv_semiring s, double sum, double a, double x)
{
    switch (s) {
    case SPMV_plus_times:  return sum + a * x;
    case SPMV_plus_first:  return sum + a;
    case SPMV_plus_second: return sum + x;
    case SPMV_min_plus:    return lesser(sum, a + x);
    case SPMV_max_plus:    return greater(sum, a + x);
    case SPMV_min_max:     return lesser(sum, greater(a, x));
    case SPMV_max_min:     return greater(sum, lesser(a, x));
    case SPMV_min_times:   return lesser(sum, a * x);
    case SPMV_max_times:   return greater(sum, a * x);
    case SPMV_min_second:  return lesser(sum, x);
    case SPMV_max_second:  return greater(sum, x);
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

static inline int64_t add_whole(enum spmv_semiring s, int64_t sum, int64_t a, int64_t x)
{
    switch (s) {
    case SPMV_plus_times:  return wrap_add(sum, wrap_mul(a, x));
    case SPMV_plus_first:  return wrap_add(sum, a);
    case SPMV_plus_second: return wrap_add(sum, x);
    case SPMV_min_plus:    return least(sum, far(a, x, INT64_MAX));
    case SPMV_max_plus:    return most(sum, far(a, x, INT64_MIN));
    case SPMV_min_max:     return least(sum, most(a, x));
    case SPMV_max_min:     return most(sum, least(a, x));
    case SPMV_min_times:   return least(sum, wrap_mul(a, x));
    case SPMV_max_times:   return most(sum, wrap_mul(a, x));
    case SPMV_min_second:  return least(sum, x);
    case SPMV_max_second:  return most(sum, x);
    default:               return sum != 0 || (a != 0 && x != 0);
    }
}

/* What a sum begins with: -1 and 1 for the infinities. */
static int zero_of(enum spmv_semiring s)
{
    switch (s) {
    case SPMV_min_plus: case SPMV_min_max: case SPMV_min_times: case SPMV_min_second: return 1;
    case SPMV_max_plus: case SPMV_max_min: case SPMV_max_times: case SPMV_max_second: return -1;
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

void spmv(void *y, const struct csr *m, const void *x, int64_t width, enum spmv_semiring semiring)
{
    const struct product p = {y, m, x, width, semiring};
    void (*rows)(const struct product *, int64_t, int64_t) =
        m->type == TEN_I64 ? any_whole : any_float;
    if (semiring == SPMV_plus_times && m->val && m->type == TEN_F64)
        rows = width == 1 ? rows_f64 : columns_f64;
    if (semiring == SPMV_plus_times && m->val && m->type == TEN_F32)
        rows = width == 1 ? rows_f32 : columns_f32;

    const int64_t parts = threads_count();
    #pragma omp parallel for schedule(static)
    for (int64_t part = 0; part < parts; part++)
        rows(&p, first_row(m, part, parts), first_row(m, part + 1, parts));
}
