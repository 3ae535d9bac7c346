#include "base/mem.h"
#include "models/tsm.h"
#include "nn/init.h"
#include "nn/layers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct { const char *name; double rate; bool decay; } rates[] = {
    {"main", 1, true}, {"bias", 2, false}, {"plain", 1, false}, {"fc_weight", 5, true}, {"fc_bias", 10, false},
    {"first", 5, true}, {"first_bias", 10, false},
};
enum { MAIN, BIAS, NORM, FC_WEIGHT, FC_BIAS, PLAIN_KINDS, FIRST_WEIGHT = PLAIN_KINDS, FIRST_BIAS, KINDS };

static bool ends_in(const char *name, const char *part)
{
    const size_t n = strlen(name), k = strlen(part);
    return n >= k && strcmp(name + n - k, part) == 0;
}

/* The running mean beside a parameter of a norm; NULL: it is of another layer. */
static struct param *statistics_of(const struct params *ps, const char *name, const char *which)
{
    char text[LAYER_NAME];
    const char *dot = strrchr(name, '.');
    if (!dot)
        return NULL;
    snprintf(text, sizeof text, "%.*s%s", (int)(dot - name), name, which);
    return params_find(ps, text);
}

static int kind_of(const struct params *ps, const char *name)
{
    if (statistics_of(ps, name, ".running_mean"))
        return NORM;
    if (strcmp(name, "fc.weight") == 0)
        return FC_WEIGHT;
    if (strcmp(name, "fc.bias") == 0)
        return FC_BIAS;
    return ends_in(name, ".bias") ? BIAS : MAIN;
}

/* Of a parameter of the first layer, whose weight is first of all. */
static int kind_in_first(const struct params *ps, const char *name, int otherwise)
{
    const char *weight = ps->list[0]->name;
    const size_t layer = strlen(weight) - strlen(".weight");
    if (strcmp(name, weight) == 0)
        return FIRST_WEIGHT;
    return strncmp(name, weight, layer) == 0 && strcmp(name + layer, ".bias") == 0 ? FIRST_BIAS : otherwise;
}

void tsm_groups(struct model *m, bool motion)
{
    struct params *ps = m->params;
    int group[KINDS], *of = xmalloc((size_t)(ps->n + 1) * sizeof *of);
    for (int k = 0; k < (motion ? KINDS : PLAIN_KINDS); k++)
        group[k] = params_group(ps, rates[k].name, rates[k].rate, rates[k].decay);
    for (int i = 0; i < ps->n; i++) {
        const char *name = ps->list[i]->name;
        const int kind = kind_of(ps, name);
        of[i] = ps->list[i]->group < 0 ? -1 : group[motion ? kind_in_first(ps, name, kind) : kind];
    }
    params_regroup(ps, of);
    free(of);
}

void tsm_same_classes(struct model *m)
{
    struct params *ps = m->params;
    for (int g = 0; g < ps->ngroups; g++) {
        if (strcmp(ps->groups[g].name, rates[FC_WEIGHT].name) == 0)
            ps->groups[g].lr_scale = rates[MAIN].rate;
        if (strcmp(ps->groups[g].name, rates[FC_BIAS].name) == 0)
            ps->groups[g].lr_scale = rates[BIAS].rate;
    }
}

void tsm_freeze_norms(struct model *m)
{
    struct params *ps = m->params;
    int *of = xmalloc((size_t)(ps->n + 1) * sizeof *of);
    const int still = params_group(ps, "still", 0, false);
    const struct param *first = NULL;
    for (int i = 0; i < ps->n; i++) {
        const struct param *p = ps->list[i];
        struct param *mean = p->group < 0 ? NULL : statistics_of(ps, p->name, ".running_mean");
        first = first ? first : mean;
        of[i] = p->group;
        if (!mean || mean == first)
            continue;
        of[i] = still;
        mean->frozen = true;
        statistics_of(ps, p->name, ".running_var")->frozen = true;
    }
    params_regroup(ps, of);
    free(of);
}

void tsm_init_last(struct model *m, uint64_t seed)
{
    struct param *weight = params_find(m->params, "fc.weight"), *bias = params_find(m->params, "fc.bias");
    if (weight)
        init_normal(weight, seed, 0, 0.001);
    if (bias)
        init_constant(bias, 0);
}
