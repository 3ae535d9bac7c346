/* Copies of bit ranges, for tensors with several elements a byte. */
#ifndef BASE_BITS_H
#define BASE_BITS_H

#include <stdint.h>

/* Bits to .. to+n-1 of dst become bits from .. from+n-1 of src, counted from the lowest bit of the
 * first byte; the other bits of dst stay.  A plain memcpy where all three are whole bytes.  The
 * ranges may not overlap. */
void copy_bits(void *restrict dst, int64_t to, const void *restrict src, int64_t from, int64_t n);

#endif
