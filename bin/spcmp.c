/* bin/spcmp.c - compare two sparse matrices. */
#include "sparse/difference.h"
#include "stream/tool.h"

#include "tensor/cast.h"
#include "tensor/tolerance.h"

#include <inttypes.h>
#include <string.h>

struct opts {
    struct tool tool;
    const char *path[2];
    struct tolerance tolerance;
    bool structure;
};

static const struct argp_option options[] = {
    {"structure", 's', 0, 0, "Compare where entries stand, and no values", 0},
    {0}
};

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;
    switch (key) {
    case ARGP_KEY_INIT:
        st->child_inputs[0] = &o->tool.opt;
        st->child_inputs[1] = &o->tolerance;
        break;
    case 's':           o->structure = true; break;
    case ARGP_KEY_ARG:
        if (st->arg_num >= 2)
            argp_error(st, "%s: one matrix too many: expected A and B", arg);
        o->path[st->arg_num] = arg;
        break;
    case ARGP_KEY_END:
        if (st->arg_num < 2)
            argp_error(st, "%s: expected two matrices, A and B",
                       st->arg_num ? "B is missing" : "no matrix");
        if (strcmp(o->path[0], "-") == 0 && strcmp(o->path[1], "-") == 0)
            argp_error(st, "A and B: both are standard input: expected a file for one of them");
        break;
    default:            return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static char *entry_text(const struct csr *m, int64_t k, char text[32])
{
    if (k < 0)
        return strcpy(text, "none");
    return m->val ? elem_text(m->val, m->type, k, text) : strcpy(text, "1");
}

static void print_place(const char *what, const struct csr m[2], const struct sparse_place *p)
{
    char a[32], b[32];
    printf("%s at [%" PRId64 ",%" PRId64 "]: %s against %s", what, p->row, p->col,
           entry_text(&m[0], p->a, a), entry_text(&m[1], p->b, b));
}

/* Whether they agree; if not, it is said how. */
static bool agree(const struct opts *o, const struct csr m[2])
{
    struct sparse_difference d;
    if (m[0].rows != m[1].rows || m[0].cols != m[1].cols) {
        if (!o->tool.opt.quiet)
            printf("shape [%" PRId64 ",%" PRId64 "] against [%" PRId64 ",%" PRId64 "]\n",
                   m[0].rows, m[0].cols, m[1].rows, m[1].cols);
        return false;
    }
    csr_difference(&d, &m[0], &m[1], o->structure ? NULL : &o->tolerance);
    if (d.only_a + d.only_b + d.values == 0)
        return true;
    if (o->tool.opt.quiet)
        return false;
    printf("entries only in A: %" PRId64 ", only in B: %" PRId64 ", ", d.only_a, d.only_b);
    printf("values that differ: %" PRId64 "\n", d.values);
    print_place("first", m, &d.first);
    putchar('\n');
    if (d.values > 0) {
        print_place("worst value", m, &d.worst);
        printf(", absolute %.6g, relative %.6g\n", d.absolute, d.relative);
    }
    return false;
}

int main(int argc, char **argv)
{
    const struct argp_child children[] = {tool_common[0], {&tolerance_argp, 0, 0, 0}, {0}};
    const struct argp argp = {
        options, parse, "A B", "Compare two sparse matrices, of which one may be - for standard input: "
        "shapes, where entries stand, and values.  Exit status 0 when they agree, 1 when they differ; "
        "--quiet says no more.\v"
        "Example:\n  mtxgen st2d5 --grid=9,9 >a.ten\n  sptrans <a.ten | spcmp a.ten -",
        children, 0, 0
    };
    struct opts o = {0};
    struct csr m[2] = {{0}, {0}};
    bool same = true;
    int rc = 0;

    tool_open(&o.tool, 0, &argp, argc, argv, &o);
    for (int i = 0; i < 2 && rc == 0; i++) {
        struct ten_reader *in = tool_reader(&o.tool, o.path[i]);
        const char *name = strcmp(o.path[i], "-") == 0 ? "" : o.path[i];
        rc = in ? csr_read(&m[i], in, name, NULL, &o.tool.err) : -1;
    }
    if (rc == 0)
        same = agree(&o, m);
    csr_free(&m[0]);
    csr_free(&m[1]);
    rc = tool_close(&o.tool, rc);
    return rc == 0 && !same ? TEN_E_DATA : rc;
}
