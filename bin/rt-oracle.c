/* bin/rt-oracle.c - lengths of round trips without a search. */
#include "stream/tool.h"

#include "base/mem.h"
#include "graph/oracle.h"
#include "tensor/cast.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum mode { NONE, BUILD, QUERY };

struct opts {
    struct tool tool;
    enum mode mode;
    int k;
    double eps;
    bool shape, exact;                  /* --k or --eps given */
    const char *oracle;
};

static const struct argp_option options[] = {
    {"k",      'k', "K", 0, "Of build: estimates are at most 2K+E times the round trip; more makes "
     "the oracle smaller (default 2)", 0},
    {"eps",    'e', "E", 0, "Of build: see --k (default 1)", 0},
    {"oracle", 'o', "FILE", 0, "Of query: what build has written", 0},
    {"exact",  'x', 0, 0, "Of query: write the round trips themselves as well, by searches", 0},
    {0}
};

static error_t parse(int key, char *arg, struct argp_state *st)
{
    static const char *const modes[] = {"", "build", "query", NULL};
    struct opts *o = st->input;

    switch (key) {
    case ARGP_KEY_INIT: st->child_inputs[0] = &o->tool.opt; break;
    case 'k': o->k = (int)tool_int(st, arg, 1, 64); o->shape = true; break;
    case 'e': o->eps = tool_float(st, arg, 1e-3, 1e3); o->shape = true; break;
    case 'o': o->oracle = arg; break;
    case 'x': o->exact = true; break;
    case ARGP_KEY_ARG:
        if (o->mode)
            argp_error(st, "%s: expected one of build and query", arg);
        o->mode = (enum mode)tool_choice(st, arg, modes);
        break;
    case ARGP_KEY_END:
        if (!o->mode)
            argp_error(st, "expected build or query");
        if (o->mode == BUILD && (o->oracle || o->exact))
            argp_error(st, "--oracle, --exact: expected query");
        if (o->mode == QUERY && o->shape)
            argp_error(st, "--k, --eps: expected build");
        if (o->mode == QUERY && !o->oracle)
            argp_error(st, "no --oracle: expected the output of rt-oracle build");
        break;
    default: return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    options, parse, "build\nquery", "Build, from a digraph with sources, an oracle for the lengths "
    "of round trips between a source "
    "and any other vertex; or ask it: for records `pairs' [q,2] write estimates `est' [q].\v"
    "Example:\n  graphgen road | graph-sources --random=20 | rt-oracle build >oracle.ten\n"
    "  ten-gen --fill=uniform --hi=900 pairs u32 5,2 | rt-oracle query --oracle=oracle.ten | "
    "ten-dump", tool_common, 0, 0
};

static int build(struct opts *o)
{
    struct digraph g;
    struct oracle oracle;

    if (digraph_read(&g, o->tool.in, "", &o->tool.err) < 0)
        return -1;
    oracle_build(&oracle, &g, g.in_h, o->k, o->eps);
    oracle_put(&oracle, &g, o->k, o->eps);
    const int rc = digraph_write(o->tool.out, &g, 0, &o->tool.err);
    oracle_free(&oracle);
    digraph_free(&g);
    return rc;
}

/* The pairs of a record as u32 [q,2], the caller's; NULL with the error set. */
static uint32_t *take_pairs(struct opts *o, const struct ten_record *rec, int64_t n)
{
    char text[192];
    const int64_t count = ten_count(rec);

    if (rec->shape.rank != 2 || rec->shape.dim[1] != 2 ||
        (rec->type != TEN_U32 && rec->type != TEN_I32 && rec->type != TEN_I64)) {
        fail(&o->tool.err, TEN_E_DATA, "byte %" PRId64 ": pairs: %s%s: expected u32[q,2]",
             rec->offset, ten_type_name(rec->type),
             ten_shape_text(&rec->shape, text));
        return NULL;
    }
    int64_t *wide = xmalloc((size_t)count * sizeof *wide);
    uint32_t *pairs = xmalloc((size_t)count * sizeof *pairs);
    cast(wide, TEN_I64, rec->data, rec->type, count);
    for (int64_t i = 0; i < count; i++) {
        if (wide[i] < 0 || wide[i] >= n) {
            fail(&o->tool.err, TEN_E_DATA, "byte %" PRId64 ": pairs: pair %" PRId64 " has vertex "
                 "%" PRId64 ": expected 0 to %"
                 PRId64, rec->offset, i / 2, wide[i], n - 1);
            free(pairs);
            pairs = NULL;
            break;
        }
        pairs[i] = (uint32_t)wide[i];
    }
    free(wide);
    return pairs;
}

static int answer(struct opts *o, const struct ten_record *rec, const struct digraph *g,
                  const struct oracle *oracle)
{
    uint32_t *pairs = take_pairs(o, rec, g->n);

    if (!pairs)
        return -1;
    const int64_t n = rec->shape.dim[0];
    double *value = xmalloc((size_t)n * sizeof *value);
    struct ten_record out = {.name = "est", .type = TEN_F64, .shape = {1, {n}}, .data = value,
                             .group = rec->group};
    #pragma omp parallel for schedule(static)
    for (int64_t i = 0; i < n; i++)
        value[i] = oracle_estimate(oracle, pairs[2 * i], pairs[2 * i + 1]);
    int rc = ten_write(o->tool.out, &out, &o->tool.err);
    if (rc == 0 && o->exact) {
        out.name = "exact";
        oracle_exact(value, g, g->in_h, pairs, n);
        rc = ten_write(o->tool.out, &out, &o->tool.err);
    }
    free(pairs);
    free(value);
    return rc;
}

static int query(struct opts *o)
{
    struct ten_reader *r = tool_reader(&o->tool, o->oracle);
    struct digraph g;
    struct oracle oracle = {0};
    struct ten_record rec;

    if (!r || digraph_read(&g, r, o->oracle, &o->tool.err) < 0)
        return -1;
    int rc = oracle_take(&oracle, &g, &o->tool.err);
    while (rc == 0 && (rc = ten_next(o->tool.in, &rec, &o->tool.err)) > 0) {
        rc = ten_write(o->tool.out, &rec, &o->tool.err);
        if (rc == 0 && strcmp(rec.name, "pairs") == 0)
            rc = answer(o, &rec, &g, &oracle);
    }
    oracle_free(&oracle);
    digraph_free(&g);
    return rc;
}

int main(int argc, char **argv)
{
    struct opts o = {.k = 2, .eps = 1};

    tool_open(&o.tool, TOOL_IN | TOOL_OUT, &argp, argc, argv, &o);
    return tool_close(&o.tool, o.mode == BUILD ? build(&o) : query(&o));
}
