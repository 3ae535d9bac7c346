#include "graph/oracle.h"

#include "base/mem.h"
#include "graph/components.h"
#include "graph/sssp.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The balls of one length: members one ball after the other. */
struct cover { int64_t n, room, balls; struct member { uint32_t v, ball; double trip; } *member; };

struct covering {
    const struct digraph *g;
    const uint8_t *arcs;
    const uint32_t *sources;
    int64_t nsources;
    const uint8_t *is_source;           /* [n] */
    double growth;                      /* s^(1/k) */
};

/* The workspace of one thread, and the ball it holds. */
struct grower {
    const struct covering *c;
    struct sssp *there, *back;
    uint32_t *part;                     /* [n] 0 until taken away */
};

static double trip(const struct grower *w, uint32_t v)
{
    return w->there->label[v].dist + w->back->label[v].dist;
}

static void grow(struct grower *w, uint32_t u, double radius)
{
    struct sssp_query q = {.sources = &u, .nsources = 1, .bounded = true, .bound = radius,
                           .part = w->part,
                           .arcs = w->c->arcs};

    sssp_run(w->there, &q);
    q.backward = true;
    sssp_run(w->back, &q);
}

/* Sources in the ball of this radius. */
static int64_t count_sources(const struct grower *w, double radius)
{
    int64_t n = 0;

    for (int64_t i = 0; i < w->back->reached; i++)
        n += w->c->is_source[w->back->order[i]] && trip(w, w->back->order[i]) <= radius;
    return n;
}

static void keep_ball(struct cover *c, const struct grower *w, double radius)
{
    const int64_t before = c->n;

    for (int64_t i = 0; i < w->back->reached; i++) {
        const uint32_t v = w->back->order[i];
        if (trip(w, v) > radius)
            continue;
        if (c->n == c->room) {
            c->room = c->room ? 2 * c->room : 256;
            c->member = xrealloc(c->member, (size_t)c->room * sizeof *c->member);
        }
        c->member[c->n++] = (struct member){v, (uint32_t)c->balls, trip(w, v)};
    }
    if (c->n == before + 1)             /* a ball of one vertex says nothing */
        c->n = before;
    else
        c->balls++;
}

static void cover_around(struct cover *c, struct grower *w, uint32_t u, double length)
{
    int64_t in_core = 1, steps = 1, in_ball;

    for (;; steps++) {
        grow(w, u, (double)steps * length);
        in_ball = count_sources(w, (double)steps * length);
        if ((double)in_ball <= w->c->growth * (double)in_core)
            break;
        in_core = in_ball;
    }
    keep_ball(c, w, (double)steps * length);
    for (int64_t i = 0; i < w->back->reached; i++)
        if (trip(w, w->back->order[i]) <= (double)(steps - 1) * length)
            w->part[w->back->order[i]] = 1;
    w->part[u] = 1;
}

static void cover_length(struct cover *c, struct grower *w, double length)
{
    memset(w->part, 0, (size_t)w->c->g->n * sizeof *w->part);
    for (int64_t i = 0; i < w->c->nsources; i++)
        if (w->part[w->c->sources[i]] == 0)
            cover_around(c, w, w->c->sources[i], length);
}

/* ---- Lengths --------------------------------------------------------------------------------- */

/* Twice the largest round trip from the first source of every component: no round trip is longer.
 * */
static double longest(const struct covering *c)
{
    uint32_t *part = xmalloc((size_t)c->g->n * sizeof *part);
    const int64_t parts = components(part, &c->g->out);
    uint8_t *seen = xcalloc((size_t)parts, 1);
    struct grower w = {.c = c, .there = sssp_new(c->g), .back = sssp_new(c->g),
                       .part = xcalloc((size_t)c->g->n, sizeof *w.part)};
    double most = 0;

    for (int64_t i = 0; i < c->nsources; i++) {
        const uint32_t u = c->sources[i];
        /* Arcs left out may divide a component, of which each piece is then measured. */
        if (!c->arcs && seen[part[u]]++)
            continue;
        grow(&w, u, INFINITY);
        for (int64_t j = 0; j < w.back->reached; j++)
            if (trip(&w, w.back->order[j]) < INFINITY)
                most = fmax(most, 2 * trip(&w, w.back->order[j]));
    }
    sssp_free(w.there);
    sssp_free(w.back);
    free(w.part);
    free(part);
    free(seen);
    return most;
}

/* length [*n]: 0 where arcs without weight are, then from the lightest arc on up to the longest
 * round trip. */
static double *make_lengths(const struct covering *c, double step, int64_t *n)
{
    const double *w = digraph_weights(c->g), most = longest(c);
    double least = INFINITY;
    bool zero = false;
    int64_t room = 64;
    double *length = xmalloc((size_t)room * sizeof *length);

    *n = 0;
    for (int64_t k = 0; k < c->g->m; k++) {
        zero |= w[k] == 0;
        if (w[k] > 0)
            least = fmin(least, w[k]);
    }
    if (zero)
        length[(*n)++] = 0;
    for (double r = least, last = 0; last < most && r < INFINITY; last = r, r *= step) {
        if (*n == room)
            length = xrealloc(length, (size_t)(room *= 2) * sizeof *length);
        length[(*n)++] = r;
    }
    return length;
}

/* ---- The oracle ------------------------------------------------------------------------------ */

