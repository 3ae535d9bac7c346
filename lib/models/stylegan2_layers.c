#include "models/stylegan2_layers.h"
#include "autograd/op.h"
#include "autograd/ops_image.h"
#include "nn/init.h"
#include "autograd/draws.h"

#include <math.h>

/* Leaky relu of x a is that of x times a, for a > 0: its gain goes into the factors of what is in
 * front. */
static const float slope = 0.2f, gain = 1.41421356f, eps = 1e-8f;

int64_t style_channels(int64_t base, int64_t max, int s)
{
    const int64_t n = base >> s;
    return n < 1 ? 1 : n > max ? max : n;
}

static struct param *add(struct params *ps, const char *name, const char *part, int rank,
                         const int64_t *dim)
{
    char text[LAYER_NAME];
    const int group = rank > 1 ? PARAMS_MAIN : params_group(ps, "plain", 1, false);
    return params_add(ps, layer_name(text, name, part), group, rank, dim);
}

/* 1/sqrt(fan in) */
static float equalised(const struct param *w)
{
    return 1 / sqrtf((float)init_fan(w, INIT_FAN_IN));
}

/* ---- Linear ---------------------------------------------------------------------------------- */

struct style_linear style_linear(struct params *ps, const char *name, int64_t in, int64_t out,
                                 float lr, bool act)
{
    struct style_linear l = {.lr = lr, .act = act};
    l.weight = add(ps, name, "weight", 2, (int64_t[]){out, in});
    l.bias = add(ps, name, "bias", 1, &out);
    return l;
}

void style_linear_init(const struct style_linear *l, uint64_t seed, float bias)
{
    init_normal(l->weight, seed, 0, 1 / l->lr);
    init_constant(l->bias, bias / l->lr);
}

struct var *style_linear_apply(struct tape *t, const struct style_linear *l, struct var *x)
{
    const float by = l->lr * (l->act ? gain : 1);
    struct var *bias = tape_param(t, l->bias);
    if (by != 1)
        bias = op_scale(t, bias, by);
    x = op_scale(t, x, equalised(l->weight) * by);
    struct var *y = op_linear(t, x, tape_param(t, l->weight), bias);
    return l->act ? op_leaky(t, y, slope) : y;
}

/* ---- Filters --------------------------------------------------------------------------------- */

struct var *style_upsample(struct tape *t, struct var *x)
{
    static const struct fir_axis up = {2, 1, 2, 1, 4, {0.25f, 0.75f, 0.75f, 0.25f}};
    return op_upfirdn(t, x, &up, &up);
}

struct var *style_downsample(struct tape *t, struct var *x)
{
    static const struct fir_axis down = {1, 2, 1, 1, 4, {0.125f, 0.375f, 0.375f, 0.125f}};
    return op_upfirdn(t, x, &down, &down);
}

/* Behind a transposed convolution and in front of one with stride. */
static struct var *smooth_up(struct tape *t, struct var *x)
{
    static const struct fir_axis blur = {1, 1, 1, 1, 4, {0.25f, 0.75f, 0.75f, 0.25f}};
    return op_upfirdn(t, x, &blur, &blur);
}

static struct var *smooth_down(struct tape *t, struct var *x)
{
    static const struct fir_axis blur = {1, 1, 2, 2, 4, {0.125f, 0.375f, 0.375f, 0.125f}};
    return op_upfirdn(t, x, &blur, &blur);
}

/* ---- Convolutions of discriminators ---------------------------------------------------------- */

struct style_conv style_conv(struct params *ps, const char *name, int64_t in, int64_t out,
                             int64_t kernel, bool bias, bool down, bool act, float gain)
{
    struct style_conv l = {.down = down, .act = act, .gain = gain};
    l.weight = add(ps, name, "weight", 4, (int64_t[]){out, kernel, kernel, in});
    if (bias)
        l.bias = add(ps, name, "bias", 1, &out);
    return l;
}

void style_conv_init(const struct style_conv *l, uint64_t seed)
{
    init_normal(l->weight, seed, 0, 1);
    if (l->bias)
        init_constant(l->bias, 0);
}

struct var *style_conv_apply(struct tape *t, const struct style_conv *l, struct var *x)
{
    const tape_scope s = tape_open(t);
    const int64_t kernel = l->weight->dim[1];
    const float by = l->gain * (l->act ? gain : 1);
    struct var *w = op_scale(t, tape_param(t, l->weight), equalised(l->weight) * by);
    struct var *b = l->bias ? op_scale(t, tape_param(t, l->bias), by) : NULL;
    if (l->down && kernel == 1)
        x = op_conv2d(t, style_downsample(t, x), w, b, 1, 0);
    else if (l->down)
        x = op_conv2d(t, smooth_down(t, x), w, b, 2, 0);
    else
        x = op_conv2d(t, x, w, b, 1, kernel / 2);
    return tape_close(t, s, l->act ? op_leaky(t, x, slope) : x);
}

/* ---- Modulated convolutions ------------------------------------------------------------------ */

