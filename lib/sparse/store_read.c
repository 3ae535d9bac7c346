/*
 * Reading into temporary files.  Records go to files as they come, narrowed to what kernels work
 * with.  Rows in order are the matrix; entries in any other order are gone through once for every
 * range of rows that fits into memory, where csr_from_sparse() puts them in order.
 */
#include "base/fail.h"
#include "base/mem.h"
#include "base/tempfile.h"
#include "sparse/sparse.h"
#include "sparse/store.h"
#include "tensor/cast.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    PART = 1 << 16,                     /* entries read at a time */
    SORTING = 80,                       /* bytes an entry takes while it is sorted */
};

struct raw {
    struct sparse s;                    /* what stands in memory: attributes and ptr */
    int index, row, val;                /* files of uint32_t and of s.type; -1: no such record */
    bool placed;                        /* what failed has said where */
    struct ten_err *e;
};

/* ---- Records -------------------------------------------------------------------------------- */

static int one_record(struct raw *x, const struct ten_record *rec, bool twice, bool numbers)
{
    if (twice)
        return fail(x->e, TEN_E_DATA, "%s: stands twice in a group: expected it once", rec->name);
    if (rec->shape.rank == 1 && numbers)
        return 0;
    return fail(x->e, TEN_E_DATA, "%s: %s of rank %d: expected numbers of rank 1", rec->name,
                ten_type_name(rec->type), rec->shape.rank);
}

static bool is_index(enum ten_type t)
{
    return t == TEN_I32 || t == TEN_I64 || t == TEN_U32;
}

static int read_part(struct raw *x, struct ten_reader *r, void *data, int64_t bytes)
{
    const int rc = ten_read_part(r, data, bytes, x->e);
    x->placed = rc < 0;
    return rc;
}

static int next(struct raw *x, struct ten_reader *r, struct ten_record *rec)
{
    const int rc = ten_next_start(r, rec, x->e);
    x->placed = rc < 0;
    return rc;
}

static int put(struct raw *x, int fd, const void *data, size_t bytes)
{
    const int rc = store_put(fd, data, bytes, x->e);
    x->placed = rc < 0;
    return rc;
}

/* Indices below dim, checked before they are narrowed. */
static int narrow(struct raw *x, const struct ten_record *rec, uint32_t *to, const int64_t *from,
                  int64_t at, int64_t n, int64_t dim)
{
    for (int64_t k = 0; k < n; k++) {
        if (from[k] < 0 || from[k] >= dim)
            return fail(x->e, TEN_E_DATA,
                        "%s: element %" PRId64 " is %" PRId64 ": expected 0 to %" PRId64, rec->name,
                        at + k, from[k], dim - 1);
        to[k] = (uint32_t)from[k];
    }
    return 0;
}

/* A record into a new file: as indices below dim, or, with dim 0, as values of x->s.type. */
static int spool(struct raw *x, struct ten_reader *r, const struct ten_record *rec, int *fd,
                 int64_t dim)
{
    const int64_t count = ten_count(rec), size = (int64_t)ten_elem_size(rec->type);
    char *part = xmalloc((size_t)(PART * size));
    int64_t *wide = xmalloc(PART * sizeof *wide);
    uint32_t *index = xmalloc(PART * sizeof *index);
    int rc = (*fd = temp_file(x->e)) < 0 ? -1 : 0;
    x->placed = rc < 0;
    for (int64_t k = 0; rc == 0 && k < count; k += PART) {
        const int64_t n = count - k < PART ? count - k : PART;
        if ((rc = read_part(x, r, part, n * size)) < 0)
            break;
        cast(wide, dim ? TEN_I64 : x->s.type, part, rec->type, n);
        rc = dim ? narrow(x, rec, index, wide, k, n, dim) : 0;
        rc = rc < 0 ? rc
             : dim  ? put(x, *fd, index, (size_t)n * sizeof *index)
                    : put(x, *fd, wide, (size_t)n * ten_elem_size(x->s.type));
    }
    free(part);
    free(wide);
    free(index);
    return rc;
}

