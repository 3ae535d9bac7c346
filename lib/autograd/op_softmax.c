/* Softmax, its logarithm, and cross-entropy (tensor/softmax.h). */
#include "autograd/op.h"
#include "autograd/ops.h"
#include "tensor/softmax.h"

#include <assert.h>
#include <string.h>

static unsigned last_axis(const struct var *x) { return 1u << (x->v.rank - 1); }
static int64_t width(const struct var *x) { return x->v.dim[x->v.rank - 1]; }
static int64_t rows(const struct var *x) { return dims_count(x->v.rank - 1, x->v.dim); }

/* ---- Along the last axis ---------------------------------------------------------------------------- */

static void softmax_forward(const struct call *c) { softmax(c->out[0]->v.f, c->in[0]->v.f, rows(c->in[0]), width(c->in[0])); }
static void log_softmax_forward(const struct call *c) { log_softmax(c->out[0]->v.f, c->in[0]->v.f, rows(c->in[0]), width(c->in[0])); }

static void softmax_slope(const struct call *c) { softmax_back(c->out[0]->v.f, c->in[0]->v.f, c->in[1]->v.f, rows(c->in[1]), width(c->in[1])); }
static void log_softmax_slope(const struct call *c) { log_softmax_back(c->out[0]->v.f, c->in[0]->v.f, c->in[1]->v.f, rows(c->in[1]), width(c->in[1])); }
static const struct op softmax_slope_op = {.name = "softmax_back", .forward = softmax_slope};
static const struct op log_softmax_slope_op = {.name = "log_softmax_back", .forward = log_softmax_slope};

static struct var *slope(struct tape *t, const struct op *op, struct var *dy, struct var *y)
{
    struct var *in[2] = {tape_compact(t, dy), y};
    return tape_call1(t, op, in, 2, shape_of(y), NULL, 0);
}

/* y (dy - sum dy y), in ops when the pass is recorded */
static void softmax_backward(struct tape *t, const struct call *c, struct var *const *dy)
{
    struct var *y = c->out[0];
    if (!tape_recording(t)) {
        tape_add_grad(t, c->in[0], slope(t, &softmax_slope_op, dy[0], y));
        return;
    }
    struct var *mean = op_sum(t, op_mul(t, dy[0], y), last_axis(y), true);
    tape_add_grad(t, c->in[0], op_mul(t, y, op_sub(t, dy[0], mean)));
}

/* dy - exp(y) sum dy */
static void log_softmax_backward(struct tape *t, const struct call *c, struct var *const *dy)
{
    struct var *y = c->out[0];
    if (!tape_recording(t)) {
        tape_add_grad(t, c->in[0], slope(t, &log_softmax_slope_op, dy[0], y));
        return;
    }
    struct var *sum = op_sum(t, dy[0], last_axis(y), true);
    tape_add_grad(t, c->in[0], op_sub(t, dy[0], op_mul(t, op_exp(t, y), sum)));
}

static struct var *along_example(struct example *e, struct tape *t, int i, struct var *(*op)(struct tape *, struct var *))
{
    switch (i) {
    case 0: return op(t, example_input(e, t, EX_NORMAL, SHAPE(3, 5)));
    case 1: return op(t, example_loose(e, t, EX_NORMAL, SHAPE(2, 3, 7)));
    case 2: return op(t, example_input(e, t, EX_NORMAL, SHAPE(0, 3)));
    case 3: return op(t, example_input(e, t, EX_NORMAL, SHAPE(4, 1)));
    case 4: return op(t, example_input(e, t, EX_NORMAL, SHAPE(130, 201)));
    default: return NULL;
    }
}
static struct var *softmax_example(struct example *e, struct tape *t, int i) { return along_example(e, t, i, op_softmax); }
static struct var *log_softmax_example(struct example *e, struct tape *t, int i) { return along_example(e, t, i, op_log_softmax); }

const struct op softmax_op = {.name = "softmax", .forward = softmax_forward, .backward = softmax_backward, .saves = SAVES_RESULT(0), .example = softmax_example};
const struct op log_softmax_op = {.name = "log_softmax", .forward = log_softmax_forward, .backward = log_softmax_backward, .saves = SAVES_RESULT(0), .example = log_softmax_example};

static struct var *along(struct tape *t, const struct op *op, struct var *x)
{
    x = tape_compact(t, x);
    return tape_call1(t, op, &x, 1, shape_of(x), NULL, 0);
}
struct var *op_softmax(struct tape *t, struct var *x) { return along(t, &softmax_op, x); }
struct var *op_log_softmax(struct tape *t, struct var *x) { return along(t, &log_softmax_op, x); }

/* ---- Cross-entropy: logits [R,C], labels [R] or weights [R,C] -------------------------------------------- */

enum { LOGITS, LABELS, SOFT };

static struct cross_entropy whole(const struct call *c)
{
    struct cross_entropy s = *(const struct cross_entropy *)c->arg;
    s.labels = c->in[LABELS] ? c->in[LABELS]->v.i : NULL;
    s.soft = c->in[SOFT] ? c->in[SOFT]->v.f : NULL;
    return s;
}

static void entropy_forward(const struct call *c)
{
    const struct cross_entropy s = whole(c);
    cross_entropy(&s, c->out[0]->v.f, NULL, NULL, c->in[LOGITS]->v.f);
}

