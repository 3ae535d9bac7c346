/*
 * Inception-v3 (Szegedy et al., arXiv 1512.00567) with names of PyTorch's torchvision, whose images
 * are from -1 to 1.  variant "torchvision"; "fid": the network whose features Frechet distances are
 * published of, which differs in its pools of stride 1: padding does not count in averages, and the
 * last block takes the maximum.
 *
 * A block is some branches side by side, each a chain of convolutions with norm and ReLU, behind a
 * pool or not; the last two of a fork stand side by side again.  "end": the name of a block, or of
 * pool1 or pool2, whose channels' means are what comes out; the rest of the network is not made.
 */
#include "base/fail.h"
#include "base/mem.h"
#include "models/model.h"
#include "nn/init.h"
#include "nn/layers.h"

#include <stdio.h>
#include <string.h>

enum { STEPS = 5, BRANCHES = 4, WIDTH = 0 };

/* out WIDTH: as the block says.  Without stride the padding keeps the size. */
struct step { const char *name; int out, r, s, stride; };
enum kind { CHAIN, FORK, AVERAGE, MAXIMUM };
struct branch { enum kind kind; struct step step[STEPS]; };

/* ---- Blocks ---------------------------------------------------------------------------------- */

static const struct branch block_a[BRANCHES] = {
    {CHAIN, {{"branch1x1", 64, 1, 1, 0}}},
    {CHAIN, {{"branch5x5_1", 48, 1, 1, 0}, {"branch5x5_2", 64, 5, 5, 0}}},
    {CHAIN, {{"branch3x3dbl_1", 64, 1, 1, 0}, {"branch3x3dbl_2", 96, 3, 3, 0},
             {"branch3x3dbl_3", 96, 3, 3, 0}}},
    {AVERAGE, {{"branch_pool", WIDTH, 1, 1, 0}}},
};
static const struct branch block_b[BRANCHES] = {
    {CHAIN, {{"branch3x3", 384, 3, 3, 2}}},
    {CHAIN, {{"branch3x3dbl_1", 64, 1, 1, 0}, {"branch3x3dbl_2", 96, 3, 3, 0},
             {"branch3x3dbl_3", 96, 3, 3, 2}}},
    {MAXIMUM, {{0}}},
};
static const struct branch block_c[BRANCHES] = {
    {CHAIN, {{"branch1x1", 192, 1, 1, 0}}},
    {CHAIN, {{"branch7x7_1", WIDTH, 1, 1, 0}, {"branch7x7_2", WIDTH, 1, 7, 0},
             {"branch7x7_3", 192, 7, 1, 0}}},
    {CHAIN, {{"branch7x7dbl_1", WIDTH, 1, 1, 0}, {"branch7x7dbl_2", WIDTH, 7, 1, 0},
             {"branch7x7dbl_3", WIDTH, 1, 7, 0}, {"branch7x7dbl_4", WIDTH, 7, 1, 0},
             {"branch7x7dbl_5", 192, 1, 7, 0}}},
    {AVERAGE, {{"branch_pool", 192, 1, 1, 0}}},
};
static const struct branch block_d[BRANCHES] = {
    {CHAIN, {{"branch3x3_1", 192, 1, 1, 0}, {"branch3x3_2", 320, 3, 3, 2}}},
    {CHAIN, {{"branch7x7x3_1", 192, 1, 1, 0}, {"branch7x7x3_2", 192, 1, 7, 0},
             {"branch7x7x3_3", 192, 7, 1, 0}, {"branch7x7x3_4", 192, 3, 3, 2}}},
    {MAXIMUM, {{0}}},
};
static const struct branch block_e[BRANCHES] = {
    {CHAIN, {{"branch1x1", 320, 1, 1, 0}}},
    {FORK, {{"branch3x3_1", 384, 1, 1, 0}, {"branch3x3_2a", 384, 1, 3, 0},
            {"branch3x3_2b", 384, 3, 1, 0}}},
    {FORK, {{"branch3x3dbl_1", 448, 1, 1, 0}, {"branch3x3dbl_2", 384, 3, 3, 0},
            {"branch3x3dbl_3a", 384, 1, 3, 0}, {"branch3x3dbl_3b", 384, 3, 1, 0}}},
    {AVERAGE, {{"branch_pool", 192, 1, 1, 0}}},
};

