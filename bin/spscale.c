/* bin/spscale.c - rows and columns of a sparse matrix times numbers. */
#include "sparse/scale.h"
#include "stream/tool.h"

#include "base/mem.h"
#include "tensor/cast.h"

#include <inttypes.h>
#include <stdlib.h>

enum { POWER = 256, ROWS, COLS, NORMALIZE };

struct opts {
    struct tool tool;
    double power;
    const char *rows, *cols;            /* files of factors */
    enum { NOTHING, BY_ROWS, BY_COLS } normalize;
};

static const struct argp_option options[] = {
    {"power", POWER, "X", 0, "First raise every value to the power X", 0},
    {"rows", ROWS, "FILE", 0, "Then multiply row i by element i of FILE's first record", 0},
    {"cols", COLS, "FILE", 0, "And column j by element j", 0},
    {"normalize", NORMALIZE, "WHICH", 0, "Last divide each row (rows) or column (cols) by its "
     "sum, but for sums of 0", 0},
    {0}
};

static error_t parse(int key, char *arg, struct argp_state *st)
{
    static const char *const which[] = {"rows", "cols", NULL};
    struct opts *o = st->input;
    switch (key) {
    case ARGP_KEY_INIT: st->child_inputs[0] = &o->tool.opt; break;
    case POWER:         o->power = tool_float(st, arg, -1e6, 1e6); break;
    case ROWS:          o->rows = arg; break;
    case COLS:          o->cols = arg; break;
    case NORMALIZE:     o->normalize = tool_choice(st, arg, which) == 0 ? BY_ROWS : BY_COLS; break;
    case ARGP_KEY_ARG:
        argp_error(st, "%s: expected no argument: the matrix comes on standard input", arg);
        break;
    default:            return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    options, parse, "", "Scale the values of the sparse matrix on standard input, f32 or f64.\v"
    "Example:\n  mtxgen rmat --scale=4 --edges=40 --seed=1 | spscale --normalize=rows | ten2mtx",
    tool_common, 0, 0
};

/* The factors in a file, [n], or NULL with the tool's error set. */
static double *read_factors(struct tool *t, const char *path, int64_t n)
{
    struct ten_reader *in = tool_reader(t, path);
    struct ten_record rec;
    char text[192];
    const int rc = in ? ten_next(in, &rec, &t->err) : -1;
    if (rc == 0)
        fail(&t->err, TEN_E_DATA, "%s: no record: expected a vector", path);
    if (rc <= 0)
        return NULL;
    if (rec.shape.rank != 1 || rec.shape.dim[0] != n) {
        fail(&t->err, TEN_E_DATA, "%s: %s: shape %s: expected [%" PRId64 "]", path, rec.name,
             ten_shape_text(&rec.shape, text), n);
        return NULL;
    }
    double *factors = xmalloc((size_t)n * sizeof *factors);
    cast(factors, TEN_F64, rec.data, rec.type, n);
    return factors;
}

static int scale_by_files(struct opts *o, struct csr *m)
{
    double *rows = o->rows ? read_factors(&o->tool, o->rows, m->rows) : NULL;
    double *cols = o->cols ? read_factors(&o->tool, o->cols, m->cols) : NULL;
    const bool read = (!o->rows || rows) && (!o->cols || cols);
    if (read && (rows || cols))
        csr_scale(m, rows, cols);
    free(rows);
    free(cols);
    return read ? 0 : -1;
}

static void normalize(struct csr *m, bool by_rows)
{
    const int64_t n = by_rows ? m->rows : m->cols;
    double *sums = xmalloc((size_t)n * sizeof *sums);
    if (by_rows)
        csr_row_sums(sums, m);
    else
        csr_col_sums(sums, m);
    for (int64_t i = 0; i < n; i++)
        sums[i] = sums[i] != 0 ? 1 / sums[i] : 1;
    csr_scale(m, by_rows ? sums : NULL, by_rows ? NULL : sums);
    free(sums);
}

static int scale(struct opts *o, struct csr *m)
{
    if (!m->val || m->type == TEN_I64)
        return fail(&o->tool.err, TEN_E_DATA, "standard input: %s: expected values of f32 or f64",
                    m->val ? "values of i64" : "no values");
    if (o->power != 1)
        csr_raise(m, o->power);
    if (scale_by_files(o, m) < 0)
        return -1;
    if (o->normalize)
        normalize(m, o->normalize == BY_ROWS);
    return csr_write(o->tool.out, m, 0, &o->tool.err);
}

int main(int argc, char **argv)
{
    struct opts o = {.power = 1};
    struct csr m;

    tool_open(&o.tool, TOOL_IN | TOOL_OUT, &argp, argc, argv, &o);
    int rc = csr_read(&m, o.tool.in, "", NULL, &o.tool.err);
    rc = rc == 0 ? scale(&o, &m) : rc;
    csr_free(&m);
    return tool_close(&o.tool, rc);
}
