/*
 * A channel is a run of memory (inner > 1, or one channel), or a column (inner = 1, the last axis).  Runs
 * are cut into blocks, columns into blocks of rows; sums of blocks are added in order.
 */
#include "tensor/quantize.h"
#include "base/mem.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { TINY = 20000 };                  /* elements: one thread is faster */

static int64_t least_of(int64_t a, int64_t b) { return a < b ? a : b; }
static int64_t parts(int64_t whole, int64_t part) { return (whole + part - 1) / part; }
static int64_t count(const struct quantize *s) { return s->outer * s->chans * s->inner; }

/* ---- Levels -------------------------------------------------------------------------------------- */

struct quantizer quantizer_symmetric(float range, int bits)
{
    assert(bits >= 2 && bits <= QUANTIZE_BITS);
    return (struct quantizer){range / (float)((1 << (bits - 1)) - 1), -range, range};
}

struct quantizer quantizer_unsigned(float range, int bits)
{
    assert(bits >= 1 && bits <= QUANTIZE_BITS);
    return (struct quantizer){range / (float)((1 << bits) - 1), 0, range};
}

struct quantizer quantizer_affine(float lo, float hi, int bits)
{
    assert(bits >= 1 && bits <= QUANTIZE_BITS);
    const float top = (float)((1 << bits) - 1), step = (fmaxf(hi, 0) - fminf(lo, 0)) / top;
    const float zero = step > 0 ? fminf(rintf(-fminf(lo, 0) / step), top) : 0;
    return (struct quantizer){step, -zero * step, (top - zero) * step};
}

struct quantizer quantizer_exact(struct quantizer q, int bits)
{
    if (q.step == 0)
        return q;
    const float steps[2] = {rintf(q.lo / q.step), rintf(q.hi / q.step)};
    uint32_t word;
    memcpy(&word, &q.step, sizeof word);
    word &= ~((1u << bits) - 1);
    memcpy(&q.step, &word, sizeof word);
    return (struct quantizer){q.step, steps[0] * q.step, steps[1] * q.step};
}

/* Steps too small for a reciprocal count as 0, and then everything is 0. */
static struct levels levels_of(struct quantizer q)
{
    if (!(q.step >= FLT_MIN))
        return (struct levels){.lo = q.lo, .hi = q.hi};
    const float inverse = 1 / q.step;
    return (struct levels){q.step, inverse, rintf(q.lo * inverse), rintf(q.hi * inverse), q.lo, q.hi};
}

/* Quantizers of columns as rows of numbers, in one allocation: free(step). */
static struct level_rows rows_of(const struct quantize *s)
{
    const int64_t n = s->chans;
    float *r = xaligned(sizeof *r * (6 * n + 1));
    for (int64_t c = 0; c < n; c++) {
        const struct levels l = levels_of(s->q[c]);
        r[c] = l.step;
        r[n + c] = l.inverse;
        r[2 * n + c] = l.least;
        r[3 * n + c] = l.most;
        r[4 * n + c] = l.lo;
        r[5 * n + c] = l.hi;
    }
    return (struct level_rows){r, r + n, r + 2 * n, r + 3 * n, r + 4 * n, r + 5 * n};
}

static bool columns(const struct quantize *s) { return s->inner == 1 && s->chans > 1; }

/* ---- Runs: n elements from `at`, of channel c ---------------------------------------------------- */

struct run { int64_t at, n, c; };

/* Run number i: a block of row i / blocks. */
static struct run run_of(const struct quantize *s, int64_t length, int64_t blocks, int64_t i)
{
    const int64_t row = i / blocks, from = i % blocks * QUANTIZE_BLOCK;
    return (struct run){row * length + from, least_of(QUANTIZE_BLOCK, length - from), row % s->chans};
}

/* One channel: all of it is one row. */
static int64_t row_length(const struct quantize *s) { return s->chans == 1 ? count(s) : s->inner; }
static int64_t row_count(const struct quantize *s) { return s->chans == 1 ? 1 : s->outer * s->chans; }

/* ---- There --------------------------------------------------------------------------------------- */

