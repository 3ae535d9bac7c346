/*
 * The generator of StyleGAN2 (Karras et al., arXiv 1912.04958), with skip connections.  A mapping
 * of z to w, and a synthesis: a constant 4x4 map, modulated convolutions (stylegan2_layers.h),
 * twice as large in each block, and the image, which each block makes twice as large and adds its
 * colours to.
 *
 * Map of 2^k pixels a side: min(fmap_max, fmap_base / 2^(k-1)) channels.  Sides that are no power
 * of two, or not equal, are cut from the middle of the next square that is one.  With classes, z is
 * joined by an embedding of as many numbers.
 *
 * "noise": random (drawn at every pass of training, and NAME.noise_const outside of it), always
 * (drawn), fixed (NAME.noise_const) or none.  "mixing": how probable it is that a batch, in
 * training, has the w of other noise from some layer on.
 *
 * Names: mapping.embed, mapping.fcI, mapping.w_avg, synthesis.bR.const, .conv0, .conv1, .torgb for
 * R = 4, 8, ...
 */
#include "autograd/draws.h"
#include "autograd/ops_image.h"
#include "base/fail.h"
#include "base/mem.h"
#include "models/gan_layers.h"
#include "models/stylegan2.h"
#include "models/stylegan2_layers.h"
#include "nn/init.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAPPING = 32 };

static const float average_decay = 0.995f;

struct stage {
    struct style_layer conv0, conv1;
    struct style_rgb rgb;
}; /* conv0: not of the first */

struct generator {
    int blocks, mapping;
    int64_t width, layers, image[3];
    enum { NOISE_RANDOM, NOISE_ALWAYS, NOISE_FIXED, NOISE_NONE } noise;
    double mixing;
    struct class_table embed;
    struct style_linear fc[MAPPING];
    struct param *average, *constant;
    struct stage block[STYLE_BLOCKS];
};

static int noise_of(const struct model *m, struct ten_err *e)
{
    static const char *const names[] = {"random", "always", "fixed", "none", NULL};
    return config_choice(m, "noise", names, e);
}

static void add_mapping(struct model *m, struct generator *net, int64_t classes)
{
    int64_t in = m->in[0];
    if (classes > 0) {
        net->embed = class_table(m->params, "mapping.embed", classes, in, false);
        in *= 2;
    }
    for (int i = 0; i < net->mapping; i++) {
        char text[LAYER_NAME];
        snprintf(text, sizeof text, "mapping.fc%d", i);
        net->fc[i] = style_linear(m->params, text, in, net->width, 0.01f, true);
        in = net->width;
    }
    net->average = params_add_state(m->params, "mapping.w_avg", 1, &net->width);
}

static void add_blocks(struct model *m, struct generator *net)
{
    const int64_t base = config_int(m, "fmap_base"), max = config_int(m, "fmap_max");
    int64_t in = 0;
    for (int i = 0; i < net->blocks; i++) {
        const int64_t side = 4 << i, out = style_channels(base, max, i + 1);
        struct stage *b = &net->block[i];
        char name[LAYER_NAME], text[LAYER_NAME];
        snprintf(name, sizeof name, "synthesis.b%lld", (long long)side);
        if (i == 0)
            net->constant = params_add(m->params, layer_name(text, name, "const"), PARAMS_MAIN, 3,
                                       (int64_t[]){side, side, out});
        else
            b->conv0 = style_layer(m->params, layer_name(text, name, "conv0"), net->width, in, out,
                                   side, true, net->noise != NOISE_NONE);
        b->conv1 = style_layer(m->params, layer_name(text, name, "conv1"), net->width, out, out,
                               side, false, net->noise != NOISE_NONE);
        b->rgb =
            style_rgb(m->params, layer_name(text, name, "torgb"), net->width, out, net->image[2]);
        in = out;
    }
}

