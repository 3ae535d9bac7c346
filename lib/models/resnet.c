/*
 * Residual networks (He et al., arXiv 1512.03385), with names of PyTorch's torchvision, and their forms for clips: with
 * "frames" T > 0 a sample is a clip [T,H,W,C], and the answers of the frames are averaged in front of the softmax, as in
 * TSN (Wang et al., arXiv 1608.00859).  What frames see of each other:
 *
 * "shift": 1/shift of the channels come from the next frame and as many from the one before, in front of the first
 * convolution of every block (TSM, Lin, Gan and Han, arXiv 1811.08383), or of the whole block.  Where the third stage has
 * 23 blocks and more (ResNet-101) it is every second one of each stage.
 * "inflate": every second block's first ("3x1x1") or second convolution ("3x3x3") sees three frames (I3D; Wang et al.,
 * arXiv 1711.07971); "inserted": one of 3x1x1 stands where the shift would.
 *
 * stem "small": 3x3 (32x32 images); "large": 7x7, stride 2, and a max pool.
 */
#include "base/fail.h"
#include "base/mem.h"
#include "models/clip.h"
#include "models/online.h"
#include "nn/init.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { STAGES = 8, THIRD = 2, DEEP = 23, BOTTLENECK = 4 };
enum inflate { INFLATE_NONE, INFLATE_FIRST, INFLATE_SECOND, INFLATE_INSERTED };

struct residual {
    bool shift, whole;                  /* in the residual branch; the short cut as well */
    bool wide1, wide2, pool;            /* three frames into conv1, conv2; frames are halved first */
    struct conv_layer inserted;         /* weight NULL: none, as of all below */
    struct norm_layer inserted_norm;
    struct conv_layer conv1, conv2, conv3, short_cut;   /* conv3: of a bottleneck */
    struct norm_layer bn1, bn2, bn3, short_norm;
    struct non_local nl;
};

struct resnet {
    bool large, average, zero_gamma;
    struct clip clip;
    double dropout;
    struct conv_layer stem;
    struct norm_layer stem_norm;
    struct linear_layer fc;
    int blocks;
    struct residual block[];
};

/* ---- Building ------------------------------------------------------------------------------------------------ */

/* What a configuration says of all blocks. */
struct plan {
    int64_t depth[STAGES], width, first_stride, stem_stride;
    int stages;
    bool bottleneck, uni, whole, temporal_pool, non_local;
    enum inflate inflate;
};

static int read_plan(struct plan *p, const struct model *m, struct resnet *net, struct ten_err *e)
{
    static const char *const blocks[] = {"basic", "bottleneck", NULL}, *const stems[] = {"small", "large", NULL};
    static const char *const places[] = {"residual", "block", NULL};
    static const char *const consensus[] = {"average", "none", NULL};
    static const char *const inflates[] = {"none", "3x1x1", "3x3x3", "inserted", NULL};
    const int bottleneck = config_choice(m, "block", blocks, e), large = config_choice(m, "stem", stems, e), uni = config_choice(m, "shift_mode", clip_modes, e);
    const int impl = config_choice(m, "shift_impl", clip_impls, e);
    const int whole = config_choice(m, "shift_place", places, e), none = config_choice(m, "consensus", consensus, e), inflate = config_choice(m, "inflate", inflates, e);
    *p = (struct plan){.width = config_within(m, "width", 1, 1 << 14, e), .first_stride = config_within(m, "first_stride", 1, 2, e),
                       .stem_stride = config_within(m, "stem_stride", 1, 2, e), .bottleneck = bottleneck == 1, .whole = whole == 1,
                       .temporal_pool = config_bool(m, "temporal_pool"), .non_local = config_bool(m, "non_local"),
                       .inflate = (enum inflate)inflate};
    p->stages = config_ints(m, "blocks", p->depth, STAGES, 1, e);
    if (e->code || bottleneck < 0 || large < 0 || uni < 0 || whole < 0 || none < 0 || inflate < 0 || impl < 0 || p->stages < 0)
        return -1;
    net->large = large == 1;
    net->average = none == 0;
    net->zero_gamma = config_bool(m, "zero_gamma");
    net->dropout = config_real(m, "dropout");
    net->clip = (struct clip){.frames = config_int(m, "frames"), .div = config_int(m, "shift"), .uni = uni == 1, .impl = (enum shift_impl)impl};
    return 0;
}

