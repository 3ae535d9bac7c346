#include "sparse/spgemm_plan.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

/* Rows are looked at in slices, whose number is the same for any number of threads; each makes its
 * own list of pieces. */
enum { SLICES = 64, ROW_COST = 8, AHEAD = 32, CUT = 16 };

struct slice { struct spgemm_piece *piece; int64_t n, room, products, bound, longest, kept; };

/* Products of row i; *kept: and how many of its entries make them. */
static inline int64_t work(const struct csr *a, const struct csr *b, int64_t i, int64_t *kept)
{
    const int64_t *ptr = b->ptr, end = a->ptr[i + 1];
    const uint32_t *col = a->col;
    int64_t f = 0, n = 0;
    for (int64_t q = a->ptr[i]; q < end; q++) {
        __builtin_prefetch(&ptr[col[q + AHEAD]]);
        const int64_t len = ptr[col[q] + 1] - ptr[col[q]];
        f += len;
        n += len > 0;
    }
    *kept += n;
    return f;
}

int64_t spgemm_work(const struct csr *a, const struct csr *b, int64_t i)
{
    int64_t kept = 0;
    return work(a, b, i, &kept);
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

static void cut_slice(struct slice *s, const struct csr *a, const struct csr *b, int64_t row,
                      int64_t end, int64_t size, bool split)
{
    struct spgemm_piece p = {.row = row, .end = row, .past = b->cols};
    int64_t cost = 0;
    for (int64_t i = row; i < end; i++) {
        const int64_t f = work(a, b, i, &s->kept), bound = f < b->cols ? f : b->cols;
        const int64_t length = a->ptr[i + 1] - a->ptr[i];
        const bool huge = split && f > CUT * size && b->cols > 1;
        s->products += f;
        s->longest = length > s->longest ? length : s->longest;
        if (p.end > p.row && (huge || cost + f > size)) {
            add_piece(s, p);
            p = (struct spgemm_piece){.row = i, .end = i, .past = b->cols};
            cost = 0;
        }
        if (huge) {
            cut_row(s, i, f, b->cols, size);
            p.row = p.end = i + 1;
            continue;
        }
        p.end = i + 1;
        p.bound += bound;
        s->bound += bound;
        cost += f + ROW_COST + length;
    }
    if (p.end > p.row)
        add_piece(s, p);
}

void spgemm_plan(struct spgemm_plan *p, const struct csr *a, const struct csr *b, int64_t size,
                 bool split)
{
    struct slice s[SLICES] = {0};
    #pragma omp parallel for schedule(dynamic)
    for (int k = 0; k < SLICES; k++)
        cut_slice(&s[k], a, b, a->rows / SLICES * k,
                  k + 1 < SLICES ? a->rows / SLICES * (k + 1) : a->rows, size, split);

    *p = (struct spgemm_plan){0};
    for (int k = 0; k < SLICES; k++)
        p->n += s[k].n;
    p->piece = xmalloc((size_t)p->n * sizeof *p->piece + 1);
    p->n = 0;
    for (int k = 0; k < SLICES; k++) {
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
