/*
 * Values are counted by holders: the caller (until its scope closes) and every recorded call that
 * saved them.  A backward pass walks the calls from the last to the first; gradients wait in a
 * table by value number until the call that made the value is reached, and go then.
 */
#include "autograd/op.h"
#include "autograd/ops.h"
#include "base/arena.h"
#include "base/mem.h"
#include "base/progress.h"
#include "tensor/conv.h"
#include "tensor/elementwise.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct used_param { const struct param *p; struct var *v; };

/* A backward pass under way.  Passes nest: a segment that is computed again has its own. */
struct pass {
    int64_t values;                     /* gradients are collected for ids below */
    struct var **grad;                  /* [values] */
    unsigned char *flag;                /* [values], or NULL: everything that needs a gradient */
    bool record, sinks;
    struct pass *outer;
};
enum { REACHED = 1, TARGET = 2 };

struct tape {
    struct memory *mem;
    struct conv_plans *plans;
    struct arena arena;
    struct tape_mode mode;
    uint64_t seed, step, draws;

    int64_t next_id;
    struct var **var;                   /* those still held by the caller */
    int64_t nvar, var_cap;
    struct call **call;
    int64_t ncall, call_cap;
    struct var **kept;                  /* held until tape_clear */
    int64_t nkept, kept_cap;
    struct var **leaf;
    int64_t nleaf, leaf_cap;
    struct used_param *param;           /* in order of their first use */
    int64_t nparam, param_cap;

    struct pass *pass;
    bool replaying;
    void (*ready)(void *, const struct param *);
    void *ready_ctx;
    void (*seen)(void *, const struct call *, double);
    void *seen_ctx;
};

/* ---- Lists ----------------------------------------------------------------------------------- */

static void *grown(void *list, int64_t n, int64_t *cap, size_t each)
{
    if (n < *cap)
        return list;
    *cap = *cap ? 2 * *cap : 256;
    return xrealloc(list, *cap * each);
}

#define PUSH(list, n, cap, item) do { (list) = grown(list, n, &(cap), sizeof *(list)); (list)[(n)++] = (item); } while (0)

/* ---- Life of a value --------------------------------------------------------------------------- */

static void give_up(struct var *v)
{
    assert(v->holders > 0);
    if (--v->holders > 0)
        return;
    block_drop(v->v.block);             /* shape and type stay, for those who ask later */
    v->v.block = NULL;
    v->v.data = NULL;
}

static struct var *new_var(struct tape *t, struct tensor v)
{
    struct var *x = arena_alloc(&t->arena, sizeof *x);
    *x = (struct var){.v = v, .id = t->next_id++, .holders = 1, .scoped = true, .first_use = -1};
    PUSH(t->var, t->nvar, t->var_cap, x);
    return x;
}

static void leave_scope(struct var *x)
{
    if (x->scoped) {
        x->scoped = false;
        give_up(x);
    }
}

tape_scope tape_open(struct tape *t) { return t->nvar; }

void tape_close_all(struct tape *t, tape_scope s, struct var *const *results, int n)
{
    int64_t left = s;
    for (int64_t i = s; i < t->nvar; i++) {
        bool result = false;
        for (int k = 0; k < n; k++)
            result |= results[k] == t->var[i];
        if (result)
            t->var[left++] = t->var[i];
        else
            leave_scope(t->var[i]);
    }
    t->nvar = left;
}

struct var *tape_close(struct tape *t, tape_scope s, struct var *result)
{
    tape_close_all(t, s, &result, 1);
    return result;
}

struct var *tape_keep(struct tape *t, struct var *x)
{
    if (!x->kept) {
        x->kept = true;
        x->holders++;
        PUSH(t->kept, t->nkept, t->kept_cap, x);
    }
    return x;
}

static void forget_call(struct call *c)
{
    for (int i = 0; i < c->nin; i++)
        if (c->in[i] && (c->saves & SAVES_IN(i < 15 ? i : 15)))
            give_up(c->in[i]);
    for (int j = 0; j < c->nout; j++)
        if (c->saves & SAVES_RESULT(j))
            give_up(c->out[j]);
    c->saves = 0;
}

/* ---- The tape ------------------------------------------------------------------------------------ */

struct tape *tape_new(struct memory *m, uint64_t seed)
{
    struct tape *t = xcalloc(1, sizeof *t);
    t->mem = m;
    t->plans = conv_plans_new(m);
    t->seed = seed;
    t->mode.record = t->mode.training = true;
    return t;
}

