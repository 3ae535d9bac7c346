/*
 * Residual networks (He et al., arXiv 1512.03385) of basic blocks, with names of PyTorch's torchvision, and their form
 * for clips (TSM, Lin, Gan and Han, arXiv 1811.08383): with "frames" T > 0 a sample is a clip [T,H,W,C], 1/"shift" of
 * the channels come from the next frame and as many from the one before, in front of the first convolution of every
 * block, and the answers of the frames are averaged.
 *
 * stem "small": 3x3, stride 1 (32x32 images); "large": 7x7, stride 2, and a max pool.
 */
#include "base/fail.h"
#include "base/mem.h"
#include "models/model.h"
#include "nn/init.h"
#include "nn/layers.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { STAGES = 8 };

struct residual {
    struct conv_layer conv1, conv2, short_cut;  /* short_cut.weight NULL: the input itself */
    struct norm_layer bn1, bn2, short_norm;
};

struct resnet {
    bool large;
    int64_t frames, fold;               /* fold: 1/fold of the channels each way; 0: no shift */
    struct conv_layer stem;
    struct norm_layer stem_norm;
    struct linear_layer fc;
    int blocks;
    struct residual block[];
};

static struct residual block_layer(struct params *ps, const char *name, int64_t in, int64_t out, int64_t stride)
{
    char text[LAYER_NAME];
    struct residual b = {.conv1 = conv_layer(ps, layer_name(text, name, "conv1"), in, out, 3, stride, 1, 1, false)};
    b.bn1 = norm_layer(ps, layer_name(text, name, "bn1"), out);
    b.conv2 = conv_layer(ps, layer_name(text, name, "conv2"), out, out, 3, 1, 1, 1, false);
    b.bn2 = norm_layer(ps, layer_name(text, name, "bn2"), out);
    if (stride != 1 || in != out) {
        b.short_cut = conv_layer(ps, layer_name(text, name, "downsample.0"), in, out, 1, stride, 0, 1, false);
        b.short_norm = norm_layer(ps, layer_name(text, name, "downsample.1"), out);
    }
    return b;
}

static int build(struct model *m, struct ten_err *e)
{
    int64_t depth[STAGES], total = 0, width = config_int(m, "width"), in = width;
    const int stages = config_ints(m, "blocks", depth, STAGES, 1, e);
    const char *stem = config_text(m, "stem");
    struct params *ps = m->params;
    char text[LAYER_NAME];
    if (stages < 0)
        return -1;
    if (width < 1 || width > 1 << 14)
        return fail(e, TEN_E_USAGE, "config: \"width\" is %lld: expected 1 to 16384", (long long)width);
    if (strcmp(stem, "small") != 0 && strcmp(stem, "large") != 0)
        return fail(e, TEN_E_USAGE, "config: \"stem\" is \"%s\": expected small or large", stem);
    for (int s = 0; s < stages; s++)
        total += depth[s];

    struct resnet *net = xcalloc(1, sizeof *net + total * sizeof net->block[0]);
    m->net = net;
    m->out = config_int(m, "classes");
    net->large = stem[0] == 'l';
    net->frames = config_int(m, "frames");
    net->fold = config_int(m, "shift");
    if (net->fold < 0 || net->fold == 1)
        return fail(e, TEN_E_USAGE, "config: \"shift\" is %lld: expected 0 or at least 2", (long long)net->fold);
    if (m->in_rank != (net->frames ? 4 : 3) || (net->frames && m->in[0] != net->frames) || m->out < 1 || m->out > CONFIG_MAX)
        return fail(e, TEN_E_USAGE, "config: expected \"in\" to be [height,width,channels], or with frames [frames,height,width,channels], and classes");

    net->stem = conv_layer(ps, "conv1", m->in[m->in_rank - 1], width, net->large ? 7 : 3, net->large ? 2 : 1, net->large ? 3 : 1, 1, false);
    net->stem_norm = norm_layer(ps, "bn1", width);
    for (int s = 0; s < stages; s++)
        for (int64_t i = 0; i < depth[s]; i++) {
            const int64_t out = width << s;
            snprintf(text, sizeof text, "layer%d.%lld", s + 1, (long long)i);
            net->block[net->blocks++] = block_layer(ps, text, in, out, s > 0 && i == 0 ? 2 : 1);
            in = out;
        }
    net->fc = linear_layer(ps, "fc", in, m->out, true);
    return 0;
}

/* Convolutions as He et al. (fan out), the last linear layer as PyTorch. */
static void init_pair(const struct conv_layer *c, const struct norm_layer *n, uint64_t seed)
{
    if (!c->weight)
        return;
    init_he_normal(c->weight, seed, INIT_FAN_OUT, init_gain_leaky(0));
    norm_layer_init(n);
}

static void init(struct model *m, uint64_t seed)
{
    const struct resnet *net = m->net;
    init_pair(&net->stem, &net->stem_norm, seed);
    for (int i = 0; i < net->blocks; i++) {
        init_pair(&net->block[i].conv1, &net->block[i].bn1, seed);
        init_pair(&net->block[i].conv2, &net->block[i].bn2, seed);
        init_pair(&net->block[i].short_cut, &net->block[i].short_norm, seed);
    }
    linear_init(&net->fc, seed);
}

static const struct unary_op relu = {.kind = UNARY_RELU}, none = {.kind = UNARY_COPY};

static struct var *block_forward(const struct resnet *net, const struct residual *b, struct tape *t, struct var *x)
{
    const tape_scope s = tape_open(t);
    const int64_t fold = net->fold ? x->v.dim[3] / net->fold : 0;
    struct var *in = net->frames && fold ? op_shift(t, x, net->frames, fold, fold) : x;
    struct var *h = norm_layer_apply(t, &b->bn1, conv_apply(t, &b->conv1, in), NULL, relu);
    h = conv_apply(t, &b->conv2, h);
    if (b->short_cut.weight)
        x = norm_layer_apply(t, &b->short_norm, conv_apply(t, &b->short_cut, x), NULL, none);
    return tape_close(t, s, norm_layer_apply(t, &b->bn2, h, x, relu));
}

static struct var *forward(struct model *m, struct tape *t, struct var *const *in)
{
    struct var *x = in[0];
    const struct resnet *net = m->net;
    const int64_t clips = x->v.dim[0];
    const tape_scope s = tape_open(t);
    if (net->frames)
        x = op_reshape(t, x, DIMS(-1, m->in[1], m->in[2], m->in[3]));
    x = norm_layer_apply(t, &net->stem_norm, conv_apply(t, &net->stem, x), NULL, relu);
    if (net->large)
        x = op_max_pool(t, x, 3, 2, 1);
    for (int i = 0; i < net->blocks; i++)
        x = block_forward(net, &net->block[i], t, x);
    x = linear_apply(t, &net->fc, op_global_average(t, x));
    if (net->frames)
        x = op_mean(t, op_reshape(t, x, DIMS(clips, net->frames, m->out)), 1 << 1, false);
    return tape_close(t, s, x);
}

const struct family resnet_family = {
    "resnet",
    "{\"stem\": \"small\", \"width\": 64, \"blocks\": [2, 2, 2, 2], \"in\": [32, 32, 3], \"classes\": 10, \"frames\": 0, \"shift\": 8}",
    build, init, forward
};
