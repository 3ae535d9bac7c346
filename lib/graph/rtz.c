#include "graph/scale.h"

#include "base/mem.h"
#include "base/random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/*
 * At length R, level by level j = k-1..0, every source that is left is drawn with probability
 * s^(-j/k); the balls of radius (j+1)R around those drawn join the spanner, and then the vertices of
 * their balls of radius jR leave.  At level 0 all that are left are drawn.  Of a shortest round trip
 * of length <= R with a source on it, look at the first level where one of its vertices leaves: all
 * of it is in a ball of radius (j+1)R then.  Stretch as for zl.
 */
struct level {
    struct scale *s;
    int j;
    double length;
    uint32_t *drawn;
    int64_t n;
    uint8_t *gone;              /* [n] vertices that leave after this level */
    uint8_t *whole;             /* [components] held by one ball */
};

static void draw(struct level *l, const struct build *b, double chance, int64_t step)
{
    const struct rng r = {b->seed, rng_stream("rtz")};
    l->n = 0;
    for (int64_t i = 0; i < b->g->nsources; i++) {
        const uint64_t index = (uint64_t)(step * b->g->nsources + i);
        if (scale_wants(l->s, b->g->sources[i]) && rng_uniform(&r, index) < chance)
            l->drawn[l->n++] = b->g->sources[i];
    }
}

static void one_ball(void *ctx, int64_t i, struct sssp *there, struct sssp *back)
{
    struct level *l = ctx;
    struct ball ball = {there, back};
    const uint32_t u = l->drawn[i];
    ball_grow(&ball, u, (l->j + 1) * l->length, l->s->part, 0);
    if (scale_add(l->s, &ball, u))
        __atomic_store_n(&l->whole[l->s->b->comp[u]], 1, __ATOMIC_RELAXED);
    for (int64_t k = 0; k < back->reached; k++) {
        const uint32_t v = back->order[k];
        if (ball_round_trip(&ball, v) <= l->j * l->length * (1 + 1e-12))
            __atomic_store_n(&l->gone[v], 1, __ATOMIC_RELAXED);
    }
}

static void after_level(struct level *l)
{
    const struct build *b = l->s->b;
    for (int64_t v = 0; v < b->g->n; v++)
        l->s->part[v] |= l->gone[v];
    for (int64_t c = 0; c < b->components; c++)
        if (l->whole[c])
            scale_done(l->s, (uint32_t)c);
}

void rtz_build(struct build *b, int k, double eps)
{
    const double step = 1 + eps / (2 * k), s = (double)b->g->nsources;
    struct scale scale;
    scale_open(&scale, b);
    struct level l = {.s = &scale, .length = scale_first(b->g),
                      .drawn = xmalloc((size_t)b->g->nsources * sizeof *l.drawn),
                      .gone = xmalloc((size_t)b->g->n), .whole = xcalloc((size_t)b->components, 1)};
    for (int64_t level = 0; scale.open > 0 && !build_late(b); level++) {
        l.j = k - 1 - (int)(level % k);
        if (l.j == k - 1) {
            scale_next(&scale);
            l.length *= level > 0 ? step : 1;
        }
        memset(l.gone, 0, (size_t)b->g->n);
        draw(&l, b, pow(s, -(double)l.j / k), level);
        sssp_each(b->g, l.n, one_ball, &l, &b->count);
        after_level(&l);
    }
    free(l.drawn);
    free(l.gone);
    free(l.whole);
    scale_close(&scale);
}