enum { BLOCKS = 11, STEM = 5, POOL1 = 3 };      /* pool1 follows three steps of the stem */
static const struct { const char *name; const struct branch *branch; int width; } blocks[BLOCKS] = {
    {"Mixed_5b", block_a, 32}, {"Mixed_5c", block_a, 64}, {"Mixed_5d", block_a, 64},
    {"Mixed_6a", block_b, 0}, {"Mixed_6b", block_c, 128}, {"Mixed_6c", block_c, 160},
    {"Mixed_6d", block_c, 160}, {"Mixed_6e", block_c, 192}, {"Mixed_7a", block_d, 0},
    {"Mixed_7b", block_e, 0}, {"Mixed_7c", block_e, 0},
};
/* stride 1: no padding either. */
static const struct step stem[STEM] = {
    {"Conv2d_1a_3x3", 32, 3, 3, 2}, {"Conv2d_2a_3x3", 32, 3, 3, 1}, {"Conv2d_2b_3x3", 64, 3, 3, 0},
    {"Conv2d_3b_1x1", 80, 1, 1, 0}, {"Conv2d_4a_3x3", 192, 3, 3, 1},
};

/* ---- Parameters ------------------------------------------------------------------------------ */

struct unit { struct conv_layer conv; struct norm_layer norm; };
struct inception {
    bool fid;
    double dropout;
    int stem, blocks;                   /* how many of each there are */
    struct unit unit[STEM], block[BLOCKS][BRANCHES][STEPS];
    struct linear_layer fc;             /* weight NULL: it ends before */
};

static struct unit unit(struct params *ps, const char *block, const struct step *s, int64_t in,
                        int64_t out)
{
    char name[LAYER_NAME], part[LAYER_NAME];
    const bool padded = s->stride == 0;
    struct unit u = {.conv.g = {.stride_h = padded ? 1 : s->stride}};
    struct conv_geometry *g = &u.conv.g;
    g->stride_w = g->stride_h;
    g->top = g->bottom = padded ? s->r / 2 : 0;
    g->left = g->right = padded ? s->s / 2 : 0;
    layer_name(name, block, s->name);
    u.conv.weight = params_add(ps, layer_name(part, name, "conv.weight"), PARAMS_MAIN, 4,
                               (int64_t[]){out, s->r, s->s, in});
    u.norm = norm_layer(ps, layer_name(part, name, "bn"), out);
    u.norm.eps = 1e-3f;
    return u;
}

/* The units of a branch: how many channels it gives. */
static int64_t branch_units(struct unit *u, struct params *ps, const char *block,
                            const struct branch *b, int64_t in, int width)
{
    int64_t out = in, before = 0;
    for (int i = 0; i < STEPS && b->step[i].name; i++) {
        const bool beside = b->kind == FORK && i + 1 < STEPS && b->step[i + 1].name == NULL;
        const int64_t channels = b->step[i].out == WIDTH ? width : b->step[i].out;
        u[i] = unit(ps, block, &b->step[i], beside ? before : out, channels);
        before = out;
        out = beside ? out + channels : channels;
    }
    return out;
}

/* All up to "end"; the channels there, or -1 where there is no such place. */
static int64_t units(struct inception *net, struct params *ps, const char *end, int64_t in)
{
    for (int i = 0; i < STEM; i++) {
        net->unit[net->stem++] = unit(ps, "", &stem[i], in, stem[i].out);
        in = stem[i].out;
        if ((i + 1 == POOL1 && strcmp(end, "pool1") == 0) ||
            (i + 1 == STEM && strcmp(end, "pool2") == 0))
            return in;
    }
    for (int k = 0; k < BLOCKS; k++) {
        int64_t out = 0;
        for (int b = 0; b < BRANCHES; b++)
            if (blocks[k].branch[b].kind != CHAIN || blocks[k].branch[b].step[0].name)
                out += branch_units(net->block[k][b], ps, blocks[k].name, &blocks[k].branch[b], in,
                                    blocks[k].width);
        in = out;
        net->blocks++;
        if (strcmp(end, blocks[k].name) == 0)
            return in;
    }
    return *end ? -1 : in;
}

