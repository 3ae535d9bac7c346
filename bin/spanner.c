/* bin/spanner.c - sparse arcs of a digraph that keep round trips short. */
#include "base/mem.h"
#include "graph/certify.h"
#include "graph/spanner.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

struct opts {
    struct tool tool;
    struct certify certify;
    struct spanner_options make;
    struct digraph g;
    struct spanner_result result;
};

enum { KEY_EPS = 256, KEY_MODE, KEY_RHO, KEY_REPS, KEY_ORDER, KEY_TIME };

static const struct argp_option options[] = {
    {"algo",       'a',       "NAME", 0, "fast (default), greedy, rtz, zl, cdg, clrs or spt", 0},
    {"k",          'k',       "K",    0, "Fewer arcs for more stretch: of fast, rtz, zl, cdg, clrs (default 2)", 0},
    {"eps",        KEY_EPS,   "E",    0, "Stretch 2K+E of rtz and zl (default 1)", 0},
    {"stretch",    't',       "T",    0, "Add arcs until no round trip is more than T times the shortest; of "
     "greedy: build for it (default 2K-1)", 0},
    {"order",      KEY_ORDER, "WAY",  0, "Vertices that greedy and repairs see to first: near, far "
     "(default) or both, the better", 0},
    {"mode",       KEY_MODE,  "NAME", 0, "Of fast: practical (default), theory, paper or coverage", 0},
    {"rho",        KEY_RHO,   "R",    0, "Of fast practical and coverage: radius over length; less is "
     "sparser (default 0.25)", 0},
    {"reps",       KEY_REPS,  "N",    0, "Of fast practical and coverage: covers a length (defaults 1 "
     "and, at most, 4)", 0},
    {"time-limit", KEY_TIME,  "S",    0, "End the construction after S seconds; repairs finish it", 0},
    {0}
};

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;
    struct spanner_options *m = &o->make;
    switch (key) {
    case ARGP_KEY_INIT:
        st->child_inputs[0] = &o->certify;
        st->child_inputs[1] = &o->tool.opt;
        break;
    case 'a':       m->algo = tool_choice(st, arg, spanner_algo_names); break;
    case 'k':       m->k = (int)tool_int(st, arg, 1, 1000); break;
    case KEY_EPS:   m->eps = tool_float(st, arg, 1e-6, 1e6); break;
    case 't':       m->stretch = tool_float(st, arg, 1, 1e9); break;
    case KEY_ORDER: m->order = tool_choice(st, arg, (const char *[]){"near", "far", "both", NULL}); break;
    case KEY_MODE:  m->fast.mode = tool_choice(st, arg, fast_mode_names); break;
    case KEY_RHO:   m->fast.rho = tool_float(st, arg, 1e-3, 1e3); break;
    case KEY_REPS:  m->fast.reps = (int)tool_int(st, arg, 1, 1000000); break;
    case KEY_TIME:  m->time_limit = tool_float(st, arg, 1e-3, 1e9); break;
    default:        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const char about[] =
    "Choose arcs of the digraph on standard input such that every round trip of a source (record `sources'; "
    "without: of every vertex) with another vertex stays within a factor of the shortest, the stretch, and "
    "write the digraph with record in_h: 1 for the chosen arcs. The stretch is then certified by shortest "
    "paths, exit 1 if it is not what was promised.\v"
    "Example:\n  gr2ten city.gr | spanner --algo=greedy --stretch=3 >spanner.ten";

/* What the construction cost and gave, as members of a JSON object. */
static char *head(const struct opts *o)
{
    const struct spanner_result *r = &o->result;
    return xasprintf(
        "  \"algo\": \"%s\",\n  \"k\": %d,\n  \"seed\": %" PRIu64 ",\n  \"vertices\": %" PRId64 ",\n"
        "  \"core_vertices\": %" PRId64 ",\n  \"core_arcs\": %" PRId64 ",\n  \"built_arcs\": %" PRId64 ",\n"
        "  \"late\": %s,\n  \"lengths\": %d,\n  \"covers\": %" PRId64 ",\n  \"balls\": %" PRId64 ",\n"
        "  \"given_up\": %" PRId64 ",\n  \"one_ball_at\": %d,\n  \"own_balls\": %" PRId64 ",\n"
        "  \"settled\": %" PRId64 ",\n  \"scanned\": %" PRId64 ",\n  \"seconds\": %.3f",
        spanner_algo_names[o->make.algo], o->make.k, o->make.seed, o->g.n, r->core_n, r->core_m, r->built,
        r->late ? "true" : "false", r->fast.lengths, r->fast.covers, r->fast.balls, r->fast.given_up,
        r->fast.one_ball, r->fast.uncovered, r->count.settled, r->count.scanned, r->seconds);
}

static void say(const struct opts *o)
{
    const struct spanner_result *r = &o->result;
    if (r->late)
        fprintf(stderr, "spanner: the time was over; repaired to stretch %g\n", r->bound);
    if (r->fast.one_ball && (o->make.fast.mode == FAST_THEORY || o->make.fast.mode == FAST_PAPER))
        fprintf(stderr, "spanner: from length %d of %d on, a ball is larger than a whole component: the "
                "result there is two trees, no cover\n", r->fast.one_ball, r->fast.lengths);
}

static int make(struct opts *o)
{
    o->make.seed = o->tool.opt.seed;
    if (o->make.algo == SPANNER_GREEDY && o->make.stretch == 0)
        o->make.stretch = 2 * o->make.k - 1;
    if (o->make.fast.reps == 0)
        o->make.fast.reps = o->make.fast.mode == FAST_COVERAGE ? 4 : 1;
    free(o->g.in_h);
    o->g.in_h = NULL;
    spanner_build(&o->g, &o->make, &o->result);
    o->certify.bound = o->result.bound;
    if (!o->tool.opt.quiet)
        say(o);
    char *text = head(o);
    const int rc = certify(&o->tool, &o->g, &o->certify, text);
    free(text);
    return rc;
}

int main(int argc, char **argv)
{
    struct opts o = {.make = {.k = 2, .eps = 1, .order = GREEDY_FAR, .fast.rho = 0.25}};
    const struct argp_child children[] = {certify_child, tool_common[0], {0}};
    const struct argp argp = {options, parse, "", about, children, 0, 0};
    int rc;
    tool_open(&o.tool, TOOL_IN | TOOL_OUT, &argp, argc, argv, &o);
    rc = digraph_read(&o.g, o.tool.in, "", &o.tool.err);
    if (rc == 0)
        rc = make(&o);
    if (rc == 0)
        rc = digraph_write(o.tool.out, &o.g, 0, &o.tool.err);
    digraph_free(&o.g);
    return tool_close(&o.tool, rc);
}
