/* Products of which factors and result lie in temporary files. */
#include "sparse/product_ways.h"

#include "base/mem.h"
#include "base/progress.h"
#include "sparse/spgemm_store.h"

#include <malloc.h>
#include <stdlib.h>

enum { OWN_PAGES = 1 << 20 };           /* bytes; larger blocks go back to the system when freed */

struct files { struct store *factor, mask, accum; int factors; };

static int store_file(struct work *w, const char *path, struct store *s)
{
    struct ten_reader *r = tool_reader(w->tool, path);
    return r ? store_read(s, r, path, w->p->memory, &w->tool->err) : -1;
}

static int store_factors(struct work *w, struct files *f)
{
    struct ten_err *e = &w->tool->err;
    f->factor = xcalloc((size_t)w->p->paths + 2, sizeof *f->factor);
    if (store_read(&f->factor[f->factors++], w->tool->in, "", w->p->memory, e) < 0)
        return -1;
    for (int i = 0; i < w->p->paths; i++)
        if (store_file(w, w->p->path[i], &f->factor[f->factors++]) < 0)
            return -1;
    if (w->p->paths == 0 && w->p->transpose_a != w->p->transpose_b &&
        store_copy(&f->factor[f->factors++], &f->factor[0], e) < 0)
        return -1;
    if (w->p->transpose_a && store_transpose(&f->factor[0], w->p->memory, e) < 0)
        return -1;
    return w->p->transpose_b && f->factors > 1 ? store_transpose(&f->factor[1], w->p->memory, e) : 0;
}

static int store_operands(struct work *w, struct files *f)
{
    int rc = store_factors(w, f);
    rc = rc == 0 && w->p->mask ? store_file(w, w->p->mask, &f->mask) : rc;
    return rc == 0 && w->p->accum ? store_file(w, w->p->accum, &f->accum) : rc;
}

/* Shape and type, which is all that product_check() and product_type() look at. */
static struct csr outline(struct store *s)
{
    return (struct csr){.rows = s->rows, .cols = s->cols, .type = s->type,
                        .val = s->ptr && s->val >= 0 ? s : NULL};
}

static int judge(struct work *w, struct files *f, enum ten_type *type)
{
    struct csr *all = xcalloc((size_t)f->factors, sizeof *all);
    for (int i = 0; i < f->factors; i++)
        all[i] = outline(&f->factor[i]);
    w->factor = all;
    w->factors = f->factors;
    w->mask = outline(&f->mask);
    w->accum = outline(&f->accum);
    const int rc = product_check(w);
    *type = product_type(w);
    free(all);
    w->factor = NULL;
    w->factors = 0;
    w->mask = w->accum = (struct csr){0};
    return rc;
}

static int multiply_files(struct work *w, struct files *f, enum ten_type type)
{
    const struct spgemm_store x = {
        .how = w->p->how, .type = type, .memory = w->p->memory,
        .mask = w->p->mask ? &f->mask : NULL, .accum = w->p->accum ? &f->accum : NULL,
        .accumulate = product_accumulation(w->p)};
    struct spgemm_report report = {0};
    struct store c;
    const double start = now_seconds();
    int rc = spgemm_store_chain(f->factor, &f->factors, &x, &w->tool->err);
    rc = rc == 0 ? spgemm_store(&c, &f->factor[0], &f->factor[f->factors > 1], &x, &report,
                                &w->tool->err) : rc;
    if (rc < 0)
        return rc;
    if (w->p->explain)
        product_explain(&report, c.n, &(struct product_times){.least = now_seconds() - start, .n = 1});
    rc = store_write(w->tool->out, &c, w->p->symbolic, &w->tool->err);
    store_close(&c);
    return rc;
}

int product_in_files(struct work *w)
{
    struct files f = {0};
    enum ten_type type;
    mallopt(M_MMAP_THRESHOLD, OWN_PAGES);
    int rc = store_operands(w, &f);
    rc = rc == 0 ? judge(w, &f, &type) : rc;
    rc = rc == 0 ? multiply_files(w, &f, type) : rc;
    for (int i = 0; i < f.factors; i++)
        store_close(&f.factor[i]);
    free(f.factor);
    store_close(&f.mask);
    store_close(&f.accum);
    return rc;
}
