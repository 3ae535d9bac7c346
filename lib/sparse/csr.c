#include "sparse/csr.h"

#include "base/fail.h"
#include "base/mem.h"
#include "base/threads.h"
#include "sparse/sparse.h"
#include "stream/attrs.h"
#include "tensor/cast.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

size_t csr_value_size(const struct csr *m)
{
    return m->val ? ten_elem_size(m->type) : 0;
}

void csr_alloc(struct csr *m, int64_t rows, int64_t cols, int64_t n, enum ten_type type)
{
    *m = (struct csr){.rows = rows, .cols = cols, .n = n, .type = type ? type : TEN_F64};
    m->ptr = xcalloc((size_t)rows + 1, sizeof *m->ptr);
    m->col = xmalloc(((size_t)n + CSR_AHEAD) * sizeof *m->col);
    memset(m->col + n, 0, CSR_AHEAD * sizeof *m->col);
    if (type)
        m->val = xmalloc((size_t)n * ten_elem_size(type));
}

void csr_free(struct csr *m)
{
    free(m->ptr);
    free(m->col);
    free(m->val);
    *m = (struct csr){0};
}

/* ---- From the stream's form ---------------------------------------------------------------------------
 * A counting pass finds the rows' sizes, a second one drops the entries where they belong, and rows that did not come
 * in order are sorted.  Matrices that are in this form already only change the width of their columns. */

enum ten_type csr_kernel_type(enum ten_type t)
{
    switch (t) {
    case TEN_F32: case TEN_F16: case TEN_BF16: return TEN_F32;
    case TEN_F64: return TEN_F64;
    default:      return TEN_I64;
    }
}

static void convert_values(struct sparse *s)
{
    const enum ten_type type = csr_kernel_type(s->type);
    if (!s->values || type == s->type)
        return;
    void *val = xmalloc((size_t)s->n * ten_elem_size(type));
    cast(val, type, s->values, s->type, s->n);
    free(s->values);
    s->values = val;
    s->type = type;
}

static bool rises(const struct sparse *s, bool parallel)
{
    bool ok = true;
    #pragma omp parallel for reduction(&&:ok)
    for (int64_t i = 0; i < s->rows; i++)
        for (int64_t k = s->ptr[i] + 1; k < s->ptr[i + 1]; k++)
            ok = ok && s->index[k - 1] < s->index[k] + parallel;
    return ok;
}

/* The blocks of s become those of m: the columns are narrowed where they lie. */
static void adopt(struct csr *m, struct sparse *s)
{
    uint32_t *narrow = (uint32_t *)s->index;
    for (int64_t k = 0; k < s->n; k++) {
        const uint32_t c = (uint32_t)s->index[k];
        memcpy(&narrow[k], &c, sizeof c);
    }
    m->n = s->n;
    m->ptr = s->ptr;
    m->col = xrealloc(s->index, ((size_t)s->n + CSR_AHEAD) * sizeof *m->col);
    memset(m->col + m->n, 0, CSR_AHEAD * sizeof *m->col);
    m->val = s->values;
    s->ptr = s->index = NULL;
    s->values = NULL;
}

enum mirror { MIRROR_NONE, MIRROR_SAME, MIRROR_NEGATED };

static void copy_value(struct csr *m, int64_t to, const struct sparse *s, int64_t from, bool negated)
{
    switch (m->val ? m->type : 0) {
    case TEN_F32: ((float *)m->val)[to] = (negated ? -1 : 1) * ((const float *)s->values)[from]; break;
    case TEN_F64: ((double *)m->val)[to] = (negated ? -1 : 1) * ((const double *)s->values)[from]; break;
    case TEN_I64: ((uint64_t *)m->val)[to] = (negated ? -1 : 1) * ((const uint64_t *)s->values)[from]; break;
    default:      break;
    }
}

