/* DiffAugment (tensor/diffaugment.h): T(x) = L x + T(0).  Its way back is L', whose way back is L again. */
#include "autograd/draws.h"
#include "autograd/op.h"
#include "autograd/ops_image.h"
#include "base/mem.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct diffaugment_arg {
    enum augment_mode mode;
    struct augment_policy policy;
    struct augment_draw draw[];         /* [N] */
};

static size_t arg_size(int64_t n) { return sizeof(struct diffaugment_arg) + n * sizeof(struct augment_draw); }

static void diffaugment_forward(const struct call *c)
{
    const struct diffaugment_arg *a = c->arg;
    augment_apply(a->mode, c->out[0]->v.f, c->in[0]->v.f, c->in[0]->v.dim, &a->policy, a->draw);
}

static struct var *augmented(struct tape *t, const struct op *op, struct var *x, enum augment_mode mode,
                             const struct augment_policy *policy, const struct augment_draw *draws)
{
    const int64_t n = x->v.dim[0];
    struct diffaugment_arg *a = xmalloc(arg_size(n));
    assert(x->v.rank == 4);
    a->mode = mode;
    a->policy = *policy;
    memcpy(a->draw, draws, n * sizeof *draws);
    x = tape_compact(t, x);
    struct var *y = tape_call1(t, op, &x, 1, shape_of(x), a, arg_size(n));
    free(a);
    return y;
}

static void diffaugment_backward(struct tape *t, const struct call *c, struct var *const *dy)
{
    const struct diffaugment_arg *a = c->arg;
    const enum augment_mode mode = a->mode == AUGMENT_ADJOINT ? AUGMENT_TANGENT : AUGMENT_ADJOINT;
    tape_add_grad(t, c->in[0], augmented(t, c->op, dy[0], mode, &a->policy, a->draw));
}

static struct var *diffaugment_example(struct example *e, struct tape *t, int i)
{
    static const struct augment_policy all = {7, {
        AUGMENT_BRIGHTNESS, AUGMENT_SATURATION, AUGMENT_CONTRAST, AUGMENT_TRANSLATION, AUGMENT_CUTOUT,
        AUGMENT_FLIP, AUGMENT_ROT90
    }};
    static const struct augment_policy back = {4, {
        AUGMENT_CUTOUT, AUGMENT_CONTRAST, AUGMENT_TRANSLATION, AUGMENT_SATURATION
    }};
    static const struct augment_policy none = {0};
    switch (i) {
    case 0: return op_diffaugment(t, example_input(e, t, EX_NORMAL, SHAPE(4, 6, 6, 3)), &all, 1);
    case 1: return op_diffaugment(t, example_loose(e, t, EX_NORMAL, SHAPE(3, 5, 7, 2)), &back, 1);
    case 2: return op_diffaugment(t, example_input(e, t, EX_NORMAL, SHAPE(6, 4, 4, 1)), &all, 0.5);
    case 3: return op_diffaugment(t, example_input(e, t, EX_NORMAL, SHAPE(2, 3, 3, 3)), &none, 1);
    case 4: return op_diffaugment(t, example_input(e, t, EX_NORMAL, SHAPE(0, 4, 4, 3)), &all, 1);
    case 5: return op_diffaugment(t, example_input(e, t, EX_NORMAL, SHAPE(9, 200, 200, 3)), &all, 1);
    default: return NULL;
    }
}

const struct op diffaugment_op = {
    .name = "diffaugment", .forward = diffaugment_forward, .backward = diffaugment_backward,
    .example = diffaugment_example
};

struct var *op_diffaugment_by(struct tape *t, struct var *x, const struct augment_policy *policy,
                              const struct augment_draw *draws)
{
    return augmented(t, &diffaugment_op, x, AUGMENT_FORWARD, policy, draws);
}

struct var *op_diffaugment(struct tape *t, struct var *x, const struct augment_policy *policy, double p)
{
    const struct rng r = tape_rng(t);
    const int64_t n = x->v.dim[0];
    struct augment_source from = {.seed = r.seed, .step = r.stream, .p = p};
    struct augment_draw *draws = xmalloc((n + 1) * sizeof *draws);
    for (int64_t i = 0; i < n; i++) {
        from.first = draw_number(t, n, i);
        augment_draw(draws + i, 1, x->v.dim[1], x->v.dim[2], policy, &from);
    }
    struct var *y = op_diffaugment_by(t, x, policy, draws);
    free(draws);
    return y;
}