/* The covers, one length after the other, by vertex. */
static void collect(struct oracle *o, struct cover *cover, int64_t lengths)
{
    o->lengths = lengths;
    o->offset = xcalloc((size_t)o->n + 2, sizeof *o->offset);
    for (int64_t i = 0; i < lengths; i++) {
        o->entries += cover[i].n;
        for (int64_t k = 0; k < cover[i].n; k++)
            o->offset[cover[i].member[k].v + (int64_t)2]++;
    }
    for (int64_t v = 0; v <= o->n; v++)
        o->offset[v + 1] += o->offset[v];
    o->ball = xmalloc((size_t)o->entries * sizeof *o->ball);
    o->trip = xmalloc((size_t)o->entries * sizeof *o->trip);
    for (int64_t i = 0; i < lengths; i++) {
        for (int64_t k = 0; k < cover[i].n; k++) {
            const struct member *m = &cover[i].member[k];
            const int64_t at = o->offset[m->v + (int64_t)1]++;
            o->ball[at] = (uint32_t)(o->balls + m->ball);
            o->trip[at] = m->trip;
        }
        o->balls += cover[i].balls;
    }
}

static void cover_all(struct cover *cover, const double *length, int64_t n,
                      const struct covering *c)
{
    #pragma omp parallel
    {
        struct grower w = {.c = c, .there = sssp_new(c->g), .back = sssp_new(c->g),
                           .part = xmalloc((size_t)c->g->n * sizeof *w.part)};
        #pragma omp for schedule(dynamic)
        for (int64_t i = 0; i < n; i++)
            cover_length(&cover[i], &w, length[i]);
        sssp_free(w.there);
        sssp_free(w.back);
        free(w.part);
    }
}

void oracle_build(struct oracle *o, const struct digraph *g, const uint8_t *arcs, int k, double eps)
{
    uint8_t *is_source = xcalloc((size_t)g->n, 1);
    uint32_t *all = xmalloc((size_t)g->n * sizeof *all);
    struct covering c = {.g = g, .arcs = arcs, .sources = g->sources ? g->sources : all,
                         .nsources = g->sources ? g->nsources : g->n, .is_source = is_source};
    int64_t lengths;

    for (int64_t v = 0; v < g->n; v++)
        all[v] = (uint32_t)v;
    for (int64_t i = 0; i < c.nsources; i++)
        is_source[c.sources[i]] = 1;
    c.growth = pow((double)c.nsources, 1.0 / k);
    double *length = make_lengths(&c, 1 + eps / (2 * k), &lengths);
    struct cover *cover = xcalloc((size_t)lengths, sizeof *cover);
    cover_all(cover, length, lengths, &c);
    *o = (struct oracle){.n = g->n};
    collect(o, cover, lengths);
    for (int64_t i = 0; i < lengths; i++)
        free(cover[i].member);
    free(cover);
    free(length);
    free(all);
    free(is_source);
}

void oracle_free(struct oracle *o)
{
    free(o->offset);
    free(o->ball);
    free(o->trip);
    *o = (struct oracle){0};
}

double oracle_estimate(const struct oracle *o, uint32_t u, uint32_t v)
{
    int64_t i = o->offset[u], j = o->offset[v];
    const int64_t iend = o->offset[u + (int64_t)1], jend = o->offset[v + (int64_t)1];
    double best = u == v ? 0 : INFINITY;

    while (i < iend && j < jend) {
        if (o->ball[i] == o->ball[j])
            best = fmin(best, o->trip[i++] + o->trip[j++]);
        else if (o->ball[i] < o->ball[j])
            i++;
        else
            j++;
    }
    return best;
}

/* ---- Exact round trips ----------------------------------------------------------------------- */

struct asking {
    double *exact;
    const uint32_t *pairs;
    const uint8_t *arcs;
    /* pairs by their first vertex; where each of these begins */
    int64_t *order, *first;
};

static void ask(void *ctx, int64_t i, struct sssp *there, struct sssp *back)
{
    const struct asking *x = ctx;
    const uint32_t u = x->pairs[2 * x->order[x->first[i]]];
    struct sssp_query q = {.sources = &u, .nsources = 1, .arcs = x->arcs};

    sssp_run(there, &q);
    q.backward = true;
    sssp_run(back, &q);
    for (int64_t k = x->first[i]; k < x->first[i + 1]; k++) {
        const uint32_t v = x->pairs[2 * x->order[k] + 1];
        x->exact[x->order[k]] = there->label[v].dist + back->label[v].dist;
    }
}

void oracle_exact(double *exact, const struct digraph *g, const uint8_t *arcs,
                  const uint32_t *pairs, int64_t n)
{
    int64_t *at = xcalloc((size_t)g->n + 1, sizeof *at), groups = 0;
    struct asking x = {.exact = exact, .pairs = pairs, .arcs = arcs,
                       .order = xmalloc((size_t)n * sizeof *x.order),
                       .first = xmalloc(((size_t)n + 1) * sizeof *x.first)};

    for (int64_t i = 0; i < n; i++)
        at[pairs[2 * i] + (int64_t)1]++;
    for (int64_t v = 0; v < g->n; v++) {
        if (at[v + 1] > 0)
            x.first[groups++] = at[v];
        at[v + 1] += at[v];
    }
    x.first[groups] = n;
    for (int64_t i = 0; i < n; i++)
        x.order[at[pairs[2 * i]]++] = i;
    sssp_each(g, groups, ask, &x, NULL);
    free(at);
    free(x.order);
    free(x.first);
}
