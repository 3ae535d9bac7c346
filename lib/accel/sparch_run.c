#include "accel/sparch_run.h"

#include "accel/sparch_values.h"

#include <stdlib.h>

static void simulate(struct sparch_report *r, struct sparch_job *j, const struct sparch_config *c,
                     const struct sparch_cycle_options *o)
{
    double *a = NULL, *b = NULL;
    if (!c->cycles) {
        sparch_traffic(r, j);
        return;
    }
    j->a_values = sparch_values(j->a, &a);
    j->b_values = j->b == j->a ? j->a_values : sparch_values(j->b, &b);
    sparch_cycle(r, j, o);
    free(a);
    free(b);
}

void sparch_run(struct sparch_report *r, const struct csr *a, const struct csr *b,
                const struct sparch_config *c, const struct sparch_params *par,
                const struct sparch_cycle_options *o)
{
    struct sparch_order order = c->order;
    struct sparch_plan plan;
    struct sparch_stream stream;
    struct sparch_fetches fetches;
    order.ways = sparch_ways(par);
    sparch_plan(&plan, a, b, &order);
    sparch_sizes(&plan, a, b);
    if (c->outerspace) {
        outerspace(r, a, b, plan.products,
                   plan.rounds > 0 ? plan.size[plan.leaves + plan.rounds - 1] : 0, par);
        sparch_plan_free(&plan);
        return;
    }
    sparch_stream(&stream, &plan, a);
    sparch_prefetch(&fetches, &stream, &plan, a, b, par, c->policy, c->evict_lines);
    struct sparch_job j = {.a = a,
                           .b = b,
                           .par = par,
                           .plan = &plan,
                           .stream = &stream,
                           .fetches = &fetches,
                           .csr_out = c->csr_out,
                           .drop_zeros = c->drop_zeros};
    simulate(r, &j, c, o);
    sparch_fetches_free(&fetches);
    sparch_stream_free(&stream);
    sparch_plan_free(&plan);
}

void sparch_ladder(struct sparch_config *c, int step, enum sparch_schedule schedule)
{
    static const char *const names[SPARCH_STEPS] = {"outerspace", "pipelined", "condensed",
                                                    "huffman", "prefetch"};
    c->name = names[step];
    c->outerspace = step == 0;
    c->order.condense = step >= 2;
    c->order.schedule = step >= 3 ? SPARCH_HUFFMAN : schedule;
    c->policy = step >= 4 ? SPARCH_LOOKAHEAD : SPARCH_NO_BUFFER;
}