static void entropy_slope(const struct call *c)
{
    const struct cross_entropy s = whole(c);
    cross_entropy(&s, NULL, c->out[0]->v.f, c->in[3]->v.f, c->in[LOGITS]->v.f);
}
static const struct op entropy_slope_op = {.name = "cross_entropy_back", .forward = entropy_slope};

static void entropy_backward(struct tape *t, const struct call *c, struct var *const *dy)
{
    struct var *in[4] = {c->in[LOGITS], c->in[LABELS], c->in[SOFT], tape_compact(t, dy[0])};
    tape_add_grad(t, c->in[LOGITS], tape_call1(t, &entropy_slope_op, in, 4, shape_of(c->in[LOGITS]), c->arg, sizeof(struct cross_entropy)));
}

/* -1 in rows that have a label, else 0; *place [R,1]: the labels, 0 where there is none. */
static struct var *labelled(struct tape *t, const struct cross_entropy *s, const struct var *labels, struct var **place)
{
    struct tensor sign = tensor_new(tape_memory(t), TEN_F32, 1, &s->rows);
    struct tensor at = tensor_new(tape_memory(t), TEN_I32, 2, (const int64_t[]){s->rows, 1});
    for (int64_t r = 0; r < s->rows; r++) {
        const int32_t label = labels->v.i[r];
        const bool none = label < 0 || label == s->ignored;
        sign.f[r] = none ? 0 : -1;
        at.i[r] = none ? 0 : label;
    }
    *place = tape_input(t, at);
    return tape_input(t, sign);
}

/* -sum t ln p with t as numbers */
static void entropy_compose(struct tape *t, const struct call *c, struct var **out)
{
    const struct cross_entropy *s = c->arg;
    struct var *p = op_log_softmax(t, c->in[LOGITS]), *place;
    if (c->in[SOFT]) {
        out[0] = op_neg(t, op_sum(t, op_mul(t, c->in[SOFT], p), 1 << 1, false));
        return;
    }
    struct var *sign = labelled(t, s, c->in[LABELS], &place);
    struct var *own = op_scale(t, op_reshape(t, op_take(t, p, place), DIMS(s->rows)), 1 - s->smoothing);
    out[0] = op_mul(t, sign, op_add(t, own, op_scale(t, op_mean(t, p, 1 << 1, false), s->smoothing)));
}

static struct var *entropy_example(struct example *e, struct tape *t, int i)
{
    switch (i) {
    case 0: return op_cross_entropy(t, example_input(e, t, EX_NORMAL, SHAPE(4, 5)), example_index(e, t, 5, SHAPE(4)), 0);
    case 1: return op_cross_entropy(t, example_loose(e, t, EX_NORMAL, SHAPE(3, 7)), example_index(e, t, 7, SHAPE(3)), 0.1f);
    case 2: return op_cross_entropy(t, example_input(e, t, EX_NORMAL, SHAPE(0, 3)), example_index(e, t, 3, SHAPE(0)), 0);
    case 3: {
        const float soft[8] = {0.1f, 0.2f, 0.3f, 0.4f, 1, 0, 0, 0.5f};
        struct tensor target = tensor_new(tape_memory(t), TEN_F32, 2, (const int64_t[]){2, 4});
        memcpy(target.f, soft, sizeof soft);
        return op_soft_cross_entropy(t, example_input(e, t, EX_NORMAL, SHAPE(2, 4)), tape_input(t, target));
    }
    case 4: return op_cross_entropy(t, example_input(e, t, EX_NORMAL, SHAPE(100, 301)), example_index(e, t, 301, SHAPE(100)), 0.1f);
    case 5: {
        const int32_t labels[4] = {2, -1, 0, -1};
        struct tensor label = tensor_new(tape_memory(t), TEN_I32, 1, (const int64_t[]){4});
        memcpy(label.i, labels, sizeof labels);
        return op_cross_entropy(t, example_input(e, t, EX_NORMAL, SHAPE(4, 3)), tape_input(t, label), 0.2f);
    }
    default: return NULL;
    }
}

const struct op entropy_op = {
    .name = "cross_entropy", .forward = entropy_forward, .backward = entropy_backward, .compose = entropy_compose,
    .saves = SAVES_IN(LOGITS) | SAVES_IN(LABELS) | SAVES_IN(SOFT), .example = entropy_example
};

static struct var *entropy(struct tape *t, struct var *logits, struct var *labels, struct var *soft, float smoothing)
{
    struct var *in[3] = {tape_compact(t, logits), labels, soft ? tape_compact(t, soft) : NULL};
    const struct cross_entropy s = {.rows = logits->v.dim[0], .chans = logits->v.dim[1], .smoothing = smoothing, .ignored = -1};
    assert(logits->v.rank == 2);
    return tape_call1(t, &entropy_op, in, 3, SHAPE(s.rows), &s, sizeof s);
}

struct var *op_cross_entropy(struct tape *t, struct var *logits, struct var *labels, float smoothing) { return entropy(t, logits, labels, NULL, smoothing); }
struct var *op_soft_cross_entropy(struct tape *t, struct var *logits, struct var *target) { return entropy(t, logits, NULL, target, 0); }
