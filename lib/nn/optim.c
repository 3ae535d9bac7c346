/*
 * The flat buffers are cut into units of a fixed number of elements, whatever the tensors in them,
 * and units are dealt out to threads: that is even, however unequal the tensors.  A unit is walked
 * in pieces, each of one tensor.  Sums are taken by piece and added in the order of pieces.
 */
#include "nn/optim.h"

#include "base/fail.h"
#include "base/mem.h"
#include "nn/settings.h"
#include "nn/simd_optim.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    UNIT = 16 << 10,                    /* elements: four arrays of it stay in the second cache */
    TINY = 20 << 10,                    /* less than this is not worth a second thread */
};
enum { M, V, X };

struct piece { int64_t at, n; int param; };

struct optim_work {
    int64_t units, pieces;
    int64_t *first;                     /* [units+1] piece */
    struct piece *piece;                /* [pieces] in order of place */
    double (*sums)[2];                  /* [pieces] */
    struct optim_coef *coef;            /* [params->n] of this step */
    optim_kernel *kernel;
};

/* ---- Rules ----------------------------------------------------------------------------------- */

struct optim_rule optim_defaults(enum optim_kind kind)
{
    struct optim_rule r = {.kind = kind, .beta1 = 0.9, .beta2 = 0.999, .alpha = 0.99, .eps = 1e-8,
                           .trust = 0.001};

    if (kind == OPTIM_ADAMW || kind == OPTIM_LAMB)
        r.decay = 0.01;
    if (kind == OPTIM_LAMB)
        r.eps = 1e-6;
    if (kind == OPTIM_LARS)
        r.momentum = 0.9;
    return r;
}