/* Entries in stored order into rows, which keeps the order of those of one place. */
static void distribute(struct csr *m, const struct sparse *s, enum mirror mirror)
{
    int64_t major = 0, row, col, *at;
    for (int64_t k = 0; sparse_at(s, k, &major, &row, &col); k++) {
        m->ptr[row + 1]++;
        if (mirror != MIRROR_NONE && row != col)
            m->ptr[col + 1]++;
    }
    for (int64_t i = 0; i < m->rows; i++)
        m->ptr[i + 1] += m->ptr[i];

    at = xmalloc((size_t)m->rows * sizeof *at);
    if (m->rows > 0)
        memcpy(at, m->ptr, (size_t)m->rows * sizeof *at);
    major = 0;
    for (int64_t k = 0; sparse_at(s, k, &major, &row, &col); k++) {
        m->col[at[row]] = (uint32_t)col;
        copy_value(m, at[row]++, s, k, false);
        if (mirror == MIRROR_NONE || row == col)
            continue;
        m->col[at[col]] = (uint32_t)row;
        copy_value(m, at[col]++, s, k, mirror == MIRROR_NEGATED);
    }
    free(at);
}

static void add_value(struct csr *m, int64_t to, int64_t from)
{
    switch (m->val ? m->type : 0) {
    case TEN_F32: ((float *)m->val)[to] += ((float *)m->val)[from]; break;
    case TEN_F64: ((double *)m->val)[to] += ((double *)m->val)[from]; break;
    case TEN_I64: ((uint64_t *)m->val)[to] += ((uint64_t *)m->val)[from]; break;
    default:      break;
    }
}

static void move_value(struct csr *m, int64_t to, int64_t from)
{
    const size_t size = csr_value_size(m);
    if (size)
        memmove((char *)m->val + (size_t)to * size, (char *)m->val + (size_t)from * size, size);
}

static void add_duplicates(struct csr *m)
{
    int64_t n = 0, first = 0;
    for (int64_t i = 0; i < m->rows; i++) {
        const int64_t end = m->ptr[i + 1], start = n;
        for (int64_t k = first; k < end; k++) {
            if (n > start && m->col[n - 1] == m->col[k]) {
                add_value(m, n - 1, k);
                continue;
            }
            m->col[n] = m->col[k];
            move_value(m, n++, k);
        }
        first = end;
        m->ptr[i + 1] = n;
    }
    m->n = n;
    memset(m->col + n, 0, CSR_AHEAD * sizeof *m->col);
}

/* Transposing twice sorts, and keeps the order of entries of one place. */
static void sort_rows(struct csr *m)
{
    struct csr t, back;
    csr_transpose(&t, m, NULL);
    csr_free(m);
    csr_transpose(&back, &t, NULL);
    csr_free(&t);
    *m = back;
}

int csr_from_sparse(struct csr *m, struct sparse *s, const struct csr_reading *opt, struct ten_err *e)
{
    const bool parallel = opt->parallel;
    const enum mirror mirror = strcmp(s->symmetry, "skew-symmetric") == 0 ? MIRROR_NEGATED
                             : strcmp(s->symmetry, "symmetric") == 0 || strcmp(s->symmetry, "hermitian") == 0 ? MIRROR_SAME
                             : MIRROR_NONE;
    if (s->rows > CSR_MAX_DIM || s->cols > CSR_MAX_DIM)
        return fail(e, TEN_E_DATA, "shape [%" PRId64 ",%" PRId64 "]: expected at most %" PRId64 " rows and columns",
                    s->rows, s->cols, CSR_MAX_DIM);
    if (mirror != MIRROR_NONE && s->rows != s->cols)
        return fail(e, TEN_E_DATA, "symmetry %s of shape [%" PRId64 ",%" PRId64 "]: expected a square matrix", s->symmetry,
                    s->rows, s->cols);
    convert_values(s);
    const bool weight = s->weight;
    const enum ten_type type = s->values ? s->type : 0;
    if (s->kind == SPARSE_CSR && mirror == MIRROR_NONE && rises(s, parallel)) {
        *m = (struct csr){.rows = s->rows, .cols = s->cols, .type = type ? type : TEN_F64};
        adopt(m, s);
    } else {
        csr_alloc(m, s->rows, s->cols, mirror == MIRROR_NONE ? s->n : 2 * s->n, type);
        distribute(m, s, mirror);
        m->n = m->ptr[m->rows];
        sort_rows(m);
        if (!parallel)
            add_duplicates(m);
        if (opt->origin)
            opt->origin->moved = true;
    }
    m->weight = weight;
    return 0;
}

