/* Normalisation (tensor/norm.h), with scale, shift, sum and activation in the same pass. */
#include "autograd/op.h"
#include "autograd/ops.h"
#include "base/mem.h"
#include "tensor/norm.h"

#include <assert.h>
#include <string.h>

/* ---- Over rows: batch, conditional, instance and group norm -------------------------------------------- */

struct norm_arg {
    struct norm s;                      /* first: counts read it (models/work.c) */
    bool frozen;                        /* statistics are the running ones */
    struct norm_running running;        /* mean NULL: none */
};
enum { X, GAMMA, BETA, ADD, NORM_INPUTS };
enum { OUT, MEAN, RSTD };

static const float *data(const struct var *x) { return x ? x->v.f : NULL; }

static void norm_op_forward(const struct call *c)
{
    const struct norm_arg *a = c->arg;
    float *y = c->out[OUT]->v.f, *mean = c->out[MEAN]->v.f, *rstd = c->out[RSTD]->v.f;
    const float *x = data(c->in[X]), *gamma = data(c->in[GAMMA]), *beta = data(c->in[BETA]), *add = data(c->in[ADD]);
    if (a->frozen) {
        memcpy(mean, a->running.mean, a->s.c * sizeof *mean);
        norm_rstd(rstd, a->running.var, a->s.c, a->s.eps);
        norm_apply(&a->s, y, mean, rstd, x, gamma, beta, add);
    } else {
        norm_forward(&a->s, y, mean, rstd, a->running.mean ? &a->running : NULL, x, gamma, beta, add);
    }
}

/* The gradients that are wanted, all in one call; the others have no elements. */
static void norm_back_forward(const struct call *c)
{
    const struct norm_arg *a = c->arg;
    float *to[4];
    for (int i = 0; i < 4; i++)
        to[i] = c->out[i]->v.rank ? c->out[i]->v.f : NULL;
    norm_backward(&a->s, a->frozen, &(struct norm_grads){to[0], to[1], to[2], to[3]}, data(c->in[0]), data(c->in[1]),
                  data(c->in[2]), data(c->in[3]), data(c->in[4]), data(c->in[5]), data(c->in[6]));
}
static const struct op norm_back_op = {.name = "norm_back", .forward = norm_back_forward};

static void norm_op_backward(struct tape *t, const struct call *c, struct var *const *dy)
{
    const struct norm_arg *a = c->arg;
    const bool reads_y = c->in[ADD] && a->s.act.kind != UNARY_COPY;
    struct var *in[7] = {tape_compact(t, dy[0]), c->in[X], reads_y ? c->out[OUT] : NULL, c->out[MEAN], c->out[RSTD], c->in[GAMMA], c->in[BETA]};
    struct shape out[4];
    for (int i = 0; i < 4; i++)
        out[i] = tape_wants(t, c->in[i]) ? shape_of(c->in[i]) : (struct shape){.type = TEN_F32};
    const struct call *back = tape_call(t, &norm_back_op, in, 7, out, 4, a, sizeof *a);
    for (int i = 0; i < NORM_INPUTS; i++)
        if (tape_wants(t, c->in[i]))
            tape_add_grad(t, c->in[i], back->out[i]);
}

static struct var *activated(struct tape *t, struct var *x, struct unary_op f)
{
    switch (f.kind) {
    case UNARY_RELU:   return op_relu(t, x);
    case UNARY_LEAKY:  return op_leaky(t, x, f.a);
    case UNARY_RELU6:  return op_relu6(t, x);
    case UNARY_HSWISH: return op_hswish(t, x);
    default:           return x;
    }
}

static struct var *constant(struct tape *t, const float *x, int64_t n)
{
    struct tensor v = tensor_new(tape_memory(t), TEN_F32, 1, &n);
    memcpy(v.f, x, n * sizeof *x);
    return tape_input(t, v);
}

