/*
 * Values are taken block by block as doubles, which stay in the cache for all that is asked of
 * them.  Whatever is summed goes through 64 lanes or more (channels, or channels several times
 * over where they are few): the loops are vectors without reordering a sum.
 */
#include "tensor/stats.h"

#include "base/mem.h"
#include "tensor/cast.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    BLOCK = 16 << 10,                       /* elements: 128 KiB of doubles, half of an L2 cache */
    LANES = 64,                             /* at least, while there are rows enough */
    WAVE = 64,                              /* blocks whose results are held at a time */
    PARALLEL = 64 << 10,                    /* elements from which threads pay */
    DIGIT = 11, DIGITS = 1 << DIGIT,        /* of a quantile's key; a table is half an L1 cache */
};

#define CLONES __attribute__((target_clones("avx2", "default")))

/* Elements at .. at+n-1 of the whole tensor, as they lie or in buffer (n + 3 doubles): packed
 * elements are taken from the start of a byte. */
static const double *elements(double *buffer, const struct stats_view *x, int64_t at, int64_t n)
{
    const int bits = ten_elem_bits(x->type), before = bits < 8 ? (int)(at % (8 / bits)) : 0;

    if (x->type == TEN_F64)
        return (const double *)x->data + at;
    cast(buffer, TEN_F64, (const char *)x->data + (at - before) / 8 * bits +
         (at - before) % 8 * bits / 8, x->type, n + before);
    return buffer + before;
}

/* ---- Moments and extremes -------------------------------------------------------------------- */

/* Of one block: a number per lane. */
struct lanes {
    double sum[STATS_CHANS], mean[STATS_CHANS], m2[STATS_CHANS], min[STATS_CHANS], max[STATS_CHANS];
    int64_t n[STATS_CHANS], zeros[STATS_CHANS], nan[STATS_CHANS];
    double buffer[BLOCK + 3];
};

/* Selected by mask: a choice between values would become a branch, and no vector. */
static inline double finite_or(double v, double other)
{
    const int64_t keep = -(int64_t)(fabs(v) <= DBL_MAX);
    int64_t a, b;

    memcpy(&a, &v, sizeof a);
    memcpy(&b, &other, sizeof b);
    a = (a & keep) | (b & ~keep);
    memcpy(&v, &a, sizeof v);
    return v;
}

CLONES static void count_and_add(struct lanes *restrict l, const double *restrict x, int64_t rows, int w)
{
    for (int64_t r = 0; r < rows; r++, x += w)
        for (int c = 0; c < w; c++) {
            const double v = x[c], low = finite_or(v, INFINITY), high = finite_or(v, -INFINITY);

            l->sum[c] += finite_or(v, 0);
            l->min[c] = low < l->min[c] ? low : l->min[c];
            l->max[c] = high > l->max[c] ? high : l->max[c];
            l->n[c] += fabs(v) <= DBL_MAX;
            l->zeros[c] += v == 0;
            l->nan[c] += v != v;
        }
}

CLONES static void add_squares(struct lanes *restrict l, const double *restrict x, int64_t rows, int w)
{
    for (int64_t r = 0; r < rows; r++, x += w)
        for (int c = 0; c < w; c++) {
            const double d = finite_or(x[c], l->mean[c]) - l->mean[c];

            l->m2[c] += d * d;
        }
}

double stats_mean(const struct stats *s)
{
    return s->sum / (double)s->n;
}

double stats_std(const struct stats *s)
{
    return sqrt(s->m2 / (double)s->n);
}

static void join(struct stats *a, const struct stats *b)
{
    const double d = stats_mean(b) - stats_mean(a), part = (double)b->n / (double)(a->n + b->n);

    a->count += b->count;
    a->zeros += b->zeros;
    a->nan += b->nan;
    a->inf += b->inf;
    if (b->n == 0)
        return;
    if (a->n == 0) {
        a->min = b->min;
        a->max = b->max;
    } else {
        a->min = b->min < a->min ? b->min : a->min;
        a->max = b->max > a->max ? b->max : a->max;
        a->m2 += d * d * ((double)a->n * part);
    }
    a->sum += b->sum;
    a->m2 += b->m2;
    a->n += b->n;
}

static const struct stats nothing = {.min = NAN, .max = NAN};