int style_blocks(const int64_t image[3])
{
    int blocks = 2;
    while (blocks < STYLE_BLOCKS && (4 << (blocks - 1) < image[0] || 4 << (blocks - 1) < image[1]))
        blocks++;
    return blocks;
}

static int build(struct model *m, struct ten_err *e)
{
    int64_t image[3];
    const int64_t width = config_within(m, "width", 1, 1 << 14, e),
                  mapping = config_within(m, "mapping", 1, MAPPING, e);
    const int64_t classes = gan_inputs(m, "z", e);
    const int noise = noise_of(m, e);
    const double mixing = config_real(m, "mixing");
    config_within(m, "fmap_base", 1, CONFIG_MAX, e);
    config_within(m, "fmap_max", 1, 1 << 14, e);
    if (gan_image(m, "image", image, e) < 0 || e->code)
        return -1;
    if (m->in_rank != 1 || !(mixing >= 0 && mixing <= 1))
        return fail(e, TEN_E_USAGE,
                    "config: expected \"in\" of one number, and \"mixing\" from 0 to 1");
    if (image[0] > STYLE_SIDE || image[1] > STYLE_SIDE)
        return fail(e, TEN_E_USAGE, "config: \"image\": expected sides of %d at most", STYLE_SIDE);
    struct generator *net = xcalloc(1, sizeof *net);
    m->net = net;
    m->out = image[2];
    m->out_rank = 3;
    *net = (struct generator){.blocks = style_blocks(image),
                              .mapping = (int)mapping,
                              .width = width,
                              .noise = noise,
                              .mixing = mixing};
    net->layers = 2 * net->blocks;
    memcpy(net->image, image, sizeof image);
    add_mapping(m, net, classes);
    add_blocks(m, net);
    return 0;
}

static void init(struct model *m, uint64_t seed)
{
    const struct generator *net = m->net;
    if (net->embed.weight)
        init_normal(net->embed.weight, seed, 0, 1);
    for (int i = 0; i < net->mapping; i++)
        style_linear_init(&net->fc[i], seed, 0);
    init_constant(net->average, 0);
    init_normal(net->constant, seed, 0, 1);
    for (int i = 0; i < net->blocks; i++) {
        if (i > 0)
            style_layer_init(&net->block[i].conv0, seed);
        style_layer_init(&net->block[i].conv1, seed);
        style_rgb_init(&net->block[i].rgb, seed);
    }
}

/* ---- Mapping --------------------------------------------------------------------------------- */

static struct var *mapped(struct tape *t, const struct generator *net, struct var *z, struct var *y)
{
    const tape_scope s = tape_open(t);
    if (y)
        z = op_concat(t, (struct var *[]){z, class_table_apply(t, &net->embed, y)}, 2, 1);
    struct var *w = op_rms_norm(t, z, NULL, 1e-8f);
    for (int i = 0; i < net->mapping; i++)
        w = style_linear_apply(t, &net->fc[i], w);
    return tape_close(t, s, w);
}

/* The average moves towards the mean of w [N,width], over all processes where they join. */
static void follow(const struct generator *net, struct tape *t, const struct var *w)
{
    const struct tape_mode *mode = tape_mode(t);
    double *sum = xcalloc(net->width + 1, sizeof *sum);
    float *average = net->average->value;
    const int64_t n = w->v.dim[0];
    for (int64_t i = 0; i < n; i++)
        for (int64_t k = 0; k < net->width; k++)
            sum[k] += w->v.f[i * net->width + k];
    sum[net->width] = (double)n;
    if (mode->join)
        mode->join(mode->join_ctx, sum, net->width + 1);
    for (int64_t k = 0; k < net->width && sum[net->width] > 0; k++) {
        const float mean = (float)(sum[k] / sum[net->width]);
        average[k] = mean + average_decay * (average[k] - mean);
    }
    free(sum);
}

