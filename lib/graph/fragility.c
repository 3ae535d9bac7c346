#include "graph/fragility.h"

#include "base/mem.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 256 };       /* arcs that share a copy of the marks */

struct asking { double *ratio; const struct digraph *g; const uint8_t *arcs; const int64_t *arc; int64_t count; };

/* arcs: those that may be used; as it was afterwards. */
static double fragility(struct sssp *s, uint8_t *arcs, int64_t arc)
{
    const uint32_t tail = digraph_tail(s->g, arc), head = s->g->out.col[arc];
    const struct sssp_query q = {.sources = &tail, .nsources = 1, .arcs = arcs, .target = &head};

    if (tail == head)
        return 1;
    sssp_run(s, &q);
    const double with = s->label[head].dist;
    if (s->label[head].arc != arc)
        return 1;
    arcs[arc] = 0;
    sssp_run(s, &q);
    arcs[arc] = 1;
    const double without = s->label[head].dist;
    return without > with ? without / with : 1;
}

static void ask_block(void *ctx, int64_t block, struct sssp *there, struct sssp *back)
{
    const struct asking *x = ctx;
    const int64_t end = x->count < (block + 1) * BLOCK ? x->count : (block + 1) * BLOCK;
    uint8_t *arcs = xmalloc((size_t)x->g->m);

    (void)back;
    if (x->arcs)
        memcpy(arcs, x->arcs, (size_t)x->g->m);
    else
        memset(arcs, 1, (size_t)x->g->m);
    for (int64_t i = block * BLOCK; i < end; i++)
        x->ratio[i] = fragility(there, arcs, x->arc[i]);
    free(arcs);
}

void fragility_each(double *ratio, const struct digraph *g, const uint8_t *arcs, const int64_t *arc, int64_t count)
{
    struct asking x = {ratio, g, arcs, arc, count};

    sssp_each(g, (count + BLOCK - 1) / BLOCK, ask_block, &x, NULL);
}
