/* Scores of relative positions: queries times vectors of distances, written where attention reads them. */
#include "autograd/op.h"
#include "autograd/ops.h"
#include "autograd/ops_language.h"
#include "tensor/product.h"

#include <assert.h>
#include <string.h>

/* q [B,T,H*D], r [R,H*D] or [R,D]: z [B,H,T,R] */
struct relative_arg {
    int64_t b, h, t, d, r;
    int64_t r_row, r_step;              /* of r: from a row to the next, from a head to the next */
};

enum { Q, R };

static void relative_forward(const struct call *c)
{
    const struct relative_arg *a = c->arg;
    const int64_t row = a->h * a->d, plane = a->t * a->r;
    const struct product p = {
        .tb = true, .m = a->t, .n = a->r, .k = a->d, .lda = row, .ldb = a->r_row, .ldc = a->r, .alpha = 1
    };
    for (int64_t b = 0; b < a->b; b++)
        product_batch(&p, a->h, c->out[0]->v.f + b * a->h * plane, plane, c->in[Q]->v.f + b * a->t * row,
                      a->d, c->in[R]->v.f, a->r_step);
}

/* dq[b,:,h,:] = dz[b,h] r[:,h,:] */
static void query_forward(const struct call *c)
{
    const struct relative_arg *a = c->arg;
    const int64_t row = a->h * a->d, plane = a->t * a->r;
    const struct product p = {
        .m = a->t, .n = a->d, .k = a->r, .lda = a->r, .ldb = a->r_row, .ldc = row, .alpha = 1
    };
    for (int64_t b = 0; b < a->b; b++)
        product_batch(&p, a->h, c->out[0]->v.f + b * a->t * row, a->d, c->in[0]->v.f + b * a->h * plane,
                      plane, c->in[1]->v.f, a->r_step);
}

/* dr[:,h,:] = sum over b of dz[b,h]' q[b,:,h,:]; where heads share r, one after the other is added. */
static void distance_forward(const struct call *c)
{
    const struct relative_arg *a = c->arg;
    const int64_t row = a->h * a->d, plane = a->t * a->r;
    struct product p = {
        .ta = true, .m = a->r, .n = a->d, .k = a->t, .lda = a->r, .ldb = row, .ldc = a->r_row, .alpha = 1,
        .beta = 1
    };
    float *dr = c->out[0]->v.f;
    memset(dr, 0, tensor_count(&c->out[0]->v) * sizeof *dr);
    for (int64_t b = 0; b < a->b; b++) {
        const float *dz = c->in[0]->v.f + b * a->h * plane, *q = c->in[1]->v.f + b * a->t * row;
        if (a->r_step)
            product_batch(&p, a->h, dr, a->r_step, dz, plane, q, a->d);
        for (int64_t h = 0; !a->r_step && h < a->h; h++)
            product(&p, dr, dz + h * plane, q + h * a->d);
    }
}
static const struct op query_op = {.name = "relative_query", .forward = query_forward},
                       distance_op = {.name = "relative_distance", .forward = distance_forward};

static void relative_backward(struct tape *t, const struct call *c, struct var *const *dy)
{
    struct var *dz = tape_compact(t, dy[0]);
    for (int i = 0; i < 2; i++) {
        struct var *in[2] = {dz, c->in[i == Q ? R : Q]};
        if (tape_wants(t, c->in[i]))
            tape_add_grad(t, c->in[i],
                          tape_call1(t, i == Q ? &query_op : &distance_op, in, 2, shape_of(c->in[i]), c->arg,
                                     sizeof(struct relative_arg)));
    }
}

static int64_t relative_macs(const struct call *c)
{
    return tensor_count(&c->out[0]->v) * ((const struct relative_arg *)c->arg)->d;
}

static struct var *relative_example(struct example *e, struct tape *t, int i)
{
    switch (i) {
    case 0:
        return op_relative(t, example_input(e, t, EX_NORMAL, SHAPE(2, 3, 8)),
                           example_input(e, t, EX_NORMAL, SHAPE(8)),
                           example_input(e, t, EX_NORMAL, SHAPE(5, 8)), 2);
    case 1:
        return op_relative(t, example_loose(e, t, EX_NORMAL, SHAPE(2, 4, 6)), NULL,
                           example_loose(e, t, EX_NORMAL, SHAPE(4, 2)), 3);
    case 2:
        return op_relative(t, example_input(e, t, EX_NORMAL, SHAPE(0, 4, 6)), NULL,
                           example_input(e, t, EX_NORMAL, SHAPE(4, 6)), 3);
    case 3:
        return op_relative(t, example_input(e, t, EX_NORMAL, SHAPE(3, 65, 48)),
                           example_input(e, t, EX_NORMAL, SHAPE(48)),
                           example_input(e, t, EX_NORMAL, SHAPE(97, 24)), 2);
    default: return NULL;
    }
}

const struct op relative_op = {
    .name = "relative", .forward = relative_forward, .backward = relative_backward, .macs = relative_macs,
    .once = true, .saves = SAVES_IN(Q) | SAVES_IN(R), .example = relative_example
};

struct var *op_relative(struct tape *t, struct var *q, struct var *bias, struct var *r, int64_t heads)
{
    if (bias)
        q = op_add(t, q, bias);
    struct var *in[2] = {tape_compact(t, q), tape_compact(t, r)};
    const int64_t b = q->v.dim[0], tq = q->v.dim[1], d = q->v.dim[2] / heads, n = r->v.dim[0],
                  wide = r->v.dim[1];
    const struct relative_arg a = {b, heads, tq, d, n, wide, wide == d && heads > 1 ? 0 : d};
    assert(q->v.rank == 3 && q->v.dim[2] % heads == 0 && (wide == d || wide == heads * d));
    return tape_call1(t, &relative_op, in, 2, SHAPE(b, heads, tq, n), &a, sizeof a);
}
