/* bin/sptrans.c - transpose a sparse matrix. */
#include "sparse/csr.h"
#include "stream/tool.h"

struct opts { struct tool tool; };

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;
    if (key == ARGP_KEY_ARG)
        argp_error(st, "%s: expected no argument: the matrix comes on standard input", arg);
    if (key != ARGP_KEY_INIT)
        return ARGP_ERR_UNKNOWN;
    st->child_inputs[0] = &o->tool.opt;
    return 0;
}

static const struct argp argp = {
    NULL, parse, "", "Transpose the sparse matrix on standard input, or turn the arcs of a "
    "digraph.\v"
    "Example:\n  mtxgen kper --rows=5 --cols=9 | sptrans | ten2mtx", tool_common, 0, 0
};

int main(int argc, char **argv)
{
    struct opts o = {0};
    struct csr m, t;

    tool_open(&o.tool, TOOL_IN | TOOL_OUT, &argp, argc, argv, &o);
    int rc = csr_read(&m, o.tool.in, "", NULL, &o.tool.err);
    if (rc == 0) {
        csr_transpose(&t, &m, NULL);
        rc = csr_write(o.tool.out, &t, 0, &o.tool.err);
        csr_free(&t);
    }
    csr_free(&m);
    return tool_close(&o.tool, rc);
}
