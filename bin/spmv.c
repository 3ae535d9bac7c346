/* bin/spmv.c - products of a sparse matrix with dense vectors. */
#include "sparse/spmv.h"
#include "stream/tool.h"

#include "base/mem.h"
#include "tensor/cast.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { SEMIRING = 256 };

struct opts {
    struct tool tool;
    const char *path;
    bool transpose;
    enum semiring semiring;
    struct csr a;
};

static const struct argp_option options[] = {
    {"transpose", 't', 0, 0, "Multiply by the transpose of A", 0},
    {"semiring", SEMIRING, "ADD_MULTIPLY", 0, "What takes the place of + and *, as of "
     "spgemm (default plus_times)", 0},
    {0}
};

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;
    switch (key) {
    case ARGP_KEY_INIT: st->child_inputs[0] = &o->tool.opt; break;
    case 't':           o->transpose = true; break;
    case SEMIRING:
        o->semiring = (enum semiring)tool_choice(st, arg, semiring_names);
        break;
    case ARGP_KEY_ARG:
        if (st->arg_num >= 1)
            argp_error(st, "%s: one matrix too many: expected A", arg);
        if (strcmp(arg, "-") == 0)
            argp_error(st, "A: -: the vectors are standard input: expected a file");
        o->path = arg;
        break;
    case ARGP_KEY_END:
        if (!o->path)
            argp_error(st, "no matrix: expected A");
        break;
    default:            return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    options, parse, "A", "Multiply the sparse matrix A, a file, by every record of standard input, "
    "a vector or a matrix whose columns are vectors.\v"
    "Example:\n  mtxgen st2d5 --grid=3,3 --values=laplace >a.ten\n"
    "  ten-gen x f64 9 | spmv a.ten | ten-dump",
    tool_common, 0, 0
};

static int read_matrix(struct opts *o)
{
    struct ten_reader *in = tool_reader(&o->tool, o->path);
    struct csr t;
    if (!in || csr_read(&o->a, in, o->path, NULL, &o->tool.err) < 0)
        return -1;
    if (o->transpose) {
        csr_transpose(&t, &o->a, NULL);
        csr_free(&o->a);
        o->a = t;
    }
    return 0;
}

static int check(struct opts *o, const struct ten_record *x)
{
    char text[192];
    if ((x->shape.rank == 1 || x->shape.rank == 2) && x->shape.dim[0] == o->a.cols)
        return 0;
    return fail(&o->tool.err, TEN_E_DATA, "byte %" PRId64 ": %s: shape %s: expected [%" PRId64
                "] or [%" PRId64 ",COLUMNS]", x->offset, x->name, ten_shape_text(&x->shape, text),
                o->a.cols, o->a.cols);
}

/* A structure alone counts in the numbers of the vectors. */
static int multiply(struct opts *o, struct ten_record *x)
{
    const int64_t width = x->shape.rank == 2 ? x->shape.dim[1] : 1;
    struct csr a = o->a;
    int64_t size;
    if (check(o, x) < 0)
        return -1;
    if (!a.val)
        a.type = x->type == TEN_F32 || x->type == TEN_I64 ? x->type : TEN_F64;
    if (!mul_i64(a.rows, width, &size) || !mul_i64(size, 8, &size))
        return fail(&o->tool.err, TEN_E_DATA, "byte %" PRId64 ": %s: the product is too large: "
                    "expected at most 2^63 bytes", x->offset, x->name);
    void *values = NULL, *y = xaligned((size_t)size);
    const void *data = x->data;
    if (x->type != a.type) {
        data = values = xaligned((size_t)ten_count(x) * ten_elem_size(a.type));
        cast(values, a.type, x->data, x->type, ten_count(x));
    }
    spmv(y, &a, data, width, o->semiring);
    x->type = a.type;
    x->shape.dim[0] = a.rows;
    x->data = y;
    const int rc = ten_write(o->tool.out, x, &o->tool.err);
    free(values);
    free(y);
    return rc;
}

int main(int argc, char **argv)
{
    struct opts o = {0};
    struct ten_record x;

    tool_open(&o.tool, TOOL_IN | TOOL_OUT, &argp, argc, argv, &o);
    int rc = read_matrix(&o);
    while (rc == 0 && (rc = ten_next(o.tool.in, &x, &o.tool.err)) > 0)
        rc = multiply(&o, &x);
    csr_free(&o.a);
    return tool_close(&o.tool, rc);
}
