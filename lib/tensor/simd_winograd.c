#include "tensor/winograd.h"
#include "base/isa.h"

#include <string.h>

/* As many sums as fit in the registers beside a row of b.  LOW, HIGH: the lower and the upper halves of two vectors, by turns. */
#if defined __AVX512F__
enum { LANES = 16, ROWS = 12 };
#define LOW(a, b) __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
#define HIGH(a, b) __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
#elif defined __AVX2__
enum { LANES = 8, ROWS = 6 };
#define LOW(a, b) __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11)
#define HIGH(a, b) __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15)
#else
enum { LANES = 4, ROWS = 6 };
#define LOW(a, b) __builtin_shufflevector(a, b, 0, 4, 1, 5)
#define HIGH(a, b) __builtin_shufflevector(a, b, 2, 6, 3, 7)
#endif
enum { COLS = 2 * LANES, IN = WINOGRAD_IN, OUT = WINOGRAD_OUT };

typedef float vector __attribute__((vector_size(sizeof(float) * LANES)));
#define INLINE static inline __attribute__((always_inline))

INLINE vector load(const float *p)
{
    vector v;
    memcpy(&v, p, sizeof v);
    return v;
}

INLINE void store(float *p, vector v) { memcpy(p, &v, sizeof v); }

/* The first n < LANES elements, or the full vector. */
INLINE vector load_some(const float *p, int64_t n)
{
    if (n >= LANES)
        return load(p);
    vector v = {0};
    memcpy(&v, p, sizeof *p * n);
    return v;
}

INLINE void store_some(float *p, vector v, int64_t n)
{
    if (n >= LANES)
        store(p, v);
    else
        memcpy(p, &v, sizeof *p * n);
}

/* ---- One-dimensional transforms: x and y are `step` vectors apart ------------------------------------ */

INLINE void times_b(vector *y, int ystep, const vector *x, int xstep)
{
    const vector x0 = x[0], x1 = x[xstep], x2 = x[2 * xstep], x3 = x[3 * xstep], x4 = x[4 * xstep], x5 = x[5 * xstep];
    const vector even = x4 - 4 * x2, odd = x3 - 4 * x1, near = x4 - x2, far = 2 * (x3 - x1);
    y[0] = 4 * x0 - 5 * x2 + x4;
    y[ystep] = even + odd;
    y[2 * ystep] = even - odd;
    y[3 * ystep] = near + far;
    y[4 * ystep] = near - far;
    y[5 * ystep] = 4 * x1 - 5 * x3 + x5;
}

INLINE void times_a(vector *y, int ystep, const vector *x, int xstep)
{
    const vector sum1 = x[xstep] + x[2 * xstep], diff1 = x[xstep] - x[2 * xstep];
    const vector sum2 = x[3 * xstep] + x[4 * xstep], diff2 = x[3 * xstep] - x[4 * xstep];
    y[0] = x[0] + sum1 + sum2;
    y[ystep] = diff1 + 2 * diff2;
    y[2 * ystep] = sum1 + 4 * sum2;
    y[3 * ystep] = diff1 + 8 * diff2 + x[5 * xstep];
}

INLINE void times_a_back(vector *y, int ystep, const vector *x, int xstep)
{
    const vector x0 = x[0], x1 = x[xstep], x2 = x[2 * xstep], x3 = x[3 * xstep];
    const vector even1 = x0 + x2, odd1 = x1 + x3, even2 = x0 + 4 * x2, odd2 = 2 * x1 + 8 * x3;
    y[0] = x0;
    y[ystep] = even1 + odd1;
    y[2 * ystep] = even1 - odd1;
    y[3 * ystep] = even2 + odd2;
    y[4 * ystep] = even2 - odd2;
    y[5 * ystep] = x3;
}

INLINE void times_g(vector *y, int ystep, const vector *x, int xstep)
{
    const vector x0 = x[0], x1 = x[xstep], x2 = x[2 * xstep];
    const vector even1 = (x0 + x2) * (-1.0f / 6), even2 = x0 * (1.0f / 24) + x2 * (1.0f / 6);
    y[0] = 0.25f * x0;
    y[ystep] = even1 - x1 * (1.0f / 6);
    y[2 * ystep] = even1 + x1 * (1.0f / 6);
    y[3 * ystep] = even2 + x1 * (1.0f / 12);
    y[4 * ystep] = even2 - x1 * (1.0f / 12);
    y[5 * ystep] = x2;
}

