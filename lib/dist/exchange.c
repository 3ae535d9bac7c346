#include "dist/exchange.h"

#include "base/mem.h"

#include <stdlib.h>

const char *const dist_algorithms[] = {"native", "ring", "rdouble", "rabenseifner", "hier", NULL};

static int64_t length(struct span s) { return s.hi - s.lo; }

/* Ways that carry nothing are left out on both ends. */
static void append(struct exchanges *s, struct exchange x)
{
    if (x.to < 0 || length(x.send) == 0)
        x.to = -1;
    if (x.from < 0 || length(x.receive) == 0)
        x.from = -1;
    if (x.to < 0 && x.from < 0)
        return;
    s->step = xrealloc(s->step, (size_t)(s->n + 1) * sizeof *s->step);
    s->step[s->n++] = x;
}

/* Both ways with one rank. */
static void swap(struct exchanges *s, int with, struct span send, struct span receive, bool add)
{
    append(s, (struct exchange){with, with, send, receive, add});
}

static void give(struct exchanges *s, int to, struct span what)
{
    append(s, (struct exchange){.to = to, .from = -1, .send = what});
}

static void take(struct exchanges *s, int from, struct span what, bool add)
{
    append(s, (struct exchange){.to = -1, .from = from, .receive = what, .add = add});
}

/* ---- Rings ----------------------------------------------------------------------------------- */

/* Ranks who[n], of which we are number `me`. */
struct group { const int *who; int n, me; };

static int around(const struct group *g, int i) { return ((i % g->n) + g->n) % g->n; }

/* The c-th of n parts of all. */
static struct span part(const struct group *g, struct span all, int c)
{
    const int i = around(g, c);
    return (struct span){all.lo + length(all) * i / g->n, all.lo + length(all) * (i + 1) / g->n};
}

static void turn(struct exchanges *s, const struct group *g, struct span all, int first, bool add)
{
    for (int i = 0; i + 1 < g->n; i++)
        append(s, (struct exchange){
            .to = g->who[around(g, g->me + 1)], .send = part(g, all, first - i),
            .from = g->who[around(g, g->me - 1)], .receive = part(g, all, first - i - 1), .add = add});
}

/* Each ends with the sum of the part behind its own number. */
static void ring_reduce(struct exchanges *s, const struct group *g, struct span all)
{
    turn(s, g, all, g->me, true);
}

static void ring_gather(struct exchanges *s, const struct group *g, struct span all)
{
    turn(s, g, all, g->me + 1, false);
}

static void ring(struct exchanges *s, const struct group *g, struct span all)
{
    ring_reduce(s, g, all);
    ring_gather(s, g, all);
}

/* ---- Powers of two --------------------------------------------------------------------------- */

/* The first 2 (p - power) ranks are pairs of which the odd one takes part for both. */
struct cube { int power, extra, me; };      /* me: our number among `power`, -1: the partner does it */

static struct cube cube_of(int p, int rank)
{
    struct cube c = {.power = 1};
    while (2 * c.power <= p)
        c.power *= 2;
    c.extra = p - c.power;
    c.me = rank >= 2 * c.extra ? rank - c.extra : rank % 2 ? rank / 2 : -1;
    return c;
}

static int rank_of(const struct cube *c, int i) { return i < c->extra ? 2 * i + 1 : i + c->extra; }

static void double_up(struct exchanges *s, const struct cube *c, struct span all)
{
    for (int far = 1; far < c->power; far *= 2)
        swap(s, rank_of(c, c->me ^ far), all, all, true);
}

/* Halves of halves, and back. */
static void halve(struct exchanges *s, const struct cube *c, struct span all, int far)
{
    if (far == 0)
        return;
    const int other = rank_of(c, c->me ^ far);
    const int64_t middle = all.lo + length(all) / 2;
    const struct span low = {all.lo, middle}, high = {middle, all.hi};
    const struct span mine = c->me & far ? high : low, theirs = c->me & far ? low : high;
    swap(s, other, theirs, mine, true);
    halve(s, c, mine, far / 2);
    swap(s, other, mine, theirs, false);
}

static void with_cube(struct exchanges *s, enum dist_algorithm a, int p, int rank, struct span all)
{
    const struct cube c = cube_of(p, rank);
    if (c.me < 0) {
        give(s, rank + 1, all);
        take(s, rank + 1, all, false);
        return;
    }
    if (c.me < c.extra)
        take(s, rank - 1, all, true);
    if (a == DIST_RDOUBLE)
        double_up(s, &c, all);
    else
        halve(s, &c, all, c.power / 2);
    if (c.me < c.extra)
        give(s, rank - 1, all);
}

/* ---- Two levels ------------------------------------------------------------------------------ */

/* Of node number x: its ranks into who, how many. */
static int ranks_on(const int *node, int p, int x, int *who)
{
    int n = 0;
    for (int r = 0; r < p; r++)
        if (node[r] == x)
            who[n++] = r;
    return n;
}

static int place(const int *who, int rank)
{
    int i = 0;
    while (who[i] != rank)
        i++;
    return i;
}

/* The ranks with our place in their node, and how many places all nodes have. */
static int across(const int *node, int p, int place_in_node, int *who, int *places)
{
    int n = 0, *here = xmalloc((size_t)p * sizeof *here);
    *places = p;
    for (int r = 0; r < p; r++) {
        const int size = ranks_on(node, p, node[r], here);
        if (here[0] != r)
            continue;                           /* a node is looked at once, with its first rank */
        *places = size < *places ? size : *places;
        if (place_in_node < size)
            who[n++] = here[place_in_node];
    }
    free(here);
    return n;
}

static void on_two_levels(struct exchanges *s, const int *node, int p, int rank, struct span all)
{
    int *inside = xmalloc((size_t)p * sizeof *inside), *outside = xmalloc((size_t)p * sizeof *outside);
    int places;
    const int size = ranks_on(node, p, node[rank], inside), me = place(inside, rank);
    const int nodes = across(node, p, me, outside, &places);
    const struct group in = {inside, places, me};
    if (me >= places) {
        give(s, inside[me % places], all);
        take(s, inside[me % places], all, false);
    } else {
        const struct group out = {outside, nodes, place(outside, rank)};
        for (int i = me + places; i < size; i += places)
            take(s, inside[i], all, true);
        ring_reduce(s, &in, all);
        ring(s, &out, part(&in, all, me + 1));
        ring_gather(s, &in, all);
        for (int i = me + places; i < size; i += places)
            give(s, inside[i], all);
    }
    free(inside);
    free(outside);
}

/* ---- Lists ---------------------------------------------------------------------------------- */

void exchanges_make(struct exchanges *s, enum dist_algorithm a, const int *node, int p, int rank,
                    int64_t n)
{
    const struct span all = {0, n};
    *s = (struct exchanges){0};
    if (a == DIST_HIER) {
        on_two_levels(s, node, p, rank, all);
    } else if (a == DIST_RING) {
        int *who = xmalloc((size_t)p * sizeof *who);
        for (int r = 0; r < p; r++)
            who[r] = r;
        ring(s, &(struct group){who, p, rank}, all);
        free(who);
    } else {
        with_cube(s, a, p, rank, all);
    }
}

void exchanges_free(struct exchanges *s)
{
    free(s->step);
    *s = (struct exchanges){0};
}
