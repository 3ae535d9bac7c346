#include "graph/build.h"

static void add_tree(uint8_t *h, const struct sssp *s)
{
    for (int64_t i = 0; i < s->reached; i++)
        if (s->label[s->order[i]].arc >= 0)
            build_keep(h, s->label[s->order[i]].arc);
}

/* Tree i / 2, from or to its source.  In one workspace, as long as it is in the cache. */
static void one_tree(void *ctx, int64_t i, struct sssp *s, struct sssp *unused)
{
    struct build *b = ctx;
    (void)unused;
    sssp_run(s, &(struct sssp_query){.sources = &b->g->sources[i / 2], .nsources = 1, .backward = i % 2});
    add_tree(b->h, s);
}

void spt_build(struct build *b)
{
    sssp_each(b->g, 2 * b->g->nsources, one_tree, b, &b->count);
}
