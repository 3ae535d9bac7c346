/* bin/spgemm.c - products of sparse matrices. */
#include "sparse/spgemm_bytes.h"
#include "sparse/spgemm_chain.h"
#include "sparse/spgemm_operands.h"
#include "sparse/spgemm_ranks.h"
#include "sparse/spgemm_store.h"
#include "stream/tool.h"

#include "base/mem.h"
#include "base/progress.h"

#include <inttypes.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

enum {
    TRANSPOSE_A = 256, TRANSPOSE_B, MASK, COMPLEMENT, SEMIRING, ACCUM, METHOD, MEMORY, TMPDIR, EXPLAIN,
    SYMBOLIC, DRY_RUN, TOPK, DROP, TYPE, UNSORTED
};

struct opts {
    struct tool tool;
    struct dist *dist;              /* NULL: one process */
    struct spgemm how;
    bool transpose_a, transpose_b, explain, symbolic, dry_run;
    const char *mask_path, *accum_path, *tmpdir;
    const char **path;              /* of the factors behind the first */
    int paths;
    enum ten_type type;
    int64_t memory;
    struct csr *factor, mask, accum;
    int factors;
};

enum { OWN_PAGES = 1 << 20 };           /* bytes; larger blocks go back to the system when freed */

static const struct argp_option options[] = {
    {"transpose-a", TRANSPOSE_A, 0, 0, "Multiply the transpose of A", 0},
    {"transpose-b", TRANSPOSE_B, 0, 0, "Multiply by the transpose of B", 0},
    {"semiring", SEMIRING, "NAME", 0, "What adds and multiplies (default plus_times)", 0},
    {"mask", MASK, "FILE", 0, "Only places where this matrix has an entry", 0},
    {"complement", COMPLEMENT, 0, 0, "Only places where the mask has none", 0},
    {"accum", ACCUM, "FILE", 0, "Add the product to this matrix", 0},
    {"topk", TOPK, "K", 0, "Of each row, only the K entries of largest magnitude", 0},
    {"drop", DROP, "T", 0, "Without entries whose magnitude is below T", 0},
    {"type", TYPE, "TYPE", 0,
     "Compute with values of f32, f64 or i64 (default: what the factors have)", 0},
    {"unsorted", UNSORTED, 0, 0, "Columns of a row in any order", 0},
    {"symbolic", SYMBOLIC, 0, 0, "Only the structure, without values", 0},
    {"dry-run", DRY_RUN, 0, 0, "Only tell the log what the product would take", 0},
    {"explain", EXPLAIN, 0, 0, "Tell the log how many rows were added by which method", 0},
    {"method", METHOD, "NAME", 0,
     "auto (default), copy, sort, dense, ranges, hash or repeat, where it can be used", 0},
    {"memory", MEMORY, "SIZE", 0,
     "Multiply in SIZE bytes of memory and hold factors and product in temporary "
     "files (default: all in memory)",
     0},
    {"tmpdir", TMPDIR, "DIR", 0, "Folder of temporary files (default: TMPDIR, or /tmp)", 0},
    {0}
};

static enum ten_type parse_type(struct argp_state *st, const char *arg)
{
    static const char *const names[] = {"f32", "f64", "i64", NULL};
    return (enum ten_type[]){TEN_F32, TEN_F64, TEN_I64}[tool_choice(st, arg, names)];
}