/* y[c] of rows [rows,w] of doubles: lane l belongs to channel l % chans. */
static void block_stats(struct stats *y, int chans, struct lanes *l, const double *x, int64_t rows, int w)
{
    for (int c = 0; c < w; c++) {
        l->sum[c] = l->m2[c] = 0;
        l->n[c] = l->zeros[c] = l->nan[c] = 0;
        l->min[c] = INFINITY;
        l->max[c] = -INFINITY;
    }
    count_and_add(l, x, rows, w);
    for (int c = 0; c < w; c++)
        l->mean[c] = l->sum[c] / (double)l->n[c];
    add_squares(l, x, rows, w);

    for (int c = 0; c < chans; c++)
        y[c] = nothing;
    for (int c = 0; c < w; c++) {
        const struct stats s = {.count = rows, .n = l->n[c], .zeros = l->zeros[c], .nan = l->nan[c],
                                .inf = rows - l->n[c] - l->nan[c], .min = l->min[c], .max = l->max[c],
                                .sum = l->sum[c], .m2 = l->m2[c]};
        join(&y[c % chans], &s);
    }
}

/* Channels in their rows, k rows side by side where channels are few. */
struct plan { int64_t first, rows, per_block; int n, k, w; };

/* Rows at .. at+rows-1 (of w lanes each) into y. */
static void do_block(struct stats *y, const struct stats_view *x, const struct plan *p, int64_t at,
                     struct lanes *l)
{
    const int64_t rows = p->rows - at < p->per_block ? p->rows - at : p->per_block;

    if (p->n == x->chans) {
        block_stats(y, p->n, l, elements(l->buffer, x, at * p->w, rows * p->w), rows, p->w);
        return;
    }
    /* A part of every row: gathered one behind the other.  The room behind the block's end takes
     * what a packed row starts with too early. */
    for (int64_t r = 0; r < rows; r++) {
        double *to = l->buffer + r * p->w;
        const double *from = elements(to, x, (at + r) * x->chans + p->first, p->n);

        memmove(to, from, (size_t)p->n * sizeof *to);
    }
    block_stats(y, p->n, l, l->buffer, rows, p->w);
}

void stats_chans(struct stats *y, const struct stats_view *x, int64_t first, int64_t n)
{
    struct plan p = {.first = first, .n = (int)n, .k = n == x->chans && n > 0 && n < LANES ? LANES / (int)n : 1};
    int64_t blocks;

    for (int64_t c = 0; c < n; c++)
        y[c] = nothing;
    if (n == 0 || x->rows == 0)
        return;
    p.w = p.n * p.k;
    p.rows = x->rows / p.k;
    p.per_block = BLOCK / p.w;
    blocks = (p.rows + p.per_block - 1) / p.per_block;

    struct stats *part = xmalloc((size_t)((blocks < WAVE ? blocks + 1 : WAVE) * n) * sizeof *part);
    for (int64_t wave = 0; wave < blocks; wave += WAVE) {
        const int64_t end = blocks - wave < WAVE ? blocks : wave + WAVE;

        #pragma omp parallel if ((end - wave) * BLOCK >= PARALLEL)
        {
            struct lanes *l = xaligned(sizeof *l);

            #pragma omp for schedule(dynamic)
            for (int64_t b = wave; b < end; b++)
                do_block(part + (b - wave) * n, x, &p, b * p.per_block, l);
            free(l);
        }
        for (int64_t b = wave; b < end; b++)
            for (int64_t c = 0; c < n; c++)
                join(&y[c], &part[(b - wave) * n + c]);
    }
    /* Fewer than k rows are left over: one short row of lanes. */
    const int left = (int)(x->rows % p.k * n);
    if (left > 0) {
        struct lanes *l = xaligned(sizeof *l);

        block_stats(part, p.n, l, elements(l->buffer, x, p.rows * p.w, left), 1, left);
        for (int64_t c = 0; c < n; c++)
            join(&y[c], &part[c]);
        free(l);
    }
    free(part);
}

/* ---- One channel, value by value ------------------------------------------------------------- */

/* Rows at .. at+n-1 of channel c. */
static const double *channel(double *buffer, const struct stats_view *x, int64_t c, int64_t at, int64_t n)
{
    if (x->chans == 1)
        return elements(buffer, x, at, n);
    for (int64_t r = 0; r < n; r++)
        buffer[r] = elem_double(x->data, x->type, (at + r) * x->chans + c);
    return buffer;
}

/* Keys sort as unsigned integers as the values do. */
static inline uint64_t key_of(double v)
{
    uint64_t u;

    memcpy(&u, &v, sizeof u);
    return u >> 63 ? ~u : u | (uint64_t)1 << 63;
}

static double value_of(uint64_t key)
{
    double v;

    key = key >> 63 ? key & ~((uint64_t)1 << 63) : ~key;
    memcpy(&v, &key, sizeof v);
    return v;
}

/* A quantile on its way: the leading digits of its key, and its rank among the values that have
 * them, counted from 0. */
