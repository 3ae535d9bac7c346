#include "models/work.h"
#include "base/mem.h"
#include "tensor/attention.h"
#include "tensor/conv.h"
#include "tensor/lightconv.h"
#include "tensor/norm.h"
#include "tensor/pool2d.h"

#include <stdlib.h>
#include <string.h>

/* ---- One call ---------------------------------------------------------------------------------------- */

static int64_t nonzero(const float *x, int64_t n)
{
    int64_t count = 0;
    for (int64_t i = 0; i < n; i++)
        count += x[i] != 0;
    return count;
}

static double density(const struct var *x)
{
    const struct param *p = x ? x->param : NULL;
    return p && p->count > 0 ? (double)nonzero(p->value, p->count) / (double)p->count : 1;
}

static int64_t count(const struct var *x) { return tensor_count(&x->v); }

/* Linear layers and convolutions: in[1] are weights, in[2] is a bias or NULL. */
static struct work product(const struct call *c, enum work_kind kind, int64_t terms)
{
    const struct var *bias = c->nin > 2 ? c->in[2] : NULL;
    return (struct work){.kind = kind, .outputs = count(c->out[0]), .terms = terms, .done = c->op->macs(c),
                         .bias = bias, .density = density(c->in[1]), .bias_density = density(bias)};
}

static struct work conv_work(const struct call *c)
{
    const struct conv *g = c->arg;
    const bool channelwise = g->groups == g->c && g->groups > 1;
    return product(c, channelwise ? WORK_DEPTHWISE : WORK_PRODUCT, g->r * g->s * (g->c / g->groups));
}

static struct work transposed_work(const struct call *c)
{
    const struct conv *g = c->arg;                      /* of the convolution that it is the transpose of */
    return product(c, WORK_TRANSPOSED, g->r * g->s * (g->k / g->groups));
}

static int attention_works(struct work *w, const struct call *c)
{
    const struct attention *a = c->arg;
    const int64_t scores = a->b * a->h * a->tq * a->tk;
    w[0] = (struct work){.kind = WORK_ATTENTION, .outputs = scores, .terms = a->d};
    w[1] = (struct work){.kind = WORK_SOFTMAX, .outputs = scores, .terms = a->tk};
    w[2] = (struct work){.kind = WORK_ATTENTION, .outputs = a->b * a->tq * a->h * a->d, .terms = a->tk};
    return 3;
}

/* act(norm(x) + add) in one call */
static int norm_works(struct work *w, const struct call *c)
{
    const struct norm *s = c->arg;
    const int64_t n = count(c->out[0]);
    int works = 0;
    const enum work_kind kind = s->groups == 0 ? WORK_SCALE : s->groups == s->c ? WORK_INSTANCE_NORM : WORK_ROW_NORM;
    w[works++] = (struct work){.kind = kind, .outputs = n, .terms = 1};
    if (c->in[3])
        w[works++] = (struct work){.kind = WORK_ADD, .outputs = n, .terms = 1};
    if (s->act.kind != UNARY_COPY)
        w[works++] = (struct work){.kind = WORK_ACTIVATION, .outputs = n, .terms = 1};
    return works;
}

static struct work simple(const struct call *c, enum work_kind kind, int64_t terms)
{
    return (struct work){.kind = kind, .outputs = count(c->out[0]), .terms = terms};
}

/* Of two values, or of one and parameters. */
static struct work other_product(const struct call *c)
{
    const int64_t n = count(c->out[0]);
    const enum work_kind kind = c->in[1] && c->in[1]->param ? WORK_PRODUCT : WORK_ATTENTION;
    struct work w = simple(c, kind, n > 0 ? c->op->macs(c) / n : 0);
    w.density = c->nin > 1 ? density(c->in[1]) : 1;
    return w;
}

/* Light and dynamic convolution: weights of their own, or made for each place. */
static struct work taps(const struct call *c)
{
    struct work w = simple(c, WORK_DEPTHWISE, ((const struct lightconv *)c->arg)->k);
    w.density = density(c->in[1]);
    return w;
}

/* Summands of a window; of an adaptive pool, about. */
static int64_t area(const struct call *c)
{
    const struct pool2d *p = c->arg;
    return (p->y.size ? p->y.size : p->y.in / p->y.out) * (p->x.size ? p->x.size : p->x.in / p->x.out);
}

static bool is(const struct call *c, const char *name) { return strcmp(c->op->name, name) == 0; }

static bool one_of(const struct call *c, const char *const *names)
{
    for (; *names; names++)
        if (is(c, *names))
            return true;
    return false;
}

static int64_t last_axis(const struct call *c)
{
    const struct var *x = c->nin > 0 ? c->in[0] : NULL;
    return x && x->v.rank > 0 ? x->v.dim[x->v.rank - 1] : 1;
}

