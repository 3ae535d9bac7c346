/* The sparse product of f64 in every semiring. */
#include "sparse/spgemm_choice.h"

#include <math.h>
#include <string.h>

#define T          double
#define BITS       uint64_t
#define WIDE       1
#define TYPE       f64
#define SUM(x, y)  ((x) + (y))
#define TIMES(x, y) ((x) * (y))
#define ZERO       (-0.0)
#define LARGEST    ((T)INFINITY)
#define SMALLEST   (-(T)INFINITY)
#define EXACT_ZERO 1
#include "sparse/spgemm_semirings.h"
