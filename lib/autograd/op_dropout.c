/* Dropout and stochastic depth: linear, the way back is the same with the same draws. */
#include "autograd/op.h"
#include "autograd/ops.h"
#include "tensor/dropout.h"

static struct var *drop(struct tape *t, const struct op *op, struct var *x, const struct dropout *d)
{
    x = tape_compact(t, x);
    return tape_call1(t, op, &x, 1, shape_of(x), d, sizeof *d);
}

static void drop_backward(struct tape *t, const struct call *c, struct var *const *dy) { tape_add_grad(t, c->in[0], drop(t, c->op, dy[0], c->arg)); }

static void dropout_forward(const struct call *c) { dropout(c->arg, c->out[0]->v.f, c->in[0]->v.f, NULL, tensor_count(&c->in[0]->v)); }

static void path_forward(const struct call *c)
{
    const struct tensor *x = &c->in[0]->v;
    const int64_t n = x->dim[0];
    drop_path(c->arg, c->out[0]->v.f, x->f, NULL, n, n ? tensor_count(x) / n : 0);
}

static struct var *dropout_example(struct example *e, struct tape *t, int i)
{
    switch (i) {
    case 0: return op_dropout(t, example_input(e, t, EX_NORMAL, SHAPE(3, 50)), 0.3f);
    case 1: return op_dropout(t, example_loose(e, t, EX_NORMAL, SHAPE(5, 7)), 0.5f);
    case 2: return op_dropout(t, example_input(e, t, EX_NORMAL, SHAPE(0)), 0.5f);
    case 3: return op_dropout(t, example_input(e, t, EX_NORMAL, SHAPE(300, 201)), 0.1f);
    default: return NULL;
    }
}
static struct var *path_example(struct example *e, struct tape *t, int i)
{
    switch (i) {
    case 0: return op_drop_path(t, example_input(e, t, EX_NORMAL, SHAPE(9, 5)), 0.4f);
    case 1: return op_drop_path(t, example_loose(e, t, EX_NORMAL, SHAPE(4, 2, 3)), 0.5f);
    case 2: return op_drop_path(t, example_input(e, t, EX_NORMAL, SHAPE(0, 3)), 0.5f);
    default: return NULL;
    }
}

const struct op dropout_op = {.name = "dropout", .forward = dropout_forward, .backward = drop_backward, .example = dropout_example};
const struct op drop_path_op = {.name = "drop_path", .forward = path_forward, .backward = drop_backward, .example = path_example};

static struct var *in_training(struct tape *t, const struct op *op, struct var *x, float p)
{
    if (p == 0 || !tape_mode(t)->training)
        return x;
    const struct dropout d = {tape_rng(t), p};
    return drop(t, op, x, &d);
}

struct var *op_dropout(struct tape *t, struct var *x, float p) { return in_training(t, &dropout_op, x, p); }
struct var *op_drop_path(struct tape *t, struct var *x, float p) { return in_training(t, &drop_path_op, x, p); }
