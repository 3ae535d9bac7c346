#include "models/gan_blocks.h"
#include "autograd/ops_image.h"
#include "nn/init.h"

/* ---- Twice as large -------------------------------------------------------------------------- */

struct up_block up_block(struct params *ps, const char *name, int64_t in, int64_t out,
                         enum norm_by by, int64_t n, bool spectral)
{
    char text[LAYER_NAME];
    struct up_block b = {0};
    b.norm1 = class_norm(ps, layer_name(text, name, "norm1"), in, by, n, spectral);
    b.conv1 = gan_conv(ps, layer_name(text, name, "conv1"), in, out, 3, true, spectral);
    b.norm2 = class_norm(ps, layer_name(text, name, "norm2"), out, by, n, spectral);
    b.conv2 = gan_conv(ps, layer_name(text, name, "conv2"), out, out, 3, true, spectral);
    b.shortcut = gan_conv(ps, layer_name(text, name, "shortcut"), in, out, 1, true, spectral);
    return b;
}

void up_block_init(const struct up_block *b, uint64_t seed, enum gan_init how)
{
    class_norm_init(&b->norm1, seed, how);
    class_norm_init(&b->norm2, seed, how);
    gan_conv_init(&b->conv1, seed, how);
    gan_conv_init(&b->conv2, seed, how);
    gan_conv_init(&b->shortcut, seed, how);
}

static struct var *twice(struct tape *t, struct var *x)
{
    return op_resize_nearest(t, x, 2 * x->v.dim[1], 2 * x->v.dim[2]);
}

struct var *up_block_apply(struct tape *t, const struct up_block *b, struct var *x, struct var *by)
{
    const tape_scope s = tape_open(t);
    struct var *h = tape_close(t, s, twice(t, class_norm_relu(t, &b->norm1, x, by)));
    h = tape_close(t, s, conv_apply(t, &b->conv1, h));
    h = tape_close(t, s, conv_apply(t, &b->conv2, class_norm_relu(t, &b->norm2, h, by)));
    return tape_close(t, s, op_add(t, h, twice(t, conv_apply(t, &b->shortcut, x))));
}

/* ---- As large, or half as large -------------------------------------------------------------- */

struct down_block down_block(struct params *ps, const char *name, int64_t in, int64_t hidden,
                             int64_t out, bool first, bool down, bool spectral)
{
    char text[LAYER_NAME];
    struct down_block b = {.first = first, .down = down};
    b.conv1 = gan_conv(ps, layer_name(text, name, "conv1"), in, hidden, 3, true, spectral);
    b.conv2 = gan_conv(ps, layer_name(text, name, "conv2"), hidden, out, 3, true, spectral);
    if (down || in != out)
        b.shortcut = gan_conv(ps, layer_name(text, name, "shortcut"), in, out, 1, true, spectral);
    return b;
}

void down_block_init(const struct down_block *b, uint64_t seed, enum gan_init how)
{
    gan_conv_init(&b->conv1, seed, how);
    gan_conv_init(&b->conv2, seed, how);
    if (b->shortcut.weight)
        gan_conv_init(&b->shortcut, seed, how);
}

static struct var *half(struct tape *t, const struct down_block *b, struct var *x)
{
    return b->down ? op_average_pool(t, x, 2, 2, 0) : x;
}

struct var *down_block_apply(struct tape *t, const struct down_block *b, struct var *x)
{
    const tape_scope s = tape_open(t);
    struct var *h = conv_apply(t, &b->conv1, b->first ? x : op_relu(t, x));
    h = half(t, b, conv_apply(t, &b->conv2, op_relu(t, h)));
    struct var *shortcut = half(t, b, x);
    if (b->shortcut.weight)
        shortcut = conv_apply(t, &b->shortcut, shortcut);
    return tape_close(t, s, op_add(t, h, shortcut));
}

/* ---- Self-attention -------------------------------------------------------------------------- */

struct self_attention self_attention(struct params *ps, const char *name, int64_t channels,
                                     bool spectral)
{
    char text[LAYER_NAME];
    struct self_attention l = {0};
    l.theta =
        gan_conv(ps, layer_name(text, name, "theta"), channels, channels / 8, 1, false, spectral);
    l.phi = gan_conv(ps, layer_name(text, name, "phi"), channels, channels / 8, 1, false, spectral);
    l.g = gan_conv(ps, layer_name(text, name, "g"), channels, channels / 2, 1, false, spectral);
    l.o = gan_conv(ps, layer_name(text, name, "o"), channels / 2, channels, 1, false, spectral);
    l.gamma = params_add(ps, layer_name(text, name, "gamma"), params_group(ps, "plain", 1, false),
                         0, (int64_t[]){1});
    return l;
}

void self_attention_init(const struct self_attention *l, uint64_t seed, enum gan_init how)
{
    gan_conv_init(&l->theta, seed, how);
    gan_conv_init(&l->phi, seed, how);
    gan_conv_init(&l->g, seed, how);
    gan_conv_init(&l->o, seed, how);
    init_constant(l->gamma, 0);
}

/* [N,H,W,C] -> [N,HW,C] */
static struct var *places(struct tape *t, struct var *x)
{
    return op_reshape(t, x, DIMS(x->v.dim[0], x->v.dim[1] * x->v.dim[2], x->v.dim[3]));
}

struct var *self_attention_apply(struct tape *t, const struct self_attention *l, struct var *x)
{
    const tape_scope s = tape_open(t);
    struct var *query = places(t, conv_apply(t, &l->theta, x));
    struct var *key = places(t, op_max_pool(t, conv_apply(t, &l->phi, x), 2, 2, 0));
    struct var *value = places(t, op_max_pool(t, conv_apply(t, &l->g, x), 2, 2, 0));
    struct var *score = op_softmax(t, op_matmul(t, query, false, key, true));
    struct var *seen = op_matmul(t, score, false, value, false);
    seen = op_reshape(t, seen, DIMS(x->v.dim[0], x->v.dim[1], x->v.dim[2], seen->v.dim[2]));
    return tape_close(t, s,
                      op_add(t, x, op_mul(t, conv_apply(t, &l->o, seen), tape_param(t, l->gamma))));
}
