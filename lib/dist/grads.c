#include "dist/grads.h"
#include "base/mem.h"
#include "base/progress.h"

#include <stdlib.h>

struct bucket {
    int64_t from, to;                   /* elements of the flat buffer */
    int params, left;                   /* that lie in it; that are not complete yet */
    int first;                          /* lowest number of these: the one complete last */
    struct reduction *reduction;
    double since;                       /* it set out */
    bool under_way;
};

struct dist_grads {
    struct dist *dist;
    struct params *params;
    struct dist_grads_options opt;
    bool open;                          /* between begin and finish */
    int n;
    struct bucket *bucket;              /* [n] in the order they set out */
    int started, left;                  /* bucket[0..started) have set out, so many of these are under way */
    struct dist_times times;
};

/* ---- Buckets ---------------------------------------------------------------------------------- */

static bool lies_in(const struct param *p, const struct bucket *b)
{
    return p->group >= 0 && p->at < b->to && p->at + p->count > b->from;
}

static void cut_group(struct dist_grads *g, int64_t from, int64_t to)
{
    const int64_t size = g->opt.bucket / (int64_t)sizeof(float);
    for (; to > from; to -= size) {
        g->bucket = xrealloc(g->bucket, (g->n + 1) * sizeof *g->bucket);
        g->bucket[g->n++] = (struct bucket){.from = to - from > size ? to - size : from, .to = to};
    }
}

/* The one whose last parameter is complete first, first.  Groups interleave: biases of all layers are in
 * one of their own, which is complete when the first layer is. */
static int by_completion(const void *x, const void *y)
{
    const struct bucket *a = x, *b = y;
    if (a->first != b->first)
        return a->first < b->first ? 1 : -1;
    return (a->from < b->from) - (a->from > b->from);
}

static void cut(struct dist_grads *g)
{
    const struct params *ps = g->params;
    for (int k = 0; k < ps->ngroups; k++) {
        int64_t from = ps->trained, to = 0;
        for (int i = 0; i < ps->n; i++) {
            const struct param *p = ps->list[i];
            if (p->group != k || p->count == 0)
                continue;
            from = p->at < from ? p->at : from;
            to = p->at + p->count > to ? p->at + p->count : to;
        }
        cut_group(g, from, to);
    }
    for (int b = 0; b < g->n; b++) {
        g->bucket[b].first = ps->n;
        for (int i = ps->n - 1; i >= 0; i--)
            if (lies_in(ps->list[i], &g->bucket[b])) {
                g->bucket[b].params++;
                g->bucket[b].first = i;
            }
    }
    qsort(g->bucket, (size_t)g->n, sizeof *g->bucket, by_completion);
}

struct dist_grads *dist_grads_new(struct dist *d, struct params *ps, const struct dist_grads_options *o)
{
    if (!d)
        return NULL;
    struct dist_grads *g = xcalloc(1, sizeof *g);
    *g = (struct dist_grads){.dist = d, .params = ps, .opt = *o};
    g->times.bytes = ps->trained * (int64_t)(o->reduction.bf16 ? sizeof(uint16_t) : sizeof(float));
    cut(g);
    for (int b = 0; b < g->n; b++)
        g->bucket[b].reduction = reduction_new(d, &o->reduction, g->bucket[b].to - g->bucket[b].from, b);
    return g;
}

void dist_grads_free(struct dist_grads *g)
{
    if (!g)
        return;
    for (int b = 0; b < g->n; b++)
        reduction_free(g->bucket[b].reduction);
    free(g->bucket);
    free(g);
}

/* ---- A step ----------------------------------------------------------------------------------- */

void dist_grads_begin(struct dist_grads *g)
{
    if (!g)
        return;
    for (int b = 0; b < g->n; b++)
        g->bucket[b].left = g->bucket[b].params;
    g->started = g->left = 0;
    g->open = true;
}

static void start(struct dist_grads *g)
{
    struct bucket *b = &g->bucket[g->started++];
    b->since = now_seconds();
    b->under_way = true;
    g->left++;
    reduction_start(b->reduction, g->params->grads + b->from);
}

static void push(struct dist_grads *g)
{
    for (int i = 0; i < g->started && g->left > 0; i++) {
        struct bucket *b = &g->bucket[i];
        if (!b->under_way || !reduction_push(b->reduction))
            continue;
        b->under_way = false;
        g->left--;
        timeline_bucket(g->opt.timeline, i, b->since);
    }
}

void dist_grads_ready(void *of, const struct param *p)
{
    struct dist_grads *g = of;
    if (!g->open || !g->opt.overlap)
        return;
    const double since = now_seconds();
    for (int b = g->started; b < g->n; b++)
        g->bucket[b].left -= lies_in(p, &g->bucket[b]);
    while (g->started < g->n && g->bucket[g->started].left == 0)
        start(g);
    push(g);
    g->times.total += now_seconds() - since;
}

void dist_grads_progress(void *of, const struct call *c, double seconds)
{
    struct dist_grads *g = of;
    (void)c;
    (void)seconds;
    if (g->left == 0)
        return;
    const double since = now_seconds();
    push(g);
    g->times.total += now_seconds() - since;
}

void dist_grads_finish(struct dist_grads *g)
{
    if (!g || !g->open)
        return;
    const double since = now_seconds();
    while (g->started < g->n)
        start(g);
    while (g->left > 0)
        push(g);
    g->open = false;
    g->times.steps++;
    g->times.exposed += now_seconds() - since;
    g->times.total += now_seconds() - since;
}

struct dist_times dist_grads_times(const struct dist_grads *g)
{
    return g ? g->times : (struct dist_times){0};
}
