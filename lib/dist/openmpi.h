/* The functions and objects of Open MPI that we use.  It is opened when processes have been started by
 * its launcher, and only then: tools start as fast, and install, without it. */
#ifndef DIST_OPENMPI_H
#define DIST_OPENMPI_H

#include <stdbool.h>

/* Communicators, types, operations and requests are addresses in Open MPI; MPI_IN_PLACE is 1, and what
 * is not asked for (MPI_STATUS_IGNORE) is 0. */
#define OPENMPI_FUNCTIONS(X) \
    X(Abort, (void *comm, int status)) \
    X(Allreduce, (const void *from, void *to, int n, void *type, void *op, void *comm)) \
    X(Bcast, (void *data, int n, void *type, int root, void *comm)) \
    X(Comm_dup, (void *comm, void **copy)) \
    X(Comm_free, (void **comm)) \
    X(Comm_rank, (void *comm, int *rank)) \
    X(Comm_size, (void *comm, int *size)) \
    X(Comm_split_type, (void *comm, int type, int key, void *info, void **part)) \
    X(Finalize, (void)) \
    X(Iallreduce, (const void *from, void *to, int n, void *type, void *op, void *comm, void **request)) \
    X(Irecv, (void *to, int n, void *type, int rank, int tag, void *comm, void **request)) \
    X(Isend, (const void *from, int n, void *type, int rank, int tag, void *comm, void **request)) \
    X(Init_thread, (int *argc, char ***argv, int level, int *given)) \
    X(Recv, (void *data, int n, void *type, int from, int tag, void *comm, void *status)) \
    X(Send, (const void *data, int n, void *type, int to, int tag, void *comm)) \
    X(Test, (void **request, int *done, void *status))
#define OPENMPI_OBJECTS(X) X(comm_world) X(byte) X(float) X(double) X(op_sum) X(op_max) X(info_null)

struct openmpi {
#define X(name, args) int (*name) args;
    OPENMPI_FUNCTIONS(X)
#undef X
#define X(name) void *mpi_##name;
    OPENMPI_OBJECTS(X)
#undef X
};

enum {
    MPI_FUNNELED = 1,                   /* threads are there, one of them calls MPI */
    MPI_SHARES_MEMORY = 0,              /* MPI_COMM_TYPE_SHARED */
};
#define MPI_SAME_PLACE ((void *)1)

/* False, with *why the linker's words, where there is no Open MPI. */
bool openmpi_find(struct openmpi *m, const char **why);

#endif
