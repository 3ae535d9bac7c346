/* Multi-head attention (tensor/attention.h). */
#include "autograd/op.h"
#include "autograd/ops.h"
#include "tensor/attention.h"

#include <assert.h>
#include <string.h>

enum { Q, K, V, RELATIVE, MASK, INPUTS };
enum { OUT, LSE };

struct attention_arg {
    struct attention a;                 /* without pointers; first: counts read it (models/work.c) */
    int64_t at[3];                      /* first column of q, k, v in their values */
};

/* Columns at .. at+H*D-1 of x [B,T,W], whose rows are contiguous. */
static struct heads heads_of(const struct tensor *x, int64_t at)
{
    return (struct heads){x->f + at, x->stride[0], x->stride[1]};
}

static struct attention whole(const struct call *c)
{
    struct attention a = ((const struct attention_arg *)c->arg)->a;
    const struct var *lengths = c->in[INPUTS], *mask = c->in[MASK];
    a.lengths = lengths ? lengths->v.i : NULL;
    if (c->in[RELATIVE])
        a.term[0] = attention_relative(c->in[RELATIVE]->v.f, a.h, a.tq, c->in[RELATIVE]->v.dim[3]);
    if (mask) {
        const struct tensor *m = &mask->v;
        a.term[1] = (struct attention_term){m->f, m->dim[0] == 1 ? 0 : m->stride[0], m->dim[1] == 1 ? 0 : m->stride[1], m->stride[2]};
    }
    return a;
}

static void attention_op_forward(const struct call *c)
{
    const struct attention_arg *g = c->arg;
    const struct attention a = whole(c);
    attention_forward(&a, heads_of(&c->out[OUT]->v, 0), c->out[LSE]->v.f, heads_of(&c->in[Q]->v, g->at[Q]),
                      heads_of(&c->in[K]->v, g->at[K]), heads_of(&c->in[V]->v, g->at[V]));
}

/* q, k and v may be columns of one value: it gets one gradient. */
static int gradient_of(const struct call *c, int i)
{
    for (int j = 0; j < i; j++)
        if (c->in[j] == c->in[i])
            return j;
    return i;
}

static void attention_op_backward(struct tape *t, const struct call *c, struct var *const *dy)
{
    const struct attention_arg *g = c->arg;
    const struct attention a = whole(c);
    struct var *d_o = tape_compact(t, dy[OUT]), *grad[3], *relative = NULL;
    struct heads to[3];
    for (int i = 0; i < 3; i++) {
        const int first = gradient_of(c, i);
        const struct tensor *x = &c->in[i]->v;
        if (first == i) {
            struct tensor v = tensor_new(tape_memory(t), TEN_F32, 3, x->dim);
            int64_t used = 0;
            for (int j = i; j < 3; j++)
                used += c->in[j] == c->in[i] ? a.h * a.d : 0;
            if (used < x->dim[2])
                tensor_fill(&v, 0);
            grad[i] = tape_input(t, v);
        }
        to[i] = heads_of(&grad[first]->v, g->at[i]);
        grad[i] = grad[first];
    }
    struct attention_term dterm[2] = {{0}};
    if (tape_wants(t, c->in[RELATIVE])) {
        struct tensor v = tensor_new(tape_memory(t), TEN_F32, 4, c->in[RELATIVE]->v.dim);
        tensor_fill(&v, 0);
        relative = tape_input(t, v);
        dterm[0] = attention_relative(v.f, a.h, a.tq, v.dim[3]);
    }
    attention_backward(&a, to[Q], to[K], to[V], dterm, heads_of(&d_o->v, 0), heads_of(&c->out[OUT]->v, 0), c->out[LSE]->v.f,
                       heads_of(&c->in[Q]->v, g->at[Q]), heads_of(&c->in[K]->v, g->at[K]), heads_of(&c->in[V]->v, g->at[V]));
    for (int i = 0; i < 3; i++)
        if (gradient_of(c, i) == i)
            tape_add_grad(t, c->in[i], grad[i]);
    if (relative)
        tape_add_grad(t, c->in[RELATIVE], relative);
}

static int64_t attention_macs(const struct call *c)
{
    const struct attention *a = &((const struct attention_arg *)c->arg)->a;
    return 2 * a->b * a->h * a->tq * a->tk * a->d;
}

