/* bin/rt-girth.c - shortest cycles through the sources of a digraph. */
#include "stream/tool.h"

#include "base/mem.h"
#include "base/numbers.h"
#include "graph/girth.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

struct opts { struct tool tool; bool each; };

static const struct argp_option options[] = {
    {"each", 'e', 0, 0, "A line for every source instead of the shortest of all", 0},
    {0}
};

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;

    (void)arg;
    switch (key) {
    case ARGP_KEY_INIT: st->child_inputs[0] = &o->tool.opt; break;
    case 'e': o->each = true; break;
    default: return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    options, parse, "", "Print the shortest cycle through a source of a digraph as a table: "
    "source, length, arcs, its length "
    "in the spanner, vertices.\v"
    "Example:\n  graphgen road | graph-sources --random=10 | rt-girth --each", tool_common, 0, 0
};

static void print_number(double v)
{
    char text[NUMBER_TEXT];

    printf("\t%.*s", (int)(format_f64(text, v) - text), text);
}

/* One row; length: of the shortest cycle through v, in_h: the same in the spanner. */
static void print_cycle(struct sssp *s, uint32_t v, double length, double in_h)
{
    int64_t last;
    struct path p = {0};

    if (length < INFINITY) {
        girth_through(s, v, NULL, length, &last);
        path_of(&p, s, digraph_tail(s->g, last), false);
    }
    printf("%" PRIu32, v);
    print_number(length);
    printf("\t%" PRId64, p.n);
    if (s->g->in_h)
        print_number(in_h);
    putchar('\t');
    for (int64_t i = 0; i < p.n; i++)
        printf("%s%" PRIu32, i ? " " : "", p.vertex[i]);
    puts(p.n ? "" : "-");
    path_free(&p);
}

static int64_t least(const double *x, int64_t n)
{
    int64_t best = 0;

    for (int64_t i = 1; i < n; i++)
        if (x[i] < x[best])
            best = i;
    return best;
}

static void print_cycles(const struct opts *o, const struct digraph *g)
{
    const int64_t n = g->nsources;
    double *length = xmalloc((size_t)n * sizeof *length), *in_h = xcalloc((size_t)n, sizeof *in_h);
    struct sssp *s = sssp_new(g);

    girth_each(length, g, g->sources, n, NULL, !o->each);
    if (g->in_h)
        girth_each(in_h, g, g->sources, n, g->in_h, !o->each);
    printf("source\tlength\tarcs\t%scycle\n", g->in_h ? "in_h\t" : "");
    for (int64_t i = 0; o->each && i < n; i++)
        print_cycle(s, g->sources[i], length[i], in_h[i]);
    if (!o->each && n > 0) {
        const int64_t best = least(length, n);
        print_cycle(s, g->sources[best], length[best], g->in_h ? in_h[least(in_h, n)] : 0);
    }
    sssp_free(s);
    free(length);
    free(in_h);
}

/* Without sources every vertex is one. */
static void take_all(struct digraph *g)
{
    g->sources = xmalloc((size_t)g->n * sizeof *g->sources);
    g->nsources = g->n;
    for (int64_t v = 0; v < g->n; v++)
        g->sources[v] = (uint32_t)v;
}

int main(int argc, char **argv)
{
    struct opts o = {0};
    struct digraph g;

    tool_open(&o.tool, TOOL_IN, &argp, argc, argv, &o);
    const int rc = digraph_read(&g, o.tool.in, "", &o.tool.err);
    if (rc == 0 && !g.sources)
        take_all(&g);
    if (rc == 0)
        print_cycles(&o, &g);
    digraph_free(&g);
    return tool_close(&o.tool, rc);
}
