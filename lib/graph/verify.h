/*
 * The certificate of a source-wise round-trip spanner: round trips of every source with every
 * vertex, in the graph and in the spanner, by shortest paths that know nothing of how the spanner
 * came to be.
 */
#ifndef GRAPH_VERIFY_H
#define GRAPH_VERIFY_H

#include "graph/digraph.h"
#include "graph/sssp.h"

#include <stdio.h>

/* Stretches up to bound * this hold a bound: sums round along different paths. */
#define STRETCH_SLACK 1e-9

struct verify_pair { uint32_t source, vertex; double in_g, in_h; };     /* round trips */

struct verify_report {
    int64_t sources, checked;           /* given, and those whose round trips were taken */
    int64_t pairs;                      /* (source, other vertex) with a round trip in the graph */
    int64_t unreachable;                /* those without: in another component */
    int64_t broken;                     /* without one in the spanner only; 0 in a spanner */
    int64_t above;                      /* stretch above the bound asked for, broken ones too */
    double max, mean, p50, p95, p99;    /* stretch; quantiles are at most 0.1 % too high */
    struct verify_pair worst;           /* of the highest stretch; earliest source, lowest vertex */
    int64_t arcs, arcs_in_h;
    double weight, weight_in_h;
    uint64_t graph_hash, spanner_hash;  /* XXH3-64 of arcs and weights, of in_h */
    uint64_t sources_hash;              /* of their list; without one, of nothing */
    double confidence, at_most;         /* of a sample without violation: with this confidence at most
                                           this fraction of the sources violates the bound; 0: all */
    struct sssp_count count;
};

/* Does round trip in_h keep to bound times in_g? */
bool verify_holds(double in_g, double in_h, double bound);

/*
 * Check g->in_h, which must be there, for g's sources (all vertices where it has none), or for
 * `sample` of them drawn without repetition by seed (0: all).  bound: INFINITY asks for round trips
 * only.  4 searches a source, all threads; the result does not depend on their number.
 */
void verify(struct verify_report *r, const struct digraph *g, double bound, int64_t sample,
            uint64_t seed);

/* Whether it holds: 0, or -1 with *e naming the worst pair. */
int verify_verdict(const struct verify_report *r, double bound, struct ten_err *e);

/* The report as members of a JSON object, `"name": value` a line, commas between. */
void verify_print(FILE *to, const struct verify_report *r, double bound);

/* Both round trips of u and v, "in the graph" and "in the spanner", vertex by vertex. */
void verify_explain(FILE *to, const struct digraph *g, uint32_t u, uint32_t v);

#endif
