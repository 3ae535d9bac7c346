/* Cross-entropy of a linear layer, without the logits (tensor/linear_entropy.h). */
#include "autograd/op.h"
#include "autograd/ops.h"
#include "autograd/ops_language.h"
#include "tensor/linear_entropy.h"

#include <assert.h>

enum { H, W, BIAS, LABELS, WEIGHTS };
enum { LOSS, LSE };

static struct linear_entropy whole(struct var *const *in)
{
    const struct tensor *h = &in[H]->v;
    return (struct linear_entropy){
        .rows = h->dim[0], .width = h->dim[1], .words = in[W]->v.dim[0],
        .h = h->f, .w = in[W]->v.f, .bias = in[BIAS] ? in[BIAS]->v.f : NULL,
        .each = in[LABELS]->v.rank == 2 ? in[LABELS]->v.dim[1] : 1, .label = in[LABELS]->v.i,
        .weight = in[WEIGHTS] ? in[WEIGHTS]->v.f : NULL,
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
    for (int i = H; i <= BIAS; i++)
        p[i] = place_of(t, c->in[i]);
    linear_entropy_backward(&s, &(struct linear_entropy_grads){p[H].to, p[W].to, p[BIAS].to},
                            c->out[LSE]->v.f, dloss->v.f);
    for (int i = 0; i < 3; i++)
        if (p[i].fresh)
            tape_add_grad(t, c->in[i], p[i].fresh);
}

static void entropy_compose(struct tape *t, const struct call *c, struct var **out)
{
    const struct linear_entropy s = whole(c->in);
    const int64_t dim[2] = {s.rows, s.each};
    struct tensor label = tensor_new(tape_memory(t), TEN_I32, 2, dim),
                  weight = tensor_new(tape_memory(t), TEN_F32, 2, dim);
    for (int64_t k = 0; k < s.rows * s.each; k++) {
        label.i[k] = s.label[k] < 0 ? 0 : s.label[k];
        weight.f[k] = s.label[k] < 0 ? 0 : s.weight ? s.weight[k] : 1;
    }
    struct var *log_p = op_log_softmax(t, op_linear(t, c->in[H], c->in[W], c->in[BIAS]));
    struct var *own = op_mul(t, op_take(t, log_p, tape_input(t, label)), tape_input(t, weight));
    out[LOSS] = op_neg(t, op_sum(t, own, 1 << 1, false));
}

static int64_t entropy_macs(const struct call *c) { return tensor_count(&c->in[H]->v) * c->in[W]->v.dim[0]; }

/* Some labels negative. */
static struct var *labels_of(struct example *e, struct tape *t, int64_t words, struct shape s)
{
    struct var *i = example_index(e, t, words + 1, s);
    struct tensor v = tensor_new(tape_memory(t), TEN_I32, s.rank, s.dim);
    for (int64_t k = 0; k < tensor_count(&v); k++)
        v.i[k] = i->v.i[k] - 1;
    return tape_input(t, v);
}

static struct var *quarters(struct tape *t, const struct var *i)
{
    struct tensor v = tensor_new(tape_memory(t), TEN_F32, i->v.rank, i->v.dim);
    for (int64_t k = 0; k < tensor_count(&v); k++)
        v.f[k] = 0.25f * (float)i->v.i[k];
    return tape_input(t, v);
}

static struct var *entropy_example(struct example *e, struct tape *t, int i)
{
    static const int64_t rows[] = {4, 3, 0, 1, 130, 5}, width[] = {3, 2, 2, 1, 12, 4},
                         words[] = {5, 7, 7, 1, 1601, 9};
    if (i > 5)
        return NULL;
    struct var *h = example_loose(e, t, EX_NORMAL, SHAPE(rows[i], width[i]));
    struct var *w = example_loose(e, t, EX_NORMAL, SHAPE(words[i], width[i]));
    struct var *bias = i % 2 ? NULL : example_input(e, t, EX_NORMAL, SHAPE(words[i])), *weight = NULL;
    if (i < 5)
        return op_linear_entropy(t, op_scale(t, h, 0.5f), w, bias, labels_of(e, t, words[i], SHAPE(rows[i])),
                                 NULL);
    weight = quarters(t, example_index(e, t, 5, SHAPE(rows[i], 3)));
    return op_linear_entropy(t, h, w, bias, labels_of(e, t, words[i], SHAPE(rows[i], 3)), weight);
}

const struct op linear_entropy_op = {.name = "linear_entropy",
                                     .forward = entropy_forward,
                                     .backward = entropy_backward,
                                     .compose = entropy_compose,
                                     .macs = entropy_macs,
                                     .saves = SAVES_IN(H) | SAVES_IN(W) | SAVES_IN(BIAS) | SAVES_IN(LABELS) |
                                              SAVES_IN(WEIGHTS) | SAVES_RESULT(LSE),
                                     .example = entropy_example};

struct var *op_linear_entropy(struct tape *t, struct var *h, struct var *w, struct var *bias,
                              struct var *labels, struct var *weights)
{
    struct var *in[5] = {
        tape_compact(t, h), tape_compact(t, w), bias ? tape_compact(t, bias) : NULL, labels,
        weights ? tape_compact(t, tape_stop(t, weights)) : NULL,
    };
    assert(h->v.rank == 2 && w->v.rank == 2 && h->v.dim[1] == w->v.dim[1]);
    assert(tensor_contiguous(&labels->v) && (!weights || tensor_same_shape(&weights->v, &labels->v)));
    const struct shape out[2] = {SHAPE(h->v.dim[0]), SHAPE(h->v.dim[0])};
    return tape_call(t, &linear_entropy_op, in, 5, out, 2, NULL, 0)->out[LOSS];
}
