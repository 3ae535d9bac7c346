#include "stream/apportion.h"

#include "base/mem.h"

#include <assert.h>
#include <math.h>
#include <search.h>
#include <stdlib.h>

void shares_set(struct shares *s, const double *fraction, int parts)
{
    double sum = 0;

    for (int j = 0; j < parts; j++)
        sum += fraction[j];
    s->parts = parts;
    s->total = 0;
    for (int j = 0; j < parts; j++) {
        s->weight[j] = llround(fraction[j] / sum * 1e9);
        s->total += s->weight[j];
    }
}

/* Ticks u, u + total, u + 2 total ... below `end`. */
static int64_t ticks(int64_t end, int64_t u, int64_t total)
{
    return end > u ? (end - u - 1) / total + 1 : 0;
}

void apportion(int64_t *quota, const struct shares *s, int64_t n, const struct rng *r,
               uint64_t index)
{
    const int64_t total = s->total, u = (int64_t)rng_below(r, index, (uint64_t)total);
    int64_t end = 0;

    for (int j = 0; j < s->parts; j++) {
        /* n * weight without its overflow: weight and total are about 10^9 at most. */
        const int64_t rest = n % total * s->weight[j], from = end;

        end += rest % total;
        quota[j] = n / total * s->weight[j] + rest / total;
        quota[j] += ticks(end, u, total) - ticks(from, u, total);
    }
}

int apportion_next(int64_t *quota, int parts, const struct rng *r, uint64_t index)
{
    int64_t left = 0, draw;
    int j = 0;

    for (int i = 0; i < parts; i++)
        left += quota[i];
    assert(left > 0);
    draw = (int64_t)rng_below(r, index, (uint64_t)left);
    while (draw >= quota[j])
        draw -= quota[j++];
    quota[j]--;
    return j;
}

int apportion_hash(const struct shares *s, uint64_t hash)
{
    /* The upper half of the hash is plenty, and its product fits. */
    int64_t at = (int64_t)((hash >> 32) * (uint64_t)s->total >> 32);
    int j = 0;

    while (at >= s->weight[j])
        at -= s->weight[j++];
    return j;
}

/* counted: samples, until the first of them is dealt; then quota tells what is left. */
struct class { int64_t name, counted, quota[]; };

struct strata {
    struct shares shares;
    struct rng rounding, draws;
    uint64_t dealt;
    void *tree;                         /* struct class by name */
};

struct strata *strata_new(const struct shares *shares, uint64_t seed)
{
    struct strata *s = xcalloc(1, sizeof *s);

    s->shares = *shares;
    s->rounding = (struct rng){seed, rng_stream("ten-split.rounding")};
    s->draws = (struct rng){seed, rng_stream("ten-split")};
    return s;
}

void strata_free(struct strata *s)
{
    if (s)
        tdestroy(s->tree, free);
    free(s);
}

static int by_name(const void *a, const void *b)
{
    const struct class *x = a, *y = b;

    return (x->name > y->name) - (x->name < y->name);
}

static struct class *class_of(struct strata *s, int64_t name)
{
    const struct class key = {.name = name};
    void *const *found = tfind(&key, &s->tree, by_name);
    struct class *c;

    if (found)
        return *found;
    c = xcalloc(1, sizeof *c + (size_t)s->shares.parts * sizeof c->quota[0]);
    c->name = name;
    tsearch(c, &s->tree, by_name);
    return c;
}

void strata_count(struct strata *s, int64_t class)
{
    class_of(s, class)->counted++;
}

int strata_deal(struct strata *s, int64_t class)
{
    struct class *c = class_of(s, class);

    if (c->counted > 0)
        apportion(c->quota, &s->shares, c->counted, &s->rounding, (uint64_t)class);
    c->counted = 0;
    return apportion_next(c->quota, s->shares.parts, &s->draws, s->dealt++);
}