static void parse_end(struct opts *o, struct argp_state *st)
{
    if (o->how.complement && !o->mask_path)
        argp_error(st, "complement: no mask: expected --mask");
    if (o->transpose_b && o->paths > 1)
        argp_error(st, "transpose-b: several factors behind the first: expected one at most");
    if (o->memory > 0 && dist_size(o->dist) > 1)
        argp_error(st, "memory: %d processes: expected one, or no limit", dist_size(o->dist));
    if (o->memory > 0 && o->dry_run)
        argp_error(st, "memory: nothing is multiplied: expected it without --dry-run");
    if (o->symbolic && (o->accum_path || o->how.topk > 0 || o->how.drop > 0))
        argp_error(
            st, "symbolic: there are no values: expected none of --accum, --topk, --drop with it");
    if (o->how.unsorted && (o->accum_path || o->how.topk > 0))
        argp_error(st, "unsorted: expected neither --accum nor --topk with it");
    for (int i = 0; i < o->paths; i++)
        if (strcmp(o->path[i], "-") == 0)
            argp_error(st, "-: A is standard input: expected a file");
}

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;
    switch (key) {
    case ARGP_KEY_INIT: st->child_inputs[0] = &o->tool.opt; break;
    case TRANSPOSE_A:   o->transpose_a = true; break;
    case TRANSPOSE_B:   o->transpose_b = true; break;
    case SEMIRING: o->how.semiring = (enum semiring)tool_choice(st, arg, semiring_names); break;
    case MASK:          o->mask_path = arg; break;
    case COMPLEMENT:    o->how.complement = true; break;
    case ACCUM:         o->accum_path = arg; break;
    case TOPK:          o->how.topk = tool_int(st, arg, 1, INT64_MAX); break;
    case DROP:          o->how.drop = tool_float(st, arg, 0, 1e300); break;
    case TYPE:          o->type = parse_type(st, arg); break;
    case UNSORTED:      o->how.unsorted = true; break;
    case SYMBOLIC:      o->symbolic = true; break;
    case DRY_RUN:       o->dry_run = true; break;
    case EXPLAIN:       o->explain = true; break;
    case METHOD:
        o->how.method = (enum spgemm_method)tool_choice(st, arg, spgemm_method_names);
        break;
    case MEMORY:        o->memory = tool_size(st, arg); break;
    case TMPDIR:        o->tmpdir = arg; break;
    case ARGP_KEY_ARG:
        o->path = xrealloc(o->path, (size_t)(o->paths + 1) * sizeof *o->path);
        o->path[o->paths++] = arg;
        break;
    case ARGP_KEY_END:  parse_end(o, st); break;
    default:            return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    options,
    parse,
    "[B]...",
    "Multiply the sparse matrix A on standard input by B, a file, or by itself; with "
    "several files multiply all, in the order that takes the least work.\v"
    "Example:\n  mtxgen st2d5 --grid=100,100 | spgemm --explain | ten-info",
    tool_common,
    0,
    0};

/* ---- Reading -------------------------------------------------------------------------------- */

