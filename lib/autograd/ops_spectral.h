/* Spectral normalisation of weights (tensor/spectral.h). */
#ifndef AUTOGRAD_OPS_SPECTRAL_H
#define AUTOGRAD_OPS_SPECTRAL_H

#include "autograd/tape.h"

/*
 * Where iterations go on from: state of the network (params_add_state()), drawn from N(0,1) at first.  In training every
 * call iterates and leaves u and v behind.  Outside of it, and while a segment is computed again, nothing is written,
 * and u and v are taken as they are, or, when there is no v, one iteration from u goes before.
 */
struct spectral_options {
    struct param *u, *v;                /* [K], [M]; v may be NULL, but in segments (tape_recompute), and with no iterations */
    int iterations;                     /* of a call in training */
    float eps;                          /* least norm to divide by */
};

/*
 * w [K,...] as a matrix [K,M]: w / sigma, sigma = u' w v.  u and v are constants to the gradient (Miyato et al., 2018,
 * equation 12), which can be differentiated again.
 */
struct var *op_spectral_norm(struct tape *t, struct var *w, const struct spectral_options *o);

#endif