void tape_clear(struct tape *t)
{
    assert(!t->pass);
    for (int64_t i = 0; i < t->ncall; i++)
        forget_call(t->call[i]);
    tape_close_all(t, 0, NULL, 0);
    for (int64_t i = 0; i < t->nkept; i++)
        give_up(t->kept[i]);
    for (int64_t i = 0; i < t->nleaf; i++)
        if (t->leaf[i]->grad)
            give_up(t->leaf[i]->grad);
    t->ncall = t->nvar = t->nkept = t->nleaf = t->nparam = t->next_id = 0;
    arena_reset(&t->arena);
}

void tape_free(struct tape *t)
{
    if (!t)
        return;
    tape_clear(t);
    conv_plans_free(t->plans);
    arena_free(&t->arena);
    free(t->var);
    free(t->call);
    free(t->kept);
    free(t->leaf);
    free(t->param);
    free(t);
}

struct memory *tape_memory(struct tape *t) { return t->mem; }
struct conv_plans *tape_plans(struct tape *t) { return t->plans; }
struct tape_mode *tape_mode(struct tape *t) { return &t->mode; }

void tape_set_step(struct tape *t, uint64_t step)
{
    t->step = step;
    t->draws = 0;
}

/* 2^24 draws a step, 2^40 steps. */
struct rng tape_rng(struct tape *t) { return (struct rng){t->seed, t->step << 24 | t->draws++}; }

struct var *tape_input(struct tape *t, struct tensor v) { return new_var(t, v); }

static struct var *new_leaf(struct tape *t, struct tensor v)
{
    struct var *x = new_var(t, v);
    x->needs = true;
    PUSH(t->leaf, t->nleaf, t->leaf_cap, x);
    return x;
}

struct var *tape_leaf(struct tape *t, struct tensor v) { return tape_keep(t, new_leaf(t, v)); }

/* A step uses tens to hundreds of parameters, each once or twice: the last ones are looked at first. */
struct var *tape_param(struct tape *t, const struct param *p)
{
    for (int64_t i = t->nparam - 1; i >= 0; i--)
        if (t->param[i].p == p)
            return t->param[i].v;
    struct var *x = new_var(t, tensor_over(p->value, TEN_F32, p->rank, p->dim));
    tape_keep(t, x);
    x->param = p;
    x->version = p->version;
    x->first_use = t->ncall;
    if (p->grad && !t->mode.still) {
        x->needs = true;
        x->sink = tensor_over(p->grad, TEN_F32, p->rank, p->dim);
    }
    PUSH(t->param, t->nparam, t->param_cap, ((struct used_param){p, x}));
    return x;
}

struct var *tape_stop(struct tape *t, struct var *x)
{
    struct tensor v = x->v;
    block_hold(v.block);
    return tape_input(t, v);
}

void tape_on_ready(struct tape *t, void (*ready)(void *, const struct param *), void *ctx)
{
    t->ready = ready;
    t->ready_ctx = ctx;
}

/* ---- Calls ------------------------------------------------------------------------------------------ */

struct shape shape_of(const struct var *x)
{
    struct shape s = {.type = x->v.type, .rank = x->v.rank};
    memcpy(s.dim, x->v.dim, sizeof s.dim);
    return s;
}

static struct call *new_call(struct tape *t, const struct op *op, struct var *const *in, int nin, const void *arg, size_t size)
{
    struct call *c = arena_alloc(&t->arena, sizeof *c);
    *c = (struct call){.op = op, .tape = t, .nin = nin};
    c->in = arena_alloc(&t->arena, nin * sizeof *in);
    memcpy(c->in, in, nin * sizeof *in);
    if (size) {
        void *copy = arena_alloc(&t->arena, size);
        memcpy(copy, arg, size);
        c->arg = copy;
    }
    return c;
}

static void record(struct tape *t, struct call *c)
{
    bool needs = false;
    for (int i = 0; i < c->nin; i++)
        needs |= c->in[i] && c->in[i]->needs;
    if (!t->mode.record || !needs || !c->op->backward)
        return;
    c->saves = c->op->saves;
    for (int i = 0; i < c->nin; i++)
        if (c->in[i] && (c->saves & SAVES_IN(i < 15 ? i : 15)))
            c->in[i]->holders++;
    for (int j = 0; j < c->nout; j++) {
        c->out[j]->needs = c->out[j]->v.type == TEN_F32;
        if (c->saves & SAVES_RESULT(j))
            c->out[j]->holders++;
    }
    for (int j = c->nout; j < OP_OUTPUTS; j++)
        c->saves &= ~SAVES_RESULT(j);
    PUSH(t->call, t->ncall, t->call_cap, c);
}