/* The same from ops that can be differentiated twice. */
static void norm_compose(struct tape *t, const struct call *c, struct var **out)
{
    const struct norm_arg *a = c->arg;
    const struct norm *s = &a->s;
    const int64_t groups = s->groups ? s->groups : 1;
    struct var *x = c->in[X], *h, *y;
    assert(!s->join);
    if (a->frozen) {
        struct var *rstd = op_rsqrt(t, op_affine(t, constant(t, a->running.var, s->c), 1, s->eps));
        h = op_mul(t, op_sub(t, x, constant(t, a->running.mean, s->c)), rstd);
    } else {
        const unsigned axes = s->groups ? 1 << 1 | 1 << 3 : 1 << 0 | 1 << 1;
        x = s->groups ? op_reshape(t, x, DIMS(s->n, s->p, groups, s->c / groups)) : op_reshape(t, x, DIMS(s->n, s->p, s->c));
        struct var *d = op_sub(t, x, op_mean(t, x, axes, true));
        h = op_mul(t, d, op_rsqrt(t, op_affine(t, op_mean(t, op_square(t, d), axes, true), 1, s->eps)));
    }
    y = op_reshape(t, h, DIMS(s->n, s->p, s->c));
    const int64_t wide = s->per_sample ? s->n : 1;
    if (c->in[GAMMA])
        y = op_mul(t, y, op_reshape(t, c->in[GAMMA], DIMS(wide, 1, s->c)));
    if (c->in[BETA])
        y = op_add(t, y, op_reshape(t, c->in[BETA], DIMS(wide, 1, s->c)));
    y = op_reshape(t, y, c->in[X]->v.rank, c->in[X]->v.dim);
    if (c->in[ADD])
        y = op_add(t, y, c->in[ADD]);
    out[OUT] = activated(t, y, s->act);
}

static const struct unary_op leaky = {UNARY_LEAKY, 0.2f, 0}, relu = {.kind = UNARY_RELU};

/* With an activation: values on both sides of its corner, and none near it (gamma h below beta). */
static struct var *cornered(struct example *e, struct tape *t, struct shape x, struct shape gamma, bool add, struct norm_options o)
{
    struct var *g = op_scale(t, example_input(e, t, EX_UNIT, gamma), 0.02f), *b = example_input(e, t, EX_NONZERO, gamma);
    struct var *sum = add ? op_scale(t, example_input(e, t, EX_UNIT, x), 0.02f) : NULL;
    return op_norm(t, example_loose(e, t, EX_NORMAL, x), g, b, sum, &o);
}

static struct var *norm_example(struct example *e, struct tape *t, int i)
{
    struct norm_options o = {.eps = 1e-3f};
    switch (i) {
    case 0: return op_norm(t, example_input(e, t, EX_NORMAL, SHAPE(3, 2, 4, 5)), example_input(e, t, EX_NORMAL, SHAPE(5)), example_input(e, t, EX_NORMAL, SHAPE(5)), NULL, &o);
    case 1:
        o.act = leaky;
        return cornered(e, t, SHAPE(4, 3, 2, 6), SHAPE(6), true, o);
    case 2:
        o.groups = 2;
        return op_norm(t, example_input(e, t, EX_NORMAL, SHAPE(2, 3, 3, 6)), example_input(e, t, EX_NORMAL, SHAPE(6)), example_input(e, t, EX_NORMAL, SHAPE(6)), NULL, &o);
    case 3:
        o.groups = 4;
        return op_norm(t, example_input(e, t, EX_NORMAL, SHAPE(2, 3, 4, 4)), NULL, NULL, NULL, &o);
    case 4:
        o.per_sample = true;
        o.act = leaky;
        return cornered(e, t, SHAPE(3, 2, 2, 4), SHAPE(3, 4), false, o);
    case 5: return op_norm(t, example_input(e, t, EX_NORMAL, SHAPE(7, 3)), example_input(e, t, EX_NORMAL, SHAPE(3)), example_input(e, t, EX_NORMAL, SHAPE(3)), NULL, &o);
    case 6: return op_norm(t, example_input(e, t, EX_NORMAL, SHAPE(0, 2, 2, 3)), example_input(e, t, EX_NORMAL, SHAPE(3)), example_input(e, t, EX_NORMAL, SHAPE(3)), NULL, &o);
    case 7:
        o.act = relu;
        return cornered(e, t, SHAPE(8, 5, 5, 32), SHAPE(32), false, o);
    case 8:
        o.groups = 3;
        o.per_sample = true;
        return op_norm(t, example_loose(e, t, EX_NORMAL, SHAPE(2, 4, 2, 6)), example_input(e, t, EX_NORMAL, SHAPE(2, 6)), example_input(e, t, EX_NORMAL, SHAPE(2, 6)), example_input(e, t, EX_NORMAL, SHAPE(2, 4, 2, 6)), &o);
    default: return NULL;
    }
}

