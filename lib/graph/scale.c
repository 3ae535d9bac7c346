#include "graph/scale.h"

#include "base/mem.h"
#include "base/progress.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool build_late(struct build *b)
{
    if (now_seconds() > b->deadline)
        __atomic_store_n(&b->late, true, __ATOMIC_RELAXED);
    return __atomic_load_n(&b->late, __ATOMIC_RELAXED);
}

double scale_first(const struct digraph *g)
{
    double least = INFINITY;
    for (int64_t k = 0; k < g->m; k++)
        if (digraph_weights(g)[k] > 0 && digraph_weights(g)[k] < least)
            least = digraph_weights(g)[k];
    return least;
}

void scale_open(struct scale *s, const struct build *b)
{
    *s = (struct scale){.b = b, .open = b->components};
    s->part = xcalloc((size_t)b->g->n, sizeof *s->part);
    s->is_source = xcalloc((size_t)b->g->n, 1);
    s->size = xcalloc((size_t)b->components, sizeof *s->size);
    s->done = xcalloc((size_t)b->components, 1);
    for (int64_t v = 0; v < b->g->n; v++)
        s->size[b->comp[v]]++;
    for (int64_t i = 0; i < b->g->nsources; i++)
        s->is_source[b->g->sources[i]] = 1;
}

void scale_close(struct scale *s)
{
    free(s->part);
    free(s->is_source);
    free(s->size);
    free(s->done);
}

void scale_next(struct scale *s)
{
    memset(s->part, 0, (size_t)s->b->g->n * sizeof *s->part);
}

bool scale_wants(const struct scale *s, uint32_t u)
{
    return s->part[u] == 0 && !s->done[s->b->comp[u]];
}

bool scale_add(const struct scale *s, const struct ball *ball, uint32_t centre)
{
    ball_add(ball, s->b->h);
    return ball->back->reached == s->size[s->b->comp[centre]];
}

void scale_done(struct scale *s, uint32_t comp)
{
    s->open -= !s->done[comp];
    s->done[comp] = 1;
}

int64_t scale_sources(const struct scale *s, const struct ball *ball)
{
    int64_t n = 0;
    for (int64_t i = 0; i < ball->back->reached; i++)
        n += s->is_source[ball->back->order[i]];
    return n;
}

/* ---- Lengths side by side ------------------------------------------------------------------- */

enum { BESIDE = 4 };

/* The components that are done after any of the lengths are done for all. */
static void merge_done(struct scale s[BESIDE])
{
    for (int64_t c = 0; c < s->b->components; c++) {
        bool done = false;
        for (int i = 0; i < BESIDE; i++)
            done |= s[i].done[c];
        for (int i = 0; done && i < BESIDE; i++)
            scale_done(&s[i], (uint32_t)c);
    }
}

/* The greatest first, which take longest. */
static void cover_lengths(struct scale s[BESIDE], struct build *b, const double length[BESIDE],
                          scale_fn *fn, void *ctx)
{
    int64_t settled = 0, scanned = 0;
    #pragma omp parallel reduction(+:settled, scanned)
    {
        struct ball ball = {sssp_new(b->g), sssp_new(b->g)};
        #pragma omp for schedule(dynamic)
        for (int i = BESIDE - 1; i >= 0; i--) {
            scale_next(&s[i]);
            fn(ctx, &s[i], &ball, length[i]);
        }
        settled += ball.there->count.settled + ball.back->count.settled;
        scanned += ball.there->count.scanned + ball.back->count.scanned;
        sssp_free(ball.there);
        sssp_free(ball.back);
    }
    b->count.settled += settled;
    b->count.scanned += scanned;
}

void scale_each(struct build *b, double step, scale_fn *fn, void *ctx)
{
    struct scale s[BESIDE];
    double next = scale_first(b->g), length[BESIDE];
    for (int i = 0; i < BESIDE; i++)
        scale_open(&s[i], b);
    while (s->open > 0 && !build_late(b)) {
        for (int i = 0; i < BESIDE; i++, next *= step)
            length[i] = next;
        cover_lengths(s, b, length, fn, ctx);
        merge_done(s);
    }
    for (int i = 0; i < BESIDE; i++)
        scale_close(&s[i]);
}
