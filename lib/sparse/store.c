#include "sparse/store.h"

#include "base/fail.h"
#include "base/files.h"
#include "base/mem.h"
#include "base/tempfile.h"
#include "base/threads.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PART = 1 << 16, BUCKETS = 1 << 16 };     /* entries read at a time; column counters */

int store_put(int fd, const void *data, size_t bytes, struct ten_err *e)
{
    if (write_all(fd, data, bytes) == 0)
        return 0;
    return fail(e, TEN_E_DATA, "%s: %s: expected room for temporary files", temp_folder(),
                strerror(errno));
}

int store_take(int fd, void *data, int64_t at, int64_t n, size_t size, struct ten_err *e)
{
    const size_t bytes = (size_t)n * size;
    for (size_t got = 0; got < bytes; ) {
        const ssize_t k = pread(fd, (char *)data + got, bytes - got, at * (int64_t)size + (int64_t)got);
        if (k == 0 || (k < 0 && errno != EINTR))
            return fail(e, TEN_E_DATA, "%s: %s: expected to read temporary files back",
                        temp_folder(), k < 0 ? strerror(errno) : "file ends early");
        got += k > 0 ? (size_t)k : 0;
    }
    return 0;
}

/* ---- Coming and going ----------------------------------------------------------------------- */

int store_open(struct store *s, int64_t rows, int64_t cols, enum ten_type type, struct ten_err *e)
{
    *s = (struct store){.rows = rows, .cols = cols, .val = -1, .type = type ? type : TEN_F64};
    s->ptr = xcalloc((size_t)rows + 1, sizeof *s->ptr);
    s->col = temp_file(e);
    if (s->col >= 0 && type)
        s->val = temp_file(e);
    if (s->col >= 0 && (!type || s->val >= 0))
        return 0;
    store_close(s);
    return -1;
}

void store_close(struct store *s)
{
    if (s->ptr) {
        if (s->col >= 0)
            close(s->col);
        if (s->val >= 0)
            close(s->val);
        free(s->ptr);
    }
    *s = (struct store){.col = -1, .val = -1};
}

int store_append(struct store *s, int64_t row, const struct csr *m, struct ten_err *e)
{
    if (store_put(s->col, m->col, (size_t)m->n * sizeof *m->col, e) < 0 ||
        (s->val >= 0 && store_put(s->val, m->val, (size_t)m->n * ten_elem_size(s->type), e) < 0))
        return -1;
    for (int64_t i = 0; i < m->rows; i++)
        s->ptr[row + i + 1] = s->n + m->ptr[i + 1];
    s->n += m->n;
    return 0;
}

/* Files are only read at places, so that both may share them. */
int store_copy(struct store *to, const struct store *s, struct ten_err *e)
{
    const size_t bytes = ((size_t)s->rows + 1) * sizeof *s->ptr;
    *to = *s;
    to->ptr = memcpy(xmalloc(bytes), s->ptr, bytes);
    to->col = dup(s->col);
    to->val = s->val >= 0 ? dup(s->val) : -1;
    if (to->col >= 0 && (s->val < 0 || to->val >= 0))
        return 0;
    fail(e, TEN_E_DATA, "%s: %s: expected one more open file", temp_folder(), strerror(errno));
    store_close(to);
    return -1;
}

/* ---- To the stream -------------------------------------------------------------------------- */

/* Columns are widened where the record has them as i64. */
static int write_part(struct ten_writer *w, const struct ten_record *rec, const void *part,
                      int64_t *wide, int64_t n, struct ten_err *e)
{
    for (int64_t i = 0; wide && i < n; i++)
        wide[i] = ((const uint32_t *)part)[i];
    return ten_write_part(w, wide ? wide : part, n * (int64_t)ten_elem_size(rec->type), e);
}

