/* A chain of linear layers with an activation between them: "hidden" widths, "out" numbers. */
#include "base/fail.h"
#include "base/mem.h"
#include "models/model.h"
#include "nn/layers.h"

#include <stdio.h>
#include <string.h>

enum { LAYERS = 32 };

struct mlp { bool tanh; int n; struct linear_layer layer[LAYERS + 1]; };

static int build(struct model *m, struct ten_err *e)
{
    int64_t width[LAYERS], in = dims_count(m->in_rank, m->in);
    const int n = config_ints(m, "hidden", width, LAYERS, 1, e);
    const char *act = config_text(m, "act");
    char text[LAYER_NAME];
    m->out = config_int(m, "out");
    if (n < 0)
        return -1;
    if (m->out < 1 || m->out > CONFIG_MAX || (strcmp(act, "relu") != 0 && strcmp(act, "tanh") != 0))
        return fail(e, TEN_E_USAGE, "config: expected \"out\" of at least 1 and \"act\" relu or tanh");
    struct mlp *net = xcalloc(1, sizeof *net);
    m->net = net;
    net->tanh = act[0] == 't';
    for (int i = 0; i <= n; i++) {
        const int64_t out = i < n ? width[i] : m->out;
        snprintf(text, sizeof text, "fc%d", i);
        net->layer[net->n++] = linear_layer(m->params, text, in, out, true);
        in = out;
    }
    return 0;
}

static void init(struct model *m, uint64_t seed)
{
    const struct mlp *net = m->net;
    for (int i = 0; i < net->n; i++)
        linear_init(&net->layer[i], seed);
}

static struct var *forward(struct model *m, struct tape *t, struct var *const *in)
{
    struct var *x = in[0];
    const struct mlp *net = m->net;
    const tape_scope s = tape_open(t);
    x = op_reshape(t, x, DIMS(x->v.dim[0], dims_count(m->in_rank, m->in)));
    for (int i = 0; i < net->n; i++) {
        if (i > 0)
            x = net->tanh ? op_tanh(t, x) : op_relu(t, x);
        x = linear_apply(t, &net->layer[i], x);
    }
    return tape_close(t, s, x);
}

const struct family mlp_family = {"mlp", "{\"in\": [128], \"hidden\": [400, 400], \"out\": 1, \"act\": \"relu\"}", build, init, forward};
