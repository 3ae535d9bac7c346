/*
 * Columns are summed a few at a time, 16 rows deep, in f32: what stays in registers and in the first
 * cache.  The bodies are compiled for NORM_COLUMNS and once more for what is left.
 */
#include "tensor/simd_norm.h"
#include "tensor/simd_pointwise.h"

enum { DEEP = 16, LANES = 64 };

/* Activations that a norm may have. */
#define NORM_ACTIVATIONS(X) X(UNARY_COPY) X(UNARY_RELU) X(UNARY_LEAKY) X(UNARY_RELU6) X(UNARY_HSWISH)

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

/* ---- Statistics ---------------------------------------------------------------------------------- */

EACH_KIND void moments_of(int64_t cols, double *sum, int64_t step, const float *x, int64_t rows, int64_t stride)
{
    float s[NORM_COLUMNS] = {0}, mean[NORM_COLUMNS], squares[NORM_COLUMNS] = {0};
    for (int64_t r = 0; r < rows; r++)
        #pragma omp simd
        for (int64_t c = 0; c < cols; c++)
            s[c] += x[r * stride + c];
    #pragma omp simd
    for (int64_t c = 0; c < cols; c++)
        mean[c] = s[c] * (1.0f / rows);
    for (int64_t r = 0; r < rows; r++)
        #pragma omp simd
        for (int64_t c = 0; c < cols; c++) {
            const float d = x[r * stride + c] - mean[c];
            squares[c] += d * d;
        }
    #pragma omp simd
    for (int64_t c = 0; c < cols; c++) {
        const double d = s[c];
        sum[c] += d;
        sum[step + c] += d * d * (1.0 / rows);
        /* Around a mean that is rounded, squares are too large by n (s/n - mean)^2. */
        sum[2 * step + c] += squares[c] - (d - (double)mean[c] * rows) * (d - (double)mean[c] * rows) * (1.0 / rows);
    }
}

static void moments(double *sum, int64_t step, const struct norm_area *a, const float *x)
{
    for (int64_t r = 0; r < a->rows; r += DEEP) {
        const int64_t deep = least(DEEP, a->rows - r);
        int64_t c = 0;
        for (; c + NORM_COLUMNS <= a->cols; c += NORM_COLUMNS)
            moments_of(NORM_COLUMNS, sum + c, step, x + r * a->stride + c, deep, a->stride);
        if (c < a->cols)
            moments_of(a->cols - c, sum + c, step, x + r * a->stride + c, deep, a->stride);
    }
}

/* ---- There ----------------------------------------------------------------------------------------- */

EACH_KIND void apply_of(enum unary kind, bool added, float slope, const struct norm_area *a, const struct norm_columns *k,
                        float *y, const float *x, const float *add)
{
    const float *mean = k->mean, *scale = k->scale, *shift = k->shift;
    for (int64_t r = 0; r < a->rows; r++) {
        const float *from = x + r * a->stride, *more = added ? add + r * a->stride : from;
        float *to = y + r * a->stride;
        #pragma omp simd
        for (int64_t c = 0; c < a->cols; c++) {
            float z = (from[c] - mean[c]) * scale[c] + shift[c];
            if (added)
                z += more[c];
            to[c] = unary_value(kind, slope, 0, z);
        }
    }
}

static void apply(const struct unary_op *act, const struct norm_area *a, const struct norm_columns *c, float *y, const float *x, const float *add)
{
    switch (act->kind) {
#define CASE(kind) case kind: \
        if (add) \
            apply_of(kind, true, act->a, a, c, y, x, add); \
        else \
            apply_of(kind, false, act->a, a, c, y, x, add); \
        break;
    NORM_ACTIVATIONS(CASE)
#undef CASE
    default: break;
    }
}

/* ---- And back ---------------------------------------------------------------------------------------- */

/* The derivatives of all these activations can be had from z, those that come with add from y, too. */
EACH_KIND float slope_at(enum unary kind, bool from_y, float slope, float dy, float d, float scale, float shift, float y)
{
    return unary_slope(kind, slope, 0, dy, from_y ? y : d * scale + shift);
}

