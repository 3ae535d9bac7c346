#include "tensor/blas.h"
#include "base/late.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static union { __typeof__(&cblas_sgemm) call; void *address; } function;        /* set once, by find() */

static void find(void)
{
    const char *const name = "cblas_sgemm";
    const char *why;
    if (late_open("libopenblas.so.0", 1, &name, &function.address, &why))
        return;
    fprintf(stderr, "matrix product: OpenBLAS is needed (Debian: libopenblas0): %s\n", why);
    exit(1);
}

void sgemm(enum CBLAS_TRANSPOSE ta, enum CBLAS_TRANSPOSE tb, int64_t m, int64_t n, int64_t k, float alpha,
           const float *a, int64_t lda, const float *b, int64_t ldb, float beta, float *c, int64_t ldc)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, find);
    function.call(CblasRowMajor, ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}
