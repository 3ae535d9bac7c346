/*
 * A chain of linear layers with an activation between them: "hidden" widths, "out" numbers.
 *
 * With "side" S the last S numbers of a sample enter behind the first activation, by a layer of their own:
 *
 *     h1 = act(fc0 a + b0) + side s + bs              x = [a, s]
 *
 * so that a network that knows a alone becomes one that knows s as well by a layer more: APQ's accuracy
 * predictor (Wang et al., arXiv 2006.08509), whose s are the bits of each layer.  "side_zero": with side = 0
 * at first, that is, with the answers of the network without.
 *
 * With "standardize" features are brought to mean 0 and deviation 1, and the answers back to theirs, by
 * numbers that are part of the model (state in.*, side.* and out.*), so that nobody has to know them twice.
 */
#include "base/fail.h"
#include "base/mem.h"
#include "models/model.h"
#include "nn/init.h"
#include "nn/layers.h"

#include <stdio.h>
#include <string.h>

enum { LAYERS = 32 };

/* Of what comes in or goes out; mean NULL: as it is. */
struct scale { struct param *mean, *std; };

struct mlp {
    bool tanh, side_zero;
    int n;
    int64_t main_in, side_in;           /* numbers of a and s */
    struct linear_layer layer[LAYERS + 1], side;
    struct scale in, side_scale, out;
};

static struct scale scale_state(struct params *ps, const char *name, int64_t n)
{
    char text[LAYER_NAME];
    return (struct scale){params_add_state(ps, layer_name(text, name, "mean"), 1, &n),
                          params_add_state(ps, layer_name(text, name, "std"), 1, &n)};
}

static void add_scales(struct mlp *net, struct model *m)
{
    net->in = scale_state(m->params, "in", net->main_in);
    if (net->side_in)
        net->side_scale = scale_state(m->params, "side", net->side_in);
    net->out = scale_state(m->params, "out", m->out);
}

static int check(const struct model *m, int64_t in, int64_t side, struct ten_err *e)
{
    const char *act = config_text(m, "act");
    if (m->out < 1 || m->out > CONFIG_MAX || (strcmp(act, "relu") != 0 && strcmp(act, "tanh") != 0))
        return fail(e, TEN_E_USAGE, "config: expected \"out\" of at least 1 and \"act\" relu or tanh");
    if (side < 0 || side >= in)
        return fail(e, TEN_E_USAGE, "config: \"side\" is %lld: expected 0, or fewer than the %lld numbers of a sample",
                    (long long)side, (long long)in);
    return 0;
}

static int build(struct model *m, struct ten_err *e)
{
    int64_t width[LAYERS], in = dims_count(m->in_rank, m->in);
    const bool linear = json_array_size(json_object_get(m->config, "hidden")) == 0;
    const int n = linear ? 0 : config_ints(m, "hidden", width, LAYERS, 1, e);
    const int64_t side = config_int(m, "side");
    char text[LAYER_NAME];
    m->out = config_int(m, "out");
    if (n < 0 || check(m, in, side, e) < 0)
        return -1;
    if (side && linear)
        return fail(e, TEN_E_USAGE, "config: \"side\" is %lld: expected 0 where \"hidden\" is empty", (long long)side);
    struct mlp *net = xcalloc(1, sizeof *net);
    m->net = net;
    net->tanh = config_text(m, "act")[0] == 't';
    net->side_zero = config_bool(m, "side_zero");
    net->side_in = side;
    net->main_in = in -= side;
    for (int i = 0; i <= n; i++) {
        const int64_t out = i < n ? width[i] : m->out;
        snprintf(text, sizeof text, "fc%d", i);
        net->layer[net->n++] = linear_layer(m->params, text, in, out, true);
        in = out;
    }
    if (side)
        net->side = linear_layer(m->params, "side", side, width[0], true);
    if (config_bool(m, "standardize"))
        add_scales(net, m);
    return 0;
}

static void init_scale(const struct scale *s)
{
    if (!s->mean)
        return;
    init_constant(s->mean, 0);
    init_constant(s->std, 1);
}

static void init(struct model *m, uint64_t seed)
{
    const struct mlp *net = m->net;
    for (int i = 0; i < net->n; i++)
        linear_init(&net->layer[i], seed);
    if (net->side_in && net->side_zero) {
        init_constant(net->side.weight, 0);
        init_constant(net->side.bias, 0);
    } else if (net->side_in) {
        linear_init(&net->side, seed);
    }
    init_scale(&net->in);
    init_scale(&net->side_scale);
    init_scale(&net->out);
}

/* (x - mean) / std */
static struct var *standardized(struct tape *t, const struct scale *s, struct var *x)
{
    return s->mean ? op_div(t, op_sub(t, x, tape_param(t, s->mean)), tape_param(t, s->std)) : x;
}

/* What the last numbers of all add behind the first activation. */
static struct var *side(struct tape *t, const struct mlp *net, struct var *all)
{
    struct var *s = op_slice(t, all, 1, net->main_in, net->side_in);
    return linear_apply(t, &net->side, standardized(t, &net->side_scale, s));
}

static struct var *forward(struct model *m, struct tape *t, struct var *const *in)
{
    struct var *x = in[0];
    const struct mlp *net = m->net;
    const tape_scope s = tape_open(t);
    struct var *all = op_reshape(t, x, DIMS(x->v.dim[0], net->main_in + net->side_in));
    x = standardized(t, &net->in, net->side_in ? op_slice(t, all, 1, 0, net->main_in) : all);
    for (int i = 0; i < net->n; i++) {
        if (i > 0)
            x = net->tanh ? op_tanh(t, x) : op_relu(t, x);
        if (i == 1 && net->side_in)
            x = op_add(t, x, side(t, net, all));
        x = linear_apply(t, &net->layer[i], x);
    }
    if (net->out.mean)
        x = op_add(t, op_mul(t, x, tape_param(t, net->out.std)), tape_param(t, net->out.mean));
    return tape_close(t, s, x);
}

const struct family mlp_family = {
    "mlp",
    "{\"in\": [128], \"hidden\": [400, 400], \"out\": 1, \"act\": \"relu\", \"side\": 0, \"side_zero\": false, "
    "\"standardize\": false}",
    build, init, forward
};
