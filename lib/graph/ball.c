#include "graph/ball.h"

#include "graph/build.h"

/* Sums along the way there and back round differently; a round trip of length `radius` must not
 * fall out of the ball for that. */
static const double slack = 1 + 1e-12;

void ball_grow(struct ball *b, uint32_t u, double radius, const uint32_t *part, uint32_t id)
{
    struct sssp_query q = {.sources = &u, .nsources = 1, .bounded = true, .bound = radius * slack,
                           .part = part, .id = id};
    sssp_run(b->there, &q);
    q.backward = true;
    q.other = b->there->label;
    sssp_run(b->back, &q);
}

static void mark(uint8_t *h, int64_t arc)
{
    if (arc >= 0)
        build_keep(h, arc);
}

void ball_add(const struct ball *b, uint8_t *h)
{
    const struct sssp_label *there = b->there->label, *back = b->back->label;
    for (int64_t i = 0; i < b->back->reached; i++) {
        const uint32_t v = b->back->order[i];
        mark(h, back[v].arc);
        mark(h, there[v].arc);
        /* Rounding may put the vertex before just outside; the path goes on there. */
        for (uint32_t x = v; there[x].arc >= 0 && !ball_has(b, there[x].from); x = there[x].from)
            mark(h, there[there[x].from].arc);
    }
}
