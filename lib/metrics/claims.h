/*
 * Claims: does a statement hold for the numbers measured?
 *
 * Measurements are tables (text/tsv.h).  A test is one comparison of two expressions over their
 * columns:
 *
 *     test   = sum ("<" | "<=" | ">" | ">=" | "=") sum
 *            | sum "within" number ["%"] "of" sum       |left - right| <= number, or % of |right|
 *     sum    = term { ("+" | "-") term }
 *     term   = factor { ("*" | "/") factor }
 *     factor = number | "-" factor | "(" sum ")"
 *            | column [rows]                                mean of that column over those rows
 *            | ("mean" | "min" | "max" | "sum" | "count") "(" column [rows] ")"
 *     rows   = "[" key "=" value { "," key "=" value } "]"  those whose columns `key` hold `value`
 *
 * column and key are words (letters, digits, _ and .) or stand in double quotes; value is text up
 * to the next comma or bracket, or stands in double quotes.
 *
 * A test is worked out seed by seed - from the rows that hold this seed in a column `seed`, and
 * from all rows of tables without such a column - and the sides, averaged over the seeds for which
 * all is there, are compared.  So differences between arms are taken within a seed.
 */
#ifndef METRICS_CLAIMS_H
#define METRICS_CLAIMS_H

#include "text/tsv.h"

struct claim_result {
    double ours, against;       /* left and right side, averaged over the seeds */
    double spread;              /* standard deviation (n-1) of the left side over the seeds */
    int seeds;                  /* for which all was measured; 1 when no row used has a seed */
    bool holds;
    bool simulated;             /* a row used says so, in a column `simulated` */
};

/* Work out one test.  Without measurements seeds is 0 and the numbers are NaN.  0, or -1 with *e
 * set: a mistake in the test ("WHERE: test: ..."), or a measured value that is no number. */
int claim_test(struct claim_result *r, const char *test, const char *where,
               const struct tsv *tables, int ntables, struct ten_err *e);

/* A rule: a line "ID STATEMENT PUBLISHED TEST [NEEDS]" with tabs between; NEEDS are words
 * seeds=N (fewer leave the claim untested) and scale=NAME,NAME (as do other scales). */
struct claim_rule { const char *id, *statement, *published, *test; int seeds; const char *scales; };

/* Cut line, in place, which the rule then points into.  0, or -1 with *e set ("WHERE: ..."). */
int claim_rule(struct claim_rule *rule, char *line, const char *where, struct ten_err *e);
/* Whether a rule is meant for this scale. */
bool claim_wants_scale(const struct claim_rule *rule, const char *scale);

#endif
