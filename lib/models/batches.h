/* Batches that a network sees and learns nothing from, and records of what it says. */
#ifndef MODELS_BATCHES_H
#define MODELS_BATCHES_H

#include "autograd/tape.h"
#include "nn/feeder.h"
#include "stream/tool.h"

/*
 * see() with every batch that f has left, in order, on a tape without a way back, which is empty before each.  p counts
 * them; NULL: nobody does.  0, or -1 with *e set by the feeder, or by see(), whose -1 ends it.
 */
int batches_see(struct feeder *f, struct memory *m, struct progress *p, int (*see)(void *ctx, struct tape *t, const struct batch *b), void *ctx,
                struct ten_err *e);

/* x as a record of the group that has the number of b.  attrs: NULL, or the record's.  0, or -1 with t->err set. */
int batch_write(struct tool *t, const struct batch *b, const char *name, const struct tensor *x, const char *attrs);

#endif
