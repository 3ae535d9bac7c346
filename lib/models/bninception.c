/*
 * BN-Inception (Ioffe and Szegedy, arXiv 1502.03167), which TSN (Wang et al., arXiv 1608.00859) began with: sizes and
 * names of its form in Caffe, that those of PyTorch have.  Convolutions have biases, and behind NAME stands the norm
 * NAME_bn.  Pools of stride 2 round sizes up.
 *
 * A block is branches side by side: 1x1; 1x1, 3x3; 1x1, 3x3, 3x3; a pool, 1x1.  One that halves the image lacks the first
 * branch, and the last convolution.
 *
 * For clips, "frames" and what goes with it, see resnet.c.  There are no short cuts: channels are shifted in front of all
 * branches of a block, and of the second stage of the stem, as in the public code of Lin, Gan and Han, arXiv 1811.08383.
 */
#include "base/fail.h"
#include "base/mem.h"
#include "models/clip.h"
#include "models/online.h"
#include "nn/init.h"

#include <stdio.h>
#include <string.h>

enum part { ONE, REDUCE, THREE, DOUBLE_REDUCE, DOUBLE_FIRST, DOUBLE_SECOND, PROJECTION, PARTS };
static const struct { const char *name; int64_t kernel; } parts[PARTS] = {
    {"1x1", 1}, {"3x3_reduce", 1}, {"3x3", 3}, {"double_3x3_reduce", 1}, {"double_3x3_1", 3}, {"double_3x3_2", 3},
    {"pool_proj", 1},
};

/* Channels of each part; those of 0 are not there. */
enum { BLOCKS = 10, HALVINGS = 32 };
static const struct plan { const char *name; int64_t channels[PARTS]; bool maximum; } plans[BLOCKS] = {
    {"3a", {64, 64, 64, 64, 96, 96, 32}, false},
    {"3b", {64, 64, 96, 64, 96, 96, 64}, false},
    {"3c", {0, 128, 160, 64, 96, 96, 0}, true},
    {"4a", {224, 64, 96, 96, 128, 128, 128}, false},
    {"4b", {192, 96, 128, 96, 128, 128, 128}, false},
    {"4c", {160, 128, 160, 128, 160, 160, 128}, false},
    {"4d", {96, 128, 192, 160, 192, 192, 128}, false},
    {"4e", {0, 128, 192, 192, 256, 256, 0}, true},
    {"5a", {352, 192, 320, 160, 224, 224, 128}, false},
    {"5b", {352, 192, 320, 192, 224, 224, 128}, true},
};

struct unit { struct conv_layer conv; struct norm_layer norm; };    /* weight NULL: none */
struct bninception {
    struct clip clip;
    double dropout;
    struct unit first, reduce, second;  /* the stem */
    struct unit block[BLOCKS][PARTS];
    struct linear_layer fc;
};

static bool halves(const struct plan *p) { return p->channels[ONE] == 0; }

/* ---- Building ------------------------------------------------------------------------------------------------ */

static struct unit unit(struct params *ps, const char *name, int64_t in, int64_t out, int64_t kernel, int64_t stride)
{
    char norm[LAYER_NAME + 4];
    snprintf(norm, sizeof norm, "%s_bn", name);
    return (struct unit){conv_layer(ps, name, in, out, kernel, stride, kernel / 2, 1, true), norm_layer(ps, norm, out)};
}

/* What block p makes of `in` channels. */
static int64_t channels_out(const struct plan *p, int64_t in)
{
    const int64_t *c = p->channels;
    return c[ONE] + c[THREE] + c[DOUBLE_SECOND] + (halves(p) ? in : c[PROJECTION]);
}

static void block_units(struct unit *u, struct params *ps, const struct plan *p, int64_t in)
{
    for (int i = 0; i < PARTS; i++) {
        const bool begins = i == ONE || i == REDUCE || i == DOUBLE_REDUCE || i == PROJECTION;
        const bool ends = i == THREE || i == DOUBLE_SECOND;
        char name[LAYER_NAME];
        if (p->channels[i] == 0)
            continue;
        snprintf(name, sizeof name, "inception_%s_%s", p->name, parts[i].name);
        u[i] = unit(ps, name, begins ? in : p->channels[i - 1], p->channels[i], parts[i].kernel, ends && halves(p) ? 2 : 1);
    }
}

static int check(const struct model *m, const struct bninception *net, struct ten_err *e)
{
    const struct clip *c = &net->clip;
    const int image = c->frames != 0;
    if (clip_check(c, e) < 0)
        return -1;
    if (!(net->dropout >= 0 && net->dropout < 1))
        return fail(e, TEN_E_USAGE, "config: \"dropout\" is %g: expected it in [0,1)", net->dropout);
    if (m->in_rank != 3 + image || (image && m->in[0] != c->frames) || m->out < 1 || m->out > CONFIG_MAX)
        return fail(e, TEN_E_USAGE, "config: expected \"in\" to be [height,width,channels], or with frames "
                    "[frames,height,width,channels], and classes");
    if (m->in[image] % HALVINGS || m->in[image + 1] % HALVINGS)
        return fail(e, TEN_E_USAGE, "config: images of %lldx%lld: expected sides that are multiples of %d",
                    (long long)m->in[image], (long long)m->in[image + 1], HALVINGS);
    return 0;
}