int optim_parse(struct optim_rule *rule, const char *text, struct ten_err *e)
{
    static const char *const kinds[] = {"sgd", "adam", "adamw", "rmsprop", "lamb", "lars", NULL};
    enum { SGD = 1 << OPTIM_SGD, ADAM = 1 << OPTIM_ADAM | 1 << OPTIM_ADAMW, LAMB = 1 << OPTIM_LAMB,
           RMSPROP = 1 << OPTIM_RMSPROP, LARS = 1 << OPTIM_LARS, ALL = -1 };
    double nesterov = 0, amsgrad = 0, centered = 0;
    const int kind = settings_kind(&text, "optimiser", kinds, e);
    struct setting use[12];
    int n = 0;

    if (kind < 0)
        return -1;
    *rule = optim_defaults((enum optim_kind)kind);
    const struct { int kinds; struct setting s; } all[] = {
        {SGD | RMSPROP | LARS, {"momentum", &rule->momentum, 0, 1, NULL}},
        {SGD, {"dampening", &rule->dampening, 0, 1, NULL}},
        {SGD, {"nesterov", &nesterov, 0, 1, NULL}},
        {ALL, {"decay", &rule->decay, 0, 1e6, NULL}},
        {ADAM | LAMB, {"beta1", &rule->beta1, 0, 0.999999, NULL}},
        {ADAM | LAMB, {"beta2", &rule->beta2, 0, 0.999999, NULL}},
        {RMSPROP, {"alpha", &rule->alpha, 0, 1, NULL}},
        {ADAM | LAMB | RMSPROP, {"eps", &rule->eps, 0, 1e6, NULL}},
        {ADAM, {"amsgrad", &amsgrad, 0, 1, NULL}},
        {RMSPROP, {"centered", &centered, 0, 1, NULL}},
        {LARS, {"trust", &rule->trust, 0, 1e6, NULL}},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (all[i].kinds >> kind & 1)
            use[n++] = all[i].s;
    if (settings_read(text, kinds[kind], use, n, e) < 0)
        return -1;
    rule->nesterov = nesterov != 0;
    rule->amsgrad = amsgrad != 0;
    rule->centered = centered != 0;
    if (rule->nesterov && (rule->momentum == 0 || rule->dampening != 0))
        return fail(e, TEN_E_USAGE, "sgd: nesterov: no momentum, or dampening: expected momentum "
                    "alone");
    return 0;
}

/* Which moments the rule keeps. */
static bool has_slot(const struct optim_rule *r, int slot)
{
    const bool adam = r->kind == OPTIM_ADAM || r->kind == OPTIM_ADAMW;

    switch (slot) {
    case M:  return adam || r->kind == OPTIM_LAMB || r->kind == OPTIM_LARS || r->momentum > 0;
    case V:  return adam || r->kind == OPTIM_LAMB || r->kind == OPTIM_RMSPROP;
    default: return (adam && r->amsgrad) || (r->kind == OPTIM_RMSPROP && r->centered);
    }
}

static optim_kernel *choose(const struct optim_rule *r)
{
    const struct optim_kernels *k = ISA_PICK(optim_kernels);

    switch (r->kind) {
    case OPTIM_SGD:     return r->momentum == 0 ? k->sgd : r->nesterov ? k->nesterov : k->momentum;
    case OPTIM_RMSPROP: return r->centered ? r->momentum > 0 ? k->centered_momentum : k->centered
                                           : r->momentum > 0 ? k->rmsprop_momentum : k->rmsprop;
    case OPTIM_LARS:    return k->momentum;
    case OPTIM_LAMB:    return k->lamb_apply;
    default:            return r->amsgrad ? k->amsgrad : k->adam;
    }
}

/* ---- Made and freed -------------------------------------------------------------------------- */


/* Cut the trained tensors into pieces that do not cross units. */
static struct optim_work *cut(const struct params *ps)
{
    struct optim_work *w = xcalloc(1, sizeof *w);
    int *order = xcalloc((size_t)ps->n, sizeof *order), n = 0;
    int64_t u = 0;

    w->units = (ps->trained + UNIT - 1) / UNIT;
    w->first = xcalloc((size_t)w->units + 1, sizeof *w->first);
    w->piece = xcalloc((size_t)(ps->n + w->units), sizeof *w->piece);
    /* Layout order is by group, then by addition. */
    for (int g = 0; g < ps->ngroups; g++)
        for (int i = 0; i < ps->n; i++)
            if (ps->list[i]->group == g)
                order[n++] = i;
    for (int k = 0; k < n; k++) {
        const struct param *p = ps->list[order[k]];

        for (int64_t at = p->at, end = at + p->count; at < end; ) {
            const int64_t border = (at / UNIT + 1) * UNIT, stop = border < end ? border : end;

            while (u < at / UNIT)
                w->first[++u] = w->pieces;
            w->piece[w->pieces++] = (struct piece){at, stop - at, order[k]};
            at = stop;
        }
    }
    while (u < w->units)
        w->first[++u] = w->pieces;
    free(order);
    return w;
}

struct optim *optim_new(struct params *ps, const struct optim_rule *rule)
{
    static const char *const names[] = {"m", "v", "vmax"};
    struct optim *o = xcalloc(1, sizeof *o);
    const size_t bytes = (size_t)ps->trained * sizeof(float);

    assert(ps->sealed);
    o->rule = *rule;
    o->params = ps;
    o->steps = xcalloc((size_t)ps->ngroups, sizeof *o->steps);
    for (int i = 0; i < OPTIM_SLOTS; i++) {
        struct optim_slot *s = &o->slot[i];

        s->name = i == X && rule->kind == OPTIM_RMSPROP ? "c" : names[i];
        if (!has_slot(rule, i))
            continue;
        s->flat = xzeros(bytes);
    }
    o->work = cut(ps);
    o->work->sums = xcalloc((size_t)o->work->pieces, sizeof *o->work->sums);
    o->work->coef = xcalloc((size_t)ps->n, sizeof *o->work->coef);
    o->work->kernel = choose(rule);
    return o;
}

void optim_free(struct optim *o)
{
    if (!o)
        return;
    for (int i = 0; i < OPTIM_SLOTS; i++)
        xzeros_free(o->slot[i].flat, (size_t)o->params->trained * sizeof(float));
    free(o->work->first);
    free(o->work->piece);
    free(o->work->sums);
    free(o->work->coef);
    free(o->work);
    free(o->steps);
    free(o);
}

/* ---- A step ---------------------------------------------------------------------------------- */

static bool moves(const struct params *ps, const struct param *p)
{
    return p->group >= 0 && ps->groups[p->group].lr_scale != 0;
}

/* visit(o, piece, sums of the piece) for every piece that moves. */
typedef void visitor(const struct optim *o, const struct piece *k, double sums[2]);

static void each_piece(const struct optim *o, visitor *visit)
{
    const struct optim_work *w = o->work;

    #pragma omp parallel for schedule(static) if (o->params->trained >= TINY)
    for (int64_t u = 0; u < w->units; u++)
        for (int64_t k = w->first[u]; k < w->first[u + 1]; k++)
            if (moves(o->params, o->params->list[w->piece[k].param]))
                visit(o, &w->piece[k], w->sums[k]);
}

static void gradient_sum(const struct optim *o, const struct piece *k, double sums[2])
{
    sums[0] = ISA_PICK(optim_kernels)->square_sum(o->params->grads + k->at, k->n);
}

static void both_sums(const struct optim *o, const struct piece *k, double sums[2])
{
    sums[0] = ISA_PICK(optim_kernels)->square_sum(o->params->values + k->at, k->n);
    sums[1] = ISA_PICK(optim_kernels)->square_sum(o->params->grads + k->at, k->n);
}

static struct optim_moments moments_at(const struct optim *o, int64_t at)
{
    float *const m = o->slot[M].flat, *const v = o->slot[V].flat, *const x = o->slot[X].flat;

    return (struct optim_moments){m ? m + at : NULL, v ? v + at : NULL, x ? x + at : NULL};
}

static void lamb_sums(const struct optim *o, const struct piece *k, double sums[2])
{
    const struct optim_moments s = moments_at(o, k->at);

    ISA_PICK(optim_kernels)->lamb_moments(&o->work->coef[k->param], o->params->values + k->at,
                                          o->params->grads + k->at, &s, k->n, sums);
}

static void move(const struct optim *o, const struct piece *k, double sums[2])
{
    const struct optim_moments s = moments_at(o, k->at);

    (void)sums;
    o->work->kernel(&o->work->coef[k->param], o->params->values + k->at, o->params->grads + k->at,
                    &s, k->n);
}

/* move() that leaves zeros in gradients which are in the cache still. */
static void move_and_zero(const struct optim *o, const struct piece *k, double sums[2])
{
    move(o, k, sums);
    memset(o->params->grads + k->at, 0, (size_t)k->n * sizeof(float));
}

double optim_grad_norm(const struct optim *o)
{
    const struct optim_work *w = o->work;
    double sum = 0;

    each_piece(o, gradient_sum);
    for (int64_t k = 0; k < w->pieces; k++)
        if (moves(o->params, o->params->list[w->piece[k].param]))
            sum += w->sums[k][0];
    return sqrt(sum);
}

/* What step number t of a group comes to, but for the factors that lamb and lars give a tensor. */
static struct optim_coef coefficients(const struct optim_rule *r, const struct optim_step *s,
                                      double factor, const struct param_group *g, int64_t t)
{
    const double decay = g->decay ? r->decay : 0, lr = s->lr * g->lr_scale;
    const double bias1 = 1 - pow(r->beta1, (double)t), bias2 = 1 - pow(r->beta2, (double)t);
    struct optim_coef c = {
        .scale = (float)factor, .limit = s->clip_value > 0 ? (float)s->clip_value : INFINITY,
        .decay = (float)decay, .shrink = 1, .eps = (float)r->eps, .rate = (float)lr,
        .keep_m = (float)r->beta1, .new_m = (float)(1 - r->beta1),
        .keep_v = (float)r->beta2, .new_v = (float)(1 - r->beta2), .root = (float)(1 / sqrt(bias2)),
    };

    switch (r->kind) {
    case OPTIM_ADAMW:
        c.shrink = (float)(1 - lr * decay);
        c.decay = 0;
        c.rate = (float)(lr / bias1);
        break;
    case OPTIM_ADAM:
        c.rate = (float)(lr / bias1);
        break;
    case OPTIM_LAMB:
        c.shrink = (float)(1 / bias1);
        break;
    case OPTIM_RMSPROP:
        c.keep_m = (float)r->momentum;
        c.keep_v = (float)r->alpha;
        c.new_v = (float)(1 - r->alpha);
        break;
    case OPTIM_LARS:                    /* new_m: lr times the trust of the tensor */
        c.keep_m = (float)r->momentum;
        c.new_m = (float)lr;
        c.rate = 1;
        break;
    default:
        c.keep_m = t > 1 ? (float)r->momentum : 0;
        c.new_m = t > 1 ? (float)(1 - r->dampening) : 1;
        c.root = (float)r->momentum;
    }
    return c;
}

/* Each tensor's own factor, from sums over its pieces: |p|^2 and, for lamb, |u|^2, for lars,
 * |grads|^2. */
static void trust(const struct optim *o, double factor)
{
    const struct optim_work *w = o->work;
    const struct params *ps = o->params;

    for (int64_t k = 0, next; k < w->pieces; k = next) {
        const int i = w->piece[k].param;
        const struct param *p = ps->list[i];
        struct optim_coef *c = &w->coef[i];
        double first = 0, second = 0;

        for (next = k; next < w->pieces && w->piece[next].param == i; next++) {
            first += w->sums[next][0];
            second += w->sums[next][1];
        }
        if (!moves(ps, p) || !ps->groups[p->group].decay || first == 0 || second == 0)
            continue;
        first = sqrt(first);
        second = sqrt(second);
        if (o->rule.kind == OPTIM_LAMB)
            c->rate *= (float)(first / second);
        else
            c->new_m *= (float)(o->rule.trust * first /
                                (factor * second + o->rule.decay * first));
    }
}

enum optim_result optim_step(struct optim *o, const struct optim_step *s, double *norm)
{
    const double scale = s->scale == 0 ? 1 : s->scale;
    const double length = s->unchecked ? 0 : fabs(scale) * optim_grad_norm(o);
    struct params *ps = o->params;
    double factor = scale;

    assert(!s->unchecked || s->clip_norm == 0);
    if (norm)
        *norm = length;
    if (!isfinite(length)) {
        if (s->zero)
            params_zero_grad(ps);
        return OPTIM_SKIPPED;
    }
    if (s->clip_norm > 0 && s->clip_norm < length + 1e-6)
        factor *= s->clip_norm / (length + 1e-6);

    for (int g = 0; g < ps->ngroups; g++)
        o->steps[g] += ps->groups[g].lr_scale != 0;
    for (int i = 0; i < ps->n; i++)
        if (moves(ps, ps->list[i]))
            o->work->coef[i] = coefficients(&o->rule, s, factor, &ps->groups[ps->list[i]->group],
                                            o->steps[ps->list[i]->group]);
    if (o->rule.kind == OPTIM_LAMB || o->rule.kind == OPTIM_LARS) {
        each_piece(o, o->rule.kind == OPTIM_LAMB ? lamb_sums : both_sums);
        trust(o, fabs(factor));
    }
    each_piece(o, s->zero ? move_and_zero : move);
    for (int i = 0; i < ps->n; i++) {
        struct param *p = ps->list[i];

        if (moves(ps, p))
            p->version++;
        else if (s->zero && p->grad)
            memset(p->grad, 0, (size_t)p->count * sizeof(float));
    }
    return OPTIM_DONE;
}
