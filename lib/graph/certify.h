/* How tools end their work on a spanner: the certificate, in words and as a file. */
#ifndef GRAPH_CERTIFY_H
#define GRAPH_CERTIFY_H

#include "graph/verify.h"
#include "stream/tool.h"

struct certify {
    double bound;               /* stretch that must hold; INFINITY: finite everywhere */
    bool skip;                  /* take no certificate */
    int64_t sample;             /* sources to check, drawn at random; 0: all */
    const char *report;         /* file for all figures as a JSON object; NULL: none */
    const char *certificate;    /* file to write one to; NULL: none */
    const char *against;        /* certificate to check; NULL: none */
};

/* The argp child with the options --no-verify, --verify-sample, --report and --certificate, for tools
 * that make spanners; its input is a struct certify. */
extern const struct argp_child certify_child;

/*
 * Verify g->in_h, say how it came out in one line on standard error unless --quiet, and write the
 * report, which starts with `head`: members of a JSON object, commas between them; and, if the bound
 * holds, the certificate.  The stretch of a certificate to check is a bound as well.  0, or -1 with t->err
 * set: the bound does not hold, the certificate is one of something else, or a file cannot be written.
 */
int certify(struct tool *t, const struct digraph *g, const struct certify *c, const char *head);

#endif
