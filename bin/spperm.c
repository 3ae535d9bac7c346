/* bin/spperm.c - new orders of rows and columns. */
#include "sparse/permute.h"
#include "stream/tool.h"

#include "base/files.h"
#include "base/mem.h"
#include "tensor/cast.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { RANDOM = 256, DEGREE, RCM, BY, ROWS, COLS, INVERSE, SAVE };

struct opts {
    struct tool tool;
    int order;                          /* RANDOM, DEGREE, RCM or BY */
    bool rows, cols, inverse;
    const char *by, *save;
};

static const struct argp_option options[] = {
    {"random", RANDOM, 0, 0, "At random, as --seed says", 0},
    {"degree", DEGREE, 0, 0, "Rows (with --cols, columns) with the fewest entries first", 0},
    {"rcm", RCM, 0, 0, "Reverse Cuthill-McKee: a small bandwidth", 0},
    {"by", BY, "FILE", 0, "The first record of FILE: what comes first, second ... from 0", 0},
    {"inverse", INVERSE, 0, 0, "The inverse of that order, which takes it back", 0},
    {"rows", ROWS, 0, 0, "Move rows only", 0},
    {"cols", COLS, 0, 0, "Move columns only", 0},
    {"save", SAVE, "FILE", 0, "Write the order used to FILE, as record order", 0},
    {0}
};

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;
    switch (key) {
    case ARGP_KEY_INIT: st->child_inputs[0] = &o->tool.opt; break;
    case RANDOM: case DEGREE: case RCM: case BY:
        if (o->order)
            argp_error(st, "expected one of --random, --degree, --rcm and --by");
        o->order = key;
        o->by = arg;
        break;
    case ROWS:          o->rows = true; break;
    case COLS:          o->cols = true; break;
    case INVERSE:       o->inverse = true; break;
    case SAVE:          o->save = arg; break;
    case ARGP_KEY_ARG:
        argp_error(st, "%s: expected no argument: the matrix comes on standard input", arg);
        break;
    case ARGP_KEY_END:
        if (!o->order)
            argp_error(st, "no order: expected --random, --degree, --rcm or --by");
        if (!o->rows && !o->cols)
            o->rows = o->cols = true;
        break;
    default:            return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    options, parse, "", "Write the sparse matrix on standard input with rows and columns in a new "
    "order, the same for both.\v"
    "Example:\n  mtxgen road --grid=9,9 | spperm --rcm | spstat", tool_common, 0, 0
};

/* ---- Orders ---------------------------------------------------------------------------------- */

static int read_order(struct opts *o, int64_t *order, int64_t n)
{
    struct ten_reader *in = tool_reader(&o->tool, o->by);
    struct ten_record rec;
    char text[192];
    const int rc = in ? ten_next(in, &rec, &o->tool.err) : -1;
    if (rc < 0)
        return -1;
    if (rc == 0)
        return fail(&o->tool.err, TEN_E_DATA, "%s: no record: expected an order", o->by);
    if (rec.shape.rank != 1 || rec.shape.dim[0] != n ||
        (rec.type != TEN_I64 && rec.type != TEN_I32))
        return fail(&o->tool.err, TEN_E_DATA, "%s: %s: %s%s: expected i32 or i64 [%" PRId64 "]",
                    o->by, rec.name, ten_type_name(rec.type), ten_shape_text(&rec.shape, text), n);
    cast(order, TEN_I64, rec.data, rec.type, n);
    return 0;
}

static void find_order(const struct opts *o, int64_t *order, const struct csr *m, int64_t n)
{
    struct csr t;
    if (o->order == RANDOM) {
        order_random(order, n, o->tool.opt.seed);
    } else if (o->order == RCM) {
        order_cuthill_mckee(order, m);
    } else if (o->rows) {
        order_by_degree(order, m);
    } else {
        csr_transpose(&t, m, NULL);
        order_by_degree(order, &t);
        csr_free(&t);
    }
}

/* order [n], checked, and inverted where that is asked for. */
static int make_order(struct opts *o, int64_t *order, const struct csr *m, int64_t n)
{
    int64_t *inverse = xmalloc((size_t)n * sizeof *inverse), bad;
    int rc = 0;
    if (o->order == BY)
        rc = read_order(o, order, n);
    else
        find_order(o, order, m, n);
    if (rc == 0 && !order_invert(inverse, order, n, &bad))
        rc = fail(&o->tool.err, TEN_E_DATA, "%s: number %" PRId64 " at %" PRId64
                  ": expected each from 0 to %" PRId64 " once", o->by, order[bad], bad, n - 1);
    if (rc == 0 && o->inverse)
        memcpy(order, inverse, (size_t)n * sizeof *order);
    free(inverse);
    return rc;
}

static int save_order(struct opts *o, const int64_t *order, int64_t n)
{
    const struct ten_record rec = {.name = "order", .type = TEN_I64, .shape = {1, {n}},
                                   .data = order};
    struct save *s = save_open(o->save, &o->tool.err);
    if (!s)
        return -1;
    struct ten_writer *w = tool_writer(&o->tool, fileno(save_file(s)), o->save);
    int rc = w ? ten_write(w, &rec, &o->tool.err) : -1;
    rc = rc == 0 ? ten_finish(w, &o->tool.err) : rc;
    ten_discard(w);
    if (rc == 0)
        return save_commit(s, &o->tool.err);
    save_abort(s);
    return -1;
}

/* ---- The matrix ------------------------------------------------------------------------------ */

static int check(struct opts *o, const struct csr *m)
{
    if (m->rows == m->cols || (o->order != RCM && o->rows != o->cols))
        return 0;
    return fail(&o->tool.err, TEN_E_DATA, "standard input: shape [%" PRId64 ",%" PRId64 "]: "
                "expected a square matrix%s", m->rows, m->cols,
                o->order == RCM ? "" : ", or --rows or --cols");
}

static int permute(struct opts *o, const struct csr *m, int64_t *order)
{
    const int64_t n = o->rows ? m->rows : m->cols;
    struct csr p;
    if (make_order(o, order, m, n) < 0 || (o->save && save_order(o, order, n) < 0))
        return -1;
    csr_permute(&p, m, o->rows ? order : NULL, o->cols ? order : NULL);
    const int rc = csr_write(o->tool.out, &p, 0, &o->tool.err);
    csr_free(&p);
    return rc;
}

int main(int argc, char **argv)
{
    struct opts o = {0};
    struct csr m;

    tool_open(&o.tool, TOOL_IN | TOOL_OUT, &argp, argc, argv, &o);
    int rc = csr_read(&m, o.tool.in, "", NULL, &o.tool.err);
    rc = rc == 0 ? check(&o, &m) : rc;
    if (rc == 0) {
        int64_t *order = xmalloc((size_t)(o.rows ? m.rows : m.cols) * sizeof *order);
        rc = permute(&o, &m, order);
        free(order);
    }
    csr_free(&m);
    return tool_close(&o.tool, rc);
}
