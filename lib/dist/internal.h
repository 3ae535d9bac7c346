/* Shared by the files of this room. */
#ifndef DIST_INTERNAL_H
#define DIST_INTERNAL_H

#include "dist/openmpi.h"

struct dist {
    struct openmpi mpi;
    int rank, size;
    void *comm, *background;            /* messages waited for; those that are under way meanwhile */
    bool agreed;                        /* on what ends them all: dist_agreed() */
    int *node;                          /* [size]: where each rank is; NULL: nobody has asked yet */
};

#endif
