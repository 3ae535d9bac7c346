#include "metrics/count.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

const struct convention conventions[] = {
    {.name = "macs", .unit = "macs", .per_mac = 1, .last = true, .taps = true},
    {.name = "hat", .unit = "flops", .per_mac = 2, .taps = true},
    {.name = "lite-transformer", .unit = "macs", .per_mac = 1},
    {.name = "gan-compression", .unit = "macs", .per_mac = 1, .last = true, .taps = true, .inserted = true, .norms = true},
    {.name = "micronet", .unit = "ops", .last = true, .taps = true, .bits = true},
    {.name = NULL},
};

const struct convention *convention_named(const char *name)
{
    for (const struct convention *c = conventions; c->name; c++)
        if (strcmp(c->name, name) == 0)
            return c;
    return NULL;
}

/* Multiply-accumulates, where the rule knows nothing else. */
static double macs(const struct convention *c, const struct work *w)
{
    const double all = (double)w->outputs * (double)w->terms;
    switch (w->kind) {
    case WORK_PRODUCT:       return w->last && !c->last ? 0 : all;
    case WORK_ATTENTION:     return all;
    case WORK_DEPTHWISE:     return c->taps ? all : 0;
    case WORK_TRANSPOSED:    return c->inserted ? all : (double)w->done;
    case WORK_INSTANCE_NORM: return c->norms ? (double)w->outputs : 0;
    default:                 return 0;
    }
}

/*
 * Operations by the challenge's list.  A sum of t terms has t - 1 additions.  A norm with statistics of its
 * own: 1 a number for the mean, 3 for the variance, 2 to apply them.  A softmax over n: n exponentials, n - 1
 * additions, n divisions.
 */
static double operations(const struct work *w, int bits)
{
    const double n = (double)w->outputs, t = (double)w->terms, part = bits / 32.0;
    switch (w->kind) {
    case WORK_PRODUCT: case WORK_DEPTHWISE: case WORK_TRANSPOSED:
        return w->density * n * (t * part + t - 1) + (w->bias ? w->bias_density * n : 0);
    case WORK_ATTENTION:
        return n * (t * part + t - 1);
    case WORK_SOFTMAX:
        return n / t * (3 * t - 1);
    case WORK_ROW_NORM: case WORK_INSTANCE_NORM:
        return 6 * n;
    case WORK_SCALE:
        return n * (part + 1);
    case WORK_POOL:
        return n * (t - 1 + part);
    default:
        return n;
    }
}

double count_work(const struct convention *c, const struct work *w, int bits)
{
    if (w->outputs == 0 || w->terms == 0)
        return 0;
    return c->bits ? operations(w, bits) : c->per_mac * macs(c, w);
}

double count_weights(const struct convention *c, const struct weights *w, int bits)
{
    if (!c->bits)
        return w->last && !c->last ? 0 : (double)w->count;
    return fmin((double)w->count * bits, (double)w->nonzero * bits + (double)w->count) / 32;
}
