/*
 * Rows and elements by index, and sparse matrices times dense ones.
 *
 * Index lists are i32.  Every index must be in range: index_error() tells, and whoever takes indices from
 * outside asks it first.  All arrays are contiguous, row-major, not overlapping and the caller's.
 * Functions that add take terms in the order of the list, each element of the result on one thread,
 * so the thread count does not change a bit.
 */
#ifndef TENSOR_GATHER_H
#define TENSOR_GATHER_H

#include "base/isa.h"

#include <stdint.h>

/* First position i with index[i] outside [0,limit), -1 when there is none. */
int64_t index_error(const int32_t *index, int64_t n, int64_t limit);

/* ---- Rows: embeddings ------------------------------------------------------------------------ */

/* y[i,:] = x[index[i],:]          x [V,C], index [N], y [N,C] */
void gather_rows(float *y, const float *x, const int32_t *index, int64_t n, int64_t c);
/* x[index[i],:] += y[i,:], but for index[i] = skip (padding; -1: none): the adjoint, summed into x. */
void scatter_rows(float *x, const float *y, const int32_t *index, int64_t n, int64_t c, int32_t skip);

/* ---- Elements of rows ------------------------------------------------------------------------- */

/* y[r,j] = x[r, index[r,j]]       x [R,C], index and y [R,K] */
void gather_last(float *y, const float *x, const int32_t *index, int64_t rows, int64_t c, int64_t k);
/* x[r, index[r,j]] += y[r,j]: the adjoint, summed into x.  An index may occur more than once. */
void scatter_last(float *x, const float *y, const int32_t *index, int64_t rows, int64_t c, int64_t k);
/* y[i,j] = (index[i] == j ? on : off)                 index [N], y [N,C] */
void one_hot(float *y, const int32_t *index, int64_t n, int64_t c, float on, float off);

/* ---- Sparse matrices --------------------------------------------------------------------------- */

/* A [R,K] by rows: entries start[r] .. start[r+1]-1 of col and value belong to row r. */
struct csr {
    int64_t rows, cols;
    const int32_t *start;               /* [R+1] */
    const int32_t *col;                 /* [start[R]], in [0,K), in any order */
    const float *value;                 /* [start[R]]; NULL: all 1 */
};
/* y = A x                         x [K,C], y [R,C] */
void csr_product(float *y, const struct csr *a, const float *x, int64_t c);
/* x = A' y, the adjoint; each element summed in the order of rows. */
void csr_transposed_product(float *x, const struct csr *a, const float *y, int64_t c);
/* dvalue[e] = <y[r,:], x[col[e],:]> for entry e of row r: the gradient of <y, A x> by the values. */
void csr_value_gradient(float *dvalue, const struct csr *a, const float *y, const float *x, int64_t c);

/* ---- Inner loops: for gather.c and its test ---------------------------------------------------- */

struct gather_kernels {
    void (*add)(float *restrict y, const float *restrict x, float factor, int64_t n);   /* y += factor x */
    float (*dot)(const float *x, const float *y, int64_t n);
};
extern const struct gather_kernels gather_kernels_base, gather_kernels_v3, gather_kernels_v4;

#endif
