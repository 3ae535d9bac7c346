#include "sparse/spgemm_store.h"

#include "base/fail.h"
#include "base/mem.h"
#include "base/tempfile.h"
#include "base/threads.h"
#include "sparse/spgemm_bytes.h"
#include "sparse/spgemm_filter.h"
#include "sparse/spgemm_operands.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BUFFERS = 4 << 20 };             /* bytes of what is read and written at a time */

struct product {
    const struct store *a, *b;
    const struct spgemm_store *x;
    struct store *c;
    struct store_ranges ranges;
    struct csr panel;                   /* B of a range of columns */
    int64_t each;                       /* bytes an entry takes, with what converts its values */
    int64_t budget;                     /* bytes for a block of A, of the mask and of the product */
    struct spgemm_report *report;
    struct ten_err *e;
    /* Of several ranges: what each made of the rows, in a file of uint32_t [ranges][rows], and
     * where its entries start in the files of `parts`. */
    struct store parts;
    int counts;
    int64_t *start;                     /* [ranges+1] */
};

/* ---- Finished rows -------------------------------------------------------------------------- */

static int load(struct csr *m, const struct store *s, int64_t row, int64_t end, enum ten_type type,
                struct ten_err *e)
{
    if (store_rows(m, s, row, end, e) < 0)
        return -1;
    csr_retype(m, type);
    return 0;
}

/* Rows row.. of the product, all columns: into C, with what they are added to. */
static int finish_rows(struct product *p, int64_t row, struct csr *m)
{
    const struct store *accum = p->x->accum;
    struct csr old, sum;
    if (!accum)
        return store_append(p->c, row, m, p->e);
    if (load(&old, accum, row, row + m->rows, p->x->type, p->e) < 0)
        return -1;
    csr_ewise(&sum, &old, m, p->x->accumulate, EWISE_UNION);
    csr_free(&old);
    const int rc = store_append(p->c, row, &sum, p->e);
    csr_free(&sum);
    return rc;
}

/* Rows row.. of the product in one of several ranges. */
static int keep_part(struct product *p, const struct csr *m)
{
    uint32_t *count = xmalloc((size_t)m->rows * sizeof *count + 1);
    for (int64_t i = 0; i < m->rows; i++)
        count[i] = (uint32_t)(m->ptr[i + 1] - m->ptr[i]);
    int rc = store_put(p->counts, count, (size_t)m->rows * sizeof *count, p->e);
    free(count);
    rc = rc == 0 ? store_put(p->parts.col, m->col, (size_t)m->n * sizeof *m->col, p->e) : rc;
    rc = rc == 0 ? store_put(p->parts.val, m->val, (size_t)m->n * ten_elem_size(m->type), p->e) : rc;
    p->parts.n += m->n;
    return rc;
}

/* ---- Multiplying ---------------------------------------------------------------------------- */

static void add_report(struct spgemm_report *sum, const struct spgemm_report *r)
{
    sum->products += r->products;
    sum->bound += r->bound;
    for (int m = 0; m < SPGEMM_METHODS; m++) {
        sum->rows[m] += r->rows[m];
        sum->by[m] += r->by[m];
    }
}

/* Rows from..end of the block of A that starts at row `row`. */
static int multiply_rows(struct product *p, const struct csr *block, int64_t row, int64_t from,
                         int64_t end)
{
    struct spgemm how = p->x->how;
    struct spgemm_report report;
    struct csr a = *block, mask = {0}, c;
    a.ptr += from;
    a.rows = end - from;
    if (p->x->mask && store_rows(&mask, p->x->mask, row + from, row + end, p->e) < 0)
        return -1;
    how.mask = p->x->mask ? &mask : NULL;
    spgemm(&c, &a, &p->panel, &how, &report);
    csr_free(&mask);
    add_report(p->report, &report);
    const int rc = p->ranges.n == 1 ? finish_rows(p, row + from, &c) : keep_part(p, &c);
    csr_free(&c);
    return rc;
}

/* Bytes that row i of a block makes of product, mask and what it is added to. */
static int64_t row_bytes(const struct product *p, const struct csr *block, int64_t row, int64_t i)
{
    const struct store *other[] = {p->x->mask, p->x->accum};
    int64_t entries = spgemm_row_bound(block, &p->panel, i);
    for (int k = 0; k < 2; k++)
        if (other[k])
            entries += 2 * (other[k]->ptr[row + i + 1] - other[k]->ptr[row + i]);
    return entries * p->each;
}

static int multiply_block(struct product *p, const struct csr *block, int64_t row, int64_t budget)
{
    int64_t from = 0, bytes = 0;
    int rc = 0;
    for (int64_t i = 0; rc == 0 && i < block->rows; i++) {
        const int64_t more = row_bytes(p, block, row, i);
        if (more > budget)
            return fail(p->e, TEN_E_INFEASIBLE,
                        "memory: row %" PRId64 ": its product may take %" PRId64 " bytes, %" PRId64
                        " are left: expected more",
                        row + i, more, budget);
        if (bytes + more > budget) {
            rc = multiply_rows(p, block, row, from, i);
            from = i;
            bytes = 0;
        }
        bytes += more;
    }
    return rc == 0 && from < block->rows ? multiply_rows(p, block, row, from, block->rows) : rc;
}

