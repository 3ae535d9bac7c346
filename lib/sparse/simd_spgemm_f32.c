/* The sparse product of f32 in every semiring. */
#include "sparse/spgemm_choice.h"

#include <math.h>
#include <string.h>

#define T          float
#define BITS       uint32_t
#define WIDE       0
#define TYPE       f32
#define SUM(x, y)  ((x) + (y))
#define TIMES(x, y) ((x) * (y))
#define ZERO       (-0.0f)
#define LARGEST    ((T)INFINITY)
#define SMALLEST   (-(T)INFINITY)
#define EXACT_ZERO 1
#include "sparse/spgemm_semirings.h"
