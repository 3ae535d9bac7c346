#include "graph/scale.h"

#include <math.h>

/* The root of s, rounded down, must not let balls grow once more often. */
#define SLACK (1 + 1e-12)

/*
 * At length R, balls of radius iR around u grow while the next one holds more than s^(1/k) times as
 * many sources as the one before, the core, which is then removed; i <= k, because the sources would
 * otherwise not suffice.  Of a shortest round trip of length <= R, look at the first core that one
 * of its vertices falls in: all of it is in the ball one R larger, and any two of its vertices have
 * a round trip of at most 2kR in the spanner.  With lengths a factor 1 + eps/(2k) apart the stretch is
 * at most 2k + eps.
 */
static void cover_from(struct scale *s, struct ball *ball, uint32_t u, double length, double growth)
{
    double radius = length;
    int64_t inner = 1, outer;
    ball_grow(ball, u, radius, s->part, 0);
    while ((double)(outer = scale_sources(s, ball)) > growth * (double)inner * SLACK) {
        inner = outer;
        radius += length;
        ball_grow(ball, u, radius, s->part, 0);
    }
    if (scale_add(s, ball, u)) {
        scale_done(s, s->b->comp[u]);
        return;
    }
    s->part[u] = 1;
    for (int64_t i = 0; i < ball->back->reached; i++) {
        const uint32_t v = ball->back->order[i];
        if (ball_round_trip(ball, v) <= (radius - length) * SLACK)
            s->part[v] = 1;
    }
}

struct zl { struct build *b; double growth; };

static void cover_length(void *ctx, struct scale *s, struct ball *ball, double length)
{
    const struct zl *z = ctx;
    const uint32_t *sources = z->b->g->sources;
    for (int64_t i = 0; i < z->b->g->nsources && !build_late(z->b); i++)
        if (scale_wants(s, sources[i]))
            cover_from(s, ball, sources[i], length, z->growth);
}

void zl_build(struct build *b, int k, double eps)
{
    struct zl z = {b, pow((double)b->g->nsources, 1.0 / k)};
    scale_each(b, 1 + eps / (2 * k), cover_length, &z);
}
