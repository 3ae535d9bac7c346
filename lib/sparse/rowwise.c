/* Blocks of rows are made side by side, each into memory of its own, and joined when the sizes of
 * all are known; so every row is made once. */
#include "sparse/rowwise.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

enum { BLOCK = 1024 };                  /* rows */

struct block { uint32_t *col; char *val; int64_t n, room; };

static void make_room(struct block *b, int64_t room, size_t size)
{
    b->room = room;
    b->col = xrealloc(b->col, (size_t)room * sizeof *b->col);
    if (size)
        b->val = xrealloc(b->val, (size_t)room * size);
}

static void make_block(struct block *b, struct csr *m, const struct rowwise *r, int64_t first)
{
    const int64_t end = first + BLOCK < r->rows ? first + BLOCK : r->rows;
    const size_t size = r->type ? ten_elem_size(r->type) : 0;
    for (int64_t i = first; i < end; i++) {
        if (b->room - b->n < r->longest)
            make_room(b, 2 * b->room + r->longest, size);
        uint32_t *col = b->col + b->n;
        const int64_t n = r->type ? r->row_values(r->ctx, i, col, b->val + (size_t)b->n * size)
                                  : r->row(r->ctx, i, col);
        m->ptr[i + 1] = n;
        b->n += n;
    }
    /* A single long row must not cost as much in every block. */
    if (b->room > 0)
        make_room(b, b->n, size);
}

/* Sizes of rows become places, and there is room for all. */
static void add_up(struct csr *m, enum ten_type type)
{
    for (int64_t i = 0; i < m->rows; i++)
        m->ptr[i + 1] += m->ptr[i];
    m->n = m->ptr[m->rows];
    m->col = xrealloc(m->col, ((size_t)m->n + CSR_AHEAD) * sizeof *m->col);
    memset(m->col + m->n, 0, CSR_AHEAD * sizeof *m->col);
    if (type) {
        m->type = type;
        m->val = xmalloc((size_t)m->n * ten_elem_size(type));
    }
}

void rowwise_build(struct csr *m, const struct rowwise *r)
{
    const int64_t blocks = (r->rows + BLOCK - 1) / BLOCK;
    const size_t size = r->type ? ten_elem_size(r->type) : 0;
    struct block *b = xcalloc((size_t)blocks, sizeof *b);

    csr_alloc(m, r->rows, r->cols, 0, 0);
    #pragma omp parallel for schedule(dynamic, 4)
    for (int64_t k = 0; k < blocks; k++)
        make_block(&b[k], m, r, k * BLOCK);
    add_up(m, r->type);
    #pragma omp parallel for schedule(static)
    for (int64_t k = 0; k < blocks; k++) {
        const int64_t at = m->ptr[k * BLOCK];
        if (b[k].n > 0)
            memcpy(m->col + at, b[k].col, (size_t)b[k].n * sizeof *m->col);
        if (b[k].n > 0 && size)
            memcpy((char *)m->val + (size_t)at * size, b[k].val, (size_t)b[k].n * size);
        free(b[k].col);
        free(b[k].val);
    }
    free(b);
}

static int by_number(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

int64_t rowwise_sort(uint32_t *col, int64_t n)
{
    enum { SHORT = 24 };                /* shorter ones are sorted by insertion */
    int64_t kept = n > 0;
    if (n > SHORT)
        qsort(col, (size_t)n, sizeof *col, by_number);
    else
        for (int64_t k = 1; k < n; k++) {
            const uint32_t c = col[k];
            int64_t at = k;
            for (; at > 0 && col[at - 1] > c; at--)
                col[at] = col[at - 1];
            col[at] = c;
        }
    for (int64_t k = 1; k < n; k++)
        if (col[k] != col[kept - 1])
            col[kept++] = col[k];
    return kept;
}

/* ---- From places in any order ---------------------------------------------------------------- */

struct bucket { const int64_t *ptr; const uint32_t *col; };

static int64_t sorted_bucket(const void *ctx, int64_t i, uint32_t *col)
{
    const struct bucket *b = ctx;
    const int64_t n = b->ptr[i + 1] - b->ptr[i];
    if (n > 0)
        memcpy(col, b->col + b->ptr[i], (size_t)n * sizeof *col);
    return rowwise_sort(col, n);
}

void rowwise_from_places(struct csr *m, int64_t rows, int64_t cols, const uint32_t *row,
                         const uint32_t *col, int64_t n)
{
    int64_t *ptr = xcalloc((size_t)rows + 2, sizeof *ptr), longest = 0;
    uint32_t *dealt = xmalloc((size_t)n * sizeof *dealt);

    /* ptr[i+2] counts row i; then ptr[i+1] says where its next entry goes, and in the end where
     * row i+1 starts. */
    for (int64_t k = 0; k < n; k++)
        ptr[row[k] + 2]++;
    for (int64_t i = 0; i < rows; i++) {
        longest = ptr[i + 2] > longest ? ptr[i + 2] : longest;
        ptr[i + 2] += ptr[i + 1];
    }
    for (int64_t k = 0; k < n; k++)
        dealt[ptr[row[k] + 1]++] = col[k];
    rowwise_build(m, &(struct rowwise){
        .rows = rows, .cols = cols, .longest = longest,
        .row = sorted_bucket, .ctx = &(struct bucket){ptr, dealt}});
    free(ptr);
    free(dealt);
}

/* ---- Union with the transpose ---------------------------------------------------------------- */

static int64_t united(const void *ctx, int64_t i, uint32_t *col)
{
    const struct csr *const *m = ctx;
    const uint32_t *a = m[0]->col + m[0]->ptr[i], *a_end = m[0]->col + m[0]->ptr[i + 1];
    const uint32_t *b = m[1]->col + m[1]->ptr[i], *b_end = m[1]->col + m[1]->ptr[i + 1];
    int64_t n = 0;
    while (a < a_end && b < b_end) {
        const uint32_t c = *a < *b ? *a : *b;
        a += *a == c;
        b += *b == c;
        col[n++] = c;
    }
    while (a < a_end)
        col[n++] = *a++;
    while (b < b_end)
        col[n++] = *b++;
    return n;
}

void rowwise_symmetrize(struct csr *m)
{
    struct csr t, u;
    int64_t longest = 0;

    csr_transpose(&t, m, NULL);
    for (int64_t i = 0; i < m->rows; i++) {
        const int64_t n = m->ptr[i + 1] - m->ptr[i] + t.ptr[i + 1] - t.ptr[i];
        longest = n > longest ? n : longest;
    }
    rowwise_build(&u, &(struct rowwise){
        .rows = m->rows, .cols = m->cols, .longest = longest,
        .row = united, .ctx = (const struct csr *[]){m, &t}});
    csr_free(&t);
    csr_free(m);
    *m = u;
}
