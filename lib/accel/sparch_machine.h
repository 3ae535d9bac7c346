/* The parts of the cycle model and what they share; for sparch_cycle.c and sparch_partials.c alone.
 */
#ifndef ACCEL_SPARCH_MACHINE_H
#define ACCEL_SPARCH_MACHINE_H

#include "accel/sparch_cycle.h"
#include "accel/sparch_feed.h"

/* Partial matrices and C lie behind each other, above A, B and their pointers. */
#define SPARCH_BASE_PARTIAL ((int64_t)4 << 50)

struct sparch_result { struct sparch_elem *e; int64_t n, room, address; };

/* An input of the tree that is the result of an earlier round. */
struct sparch_load {
    int64_t node, asked, arrived, moved;
    int64_t next;                   /* elements of the next request; 0: all have been asked for */
    struct sparch_flight flight;
};

struct sparch_machine {
    const struct sparch_job *j;
    const struct sparch_cycle_options *o;
    struct sparch_dram dram;
    struct sparch_tree tree;
    struct sparch_feed feed;
    struct sparch_result *result;          /* [rounds] */
    struct sparch_load *load;              /* [ways], of this round */
    int64_t loads;
    int64_t address;                /* where the next result begins */
    int64_t now, round, written;    /* written: when the last write of this round ends */
    int64_t pointers;               /* bytes of row pointers of C that are to be written */
    struct sparch_report *r;
    bool write_refused;
};

static inline bool sparch_last_round(const struct sparch_machine *m)
{
    return m->round + 1 == m->j->plan->rounds;
}

static inline int64_t sparch_written_bytes(const struct sparch_machine *m)
{
    return sparch_last_round(m) ? sparch_c_bytes(m->j) : (int64_t)m->j->par->coo_bytes;
}

/* Load the result of an earlier round in this one. */
void sparch_load_start(struct sparch_machine *m, struct sparch_load *l, int64_t node);

/* Each does a cycle's work: whether there was any.  Results to memory; requests for earlier ones;
 * what has come of these to the inputs of the tree. */
bool sparch_write_results(struct sparch_machine *m);
bool sparch_read_partials(struct sparch_machine *m);
bool sparch_load_inputs(struct sparch_machine *m);

#endif
