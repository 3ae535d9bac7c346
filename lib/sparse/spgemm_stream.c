#include "sparse/spgemm_stream.h"

#include "base/fail.h"
#include "base/files.h"
#include "base/mem.h"
#include "base/tempfile.h"
#include "base/threads.h"
#include "sparse/spgemm_plan.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PART = 1 << 20 };            /* bytes copied at a time */

struct spill {
    const struct csr *a, *b;
    const struct spgemm *how;
    size_t size;                    /* of an entry: column and value */
    int64_t budget;                 /* bytes a block's product may take */
    int64_t n, *ptr;                /* entries so far, [rows+1] */
    int col, val;                   /* temporary files */
    struct spgemm_report *report;
    struct ten_err *e;
};

static int64_t bytes_of(const struct csr *m)
{
    return m ? (int64_t)((size_t)m->rows * sizeof *m->ptr +
                         (size_t)m->n * (sizeof *m->col + csr_value_size(m)))
             : 0;
}

/* All but the product itself. */
static int64_t fixed_bytes(const struct csr *a, const struct csr *b, const struct spgemm *how)
{
    const int64_t each = SPGEMM_THREAD_BYTES + (how->mask ? b->cols : 0);
    return bytes_of(a) + (b == a ? 0 : bytes_of(b)) + bytes_of(how->mask) + threads_count() * each +
           (a->rows + 1) * (int64_t)sizeof(int64_t);
}

static int64_t bound_of(const struct csr *a, const struct csr *b, int64_t row)
{
    const int64_t f = spgemm_work(a, b, row);
    return f < b->cols ? f : b->cols;
}

int64_t spgemm_bytes(const struct csr *a, const struct csr *b, const struct spgemm *how)
{
    int64_t bound = 0;
    for (int64_t i = 0; i < a->rows; i++)
        bound += bound_of(a, b, i);
    return fixed_bytes(a, b, how) + bound * (int64_t)(sizeof(uint32_t) + ten_elem_size(a->type));
}

static int spill_out(struct spill *s, int fd, const void *data, size_t bytes)
{
    if (write_all(fd, data, bytes) == 0)
        return 0;
    return fail(s->e, TEN_E_DATA, "%s: %s: expected room for the product", temp_folder(),
                strerror(errno));
}

/* Rows row..end, and their entries into the files. */
static int spill_rows(struct spill *s, int64_t row, int64_t end)
{
    struct csr a = *s->a, mask, c;
    struct spgemm how = *s->how;
    struct spgemm_report report;
    a.ptr += row;
    a.rows = end - row;
    if (how.mask) {
        mask = *how.mask;
        mask.ptr += row;
        mask.rows = a.rows;
        how.mask = &mask;
    }
    spgemm(&c, &a, s->b, &how, &report);
    for (int64_t i = 0; i < c.rows; i++)
        s->ptr[row + i + 1] = s->n + c.ptr[i + 1];
    s->n += c.n;
    s->report->products += report.products;
    s->report->bound += report.bound;
    for (int m = 0; m < SPGEMM_METHODS; m++) {
        s->report->rows[m] += report.rows[m];
        s->report->by[m] += report.by[m];
    }
    int rc = spill_out(s, s->col, c.col, (size_t)c.n * sizeof *c.col);
    rc = rc == 0 ? spill_out(s, s->val, c.val, (size_t)c.n * ten_elem_size(c.type)) : rc;
    csr_free(&c);
    return rc;
}

static int spill_all(struct spill *s)
{
    int64_t row = 0, bytes = 0;
    int rc = 0;
    for (int64_t i = 0; rc == 0 && i < s->a->rows; i++) {
        const int64_t more = bound_of(s->a, s->b, i) * (int64_t)s->size;
        if (more > s->budget)
            return fail(s->e, TEN_E_INFEASIBLE,
                        "row %" PRId64 ": its product may take %" PRId64
                        " bytes of memory, %" PRId64 " are left: expected more",
                        i, more, s->budget);
        if (bytes + more > s->budget) {
            rc = spill_rows(s, row, i);
            row = i;
            bytes = 0;
        }
        bytes += more;
    }
    return rc == 0 && row < s->a->rows ? spill_rows(s, row, s->a->rows) : rc;
}

