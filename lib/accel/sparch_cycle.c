#include "accel/sparch_cycle.h"

#include "accel/sparch_machine.h"
#include "accel/sparch_values.h"
#include "base/mem.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* ---- Rounds ------------------------------------------------------------------------------ */

static void start_round(struct sparch_machine *m)
{
    const struct sparch_plan *p = m->j->plan;
    const struct sparch_round *round = &p->round[m->round];
    sparch_tree_start(&m->tree, round->inputs);
    sparch_feed_start(&m->feed, m->round);
    m->loads = 0;
    for (int64_t r = 0; r < m->round; r++)
        if (p->parent[p->leaves + r] == p->leaves + m->round)
            sparch_load_start(m, &m->load[m->loads++], p->leaves + r);
    m->result[m->round].address = m->address;
    m->written = m->now;
}

static void end_round(struct sparch_machine *m)
{
    struct sparch_result *own = &m->result[m->round];
    m->address += own->n * sparch_written_bytes(m);
    for (int64_t i = 0; i < m->loads; i++) {
        struct sparch_result *used = &m->result[m->load[i].node - m->j->plan->leaves];
        free(used->e);
        used->e = NULL;
        sparch_flight_free(&m->load[i].flight);
    }
    if (sparch_last_round(m))
        m->r->size_c = own->n;
    else
        m->r->partial += own->n;
}

static bool round_ended(const struct sparch_machine *m)
{
    return sparch_tree_ended(&m->tree) && m->tree.fifo[1].count == 0 && m->now >= m->written &&
           (!sparch_last_round(m) || (m->pointers == 0 && sparch_feed_all_read(&m->feed)));
}

/* ---- Cycles ------------------------------------------------------------------------------ */

static bool ask_memory(struct sparch_machine *m, int64_t who)
{
    switch (who % 4) {
    case 0:  return sparch_write_results(m);
    case 1:  return sparch_read_partials(m);
    case 2:  return sparch_feed_prefetch(&m->feed, m->now);
    default: return sparch_feed_fetch(&m->feed, m->now);
    }
}

/* Every part does its work of one cycle, those behind before those before them. */
static bool cycle(struct sparch_machine *m)
{
    bool acted = false;
    m->dram.wake = INT64_MAX;
    for (int64_t i = 0; i < 4; i++)
        acted |= ask_memory(m, m->now + i);
    sparch_feed_futures(&m->feed);
    acted |= sparch_load_inputs(m);
    acted |= sparch_tree_step(&m->tree);
    acted |= sparch_feed_multiply(&m->feed);
    acted |= sparch_feed_dispatch(&m->feed, m->now);
    acted |= sparch_feed_arrive(&m->feed, m->now);
    return acted;
}

static void count_stalls(struct sparch_machine *m, int64_t cycles)
{
    struct sparch_stalls *s = &m->r->stalls;
    const bool rows = m->feed.done == m->feed.dispatched && m->feed.dispatched < m->feed.end;
    s->multiply_rows += rows * cycles;
    s->multiply_full += m->feed.inputs_full * cycles;
    s->merge_empty += m->tree.starved * cycles;
    s->merge_full += m->tree.blocked * cycles;
    s->prefetch_a += m->feed.no_entries * cycles;
    s->prefetch_memory += m->feed.no_memory * cycles;
    s->prefetch_evict += m->feed.must_evict * cycles;
    s->write_memory += m->write_refused * cycles;
}

/* When something can happen next. */
static int64_t wake(const struct sparch_machine *m)
{
    int64_t at = sparch_feed_wake(&m->feed, m->now);
    at = m->dram.wake < at ? m->dram.wake : at;
    if (m->written > m->now && m->written < at)
        at = m->written;
    for (int64_t i = 0; i < m->loads; i++) {
        const int64_t t = sparch_flight_next(&m->load[i].flight);
        at = t < at ? t : at;
    }
    return at;
}

static int64_t asked_bytes(const struct sparch_machine *m)
{
    return sparch_total(&m->r->bytes) + sparch_total(&m->feed.bytes);
}