static int check(const struct plan *p, const struct model *m, const struct resnet *net, struct ten_err *e)
{
    const struct clip *c = &net->clip;
    if (clip_check(c, e) < 0)
        return -1;
    if (!(net->dropout >= 0 && net->dropout < 1))
        return fail(e, TEN_E_USAGE, "config: \"dropout\" is %g: expected [0,1)", net->dropout);
    if (m->in_rank != (c->frames ? 4 : 3) || (c->frames && m->in[0] != c->frames) || m->out < 1 || m->out > CONFIG_MAX)
        return fail(e, TEN_E_USAGE, "config: expected \"in\" to be [height,width,channels], or with frames [frames,height,width,channels], and classes");
    if (!c->frames && (p->temporal_pool || p->non_local || p->inflate || !net->average))
        return fail(e, TEN_E_USAGE, "config: \"temporal_pool\", \"non_local\", \"inflate\" and \"consensus\" are of clips: expected \"frames\"");
    if (p->temporal_pool && (c->frames % 2 || p->stages < 2))
        return fail(e, TEN_E_USAGE, "config: \"temporal_pool\" of %lld frames: expected an even number, and two stages", (long long)c->frames);
    return 0;
}

static struct conv_layer inflated(struct params *ps, const char *name, int64_t in, int64_t out, int64_t kernel, int64_t stride, bool wide)
{
    return conv_layer(ps, name, wide ? 3 * in : in, out, kernel, stride, kernel / 2, 1, false);
}

/* The number of the stage and of the block in it. */
struct place { int stage; int64_t number; };

static void place_in_time(struct residual *b, const struct plan *p, struct place at)
{
    const bool second = at.number % 2 == 0;
    b->shift = p->depth[THIRD] < DEEP || second;
    b->whole = p->whole;
    b->wide1 = p->inflate == INFLATE_FIRST && second;
    b->wide2 = p->inflate == INFLATE_SECOND && second;
    b->pool = p->temporal_pool && at.stage == 1 && at.number == 0;
}

/* Where Wang et al. put non-local blocks into ResNet-50: behind every second block of the second and third stage. */
static bool has_non_local(const struct plan *p, struct place at)
{
    return p->non_local && ((at.stage == 1 && at.number < 4) || (at.stage == 2 && at.number < 6)) && at.number % 2 == 0;
}

static struct residual block_layer(struct params *ps, const struct plan *p, struct place at, int64_t in, int64_t stride)
{
    const int64_t width = p->width << at.stage, out = p->bottleneck ? BOTTLENECK * width : width;
    struct residual b = {0};
    char name[LAYER_NAME], text[LAYER_NAME];
    snprintf(name, sizeof name, "layer%d.%lld", at.stage + 1, (long long)at.number);
    place_in_time(&b, p, at);
    if (p->inflate == INFLATE_INSERTED) {
        b.inserted = conv_layer(ps, layer_name(text, name, "time"), 3 * in, in, 1, 1, 0, 1, false);
        b.inserted_norm = norm_layer(ps, layer_name(text, name, "time_bn"), in);
    }
    const bool thin = p->bottleneck;
    b.conv1 = inflated(ps, layer_name(text, name, "conv1"), in, width, thin ? 1 : 3, thin ? 1 : stride, b.wide1);
    b.bn1 = norm_layer(ps, layer_name(text, name, "bn1"), width);
    b.conv2 = inflated(ps, layer_name(text, name, "conv2"), width, width, 3, thin ? stride : 1, b.wide2);
    b.bn2 = norm_layer(ps, layer_name(text, name, "bn2"), width);
    if (thin) {
        b.conv3 = conv_layer(ps, layer_name(text, name, "conv3"), width, out, 1, 1, 0, 1, false);
        b.bn3 = norm_layer(ps, layer_name(text, name, "bn3"), out);
    }
    if (stride != 1 || in != out) {
        b.short_cut = conv_layer(ps, layer_name(text, name, "downsample.0"), in, out, 1, stride, 0, 1, false);
        b.short_norm = norm_layer(ps, layer_name(text, name, "downsample.1"), out);
    }
    if (has_non_local(p, at))
        b.nl = non_local_layer(ps, layer_name(text, name, "nl"), out);
    return b;
}