int work_of_call(struct work w[WORKS], const struct call *c)
{
    static const char *const activations[] = {
        "relu", "relu6", "leaky", "hswish", "hsigmoid", "swish", "gelu", "tanh", "sigmoid", "softplus", "glu",
        "exp", "log", "sqrt", "rsqrt", "reciprocal", "sin", "cos", "power", NULL
    };
    static const char *const sums[] = {"add", "sub", "mul", "div", "max", "min", "affine", "square", "abs", NULL};
    const int64_t last = last_axis(c);
    if (is(c, "attention"))
        return attention_works(w, c);
    if (is(c, "norm"))
        return norm_works(w, c);
    if (is(c, "linear"))
        w[0] = product(c, WORK_PRODUCT, last);
    else if (is(c, "conv") || is(c, "shift_conv"))
        w[0] = conv_work(c);
    else if (is(c, "conv_transpose"))
        w[0] = transposed_work(c);
    else if (is(c, "lightconv"))
        w[0] = taps(c);
    else if (c->op->macs)
        w[0] = other_product(c);
    else if (is(c, "softmax") || is(c, "log_softmax") || is(c, "tap_softmax"))
        w[0] = simple(c, WORK_SOFTMAX, last);
    else if (is(c, "row_norm"))
        w[0] = simple(c, WORK_ROW_NORM, 1);
    else if (is(c, "max_pool") || is(c, "average_pool"))
        w[0] = simple(c, WORK_POOL, area(c));
    else if (is(c, "sum_to"))
        w[0] = simple(c, WORK_POOL, count(c->out[0]) ? count(c->in[0]) / count(c->out[0]) : 0);
    else if (one_of(c, activations))
        w[0] = simple(c, WORK_ACTIVATION, 1);
    else if (one_of(c, sums))
        w[0] = simple(c, WORK_ADD, 1);
    else
        return 0;
    return 1;
}

/* ---- A pass ------------------------------------------------------------------------------------------ */

void ledger_note(void *ledger, const struct call *c, double seconds)
{
    struct ledger *l = ledger;
    struct work work[WORKS] = {0};
    char text[192];
    const bool table = is(c, "embedding");
    const int works = work_of_call(work, c);
    (void)seconds;
    if (works == 0 && !table)
        return;
    if (l->n == l->room) {
        l->room = 2 * l->room + 64;
        l->entry = xrealloc(l->entry, (size_t)l->room * sizeof *l->entry);
    }
    struct entry *e = &l->entry[l->n++];
    *e = (struct entry){.name = xstrdup(c->op->name), .layer = is(c, "linear"), .table = table, .works = works};
    memcpy(e->work, work, sizeof work);
    for (int i = c->nin - 1; i >= 0; i--)
        if (c->in[i] && c->in[i]->param)
            e->param = c->in[i]->param;
    e->in = xstrdup(tensor_shape_text(&c->in[0]->v, text));
    e->out = xstrdup(tensor_shape_text(&c->out[0]->v, text));
}

void ledger_end(struct ledger *l)
{
    for (int64_t i = l->n - 1; i >= 0; i--)
        if (l->entry[i].layer) {
            l->entry[i].work[0].last = true;
            return;
        }
}

void ledger_free(struct ledger *l)
{
    for (int64_t i = 0; i < l->n; i++) {
        free(l->entry[i].name);
        free(l->entry[i].in);
        free(l->entry[i].out);
    }
    free(l->entry);
    *l = (struct ledger){0};
}

double ledger_cost(const struct entry *e, const struct convention *c, int bits)
{
    double sum = 0;
    for (int i = 0; i < e->works; i++)
        sum += count_work(c, &e->work[i], bits);
    return sum;
}

/* A table, or the output layer's: its weight, and the bias that is named like it. */
static bool is_last(const struct ledger *l, const struct param *p)
{
    for (int64_t i = 0; i < l->n; i++) {
        const struct entry *e = &l->entry[i];
        const char *dot = e->param ? strrchr(e->param->name, '.') : NULL;
        if (e->param == p && (e->table || e->work[0].last))
            return true;
        if (dot && e->work[0].last && strncmp(p->name, e->param->name, (size_t)(dot - e->param->name) + 1) == 0 &&
            strcmp(p->name + (dot - e->param->name), ".bias") == 0)
            return true;
    }
    return false;
}

double ledger_weights(const struct ledger *l, const struct params *ps, const struct convention *c, int bits)
{
    double sum = 0;
    for (int i = 0; i < ps->n; i++) {
        const struct param *p = ps->list[i];
        if (p->group >= 0)
            sum += count_weights(c, &(struct weights){p->count, nonzero(p->value, p->count), is_last(l, p)}, bits);
    }
    return sum;
}
