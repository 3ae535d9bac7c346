/*
 * What generators and discriminators of images have in common: their inputs, first values, batch
 * norms that depend on the class, and the head of a discriminator.
 *
 * x [N,H,W,C]; y i32 [N] below the number of classes; networks without classes have y NULL.
 */
#ifndef MODELS_GAN_LAYERS_H
#define MODELS_GAN_LAYERS_H

#include "models/model.h"
#include "nn/layers.h"

/* ---- Configuration --------------------------------------------------------------------------- */

/* Input 0 is called `first`, and "y" follows where m's "classes" is not 0: how many classes, -1
 * with *e set. */
int64_t gan_inputs(struct model *m, const char *first, struct ten_err *e);
/* The image [H,W,C] of key "image" or, of a discriminator, of "in": 0, or -1 with *e set. */
int gan_image(const struct model *m, const char *key, int64_t image[3], struct ten_err *e);
/*
 * How often both sides are halved on the way between image and the smallest map: key "steps" or,
 * where that is 0, as often as both sides are even and what remains is 4 or more.  1 .. GAN_STEPS;
 * -1 with *e set.
 */
enum { GAN_STEPS = 10 };
int gan_steps(const struct model *m, const int64_t image[3], struct ten_err *e);

/* Whether the map that a generator starts with has CONFIG_MAX numbers at most: -1 with *e set. */
int gan_first(const int64_t first[3], struct ten_err *e);

/* ---- First values ---------------------------------------------------------------------------- */

/* Weights: normal with deviation 0.02, orthogonal, or uniform of Glorot and Bengio.  Biases:
 * PyTorch's. */
enum gan_init { GAN_N02, GAN_ORTHOGONAL, GAN_GLOROT };
/* Key "init": "N02", "ortho" or "glorot"; -1 with *e set. */
int gan_init_of(const struct model *m, struct ten_err *e);
void gan_weight_init(struct param *weight, uint64_t seed, enum gan_init how);
void gan_linear_init(const struct linear_layer *l, uint64_t seed, enum gan_init how);
void gan_conv_init(const struct conv_layer *l, uint64_t seed, enum gan_init how);

/* ---- Layers with spectral norm or without ---------------------------------------------------- */

struct linear_layer gan_linear(struct params *ps, const char *name, int64_t in, int64_t out,
                               bool bias, bool spectral);
/* A square kernel, odd, that keeps the size. */
struct conv_layer gan_conv(struct params *ps, const char *name, int64_t in, int64_t out,
                           int64_t kernel, bool bias, bool spectral);

/* ---- Tables of classes: NAME.weight [classes,width] ------------------------------------------ */

struct class_table {
    struct param *weight, *u;
};
struct class_table class_table(struct params *ps, const char *name, int64_t classes, int64_t width,
                               bool spectral);
void class_table_init(const struct class_table *l, uint64_t seed, enum gan_init how);
struct var *class_table_apply(struct tape *t, const struct class_table *l,
                              struct var *y); /* [N,width] */

/* ---- Batch norm whose scale and shift depend on the class (de Vries et al., arXiv 1707.00683)  */

enum norm_by {
    NORM_PLAIN,  /* weight, bias [C] */
    NORM_CLASS,  /* tables gain, bias [classes,C] */
    NORM_VECTOR, /* linear layers gain, bias [C,width] without bias */
};
struct class_norm {
    enum norm_by by;
    struct norm_layer norm; /* NORM_PLAIN: whole, else statistics alone */
    struct class_table gain_of, bias_of;
    struct linear_layer gain, bias;
};
/* n: the number of classes, or the width of the vector; `spectral` is for linear layers. */
struct class_norm class_norm(struct params *ps, const char *name, int64_t channels, enum norm_by by,
                             int64_t n, bool spectral);
void class_norm_init(const struct class_norm *l, uint64_t seed, enum gan_init how);
/* relu(norm(x) (1 + gain) + bias); by: y, or vectors [N,width]. */
struct var *class_norm_relu(struct tape *t, const struct class_norm *l, struct var *x,
                            struct var *by);

/* ---- The head of a discriminator (Miyato and Koyama, arXiv 1802.05637) ----------------------- */

/* linear(h) + <embed[y], h>; h [N,F] -> [N,1].  Names: NAME, and "embed" with classes. */
struct gan_head {
    struct linear_layer linear;
    struct class_table embed;
};
struct gan_head gan_head(struct params *ps, const char *name, int64_t features, int64_t classes,
                         bool spectral);
void gan_head_init(const struct gan_head *l, uint64_t seed, enum gan_init how);
struct var *gan_head_apply(struct tape *t, const struct gan_head *l, struct var *h, struct var *y);

#endif
