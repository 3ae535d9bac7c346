#include "graph/build.h"

static void add_tree(uint8_t *h, const struct sssp *s)
{
    for (int64_t i = 0; i < s->reached; i++)
        if (s->label[s->order[i]].arc >= 0)
            __atomic_store_n(&h[s->label[s->order[i]].arc], 1, __ATOMIC_RELAXED);
}

static void one_source(void *ctx, int64_t i, struct sssp *there, struct sssp *back)
{
    struct build *b = ctx;
    struct sssp_query q = {.sources = &b->g->sources[i], .nsources = 1};
    sssp_run(there, &q);
    add_tree(b->h, there);
    q.backward = true;
    sssp_run(back, &q);
    add_tree(b->h, back);
}

void spt_build(struct build *b)
{
    sssp_each(b->g, b->g->nsources, one_source, b, &b->count);
}
