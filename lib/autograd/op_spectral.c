/* Spectral normalisation.  The iteration stands outside of the op, whose inputs are w, and u and v of
 * this call. */
#include "autograd/op.h"
#include "autograd/ops.h"
#include "autograd/ops_spectral.h"
#include "tensor/elementwise.h"
#include "tensor/spectral.h"

#include <assert.h>
#include <string.h>

enum { W, U, V };
enum { OUT, SIGMA };

static struct matrix matrix_of(const struct var *w)
{
    return (struct matrix){w->v.dim[0], dims_count(w->v.rank - 1, w->v.dim + 1), w->v.f};
}

static void spectral_forward(const struct call *c)
{
    const struct matrix w = matrix_of(c->in[W]);
    const float sigma = spectral_value(&w, c->in[U]->v.f, c->in[V]->v.f);
    c->out[SIGMA]->v.f[0] = sigma;
    tensor_unary(&c->out[OUT]->v, &(struct unary_op){UNARY_AFFINE, 1 / sigma, 0}, &c->in[W]->v);
}

/* From g, y, sigma, u, v. */
static void spectral_slope(const struct call *c)
{
    const struct matrix g = matrix_of(c->in[0]);
    spectral_back(c->out[0]->v.f, &g, c->in[1]->v.f, c->in[3]->v.f, c->in[4]->v.f, c->in[2]->v.f[0]);
}
static const struct op spectral_slope_op = {.name = "spectral_back", .forward = spectral_slope};

static void spectral_backward(struct tape *t, const struct call *c, struct var *const *dy)
{
    struct var *in[5] = {tape_compact(t, dy[OUT]), c->out[OUT], c->out[SIGMA], c->in[U], c->in[V]};
    tape_add_grad(t, c->in[W], tape_call1(t, &spectral_slope_op, in, 5, shape_of(c->in[W]), NULL, 0));
}

static void spectral_compose(struct tape *t, const struct call *c, struct var **out)
{
    const struct matrix m = matrix_of(c->in[W]);
    struct var *w = op_reshape(t, c->in[W], DIMS(m.rows, m.cols));
    struct var *u = op_reshape(t, c->in[U], DIMS(m.rows, 1));
    struct var *sigma = op_sum_all(t, op_mul(t, w, op_mul(t, u, c->in[V])));
    out[OUT] = op_reshape(t, op_div(t, w, sigma), c->in[W]->v.rank, c->in[W]->v.dim);
}

/* With u and v that stand still, so that they are constants to differences, too. */
static struct var *still(struct tape *t, struct var *w)
{
    enum { MOST = 400 };
    float u[MOST], v[MOST];
    struct param up = {.value = u, .rank = 1, .dim = {matrix_of(w).rows}};
    struct param vp = {.value = v, .rank = 1, .dim = {matrix_of(w).cols}};
    for (int i = 0; i < MOST; i++) {
        u[i] = 0.3f + 0.1f * (float)(i % 5);
        v[i] = 0.2f + 0.1f * (float)(i % 7);
    }
    return op_spectral_norm(t, w, &(struct spectral_options){&up, &vp, 0, 1e-8f});
}

static struct var *spectral_example(struct example *e, struct tape *t, int i)
{
    switch (i) {
    case 0: return still(t, example_input(e, t, EX_POSITIVE, SHAPE(3, 5)));
    case 1: return still(t, example_loose(e, t, EX_POSITIVE, SHAPE(4, 3, 2, 3)));
    case 2: return still(t, example_input(e, t, EX_POSITIVE, SHAPE(0, 5)));
    case 3: return still(t, example_input(e, t, EX_POSITIVE, SHAPE(1, 1)));
    case 4: return still(t, example_input(e, t, EX_POSITIVE, SHAPE(130, 3, 3, 35)));
    default: return NULL;
    }
}

const struct op spectral_op = {
    .name = "spectral", .forward = spectral_forward, .backward = spectral_backward,
    .compose = spectral_compose,
    .saves = SAVES_IN(W) | SAVES_IN(U) | SAVES_IN(V) | SAVES_RESULT(OUT) | SAVES_RESULT(SIGMA),
    .example = spectral_example
};

static struct var *snapshot(struct tape *t, const struct param *p, int64_t n)
{
    struct tensor x = tensor_new(tape_memory(t), TEN_F32, 1, &n);
    if (p)
        memcpy(x.f, p->value, n * sizeof(float));
    return tape_input(t, x);
}

struct var *op_spectral_norm(struct tape *t, struct var *w, const struct spectral_options *o)
{
    const bool trains = tape_mode(t)->training && !tape_replaying(t);
    w = tape_compact(t, w);
    const struct matrix m = matrix_of(w);
    struct var *in[3] = {w, snapshot(t, o->u, m.rows), snapshot(t, o->v, m.cols)};
    float *u = in[U]->v.f, *v = in[V]->v.f;
    assert(o->v || o->iterations > 0);
    if (trains || !o->v)
        spectral_iterate(&m, u, v, trains ? o->iterations : 1, o->eps);
    if (trains) {
        memcpy(o->u->value, u, m.rows * sizeof *u);
        if (o->v)
            memcpy(o->v->value, v, m.cols * sizeof *v);
    }
    const struct shape out[2] = {shape_of(w), {.type = TEN_F32}};
    return tape_call(t, &spectral_op, in, 3, out, 2, NULL, 0)->out[OUT];
}