struct call *tape_call(struct tape *t, const struct op *op, struct var *const *in, int nin,
                       const struct shape *out, int nout, const void *arg, size_t size)
{
    struct call *c = new_call(t, op, in, nin, arg, size);
    c->nout = nout;
    for (int j = 0; j < nout; j++)
        c->out[j] = new_var(t, tensor_new(t->mem, out[j].type, out[j].rank, out[j].dim));
    const double from = t->seen ? now_seconds() : 0;
    if (!t->mode.shapes)
        op->forward(c);
    if (t->seen)
        t->seen(t->seen_ctx, c, now_seconds() - from);
    record(t, c);
    return c;
}

void tape_on_call(struct tape *t, void (*seen)(void *, const struct call *, double), void *ctx)
{
    t->seen = seen;
    t->seen_ctx = ctx;
}

struct var *tape_call1(struct tape *t, const struct op *op, struct var *const *in, int nin, struct shape out, const void *arg, size_t size)
{
    return tape_call(t, op, in, nin, &out, 1, arg, size)->out[0];
}

struct var *tape_view(struct tape *t, const struct op *op, struct var *x, struct tensor v, const void *arg, size_t size)
{
    struct call *c = new_call(t, op, &x, 1, arg, size);
    c->nout = 1;
    c->out[0] = new_var(t, v);
    record(t, c);
    return c->out[0];
}

/* ---- Gradients ----------------------------------------------------------------------------------------- */

bool tape_recording(const struct tape *t) { return t->mode.record; }

bool tape_wants(const struct tape *t, const struct var *x)
{
    const struct pass *p = t->pass;
    if (!x || !x->needs)
        return false;
    if (!p || !p->flag)
        return true;
    return x->id < p->values && (p->flag[x->id] & (REACHED | TARGET));
}

struct tensor *tape_sink(struct tape *t, struct var *x, bool strided)
{
    if (!t->pass->sinks || !x->sink.data || !(strided || tensor_contiguous(&x->sink)))
        return NULL;
    return &x->sink;
}

/* Whether nobody else can see the value of g change. */
static bool ours(const struct var *g)
{
    return g->holders == 1 && g->v.block && g->v.block->refs == 1 && tensor_contiguous(&g->v);
}

struct tensor *tape_partial(const struct tape *t, const struct var *x)
{
    const struct pass *p = t->pass;
    struct var *g = x->id < p->values ? p->grad[x->id] : NULL;
    return g && !p->record && ours(g) ? &g->v : NULL;
}

void tape_add_grad(struct tape *t, struct var *x, struct var *dx)
{
    struct pass *p = t->pass;
    if (!tape_wants(t, x))
        return;
    assert(tensor_same_shape(&x->v, &dx->v));
    if (p->sinks && x->sink.data) {
        tensor_accumulate(&x->sink, &dx->v, 1);
        return;
    }
    assert(x->id < p->values);
    struct var **g = &p->grad[x->id];
    if (*g && !p->record && ours(*g)) {
        tensor_accumulate(&(*g)->v, &dx->v, 1);
        return;
    }
    struct var *sum = *g ? op_add(t, *g, dx) : dx;
    sum->holders++;
    if (*g)
        give_up(*g);
    *g = sum;
}

static void grad_since(struct tape *t, int64_t first, struct var *y, struct var *dy, struct var *const *x, int n, bool graph, struct var **grad);

/* The op's own way back, or, when it must be recorded and that cannot be, the way back of the same
 * value made of ops that can. */
static void go_back(struct tape *t, struct call *c, struct var *const *dy)
{
    if (!t->pass->record || !c->op->compose) {
        assert(!t->pass->record || !c->op->once);
        c->op->backward(t, c, dy);
        return;
    }
    struct var *out[OP_OUTPUTS] = {0}, *in[OP_INPUTS], *grad[OP_INPUTS];
    int n = 0;
    const int64_t first = t->ncall;         /* not beyond the inputs, of which one may have come from another */
    for (int i = 0; i < c->nin; i++)
        if (tape_wants(t, c->in[i]))
            in[n++] = c->in[i];
    c->op->compose(t, c, out);
    for (int j = 0; j < c->nout; j++) {
        if (!dy[j] || !out[j])
            continue;
        grad_since(t, first, out[j], dy[j], in, n, true, grad);
        for (int i = 0; i < n; i++)
            if (grad[i])
                tape_add_grad(t, in[i], grad[i]);
    }
}