void quantize_fake(const struct quantize *s, float *y, const float *x)
{
    const struct quantize_kernels *k = ISA_PICK(quantize_kernels);
    const int64_t length = row_length(s), blocks = parts(length, QUANTIZE_BLOCK);

    if (columns(s)) {
        const struct level_rows l = rows_of(s);
        #pragma omp parallel for schedule(static) if (count(s) > TINY)
        for (int64_t r = 0; r < s->outer; r++)
            k->fake_row(y + r * s->chans, x + r * s->chans, s->chans, &l);
        free((float *)l.step);
        return;
    }
    #pragma omp parallel for schedule(static) if (count(s) > TINY)
    for (int64_t i = 0; i < row_count(s) * blocks; i++) {
        const struct run r = run_of(s, length, blocks, i);
        const struct levels l = levels_of(s->q[r.c]);
        k->fake(y + r.at, x + r.at, r.n, &l);
    }
}

void quantize_codes(const struct quantize *s, int32_t *code, const float *x)
{
    #pragma omp parallel for schedule(static) if (count(s) > TINY)
    for (int64_t i = 0; i < s->outer * s->chans; i++) {
        const struct levels l = levels_of(s->q[i % s->chans]);
        for (int64_t k = i * s->inner; k < (i + 1) * s->inner; k++)
            code[k] = (int32_t)rintf(fminf(fmaxf(x[k] * l.inverse, l.least), l.most));
    }
}

/* ---- And back ------------------------------------------------------------------------------------ */

static void runs_back(const struct quantize *s, float *dx, struct quantize_sums *sums, const float *dy,
                      const float *x, bool all)
{
    const struct quantize_kernels *k = ISA_PICK(quantize_kernels);
    const int64_t length = row_length(s), blocks = parts(length, QUANTIZE_BLOCK),
                  runs = row_count(s) * blocks;
    struct quantize_sums *part = sums ? xcalloc(runs + 1, sizeof *part) : NULL;

    #pragma omp parallel for schedule(static) if (count(s) > TINY)
    for (int64_t i = 0; i < runs; i++) {
        const struct run r = run_of(s, length, blocks, i);
        const struct levels l = levels_of(s->q[r.c]);
        if (part)
            k->sums(&part[i], dx + r.at, dy + r.at, x + r.at, r.n, &l, all);
        else if (!all)
            k->mask(dx + r.at, dy + r.at, x + r.at, r.n, &l);
        else
            memmove(dx + r.at, dy + r.at, r.n * sizeof *dx);
    }
    for (int64_t i = 0; sums && i < runs; i++) {
        struct quantize_sums *to = &sums[i / blocks % s->chans];
        to->below += part[i].below;
        to->above += part[i].above;
        to->inside += part[i].inside;
    }
    free(part);
}

static void columns_back(const struct quantize *s, float *dx, struct quantize_sums *sums, const float *dy,
                         const float *x, bool all)
{
    const struct quantize_kernels *k = ISA_PICK(quantize_kernels);
    const struct level_rows l = rows_of(s);
    const int64_t n = s->chans, blocks = parts(s->outer, QUANTIZE_ROWS);
    float *part = sums ? xcalloc(blocks * 3 * n + 1, sizeof *part) : NULL;

    #pragma omp parallel for schedule(static) if (count(s) > TINY)
    for (int64_t b = 0; b < blocks; b++)
        for (int64_t r = b * QUANTIZE_ROWS; r < least_of(s->outer, (b + 1) * QUANTIZE_ROWS); r++)
            k->mask_row(dx + r * n, part ? part + b * 3 * n : NULL, dy + r * n, x + r * n, n, &l, all);
    for (int64_t b = 0; part && b < blocks; b++)
        for (int64_t c = 0; c < n; c++) {
            sums[c].below += part[b * 3 * n + c];
            sums[c].above += part[b * 3 * n + n + c];
            sums[c].inside += part[b * 3 * n + 2 * n + c];
        }
    free(part);
    free((float *)l.step);
}

void quantize_back(const struct quantize *s, float *dx, struct quantize_sums *sums, const float *dy,
                   const float *x, bool all)
{
    for (int64_t c = 0; sums && c < s->chans; c++)
        sums[c] = (struct quantize_sums){0};
    (columns(s) ? columns_back : runs_back)(s, dx, sums, dy, x, all);
}
