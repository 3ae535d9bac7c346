/* Losses (tensor/loss.h): one kernel forward, one for each gradient; from ops when a pass is recorded. */
#include "autograd/op.h"
#include "autograd/ops.h"
#include "autograd/ops_loss.h"
#include "tensor/loss.h"

#include <assert.h>
#include <math.h>

/* ---- Pairs ----------------------------------------------------------------------------------- */

static void pair_forward(const struct call *c)
{
    pair_loss(c->arg, c->out[0]->v.f, c->in[0]->v.f, c->in[1]->v.f, tensor_count(&c->in[0]->v));
}

/* From g, x, y the derivative by one of them. */
struct pair_slope { struct pair_loss f; bool wanted; };
static void pair_slope_forward(const struct call *c)
{
    const struct pair_slope *a = c->arg;
    const struct tensor *g = &c->in[0]->v;
    pair_loss_back(&a->f, a->wanted, c->out[0]->v.f, g->f, tensor_count(g) > 1, c->in[1]->v.f, c->in[2]->v.f,
                   tensor_count(&c->out[0]->v));
}
static const struct op pair_slope_op = {.name = "pair_loss_back", .forward = pair_slope_forward};

/* A gradient that is one number everywhere (of a mean) as that number, others compact. */
static struct var *single(struct tape *t, struct var *g)
{
    bool same = tensor_count(&g->v) > 0;
    for (int i = 0; i < g->v.rank; i++)
        same &= g->v.stride[i] == 0 || g->v.dim[i] == 1;
    if (!same)
        return tape_compact(t, g);
    for (int i = g->v.rank - 1; i >= 0; i--)
        g = op_slice(t, g, i, 0, 1);
    return g;
}

static void pair_backward(struct tape *t, const struct call *c, struct var *const *dy)
{
    struct var *in[3] = {single(t, dy[0]), c->in[0], c->in[1]};
    for (int i = 0; i < 2; i++) {
        const struct pair_slope a = {*(const struct pair_loss *)c->arg, i == 1};
        if (tape_wants(t, c->in[i]))
            tape_add_grad(t, c->in[i],
                          tape_call1(t, &pair_slope_op, in, 3, shape_of(c->in[i]), &a, sizeof a));
    }
}

static struct var *composed(struct tape *t, const struct pair_loss *f, struct var *x, struct var *y)
{
    struct var *d = op_sub(t, x, y), *near;
    switch (f->kind) {
    case LOSS_BCE: return op_sub(t, op_softplus(t, x), op_mul(t, x, y));
    case LOSS_L1:  return op_abs(t, d);
    case LOSS_L2:  return op_square(t, d);
    default:
        near = op_clamp(t, d, -f->delta, f->delta);
        return op_mul(t, near, op_sub(t, d, op_scale(t, near, 0.5f)));
    }
}

static void pair_compose(struct tape *t, const struct call *c, struct var **out)
{
    const struct pair_loss *f = c->arg;
    out[0] = op_scale(t, composed(t, f, c->in[0], c->in[1]), f->scale);
}

typedef struct var *(*pair_op)(struct tape *t, struct var *x, struct var *y);

/* op of the next two inputs. */
static struct var *of_two(struct example *e, struct tape *t, pair_op op, enum example_values kind,
                          struct shape s)
{
    struct var *x = example_input(e, t, kind, s);
    return op(t, x, example_input(e, t, kind, s));
}

static struct var *of_loose(struct example *e, struct tape *t, pair_op op, enum example_values kind,
                            struct shape s)
{
    struct var *x = example_loose(e, t, kind, s);
    return op(t, x, example_loose(e, t, kind, s));
}

static struct var *many_apart(struct example *e, struct tape *t, pair_op op)
{
    struct var *x = example_input(e, t, EX_NORMAL, SHAPE(41, 999));
    return op(t, x, op_affine(t, example_input(e, t, EX_UNIT, SHAPE(41, 999)), 1, 7));
}

static struct var *pair_example(struct example *e, struct tape *t, int i, pair_op op)
{
    switch (i) {
    case 0: return of_two(e, t, op, EX_DISTINCT, SHAPE(3, 5));
    case 1: return of_loose(e, t, op, EX_DISTINCT, SHAPE(2, 3, 7));
    case 2: return of_two(e, t, op, EX_DISTINCT, SHAPE(0, 4));
    case 3: return op_mean_all(t, of_two(e, t, op, EX_DISTINCT, SHAPE(9)));
    case 4: return many_apart(e, t, op);
    default: return NULL;
    }
}

#define PAIR(fn, made) \
    static struct var *fn##_of(struct tape *t, struct var *x, struct var *y) { return made; } \
    static struct var *fn##_example(struct example *e, struct tape *t, int i) \
    { \
        return pair_example(e, t, i, fn##_of); \
    } \
    const struct op fn##_op = { \
        .name = #fn, .forward = pair_forward, .backward = pair_backward, .compose = pair_compose, \
        .saves = SAVES_IN(0) | SAVES_IN(1), .example = fn##_example \
    };
