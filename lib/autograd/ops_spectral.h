/* Spectral normalisation of weights (tensor/spectral.h). */
#ifndef AUTOGRAD_OPS_SPECTRAL_H
#define AUTOGRAD_OPS_SPECTRAL_H

#include "autograd/tape.h"

/*
 * u and v, where iterations go on from, are state of the network (nn/params.h); u is drawn from N(0,1) at
 * first, v is written before it is read by a network that trains before it is used.  In training every call
 * iterates and leaves u and v behind.  Outside of it, and while a segment is computed again, nothing is
 * written, and u and v are taken as they are, or, when there is no v, after one iteration from u.
 */
struct spectral_options {
    struct param *u, *v;                /* [K], [M]; v may be NULL but in segments (tape_recompute) */
    int iterations;                     /* of a call in training; at least 1 without v */
    float eps;                          /* least norm to divide by */
};

/*
 * w [K,...] as a matrix [K,M]: w / sigma, sigma = u' w v.  u and v are constants to the gradient (Miyato et
 * al., 2018, equation 12), which can be differentiated again.
 */
struct var *op_spectral_norm(struct tape *t, struct var *w, const struct spectral_options *o);

#endif
