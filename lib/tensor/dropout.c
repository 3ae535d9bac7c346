#include "tensor/dropout.h"

#include <math.h>
#include <string.h>

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

/* Elements at .. at+n-1 of the mask, which may start within a piece. */
static void drop_from(const struct dropout *d, int64_t at, float *y, const float *x, int64_t n)
{
    const struct dropout_kernels *k = ISA_PICK(dropout_kernels);
    const int64_t skip = at % DROPOUT_PIECE, head = skip ? least(n, DROPOUT_PIECE - skip) : 0;
    float piece[DROPOUT_PIECE] = {0};

    if (head > 0) {
        memcpy(piece + skip, x, (size_t)head * sizeof *x);
        k->drop(d, (uint64_t)(at / DROPOUT_PIECE), piece, piece, NULL, skip + head);
        memcpy(y, piece + skip, (size_t)head * sizeof *y);
    }
    if (n > head)
        k->drop(d, (uint64_t)((at + head) / DROPOUT_PIECE), y + head, x + head, NULL, n - head);
}

void dropout_rows(const struct dropout *d, const struct dropout_rows *r, float *y, const float *x)
{
    const int64_t each = r->each;

    #pragma omp parallel for schedule(static) if (r->n * each > TINY)
    for (int64_t i = 0; i < r->n; i++)
        drop_from(d, (r->first + i * r->step) * each, y + i * each, x + i * each, each);
}

/* Sample i is number first + i step of those that draws are for. */
static void drop_samples(const struct dropout *d, const struct dropout_rows *r, float *y, const float *x,
                         const float *add)
{
    const struct dropout_kernels *k = ISA_PICK(dropout_kernels);
    const int64_t each = r->each, shares = (each + SHARE - 1) / SHARE;

    #pragma omp parallel for schedule(static) if (r->n * each > TINY)
    for (int64_t s = 0; s < r->n * shares; s++) {
        const int64_t sample = s / shares, first = s % shares * SHARE, at = sample * each + first;
        const bool keep = rng_uniform(&d->rng, (uint64_t)(r->first + sample * r->step)) >= d->p;

        k->scale(keep ? 1 / (1 - d->p) : 0, y + at, x + at, add ? add + at : add, least(SHARE, each - first));
    }
}

void drop_path(const struct dropout *d, float *y, const float *x, const float *add, int64_t n, int64_t each)
{
    drop_samples(d, &(struct dropout_rows){n, each, 0, 1}, y, x, add);
}

void drop_path_rows(const struct dropout *d, const struct dropout_rows *r, float *y, const float *x)
{
    drop_samples(d, r, y, x, NULL);
}
