/* Dropout and stochastic depth: linear, the way back is the same with the same draws. */
#include "autograd/op.h"
#include "autograd/ops.h"
#include "tensor/dropout.h"

struct drop_arg { struct dropout d; struct dropout_rows rows; };      /* step 0: all there are */

static struct var *drop(struct tape *t, const struct op *op, struct var *x, const struct drop_arg *a)
{
    x = tape_compact(t, x);
    return tape_call1(t, op, &x, 1, shape_of(x), a, sizeof *a);
}

static void drop_backward(struct tape *t, const struct call *c, struct var *const *dy) { tape_add_grad(t, c->in[0], drop(t, c->op, dy[0], c->arg)); }

static void dropout_forward(const struct call *c)
{
    const struct drop_arg *a = c->arg;
    float *y = c->out[0]->v.f;
    const float *x = c->in[0]->v.f;
    if (a->rows.step)
        dropout_rows(&a->d, &a->rows, y, x);
    else
        dropout(&a->d, y, x, NULL, tensor_count(&c->in[0]->v));
}

static void path_forward(const struct call *c)
{
    const struct drop_arg *a = c->arg;
    const struct tensor *x = &c->in[0]->v;
    const int64_t n = x->dim[0];
    if (a->rows.step)
        drop_path_rows(&a->d, &a->rows, c->out[0]->v.f, x->f);
    else
        drop_path(&a->d, c->out[0]->v.f, x->f, NULL, n, n ? tensor_count(x) / n : 0);
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

/* All rows, or this process's share of those of all.  Parameters, and what has not the samples along its first
 * axis, are the same everywhere. */
static struct dropout_rows rows_of(struct tape *t, const struct var *x)
{
    const struct tape_share *s = &tape_mode(t)->share;
    if (s->ranks <= 1 || s->samples == 0 || x->v.rank == 0 || x->v.dim[0] % s->samples != 0 || x->sink.data)
        return (struct dropout_rows){0};
    return (struct dropout_rows){s->samples, tensor_count(&x->v) / s->samples, s->rank, s->ranks};
}

static struct var *in_training(struct tape *t, const struct op *op, struct var *x, float p)
{
    if (p == 0 || !tape_mode(t)->training)
        return x;
    const struct drop_arg a = {{tape_rng(t), p}, rows_of(t, x)};
    return drop(t, op, x, &a);
}

struct var *op_dropout(struct tape *t, struct var *x, float p) { return in_training(t, &dropout_op, x, p); }
struct var *op_drop_path(struct tape *t, struct var *x, float p) { return in_training(t, &drop_path_op, x, p); }
