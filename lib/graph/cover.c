#include "graph/cover.h"

#include "base/mem.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A part: its vertices are a stretch of the list of all. */
struct part { uint32_t id; int64_t begin, end; };

struct covering {
    struct cover *c;
    uint8_t *is_source;             /* [n] */
    uint32_t *vertices, *spare;     /* [n] */
    uint32_t *sources, *centres;    /* [sources] of the part at hand */
    int32_t *near[2];               /* [sources] */
    struct part *stack;
    int64_t nstack, room, p;        /* p: sources of the part at hand */
    int64_t first, *size;           /* parts at first; [first] their vertices */
};

static void push(struct covering *x, struct part part)
{
    if (x->nstack == x->room) {
        x->room = 2 * x->room + 16;
        x->stack = xrealloc(x->stack, (size_t)x->room * sizeof *x->stack);
    }
    x->stack[x->nstack++] = part;
}

static void find_sources(struct covering *x, struct part part)
{
    x->p = 0;
    for (int64_t i = part.begin; i < part.end; i++)
        if (x->is_source[x->vertices[i]])
            x->sources[x->p++] = x->vertices[i];
}

static double draw(const struct cover *c, const char *what, uint32_t id)
{
    return rng_uniform(&(struct rng){c->seed, rng_stream(what) + c->number}, id);
}

/* ---- Taking a ball out ----------------------------------------------------------------------- */

/* The part without the vertices that the ball took: a new one, with draws of its own. */
static struct part rest_of(struct covering *x, struct part part)
{
    const uint32_t id = (uint32_t)x->c->parts++;
    int64_t end = part.begin;
    for (int64_t i = part.begin; i < part.end; i++)
        if (x->c->part[x->vertices[i]] == part.id) {
            x->c->part[x->vertices[i]] = id;
            x->vertices[end++] = x->vertices[i];
        }
    return (struct part){id, part.begin, end};
}

static void take_ball(struct covering *x, struct part part, uint32_t centre)
{
    struct cover *c = x->c;
    struct ball *b = &c->search[0];
    ball_grow(b, centre, 2 * c->radius * (COVER_C + draw(c, "spanner.ball", part.id)), c->part, part.id);
    ball_add(b, c->h);
    if (part.id < x->first && x->size[part.id] == b->back->reached)
        c->whole[part.id] = 1;
    for (int64_t i = 0; i < b->back->reached; i++) {
        c->part[b->back->order[i]] = COVER_NONE;
        c->ball[b->back->order[i]] = (uint32_t)c->balls;
    }
    c->balls++;
    push(x, rest_of(x, part));
}

/* Do the sources around u suffice, as the estimates promise? */
static bool confirmed(struct covering *x, struct part part, uint32_t u)
{
    struct cover *c = x->c;
    const double distance = COVER_C * c->radius;
    int64_t n = 0;
    for (int way = 0; way < 2; way++)
        sssp_run(way ? c->search[0].back : c->search[0].there, &(struct sssp_query){.sources = &u,
                 .nsources = 1, .backward = way, .bounded = true, .bound = distance, .part = c->part,
                 .id = part.id});
    for (int64_t i = 0; i < x->p; i++)
        n += c->search[0].there->label[x->sources[i]].dist <= distance &&
             c->search[0].back->label[x->sources[i]].dist <= distance;
    return 4 * n >= x->p;
}

/* A source that has 3/4 of all near, both ways: one at random of those that have; false: none. */
static bool find_centre(const struct covering *x, struct part part, int64_t samples, uint32_t *u)
{
    int64_t n = 0, chosen;
    for (int64_t i = 0; i < x->p; i++)
        n += 4 * x->near[0][i] >= 3 * samples && 4 * x->near[1][i] >= 3 * samples;
    if (n == 0)
        return false;
    chosen = (int64_t)(draw(x->c, "spanner.centre", part.id) * (double)n);
    for (int64_t i = 0; i < x->p; i++)
        if (4 * x->near[0][i] >= 3 * samples && 4 * x->near[1][i] >= 3 * samples && chosen-- == 0)
            *u = x->sources[i];
    return true;
}

/* ---- Cutting up ------------------------------------------------------------------------------ */

/* Class of a vertex: one more than the rank of its centre, 0 for those that nobody has. */
static uint32_t class_of(const struct sssp *s, uint32_t v)
{
    return s->label[v].dist <= 0 ? s->label[v].owner + 1 : 0;
}

static int64_t most_sources(const struct covering *x, const struct sssp *s, int64_t classes)
{
    int64_t *count = xcalloc((size_t)classes, sizeof *count), most = 0;
    for (int64_t i = 0; i < x->p; i++) {
        const uint32_t k = class_of(s, x->sources[i]);
        most = ++count[k] > most ? count[k] : most;
    }
    free(count);
    return most;
}

