/*
 * MobileNetV2 (Sandler et al., arXiv 1801.04381): inverted residual blocks.
 * "stages": rows [expansion, channels, repeats, stride]; "width" scales channels, rounded to multiples of 8.
 *
 * For clips, "frames" and what goes with it, see resnet.c; channels are shifted in front of the expansion of every block
 * that has a short cut (Lin, Gan and Han, arXiv 1811.08383).
 */
#include "base/fail.h"
#include "base/mem.h"
#include "models/clip.h"
#include "models/online.h"
#include "nn/init.h"

#include <math.h>
#include <stdio.h>

/* One convolution with its norm: NAME.conv and NAME.norm. */
struct unit { struct conv_layer conv; struct norm_layer norm; };
struct residual { bool residual, expands; struct unit expand, depth, project; };
struct mobilenet { struct clip clip; struct unit stem, head; struct linear_layer fc; double dropout; int blocks; struct residual block[]; };

/* Nearest multiple of 8, not more than a tenth below. */
static int64_t rounded(double channels)
{
    int64_t n = (int64_t)(channels + 4) / 8 * 8;
    if (n < 8)
        n = 8;
    return n < 0.9 * channels ? n + 8 : n;
}

static struct unit unit(struct params *ps, const char *name, int64_t in, int64_t out, int64_t kernel, int64_t stride, int64_t groups)
{
    char text[LAYER_NAME];
    struct unit u = {.conv = conv_layer(ps, layer_name(text, name, "conv"), in, out, kernel, stride, kernel / 2, groups, false)};
    u.norm = norm_layer(ps, layer_name(text, name, "norm"), out);
    return u;
}

static struct residual block(struct params *ps, int number, int64_t in, int64_t out, int64_t expansion, int64_t stride)
{
    const int64_t wide = in * expansion;
    struct residual b = {.residual = stride == 1 && in == out, .expands = expansion > 1};
    char prefix[32], text[LAYER_NAME];
    snprintf(prefix, sizeof prefix, "blocks.%d", number);
    if (b.expands)
        b.expand = unit(ps, layer_name(text, prefix, "expand"), in, wide, 1, 1, 1);
    b.depth = unit(ps, layer_name(text, prefix, "depthwise"), wide, wide, 3, stride, wide);
    b.project = unit(ps, layer_name(text, prefix, "project"), wide, out, 1, 1, 1);
    return b;
}

enum { ROWS = 16 };
struct row { int64_t expansion, channels, repeats, stride; };

static int rows_of(const struct model *m, struct row *row, struct ten_err *e)
{
    const json_t *list = json_object_get(m->config, "stages");
    const int n = (int)json_array_size(list);
    if (n < 1 || n > ROWS)
        return fail(e, TEN_E_USAGE, "config: \"stages\" has %d rows: expected 1 to %d", n, ROWS);
    for (int i = 0; i < n; i++) {
        const json_t *r = json_array_get(list, i);
        int64_t v[4];
        for (int k = 0; k < 4; k++) {
            v[k] = json_integer_value(json_array_get(r, k));
            if (v[k] < 1 || v[k] > 4096)
                return fail(e, TEN_E_USAGE, "config: \"stages\": row %d: expected [expansion, channels, repeats, stride], 1 to 4096", i);
        }
        row[i] = (struct row){v[0], v[1], v[2], v[3]};
    }
    return n;
}

static int build(struct model *m, struct ten_err *e)
{
    struct row row[ROWS];
    const int rows = rows_of(m, row, e);
    const double width = config_real(m, "width"), dropout = config_real(m, "dropout");
    const int64_t stride = config_int(m, "stem_stride");
    int64_t total = 0;
    if (rows < 0)
        return -1;
    m->out = config_int(m, "classes");
    const int mode = config_choice(m, "shift_mode", clip_modes, e), impl = config_choice(m, "shift_impl", clip_impls, e);
    const struct clip clip = {.frames = config_int(m, "frames"), .div = config_int(m, "shift"), .uni = mode == 1, .impl = (enum shift_impl)impl};
    const int first = clip.frames != 0;
    if (m->in_rank != 3 + first || (first && m->in[0] != clip.frames) || m->out < 1 || m->out > CONFIG_MAX || !(width > 0 && width <= 16))
        return fail(e, TEN_E_USAGE, "config: expected \"in\" [height,width,channels], with frames [frames,height,width,channels], classes, and a "
                    "width in (0,16]");
    if (mode < 0 || impl < 0 || clip_check(&clip, e) < 0)
        return -1;
    if (stride < 1 || stride > 16 || !(dropout >= 0 && dropout < 1))
        return fail(e, TEN_E_USAGE, "config: expected \"stem_stride\" from 1 to 16 and \"dropout\" in [0,1)");
    for (int i = 0; i < rows; i++)
        total += row[i].repeats;
    struct mobilenet *net = xcalloc(1, sizeof *net + total * sizeof net->block[0]);
    m->net = net;
    net->dropout = dropout;
    net->clip = clip;

    int64_t in = rounded(32 * width);
    net->stem = unit(m->params, "stem", m->in[2 + first], in, 3, stride, 1);
    for (int i = 0; i < rows; i++)
        for (int64_t k = 0; k < row[i].repeats; k++) {
            const int64_t out = rounded(row[i].channels * width);
            net->block[net->blocks] = block(m->params, net->blocks, in, out, row[i].expansion, k == 0 ? row[i].stride : 1);
            net->blocks++;
            in = out;
        }
    const int64_t last = rounded(1280 * fmax(width, 1));
    net->head = unit(m->params, "head", in, last, 1, 1, 1);
    net->fc = linear_layer(m->params, "fc", last, m->out, true);
    return 0;
}

