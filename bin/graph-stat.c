/* bin/graph-stat.c - counts and sizes of a digraph. */
#include "stream/tool.h"

#include "base/mem.h"
#include "base/numbers.h"
#include "graph/census.h"
#include "graph/extent.h"
#include "graph/components.h"
#include "graph/fragility.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

struct opts { struct tool tool; int64_t sweeps, fragility; };

static const struct argp_option options[] = {
    {"sweeps", 's', "N", 0, "Searches for diameter and radius, at most; 0: leave them out (default "
     "16)", 0},
    {"fragility", 'f', "N", 0, "Arcs, at most, that are left out one at a time, to see how much longer ways become (default 0)",
     0},
    {0}
};

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;

    switch (key) {
    case ARGP_KEY_INIT: st->child_inputs[0] = &o->tool.opt; break;
    case 's': o->sweeps = tool_int(st, arg, 0, UINT32_MAX); break;
    case 'f': o->fragility = tool_int(st, arg, 0, INT64_MAX); break;
    default: return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    options, parse, "", "Print counts and sizes of a digraph as a table.\v"
    "Example:\n  graphgen road | graph-stat", tool_common, 0, 0
};

static void count(const char *name, int64_t value) { printf("%s\t%" PRId64 "\n", name, value); }

static void number(const char *name, double value)
{
    char text[NUMBER_TEXT];

    printf("%s\t%.*s\n", name, (int)(format_f64(text, value) - text), text);
}

/* A value without a divisor stays empty: not measured. */
static void share(const char *name, double part, double whole)
{
    if (whole > 0)
        number(name, part / whole);
}

static void bounds(const char *name, const struct bounds *b)
{
    char text[64];

    snprintf(text, sizeof text, "%s_min", name);
    number(text, b->lo);
    snprintf(text, sizeof text, "%s_max", name);
    number(text, b->hi);
}

static void print_census(const struct digraph *g)
{
    struct census c;

    census_take(&c, g);
    count("vertices", g->n);
    count("arcs", g->m);
    count("loops", c.loops);
    count("parallel", c.parallel);
    share("reciprocity", (double)c.answered, (double)(g->m - c.loops));
    share("degree_mean", (double)g->m, (double)g->n);
    count("out_degree_max", c.out_max);
    count("in_degree_max", c.in_max);
    count("isolated", c.isolated);
    if (g->m > 0) {
        number("weight_min", c.weight_min);
        share("weight_mean", c.weight_sum, (double)g->m);
        number("weight_max", c.weight_max);
    }
    if (g->sources)
        count("sources", g->nsources);
    if (g->in_h) {
        count("spanner_arcs", c.spanner_arcs);
        share("spanner_share", (double)c.spanner_arcs, (double)g->m);
        share("spanner_weight_share", c.spanner_weight, c.weight_sum);
    }
    count("weak_components", c.pieces);
}

static void print_components(const struct opts *o, const struct digraph *g)
{
    uint32_t *part = xmalloc((size_t)g->n * sizeof *part), id = 0;
    uint8_t *keep = xmalloc((size_t)g->n);
    const int64_t parts = components(part, &g->out);
    const int64_t largest = components_largest(keep, part, g->n, parts);
    struct extent x;

    count("components", parts);
    count("largest_component", largest);
    for (int64_t v = 0; v < g->n; v++)
        if (keep[v])
            id = part[v];
    if (o->sweeps > 0 && largest > 0) {
        extent_bound(&x, g, part, id, o->sweeps);
        bounds("diameter", &x.diameter);
        bounds("rt_diameter", &x.rt_diameter);
        bounds("rt_radius", &x.rt_radius);
        count("sweeps", x.sweeps);
    }
    free(part);
    free(keep);
}

/* Every so many-th arc of the spanner, or of the graph where there is none. */
static int64_t choose(int64_t *arc, const struct digraph *g, int64_t most)
{
    int64_t all = 0, seen = 0, chosen = 0;

    for (int64_t k = 0; k < g->m; k++)
        all += !g->in_h || g->in_h[k];
    most = most < all ? most : all;
    for (int64_t k = 0; k < g->m; k++)
        if ((!g->in_h || g->in_h[k]) && seen++ >= (double)chosen * (double)all / (double)most && chosen < most)
            arc[chosen++] = k;
    return chosen;
}

static void print_fragility(const struct opts *o, const struct digraph *g)
{
    int64_t *arc = xmalloc((size_t)g->m * sizeof *arc);
    const int64_t n = choose(arc, g, o->fragility);
    double *ratio = xmalloc((size_t)n * sizeof *ratio), sum = 0, most = 1;
    int64_t only = 0;

    fragility_each(ratio, g, g->in_h, arc, n);
    for (int64_t i = 0; i < n; i++)
        if (isinf(ratio[i]))
            only++;
        else
            sum += ratio[i], most = fmax(most, ratio[i]);
    count("fragility_arcs", n);
    count("only_ways", only);
    share("fragility_mean", sum, (double)(n - only));
    if (n > only)
        number("fragility_max", most);
    free(ratio);
    free(arc);
}

int main(int argc, char **argv)
{
    struct opts o = {.sweeps = 16};
    struct digraph g;

    tool_open(&o.tool, TOOL_IN, &argp, argc, argv, &o);
    const int rc = digraph_read(&g, o.tool.in, "", &o.tool.err);
    if (rc == 0) {
        puts("statistic\tvalue");
        print_census(&g);
        print_components(&o, &g);
        if (o.fragility > 0)
            print_fragility(&o, &g);
    }
    digraph_free(&g);
    return tool_close(&o.tool, rc);
}
