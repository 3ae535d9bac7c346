#include "accel/sparch_cycle.h"

#include "accel/sparch_feed.h"
#include "accel/sparch_values.h"
#include "base/mem.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Partial matrices and C lie behind each other, above A, B and their pointers. */
#define BASE_PARTIAL ((int64_t)4 << 50)

struct result { struct sparch_elem *e; int64_t n, room, address; };

/* An input of the tree that is the result of an earlier round. */
struct load { int64_t node, asked, arrived, moved; struct sparch_flight flight; };

struct machine {
    const struct sparch_job *j;
    const struct sparch_cycle_options *o;
    struct sparch_dram dram;
    struct sparch_tree tree;
    struct sparch_feed feed;
    struct result *result;          /* [rounds] */
    struct load *load;              /* [ways], of this round */
    int64_t loads;
    int64_t address;                /* where the next result begins */
    int64_t now, round, written;    /* written: when the last write of this round ends */
    int64_t pointers;               /* bytes of row pointers of C that are to be written */
    struct sparch_report *r;
    bool write_refused;
};

/* ---- Partial matrices -------------------------------------------------------------------- */

static void keep(struct result *to, const struct sparch_fifo *f, int64_t n)
{
    if (to->n + n > to->room) {
        to->room = 2 * (to->n + n);
        to->e = xrealloc(to->e, (size_t)to->room * sizeof *to->e);
    }
    for (int64_t i = 0; i < n; i++)
        to->e[to->n++] = *sparch_fifo_at(f, i);
}

static bool last_round(const struct machine *m) { return m->round + 1 == m->j->plan->rounds; }

static int64_t written_bytes(const struct machine *m)
{
    return last_round(m) ? sparch_c_bytes(m->j) : (int64_t)m->j->par->coo_bytes;
}

/* Elements that begin in one block of memory are one request, as soon as they are there or nothing
 * more can come. */
static bool write_block(struct machine *m)
{
    struct sparch_fifo *f = &m->tree.fifo[1];
    struct result *to = &m->result[m->round];
    const int64_t size = written_bytes(m), block = m->dram.interleave,
                  at = to->address + to->n * size;
    const int64_t whole = (block - at % block + size - 1) / size,
                  n = f->count < whole ? f->count : whole;
    int64_t done;
    if (n == 0 || (n < whole && sparch_has_room(&m->tree, f) && !sparch_tree_ended(&m->tree)))
        return false;
    m->write_refused = !sparch_dram_ask(&m->dram, at, n * size, m->now, &done);
    if (m->write_refused)
        return false;
    keep(to, f, n);
    sparch_fifo_drop(f, n);
    done -= m->dram.latency;
    m->written = done > m->written ? done : m->written;
    *(last_round(m) ? &m->r->bytes.c : &m->r->bytes.partial_write) += n * size;
    return true;
}

/* Row pointers of C follow its elements. */
static bool write_pointers(struct machine *m)
{
    const int64_t n = m->pointers < m->dram.interleave ? m->pointers : m->dram.interleave;
    int64_t done;
    if (!last_round(m) || n == 0 || !sparch_tree_ended(&m->tree) || m->tree.fifo[1].count > 0)
        return false;
    m->write_refused = !sparch_dram_ask(&m->dram, (BASE_PARTIAL << 1) + m->pointers, n, m->now,
                                        &done);
    if (m->write_refused)
        return false;
    m->pointers -= n;
    m->r->bytes.c += n;
    m->written = done - m->dram.latency > m->written ? done - m->dram.latency : m->written;
    return true;
}

static bool write_results(struct machine *m)
{
    bool acted = false;
    m->write_refused = false;
    for (int64_t i = 0; i < m->dram.channels && (write_block(m) || write_pointers(m)); i++)
        acted = true;
    return acted;
}

static bool ask_partial(struct machine *m, struct load *l)
{
    const struct result *from = &m->result[l->node - m->j->plan->leaves];
    const int64_t size = (int64_t)m->j->par->coo_bytes, block = m->dram.interleave,
                  at = from->address + l->asked * size;
    const int64_t waiting = l->asked - l->moved +
                            sparch_input(&m->tree, m->j->plan->lane[l->node])->count;
    int64_t n = (block - at % block + size - 1) / size, done;
    n = from->n - l->asked < n ? from->n - l->asked : n;
    if (n == 0 || (waiting > 0 && waiting + n > (int64_t)m->j->par->load_fifo) ||
        !sparch_dram_ask(&m->dram, at, n * size, m->now, &done))
        return false;
    sparch_flight_add(&l->flight, done, n);
    l->asked += n;
    m->r->bytes.partial_read += n * size;
    return true;
}

/* A request for each input in turn, beginning with another one each cycle. */
static bool read_partials(struct machine *m)
{
    bool acted = false;
    for (int64_t i = 0; i < m->loads; i++)
        acted |= ask_partial(m, &m->load[(i + m->now) % m->loads]);
    return acted;
}

