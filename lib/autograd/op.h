/* What an op is made of: for those who write one. */
#ifndef AUTOGRAD_OP_H
#define AUTOGRAD_OP_H

#include "autograd/tape.h"

enum { OP_INPUTS = 8, OP_OUTPUTS = 4 };

/* One application of an op. */
struct call {
    const struct op *op;
    struct tape *tape;
    int nin, nout;
    struct var **in;                    /* [nin]; an optional input that is absent is NULL */
    struct var *out[OP_OUTPUTS];
    const void *arg;                    /* the op's own struct, copied onto the tape */
    uint32_t saves;
};

enum {
    SAVES_NONE = 0,
    SAVES_OUT = 1 << 16,                /* << j: the value of output j; 1 << i: of input i, all from 15 on alike */
};
#define SAVES_IN(i) (1u << (i))
#define SAVES_RESULT(j) ((uint32_t)SAVES_OUT << (j))

struct example;

struct op {
    const char *name;
    /* Compute every out[] from in[] and arg.  NULL for views, whose call sets out[0]->v itself. */
    void (*forward)(const struct call *c);
    /* dy[j] is the gradient of out[j], NULL where none arrived.  Hands a gradient for each input
     * to tape_add_grad(), made by ops; NULL: no gradient passes. */
    void (*backward)(struct tape *t, const struct call *c, struct var *const *dy);
    uint32_t saves;                     /* values that backward reads */
    /*
     * For ops whose backward is made of fused kernels: the same value from ops that can be
     * differentiated twice, into out[].  Used instead of backward when a pass is recorded.
     * NULL: backward can be recorded itself, or, with `once`, must not be.
     */
    void (*compose)(struct tape *t, const struct call *c, struct var **out);
    bool once;                          /* no gradients of gradients */
    int64_t (*macs)(const struct call *c);      /* multiply-accumulates of forward; NULL: none worth counting */
    /* Example number i, built from example_*() inputs: the result, or NULL when there are no more. */
    struct var *(*example)(struct example *e, struct tape *t, int i);
};

/* An output yet to be made. */
struct shape { enum ten_type type; int rank; int64_t dim[TEN_MAX_RANK]; };
struct shape shape_of(const struct var *x);
#define SHAPE(...) ((struct shape){TEN_F32, sizeof (int64_t[]){__VA_ARGS__} / sizeof(int64_t), {__VA_ARGS__}})

/* Apply op: new outputs of these shapes, arg copied (size bytes), forward, and the call recorded when it has a
 * way back that leads somewhere.  Inputs that are not contiguous are the op's business. */
struct call *tape_call(struct tape *t, const struct op *op, struct var *const *in, int nin,
                       const struct shape *out, int nout, const void *arg, size_t size);
/* The same for one output. */
struct var *tape_call1(struct tape *t, const struct op *op, struct var *const *in, int nin, struct shape out, const void *arg, size_t size);
/* Called after every forward that computes something (views do not), with the seconds it took: profiles, counts. */
void tape_on_call(struct tape *t, void (*seen)(void *ctx, const struct call *c, double seconds), void *ctx);
/* For an op whose result is a view of in[0]: takes over the hold of v. */
struct var *tape_view(struct tape *t, const struct op *op, struct var *x, struct tensor v, const void *arg, size_t size);

/* ---- For backward functions ---------------------------------------------------------------------- */

/* Whether the running pass wants the gradient of x (false for NULL). */
bool tape_wants(const struct tape *t, const struct var *x);
/* dx is (part of) the gradient of x, in its shape. */
void tape_add_grad(struct tape *t, struct var *x, struct var *dx);
/* Where the gradient of x may be added to directly (contiguous unless strided is asked for), or NULL:
 * then tape_add_grad().  Only kernels that add use it. */
struct tensor *tape_sink(struct tape *t, struct var *x, bool strided);
/* The gradient of x as far as it has come, for kernels that add to it, or NULL: there is none yet, or somebody else sees
 * it; then tape_add_grad(). */
struct tensor *tape_partial(const struct tape *t, const struct var *x);
/* Whether the pass is being recorded. */
bool tape_recording(const struct tape *t);

/* x, contiguous: itself or a copy, as an op. */
struct var *tape_compact(struct tape *t, struct var *x);

/* ---- Examples, for the test that walks the table ---------------------------------------------------- */

enum example_values {
    EX_NORMAL,                          /* standard normal */
    EX_POSITIVE,                        /* [0.5, 2) */
    EX_NONZERO,                         /* normal, no closer to 0 than 0.1 */
    EX_DISTINCT,                        /* no two closer than 0.1, in other inputs either: for maxima */
    EX_UNIT,                            /* (0.1, 0.9) */
};
/* The next input of the running example; dims of SHAPE().  Every second one of an odd example is laid out with
 * gaps in memory when `loose`. */
struct var *example_input(struct example *e, struct tape *t, enum example_values kind, struct shape s);
struct var *example_loose(struct example *e, struct tape *t, enum example_values kind, struct shape s);
/* Indices in [0,n): constants. */
struct var *example_index(struct example *e, struct tape *t, int64_t n, struct shape s);

/* All ops: what the test walks. */
extern const struct op *const op_table[];
extern const int op_count;

#endif
