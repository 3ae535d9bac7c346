/*
 * Scores are made in tiles of QUERIES x KEYS: 128 KiB, which stay in the second cache between the product that
 * makes them, the softmax, and the product that uses them.  Most sequences are one tile long; of longer ones
 * the softmax goes on from tile to tile: when a larger score turns up, what was summed so far shrinks.
 *
 * Forward, a task is a block of queries of one head; backward it is a head, which owns its dk and dv.  Tasks follow
 * from the shape alone and every product runs on one thread, so the thread count does not change a bit.
 */
#include "tensor/attention.h"
#include "base/mem.h"
#include "tensor/blas.h"

#include <float.h>
#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

enum {
    QUERIES = 64, KEYS = 512,           /* of a tile; KEYS is a multiple of DROPOUT_PIECE */
    TINY = 100000,                      /* multiplications: one thread is faster */
};

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }
static int64_t parts(int64_t whole, int64_t part) { return (whole + part - 1) / part; }

struct attention_term attention_relative(float *x, int64_t heads, int64_t tq, int64_t r)
{
    return (struct attention_term){x + (tq - 1), heads * tq * r, tq * r, r - 1};
}

/* Keys that query i sees. */
static int64_t seen(const struct attention *a, int64_t b, int64_t i)
{
    int64_t n = a->lengths ? least(a->lengths[b], a->tk) : a->tk;
    if (a->causal)
        n = least(n, i + a->tk - a->tq + 1);
    return n > 0 ? n : 0;
}

/* One head of one entry. */
static float *head(const struct attention *a, struct heads x, int64_t b, int64_t h, int64_t t)
{
    return x.x + b * x.batch + t * x.row + h * a->d;
}

/* Queries first .. first+rows-1 of one head against keys start .. start+cols-1. */
struct tile { int64_t b, h, first, rows, start, cols; };

/* Of row r of a tile, how many columns are seen. */
static int64_t width(const struct attention *a, const struct tile *t, int64_t r)
{
    const int64_t n = seen(a, t->b, t->first + r) - t->start;
    return n < 0 ? 0 : least(n, t->cols);
}

/* y [rows, cols] = factor * x z' of two heads, row by row. */
static void products(const struct attention *a, const struct tile *t, float *y, float factor,
                     struct heads x, struct heads z)
{
    sgemm(CblasNoTrans, CblasTrans, t->rows, t->cols, a->d, factor,
                head(a, x, t->b, t->h, t->first), x.row,
                head(a, z, t->b, t->h, t->start), z.row, 0, y, t->cols);
}

static float *term_row(const struct attention_term *term, const struct tile *t, int64_t r)
{
    return term->x + t->b * term->batch + t->h * term->head + (t->first + r) * term->row + t->start;
}

static void add_terms(const struct attention *a, const struct attention_kernels *k, const struct tile *t,
                      int64_t r, float *s)
{
    for (int n = 0; n < 2; n++)
        if (a->term[n].x)
            k->add(s, term_row(&a->term[n], t, r), width(a, t, r));
}

/* The number of entry b in the whole batch. */
static int64_t entry(const struct dropout_rows *s, int64_t b)
{
    return s->step ? (s->first + b / s->each * s->step) * s->each + b % s->each : b;
}

/* x = drop(x) of row r. */
static void drop(const struct attention *a, const struct tile *t, int64_t r, float *x, int64_t n)
{
    const int64_t row = (entry(&a->share, t->b) * a->h + t->h) * a->tq + t->first + r;
    const int64_t pieces = parts(a->tk, DROPOUT_PIECE);

    if (a->drop.p > 0)
        ISA_PICK(dropout_kernels)->drop(&a->drop, row * pieces + t->start / DROPOUT_PIECE, x, x, NULL, n);
}

/* ---- Forward --------------------------------------------------------------------------------------------- */

/* The softmax of a row so far: its largest score, and the sum of exp(s - most). */
struct so_far { float most, sum; };

/* Scores of a tile to probabilities, up to a factor that the rows share; o shrinks where larger scores turn up. */
static void continue_softmax(const struct attention *a, const struct tile *t, float *s,
                             struct so_far *state, struct heads o)
{
    const struct attention_kernels *k = ISA_PICK(attention_kernels);