static int build(struct model *m, struct ten_err *e)
{
    const int uni = config_choice(m, "shift_mode", clip_modes, e);
    struct bninception *net = xcalloc(1, sizeof *net);
    m->net = net;
    m->out = config_int(m, "classes");
    net->dropout = config_real(m, "dropout");
    net->clip = (struct clip){.frames = config_int(m, "frames"), .div = config_int(m, "shift"), .uni = uni == 1};
    if (uni < 0 || check(m, net, e) < 0)
        return -1;
    net->first = unit(m->params, "conv1_7x7_s2", m->in[m->in_rank - 1], 64, 7, 2);
    net->reduce = unit(m->params, "conv2_3x3_reduce", 64, 64, 1, 1);
    net->second = unit(m->params, "conv2_3x3", 64, 192, 3, 1);
    int64_t in = 192;
    for (int i = 0; i < BLOCKS; i++) {
        block_units(net->block[i], m->params, &plans[i], in);
        in = channels_out(&plans[i], in);
    }
    net->fc = linear_layer(m->params, "fc", in, m->out, true);
    return 0;
}

static void init_unit(const struct unit *u, uint64_t seed)
{
    if (!u->conv.weight)
        return;
    init_he_normal(u->conv.weight, seed, INIT_FAN_OUT, init_gain_leaky(0));
    init_constant(u->conv.bias, 0);
    norm_layer_init(&u->norm);
}

static void init(struct model *m, uint64_t seed)
{
    const struct bninception *net = m->net;
    init_unit(&net->first, seed);
    init_unit(&net->reduce, seed);
    init_unit(&net->second, seed);
    for (int i = 0; i < BLOCKS; i++)
        for (int k = 0; k < PARTS; k++)
            init_unit(&net->block[i][k], seed);
    linear_init(&net->fc, seed);
}

/* ---- Forward ----------------------------------------------------------------------------------------------------- */

/* n units, one behind the other; what lies between goes as soon as the next one is through. */
static struct var *chain(struct tape *t, const struct unit *u, int n, struct var *x)
{
    const struct unary_op relu = {.kind = UNARY_RELU};
    const tape_scope s = tape_open(t);
    for (int i = 0; i < n; i++)
        x = tape_close(t, s, norm_layer_apply(t, &u[i].norm, conv_apply(t, &u[i].conv, x), NULL, relu));
    return x;
}

static struct var *pooled(struct tape *t, const struct plan *p, const struct unit *projection, struct var *x)
{
    if (halves(p))
        return op_max_pool_up(t, x, 3, 2);
    return chain(t, projection, 1, p->maximum ? op_max_pool(t, x, 3, 1, 1) : op_average_pool(t, x, 3, 1, 1));
}

static struct var *block_forward(const struct clip *c, const struct plan *p, const struct unit *u, struct tape *t, struct var *x)
{
    const tape_scope s = tape_open(t);
    struct var *out[4];
    int n = 0;
    x = clip_shift(c, t, x);
    if (p->channels[ONE])
        out[n++] = chain(t, &u[ONE], 1, x);
    out[n++] = chain(t, &u[REDUCE], 2, x);
    out[n++] = chain(t, &u[DOUBLE_REDUCE], 3, x);
    out[n++] = pooled(t, p, &u[PROJECTION], x);
    return tape_close(t, s, op_concat(t, out, n, 3));
}

/* Images, or frames side by side, to logits of each. */
static struct var *answers(const struct bninception *net, const struct clip *c, struct tape *t, struct var *x)
{
    const tape_scope s = tape_open(t);
    x = tape_close(t, s, op_max_pool_up(t, chain(t, &net->first, 1, x), 3, 2));
    x = chain(t, &net->second, 1, chain(t, &net->reduce, 1, clip_shift(c, t, x)));
    x = tape_close(t, s, op_max_pool_up(t, x, 3, 2));
    for (int i = 0; i < BLOCKS; i++)
        x = tape_close(t, s, block_forward(c, &plans[i], net->block[i], t, x));
    return linear_apply(t, &net->fc, op_dropout(t, op_global_average(t, x), (float)net->dropout));
}

static struct var *forward(struct model *m, struct tape *t, struct var *const *in)
{
    const struct bninception *net = m->net;
    const struct clip *c = &net->clip;
    const tape_scope s = tape_open(t);
    return tape_close(t, s, clip_mean(c, m, t, answers(net, c, t, clip_side_by_side(c, m, t, in[0]))));
}

struct var *bninception_online(struct model *m, struct tape *t, struct var *frame, struct clip_past *past)
{
    const struct bninception *net = m->net;
    struct clip c = net->clip;
    c.past = past;
    past->at = 0;
    const tape_scope s = tape_open(t);
    return tape_close(t, s, answers(net, &c, t, frame));
}

int bninception_check_online(const struct model *m, struct ten_err *e)
{
    return clip_check_online(&((const struct bninception *)m->net)->clip, e);
}

const struct family bninception_family = {
    "bninception",
    "{\"in\": [224, 224, 3], \"classes\": 1000, \"dropout\": 0.0, \"frames\": 0, \"shift\": 8, \"shift_mode\": \"bi\"}",
    build, init, forward
};