struct var *stylegan2_map(struct model *g, struct tape *t, struct var *z, struct var *y)
{
    struct var *w = mapped(t, g->net, z, y);
    if (tape_mode(t)->training && !tape_replaying(t))
        follow(g->net, t, w);
    return w;
}

/* ---- Synthesis ------------------------------------------------------------------------------- */

/* w[layers] [N,width]: one for each layer, those of colours among them, which have the next block's
 * first. */
static struct var *synthesized(struct tape *t, const struct generator *net, struct var *const *w)
{
    const tape_scope s = tape_open(t);
    const bool fresh =
        net->noise == NOISE_ALWAYS || (net->noise == NOISE_RANDOM && tape_mode(t)->training);
    const int64_t *c = net->constant->dim, side = 4 << (net->blocks - 1);
    struct var *x = op_reshape(t, tape_param(t, net->constant), DIMS(1, c[0], c[1], c[2])),
               *image = NULL;
    x = op_broadcast(t, x, DIMS(w[0]->v.dim[0], c[0], c[1], c[2]));
    for (int i = 0; i < net->blocks; i++) {
        const struct stage *b = &net->block[i];
        struct var *const *own = w + 2 * i - 1; /* of conv0, conv1, torgb */
        if (i > 0)
            x = style_layer_apply(t, &b->conv0, x, own[0], fresh);
        x = style_layer_apply(t, &b->conv1, x, own[1], fresh);
        struct var *colours = style_rgb_apply(t, &b->rgb, x, own[2]);
        image = image ? op_add(t, style_upsample(t, image), colours) : colours;
        tape_close_all(t, s, (struct var *const[]){x, image}, 2);
    }
    const int64_t *to = net->image;
    if (to[0] < side || to[1] < side)
        image = op_compact(t, op_crop(t, image, (side - to[0]) / 2, (side - to[1]) / 2, to[0], to[1]));
    return tape_close(t, s, image);
}

struct gan_latent stylegan2_latent(const struct model *g)
{
    const struct generator *net = g->net;
    return (struct gan_latent){net->layers, net->width};
}

struct var *stylegan2_synthesize(struct model *g, struct tape *t, struct var *w)
{
    const struct generator *net = g->net;
    struct var *of[2 * STYLE_BLOCKS];
    const tape_scope s = tape_open(t);
    for (int64_t i = 0; i < net->layers; i++)
        of[i] = op_reshape(t, op_slice(t, w, 1, i, 1), DIMS(w->v.dim[0], net->width));
    return tape_close(t, s, synthesized(t, net, of));
}

/* The layer from which on a batch has another w; `layers` without. */
static int64_t crossover(const struct generator *net, struct tape *t)
{
    if (!tape_mode(t)->training || net->mixing <= 0)
        return net->layers;
    const struct rng r = tape_rng(t);
    return rng_uniform(&r, 0) < net->mixing ? 1 + (int64_t)rng_below(&r, 1, net->layers - 1)
                                            : net->layers;
}

static struct var *forward(struct model *m, struct tape *t, struct var *const *in)
{
    const struct generator *net = m->net;
    struct var *of[2 * STYLE_BLOCKS], *y = m->inputs > 1 ? in[1] : NULL;
    const tape_scope s = tape_open(t);
    struct var *w = stylegan2_map(m, t, in[0], y), *other = NULL;
    const int64_t from = crossover(net, t);
    if (from < net->layers)
        other = mapped(t, net, draw_normals(t, 2, in[0]->v.dim), y);
    for (int64_t i = 0; i < net->layers; i++)
        of[i] = i < from ? w : other;
    return tape_close(t, s, synthesized(t, net, of));
}

const struct family stylegan2_generator_family = {
    "stylegan2_generator",
    "{\"in\": [512], \"image\": [32, 32, 3], \"width\": 512, \"mapping\": 8, \"fmap_base\": 2048, "
    "\"fmap_max\": 512, "
    "\"classes\": 0, \"mixing\": 0.9, \"noise\": \"random\"}",
    build, init, forward};
