#include "tensor/linear_entropy.h"
#include "base/mem.h"
#include "tensor/attention.h"
#include "tensor/product.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 64, WORDS = 768, GROUPS = 16 };

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }
static int64_t parts(int64_t whole, int64_t part) { return (whole + part - 1) / part; }

/* Rows first .. first+m-1 by words from .. from+n-1: z [m,n]. */
struct tile { int64_t first, m, from, n; };

static struct tile tile_of(const struct linear_entropy *s, int64_t chunk, int64_t block)
{
    const int64_t first = chunk * ROWS, from = block * WORDS;
    return (struct tile){first, least(ROWS, s->rows - first), from, least(WORDS, s->words - from)};
}

static void logits(const struct linear_entropy *s, float *z, const struct tile *t)
{
    const struct product p = {
        .tb = true, .m = t->m, .n = t->n, .k = s->width, .lda = s->width, .ldb = s->width, .ldc = t->n,
        .alpha = 1, .beta = s->bias ? 1 : 0
    };
    for (int64_t r = 0; s->bias && r < t->m; r++)
        memcpy(z + r * t->n, s->bias + t->from, t->n * sizeof *z);
    product(&p, z, s->h + t->first * s->width, s->w + t->from * s->width);
}

static float weight_of(const struct linear_entropy *s, int64_t at)
{
    return s->label[at] < 0 ? 0 : s->weight ? s->weight[at] : 1;
}

static double total_weight(const struct linear_entropy *s, int64_t row)
{
    double sum = 0;
    for (int64_t k = 0; k < s->each; k++)
        sum += weight_of(s, row * s->each + k);
    return sum;
}

/* The sum of weight z[label] over the labels of row r that lie in the tile. */
static double labelled(const struct linear_entropy *s, const float *z, const struct tile *t, int64_t r)
{
    double sum = 0;
    for (int64_t at = (t->first + r) * s->each; at < (t->first + r + 1) * s->each; at++) {
        const int64_t own = s->label[at] - t->from;
        if (own >= 0 && own < t->n)
            sum += (double)weight_of(s, at) * z[r * t->n + own];
    }
    return sum;
}

/* ---- There: the largest logit so far and the sum of exponentials below it ------------------------ */

struct row { float most; double sum, own; };

static void join(struct row *r, float *z, int64_t n)
{
    const struct attention_kernels *k = ISA_PICK(attention_kernels);
    const float most = fmaxf(r->most, k->max(z, n));
    if (most > r->most)
        r->sum *= exp((double)r->most - most);
    r->sum += k->exp(z, most, n);
    r->most = most;
}

static void forward_chunk(const struct linear_entropy *s, float *loss, float *lse, int64_t chunk, float *z)
{
    struct row row[ROWS];
    struct tile t = tile_of(s, chunk, 0);
    for (int64_t r = 0; r < t.m; r++)
        row[r] = (struct row){.most = -INFINITY};
    for (int64_t block = 0; block < parts(s->words, WORDS); block++) {
        t = tile_of(s, chunk, block);
        logits(s, z, &t);
        for (int64_t r = 0; r < t.m; r++) {
            row[r].own += labelled(s, z, &t, r);
            join(&row[r], z + r * t.n, t.n);
        }
    }
    for (int64_t r = 0; r < t.m; r++) {
        const double all = row[r].most + log(row[r].sum), weight = total_weight(s, t.first + r);
        lse[t.first + r] = (float)all;
        loss[t.first + r] = (float)(weight == 0 ? -row[r].own : weight * all - row[r].own);
    }
}

void linear_entropy_forward(const struct linear_entropy *s, float *loss, float *lse)
{
    #pragma omp parallel
    {
        float *z = xaligned(sizeof *z * ROWS * WORDS);
        #pragma omp for schedule(dynamic)
        for (int64_t chunk = 0; chunk < parts(s->rows, ROWS); chunk++)
            forward_chunk(s, loss, lse, chunk, z);
        free(z);
    }
}

/* ---- And back ------------------------------------------------------------------------------------ */

/* z becomes dz = dloss (p sum of weights - weight [v = label]). */
static void slopes(const struct linear_entropy *s, float *z, const struct tile *t, const float *lse,
                   const float *dloss)
{
    const struct attention_kernels *k = ISA_PICK(attention_kernels);
    for (int64_t r = 0; r < t->m; r++) {
        float *row = z + r * t->n;
        const float g = dloss[t->first + r], weight = (float)total_weight(s, t->first + r);
        if (weight == 0) {
            memset(row, 0, t->n * sizeof *z);
        } else {
            k->exp(row, lse[t->first + r], t->n);
            k->scale(row, g * weight, t->n);
        }
        for (int64_t at = (t->first + r) * s->each; at < (t->first + r + 1) * s->each; at++) {
            const int64_t own = s->label[at] - t->from;
            if (own >= 0 && own < t->n)
                row[own] -= g * weight_of(s, at);
        }
    }
}

static void add_columns(float *dbias, const float *z, const struct tile *t)
{
    for (int64_t r = 0; r < t->m; r++)
        ISA_PICK(attention_kernels)->add(dbias + t->from, z + r * t->n, t->n);
}

/* One block of words over all rows: its rows of dw whole, and its share of dh added. */
static void backward_block(const struct linear_entropy *s, const struct linear_entropy_grads *to, float *dh,
                           const float *lse, const float *dloss, int64_t block, float *z)
{
    for (int64_t chunk = 0; chunk < parts(s->rows, ROWS); chunk++) {
        const struct tile t = tile_of(s, chunk, block);
        const struct product w = {
            .ta = true, .m = t.n, .n = s->width, .k = t.m, .lda = t.n, .ldb = s->width, .ldc = s->width,
            .alpha = 1, .beta = 1
        };
        const struct product h = {
            .m = t.m, .n = s->width, .k = t.n, .lda = t.n, .ldb = s->width, .ldc = s->width, .alpha = 1,
            .beta = 1
        };
        logits(s, z, &t);
        slopes(s, z, &t, lse, dloss);
        if (to->dw)
            product(&w, to->dw + t.from * s->width, z, s->h + t.first * s->width);
        if (to->dbias)
            add_columns(to->dbias, z, &t);
        if (dh)
            product(&h, dh + t.first * s->width, z, s->w + t.from * s->width);
    }
}

void linear_entropy_backward(const struct linear_entropy *s, const struct linear_entropy_grads *to,
                             const float *lse, const float *dloss)
{
    const struct attention_kernels *k = ISA_PICK(attention_kernels);
    const int64_t blocks = parts(s->words, WORDS), size = s->rows * s->width, groups = least(blocks, GROUPS);
    float *part = to->dh ? xcalloc(groups * size + 1, sizeof *part) : NULL;

    #pragma omp parallel
    {
        float *z = xaligned(sizeof *z * ROWS * WORDS);
        #pragma omp for schedule(dynamic)
        for (int64_t g = 0; g < groups; g++)
            for (int64_t block = g * blocks / groups; block < (g + 1) * blocks / groups; block++)
                backward_block(s, to, part ? part + g * size : NULL, lse, dloss, block, z);
        #pragma omp for schedule(static)
        for (int64_t r = 0; r < s->rows; r++)
            for (int64_t g = 0; part && g < groups; g++)
                k->add(to->dh + r * s->width, part + g * size + r * s->width, s->width);
        free(z);
    }
    free(part);
}