PAIR(bce, op_bce(t, x, y))
PAIR(l1, op_l1(t, x, y))
PAIR(l2, op_l2(t, x, y))
PAIR(huber, op_smooth_l1(t, x, y, 0.6f))

static struct var *pair(struct tape *t, const struct op *op, struct var *x, struct var *y,
                        enum pair_loss_kind kind, float delta, float scale)
{
    const struct pair_loss f = {kind, delta, scale};
    struct var *in[2] = {tape_compact(t, x), tape_compact(t, y)};
    assert(tensor_same_shape(&x->v, &y->v));
    return tape_call1(t, op, in, 2, shape_of(x), &f, sizeof f);
}

struct var *op_bce(struct tape *t, struct var *x, struct var *y)
{
    return pair(t, &bce_op, x, y, LOSS_BCE, 0, 1);
}
struct var *op_l1(struct tape *t, struct var *x, struct var *y)
{
    return pair(t, &l1_op, x, y, LOSS_L1, 0, 1);
}
struct var *op_l2(struct tape *t, struct var *x, struct var *y)
{
    return pair(t, &l2_op, x, y, LOSS_L2, 0, 1);
}
struct var *op_huber(struct tape *t, struct var *x, struct var *y, float delta)
{
    return pair(t, &huber_op, x, y, LOSS_HUBER, delta, 1);
}
struct var *op_smooth_l1(struct tape *t, struct var *x, struct var *y, float delta)
{
    return pair(t, &huber_op, x, y, LOSS_HUBER, delta, 1 / delta);
}

struct var *op_hinge_real(struct tape *t, struct var *x) { return op_relu(t, op_affine(t, x, -1, 1)); }
struct var *op_hinge_fake(struct tape *t, struct var *x) { return op_relu(t, op_affine(t, x, 1, 1)); }

/* ---- Rows ------------------------------------------------------------------------------------ */

enum { X, Y };
enum { VALUE, EXTRA };                  /* EXTRA [R,2]: what the kernels keep for the way back */

static int64_t width(const struct var *x) { return x->v.dim[x->v.rank - 1]; }
static int64_t rows(const struct var *x) { return dims_count(x->v.rank - 1, x->v.dim); }

static struct var *along(struct tape *t, const struct op *op, struct var *x, struct var *y, const void *arg,
                         size_t size)
{
    struct var *in[2] = {tape_compact(t, x), tape_compact(t, y)};
    struct shape out[2] = {shape_of(x), SHAPE(rows(x), 2)};
    assert(tensor_same_shape(&x->v, &y->v));
    out[VALUE].rank--;
    return tape_call(t, op, in, 2, out, 2, arg, size)->out[VALUE];
}

/* From g, x, y, value, extra the derivatives by x and by y, each an op of its own. */
static void along_backward(struct tape *t, const struct call *c, struct var *dy, const struct op *slope[2],
                           size_t size)
{
    struct var *in[5] = {tape_compact(t, dy), c->in[X], c->in[Y], c->out[VALUE], c->out[EXTRA]};
    for (int i = 0; i < 2; i++)
        if (tape_wants(t, c->in[i]))
            tape_add_grad(t, c->in[i], tape_call1(t, slope[i], in, 5, shape_of(c->in[i]), c->arg, size));
}

static struct var *along_example(struct example *e, struct tape *t, int i, pair_op op)
{
    switch (i) {
    case 0: return of_two(e, t, op, EX_NORMAL, SHAPE(3, 5));
    case 1: return of_loose(e, t, op, EX_NORMAL, SHAPE(2, 3, 7));
    case 2: return of_two(e, t, op, EX_NORMAL, SHAPE(0, 4));
    case 3: return of_two(e, t, op, EX_NORMAL, SHAPE(6));
    case 4: return of_two(e, t, op, EX_NORMAL, SHAPE(70, 301));
    default: return NULL;
    }
}

#define SAVED (SAVES_IN(X) | SAVES_IN(Y) | SAVES_RESULT(VALUE) | SAVES_RESULT(EXTRA))

/* ---- Divergence ------------------------------------------------------------------------------ */

static void divergence_forward(const struct call *c)
{
    divergence(c->arg, c->out[VALUE]->v.f, c->out[EXTRA]->v.f, c->in[X]->v.f, c->in[Y]->v.f);
}

static void divergence_slope(const struct call *c, bool wanted)
{
    divergence_back(c->arg, wanted, c->out[0]->v.f, c->in[0]->v.f, c->in[3]->v.f, c->in[4]->v.f,
                    c->in[1]->v.f, c->in[2]->v.f);
}
static void divergence_by_x(const struct call *c) { divergence_slope(c, false); }
static void divergence_by_y(const struct call *c) { divergence_slope(c, true); }
static const struct op divergence_x_op = {.name = "divergence_by_x", .forward = divergence_by_x};
static const struct op divergence_y_op = {.name = "divergence_by_y", .forward = divergence_by_y};