static void init_unit(const struct unit *u, uint64_t seed)
{
    if (!u->conv.weight)
        return;
    init_he_normal(u->conv.weight, seed, INIT_FAN_OUT, init_gain_leaky(0));
    norm_layer_init(&u->norm);
}

static void init(struct model *m, uint64_t seed)
{
    const struct mobilenet *net = m->net;
    init_unit(&net->stem, seed);
    for (int i = 0; i < net->blocks; i++) {
        init_unit(&net->block[i].expand, seed);
        init_unit(&net->block[i].depth, seed);
        init_unit(&net->block[i].project, seed);
    }
    init_unit(&net->head, seed);
    init_normal(net->fc.weight, seed, 0, 0.01);
    init_constant(net->fc.bias, 0);
}

static const struct unary_op relu6 = {.kind = UNARY_RELU6}, none = {.kind = UNARY_COPY};

static struct var *unit_forward(const struct unit *u, struct tape *t, struct var *x, struct var *residual, struct unary_op act)
{
    const tape_scope s = tape_open(t);
    return tape_close(t, s, norm_layer_apply(t, &u->norm, conv_apply(t, &u->conv, x), residual, act));
}

static struct var *block_forward(const struct clip *c, const struct residual *b, struct tape *t, struct var *x)
{
    const tape_scope s = tape_open(t);
    struct var *h = x;
    if (b->expands && b->residual)
        h = tape_close(t, s, norm_layer_apply(t, &b->expand.norm, clip_shift_conv(c, t, x, &b->expand.conv), NULL, relu6));
    else if (b->expands)
        h = unit_forward(&b->expand, t, x, NULL, relu6);
    h = tape_close(t, s, unit_forward(&b->depth, t, h, NULL, relu6));
    return tape_close(t, s, unit_forward(&b->project, t, h, b->residual ? x : NULL, none));
}

/* Images, or frames side by side, to logits of each.  What goes into a block goes when it is through, unless the way back
 * reads it. */
static struct var *answers(const struct mobilenet *net, const struct clip *c, struct tape *t, struct var *x)
{
    const tape_scope s = tape_open(t);
    x = unit_forward(&net->stem, t, x, NULL, relu6);
    for (int i = 0; i < net->blocks; i++)
        x = tape_close(t, s, block_forward(c, &net->block[i], t, x));
    x = op_global_average(t, unit_forward(&net->head, t, x, NULL, relu6));
    return linear_apply(t, &net->fc, op_dropout(t, x, (float)net->dropout));
}

static struct var *forward(struct model *m, struct tape *t, struct var *const *in)
{
    const struct mobilenet *net = m->net;
    const struct clip *c = &net->clip;
    const tape_scope s = tape_open(t);
    return tape_close(t, s, clip_mean(c, m, t, answers(net, c, t, clip_side_by_side(c, m, t, in[0]))));
}

struct var *mobilenet_online(struct model *m, struct tape *t, struct var *frame, struct clip_past *past)
{
    const struct mobilenet *net = m->net;
    struct clip c = net->clip;
    c.past = past;
    past->at = 0;
    const tape_scope s = tape_open(t);
    return tape_close(t, s, answers(net, &c, t, frame));
}

int mobilenet_check_online(const struct model *m, struct ten_err *e)
{
    return clip_check_online(&((const struct mobilenet *)m->net)->clip, e);
}

const struct family mobilenet_family = {
    "mobilenet",
    "{\"width\": 1.0, \"in\": [64, 64, 3], \"classes\": 100, \"stem_stride\": 2, \"dropout\": 0.0, \"frames\": 0, \"shift\": 8, "
    "\"shift_mode\": \"bi\", \"shift_impl\": \"auto\", \"stages\": [[1, 16, 1, 1], [6, 24, 2, 2], "
    "[6, 32, 3, 2], [6, 64, 4, 2], [6, 96, 3, 1], [6, 160, 3, 2], [6, 320, 1, 1]]}",
    build, init, forward
};