    for (int64_t r = 0; r < t->rows; r++) {
        float *row = s + r * t->cols;
        const int64_t n = width(a, t, r);

        add_terms(a, k, t, r, row);
        const float before = state[r].most, most = fmaxf(before, k->max(row, n)), shrink = expf(before - most);
        state[r] = (struct so_far){most, shrink * state[r].sum + k->exp(row, most, n)};
        memset(row + n, 0, sizeof *row * (t->cols - n));
        drop(a, t, r, row, n);
        if (t->start > 0 && shrink < 1)
            k->scale(head(a, o, t->b, t->h, t->first + r), shrink, a->d);
    }
}

static void forward_block(const struct attention *a, struct heads o, float *lse, struct heads q,
                          struct heads k, struct heads v, struct tile t, float *s)
{
    const int64_t keys = seen(a, t.b, t.first + t.rows - 1);        /* the last query sees the most */
    struct so_far state[QUERIES];

    for (int64_t r = 0; r < t.rows; r++)
        state[r] = (struct so_far){-FLT_MAX, 0};
    for (t.start = 0; t.start < keys; t.start += KEYS) {
        t.cols = least(KEYS, keys - t.start);
        products(a, &t, s, a->scale, q, k);
        continue_softmax(a, &t, s, state, o);
        sgemm(CblasNoTrans, CblasNoTrans, t.rows, a->d, t.cols, 1, s, t.cols,
                    head(a, v, t.b, t.h, t.start), v.row, t.start > 0,
                    head(a, o, t.b, t.h, t.first), o.row);
    }
    lse += (t.b * a->h + t.h) * a->tq + t.first;
    for (int64_t r = 0; r < t.rows; r++) {
        float *row = head(a, o, t.b, t.h, t.first + r);
        const float sum = state[r].sum;

        if (sum == 0)
            memset(row, 0, sizeof *row * a->d);
        else
            ISA_PICK(attention_kernels)->scale(row, 1 / sum, a->d);
        lse[r] = sum == 0 ? INFINITY : state[r].most + logf(sum);
    }
}

/* OpenBLAS takes as many threads as OpenMP would, unless it is called by one of many. */
static int threads_for(const struct attention *a)
{
    return a->b * a->h * a->tq * a->tk * a->d < TINY ? 1 : omp_get_max_threads();
}

void attention_forward(const struct attention *a, struct heads o, float *lse, struct heads q,
                       struct heads k, struct heads v)
{
    const int64_t blocks = parts(a->tq, QUERIES), tasks = a->b * a->h * blocks;
    const int before = omp_get_max_threads();

    if (tasks == 0 || a->d == 0)
        return;
    omp_set_num_threads(tasks > 1 ? threads_for(a) : 1);
    #pragma omp parallel
    {
        float *s = xaligned(sizeof *s * QUERIES * least(KEYS, a->tk + 1));

        #pragma omp for schedule(dynamic)
        for (int64_t n = 0; n < tasks; n++) {
            const int64_t first = n % blocks * QUERIES, plane = n / blocks;
            const struct tile t = {.b = plane / a->h, .h = plane % a->h, .first = first,
                                   .rows = least(QUERIES, a->tq - first)};
            forward_block(a, o, lse, q, k, v, t, s);
        }
        free(s);
    }
    omp_set_num_threads(before);
}

/* ---- Backward --------------------------------------------------------------------------------------------
 *
 * With dp = drop'(d_o v') and ds = p (dp - <d_o, o>), where the last is the mean of dp under p:
 *
 *     dv = drop(p)' d_o,  dq = scale ds k,  dk = scale ds' q,  of a term: ds
 */

struct gradients {
    struct heads dq, dk, dv, d_o, o, q, k, v;
    const struct attention_term *dterm;
    const float *lse;
};

/* y [T,D] of a head += factor * x' z, x [rows,cols] the tile. */
static void add_transposed(const struct attention *a, const struct tile *t, struct heads y, float factor,
                           const float *x, struct heads z)
{
    sgemm(CblasTrans, CblasNoTrans, t->cols, a->d, t->rows, factor, x, t->cols,
                head(a, z, t->b, t->h, t->first), z.row, 1, head(a, y, t->b, t->h, t->start), y.row);
}

