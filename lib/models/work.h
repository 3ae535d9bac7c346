/* What the calls of a forward pass are to those who count (metrics/count.h). */
#ifndef MODELS_WORK_H
#define MODELS_WORK_H

#include "autograd/op.h"
#include "metrics/count.h"
#include "nn/params.h"

enum { WORKS = 3 };
/* One call as up to WORKS pieces of work: how many; 0: it is free.  Densities are those of the parameters'
 * values. */
int work_of_call(struct work work[WORKS], const struct call *c);

/*
 * A forward pass as it is seen (tape_on_call), call by call.  The output layer is the last linear layer; its
 * parameters and tables of embeddings are the `last` of metrics/count.h.
 */
struct ledger {
    int64_t n, room;
    struct entry {
        char *name, *in, *out;          /* the op; shapes of its first input and output */
        const struct param *param;      /* the first it reads, or NULL */
        bool layer, table;              /* linear; embeddings */
        int works;
        struct work work[WORKS];
    } *entry;
};
void ledger_note(void *ledger, const struct call *c, double seconds);
/* After the pass: mark what is the output layer. */
void ledger_end(struct ledger *l);
void ledger_free(struct ledger *l);

double ledger_cost(const struct entry *e, const struct convention *c, int bits);
/* Of all parameters, by the rule. */
double ledger_weights(const struct ledger *l, const struct params *ps, const struct convention *c, int bits);

#endif
