/* bin/spselect.c - parts of a sparse matrix. */
#include "sparse/select.h"
#include "stream/tool.h"

#include "base/mem.h"

#include <math.h>
#include <stdlib.h>

enum { TRIL = 256, TRIU, DIAG, OFFDIAG, ROWS, COLS, LEAST, MOST, ABS, NONZERO, TOPK };

struct opts {
    struct tool tool;
    struct slice_spec rows, cols;
    struct selection how;               /* but for rows and cols */
};

static const struct argp_option options[] = {
    {"rows", ROWS, "START:STOP[:STEP]", 0, "Only these rows, as Python counts", 0},
    {"cols", COLS, "START:STOP[:STEP]", 0, "Only these columns", 0},
    {"tril", TRIL, "K", OPTION_ARG_OPTIONAL, "Only entries (i,j) with j - i <= K (default 0)", 0},
    {"triu", TRIU, "K", OPTION_ARG_OPTIONAL, "Only entries with j - i >= K (default 0)", 0},
    {"diag", DIAG, "K", OPTION_ARG_OPTIONAL, "Only entries with j - i = K (default 0)", 0},
    {"offdiag", OFFDIAG, 0, 0, "No entries with i = j", 0},
    {"at-least", LEAST, "X", 0, "Only values of at least X", 0},
    {"at-most", MOST, "X", 0, "Only values of at most X", 0},
    {"nonzero", NONZERO, 0, 0, "No values of 0", 0},
    {"topk", TOPK, "K", 0, "Of each row only the K largest of what is left", 0},
    {"abs", ABS, 0, 0, "Take magnitudes for values in these comparisons", 0},
    {0}
};

static void range(struct argp_state *st, struct slice_spec *spec, int axis, const char *arg)
{
    struct ten_err e = {0};
    char *text = xasprintf("%d:%s", axis, arg);
    if (slice_parse(spec, text, &e) < 0 || spec->step < 1)
        argp_error(st, "--%s: %s: expected START:STOP or START:STOP:STEP, with a step above 0",
                   axis ? "cols" : "rows", arg);
    free(text);
}

static int64_t diagonal(struct argp_state *st, const char *arg)
{
    return arg ? tool_int(st, arg, -CSR_MAX_DIM, CSR_MAX_DIM) : 0;
}

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;
    struct selection *s = &o->how;
    switch (key) {
    case ARGP_KEY_INIT: st->child_inputs[0] = &o->tool.opt; break;
    case ROWS:          range(st, &o->rows, 0, arg); break;
    case COLS:          range(st, &o->cols, 1, arg); break;
    case TRIL:          s->highest = diagonal(st, arg); break;
    case TRIU:          s->lowest = diagonal(st, arg); break;
    case DIAG:          s->lowest = s->highest = diagonal(st, arg); break;
    case OFFDIAG:       s->off_diagonal = true; break;
    case LEAST:
        s->least = tool_float(st, arg, -INFINITY, INFINITY);
        s->bounded = true;
        break;
    case MOST:
        s->most = tool_float(st, arg, -INFINITY, INFINITY);
        s->bounded = true;
        break;
    case NONZERO:       s->nonzero = true; break;
    case TOPK:          s->topk = tool_int(st, arg, 0, CSR_MAX_DIM); break;
    case ABS:           s->magnitude = true; break;
    case ARGP_KEY_ARG:
        argp_error(st, "%s: expected no argument: the matrix comes on standard input", arg);
        break;
    case ARGP_KEY_END:
        if (s->magnitude && !s->bounded && s->topk < 0)
            argp_error(st, "--abs: nothing is compared: expected --at-least, --at-most or --topk");
        break;
    default:            return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    options, parse, "", "Write the part of the sparse matrix on standard input that all options "
    "choose.\v"
    "Example:\n  mtxgen st2d5 --grid=3,3 | spselect --tril=-1 | ten2mtx", tool_common, 0, 0
};

static int choose(struct opts *o, struct csr *m)
{
    const struct ten_shape shape = {.rank = 2, .dim = {m->rows, m->cols}};
    struct csr part;
    if (slice_resolve(&o->how.rows, &o->rows, &shape, &o->tool.err) < 0 ||
        slice_resolve(&o->how.cols, &o->cols, &shape, &o->tool.err) < 0)
        return -1;
    csr_select(&part, m, &o->how);
    csr_free(m);
    const int rc = csr_write(o->tool.out, &part, 0, &o->tool.err);
    csr_free(&part);
    return rc;
}

int main(int argc, char **argv)
{
    struct opts o = {
        .rows = {.axis = 0, .step = 1}, .cols = {.axis = 1, .step = 1},
        .how = {.lowest = INT64_MIN, .highest = INT64_MAX, .least = -INFINITY, .most = INFINITY,
                .topk = -1}};
    struct csr m;

    tool_open(&o.tool, TOOL_IN | TOOL_OUT, &argp, argc, argv, &o);
    int rc = csr_read(&m, o.tool.in, "", NULL, &o.tool.err);
    rc = rc == 0 ? choose(&o, &m) : rc;
    csr_free(&m);
    return tool_close(&o.tool, rc);
}
