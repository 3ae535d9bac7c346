/* The sparse product of i64 in every semiring. */
#include "sparse/spgemm_choice.h"

#include <math.h>
#include <string.h>

#define T          int64_t
#define BITS       uint64_t
#define WIDE       1
#define TYPE       i64
#define SUM(x, y)  ((int64_t)((uint64_t)(x) + (uint64_t)(y)))
#define TIMES(x, y) ((int64_t)((uint64_t)(x) * (uint64_t)(y)))
#define ZERO       ((T)0)
#define LARGEST    INT64_MAX
#define SMALLEST   INT64_MIN
#define EXACT_ZERO 0
#include "sparse/spgemm_semirings.h"
