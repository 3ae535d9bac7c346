/* bin/spanner-verify.c - does a spanner keep every round trip short? */
#include "base/fail.h"
#include "graph/certify.h"

#include <inttypes.h>
#include <math.h>

struct opts {
    struct tool tool;
    struct certify certify;
    struct digraph g;
    int64_t explain[2];
    bool explaining;
};

enum { KEY_FAIL = 256, KEY_SAMPLE, KEY_REPORT, KEY_EXPLAIN, KEY_CERTIFICATE };

static const struct argp_option options[] = {
    {"fail-above",     KEY_FAIL,    "T",    0, "Fail when a stretch is above T; always, when a round "
     "trip is missing", 0},
    {"sources-sample", KEY_SAMPLE,  "K",    0, "Check K sources, drawn at random, instead of all", 0},
    {"report",         KEY_REPORT,  "FILE", 0, "Write all figures to FILE, as a JSON object", 0},
    {"certificate", KEY_CERTIFICATE, "FILE", 0, "Fail unless FILE is a certificate of this digraph, "
     "sources and spanner, and its stretch holds", 0},
    {"explain",        KEY_EXPLAIN, "U,V",  0, "Show the round trips of U and V on standard error", 0},
    {0}
};

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;
    switch (key) {
    case ARGP_KEY_INIT: st->child_inputs[0] = &o->tool.opt; break;
    case KEY_FAIL:      o->certify.bound = tool_float(st, arg, 1, 1e12); break;
    case KEY_SAMPLE:    o->certify.sample = tool_int(st, arg, 1, INT64_MAX); break;
    case KEY_REPORT:    o->certify.report = arg; break;
    case KEY_CERTIFICATE: o->certify.against = arg; break;
    case KEY_EXPLAIN:
        if (tool_ints(st, arg, o->explain, 2, 0, UINT32_MAX) != 2)
            argp_error(st, "--explain: %s: expected two vertices, U,V", arg);
        o->explaining = true;
        break;
    default:            return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    options, parse, "", "Take the round trips of every source (without record `sources': of every vertex) of "
    "the digraph on standard input with all other vertices, in the whole of it and in the arcs with in_h 1, say "
    "how much longer these are, and pass the digraph on; exit 1 if one is missing or above T.\v"
    "Example:\n  gr2ten city.gr | spanner --k=2 | spanner-verify --fail-above=5 >spanner.ten",
    tool_common, 0, 0
};

static int check(struct opts *o)
{
    if (!o->g.in_h)
        return fail(&o->tool.err, TEN_E_DATA, "standard input: in_h: is missing: expected a record u8 of an "
                    "element for every arc");
    for (int i = 0; o->explaining && i < 2; i++)
        if (o->explain[i] >= o->g.n)
            return fail(&o->tool.err, TEN_E_DATA, "--explain: %" PRId64 ": expected a vertex, 0 to %" PRId64,
                        o->explain[i], o->g.n - 1);
    if (o->explaining)
        verify_explain(stderr, &o->g, (uint32_t)o->explain[0], (uint32_t)o->explain[1]);
    return certify(&o->tool, &o->g, &o->certify, "");
}

int main(int argc, char **argv)
{
    struct opts o = {.certify.bound = INFINITY};
    int rc;
    tool_open(&o.tool, TOOL_IN | TOOL_OUT, &argp, argc, argv, &o);
    rc = digraph_read(&o.g, o.tool.in, "", &o.tool.err);
    if (rc == 0)
        rc = check(&o);
    if (rc == 0)
        rc = digraph_write(o.tool.out, &o.g, 0, &o.tool.err);
    digraph_free(&o.g);
    return tool_close(&o.tool, rc);
}