struct search { uint64_t prefix; int64_t rank; };

/* n[i][digit] += values that start with the prefix of s[i] and go on with the digit. */
static void count_digits(int64_t n[][DIGITS], const struct search *s, int count, int shift,
                         const double *v, int64_t values)
{
    for (int64_t i = 0; i < values; i++) {
        const uint64_t rest = key_of(v[i]) >> shift;

        if (!(fabs(v[i]) <= DBL_MAX))
            continue;
        for (int k = 0; k < count; k++)
            if (rest >> DIGIT == s[k].prefix)
                n[k][rest & (DIGITS - 1)]++;
    }
}

static void count_channel(int64_t total[][DIGITS], const struct search *s, int count, int shift,
                          const struct stats_view *x, int64_t c)
{
    const size_t bytes = (size_t)count * sizeof *total;

    memset(total, 0, bytes);
    #pragma omp parallel if (x->rows >= PARALLEL)
    {
        double *buffer = xaligned((BLOCK + 3) * sizeof *buffer);
        int64_t (*n)[DIGITS] = xcalloc(1, bytes);

        #pragma omp for schedule(static)
        for (int64_t at = 0; at < x->rows; at += BLOCK) {
            const int64_t part = x->rows - at < BLOCK ? x->rows - at : BLOCK;

            count_digits(n, s, count, shift, channel(buffer, x, c, at, part), part);
        }
        #pragma omp critical
        for (int k = 0; k < count; k++)
            for (int d = 0; d < DIGITS; d++)
                total[k][d] += n[k][d];
        free(n);
        free(buffer);
    }
}

/* Go on by the digit under which the rank falls. */
static void next_digit(struct search *s, const int64_t n[DIGITS])
{
    int d = 0;

    while (d < DIGITS - 1 && s->rank >= n[d])
        s->rank -= n[d++];
    s->prefix = s->prefix << DIGIT | (uint64_t)d;
}

static int64_t sum(const int64_t n[DIGITS])
{
    int64_t total = 0;

    for (int d = 0; d < DIGITS; d++)
        total += n[d];
    return total;
}

/* ceil(p n) - 1, where p n may have been rounded up past a whole number. */
static int64_t rank_of(double p, int64_t n)
{
    const int64_t rank = (int64_t)ceil(p * (double)n * (1 - 4 * DBL_EPSILON)) - 1;

    return rank < 0 ? 0 : rank < n ? rank : n - 1;
}

void stats_quantiles(double *q, const double *p, int count, const struct stats_view *x, int64_t c)
{
    int64_t (*n)[DIGITS] = xmalloc((size_t)(count ? count : 1) * sizeof *n);
    struct search s[STATS_QUANTILES] = {0};

    /* The first digit has 9 bits: 9 + 5 * 11 = 64. */
    for (int shift = 5 * DIGIT; shift >= 0; shift -= DIGIT) {
        count_channel(n, s, count, shift, x, c);
        for (int k = 0; k < count; k++) {
            if (shift == 5 * DIGIT)
                s[k].rank = rank_of(p[k], sum(n[k]));
            next_digit(&s[k], n[k]);
        }
    }
    for (int k = 0; k < count; k++)
        q[k] = fabs(value_of(s[k].prefix)) <= DBL_MAX ? value_of(s[k].prefix) : NAN;
    free(n);
}

double stats_edge(int i, int bins, double lo, double hi)
{
    const double part = (double)i / bins;

    return i == bins ? hi : lo * (1 - part) + hi * part;        /* hi - lo may overflow */
}

void stats_histogram(int64_t *n, int bins, double lo, double hi, const struct stats_view *x, int64_t c)
{
    const double span = hi / 2 - lo / 2;

    #pragma omp parallel if (x->rows >= PARALLEL)
    {
        double *buffer = xaligned((BLOCK + 3) * sizeof *buffer);
        int64_t *mine = xcalloc((size_t)bins, sizeof *mine);

        #pragma omp for schedule(static)
        for (int64_t at = 0; at < x->rows; at += BLOCK) {
            const int64_t part = x->rows - at < BLOCK ? x->rows - at : BLOCK;
            const double *v = channel(buffer, x, c, at, part);

            for (int64_t i = 0; i < part; i++) {
                const double bin = span > 0 ? (v[i] / 2 - lo / 2) / span * bins : 0;

                if (fabs(v[i]) <= DBL_MAX)
                    mine[bin < bins ? (int)bin : bins - 1]++;
            }
        }
        #pragma omp critical
        for (int b = 0; b < bins; b++)
            n[b] += mine[b];
        free(mine);
        free(buffer);
    }
}
