/* Trees that come from a file: what sparch-plan(1) --leaves prints, or what the user made of it. */
#ifndef ACCEL_SPARCH_GIVEN_H
#define ACCEL_SPARCH_GIVEN_H

#include "accel/sparch_plan.h"
#include "base/source.h"

/*
 * Read a table of tab-separated values with the columns node, kind (leaf or round) and parent;
 * others are passed over.  Nodes are numbered from 0 in order, leaves first; every node but the last
 * has a later round as its parent, and every round has inputs.  0, or -1 with *e set.
 */
int sparch_given_read(struct sparch_given *g, struct source *s, struct ten_err *e);
void sparch_given_free(struct sparch_given *g);

/* Whether it is a tree over the leaves of a b, of at most `ways` inputs a round; name: of its file. */
int sparch_given_check(const struct sparch_given *g, const char *name, const struct csr *a,
                       const struct csr *b, bool condense, int64_t ways, struct ten_err *e);

#endif
