/* Values of every stream type as C numbers, and conversion between types. */
#ifndef TENSOR_CAST_H
#define TENSOR_CAST_H

#include "stream/ten.h"

/*
 * dst[i] = src[i] converted, i < n.  dst holds type dt, src type st (packed types included; both
 * start on a byte).  Integers saturate at the target's range; floats to integers round half to
 * even, NaN becomes 0; f16, bf16 and f32 round to nearest even and overflow to infinity; to bool:
 * nonzero (NaN too) is 1.  utf8 counts as u8.  i64/u64 are never routed through a double when
 * both sides are integers.  Multi-threaded; may not overlap.
 */
void cast(void *restrict dst, enum ten_type dt, const void *restrict src, enum ten_type st, int64_t n);

/* Element i as a double (i64/u64 rounded to nearest). */
double elem_double(const void *src, enum ten_type st, int64_t i);
/* Element i as text that reads back to the same value: integers exactly, floats by the shortest
 * "%.Ng" that round-trips in their own precision; "nan", "inf", "-inf".  text is returned. */
char *elem_text(const void *src, enum ten_type st, int64_t i, char text[32]);

float f16_to_f32(uint16_t h);
uint16_t f16_from_f32(float f);
float bf16_to_f32(uint16_t h);
uint16_t bf16_from_f32(float f);

#endif
