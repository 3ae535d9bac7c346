/*
 * A generator of images (Radford, Metz and Chintala, "DCGAN", arXiv 1511.06434; sizes of Miyato et al., arXiv
 * 1802.05957): a linear layer to [4,4,8w], transposed convolutions 4x4/2 with batch norm and relu that halve the
 * channels and double the sides until they are "size", a convolution 3x3 and tanh.  Input "z" [latent].
 *
 * Names: linear, upI, normI, last.
 */
#include "base/fail.h"
#include "base/mem.h"
#include "models/model.h"
#include "nn/init.h"
#include "nn/layers.h"

#include <stdio.h>

enum { FIRST = 4, STEPS = 10 };

struct generator {
    int steps;
    int64_t width;                      /* channels of the first image */
    struct linear_layer linear;
    struct conv_layer up[STEPS], last;
    struct norm_layer norm[STEPS];
};

static int build(struct model *m, struct ten_err *e)
{
    const int64_t size = config_within(m, "size", 2 * FIRST, FIRST << STEPS, e), channels = config_within(m, "channels", 1, CONFIG_MAX, e);
    const int64_t width = config_within(m, "width", 2, 1 << 14, e);
    struct params *ps = m->params;
    char text[LAYER_NAME];
    int steps = 0;
    while (FIRST << steps < size)
        steps++;
    if (e->code)
        return -1;
    if (m->in_rank != 1 || FIRST << steps != size || width >> steps << steps != width)
        return fail(e, TEN_E_USAGE, "config: expected \"in\" of one number, \"size\" 4 times a power of two, and \"width\" a multiple of that power");
    struct generator *net = xcalloc(1, sizeof *net);
    m->net = net;
    m->out = channels;
    m->out_rank = 3;
    net->steps = steps;
    net->width = width;
    net->linear = linear_layer(ps, "linear", m->in[0], FIRST * FIRST * width, true);
    for (int i = 0; i < steps; i++) {
        snprintf(text, sizeof text, "up%d", i);
        net->up[i] = conv_transpose_layer(ps, text, width >> i, width >> (i + 1), 4, 2, 1, false);
        snprintf(text, sizeof text, "norm%d", i);
        net->norm[i] = norm_layer(ps, text, width >> (i + 1));
    }
    net->last = conv_layer(ps, "last", width >> steps, channels, 3, 1, 1, 1, true);
    return 0;
}

static void init(struct model *m, uint64_t seed)
{
    struct generator *net = m->net;
    init_normal(net->linear.weight, seed, 0, 0.02);
    init_constant(net->linear.bias, 0);
    for (int i = 0; i < net->steps; i++) {
        init_normal(net->up[i].weight, seed, 0, 0.02);
        norm_layer_init(&net->norm[i]);
    }
    init_normal(net->last.weight, seed, 0, 0.02);
    init_constant(net->last.bias, 0);
}

static struct var *forward(struct model *m, struct tape *t, struct var *const *in)
{
    const struct generator *net = m->net;
    const tape_scope s = tape_open(t);
    struct var *x = op_reshape(t, linear_apply(t, &net->linear, in[0]), DIMS(-1, FIRST, FIRST, net->width));
    for (int i = 0; i < net->steps; i++)
        x = tape_close(t, s, norm_layer_apply(t, &net->norm[i], conv_transpose_apply(t, &net->up[i], x), NULL,
                                              (struct unary_op){.kind = UNARY_RELU}));
    return tape_close(t, s, op_tanh(t, conv_apply(t, &net->last, x)));
}

const struct family generator_family = {
    "generator", "{\"in\": [128], \"size\": 32, \"width\": 512, \"channels\": 3}", build, init, forward
};
