// The products that spgemm is measured against; compiled with PEER_MKL, PEER_GRAPHBLAS or
// PEER_EIGEN.
#include "spgemm_peer.h"

#include <omp.h>
#include <vector>


#if defined PEER_MKL

#include <mkl_service.h>
#include <mkl_spblas.h>

struct peer { int f32; std::vector<MKL_INT> ptr, col; sparse_matrix_t a, c; };

const char *peer_name() { return "MKL"; }
void peer_threads(int n) { mkl_set_num_threads(n); omp_set_num_threads(n); }

void *peer_open(const peer_matrix *m)
{
    if (m->entries > INT32_MAX || m->n > INT32_MAX)
        return nullptr;
    auto p = new peer{
        m->f32, {m->ptr, m->ptr + m->n + 1}, {m->col, m->col + m->entries}, nullptr, nullptr};
    const MKL_INT n = (MKL_INT)m->n;
    if (m->f32)
        mkl_sparse_s_create_csr(&p->a, SPARSE_INDEX_BASE_ZERO, n, n, &p->ptr[0], &p->ptr[1],
                                p->col.data(), (float *)m->val);
    else
        mkl_sparse_d_create_csr(&p->a, SPARSE_INDEX_BASE_ZERO, n, n, &p->ptr[0], &p->ptr[1],
                                p->col.data(), (double *)m->val);
    return p;
}

void peer_multiply(void *v)
{
    auto p = (peer *)v;
    mkl_sparse_spmm(SPARSE_OPERATION_NON_TRANSPOSE, p->a, p->a, &p->c);
}
void peer_sort(void *v) { mkl_sparse_order(((peer *)v)->c); }

int64_t peer_check(void *v, uint64_t *structure, double *sum)
{
    auto p = (peer *)v;
    sparse_index_base_t base;
    MKL_INT rows, cols, *start, *end, *col;
    float *s = nullptr;
    double *d = nullptr;
    if (p->f32)
        mkl_sparse_s_export_csr(p->c, &base, &rows, &cols, &start, &end, &col, &s);
    else
        mkl_sparse_d_export_csr(p->c, &base, &rows, &cols, &start, &end, &col, &d);
    *structure = 0, *sum = 0;
    for (MKL_INT i = 0; i < rows; i++)
        for (MKL_INT k = start[i]; k < end[i]; k++) {
            *structure += place_hash((uint64_t)i, (uint64_t)col[k]);
            *sum += s ? (double)s[k] : d[k];
        }
    return rows ? end[rows - 1] : 0;
}
void peer_drop(void *v) { mkl_sparse_destroy(((peer *)v)->c); }
void peer_close(void *v) { mkl_sparse_destroy(((peer *)v)->a); delete (peer *)v; }

#elif defined PEER_GRAPHBLAS

// Its header lacks this in some versions.
extern "C" {
#include <GraphBLAS.h>
}

struct peer { GrB_Type type; GrB_Semiring ring; GrB_Matrix a, c; };

const char *peer_name() { return "GraphBLAS"; }
void peer_threads(int n) { GxB_Global_Option_set(GxB_GLOBAL_NTHREADS, n); }

void *peer_open(const peer_matrix *m)
{
    static bool ready;
    if (!ready) {
        GrB_init(GrB_NONBLOCKING);
        // Blocks that it kept for itself would lie between those that others freed, in one heap with it.
        int64_t none[64] = {};
        GxB_Global_Option_set(GxB_MEMORY_POOL, none);
    }
    ready = true;
    auto p = new peer{m->f32 ? GrB_FP32 : GrB_FP64,
                      m->f32 ? GrB_PLUS_TIMES_SEMIRING_FP32 : GrB_PLUS_TIMES_SEMIRING_FP64, nullptr,
                      nullptr};
    std::vector<GrB_Index> ptr(m->ptr, m->ptr + m->n + 1), col(m->col, m->col + m->entries);
    const GrB_Index n = (GrB_Index)m->n, e = (GrB_Index)m->entries;
    if (m->f32)
        GrB_Matrix_import_FP32(&p->a, p->type, n, n, ptr.data(), col.data(), (const float *)m->val,
                               n + 1, e, e, GrB_CSR_FORMAT);
    else
        GrB_Matrix_import_FP64(&p->a, p->type, n, n, ptr.data(), col.data(), (const double *)m->val,
                               n + 1, e, e, GrB_CSR_FORMAT);
    GrB_Matrix_wait(p->a, GrB_MATERIALIZE);
    return p;
}

