/*
 * Generator and discriminator of Radford, Metz and Chintala ("DCGAN", arXiv 1511.06434):
 * convolutions 4x4 of stride 2 throughout.
 *
 * The generator, "steps" up: a linear layer to the smallest map of "width" channels, transposed
 * convolutions that double its sides and halve its channels, each with batch norm and relu, the
 * last one without and with tanh, to the channels of the image.  The discriminator, as many steps
 * down: convolutions from "width" channels on, doubled at each step, leaky relu 0.2 behind each,
 * spectral norms (Miyato et al., arXiv 1802.05957) or none, a linear layer to a logit. With
 * classes: batch norms of the class, a projection (gan_layers.h).
 *
 * Names: linear, upI, normI; convI, linear, embed.
 */
#include "base/fail.h"
#include "base/mem.h"
#include "models/gan_layers.h"
#include "nn/init.h"

#include <stdio.h>
#include <string.h>

struct generator {
    int steps;
    int64_t first[3]; /* the smallest map [H,W,C] */
    struct linear_layer linear;
    struct class_norm norm[GAN_STEPS];
    struct conv_layer up[GAN_STEPS];
};

static void add_ups(struct generator *net, struct params *ps, int64_t classes, int64_t channels)
{
    const enum norm_by by = classes > 0 ? NORM_CLASS : NORM_PLAIN;
    int64_t width = net->first[2];
    for (int i = 0; i < net->steps; i++) {
        const bool last = i == net->steps - 1;
        const int64_t next = last ? channels : width / 2;
        char text[LAYER_NAME];
        snprintf(text, sizeof text, "up%d", i);
        net->up[i] = conv_transpose_layer(ps, text, width, next, 4, 2, 1, last);
        snprintf(text, sizeof text, "norm%d", i);
        if (!last)
            net->norm[i] = class_norm(ps, text, next, by, classes, false);
        width = next;
    }
}

/* Whether width can be halved so often: -1 with *e set, which names the nearest one that can. */
static int halves(int64_t width, int times, struct ten_err *e)
{
    const int64_t unit = (int64_t)1 << times, near = (width + unit / 2) / unit * unit;
    if (width % unit == 0)
        return 0;
    return fail(e, TEN_E_USAGE, "config: \"width\" is %lld: expected one that can be halved %d times, such as %lld",
                (long long)width, times, (long long)(near > 0 ? near : unit));
}

static int generator_build(struct model *m, struct ten_err *e)
{
    int64_t image[3];
    const int64_t width = config_within(m, "width", 1, 1 << 14, e), classes = gan_inputs(m, "z", e);
    const int steps = gan_image(m, "image", image, e) < 0 ? -1 : gan_steps(m, image, e);
    if (e->code)
        return -1;
    const int64_t first[3] = {image[0] >> steps, image[1] >> steps, width};
    if (m->in_rank != 1)
        return fail(e, TEN_E_USAGE, "config: expected \"in\" of one number");
    if (halves(width, steps - 1, e) < 0 || gan_first(first, e) < 0)
        return -1;
    struct generator *net = xcalloc(1, sizeof *net);
    m->net = net;
    m->out = image[2];
    m->out_rank = 3;
    net->steps = steps;
    memcpy(net->first, first, sizeof first);
    net->linear = linear_layer(m->params, "linear", m->in[0], first[0] * first[1] * width, true);
    add_ups(net, m->params, classes, image[2]);
    return 0;
}

static void generator_init(struct model *m, uint64_t seed)
{
    const struct generator *net = m->net;
    init_normal(net->linear.weight, seed, 0, 0.02);
    for (int i = 0; i < net->steps; i++) {
        init_normal(net->up[i].weight, seed, 0, 0.02);
        if (i < net->steps - 1)
            class_norm_init(&net->norm[i], seed, GAN_N02);
    }
}

static struct var *generator_forward(struct model *m, struct tape *t, struct var *const *in)
{
    const struct generator *net = m->net;
    struct var *y = m->inputs > 1 ? in[1] : NULL;
    const tape_scope s = tape_open(t);
    struct var *x = linear_apply(t, &net->linear, in[0]);
    x = op_reshape(t, x, DIMS(-1, net->first[0], net->first[1], net->first[2]));
    for (int i = 0; i < net->steps - 1; i++)
        x = tape_close(t, s, class_norm_relu(t, &net->norm[i], conv_transpose_apply(t, &net->up[i], x), y));
    return tape_close(t, s, op_tanh(t, conv_transpose_apply(t, &net->up[net->steps - 1], x)));
}

const struct family dcgan_generator_family = {
    "dcgan_generator",
    "{\"in\": [64], \"image\": [32, 32, 3], \"width\": 128, \"steps\": 0, \"classes\": 0}",
    generator_build, generator_init, generator_forward};

/* ---- Discriminator --------------------------------------------------------------------------- */

struct discriminator {
    int steps;
    struct conv_layer conv[GAN_STEPS];
    struct gan_head head;
};

static int discriminator_build(struct model *m, struct ten_err *e)
{
    int64_t image[3], in;
    const int64_t width = config_within(m, "width", 1, 1 << 14, e), classes = gan_inputs(m, "x", e);
    const int steps = gan_image(m, "in", image, e) < 0 ? -1 : gan_steps(m, image, e);
    const bool spectral = config_bool(m, "spectral");
    if (e->code)
        return -1;
    struct discriminator *net = xcalloc(1, sizeof *net);
    m->net = net;
    m->out = 1;
    net->steps = steps;
    in = image[2];
    for (int i = 0; i < steps; i++) {
        char text[LAYER_NAME];
        snprintf(text, sizeof text, "conv%d", i);
        net->conv[i] = spectral
                           ? spectral_conv_layer(m->params, text, in, width << i, 4, 2, 1, true)
                           : conv_layer(m->params, text, in, width << i, 4, 2, 1, 1, true);
        in = width << i;
    }
    net->head = gan_head(m->params, "linear", (image[0] >> steps) * (image[1] >> steps) * in,
                         classes, spectral);
    return 0;
}

static void discriminator_init(struct model *m, uint64_t seed)
{
    const struct discriminator *net = m->net;
    for (int i = 0; i < net->steps; i++)
        gan_conv_init(&net->conv[i], seed, GAN_N02);
    gan_head_init(&net->head, seed, GAN_N02);
}

static struct var *discriminator_forward(struct model *m, struct tape *t, struct var *const *in)
{
    const struct discriminator *net = m->net;
    const tape_scope s = tape_open(t);
    struct var *x = in[0];
    for (int i = 0; i < net->steps; i++)
        x = tape_close(t, s, op_leaky(t, conv_apply(t, &net->conv[i], x), 0.2f));
    x = op_reshape(t, x, DIMS(x->v.dim[0], x->v.dim[1] * x->v.dim[2] * x->v.dim[3]));
    return tape_close(t, s, gan_head_apply(t, &net->head, x, m->inputs > 1 ? in[1] : NULL));
}

const struct family dcgan_discriminator_family = {
    "dcgan_discriminator",
    "{\"in\": [32, 32, 3], \"width\": 32, \"steps\": 0, \"spectral\": true, \"classes\": 0}",
    discriminator_build, discriminator_init, discriminator_forward};
