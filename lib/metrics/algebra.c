#include "metrics/algebra.h"
#include "base/fail.h"
#include "base/mem.h"
#include "base/openblas.h"

#include <cblas.h>
#include <omp.h>
#include <pthread.h>
#include <stdlib.h>

/* A piece has at most TILE x TILE results. */
enum { TILE = 256 };

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }
static int64_t parts(int64_t whole, int64_t part) { return (whole + part - 1) / part; }

/* ---- The library ----------------------------------------------------------------------------- */

/* Fortran's: numbers by address, and lengths of characters behind everything else. */
typedef void syevd(const char *jobz, const char *uplo, const int *n, double *a, const int *lda,
                   double *w, double *work, const int *lwork, int *iwork, const int *liwork,
                   int *info, size_t, size_t);
typedef void gesdd(const char *jobz, const int *m, const int *n, double *a, const int *lda,
                   double *s, double *u, const int *ldu, double *vt, const int *ldvt, double *work,
                   const int *lwork, int *iwork, int *info, size_t);

/* Set once, by find(). */
static union {
    void *address[3];
    struct { __typeof__(&cblas_dgemm) gemm; syevd *syevd; gesdd *gesdd; } call;
} library;

static void find(void)
{
    const char *const names[] = {"cblas_dgemm", "dsyevd_", "dgesdd_"};
    openblas_open(3, names, library.address);
}

static void open_library(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, find);
}

/* OpenBLAS takes as many threads as OpenMP would; inside of a parallel region that is one. */
static int alone(void)
{
    const int threads = omp_get_max_threads();
    omp_set_num_threads(1);
    return threads;
}

/* ---- Products -------------------------------------------------------------------------------- */

void product_of_rows(const struct rows64 *s, double *c, const double *a, const double *b)
{
    const int64_t across = parts(s->n, TILE), pieces = parts(s->m, TILE) * across;
    open_library();
    #pragma omp parallel for schedule(dynamic)
    for (int64_t p = 0; p < pieces; p++) {
        const int64_t i = p / across * TILE, j = p % across * TILE;
        library.call.gemm(CblasRowMajor, CblasNoTrans, CblasTrans, least(TILE, s->m - i),
                          least(TILE, s->n - j), s->k, 1, a + i * s->lda, s->lda, b + j * s->ldb,
                          s->ldb, 0, c + i * s->ldc + j, s->ldc);
    }
}

void gram_add(double *c, const double *a, int64_t rows, int64_t n)
{
    const int64_t tiles = parts(n, TILE);
    if (rows == 0)
        return;
    open_library();
    #pragma omp parallel for schedule(dynamic) collapse(2)
    for (int64_t p = 0; p < tiles; p++)
        for (int64_t q = 0; q < tiles; q++) {
            const int64_t i = p * TILE, j = q * TILE;
            if (q >= p)
                library.call.gemm(CblasRowMajor, CblasTrans, CblasNoTrans, least(TILE, n - i),
                                  least(TILE, n - j), rows, 1, a + i, n, a + j, n, 1,
                                  c + i * n + j, n);
        }
}

/* ---- Decompositions -------------------------------------------------------------------------- */

/* The upper triangle by rows is the lower one by columns, and columns of eigenvectors are rows. */
int symmetric_eigen(double *w, double *a, int64_t n, struct ten_err *e)
{
    const int size = (int)n, lwork = (int)(1 + 6 * n + 2 * n * n), liwork = (int)(3 + 5 * n);
    double *work = xmalloc((size_t)lwork * sizeof *work);
    int *iwork = xmalloc((size_t)liwork * sizeof *iwork), info;
    open_library();
    const int threads = alone();
    library.call.syevd("V", "L", &size, a, &size, w, work, &lwork, iwork, &liwork, &info, 1, 1);
    omp_set_num_threads(threads);
    free(work);
    free(iwork);
    if (info == 0)
        return 0;
    return fail(e, TEN_E_NUMERIC, "covariance [%lld,%lld]: its eigenvalues did not converge: "
                "expected finite numbers", (long long)n, (long long)n);
}

int singular_values(double *s, double *a, int64_t m, int64_t n, struct ten_err *e)
{
    const int rows = (int)n, cols = (int)m, one = 1, ask = -1;
    int *iwork = xmalloc((size_t)(8 * least(m, n)) * sizeof *iwork), info, lwork;
    double best;
    open_library();
    const int threads = alone();
    library.call.gesdd("N", &rows, &cols, a, &rows, s, NULL, &one, NULL, &one, &best, &ask, iwork,
                       &info, 1);
    lwork = (int)best;
    double *work = xmalloc((size_t)lwork * sizeof *work);
    library.call.gesdd("N", &rows, &cols, a, &rows, s, NULL, &one, NULL, &one, work, &lwork, iwork,
                       &info, 1);
    omp_set_num_threads(threads);
    free(work);
    free(iwork);
    if (info == 0)
        return 0;
    return fail(e, TEN_E_NUMERIC, "matrix [%lld,%lld]: its singular values did not converge: "
                "expected finite numbers", (long long)m, (long long)n);
}
