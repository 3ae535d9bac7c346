/*
 * First values of parameters.  Every number is a function of the seed, the parameter's name and its
 * place in the tensor, so neither the order of calls nor the number of threads matters.  Two sets
 * whose names agree (a generator and a discriminator) want different seeds.
 *
 * Weights have rank 2 or more and their outputs first: linear [out,in], convolution [K,R,S,C/G].
 *
 *     fan_in  = product of the dims but the first
 *     fan_out = dim[0] * R * S               (all dims but the last)
 *
 * For a transposed convolution, whose weight is that of the convolution it is the transpose of,
 * these are the numbers PyTorch computes as well.
 */
#ifndef NN_INIT_H
#define NN_INIT_H

#include "nn/params.h"

enum init_fan { INIT_FAN_IN, INIT_FAN_OUT };

double init_fan(const struct param *p, enum init_fan fan);

void init_constant(struct param *p, float value);
void init_uniform(struct param *p, uint64_t seed, double lo, double hi);      /* [lo,hi) */
void init_normal(struct param *p, uint64_t seed, double mean, double std);
/* Normal, drawn again until it is in [lo,hi], which must hold a fair part of the distribution (at
 * least a quarter of a std within one std of the mean). */
void init_truncated(struct param *p, uint64_t seed, double mean, double std, double lo, double hi);

/* Glorot and Bengio 2010: std = gain sqrt(2 / (fan_in + fan_out)); uniform: the same variance,
 * +-sqrt(3) std. */
void init_xavier_normal(struct param *p, uint64_t seed, double gain);
void init_xavier_uniform(struct param *p, uint64_t seed, double gain);
/* He et al. 2015 (arXiv 1502.01852): std = gain / sqrt(fan). */
void init_he_normal(struct param *p, uint64_t seed, enum init_fan fan, double gain);
void init_he_uniform(struct param *p, uint64_t seed, enum init_fan fan, double gain);
/* sqrt(2 / (1 + slope^2)): what keeps variances behind a leaky ReLU; slope 0: a ReLU. */
double init_gain_leaky(double slope);

/*
 * As the matrix [dim[0], rest]: gain times orthonormal rows, or columns where there are fewer of
 * those, uniform over all such matrices (Saxe et al., arXiv 1312.6120): Gram-Schmidt of a normal
 * matrix.
 */
void init_orthogonal(struct param *p, uint64_t seed, double gain);

/* What PyTorch gives linear layers and convolutions: weight and bias uniform within
 * +-1/sqrt(fan_in of the weight).  bias may be NULL. */
void init_torch(struct param *weight, struct param *bias, uint64_t seed);

#endif
