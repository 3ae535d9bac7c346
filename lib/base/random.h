/*
 * Counter-based random numbers: Philox4x32-10 (Salmon, Moraes, Dror, Shaw, "Parallel random
 * numbers: as easy as 1, 2, 3", SC 2011).  A draw is a pure function of (seed, stream, index), so
 * neither the order of draws nor the number of threads changes it, and nothing has a position.
 *
 * key = seed (low word first); counter = index (two words, low first), stream (two words).
 */
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include <stdint.h>

/* Ten rounds of the bijection. */
void philox4x32(uint32_t out[4], const uint32_t counter[4], const uint32_t key[2]);

/* A source of draws.  stream tells uses of one seed apart: give each purpose its own (RNG_STREAM
 * of a name, below), and put sample or step numbers into the index. */
struct rng { uint64_t seed, stream; };

/* FNV-1a 64 of a purpose's name ("shuffle", "augment.color"), as stream number. */
uint64_t rng_stream(const char *purpose);

void rng_block(const struct rng *r, uint64_t index, uint32_t out[4]);
uint64_t rng_u64(const struct rng *r, uint64_t index);          /* words 0 and 1 of the block */
double rng_uniform(const struct rng *r, uint64_t index);        /* [0,1), 53 bits, of rng_u64 */
double rng_normal(const struct rng *r, uint64_t index);         /* Box-Muller of the block's two u64 */
/* Uniform in [0,n), n >= 1: the high part of (128-bit block) * n, bias below n/2^128. */
uint64_t rng_below(const struct rng *r, uint64_t index, uint64_t n);

/* p[0..n) becomes a uniform permutation of 0..n-1 (Fisher-Yates; uses indices first .. first+n-1). */
void rng_permutation(const struct rng *r, uint64_t first, int64_t *p, int64_t n);

/*
 * Fill y[0..n) with element numbers first..first+n-1 of a sequence: element k is word k%4 of
 * block k/4 (uniform: 24 bits in [0,1), scaled to [lo,hi)), or for normals the cosine and sine
 * branch of words (0,1) and (2,3) of that block.  Multi-threaded; any split of the range gives
 * the same numbers.
 */
void rng_fill_uniform(const struct rng *r, uint64_t first, float *y, int64_t n, float lo, float hi);
void rng_fill_normal(const struct rng *r, uint64_t first, float *y, int64_t n, float mean, float std);

#endif
