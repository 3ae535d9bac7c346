/*
 * Sums over taps stay in registers, a few vectors of channels at a time, which compilers do not make of plain
 * loops; hence vectors by name.  Heads are seldom a multiple of a vector wide (62 channels): the last vector
 * of a head overlaps the one before.  What it computes twice is the same, and what it would add twice is masked.
 */
#include "tensor/lightconv.h"
#include "tensor/simd_math.h"

#if defined __AVX512F__
enum { LANES = 16 };
#elif defined __AVX2__
enum { LANES = 8 };
#else
enum { LANES = 4 };
#endif
typedef float vec __attribute__((vector_size(4 * LANES)));

static inline vec load(const float *x)
{
    vec v;
    memcpy(&v, x, sizeof v);
    return v;
}

static inline void store(float *y, vec v) { memcpy(y, &v, sizeof v); }

/* `side` vectors of channels, the last one from `last` on. */
static inline void strip(float *restrict y, const float *restrict x, int64_t row, const float *w,
                         int64_t n, int side, int64_t last)
{
    vec sum[4] = {{0}};

    for (int64_t j = 0; j < n; j++)
        for (int s = 0; s < side; s++)
            sum[s] += w[j] * load(x + j * row + (s < side - 1 ? s * LANES : last));
    for (int s = 0; s < side; s++)
        store(y + (s < side - 1 ? s * LANES : last), sum[s]);
}

static void taps(float *restrict y, const float *restrict x, int64_t row, const float *w, int64_t n,
                 int64_t width)
{
    if (width < LANES) {
        for (int64_t c = 0; c < width; c++) {
            float sum = 0;

            for (int64_t j = 0; j < n; j++)
                sum += w[j] * x[j * row + c];
            y[c] = sum;
        }
        return;
    }
    for (int64_t c = 0; c < width; c += 4 * LANES) {
        const int64_t left = width - c, last = left - LANES;

        if (left >= 4 * LANES)
            strip(y + c, x + c, row, w, n, 4, 3 * LANES);
        else if (left > 3 * LANES)
            strip(y + c, x + c, row, w, n, 4, last);
        else if (left > 2 * LANES)
            strip(y + c, x + c, row, w, n, 3, last);
        else if (left > LANES)
            strip(y + c, x + c, row, w, n, 2, last);
        else
            strip(y + c, x + c, row, w, n, 1, last);
    }
}

static void correlate(float (*restrict part)[LIGHTCONV_LANES], const float *restrict x, int64_t row,
                      const float *restrict dy, int64_t n, int64_t width)
{
    const int64_t whole = width / LANES * LANES, rest = width - whole;
    vec last = {0};

    if (width < LANES) {
        for (int64_t j = 0; j < n; j++)
            for (int64_t c = 0; c < width; c++)
                part[j][c] += x[j * row + c] * dy[c];
        return;
    }
    for (int64_t i = LANES - rest; i < LANES; i++)
        last[i] = dy[width - LANES + i];
    for (int64_t j = 0; j < n; j++) {
        const float *from = x + j * row;
        vec sum = load(part[j]);

        for (int64_t c = 0; c < whole; c += LANES)
            sum += load(from + c) * load(dy + c);
        if (rest > 0)
            sum += load(from + width - LANES) * last;
        store(part[j], sum);
    }
}

static void sums(float *restrict y, float (*restrict part)[LIGHTCONV_LANES], int64_t n)
{
    for (int64_t j = 0; j < n; j++) {
        float sum = 0;

        for (int i = 0; i < LANES; i++)
            sum += part[j][i];
        y[j] = sum;
    }
}

/* Exponentials of all rows side by side; a row alone is too short for vectors. */
static void softmax(float *y, const float *x, int64_t rows, int64_t k)
{
    for (int64_t r = 0; r < rows; r++) {
        float most = x[r * k];

        for (int64_t j = 1; j < k; j++)
            most = x[r * k + j] > most ? x[r * k + j] : most;
        for (int64_t j = 0; j < k; j++)
            y[r * k + j] = x[r * k + j] - most;
    }
    #pragma omp simd
    for (int64_t i = 0; i < rows * k; i++)
        y[i] = simd_exp(y[i]);
    for (int64_t r = 0; r < rows; r++) {
        float sum = 0;

        for (int64_t j = 0; j < k; j++)
            sum += y[r * k + j];
        for (int64_t j = 0; j < k; j++)
            y[r * k + j] *= 1 / sum;
    }
}

static void softmax_back(float *dx, const float *y, const float *dy, int64_t rows, int64_t k)
{
    for (int64_t r = 0; r < rows; r++) {
        float mean = 0;

        for (int64_t j = 0; j < k; j++)
            mean += y[r * k + j] * dy[r * k + j];
        #pragma omp simd
        for (int64_t j = 0; j < k; j++)
            dx[r * k + j] = y[r * k + j] * (dy[r * k + j] - mean);
    }
}

const struct lightconv_kernels SIMD(lightconv_kernels) = {
    .taps = taps, .correlate = correlate, .sums = sums, .softmax = softmax, .softmax_back = softmax_back,
};
