/*
 * Winograd's minimal filtering F(4x4,3x3) for 3x3 convolutions of stride 1 (Lavin and Gray, "Fast
 * algorithms for convolutional neural networks", arXiv 1509.09308).  For a tile of 4x4 results, the
 * 6x6 pixels d that it needs and a kernel g
 *
 *     Y = A' [(G g G') * (B' d B)] A          * element by element, summed over the channels
 *
 * so that 36 multiplications stand for 144.  The sums over channels are 36 matrix products.  The
 * gradient of g is the transpose: dg = G' [(B' d B) * (A dY A')] G, summed over the tiles.
 *
 *          4  0 -5  0  1  0           1/4    0     0             1  1  1  1  1  0
 *          0 -4 -4  1  1  0          -1/6 -1/6  -1/6             0  1 -1  2 -2  0
 *     B' = 0  4 -4 -1  1  0     G =  -1/6  1/6  -1/6        A' = 0  1  1  4  4  0
 *          0 -2 -1  2  1  0          1/24 1/12   1/6             0  1 -1  8 -8  1
 *          0  2 -1 -2  1  0          1/24 -1/12  1/6
 *          0  4  0 -5  0  1             0    0     1
 */
#ifndef TENSOR_WINOGRAD_H
#define TENSOR_WINOGRAD_H

#include <stdbool.h>
#include <stdint.h>

enum { WINOGRAD_IN = 6, WINOGRAD_OUT = 4, WINOGRAD_POINTS = 36 };

/*
 * The kernels of one instruction set.  Channels stand in vectors of `lanes`, products are computed
 * `cols` = 2 lanes wide; rows are padded to that.  The 36 values of one position are `apart` elements
 * apart.
 */
struct winograd_kernels {
    int64_t lanes, cols;
    /* v = B' d B and z = A dY A' for n channels.  pixel: the tile's 36, or 16, row by row.  Channels
     * go in panels of `cols`, which are `panel` elements apart (cols: one row); the last is filled with 0. */
    void (*input)(float *v, int64_t apart, int64_t panel, const float *const *pixel, int64_t n);
    void (*spread)(float *z, int64_t apart, int64_t panel, const float *const *pixel, int64_t n);
    /* pixel = A' m A + bias for n channels; pixels that are NULL are left out; bias NULL: 0. */
    void (*output)(float *const *pixel, const float *m, int64_t apart, const float *bias, int64_t n);
    /* Weights w [K,3,3,C], one panel of results: u [36][n][cols] = G g G' for n channels that are summed
     * over.  along_k: panels of K from `first` on, sums over C; else panels of C, sums over K, and the
     * kernels turned by 180 degrees. */
    void (*weights)(float *u, int64_t apart, const float *w, int64_t k, int64_t c, int64_t first, bool along_k);
    /* g [3,3,C] (+)= G' u G for n channels. */
    void (*gradient)(float *g, const float *u, int64_t apart, int64_t n, bool add);
    /* m [rows,cols] = a [rows,n] b [n,cols], rows lda and ldm apart. */
    void (*products)(float *m, int64_t ldm, const float *a, int64_t lda, const float *b, int64_t rows, int64_t n);
    /* m [rows,cols] (+)= a' b with a [n,rows], b [n,cols]. */
    void (*sums)(float *m, int64_t ldm, const float *a, int64_t lda, const float *b, int64_t rows, int64_t n, bool add);
};
extern const struct winograd_kernels winograd_kernels_base, winograd_kernels_v3, winograd_kernels_v4;

#endif
