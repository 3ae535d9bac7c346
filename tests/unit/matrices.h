/* Matrices for the tests of sparse kernels, and the same as dense ones. */
#ifndef MATRICES_H
#define MATRICES_H

#include "sparse/generate.h"

#include <stdlib.h>
#include <string.h>

/* About `edges` entries anywhere, of whole values from -8 to 8. */
static inline struct csr scattered(int64_t rows, int64_t cols, int64_t edges, enum ten_type type,
                                   uint64_t seed)
{
    const struct generate_kind *uniform = generate_kinds;
    const struct generate g = {.rows = rows, .cols = cols, .edges = edges, .seed = seed,
                               .type = type, .values = type ? VALUES_INTEGER : VALUES_NONE};
    struct csr m;
    while (strcmp(uniform->name, "uniform") != 0)
        uniform++;
    generate(&m, uniform, &g);
    return m;
}

static inline double value_of(const struct csr *m, int64_t k)
{
    if (!m->val)
        return 1;
    switch (m->type) {
    case TEN_F32: return ((const float *)m->val)[k];
    case TEN_I64: return (double)((const int64_t *)m->val)[k];
    default:      return ((const double *)m->val)[k];
    }
}

/* The entry at (i, j), -1 where there is none. */
static inline int64_t entry_at(const struct csr *m, int64_t i, int64_t j)
{
    for (int64_t k = m->ptr[i]; k < m->ptr[i + 1]; k++)
        if (m->col[k] == j)
            return k;
    return -1;
}

static inline bool sorted(const struct csr *m)
{
    bool ok = m->ptr[m->rows] == m->n;
    for (int64_t i = 0; i < m->rows; i++)
        for (int64_t k = m->ptr[i]; k < m->ptr[i + 1]; k++)
            ok = ok && m->col[k] < m->cols && (k == m->ptr[i] || m->col[k - 1] < m->col[k]);
    return ok;
}

#endif