EACH_KIND void back_sums_of(int64_t cols, enum unary kind, bool from_y, float slope, double *sum, int64_t step, const struct norm_columns *k,
                            const struct norm_back *b, int64_t at, int64_t col, int64_t rows, int64_t stride)
{
    const float *mean = k->mean + col, *scale = k->scale + col, *shift = k->shift + col;
    float plain[NORM_COLUMNS] = {0}, by_x[NORM_COLUMNS] = {0};
    for (int64_t r = 0; r < rows; r++) {
        const float *dy = b->dy + at + r * stride, *x = b->x + at + r * stride, *y = from_y ? b->out + at + r * stride : x;
        #pragma omp simd
        for (int64_t c = 0; c < cols; c++) {
            const float d = x[c] - mean[c], dz = slope_at(kind, from_y, slope, dy[c], d, scale[c], shift[c], y[c]);
            plain[c] += dz;
            by_x[c] += dz * d;
        }
    }
    #pragma omp simd
    for (int64_t c = 0; c < cols; c++) {
        sum[col + c] += plain[c];
        sum[step + col + c] += by_x[c];
    }
}

EACH_KIND void back_sums_area(enum unary kind, bool from_y, float slope, double *sum, int64_t step, const struct norm_area *a,
                              const struct norm_columns *k, const struct norm_back *b)
{
    for (int64_t r = 0; r < a->rows; r += DEEP) {
        const int64_t deep = least(DEEP, a->rows - r), at = r * a->stride;
        int64_t c = 0;
        for (; c + NORM_COLUMNS <= a->cols; c += NORM_COLUMNS)
            back_sums_of(NORM_COLUMNS, kind, from_y, slope, sum, step, k, b, at + c, c, deep, a->stride);
        if (c < a->cols)
            back_sums_of(a->cols - c, kind, from_y, slope, sum, step, k, b, at + c, c, deep, a->stride);
    }
}

static void back_sums(const struct unary_op *act, double *sum, int64_t step, const struct norm_area *a, const struct norm_columns *c, const struct norm_back *b)
{
    switch (act->kind) {
#define CASE(kind) case kind: \
        if (b->out) \
            back_sums_area(kind, true, act->a, sum, step, a, c, b); \
        else \
            back_sums_area(kind, false, act->a, sum, step, a, c, b); \
        break;
    NORM_ACTIVATIONS(CASE)
#undef CASE
    default: break;
    }
}

EACH_KIND void back_apply_of(enum unary kind, bool from_y, bool added, float slope, const struct norm_area *a, const struct norm_columns *k, const struct norm_back *b)
{
    const float *mean = k->mean, *scale = k->scale, *shift = k->shift, *p = k->p, *q = k->q, *s = k->s;
    for (int64_t r = 0; r < a->rows; r++) {
        const int64_t at = r * a->stride;
        const float *dy = b->dy + at, *x = b->x + at, *y = from_y ? b->out + at : x;
        float *dx = b->dx + at, *dadd = added ? b->dadd + at : dx;
        #pragma omp simd
        for (int64_t c = 0; c < a->cols; c++) {
            const float d = x[c] - mean[c], dz = slope_at(kind, from_y, slope, dy[c], d, scale[c], shift[c], y[c]);
            if (added)
                dadd[c] = dz;
            dx[c] = p[c] * dz + (q[c] * d + s[c]);
        }
    }
}

static void back_apply(const struct unary_op *act, const struct norm_area *a, const struct norm_columns *c, const struct norm_back *b)
{
    switch (act->kind) {
#define CASE(kind) case kind: \
        if (b->out && b->dadd) \
            back_apply_of(kind, true, true, act->a, a, c, b); \
        else if (b->out) \
            back_apply_of(kind, true, false, act->a, a, c, b); \
        else if (b->dadd) \
            back_apply_of(kind, false, true, act->a, a, c, b); \
        else \
            back_apply_of(kind, false, false, act->a, a, c, b); \
        break;
    NORM_ACTIVATIONS(CASE)
#undef CASE
    default: break;
    }
}

/* ---- Along rows -------------------------------------------------------------------------------------- */

/* The sum of LANES numbers. */
EACH_KIND double lanes_sum(float lane[LANES])
{
    double sum = 0;
    for (int half = LANES / 2; half >= 8; half /= 2)
        for (int k = 0; k < half; k++)
            lane[k] += lane[k + half];
    for (int k = 0; k < 8; k++)
        sum += lane[k];
    return sum;
}

/* sum (x - mean)^power, DEEP terms to a lane. */
EACH_KIND double row_moment(int power, const float *x, int64_t n, float mean)
{
    double sum = 0;
    for (int64_t from = 0; from < n; from += LANES * DEEP) {
        const int64_t end = least(n, from + LANES * DEEP);
        float lane[LANES] = {0};
        int64_t i = from;
        for (; i + LANES <= end; i += LANES)
            #pragma omp simd
            for (int k = 0; k < LANES; k++) {
                const float d = x[i + k] - mean;
                lane[k] += power == 1 ? d : d * d;
            }
        for (int k = 0; i < end; i++, k++)
            lane[k] += power == 1 ? x[i] - mean : (x[i] - mean) * (x[i] - mean);
        sum += lanes_sum(lane);
    }
    return sum;
}