void csr_origin_free(struct csr_origin *o)
{
    free(o->attrs);
    free(o->history);
    *o = (struct csr_origin){0};
}

/* ---- Streams -------------------------------------------------------------------------------------------- */

static int take(struct sparse *s, const struct ten_record *rec, const struct csr_reading *opt, struct ten_err *e)
{
    if (rec->group > 0)
        return fail(e, TEN_E_DATA, "%s: a second group: expected one matrix", rec->name);
    if (opt->origin && !s->started) {
        opt->origin->attrs = rec->group_attrs ? xstrdup(rec->group_attrs) : NULL;
        opt->origin->history = rec->history ? xstrdup(rec->history) : NULL;
    }
    const int rc = sparse_take(s, rec, e);
    return rc == 0 && opt->other ? opt->other(opt->ctx, rec, e) : rc < 0 ? -1 : 0;
}

int csr_read(struct csr *m, struct ten_reader *r, const char *name, const struct csr_reading *opt, struct ten_err *e)
{
    static const struct csr_reading plain;
    struct sparse s = {0};
    struct ten_record rec;
    int rc;
    bool contents = false;

    *m = (struct csr){0};
    opt = opt ? opt : &plain;
    while ((rc = ten_next(r, &rec, e)) > 0)
        if ((rc = take(&s, &rec, opt, e)) < 0) {
            contents = true;
            break;
        }
    if (rc == 0) {
        contents = true;
        rc = !s.started ? fail(e, TEN_E_DATA, "no record: expected a sparse matrix") : sparse_check(&s, e);
        rc = rc == 0 ? csr_from_sparse(m, &s, opt, e) : rc;
    }
    sparse_free(&s);
    if (rc < 0 && contents) {
        const struct ten_err was = *e;
        fail(e, was.code, "%s: %s", *name ? name : "standard input", was.text);
    }
    return rc;
}

static int put(struct ten_writer *w, struct ten_record *rec, const char *name, enum ten_type type, const void *data, int64_t n,
               struct ten_err *e)
{
    rec->name = name;
    rec->type = type;
    rec->data = data;
    rec->shape = (struct ten_shape){.rank = 1, .dim = {n}};
    return ten_write(w, rec, e);
}

/* Columns beyond 2^31 - 1 take 64 bits on the wire, in parts that need not lie in memory as a whole. */
static int put_columns(struct ten_writer *w, struct ten_record *rec, const struct csr *m, struct ten_err *e)
{
    enum { PART = 1 << 16 };
    if (m->cols <= (int64_t)1 << 31)
        return put(w, rec, "indices", TEN_I32, m->col, m->n, e);
    rec->name = "indices";
    rec->type = TEN_I64;
    rec->data = NULL;
    rec->shape = (struct ten_shape){.rank = 1, .dim = {m->n}};
    int64_t *wide = xmalloc(PART * sizeof *wide);
    int rc = ten_write_start(w, rec, e);
    for (int64_t k = 0; rc == 0 && k < m->n; k += PART) {
        const int64_t n = m->n - k < PART ? m->n - k : PART;
        for (int64_t i = 0; i < n; i++)
            wide[i] = m->col[k + i];
        rc = ten_write_part(w, wide, n * (int64_t)sizeof *wide, e);
    }
    free(wide);
    return rc;
}

/* What was there before (NULL: nothing), and what holds of every matrix that is written here. */
static char *group_attrs(const struct csr *m, const char *before, struct ten_err *e)
{
    json_t *attrs = attrs_parse(before, "group attributes", e);
    if (!attrs)
        return NULL;
    json_object_set_new(attrs, "kind", json_string("csr"));
    json_object_set_new(attrs, "shape", json_pack("[I,I]", (json_int_t)m->rows, (json_int_t)m->cols));
    json_object_set_new(attrs, "symmetry", json_string("general"));
    char *text = json_dumps(attrs, JSON_COMPACT);
    json_decref(attrs);
    return text;
}

