/*
 * Encoder and decoder (Vaswani et al., arXiv 1706.03762), post-norm, one embedding for both languages and the
 * output.  Inputs: "source" [S] and "input" [T], ids below "vocabulary"; what it gives: logits [N,T,vocabulary] of
 * the id behind each place of the input.
 *
 * Names: embedding.weight; encoder.I and decoder.I with attention, norm1, cross and norm2 (decoder), ffn, norm3.
 */
#include "base/fail.h"
#include "base/mem.h"
#include "models/model.h"
#include "nn/attention_layers.h"
#include "nn/init.h"
#include "tensor/sinusoid.h"

#include <math.h>
#include <stdio.h>

enum { LAYERS = 256 };

struct layer {
    struct attention_layer attention, cross;
    struct feed_forward ffn;
    struct layer_norm_layer norm1, norm2, norm3;
};

struct transformer {
    struct param *embedding;            /* [vocabulary,width] */
    int64_t width, encoders, decoders;
    float dropout;
    struct layer layer[];               /* encoders first */
};

static struct layer layer_new(struct params *ps, const char *prefix, int64_t width, int64_t hidden, int64_t heads, bool decoder)
{
    char text[LAYER_NAME];
    struct layer l = {
        .attention = attention_layer(ps, layer_name(text, prefix, "attention"), width, heads, false),
        .norm1 = layer_norm_layer(ps, layer_name(text, prefix, "norm1"), width),
    };
    if (decoder) {
        l.cross = attention_layer(ps, layer_name(text, prefix, "cross"), width, heads, true);
        l.norm2 = layer_norm_layer(ps, layer_name(text, prefix, "norm2"), width);
    }
    l.ffn = feed_forward(ps, layer_name(text, prefix, "ffn"), width, hidden);
    l.norm3 = layer_norm_layer(ps, layer_name(text, prefix, "norm3"), width);
    return l;
}

static int build(struct model *m, struct ten_err *e)
{
    const int64_t width = config_within(m, "width", 2, 1 << 16, e), hidden = config_within(m, "hidden", 1, 1 << 18, e);
    const int64_t heads = config_within(m, "heads", 1, 1 << 10, e), vocabulary = config_within(m, "vocabulary", 1, CONFIG_MAX, e);
    const int64_t encoders = config_within(m, "encoder", 1, LAYERS, e), decoders = config_within(m, "decoder", 1, LAYERS, e);
    const int64_t target = config_within(m, "target", 1, 1 << 20, e);
    if (e->code)
        return -1;
    if (width % heads || width % 2 || m->in_rank != 1)
        return fail(e, TEN_E_USAGE, "config: expected \"in\" of one number, and \"width\" to be even and a multiple of \"heads\"");
    struct transformer *net = xcalloc(1, sizeof *net + (encoders + decoders) * sizeof net->layer[0]);
    m->net = net;
    m->out = vocabulary;
    m->out_rank = 2;
    m->inputs = 0;
    model_add_input(m, "source", TEN_I32, 1, m->in)->below = vocabulary;
    model_add_input(m, "input", TEN_I32, 1, &target)->below = vocabulary;

    net->embedding = params_add(m->params, "embedding.weight", PARAMS_MAIN, 2, (const int64_t[]){vocabulary, width});
    net->width = width;
    net->encoders = encoders;
    net->decoders = decoders;
    net->dropout = (float)config_real(m, "dropout");
    for (int64_t i = 0; i < encoders + decoders; i++) {
        const bool decoder = i >= encoders;
        char prefix[LAYER_NAME];
        snprintf(prefix, sizeof prefix, decoder ? "decoder.%lld" : "encoder.%lld", (long long)(decoder ? i - encoders : i));
        net->layer[i] = layer_new(m->params, prefix, width, hidden, heads, decoder);
    }
    return 0;
}

static void init(struct model *m, uint64_t seed)
{
    const struct transformer *net = m->net;
    init_normal(net->embedding, seed, 0, pow((double)net->width, -0.5));
    for (int64_t i = 0; i < net->encoders + net->decoders; i++) {
        const struct layer *l = &net->layer[i];
        attention_init(&l->attention, seed);
        layer_norm_init(&l->norm1);
        if (i >= net->encoders) {
            attention_init(&l->cross, seed);
            layer_norm_init(&l->norm2);
        }
        feed_forward_init(&l->ffn, seed);
        layer_norm_init(&l->norm3);
    }
}

/* norm(x + dropout(y)) */
static struct var *joined(struct tape *t, const struct transformer *net, const struct layer_norm_layer *norm, struct var *x, struct var *y)
{
    return layer_norm_apply(t, norm, op_add(t, x, op_dropout(t, y, net->dropout)));
}

static struct var *layer_forward(struct tape *t, const struct transformer *net, const struct layer *l, struct var *x, struct var *memory)
{
    const tape_scope s = tape_open(t);
    const struct attention_view self = {.causal = memory != NULL, .dropout = net->dropout}, all = {.dropout = net->dropout};
    x = tape_close(t, s, joined(t, net, &l->norm1, x, attention_apply(t, &l->attention, x, NULL, &self)));
    if (memory)
        x = tape_close(t, s, joined(t, net, &l->norm2, x, attention_apply(t, &l->cross, x, memory, &all)));
    return tape_close(t, s, joined(t, net, &l->norm3, x, feed_forward_apply(t, &l->ffn, x, net->dropout)));
}

/* ids [N,T] -> [N,T,W] */
static struct var *embed(struct tape *t, const struct transformer *net, struct var *ids)
{
    const tape_scope s = tape_open(t);
    struct var *x = op_scale(t, op_embedding(t, tape_param(t, net->embedding), ids, -1), sqrtf((float)net->width));
    struct tensor position = tensor_new(tape_memory(t), TEN_F32, 2, (const int64_t[]){ids->v.dim[1], net->width});
    sinusoid_table(&(struct sinusoid){.d = net->width, .interleaved = true}, position.f, 0, ids->v.dim[1]);
    x = op_add(t, x, tape_input(t, position));
    return tape_close(t, s, op_dropout(t, x, net->dropout));
}

static struct var *forward(struct model *m, struct tape *t, struct var *const *in)
{
    const struct transformer *net = m->net;
    const tape_scope s = tape_open(t);
    struct var *memory = embed(t, net, in[0]), *y = embed(t, net, in[1]);
    const tape_scope encoding = tape_open(t);
    for (int64_t i = 0; i < net->encoders; i++)
        memory = tape_close(t, encoding, layer_forward(t, net, &net->layer[i], memory, NULL));
    const tape_scope decoding = tape_open(t);
    for (int64_t i = 0; i < net->decoders; i++)
        y = tape_close(t, decoding, layer_forward(t, net, &net->layer[net->encoders + i], y, memory));
    return tape_close(t, s, op_linear(t, y, tape_param(t, net->embedding), NULL));
}

const struct family transformer_family = {
    "transformer",
    "{\"in\": [64], \"target\": 64, \"vocabulary\": 8000, \"width\": 512, \"hidden\": 2048, \"heads\": 8, "
    "\"encoder\": 6, \"decoder\": 6, \"dropout\": 0.1}",
    build, init, forward
};
