/*
 * What metrics of generative models compare: samples as vectors of features, or their mean and
 * covariance alone, and what made them.
 *
 *     feat [N,d], in groups of any size               samples
 *     mu f64 [d], sigma f64 [d,d], n i64 []           statistics; n may be missing
 *
 * Attributes of the first of these records are the protocol: what has to stand beside a number
 * (extractor, weights, resize; split, network, bn, truncation, seed, picked).
 */
#ifndef METRICS_FEATURES_H
#define METRICS_FEATURES_H

#include "metrics/frechet.h"
#include "stream/attrs.h"
#include "stream/ten.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct features {
    int64_t n, d;                       /* n: 0 where statistics do not tell */
    float *x;                           /* [n,d]; NULL: statistics */
    double *mu, *sigma;                 /* [d], [d,d]; NULL: samples */
    json_t *attrs;                      /* an object */
    char id[96];                        /* EXTRACTOR or EXTRACTOR:WEIGHTS; "unknown" */
};

/*
 * All records of this name, floating-point numbers [N,d], or, where `statistics` are allowed, mu
 * and sigma; others are passed over.  name: the stream's, for messages, "" for standard input.
 * 0, or -1 with *e set: no such record; other shapes or types; two extractors; numbers that are
 * not finite; no samples.  features_free() in any case.
 */
int features_read(struct features *f, struct ten_reader *in, const char *name, const char *record,
                  bool statistics, struct ten_err *e);
/* The same of samples, 2 at least, whose mean and covariance alone are kept. */
int features_condense(struct features *f, struct ten_reader *in, const char *name,
                      struct ten_err *e);
void features_free(struct features *f);

/* Samples index[0..n) of f as a set of its own. */
void features_take(struct features *part, const struct features *f, const int64_t *index,
                   int64_t n);
/* n of f's samples, without repetition; `draw` tells draws of one seed and purpose apart. */
void features_draw(struct features *part, const struct features *f, int64_t n, uint64_t seed,
                   const char *purpose, uint64_t draw);
/* As many as f has, each drawn from all of them. */
void features_resample(struct features *part, const struct features *f, uint64_t seed,
                       const char *purpose, uint64_t draw);

/* Whether numbers of the two mean the same: as many features; by the same extractor after the same
 * resizing, which `force` lets pass.  0, or -1 with *e set (TEN_E_DATA). */
int features_comparable(const struct features *a, const struct features *b, bool force,
                        struct ten_err *e);
int features_gaussian(struct gaussian *g, const struct features *f, struct ten_err *e);

/* ---- Tables ---------------------------------------------------------------------------------- */

/* f->id from f->attrs. */
void features_name(struct features *f);
/* The extractor whose features published numbers are made of. */
#define FEATURES_FID "inception-v3-fid"
bool features_fid(const struct features *f);
/* Columns behind a tool's own, each after a tab, and the line's end. */
void protocol_header(FILE *to);
/* real may be NULL. */
void protocol_line(FILE *to, const struct features *real, const struct features *fake);

#endif
