#include "models/regression.h"

#include "autograd/ops.h"
#include "tests/unit/check.h"

#include <jansson.h>

/* The loss of predictions got [n] beside targets want [n], and its gradient; *score as the trainer gets it. */
static double loss_of(struct regression r, const char *config, int64_t n, const float *got, const float *want, float *gradient, double *score)
{
    struct memory *memory = memory_new();
    struct ten_err e = {0};
    json_t *json = json_loads(config, 0, NULL);
    struct model *m = model_new(json, memory, &e);
    struct tape *t = tape_new(memory, 0);
    const struct objective o = regression_objective(&r, m);

    CHECK_STR(e.text, "");
    model_init(m, 0);
    if (params_find(m->params, "out.std"))
        params_find(m->params, "out.std")->value[0] = 4;
    const struct tensor label = tensor_over((float *)want, TEN_F32, 1, &n);
    const struct batch b = {.n = n, .label = &label};
    struct var *out = tape_leaf(t, tensor_over((float *)got, TEN_F32, 2, (int64_t[]){n, 1}));
    struct var *loss = o.loss(o.ctx, t, out, &b, score);
    const double value = loss->v.f[0];
    tape_backward(t, loss);
    for (int64_t i = 0; i < n; i++)
        gradient[i] = out->grad->v.f[i];
    tape_free(t);
    model_free(m);
    json_decref(json);
    memory_free(memory);
    return value;
}

static const char plain[] = "{\"family\": \"mlp\", \"in\": [2], \"hidden\": [3]}";
static const char standard[] = "{\"family\": \"mlp\", \"in\": [2], \"hidden\": [3], \"standardize\": true}";

/* Differences 1 and -3: (1 + 9) / 2; in units of 4, a 16th. */
static void mean_squares_are_in_units_of_the_targets_deviation(void)
{
    const float got[] = {3, 4}, want[] = {2, 7};
    float g[2];
    double score;

    CHECK_NEAR(loss_of((struct regression){.loss = REGRESSION_MSE}, plain, 2, got, want, g, &score), 5, 1e-6);
    CHECK_NEAR(score, 10, 1e-6);
    CHECK_NEAR(g[0], 1, 1e-6);
    CHECK_NEAR(g[1], -3, 1e-6);
    CHECK_NEAR(loss_of((struct regression){.loss = REGRESSION_MSE}, standard, 2, got, want, g, &score), 5.0 / 16, 1e-6);
    CHECK_NEAR(score, 10, 1e-6);                        /* the score is in the targets' own */
}

/* beta 2: 1 / 4 below it, 3 - 1 above; slopes d / beta and the sign, halved by the mean. */
static void smooth_l1_is_a_parabola_and_then_a_line(void)
{
    const float got[] = {3, 4}, want[] = {2, 7};
    float g[2];
    double score;

    CHECK_NEAR(loss_of((struct regression){.loss = REGRESSION_SMOOTH_L1, .beta = 2}, plain, 2, got, want, g, &score), (0.25 + 2) / 2, 1e-6);
    CHECK_NEAR(g[0], 0.25, 1e-6);
    CHECK_NEAR(g[1], -0.5, 1e-6);
}

/* Targets 1, 2, 2: two pairs, (1,0) with 0.5 - 1 and (2,0) with 3 - 1. */
static void ranking_asks_for_the_order_of_pairs_that_differ(void)
{
    const float got[] = {1, 0.5f, 3}, want[] = {1, 2, 2};
    const double a = 1 / (1 + exp(-0.5)), b = 1 / (1 + exp(2.0));
    float g[3];
    double score;

    CHECK_NEAR(loss_of((struct regression){.loss = REGRESSION_RANK}, plain, 3, got, want, g, &score), (log1p(exp(0.5)) + log1p(exp(-2.0))) / 2, 1e-6);
    CHECK_NEAR(score, 3 * 0.5, 1e-12);                  /* one of two, for each sample */
    CHECK_NEAR(g[0], (a + b) / 2, 1e-6);
    CHECK_NEAR(g[1], -a / 2, 1e-6);
    CHECK_NEAR(g[2], -b / 2, 1e-6);
}

static void a_batch_without_pairs_asks_for_nothing(void)
{
    float g[2];
    double score;

    CHECK_NEAR(loss_of((struct regression){.loss = REGRESSION_RANK}, plain, 2, (float[]){1, 2}, (float[]){5, 5}, g, &score), 0, 0);
    CHECK_NEAR(score, 2, 0);
    CHECK(g[0] == 0 && g[1] == 0);
}

int main(void)
{
    RUN(mean_squares_are_in_units_of_the_targets_deviation);
    RUN(smooth_l1_is_a_parabola_and_then_a_line);
    RUN(ranking_asks_for_the_order_of_pairs_that_differ);
    RUN(a_batch_without_pairs_asks_for_nothing);
    return check_report();
}
