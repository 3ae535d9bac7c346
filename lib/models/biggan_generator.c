/*
 * Residual generators: of Miyato et al. ("SNGAN", arXiv 1802.05957), with classes of Miyato and
 * Koyama (arXiv 1802.05637), and of Brock, Donahue and Simonyan ("BigGAN", arXiv 1809.11096), in
 * the configuration that the authors of DiffAugment (Zhao et al., arXiv 2006.10738) use for CIFAR
 * and in that for ImageNet at 128x128.  A linear layer to the smallest map of widths[0] channels, a
 * block up (gan_blocks.h) to each further one of "widths", batch norm, relu, a convolution 3x3,
 * tanh.
 *
 * Norms depend on the class by tables or, with "shared", by linear layers on one embedding of that
 * width. "hierarchical": z is cut into equal parts, one for the linear layer and one for each
 * block, whose norms depend on it as well.  "attention": the height of the map that has
 * self-attention, or 0.
 *
 * Names: linear, blockI.norm1 .conv1 .norm2 .conv2 .shortcut, attention, norm, last, shared.
 */
#include "base/fail.h"
#include "base/mem.h"
#include "models/gan_blocks.h"

#include <stdio.h>
#include <string.h>

struct generator {
    int blocks;
    int64_t first[3]; /* the smallest map [H,W,C] */
    int64_t part;     /* of a hierarchical z; 0: z is whole */
    enum gan_init how;
    enum norm_by by;
    struct linear_layer linear;
    struct class_table shared;
    struct up_block block[GAN_STEPS];
    int attention_at; /* behind this block; -1: nowhere */
    struct self_attention attention;
    struct class_norm norm;
    struct conv_layer last;
};

/* What norms depend on: `by`, and how many classes or numbers. */
static int64_t norm_width(struct generator *net, int64_t classes, int64_t shared)
{
    const int64_t vector = shared + net->part;
    net->by = vector > 0 ? NORM_VECTOR : classes > 0 ? NORM_CLASS : NORM_PLAIN;
    return net->by == NORM_VECTOR ? vector : classes;
}

static void add_layers(struct model *m, struct generator *net, const int64_t *widths,
                       int64_t classes)
{
    struct params *ps = m->params;
    const bool spectral = config_bool(m, "spectral");
    const int64_t shared = config_int(m, "shared"), attention = config_int(m, "attention");
    const int64_t n = norm_width(net, classes, shared), pixels = net->first[0] * net->first[1];
    if (shared > 0)
        net->shared = class_table(ps, "shared", classes, shared, false);
    net->linear = gan_linear(ps, "linear", net->part ? net->part : m->in[0], pixels * widths[0],
                             true, spectral);
    net->attention_at = -1;
    for (int i = 0; i < net->blocks; i++) {
        char text[LAYER_NAME];
        snprintf(text, sizeof text, "block%d", i);
        net->block[i] = up_block(ps, text, widths[i], widths[i + 1], net->by, n, spectral);
        if (net->first[0] << (i + 1) == attention) {
            net->attention = self_attention(ps, "attention", widths[i + 1], spectral);
            net->attention_at = i;
        }
    }
    net->norm = class_norm(ps, "norm", widths[net->blocks], NORM_PLAIN, 0, false);
    net->last = gan_conv(ps, "last", widths[net->blocks], m->out, 3, true, spectral);
}

static int check(const struct model *m, const int64_t image[3], int blocks, const int64_t *widths,
                 int64_t classes, struct ten_err *e)
{
    const int64_t attention = config_int(m, "attention");
    const bool hierarchical = config_bool(m, "hierarchical");
    bool found = attention == 0;
    if (image[0] % (1 << blocks) || image[1] % (1 << blocks))
        return fail(e, TEN_E_USAGE,
                    "config: images of %lldx%lld: expected sides that can be halved %d times, once "
                    "for each of \"widths\" but the first",
                    (long long)image[0], (long long)image[1], blocks);
    if (m->in_rank != 1 || (hierarchical && m->in[0] % (blocks + 1) != 0))
        return fail(e, TEN_E_USAGE, "config: \"in\": expected one number%s",
                    hierarchical ? ", a multiple of how many \"widths\" there are" : "");
    if (classes > 0 ? hierarchical && !config_int(m, "shared") : config_int(m, "shared") > 0)
        return fail(e, TEN_E_USAGE,
                    "config: \"shared\": expected a width for a hierarchical z with classes, and 0 "
                    "without classes");
    for (int i = 1; i <= blocks; i++)
        found |= image[0] >> (blocks - i) == attention && widths[i] >= 8;
    return found ? 0
                 : fail(e, TEN_E_USAGE,
                        "config: \"attention\" at %lld: expected the height of a map behind a "
                        "block, of 8 channels at least, or 0",
                        (long long)attention);
}

