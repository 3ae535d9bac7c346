#include "graph/scale.h"

#include "base/mem.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/*
 * For a source u let rho(u) be its round trip with the ceil(s^(1-1/k))-th nearest source, itself
 * included.  A few sources T hit all balls B(u,rho(u)); their whole trees serve pairs (u,v) with
 * rho(u) <= (k-1) rt(u,v): the detour by T takes at most 2 rho(u) + rt(u,v).
 *
 * rho(u) is set to more than matters where a component has fewer sources; then balls do it all.
 *
 * The others are served by balls: at length L, the source u of greatest rho among those left takes
 * steps of min(rho(u)/(k-1), L); for the smallest h with fewer than s^(h/k) sources nearer than h
 * steps (h <= k-1 by the choice of rho) these vertices are a ball of the spanner, and those within
 * h-1 steps leave.  A round trip shorter than a step whose first vertex leaves is inside of the
 * ball.  Lengths grow by 1 + 1/(2k-2), so one of them is above rt(u,v) and at most that much:
 * 2(k-1)L <= (2k-1) rt(u,v).
 */
struct cdg {
    struct build *b;
    int k;
    int64_t s, near;            /* sources; ceil(s^(1-1/k)) */
    double *rho;                /* [s] */
    uint32_t *nearest;          /* [s,near] ranks of the sources in B(u,rho(u)) */
    uint8_t *alone;             /* [s] fewer than `near` sources in its component */
};

struct nearby { double rt; uint32_t rank; };

static int by_round_trip(const void *a, const void *b)
{
    const struct nearby *x = a, *y = b;
    if (x->rt != y->rt)
        return x->rt < y->rt ? -1 : 1;
    return (x->rank > y->rank) - (x->rank < y->rank);
}

static double farthest(const struct sssp *there, const struct sssp *back)
{
    double most = 0;
    for (int64_t i = 0; i < there->reached; i++)
        most = fmax(most, there->label[there->order[i]].dist + back->label[there->order[i]].dist);
    return most;
}

/* The round trips of source i with all others, nearest first; those of other components last. */
static void look_around(void *ctx, int64_t i, struct sssp *there, struct sssp *back)
{
    struct cdg *c = ctx;
    const uint32_t *sources = c->b->g->sources;
    struct nearby *all = xmalloc((size_t)c->s * sizeof *all);
    struct sssp_query q = {.sources = &sources[i], .nsources = 1};
    sssp_run(there, &q);
    q.backward = true;
    sssp_run(back, &q);
    for (int64_t r = 0; r < c->s; r++)
        all[r] = (struct nearby){there->label[sources[r]].dist + back->label[sources[r]].dist, (uint32_t)r};
    qsort(all, (size_t)c->s, sizeof *all, by_round_trip);
    c->rho[i] = all[c->near - 1].rt;
    for (int64_t r = 0; r < c->near; r++)
        c->nearest[i * c->near + r] = all[r].rank;
    c->alone[i] = c->rho[i] == INFINITY;
    if (c->alone[i])
        c->rho[i] = 2 * c->k * farthest(there, back);
    free(all);
}

/* Sources whose ball (its `near` nearest) rank r stands in and that nobody hits yet. */
static void count_hits(int64_t *hits, const struct cdg *c, const uint8_t *hit)
{
    memset(hits, 0, (size_t)c->s * sizeof *hits);
    for (int64_t i = 0; i < c->s; i++)
        for (int64_t r = 0; !hit[i] && r < c->near; r++)
            hits[c->nearest[i * c->near + r]]++;
}

/* Greedy: the source in most balls not yet hit, on ties the first; their number. */
static int64_t hitting_set(uint32_t *chosen, const struct cdg *c)
{
    int64_t *hits = xmalloc((size_t)c->s * sizeof *hits), n = 0, left = c->s;
    uint8_t *hit = xmalloc((size_t)c->s);
    for (int64_t i = 0; i < c->s; i++)
        left -= hit[i] = c->alone[i];
    while (left > 0) {
        int64_t best = 0;
        count_hits(hits, c, hit);
        for (int64_t r = 1; r < c->s; r++)
            best = hits[r] > hits[best] ? r : best;
        chosen[n++] = c->b->g->sources[best];
        for (int64_t i = 0; i < c->s; i++)
            for (int64_t r = 0; !hit[i] && r < c->near; r++)
                if (c->nearest[i * c->near + r] == best)
                    hit[i] = 1, left--;
    }
    free(hits);
    free(hit);
    return n;
}

