/* Pieces and rows are shared out in runs of fixed size.  A row is read several times, but from the
 * nearest cache. */
#include "tensor/simd_loss.h"
#include "tensor/simd_reduce.h"

#include <math.h>

enum {
    PARALLEL = 16384,                   /* elements; below, a parallel region costs more than it gives */
    PIECE = 8192,                       /* elements that a thread does in one go */
};

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

/* ---- Pairs ----------------------------------------------------------------------------------- */

void pair_loss(const struct pair_loss *f, float *loss, const float *x, const float *y, int64_t n)
{
    const struct loss_kernels *k = ISA_PICK(loss_kernels);
    #pragma omp parallel for schedule(static) if (n > PARALLEL)
    for (int64_t i = 0; i < n; i += PIECE)
        k->pair(f, loss + i, x + i, y + i, least(PIECE, n - i));
}

void pair_loss_back(const struct pair_loss *f, bool wanted, float *d, const float *g, int64_t step,
                    const float *x, const float *y, int64_t n)
{
    const struct loss_kernels *k = ISA_PICK(loss_kernels);
    #pragma omp parallel for schedule(static) if (n > PARALLEL)
    for (int64_t i = 0; i < n; i += PIECE)
        k->pair_back(f, wanted, d + i, g + i * step, step, x + i, y + i, least(PIECE, n - i));
}

/* ---- Rows ------------------------------------------------------------------------------------ */

/* What is done with every row. */
struct rows {
    void (*row)(const struct rows *s, int64_t r);
    int64_t rows, chans;
    const float *x, *y, *g;
    float *to, *value, *extra;          /* [R,C], [R], [R,2] */
    const float *was, *had;             /* value and extra, on the way back */
    const struct divergence *divergence;
    bool wanted;
    float eps;
};

static void run(struct rows s)
{
    const int64_t few = s.chans < PIECE ? PIECE / (s.chans + 1) + 1 : 1;
    #pragma omp parallel for schedule(static) if (s.rows * s.chans > PARALLEL)
    for (int64_t from = 0; from < s.rows; from += few)
        for (int64_t r = from; r < least(s.rows, from + few); r++)
            s.row(&s, r);
}

/* ln sum e^(s x) */
static float log_sum_exp_of(const float *x, int64_t n, float s)
{
    if (n == 0)
        return -INFINITY;
    const float most = s * ISA_PICK(reduce_kernels)->row_max(x, n, false);
    const struct loss_line l = {.s = s, .a = most};
    return (float)(most + log(ISA_PICK(loss_kernels)->sum(SUM_EXP, &l, x, x, n)));
}

static void divergence_row(const struct rows *s, int64_t r)
{
    const float *x = s->x + r * s->chans, *y = s->y + r * s->chans;
    const float T = s->divergence->temperature;
    struct loss_line l = {.s = 1};
    if (s->divergence->logits) {
        l.s = 1 / T;
        s->extra[2 * r] = l.a = log_sum_exp_of(x, s->chans, l.s);
        s->extra[2 * r + 1] = l.b = log_sum_exp_of(y, s->chans, l.s);
    }
    const double sum = ISA_PICK(loss_kernels)->sum(SUM_DIVERGENCE, &l, x, y, s->chans);
    s->value[r] = (float)(s->divergence->logits ? T * T * sum : sum);
}

/* With logits the derivatives by x are T (q - p), by y T p (ln p - ln q - loss/T^2); else -p and p (ln p
 * - ln q + 1). */
static void divergence_back_row(const struct rows *s, int64_t r)
{
    const struct loss_kernels *k = ISA_PICK(loss_kernels);
    const bool logits = s->divergence->logits;
    const float T = logits ? s->divergence->temperature : 1, g = s->g[r] * T;
    const float *x = s->x + r * s->chans, *y = s->y + r * s->chans;
    float *d = s->to + r * s->chans;
    struct loss_line l = {.s = 1 / T};
    if (logits) {
        l.a = s->had[2 * r];
        l.b = s->had[2 * r + 1];
    }
    if (s->wanted)
        k->divergence_y(&l, d, g, logits ? -s->was[r] / (T * T) : 1, x, y, s->chans);
    else
        k->divergence_x(&l, d, logits ? g : 0, g, x, y, s->chans);
}

void divergence(const struct divergence *s, float *loss, float *logs, const float *x, const float *y)
{
    run((struct rows){.row = divergence_row, .rows = s->rows, .chans = s->chans, .x = x, .y = y,
                      .value = loss, .extra = logs, .divergence = s});
}

void divergence_back(const struct divergence *s, bool wanted, float *d, const float *g, const float *loss,
                     const float *logs, const float *x, const float *y)
{
    run((struct rows){.row = divergence_back_row, .rows = s->rows, .chans = s->chans, .x = x, .y = y,
                      .g = g, .to = d, .was = loss, .had = logs, .divergence = s, .wanted = wanted});
}

static float inverse_norm(const float *x, int64_t n, float eps)
{
    return 1 / fmaxf((float)sqrt(ISA_PICK(reduce_kernels)->row_sum(x, n, true)), eps);
}

static void cosine_row(const struct rows *s, int64_t r)
{
    const float *x = s->x + r * s->chans, *y = s->y + r * s->chans;
    const struct loss_line l = {.s = 1};
    const float a = inverse_norm(x, s->chans, s->eps), b = inverse_norm(y, s->chans, s->eps);
    s->extra[2 * r] = a;
    s->extra[2 * r + 1] = b;
    s->value[r] = (float)(ISA_PICK(loss_kernels)->sum(SUM_PRODUCT, &l, x, y, s->chans) * a * b);
}

/* g (y / (|x| |y|) - cosine x / |x|^2); a norm that is held at eps has no derivative. */
static void cosine_back_row(const struct rows *s, int64_t r)
{
    const float *x = s->x + r * s->chans, *y = s->y + r * s->chans, g = s->g[r];
    const float a = s->had[2 * r + s->wanted], b = s->had[2 * r + !s->wanted];
    const float own = a < 1 / s->eps ? g * s->was[r] * a * a : 0;
    ISA_PICK(loss_kernels)->mix(s->to + r * s->chans, -own, x, g * a * b, y, s->chans);
}

void cosine_rows(const struct cosine *s, float *cosine, float *inverse, const float *x, const float *y)
{
    run((struct rows){.row = cosine_row, .rows = s->rows, .chans = s->chans, .x = x, .y = y,
                      .value = cosine, .extra = inverse, .eps = s->eps});
}

void cosine_back(const struct cosine *s, bool exchanged, float *dx, const float *g, const float *cosine,
                 const float *inverse, const float *x, const float *y)
{
    run((struct rows){.row = cosine_back_row, .rows = s->rows, .chans = s->chans, .x = x, .y = y, .g = g,
                      .to = dx, .was = cosine, .had = inverse, .wanted = exchanged, .eps = s->eps});
}
