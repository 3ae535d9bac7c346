/*
 * A language model with a memory and relative positions (Dai et al., "Transformer-XL", arXiv 1901.02860), post-norm,
 * one embedding for input and output.  Inputs: "input" [T], ids below "vocabulary", and "memory.0" ... [M,width]:
 * what entered each layer before.  It gives logits [N,T,vocabulary].
 *
 * Names: embedding.weight, u, v (shared by the layers), layers.I with attention, norm1, ffn, norm2.
 */
#include "base/fail.h"
#include "base/mem.h"
#include "models/model.h"
#include "nn/attention_layers.h"
#include "nn/init.h"
#include "tensor/sinusoid.h"

#include <math.h>
#include <stdio.h>

enum { LAYERS = MODEL_INPUTS - 1 };

struct layer { struct relative_attention attention; struct feed_forward ffn; struct layer_norm_layer norm1, norm2; };

struct transformer_xl {
    struct param *embedding, *u, *v;    /* [vocabulary,width]; [heads,width/heads] */
    int64_t width, layers;
    float dropout;
    struct layer layer[];
};

static struct layer layer_new(struct params *ps, int64_t i, int64_t width, int64_t hidden, int64_t heads)
{
    char prefix[LAYER_NAME], text[LAYER_NAME];
    snprintf(prefix, sizeof prefix, "layers.%lld", (long long)i);
    return (struct layer){
        .attention = relative_attention(ps, layer_name(text, prefix, "attention"), width, heads),
        .norm1 = layer_norm_layer(ps, layer_name(text, prefix, "norm1"), width),
        .ffn = feed_forward(ps, layer_name(text, prefix, "ffn"), width, hidden),
        .norm2 = layer_norm_layer(ps, layer_name(text, prefix, "norm2"), width),
    };
}

static int build(struct model *m, struct ten_err *e)
{
    const int64_t width = config_within(m, "width", 2, 1 << 16, e), hidden = config_within(m, "hidden", 1, 1 << 18, e);
    const int64_t heads = config_within(m, "heads", 1, 1 << 10, e), vocabulary = config_within(m, "vocabulary", 1, CONFIG_MAX, e);
    const int64_t layers = config_within(m, "layers", 1, LAYERS, e), memory = config_within(m, "memory", 0, 1 << 20, e);
    char text[32];
    if (e->code)
        return -1;
    if (width % heads || width % 2 || m->in_rank != 1)
        return fail(e, TEN_E_USAGE, "config: expected \"in\" of one number, and \"width\" to be even and a multiple of \"heads\"");
    struct transformer_xl *net = xcalloc(1, sizeof *net + layers * sizeof net->layer[0]);
    m->net = net;
    m->out = vocabulary;
    m->out_rank = 2;
    m->inputs = 0;
    model_add_input(m, "input", TEN_I32, 1, m->in)->below = vocabulary;
    for (int64_t i = 0; i < layers; i++) {
        snprintf(text, sizeof text, "memory.%lld", (long long)i);
        model_add_input(m, text, TEN_F32, 2, (const int64_t[]){memory, width});
    }
    net->embedding = params_add(m->params, "embedding.weight", PARAMS_MAIN, 2, (const int64_t[]){vocabulary, width});
    net->u = params_add(m->params, "u", params_group(m->params, "plain", 1, false), 2, (const int64_t[]){heads, width / heads});
    net->v = params_add(m->params, "v", params_group(m->params, "plain", 1, false), 2, (const int64_t[]){heads, width / heads});
    net->width = width;
    net->layers = layers;
    net->dropout = (float)config_real(m, "dropout");
    for (int64_t i = 0; i < layers; i++)
        net->layer[i] = layer_new(m->params, i, width, hidden, heads);
    return 0;
}

static void init(struct model *m, uint64_t seed)
{
    const struct transformer_xl *net = m->net;
    init_normal(net->embedding, seed, 0, pow((double)net->width, -0.5));
    init_normal(net->u, seed, 0, 0.02);
    init_normal(net->v, seed, 0, 0.02);
    for (int64_t i = 0; i < net->layers; i++) {
        relative_attention_init(&net->layer[i].attention, seed);
        layer_norm_init(&net->layer[i].norm1);
        feed_forward_init(&net->layer[i].ffn, seed);
        layer_norm_init(&net->layer[i].norm2);
    }
}

static struct var *layer_forward(struct tape *t, const struct transformer_xl *net, const struct layer *l, struct var *x, struct var *memory, struct var *distance)
{
    const tape_scope s = tape_open(t);
    struct var *y = relative_attention_apply(t, &l->attention, x, memory, net->u, net->v, distance, net->dropout);
    x = tape_close(t, s, layer_norm_apply(t, &l->norm1, op_add(t, x, op_dropout(t, y, net->dropout))));
    y = feed_forward_apply(t, &l->ffn, x, net->dropout);
    return tape_close(t, s, layer_norm_apply(t, &l->norm2, op_add(t, x, op_dropout(t, y, net->dropout))));
}

static struct var *forward(struct model *m, struct tape *t, struct var *const *in)
{
    const struct transformer_xl *net = m->net;
    const int64_t places = in[0]->v.dim[1] + in[1]->v.dim[1];
    const tape_scope s = tape_open(t);
    struct var *x = op_scale(t, op_embedding(t, tape_param(t, net->embedding), in[0], -1), sqrtf((float)net->width));
    struct tensor sines = tensor_new(tape_memory(t), TEN_F32, 2, (const int64_t[]){places, net->width});
    sinusoid_distances(&(struct sinusoid){.d = net->width}, sines.f, places, 0);
    struct var *distance = op_dropout(t, tape_input(t, sines), net->dropout);
    x = op_dropout(t, x, net->dropout);
    const tape_scope layers = tape_open(t);
    for (int64_t i = 0; i < net->layers; i++)
        x = tape_close(t, layers, layer_forward(t, net, &net->layer[i], x, in[1 + i], distance));
    return tape_close(t, s, op_linear(t, x, tape_param(t, net->embedding), NULL));
}

const struct family transformer_xl_family = {
    "transformer_xl",
    "{\"in\": [128], \"vocabulary\": 8000, \"width\": 256, \"hidden\": 1024, \"heads\": 8, \"layers\": 8, \"memory\": 128, \"dropout\": 0.1}",
    build, init, forward
};
