/* Sums, and their adjoint: repetition. */
#include "autograd/op.h"
#include "autograd/ops.h"
#include "tensor/elementwise.h"
#include "tensor/reduce.h"

#include <string.h>

static bool has_shape(const struct var *x, int rank, const int64_t *dim)
{
    return x->v.rank == rank && (rank == 0 || memcmp(x->v.dim, dim, rank * sizeof *dim) == 0);
}

/* ---- Broadcasting ---------------------------------------------------------------------------------- */

static void broadcast_backward(struct tape *t, const struct call *c, struct var *const *dy)
{
    tape_add_grad(t, c->in[0], op_sum_to(t, dy[0], c->in[0]->v.rank, c->in[0]->v.dim));
}

static struct var *broadcast_example(struct example *e, struct tape *t, int i)
{
    switch (i) {
    case 0: return op_broadcast(t, example_input(e, t, EX_NORMAL, SHAPE(3, 1, 2)), DIMS(2, 3, 4, 2));
    case 1: return op_broadcast(t, example_loose(e, t, EX_NORMAL, SHAPE(1, 5)), DIMS(6, 5));
    case 2: return op_broadcast(t, example_input(e, t, EX_NORMAL, SHAPE(4)), DIMS(0, 4));
    default: return NULL;
    }
}

const struct op broadcast_op = {.name = "broadcast", .backward = broadcast_backward, .example = broadcast_example};

struct var *op_broadcast(struct tape *t, struct var *x, int rank, const int64_t *dim)
{
    if (has_shape(x, rank, dim))
        return x;
    return tape_view(t, &broadcast_op, x, tensor_broadcast(&x->v, rank, dim), NULL, 0);
}

/* ---- Sums --------------------------------------------------------------------------------------------- */

static void sum_to_forward(const struct call *c) { tensor_sum_to(tape_memory(c->tape), &c->out[0]->v, &c->in[0]->v); }

static void sum_to_backward(struct tape *t, const struct call *c, struct var *const *dy)
{
    tape_add_grad(t, c->in[0], op_broadcast(t, dy[0], c->in[0]->v.rank, c->in[0]->v.dim));
}

static struct var *sum_to_example(struct example *e, struct tape *t, int i)
{
    switch (i) {
    case 0: return op_sum_to(t, example_input(e, t, EX_NORMAL, SHAPE(2, 3, 4)), DIMS(4));
    case 1: return op_sum_to(t, example_loose(e, t, EX_NORMAL, SHAPE(2, 3, 4)), DIMS(3, 1));
    case 2: return op_sum_to(t, example_input(e, t, EX_NORMAL, SHAPE(2, 3, 4, 5)), DIMS(2, 1, 4, 1));
    case 3: return op_sum_to(t, example_input(e, t, EX_NORMAL, SHAPE(3, 0)), DIMS(3, 1));
    case 4: return op_sum_to(t, example_input(e, t, EX_NORMAL, SHAPE(7, 6000)), 0, NULL);
    case 5: return op_sum_to(t, example_input(e, t, EX_NORMAL, SHAPE(3000, 17)), DIMS(17));
    case 6: return op_sum_to(t, example_input(e, t, EX_NORMAL, SHAPE(1, 5)), DIMS(5));
    default: return NULL;
    }
}

const struct op sum_to_op = {.name = "sum_to", .forward = sum_to_forward, .backward = sum_to_backward, .example = sum_to_example};

struct var *op_sum_to(struct tape *t, struct var *x, int rank, const int64_t *dim)
{
    if (has_shape(x, rank, dim))
        return x;
    struct shape out = {.type = TEN_F32, .rank = rank};
    for (int i = 0; i < rank; i++)
        out.dim[i] = dim[i];
    x = tape_compact(t, x);
    return tape_call1(t, &sum_to_op, &x, 1, out, NULL, 0);
}

struct var *op_sum(struct tape *t, struct var *x, unsigned axes, bool keep)
{
    int64_t kept[TEN_MAX_RANK], left[TEN_MAX_RANK];
    int n = 0;
    for (int i = 0; i < x->v.rank; i++) {
        kept[i] = axes >> i & 1 ? 1 : x->v.dim[i];
        if (!(axes >> i & 1))
            left[n++] = x->v.dim[i];
    }
    struct var *y = op_sum_to(t, x, x->v.rank, kept);
    return keep ? y : op_reshape(t, y, n, left);
}

struct var *op_mean(struct tape *t, struct var *x, unsigned axes, bool keep)
{
    int64_t n = 1;
    for (int i = 0; i < x->v.rank; i++)
        if (axes >> i & 1)
            n *= x->v.dim[i];
    return op_scale(t, op_sum(t, x, axes, keep), 1.0f / (float)n);
}

struct var *op_sum_all(struct tape *t, struct var *x) { return op_sum_to(t, x, 0, NULL); }

struct var *op_mean_all(struct tape *t, struct var *x)
{
    return op_scale(t, op_sum_all(t, x), 1.0f / (float)tensor_count(&x->v));
}