static int build(struct model *m, struct ten_err *e)
{
    static const char *const variants[] = {"torchvision", "fid", NULL};
    const int variant = config_choice(m, "variant", variants, e);
    const char *end = config_text(m, "end");
    struct inception *net = xcalloc(1, sizeof *net);
    m->net = net;
    net->fid = variant == 1;
    net->dropout = config_real(m, "dropout");
    m->out = config_int(m, "classes");
    if (variant < 0)
        return -1;
    if (m->in_rank != 3 || m->in[0] < 75 || m->in[1] < 75 || m->out < 1 || m->out > CONFIG_MAX)
        return fail(e, TEN_E_USAGE, "config: expected \"in\" [height,width,channels], 75 by 75 at "
                    "least, and classes");
    if (!(net->dropout >= 0 && net->dropout < 1))
        return fail(e, TEN_E_USAGE, "config: \"dropout\" is %g: expected it in [0,1)",
                    net->dropout);
    const int64_t channels = units(net, m->params, end, m->in[2]);
    if (channels < 0)
        return fail(e, TEN_E_USAGE, "config: \"end\" is \"%s\": expected pool1, pool2 or Mixed_5b "
                    "to Mixed_7c", end);
    if (*end)
        m->out = channels;
    else
        net->fc = linear_layer(m->params, "fc", channels, m->out, true);
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
    const struct inception *net = m->net;
    for (int i = 0; i < STEM; i++)
        init_unit(&net->unit[i], seed);
    for (int k = 0; k < BLOCKS; k++)
        for (int b = 0; b < BRANCHES; b++)
            for (int i = 0; i < STEPS; i++)
                init_unit(&net->block[k][b][i], seed);
    if (net->fc.weight)
        linear_init(&net->fc, seed);
}

/* ---- Forward --------------------------------------------------------------------------------- */

static struct var *unit_forward(const struct unit *u, struct tape *t, struct var *x)
{
    const struct unary_op relu = {.kind = UNARY_RELU};
    return norm_layer_apply(t, &u->norm, conv_apply(t, &u->conv, x), NULL, relu);
}

/* The mean over what of 3 x 3 is inside of the image. */
static struct var *average_inside(struct tape *t, struct var *x)
{
    const int64_t h = x->v.dim[1], w = x->v.dim[2];
    struct tensor share = tensor_new(tape_memory(t), TEN_F32, 4, (int64_t[]){1, h, w, 1});
    for (int64_t i = 0; i < h; i++)
        for (int64_t j = 0; j < w; j++) {
            const int64_t rows = 1 + (i > 0) + (i + 1 < h), cols = 1 + (j > 0) + (j + 1 < w);
            share.f[i * w + j] = 9.0f / (float)(rows * cols);
        }
    return op_mul(t, op_average_pool(t, x, 3, 1, 1), tape_input(t, share));
}

static struct var *pooled(const struct inception *net, struct tape *t, struct var *x, bool last)
{
    if (net->fid && last)
        return op_max_pool(t, x, 3, 1, 1);
    return net->fid ? average_inside(t, x) : op_average_pool(t, x, 3, 1, 1);
}

static struct var *branch_forward(const struct unit *u, const struct branch *b, struct tape *t,
                                  struct var *x)
{
    int n = 0;
    while (n < STEPS && u[n].conv.weight)
        n++;
    const int chain = b->kind == FORK ? n - 2 : n;
    for (int i = 0; i < chain; i++)
        x = unit_forward(&u[i], t, x);
    if (b->kind != FORK)
        return x;
    struct var *side[] = {unit_forward(&u[n - 2], t, x), unit_forward(&u[n - 1], t, x)};
    return op_concat(t, side, 2, 3);
}

static struct var *block_forward(const struct inception *net, int k, struct tape *t, struct var *x)
{
    const tape_scope s = tape_open(t);
    struct var *out[BRANCHES];
    int n = 0;
    for (int i = 0; i < BRANCHES; i++) {
        const struct branch *b = &blocks[k].branch[i];
        struct var *from = x;
        if (b->kind == CHAIN && !b->step[0].name)
            continue;
        if (b->kind == MAXIMUM)
            from = op_max_pool(t, x, 3, 2, 0);
        else if (b->kind == AVERAGE)
            from = pooled(net, t, x, k == BLOCKS - 1);
        out[n++] = branch_forward(net->block[k][i], b, t, from);
    }
    return tape_close(t, s, op_concat(t, out, n, 3));
}

static struct var *forward(struct model *m, struct tape *t, struct var *const *in)
{
    const struct inception *net = m->net;
    struct var *x = in[0];
    const tape_scope s = tape_open(t);
    for (int i = 0; i < net->stem; i++) {
        x = unit_forward(&net->unit[i], t, x);
        if (i + 1 == POOL1 || i + 1 == STEM)
            x = op_max_pool(t, x, 3, 2, 0);
    }
    for (int k = 0; k < net->blocks; k++)
        x = block_forward(net, k, t, x);
    x = op_global_average(t, x);
    if (net->fc.weight)
        x = linear_apply(t, &net->fc, op_dropout(t, x, (float)net->dropout));
    return tape_close(t, s, x);
}

const struct family inception_family = {
    "inception_v3",
    "{\"variant\": \"torchvision\", \"in\": [299, 299, 3], \"classes\": 1000, \"dropout\": 0.5, "
    "\"end\": \"\"}",
    build, init, forward
};
