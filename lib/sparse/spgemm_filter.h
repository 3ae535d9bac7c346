/* Entries of a finished product that are not wanted. */
#ifndef SPARSE_SPGEMM_FILTER_H
#define SPARSE_SPGEMM_FILTER_H

#include "sparse/spgemm.h"

/* Of the n entries of r's rows, those that how->drop and how->topk leave, closed up, and r->count
 * with them.  Returns their number.  Of equal magnitudes the first columns stay. */
int64_t spgemm_filter(const struct spgemm_rows *r, int64_t n, const struct spgemm *how,
                      enum ten_type type);

#endif
