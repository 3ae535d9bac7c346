/* Matrix products, by OpenBLAS and oneDNN (tensor/blas.h). */
#ifndef TENSOR_PRODUCT_H
#define TENSOR_PRODUCT_H

#include <stdbool.h>
#include <stdint.h>

/*
 * C = alpha * op(A) op(B) + beta * C     op(A) [M,K], op(B) [K,N], C [M,N]
 *
 * ta, tb: the stored matrix is the transpose ([K,M], [N,K]).  lda, ldb, ldc: elements from one stored
 * row to the next.  Zero sizes are legal; with beta = 0, C is not read.
 * The product is cut into pieces that depend on its shape alone and each piece is computed by one
 * thread, so the thread count does not change a bit.
 */
struct product {
    bool ta, tb;
    int64_t m, n, k, lda, ldb, ldc;
    float alpha, beta;
};
void product(const struct product *p, float *c, const float *a, const float *b);
/*
 * The same where the operand without a transpose whose rows are pixels, op(A) (of = 'A', ta false) or op(B) (of = 'B',
 * tb false), is nowhere stored: make() writes rows first .. first+n-1 of its columns col .. col+cols-1 to y [n,cols],
 * called by several threads at once.  The bits are those of product() with the operand stored; a or b is NULL.
 */
struct product_source {
    char of;
    void (*make)(const void *ctx, float *y, int64_t first, int64_t n, int64_t col, int64_t cols);
    const void *ctx;
};
void product_made(const struct product *p, float *c, const float *a, const float *b, const struct product_source *made);
/* `batch` of them, whose operands are sa, sb and sc elements apart (0: the same one every time). */
void product_batch(const struct product *p, int64_t batch, float *c, int64_t sc, const float *a, int64_t sa, const float *b, int64_t sb);

#endif
