/*
 * Spectral norms: the largest singular value of a matrix W [K,M] by power iteration (Miyato, Kataoka,
 * Koyama and Yoshida, "Spectral Normalization for Generative Adversarial Networks", arXiv 1802.05957).
 *
 * All arrays are contiguous, not overlapping and the caller's.  Multi-threaded; the thread count does not
 * change a bit. Nothing here can fail.
 */
#ifndef TENSOR_SPECTRAL_H
#define TENSOR_SPECTRAL_H

#include <stdint.h>

struct matrix { int64_t rows, cols; const float *x; };

/* n times v = W'u / |W'u|, then u = Wv / |Wv|, norms no less than eps.      u [K], v [M] */
void spectral_iterate(const struct matrix *w, float *u, float *v, int n, float eps);
/* u' W v */
float spectral_value(const struct matrix *w, const float *u, const float *v);
/* Of Y = W / sigma, sigma = u' W v, u and v constants:      dW = (G - <G,Y> u v') / sigma        G, Y,
 * dW [K,M] */
void spectral_back(float *dw, const struct matrix *g, const float *y, const float *u, const float *v,
                   float sigma);

#endif
