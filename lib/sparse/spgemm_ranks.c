#include "sparse/spgemm_ranks.h"

#include "base/mem.h"
#include "sparse/spgemm_plan.h"

#include <stdlib.h>
#include <string.h>

/* ---- Matrices as messages ------------------------------------------------------------------- */

enum { ROWS, COLS, ENTRIES, TYPE, VALUES, FIELDS };

static void send_entries(struct dist *d, int to, const struct csr *m)
{
    const int64_t from = m->ptr[0];
    dist_send(d, to, m->col + from, m->n * (int64_t)sizeof *m->col);
    if (m->val)
        dist_send(d, to, (const char *)m->val + (size_t)from * csr_value_size(m),
                  m->n * (int64_t)csr_value_size(m));
}

/* Rows whose pointers need not start at 0. */
static void send_matrix(struct dist *d, int to, const struct csr *m)
{
    const int64_t head[FIELDS] = {m->rows, m->cols, m->n, m->type, m->val != NULL};
    int64_t *ptr = xmalloc(((size_t)m->rows + 1) * sizeof *ptr);
    for (int64_t i = 0; i <= m->rows; i++)
        ptr[i] = m->ptr[i] - m->ptr[0];
    dist_send(d, to, head, sizeof head);
    dist_send(d, to, ptr, (m->rows + 1) * (int64_t)sizeof *ptr);
    send_entries(d, to, m);
    free(ptr);
}

static void receive_matrix(struct dist *d, int from, struct csr *m)
{
    int64_t head[FIELDS];
    dist_receive(d, from, head, sizeof head);
    csr_alloc(m, head[ROWS], head[COLS], head[ENTRIES],
              head[VALUES] ? (enum ten_type)head[TYPE] : 0);
    m->type = (enum ten_type)head[TYPE];
    dist_receive(d, from, m->ptr, (m->rows + 1) * (int64_t)sizeof *m->ptr);
    dist_receive(d, from, m->col, m->n * (int64_t)sizeof *m->col);
    if (m->val)
        dist_receive(d, from, m->val, m->n * (int64_t)csr_value_size(m));
}

static struct csr rows_of(const struct csr *m, int64_t row, int64_t end)
{
    struct csr part = *m;
    part.ptr += row;
    part.rows = end - row;
    part.n = m->ptr[end] - m->ptr[row];
    return part;
}

/* ---- Rows of B by need ---------------------------------------------------------------------- */

/* Which rows of B the columns of a name, in order: their number, and a list for the caller. */
static int64_t needed(const struct csr *a, uint32_t **list)
{
    char *named = xcalloc((size_t)a->cols + 1, 1);
    int64_t n = 0;
    for (int64_t k = 0; k < a->n; k++)
        named[a->col[k]] = 1;
    *list = xmalloc(((size_t)a->cols + 1) * sizeof **list);
    for (int64_t i = 0; i < a->cols; i++)
        if (named[i])
            (*list)[n++] = (uint32_t)i;
    free(named);
    return n;
}

static void fetch_rows(struct dist *d, struct csr *b, const struct csr *a)
{
    uint32_t *list;
    const int64_t n = needed(a, &list);
    dist_send(d, 0, &n, sizeof n);
    dist_send(d, 0, list, n * (int64_t)sizeof *list);
    receive_matrix(d, 0, b);
    /* The rows it did not need are empty. */
    int64_t *ptr = xcalloc((size_t)a->cols + 1, sizeof *ptr);
    for (int64_t i = 0, k = 0; i < a->cols; i++) {
        k += k < n && list[k] == i;
        ptr[i + 1] = b->ptr[k];
    }
    free(list);
    free(b->ptr);
    b->ptr = ptr;
    b->rows = a->cols;
}

static void serve_rows(struct dist *d, int rank, const struct csr *b)
{
    int64_t n, entries = 0;
    dist_receive(d, rank, &n, sizeof n);
    uint32_t *list = xmalloc((size_t)n * sizeof *list + 1);
    dist_receive(d, rank, list, n * (int64_t)sizeof *list);
    for (int64_t k = 0; k < n; k++)
        entries += b->ptr[list[k] + 1] - b->ptr[list[k]];
    struct csr part;
    csr_alloc(&part, n, b->cols, entries, b->val ? b->type : 0);
    part.type = b->type;
    const size_t size = csr_value_size(b);
    for (int64_t k = 0; k < n; k++) {
        const int64_t from = b->ptr[list[k]], to = part.ptr[k],
                      length = b->ptr[list[k] + 1] - from;
        memcpy(part.col + to, b->col + from, (size_t)length * sizeof *b->col);
        if (size)
            memcpy((char *)part.val + (size_t)to * size, (char *)b->val + (size_t)from * size,
                   (size_t)length * size);
        part.ptr[k + 1] = to + length;
    }
    send_matrix(d, rank, &part);
    csr_free(&part);
    free(list);
}

