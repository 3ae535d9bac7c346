/* Lists of vertices as text. */
#ifndef GRAPH_VERTICES_H
#define GRAPH_VERTICES_H

#include "base/source.h"

/*
 * Read the vertices that s names, each once and below limit, into *v [*n], the caller's: free().
 * Either a line for each with its number, counted from 0, empty lines and those that begin with #
 * for nothing; or a .ss file of the 9th DIMACS implementation challenge: a line "p aux sp ss
 * COUNT", then lines "s VERTEX" counted from 1, those that begin with c for nothing.  0, or -1
 * with *e set (naming the line).
 */
int vertices_read(uint32_t **v, int64_t *n, struct source *s, int64_t limit, struct ten_err *e);

#endif
