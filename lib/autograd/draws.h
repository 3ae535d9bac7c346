/* Values that a network draws. */
#ifndef AUTOGRAD_DRAWS_H
#define AUTOGRAD_DRAWS_H

#include "autograd/tape.h"

/* Standard normal numbers of this shape from the tape, a constant.  Axis 0 are samples: those of
 * several processes (tape_mode()->share) have the numbers that one process with all samples would
 * give them. */
struct var *draw_normals(struct tape *t, int rank, const int64_t *dim);

#endif
