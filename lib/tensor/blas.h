/* Products of matrices by the libraries that are there: oneDNN's for large ones, OpenBLAS for the others and where oneDNN is
 * not. */
#ifndef TENSOR_BLAS_H
#define TENSOR_BLAS_H

#include <cblas.h>
#include <stdint.h>

/* cblas_sgemm for row-major matrices: C [m,n] = beta C + alpha op(A) op(B).  Which library it is depends on the shape alone,
 * and so do the bits where one thread calls it.  Libraries are opened when a product asks for them first; without OpenBLAS
 * the program ends with status 1 and a line that says why. */
void sgemm(enum CBLAS_TRANSPOSE ta, enum CBLAS_TRANSPOSE tb, int64_t m, int64_t n, int64_t k, float alpha,
           const float *a, int64_t lda, const float *b, int64_t ldb, float beta, float *c, int64_t ldc);

#endif
