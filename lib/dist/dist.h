/*
 * Data-parallel training: N processes ("ranks") that Open MPI's launcher started, each with its own copy
 * of the network and a part of every batch.
 *
 *     struct dist *d = dist_open(&e);             before anything is read or written
 *     feeder: rank dist_rank(d), ranks dist_size(d)
 *     dist_params(d, ps);                         the same start everywhere
 *     dist/grads.h                                gradients are added up during the backward pass
 *
 * d is NULL in a process that no launcher started: rank 0 of 1, for which all of this does nothing.
 * Every function but dist_rank(), dist_size(), dist_send() and dist_receive() is called by all ranks,
 * in the same order.  What MPI
 * itself cannot do ends all ranks.
 */
#ifndef DIST_DIST_H
#define DIST_DIST_H

#include "base/err.h"
#include "nn/params.h"

struct dist;

/*
 * Join the other ranks; call it first, before options are read or streams opened.  NULL without an
 * error: no launcher (neither OMPI_COMM_WORLD_SIZE nor PMI_SIZE in the environment), and nothing of MPI
 * is touched.  NULL with *e set: there is one, but no Open MPI, or one of another kind.
 *
 * Standard streams: ranks but the first write to /dev/null.  mpirun gives its input to the first rank
 * alone; the others get a copy of it, in a temporary file.  Where every rank has an input of its own
 * (mpirun sh -c 'TOOL <FILE') it stays.
 *
 * The ranks leave together, when they exit.  One that exits with a status other than 0 says which it is
 * and ends the others, unless all have agreed on it.  One that is killed is noticed by the launcher, which
 * ends the others and names it.  What is returned stays until then.
 */
struct dist *dist_open(struct ten_err *e);
/* The same for tools whose first rank alone reads: the input stays where it is. */
struct dist *dist_join(struct ten_err *e);

int dist_rank(const struct dist *d);
int dist_size(const struct dist *d);

/* All ranks are about to exit for one reason, which each of them knows, with one status other than 0: none
 * ends the others, and the first alone is heard on standard error. */
void dist_agreed(struct dist *d);

/* v[i] = sum of v[i] over all ranks, with the same bits on each. */
void dist_sum(struct dist *d, double *v, int64_t n);
/* The largest instead. */
void dist_max(struct dist *d, double *v, int64_t n);
/* The data of the first rank, or of another, to all. */
void dist_broadcast(struct dist *d, void *data, int64_t bytes);
void dist_broadcast_from(struct dist *d, int rank, void *data, int64_t bytes);
/* The lowest rank of which something is true; -1: of none. */
int dist_lowest(struct dist *d, bool is);
/* Whether all have the same bytes, told by their XXH3: -1, or the lowest rank that differs from the first. */
int dist_agree(struct dist *d, const void *data, int64_t bytes);
/* From one rank to another, which has to wait for it: the calls of both in one order, of one size. */
void dist_send(struct dist *d, int to, const void *data, int64_t bytes);
void dist_receive(struct dist *d, int from, void *data, int64_t bytes);
/* Values and state of the first rank to all. */
void dist_params(struct dist *d, struct params *ps);
/* State (running statistics) becomes its mean over all ranks. */
void dist_average_state(struct dist *d, struct params *ps);
/* The file at path as the first rank has it, open for reading: a descriptor, the caller's, of the file
 * itself where there is one process, else of a copy.  -1 with *e set. */
int dist_file(struct dist *d, const char *path, struct ten_err *e);

#endif