INLINE void times_g_back(vector *y, int ystep, const vector *x, int xstep)
{
    const vector sum1 = (x[xstep] + x[2 * xstep]) * (1.0f / 6), diff1 = (x[2 * xstep] - x[xstep]) * (1.0f / 6);
    const vector sum2 = x[3 * xstep] + x[4 * xstep], diff2 = x[3 * xstep] - x[4 * xstep];
    y[0] = 0.25f * x[0] - sum1 + sum2 * (1.0f / 24);
    y[ystep] = diff1 + diff2 * (1.0f / 12);
    y[2 * ystep] = sum2 * (1.0f / 6) - sum1 + x[5 * xstep];
}

/* ---- Tiles ------------------------------------------------------------------------------------------ */

static void input(float *v, int64_t apart, int64_t panel, const float *const *pixel, int64_t n)
{
    for (int64_t c = 0; c < n; c += LANES) {
        float *to = v + c / COLS * panel + c % COLS;
        vector d[IN * IN], t[IN * IN], row[IN];
        for (int i = 0; i < IN * IN; i++)
            d[i] = load_some(pixel[i] + c, n - c);
        for (int j = 0; j < IN; j++)
            times_b(t + j, IN, d + j, IN);
        for (int i = 0; i < IN; i++) {
            times_b(row, 1, t + i * IN, 1);
            for (int j = 0; j < IN; j++)
                store(to + (i * IN + j) * apart, row[j]);
        }
    }
}

static void spread(float *z, int64_t apart, int64_t panel, const float *const *pixel, int64_t n)
{
    for (int64_t c = 0; c < n; c += LANES) {
        float *to = z + c / COLS * panel + c % COLS;
        vector y[OUT * OUT], t[IN * OUT], row[IN];
        for (int i = 0; i < OUT * OUT; i++)
            y[i] = load_some(pixel[i] + c, n - c);
        for (int j = 0; j < OUT; j++)
            times_a_back(t + j, OUT, y + j, OUT);
        for (int i = 0; i < IN; i++) {
            times_a_back(row, 1, t + i * OUT, 1);
            for (int j = 0; j < IN; j++)
                store(to + (i * IN + j) * apart, row[j]);
        }
    }
}

static void output(float *const *pixel, const float *m, int64_t apart, const float *bias, int64_t n)
{
    for (int64_t k = 0; k < n; k += LANES) {
        const vector add = bias ? load_some(bias + k, n - k) : (vector){0};
        vector d[IN * IN], t[OUT * IN], row[OUT];
        for (int i = 0; i < IN * IN; i++)
            d[i] = load(m + i * apart + k);
        for (int j = 0; j < IN; j++)
            times_a(t + j, IN, d + j, IN);
        for (int i = 0; i < OUT; i++) {
            times_a(row, 1, t + i * IN, 1);
            for (int j = 0; j < OUT; j++)
                if (pixel[i * OUT + j])
                    store_some(pixel[i * OUT + j] + k, row[j] + add, n - k);
        }
    }
}

/* ---- Weights ------------------------------------------------------------------------------------------ */

/* Rows and columns of x exchanged: each step puts the rows of its second half between those of the first. */
INLINE void turn(vector *x)
{
    #pragma GCC unroll 4
    for (int step = 1; step < LANES; step *= 2) {
        vector y[LANES];
        #pragma GCC unroll 8
        for (int i = 0; i < LANES / 2; i++) {
            y[2 * i] = LOW(x[i], x[i + LANES / 2]);
            y[2 * i + 1] = HIGH(x[i], x[i + LANES / 2]);
        }
        #pragma GCC unroll 16
        for (int i = 0; i < LANES; i++)
            x[i] = y[i];
    }
}

/* u = G g G' of LANES kernels x [3][3]. */
INLINE void transform(float *u, int64_t apart, const vector *x)
{
    vector t[IN * 3], y[IN];
    for (int j = 0; j < 3; j++)
        times_g(t + j, 3, x + j, 3);
    for (int i = 0; i < IN; i++) {
        times_g(y, 1, t + i * 3, 1);
        for (int j = 0; j < IN; j++)
            store(u + (i * IN + j) * apart, y[j]);
    }
}

/* Kernels lie along C in memory: LANES of them and of K are turned at a time. */
static void weights_along_k(float *u, int64_t apart, const float *w, int64_t k, int64_t c, int64_t first)
{
    for (int64_t at = 0; at < c; at += LANES)
        for (int64_t col = 0; col < COLS; col += LANES) {
            const int64_t n = c - at < LANES ? c - at : LANES, kernels = k - first - col;
            vector g[LANES][9];
            for (int i = 0; i < 9; i++) {
                vector x[LANES];
                #pragma GCC unroll 16
                for (int l = 0; l < LANES; l++)
                    x[l] = l >= kernels ? (vector){0} : load_some(w + ((first + col + l) * 9 + i) * c + at, n);
                turn(x);
                #pragma GCC unroll 16
                for (int l = 0; l < LANES; l++)
                    g[l][i] = x[l];
            }
            for (int64_t l = 0; l < n; l++)
                transform(u + (at + l) * COLS + col, apart, g[l]);
        }
}

