/* Rows and elements by index; sparse matrices times dense ones.  All linear: the way back of taking is adding,
 * and the other way round. */
#include "autograd/op.h"
#include "autograd/ops.h"
#include "tensor/gather.h"

#include <string.h>

/* ---- Rows: table [V,C], ids [...] -> [...,C] ------------------------------------------------------------ */

struct rows_arg { int64_t rows; int32_t skip; };

static struct var *scatter_of(struct tape *t, struct var *y, struct var *ids, const struct rows_arg *a);
static struct var *gather_of(struct tape *t, struct var *table, struct var *ids, const struct rows_arg *a);

static int64_t width(const struct var *x) { return x->v.dim[x->v.rank - 1]; }

static void embedding_forward(const struct call *c)
{
    gather_rows(c->out[0]->v.f, c->in[0]->v.f, c->in[1]->v.i, tensor_count(&c->in[1]->v), width(c->in[0]));
}

static void embedding_backward(struct tape *t, const struct call *c, struct var *const *dy)
{
    const struct rows_arg *a = c->arg;
    struct var *table = c->in[0], *ids = c->in[1];
    struct tensor *sink = tape_sink(t, table, false);
    if (!sink) {
        tape_add_grad(t, table, scatter_of(t, dy[0], ids, a));
        return;
    }
    struct var *y = tape_compact(t, dy[0]);
    scatter_rows(sink->f, y->v.f, ids->v.i, tensor_count(&ids->v), width(table), a->skip);
}

static void scatter_forward(const struct call *c)
{
    const struct rows_arg *a = c->arg;
    memset(c->out[0]->v.f, 0, tensor_count(&c->out[0]->v) * sizeof(float));
    scatter_rows(c->out[0]->v.f, c->in[0]->v.f, c->in[1]->v.i, tensor_count(&c->in[1]->v), width(c->in[0]), a->skip);
}

static void scatter_backward(struct tape *t, const struct call *c, struct var *const *r)
{
    tape_add_grad(t, c->in[0], gather_of(t, r[0], c->in[1], c->arg));
}

static const struct op scatter_op = {.name = "embedding_scatter", .forward = scatter_forward, .backward = scatter_backward, .saves = SAVES_IN(1), .once = true};

static struct var *embedding_example(struct example *e, struct tape *t, int i)
{
    switch (i) {
    case 0: return op_embedding(t, example_input(e, t, EX_NORMAL, SHAPE(5, 3)), example_index(e, t, 5, SHAPE(2, 4)), -1);
    case 1: return op_embedding(t, example_loose(e, t, EX_NORMAL, SHAPE(4, 2)), example_index(e, t, 4, SHAPE(9)), -1);
    case 2: return op_embedding(t, example_input(e, t, EX_NORMAL, SHAPE(4, 2)), example_index(e, t, 4, SHAPE(0)), -1);
    case 3: return op_embedding(t, example_input(e, t, EX_NORMAL, SHAPE(50, 64)), example_index(e, t, 50, SHAPE(700)), -1);
    default: return NULL;
    }
}

const struct op embedding_op = {.name = "embedding", .forward = embedding_forward, .backward = embedding_backward, .saves = SAVES_IN(1), .example = embedding_example};

static struct var *scatter_of(struct tape *t, struct var *y, struct var *ids, const struct rows_arg *a)
{
    struct var *in[2] = {tape_compact(t, y), ids};
    return tape_call1(t, &scatter_op, in, 2, SHAPE(a->rows, width(y)), a, sizeof *a);
}

static struct var *gather_of(struct tape *t, struct var *table, struct var *ids, const struct rows_arg *a)
{
    struct var *in[2] = {tape_compact(t, table), ids};
    struct shape out = shape_of(ids);
    out.type = TEN_F32;
    out.dim[out.rank++] = width(table);
    return tape_call1(t, &embedding_op, in, 2, out, a, sizeof *a);
}

struct var *op_embedding(struct tape *t, struct var *table, struct var *ids, int32_t padding)
{
    const struct rows_arg a = {table->v.dim[0], padding};
    return gather_of(t, table, ids, &a);
}

/* ---- Elements of rows: x [R,C], index [R,K] -> [R,K] ------------------------------------------------------ */

static struct var *spread_of(struct tape *t, struct var *y, struct var *index, int64_t c);