const struct op norm_op = {
    .name = "norm", .forward = norm_op_forward, .backward = norm_op_backward, .compose = norm_compose,
    .saves = SAVES_IN(X) | SAVES_IN(GAMMA) | SAVES_IN(BETA) | SAVES_IN(ADD) | SAVES_RESULT(OUT) | SAVES_RESULT(MEAN) | SAVES_RESULT(RSTD),
    .example = norm_example
};

struct var *op_norm(struct tape *t, struct var *x, struct var *gamma, struct var *beta, struct var *add, const struct norm_options *o)
{
    const int r = x->v.rank;
    const int64_t n = x->v.dim[0], channels = x->v.dim[r - 1], p = dims_count(r - 2, x->v.dim + 1);
    struct norm_arg a = {
        .s = {.n = n, .p = p, .c = channels, .groups = o->groups, .per_sample = o->per_sample, .eps = o->eps, .act = o->act},
        .frozen = o->mean && (o->frozen || !tape_mode(t)->training),
    };
    assert(!o->mean || !o->groups);
    if (!a.frozen && !o->groups && tape_mode(t)->training) {
        a.s.join = tape_mode(t)->join;
        a.s.join_ctx = tape_mode(t)->join_ctx;
    }
    if (o->mean && (a.frozen || !tape_replaying(t)))
        a.running = (struct norm_running){o->mean->value, o->var->value, o->momentum};
    struct var *in[NORM_INPUTS] = {tape_compact(t, x), gamma ? tape_compact(t, gamma) : NULL, beta ? tape_compact(t, beta) : NULL, add ? tape_compact(t, add) : NULL};
    const int64_t stats = norm_stats(&a.s);
    const struct shape out[3] = {shape_of(x), SHAPE(stats), SHAPE(stats)};
    return tape_call(t, &norm_op, in, NORM_INPUTS, out, 3, &a, sizeof a)->out[OUT];
}

/* ---- Along rows: layer and RMS norm ------------------------------------------------------------------------ */

static void row_forward(const struct call *c)
{
    row_norm_forward(c->arg, c->out[OUT]->v.f, c->out[MEAN]->v.f, c->out[RSTD]->v.f, data(c->in[X]), data(c->in[GAMMA]), data(c->in[BETA]));
}

static void row_back_forward(const struct call *c)
{
    float *to[3];
    for (int i = 0; i < 3; i++)
        to[i] = c->out[i]->v.rank ? c->out[i]->v.f : NULL;
    row_norm_backward(c->arg, &(struct norm_grads){to[0], to[1], to[2], NULL}, data(c->in[0]), data(c->in[1]), data(c->in[2]), data(c->in[3]), data(c->in[4]));
}
static const struct op row_back_op = {.name = "row_norm_back", .forward = row_back_forward};

