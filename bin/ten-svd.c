/* bin/ten-svd.c - singular values of the matrices in tensor streams, as a table. */
#include "base/mem.h"
#include "metrics/algebra.h"
#include "stream/inputs.h"
#include "tensor/cast.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

struct opts { struct tool tool; struct inputs files; int64_t top; };

static const struct argp_option options[] = {
    {"top", 'n', "K", 0, "The largest K singular values (default 1); 0: all", 0},
    {0}
};

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;
    switch (key) {
    case ARGP_KEY_INIT:
        st->child_inputs[0] = &o->tool.opt;
        o->top = 1;
        break;
    case 'n':           o->top = tool_int(st, arg, 0, INT32_MAX); break;
    case ARGP_KEY_ARGS: inputs_args(&o->files, st); break;
    default:            return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    options, parse, "[FILE...]", "The largest singular values of every record of f32 or f64 of tensor streams, standard "
    "input when no FILE is named or FILE is -, as tab-separated values with a header line. A record of "
    "more than two axes is the matrix of its first axis with all others; those of fewer axes, and without "
    "elements, are passed over.\v"
    "Example:\n  make-model --config='{\"family\": \"mlp\", \"in\": [4]}' | ten-svd --top=3",
    tool_common, 0, 0
};

static int all_finite(const double *a, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        if (!isfinite(a[i]))
            return 0;
    return 1;
}

/* A line for each value, the largest first; nan where an element is not finite. */
static int print_values(const struct opts *o, const struct ten_record *rec, struct ten_err *e)
{
    const int64_t count = ten_count(rec), rows = rec->shape.dim[0], columns = count / rows;
    const int64_t values = rows < columns ? rows : columns, shown = o->top && o->top < values ? o->top : values;
    double *a = xaligned((size_t)count * sizeof *a), *s = xcalloc((size_t)values, sizeof *s);
    cast(a, TEN_F64, rec->data, rec->type, count);
    const int finite = all_finite(a, count), rc = finite ? singular_values(s, a, rows, columns, e) : 0;
    for (int64_t i = 0; rc == 0 && i < shown; i++)
        if (finite)
            printf("%" PRId64 "\t%s\t%" PRId64 "\t%" PRId64 "\t%" PRId64 "\t%.9g\n", rec->group, rec->name, rows, columns,
                   i + 1, s[i]);
        else
            printf("%" PRId64 "\t%s\t%" PRId64 "\t%" PRId64 "\t%" PRId64 "\tnan\n", rec->group, rec->name, rows, columns,
                   i + 1);
    free(a);
    free(s);
    return rc;
}

int main(int argc, char **argv)
{
    struct opts o = {0};
    struct ten_record rec;
    int rc;

    tool_open(&o.tool, 0, &argp, argc, argv, &o);
    puts("group\tname\trows\tcolumns\tnumber\tvalue");
    while ((rc = inputs_next(&o.files, &o.tool, &rec)) > 0)
        if ((rec.type == TEN_F32 || rec.type == TEN_F64) && rec.shape.rank >= 2 && ten_count(&rec) > 0 &&
            (rc = print_values(&o, &rec, &o.tool.err)) < 0)
            break;
    inputs_close(&o.files);
    return tool_close(&o.tool, rc);
}
