#include "graph/fast.h"

#include "base/mem.h"
#include "base/threads.h"
#include "graph/cover.h"
#include "graph/scale.h"
#include "graph/scc.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const fast_mode_names[] = {"practical", "theory", "paper", "coverage", NULL};

/* ---- Constants --------------------------------------------------------------------------------- */

/* Parts hold at most 7/8 of the sources of the one they came from. */
static int64_t depth_of(int64_t s)
{
    return s > 1 ? (int64_t)ceil(log((double)s) / log(8.0 / 7)) + 1 : 1;
}

/*
 * A cover keeps a round trip of length R whole with a chance of at least 0.75 exp(-Gamma R/r): of
 * each level's clustering ln(8 p D)/c, of its ball 1/2, where p falls by 7/8 a level.
 */
static double gamma_of(int64_t s)
{
    const double depth = (double)depth_of(s);
    return depth * (log(8 * depth) + 0.5 * log((double)s)) / COVER_C + depth / 2;
}

static double log_sources(int64_t s) { return log((double)(s > 2 ? s : 2)); }

double fast_radius(const struct fast_options *o, int64_t s, int64_t n, double length)
{
    switch (o->mode) {
    case FAST_THEORY: return length * o->k * gamma_of(s) / log_sources(s);
    case FAST_PAPER:  return 6 * o->k * length * log_sources(n);
    default:          return o->rho * length;
    }
}

int64_t fast_covers(const struct fast_options *o, int64_t s, int64_t n)
{
    const double root = pow((double)s, 1.0 / o->k);
    switch (o->mode) {
    case FAST_THEORY: return (int64_t)ceil(2 * root * log((double)s * (double)n));
    case FAST_PAPER:  return (int64_t)ceil(COVER_C * root * log_sources(n));
    default:          return o->reps;
    }
}

/*
 * At length R, arcs of at most delta R/n join their ends.  What c joined vertices have in the
 * spanner are paths to and from one of them, of 2(c-1) such arcs at most; over all lengths these c-1
 * add up to less than n, and though a path may meet what was joined before twice as often at every
 * length further down, its arcs are half as long there: walking through what is joined adds at most
 * 2 delta R to a path.  A round trip by a ball's centre is four of them, 16 delta for one longer
 * than R/2.
 */
static const double delta = 1.0 / 8;

double fast_bound(const struct fast_options *o, int64_t s, int64_t n)
{
    if (o->mode == FAST_PRACTICAL)
        return INFINITY;
    /* Balls of radius 2(c+1)r, or R where a source has one of its own, for round trips above R/2. */
    return fmax(4 * (COVER_C + 1) * fast_radius(o, s, n, 2), 4) + 16 * delta;
}

/* ---- Lengths ----------------------------------------------------------------------------------- */

/* The core with what is joined so far; its sources are the vertices that hold one. */
struct flat {
    struct digraph g;           /* the core's own as long as nothing is joined */
    int64_t *arc;               /* [g.m] numbers in the core; NULL: the same, and g is the core's */
    uint32_t *comp;             /* [g.n] component of the core */
    int64_t *size;              /* [components] vertices left of it */
};

/* One length: components by arcs that are not longer. */
struct at_length {
    bool all;                   /* g and arc are those of the flat graph */
    struct digraph g;
    int64_t *arc;               /* [g.m] numbers in the core */
    uint32_t *part;             /* [g.n] component */
    uint32_t *comp;             /* [parts] of the core */
    int64_t parts, *size;       /* [parts] vertices */
};

static void lift(uint8_t *h, const uint8_t *some, const int64_t *arc, int64_t m)
{
    for (int64_t k = 0; k < m; k++)
        if (some[k])
            h[arc ? arc[k] : k] = 1;
}

static void flat_open(struct flat *f, const struct build *b)
{
    f->g = *b->g;
    f->arc = NULL;
    f->comp = xmalloc((size_t)b->g->n * sizeof *f->comp);
    memcpy(f->comp, b->comp, (size_t)b->g->n * sizeof *f->comp);
    f->size = xcalloc((size_t)b->components, sizeof *f->size);
    for (int64_t v = 0; v < b->g->n; v++)
        f->size[b->comp[v]]++;
}

