/*
 * Residual discriminators with spectral norms, of the papers of biggan_generator.c: a block
 * (gan_blocks.h) for each of "widths", the first "down" of which halve the map, relu, the sum over
 * pixels, a linear layer to a logit; with classes, a projection.  The convolutions of a block have
 * between them as many channels as come out ("wide", and in the first block) or as go in.
 * "attention": the height of the map that has self-attention, or 0.
 *
 * Names: blockI.conv1 .conv2 .shortcut, attention, linear, embed.
 */
#include "base/fail.h"
#include "base/mem.h"
#include "models/gan_blocks.h"

#include <stdio.h>

enum { BLOCKS = 32 };

struct discriminator {
    int blocks;
    enum gan_init how;
    struct down_block block[BLOCKS];
    int attention_at; /* behind this block; -1: nowhere */
    struct self_attention attention;
    struct gan_head head;
};

/* The block behind which the map has height `attention`: -1 for none, -2 where there is no such
 * map. */
static int attention_at(int64_t attention, int64_t height, int64_t down, const int64_t *widths,
                        int blocks)
{
    for (int i = 0; attention > 0 && i < blocks; i++) {
        height = i < down ? height / 2 : height;
        if (height == attention && widths[i] >= 8)
            return i;
    }
    return attention > 0 ? -2 : -1;
}

static void add_layers(struct model *m, struct discriminator *net, const int64_t *widths,
                       int64_t classes)
{
    const bool spectral = config_bool(m, "spectral"), wide = config_bool(m, "wide");
    const int64_t down = config_int(m, "down");
    int64_t in = m->in[2];
    for (int i = 0; i < net->blocks; i++) {
        char text[LAYER_NAME];
        snprintf(text, sizeof text, "block%d", i);
        net->block[i] = down_block(m->params, text, in, wide || i == 0 ? widths[i] : in, widths[i],
                                   i == 0, i < down, spectral);
        in = widths[i];
        if (i == net->attention_at)
            net->attention = self_attention(m->params, "attention", in, spectral);
    }
    net->head = gan_head(m->params, "linear", in, classes, spectral);
}

static int build(struct model *m, struct ten_err *e)
{
    int64_t image[3], widths[BLOCKS];
    const int64_t classes = gan_inputs(m, "x", e);
    const int n = config_ints(m, "widths", widths, BLOCKS, 1, e), how = gan_init_of(m, e);
    const int64_t down = config_within(m, "down", 0, n < GAN_STEPS ? n : GAN_STEPS, e);
    const int64_t attention = config_within(m, "attention", 0, CONFIG_MAX, e);
    if (gan_image(m, "in", image, e) < 0 || e->code)
        return -1;
    if (image[0] % (INT64_C(1) << down) || image[1] % (INT64_C(1) << down))
        return fail(
            e, TEN_E_USAGE,
            "config: images of %lldx%lld: expected sides that can be halved %lld times (\"down\")",
            (long long)image[0], (long long)image[1], (long long)down);
    const int at = attention_at(attention, image[0], down, widths, n);
    if (at == -2)
        return fail(e, TEN_E_USAGE,
                    "config: \"attention\" at %lld: expected the height of a map behind a block, "
                    "of 8 channels at least, or 0",
                    (long long)attention);
    struct discriminator *net = xcalloc(1, sizeof *net);
    m->net = net;
    m->out = 1;
    *net = (struct discriminator){.blocks = n, .how = how, .attention_at = at};
    add_layers(m, net, widths, classes);
    return 0;
}

static void init(struct model *m, uint64_t seed)
{
    const struct discriminator *net = m->net;
    for (int i = 0; i < net->blocks; i++)
        down_block_init(&net->block[i], seed, net->how);
    if (net->attention_at >= 0)
        self_attention_init(&net->attention, seed, net->how);
    gan_head_init(&net->head, seed, net->how);
}

static struct var *forward(struct model *m, struct tape *t, struct var *const *in)
{
    const struct discriminator *net = m->net;
    const tape_scope s = tape_open(t);
    struct var *x = in[0];
    for (int i = 0; i < net->blocks; i++) {
        x = tape_close(t, s, down_block_apply(t, &net->block[i], x));
        if (i == net->attention_at)
            x = tape_close(t, s, self_attention_apply(t, &net->attention, x));
    }
    x = op_sum(t, op_relu(t, x), 1 << 1 | 1 << 2, false);
    return tape_close(t, s, gan_head_apply(t, &net->head, x, m->inputs > 1 ? in[1] : NULL));
}

const struct family biggan_discriminator_family = {
    "biggan_discriminator",
    "{\"in\": [32, 32, 3], \"widths\": [256, 256, 256, 256], \"down\": 2, \"wide\": true, "
    "\"classes\": 10, "
    "\"attention\": 0, \"spectral\": true, \"init\": \"N02\"}",
    build, init, forward};
const struct family sngan_discriminator_family = {
    "sngan_discriminator",
    "{\"in\": [32, 32, 3], \"widths\": [128, 128, 128, 128], \"down\": 2, \"wide\": false, "
    "\"classes\": 0, "
    "\"spectral\": true, \"init\": \"glorot\"}",
    build, init, forward};
