#include "models/gan_layers.h"
#include "autograd/ops_spectral.h"
#include "base/fail.h"
#include "nn/init.h"

#include <string.h>

enum { SMALLEST = 4 }; /* side of a map that is not halved any more */
static const float spectral_eps = 1e-8f;

/* ---- Configuration --------------------------------------------------------------------------- */

int64_t gan_inputs(struct model *m, const char *first, struct ten_err *e)
{
    const int64_t classes = config_within(m, "classes", 0, CONFIG_MAX, e);
    m->inputs = 0;
    model_add_input(m, first, TEN_F32, m->in_rank, m->in);
    if (classes > 0)
        model_add_input(m, "y", TEN_I32, 0, m->in)->below = classes;
    return classes;
}

int gan_image(const struct model *m, const char *key, int64_t image[3], struct ten_err *e)
{
    const int n = config_ints(m, key, image, 3, 1, e);
    if (n < 0)
        return -1;
    if (n != 3 || image[0] * image[1] > CONFIG_MAX || image[0] * image[1] * image[2] > CONFIG_MAX)
        return fail(e, TEN_E_USAGE,
                    "config: \"%s\": expected [height,width,channels] of %d numbers in all at most",
                    key, CONFIG_MAX);
    return 0;
}

static bool halved(const int64_t image[3], int steps)
{
    return image[0] % (INT64_C(1) << steps) == 0 && image[1] % (INT64_C(1) << steps) == 0;
}

int gan_steps(const struct model *m, const int64_t image[3], struct ten_err *e)
{
    const int64_t asked = config_within(m, "steps", 0, GAN_STEPS, e);
    const int64_t side = image[0] < image[1] ? image[0] : image[1];
    int steps = (int)asked;
    if (asked < 0)
        return -1;
    while (asked == 0 && steps < GAN_STEPS && halved(image, steps + 1) &&
           side >> (steps + 1) >= SMALLEST)
        steps++;
    if (steps > 0 && halved(image, steps))
        return steps;
    return fail(
        e, TEN_E_USAGE,
        "config: images of %lldx%lld: expected sides that can be halved %d times, to 4 or more",
        (long long)image[0], (long long)image[1], steps > 0 ? steps : 1);
}

int gan_first(const int64_t first[3], struct ten_err *e)
{
    if (first[0] * first[1] <= CONFIG_MAX / first[2])
        return 0;
    return fail(
        e, TEN_E_USAGE,
        "config: a first map of %lldx%lld pixels and %lld channels: expected %d numbers at most",
        (long long)first[0], (long long)first[1], (long long)first[2], CONFIG_MAX);
}

/* ---- First values ---------------------------------------------------------------------------- */

int gan_init_of(const struct model *m, struct ten_err *e)
{
    static const char *const names[] = {"N02", "ortho", "glorot", NULL};
    return config_choice(m, "init", names, e);
}

void gan_weight_init(struct param *weight, uint64_t seed, enum gan_init how)
{
    switch (how) {
    case GAN_N02:
        init_normal(weight, seed, 0, 0.02);
        break;
    case GAN_ORTHOGONAL:
        init_orthogonal(weight, seed, 1);
        break;
    case GAN_GLOROT:
        init_xavier_uniform(weight, seed, 1);
        break;
    }
}

static void first_values(struct param *weight, struct param *bias, struct param *u, uint64_t seed,
                         enum gan_init how)
{
    init_torch(weight, bias, seed);
    gan_weight_init(weight, seed, how);
    if (u)
        init_normal(u, seed, 0, 1);
}

void gan_linear_init(const struct linear_layer *l, uint64_t seed, enum gan_init how)
{
    first_values(l->weight, l->bias, l->u, seed, how);
}

void gan_conv_init(const struct conv_layer *l, uint64_t seed, enum gan_init how)
{
    first_values(l->weight, l->bias, l->u, seed, how);
}

/* ---- Layers with spectral norm or without ---------------------------------------------------- */

struct linear_layer gan_linear(struct params *ps, const char *name, int64_t in, int64_t out,
                               bool bias, bool spectral)
{
    return (spectral ? spectral_linear_layer : linear_layer)(ps, name, in, out, bias);
}

struct conv_layer gan_conv(struct params *ps, const char *name, int64_t in, int64_t out,
                           int64_t kernel, bool bias, bool spectral)
{
    if (spectral)
        return spectral_conv_layer(ps, name, in, out, kernel, 1, kernel / 2, bias);
    return conv_layer(ps, name, in, out, kernel, 1, kernel / 2, 1, bias);
}

/* ---- Tables of classes ----------------------------------------------------------------------- */

