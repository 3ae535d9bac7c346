/* Made-up contents for a tensor of any type. */
#ifndef TENSOR_FILL_H
#define TENSOR_FILL_H

#include "base/random.h"
#include "stream/ten.h"

enum fill_kind { FILL_ARANGE, FILL_ZEROS, FILL_CONSTANT, FILL_UNIFORM, FILL_NORMAL };

/*
 * Element number k of a sequence is
 *
 *     arange    lo + k; integer types wrap around, utf8 and bool after 7 bits and 1 bit
 *     constant  value
 *     uniform   from [lo,hi); of integer types whole numbers, each as likely as the other
 *     normal    mean + std * z; integer types round and saturate
 *
 * A long double holds every 64-bit integer exactly.  Bounds fit the type (fill_limits), lo < hi.
 */
struct fill {
    enum fill_kind kind;
    long double lo, hi, value;
    float mean, std;
};

/* Elements first .. first+n-1 of the sequence into dst, of a packed type from a byte's start on.
 * A pure function of its arguments: any split of a range gives the same elements. */
void fill(void *dst, enum ten_type type, const struct fill *f, const struct rng *r, int64_t first,
          int64_t n);

/* The values a type holds: [*lo, *hi]; false for the floating types, which have none. */
bool fill_limits(enum ten_type type, long double *lo, long double *hi);

#endif