static void drop_graph(struct flat *f)
{
    if (f->arc)
        digraph_free(&f->g);
    free(f->arc);
}

static void flat_close(struct flat *f)
{
    drop_graph(f);
    free(f->comp);
    free(f->size);
}

static void adopt(struct flat *f, struct digraph *g, int64_t *arc, const uint32_t *of,
                  const struct build *b)
{
    uint32_t *comp = xmalloc((size_t)g->n * sizeof *comp);
    for (int64_t v = 0; v < f->g.n; v++)
        comp[of[v]] = f->comp[v];
    memset(f->size, 0, (size_t)b->components * sizeof *f->size);
    for (int64_t v = 0; v < g->n; v++)
        f->size[comp[v]]++;
    for (int64_t k = 0; f->arc && k < g->m; k++)
        arc[k] = f->arc[arc[k]];
    free(f->comp);
    drop_graph(f);
    f->g = *g;
    f->arc = arc;
    f->comp = comp;
}

/* Join what arcs of at most `light` connect both ways, with a skeleton in the spanner. */
static void flat_join(struct flat *f, double light, const struct build *b)
{
    uint8_t *keep = xmalloc((size_t)f->g.m), any = 0;
    for (int64_t k = 0; k < f->g.m; k++)
        any |= keep[k] = digraph_weights(&f->g)[k] <= light;
    uint32_t *of = xmalloc((size_t)f->g.n * sizeof *of);
    const int64_t n = any ? scc_find(of, &f->g, keep) : f->g.n;
    if (n < f->g.n) {
        struct digraph joined;
        int64_t *arc;
        uint8_t *h = xcalloc((size_t)f->g.m, 1);
        skeleton_add(h, &f->g, of, n, keep);
        lift(b->h, h, f->arc, f->g.m);
        free(h);
        quotient(&joined, &arc, &f->g, of, n, NULL, INFINITY);
        adopt(f, &joined, arc, of, b);
    }
    free(of);
    free(keep);
}

/* Which components at this length are worth a look: more than one vertex, a source, not done. */
static int64_t number_parts(uint32_t *map, const struct flat *f, const uint32_t *comp, int64_t n,
                            const uint8_t *done)
{
    int64_t *size = xcalloc((size_t)n, sizeof *size), next = 0;
    uint8_t *source = xcalloc((size_t)n, 1);
    for (int64_t v = 0; v < f->g.n; v++)
        size[comp[v]]++;
    for (int64_t i = 0; i < f->g.nsources; i++)
        source[comp[f->g.sources[i]]] = 1;
    for (int64_t v = 0; v < f->g.n; v++)
        map[v] = size[comp[v]] > 1 && source[comp[v]] && !done[f->comp[v]] ? (uint32_t)next++
                                                                           : QUOTIENT_NONE;
    free(size);
    free(source);
    return next;
}

static void find_parts(struct at_length *l, const struct flat *f, const uint32_t *map,
                       const uint32_t *comp, int64_t components)
{
    l->part = xmalloc((size_t)l->g.n * sizeof *l->part);
    l->parts = quotient_components(l->part, comp, components, map, f->g.n);
    l->size = xcalloc((size_t)l->parts, sizeof *l->size);
    l->comp = xmalloc((size_t)l->parts * sizeof *l->comp);
    for (int64_t v = 0; v < f->g.n; v++)
        if (map[v] != QUOTIENT_NONE) {
            l->size[l->part[map[v]]]++;
            l->comp[l->part[map[v]]] = f->comp[v];
        }
}

/* With no component done and no arc longer, that is all there is. */
static bool takes_all(const struct flat *f, double length, const uint8_t *done, int64_t components)
{
    bool all = true;
    for (int64_t i = 0; i < components; i++)
        all &= !done[i];
    for (int64_t k = 0; all && k < f->g.m; k++)
        all = digraph_weights(&f->g)[k] <= length;
    return all;
}

