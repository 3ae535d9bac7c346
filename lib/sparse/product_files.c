/* Products in a given amount of memory: factors lie in temporary files, and the result, too, where it may not fit. */
#include "sparse/product_ways.h"

#include "base/mem.h"
#include "base/progress.h"
#include "base/threads.h"
#include "sparse/spgemm_bytes.h"
#include "sparse/spgemm_store.h"

#include <malloc.h>
#include <stdio.h>
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

/* ---- What fits into memory ------------------------------------------------------------------ */

/* Bytes of an operand in memory while its values become another type, beside the pointers that its store keeps. */
static int64_t loaded_bytes(const struct store *s)
{
    const int64_t each = (int64_t)(sizeof(uint32_t) + 2 * sizeof(double));
    return s->ptr ? 2 * (s->rows + 1) * (int64_t)sizeof *s->ptr + s->n * each : 0;
}

static int64_t operand_bytes(const struct files *f)
{
    int64_t bytes = loaded_bytes(&f->mask) + loaded_bytes(&f->accum);
    for (int i = 0; i < f->factors; i++)
        bytes += loaded_bytes(&f->factor[i]);
    return bytes;
}

static int load(struct work *w, struct csr *m, const struct store *s)
{
    return s->ptr ? store_rows(m, s, 0, s->rows, &w->tool->err) : 0;
}

static int load_operands(struct work *w, const struct files *f)
{
    int rc = 0;
    w->factor = xcalloc((size_t)f->factors, sizeof *w->factor);
    w->factors = f->factors;
    for (int i = 0; rc == 0 && i < f->factors; i++)
        rc = load(w, &w->factor[i], &f->factor[i]);
    rc = rc == 0 ? load(w, &w->mask, &f->mask) : rc;
    return rc == 0 ? load(w, &w->accum, &f->accum) : rc;
}

/* Bytes that the product of the operands in *w takes at most, with their stores: what selects from it or adds to it may make
 * another one as large. */
static int64_t whole_bytes(const struct work *w, const struct files *f)
{
    struct csr a = w->factor[0], b = w->factor[w->factors > 1];
    const struct spgemm how = {.mask = w->p->mask ? &w->mask : NULL};
    a.type = TEN_F64;
    const int64_t product = spgemm_bytes(&a, w->factors > 1 ? &b : &a, &how);
    const bool twice = w->p->accum || w->p->how.topk > 0;
    return operand_bytes(f) + product + (twice ? loaded_bytes(&f->accum) + product : 0);
}

/* Whether the whole product fits, by its bound: 1 with the operands in *w, 0, or -1 with the tool's error set. */
static int load_whole(struct work *w, const struct files *f)
{
    if (operand_bytes(f) + threads_count() * SPGEMM_THREAD_BYTES > w->p->memory)
        return 0;
    const int rc = load_operands(w, f);
    if (rc == 0 && whole_bytes(w, f) <= w->p->memory)
        return 1;
    product_free(w);
    return rc;
}

/* ---- What does not -------------------------------------------------------------------------- */

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
    const int fits = rc == 0 ? load_whole(w, f) : rc;
    if (w->p->explain && fits >= 0)
        fprintf(stderr, "product in %s\n", fits ? "memory" : "temporary files");
    if (fits != 0) {
        rc = fits > 0 ? product_multiply(w) : fits;
        product_free(w);
        return rc;
    }
    rc = spgemm_store(&c, &f->factor[0], &f->factor[f->factors > 1], &x, &report, &w->tool->err);
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