static void row_forward(const struct row_norm *s, float *y, float *mean, float *rstd, const float *x, const float *gamma, const float *beta)
{
    const int64_t n = s->chans;
    for (int64_t r = 0; r < s->rows; r++, x += n, y += n) {
        const float m = s->rms ? 0 : (float)(row_moment(1, x, n, 0) / n);
        const float d = (float)(1 / __builtin_sqrt(row_moment(2, x, n, m) / n + s->eps));
        rstd[r] = d;
        if (!s->rms)
            mean[r] = m;
        if (gamma && beta) {
            #pragma omp simd
            for (int64_t c = 0; c < n; c++)
                y[c] = (x[c] - m) * d * gamma[c] + beta[c];
        } else {
            #pragma omp simd
            for (int64_t c = 0; c < n; c++)
                y[c] = (x[c] - m) * d * (gamma ? gamma[c] : 1) + (beta ? beta[c] : 0);
        }
    }
}

/* sums[0] = sum dy gamma, sums[1] = sum dy gamma (x - mean), and the row's terms of dbeta and dgamma. */
EACH_KIND void row_back_sums(bool scaled, double sums[2], float *dbeta, float *dgamma, const float *dy, const float *x, const float *gamma,
                             int64_t n, float mean, float rstd)
{
    sums[0] = sums[1] = 0;
    for (int64_t from = 0; from < n; from += LANES * DEEP) {
        const int64_t end = least(n, from + LANES * DEEP);
        float plain[LANES] = {0}, by_x[LANES] = {0};
        for (int64_t i = from; i < end; i += LANES) {
            const int64_t lanes = least(LANES, end - i);
            #pragma omp simd
            for (int64_t k = 0; k < lanes; k++) {
                const float d = x[i + k] - mean, g = scaled ? dy[i + k] * gamma[i + k] : dy[i + k];
                plain[k] += g;
                by_x[k] += g * d;
                dbeta[i + k] += dy[i + k];
                dgamma[i + k] += dy[i + k] * (d * rstd);
            }
        }
        sums[0] += lanes_sum(plain);
        sums[1] += lanes_sum(by_x);
    }
}

EACH_KIND void row_back(bool scaled, const struct row_norm *s, float *dx, float *work, const float *dy, const float *x, const float *gamma, float mean, float rstd)
{
    const int64_t n = s->chans;
    double sums[2];
    row_back_sums(scaled, sums, work, work + n, dy, x, gamma, n, mean, rstd);
    /* dx = rstd (g - sums[0]/n - (x - mean) rstd^2 sums[1]/n) */
    const float q = (float)(-sums[1] * rstd * rstd * rstd / n), shift = s->rms ? 0 : (float)(-sums[0] * rstd / n);
    if (!dx)
        return;
    #pragma omp simd
    for (int64_t c = 0; c < n; c++)
        dx[c] = rstd * (scaled ? dy[c] * gamma[c] : dy[c]) + (q * (x[c] - mean) + shift);
}

static void row_backward(const struct row_norm *s, float *dx, double *sum, float *work, const float *dy, const float *x,
                         const float *mean, const float *rstd, const float *gamma)
{
    const int64_t n = s->chans;
    memset(sum, 0, 2 * n * sizeof *sum);
    for (int64_t from = 0; from < s->rows; from += DEEP) {
        memset(work, 0, 2 * n * sizeof *work);
        for (int64_t r = from; r < least(s->rows, from + DEEP); r++) {
            float *to = dx ? dx + r * n : NULL;
            if (gamma)
                row_back(true, s, to, work, dy + r * n, x + r * n, gamma, s->rms ? 0 : mean[r], rstd[r]);
            else
                row_back(false, s, to, work, dy + r * n, x + r * n, gamma, s->rms ? 0 : mean[r], rstd[r]);
        }
        #pragma omp simd
        for (int64_t c = 0; c < 2 * n; c++)
            sum[c] += work[c];
    }
}

const struct norm_kernels SIMD(norm_kernels) = {
    .moments = moments, .apply = apply, .back_sums = back_sums, .back_apply = back_apply,
    .row_forward = row_forward, .row_backward = row_backward,
};