static void length_of_all(struct at_length *l, const struct flat *f, int64_t components)
{
    const size_t n = (size_t)f->g.n, parts = (size_t)components;
    *l = (struct at_length){.all = true, .g = f->g, .arc = f->arc, .parts = components,
                            .part = xmalloc(n * sizeof *l->part), .comp = xmalloc(parts * sizeof *l->comp),
                            .size = xmalloc(parts * sizeof *l->size)};
    memcpy(l->part, f->comp, n * sizeof *l->part);
    memcpy(l->size, f->size, parts * sizeof *l->size);
    for (int64_t i = 0; i < components; i++)
        l->comp[i] = (uint32_t)i;
}

static void length_open(struct at_length *l, const struct flat *f, double length, const uint8_t *done,
                        int64_t core_components)
{
    if (takes_all(f, length, done, core_components)) {
        length_of_all(l, f, core_components);
        return;
    }
    l->all = false;
    uint8_t *keep = xmalloc((size_t)f->g.m);
    uint32_t *comp = xmalloc((size_t)f->g.n * sizeof *comp), *map = xmalloc((size_t)f->g.n * sizeof *map);
    for (int64_t k = 0; k < f->g.m; k++)
        keep[k] = digraph_weights(&f->g)[k] <= length;
    const int64_t components = scc_find(comp, &f->g, keep);
    const int64_t n = number_parts(map, f, comp, components, done);
    quotient(&l->g, &l->arc, &f->g, map, n, comp, length);
    for (int64_t k = 0; f->arc && k < l->g.m; k++)
        l->arc[k] = f->arc[l->arc[k]];
    find_parts(l, f, map, comp, components);
    free(keep);
    free(comp);
    free(map);
}

static void length_close(struct at_length *l)
{
    if (!l->all) {
        digraph_free(&l->g);
        free(l->arc);
    }
    free(l->part);
    free(l->comp);
    free(l->size);
}

/* ---- Covers of one length ------------------------------------------------------------------------ */

struct work {
    struct build *b;
    const struct fast_options *o;
    struct fast_result *result;
    uint8_t *done;              /* [components] */
    int64_t open;
    int64_t sources, vertices;  /* s and n of the constants */
};

/* Sources whose every vertex within the length has been in one ball with them are left out. */
static int64_t still_uncovered(const struct cover *c, double length, uint8_t *covered)
{
    int64_t left = 0;
    #pragma omp parallel for schedule(dynamic) reduction(+:left)
    for (int64_t i = 0; i < c->g->nsources; i++) {
        const uint32_t u = c->g->sources[i];
        struct ball *b = &c->search[threads_index()];
        if (covered[i])
            continue;
        ball_grow(b, u, length, NULL, 0);
        bool all = c->ball[u] != COVER_NONE;
        for (int64_t k = 0; all && k < b->back->reached; k++)
            all = c->ball[b->back->order[k]] == c->ball[u];
        covered[i] = all;
        left += !all;
    }
    return left;
}

/* The sources that chance has not covered get balls of their own. */
static void cover_rest(const struct cover *c, double length, const uint8_t *covered)
{
    #pragma omp parallel for schedule(dynamic)
    for (int64_t i = 0; i < c->g->nsources; i++) {
        struct ball *b = &c->search[threads_index()];
        if (covered[i])
            continue;
        ball_grow(b, c->g->sources[i], length, NULL, 0);
        ball_add(b, c->h);
    }
}

static void take_result(struct work *w, const struct cover *c, const struct at_length *l, bool first)
{
    w->result->covers++;
    w->result->balls += c->balls;
    w->result->given_up += c->given_up;
    for (int64_t i = 0; first && i < l->parts; i++)
        if (c->whole[i] && l->size[i] > 2 && !w->result->one_ball)
            w->result->one_ball = w->result->lengths;
}

/* Components that one ball took whole, and that are all of a component of the core. */
static void finish_components(struct work *w, const struct cover *c, const struct at_length *l,
                              const struct flat *f)
{
    for (int64_t i = 0; i < l->parts; i++)
        if (c->whole[i] && l->size[i] == f->size[l->comp[i]] && !w->done[l->comp[i]]) {
            w->done[l->comp[i]] = 1;
            w->open--;
        }
}

