/* The inner loops of elementwise.c. */
#ifndef TENSOR_SIMD_ELEMENTWISE_H
#define TENSOR_SIMD_ELEMENTWISE_H

#include "base/isa.h"
#include "tensor/elementwise.h"

/* What is done to every element. */
struct pointwise {
    enum { OF_ONE, OF_ONE_BACK, OF_TWO, OF_TWO_AXPBY } family;
    enum binary binary;                 /* OF_TWO */
    struct unary_op unary;              /* OF_ONE, OF_ONE_BACK; a, b of OF_TWO_AXPBY */
};

/* Two loops: rows of n elements of the result and two operands.  Element i of row r of operand k is
 * row[k] r + step[k] i from its first. */
enum { OPERANDS = 3 };
struct plane { int64_t rows, n, row[OPERANDS], step[OPERANDS]; };

struct elementwise_kernels {
    /* y = f(a), y = a f'(b), y = a op b, or y = f.a a + f.b b; operands that f lacks are not read. */
    void (*pointwise)(const struct pointwise *f, const struct plane *p, float *y, const float *a, const float *b);
    /* elementwise_chain of rows that are `stride` elements apart; k->f is one of chain_fuses(). */
    void (*chain)(float *y, const struct chain *k, const float *x, int64_t rows, int64_t chans, int64_t stride);
};
extern const struct elementwise_kernels elementwise_kernels_base, elementwise_kernels_v3, elementwise_kernels_v4;

/* Whether chain has a loop for this function; the others come after it. */
static inline bool chain_fuses(enum unary kind)
{
    return kind == UNARY_COPY || kind == UNARY_RELU || kind == UNARY_LEAKY || kind == UNARY_RELU6 || kind == UNARY_HSWISH;
}

#endif