static int write_record(struct ten_writer *w, struct ten_record *rec, int fd, size_t size,
                        struct ten_err *e)
{
    const int64_t count = rec->shape.dim[0];
    void *part = xmalloc(PART * size);
    int64_t *wide = ten_elem_size(rec->type) != size ? xmalloc(PART * sizeof *wide) : NULL;
    int rc = ten_write_start(w, rec, e);
    for (int64_t k = 0; rc == 0 && k < count; k += PART) {
        const int64_t n = count - k < PART ? count - k : PART;
        rc = store_take(fd, part, k, n, size, e);
        rc = rc == 0 ? write_part(w, rec, part, wide, n, e) : rc;
    }
    free(part);
    free(wide);
    return rc;
}

int store_write(struct ten_writer *w, const struct store *s, bool structure, struct ten_err *e)
{
    char attrs[160];
    struct ten_record rec = {.name = "indptr",
                             .type = TEN_I64,
                             .shape = {1, {s->rows + 1}},
                             .data = s->ptr,
                             .group_attrs = attrs};
    snprintf(attrs, sizeof attrs,
             "{\"kind\":\"csr\",\"shape\":[%" PRId64 ",%" PRId64 "],\"symmetry\":\"general\"}",
             s->rows, s->cols);
    if (ten_write(w, &rec, e) < 0)
        return -1;
    rec.data = NULL;
    rec.shape.dim[0] = s->n;
    rec.name = "indices";
    rec.type = s->cols <= (int64_t)1 << 31 ? TEN_I32 : TEN_I64;
    if (write_record(w, &rec, s->col, sizeof(uint32_t), e) < 0)
        return -1;
    rec.name = "values";
    rec.type = s->type;
    return s->val < 0 || structure ? 0 : write_record(w, &rec, s->val, ten_elem_size(s->type), e);
}

/* ---- Into memory ---------------------------------------------------------------------------- */

int store_rows(struct csr *m, const struct store *s, int64_t row, int64_t end, struct ten_err *e)
{
    const int64_t at = s->ptr[row], n = s->ptr[end] - at;
    csr_alloc(m, end - row, s->cols, n, s->val >= 0 ? s->type : 0);
    m->type = s->type;
    for (int64_t i = row; i <= end; i++)
        m->ptr[i - row] = s->ptr[i] - at;
    if (store_take(s->col, m->col, at, n, sizeof *m->col, e) == 0 &&
        (!m->val || store_take(s->val, m->val, at, n, ten_elem_size(s->type), e) == 0))
        return 0;
    csr_free(m);
    return -1;
}

struct sieve { const struct store *s; struct csr *m; int64_t first, past, row; };

/* Entries at..at+n of the store, of which m takes those in its columns. */
static void sift(struct sieve *x, const uint32_t *col, const char *val, int64_t at, int64_t n)
{
    const size_t size = csr_value_size(x->m);
    for (int64_t k = 0; k < n; k++) {
        while (x->s->ptr[x->row + 1] <= at + k)
            x->m->ptr[++x->row] = x->m->n;
        if (col[k] < x->first || col[k] >= x->past)
            continue;
        if (size)
            memcpy((char *)x->m->val + (size_t)x->m->n * size, val + (size_t)k * size, size);
        x->m->col[x->m->n++] = col[k];
    }
}

int store_columns(struct csr *m, const struct store *s, int64_t first, int64_t past, int64_t n,
                  struct ten_err *e)
{
    if (first == 0 && past == s->cols)
        return store_rows(m, s, 0, s->rows, e);
    csr_alloc(m, s->rows, s->cols, n, s->val >= 0 ? s->type : 0);
    m->type = s->type;
    m->n = 0;
    struct sieve x = {s, m, first, past, 0};
    const size_t size = csr_value_size(m);
    uint32_t *col = xmalloc(PART * sizeof *col);
    char *val = xmalloc(PART * sizeof(double));
    int rc = 0;
    for (int64_t k = 0; rc == 0 && k < s->n; k += PART) {
        const int64_t part = s->n - k < PART ? s->n - k : PART;
        rc = store_take(s->col, col, k, part, sizeof *col, e);
        rc = rc == 0 && size ? store_take(s->val, val, k, part, size, e) : rc;
        if (rc == 0)
            sift(&x, col, val, k, part);
    }
    while (x.row < s->rows)
        m->ptr[++x.row] = m->n;
    free(col);
    free(val);
    if (rc < 0)
        csr_free(m);
    return rc;
}

