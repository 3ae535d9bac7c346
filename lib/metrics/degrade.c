#include "metrics/degrade.h"
#include "base/fail.h"
#include "base/mem.h"
#include "base/random.h"
#include "tensor/diffaugment.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct degrader {
    const struct degradation *d;
    const struct images *im;
    int64_t *others, nothers;           /* images of label `other` */
    int64_t reach;                      /* of the filter */
    float *taps;                        /* [2*reach+1] */
};

static void find_others(struct degrader *g)
{
    g->others = xmalloc((size_t)g->im->n * sizeof *g->others);
    for (int64_t i = 0; i < g->im->n; i++)
        if (g->im->label[i] == g->d->other)
            g->others[g->nothers++] = i;
}

static void make_filter(struct degrader *g)
{
    const double fall = -0.5 / (g->d->blur * g->d->blur);
    double sum = 0;
    g->reach = (int64_t)ceil(4 * g->d->blur);
    g->taps = xmalloc((size_t)(2 * g->reach + 1) * sizeof *g->taps);
    for (int64_t i = -g->reach; i <= g->reach; i++)
        sum += exp(fall * (double)(i * i));
    for (int64_t i = -g->reach; i <= g->reach; i++)
        g->taps[g->reach + i] = (float)(exp(fall * (double)(i * i)) / sum);
}

struct degrader *degrader_new(const struct degradation *d, const struct images *im,
                              struct ten_err *e)
{
    if ((d->replace > 0 || d->drop > 0) && !im->label) {
        fail(e, TEN_E_DATA, "label: no such record: expected i32 [N], for --drop and --replace");
        return NULL;
    }
    struct degrader *g = xcalloc(1, sizeof *g);
    g->d = d;
    g->im = im;
    if (d->replace > 0)
        find_others(g);
    if (d->blur > 0)
        make_filter(g);
    if (d->replace == 0 || g->nothers > 0)
        return g;
    fail(e, TEN_E_DATA, "label: none is %d: expected some, for --replace", (int)d->other);
    degrader_free(g);
    return NULL;
}

void degrader_free(struct degrader *g)
{
    if (!g)
        return;
    free(g->others);
    free(g->taps);
    free(g);
}

bool degrader_keeps(const struct degrader *g, int64_t i)
{
    return g->d->drop == 0 || g->im->label[i] >= g->d->drop;
}

static int64_t within(int64_t i, int64_t n) { return i < 0 ? 0 : i < n ? i : n - 1; }

/* y = x filtered along one axis: n elements, `step` numbers apart, of `rows` rows. */
static void blur_axis(const struct degrader *g, float *y, const float *x, int64_t n, int64_t step,
                      int64_t rows)
{
    for (int64_t r = 0; r < rows; r++) {
        const int64_t first = r / step * step * n + r % step;
        for (int64_t i = 0; i < n; i++) {
            float sum = 0;
            for (int64_t k = -g->reach; k <= g->reach; k++)
                sum += g->taps[g->reach + k] * x[first + within(i + k, n) * step];
            y[first + i * step] = sum;
        }
    }
}

static void blur(const struct degrader *g, float *x)
{
    const struct images *im = g->im;
    float *y = xmalloc((size_t)(im->h * im->w * im->c) * sizeof *y);
    blur_axis(g, y, x, im->w, im->c, im->h * im->c);
    blur_axis(g, x, y, im->h, im->w * im->c, im->w * im->c);
    free(y);
}

static void cut(const struct degrader *g, int64_t i, float *x)
{
    const struct augment_policy policy = {1, {AUGMENT_CUTOUT}};
    const struct augment_source from = {.seed = g->d->seed, .first = i, .p = g->d->cutout};
    const int64_t dim[] = {1, g->im->h, g->im->w, g->im->c};
    struct augment_draw draw;
    augment_draw(&draw, 1, dim[1], dim[2], &policy, &from);
    augment_apply(AUGMENT_FORWARD, x, x, dim, &policy, &draw);
}

void degrader_get(const struct degrader *g, int64_t i, float *x)
{
    const struct degradation *d = g->d;
    const struct rng chance = {d->seed, rng_stream("degrade.replace")};
    const struct rng which = {d->seed, rng_stream("degrade.other")};
    const struct rng noise = {d->seed, rng_stream("degrade.noise")};
    const int64_t count = g->im->h * g->im->w * g->im->c;
    int64_t from = i;
    if (d->replace > 0 && rng_uniform(&chance, (uint64_t)i) < d->replace)
        from = g->others[rng_below(&which, (uint64_t)i, (uint64_t)g->nothers)];
    images_get(g->im, from, x);
    for (int64_t k = 0; k < count; k++)
        x[k] += (float)d->cast;
    if (d->blur > 0)
        blur(g, x);
    for (int64_t k = 0; d->noise > 0 && k < count; k++)
        x[k] += (float)(d->noise * rng_normal(&noise, (uint64_t)(i * count + k)));
    if (d->cutout > 0)
        cut(g, i, x);
}
