#include "models/clip.h"

#include "base/fail.h"
#include "nn/init.h"
#include "tensor/memory.h"

#include <assert.h>
#include <string.h>

void clip_past_free(struct clip_past *p)
{
    for (int i = 0; i < p->n; i++)
        block_drop(p->kept[i].block);
    *p = (struct clip_past){0};
}

int64_t clip_past_count(const struct clip_past *p)
{
    int64_t n = 0;
    for (int i = 0; i < p->n; i++)
        n += tensor_count(&p->kept[i]);
    return n;
}

/* ---- Shift ------------------------------------------------------------------------------------------------ */

/* The first `fold` channels of x from the frame before, which is what the last call in this place kept. */
static struct var *shift_one(struct clip_past *p, struct tape *t, struct var *x, int64_t fold)
{
    const struct tensor *v = &x->v;
    struct var *now = op_compact(t, op_slice(t, x, 3, 0, fold)), *before;
    struct tensor keep = now->v;
    assert(p->at < CLIP_PAST);
    if (p->at == p->n) {
        const int64_t dim[] = {v->dim[0], v->dim[1], v->dim[2], fold};
        struct tensor none = tensor_new(tape_memory(t), TEN_F32, 4, dim);
        memset(none.f, 0, (size_t)tensor_count(&none) * sizeof *none.f);
        p->kept[p->n++] = none;
    }
    before = tape_input(t, p->kept[p->at]);
    block_hold(keep.block);
    p->kept[p->at++] = keep;
    return op_concat(t, (struct var *[]){before, op_slice(t, x, 3, fold, v->dim[3] - fold)}, 2, 3);
}

static int64_t fold_of(const struct clip *c, const struct var *x) { return c->frames && c->div ? x->v.dim[3] / c->div : 0; }

struct var *clip_shift(const struct clip *c, struct tape *t, struct var *x)
{
    const int64_t fold = fold_of(c, x);
    if (fold == 0)
        return x;
    return c->past ? shift_one(c->past, t, x, fold) : op_shift(t, x, c->frames, c->uni ? 0 : fold, fold);
}

struct var *clip_shift_conv(const struct clip *c, struct tape *t, struct var *x, const struct conv_layer *l)
{
    const int64_t fold = fold_of(c, x);
    const struct shift_options o = {.frames = c->frames, .fold = c->uni ? 0 : fold, .back = fold, .impl = c->impl};
    if (fold == 0 || c->past)
        return conv_apply(t, l, clip_shift(c, t, x));
    return op_shift_conv(t, x, tape_param(t, l->weight), l->bias ? tape_param(t, l->bias) : NULL, &l->g, &o);
}

const char *const clip_modes[] = {"bi", "uni", NULL}, *const clip_impls[] = {"auto", "copy", "inplace", "fused", NULL};

int clip_check(const struct clip *c, struct ten_err *e)
{
    if (c->div < 0 || c->div == 1)
        return fail(e, TEN_E_USAGE, "config: \"shift\" is %lld: expected 0 or at least 2", (long long)c->div);
    return 0;
}

struct var *clip_side_by_side(const struct clip *c, const struct model *m, struct tape *t, struct var *x)
{
    return c->frames ? op_reshape(t, x, DIMS(-1, m->in[1], m->in[2], m->in[3])) : x;
}

struct var *clip_mean(const struct clip *c, const struct model *m, struct tape *t, struct var *x)
{
    return c->frames ? op_mean(t, op_reshape(t, x, DIMS(-1, c->frames, m->out)), 1 << 1, false) : x;
}

int clip_check_online(const struct clip *c, struct ten_err *e)
{
    if (c->frames == 0)
        return fail(e, TEN_E_DATA, "a network of images: expected one of clips (\"frames\")");
    if (c->div && !c->uni)
        return fail(e, TEN_E_DATA, "its shift takes channels from the next frame, which is not there yet: expected a network trained with "
                    "\"shift_mode\": \"uni\"");
    return 0;
}

struct var *clip_max_pool(const struct clip *c, struct tape *t, struct var *x)
{
    const int64_t *d = x->v.dim, half = c->frames / 2, h = d[1], w = d[2], channels = d[3];
    const tape_scope s = tape_open(t);
    struct var *pairs = op_reshape(t, x, DIMS(-1, 2, h, w, channels));
    struct var *even = op_reshape(t, op_slice(t, pairs, 1, 0, 1), DIMS(-1, h, w, channels));
    struct var *odd = op_reshape(t, op_slice(t, pairs, 1, 1, 1), DIMS(-1, h, w, channels));
    return tape_close(t, s, op_max(t, op_max(t, even, odd), op_shift(t, odd, half, 0, channels)));
}

/* ---- Convolutions over three frames -------------------------------------------------------------------------- */

struct var *clip_neighbours(const struct clip *c, struct tape *t, struct var *x)
{
    const int64_t channels = x->v.dim[3];
    struct var *const three[] = {op_shift(t, x, c->frames, 0, channels), x, op_shift(t, x, c->frames, channels, 0)};
    return op_concat(t, three, 3, 3);
}

/* ---- Non-local block -------------------------------------------------------------------------------------------- */

struct non_local non_local_layer(struct params *ps, const char *name, int64_t channels)
{
    const int64_t half = channels / 2;
    char text[LAYER_NAME];
    struct non_local l = {.theta = conv_layer(ps, layer_name(text, name, "theta"), channels, half, 1, 1, 0, 1, true)};
    l.phi = conv_layer(ps, layer_name(text, name, "phi"), channels, half, 1, 1, 0, 1, true);
    l.g = conv_layer(ps, layer_name(text, name, "g"), channels, half, 1, 1, 0, 1, true);
    l.out = conv_layer(ps, layer_name(text, name, "W"), half, channels, 1, 1, 0, 1, true);
    l.norm = norm_layer(ps, layer_name(text, name, "bn"), channels);
    return l;
}

void non_local_init(const struct non_local *l, uint64_t seed)
{
    conv_init(&l->theta, seed);
    conv_init(&l->phi, seed);
    conv_init(&l->g, seed);
    conv_init(&l->out, seed);
    norm_layer_init(&l->norm);
    init_constant(l->norm.weight, 0);
}

struct var *non_local_apply(const struct non_local *l, const struct clip *c, struct tape *t, struct var *x)
{
    const int64_t h = x->v.dim[1], w = x->v.dim[2], half = l->theta.weight->dim[0];
    const struct attention_options one = {.heads = 1, .width = half, .scale = 1};
    const tape_scope s = tape_open(t);
    struct var *q = op_reshape(t, conv_apply(t, &l->theta, x), DIMS(-1, c->frames * h * w, half));
    struct var *k = op_max_pool(t, conv_apply(t, &l->phi, x), 2, 2, 0);
    struct var *v = op_max_pool(t, conv_apply(t, &l->g, x), 2, 2, 0);
    const int64_t places = c->frames * k->v.dim[1] * k->v.dim[2];
    k = op_reshape(t, k, DIMS(-1, places, half));
    v = op_reshape(t, v, DIMS(-1, places, half));
    struct var *y = op_reshape(t, op_attention(t, q, 0, k, 0, v, 0, &one), DIMS(-1, h, w, half));
    return tape_close(t, s, norm_layer_apply(t, &l->norm, conv_apply(t, &l->out, y), x, (struct unary_op){.kind = UNARY_COPY}));
}
