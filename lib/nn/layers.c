#include "nn/layers.h"
#include "autograd/ops_spectral.h"
#include "nn/init.h"

#include <stdio.h>

const char *layer_name(char text[LAYER_NAME], const char *prefix, const char *part)
{
    snprintf(text, LAYER_NAME, "%s%s%s", prefix, *prefix ? "." : "", part);
    return text;
}

static struct param *add(struct params *ps, const char *name, const char *part, int group, int rank, const int64_t *dim)
{
    char text[LAYER_NAME];
    return params_add(ps, layer_name(text, name, part), group, rank, dim);
}

static struct param *add_plain(struct params *ps, const char *name, const char *part, int64_t n)
{
    return add(ps, name, part, params_group(ps, "plain", 1, false), 1, &n);
}

/* [out,...], with a vector for its spectral norm where there is a place for one */
static struct param *add_weight(struct params *ps, const char *name, int rank, const int64_t *dim, struct param **u)
{
    char text[LAYER_NAME];
    if (u)
        *u = params_add_state(ps, layer_name(text, name, "weight_u"), 1, dim);
    return add(ps, name, u ? "weight_orig" : "weight", PARAMS_MAIN, rank, dim);
}

static struct linear_layer linear(struct params *ps, const char *name, int64_t in, int64_t out, bool bias, bool spectral)
{
    struct linear_layer l = {0};
    l.weight = add_weight(ps, name, 2, (int64_t[]){out, in}, spectral ? &l.u : NULL);
    if (bias)
        l.bias = add_plain(ps, name, "bias", out);
    return l;
}

struct linear_layer linear_layer(struct params *ps, const char *name, int64_t in, int64_t out, bool bias)
{
    return linear(ps, name, in, out, bias, false);
}

struct linear_layer spectral_linear_layer(struct params *ps, const char *name, int64_t in, int64_t out, bool bias)
{
    return linear(ps, name, in, out, bias, true);
}

static void first_values(struct param *weight, struct param *bias, struct param *u, uint64_t seed)
{
    init_torch(weight, bias, seed);
    if (u)
        init_normal(u, seed, 0, 1);
}

void linear_init(const struct linear_layer *l, uint64_t seed) { first_values(l->weight, l->bias, l->u, seed); }

static struct var *weight_of(struct tape *t, const struct param *weight, struct param *u)
{
    struct var *w = tape_param(t, weight);
    return u ? op_spectral_norm(t, w, &(struct spectral_options){.u = u, .iterations = 1, .eps = 1e-12f}) : w;
}

static struct var *maybe(struct tape *t, const struct param *p) { return p ? tape_param(t, p) : NULL; }

struct var *linear_apply(struct tape *t, const struct linear_layer *l, struct var *x)
{
    return op_linear(t, x, weight_of(t, l->weight, l->u), maybe(t, l->bias));
}

static struct conv_layer conv(struct params *ps, const char *name, int64_t in, int64_t out, int64_t kernel, int64_t stride,
                              int64_t pad, int64_t groups, bool bias, bool spectral)
{
    struct conv_layer l = {
        .g = {.stride_h = stride, .stride_w = stride, .top = pad, .left = pad, .bottom = pad, .right = pad, .groups = groups},
    };
    l.weight = add_weight(ps, name, 4, (int64_t[]){out, kernel, kernel, in / groups}, spectral ? &l.u : NULL);
    if (bias)
        l.bias = add_plain(ps, name, "bias", out);
    return l;
}

struct conv_layer conv_layer(struct params *ps, const char *name, int64_t in, int64_t out, int64_t kernel, int64_t stride,
                             int64_t pad, int64_t groups, bool bias)
{
    return conv(ps, name, in, out, kernel, stride, pad, groups, bias, false);
}

struct conv_layer spectral_conv_layer(struct params *ps, const char *name, int64_t in, int64_t out, int64_t kernel, int64_t stride,
                                      int64_t pad, bool bias)
{
    return conv(ps, name, in, out, kernel, stride, pad, 1, bias, true);
}

void conv_init(const struct conv_layer *l, uint64_t seed) { first_values(l->weight, l->bias, l->u, seed); }

struct var *conv_apply(struct tape *t, const struct conv_layer *l, struct var *x)
{
    return op_conv(t, x, weight_of(t, l->weight, l->u), maybe(t, l->bias), &l->g);
}

struct conv_layer conv_transpose_layer(struct params *ps, const char *name, int64_t in, int64_t out, int64_t kernel, int64_t stride,
                                       int64_t pad, bool bias)
{
    struct conv_layer l = conv_layer(ps, name, out, in, kernel, stride, pad, 1, false);
    if (bias)
        l.bias = add_plain(ps, name, "bias", out);
    return l;
}

struct var *conv_transpose_apply(struct tape *t, const struct conv_layer *l, struct var *x)
{
    const int64_t h = x->v.dim[1] * l->g.stride_h, w = x->v.dim[2] * l->g.stride_w;
    return op_conv_transpose(t, x, tape_param(t, l->weight), maybe(t, l->bias), &l->g, h, w);
}

struct norm_layer norm_layer(struct params *ps, const char *name, int64_t channels)
{
    char text[LAYER_NAME];
    struct norm_layer l = {.eps = 1e-5f, .momentum = 0.1f};
    l.weight = add_plain(ps, name, "weight", channels);
    l.bias = add_plain(ps, name, "bias", channels);
    l.mean = params_add_state(ps, layer_name(text, name, "running_mean"), 1, &channels);
    l.var = params_add_state(ps, layer_name(text, name, "running_var"), 1, &channels);
    return l;
}

void norm_layer_init(const struct norm_layer *l)
{
    init_constant(l->weight, 1);
    init_constant(l->bias, 0);
    init_constant(l->mean, 0);
    init_constant(l->var, 1);
}

struct var *norm_layer_apply(struct tape *t, const struct norm_layer *l, struct var *x, struct var *residual, struct unary_op act)
{
    const struct norm_options o = {.eps = l->eps, .act = act, .mean = l->mean, .var = l->var, .momentum = l->momentum,
                                    .frozen = l->mean->frozen};
    return op_norm(t, x, tape_param(t, l->weight), tape_param(t, l->bias), residual, &o);
}