static void trace(struct sparch_machine *m, int64_t until)
{
    const int64_t every = m->o->every;
    if (every == 0)
        return;
    struct sparch_levels l = {.round = m->round,
                              .look_ahead = m->feed.entered - m->feed.fetched,
                              .rows = m->feed.fetched - m->feed.dispatched,
                              .writer = m->tree.fifo[1].count,
                              .bytes = asked_bytes(m)};
    for (int64_t i = 2; i < 2 * m->tree.ways; i++)
        *(i < m->tree.ways ? &l.tree : &l.inputs) += m->tree.fifo[i].count;
    for (int64_t t = (m->now + every - 1) / every * every; t < until; t += every) {
        l.cycle = t;
        m->o->row(m->o->ctx, &l);
    }
}

static void step(struct sparch_machine *m)
{
    int64_t next = m->now + 1;
    if (m->o->every > 0 && m->now % m->o->every == 0)
        trace(m, m->now + 1);
    if (!cycle(m) && !round_ended(m)) {
        next = wake(m);
        if (next == INT64_MAX) {
            const bool forced = sparch_feed_force(&m->feed);
            assert(forced);
            (void)forced;
            next = m->now + 1;
        }
    }
    count_stalls(m, next - m->now);
    m->now++;
    trace(m, next);
    m->now = next;
    m->r->steps++;
}

/* ---- The machine ------------------------------------------------------------------------- */

static void build(struct sparch_machine *m)
{
    const struct sparch_params *par = m->j->par;
    m->address = SPARCH_BASE_PARTIAL;
    m->pointers = sparch_c_pointers(m->j);
    sparch_dram_init(&m->dram, par);
    sparch_tree_init(&m->tree, par, m->j->drop_zeros);
    sparch_feed_init(&m->feed, m->j, &m->dram, &m->tree);
    m->result = xcalloc((size_t)m->j->plan->rounds + 1, sizeof *m->result);
    m->load = xcalloc((size_t)m->tree.ways, sizeof *m->load);
}

static void take_apart(struct sparch_machine *m)
{
    sparch_dram_free(&m->dram);
    sparch_tree_free(&m->tree);
    sparch_feed_free(&m->feed);
    for (int64_t r = 0; r < m->j->plan->rounds; r++)
        free(m->result[r].e);
    free(m->result);
    free(m->load);
}

static void take_product(const struct sparch_machine *m, struct csr *c)
{
    const struct sparch_result
        *root = &m->result[m->j->plan->rounds > 0 ? m->j->plan->rounds - 1 : 0];
    sparch_to_csr(c, root->e, root->n, m->j->a->rows, m->j->b->cols);
}

static void report(struct sparch_machine *m)
{
    struct sparch_report *r = m->r;
    r->bytes.a = m->feed.bytes.a;
    r->bytes.b = m->feed.bytes.b;
    r->bytes.pointers = m->feed.bytes.pointers;
    r->products = m->feed.products;
    r->taken = m->tree.taken;
    r->given = m->tree.given;
    r->additions = m->tree.additions;
    r->dropped = m->tree.dropped;
    r->overflow = m->feed.overflow;
    r->bus_bytes = m->dram.bus_bytes;
    r->cycles = (double)m->now;
}

void sparch_cycle(struct sparch_report *r, const struct sparch_job *j,
                  const struct sparch_cycle_options *o)
{
    struct sparch_machine m = {.j = j, .o = o, .r = r};
    sparch_count(r, j);
    r->size_c = r->partial = 0;
    build(&m);
    for (m.round = 0; m.round < j->plan->rounds; m.round++) {
        start_round(&m);
        do
            step(&m);
        while (!round_ended(&m));
        end_round(&m);
        m.now += (int64_t)(j->par->levels * j->par->pipeline);
    }
    report(&m);
    sparch_finish(r, j);
    if (o->c)
        take_product(&m, o->c);
    take_apart(&m);
}
