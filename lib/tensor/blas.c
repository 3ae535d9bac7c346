#include "tensor/blas.h"
#include "base/openblas.h"
#include "tensor/onednn.h"

#include <pthread.h>
#include <stdbool.h>

static union { __typeof__(&cblas_sgemm) call; void *address; } function;        /* set once, by find() */

static void find(void)
{
    const char *const name = "cblas_sgemm";
    openblas_open(1, &name, &function.address);
}

/* Its kernels are made when the first product asks for them, in 25 ms, and are faster then: 340 GFLOP/s for
 * 2048 x 512 x 512 where OpenBLAS has 245 (two threads, AVX-512); but not those of 64 x 64 x 64. */
static bool is_for_onednn(int64_t m, int64_t n, int64_t k)
{
    enum { LARGE = 1 << 20 };
    return m * n * k >= LARGE;
}

void sgemm(enum CBLAS_TRANSPOSE ta, enum CBLAS_TRANSPOSE tb, int64_t m, int64_t n, int64_t k, float alpha,
           const float *a, int64_t lda, const float *b, int64_t ldb, float beta, float *c, int64_t ldc)
{
    const struct onednn *d = is_for_onednn(m, n, k) ? onednn() : NULL;
    if (d && d->sgemm(ta == CblasTrans ? 'T' : 'N', tb == CblasTrans ? 'T' : 'N', m, n, k, alpha, a, lda, b, ldb, beta, c,
                      ldc) == dnnl_success)
        return;
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, find);
    function.call(CblasRowMajor, ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}
