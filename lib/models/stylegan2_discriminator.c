/*
 * The discriminator of StyleGAN2 (Karras et al., arXiv 1912.04958), with residual connections:
 * colours to channels by a 1x1 convolution; in each block two convolutions 3x3, the second of which
 * halves the map, beside a 1x1 convolution that does, and their sum over sqrt(2); at 4x4 the
 * minibatch standard deviation, a convolution, two linear layers.  With classes, a projection on
 * the features of the last but one.  Images that are no square of a power of two have zeros around.
 *
 * Names: bR.fromrgb (of the largest R), bR.conv0, .conv1, .skip; b4.conv, .fc, .out, .embed.
 */
#include "autograd/ops_image.h"
#include "base/fail.h"
#include "base/mem.h"
#include "models/gan_layers.h"
#include "models/stylegan2.h"
#include "models/stylegan2_layers.h"
#include "nn/init.h"

#include <math.h>
#include <stdio.h>

enum { SMALLEST = 4 };
static const float half_root = 0.70710678f;

struct stage {
    struct style_conv conv0, conv1, skip;
};

struct discriminator {
    int blocks; /* those that halve the map, from the largest on */
    int64_t group;
    struct padding frame;
    struct style_conv colours, conv;
    struct stage block[STYLE_BLOCKS];
    struct style_linear fc, out;
    struct class_table embed;
};

static void add_block(struct model *m, struct discriminator *net, int i, int64_t in, int64_t out)
{
    struct stage *b = &net->block[i];
    char name[LAYER_NAME], text[LAYER_NAME];
    snprintf(name, sizeof name, "b%d", SMALLEST << (net->blocks - i));
    if (i == 0)
        net->colours = style_conv(m->params, layer_name(text, name, "fromrgb"), m->in[2], in, 1,
                                  true, false, true, 1);
    b->conv0 =
        style_conv(m->params, layer_name(text, name, "conv0"), in, in, 3, true, false, true, 1);
    b->conv1 = style_conv(m->params, layer_name(text, name, "conv1"), in, out, 3, true, true, true,
                          half_root);
    b->skip = style_conv(m->params, layer_name(text, name, "skip"), in, out, 1, false, true, false,
                         half_root);
}

static void add_layers(struct model *m, struct discriminator *net, int64_t classes)
{
    const int64_t base = config_int(m, "fmap_base"), max = config_int(m, "fmap_max");
    const int64_t last = style_channels(base, max, 1);
    for (int i = 0; i < net->blocks; i++)
        add_block(m, net, i, style_channels(base, max, net->blocks + 1 - i),
                  style_channels(base, max, net->blocks - i));
    net->conv =
        style_conv(m->params, "b4.conv", last + (net->group > 0), last, 3, true, false, true, 1);
    net->fc = style_linear(m->params, "b4.fc", SMALLEST * SMALLEST * last,
                           style_channels(base, max, 0), 1, true);
    net->out = style_linear(m->params, "b4.out", style_channels(base, max, 0), 1, 1, false);
    if (classes > 0)
        net->embed =
            class_table(m->params, "b4.embed", classes, style_channels(base, max, 0), false);
}

static int build(struct model *m, struct ten_err *e)
{
    int64_t image[3];
    const int64_t classes = gan_inputs(m, "x", e),
                  group = config_within(m, "group", 0, CONFIG_MAX, e);
    config_within(m, "fmap_base", 1, CONFIG_MAX, e);
    config_within(m, "fmap_max", 1, 1 << 14, e);
    if (gan_image(m, "in", image, e) < 0 || e->code)
        return -1;
    if (image[0] > STYLE_SIDE || image[1] > STYLE_SIDE)
        return fail(e, TEN_E_USAGE, "config: \"in\": expected sides of %d at most", STYLE_SIDE);
    struct discriminator *net = xcalloc(1, sizeof *net);
    m->net = net;
    m->out = 1;
    net->blocks = style_blocks(image) - 1;
    net->group = group;
    const int64_t rows = (SMALLEST << net->blocks) - image[0],
                  columns = (SMALLEST << net->blocks) - image[1];
    net->frame = (struct padding){rows / 2, rows - rows / 2, columns / 2, columns - columns / 2};
    add_layers(m, net, classes);
    return 0;
}

static void init(struct model *m, uint64_t seed)
{
    const struct discriminator *net = m->net;
    style_conv_init(&net->colours, seed);
    for (int i = 0; i < net->blocks; i++) {
        style_conv_init(&net->block[i].conv0, seed);
        style_conv_init(&net->block[i].conv1, seed);
        style_conv_init(&net->block[i].skip, seed);
    }
    style_conv_init(&net->conv, seed);
    style_linear_init(&net->fc, seed, 0);
    style_linear_init(&net->out, seed, 0);
    if (net->embed.weight)
        init_normal(net->embed.weight, seed, 0, 1);
}

static struct var *block_apply(struct tape *t, const struct stage *b, struct var *x)
{
    const tape_scope s = tape_open(t);
    struct var *h = tape_close(t, s, style_conv_apply(t, &b->conv1, style_conv_apply(t, &b->conv0, x)));
    return tape_close(t, s, op_add(t, h, style_conv_apply(t, &b->skip, x)));
}

/* x [N,4,4,C] -> [N,1] */
static struct var *judged(struct tape *t, const struct discriminator *net, struct var *x,
                          struct var *y)
{
    if (net->group > 0)
        x = style_minibatch_std(t, x, net->group);
    x = style_conv_apply(t, &net->conv, x);
    struct var *h = style_linear_apply(
        t, &net->fc, op_reshape(t, x, DIMS(x->v.dim[0], SMALLEST * SMALLEST * x->v.dim[3])));
    struct var *logit = style_linear_apply(t, &net->out, h);
    if (!net->embed.weight)
        return logit;
    struct var *e =
        op_scale(t, class_table_apply(t, &net->embed, y), 1 / sqrtf((float)h->v.dim[1]));
    return op_add(t, logit, op_sum(t, op_mul(t, e, h), 1 << 1, true));
}

static struct var *forward(struct model *m, struct tape *t, struct var *const *in)
{
    const struct discriminator *net = m->net;
    const tape_scope s = tape_open(t);
    struct var *x = in[0];
    if (net->frame.top + net->frame.bottom + net->frame.left + net->frame.right > 0)
        x = op_pad(t, x, &net->frame, RESAMPLE_ZERO);
    x = style_conv_apply(t, &net->colours, x);
    for (int i = 0; i < net->blocks; i++)
        x = tape_close(t, s, block_apply(t, &net->block[i], x));
    return tape_close(t, s, judged(t, net, x, m->inputs > 1 ? in[1] : NULL));
}

const struct family stylegan2_discriminator_family = {
    "stylegan2_discriminator",
    "{\"in\": [32, 32, 3], \"fmap_base\": 2048, \"fmap_max\": 512, \"group\": 4, \"classes\": 0}",
    build, init, forward};
