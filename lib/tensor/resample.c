#include "tensor/resample.h"
#include "base/mem.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

enum { TINY = 20000 };                  /* elements: one thread is faster */

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }
static int64_t most(int64_t a, int64_t b) { return a > b ? a : b; }

/* ---- Axes ----------------------------------------------------------------------------------------------- */

/* An axis without entries, with room for so many. */
static struct resample_axis *axis_new(int64_t in, int64_t out, int64_t entries)
{
    struct resample_axis *a = xmalloc(sizeof *a);

    *a = (struct resample_axis){.in = in, .out = out, .start = xcalloc(out + 1, sizeof *a->start)};
    a->index = xmalloc(sizeof *a->index * (entries + 1));
    a->weight = xmalloc(sizeof *a->weight * (entries + 1));
    a->run = xcalloc(out + 1, sizeof *a->run);
    return a;
}

/* The next entry of row p: rows are filled one after another. */
static void entry(struct resample_axis *a, int64_t p, int64_t index, float weight)
{
    if (a->start[p + 1] < a->start[p])
        a->start[p + 1] = a->start[p];
    a->index[a->start[p + 1]] = index;
    a->weight[a->start[p + 1]++] = weight;
}

/* Row p is complete, with entries or without. */
static void end_row(struct resample_axis *a, int64_t p)
{
    a->start[p + 1] = most(a->start[p + 1], a->start[p]);
}

/* All rows are complete. */
static struct resample_axis *finished(struct resample_axis *a)
{
    for (int64_t p = a->out - 1; p >= 0; p--) {
        const int64_t e = a->start[p];
        const bool follows = p + 1 < a->out && a->run[p + 1] > 0 && a->index[a->start[p + 1]] == a->index[e] + 1;

        if (a->start[p + 1] - e == 1 && a->weight[e] == 1)
            a->run[p] = 1 + (follows ? a->run[p + 1] : 0);
    }
    return a;
}

struct resample_axis *resample_same(int64_t in) { return resample_nearest(in, in); }

struct resample_axis *resample_nearest(int64_t in, int64_t out)
{
    struct resample_axis *a = axis_new(in, out, out);

    for (int64_t p = 0; p < out; p++)
        entry(a, p, p * in / out, 1);
    return finished(a);
}

struct resample_axis *resample_linear(int64_t in, int64_t out, bool align_corners)
{
    struct resample_axis *a = axis_new(in, out, 2 * out);

    for (int64_t p = 0; p < out; p++) {
        const double even = out > 1 ? (double)p * (in - 1) / (out - 1) : 0, centred = (p + 0.5) * in / out - 0.5;
        const double at = align_corners ? even : fmax(centred, 0);
        const int64_t i = least((int64_t)at, in - 1);
        const float right = i + 1 < in ? (float)(at - i) : 0;

        entry(a, p, i, 1 - right);
        if (right > 0)
            entry(a, p, i + 1, right);
    }
    return finished(a);
}

struct resample_axis *resample_area(int64_t in, int64_t out)
{
    struct resample_axis *a = axis_new(in, out, in + 2 * out);

    for (int64_t p = 0; p < out; p++) {
        const int64_t first = p * in / out, end = ((p + 1) * in + out - 1) / out;

        for (int64_t i = first; i < end; i++)
            entry(a, p, i, 1.0f / (float)(end - first));
    }
    return finished(a);
}

struct resample_axis *resample_fir(int64_t in, int64_t up, int64_t down, int64_t before, int64_t after,
                                   const float *k, int64_t taps)
{
    const int64_t room = in * up + before + after - taps, out = room < 0 ? 0 : room / down + 1;
    struct resample_axis *a = axis_new(in, out, out * taps);

    for (int64_t p = 0; p < out; p++) {
        for (int64_t u = 0; u < taps; u++) {
            const int64_t v = p * down + u - before;

            if (v >= 0 && v < in * up && v % up == 0 && k[taps - 1 - u] != 0)
                entry(a, p, v / up, k[taps - 1 - u]);
        }
        end_row(a, p);
    }
    return finished(a);
}

struct resample_axis *resample_pad(int64_t in, int64_t before, int64_t after, enum resample_edge edge)
{
    const int64_t out = most(in + before + after, 0);
    struct resample_axis *a = axis_new(in, out, out);

    assert(edge != RESAMPLE_REFLECT || (before < in && after < in));
    for (int64_t p = 0; p < out; p++) {
        int64_t i = p - before;

        if (edge == RESAMPLE_REFLECT)
            i = i < 0 ? -i : i >= in ? 2 * (in - 1) - i : i;
        else if (edge == RESAMPLE_REPLICATE)
            i = most(0, least(i, in - 1));
        if (i >= 0 && i < in)
            entry(a, p, i, 1);
        end_row(a, p);
    }
    return finished(a);
}

struct resample_axis *resample_transpose(const struct resample_axis *a)
{
    const int64_t entries = a->start[a->out];
    struct resample_axis *t = axis_new(a->out, a->in, entries);
    int64_t *next = xcalloc(a->in + 1, sizeof *next);

    for (int64_t e = 0; e < entries; e++)
        t->start[a->index[e] + 1]++;
    for (int64_t i = 0; i < a->in; i++) {
        t->start[i + 1] += t->start[i];
        next[i] = t->start[i];
    }
    for (int64_t p = 0; p < a->out; p++)
        for (int64_t e = a->start[p]; e < a->start[p + 1]; e++) {
            const int64_t to = next[a->index[e]]++;

            t->index[to] = p;
            t->weight[to] = a->weight[e];
        }
    free(next);
    return finished(t);
}

void resample_axis_free(struct resample_axis *a)
{
    if (!a)
        return;
    free(a->start);
    free(a->index);
    free(a->weight);
    free(a->run);
    free(a);
}

/* ---- Images ----------------------------------------------------------------------------------------------- */

void resample(const struct resample_axis *y, const struct resample_axis *x, float *out, const float *in,
              int64_t n, int64_t c, bool add)
{
    const struct resample_kernels *k = ISA_PICK(resample_kernels);
    const int64_t from = y->in * x->in * c, row = x->out * c;

    #pragma omp parallel if (n * (from + y->out * row) > TINY)
    {
        float *work = xaligned(sizeof *work * (x->in * c + 1));

        #pragma omp for schedule(static)
        for (int64_t r = 0; r < n * y->out; r++)
            k->row(y, x, r % y->out, out + r * row, in + r / y->out * from, work, c, add);
        free(work);
    }
}
