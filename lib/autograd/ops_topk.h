/* The largest along the last axis (tensor/topk.h). */
#ifndef AUTOGRAD_OPS_TOPK_H
#define AUTOGRAD_OPS_TOPK_H

#include "autograd/tape.h"

/* x [...,C]: the k largest [...,k], the largest first, and to *index, unless that is NULL, their places,
 * i32 [...,k].  Ties go to the lower place, NaN is larger than any number.  The gradient goes to the
 * elements that were taken. */
struct var *op_topk(struct tape *t, struct var *x, int64_t k, struct var **index);

#endif
