#include "graph/scale.h"

#include "base/mem.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/*
 * At length R a part of the graph with p sources is carved up from one of its sources, u.  Of the
 * balls of radius iR from u (and of those to u) let a_i be the sources in them.  A cut after step i
 * is good when the next ball is not much larger, which is when
 *
 *     a_{i+1}^(k+1) <= a_i^k p     and     a_{i+1} <= 3p/4
 *
 * A closed walk of at most R that meets ball i lies in ball i+1 as a whole.  So the two parts `ball
 * i+1' and `everything but ball i' leave every such walk whole in one of them, and go on alone.
 *
 * Without a good cut ln(p/a_i) falls by k/(k+1) a step, so that soon, after I(p) steps or fewer,
 * balls from and to u have 3/4 of the sources both, and their intersection half of them.  Then the
 * round-trip ball of radius (i+j)R, which holds it, leaves as a core, and the one R larger joins
 * the spanner: it holds all of every walk that meets the core.
 *
 * Hence, with lengths that double, round trips of 2(2I+1)R for those longer than R/2.  Sources stand
 * in at most T(s) = 2 s^(1+1/k) balls of a length: T(b) + T(p-a) <= T(p) for a good cut, since it
 * has b^(1+1/k) <= a p^(1/k), and p + T(p/2) <= T(p).  With all vertices as sources these are arcs,
 * 2 for each; with fewer, sizes are an observation.
 */

#define SLACK (1 + 1e-12)

/* Part of vertices: the whole of a component, none any more, or one inside of another, whose number
 * is then one more. */
enum { WHOLE, GONE };

struct carving {
    struct build *b;
    struct scale *s;
    struct ball *ball;
    double length;
    int k;
};

static bool reached(int64_t a, int64_t p) { return 4 * a >= 3 * p; }

/* Steps after which ln(p/a) <= ln(4/3), when it falls by k/(k+1) in each. */
static int64_t most_steps(int k, int64_t p)
{
    const double far = log((double)(p > 1 ? p : 1)), near = log(4.0 / 3);
    return far > near ? (int64_t)ceil(log(far / near) / log1p(1.0 / k)) : 0;
}

double clrs_bound(int k, int64_t s) { return 4 * (2 * (double)most_steps(k, s) + 1); }

static bool good_cut(const struct carving *c, int64_t a, int64_t b, int64_t p)
{
    return 4 * b <= 3 * p &&
           (c->k + 1) * log((double)b) <= (c->k * log((double)a) + log((double)p)) * SLACK;
}

static struct sssp *search_of(const struct carving *c, int way)
{
    return way ? c->ball->back : c->ball->there;
}

/* Sources of the part within radius of u, from (0) or to (1) it. */
static int64_t grow(struct carving *c, int way, uint32_t u, uint32_t id, double radius)
{
    struct sssp *s = search_of(c, way);
    int64_t n = 0;
    sssp_run(s, &(struct sssp_query){.sources = &u, .nsources = 1, .backward = way, .bounded = true,
             .bound = radius * SLACK, .part = c->s->part, .id = id});
    for (int64_t i = 0; i < s->reached; i++)
        n += c->s->is_source[s->order[i]];
    return n;
}

/* Ball and core of u leave the part; how many sources that takes. */
static int64_t take_ball(struct carving *c, uint32_t u, uint32_t id, int64_t steps)
{
    struct scale *s = c->s;
    int64_t taken = 0;
    ball_grow(c->ball, u, (double)(steps + 1) * c->length, s->part, id);
    if (scale_add(s, c->ball, u))
        scale_done(s, s->b->comp[u]);
    for (int64_t i = 0; i < c->ball->back->reached; i++) {
        const uint32_t v = c->ball->back->order[i];
        if (ball_round_trip(c->ball, v) <= (double)steps * c->length * SLACK) {
            s->part[v] = GONE;
            taken += s->is_source[v];
        }
    }
    return taken;
}

static int64_t carve(struct carving *c, uint32_t u, uint32_t id, int64_t p);

/* The vertices v[0..n) with p sources as a part of their own inside of part `outer'. */
static void carve_part(struct carving *c, const uint32_t *v, int64_t n, int64_t p, uint32_t outer)
{
    const uint32_t id = (outer == WHOLE ? GONE : outer) + 1;
    for (int64_t i = 0; i < n; i++)
        c->s->part[v[i]] = id;
    for (int64_t i = 0; i < n && p > 0; i++)
        if (c->s->is_source[v[i]] && c->s->part[v[i]] == id)
            p -= carve(c, v[i], id, p);
}

/* A good cut: the last search that way has the larger ball, with b sources; the smaller one, of
 * this radius, leaves. */
static int64_t cut(struct carving *c, int way, double radius, uint32_t id, int64_t b)
{
    const struct sssp *s = search_of(c, way);
    const int64_t n = s->reached;
    uint32_t *v = xmalloc((size_t)n * sizeof *v);
    int64_t inner = 0, taken = 0;
    memcpy(v, s->order, (size_t)n * sizeof *v);
    while (inner < n && s->label[v[inner]].dist <= radius * SLACK)
        taken += c->s->is_source[v[inner++]];
    carve_part(c, v, n, b, id);
    for (int64_t i = 0; i < n; i++)
        c->s->part[v[i]] = i < inner ? GONE : id;
    free(v);
    return taken;
}

/* Take u, one of p sources left, and what is around it out of the part: the sources that go. */
static int64_t carve(struct carving *c, uint32_t u, uint32_t id, int64_t p)
{
    int64_t steps[2] = {0, 0}, near[2];
    for (int way = 0; way < 2; way++)
        near[way] = grow(c, way, u, id, 0);
    while (!reached(near[0], p) || !reached(near[1], p))
        for (int way = 0; way < 2; way++) {
            if (reached(near[way], p))
                continue;
            const double radius = (double)steps[way] * c->length;
            const int64_t next = grow(c, way, u, id, radius + c->length);
            if (good_cut(c, near[way], next, p))
                return cut(c, way, radius, id, next);
            near[way] = next;
            steps[way]++;
        }
    return take_ball(c, u, id, steps[0] + steps[1]);
}

static void carve_length(void *ctx, struct scale *s, struct ball *ball, double length)
{
    struct carving c = *(const struct carving *)ctx;
    struct build *b = c.b;
    int64_t *left = xcalloc((size_t)b->components, sizeof *left);
    c.s = s;
    c.ball = ball;
    c.length = length;
    for (int64_t i = 0; i < b->g->nsources; i++)
        left[b->comp[b->g->sources[i]]]++;
    for (int64_t i = 0; i < b->g->nsources && !build_late(b); i++) {
        const uint32_t u = b->g->sources[i];
        if (scale_wants(s, u))
            left[b->comp[u]] -= carve(&c, u, WHOLE, left[b->comp[u]]);
    }
    free(left);
}

void clrs_build(struct build *b, int k)
{
    struct carving c = {.b = b, .k = k};
    scale_each(b, 2, carve_length, &c);
}