static int read_file(struct opts *o, const char *path, struct csr *m)
{
    struct ten_reader *r = tool_reader(&o->tool, path);
    return r ? csr_read(m, r, path, NULL, &o->tool.err) : -1;
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

static int read_factors(struct opts *o)
{
    o->factor = xcalloc((size_t)o->paths + 2, sizeof *o->factor);
    if (csr_read(&o->factor[0], o->tool.in, "", NULL, &o->tool.err) < 0)
        return -1;
    o->factors = 1;
    for (int i = 0; i < o->paths; i++, o->factors++)
        if (read_file(o, o->path[i], &o->factor[i + 1]) < 0)
            return -1;
    /* A itself is the second factor without a copy, where both are the same in the end. */
    if (o->paths == 0 && o->transpose_a != o->transpose_b)
        copy(&o->factor[o->factors++], &o->factor[0]);
    if (o->transpose_a)
        transpose(&o->factor[0]);
    if (o->transpose_b && o->factors > 1)
        transpose(&o->factor[1]);
    return 0;
}

static const char *name_of(const struct opts *o, int i)
{
    return i == 0 || o->paths == 0 ? "standard input" : o->path[i - 1];
}

static int check_shape(struct opts *o, const char *path, const struct csr *m, int64_t rows,
                       int64_t cols)
{
    if (m->rows == rows && m->cols == cols)
        return 0;
    return fail(&o->tool.err, TEN_E_DATA,
                "%s: shape [%" PRId64 ",%" PRId64 "]: expected [%" PRId64 ",%" PRId64 "] as of the "
                "product",
                path, m->rows, m->cols, rows, cols);
}

static int check(struct opts *o)
{
    const struct csr *f = o->factor, *last = &f[o->factors - 1];
    for (int i = 0; i < o->factors; i++) {
        const struct csr *next = i + 1 < o->factors ? &f[i + 1] : o->factors == 1 ? f : NULL;
        if (next && f[i].cols != next->rows)
            return fail(&o->tool.err, TEN_E_DATA,
                        "%s: %" PRId64 " rows: expected %" PRId64 ", the columns of the factor "
                        "before it",
                        name_of(o, i + 1), next->rows, f[i].cols);
    }
    if (o->mask_path && check_shape(o, o->mask_path, &o->mask, f->rows, last->cols) < 0)
        return -1;
    return o->accum_path ? check_shape(o, o->accum_path, &o->accum, f->rows, last->cols) : 0;
}

/* One type for all, unless told the one that holds the values of each. */
static enum ten_type common_type(const struct opts *o)
{
    struct csr all = o->factor[0];
    for (int i = 1; i < o->factors; i++) {
        all.type = csr_common_type(&all, &o->factor[i]);
        all.val = all.val ? all.val : o->factor[i].val;
    }
    if (o->accum_path)
        all.type = csr_common_type(&all, &o->accum);
    return o->symbolic ? TEN_F32 : o->type ? o->type : all.type;
}

static void settle_types(struct opts *o)
{
    const enum ten_type type = common_type(o);
    for (int i = 0; i < o->factors; i++)
        csr_retype(&o->factor[i], type);
    csr_retype(&o->accum, type);
}

/* ---- Multiplying ---------------------------------------------------------------------------- */

/* seconds: of multiplying alone; with n < 0 neither is known. */
static void explain(const struct spgemm_report *r, int64_t n, double seconds)
{
    fprintf(stderr, "products %" PRId64 ", entries at most %" PRId64, r->products, r->bound);
    if (n >= 0)
        fprintf(stderr, ", entries %" PRId64, n);
    fputc('\n', stderr);
    for (int m = SPGEMM_AUTO + 1; m < SPGEMM_METHODS; m++)
        fprintf(stderr, "%s: rows %" PRId64 ", products %" PRId64 "\n", spgemm_method_names[m],
                r->rows[m], r->by[m]);
    if (n >= 0)
        fprintf(stderr, "seconds %.6f\n", seconds);
}

static enum ewise_op accumulation(enum semiring s)
{
    const char *name = semiring_names[s];
    return strncmp(name, "plus", 4) == 0  ? EWISE_PLUS
           : strncmp(name, "min", 3) == 0 ? EWISE_MIN
                                          : EWISE_MAX;
}

static int write_whole(struct opts *o, const struct csr *a, const struct csr *b,
                       struct spgemm_report *report)
{
    struct csr c, sum;
    const double start = now_seconds();
    spgemm_ranks(o->dist, &c, a, b, &o->how, report);
    if (dist_rank(o->dist) > 0)
        return 0;
    if (o->explain)
        explain(report, c.n, now_seconds() - start);
    if (o->accum_path) {
        csr_ewise(&sum, &o->accum, &c, accumulation(o->how.semiring), EWISE_UNION);
        csr_free(&c);
        c = sum;
    }
    if (o->symbolic) {
        free(c.val);
        c.val = NULL;
    }
    const int rc = csr_write(o->tool.out, &c, 0, &o->tool.err);
    csr_free(&c);
    return rc;
}

static int multiply(struct opts *o)
{
    struct spgemm_report report = {0};
    o->how.mask = o->mask_path ? &o->mask : NULL;
    if (!o->dry_run)
        spgemm_reduce_chain(o->dist, o->factor, &o->factors, &o->how);
    const struct csr *a = &o->factor[0], *b = &o->factor[o->factors > 1];
    if (!o->dry_run)
        return write_whole(o, a, b, &report);
    fprintf(stderr, "products %" PRId64 ", bytes at most %" PRId64 "\n", spgemm_products(a, b),
            spgemm_bytes(a, b, &o->how));
    return 0;
}

/* Ranks but the first, which reads and writes, only multiply what it sends them. */
static int take_part(struct opts *o)
{
    o->factors = o->paths > 0 ? o->paths + 1 : 1;
    o->factor = xcalloc((size_t)o->factors, sizeof *o->factor);
    return o->dry_run ? 0 : multiply(o);
}

static int in_memory(struct opts *o)
{
    if (dist_rank(o->dist) > 0)
        return take_part(o);
    int rc = read_factors(o);
    rc = rc == 0 && o->mask_path ? read_file(o, o->mask_path, &o->mask) : rc;
    rc = rc == 0 && o->accum_path ? read_file(o, o->accum_path, &o->accum) : rc;
    rc = rc == 0 ? check(o) : rc;
    if (rc == 0) {
        settle_types(o);
        rc = multiply(o);
    }
    return rc;
}

/* ---- In temporary files --------------------------------------------------------------------- */

struct files { struct store *factor, mask, accum; int factors; };

static int store_file(struct opts *o, const char *path, struct store *s)
{
    struct ten_reader *r = tool_reader(&o->tool, path);
    return r ? store_read(s, r, path, o->memory, &o->tool.err) : -1;
}

static int store_factors(struct opts *o, struct files *f)
{
    struct ten_err *e = &o->tool.err;
    f->factor = xcalloc((size_t)o->paths + 2, sizeof *f->factor);
    if (store_read(&f->factor[f->factors++], o->tool.in, "", o->memory, e) < 0)
        return -1;
    for (int i = 0; i < o->paths; i++)
        if (store_file(o, o->path[i], &f->factor[f->factors++]) < 0)
            return -1;
    if (o->paths == 0 && o->transpose_a != o->transpose_b &&
        store_copy(&f->factor[f->factors++], &f->factor[0], e) < 0)
        return -1;
    if (o->transpose_a && store_transpose(&f->factor[0], o->memory, e) < 0)
        return -1;
    return o->transpose_b && f->factors > 1 ? store_transpose(&f->factor[1], o->memory, e) : 0;
}

static int store_operands(struct opts *o, struct files *f)
{
    int rc = store_factors(o, f);
    rc = rc == 0 && o->mask_path ? store_file(o, o->mask_path, &f->mask) : rc;
    return rc == 0 && o->accum_path ? store_file(o, o->accum_path, &f->accum) : rc;
}

/* Shape and type, which is all that check() and common_type() look at. */
static struct csr outline(struct store *s)
{
    return (struct csr){.rows = s->rows, .cols = s->cols, .type = s->type,
                        .val = s->ptr && s->val >= 0 ? s : NULL};
}

static int judge(struct opts *o, struct files *f, enum ten_type *type)
{
    struct csr *all = xcalloc((size_t)f->factors, sizeof *all);
    for (int i = 0; i < f->factors; i++)
        all[i] = outline(&f->factor[i]);
    o->factor = all;
    o->factors = f->factors;
    o->mask = outline(&f->mask);
    o->accum = outline(&f->accum);
    const int rc = check(o);
    *type = common_type(o);
    free(all);
    o->factor = NULL;
    o->factors = 0;
    o->mask = o->accum = (struct csr){0};
    return rc;
}

static int multiply_files(struct opts *o, struct files *f, enum ten_type type)
{
    const struct spgemm_store x = {
        .how = o->how, .type = type, .memory = o->memory,
        .mask = o->mask_path ? &f->mask : NULL, .accum = o->accum_path ? &f->accum : NULL,
        .accumulate = accumulation(o->how.semiring)};
    struct spgemm_report report = {0};
    struct store c;
    const double start = now_seconds();
    int rc = spgemm_store_chain(f->factor, &f->factors, &x, &o->tool.err);
    rc = rc == 0 ? spgemm_store(&c, &f->factor[0], &f->factor[f->factors > 1], &x, &report,
                                &o->tool.err) : rc;
    if (rc < 0)
        return rc;
    if (o->explain)
        explain(&report, c.n, now_seconds() - start);
    rc = store_write(o->tool.out, &c, o->symbolic, &o->tool.err);
    store_close(&c);
    return rc;
}

static int in_files(struct opts *o)
{
    struct files f = {0};
    enum ten_type type;
    mallopt(M_MMAP_THRESHOLD, OWN_PAGES);
    int rc = store_operands(o, &f);
    rc = rc == 0 ? judge(o, &f, &type) : rc;
    rc = rc == 0 ? multiply_files(o, &f, type) : rc;
    for (int i = 0; i < f.factors; i++)
        store_close(&f.factor[i]);
    free(f.factor);
    store_close(&f.mask);
    store_close(&f.accum);
    return rc;
}

static void free_all(struct opts *o)
{
    for (int i = 0; i < o->factors; i++)
        csr_free(&o->factor[i]);
    free(o->factor);
    csr_free(&o->mask);
    csr_free(&o->accum);
    free(o->path);
}

int main(int argc, char **argv)
{
    struct opts o = {0};
    if (!(o.dist = dist_join(&o.tool.err)) && o.tool.err.code)
        return tool_close(&o.tool, -1);
    tool_open(&o.tool, TOOL_IN | TOOL_OUT | (o.dist ? TOOL_FORWARDED : 0), &argp, argc, argv, &o);
    if (o.tmpdir)
        setenv("TMPDIR", o.tmpdir, 1);
    if (o.symbolic)
        o.how.semiring = SEMIRING_any_pair;
    const int rc = o.memory > 0 ? in_files(&o) : in_memory(&o);
    free_all(&o);
    return tool_close(&o.tool, rc);
}