/* s: scores to probabilities, not dropped yet. */
static void probabilities(const struct attention *a, const struct gradients *g, const struct tile *t, float *s)
{
    const struct attention_kernels *k = ISA_PICK(attention_kernels);
    const float *lse = g->lse + (t->b * a->h + t->h) * a->tq + t->first;

    for (int64_t r = 0; r < t->rows; r++) {
        float *row = s + r * t->cols;
        const int64_t n = width(a, t, r);

        add_terms(a, k, t, r, row);
        k->exp(row, lse[r], n);
        memset(row + n, 0, sizeof *row * (t->cols - n));
    }
}

/* dp: d_o v' to ds. */
static void slopes(const struct attention *a, const struct gradients *g, const struct tile *t,
                   const float *p, float *dp)
{
    const struct attention_kernels *k = ISA_PICK(attention_kernels);

    for (int64_t r = 0; r < t->rows; r++) {
        const int64_t i = t->first + r, n = width(a, t, r);
        const float mean = k->dot(head(a, g->d_o, t->b, t->h, i), head(a, g->o, t->b, t->h, i), a->d);
        float *row = dp + r * t->cols;

        drop(a, t, r, row, n);
        k->slope(row, p + r * t->cols, mean, n);
        memset(row + n, 0, sizeof *row * (t->cols - n));
        for (int m = 0; m < 2 && g->dterm; m++)
            if (g->dterm[m].x)
                k->add(term_row(&g->dterm[m], t, r), row, n);
    }
}

static void backward_tile(const struct attention *a, const struct gradients *g, const struct tile *t,
                          float *s, float *dp)
{
    products(a, t, s, a->scale, g->q, g->k);
    probabilities(a, g, t, s);
    products(a, t, dp, 1, g->d_o, g->v);
    slopes(a, g, t, s, dp);
    sgemm(CblasNoTrans, CblasNoTrans, t->rows, a->d, t->cols, a->scale, dp, t->cols,
                head(a, g->k, t->b, t->h, t->start), g->k.row, t->start > 0,
                head(a, g->dq, t->b, t->h, t->first), g->dq.row);
    add_transposed(a, t, g->dk, a->scale, dp, g->q);
    for (int64_t r = 0; r < t->rows; r++)
        drop(a, t, r, s + r * t->cols, width(a, t, r));
    add_transposed(a, t, g->dv, 1, s, g->d_o);
}

static void clear(const struct attention *a, struct heads x, int64_t b, int64_t h, int64_t first, int64_t end)
{
    for (int64_t t = first; t < end; t++)
        memset(head(a, x, b, h, t), 0, sizeof(float) * a->d);
}

static void backward_head(const struct attention *a, const struct gradients *g, int64_t b, int64_t h,
                          float *s, float *dp)
{
    clear(a, g->dk, b, h, 0, a->tk);
    clear(a, g->dv, b, h, 0, a->tk);
    for (int64_t first = 0; first < a->tq; first += QUERIES) {
        struct tile t = {.b = b, .h = h, .first = first, .rows = least(QUERIES, a->tq - first)};
        const int64_t keys = seen(a, b, first + t.rows - 1);

        if (keys == 0)
            clear(a, g->dq, b, h, first, first + t.rows);
        for (t.start = 0; t.start < keys; t.start += KEYS) {
            t.cols = least(KEYS, keys - t.start);
            backward_tile(a, g, &t, s, dp);
        }
    }
}

void attention_backward(const struct attention *a, struct heads dq, struct heads dk, struct heads dv,
                        const struct attention_term *dterm, struct heads d_o, struct heads o,
                        const float *lse, struct heads q, struct heads k, struct heads v)
{
    const struct gradients g = {dq, dk, dv, d_o, o, q, k, v, dterm, lse};
    const int before = omp_get_max_threads();

    if (a->b * a->h * a->d == 0)
        return;
    omp_set_num_threads(a->b * a->h > 1 ? threads_for(a) : 1);
    #pragma omp parallel
    {
        const int64_t tile = QUERIES * least(KEYS, a->tk + 1);
        float *s = xaligned(sizeof *s * 2 * tile);

        #pragma omp for schedule(dynamic)
        for (int64_t n = 0; n < a->b * a->h; n++)
            backward_head(a, &g, n / a->h, n % a->h, s, s + tile);
        free(s);
    }
    omp_set_num_threads(before);
}
