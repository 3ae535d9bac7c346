/* The records that a digraph carries along beside its arcs, sources and spanner. */
#ifndef GRAPH_CARRIED_H
#define GRAPH_CARRIED_H

#include "graph/digraph.h"

/* Find a record by name: true with *rec, which points into g until its records change. */
bool carried_find(const struct digraph *g, const char *name, struct ten_record *rec);
/* Put a copy in the place of the record of this name, or behind the last one. */
void carried_put(struct digraph *g, const struct ten_record *rec);
void carried_drop(struct digraph *g, const char *name);

/*
 * The coordinates of all vertices, as doubles [n,2]: the record xy, of any plain type.  NULL
 * without one, the caller's: free().  NULL with *e set (e->code != 0) when it has another shape
 * or a value that is no finite number.
 */
double *carried_places(const struct digraph *g, struct ten_err *e);

#endif
