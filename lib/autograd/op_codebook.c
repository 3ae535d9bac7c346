/* Weights that share their values (tensor/codebook.h), and weights that were pruned. */
#include "autograd/op.h"
#include "autograd/ops.h"
#include "autograd/ops_compress.h"
#include "tensor/codebook.h"
#include "tensor/elementwise.h"

#include <assert.h>
#include <string.h>

/* ---- Shared values: codebook [K], code -> y ------------------------------------------------------ */

enum { BOOK, CODE, WEIGHT };

static struct var *sums_of(struct tape *t, struct var *x, struct var *code, int64_t k);

static void codebook_forward(const struct call *c)
{
    const struct tensor *book = &c->in[BOOK]->v;
    codebook_values(c->out[0]->v.f, c->in[CODE]->v.i, tensor_count(&c->in[CODE]->v), book->f,
                    (int)book->dim[0]);
}

/* 1 where the code is one. */
static struct var *members_of(struct tape *t, struct var *code)
{
    struct tensor one = tensor_new(tape_memory(t), TEN_F32, code->v.rank, code->v.dim);
    for (int64_t i = 0; i < tensor_count(&one); i++)
        one.f[i] = code->v.i[i] >= 0;
    return tape_input(t, one);
}

static void codebook_backward(struct tape *t, const struct call *c, struct var *const *dy)
{
    struct var *book = c->in[BOOK], *w = c->in[WEIGHT];
    if (tape_wants(t, book))
        tape_add_grad(t, book, sums_of(t, dy[0], c->in[CODE], book->v.dim[0]));
    if (tape_wants(t, w))
        tape_add_grad(t, w, op_mask(t, dy[0], members_of(t, c->in[CODE])));
}

/* sum over members: the adjoint */
static void sums_forward(const struct call *c)
{
    const int k = (int)c->out[0]->v.dim[0];
    double sum[CODEBOOK_MOST];
    codebook_sums(sum, NULL, c->in[0]->v.f, c->in[1]->v.i, tensor_count(&c->in[1]->v), k);
    for (int j = 0; j < k; j++)
        c->out[0]->v.f[j] = (float)sum[j];
}

static void sums_backward(struct tape *t, const struct call *c, struct var *const *r)
{
    tape_add_grad(t, c->in[0], op_codebook(t, NULL, r[0], c->in[1]));
}
static const struct op sums_op = {
    .name = "codebook_sums", .forward = sums_forward, .backward = sums_backward, .saves = SAVES_IN(1)
};

static struct var *sums_of(struct tape *t, struct var *x, struct var *code, int64_t k)
{
    struct var *in[2] = {tape_compact(t, x), code};
    return tape_call1(t, &sums_op, in, 2, SHAPE(k), NULL, 0);
}

static struct var *codebook_example(struct example *e, struct tape *t, int i)
{
    switch (i) {
    case 0:
        return op_codebook(t, NULL, example_input(e, t, EX_NORMAL, SHAPE(4)),
                           example_index(e, t, 4, SHAPE(3, 5)));
    case 1:
        return op_codebook(t, NULL, example_input(e, t, EX_NORMAL, SHAPE(1)),
                           example_index(e, t, 1, SHAPE(2, 3, 2)));
    case 2:
        return op_codebook(t, NULL, example_loose(e, t, EX_NORMAL, SHAPE(2)),
                           example_index(e, t, 2, SHAPE(0)));
    case 3:
        return op_codebook(t, NULL, example_input(e, t, EX_NORMAL, SHAPE(256)),
                           example_index(e, t, 256, SHAPE(210, 201)));
    default: return NULL;
    }
}

const struct op codebook_op = {
    .name = "codebook", .forward = codebook_forward, .backward = codebook_backward, .saves = SAVES_IN(CODE),
    .example = codebook_example
};

struct var *op_codebook(struct tape *t, struct var *w, struct var *codebook, struct var *code)
{
    struct var *in[3] = {tape_compact(t, codebook), code, w};
    struct shape out = shape_of(code);
    out.type = TEN_F32;
    assert(codebook->v.dim[0] <= CODEBOOK_MOST && tensor_contiguous(&code->v));
    assert(!w || tensor_same_shape(&w->v, &code->v));
    return tape_call1(t, &codebook_op, in, 3, out, NULL, 0);
}

/* ---- Masks --------------------------------------------------------------------------------------- */

static void mask_forward(const struct call *c)
{
    tensor_binary(&c->out[0]->v, BINARY_MUL, &c->in[0]->v, &c->in[1]->v);
}
static void mask_backward(struct tape *t, const struct call *c, struct var *const *dy)
{
    tape_add_grad(t, c->in[0], op_mask(t, dy[0], c->in[1]));
}

static struct var *bits(struct example *e, struct tape *t, struct shape s)
{
    struct var *i = example_index(e, t, 2, s);
    struct tensor m = tensor_new(tape_memory(t), TEN_F32, s.rank, s.dim);
    for (int64_t k = 0; k < tensor_count(&m); k++)
        m.f[k] = (float)i->v.i[k];
    return tape_input(t, m);
}

static struct var *mask_example(struct example *e, struct tape *t, int i)
{
    switch (i) {
    case 0: return op_mask(t, example_input(e, t, EX_NORMAL, SHAPE(3, 5)), bits(e, t, SHAPE(3, 5)));
    case 1: return op_mask(t, example_loose(e, t, EX_NORMAL, SHAPE(4, 3, 2)), bits(e, t, SHAPE(4, 1, 1)));
    case 2: return op_mask(t, example_input(e, t, EX_NORMAL, SHAPE(0, 3)), bits(e, t, SHAPE(3)));
    case 3: return op_mask(t, example_input(e, t, EX_NORMAL, SHAPE(210, 201)), bits(e, t, SHAPE(210, 201)));
    default: return NULL;
    }
}

const struct op mask_op = {
    .name = "mask", .forward = mask_forward, .backward = mask_backward, .saves = SAVES_IN(1),
    .example = mask_example
};

struct var *op_mask(struct tape *t, struct var *w, struct var *mask)
{
    struct var *in[2] = {w, tape_stop(t, mask)};
    return tape_call1(t, &mask_op, in, 2, shape_of(w), NULL, 0);
}
