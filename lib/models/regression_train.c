#include "models/regression.h"
#include "autograd/ops.h"
#include "base/fail.h"
#include "base/mem.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- The network ------------------------------------------------------------------------------------- */

/* How many features the records of names are. */
static int64_t width_of(const char *names, const struct samples *s, struct ten_err *e)
{
    const int64_t first = 0;
    struct table t;
    const struct regression r = {.x = names, .y = ""};
    if (table_of_samples(&t, &r, s, &first, 1, e) < 0)
        return -1;
    const int64_t f = t.f;
    table_free(&t);
    return f;
}

json_t *regression_config(const struct regression *r, const struct trainer_options *o, const char *base,
                          const struct samples *s, struct ten_err *e)
{
    json_t *config = o->network.config || o->network.config_file ? network_config(&o->network, e) : json_object();
    const int64_t f = config ? width_of(r->x, s, e) : -1;
    const int64_t side = f >= 0 && r->side ? width_of(r->side, s, e) : 0;
    if (f < 0 || side < 0) {
        json_decref(config);
        return NULL;
    }
    const char *family = json_string_value(json_object_get(config, "family"));
    if (!json_object_get(config, "in"))
        json_object_set_new(config, "in", json_pack("[I]", (json_int_t)(f + side)));
    if (side > 0 && !json_object_get(config, "side"))
        json_object_set_new(config, "side", json_integer(side));
    if (!family || strcmp(family, "mlp") == 0) {
        json_t *more = json_loads(base, 0, NULL);
        json_object_update_missing(config, more);
        json_decref(more);
    }
    return config;
}

/* ---- Samples ----------------------------------------------------------------------------------------- */

static int check(void *ctx, const struct model *m, const struct samples *s, struct ten_err *e)
{
    const struct regression *r = ctx;
    const int64_t first = 0;
    struct table t;
    if (samples_need(s, r->y, e) < 0 || table_of_samples(&t, r, s, &first, 1, e) < 0)
        return -1;
    const int rc = regression_fits(m, t.f, e);
    table_free(&t);
    return rc;
}

static struct var *input(void *ctx, struct tape *tape, const struct samples *s, const struct batch *b)
{
    const struct regression *r = ctx;
    const struct model *m = r->model;
    int64_t dim[TEN_MAX_RANK] = {b->n};
    struct ten_err ignored;             /* check() has found all of it */
    struct table t;
    memcpy(dim + 1, m->in, (size_t)m->in_rank * sizeof *dim);
    struct tensor x = tensor_new(tape_memory(tape), TEN_F32, m->in_rank + 1, dim);
    if (table_of_samples(&t, r, s, b->sample, b->n, &ignored) == 0)
        memcpy(x.f, t.x, (size_t)(t.n * t.f) * sizeof *x.f);
    table_free(&t);
    return tape_input(tape, x);
}

/* ---- Scales ------------------------------------------------------------------------------------------ */

/* Of column c of n rows: mean and deviation, 1 where all are the same. */
static void learn_column(float *mean, float *std, const float *x, int64_t n, int64_t f)
{
    double sum = 0, squares = 0;
    for (int64_t i = 0; i < n; i++)
        sum += (double)x[i * f];
    sum /= (double)n;
    for (int64_t i = 0; i < n; i++)
        squares += ((double)x[i * f] - sum) * ((double)x[i * f] - sum);
    *mean = (float)sum;
    *std = squares > 0 ? (float)sqrt(squares / (double)n) : 1;
}

/* Scales NAME.mean and NAME.std of columns first .. first + how many the model keeps; how many. */
static int64_t learn_scale(struct model *m, const char *mean, const char *std, const float *x, int64_t n,
                           int64_t f)
{
    struct param *mu = params_find(m->params, mean), *sigma = params_find(m->params, std);
    if (!mu || !sigma)
        return 0;
    for (int64_t c = 0; c < mu->count; c++)
        learn_column(&mu->value[c], &sigma->value[c], x + c, n, f);
    return mu->count;
}