static void weights_along_c(float *u, int64_t apart, const float *w, int64_t k, int64_t c, int64_t first)
{
    for (int64_t at = 0; at < k; at++)
        for (int64_t col = 0; col < COLS; col += LANES) {
            const int64_t n = c - first - col;
            vector x[9];
            for (int i = 0; i < 9; i++)
                x[8 - i] = n <= 0 ? (vector){0} : load_some(w + (at * 9 + i) * c + first + col, n);
            transform(u + at * COLS + col, apart, x);
        }
}

static void weights(float *u, int64_t apart, const float *w, int64_t k, int64_t c, int64_t first, bool along_k)
{
    if (along_k)
        weights_along_k(u, apart, w, k, c, first);
    else
        weights_along_c(u, apart, w, k, c, first);
}

static void gradient(float *g, const float *u, int64_t apart, int64_t n, bool add)
{
    for (int64_t c = 0; c < n; c += LANES) {
        vector x[IN * IN], t[3 * IN], row[3];
        for (int i = 0; i < IN * IN; i++)
            x[i] = load(u + i * apart + c);
        for (int j = 0; j < IN; j++)
            times_g_back(t + j, IN, x + j, IN);
        for (int i = 0; i < 3; i++) {
            times_g_back(row, 1, t + i * IN, 1);
            for (int j = 0; j < 3; j++) {
                float *to = g + (i * 3 + j) * n + c;
                store_some(to, add ? row[j] + load_some(to, n - c) : row[j], n - c);
            }
        }
    }
}

/* ---- Products ------------------------------------------------------------------------------------------- */

/* m [rows,COLS] (+)= sum over i < n of a[row * lda + i * step] b[i].  rows is a constant, the sums are
 * registers, and every sum goes the same way whatever rows is. */
INLINE void piece(float *m, int64_t ldm, const float *a, int64_t lda, int64_t step, const float *b, int64_t n, int rows, bool add)
{
    vector sum[ROWS][2];
    #pragma GCC unroll 12
    for (int r = 0; r < rows; r++)
        for (int v = 0; v < 2; v++)
            sum[r][v] = add ? load(m + r * ldm + v * LANES) : (vector){0};
    for (int64_t i = 0; i < n; i++) {
        const vector b0 = load(b + i * COLS), b1 = load(b + i * COLS + LANES);
        #pragma GCC unroll 12
        for (int r = 0; r < rows; r++) {
            const float s = a[r * lda + i * step];
            sum[r][0] += s * b0;
            sum[r][1] += s * b1;
        }
    }
    #pragma GCC unroll 12
    for (int r = 0; r < rows; r++)
        for (int v = 0; v < 2; v++)
            store(m + r * ldm + v * LANES, sum[r][v]);
}

static void products(float *m, int64_t ldm, const float *a, int64_t lda, const float *b, int64_t rows, int64_t n)
{
    int64_t r = 0;
    for (; r + ROWS <= rows && rows - r != ROWS + 4; r += ROWS)
        piece(m + r * ldm, ldm, a + r * lda, lda, 1, b, n, ROWS, false);
    for (; ROWS > 8 && r + 8 <= rows; r += 8)
        piece(m + r * ldm, ldm, a + r * lda, lda, 1, b, n, 8, false);
    for (; r + 4 <= rows; r += 4)
        piece(m + r * ldm, ldm, a + r * lda, lda, 1, b, n, 4, false);
    for (; r < rows; r++)
        piece(m + r * ldm, ldm, a + r * lda, lda, 1, b, n, 1, false);
}

static void sums(float *m, int64_t ldm, const float *a, int64_t lda, const float *b, int64_t rows, int64_t n, bool add)
{
    int64_t r = 0;
    for (; r + ROWS <= rows && rows - r != ROWS + 4; r += ROWS)
        piece(m + r * ldm, ldm, a + r, 1, lda, b, n, ROWS, add);
    for (; ROWS > 8 && r + 8 <= rows; r += 8)
        piece(m + r * ldm, ldm, a + r, 1, lda, b, n, 8, add);
    for (; r + 4 <= rows; r += 4)
        piece(m + r * ldm, ldm, a + r, 1, lda, b, n, 4, add);
    for (; r < rows; r++)
        piece(m + r * ldm, ldm, a + r, 1, lda, b, n, 1, add);
}

const struct winograd_kernels SIMD(winograd_kernels) = {
    .lanes = LANES, .cols = COLS, .input = input, .spread = spread, .output = output,
    .weights = weights, .gradient = gradient, .products = products, .sums = sums,
};
