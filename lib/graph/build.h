/*
 * Constructions of source-wise round-trip spanners: arcs H of a digraph such that for every source
 * u and every vertex v, rt_H(u,v) <= t rt_G(u,v), where rt(u,v) = d(u,v) + d(v,u).  t is called the
 * stretch.
 */
#ifndef GRAPH_BUILD_H
#define GRAPH_BUILD_H

#include "graph/core.h"
#include "graph/sssp.h"

struct build {
    const struct digraph *g;    /* of a core: simple, weights that make every cycle positive, arcs
                                   within components only, a source in every component */
    const uint32_t *comp;       /* [g->n] */
    int64_t components;
    uint8_t *h;                 /* [g->m] in and out: constructions add to it */
    uint64_t seed;              /* of those that draw */
    double deadline;            /* of now_seconds(); INFINITY: none */
    bool late;                  /* out: it passed, h is not complete */
    struct sssp_count count;    /* out: added to */
};

/* Set an arc of h [m]; several threads may do so at once.  Most are set already, and only looking
 * leaves their cache lines with all of them. */
static inline void build_keep(uint8_t *h, int64_t arc)
{
    if (!__atomic_load_n(&h[arc], __ATOMIC_RELAXED))
        __atomic_store_n(&h[arc], 1, __ATOMIC_RELAXED);
}

/* Is it time to leave?  Sets late. */
bool build_late(struct build *b);

/* Shortest-path trees from and to every source: stretch 1. */
void spt_build(struct build *b);

/*
 * Roditty, Thorup, Zwick ("Roundtrip spanners and roundtrip routing in directed graphs", 2008), from
 * sources only: random balls, stretch 2k + eps, k >= 1, eps > 0.
 */
void rtz_build(struct build *b, int k, double eps);

/*
 * Zhu, Lam ("Deterministic improved round-trip spanners", 2018), from sources only: balls grown until
 * the next one holds few more sources, stretch 2k + eps.
 */
void zl_build(struct build *b, int k, double eps);

/* Cen, Duan, Gu ("Roundtrip spanners with (2k-1) stretch", 2019), from sources only: stretch 2k-1. */
void cdg_build(struct build *b, int k);

/*
 * Chechik, Liu, Rotem, Sidford ("Constant girth approximation for directed graphs in subquadratic
 * time", 2020), deterministic, from sources only: parts are cut in two where that doubles little, until
 * one ball holds most of a part.  Stretch clrs_bound(k, s), O(k log log s), for s sources.
 */
void clrs_build(struct build *b, int k);
double clrs_bound(int k, int64_t s);

#endif