/* What has come moves to the input of the tree as far as there is room. */
static bool load_inputs(struct machine *m)
{
    bool acted = false;
    for (int64_t i = 0; i < m->loads; i++) {
        struct load *l = &m->load[i];
        const struct result *from = &m->result[l->node - m->j->plan->leaves];
        const int64_t lane = m->j->plan->lane[l->node];
        struct sparch_fifo *in = sparch_input(&m->tree, lane);
        l->arrived += sparch_flight_land(&l->flight, m->now);
        for (; l->moved < l->arrived && in->count < in->limit; l->moved++, acted = true)
            sparch_fifo_push(in, from->e[l->moved]);
        m->tree.future[m->tree.ways + lane] = l->moved == from->n ? SPARCH_END
                                              : l->moved > 0      ? from->e[l->moved - 1].key + 1
                                                                  : 0;
    }
    return acted;
}

/* ---- Rounds ------------------------------------------------------------------------------ */

static void start_round(struct machine *m)
{
    const struct sparch_plan *p = m->j->plan;
    const struct sparch_round *round = &p->round[m->round];
    sparch_tree_start(&m->tree, round->inputs);
    sparch_feed_start(&m->feed, m->round);
    m->loads = 0;
    for (int64_t r = 0; r < m->round; r++)
        if (p->parent[p->leaves + r] == p->leaves + m->round)
            m->load[m->loads++] = (struct load){.node = p->leaves + r};
    m->result[m->round].address = m->address;
    m->written = m->now;
}

static void end_round(struct machine *m)
{
    struct result *own = &m->result[m->round];
    m->address += own->n * written_bytes(m);
    for (int64_t i = 0; i < m->loads; i++) {
        struct result *used = &m->result[m->load[i].node - m->j->plan->leaves];
        free(used->e);
        used->e = NULL;
        sparch_flight_free(&m->load[i].flight);
    }
    if (last_round(m))
        m->r->size_c = own->n;
    else
        m->r->partial += own->n;
}

static bool round_ended(const struct machine *m)
{
    return sparch_tree_ended(&m->tree) && m->tree.fifo[1].count == 0 && m->now >= m->written &&
           (!last_round(m) || (m->pointers == 0 && sparch_feed_all_read(&m->feed)));
}

/* ---- Cycles ------------------------------------------------------------------------------ */

static bool ask_memory(struct machine *m, int64_t who)
{
    switch (who % 4) {
    case 0:  return write_results(m);
    case 1:  return read_partials(m);
    case 2:  return sparch_feed_prefetch(&m->feed, m->now);
    default: return sparch_feed_fetch(&m->feed, m->now);
    }
}

/* Every part does its work of one cycle, those behind before those before them. */
static bool cycle(struct machine *m)
{
    bool acted = false;
    m->dram.wake = INT64_MAX;
    for (int64_t i = 0; i < 4; i++)
        acted |= ask_memory(m, m->now + i);
    sparch_feed_futures(&m->feed);
    acted |= load_inputs(m);
    acted |= sparch_tree_step(&m->tree);
    acted |= sparch_feed_multiply(&m->feed);
    acted |= sparch_feed_dispatch(&m->feed, m->now);
    acted |= sparch_feed_arrive(&m->feed, m->now);
    return acted;
}

static void count_stalls(struct machine *m, int64_t cycles)
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
static int64_t wake(const struct machine *m)
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

static int64_t asked_bytes(const struct machine *m)
{
    return sparch_total(&m->r->bytes) + sparch_total(&m->feed.bytes);
}

static void trace(struct machine *m, int64_t until)
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

static void step(struct machine *m)
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

static void build(struct machine *m)
{
    const struct sparch_params *par = m->j->par;
    m->address = BASE_PARTIAL;
    m->pointers = sparch_c_pointers(m->j);
    sparch_dram_init(&m->dram, par);
    sparch_tree_init(&m->tree, par, m->j->drop_zeros);
    sparch_feed_init(&m->feed, m->j, &m->dram, &m->tree);
    m->result = xcalloc((size_t)m->j->plan->rounds + 1, sizeof *m->result);
    m->load = xcalloc((size_t)m->tree.ways, sizeof *m->load);
}

static void take_apart(struct machine *m)
{
    sparch_dram_free(&m->dram);
    sparch_tree_free(&m->tree);
    sparch_feed_free(&m->feed);
    for (int64_t r = 0; r < m->j->plan->rounds; r++)
        free(m->result[r].e);
    free(m->result);
    free(m->load);
}

static void take_product(const struct machine *m, struct csr *c)
{
    const struct result *root = &m->result[m->j->plan->rounds > 0 ? m->j->plan->rounds - 1 : 0];
    sparch_to_csr(c, root->e, root->n, m->j->a->rows, m->j->b->cols);
}

static void report(struct machine *m)
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
    struct machine m = {.j = j, .o = o, .r = r};
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
