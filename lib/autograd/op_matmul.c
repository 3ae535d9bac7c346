/* Matrix products.  The gradients of a product are products, so any number of derivatives exists. */
#include "autograd/op.h"
#include "autograd/ops.h"
#include "tensor/elementwise.h"
#include "tensor/product.h"

#include <assert.h>

/* ---- Operands as BLAS wants them ------------------------------------------------------------------- */

/* A stack of matrices in memory: row i of matrix s starts at step * s + ld * i, or, transposed, column. */
struct stack { bool transposed; int64_t ld, step, batch; };

/* Whether x can be used as it lies. */
static bool as_stack(const struct tensor *x, struct stack *s)
{
    const int r = x->rank;
    const int64_t rows = x->dim[r - 2], cols = x->dim[r - 1], down = x->stride[r - 2], across = x->stride[r - 1];
    *s = (struct stack){.batch = 1};
    if ((across == 1 || cols <= 1) && (down >= cols || rows <= 1))
        s->ld = rows <= 1 && down < cols ? cols : down;
    else if ((down == 1 || rows <= 1) && across >= rows)
        *s = (struct stack){true, across, 0, 1};
    else
        return false;
    if (s->ld < 1)
        s->ld = 1;
    for (int i = r - 3; i >= 0; i--) {          /* leading axes as one */
        if (x->dim[i] == 1)
            continue;
        if (s->batch == 1)
            s->step = x->stride[i];
        else if (x->stride[i] != s->step * s->batch)
            return false;
        s->batch *= x->dim[i];
    }
    return true;
}

static struct var *usable(struct tape *t, struct var *x, struct stack *s)
{
    if (as_stack(&x->v, s))
        return x;
    x = op_compact(t, x);
    as_stack(&x->v, s);
    return x;
}

struct matmul_arg { bool tx, ty; };

/* out (+)= op(x) op(y), all usable; out is row-major in its last two axes. */
static void multiply(struct tensor *out, const struct tensor *x, bool tx, const struct tensor *y, bool ty, float beta)
{
    struct stack sx, sy, so;
    as_stack(x, &sx);
    as_stack(y, &sy);
    as_stack(out, &so);
    struct product p = {
        .ta = tx != sx.transposed, .tb = ty != sy.transposed,
        .m = out->dim[out->rank - 2], .n = out->dim[out->rank - 1], .k = x->dim[x->rank - (tx ? 2 : 1)],
        .lda = sx.ld, .ldb = sy.ld, .ldc = so.ld, .alpha = 1, .beta = beta,
    };
    if (sy.batch == 1 && !p.ta && so.batch > 1 && sx.step == p.m * p.lda && so.step == p.m * p.ldc) {
        p.m *= so.batch;                        /* one tall product */
        so.batch = 1;
    }
    product_batch(&p, so.batch, out->f, so.step, x->f, sx.step, y->f, sy.batch == 1 ? 0 : sy.step);
}

static void matmul_forward(const struct call *c)
{
    const struct matmul_arg *a = c->arg;
    multiply(&c->out[0]->v, &c->in[0]->v, a->tx, &c->in[1]->v, a->ty, 0);
}

/* All rows of a batch as one matrix. */
static struct var *rows_of(struct tape *t, struct var *x)
{
    return x->v.rank == 2 ? x : op_reshape(t, x, DIMS(tensor_count(&x->v) / (x->v.dim[x->v.rank - 1] ? x->v.dim[x->v.rank - 1] : 1), x->v.dim[x->v.rank - 1]));
}

/* Add op(x) op(y) to the gradient of w, straight into its place where there is one. */
static void add_product(struct tape *t, struct var *w, struct var *x, bool tx, struct var *y, bool ty)
{
    struct tensor *sink = tape_sink(t, w, true);
    struct stack s;
    if (!sink || !as_stack(sink, &s) || s.transposed || s.batch > 1 || x->v.rank > 2) {
        tape_add_grad(t, w, op_matmul(t, x, tx, y, ty));
        return;
    }
    struct stack sx, sy;
    x = usable(t, x, &sx);
    y = usable(t, y, &sy);
    multiply(sink, &x->v, tx, &y->v, ty, 1);
}

static void matmul_backward(struct tape *t, const struct call *c, struct var *const *dy)
{
    const struct matmul_arg *a = c->arg;
    struct var *x = c->in[0], *y = c->in[1], *dz = dy[0];
    if (tape_wants(t, x)) {
        if (a->tx)
            add_product(t, x, y, a->ty, dz, true);
        else
            add_product(t, x, dz, false, y, !a->ty);
    }
    if (!tape_wants(t, y))
        return;
    if (y->v.rank == 2 && x->v.rank > 2) {      /* shared by the batch: summed over it */
        x = rows_of(t, x);
        dz = rows_of(t, dz);
    }
    if (a->ty)
        add_product(t, y, dz, true, x, a->tx);
    else
        add_product(t, y, x, !a->tx, dz, false);
}

static int64_t matmul_macs(const struct call *c)
{
    const struct matmul_arg *a = c->arg;
    const struct tensor *x = &c->in[0]->v;
    return tensor_count(&c->out[0]->v) * x->dim[x->rank - (a->tx ? 2 : 1)];
}

