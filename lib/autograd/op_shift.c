/* Temporal shift as an op.  tensor/shift.h has the equation; the way back is the shift the other way round. */
#include "autograd/op.h"
#include "autograd/ops.h"
#include "tensor/shift.h"

static struct var *shifted(struct tape *t, struct var *x, const struct shift *s);

static void shift_forward(const struct call *c) { shift_time(c->out[0]->v.f, c->in[0]->v.f, c->arg); }

static void shift_backward(struct tape *t, const struct call *c, struct var *const *dy)
{
    struct shift s = *(const struct shift *)c->arg;
    s.step = -s.step;
    tape_add_grad(t, c->in[0], shifted(t, dy[0], &s));
}

/* One clip; several; no neighbours; nothing to shift; nothing at all. */
static struct var *shift_example(struct example *e, struct tape *t, int i)
{
    switch (i) {
    case 0: return op_shift(t, example_input(e, t, EX_NORMAL, SHAPE(3, 1, 1, 8)), 3, 1, 1);
    case 1: return op_shift(t, example_loose(e, t, EX_NORMAL, SHAPE(8, 3, 2, 16)), 4, 2, 2);
    case 2: return op_shift(t, example_input(e, t, EX_NORMAL, SHAPE(2, 2, 2, 8)), 1, 1, 1);
    case 3: return op_shift(t, example_input(e, t, EX_NORMAL, SHAPE(5, 2, 2, 7)), 5, 0, 0);
    case 4: return op_shift(t, example_input(e, t, EX_NORMAL, SHAPE(0, 2, 2, 8)), 4, 1, 1);
    case 5: return op_shift(t, example_input(e, t, EX_NORMAL, SHAPE(6, 2, 3, 8)), 3, 0, 2);
    default: return NULL;
    }
}

const struct op shift_op = {.name = "shift", .forward = shift_forward, .backward = shift_backward, .example = shift_example};

static struct var *shifted(struct tape *t, struct var *x, const struct shift *s)
{
    x = tape_compact(t, x);
    return tape_call1(t, &shift_op, &x, 1, shape_of(x), s, sizeof *s);
}

struct var *op_shift(struct tape *t, struct var *x, int64_t frames, int64_t fold, int64_t back)
{
    const struct shift s = {.n = x->v.dim[0] / frames, .t = frames, .hw = x->v.dim[1] * x->v.dim[2], .c = x->v.dim[3],
                            .fold = fold, .back = back, .step = 1, .elem = sizeof(float)};
    return shifted(t, x, &s);
}