static void take_forward(const struct call *c)
{
    const struct tensor *x = &c->in[0]->v, *i = &c->in[1]->v;
    gather_last(c->out[0]->v.f, x->f, i->i, x->dim[0], x->dim[1], i->dim[1]);
}
static void take_backward(struct tape *t, const struct call *c, struct var *const *dy)
{
    tape_add_grad(t, c->in[0], spread_of(t, dy[0], c->in[1], c->in[0]->v.dim[1]));
}
static void spread_forward(const struct call *c)
{
    const struct tensor *y = &c->in[0]->v;
    memset(c->out[0]->v.f, 0, tensor_count(&c->out[0]->v) * sizeof(float));
    scatter_last(c->out[0]->v.f, y->f, c->in[1]->v.i, y->dim[0], c->out[0]->v.dim[1], y->dim[1]);
}
static void spread_backward(struct tape *t, const struct call *c, struct var *const *r)
{
    tape_add_grad(t, c->in[0], op_take(t, r[0], c->in[1]));
}
static const struct op spread_op = {.name = "take_spread", .forward = spread_forward, .backward = spread_backward, .saves = SAVES_IN(1)};

static struct var *take_example(struct example *e, struct tape *t, int i)
{
    switch (i) {
    case 0: return op_take(t, example_input(e, t, EX_NORMAL, SHAPE(3, 5)), example_index(e, t, 5, SHAPE(3, 2)));
    case 1: return op_take(t, example_loose(e, t, EX_NORMAL, SHAPE(2, 3)), example_index(e, t, 3, SHAPE(2, 6)));
    case 2: return op_take(t, example_input(e, t, EX_NORMAL, SHAPE(0, 3)), example_index(e, t, 3, SHAPE(0, 2)));
    default: return NULL;
    }
}
const struct op take_op = {.name = "take", .forward = take_forward, .backward = take_backward, .saves = SAVES_IN(1), .example = take_example};

static struct var *spread_of(struct tape *t, struct var *y, struct var *index, int64_t c)
{
    struct var *in[2] = {tape_compact(t, y), index};
    return tape_call1(t, &spread_op, in, 2, SHAPE(y->v.dim[0], c), NULL, 0);
}

struct var *op_take(struct tape *t, struct var *x, struct var *index)
{
    struct var *in[2] = {tape_compact(t, x), index};
    return tape_call1(t, &take_op, in, 2, SHAPE(x->v.dim[0], index->v.dim[1]), NULL, 0);
}

/* ---- Sparse times dense: A [R,K], x [K,C] -> [R,C] ----------------------------------------------------------- */

struct sparse_arg { const struct csr *a; bool transposed; };

static struct var *sparse_product(struct tape *t, const struct csr *a, bool transposed, struct var *x);

static void sparse_forward(const struct call *c)
{
    const struct sparse_arg *s = c->arg;
    (s->transposed ? csr_transposed_product : csr_product)(c->out[0]->v.f, s->a, c->in[0]->v.f, c->in[0]->v.dim[1]);
}
static void sparse_backward(struct tape *t, const struct call *c, struct var *const *dy)
{
    const struct sparse_arg *s = c->arg;
    tape_add_grad(t, c->in[0], sparse_product(t, s->a, !s->transposed, dy[0]));
}

/* A = [[2 0 1] [0 0 0] [0 3 0] [1 1 1]] */
static const struct csr small_matrix = {4, 3, (const int32_t[]){0, 2, 2, 3, 6}, (const int32_t[]){0, 2, 1, 0, 1, 2}, (const float[]){2, 1, 3, 1, 1, 1}};

static struct var *sparse_example(struct example *e, struct tape *t, int i)
{
    switch (i) {
    case 0: return op_sparse(t, &small_matrix, example_input(e, t, EX_NORMAL, SHAPE(3, 5)));
    case 1: return op_sparse(t, &small_matrix, example_loose(e, t, EX_NORMAL, SHAPE(3, 2)));
    case 2: return op_sparse(t, &small_matrix, example_input(e, t, EX_NORMAL, SHAPE(3, 0)));
    default: return NULL;
    }
}
const struct op sparse_op = {.name = "sparse", .forward = sparse_forward, .backward = sparse_backward, .example = sparse_example};

static struct var *sparse_product(struct tape *t, const struct csr *a, bool transposed, struct var *x)
{
    const struct sparse_arg s = {a, transposed};
    x = tape_compact(t, x);
    return tape_call1(t, &sparse_op, &x, 1, SHAPE(transposed ? a->cols : a->rows, x->v.dim[1]), &s, sizeof s);
}

struct var *op_sparse(struct tape *t, const struct csr *a, struct var *x) { return sparse_product(t, a, false, x); }
