/*
 * From image to image: two steps down, residual blocks, two steps up (Johnson, Alahi and Fei-Fei, arXiv 1603.08155), as
 * CycleGAN has it (Zhu et al., arXiv 1703.10593): reflected borders, instance norms without parameters, tanh.  It gives
 * [N,H,W,"out"].
 *
 * Names: first, down0, down1, blocks.I.conv1, blocks.I.conv2, up0, up1, last.  Convolutions in front of a norm have no
 * bias.
 */
#include "autograd/ops_image.h"
#include "base/fail.h"
#include "base/mem.h"
#include "models/model.h"
#include "nn/init.h"
#include "nn/layers.h"

#include <stdio.h>

enum { BLOCKS = 1024 };

struct residual { struct conv_layer conv1, conv2; };

struct translator {
    struct conv_layer first, down[2], up[2], last;
    int64_t blocks;
    struct residual block[];
};

static int build(struct model *m, struct ten_err *e)
{
    const int64_t width = config_within(m, "width", 1, 1 << 14, e), blocks = config_within(m, "blocks", 0, BLOCKS, e);
    const int64_t out = config_within(m, "out", 1, CONFIG_MAX, e);
    struct params *ps = m->params;
    if (e->code)
        return -1;
    if (m->in_rank != 3 || m->in[0] % 4 || m->in[1] % 4 || m->in[0] < 8 || m->in[1] < 8)
        return fail(e, TEN_E_USAGE, "config: expected \"in\" to be [height,width,channels], the sides multiples of 4 from 8 on");
    struct translator *net = xcalloc(1, sizeof *net + blocks * sizeof net->block[0]);
    m->net = net;
    m->out = out;
    m->out_rank = 3;
    net->first = conv_layer(ps, "first", m->in[2], width, 7, 1, 0, 1, false);
    net->down[0] = conv_layer(ps, "down0", width, 2 * width, 3, 2, 1, 1, false);
    net->down[1] = conv_layer(ps, "down1", 2 * width, 4 * width, 3, 2, 1, 1, false);
    for (int64_t i = 0; i < blocks; i++) {
        char text[LAYER_NAME];
        snprintf(text, sizeof text, "blocks.%lld.conv1", (long long)i);
        net->block[i].conv1 = conv_layer(ps, text, 4 * width, 4 * width, 3, 1, 0, 1, false);
        snprintf(text, sizeof text, "blocks.%lld.conv2", (long long)i);
        net->block[i].conv2 = conv_layer(ps, text, 4 * width, 4 * width, 3, 1, 0, 1, false);
    }
    net->blocks = blocks;
    net->up[0] = conv_transpose_layer(ps, "up0", 4 * width, 2 * width, 3, 2, 1, false);
    net->up[1] = conv_transpose_layer(ps, "up1", 2 * width, width, 3, 2, 1, false);
    net->last = conv_layer(ps, "last", width, out, 7, 1, 0, 1, true);
    return 0;
}

/* Normal with deviation 0.02, as CycleGAN. */
static void init(struct model *m, uint64_t seed)
{
    const struct translator *net = m->net;
    const struct conv_layer *all[] = {&net->first, &net->down[0], &net->down[1], &net->up[0], &net->up[1], &net->last};
    for (int i = 0; i < 6; i++)
        init_normal(all[i]->weight, seed, 0, 0.02);
    for (int64_t i = 0; i < net->blocks; i++) {
        init_normal(net->block[i].conv1.weight, seed, 0, 0.02);
        init_normal(net->block[i].conv2.weight, seed, 0, 0.02);
    }
    init_constant(net->last.bias, 0);
}

static const struct unary_op relu = {.kind = UNARY_RELU}, none = {.kind = UNARY_COPY};

static struct var *reflected(struct tape *t, const struct conv_layer *l, struct var *x)
{
    const int64_t n = l->weight->dim[1] / 2;
    return conv_apply(t, l, op_pad(t, x, &(struct padding){n, n, n, n}, RESAMPLE_REFLECT));
}

/* act(norm(x) + residual) */
static struct var *normed(struct tape *t, struct var *x, struct var *residual, struct unary_op act)
{
    const struct norm_options o = {.groups = x->v.dim[3], .eps = 1e-5f, .act = act};
    return op_norm(t, x, NULL, NULL, residual, &o);
}

static struct var *block_forward(struct tape *t, const struct residual *b, struct var *x)
{
    const tape_scope s = tape_open(t);
    struct var *y = tape_close(t, s, normed(t, reflected(t, &b->conv1, x), NULL, relu));
    return tape_close(t, s, normed(t, reflected(t, &b->conv2, y), x, none));
}

static struct var *forward(struct model *m, struct tape *t, struct var *const *in)
{
    const struct translator *net = m->net;
    const tape_scope s = tape_open(t);
    struct var *x = tape_close(t, s, normed(t, reflected(t, &net->first, in[0]), NULL, relu));
    for (int i = 0; i < 2; i++)
        x = tape_close(t, s, normed(t, conv_apply(t, &net->down[i], x), NULL, relu));
    for (int64_t i = 0; i < net->blocks; i++)
        x = tape_close(t, s, block_forward(t, &net->block[i], x));
    for (int i = 0; i < 2; i++)
        x = tape_close(t, s, normed(t, conv_transpose_apply(t, &net->up[i], x), NULL, relu));
    return tape_close(t, s, op_tanh(t, reflected(t, &net->last, x)));
}

const struct family translator_family = {
    "translator", "{\"in\": [128, 128, 3], \"width\": 64, \"blocks\": 9, \"out\": 3}", build, init, forward
};