static int build(struct model *m, struct ten_err *e)
{
    struct resnet head = {0}, *net;
    struct plan p;
    int64_t total = 0;
    m->out = config_int(m, "classes");
    if (read_plan(&p, m, &head, e) < 0 || check(&p, m, &head, e) < 0)
        return -1;
    for (int s = 0; s < p.stages; s++)
        total += p.depth[s];
    net = xcalloc(1, sizeof *net + (size_t)total * sizeof net->block[0]);
    *net = head;
    m->net = net;
    m->out_rank = net->average ? 1 : 2;
    net->stem = conv_layer(m->params, "conv1", m->in[m->in_rank - 1], p.width, net->large ? 7 : 3, net->large ? 2 : p.stem_stride,
                           net->large ? 3 : 1, 1, false);
    net->stem_norm = norm_layer(m->params, "bn1", p.width);
    int64_t in = p.width;
    for (int s = 0; s < p.stages; s++)
        for (int64_t i = 0; i < p.depth[s]; i++) {
            const int64_t stride = i > 0 ? 1 : s > 0 ? 2 : p.first_stride;
            net->block[net->blocks++] = block_layer(m->params, &p, (struct place){s, i}, in, stride);
            in = (p.width << s) * (p.bottleneck ? BOTTLENECK : 1);
        }
    net->fc = linear_layer(m->params, "fc", in, m->out, true);
    return 0;
}

/* ---- First values ---------------------------------------------------------------------------------------------- */

/* Convolutions as He et al. (fan out), the last linear layer as PyTorch. */
static void init_pair(const struct conv_layer *c, const struct norm_layer *n, uint64_t seed)
{
    if (!c->weight)
        return;
    init_he_normal(c->weight, seed, INIT_FAN_OUT, init_gain_leaky(0));
    norm_layer_init(n);
}

/* Near the mean of the three frames. */
static void init_inserted(const struct residual *b, uint64_t seed)
{
    const int64_t channels = b->inserted.weight ? b->inserted.weight->dim[0] : 0;
    if (channels == 0)
        return;
    init_he_normal(b->inserted.weight, seed, INIT_FAN_IN, 0.1);
    norm_layer_init(&b->inserted_norm);
    for (int64_t c = 0; c < channels; c++)
        for (int64_t k = 0; k < 3; k++)
            b->inserted.weight->value[c * 3 * channels + k * channels + c] += 1.0f / 3;
}

static void init(struct model *m, uint64_t seed)
{
    const struct resnet *net = m->net;
    init_pair(&net->stem, &net->stem_norm, seed);
    for (int i = 0; i < net->blocks; i++) {
        const struct residual *b = &net->block[i];
        init_inserted(b, seed);
        init_pair(&b->conv1, &b->bn1, seed);
        init_pair(&b->conv2, &b->bn2, seed);
        init_pair(&b->conv3, &b->bn3, seed);
        init_pair(&b->short_cut, &b->short_norm, seed);
        if (b->nl.theta.weight)
            non_local_init(&b->nl, seed);
        if (net->zero_gamma)
            init_constant(b->conv3.weight ? b->bn3.weight : b->bn2.weight, 0);
    }
    linear_init(&net->fc, seed);
}

/* ---- Forward ----------------------------------------------------------------------------------------------------- */

static const struct unary_op relu = {.kind = UNARY_RELU}, none = {.kind = UNARY_COPY};

/* act(norm(y) + add); s: the scope that y was made in, which ends here, as nobody else reads y. */
static struct var *normed(struct tape *t, tape_scope s, const struct norm_layer *n, struct var *y, struct var *add,
                          struct unary_op act)
{
    return tape_close(t, s, norm_layer_apply(t, n, y, add, act));
}

/* What the residual branch of b sees of x. */
static struct var *seen(const struct clip *c, const struct residual *b, struct tape *t, struct var *x)
{
    if (b->inserted.weight)
        return norm_layer_apply(t, &b->inserted_norm, conv_apply(t, &b->inserted, clip_neighbours(c, t, x)), NULL, relu);
    if (b->shift && !b->whole)
        x = clip_shift(c, t, x);
    return b->wide1 ? clip_neighbours(c, t, x) : x;
}

static struct var *first(const struct clip *c, const struct residual *b, struct tape *t, struct var *x)
{
    const tape_scope s = tape_open(t);
    const bool shifts = b->shift && !b->whole && !b->wide1 && !b->inserted.weight;
    x = shifts ? clip_shift_conv(c, t, x, &b->conv1) : conv_apply(t, &b->conv1, seen(c, b, t, x));
    return normed(t, s, &b->bn1, x, NULL, relu);
}