static int take_pointers(struct raw *x, struct ten_reader *r, const struct ten_record *rec)
{
    const int64_t n = ten_count(rec), dim = x->s.kind == SPARSE_CSR ? x->s.rows : x->s.cols;
    if (one_record(x, rec, x->s.ptr, is_index(rec->type)) < 0)
        return -1;
    if (n - 1 != dim)
        return fail(x->e, TEN_E_DATA, "indptr: %" PRId64 " elements: expected %" PRId64
                    " for the shape", n, dim + 1);
    int64_t *ptr = xmalloc((size_t)n * sizeof *ptr);
    void *own = rec->type == TEN_I64 ? (void *)ptr : xmalloc((size_t)ten_bytes(rec));
    const int rc = read_part(x, r, own, ten_bytes(rec));
    if (own != ptr) {
        cast(ptr, TEN_I64, own, rec->type, n);
        free(own);
    }
    x->s.ptr = ptr;
    x->s.ptrs = n;
    return rc;
}

static int take_values(struct raw *x, struct ten_reader *r, const struct ten_record *rec)
{
    const bool numbers = ten_elem_size(rec->type) > 0 && rec->type != TEN_UTF8;
    if (one_record(x, rec, x->val >= 0, numbers) < 0)
        return -1;
    x->s.type = csr_kernel_type(rec->type);
    x->s.values_given = ten_count(rec);
    return spool(x, r, rec, &x->val, 0);
}

static int pass_over(struct raw *x, struct ten_reader *r, const struct ten_record *rec)
{
    void *part = xmalloc(PART);
    int rc = 0;
    for (int64_t left = ten_bytes(rec), n = 0; rc == 0 && left > 0; left -= n) {
        n = left < PART ? left : PART;
        rc = read_part(x, r, part, n);
    }
    free(part);
    return rc;
}

static int take_index(struct raw *x, struct ten_reader *r, const struct ten_record *rec, int *fd,
                      int64_t *given, int64_t dim)
{
    if (one_record(x, rec, *fd >= 0, is_index(rec->type)) < 0)
        return -1;
    *given = ten_count(rec);
    return spool(x, r, rec, fd, dim > 0 ? dim : 1);
}

static int take(struct raw *x, struct ten_reader *r, const struct ten_record *rec)
{
    struct sparse *s = &x->s;
    if (rec->group > 0)
        return fail(x->e, TEN_E_DATA, "%s: a second group: expected one matrix", rec->name);
    if (!s->started && sparse_start(s, rec, x->e) < 0)
        return -1;
    if (s->rows > CSR_MAX_DIM || s->cols > CSR_MAX_DIM)
        return fail(x->e, TEN_E_DATA, "shape [%" PRId64 ",%" PRId64 "]: expected at most %" PRId64
                    " rows and columns", s->rows, s->cols, CSR_MAX_DIM);
    if (strcmp(rec->name, "indptr") == 0)
        return take_pointers(x, r, rec);
    if (strcmp(rec->name, "indices") == 0 || strcmp(rec->name, "col") == 0)
        return take_index(x, r, rec, &x->index, &s->indexes,
                          s->kind == SPARSE_CSC ? s->rows : s->cols);
    if (strcmp(rec->name, "row") == 0)
        return take_index(x, r, rec, &x->row, &s->rows_given, s->rows);
    if (strcmp(rec->name, "values") == 0 || strcmp(rec->name, "weight") == 0)
        return take_values(x, r, rec);
    return pass_over(x, r, rec);
}

static int check(struct raw *x)
{
    struct sparse *s = &x->s;
    const bool coo = s->kind == SPARSE_COO;
    s->n = s->indexes;
    if (!s->started)
        return fail(x->e, TEN_E_DATA, "no record: expected a sparse matrix");
    if (x->index < 0)
        return fail(x->e, TEN_E_DATA,
                    "%s: is missing: expected it in every group of a sparse matrix",
                    coo ? "col" : "indices");
    if (x->val >= 0 && s->values_given != s->n)
        return fail(x->e, TEN_E_DATA, "values: %" PRId64 " elements: expected %" PRId64
                    " as of the indices", s->values_given, s->n);
    if (coo && (x->row < 0 || s->rows_given != s->n))
        return fail(x->e, TEN_E_DATA, "row: %" PRId64 " elements: expected %" PRId64 " as of col",
                    s->rows_given, s->n);
    if (strcmp(s->symmetry, "general") != 0 && s->rows != s->cols)
        return fail(x->e, TEN_E_DATA, "symmetry %s of shape [%" PRId64 ",%" PRId64
                    "]: expected a square matrix", s->symmetry, s->rows, s->cols);
    return coo ? 0 : sparse_check_pointers(s, x->e);
}