/* A against one range of B: a quarter of the budget for rows of A, the rest for their product. */
static int multiply_panel(struct product *p)
{
    const struct store *a = p->a;
    int64_t row = 0;
    int rc = 0;
    while (rc == 0 && row < a->rows) {
        struct csr block;
        int64_t end = row + 1;
        while (end < a->rows && (a->ptr[end + 1] - a->ptr[row]) * p->each <= p->budget / 4)
            end++;
        rc = load(&block, a, row, end, p->x->type, p->e);
        if (rc == 0) {
            const int64_t taken = block.n * p->each;
            rc = multiply_block(p, &block, row, p->budget - taken);
            csr_free(&block);
        }
        row = end;
    }
    return rc;
}

static int multiply_panels(struct product *p)
{
    int rc = 0;
    for (int64_t k = 0; rc == 0 && k < p->ranges.n; k++) {
        p->start[k] = p->parts.n;
        rc = store_columns(&p->panel, p->b, p->ranges.first[k], p->ranges.first[k + 1],
                           p->ranges.entries[k], p->e);
        if (rc == 0) {
            csr_retype(&p->panel, p->x->type);
            rc = multiply_panel(p);
            csr_free(&p->panel);
        }
    }
    p->start[p->ranges.n] = p->parts.n;
    return rc;
}

/* ---- Side by side --------------------------------------------------------------------------- */

/* The next `rows` rows of C: count [ranges][rows], m with pointers and room. */
static int gather(struct product *p, struct csr *m, const uint32_t *count)
{
    const size_t size = ten_elem_size(m->type);
    int64_t *at = xmalloc((size_t)m->rows * sizeof *at + 1);
    int rc = 0;
    memcpy(at, m->ptr, (size_t)m->rows * sizeof *at);
    for (int64_t k = 0; rc == 0 && k < p->ranges.n; k++, count += m->rows) {
        int64_t n = 0, from = 0;
        for (int64_t i = 0; i < m->rows; i++)
            n += count[i];
        uint32_t *col = xmalloc((size_t)n * sizeof *col + 1);
        char *val = xmalloc((size_t)n * size + 1);
        rc = store_take(p->parts.col, col, p->start[k], n, sizeof *col, p->e);
        rc = rc == 0 ? store_take(p->parts.val, val, p->start[k], n, size, p->e) : rc;
        for (int64_t i = 0; rc == 0 && i < m->rows; from += count[i], at[i] += count[i], i++) {
            memcpy(m->col + at[i], col + from, count[i] * sizeof *col);
            memcpy((char *)m->val + (size_t)at[i] * size, val + (size_t)from * size, count[i] * size);
        }
        p->start[k] += n;
        free(col);
        free(val);
    }
    free(at);
    return rc;
}

/* What was the largest of a part need not be of the whole row. */
static void filter(const struct product *p, struct csr *m)
{
    struct spgemm_rows r = {.row = 0, .end = m->rows, .count = m->ptr + 1, .col = m->col, .val = m->val};
    m->n = spgemm_filter(&r, m->n, &p->x->how, m->type);
}

static int gather_rows(struct product *p, int64_t row, int64_t rows, uint32_t *count)
{
    struct csr m;
    int64_t n = 0;
    int rc = 0;
    for (int64_t k = 0; rc == 0 && k < p->ranges.n; k++)
        rc = store_take(p->counts, count + k * rows, k * p->a->rows + row, rows, sizeof *count, p->e);
    for (int64_t k = 0; rc == 0 && k < p->ranges.n * rows; k++)
        n += count[k];
    if (rc < 0)
        return -1;
    if (n * p->each > p->budget / 2)        /* halves and what is read of them */
        return rows == 1 ? fail(p->e, TEN_E_INFEASIBLE,
                                "memory: row %" PRId64 ": its product takes %" PRId64 " bytes, %"
                                PRId64 " are left: expected more", row, n * p->each, p->budget / 2)
                         : 1;
    csr_alloc(&m, rows, p->b->cols, n, p->x->type);
    for (int64_t i = 0; i < rows; i++) {
        m.ptr[i + 1] = m.ptr[i];
        for (int64_t k = 0; k < p->ranges.n; k++)
            m.ptr[i + 1] += count[k * rows + i];
    }
    rc = gather(p, &m, count);
    filter(p, &m);
    rc = rc == 0 ? finish_rows(p, row, &m) : rc;
    csr_free(&m);
    return rc;
}

