/* bin/graphgen.c - make digraphs up. */
#include "stream/tool.h"

#include "graph/generate.h"

#include <stdlib.h>
#include <string.h>

struct opts {
    struct tool tool;
    struct graph_plan plan;
    bool kind, n, degree, weights;      /* given */
};

static const struct argp_option options[] = {
    {"n",       'n', "N", 0, "Vertices", 0},
    {"deg",     'd', "X", 0, "Arcs for each vertex, about (rand, pref, geo, flight, "
     "citation-core)", 0},
    {"weights", 'w', "LO:HI", 0, "Smallest and largest weight, where weights are no lengths", 0},
    {"real",    'r', 0, 0, "Weights are real numbers, below HI, instead of whole ones", 0},
    {0}
};

static void parse_weights(struct argp_state *st, struct graph_plan *p, const char *arg)
{
    char *end;

    p->lo = strtoll(arg, &end, 10);
    if (end == arg || *end != ':')
        argp_error(st, "--weights: %s: expected two whole numbers LO:HI", arg);
    const char *hi = end + 1;
    p->hi = strtoll(hi, &end, 10);
    if (end == hi || *end != 0 || p->lo < 0 || p->hi < p->lo || p->hi > (int64_t)1 << 53)
        argp_error(st, "--weights: %s: expected whole numbers LO:HI with 0 <= LO <= HI <= 2^53",
                   arg);
}

/* What was left open, and what does not go together. */
static void complete(struct argp_state *st, struct opts *o)
{
    struct graph_plan *p = &o->plan;

    if (!o->kind)
        argp_error(st, "no TYPE: expected rand, grid, pref, geo, flight, citation-core, road, "
                   "cycle, complete or star");
    const struct graph_defaults *d = graph_defaults(p->kind);
    if (o->degree && d->degree == 0)
        argp_error(st, "--deg: %s has arcs of its own: expected another TYPE",
                   graph_kinds[p->kind]);
    if ((o->weights || p->real) && d->lo == 0)
        argp_error(st, "--weights, --real: weights of %s are lengths: expected another TYPE",
                   graph_kinds[p->kind]);
    if (!o->n)
        p->n = d->n;
    if (!o->degree)
        p->degree = d->degree;
    if (!o->weights) {
        p->lo = d->lo;
        p->hi = d->hi;
    }
    p->seed = o->tool.opt.seed;
}

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;

    switch (key) {
    case ARGP_KEY_INIT: st->child_inputs[0] = &o->tool.opt; break;
    case 'n': o->plan.n = tool_int(st, arg, 2, (int64_t)1 << 31); o->n = true; break;
    case 'd': o->plan.degree = tool_float(st, arg, 2, 1e6); o->degree = true; break;
    case 'w': parse_weights(st, &o->plan, arg); o->weights = true; break;
    case 'r': o->plan.real = true; break;
    case ARGP_KEY_ARG:
        if (o->kind)
            argp_error(st, "%s: a second TYPE: expected one", arg);
        o->plan.kind = (enum graph_kind)tool_choice(st, arg, graph_kinds);
        o->kind = true;
        break;
    case ARGP_KEY_END: complete(st, o); break;
    default: return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    options, parse, "TYPE", "Write a strongly connected digraph made up on the spot. TYPE is rand, "
    "grid, pref, geo, "
    "flight, citation-core, road, cycle, complete or star.\v"
    "Example:\n  graphgen grid --n=100 --seed=1 | ten2gr", tool_common, 0, 0
};

static int write_places(struct tool *t, const int32_t *xy, int64_t n)
{
    const struct ten_record rec = {.name = "xy", .type = TEN_I32, .shape = {2, {n, 2}}, .data = xy};

    return xy ? ten_write(t->out, &rec, &t->err) : 0;
}

int main(int argc, char **argv)
{
    struct opts o = {0};
    struct csr m;
    int32_t *xy;

    tool_open(&o.tool, TOOL_OUT, &argp, argc, argv, &o);
    graph_generate(&m, &xy, &o.plan);
    int rc = csr_write(o.tool.out, &m, 0, &o.tool.err);
    if (rc == 0)
        rc = write_places(&o.tool, xy, m.rows);
    csr_free(&m);
    free(xy);
    return tool_close(&o.tool, rc);
}
