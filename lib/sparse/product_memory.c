/* Products in memory, by one process or several. */
#include "sparse/product_ways.h"

#include "base/mem.h"
#include "base/progress.h"
#include "sparse/spgemm_bytes.h"
#include "sparse/spgemm_chain.h"
#include "sparse/spgemm_operands.h"
#include "sparse/spgemm_ranks.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int read_file(struct work *w, const char *path, struct csr *m)
{
    struct ten_reader *r = tool_reader(w->tool, path);
    return r ? csr_read(m, r, path, NULL, &w->tool->err) : -1;
}

static void transpose(struct csr *m)
{
    struct csr t;
    csr_transpose(&t, m, NULL);
    csr_free(m);
    *m = t;
}

static void copy(struct csr *to, const struct csr *m)
{
    csr_alloc(to, m->rows, m->cols, m->n, m->val ? m->type : 0);
    to->type = m->type;
    memcpy(to->ptr, m->ptr, ((size_t)m->rows + 1) * sizeof *m->ptr);
    memcpy(to->col, m->col, (size_t)m->n * sizeof *m->col);
    if (m->val)
        memcpy(to->val, m->val, (size_t)m->n * csr_value_size(m));
}

static int read_factors(struct work *w)
{
    w->factor = xcalloc((size_t)w->p->paths + 2, sizeof *w->factor);
    if (csr_read(&w->factor[0], w->tool->in, "", NULL, &w->tool->err) < 0)
        return -1;
    w->factors = 1;
    for (int i = 0; i < w->p->paths; i++, w->factors++)
        if (read_file(w, w->p->path[i], &w->factor[i + 1]) < 0)
            return -1;
    /* A itself is the second factor without a copy, where both are the same in the end. */
    if (w->p->paths == 0 && w->p->transpose_a != w->p->transpose_b)
        copy(&w->factor[w->factors++], &w->factor[0]);
    if (w->p->transpose_a)
        transpose(&w->factor[0]);
    if (w->p->transpose_b && w->factors > 1)
        transpose(&w->factor[1]);
    return 0;
}

static void settle_types(struct work *w)
{
    const enum ten_type type = product_type(w);
    for (int i = 0; i < w->factors; i++)
        csr_retype(&w->factor[i], type);
    csr_retype(&w->accum, type);
}

/* C = A B, as often as asked for; the report is that of the last time. */
static struct product_times multiply_whole(struct work *w, struct csr *c, const struct csr *a, const struct csr *b,
                                           const struct spgemm *how, struct spgemm_report *report)
{
    struct product_times t = {0};
    do {
        if (t.n > 0)
            csr_free(c);
        *report = (struct spgemm_report){0};
        const double start = now_seconds();
        spgemm_ranks(w->dist, c, a, b, how, report);
        const double seconds = now_seconds() - start;
        t.first = t.n == 0 ? seconds : t.first;
        t.least = t.n == 0 || seconds < t.least ? seconds : t.least;
    } while (++t.n < w->p->repeat);
    return t;
}

static int write_whole(struct work *w, const struct csr *a, const struct csr *b,
                       const struct spgemm *how)
{
    struct spgemm_report report;
    struct csr c, sum;
    const struct product_times times = multiply_whole(w, &c, a, b, how, &report);
    if (dist_rank(w->dist) > 0)
        return 0;
    if (w->p->explain)
        product_explain(&report, c.n, &times);
    if (w->p->accum) {
        csr_ewise(&sum, &w->accum, &c, product_accumulation(w->p), EWISE_UNION);
        csr_free(&c);
        c = sum;
    }
    if (w->p->symbolic) {
        free(c.val);
        c.val = NULL;
    }
    const int rc = csr_write(w->tool->out, &c, 0, &w->tool->err);
    csr_free(&c);
    return rc;
}

int product_multiply(struct work *w)
{
    struct spgemm how = w->p->how;
    settle_types(w);
    how.mask = w->p->mask ? &w->mask : NULL;
    if (!w->p->dry_run)
        spgemm_reduce_chain(w->dist, w->factor, &w->factors, &how);
    const struct csr *a = &w->factor[0], *b = &w->factor[w->factors > 1];
    if (!w->p->dry_run)
        return write_whole(w, a, b, &how);
    fprintf(stderr, "products %" PRId64 ", bytes at most %" PRId64 "\n", spgemm_products(a, b),
            spgemm_bytes(a, b, &how));
    return 0;
}

/* Ranks but the first, which reads and writes, only multiply what it sends them. */
static int take_part(struct work *w)
{
    w->factors = w->p->paths > 0 ? w->p->paths + 1 : 1;
    w->factor = xcalloc((size_t)w->factors, sizeof *w->factor);
    return w->p->dry_run ? 0 : product_multiply(w);
}

static int multiply_here(struct work *w)
{
    if (dist_rank(w->dist) > 0)
        return take_part(w);
    int rc = read_factors(w);
    rc = rc == 0 && w->p->mask ? read_file(w, w->p->mask, &w->mask) : rc;
    rc = rc == 0 && w->p->accum ? read_file(w, w->p->accum, &w->accum) : rc;
    rc = rc == 0 ? product_check(w) : rc;
    return rc == 0 ? product_multiply(w) : rc;
}

void product_free(struct work *w)
{
    for (int i = 0; i < w->factors; i++)
        csr_free(&w->factor[i]);
    free(w->factor);
    csr_free(&w->mask);
    csr_free(&w->accum);
    w->factor = NULL;
    w->factors = 0;
}

int product_in_memory(struct work *w)
{
    if (w->p->repeat > 0)
        mem_keep();
    const int rc = multiply_here(w);
    product_free(w);
    return rc;
}
