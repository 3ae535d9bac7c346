/*
 * The tape: reverse-mode differentiation of what is computed as it is computed.
 *
 * An op call computes its value at once and, while the tape records, notes how to go back.  A step:
 *
 *     struct var *x = tape_input(t, tensor_over(data, TEN_F32, 2, dim));
 *     struct var *y = op_linear(t, x, tape_param(t, w), tape_param(t, b));
 *     struct var *loss = op_cross_entropy(t, y, labels, ...);
 *     tape_backward(t, loss);          gradients are added to those of w and b
 *     tape_clear(t);
 *
 * A value lives as long as somebody needs it: the caller, until the scope it was made in closes
 * (tape_scope), and every recorded call whose way back reads it.  The backward pass gives values up
 * as it goes.  Gradients of gradients: tape_grad() with `graph` records the way back as well.
 *
 * Nothing here fails but for programming errors (assert) and memory (ends the process).
 * A tape belongs to one thread; ops use all threads of the process.
 */
#ifndef AUTOGRAD_TAPE_H
#define AUTOGRAD_TAPE_H

#include "base/random.h"
#include "tensor/param.h"
#include "tensor/tensor.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tape;

/* A value on the tape; lives until tape_clear(), its tensor perhaps shorter. */
struct var {
    struct tensor v;
    bool needs;                         /* a gradient can flow from here to a parameter or leaf */

    int64_t id;                         /* private from here on */
    int holders;
    bool scoped, kept;
    int64_t first_use;                  /* of a parameter: the first recorded call that reads it */
    struct tensor sink;                 /* of a parameter or a part of one: where its gradient is added */
    const struct param *param;
    struct var *grad;                   /* of a leaf, after tape_backward() */
    uint64_t version;
};

/* How values are computed. */
struct tape_mode {
    bool record;                        /* note the way back */
    bool training;                      /* batch statistics, dropout */
    bool exact_conv;                    /* no Winograd (tensor/conv.h) */
    bool shapes;                        /* only the shapes: no op computes, and values are undefined */
    bool still;                         /* parameters first asked for now are constants of this step (a discriminator
                                         * while its generator learns, a teacher) */
    /*
     * Where several processes have parts of every batch (dist/dist.h), {0} else: this one has `samples` of it,
     * number rank + i ranks is here number i.  Draws for what has the samples along its first axis are those of the
     * whole batch.
     */
    struct tape_share { int64_t samples, rank, ranks; } share;
    /* Adds v[0..n) of all processes up (tensor/norm.h): batch norms then take their statistics from whole batches,
     * and have no gradients of gradients.  NULL: from what is here. */
    void (*join)(void *ctx, double *v, int64_t n);
    void *join_ctx;
};

struct tape *tape_new(struct memory *m, uint64_t seed);
void tape_free(struct tape *t);                     /* NULL is allowed */
/* Forget all values, calls and leaf gradients; ready for the next step. */
void tape_clear(struct tape *t);

struct memory *tape_memory(struct tape *t);
struct conv_plans *tape_plans(struct tape *t);
struct tape_mode *tape_mode(struct tape *t);        /* to read and to change */

/* Random numbers for an op: draws of this step, a new stream number at every call.  The numbers
 * depend on the seed, the step and how many ops asked before, and on nothing else. */
void tape_set_step(struct tape *t, uint64_t step);
struct rng tape_rng(struct tape *t);

/* ---- Where values come from ------------------------------------------------------------------ */

/* A constant: no gradient.  Takes over the hold of v on its block. */
struct var *tape_input(struct tape *t, struct tensor v);
/* A value whose gradient is wanted: leaf->grad after tape_backward(), or by tape_grad(). */
struct var *tape_leaf(struct tape *t, struct tensor v);
/* A parameter; the same var for every call of one step.  p outlives the step. */
struct var *tape_param(struct tape *t, const struct param *p);
/* The value of x as a constant. */
struct var *tape_stop(struct tape *t, struct var *x);

/* ---- How long values live --------------------------------------------------------------------- */

/* Values made between open and close are the caller's until close, but for those it names there,
 * which pass to the scope around (or to tape_clear).  Close returns result. */
typedef int64_t tape_scope;
tape_scope tape_open(struct tape *t);
struct var *tape_close(struct tape *t, tape_scope s, struct var *result);
void tape_close_all(struct tape *t, tape_scope s, struct var *const *results, int n);
/* Keep the value of x readable after a backward pass, until tape_clear(). */
struct var *tape_keep(struct tape *t, struct var *x);

/* ---- Going back --------------------------------------------------------------------------------- */

/* Add d loss / d p to p->grad of every parameter and set leaf->grad of every leaf.  loss: any shape;
 * the gradient of the sum of its elements.  Values that are not kept are gone afterwards. */
void tape_backward(struct tape *t, struct var *loss);
/* The same, starting from dy, which has the shape of y. */
void tape_backward_from(struct tape *t, struct var *y, struct var *dy);
/*
 * grad[i] = d sum(y * dy) / d x[i], dy NULL for ones; NULL where y does not depend on x[i].
 * Parameters' gradients are not touched.  graph: the way back is recorded, so that a function
 * of the gradients can be differentiated; else the recorded calls stay as they are, for another pass.
 */
void tape_grad(struct tape *t, struct var *y, struct var *dy, struct var *const *x, int n, bool graph, struct var **grad);

/* Called during tape_backward() as soon as a parameter's gradient is complete. */
void tape_on_ready(struct tape *t, void (*ready)(void *ctx, const struct param *p), void *ctx);

/*
 * y = fn(t, ctx, x): computed without recording what happens inside, which is computed again by the
 * backward pass: memory of one segment instead of all its values.  fn must depend on x, ctx and
 * parameters only; draws (tape_rng) are repeated.
 */
typedef struct var *(*tape_segment)(struct tape *t, void *ctx, struct var *const *x);
struct var *tape_recompute(struct tape *t, tape_segment fn, void *ctx, struct var *const *x, int n);
/* Whether a segment is being computed again: what an op leaves behind (running statistics) it has left already. */
bool tape_replaying(const struct tape *t);

#endif