/* The next bytes of a temporary file. */
static int take_back(struct spill *s, int fd, void *data, size_t bytes, int64_t at)
{
    for (size_t got = 0; got < bytes; ) {
        const ssize_t n = pread(fd, (char *)data + got, bytes - got, at + (int64_t)got);
        if (n == 0 || (n < 0 && errno != EINTR))
            return fail(s->e, TEN_E_DATA, "%s: %s: expected to read the product back",
                        temp_folder(), n < 0 ? strerror(errno) : "file ends early");
        got += n > 0 ? (size_t)n : 0;
    }
    return 0;
}

/* A record [n] from a temporary file of elements of `stored` bytes; columns are widened where the
 * record has them as i64. */
static int write_back(struct spill *s, struct ten_writer *w, struct ten_record *rec, int fd,
                      size_t stored)
{
    uint32_t *part = xmalloc(PART);
    int64_t *wide = xmalloc(2 * PART);
    const int64_t each = PART / (int64_t)stored;
    const bool widen = ten_elem_size(rec->type) != stored;
    rec->shape = (struct ten_shape){.rank = 1, .dim = {s->n}};
    int rc = ten_write_start(w, rec, s->e);
    for (int64_t k = 0; rc == 0 && k < s->n; k += each) {
        const int64_t n = s->n - k < each ? s->n - k : each;
        rc = take_back(s, fd, part, (size_t)n * stored, k * (int64_t)stored);
        for (int64_t i = 0; widen && i < n; i++)
            wide[i] = part[i];
        rc = rc == 0 ? ten_write_part(w, widen ? (void *)wide : part,
                                      n * (int64_t)ten_elem_size(rec->type), s->e)
                     : rc;
    }
    free(part);
    free(wide);
    return rc;
}

static int write_product(struct spill *s, struct ten_writer *w)
{
    char attrs[160];
    struct ten_record rec = {.name = "indptr",
                             .type = TEN_I64,
                             .shape = {1, {s->a->rows + 1}},
                             .data = s->ptr,
                             .group_attrs = attrs};
    snprintf(attrs, sizeof attrs,
             "{\"kind\":\"csr\",\"shape\":[%" PRId64 ",%" PRId64 "],\"symmetry\":\"general\"}",
             s->a->rows, s->b->cols);
    if (ten_write(w, &rec, s->e) < 0)
        return -1;
    rec.data = NULL;
    rec.name = "indices";
    rec.type = s->b->cols <= (int64_t)1 << 31 ? TEN_I32 : TEN_I64;
    if (write_back(s, w, &rec, s->col, sizeof(uint32_t)) < 0)
        return -1;
    rec.name = "values";
    rec.type = s->a->type;
    return write_back(s, w, &rec, s->val, ten_elem_size(rec.type));
}

int spgemm_stream(struct ten_writer *w, const struct csr *a, const struct csr *b,
                  const struct spgemm *how, int64_t memory, struct spgemm_report *report,
                  struct ten_err *e)
{
    struct spill s = {.a = a,
                      .b = b,
                      .how = how,
                      .size = sizeof(uint32_t) + ten_elem_size(a->type),
                      .budget = memory - fixed_bytes(a, b, how),
                      .val = -1,
                      .report = report,
                      .e = e};
    *report = (struct spgemm_report){0};
    if (s.budget < 0)
        return fail(e, TEN_E_INFEASIBLE,
                    "memory: the factors and the threads take %" PRId64
                    " bytes: expected more than "
                    "that, not %" PRId64,
                    memory - s.budget, memory);
    s.col = temp_file(e);
    s.val = s.col >= 0 ? temp_file(e) : -1;
    s.ptr = xcalloc((size_t)a->rows + 1, sizeof *s.ptr);
    int rc = s.val >= 0 ? spill_all(&s) : -1;
    rc = rc == 0 ? write_product(&s, w) : rc;
    free(s.ptr);
    if (s.col >= 0)
        close(s.col);
    if (s.val >= 0)
        close(s.val);
    return rc;
}
