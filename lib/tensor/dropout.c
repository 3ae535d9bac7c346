#include "tensor/dropout.h"

#include <math.h>

enum {
    TINY = 20000,                       /* elements: one thread is faster */
    SHARE = 64 * DROPOUT_PIECE,         /* elements a thread takes at a time */
};

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

uint32_t dropout_limit(float p) { return (uint32_t)lrintf(p * 65536); }

float dropout_scale(float p)
{
    const uint32_t limit = dropout_limit(p);

    return limit < 65536 ? 65536.0f / (float)(65536 - limit) : 0;
}

bool dropout_keeps(const struct dropout *d, int64_t k)
{
    uint32_t word[4];

    rng_block(&d->rng, (uint64_t)(16 * (k / DROPOUT_PIECE) + k % 16), word);
    return (word[k / 16 % 4] >> (k / 64 % 2 * 16) & 0xffff) >= dropout_limit(d->p);
}

void dropout(const struct dropout *d, float *y, const float *x, const float *add, int64_t n)
{
    const struct dropout_kernels *k = ISA_PICK(dropout_kernels);

    #pragma omp parallel for schedule(static) if (n > TINY)
    for (int64_t at = 0; at < n; at += SHARE)
        k->drop(d, (uint64_t)(at / DROPOUT_PIECE), y + at, x + at, add ? add + at : add, least(SHARE, n - at));
}

void drop_path(const struct dropout *d, float *y, const float *x, const float *add, int64_t n, int64_t each)
{
    const struct dropout_kernels *k = ISA_PICK(dropout_kernels);
    const int64_t shares = (each + SHARE - 1) / SHARE;

    #pragma omp parallel for schedule(static) if (n * each > TINY)
    for (int64_t s = 0; s < n * shares; s++) {
        const int64_t sample = s / shares, first = s % shares * SHARE, at = sample * each + first;
        const float scale = rng_uniform(&d->rng, (uint64_t)sample) >= d->p ? 1 / (1 - d->p) : 0;

        k->scale(scale, y + at, x + at, add ? add + at : add, least(SHARE, each - first));
    }
}