/* ---- Ranks ---------------------------------------------------------------------------------- */

/* cut[r]..cut[r+1]: the rows of rank r, of which each adds its products and one for itself. */
static void cut_rows(int64_t *cut, int ranks, const struct csr *a, const struct csr *b)
{
    int64_t all = 0, sum = 0;
    int r = 1;
    for (int64_t i = 0; i < a->rows; i++)
        all += spgemm_work(a, b, i) + 1;
    for (int64_t i = 0; i < a->rows; i++) {
        sum += spgemm_work(a, b, i) + 1;
        while (r < ranks && (double)sum * ranks >= (double)all * r)
            cut[r++] = i + 1;
    }
    while (r <= ranks)
        cut[r++] = a->rows;
    cut[0] = 0;
    cut[ranks] = a->rows;
}

static void help(struct dist *d, const struct spgemm *how)
{
    struct csr a, b, c, mask = {0};
    struct spgemm own = *how;
    struct spgemm_report report;
    receive_matrix(d, 0, &a);
    if (how->mask) {
        receive_matrix(d, 0, &mask);
        own.mask = &mask;
    }
    fetch_rows(d, &b, &a);
    spgemm(&c, &a, &b, &own, &report);
    send_matrix(d, 0, &c);
    dist_send(d, 0, &report, sizeof report);
    csr_free(&a);
    csr_free(&b);
    csr_free(&c);
    csr_free(&mask);
}

static void add_report(struct spgemm_report *sum, const struct spgemm_report *r)
{
    sum->products += r->products;
    sum->bound += r->bound;
    for (int m = 0; m < SPGEMM_METHODS; m++) {
        sum->rows[m] += r->rows[m];
        sum->by[m] += r->by[m];
    }
}

/* The rows of m behind those of c, which are row. */
static void append(struct csr *c, int64_t row, struct csr *m)
{
    const size_t size = ten_elem_size(c->type);
    c->col = xrealloc(c->col, ((size_t)(c->n + m->n) + CSR_AHEAD) * sizeof *c->col);
    c->val = xrealloc(c->val, (size_t)(c->n + m->n) * size + 1);
    memcpy(c->col + c->n, m->col, (size_t)m->n * sizeof *c->col);
    memcpy((char *)c->val + (size_t)c->n * size, m->val, (size_t)m->n * size);
    for (int64_t i = 0; i < m->rows; i++)
        c->ptr[row + i + 1] = c->n + m->ptr[i + 1];
    c->n += m->n;
    memset(c->col + c->n, 0, CSR_AHEAD * sizeof *c->col);
    csr_free(m);
}

static void lead(struct dist *d, struct csr *c, const struct csr *a, const struct csr *b,
                 const struct spgemm *how, struct spgemm_report *report)
{
    const int ranks = dist_size(d);
    int64_t *cut = xcalloc((size_t)ranks + 1, sizeof *cut);
    struct spgemm own = *how;
    struct csr mask, part;
    struct spgemm_report one;
    cut_rows(cut, ranks, a, b);
    for (int r = 1; r < ranks; r++) {
        part = rows_of(a, cut[r], cut[r + 1]);
        send_matrix(d, r, &part);
        if (how->mask) {
            mask = rows_of(how->mask, cut[r], cut[r + 1]);
            send_matrix(d, r, &mask);
        }
        serve_rows(d, r, b);
    }
    if (how->mask) {
        mask = rows_of(how->mask, 0, cut[1]);
        own.mask = &mask;
    }
    part = rows_of(a, 0, cut[1]);
    *c = (struct csr){.rows = a->rows, .cols = b->cols, .type = a->type};
    c->ptr = xcalloc((size_t)a->rows + 1, sizeof *c->ptr);
    struct csr first;
    spgemm(&first, &part, b, &own, report);
    append(c, 0, &first);
    for (int r = 1; r < ranks; r++) {
        receive_matrix(d, r, &part);
        dist_receive(d, r, &one, sizeof one);
        add_report(report, &one);
        append(c, cut[r], &part);
    }
    free(cut);
}

void spgemm_ranks(struct dist *d, struct csr *c, const struct csr *a, const struct csr *b,
                  const struct spgemm *how, struct spgemm_report *report)
{
    struct spgemm_report own = {0};
    report = report ? report : &own;
    if (dist_size(d) == 1) {
        spgemm(c, a, b, how, report);
    } else if (dist_rank(d) == 0) {
        lead(d, c, a, b, how, report);
    } else {
        *c = (struct csr){0};
        help(d, how);
    }
}
