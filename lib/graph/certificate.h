/*
 * Certificates as files: which digraph, which sources, which spanner, and the stretch that was found
 * to hold.  Whoever has the digraph with its spanner can check one, without trust in who wrote it.
 */
#ifndef GRAPH_CERTIFICATE_H
#define GRAPH_CERTIFICATE_H

#include "graph/verify.h"

struct certificate {
    uint64_t graph, sources, spanner;   /* as in struct verify_report */
    int64_t nsources, checked;
    double stretch;                     /* that holds for the sources checked */
    struct verify_pair worst;           /* of the highest stretch among them */
};

/*
 * Write that the bound holds, which must be so; without one (INFINITY), that the highest stretch
 * does.  A sample is labelled with its confidence.  A JSON object, whole or not at all.  0, or -1
 * with *e set.
 */
int certificate_write(const char *path, const struct verify_report *r, double bound,
                      struct ten_err *e);
/* 0, or -1 with *e set: no such file, or not of that kind. */
int certificate_read(struct certificate *c, const char *path, struct ten_err *e);

/*
 * Is it one of what was verified, r?  0, or -1 with *e naming what differs: digraph, sources,
 * spanner, or, where both looked at all sources, the worst pair.  Whether its stretch holds is
 * for verify_verdict() to say.
 */
int certificate_check(const struct certificate *c, const char *path, const struct verify_report *r,
                      struct ten_err *e);

#endif