void peer_multiply(void *v)
{
    auto p = (peer *)v;
    GrB_Index n;
    GrB_Matrix_nrows(&n, p->a);
    GrB_Matrix_new(&p->c, p->type, n, n);
    GrB_mxm(p->c, GrB_NULL, GrB_NULL, p->ring, p->a, p->a, GrB_NULL);
}
void peer_sort(void *v) { GrB_Matrix_wait(((peer *)v)->c, GrB_MATERIALIZE); }

int64_t peer_check(void *v, uint64_t *structure, double *sum)
{
    auto p = (peer *)v;
    GrB_Index e, got;
    GrB_Matrix_wait(p->c, GrB_MATERIALIZE);
    GrB_Matrix_nvals(&e, p->c);
    std::vector<GrB_Index> row(e), col(e);
    std::vector<double> val(e);
    got = e;
    GrB_Matrix_extractTuples_FP64(row.data(), col.data(), val.data(), &got, p->c);
    *structure = 0, *sum = 0;
    for (GrB_Index k = 0; k < e; k++) {
        *structure += place_hash(row[k], col[k]);
        *sum += val[k];
    }
    return (int64_t)e;
}
void peer_drop(void *v) { GrB_Matrix_free(&((peer *)v)->c); }
void peer_close(void *v) { GrB_Matrix_free(&((peer *)v)->a); delete (peer *)v; }

#elif defined PEER_EIGEN

#include <Eigen/SparseCore>

template <class T> using matrix = Eigen::SparseMatrix<T, Eigen::RowMajor, int64_t>;
struct peer { int f32; matrix<float> af, cf; matrix<double> ad, cd; };

const char *peer_name() { return "Eigen"; }
void peer_threads(int) {}           // has no threads here

template <class T> static matrix<T> matrix_of(const peer_matrix *m)
{
    std::vector<int64_t> col(m->col, m->col + m->entries);
    return Eigen::Map<const matrix<T>>(m->n, m->n, m->entries, m->ptr, col.data(),
                                       (const T *)m->val);
}

void *peer_open(const peer_matrix *m)
{
    auto p = new peer;
    p->f32 = m->f32;
    if (m->f32)
        p->af = matrix_of<float>(m);
    else
        p->ad = matrix_of<double>(m);
    return p;
}

void peer_multiply(void *v)
{
    auto p = (peer *)v;
    if (p->f32)
        p->cf = p->af * p->af;
    else
        p->cd = p->ad * p->ad;
}
void peer_sort(void *) {}           // sorted as it comes

template <class T> static int64_t check(const matrix<T> &c, uint64_t *structure, double *sum)
{
    *structure = 0, *sum = 0;
    for (int64_t i = 0; i < c.outerSize(); i++)
        for (typename matrix<T>::InnerIterator k(c, i); k; ++k) {
            *structure += place_hash((uint64_t)i, (uint64_t)k.col());
            *sum += (double)k.value();
        }
    return c.nonZeros();
}
int64_t peer_check(void *v, uint64_t *structure, double *sum)
{
    auto p = (peer *)v;
    return p->f32 ? check(p->cf, structure, sum) : check(p->cd, structure, sum);
}
void peer_drop(void *v)
{
    auto p = (peer *)v;
    p->cf = matrix<float>();
    p->cd = matrix<double>();
}
void peer_close(void *v) { delete (peer *)v; }

#endif
