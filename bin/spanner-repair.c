/* bin/spanner-repair.c - add arcs to a spanner until no round trip is too long. */
#include "base/mem.h"
#include "graph/certify.h"
#include "graph/spanner.h"

#include <inttypes.h>
#include <stdlib.h>

struct opts {
    struct tool tool;
    struct certify certify;
    double stretch;
    enum greedy_order order;
    struct digraph g;
};

enum { KEY_ORDER = 256 };

static const struct argp_option options[] = {
    {"stretch", 't',       "T",   0, "Stretch that must hold (default 3)", 0},
    {"order",   KEY_ORDER, "WAY", 0, "Vertices seen to first: near, far (default) or both, the better", 0},
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
    case 't':       o->stretch = tool_float(st, arg, 1, 1e9); break;
    case KEY_ORDER: o->order = tool_choice(st, arg, (const char *[]){"near", "far", "both", NULL}); break;
    default:        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const char about[] =
    "Add arcs to record in_h of the digraph on standard input (none: to no arcs) until every round trip of "
    "a source stays within T times the shortest.\v"
    "Example:\n  gr2ten city.gr | spanner --k=2 | spanner-repair --stretch=3 >spanner.ten";

static int repair(struct opts *o)
{
    struct spanner_result r;
    spanner_repair(&o->g, o->stretch, o->order, &r);
    o->certify.bound = o->stretch;
    char *head = xasprintf(
        "  \"stretch\": %.10g,\n  \"vertices\": %" PRId64 ",\n  \"arcs_before\": %" PRId64 ",\n"
        "  \"settled\": %" PRId64 ",\n  \"scanned\": %" PRId64 ",\n  \"seconds\": %.3f", o->stretch, o->g.n,
        r.built, r.count.settled, r.count.scanned, r.seconds);
    const int rc = certify(&o->tool, &o->g, &o->certify, head);
    free(head);
    return rc;
}

int main(int argc, char **argv)
{
    struct opts o = {.stretch = 3, .order = GREEDY_FAR};
    const struct argp_child children[] = {certify_child, tool_common[0], {0}};
    const struct argp argp = {options, parse, "", about, children, 0, 0};
    int rc;
    tool_open(&o.tool, TOOL_IN | TOOL_OUT, &argp, argc, argv, &o);
    rc = digraph_read(&o.g, o.tool.in, "", &o.tool.err);
    if (rc == 0)
        rc = repair(&o);
    if (rc == 0)
        rc = digraph_write(o.tool.out, &o.g, 0, &o.tool.err);
    digraph_free(&o.g);
    return tool_close(&o.tool, rc);
}