/* ---- Entries in the order they came --------------------------------------------------------- */

/* Entry k of the n entries at `at`, which are in memory; major as for sparse_at(). */
struct walk {
    struct raw *x;
    int64_t at, n, k, major;
    uint32_t *index, *row;
    char *val;
    int rc;
};

static void walk_start(struct walk *w, struct raw *x)
{
    *w = (struct walk){.x = x, .at = 0};
    w->index = xmalloc(PART * sizeof *w->index);
    w->row = xmalloc(PART * sizeof *w->row);
    w->val = xmalloc(PART * sizeof(double));
}

static int walk_end(struct walk *w)
{
    free(w->index);
    free(w->row);
    free(w->val);
    return w->rc;
}

static bool walk_fill(struct walk *w)
{
    struct raw *x = w->x;
    w->at += w->n;
    w->n = x->s.n - w->at < PART ? x->s.n - w->at : PART;
    w->k = 0;
    w->rc = store_take(x->index, w->index, w->at, w->n, sizeof *w->index, x->e);
    if (w->rc == 0 && x->row >= 0)
        w->rc = store_take(x->row, w->row, w->at, w->n, sizeof *w->row, x->e);
    if (w->rc == 0 && x->val >= 0)
        w->rc = store_take(x->val, w->val, w->at, w->n, ten_elem_size(x->s.type), x->e);
    return w->rc == 0 && w->n > 0;
}

/* The next entry at (*row, *col); false at the end, or with w->rc -1. */
static bool walk_next(struct walk *w, int64_t *row, int64_t *col, const char **val)
{
    const struct sparse *s = &w->x->s;
    if (w->k == w->n && !walk_fill(w))
        return false;
    const int64_t k = w->k++;
    while (s->ptr && s->ptr[w->major + 1] <= w->at + k)
        w->major++;
    *row = s->kind == SPARSE_COO ? w->row[k] : s->kind == SPARSE_CSR ? w->major : w->index[k];
    *col = s->kind == SPARSE_CSC ? w->major : w->index[k];
    *val = w->val + (size_t)k * ten_elem_size(s->type);
    return true;
}

/* ---- In order ------------------------------------------------------------------------------- */

/* Whether the rows came in order, with rising columns and both halves: the usual case. */
static bool is_ready(struct raw *x)
{
    struct walk w;
    const char *val;
    int64_t row, col, last = -1, row_before = -1;
    bool ready = x->s.kind == SPARSE_CSR && strcmp(x->s.symmetry, "general") == 0;
    walk_start(&w, x);
    while (ready && walk_next(&w, &row, &col, &val)) {
        ready = row != row_before || col > last;
        last = col;
        row_before = row;
    }
    return walk_end(&w) == 0 && ready;
}

static bool is_mirrored(const struct sparse *s)
{
    return strcmp(s->symmetry, "symmetric") == 0 || strcmp(s->symmetry, "hermitian") == 0 ||
           strcmp(s->symmetry, "skew-symmetric") == 0;
}

/* Entries of every row, as sums: count [rows+1]. */
static int count_rows(struct raw *x, int64_t *count)
{
    const bool mirrored = is_mirrored(&x->s);
    struct walk w;
    const char *val;
    int64_t row, col;
    walk_start(&w, x);
    while (walk_next(&w, &row, &col, &val)) {
        count[row + 1]++;
        if (mirrored && row != col)
            count[col + 1]++;
    }
    for (int64_t i = 0; i < x->s.rows; i++)
        count[i + 1] += count[i];
    return walk_end(&w);
}

static void add(struct sparse *part, int64_t row, int64_t col, const char *val, bool negated)
{
    const int64_t k = part->n++;
    part->row[k] = row;
    part->index[k] = col;
    switch (part->values ? part->type : 0) {
    case TEN_F32: ((float *)part->values)[k] = (negated ? -1 : 1) * *(const float *)val; break;
    case TEN_F64: ((double *)part->values)[k] = (negated ? -1 : 1) * *(const double *)val; break;
    case TEN_I64: ((uint64_t *)part->values)[k] = (negated ? -1 : 1) * *(const uint64_t *)val; break;
    default:      break;
    }
}

