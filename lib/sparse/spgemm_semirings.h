/*
 * All semirings of a type: spgemm_rows.h once for each.  Included with
 *
 *     T, BITS, WIDE       the type, the unsigned integer of its size, whether that is 64 bits
 *     TYPE                f32, f64, i64
 *     SUM, TIMES          of two values: integers wrap
 *     ZERO, LARGEST, SMALLEST     the identities of sum (-0 for floats), minimum and maximum
 *     EXACT_ZERO          1: ZERO is no sum
 */
#define SR_(name, ring, type) name##_##ring##_##type
#define SR_JOIN(name, ring, type) SR_(name, ring, type)
#define SR(name) SR_JOIN(name, RING, TYPE)
#define OF(name) SR_JOIN(name, of, TYPE)

#include "sparse/spgemm_lanes.h"

#define FIRST(x, y)   (x)
#define SECOND(x, y)  (y)
#define PAIR(x, y)    ((T)1)
#define LESS(x, y)    ((y) < (x) ? (y) : (x))
#define MORE(x, y)    ((y) > (x) ? (y) : (x))
#define AND(x, y)     ((T)((x) != 0 && (y) != 0))
#define OR(x, y)      ((T)((x) != 0 || (y) != 0))

/* spgemm_rows.h takes back RING, MULTIPLY, USES_A and USES_B. */

#define ADD SUM
#define IDENTITY ZERO
#define TELLS EXACT_ZERO

#define RING plus_times
#define MULTIPLY TIMES
#define USES_A 1
#define USES_B 1
#include "sparse/spgemm_rows.h"

#define RING plus_first
#define MULTIPLY FIRST
#define USES_A 1
#define USES_B 0
#include "sparse/spgemm_rows.h"

#define RING plus_second
#define MULTIPLY SECOND
#define USES_A 0
#define USES_B 1
#include "sparse/spgemm_rows.h"

#define RING plus_pair
#define MULTIPLY PAIR
#define USES_A 0
#define USES_B 0
#include "sparse/spgemm_rows.h"

#define RING plus_min
#define MULTIPLY LESS
#define USES_A 1
#define USES_B 1
#include "sparse/spgemm_rows.h"

#undef ADD
#undef IDENTITY
#undef TELLS

#define ADD LESS
#define IDENTITY LARGEST
#define TELLS 0

#define RING min_plus
#define MULTIPLY SUM
#define USES_A 1
#define USES_B 1
#include "sparse/spgemm_rows.h"

#define RING min_max
#define MULTIPLY MORE
#define USES_A 1
#define USES_B 1
#include "sparse/spgemm_rows.h"

#define RING min_times
#define MULTIPLY TIMES
#define USES_A 1
#define USES_B 1
#include "sparse/spgemm_rows.h"

#define RING min_first
#define MULTIPLY FIRST
#define USES_A 1
#define USES_B 0
#include "sparse/spgemm_rows.h"

#define RING min_second
#define MULTIPLY SECOND
#define USES_A 0
#define USES_B 1
#include "sparse/spgemm_rows.h"

#undef ADD
#undef IDENTITY
#undef TELLS

#define ADD MORE
#define IDENTITY SMALLEST
#define TELLS 0

#define RING max_plus
#define MULTIPLY SUM
#define USES_A 1
#define USES_B 1
#include "sparse/spgemm_rows.h"

#define RING max_min
#define MULTIPLY LESS
#define USES_A 1
#define USES_B 1
#include "sparse/spgemm_rows.h"

#define RING max_times
#define MULTIPLY TIMES
#define USES_A 1
#define USES_B 1
#include "sparse/spgemm_rows.h"

#define RING max_first
#define MULTIPLY FIRST
#define USES_A 1
#define USES_B 0
#include "sparse/spgemm_rows.h"

#define RING max_second
#define MULTIPLY SECOND
#define USES_A 0
#define USES_B 1
#include "sparse/spgemm_rows.h"

#undef ADD
#undef IDENTITY
#undef TELLS

#define ADD OR
#define IDENTITY ((T)0)
#define TELLS 0

#define RING or_and
#define MULTIPLY AND
#define USES_A 1
#define USES_B 1
#include "sparse/spgemm_rows.h"

#define RING any_pair
#define MULTIPLY PAIR
#define USES_A 0
#define USES_B 0
#include "sparse/spgemm_rows.h"

#undef ADD
#undef IDENTITY
#undef TELLS

#define ENTRY(ring) [SEMIRING_##ring] = {SR_JOIN(rows, ring, TYPE), SR_JOIN(clear, ring, TYPE)},
#define TABLE(type) SIMD(ISA_JOIN(spgemm, type))
const struct spgemm_kernels TABLE(TYPE) = {{SEMIRING_TABLE(ENTRY)}};
