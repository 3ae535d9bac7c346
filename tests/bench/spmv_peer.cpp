// The products that spmv is measured against; compiled with PEER_MKL, PEER_GRAPHBLAS or PEER_EIGEN.
#include "spmv_peer.h"

#include <omp.h>
#include <vector>

#if defined PEER_MKL

#include <mkl_service.h>
#include <mkl_spblas.h>

struct peer { std::vector<MKL_INT> ptr, col; sparse_matrix_t a; };

const char *peer_name() { return "MKL"; }
void peer_threads(int n) { mkl_set_num_threads(n); omp_set_num_threads(n); }

void *peer_open(const peer_matrix *m)
{
    if (m->entries > INT32_MAX)
        return nullptr;
    auto p = new peer{{m->ptr, m->ptr + m->n + 1}, {m->col, m->col + m->entries}, nullptr};
    const MKL_INT n = (MKL_INT)m->n;
    mkl_sparse_d_create_csr(&p->a, SPARSE_INDEX_BASE_ZERO, n, n, &p->ptr[0], &p->ptr[1],
                            p->col.data(), (double *)m->val);
    const matrix_descr general = {SPARSE_MATRIX_TYPE_GENERAL, SPARSE_FILL_MODE_FULL,
                                  SPARSE_DIAG_NON_UNIT};
    mkl_sparse_set_mv_hint(p->a, SPARSE_OPERATION_NON_TRANSPOSE, general, 1000);
    mkl_sparse_optimize(p->a);
    return p;
}

void peer_multiply(void *p, double *y, const double *x)
{
    const matrix_descr general = {SPARSE_MATRIX_TYPE_GENERAL, SPARSE_FILL_MODE_FULL,
                                  SPARSE_DIAG_NON_UNIT};
    mkl_sparse_d_mv(SPARSE_OPERATION_NON_TRANSPOSE, 1, ((peer *)p)->a, general, x, 0, y);
}
void peer_close(void *p) { mkl_sparse_destroy(((peer *)p)->a); delete (peer *)p; }

#elif defined PEER_GRAPHBLAS

extern "C" {
#include <GraphBLAS.h>
}
#include <cstring>

struct peer { GrB_Matrix a; GrB_Vector x, y; GrB_Index n; };

const char *peer_name() { return "GraphBLAS"; }
void peer_threads(int n) { GxB_Global_Option_set(GxB_GLOBAL_NTHREADS, n); }

void *peer_open(const peer_matrix *m)
{
    static bool ready;
    if (!ready)
        GrB_init(GrB_NONBLOCKING);
    ready = true;
    auto p = new peer{nullptr, nullptr, nullptr, (GrB_Index)m->n};
    std::vector<GrB_Index> ptr(m->ptr, m->ptr + m->n + 1), col(m->col, m->col + m->entries);
    const GrB_Index n = p->n, e = (GrB_Index)m->entries;
    GrB_Matrix_import_FP64(&p->a, GrB_FP64, n, n, ptr.data(), col.data(), m->val, n + 1, e, e,
                           GrB_CSR_FORMAT);
    GrB_Matrix_wait(p->a, GrB_MATERIALIZE);
    GrB_Vector_new(&p->x, GrB_FP64, n);
    GrB_Vector_new(&p->y, GrB_FP64, n);
    return p;
}

// Vectors go in and out without being copied.
void peer_multiply(void *v, double *y, const double *x)
{
    auto p = (peer *)v;
    void *values = (void *)x;
    GxB_Vector_pack_Full(p->x, &values, p->n * sizeof *x, false, nullptr);
    GrB_mxv(p->y, nullptr, nullptr, GrB_PLUS_TIMES_SEMIRING_FP64, p->a, p->x, nullptr);
    GrB_Vector_wait(p->y, GrB_MATERIALIZE);
    void *back = nullptr;
    GrB_Index size;
    bool iso;
    GxB_Vector_unpack_Full(p->x, &back, &size, &iso, nullptr);
    if (y)
        for (GrB_Index i = 0; i < p->n; i++) {
            y[i] = 0;
            GrB_Vector_extractElement_FP64(&y[i], p->y, i);
        }
}
void peer_close(void *v)
{
    auto p = (peer *)v;
    GrB_Matrix_free(&p->a);
    GrB_Vector_free(&p->x);
    GrB_Vector_free(&p->y);
    delete p;
}

#elif defined PEER_EIGEN

#include <Eigen/SparseCore>

typedef Eigen::SparseMatrix<double, Eigen::RowMajor, int> matrix;

const char *peer_name() { return "Eigen"; }
void peer_threads(int n) { Eigen::setNbThreads(n); }

void *peer_open(const peer_matrix *m)
{
    if (m->entries > INT32_MAX)
        return nullptr;
    std::vector<int> ptr(m->ptr, m->ptr + m->n + 1), col(m->col, m->col + m->entries);
    return new matrix(Eigen::Map<const matrix>((int)m->n, (int)m->n, (int)m->entries, ptr.data(),
                                               col.data(), m->val));
}

void peer_multiply(void *p, double *y, const double *x)
{
    const auto n = ((matrix *)p)->rows();
    Eigen::Map<Eigen::VectorXd> out(y, n);
    out.noalias() = *(matrix *)p * Eigen::Map<const Eigen::VectorXd>(x, n);
}
void peer_close(void *p) { delete (matrix *)p; }

#endif
