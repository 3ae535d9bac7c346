/*
 * All-reduce as a list of exchanges: what a rank sends to whom, what it receives from whom, and
 * whether that is added to what it has.  A list is a function of algorithm, ranks and length, so
 * that the order of every sum is fixed, and it can be played without any messages
 * (tests/unit/exchange.c).
 *
 * After its exchanges every rank has the sums of all, with the same bits: each element is added up
 * in one place and copied from there (ring, rabenseifner, hier), or by the same tree of sums of
 * two, which commute, everywhere (rdouble).
 *
 * Algorithms as in Thakur, Rabenseifner and Gropp (2005); p ranks, n elements:
 *
 *     ring           p-1 exchanges of n/p that add, p-1 that copy
 *     rdouble        log2 p exchanges of all n with the ranks 1, 2, 4 ... away
 *     rabenseifner   log2 p exchanges of n/2, n/4 ... that add, the same back that copy
 *     hier           a ring inside of a node, rings between the nodes, each of the part that its
 *                    ranks have, a ring inside again
 *
 * Where rdouble and rabenseifner need a power of two, the ranks beyond it hand theirs to another
 * one first and get the sums from it last; so do, with hier, ranks of nodes that have more than
 * others.
 */
#ifndef DIST_EXCHANGE_H
#define DIST_EXCHANGE_H

#include <stdbool.h>
#include <stdint.h>

enum dist_algorithm {
    DIST_NATIVE, DIST_RING, DIST_RDOUBLE, DIST_RABENSEIFNER, DIST_HIER, DIST_ALGORITHMS
};
extern const char *const dist_algorithms[];     /* names; NULL at the end */

struct span { int64_t lo, hi; };                /* elements lo..hi-1 */

/* Both happen at once; what is received is worked in when both are over. */
struct exchange {
    int to, from;                               /* ranks; -1: nothing goes this way */
    struct span send, receive;
    bool add;                                   /* received: to be added, else to replace */
};

struct exchanges { int n; struct exchange *step; };

/* node[p]: which node each rank is on, any numbers; looked at by hier only.  Not DIST_NATIVE, which
 * is MPI's own. */
void exchanges_make(struct exchanges *s, enum dist_algorithm a, const int *node, int p, int rank,
                    int64_t n);
void exchanges_free(struct exchanges *s);

#endif
