/* A row is read several times, but from the nearest cache: its maximum, its exponentials and their
 * sum, and what is made of those. */
#include "tensor/simd_softmax.h"

#include <assert.h>
#include <math.h>
#include <string.h>

enum {
    PARALLEL = 8192,                    /* exponentials; below, a parallel region costs more than it gives */
    PIECE = 4096,                       /* that a thread does in one go */
};

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

/* What is done with every row. */
struct rows {
    void (*row)(const struct rows *s, int64_t r);
    const struct softmax_kernels *kernels;
    int64_t rows, chans;
    float *to;
    const float *a, *b;
    const struct cross_entropy *entropy;
    float *loss;
    const float *dloss;
    double all_weights;
};

static void run(struct rows s)
{
    const int64_t few = s.chans < PIECE ? PIECE / (s.chans + 1) + 1 : 1;
    s.kernels = ISA_PICK(softmax_kernels);
    if (s.chans == 0 && !s.loss)
        return;
    #pragma omp parallel for schedule(static) if (s.rows * s.chans > PARALLEL)
    for (int64_t from = 0; from < s.rows; from += few)
        for (int64_t r = from; r < least(s.rows, from + few); r++)
            s.row(&s, r);
}

/* ---- Softmax ------------------------------------------------------------------------------------- */

static void softmax_row(const struct rows *s, int64_t r)
{
    const float *x = s->a + r * s->chans;
    float *y = s->to + r * s->chans;
    const double sum = s->kernels->exponentials(y, x, s->chans, s->kernels->largest(x, s->chans));
    s->kernels->combine(y, (float)(1 / sum), y, 0, NULL, s->chans);
}

static void log_softmax_row(const struct rows *s, int64_t r)
{
    const float *x = s->a + r * s->chans;
    const float m = s->kernels->largest(x, s->chans);
    const double sum = s->kernels->exponentials(NULL, x, s->chans, m);
    s->kernels->combine(s->to + r * s->chans, 1, x, (float)(m + log(sum)), NULL, s->chans);
}

static void log_sum_exp_row(const struct rows *s, int64_t r)
{
    const float *x = s->a + r * s->chans, m = s->kernels->largest(x, s->chans);
    s->loss[r] = (float)(m + log(s->kernels->exponentials(NULL, x, s->chans, m)));
}

static void softmax_back_row(const struct rows *s, int64_t r)
{
    const int64_t at = r * s->chans;
    s->kernels->back(s->to + at, s->a + at, s->b + at, s->chans);
}

static void log_softmax_back_row(const struct rows *s, int64_t r)
{
    const int64_t at = r * s->chans;
    s->kernels->log_back(s->to + at, s->a + at, s->b + at, s->chans);
}

void softmax(float *y, const float *x, int64_t rows, int64_t chans)
{
    run((struct rows){.row = softmax_row, .rows = rows, .chans = chans, .to = y, .a = x});
}

void log_softmax(float *y, const float *x, int64_t rows, int64_t chans)
{
    run((struct rows){.row = log_softmax_row, .rows = rows, .chans = chans, .to = y, .a = x});
}

void softmax_back(float *dx, const float *dy, const float *y, int64_t rows, int64_t chans)
{
    run((struct rows){.row = softmax_back_row, .rows = rows, .chans = chans, .to = dx, .a = dy, .b = y});
}

void log_softmax_back(float *dx, const float *dy, const float *y, int64_t rows, int64_t chans)
{
    run((struct rows){.row = log_softmax_back_row, .rows = rows, .chans = chans, .to = dx, .a = dy, .b = y});
}

void log_sum_exp(float *y, const float *x, int64_t rows, int64_t chans)
{
    for (int64_t r = 0; r < rows && chans == 0; r++)
        y[r] = -INFINITY;
    if (chans > 0)
        run((struct rows){.row = log_sum_exp_row, .rows = rows, .chans = chans, .loss = y, .a = x});
}

/* ---- Cross-entropy --------------------------------------------------------------------------------- */

/* t of a row is even[c] + (own at the label): even the weights or the soft targets, times a factor. */
struct target { const float *even; float factor, own; int32_t label; double sum, dot; };

/* dot: sum t (x - m); sum: sum t. */
static struct target target_of(const struct rows *s, int64_t r, const float *x, float m)
{
    const struct cross_entropy *e = s->entropy;
    struct target t = {.label = -1};
    if (e->soft) {
        t.even = e->soft + r * s->chans;
        t.factor = 1;
        t.dot = s->kernels->weighed(t.even, x, s->chans, m, &t.sum);
        return t;
    }
    t.label = e->labels[r];
    assert(t.label < s->chans);
    t.even = e->weights;
    t.factor = e->smoothing / s->chans;
    t.own = (1 - e->smoothing) * (e->weights ? e->weights[t.label] : 1);
    t.dot = t.own * ((double)x[t.label] - m);
    t.sum = t.own + t.factor * s->all_weights;
    if (t.factor > 0) {
        double ignore;
        t.dot += t.factor * s->kernels->weighed(t.even, x, s->chans, m, &ignore);
    }
    return t;
}

static void entropy_row(const struct rows *s, int64_t r)
{
    const struct cross_entropy *e = s->entropy;
    const float *x = s->a + r * s->chans;
    float *dx = s->to ? s->to + r * s->chans : NULL;
    if (!e->soft && (e->labels[r] < 0 || e->labels[r] == e->ignored)) {
        if (s->loss)
            s->loss[r] = 0;
        if (dx)
            memset(dx, 0, s->chans * sizeof *dx);
        return;
    }
    const float m = s->kernels->largest(x, s->chans);
    const struct target t = target_of(s, r, x, m);      /* before dx, which may be x, is written */
    const double sum = s->kernels->exponentials(dx, x, s->chans, m);
    if (s->loss)
        s->loss[r] = (float)(t.sum * log(sum) - t.dot);
    if (!dx)
        return;
    const float g = s->dloss ? s->dloss[r] : 1;
    s->kernels->combine(dx, (float)(g * t.sum / sum), dx, g * t.factor, t.factor > 0 ? t.even : NULL, s->chans);
    if (t.label >= 0)
        dx[t.label] -= g * t.own;
}

void cross_entropy(const struct cross_entropy *e, float *loss, float *dx, const float *dloss, const float *x)
{
    struct rows s = {.row = entropy_row, .rows = e->rows, .chans = e->chans, .to = dx, .a = x, .entropy = e,
                     .loss = loss, .dloss = dloss, .all_weights = (double)e->chans};
    if (e->weights) {
        s.all_weights = 0;
        for (int64_t c = 0; c < e->chans; c++)
            s.all_weights += e->weights[c];
    }
    if (e->chans > 0)
        run(s);
    else if (loss)
        memset(loss, 0, e->rows * sizeof *loss);
}