static void divergence_backward(struct tape *t, const struct call *c, struct var *const *dy)
{
    along_backward(t, c, dy[VALUE], (const struct op *[]){&divergence_x_op, &divergence_y_op},
                   sizeof(struct divergence));
}

static void divergence_compose(struct tape *t, const struct call *c, struct var **out)
{
    const struct divergence *s = c->arg;
    const float T = s->logits ? s->temperature : 1;
    struct var *q = c->in[X], *p = c->in[Y];
    if (s->logits) {
        q = op_log_softmax(t, op_scale(t, q, 1 / T));
        p = op_log_softmax(t, op_scale(t, p, 1 / T));
    }
    struct var *terms = op_mul(t, op_exp(t, p), op_sub(t, p, q));
    out[VALUE] = op_scale(t, op_sum(t, terms, 1u << (q->v.rank - 1), false), T * T);
}

static struct var *warm(struct tape *t, struct var *x, struct var *y)
{
    return op_distillation(t, x, y, 2.5f);
}
static struct var *divergence_example(struct example *e, struct tape *t, int i)
{
    return i < 5 ? along_example(e, t, i, op_divergence) : along_example(e, t, i - 5, warm);
}

const struct op divergence_op = {
    .name = "divergence", .forward = divergence_forward, .backward = divergence_backward,
    .compose = divergence_compose, .saves = SAVED, .example = divergence_example
};

static struct var *diverging(struct tape *t, struct var *x, struct var *y, bool logits, float temperature)
{
    const struct divergence s = {rows(x), width(x), logits, temperature};
    return along(t, &divergence_op, x, y, &s, sizeof s);
}

struct var *op_divergence(struct tape *t, struct var *x, struct var *y)
{
    return diverging(t, x, y, false, 1);
}
struct var *op_distillation(struct tape *t, struct var *x, struct var *y, float temperature)
{
    return diverging(t, x, y, true, temperature);
}

/* ---- Cosine ---------------------------------------------------------------------------------- */

static void cosine_forward(const struct call *c)
{
    cosine_rows(c->arg, c->out[VALUE]->v.f, c->out[EXTRA]->v.f, c->in[X]->v.f, c->in[Y]->v.f);
}

static void cosine_slope(const struct call *c, int by)
{
    cosine_back(c->arg, by == Y, c->out[0]->v.f, c->in[0]->v.f, c->in[3]->v.f, c->in[4]->v.f,
                c->in[1 + by]->v.f, c->in[2 - by]->v.f);
}
static void cosine_by_x(const struct call *c) { cosine_slope(c, X); }
static void cosine_by_y(const struct call *c) { cosine_slope(c, Y); }
static const struct op cosine_x_op = {.name = "cosine_by_x", .forward = cosine_by_x};
static const struct op cosine_y_op = {.name = "cosine_by_y", .forward = cosine_by_y};

static void cosine_backward(struct tape *t, const struct call *c, struct var *const *dy)
{
    along_backward(t, c, dy[VALUE], (const struct op *[]){&cosine_x_op, &cosine_y_op}, sizeof(struct cosine));
}

/* 1 / max(|x|, eps) */
static struct var *inverse_norm(struct tape *t, struct var *x, float eps)
{
    struct var *squares = op_sum(t, op_square(t, x), 1u << (x->v.rank - 1), false);
    return op_rsqrt(t, op_clamp(t, squares, eps * eps, INFINITY));
}

static void cosine_compose(struct tape *t, const struct call *c, struct var **out)
{
    const struct cosine *s = c->arg;
    struct var *x = c->in[X], *y = c->in[Y], *dot = op_sum(t, op_mul(t, x, y), 1u << (x->v.rank - 1), false);
    out[VALUE] = op_mul(t, dot, op_mul(t, inverse_norm(t, x, s->eps), inverse_norm(t, y, s->eps)));
}

static struct var *plain_cosine(struct tape *t, struct var *x, struct var *y)
{
    return op_cosine(t, x, y, 1e-8f);
}
/* Norms of numbers below 1 are held at 5. */
static struct var *held_cosine(struct tape *t, struct var *x, struct var *y) { return op_cosine(t, x, y, 5); }
static struct var *cosine_example(struct example *e, struct tape *t, int i)
{
    return i == 5 ? of_two(e, t, held_cosine, EX_UNIT, SHAPE(3, 4)) : along_example(e, t, i, plain_cosine);
}

const struct op cosine_op = {
    .name = "cosine", .forward = cosine_forward, .backward = cosine_backward, .compose = cosine_compose,
    .saves = SAVED, .example = cosine_example
};

struct var *op_cosine(struct tape *t, struct var *x, struct var *y, float eps)
{
    const struct cosine s = {rows(x), width(x), eps};
    return along(t, &cosine_op, x, y, &s, sizeof s);
}
