#include "sparse/spgemm_plan.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

/* Rows are looked at in slices, whose number is the same for any number of threads; each makes its
 * own list of pieces. */
enum {
    SLICES = 64,
    SLICE = 1 << 12,                    /* rows and entries of one, where there are fewer slices */
    SUMS = 1024,                        /* entries that are looked at side by side */
    ROW_COST = 8, AHEAD = 32, CUT = 16
};

struct slice { struct spgemm_piece *piece; int64_t n, room, products, bound, longest, kept; };

int64_t spgemm_work(const struct csr *a, const struct csr *b, int64_t i)
{
    int64_t f = 0;
    for (int64_t q = a->ptr[i]; q < a->ptr[i + 1]; q++) {
        __builtin_prefetch(&b->ptr[a->col[q + AHEAD]]);
        f += b->ptr[a->col[q] + 1] - b->ptr[a->col[q]];
    }
    return f;
}

/* sum[0..n]: products of as many entries of A from q on. */
static void sum_products(struct slice *s, int64_t *restrict sum, const struct csr *a, const struct csr *b, int64_t q,
                         int64_t n)
{
    const uint32_t *col = a->col + q;
    const int64_t *ptr = b->ptr;
    int64_t kept = 0, f = 0;
    sum[0] = 0;
    for (int64_t k = 0; k < n; k++) {
        __builtin_prefetch(&ptr[col[k + AHEAD]]);
        const int64_t length = ptr[col[k] + 1] - ptr[col[k]];
        sum[k + 1] = f += length;
        kept += length > 0;
    }
    s->kept += kept;
    s->products += f;
}

/* Products of a row that has more entries than there is room for sums. */
static int64_t long_row(struct slice *s, int64_t *sum, const struct csr *a, const struct csr *b, int64_t i)
{
    const int64_t before = s->products, end = a->ptr[i + 1];
    for (int64_t q = a->ptr[i]; q < end; q += SUMS)
        sum_products(s, sum, a, b, q, end - q < SUMS ? end - q : SUMS);
    return s->products - before;
}

/* The end of the rows from `row` on, `end` at most, that have n entries together or fewer. */
static int64_t rows_within(const struct csr *a, int64_t row, int64_t end, int64_t n)
{
    const int64_t past = a->ptr[row] + n;
    while (row < end) {
        const int64_t mid = row + (end - row) / 2;
        if (a->ptr[mid + 1] <= past) row = mid + 1; else end = mid;
    }
    return row;
}

static void add_piece(struct slice *s, struct spgemm_piece p)
{
    if (s->n == s->room) {
        s->room = s->room ? 2 * s->room : 64;
        s->piece = xrealloc(s->piece, (size_t)s->room * sizeof *s->piece);
    }
    p.n = p.base = -1;
    s->piece[s->n++] = p;
}

/* One row in parts of equally many columns. */
static void cut_row(struct slice *s, int64_t row, int64_t products, int64_t cols, int64_t size)
{
    int64_t parts = products / size < cols ? products / size : cols;
    for (int64_t k = 0; k < parts; k++) {
        const int64_t first = cols / parts * k,
                      past = k + 1 < parts ? cols / parts * (k + 1) : cols;
        const int64_t bound = past - first < products ? past - first : products;
        add_piece(s, (struct spgemm_piece){.row = row, .end = row + 1, .first = first, .past = past,
                                           .bound = bound});
        s->bound += bound;
    }
}

/* A piece that is being filled, and what its rows cost. */
struct filling { struct spgemm_piece piece; int64_t cost; };

static inline __attribute__((always_inline)) void add_row(struct slice *s, struct filling *x, int64_t i, int64_t products,
                                                          int64_t length, int64_t cols, int64_t size, bool split)
{
    const int64_t bound = products < cols ? products : cols;
    const bool huge = split && products > CUT * size && cols > 1;
    s->longest = length > s->longest ? length : s->longest;
    if (x->piece.end > x->piece.row && (huge || x->cost + products > size)) {
        add_piece(s, x->piece);
        *x = (struct filling){.piece = {.row = i, .end = i, .past = cols}};
    }
    if (huge) {
        cut_row(s, i, products, cols, size);
        x->piece.row = x->piece.end = i + 1;
        return;
    }
    x->piece.end = i + 1;
    x->piece.bound += bound;
    s->bound += bound;
    x->cost += products + ROW_COST + length;
}

/* Entries are looked up side by side, not row by row: the ends of short rows cannot be foretold.  *out: {0} before. */
static void cut_slice(struct slice *out, const struct csr *a, const struct csr *b, int64_t row, int64_t end, int64_t size,
                      bool split)
{
    struct slice own = {0}, *s = &own;          /* in registers */
    struct filling x = {.piece = {.row = row, .end = row, .past = b->cols}};
    int64_t sum[SUMS + 1];
    for (int64_t i = row; i < end; ) {
        const int64_t q = a->ptr[i], past = rows_within(a, i, end, SUMS);
        if (past == i) {
            const int64_t products = long_row(s, sum, a, b, i);
            add_row(s, &x, i, products, a->ptr[i + 1] - q, b->cols, size, split);
            i++;
            continue;
        }
        sum_products(s, sum, a, b, q, a->ptr[past] - q);
        for (; i < past; i++) {
            const int64_t k = a->ptr[i] - q, n = a->ptr[i + 1] - q;
            add_row(s, &x, i, sum[n] - sum[k], n - k, b->cols, size, split);
        }
    }
    if (x.piece.end > x.piece.row)
        add_piece(s, x.piece);
    *out = own;
}

void spgemm_plan(struct spgemm_plan *p, const struct csr *a, const struct csr *b, int64_t size,
                 bool split)
{
    struct slice s[SLICES] = {0};
    const int64_t looks = a->rows + a->n;
    const int slices = looks / SLICE >= SLICES ? SLICES : (int)(looks / SLICE) + 1;
    #pragma omp parallel for schedule(dynamic) if (slices > 1)
    for (int k = 0; k < slices; k++)
        cut_slice(&s[k], a, b, a->rows / slices * k,
                  k + 1 < slices ? a->rows / slices * (k + 1) : a->rows, size, split);

    *p = (struct spgemm_plan){0};
    for (int k = 0; k < slices; k++)
        p->n += s[k].n;
    p->piece = xmalloc((size_t)p->n * sizeof *p->piece + 1);
    p->n = 0;
    for (int k = 0; k < slices; k++) {
        if (s[k].n > 0)
            memcpy(p->piece + p->n, s[k].piece, (size_t)s[k].n * sizeof *p->piece);
        p->n += s[k].n;
        p->products += s[k].products;
        p->bound += s[k].bound;
        p->kept += s[k].kept;
        p->longest = s[k].longest > p->longest ? s[k].longest : p->longest;
        free(s[k].piece);
    }
}

void spgemm_plan_free(struct spgemm_plan *p)
{
    free(p->piece);
    *p = (struct spgemm_plan){0};
}