struct class_table class_table(struct params *ps, const char *name, int64_t classes, int64_t width,
                               bool spectral)
{
    const struct linear_layer l = gan_linear(ps, name, width, classes, false, spectral);
    return (struct class_table){l.weight, l.u};
}

void class_table_init(const struct class_table *l, uint64_t seed, enum gan_init how)
{
    gan_weight_init(l->weight, seed, how);
    if (l->u)
        init_normal(l->u, seed, 0, 1);
}

struct var *class_table_apply(struct tape *t, const struct class_table *l, struct var *y)
{
    struct var *w = tape_param(t, l->weight);
    if (l->u)
        w = op_spectral_norm(
            t, w, &(struct spectral_options){.u = l->u, .iterations = 1, .eps = spectral_eps});
    return op_embedding(t, w, y, -1);
}

/* ---- Batch norm that depends on the class ---------------------------------------------------- */

static struct norm_layer statistics(struct params *ps, const char *name, int64_t channels)
{
    char text[LAYER_NAME];
    return (struct norm_layer){
        .eps = 1e-5f,
        .momentum = 0.1f,
        .mean = params_add_state(ps, layer_name(text, name, "running_mean"), 1, &channels),
        .var = params_add_state(ps, layer_name(text, name, "running_var"), 1, &channels),
    };
}

struct class_norm class_norm(struct params *ps, const char *name, int64_t channels, enum norm_by by,
                             int64_t n, bool spectral)
{
    struct class_norm l = {.by = by};
    char gain[LAYER_NAME], bias[LAYER_NAME];
    layer_name(gain, name, "gain");
    layer_name(bias, name, "bias");
    if (by == NORM_PLAIN) {
        l.norm = norm_layer(ps, name, channels);
        return l;
    }
    l.norm = statistics(ps, name, channels);
    if (by == NORM_CLASS) {
        l.gain_of = class_table(ps, gain, n, channels, false);
        l.bias_of = class_table(ps, bias, n, channels, false);
    } else {
        l.gain = gan_linear(ps, gain, n, channels, false, spectral);
        l.bias = gan_linear(ps, bias, n, channels, false, spectral);
    }
    return l;
}

void class_norm_init(const struct class_norm *l, uint64_t seed, enum gan_init how)
{
    switch (l->by) {
    case NORM_PLAIN:
        norm_layer_init(&l->norm);
        return;
    case NORM_CLASS:
        class_table_init(&l->gain_of, seed, how);
        class_table_init(&l->bias_of, seed, how);
        break;
    case NORM_VECTOR:
        gan_linear_init(&l->gain, seed, how);
        gan_linear_init(&l->bias, seed, how);
        break;
    }
    init_constant(l->norm.mean, 0);
    init_constant(l->norm.var, 1);
}

struct var *class_norm_relu(struct tape *t, const struct class_norm *l, struct var *x,
                            struct var *by)
{
    const struct unary_op relu = {.kind = UNARY_RELU};
    if (l->by == NORM_PLAIN)
        return norm_layer_apply(t, &l->norm, x, NULL, relu);
    const bool class = l->by == NORM_CLASS;
    struct var *gain =
        class ? class_table_apply(t, &l->gain_of, by) : linear_apply(t, &l->gain, by);
    struct var *bias =
        class ? class_table_apply(t, &l->bias_of, by) : linear_apply(t, &l->bias, by);
    const struct norm_options o = {
        .per_sample = true,
        .eps = l->norm.eps,
        .act = relu,
        .mean = l->norm.mean,
        .var = l->norm.var,
        .momentum = l->norm.momentum,
    };
    return op_norm(t, x, op_affine(t, gain, 1, 1), bias, NULL, &o);
}

/* ---- The head of a discriminator ------------------------------------------------------------- */

struct gan_head gan_head(struct params *ps, const char *name, int64_t features, int64_t classes,
                         bool spectral)
{
    struct gan_head l = {.linear = gan_linear(ps, name, features, 1, true, spectral)};
    if (classes > 0)
        l.embed = class_table(ps, "embed", classes, features, spectral);
    return l;
}

void gan_head_init(const struct gan_head *l, uint64_t seed, enum gan_init how)
{
    gan_linear_init(&l->linear, seed, how);
    if (l->embed.weight)
        class_table_init(&l->embed, seed, how);
}

struct var *gan_head_apply(struct tape *t, const struct gan_head *l, struct var *h, struct var *y)
{
    struct var *logit = linear_apply(t, &l->linear, h);
    if (!l->embed.weight)
        return logit;
    return op_add(t, logit,
                  op_sum(t, op_mul(t, class_table_apply(t, &l->embed, y), h), 1 << 1, true));
}
