#include "nn/ema.h"

#include "base/fail.h"
#include "base/mem.h"
#include "nn/settings.h"
#include "nn/simd_optim.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 16 << 10 };              /* elements a thread takes at once */

int ema_parse(struct ema_rule *rule, const char *text, struct ten_err *e)
{
    *rule = (struct ema_rule){.decay = NAN};
    const struct setting keys[] = {
        {"decay", &rule->decay, 0, 1, NULL},    {"half", &rule->half, 1, 1e15, NULL},
        {"ramp", &rule->ramp, 0, 1e6, NULL},    {"warm", &rule->warm, 0, 1, NULL},
        {"start", &rule->start, 0, 1e15, NULL}, {"state", &rule->state, 0, 1, NULL},
    };

    if (settings_read(text, "average", keys, sizeof keys / sizeof *keys, e) < 0)
        return -1;
    if (isnan(rule->decay) == (rule->half == 0))
        return fail(e, TEN_E_USAGE, "average: %s: expected either decay=NUMBER or half=IMAGES",
                    rule->half == 0 ? "no decay" : "decay and half");
    if (rule->ramp > 0 && rule->half == 0)
        return fail(e, TEN_E_USAGE, "average: ramp without half: expected half=IMAGES");
    return 0;
}

double ema_decay(const struct ema_rule *r, const struct ema_now *now)
{
    const double images = (double)now->images, t = (double)now->step;
    double d = r->decay;

    if (r->start > 0 && (r->half > 0 ? images : t) <= r->start)
        return 0;
    if (r->half > 0) {
        const double half = r->ramp > 0 ? fmin(r->half, r->ramp * images) : r->half;

        d = half > 0 ? pow(0.5, (double)now->batch / half) : 0;
    }
    return r->warm != 0 ? fmin(d, (1 + t) / (10 + t)) : d;
}

static float *copy(struct ema *a, int which, const float *from, int64_t n)
{
    a->blocks[which] = block_new(a->params->memory, (size_t)n * sizeof *from);
    return memcpy(a->blocks[which]->data, from, (size_t)n * sizeof *from);
}

struct ema *ema_new(struct params *ps, const struct ema_rule *rule)
{
    struct ema *a = xcalloc(1, sizeof *a);

    assert(ps->sealed);
    a->rule = *rule;
    a->params = ps;
    a->values = copy(a, 0, ps->values, ps->trained);
    if (rule->state != 0)
        a->state = copy(a, 1, ps->state, ps->states);
    return a;
}

void ema_free(struct ema *a)
{
    if (!a)
        return;
    block_drop(a->blocks[0]);
    block_drop(a->blocks[1]);
    free(a);
}

static void blend(float *y, const float *x, double decay, int64_t n)
{
    const struct optim_kernels *k = ISA_PICK(optim_kernels);

    #pragma omp parallel for schedule(static) if (n > BLOCK)
    for (int64_t at = 0; at < n; at += BLOCK) {
        const int64_t length = n - at < BLOCK ? n - at : BLOCK;

        if (decay == 0)                 /* a copy to the bit */
            memcpy(y + at, x + at, (size_t)length * sizeof *y);
        else
            k->blend(y + at, x + at, (float)(1 - decay), length);
    }
}

void ema_update(struct ema *a, const struct ema_now *now)
{
    const double decay = ema_decay(&a->rule, now);

    assert(!a->swapped);
    blend(a->values, a->params->values, decay, a->params->trained);
    if (a->state)
        blend(a->state, a->params->state, decay, a->params->states);
}

static void exchange(float *restrict x, float *restrict y, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        const float held = x[i];

        x[i] = y[i];
        y[i] = held;
    }
}

void ema_swap(struct ema *a)
{
    exchange(a->values, a->params->values, a->params->trained);
    if (a->state)
        exchange(a->state, a->params->state, a->params->states);
    a->swapped = !a->swapped;
    params_changed(a->params);
}
