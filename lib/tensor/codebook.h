/*
 * Weight sharing: every number of a tensor is one of K (Han et al., "Deep Compression", arXiv 1510.00149).
 *
 *     y[i] = centroid[code[i]]        0 where code[i] = -1
 *
 * Centroids [K], K <= 256, rise; code[i] is the nearest one, the lower of two as near.
 */
#ifndef TENSOR_CODEBOOK_H
#define TENSOR_CODEBOOK_H

#include "base/isa.h"
#include "base/random.h"

#include <stdbool.h>
#include <stdint.h>

enum { CODEBOOK_MOST = 256 };

struct kmeans {
    int k;                              /* 1 .. CODEBOOK_MOST */
    int rounds;                         /* at most */
    bool zeros;                         /* leave out zeros: they were pruned and keep code -1 */
    bool plus;                          /* start from k-means++ (Arthur and Vassilvitskii), else a grid */
    struct rng rng;
};
/*
 * Lloyd's iteration in one dimension, on sorted values with running sums, which makes a round k binary
 * searches.  The grid goes evenly from the least to the largest value.  A cluster that has lost its members
 * stays where it is.  When there are no more than k distinct values, they are the centroids (the last one
 * repeated).  x: finite.  Returns the rounds until nothing moved.  Memory: 16 bytes a value.
 */
int kmeans(const struct kmeans *s, float *centroid, const float *x, int64_t n);

/* code[i] of x[i]; with zeros, -1 for x[i] = 0. */
void codebook_assign(int32_t *code, const float *x, int64_t n, const float *centroid, int k, bool zeros);
void codebook_values(float *y, const int32_t *code, int64_t n, const float *centroid, int k);
/* sum[k] = sum of x[i] over the members of k, members[k] their number (NULL: not wanted). */
void codebook_sums(double *sum, int64_t *members, const float *x, const int32_t *code, int64_t n, int k);
/* Every centroid with members becomes their mean: what fine-tuning w asks for. */
void codebook_recentre(float *centroid, const float *x, const int32_t *code, int64_t n, int k);

/* ---- Inner loops: for codebook.c ----------------------------------------------------------------- */

struct codebook_kernels {
    /* How many of edge [255], rising, lie below x[i]. */
    void (*assign)(int32_t *code, const float *x, int64_t n, const float *edge);
    void (*values)(float *y, const int32_t *code, int64_t n, const float *table);     /* table[-1] = 0 */
};
extern const struct codebook_kernels codebook_kernels_base, codebook_kernels_v3, codebook_kernels_v4;

#endif
