/* bin/spewise.c - two sparse matrices, entry by entry. */
#include "sparse/ewise.h"
#include "stream/tool.h"

#include "base/mem.h"

#include <inttypes.h>
#include <string.h>

enum { PLACES = 256 };

struct opts {
    struct tool tool;
    const char *op_name, *b_path;
    enum ewise_op op;
    enum ewise_places places;
    bool places_given;
};

static const struct argp_option options[] = {
    {"places", PLACES, "WHERE", 0, "Where results stand: union, where A or B has an entry "
     "(default); intersection, where both have (default of times); difference, where only A "
     "has", 0},
    {0}
};

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;
    switch (key) {
    case ARGP_KEY_INIT: st->child_inputs[0] = &o->tool.opt; break;
    case PLACES:
        o->places = (enum ewise_places)tool_choice(st, arg, ewise_place_names);
        o->places_given = true;
        break;
    case ARGP_KEY_ARG:
        if (st->arg_num >= 2)
            argp_error(st, "%s: one argument too many: expected OP and B", arg);
        if (st->arg_num == 0)
            o->op = (enum ewise_op)tool_choice(st, arg, ewise_op_names);
        else
            o->b_path = arg;
        break;
    case ARGP_KEY_END:
        if (st->arg_num < 2)
            argp_error(st, "%s: expected OP and B", st->arg_num ? "B is missing" : "no operation");
        if (strcmp(o->b_path, "-") == 0)
            argp_error(st, "B: -: A is standard input: expected a file");
        if (!o->places_given)
            o->places = ewise_default_places(o->op);
        break;
    default:            return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    options, parse, "OP B", "Combine the sparse matrix A on standard input with B, a file, entry "
    "by entry.  OP is plus, minus, times, min, max, first or second.\v"
    "Example:\n  mtxgen perm --rows=4 >p.ten\n"
    "  mtxgen diag --rows=4 | spewise plus p.ten | ten2mtx",
    tool_common, 0, 0
};

static int check(struct opts *o, const struct csr *a, const struct csr *b)
{
    if (a->rows != b->rows || a->cols != b->cols)
        return fail(&o->tool.err, TEN_E_DATA, "%s: shape [%" PRId64 ",%" PRId64 "]: expected [%"
                    PRId64 ",%" PRId64 "] as of standard input", o->b_path, b->rows, b->cols,
                    a->rows, a->cols);
    if (a->val && b->val && a->type != b->type)
        return fail(&o->tool.err, TEN_E_DATA, "%s: values of %s: expected %s as of standard input",
                    o->b_path, ten_type_name(b->type), ten_type_name(a->type));
    return 0;
}

int main(int argc, char **argv)
{
    struct opts o = {0};
    struct csr a = {0}, b = {0}, c = {0};

    tool_open(&o.tool, TOOL_IN | TOOL_OUT, &argp, argc, argv, &o);
    struct ten_reader *in = tool_reader(&o.tool, o.b_path);
    int rc = in ? csr_read(&a, o.tool.in, "", NULL, &o.tool.err) : -1;
    rc = rc == 0 ? csr_read(&b, in, o.b_path, NULL, &o.tool.err) : rc;
    rc = rc == 0 ? check(&o, &a, &b) : rc;
    if (rc == 0) {
        csr_ewise(&c, &a, &b, o.op, o.places);
        rc = csr_write(o.tool.out, &c, 0, &o.tool.err);
    }
    csr_free(&a);
    csr_free(&b);
    csr_free(&c);
    return tool_close(&o.tool, rc);
}