static struct var *attention_example(struct example *e, struct tape *t, int i)
{
    struct attention_options o = {.heads = 2, .width = 8};
    struct var *x, *y;
    switch (i) {
    case 0: return op_attention(t, example_input(e, t, EX_NORMAL, SHAPE(2, 3, 8)), 0, example_input(e, t, EX_NORMAL, SHAPE(2, 5, 8)), 0,
                                example_input(e, t, EX_NORMAL, SHAPE(2, 5, 8)), 0, &o);
    case 1:
        o.causal = true;
        x = example_input(e, t, EX_NORMAL, SHAPE(2, 6, 24));
        return op_attention(t, x, 0, x, 8, x, 16, &o);
    case 2:
        o.causal = true;
        o.width = 4;
        o.relative = example_input(e, t, EX_NORMAL, SHAPE(1, 2, 3, 5));
        y = example_input(e, t, EX_NORMAL, SHAPE(1, 5, 8));
        return op_attention(t, example_input(e, t, EX_NORMAL, SHAPE(1, 3, 4)), 0, y, 0, y, 4, &o);
    case 3:
        o.lengths = example_index(e, t, 4, SHAPE(3));
        x = example_input(e, t, EX_NORMAL, SHAPE(3, 4, 20));    /* the last columns are not used */
        return op_attention(t, x, 0, x, 6, x, 12, &(struct attention_options){.heads = 3, .width = 6, .lengths = o.lengths});
    case 4:
        o.dropout = 0.3f;
        o.heads = 1;
        o.width = 4;
        x = example_input(e, t, EX_NORMAL, SHAPE(1, 7, 12));
        return op_attention(t, x, 0, x, 4, x, 8, &o);
    case 5:
        x = example_input(e, t, EX_NORMAL, SHAPE(0, 3, 24));
        return op_attention(t, x, 0, x, 8, x, 16, &o);
    case 6:
        o.heads = 4;
        o.width = 32;
        x = example_input(e, t, EX_NORMAL, SHAPE(2, 70, 96));
        return op_attention(t, x, 0, x, 32, x, 64, &o);
    default: return NULL;
    }
}

const struct op attention_op = {
    .name = "attention", .forward = attention_op_forward, .backward = attention_op_backward, .macs = attention_macs, .once = true,
    .saves = 0x3f | SAVES_RESULT(OUT) | SAVES_RESULT(LSE), .example = attention_example
};

/* [B,T,W] whose rows lie whole in memory. */
static struct var *rows(struct tape *t, struct var *x)
{
    assert(x->v.rank == 3);
    return x->v.stride[2] == 1 ? x : op_compact(t, x);
}

struct var *op_attention(struct tape *t, struct var *q, int64_t q_at, struct var *k, int64_t k_at, struct var *v, int64_t v_at,
                         const struct attention_options *o)
{
    struct var *q0 = rows(t, q), *k0 = k == q ? q0 : rows(t, k), *v0 = v == q ? q0 : v == k ? k0 : rows(t, v);
    struct var *in[INPUTS + 1] = {q0, k0, v0, o->relative ? tape_compact(t, o->relative) : NULL, o->mask, o->lengths};
    const int64_t width = o->width;
    struct attention_arg a = {
        .a = {.b = q->v.dim[0], .tq = q->v.dim[1], .tk = k->v.dim[1], .h = o->heads, .d = width / o->heads,
              .scale = o->scale, .causal = o->causal},
        .at = {q_at, k_at, v_at},
    };
    if (a.a.scale == 0)
        a.a.scale = 1 / __builtin_sqrtf((float)a.a.d);
    if (o->dropout > 0 && tape_mode(t)->training)
        a.a.drop = (struct dropout){tape_rng(t), o->dropout};
    const struct tape_share *s = &tape_mode(t)->share;
    if (s->ranks > 1 && s->samples > 0 && a.a.b % s->samples == 0)
        a.a.share = (struct dropout_rows){s->samples, a.a.b / s->samples, s->rank, s->ranks};
    const struct shape out[2] = {SHAPE(a.a.b, a.a.tq, width), SHAPE(a.a.b, a.a.h, a.a.tq)};
    return tape_call(t, &attention_op, in, INPUTS + 1, out, 2, &a, sizeof a)->out[OUT];
}
