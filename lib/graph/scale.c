#include "graph/scale.h"

#include "base/mem.h"
#include "base/progress.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool build_late(struct build *b)
{
    if (now_seconds() > b->deadline)
        b->late = true;
    return b->late;
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