/* Balls hold what is nearer than their radius and not at it. */
static const double below = 1 - 1e-11;

/* The ball that source i takes when steps are at most this long. */
static void take_ball(struct cdg *c, struct scale *s, struct ball *ball, int64_t i, double length)
{
    const uint32_t u = c->b->g->sources[i];
    const double step = fmin(c->rho[i] / (c->k - 1), length);
    int h = 1;
    ball_grow(ball, u, step * below, s->part, 0);
    while (h < c->k - 1 && (double)scale_sources(s, ball) >= pow((double)c->s, (double)h / c->k))
        ball_grow(ball, u, ++h * step * below, s->part, 0);
    ball_add(ball, c->b->h);
    s->part[u] = 1;
    for (int64_t k = 0; k < ball->back->reached; k++) {
        const uint32_t v = ball->back->order[k];
        if (ball_round_trip(ball, v) <= (h - 1) * step * (1 + 1e-12))
            s->part[v] = 1;
    }
}

struct by_rho { double rho; int64_t i; };

static int greatest_first(const void *a, const void *b)
{
    const struct by_rho *x = a, *y = b;
    if (x->rho != y->rho)
        return x->rho > y->rho ? -1 : 1;
    return (x->i > y->i) - (x->i < y->i);
}

/* One cover for every length up to the greatest step there is. */
static void cover(struct cdg *c)
{
    struct build *b = c->b;
    struct ball ball = {sssp_new(b->g), sssp_new(b->g)};
    struct by_rho *order = xmalloc((size_t)c->s * sizeof *order);
    struct scale s;
    double length = scale_first(b->g);
    scale_open(&s, b);
    for (int64_t i = 0; i < c->s; i++)
        order[i] = (struct by_rho){c->rho[i], i};
    qsort(order, (size_t)c->s, sizeof *order, greatest_first);
    for (bool last = false; !last && !b->late; ) {
        length *= 1 + 1 / (2.0 * c->k - 2);
        last = length >= order[0].rho / (c->k - 1);
        scale_next(&s);
        for (int64_t i = 0; i < c->s && !build_late(b); i++)
            if (s.part[b->g->sources[order[i].i]] == 0)
                take_ball(c, &s, &ball, order[i].i, length);
    }
    b->count.settled += ball.there->count.settled + ball.back->count.settled;
    b->count.scanned += ball.there->count.scanned + ball.back->count.scanned;
    sssp_free(ball.there);
    sssp_free(ball.back);
    free(order);
    scale_close(&s);
}

static void whole_trees(struct build *b, uint32_t *chosen, int64_t n)
{
    struct digraph g = *b->g;
    struct build trees = *b;
    g.sources = chosen;
    g.nsources = n;
    trees.g = &g;
    spt_build(&trees);
    b->count = trees.count;
}

void cdg_build(struct build *b, int k)
{
    struct cdg c = {.b = b, .k = k, .s = b->g->nsources};
    if (c.s == 0)
        return;
    const double near = ceil(pow((double)c.s, 1 - 1.0 / k) * (1 - 1e-12));
    c.near = near < 1 ? 1 : (int64_t)near;
    c.rho = xmalloc((size_t)c.s * sizeof *c.rho);
    c.alone = xcalloc((size_t)c.s, 1);
    c.nearest = xmalloc((size_t)(c.s * c.near) * sizeof *c.nearest);
    sssp_each(b->g, c.s, look_around, &c, &b->count);
    uint32_t *chosen = xmalloc((size_t)c.s * sizeof *chosen);
    whole_trees(b, chosen, hitting_set(chosen, &c));
    if (k > 1)
        cover(&c);
    free(chosen);
    free(c.alone);
    free(c.rho);
    free(c.nearest);
}
