/* Softmax and what is made of it. */
#include "autograd/op.h"
#include "autograd/ops.h"
#include "tensor/reduce.h"

/* The largest of each row, a constant: subtracting it changes nothing but the range of exp. */
static struct var *row_max(struct tape *t, struct var *x)
{
    struct tensor m;
    int64_t dim[TEN_MAX_RANK];
    for (int i = 0; i < x->v.rank; i++)
        dim[i] = i + 1 < x->v.rank ? x->v.dim[i] : 1;
    m = tensor_new(tape_memory(t), TEN_F32, x->v.rank, dim);
    tensor_reduce(tape_memory(t), &m, REDUCE_MAX, &x->v, 1u << (x->v.rank - 1));
    return tape_input(t, m);
}

struct var *op_log_softmax(struct tape *t, struct var *x)
{
    const tape_scope s = tape_open(t);
    struct var *d = op_sub(t, x, row_max(t, x));
    return tape_close(t, s, op_sub(t, d, op_log(t, op_sum(t, op_exp(t, d), 1u << (x->v.rank - 1), true))));
}

struct var *op_softmax(struct tape *t, struct var *x)
{
    const tape_scope s = tape_open(t);
    struct var *e = op_exp(t, op_sub(t, x, row_max(t, x)));
    return tape_close(t, s, op_div(t, e, op_sum(t, e, 1u << (x->v.rank - 1), true)));
}

/* -((1-eps) log p[label] + eps mean log p) */
struct var *op_cross_entropy(struct tape *t, struct var *logits, struct var *labels, float smoothing)
{
    const tape_scope s = tape_open(t);
    const int64_t rows = logits->v.dim[0];
    struct var *p = op_log_softmax(t, logits);
    struct var *own = op_take(t, p, op_reshape(t, labels, DIMS(rows, 1)));
    struct var *loss = op_scale(t, own, smoothing - 1);
    if (smoothing > 0)
        loss = op_sub(t, loss, op_scale(t, op_mean(t, p, 1 << 1, true), smoothing));
    return tape_close(t, s, op_reshape(t, loss, DIMS(rows)));
}

/* -sum target log p */
struct var *op_soft_cross_entropy(struct tape *t, struct var *logits, struct var *target)
{
    const tape_scope s = tape_open(t);
    return tape_close(t, s, op_neg(t, op_sum(t, op_mul(t, target, op_log_softmax(t, logits)), 1 << 1, false)));
}
