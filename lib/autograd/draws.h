/* Values that a network draws. */
#ifndef AUTOGRAD_DRAWS_H
#define AUTOGRAD_DRAWS_H

#include "autograd/tape.h"

/* Standard normal numbers of this shape from the tape, a constant.  Axis 0 are samples: those of
 * several processes (tape_mode()->share) have the numbers that one process with all samples would
 * give them. */
struct var *draw_normals(struct tape *t, int rank, const int64_t *dim);
/* The number that sample i of the n here has among those of all processes. */
int64_t draw_number(struct tape *t, int64_t n, int64_t i);

#endif
