#include "nn/params.h"

#include "base/mem.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { ALIGN = 64 / sizeof(float) };

struct params *params_new(struct memory *m)
{
    struct params *ps = xcalloc(1, sizeof *ps);

    ps->memory = m;
    params_group(ps, "main", 1, true);
    return ps;
}

void params_free(struct params *ps)
{
    if (!ps)
        return;
    for (int i = 0; i < ps->n; i++) {
        free((char *)ps->list[i]->name);
        free(ps->list[i]);
    }
    for (int g = 0; g < ps->ngroups; g++)
        free(ps->groups[g].name);
    for (int b = 0; b < 2; b++)
        block_drop(ps->blocks[b]);
    xzeros_free(ps->grads, (size_t)ps->trained * sizeof *ps->grads);
    free(ps->by_name);
    free(ps->groups);
    free(ps->list);
    free(ps);
}

int params_group(struct params *ps, const char *name, double lr_scale, bool decay)
{
    for (int g = 0; g < ps->ngroups; g++)
        if (strcmp(ps->groups[g].name, name) == 0)
            return g;
    ps->groups = xrealloc(ps->groups, (size_t)(ps->ngroups + 1) * sizeof *ps->groups);
    ps->groups[ps->ngroups] = (struct param_group){xstrdup(name), lr_scale, decay};
    return ps->ngroups++;
}

bool params_reserved(const char *name)
{
    return strcmp(name, "config") == 0 || strcmp(name, "run") == 0 ||
           strncmp(name, "opt.", 4) == 0 || strncmp(name, "ema.", 4) == 0;
}

/* group -1: state. */
static struct param *add(struct params *ps, const char *name, int group, int rank,
                         const int64_t *dim)
{
    struct param *p = xcalloc(1, sizeof *p);

    assert(!ps->sealed && group < ps->ngroups && rank >= 0 && rank <= TEN_MAX_RANK);
    assert(*name && strlen(name) <= TEN_MAX_NAME && !params_reserved(name));
    p->name = xstrdup(name);
    p->index = ps->n;
    p->group = group;
    p->rank = rank;
    p->version = 1;
    p->count = 1;
    for (int i = 0; i < rank; i++) {
        const bool fits = mul_i64(p->count, dim[i], &p->count);

        assert(fits && dim[i] >= 0);
        (void)fits;
        p->dim[i] = dim[i];
    }
    ps->list = xrealloc(ps->list, (size_t)(ps->n + 1) * sizeof *ps->list);
    return ps->list[ps->n++] = p;
}

struct param *params_add(struct params *ps, const char *name, int group, int rank,
                         const int64_t *dim)
{
    assert(group >= 0);
    return add(ps, name, group, rank, dim);
}

struct param *params_add_state(struct params *ps, const char *name, int rank, const int64_t *dim)
{
    return add(ps, name, -1, rank, dim);
}

static int by_name(const void *a, const void *b)
{
    return strcmp((*(struct param *const *)a)->name, (*(struct param *const *)b)->name);
}

/* Places of a group's tensors from element `at` on; the place behind them. */
static int64_t place(struct params *ps, int group, int64_t at)
{
    for (int i = 0; i < ps->n; i++) {
        struct param *p = ps->list[i];

        if (p->group != group)
            continue;
        p->at = at;
        at += (p->count + ALIGN - 1) / ALIGN * ALIGN;
    }
    return at;
}

static float *zeros(struct params *ps, int which, int64_t n)
{
    struct block *b = block_new(ps->memory, (size_t)n * sizeof(float));

    ps->blocks[which] = b;
    return memset(b->data, 0, (size_t)n * sizeof(float));
}

/* Pointers of all tensors, by their places in the buffers. */
static void point(struct params *ps)
{
    for (int i = 0; i < ps->n; i++) {
        struct param *p = ps->list[i];

        p->value = (p->group < 0 ? ps->state : ps->values) + p->at;
        p->grad = p->group < 0 ? NULL : ps->grads + p->at;
    }
}

void params_regroup(struct params *ps, const int *group)
{
    int64_t at = 0;

    assert(ps->sealed);
    for (int i = 0; i < ps->n; i++) {
        assert(ps->list[i]->group < 0 ? group[i] == -1 : group[i] >= 0 && group[i] < ps->ngroups);
        ps->list[i]->group = group[i];
    }
    for (int g = 0; g < ps->ngroups; g++)
        at = place(ps, g, at);
    assert(at == ps->trained);          /* every tensor is padded by itself */
    point(ps);
}

void params_seal(struct params *ps)
{
    assert(!ps->sealed);
    ps->sealed = true;
    ps->by_name = xcalloc((size_t)ps->n, sizeof *ps->by_name);
    for (int i = 0; i < ps->n; i++)
        ps->by_name[i] = ps->list[i];
    qsort(ps->by_name, (size_t)ps->n, sizeof *ps->by_name, by_name);
    for (int i = 1; i < ps->n; i++)
        assert(strcmp(ps->by_name[i - 1]->name, ps->by_name[i]->name) != 0);

    for (int g = 0; g < ps->ngroups; g++)
        ps->trained = place(ps, g, ps->trained);
    ps->states = place(ps, -1, 0);
    ps->values = zeros(ps, 0, ps->trained);
    ps->grads = xzeros((size_t)ps->trained * sizeof *ps->grads);    /* no memory where nothing is trained */
    ps->state = zeros(ps, 1, ps->states);
    point(ps);
}

static int name_of(const void *name, const void *p)
{
    return strcmp(name, (*(struct param *const *)p)->name);
}

struct param *params_find(const struct params *ps, const char *name)
{
    struct param **p;

    assert(ps->sealed);
    p = bsearch(name, ps->by_name, (size_t)ps->n, sizeof *ps->by_name, name_of);
    return p ? *p : NULL;
}

void params_zero_grad(struct params *ps)
{
    memset(ps->grads, 0, (size_t)ps->trained * sizeof *ps->grads);
}

void params_changed(struct params *ps)
{
    for (int i = 0; i < ps->n; i++)
        ps->list[i]->version++;
}

int64_t params_count(const struct params *ps)
{
    int64_t n = 0;

    for (int i = 0; i < ps->n; i++)
        n += ps->list[i]->group < 0 ? 0 : ps->list[i]->count;
    return n;
}
