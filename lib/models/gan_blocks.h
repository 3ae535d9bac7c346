/*
 * Residual blocks of generators and discriminators (Miyato et al., "SNGAN", arXiv 1802.05957;
 * Brock, Donahue and Simonyan, "BigGAN", arXiv 1809.11096), and self-attention (Zhang et al.,
 * "SAGAN", arXiv 1805.08318). x [N,H,W,C].  Convolutions of 1x1 and what changes the size commute;
 * the short cuts have the convolution where the map is smaller.
 */
#ifndef MODELS_GAN_BLOCKS_H
#define MODELS_GAN_BLOCKS_H

#include "models/gan_layers.h"

/* ---- Twice as large: conv2(relu(norm2(conv1(up(relu(norm1(x))))))) + up(shortcut(x)) --------- */

struct up_block {
    struct class_norm norm1, norm2;
    struct conv_layer conv1, conv2, shortcut;
};
/* by, n: of the norms (class_norm()). */
struct up_block up_block(struct params *ps, const char *name, int64_t in, int64_t out,
                         enum norm_by by, int64_t n, bool spectral);
void up_block_init(const struct up_block *b, uint64_t seed, enum gan_init how);
struct var *up_block_apply(struct tape *t, const struct up_block *b, struct var *x, struct var *by);

/* ---- conv2(relu(conv1(relu(x)))) + shortcut(x), both averaged over 2x2 pixels where `down`
 * ----------
 *
 * The first block of a network has no relu in front.  Without `down` and with as many channels out
 * as in, the short cut is x itself. */

struct down_block {
    bool first, down;
    struct conv_layer conv1, conv2, shortcut;
};
/* hidden: channels between the convolutions. */
struct down_block down_block(struct params *ps, const char *name, int64_t in, int64_t hidden,
                             int64_t out, bool first, bool down, bool spectral);
void down_block_init(const struct down_block *b, uint64_t seed, enum gan_init how);
struct var *down_block_apply(struct tape *t, const struct down_block *b, struct var *x);

/* ---- Self-attention -------------------------------------------------------------------------- */

/*
 * y = x + gamma o(softmax(theta(x) pool(phi(x))') pool(g(x))): 1x1 convolutions without bias to C/8
 * channels (theta, phi), C/2 (g), and back to C (o), max pools of 2x2; gamma a number that starts
 * at 0.  Memory: N (HW)^2/4 scores.
 */
struct self_attention {
    struct conv_layer theta, phi, g, o;
    struct param *gamma;
};
struct self_attention self_attention(struct params *ps, const char *name, int64_t channels,
                                     bool spectral);
void self_attention_init(const struct self_attention *l, uint64_t seed, enum gan_init how);
struct var *self_attention_apply(struct tape *t, const struct self_attention *l, struct var *x);

#endif