/* One call of a pass.  Its outputs' gradients are complete; they go, but for those asked for. */
static void step_back(struct tape *t, struct call *c)
{
    struct pass *p = t->pass;
    struct var *dy[OP_OUTPUTS] = {0};
    bool any = false, wanted = false;
    for (int j = 0; j < c->nout; j++)
        if (c->out[j]->id < p->values && (dy[j] = p->grad[c->out[j]->id]))
            any = true;
    for (int i = 0; i < c->nin; i++)
        wanted |= tape_wants(t, c->in[i]);
    if (any && wanted) {
        const tape_scope s = tape_open(t);
        go_back(t, c, dy);
        tape_close(t, s, NULL);
    }
    for (int j = 0; j < c->nout; j++)
        if (dy[j] && !(p->flag && p->flag[c->out[j]->id] & TARGET)) {
            p->grad[c->out[j]->id] = NULL;
            give_up(dy[j]);
        }
}

/* Which values lie between the targets and what comes later. */
static void mark_reached(struct tape *t, struct pass *p, int64_t first, int64_t end)
{
    for (int64_t i = first; i < end; i++) {
        const struct call *c = t->call[i];
        bool reached = false;
        for (int k = 0; k < c->nin; k++)
            reached |= c->in[k] && c->in[k]->id < p->values && p->flag[c->in[k]->id];
        for (int j = 0; reached && j < c->nout; j++)
            p->flag[c->out[j]->id] |= REACHED;
    }
}

/* Parameters whose first reader is at or behind i have got all they will get. */
static void tell_ready(struct tape *t, int64_t i, int64_t *left)
{
    for (; *left > 0 && t->param[*left - 1].v->first_use >= i; --*left)
        if (t->param[*left - 1].p->grad)
            t->ready(t->ready_ctx, t->param[*left - 1].p);
}

static void begin_pass(struct tape *t, struct pass *p, bool rec, bool sinks)
{
    *p = (struct pass){.values = t->next_id, .record = rec, .sinks = sinks, .outer = t->pass};
    p->grad = xcalloc(p->values + 1, sizeof *p->grad);
    t->pass = p;
}

static void end_pass(struct tape *t, struct pass *p)
{
    for (int64_t i = 0; i < p->values; i++)
        if (p->grad[i])
            give_up(p->grad[i]);
    free(p->grad);
    free(p->flag);
    t->pass = p->outer;
}

static struct var *ones_like(struct tape *t, const struct var *y)
{
    struct tensor one = tensor_new(t->mem, TEN_F32, y->v.rank, y->v.dim);
    tensor_fill(&one, 1);
    return tape_input(t, one);
}

/* Walk back over calls [first, end) and forget them, with their values. */
static void walk_and_forget(struct tape *t, int64_t first, int64_t end, bool outermost)
{
    int64_t left = t->nparam;
    for (int64_t i = end - 1; i >= first; i--) {
        struct call *c = t->call[i];
        step_back(t, c);
        forget_call(c);
        for (int j = 0; j < c->nout; j++)
            leave_scope(c->out[j]);
        if (outermost && t->ready)
            tell_ready(t, i, &left);
    }
    t->ncall = first;
    if (outermost && t->ready)
        tell_ready(t, -1, &left);
}

/* What the pass has collected for leaves becomes theirs. */
static void give_leaves(struct tape *t, struct pass *p, int64_t first)
{
    for (int64_t i = first; i < t->nleaf; i++) {
        struct var *x = t->leaf[i], *g = x->id < p->values ? p->grad[x->id] : NULL;
        if (!g)
            continue;
        p->grad[x->id] = NULL;
        if (x->grad) {
            struct var *sum = op_add(t, x->grad, g);
            sum->holders++;
            give_up(x->grad);
            give_up(g);
            g = sum;
        }
        x->grad = g;
    }
}

void tape_backward_from(struct tape *t, struct var *y, struct var *dy)
{
    assert(!t->pass && tensor_same_shape(&y->v, &dy->v));
    struct pass p;
    const bool was = t->mode.record;
    const tape_scope s = tape_open(t);
    tape_keep(t, y);
    begin_pass(t, &p, false, true);
    t->mode.record = false;
    tape_add_grad(t, y, dy);
    walk_and_forget(t, 0, t->ncall, true);
    give_leaves(t, &p, 0);
    end_pass(t, &p);
    t->mode.record = was;
    tape_close(t, s, NULL);
}

