/* How many of n samples go to each part, and which. */
#ifndef STREAM_APPORTION_H
#define STREAM_APPORTION_H

#include "base/random.h"

enum { MAX_PARTS = 64 };

struct shares { int parts; int64_t weight[MAX_PARTS], total; };

/* Shares of 10^-9 from fractions; at least one is not 0. */
void shares_set(struct shares *s, const double *fraction, int parts);

/*
 * quota[j] = n * weight[j] / total, rounded down or up so that they add up to n.  Which of them are
 * rounded up is drawn by index with the probability of what rounding cuts off (systematic sampling:
 * the remainders lie end to end on a line, and the ticks u, u + 1, u + 2 ... hit as many as are
 * missing), so that over many small classes no part is favoured.
 */
void apportion(int64_t *quota, const struct shares *s, int64_t n, const struct rng *r,
               uint64_t index);

/* The part of the next sample, when quota tells how many each part still gets; one is taken off.
 * Part j with probability quota[j] / sum, so that all arrangements are equally likely.  The sum is
 * not 0. */
int apportion_next(int64_t *quota, int parts, const struct rng *r, uint64_t index);

/*
 * The same for samples of several classes, each shared out by itself: all samples are counted, then
 * all are dealt.  Class and order of the samples, not the counting, decide who goes where.
 */
struct strata;
struct strata *strata_new(const struct shares *s, uint64_t seed);
void strata_free(struct strata *s);
void strata_count(struct strata *s, int64_t class);
/* The part of the next sample, one of those counted. */
int strata_deal(struct strata *s, int64_t class);

/* The part that a sample with this hash belongs to, whatever the others are. */
int apportion_hash(const struct shares *s, uint64_t hash);

#endif