static struct var *matmul_example(struct example *e, struct tape *t, int i)
{
    switch (i) {
    case 0: case 1: case 2: case 3: {
        const bool tx = i & 1, ty = i & 2;
        return op_matmul(t, example_input(e, t, EX_NORMAL, tx ? SHAPE(4, 3) : SHAPE(3, 4)), tx,
                         example_loose(e, t, EX_NORMAL, ty ? SHAPE(5, 4) : SHAPE(4, 5)), ty);
    }
    case 4: return op_matmul(t, example_input(e, t, EX_NORMAL, SHAPE(2, 3, 4)), false, example_input(e, t, EX_NORMAL, SHAPE(4, 2)), false);
    case 5: return op_matmul(t, example_loose(e, t, EX_NORMAL, SHAPE(2, 3, 2, 4)), true, example_loose(e, t, EX_NORMAL, SHAPE(2, 3, 2, 3)), false);
    case 6: return op_matmul(t, example_input(e, t, EX_NORMAL, SHAPE(3, 0)), false, example_input(e, t, EX_NORMAL, SHAPE(0, 2)), false);
    case 7: return op_matmul(t, example_input(e, t, EX_NORMAL, SHAPE(0, 3)), false, example_input(e, t, EX_NORMAL, SHAPE(3, 2)), false);
    case 8: return op_matmul(t, example_input(e, t, EX_NORMAL, SHAPE(70, 300)), false, example_input(e, t, EX_NORMAL, SHAPE(300, 90)), false);
    case 9: return op_matmul(t, example_input(e, t, EX_NORMAL, SHAPE(1, 1)), true, example_input(e, t, EX_NORMAL, SHAPE(1, 1)), true);
    default: return NULL;
    }
}

const struct op matmul_op = {
    .name = "matmul", .forward = matmul_forward, .backward = matmul_backward,
    .saves = SAVES_IN(0) | SAVES_IN(1), .macs = matmul_macs, .example = matmul_example
};

struct var *op_matmul(struct tape *t, struct var *x, bool tx, struct var *y, bool ty)
{
    struct stack s;
    struct var *in[2] = {usable(t, x, &s), usable(t, y, &s)};
    struct shape out = shape_of(x);
    const int r = x->v.rank, ry = y->v.rank;
    assert(r >= 2 && (ry == r || ry == 2) && (!tx || ry == r || r == 2));
    assert(x->v.dim[r - (tx ? 2 : 1)] == y->v.dim[ry - (ty ? 1 : 2)]);
    out.dim[r - 2] = x->v.dim[r - (tx ? 1 : 2)];
    out.dim[r - 1] = y->v.dim[ry - (ty ? 2 : 1)];
    const struct matmul_arg a = {tx, ty};
    return tape_call1(t, &matmul_op, in, 2, out, &a, sizeof a);
}

/* ---- Linear layers ----------------------------------------------------------------------------------------- */

/* y [R,O] = x [R,I] w^T + bias */
static void linear_forward(const struct call *c)
{
    struct tensor *y = &c->out[0]->v;
    if (c->in[2]) {
        struct tensor b = tensor_broadcast(&c->in[2]->v, 2, y->dim);
        tensor_copy(y, &b);
        tensor_drop(&b);
    }
    multiply(y, &c->in[0]->v, false, &c->in[1]->v, true, c->in[2] ? 1 : 0);
}

static void linear_backward(struct tape *t, const struct call *c, struct var *const *dy)
{
    struct var *x = c->in[0], *w = c->in[1], *b = c->in[2];
    if (tape_wants(t, x))
        tape_add_grad(t, x, op_matmul(t, dy[0], false, w, false));
    if (tape_wants(t, w))
        add_product(t, w, dy[0], true, x, false);
    if (tape_wants(t, b))
        tape_add_grad(t, b, op_sum_to(t, dy[0], 1, b->v.dim));
}

static int64_t linear_macs(const struct call *c) { return tensor_count(&c->out[0]->v) * c->in[0]->v.dim[1]; }

static struct var *linear_example(struct example *e, struct tape *t, int i)
{
    switch (i) {
    case 0: return op_linear(t, example_input(e, t, EX_NORMAL, SHAPE(3, 4)), example_input(e, t, EX_NORMAL, SHAPE(5, 4)), example_input(e, t, EX_NORMAL, SHAPE(5)));
    case 1: return op_linear(t, example_loose(e, t, EX_NORMAL, SHAPE(2, 3, 4)), example_loose(e, t, EX_NORMAL, SHAPE(5, 4)), NULL);
    case 2: return op_linear(t, example_input(e, t, EX_NORMAL, SHAPE(0, 4)), example_input(e, t, EX_NORMAL, SHAPE(2, 4)), example_input(e, t, EX_NORMAL, SHAPE(2)));
    case 3: return op_linear(t, example_input(e, t, EX_NORMAL, SHAPE(130, 200)), example_input(e, t, EX_NORMAL, SHAPE(70, 200)), example_input(e, t, EX_NORMAL, SHAPE(70)));
    default: return NULL;
    }
}

const struct op linear_op = {
    .name = "linear", .forward = linear_forward, .backward = linear_backward,
    .saves = SAVES_IN(0) | SAVES_IN(1), .macs = linear_macs, .example = linear_example
};

struct var *op_linear(struct tape *t, struct var *x, struct var *w, struct var *bias)
{
    struct stack s;
    const int rank = x->v.rank;
    struct shape whole = shape_of(x);
    x = usable(t, rows_of(t, x), &s);
    w = usable(t, w, &s);
    assert(x->v.dim[1] == w->v.dim[1] && (!bias || bias->v.dim[0] == w->v.dim[0]));
    struct var *in[3] = {x, w, bias};
    struct var *y = tape_call1(t, &linear_op, in, 3, SHAPE(x->v.dim[0], w->v.dim[0]), NULL, 0);
    whole.dim[rank - 1] = w->v.dim[0];
    return rank == 2 ? y : op_reshape(t, y, rank, whole.dim);
}