static int build(struct model *m, struct ten_err *e)
{
    int64_t image[3], widths[GAN_STEPS + 1];
    const int64_t classes = gan_inputs(m, "z", e);
    const int n = config_ints(m, "widths", widths, GAN_STEPS + 1, 1, e), how = gan_init_of(m, e);
    config_within(m, "shared", 0, 1 << 14, e);
    config_within(m, "attention", 0, CONFIG_MAX, e);
    if (gan_image(m, "image", image, e) < 0 || e->code ||
        check(m, image, n - 1, widths, classes, e) < 0)
        return -1;
    const int64_t first[3] = {image[0] >> (n - 1), image[1] >> (n - 1), widths[0]};
    if (gan_first(first, e) < 0)
        return -1;
    struct generator *net = xcalloc(1, sizeof *net);
    m->net = net;
    m->out = image[2];
    m->out_rank = 3;
    net->blocks = n - 1;
    net->how = how;
    memcpy(net->first, first, sizeof first);
    net->part = config_bool(m, "hierarchical") ? m->in[0] / n : 0;
    add_layers(m, net, widths, classes);
    return 0;
}

static void init(struct model *m, uint64_t seed)
{
    const struct generator *net = m->net;
    gan_linear_init(&net->linear, seed, net->how);
    if (net->shared.weight)
        class_table_init(&net->shared, seed, net->how);
    for (int i = 0; i < net->blocks; i++)
        up_block_init(&net->block[i], seed, net->how);
    if (net->attention_at >= 0)
        self_attention_init(&net->attention, seed, net->how);
    class_norm_init(&net->norm, seed, net->how);
    gan_conv_init(&net->last, seed, net->how);
}

/* Part i of z. */
static struct var *part_of(struct tape *t, const struct generator *net, struct var *z, int i)
{
    return net->part ? op_slice(t, z, 1, i * net->part, net->part) : z;
}

/* What the norms of block i depend on. */
static struct var *condition(struct tape *t, const struct generator *net, struct var *z,
                             struct var *y, struct var *shared, int i)
{
    if (net->by != NORM_VECTOR)
        return y;
    if (!net->part)
        return shared;
    struct var *both[2] = {shared, part_of(t, net, z, i + 1)};
    return shared ? op_concat(t, both, 2, 1) : both[1];
}

static struct var *forward(struct model *m, struct tape *t, struct var *const *in)
{
    const struct generator *net = m->net;
    struct var *z = in[0], *y = m->inputs > 1 ? in[1] : NULL;
    const tape_scope s = tape_open(t);
    struct var *shared = net->shared.weight ? class_table_apply(t, &net->shared, y) : NULL;
    struct var *x = linear_apply(t, &net->linear, part_of(t, net, z, 0));
    x = op_reshape(t, x, DIMS(-1, net->first[0], net->first[1], net->first[2]));
    const tape_scope blocks = tape_open(t);
    for (int i = 0; i < net->blocks; i++) {
        x = tape_close(t, blocks, up_block_apply(t, &net->block[i], x, condition(t, net, z, y, shared, i)));
        if (i == net->attention_at)
            x = tape_close(t, blocks, self_attention_apply(t, &net->attention, x));
    }
    x = class_norm_relu(t, &net->norm, x, NULL);
    return tape_close(t, s, op_tanh(t, conv_apply(t, &net->last, x)));
}

const struct family biggan_generator_family = {
    "biggan_generator",
    "{\"in\": [128], \"image\": [32, 32, 3], \"widths\": [256, 256, 256, 256], \"classes\": 10, "
    "\"shared\": 0, "
    "\"hierarchical\": false, \"attention\": 0, \"spectral\": true, \"init\": \"N02\"}",
    build, init, forward};
const struct family sngan_generator_family = {
    "sngan_generator",
    "{\"in\": [128], \"image\": [32, 32, 3], \"widths\": [256, 256, 256, 256], \"classes\": 0, "
    "\"init\": \"glorot\"}",
    build, init, forward};