/* Rows first..past, n entries, in the order they came. */
static int collect(struct raw *x, struct sparse *part, int64_t first, int64_t past, int64_t n)
{
    const struct sparse *s = &x->s;
    const bool mirrored = is_mirrored(s), negated = strcmp(s->symmetry, "skew-symmetric") == 0;
    struct walk w;
    const char *val;
    int64_t row, col;
    *part = (struct sparse){.kind = SPARSE_COO, .rows = past - first, .cols = s->cols,
                            .symmetry = "general", .type = s->type};
    part->index = xmalloc(((size_t)n + 1) * sizeof *part->index);
    part->row = xmalloc(((size_t)n + 1) * sizeof *part->row);
    part->values = x->val >= 0 ? xmalloc(((size_t)n + 1) * ten_elem_size(s->type)) : NULL;
    walk_start(&w, x);
    while (walk_next(&w, &row, &col, &val)) {
        if (row >= first && row < past)
            add(part, row - first, col, val, false);
        if (mirrored && row != col && col >= first && col < past)
            add(part, col - first, row, val, negated);
    }
    return walk_end(&w);
}

static int append_rows(struct raw *x, struct store *to, int64_t first, int64_t past, int64_t n)
{
    static const struct csr_reading plain;
    struct sparse part;
    struct csr m = {0};
    int rc = collect(x, &part, first, past, n);
    rc = rc == 0 ? csr_from_sparse(&m, &part, &plain, x->e) : rc;
    rc = rc == 0 ? store_append(to, first, &m, x->e) : rc;
    sparse_free(&part);
    csr_free(&m);
    return rc;
}

static int sort(struct raw *x, struct store *to, int64_t memory)
{
    const int64_t rows = x->s.rows;
    int64_t *count = xcalloc((size_t)rows + 1, sizeof *count), first = 0;
    const int64_t most = (memory - (x->s.cols + rows) * (int64_t)sizeof *count) / SORTING;
    int rc = store_open(to, rows, x->s.cols, x->val >= 0 ? x->s.type : 0, x->e);
    rc = rc == 0 ? count_rows(x, count) : rc;
    for (int64_t i = 1; rc == 0 && i <= rows; i++) {
        if (count[i] - count[i - 1] > most)
            rc = fail(x->e, TEN_E_INFEASIBLE,
                      "memory: %" PRId64 " entries of row %" PRId64 " to sort: there is room for %"
                      PRId64 ": expected more", count[i] - count[i - 1], i - 1, most);
        else if (i == rows || count[i + 1] - count[first] > most) {
            rc = append_rows(x, to, first, i, count[i] - count[first]);
            first = i;
        }
    }
    free(count);
    if (rc < 0)
        store_close(to);
    return rc;
}

/* The files of x become those of the matrix. */
static void adopt(struct store *s, struct raw *x)
{
    *s = (struct store){.rows = x->s.rows, .cols = x->s.cols, .n = x->s.n, .ptr = x->s.ptr,
                        .col = x->index, .val = x->val,
                        .type = x->val >= 0 ? x->s.type : TEN_F64};
    x->s.ptr = NULL;
    x->index = x->val = -1;
}

static void raw_close(struct raw *x)
{
    const int fd[] = {x->index, x->row, x->val};
    for (int i = 0; i < 3; i++)
        if (fd[i] >= 0)
            close(fd[i]);
    sparse_free(&x->s);
}

int store_read(struct store *s, struct ten_reader *r, const char *name, int64_t memory,
               struct ten_err *e)
{
    struct raw x = {.index = -1, .row = -1, .val = -1, .e = e};
    struct ten_record rec;
    int rc;
    *s = (struct store){.col = -1, .val = -1};
    while ((rc = next(&x, r, &rec)) > 0 && (rc = take(&x, r, &rec)) == 0)
        ;
    if (rc == 0 && (rc = check(&x)) == 0 && !is_ready(&x))
        rc = sort(&x, s, memory);
    else if (rc == 0)
        adopt(s, &x);
    raw_close(&x);
    if (rc < 0 && !x.placed) {
        const struct ten_err was = *e;
        fail(e, was.code, "%s: %s", *name ? name : "standard input", was.text);
    }
    return rc;
}