void tape_backward(struct tape *t, struct var *loss)
{
    const tape_scope s = tape_open(t);
    tape_backward_from(t, loss, ones_like(t, loss));
    tape_close(t, s, NULL);
}

/* tape_grad() over the calls from number first on. */
static void grad_since(struct tape *t, int64_t first, struct var *y, struct var *dy, struct var *const *x, int n, bool graph, struct var **grad)
{
    struct pass p;
    const bool was = t->mode.record;
    const int64_t end = t->ncall;
    if (!dy)
        dy = ones_like(t, y);
    begin_pass(t, &p, graph, false);
    p.flag = xcalloc(p.values + 1, 1);
    for (int i = 0; i < n; i++)
        p.flag[x[i]->id] = TARGET;
    mark_reached(t, &p, first, end);
    t->mode.record = graph;
    tape_add_grad(t, y, dy);
    for (int64_t i = end - 1; i >= first; i--)
        step_back(t, t->call[i]);
    for (int i = 0; i < n; i++) {
        grad[i] = p.grad[x[i]->id];
        if (grad[i]) {                  /* the caller's, like any value of the scope */
            grad[i]->holders++;
            if (grad[i]->scoped) {
                give_up(grad[i]);
            } else {
                grad[i]->scoped = true;
                PUSH(t->var, t->nvar, t->var_cap, grad[i]);
            }
        }
    }
    end_pass(t, &p);
    t->mode.record = was;
}

void tape_grad(struct tape *t, struct var *y, struct var *dy, struct var *const *x, int n, bool graph, struct var **grad)
{
    grad_since(t, 0, y, dy, x, n, graph, grad);
}

/* ---- Segments that are computed again ---------------------------------------------------------------- */

struct recompute_arg { tape_segment fn; void *ctx; uint64_t draws; };

static void recompute_backward(struct tape *t, const struct call *c, struct var *const *dy)
{
    const struct recompute_arg *a = c->arg;
    const uint64_t draws = t->draws;
    const int64_t first = t->ncall, leaves = t->nleaf;
    struct var *in[OP_INPUTS] = {0};
    struct pass p;

    for (int i = 0; i < c->nin; i++) {
        struct tensor v = c->in[i]->v;
        block_hold(v.block);
        in[i] = tape_wants(t, c->in[i]) ? new_leaf(t, v) : tape_input(t, v);
    }
    const bool replaying = t->replaying;
    t->draws = a->draws;
    t->mode.record = t->replaying = true;
    struct var *y = a->fn(t, a->ctx, in);
    t->mode.record = false;
    t->replaying = replaying;
    t->draws = draws;

    begin_pass(t, &p, false, t->pass->sinks);
    tape_add_grad(t, y, dy[0]);
    walk_and_forget(t, first, t->ncall, false);
    give_leaves(t, &p, leaves);
    end_pass(t, &p);
    for (int i = 0; i < c->nin; i++)
        if (in[i] && in[i]->grad)
            tape_add_grad(t, c->in[i], in[i]->grad);
    for (int64_t i = leaves; i < t->nleaf; i++)
        if (t->leaf[i]->grad)
            give_up(t->leaf[i]->grad);
    t->nleaf = leaves;
}

bool tape_replaying(const struct tape *t) { return t->replaying; }

static const struct op recompute_op = {.name = "recompute", .backward = recompute_backward, .saves = 0xffff, .once = true};

struct var *tape_recompute(struct tape *t, tape_segment fn, void *ctx, struct var *const *x, int n)
{
    assert(n <= OP_INPUTS);
    if (!t->mode.record)
        return fn(t, ctx, x);
    const struct recompute_arg a = {fn, ctx, t->draws};
    const tape_scope s = tape_open(t);
    t->mode.record = false;
    struct var *y = tape_close(t, s, fn(t, ctx, x));
    t->mode.record = true;

    struct call *c = new_call(t, &recompute_op, x, n, &a, sizeof a);
    c->nout = 1;
    c->out[0] = y;
    c->saves = 0xffff;
    for (int i = 0; i < n; i++)
        c->in[i]->holders++;
    y->needs = true;
    PUSH(t->call, t->ncall, t->call_cap, c);
    return y;
}