static void cover_open(struct cover *c, const struct work *w, const struct at_length *l, double length)
{
    const bool proved = w->o->mode == FAST_THEORY || w->o->mode == FAST_PAPER;
    const size_t n = (size_t)l->g.n;
    *c = (struct cover){
        .g = &l->g, .radius = fast_radius(w->o, w->sources, w->vertices, length),
        .rate_numerator = w->o->mode == FAST_PAPER ? log_sources(w->vertices) : 0,
        .depth = depth_of(w->sources), .samples = proved ? 0 : 16, .strict = proved, .seed = w->b->seed,
        .h = xcalloc((size_t)l->g.m, 1), .ball = xmalloc(n * sizeof *c->ball),
        .part = xmalloc(n * sizeof *c->part), .whole = xmalloc((size_t)l->parts),
        .threads = threads_count(), .search = xmalloc((size_t)threads_count() * sizeof *c->search),
    };
    for (int i = 0; i < c->threads; i++)
        c->search[i] = (struct ball){sssp_new(&l->g), sssp_new(&l->g)};
}

static void cover_close(struct cover *c, struct build *b)
{
    for (int i = 0; i < c->threads; i++) {
        b->count.settled += c->search[i].there->count.settled + c->search[i].back->count.settled;
        b->count.scanned += c->search[i].there->count.scanned + c->search[i].back->count.scanned;
        sssp_free(c->search[i].there);
        sssp_free(c->search[i].back);
    }
    free(c->search);
    free(c->h);
    free(c->ball);
    free(c->part);
    free(c->whole);
}

/* Parts whose component is done are not covered again. */
static void set_parts(struct cover *c, const struct work *w, const struct at_length *l)
{
    c->parts = l->parts;
    for (int64_t v = 0; v < l->g.n; v++)
        c->part[v] = w->done[l->comp[l->part[v]]] ? COVER_NONE : l->part[v];
}

static void cover_length(struct work *w, const struct flat *f, double length)
{
    struct at_length l;
    struct cover c;
    const int64_t reps = fast_covers(w->o, w->sources, w->vertices);
    length_open(&l, f, length, w->done, w->b->components);
    cover_open(&c, w, &l, length);
    uint8_t *covered = xcalloc((size_t)l.g.nsources, 1);
    int64_t left = l.g.nsources;
    for (int64_t rep = 0; rep < reps && left > 0 && w->open > 0 && !build_late(w->b); rep++) {
        c.number = (uint64_t)w->result->lengths << 32 | (uint64_t)rep;
        set_parts(&c, w, &l);
        cover_make(&c);
        take_result(w, &c, &l, rep == 0);
        finish_components(w, &c, &l, f);
        if (w->o->mode == FAST_COVERAGE)
            left = still_uncovered(&c, length, covered);
    }
    if (w->o->mode == FAST_COVERAGE && w->open > 0) {
        w->result->uncovered += left;
        cover_rest(&c, length, covered);
    }
    lift(w->b->h, c.h, l.arc, l.g.m);
    free(covered);
    cover_close(&c, w->b);
    length_close(&l);
}

/* Components of which everything is joined need no cover. */
static void finish_joined(struct work *w, const struct flat *f)
{
    for (int64_t i = 0; i < w->b->components; i++)
        if (f->size[i] == 1 && !w->done[i]) {
            w->done[i] = 1;
            w->open--;
        }
}

void fast_build(struct build *b, const struct fast_options *o, struct fast_result *result)
{
    struct work w = {.b = b, .o = o, .result = result, .open = b->components,
                     .done = xcalloc((size_t)b->components, 1),
                     .sources = b->g->nsources, .vertices = b->g->n};
    struct flat f;
    *result = (struct fast_result){0};
    flat_open(&f, b);
    for (double length = scale_first(b->g); w.open > 0 && !build_late(b); length *= 2) {
        flat_join(&f, delta * length / (double)b->g->n, b);
        finish_joined(&w, &f);
        result->lengths++;
        if (w.open > 0)
            cover_length(&w, &f, length);
    }
    flat_close(&f);
    free(w.done);
}