static int learn(void *ctx, struct model *m, const struct samples *train, struct ten_err *e)
{
    const struct regression *r = ctx;
    struct table t;
    if (table_of_samples(&t, r, train, NULL, 0, e) < 0)
        return -1;
    for (int64_t i = 0; i < t.n; i++)
        if (!isfinite(t.y[i])) {
            const double y = t.y[i];
            table_free(&t);
            return fail(e, TEN_E_DATA, "sample %lld: %.60s: %g: expected a finite target", (long long)i, r->y, y);
        }
    const int64_t side = learn_scale(m, "in.mean", "in.std", t.x, t.n, t.f);
    learn_scale(m, "side.mean", "side.std", t.x + side, t.n, t.f);
    float *y = xmalloc((size_t)(t.n + 1) * sizeof *y);
    for (int64_t i = 0; i < t.n; i++)
        y[i] = (float)t.y[i];
    learn_scale(m, "out.mean", "out.std", y, t.n, 1);
    free(y);
    table_free(&t);
    params_changed(m->params);
    return 0;
}

/* ---- Losses ------------------------------------------------------------------------------------------ */

static float unit_of(const struct regression *r)
{
    const struct param *std = params_find(r->model->params, "out.std");
    return std ? std->value[0] : 1;
}

/* Targets of a batch, [N,1]. */
static struct tensor targets(struct tape *t, const struct batch *b)
{
    struct tensor y = tensor_new(tape_memory(t), TEN_F32, 2, (int64_t[]){b->n, 1});
    for (int64_t i = 0; i < b->n; i++)
        y.f[i] = b->label->type == TEN_F32 ? b->label->f[i] : (float)b->label->i[i];
    return y;
}

static struct var *pointwise(const struct regression *r, struct tape *t, struct var *out, struct tensor y,
                             double *score)
{
    const float unit = unit_of(r);
    for (int64_t i = 0; i < y.dim[0]; i++)
        *score += ((double)out->v.f[i] - (double)y.f[i]) * ((double)out->v.f[i] - (double)y.f[i]);
    struct var *d = op_scale(t, op_sub(t, out, tape_input(t, y)), 1 / unit);
    if (r->loss == REGRESSION_MSE)
        return op_mean_all(t, op_square(t, d));
    const float beta = (float)r->beta;
    struct var *a = op_abs(t, d), *c = op_clamp(t, a, 0, beta);       /* c (a - c / 2) / beta is both pieces */
    return op_scale(t, op_mean_all(t, op_mul(t, c, op_sub(t, a, op_scale(t, c, 0.5f)))), 1 / beta);
}

/* weight [N,N]: 1/pairs where sample i is above sample j.  *score: N times the share that out orders so. */
static struct tensor pair_weights(struct tape *t, const struct tensor *out, const struct tensor *y,
                                  double *score)
{
    const int64_t n = y->dim[0];
    struct tensor w = tensor_new(tape_memory(t), TEN_F32, 2, (int64_t[]){n, n});
    double right = 0;
    int64_t pairs = 0;
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < n; j++)
            if ((w.f[i * n + j] = y->f[i] > y->f[j]) > 0) {
                pairs++;
                right += out->f[i] > out->f[j] ? 1 : out->f[i] == out->f[j] ? 0.5 : 0;
            }
    for (int64_t i = 0; i < n * n; i++)
        w.f[i] /= (float)(pairs > 0 ? pairs : 1);
    *score = pairs > 0 ? right / (double)pairs * (double)n : (double)n;
    return w;
}

static struct var *ranking(const struct regression *r, struct tape *t, struct var *out, struct tensor y,
                           double *score)
{
    const int64_t n = y.dim[0];
    struct tensor weights = pair_weights(t, &out->v, &y, score);
    struct var *s = op_scale(t, op_reshape(t, out, DIMS(n, 1)), 1 / unit_of(r));
    struct var *below = op_softplus(t, op_sub(t, op_reshape(t, s, DIMS(1, n)), s));
    tensor_drop(&y);
    return op_sum_all(t, op_mul(t, tape_input(t, weights), below));
}

static struct var *loss(void *ctx, struct tape *t, struct var *out, const struct batch *b, double *score)
{
    const struct regression *r = ctx;
    const tape_scope s = tape_open(t);
    *score = 0;
    out = op_reshape(t, out, DIMS(b->n, 1));
    return tape_close(t, s, r->loss == REGRESSION_RANK ? ranking(r, t, out, targets(t, b), score)
                                                       : pointwise(r, t, out, targets(t, b), score));
}

struct objective regression_objective(struct regression *r, struct model *m)
{
    const bool rank = r->loss == REGRESSION_RANK;
    r->model = m;
    return (struct objective){
        .score = rank ? "pairwise" : "rmse", .higher = rank, .root = !rank, .loss = loss, .ctx = r,
        .check = check, .input = input, .learn = learn,
    };
}

struct feeder_options regression_feed(const struct regression *r)
{
    return (struct feeder_options){.image = "", .label = r->y};     /* no record has that name: no images */
}
