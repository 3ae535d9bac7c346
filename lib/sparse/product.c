#include "sparse/product_ways.h"

#include "sparse/spgemm_operands.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *name_of(const struct work *w, int i)
{
    return i == 0 || w->p->paths == 0 ? "standard input" : w->p->path[i - 1];
}

static int check_shape(struct work *w, const char *path, const struct csr *m, int64_t rows,
                       int64_t cols)
{
    if (m->rows == rows && m->cols == cols)
        return 0;
    return fail(&w->tool->err, TEN_E_DATA,
                "%s: shape [%" PRId64 ",%" PRId64 "]: expected [%" PRId64 ",%" PRId64 "] as of the "
                "product",
                path, m->rows, m->cols, rows, cols);
}

int product_check(struct work *w)
{
    const struct csr *f = w->factor, *last = &f[w->factors - 1];
    for (int i = 0; i < w->factors; i++) {
        const struct csr *next = i + 1 < w->factors ? &f[i + 1] : w->factors == 1 ? f : NULL;
        if (next && f[i].cols != next->rows)
            return fail(&w->tool->err, TEN_E_DATA,
                        "%s: %" PRId64 " rows: expected %" PRId64 ", the columns of the factor "
                        "before it",
                        name_of(w, i + 1), next->rows, f[i].cols);
    }
    if (w->p->mask && check_shape(w, w->p->mask, &w->mask, f->rows, last->cols) < 0)
        return -1;
    return w->p->accum ? check_shape(w, w->p->accum, &w->accum, f->rows, last->cols) : 0;
}

enum ten_type product_type(const struct work *w)
{
    struct csr all = w->factor[0];
    for (int i = 1; i < w->factors; i++) {
        all.type = csr_common_type(&all, &w->factor[i]);
        all.val = all.val ? all.val : w->factor[i].val;
    }
    if (w->p->accum)
        all.type = csr_common_type(&all, &w->accum);
    return w->p->symbolic ? TEN_F32 : w->p->type ? w->p->type : all.type;
}

void product_explain(const struct spgemm_report *r, int64_t entries, const struct product_times *t)
{
    fprintf(stderr, "products %" PRId64 ", entries at most %" PRId64 ", entries %" PRId64 "\n", r->products,
            r->bound, entries);
    for (int m = SPGEMM_AUTO + 1; m < SPGEMM_METHODS; m++)
        fprintf(stderr, "%s: rows %" PRId64 ", products %" PRId64 "\n", spgemm_method_names[m],
                r->rows[m], r->by[m]);
    fprintf(stderr, "seconds %.6f", t->least);
    if (t->n > 1)
        fprintf(stderr, " (least of %" PRId64 "; the first %.6f)", t->n, t->first);
    fprintf(stderr, "\n");
}

enum ewise_op product_accumulation(const struct product *p)
{
    const char *name = semiring_names[p->how.semiring];
    return strncmp(name, "plus", 4) == 0  ? EWISE_PLUS
           : strncmp(name, "min", 3) == 0 ? EWISE_MIN
                                          : EWISE_MAX;
}

int product_run(struct tool *t, struct dist *d, const struct product *p)
{
    struct work w = {.tool = t, .dist = d, .p = p};
    return p->memory > 0 ? product_in_files(&w) : product_in_memory(&w);
}