/* h: what the first convolution made. */
static struct var *second(const struct clip *c, const struct residual *b, struct tape *t, struct var *h, struct var *add)
{
    const tape_scope s = tape_open(t);
    return normed(t, s, &b->bn2, conv_apply(t, &b->conv2, b->wide2 ? clip_neighbours(c, t, h) : h), add, relu);
}

static struct var *short_cut(const struct residual *b, struct tape *t, struct var *x)
{
    const tape_scope s = tape_open(t);
    if (!b->short_cut.weight)
        return x;
    return normed(t, s, &b->short_norm, conv_apply(t, &b->short_cut, x), NULL, none);
}

/* What a block without the non-local one behind it makes of x: two convolutions, or three. */
static struct var *branch(const struct clip *c, const struct residual *b, struct tape *t, struct var *x)
{
    const tape_scope s = tape_open(t);
    struct var *h = first(c, b, t, x);
    if (!b->conv3.weight)
        return tape_close(t, s, second(c, b, t, h, short_cut(b, t, x)));
    h = tape_close(t, s, second(c, b, t, h, NULL));
    x = short_cut(b, t, x);
    return normed(t, s, &b->bn3, conv_apply(t, &b->conv3, h), x, relu);
}

static struct var *block_forward(struct clip *c, const struct residual *b, struct tape *t, struct var *x)
{
    const tape_scope s = tape_open(t);
    if (b->pool) {
        x = clip_max_pool(c, t, x);
        c->frames /= 2;
    }
    if (b->shift && b->whole)
        x = clip_shift(c, t, x);
    struct var *h = branch(c, b, t, x);
    return tape_close(t, s, b->nl.theta.weight ? non_local_apply(&b->nl, c, t, h) : h);
}

/* Images, or frames side by side [N,H,W,C], to logits of each.  What goes into a block goes when it is through, unless
 * the way back reads it. */
static struct var *answers(const struct resnet *net, struct clip *c, struct tape *t, struct var *x)
{
    const tape_scope s = tape_open(t);
    x = normed(t, s, &net->stem_norm, conv_apply(t, &net->stem, x), NULL, relu);
    if (net->large)
        x = tape_close(t, s, op_max_pool(t, x, 3, 2, 1));
    for (int i = 0; i < net->blocks; i++)
        x = tape_close(t, s, block_forward(c, &net->block[i], t, x));
    return linear_apply(t, &net->fc, op_dropout(t, op_global_average(t, x), (float)net->dropout));
}

static struct var *forward(struct model *m, struct tape *t, struct var *const *in)
{
    const struct resnet *net = m->net;
    struct clip c = net->clip;
    const tape_scope s = tape_open(t);
    struct var *x = clip_side_by_side(&c, m, t, in[0]);
    x = answers(net, &c, t, x);
    if (c.frames) {
        x = op_reshape(t, x, DIMS(-1, c.frames, m->out));
        x = net->average ? op_mean(t, x, 1 << 1, false) : x;
    }
    return tape_close(t, s, x);
}

struct var *resnet_online(struct model *m, struct tape *t, struct var *frame, struct clip_past *past)
{
    const struct resnet *net = m->net;
    struct clip c = net->clip;
    c.past = past;
    past->at = 0;
    const tape_scope s = tape_open(t);
    return tape_close(t, s, answers(net, &c, t, frame));
}

int resnet_check_online(const struct model *m, struct ten_err *e)
{
    const struct resnet *net = m->net;
    const struct clip *c = &net->clip;
    if (clip_check_online(c, e) < 0)
        return -1;
    for (int i = 0; i < net->blocks; i++) {
        const struct residual *b = &net->block[i];
        if (b->wide1 || b->wide2 || b->inserted.weight || b->pool || b->nl.theta.weight)
            return fail(e, TEN_E_DATA, "it looks at whole clips (inflate, temporal_pool or non_local): expected shift alone");
    }
    return 0;
}

const struct family resnet_family = {
    "resnet",
    "{\"stem\": \"small\", \"stem_stride\": 1, \"first_stride\": 1, \"block\": \"basic\", \"width\": 64, \"blocks\": [2, 2, 2, 2], "
    "\"in\": [32, 32, 3], \"classes\": 10, \"dropout\": 0.0, \"zero_gamma\": false, \"frames\": 0, \"consensus\": \"average\", \"shift\": 8, "
    "\"shift_mode\": \"bi\", \"shift_impl\": \"auto\", \"shift_place\": \"residual\", \"inflate\": \"none\", \"temporal_pool\": false, \"non_local\": false}",
    build, init, forward
};
