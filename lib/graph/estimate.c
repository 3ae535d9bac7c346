#include "graph/cover.h"

#include "base/threads.h"

#include <math.h>
#include <string.h>

/* Hoeffding: so many draws make all 2p estimates good to 1/8 with a chance of 1 - 1/(8 depth). */
static int64_t enough_samples(const struct cover *c, int64_t p)
{
    return c->samples ? c->samples : (int64_t)ceil(32 * log(32.0 * (double)p * (double)c->depth));
}

static void one_sample(struct cover *c, struct ball *search, uint32_t id, uint32_t y, const uint32_t *p,
                       int64_t n, double distance, int32_t *near[2])
{
    struct sssp *s = search->there;
    for (int way = 0; way < 2; way++) {
        sssp_run(s, &(struct sssp_query){.sources = &y, .nsources = 1, .backward = way == 0,
                 .bounded = true, .bound = distance, .part = c->part, .id = id});
        for (int64_t i = 0; i < n; i++)
            if (s->label[p[i]].dist <= distance)
                __atomic_fetch_add(&near[way][i], 1, __ATOMIC_RELAXED);
    }
}

int64_t cover_estimate(struct cover *c, uint32_t id, const uint32_t *p, int64_t n, double distance,
                       int32_t *near[2])
{
    const struct rng r = {c->seed, rng_stream("spanner.sample") + c->number};
    const int64_t wanted = enough_samples(c, n), samples = wanted < n ? wanted : n;
    for (int way = 0; way < 2; way++)
        memset(near[way], 0, (size_t)n * sizeof *near[way]);
    #pragma omp parallel for schedule(dynamic)
    for (int64_t i = 0; i < samples; i++) {
        const uint64_t index = (uint64_t)id << 32 | (uint64_t)i,
                       at = samples == n ? (uint64_t)i : rng_below(&r, index, (uint64_t)n);
        one_sample(c, &c->search[threads_index()], id, p[at], p, n, distance, near);
    }
    return samples;
}
