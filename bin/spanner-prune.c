/* bin/spanner-prune.c - take arcs out of a spanner as long as no round trip gets too long. */
#include "base/mem.h"
#include "graph/certify.h"
#include "graph/spanner.h"

#include <inttypes.h>
#include <stdlib.h>

struct opts {
    struct tool tool;
    struct certify certify;
    double stretch, budget;
    struct digraph g;
};

enum { KEY_BUDGET = 256 };

static const struct argp_option options[] = {
    {"stretch",      't',        "T", 0, "Stretch that must hold (default 3)", 0},
    {"prune-budget", KEY_BUDGET, "S", 0, "End after S seconds; what is left then is a spanner too", 0},
    {0}
};

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;
    switch (key) {
    case ARGP_KEY_INIT:
        st->child_inputs[0] = &o->certify;
        st->child_inputs[1] = &o->tool.opt;
        break;
    case 't':        o->stretch = tool_float(st, arg, 1, 1e9); break;
    case KEY_BUDGET: o->budget = tool_float(st, arg, 1e-3, 1e9); break;
    default:         return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const char about[] =
    "Take arcs out of record in_h of the digraph on standard input, heaviest first, as long as every round "
    "trip of a source stays within T times the shortest. Arcs that are lacking for that are added first.\v"
    "Example:\n  gr2ten city.gr | spanner --k=2 | spanner-prune --stretch=5 >spanner.ten";

static int prune(struct opts *o)
{
    struct spanner_result r;
    spanner_prune(&o->g, o->stretch, o->budget, GREEDY_FAR, &r);
    o->certify.bound = o->stretch;
    char *head = xasprintf(
        "  \"stretch\": %.10g,\n  \"vertices\": %" PRId64 ",\n  \"arcs_before\": %" PRId64 ",\n"
        "  \"late\": %s,\n  \"settled\": %" PRId64 ",\n  \"scanned\": %" PRId64 ",\n  \"seconds\": %.3f",
        o->stretch, o->g.n, r.built, r.late ? "true" : "false", r.count.settled, r.count.scanned, r.seconds);
    const int rc = certify(&o->tool, &o->g, &o->certify, head);
    free(head);
    return rc;
}

int main(int argc, char **argv)
{
    struct opts o = {.stretch = 3};
    const struct argp_child children[] = {certify_child, tool_common[0], {0}};
    const struct argp argp = {options, parse, "", about, children, 0, 0};
    int rc;
    tool_open(&o.tool, TOOL_IN | TOOL_OUT, &argp, argc, argv, &o);
    rc = digraph_read(&o.g, o.tool.in, "", &o.tool.err);
    if (rc == 0)
        rc = prune(&o);
    if (rc == 0)
        rc = digraph_write(o.tool.out, &o.g, 0, &o.tool.err);
    digraph_free(&o.g);
    return tool_close(&o.tool, rc);
}
