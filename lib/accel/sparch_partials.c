/* Partial matrices between the merge tree and memory. */
#include "accel/sparch_machine.h"

#include "base/mem.h"

/* Nobody asks for C but for its size, unless it is given out in the end. */
static void keep(struct sparch_result *to, const struct sparch_fifo *f, int64_t n, bool counted)
{
    if (counted) {
        to->n += n;
        return;
    }
    if (to->n + n > to->room) {
        to->room = 2 * (to->n + n);
        to->e = xrealloc(to->e, (size_t)to->room * sizeof *to->e);
    }
    for (int64_t i = 0; i < n; i++)
        to->e[to->n++] = *sparch_fifo_at(f, i);
}

/* Elements that begin in one block of memory are one request, as soon as they are there or nothing
 * more can come. */
static bool write_block(struct sparch_machine *m)
{
    struct sparch_fifo *f = &m->tree.fifo[1];
    struct sparch_result *to = &m->result[m->round];
    const int64_t size = sparch_written_bytes(m), block = m->dram.interleave,
                  at = to->address + to->n * size;
    const int64_t whole = (block - at % block + size - 1) / size,
                  n = f->count < whole ? f->count : whole;
    int64_t done;
    if (n == 0 || (n < whole && sparch_has_room(&m->tree, f) && !sparch_tree_ended(&m->tree)))
        return false;
    m->write_refused = !sparch_dram_ask(&m->dram, at, n * size, m->now, &done);
    if (m->write_refused)
        return false;
    keep(to, f, n, sparch_last_round(m) && !m->o->c);
    sparch_fifo_drop(f, n);
    done -= m->dram.latency;
    m->written = done > m->written ? done : m->written;
    *(sparch_last_round(m) ? &m->r->bytes.c : &m->r->bytes.partial_write) += n * size;
    return true;
}

/* Row pointers of C follow its elements. */
static bool write_pointers(struct sparch_machine *m)
{
    const int64_t n = m->pointers < m->dram.interleave ? m->pointers : m->dram.interleave;
    int64_t done;
    if (!sparch_last_round(m) || n == 0 || !sparch_tree_ended(&m->tree) ||
        m->tree.fifo[1].count > 0)
        return false;
    m->write_refused = !sparch_dram_ask(&m->dram, (SPARCH_BASE_PARTIAL << 1) + m->pointers, n,
                                        m->now, &done);
    if (m->write_refused)
        return false;
    m->pointers -= n;
    m->r->bytes.c += n;
    m->written = done - m->dram.latency > m->written ? done - m->dram.latency : m->written;
    return true;
}

bool sparch_write_results(struct sparch_machine *m)
{
    bool acted = false;
    m->write_refused = false;
    for (int64_t i = 0; i < m->dram.channels && (write_block(m) || write_pointers(m)); i++)
        acted = true;
    return acted;
}

/* Elements that begin in one block of memory are one request. */
static int64_t next_request(const struct sparch_machine *m, const struct sparch_load *l)
{
    const struct sparch_result *from = &m->result[l->node - m->j->plan->leaves];
    const int64_t size = (int64_t)m->j->par->coo_bytes, block = m->dram.interleave;
    const int64_t at = from->address + l->asked * size, left = from->n - l->asked;
    const int64_t whole = (block - at % block + size - 1) / size;
    return left < whole ? left : whole;
}

void sparch_load_start(struct sparch_machine *m, struct sparch_load *l, int64_t node)
{
    *l = (struct sparch_load){.node = node};
    l->next = next_request(m, l);
}

static bool ask_partial(struct sparch_machine *m, struct sparch_load *l)
{
    const int64_t size = (int64_t)m->j->par->coo_bytes, room = (int64_t)m->j->par->load_fifo;
    const int64_t here = sparch_input(&m->tree, m->j->plan->lane[l->node])->count;
    const int64_t waiting = l->asked - l->moved + here;
    int64_t done;
    if (l->next == 0 || (waiting > 0 && waiting + l->next > room))
        return false;
    const int64_t address = m->result[l->node - m->j->plan->leaves].address + l->asked * size;
    if (!sparch_dram_ask(&m->dram, address, l->next * size, m->now, &done))
        return false;
    sparch_flight_add(&l->flight, done, l->next);
    l->asked += l->next;
    m->r->bytes.partial_read += l->next * size;
    l->next = next_request(m, l);
    return true;
}

/* A request for each input in turn, beginning with another one each cycle. */
bool sparch_read_partials(struct sparch_machine *m)
{
    const int64_t first = m->loads > 0 ? m->now % m->loads : 0;
    bool acted = false;
    for (int64_t i = first; i < m->loads; i++)
        acted |= ask_partial(m, &m->load[i]);
    for (int64_t i = 0; i < first; i++)
        acted |= ask_partial(m, &m->load[i]);
    return acted;
}

/* What has come moves to the input of the tree as far as there is room. */
bool sparch_load_inputs(struct sparch_machine *m)
{
    bool acted = false;
    for (int64_t i = 0; i < m->loads; i++) {
        struct sparch_load *l = &m->load[i];
        const struct sparch_result *from = &m->result[l->node - m->j->plan->leaves];
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
