#include "sparse/permute.h"

#include "base/mem.h"
#include "base/random.h"

#include <stdlib.h>
#include <string.h>

/* ---- Moving entries -------------------------------------------------------------------------- */

/* Rows of m in their new order, columns renamed but not sorted. */
static void rename_entries(struct csr *u, const struct csr *m, const int64_t *rows,
                           const int64_t *new_col)
{
    const size_t size = csr_value_size(m);
    csr_alloc(u, m->rows, m->cols, m->n, m->val ? m->type : 0);
    for (int64_t i = 0; i < m->rows; i++) {
        const int64_t from = rows ? rows[i] : i;
        u->ptr[i + 1] = u->ptr[i] + m->ptr[from + 1] - m->ptr[from];
    }
    #pragma omp parallel for schedule(static)
    for (int64_t i = 0; i < m->rows; i++) {
        const int64_t from = rows ? rows[i] : i, n = u->ptr[i + 1] - u->ptr[i];
        for (int64_t k = 0; k < n; k++) {
            const uint32_t c = m->col[m->ptr[from] + k];
            u->col[u->ptr[i] + k] = new_col ? (uint32_t)new_col[c] : c;
        }
        if (size)
            memcpy((char *)u->val + (size_t)u->ptr[i] * size,
                   (const char *)m->val + (size_t)m->ptr[from] * size, (size_t)n * size);
    }
}

/* Transposing twice sorts the rows. */
void csr_permute(struct csr *p, const struct csr *m, const int64_t *rows, const int64_t *cols)
{
    struct csr u, t;
    int64_t *new_col = NULL, bad;
    if (cols) {
        new_col = xmalloc((size_t)m->cols * sizeof *new_col);
        order_invert(new_col, cols, m->cols, &bad);
    }
    rename_entries(&u, m, rows, new_col);
    free(new_col);
    csr_transpose(&t, &u, NULL);
    csr_free(&u);
    csr_transpose(p, &t, NULL);
    csr_free(&t);
    p->weight = m->weight;
}

bool order_invert(int64_t *inverse, const int64_t *o, int64_t n, int64_t *bad)
{
    for (int64_t i = 0; i < n; i++)
        inverse[i] = -1;
    for (int64_t i = 0; i < n; i++) {
        if (o[i] < 0 || o[i] >= n || inverse[o[i]] >= 0) {
            *bad = i;
            return false;
        }
        inverse[o[i]] = i;
    }
    return true;
}

/* ---- Orders ---------------------------------------------------------------------------------- */

void order_random(int64_t *o, int64_t n, uint64_t seed)
{
    const struct rng r = {seed, rng_stream("spperm.random")};
    rng_permutation(&r, 0, o, n);
}

static int64_t degree(const struct csr *m, int64_t i)
{
    return m->ptr[i + 1] - m->ptr[i];
}

/* By counting: at[d] is where the next row of degree d goes. */
void order_by_degree(int64_t *o, const struct csr *m)
{
    int64_t *at = xcalloc((size_t)m->cols + 2, sizeof *at);
    for (int64_t i = 0; i < m->rows; i++)
        at[degree(m, i) + 1]++;
    for (int64_t d = 0; d < m->cols; d++)
        at[d + 1] += at[d];
    for (int64_t i = 0; i < m->rows; i++)
        o[at[degree(m, i)]++] = i;
    free(at);
}