/* Blocks of rows, halved where they do not fit, and doubled again. */
static int gather_all(struct product *p)
{
    const int64_t most = BUFFERS / (int64_t)sizeof(uint32_t) / p->ranges.n;
    uint32_t *count = xmalloc(BUFFERS);
    int64_t row = 0, step = most > 0 ? most : 1;
    int rc = 0;
    while (rc >= 0 && row < p->a->rows) {
        const int64_t rows = p->a->rows - row < step ? p->a->rows - row : step;
        rc = gather_rows(p, row, rows, count);
        row += rc == 0 ? rows : 0;
        step = rc == 0 ? (2 * rows < most ? 2 * rows : most) : rows / 2;
    }
    free(count);
    return rc;
}

/* ---- The whole ------------------------------------------------------------------------------ */

static int64_t fixed_bytes(const struct product *p)
{
    /* Of A, B, C and the range of B in memory. */
    const int64_t pointers = (2 + !!p->x->mask + !!p->x->accum) * p->a->rows +
                             (p->b == p->a ? 1 : 2) * p->b->rows;
    return pointers * (int64_t)sizeof(int64_t) + BUFFERS +
           threads_count() * (SPGEMM_THREAD_BYTES + (p->x->mask ? p->b->cols : 0));
}

static int plan(struct product *p)
{
    const int64_t left = p->x->memory - fixed_bytes(p), width = (int64_t)ten_elem_size(p->x->type);
    const bool converts = p->a->type != p->x->type || p->b->type != p->x->type;
    p->each = (int64_t)sizeof(uint32_t) + width + (converts ? (int64_t)sizeof(double) : 0);
    if (left <= 0)
        return fail(p->e, TEN_E_INFEASIBLE,
                    "memory: row pointers and threads take %" PRId64 " bytes: expected more than "
                    "that, not %" PRId64, p->x->memory - left, p->x->memory);
    if (store_split(&p->ranges, p->b, left / 2 / p->each, p->e) < 0)
        return -1;
    p->budget = left - (p->ranges.n == 1 ? p->b->n * p->each : left / 2);
    p->start = xcalloc((size_t)p->ranges.n + 1, sizeof *p->start);
    return 0;
}

static int open_parts(struct product *p)
{
    if (p->ranges.n == 1)
        return 0;
    p->counts = temp_file(p->e);
    return p->counts < 0 ? -1 : store_open(&p->parts, 0, 0, p->x->type, p->e);
}

int spgemm_store(struct store *c, const struct store *a, const struct store *b,
                 const struct spgemm_store *x, struct spgemm_report *report, struct ten_err *e)
{
    struct spgemm_report own = {0};
    struct product p = {.a = a, .b = b, .x = x, .c = c, .report = report ? report : &own, .e = e,
                        .counts = -1};
    *c = (struct store){.col = -1, .val = -1};
    int rc = plan(&p);
    rc = rc == 0 ? store_open(c, a->rows, b->cols, x->type, e) : rc;
    rc = rc == 0 ? open_parts(&p) : rc;
    rc = rc == 0 ? multiply_panels(&p) : rc;
    rc = rc == 0 && p.ranges.n > 1 ? gather_all(&p) : rc;
    store_close(&p.parts);
    if (p.counts >= 0)
        close(p.counts);
    store_ranges_free(&p.ranges);
    free(p.start);
    if (rc < 0)
        store_close(c);
    return rc;
}

/* ---- Several factors ------------------------------------------------------------------------ */

static int products(const struct store *a, const struct store *b, int64_t *sum, struct ten_err *e)
{
    enum { PART = 1 << 16 };
    uint32_t *col = xmalloc(PART * sizeof *col);
    int rc = 0;
    *sum = 0;
    for (int64_t k = 0; rc == 0 && k < a->n; k += PART) {
        const int64_t n = a->n - k < PART ? a->n - k : PART;
        rc = store_take(a->col, col, k, n, sizeof *col, e);
        for (int64_t i = 0; rc == 0 && i < n; i++)
            *sum += b->ptr[col[i] + 1] - b->ptr[col[i]];
    }
    free(col);
    return rc;
}

static int cheapest(const struct store *m, int n, struct ten_err *e)
{
    int best = 0;
    int64_t least = INT64_MAX, work;
    for (int i = 0; i + 1 < n; i++) {
        if (products(&m[i], &m[i + 1], &work, e) < 0)
            return -1;
        if (work < least) {
            least = work;
            best = i;
        }
    }
    return best;
}

int spgemm_store_chain(struct store *m, int *n, const struct spgemm_store *x, struct ten_err *e)
{
    const struct spgemm_store inner = {
        .how = {.semiring = x->how.semiring, .method = x->how.method},
        .type = x->type, .memory = x->memory};
    while (*n > 2) {
        const int i = semiring_is_associative(x->how.semiring) ? cheapest(m, *n, e) : 0;
        struct store c;
        if (i < 0 || spgemm_store(&c, &m[i], &m[i + 1], &inner, NULL, e) < 0)
            return -1;
        store_close(&m[i]);
        store_close(&m[i + 1]);
        m[i] = c;
        memmove(&m[i + 1], &m[i + 2], (size_t)(*n - i - 2) * sizeof *m);
        m[--*n] = (struct store){.col = -1, .val = -1};
    }
    return 0;
}