/* ---- Ranges of columns ---------------------------------------------------------------------- */

static int count_buckets(int64_t *count, const struct store *s, int64_t width, struct ten_err *e)
{
    uint32_t *col = xmalloc(PART * sizeof *col);
    int rc = 0;
    for (int64_t k = 0; rc == 0 && k < s->n; k += PART) {
        const int64_t n = s->n - k < PART ? s->n - k : PART;
        rc = store_take(s->col, col, k, n, sizeof *col, e);
        for (int64_t i = 0; rc == 0 && i < n; i++)
            count[col[i] / width]++;
    }
    free(col);
    return rc;
}

static void add_range(struct store_ranges *p, int64_t past, int64_t entries)
{
    p->first = xrealloc(p->first, ((size_t)p->n + 2) * sizeof *p->first);
    p->entries = xrealloc(p->entries, ((size_t)p->n + 1) * sizeof *p->entries);
    p->first[0] = 0;
    p->entries[p->n++] = entries;
    p->first[p->n] = past;
}

int store_split(struct store_ranges *p, const struct store *s, int64_t entries, struct ten_err *e)
{
    const int64_t width = s->cols / BUCKETS + 1;
    int64_t sum = 0;
    *p = (struct store_ranges){0};
    if (s->n <= entries) {
        add_range(p, s->cols, s->n);
        return 0;
    }
    int64_t *count = xcalloc(BUCKETS, sizeof *count);
    int rc = count_buckets(count, s, width, e);
    for (int64_t k = 0; rc == 0 && k * width < s->cols; k++) {
        if (count[k] > entries)
            rc = fail(e, TEN_E_INFEASIBLE,
                      "memory: %" PRId64 " entries from column %" PRId64 " on: there is room for %"
                      PRId64 ": expected more", count[k], k * width, entries);
        if (sum + count[k] > entries) {
            add_range(p, k * width, sum);
            sum = 0;
        }
        sum += count[k];
    }
    add_range(p, s->cols, sum);
    free(count);
    return rc;
}

void store_ranges_free(struct store_ranges *p)
{
    free(p->first);
    free(p->entries);
    *p = (struct store_ranges){0};
}

/* ---- Transposing ---------------------------------------------------------------------------- */

/* The columns of one range, transposed, are rows of the result. */
static int append_transposed(struct store *to, const struct store *s, const struct store_ranges *p,
                             int64_t k, struct ten_err *e)
{
    const int64_t first = p->first[k], past = p->first[k + 1];
    struct csr m, t;
    if (store_columns(&m, s, first, past, p->entries[k], e) < 0)
        return -1;
    csr_transpose(&t, &m, NULL);
    csr_free(&m);
    struct csr rows = t;
    rows.ptr += first;
    rows.rows = past - first;
    const int rc = store_append(to, first, &rows, e);
    csr_free(&t);
    return rc;
}

int store_transpose(struct store *s, int64_t memory, struct ten_err *e)
{
    const int64_t fixed = (s->rows + s->cols * (1 + threads_count())) * (int64_t)sizeof(int64_t);
    const int64_t each = 2 * (int64_t)(sizeof(uint32_t) + ten_elem_size(s->type));
    struct store_ranges p;
    struct store t;
    if (memory <= fixed)
        return fail(e, TEN_E_INFEASIBLE,
                    "memory: transposing takes more than %" PRId64 " bytes: expected those, not %"
                    PRId64, fixed, memory);
    int rc = store_split(&p, s, (memory - fixed) / each, e);
    if (rc == 0 && (rc = store_open(&t, s->cols, s->rows, s->val >= 0 ? s->type : 0, e)) == 0) {
        t.type = s->type;
        for (int64_t k = 0; rc == 0 && k < p.n; k++)
            rc = append_transposed(&t, s, &p, k, e);
        store_close(rc == 0 ? s : &t);
        if (rc == 0)
            *s = t;
    }
    store_ranges_free(&p);
    return rc;
}