int csr_write_on(struct ten_writer *w, const struct csr *m, const struct csr_origin *from, int64_t group, struct ten_err *e)
{
    char *attrs = group_attrs(m, from ? from->attrs : NULL, e);
    struct ten_record rec = {.group = group, .group_attrs = attrs, .history = from ? from->history : NULL};
    if (!attrs)
        return -1;
    int rc = put(w, &rec, "indptr", TEN_I64, m->ptr, m->rows + 1, e);
    rc = rc == 0 ? put_columns(w, &rec, m, e) : rc;
    rc = rc == 0 && m->val ? put(w, &rec, m->weight ? "weight" : "values", m->type, m->val, m->n, e) : rc;
    free(attrs);
    return rc;
}

int csr_write(struct ten_writer *w, const struct csr *m, int64_t group, struct ten_err *e)
{
    return csr_write_on(w, m, NULL, group, e);
}

/* ---- Transposing ------------------------------------------------------------------------------------------
 * Parts of the rows count their columns; column by column, the parts' counts become the places where each of them
 * writes.  There are as many parts as threads, and the result does not depend on their number. */

struct transposing { struct csr *t; const struct csr *m; int64_t *from, *at; int parts; };

static int64_t part_start(const struct csr *m, int part, int parts)
{
    return m->rows / parts * part + (part == parts ? m->rows % parts : 0);
}

static void count_columns(struct transposing *x, int part)
{
    int64_t *at = x->at + part * x->m->cols;
    const int64_t first = x->m->ptr[part_start(x->m, part, x->parts)], end = x->m->ptr[part_start(x->m, part + 1, x->parts)];
    for (int64_t k = first; k < end; k++)
        at[x->m->col[k]]++;
}

static void place(struct transposing *x)
{
    int64_t sum = 0;
    for (int64_t c = 0; c < x->m->cols; c++) {
        x->t->ptr[c] = sum;
        for (int p = 0; p < x->parts; p++) {
            const int64_t count = x->at[p * x->m->cols + c];
            x->at[p * x->m->cols + c] = sum;
            sum += count;
        }
    }
    x->t->ptr[x->m->cols] = sum;
}

static void move(struct transposing *x, int part)
{
    const struct csr *m = x->m;
    int64_t *at = x->at + part * m->cols;
    const size_t size = csr_value_size(m);
    for (int64_t i = part_start(m, part, x->parts); i < part_start(m, part + 1, x->parts); i++)
        for (int64_t k = m->ptr[i]; k < m->ptr[i + 1]; k++) {
            const int64_t to = at[m->col[k]]++;
            x->t->col[to] = (uint32_t)i;
            if (size == 8)
                ((uint64_t *)x->t->val)[to] = ((const uint64_t *)m->val)[k];
            else if (size == 4)
                ((uint32_t *)x->t->val)[to] = ((const uint32_t *)m->val)[k];
            if (x->from)
                x->from[to] = k;
        }
}

/* More parts than entries a column would only clear counters. */
static int transpose_parts(const struct csr *m)
{
    const int threads = threads_count();
    return m->n < m->cols || m->rows < threads ? 1 : threads;
}

void csr_transpose(struct csr *t, const struct csr *m, int64_t *from)
{
    struct transposing x = {.t = t, .m = m, .from = from, .parts = transpose_parts(m)};
    csr_alloc(t, m->cols, m->rows, m->n, m->val ? m->type : 0);
    t->type = m->type;
    t->weight = m->weight;
    x.at = xcalloc((size_t)x.parts * (size_t)m->cols, sizeof *x.at);
    #pragma omp parallel for schedule(static)
    for (int p = 0; p < x.parts; p++)
        count_columns(&x, p);
    place(&x);
    #pragma omp parallel for schedule(static)
    for (int p = 0; p < x.parts; p++)
        move(&x, p);
    free(x.at);
}

bool csr_same_structure(const struct csr *a, const struct csr *b)
{
    return a->rows == b->rows && a->cols == b->cols && a->n == b->n &&
           memcmp(a->ptr, b->ptr, ((size_t)a->rows + 1) * sizeof *a->ptr) == 0 &&
           (a->n == 0 || memcmp(a->col, b->col, (size_t)a->n * sizeof *a->col) == 0);
}