/* Sort the vertices of the part by class, and make a part of every class that holds a source. */
static void split(struct covering *x, struct part part, const struct sssp *s, int64_t classes)
{
    struct cover *c = x->c;
    int64_t *at = xcalloc((size_t)classes + 1, sizeof *at);
    for (int64_t i = part.begin; i < part.end; i++)
        at[class_of(s, x->vertices[i]) + 1]++;
    for (int64_t k = 0; k < classes; k++)
        at[k + 1] += at[k];
    for (int64_t i = part.begin; i < part.end; i++)
        x->spare[at[class_of(s, x->vertices[i])]++] = x->vertices[i];
    memcpy(x->vertices + part.begin, x->spare, (size_t)(part.end - part.begin) * sizeof *x->spare);
    int64_t begin = part.begin;
    for (int64_t k = 0; k < classes; k++) {
        const struct part class = {(uint32_t)c->parts++, begin, part.begin + at[k]};
        bool any = false;
        for (int64_t i = class.begin; i < class.end; i++) {
            c->part[x->vertices[i]] = class.id;
            any |= x->is_source[x->vertices[i]];
        }
        if (any)
            push(x, class);
        begin = class.end;
    }
    free(at);
}

/* Sources that do not have 3/4 of the others near, one way. */
static int64_t find_centres(struct covering *x, int way, int64_t samples)
{
    int64_t n = 0;
    for (int64_t i = 0; i < x->p; i++)
        if (4 * x->near[way][i] < 3 * samples)
            x->centres[n++] = x->sources[i];
    return n;
}

/* False when the part is not cut up enough. */
static bool cut_up(struct covering *x, struct part part, int64_t samples)
{
    struct cover *c = x->c;
    const double longest = COVER_C * c->radius;
    int way = 0;
    int64_t n = find_centres(x, way, samples);
    if (2 * n < x->p)
        n = find_centres(x, way = 1, samples);
    const double rate = (c->rate_numerator > 0 ? c->rate_numerator
                         : log(8.0 * (double)x->p * (double)c->depth) / COVER_C) / c->radius;
    struct sssp *s = c->search[0].there;
    const bool within = cover_cluster(c, part.id, x->centres, n, way == 1, rate, longest, s);
    const int64_t most = most_sources(x, s, n + 1);
    if (c->strict ? !within || 8 * most > 7 * x->p : most == x->p)
        return false;
    split(x, part, s, n + 1);
    return true;
}

/* ---- All of it ------------------------------------------------------------------------------- */

static void see_to(struct covering *x, struct part part)
{
    struct cover *c = x->c;
    uint32_t u = 0;
    find_sources(x, part);
    if (x->p == 0)
        return;
    if (x->p == 1) {
        take_ball(x, part, x->sources[0]);
        return;
    }
    const int64_t samples = cover_estimate(c, part.id, x->sources, x->p, COVER_C * c->radius, x->near);
    if (find_centre(x, part, samples, &u)) {
        if (c->strict && !confirmed(x, part, u))
            c->given_up++;
        else
            take_ball(x, part, u);
    } else if (!cut_up(x, part, samples)) {
        if (c->strict)
            c->given_up++;
        else
            take_ball(x, part, x->sources[(int64_t)(draw(c, "spanner.centre", part.id) * (double)x->p)]);
    }
}

/* Vertices by part. */
static void first_parts(struct covering *x)
{
    const struct cover *c = x->c;
    int64_t *at = xcalloc((size_t)c->parts + 1, sizeof *at);
    for (int64_t v = 0; v < c->g->n; v++)
        if (c->part[v] != COVER_NONE)
            x->size[c->part[v]]++;
    for (int64_t k = 0; k < c->parts; k++) {
        at[k + 1] = at[k] + x->size[k];
        push(x, (struct part){(uint32_t)k, at[k], at[k + 1]});
    }
    for (int64_t v = 0; v < c->g->n; v++)
        if (c->part[v] != COVER_NONE)
            x->vertices[at[c->part[v]]++] = (uint32_t)v;
    free(at);
}

void cover_make(struct cover *c)
{
    const size_t n = (size_t)c->g->n, s = (size_t)c->g->nsources;
    struct covering x = {
        .c = c, .is_source = xcalloc(n, 1), .vertices = xmalloc(n * sizeof *x.vertices),
        .spare = xmalloc(n * sizeof *x.spare), .sources = xmalloc(s * sizeof *x.sources),
        .centres = xmalloc(s * sizeof *x.centres), .first = c->parts,
        .size = xcalloc((size_t)c->parts, sizeof *x.size),
        .near = {xmalloc(s * sizeof(int32_t)), xmalloc(s * sizeof(int32_t))},
    };
    for (size_t i = 0; i < s; i++)
        x.is_source[c->g->sources[i]] = 1;
    memset(c->ball, 0xff, n * sizeof *c->ball);
    memset(c->whole, 0, (size_t)c->parts);
    c->balls = c->given_up = 0;
    first_parts(&x);
    while (x.nstack > 0)
        see_to(&x, x.stack[--x.nstack]);
    free(x.is_source);
    free(x.vertices);
    free(x.spare);
    free(x.sources);
    free(x.centres);
    free(x.size);
    free(x.near[0]);
    free(x.near[1]);
    free(x.stack);
}