static void row_backward(struct tape *t, const struct call *c, struct var *const *dy)
{
    struct var *in[5] = {tape_compact(t, dy[0]), c->in[X], c->out[MEAN], c->out[RSTD], c->in[GAMMA]};
    struct shape out[3];
    for (int i = 0; i < 3; i++)
        out[i] = tape_wants(t, c->in[i]) ? shape_of(c->in[i]) : (struct shape){.type = TEN_F32};
    const struct call *back = tape_call(t, &row_back_op, in, 5, out, 3, c->arg, sizeof(struct row_norm));
    for (int i = 0; i < 3; i++)
        if (tape_wants(t, c->in[i]))
            tape_add_grad(t, c->in[i], back->out[i]);
}

static void row_compose(struct tape *t, const struct call *c, struct var **out)
{
    const struct row_norm *s = c->arg;
    struct var *x = c->in[X], *y;
    const unsigned last = 1u << (x->v.rank - 1);
    struct var *d = s->rms ? x : op_sub(t, x, op_mean(t, x, last, true));
    y = op_mul(t, d, op_rsqrt(t, op_affine(t, op_mean(t, op_square(t, d), last, true), 1, s->eps)));
    if (c->in[GAMMA])
        y = op_mul(t, y, c->in[GAMMA]);
    out[OUT] = c->in[BETA] ? op_add(t, y, c->in[BETA]) : y;
}

static struct var *row_norm_example(struct example *e, struct tape *t, int i)
{
    switch (i) {
    case 0: return op_layer_norm(t, example_input(e, t, EX_NORMAL, SHAPE(3, 8)), example_input(e, t, EX_NORMAL, SHAPE(8)), example_input(e, t, EX_NORMAL, SHAPE(8)), 1e-3f);
    case 1: return op_layer_norm(t, example_loose(e, t, EX_NORMAL, SHAPE(2, 3, 5)), NULL, NULL, 1e-3f);
    case 2: return op_rms_norm(t, example_input(e, t, EX_NORMAL, SHAPE(4, 6)), example_input(e, t, EX_NORMAL, SHAPE(6)), 1e-3f);
    case 3: return op_layer_norm(t, example_input(e, t, EX_NORMAL, SHAPE(0, 6)), example_input(e, t, EX_NORMAL, SHAPE(6)), example_input(e, t, EX_NORMAL, SHAPE(6)), 1e-3f);
    case 4: return op_layer_norm(t, example_input(e, t, EX_NORMAL, SHAPE(300, 130)), example_input(e, t, EX_NORMAL, SHAPE(130)), example_input(e, t, EX_NORMAL, SHAPE(130)), 1e-3f);
    default: return NULL;
    }
}

const struct op row_norm_op = {
    .name = "row_norm", .forward = row_forward, .backward = row_backward, .compose = row_compose,
    .saves = SAVES_IN(X) | SAVES_IN(GAMMA) | SAVES_IN(BETA) | SAVES_RESULT(MEAN) | SAVES_RESULT(RSTD), .example = row_norm_example
};

static struct var *row_norm(struct tape *t, struct var *x, struct var *gamma, struct var *beta, float eps, bool rms)
{
    const int64_t chans = x->v.dim[x->v.rank - 1], rows = dims_count(x->v.rank - 1, x->v.dim);
    const struct row_norm s = {rows, chans, rms, eps};
    struct var *in[3] = {tape_compact(t, x), gamma ? tape_compact(t, gamma) : NULL, beta ? tape_compact(t, beta) : NULL};
    const struct shape out[3] = {shape_of(x), SHAPE(rms ? 0 : rows), SHAPE(rows)};
    return tape_call(t, &row_norm_op, in, 3, out, 3, &s, sizeof s)->out[OUT];
}

struct var *op_layer_norm(struct tape *t, struct var *x, struct var *gamma, struct var *beta, float eps) { return row_norm(t, x, gamma, beta, eps, false); }
struct var *op_rms_norm(struct tape *t, struct var *x, struct var *gamma, float eps) { return row_norm(t, x, gamma, NULL, eps, true); }
