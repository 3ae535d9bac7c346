/* Cross-entropy of a linear layer, without the logits (tensor/linear_entropy.h). */
#include "autograd/op.h"
#include "autograd/ops.h"
#include "autograd/ops_language.h"
#include "tensor/linear_entropy.h"

#include <assert.h>

enum { H, W, BIAS, LABELS };
enum { LOSS, LSE };

static struct linear_entropy whole(struct var *const *in)
{
    const struct tensor *h = &in[H]->v;
    return (struct linear_entropy){
        .rows = h->dim[0], .width = h->dim[1], .words = in[W]->v.dim[0],
        .h = h->f, .w = in[W]->v.f, .bias = in[BIAS] ? in[BIAS]->v.f : NULL, .label = in[LABELS]->v.i,
    };
}

static void entropy_forward(const struct call *c)
{
    const struct linear_entropy s = whole(c->in);
    linear_entropy_forward(&s, c->out[LOSS]->v.f, c->out[LSE]->v.f);
}

/* A gradient of x that is complete after this call: where it belongs, or a new value, cleared. */
struct place { struct var *fresh; float *to; };
static struct place place_of(struct tape *t, struct var *x)
{
    if (!tape_wants(t, x))
        return (struct place){0};
    struct tensor *sink = tape_sink(t, x, false);
    if (sink)
        return (struct place){.to = sink->f};
    struct tensor v = tensor_new(tape_memory(t), TEN_F32, x->v.rank, x->v.dim);
    tensor_fill(&v, 0);
    return (struct place){tape_input(t, v), v.f};
}

static void entropy_backward(struct tape *t, const struct call *c, struct var *const *dy)
{
    const struct linear_entropy s = whole(c->in);
    const struct var *dloss = tape_compact(t, dy[LOSS]);
    struct place p[3];
    for (int i = 0; i < 3; i++)
        p[i] = place_of(t, c->in[i]);
    linear_entropy_backward(&s, &(struct linear_entropy_grads){p[H].to, p[W].to, p[BIAS].to},
                            c->out[LSE]->v.f, dloss->v.f);
    for (int i = 0; i < 3; i++)
        if (p[i].fresh)
            tape_add_grad(t, c->in[i], p[i].fresh);
}

static void entropy_compose(struct tape *t, const struct call *c, struct var **out)
{
    out[LOSS] = op_cross_entropy(t, op_linear(t, c->in[H], c->in[W], c->in[BIAS]), c->in[LABELS], 0);
}

static int64_t entropy_macs(const struct call *c) { return tensor_count(&c->in[H]->v) * c->in[W]->v.dim[0]; }

static struct var *entropy_example(struct example *e, struct tape *t, int i)
{
    switch (i) {
    case 0:
        return op_linear_entropy(t, example_input(e, t, EX_NORMAL, SHAPE(4, 3)),
                                 example_input(e, t, EX_NORMAL, SHAPE(5, 3)),
                                 example_input(e, t, EX_NORMAL, SHAPE(5)), example_index(e, t, 5, SHAPE(4)));
    case 1:
        return op_linear_entropy(t, example_loose(e, t, EX_NORMAL, SHAPE(3, 2)),
                                 example_loose(e, t, EX_NORMAL, SHAPE(7, 2)), NULL,
                                 example_index(e, t, 7, SHAPE(3)));
    case 2:
        return op_linear_entropy(t, example_input(e, t, EX_NORMAL, SHAPE(0, 2)),
                                 example_input(e, t, EX_NORMAL, SHAPE(7, 2)), NULL,
                                 example_index(e, t, 7, SHAPE(0)));
    case 3:
        return op_linear_entropy(t, example_input(e, t, EX_NORMAL, SHAPE(1, 1)),
                                 example_input(e, t, EX_NORMAL, SHAPE(1, 1)),
                                 example_input(e, t, EX_NORMAL, SHAPE(1)), example_index(e, t, 1, SHAPE(1)));
    case 4:
        return op_linear_entropy(t, op_scale(t, example_input(e, t, EX_NORMAL, SHAPE(130, 12)), 0.5f),
                                 example_input(e, t, EX_NORMAL, SHAPE(1601, 12)),
                                 example_input(e, t, EX_NORMAL, SHAPE(1601)),
                                 example_index(e, t, 1601, SHAPE(130)));
    default: return NULL;
    }
}

const struct op linear_entropy_op = {
    .name = "linear_entropy", .forward = entropy_forward, .backward = entropy_backward,
    .compose = entropy_compose, .macs = entropy_macs,
    .saves = SAVES_IN(H) | SAVES_IN(W) | SAVES_IN(BIAS) | SAVES_IN(LABELS) | SAVES_RESULT(LSE),
    .example = entropy_example
};

struct var *op_linear_entropy(struct tape *t, struct var *h, struct var *w, struct var *bias,
                              struct var *labels)
{
    struct var *in[4] = {tape_compact(t, h), tape_compact(t, w), bias ? tape_compact(t, bias) : NULL, labels};
    assert(h->v.rank == 2 && w->v.rank == 2 && h->v.dim[1] == w->v.dim[1]);
    const struct shape out[2] = {SHAPE(h->v.dim[0]), SHAPE(h->v.dim[0])};
    return tape_call(t, &linear_entropy_op, in, 4, out, 2, NULL, 0)->out[LOSS];
}
