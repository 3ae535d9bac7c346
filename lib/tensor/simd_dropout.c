#include "tensor/dropout.h"
#include "tensor/simd_math.h"
#include "tensor/simd_philox.h"

/* One piece; y may be x or add, element by element. */
static inline void piece(float *y, const float *x, const float *add, uint32_t w[4][PHILOX_LANES],
                         int32_t limit, float scale)
{
    for (int k = 0; k < DROPOUT_PIECE; k += PHILOX_LANES) {
        const uint32_t *word = w[k / PHILOX_LANES % 4];
        const int shift = k / (4 * PHILOX_LANES) * 16;

        #pragma omp simd
        for (int i = 0; i < PHILOX_LANES; i++) {
            const bool keep = (int32_t)(word[i] >> shift & 0xffff) >= limit;

            y[k + i] = (add ? add[k + i] : 0.0f) + pick(keep, scale * x[k + i], 0.0f);
        }
    }
}

static void drop(const struct dropout *d, uint64_t number, float *y, const float *x, const float *add,
                 int64_t n)
{
    const int32_t limit = (int32_t)dropout_limit(d->p);
    const float scale = dropout_scale(d->p);
    uint32_t w[4][PHILOX_LANES];
    int64_t at = 0;

    for (; at + DROPOUT_PIECE <= n; at += DROPOUT_PIECE) {
        philox_piece(w, &d->rng, number++ * PHILOX_LANES);
        if (add)
            piece(y + at, x + at, add + at, w, limit, scale);
        else
            piece(y + at, x + at, NULL, w, limit, scale);
    }
    if (at < n) {
        float in[DROPOUT_PIECE] = {0}, plus[DROPOUT_PIECE] = {0};

        memcpy(in, x + at, sizeof *x * (n - at));
        if (add)
            memcpy(plus, add + at, sizeof *x * (n - at));
        philox_piece(w, &d->rng, number * PHILOX_LANES);
        piece(in, in, plus, w, limit, scale);
        memcpy(y + at, in, sizeof *y * (n - at));
    }
}

static void scale_by(float scale, float *y, const float *x, const float *add, int64_t n)
{
    const bool keep = scale != 0;

    #pragma omp simd
    for (int64_t i = 0; i < n; i++)
        y[i] = (add ? add[i] : 0.0f) + pick(keep, scale * x[i], 0.0f);
}

const struct dropout_kernels SIMD(dropout_kernels) = {.drop = drop, .scale = scale_by};
