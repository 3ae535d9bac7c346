#include "nn/attention_layers.h"
#include "autograd/ops_language.h"
#include "nn/init.h"

#include <math.h>

/* ---- Norms ------------------------------------------------------------------------------------------------------ */

struct layer_norm_layer layer_norm_layer(struct params *ps, const char *name, int64_t width)
{
    const int plain = params_group(ps, "plain", 1, false);
    char text[LAYER_NAME];
    struct layer_norm_layer l = {.eps = 1e-5f};
    l.weight = params_add(ps, layer_name(text, name, "weight"), plain, 1, &width);
    l.bias = params_add(ps, layer_name(text, name, "bias"), plain, 1, &width);
    return l;
}

void layer_norm_init(const struct layer_norm_layer *l)
{
    init_constant(l->weight, 1);
    init_constant(l->bias, 0);
}

struct var *layer_norm_apply(struct tape *t, const struct layer_norm_layer *l, struct var *x)
{
    return op_layer_norm(t, x, tape_param(t, l->weight), tape_param(t, l->bias), l->eps);
}

/* ---- Attention -------------------------------------------------------------------------------------------------- */

static struct linear_layer part(struct params *ps, const char *name, const char *what, int64_t in, int64_t out, bool bias)
{
    char text[LAYER_NAME];
    return linear_layer(ps, layer_name(text, name, what), in, out, bias);
}

static void xavier(const struct linear_layer *l, uint64_t seed)
{
    init_xavier_uniform(l->weight, seed, 1);
    if (l->bias)
        init_constant(l->bias, 0);
}

struct attention_layer attention_layer(struct params *ps, const char *name, int64_t width, int64_t heads, bool cross)
{
    struct attention_layer l = {.heads = heads};
    if (cross) {
        l.q = part(ps, name, "q", width, width, true);
        l.kv = part(ps, name, "kv", width, 2 * width, true);
    } else {
        l.qkv = part(ps, name, "qkv", width, 3 * width, true);
    }
    l.out = part(ps, name, "out", width, width, true);
    return l;
}

void attention_init(const struct attention_layer *l, uint64_t seed)
{
    const struct linear_layer *all[] = {&l->qkv, &l->q, &l->kv, &l->out};
    for (int i = 0; i < 4; i++)
        if (all[i]->weight)
            xavier(all[i], seed);
}

struct var *attention_apply(struct tape *t, const struct attention_layer *l, struct var *x, struct var *memory, const struct attention_view *view)
{
    const int64_t width = x->v.dim[2];
    const struct attention_options o = {
        .heads = l->heads, .width = width, .causal = view->causal, .dropout = view->dropout, .lengths = view->lengths
    };
    const tape_scope s = tape_open(t);
    struct var *y;
    if (memory) {
        struct var *kv = linear_apply(t, &l->kv, memory);
        y = op_attention(t, linear_apply(t, &l->q, x), 0, kv, 0, kv, width, &o);
    } else {
        struct var *qkv = linear_apply(t, &l->qkv, x);
        y = op_attention(t, qkv, 0, qkv, width, qkv, 2 * width, &o);
    }
    return tape_close(t, s, linear_apply(t, &l->out, y));
}

/* ---- Relative positions ----------------------------------------------------------------------------------------- */

struct relative_attention relative_attention(struct params *ps, const char *name, int64_t width, int64_t heads)
{
    return (struct relative_attention){
        .heads = heads,
        .q = part(ps, name, "q", width, width, false), .kv = part(ps, name, "kv", width, 2 * width, false),
        .position = part(ps, name, "position", width, width, false), .out = part(ps, name, "out", width, width, false),
    };
}

void relative_attention_init(const struct relative_attention *l, uint64_t seed)
{
    const struct linear_layer *all[] = {&l->q, &l->kv, &l->position, &l->out};
    for (int i = 0; i < 4; i++)
        xavier(all[i], seed);
}

/* x [..., W] + bias [H,E] */
static struct var *biased(struct tape *t, struct var *x, const struct param *bias)
{
    return op_add(t, x, op_reshape(t, tape_param(t, bias), DIMS(x->v.dim[x->v.rank - 1])));
}

struct var *relative_attention_apply(struct tape *t, const struct relative_attention *l, struct var *x, struct var *memory,
                                     const struct param *u, const struct param *v, struct var *distance, float dropout)
{
    const int64_t width = x->v.dim[2];
    const tape_scope s = tape_open(t);
    struct var *q = linear_apply(t, &l->q, x);
    struct var *kv = linear_apply(t, &l->kv, op_concat(t, (struct var *[]){memory, x}, 2, 1));
    struct var *p = op_scale(t, linear_apply(t, &l->position, distance), 1 / sqrtf((float)width / (float)l->heads));
    struct var *term = op_relative(t, biased(t, q, v), NULL, p, l->heads);
    const struct attention_options o = {.heads = l->heads, .width = width, .causal = true, .relative = term, .dropout = dropout};
    struct var *y = op_attention(t, biased(t, q, u), 0, kv, 0, kv, width, &o);
    return tape_close(t, s, linear_apply(t, &l->out, y));
}

/* ---- Feed forward ------------------------------------------------------------------------------------------------- */

struct feed_forward feed_forward(struct params *ps, const char *name, int64_t width, int64_t hidden)
{
    return (struct feed_forward){part(ps, name, "first", width, hidden, true), part(ps, name, "second", hidden, width, true)};
}

void feed_forward_init(const struct feed_forward *l, uint64_t seed)
{
    xavier(&l->first, seed);
    xavier(&l->second, seed);
}

struct var *feed_forward_apply(struct tape *t, const struct feed_forward *l, struct var *x, float dropout)
{
    const tape_scope s = tape_open(t);
    x = op_dropout(t, op_relu(t, linear_apply(t, &l->first, x)), dropout);
    return tape_close(t, s, linear_apply(t, &l->second, x));
}
