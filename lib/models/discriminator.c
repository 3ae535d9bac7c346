/*
 * A discriminator of images with spectral norms (Miyato et al., arXiv 1802.05957): convolutions 3x3 and 4x4/2 in turn,
 * leaky relu 0.1 behind each, until the sides are 4, and a linear layer to one logit.  The channels double with every
 * step down, from "width" on.
 *
 * Names: conv0, conv1, ..., linear.
 */
#include "base/fail.h"
#include "base/mem.h"
#include "models/model.h"
#include "nn/layers.h"

#include <stdio.h>

enum { LAST = 4, STEPS = 10 };

struct discriminator {
    int convs;
    struct conv_layer conv[2 * STEPS + 1];
    struct linear_layer linear;
};

static int build(struct model *m, struct ten_err *e)
{
    const int64_t width = config_within(m, "width", 1, 1 << 14, e);
    int64_t in = m->in[2];
    int steps = 1;
    if (e->code)
        return -1;
    while (steps < STEPS && LAST << steps < m->in[0])
        steps++;
    if (m->in_rank != 3 || m->in[0] != LAST << steps || m->in[1] != m->in[0])
        return fail(e, TEN_E_USAGE, "config: expected \"in\" to be [side,side,channels], the side 4 times a power of two");
    struct discriminator *net = xcalloc(1, sizeof *net);
    m->net = net;
    m->out = 1;
    net->convs = 2 * steps + 1;
    for (int i = 0; i < net->convs; i++) {
        const bool down = i % 2;
        const int64_t out = width << i / 2;
        char text[LAYER_NAME];
        snprintf(text, sizeof text, "conv%d", i);
        net->conv[i] = spectral_conv_layer(m->params, text, in, out, down ? 4 : 3, down ? 2 : 1, 1, true);
        in = out;
    }
    net->linear = spectral_linear_layer(m->params, "linear", LAST * LAST * in, 1, true);
    return 0;
}

static void init(struct model *m, uint64_t seed)
{
    const struct discriminator *net = m->net;
    for (int i = 0; i < net->convs; i++)
        conv_init(&net->conv[i], seed);
    linear_init(&net->linear, seed);
}

static struct var *forward(struct model *m, struct tape *t, struct var *const *in)
{
    const struct discriminator *net = m->net;
    const tape_scope s = tape_open(t);
    struct var *x = in[0];
    for (int i = 0; i < net->convs; i++)
        x = tape_close(t, s, op_leaky(t, conv_apply(t, &net->conv[i], x), 0.1f));
    return tape_close(t, s, linear_apply(t, &net->linear, op_reshape(t, x, DIMS(x->v.dim[0], -1))));
}

const struct family discriminator_family = {"discriminator", "{\"in\": [32, 32, 3], \"width\": 64}", build, init, forward};