struct style_layer style_layer(struct params *ps, const char *name, int64_t w, int64_t in,
                               int64_t out, int64_t side, bool up, bool noise)
{
    char text[LAYER_NAME];
    struct style_layer l = {.up = up};
    l.affine = style_linear(ps, layer_name(text, name, "affine"), w, in, 1, false);
    l.weight = add(ps, name, "weight", 4, (int64_t[]){up ? in : out, 3, 3, up ? out : in});
    l.bias = add(ps, name, "bias", 1, &out);
    if (noise) {
        l.strength = add(ps, name, "noise_strength", 0, &out);
        l.noise =
            params_add_state(ps, layer_name(text, name, "noise_const"), 2, (int64_t[]){side, side});
    }
    return l;
}

void style_layer_init(const struct style_layer *l, uint64_t seed)
{
    style_linear_init(&l->affine, seed, 1);
    init_normal(l->weight, seed, 0, 1);
    init_constant(l->bias, 0);
    if (l->strength) {
        init_constant(l->strength, 0);
        init_normal(l->noise, seed, 0, 1);
    }
}

/* [N,C] -> [N,1,1,C] */
static struct var *to_pixels(struct tape *t, struct var *s)
{
    return op_reshape(t, s, DIMS(s->v.dim[0], 1, 1, s->v.dim[1]));
}

/* d [N,O] from s [N,I], which has the factor of equalised rates already. */
static struct var *demodulation(struct tape *t, const struct style_layer *l, struct var *w,
                                struct var *s)
{
    struct var *q = op_sum(t, op_square(t, w), 1 << 1 | 1 << 2, false);
    return op_rsqrt(t, op_affine(t, op_matmul(t, op_square(t, s), false, q, !l->up), 1, eps));
}

static struct var *noise_of(struct tape *t, const struct style_layer *l, const struct var *x,
                            bool fresh)
{
    const int64_t *d = x->v.dim;
    struct var *noise;
    if (fresh)
        noise = draw_normals(t, 4, (int64_t[]){d[0], d[1], d[2], 1});
    else
        noise = tape_input(t, tensor_over(l->noise->value, TEN_F32, 3, (int64_t[]){d[1], d[2], 1}));
    return op_mul(t, noise, op_scale(t, tape_param(t, l->strength), gain));
}

struct var *style_layer_apply(struct tape *t, const struct style_layer *l, struct var *x,
                              struct var *w, bool fresh)
{
    const tape_scope scope = tape_open(t);
    struct var *weight = tape_param(t, l->weight);
    struct var *s = style_linear_apply(t, &l->affine, w);
    s = op_scale(t, s, 1 / sqrtf((float)(9 * x->v.dim[3])));
    struct var *d = op_scale(t, demodulation(t, l, weight, s), gain);
    x = op_mul(t, x, to_pixels(t, s));
    if (l->up) {
        const struct conv_geometry g = {.stride_h = 2, .stride_w = 2};
        const int64_t h = 2 * x->v.dim[1] + 1, width = 2 * x->v.dim[2] + 1;
        x = smooth_up(t, op_conv_transpose(t, x, weight, NULL, &g, h, width));
    } else {
        x = op_conv2d(t, x, weight, NULL, 1, 1);
    }
    x = op_mul(t, x, to_pixels(t, d));
    if (l->strength)
        x = op_add(t, x, noise_of(t, l, x, fresh));
    x = op_add(t, x, op_scale(t, tape_param(t, l->bias), gain));
    return tape_close(t, scope, op_leaky(t, x, slope));
}

struct style_rgb style_rgb(struct params *ps, const char *name, int64_t w, int64_t in, int64_t out)
{
    char text[LAYER_NAME];
    struct style_rgb l = {.affine =
                              style_linear(ps, layer_name(text, name, "affine"), w, in, 1, false)};
    l.weight = add(ps, name, "weight", 4, (int64_t[]){out, 1, 1, in});
    l.bias = add(ps, name, "bias", 1, &out);
    return l;
}

void style_rgb_init(const struct style_rgb *l, uint64_t seed)
{
    style_linear_init(&l->affine, seed, 1);
    init_normal(l->weight, seed, 0, 1);
    init_constant(l->bias, 0);
}

struct var *style_rgb_apply(struct tape *t, const struct style_rgb *l, struct var *x, struct var *w)
{
    const tape_scope scope = tape_open(t);
    struct var *s = op_scale(t, style_linear_apply(t, &l->affine, w), equalised(l->weight));
    x = op_mul(t, x, to_pixels(t, s));
    return tape_close(t, scope,
                      op_conv2d(t, x, tape_param(t, l->weight), tape_param(t, l->bias), 1, 0));
}

/* ---- Minibatch standard deviation ------------------------------------------------------------ */

struct var *style_minibatch_std(struct tape *t, struct var *x, int64_t group)
{
    const tape_scope scope = tape_open(t);
    const int64_t n = x->v.dim[0], h = x->v.dim[1], w = x->v.dim[2], c = x->v.dim[3];
    while (n % group != 0)
        group--;
    const int64_t groups = n / group;
    struct var *y = op_reshape(t, x, DIMS(group, groups, h * w * c));
    y = op_sub(t, y, op_mean(t, y, 1 << 0, true));
    y = op_sqrt(t, op_affine(t, op_mean(t, op_square(t, y), 1 << 0, false), 1, eps));
    y = op_reshape(t, op_mean(t, y, 1 << 1, false), DIMS(1, groups, 1, 1));
    y = op_reshape(t, op_broadcast(t, y, DIMS(group, groups, h, w)), DIMS(n, h, w, 1));
    return tape_close(t, scope, op_concat(t, (struct var *[]){x, y}, 2, 3));
}
