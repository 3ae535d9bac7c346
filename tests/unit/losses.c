/*
 * Losses (autograd/ops_loss.h).  Stored values come from torch.nn.functional of PyTorch 1.13 in f64 for the
 * x, y and incoming gradients g below: the loss with reduction='none', its gradient by autograd.grad(loss,
 * x, g), and the gradient of the sum of squares of that.  binary_cross_entropy_with_logits, l1_loss,
 * mse_loss, huber_loss, smooth_l1_loss, relu(1-x), relu(1+x); kl_div with log_target over log_softmax(./3),
 * times 9; cosine_similarity.
 */
#include "check.h"
#include "levels.h"

#include "autograd/op.h"
#include "autograd/ops.h"
#include "autograd/ops_loss.h"

typedef struct var *(*loss_op)(struct tape *t, struct var *x, struct var *y);

enum { PAIRS = 8, ROWS = 2, CLASSES = 3, LONGEST = 8 };
struct reference {
    const char *name;
    loss_op op;
    float value[LONGEST], dx[LONGEST], dy[LONGEST], twice[LONGEST];     /* twice: of the squares of dx */
};

static struct memory *memory;

static struct var *leaf(struct tape *t, const float *x, int rank, const int64_t *dim)
{
    struct tensor v = tensor_new(memory, TEN_F32, rank, dim);
    memcpy(v.f, x, dims_count(rank, dim) * sizeof *x);
    return tape_leaf(t, v);
}

static void expect(const char *name, const char *what, const struct var *got, const float *want)
{
    for (int64_t i = 0; i < tensor_count(&got->v); i++)
        if (!(fabsf(got->v.f[i] - want[i]) <= 4e-6f * (fabsf(want[i]) + 1))) {
            check_bad++;
            printf("%s: %s [%d]: %.9g, expected %.9g\n", name, what, (int)i, got->v.f[i], want[i]);
        }
}

/* Loss, gradients by both, and the gradient of the squares of the first. */
static void compare(const struct reference *r, const float *x, const float *y, const float *g, int rank,
                    const int64_t *dim)
{
    struct tape *t = tape_new(memory, 0);
    struct var *in[2] = {leaf(t, x, rank, dim), leaf(t, y, rank, dim)}, *d[2], *dd;
    struct var *loss = r->op(t, in[0], in[1]), *dloss = tape_stop(t, leaf(t, g, 1, loss->v.dim));
    expect(r->name, "value", loss, r->value);
    tape_grad(t, loss, dloss, in, 2, false, d);
    expect(r->name, "gradient by x, kernel", d[0], r->dx);
    if (d[1])
        expect(r->name, "gradient by y, kernel", d[1], r->dy);
    tape_grad(t, loss, dloss, in, 2, true, d);
    expect(r->name, "gradient by x, recorded", d[0], r->dx);
    tape_grad(t, op_sum_all(t, op_square(t, d[0])), NULL, in, 1, false, &dd);
    if (dd)
        expect(r->name, "gradient of squares", dd, r->twice);
    else
        for (int i = 0; i < LONGEST; i++)
            CHECK_NEAR(r->twice[i], 0, 0);
    tape_free(t);
}

/* ---- Pairs ----------------------------------------------------------------------------------- */

static const float px[PAIRS] = {0.5f, -1.25f, 3, -20, 30, 0, -0.75f, 2.5f};
static const float py[PAIRS] = {1, 0, 0.25f, 1, 1, 0.5f, 1, 0},
                   pg[PAIRS] = {1, -2, 0.5f, 3, 0.25f, 1.5f, -1, 2};

static struct var *huber(struct tape *t, struct var *x, struct var *y) { return op_huber(t, x, y, 1.5f); }
static struct var *smooth(struct tape *t, struct var *x, struct var *y)
{
    return op_smooth_l1(t, x, y, 0.7f);
}
static struct var *real(struct tape *t, struct var *x, struct var *y) { (void)y; return op_hinge_real(t, x); }
static struct var *fake(struct tape *t, struct var *x, struct var *y) { (void)y; return op_hinge_fake(t, x); }

static const struct reference pairs[] = {
    {"bce",
     op_bce,
     {0.474076984f, 0.251929081f, 2.29858735f, 20, 9.34807787e-14f, 0.693147181f, 1.13687101f, 2.57888973f},
     {-0.377540669f, -0.445400278f, 0.351287063f, -3, -2.33701947e-14f, 0, 0.679178699f, 1.84828364f},
     {-0.5f, -2.5f, -1.5f, 60, -7.5f, 0, -0.75f, -5},
     {-0.177446917f, 0.308403681f, 0.0158699761f, -3.7100765e-08f, 0, 0, -0.295979277f, 0.51828621f}},
    {"l1",
     op_l1,
     {0.5f, 1.25f, 2.75f, 21, 29, 0.5f, 1.75f, 2.5f},
     {-1, 2, 0.5f, -3, 0.25f, -1.5f, 1, 2},
     {1, -2, -0.5f, 3, -0.25f, 1.5f, -1, -2},
     {0}},
    {"l2",
     op_l2,
     {0.25f, 1.5625f, 7.5625f, 441, 841, 0.25f, 3.0625f, 6.25f},
     {-1, 5, 2.75f, -126, 14.5f, -1.5f, 3.5f, 10},
     {1, -5, -2.75f, 126, -14.5f, 1.5f, -3.5f, -10},
     {-4, -40, 5.5f, -1512, 14.5f, -9, -14, 80}},
    {"huber",
     huber,
     {0.125f, 0.78125f, 3, 30.375f, 42.375f, 0.125f, 1.5f, 2.625f},
     {-0.5f, 2.5f, 0.75f, -4.5f, 0.375f, -0.75f, 1.5f, 3},
     {0.5f, -2.5f, -0.75f, 4.5f, -0.375f, 0.75f, -1.5f, -3},
     {-1, -10, 0, 0, 0, -2.25f, 0, 0}},
    {"smooth_l1",
     smooth,
     {0.178571429f, 0.9f, 2.4f, 20.65f, 28.65f, 0.178571429f, 1.4f, 2.15f},
     {-0.714285714f, 2, 0.5f, -3, 0.25f, -1.07142857f, 1, 2},
     {0.714285714f, -2, -0.5f, 3, -0.25f, 1.07142857f, -1, -2},
     {-2.04081633f, 0, 0, 0, 0, -4.59183673f, 0, 0}},
    {"hinge_real", real, {0.5f, 2.25f, 0, 21, 0, 1, 1.75f, 0}, {-1, 2, 0, -3, 0, -1.5f, 1, 0}, {0}, {0}},
    {"hinge_fake", fake, {1.5f, 0, 4, 0, 31, 1, 0.25f, 3.5f}, {1, 0, 0.5f, 0, 0.25f, 1.5f, -1, 2}, {0}, {0}},
};

static void pairs_and_their_two_derivatives_are_those_of_pytorch(void)
{
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
        compare(&pairs[i], px, py, pg, 1, (int64_t[]){PAIRS});
}

/* ---- Rows ------------------------------------------------------------------------------------ */

static const float rx[] = {0.5f, -1, 2, 1, 1, -3}, ry[] = {1.5f, 0.25f, -0.5f, 0, 2, 0.5f}, rg[] = {1, -0.5f};
/* log_softmax of both */
static const float lx[] = {-1.7413113f,   -3.2413113f,   -0.241311297f,
                           -0.702263321f, -0.702263321f, -4.70226332f};
static const float ly[] = {-0.351951864f, -1.60195186f,  -2.35195186f,
                           -2.30635571f,  -0.306355712f, -1.80635571f};

static struct var *distilled(struct tape *t, struct var *x, struct var *y)
{
    return op_distillation(t, x, y, 3);
}
static struct var *cosine(struct tape *t, struct var *x, struct var *y) { return op_cosine(t, x, y, 1e-8f); }

static void divergences_and_cosines_are_those_of_pytorch(void)
{
    static const struct reference logs = {"divergence", op_divergence, {1.10659395f, 0.607289382f},
        {-0.703313976f, -0.201502828f, -0.0951831961f, 0.049811824f, 0.368062362f, 0.0821258138f},
        {1.68046988f, 0.531838389f, -0.105714319f, 0.0300909439f, -0.513781052f, -0.319954583f}, {0}};
    static const struct reference logits = {"distillation", distilled, {1.38519833f, 1.28276872f},
        {-0.459209664f, -0.351306527f, 0.810516191f, -0.299386307f, 0.0449025136f, 0.254483794f},
        {0.345762084f, 0.303796889f, -0.649558973f, 0.270143776f, 0.0544584958f, -0.324602272f},
        {-0.407462265f, -0.206928527f, 0.614390792f, 0.0956868935f, -0.0564112053f, -0.0392756882f}};
    static const struct reference angle = {"cosine", cosine, {-0.136319635f, 0.0731272424f},
        {0.421941728f, 0.0421941728f, -0.0843883457f, 0.00332396556f, -0.142930519f, -0.0465355179f},
        {0.216116495f, -0.259339794f, 0.518679588f, -0.0731272424f, -0.0559208324f, 0.22368333f},
        {-0.0136949863f, 0.0734051267f, -0.146810253f, -0.00408803642f, -0.00506032616f, 0.0120210368f}};
    compare(&logs, lx, ly, rg, 2, (int64_t[]){ROWS, CLASSES});
    compare(&logits, rx, ry, rg, 2, (int64_t[]){ROWS, CLASSES});
    compare(&angle, rx, ry, rg, 2, (int64_t[]){ROWS, CLASSES});
}

/* ---- Ends of the range ----------------------------------------------------------------------- */

static void bce_of_confident_logits_neither_overflows_nor_loses_what_is_small(void)
{
    struct tape *t = tape_new(memory, 0);
    const float x[] = {30, -30, 1e4f, -1e4f, 1e4f, -1e4f}, y[] = {1, 0, 1, 0, 0, 1};
    struct var *in = leaf(t, x, 1, (int64_t[]){6}), *loss = op_bce(t, in, leaf(t, y, 1, (int64_t[]){6})), *d;
    const double want[] = {9.3576229688e-14, 9.3576229688e-14, 0, 0, 1e4, 1e4};
    for (int i = 0; i < 6; i++)
        CHECK_NEAR(loss->v.f[i], want[i], 1e-6 * want[i]);
    tape_grad(t, loss, NULL, &in, 1, false, &d);
    CHECK_NEAR(d->v.f[4], 1, 0);
    CHECK_NEAR(d->v.f[5], -1, 0);
    tape_free(t);
}

static void l1_is_flat_where_both_agree_and_nan_stays_nan(void)
{
    struct tape *t = tape_new(memory, 0);
    const float x[] = {2, NAN}, y[] = {2, 1};
    struct var *in = leaf(t, x, 1, (int64_t[]){2}), *loss = op_l1(t, in, leaf(t, y, 1, (int64_t[]){2})), *d;
    tape_grad(t, loss, NULL, &in, 1, false, &d);
    CHECK_NEAR(d->v.f[0], 0, 0);
    CHECK(isnan(loss->v.f[1]) && isnan(d->v.f[1]));
    tape_free(t);
}

static void classes_without_probability_add_nothing_to_a_divergence(void)
{
    struct tape *t = tape_new(memory, 0);
    const float q[] = {-INFINITY, -0.693147181f, -0.693147181f}, p[] = {-INFINITY, -INFINITY, 0};
    struct var *in[2] = {leaf(t, q, 2, (int64_t[]){1, 3}), leaf(t, p, 2, (int64_t[]){1, 3})}, *d[2];
    struct var *loss = op_divergence(t, in[0], in[1]);
    CHECK_NEAR(loss->v.f[0], 0.693147181, 1e-7);
    tape_grad(t, loss, NULL, in, 2, false, d);
    for (int i = 0; i < 2; i++) {
        CHECK_NEAR(d[0]->v.f[i], 0, 0);
        CHECK_NEAR(d[1]->v.f[i], 0, 0);
    }
    tape_free(t);
}

static void logits_of_thousands_have_a_finite_divergence(void)
{
    struct tape *t = tape_new(memory, 0);
    const float x[] = {5000, 4999}, y[] = {-5000, -5000};
    struct var *loss =
        op_distillation(t, leaf(t, x, 2, (int64_t[]){1, 2}), leaf(t, y, 2, (int64_t[]){1, 2}), 1);
    /* ln(1/2) - (ln q0 + ln q1)/2 with q = (1, 1/e) / (1 + 1/e) */
    CHECK_NEAR(loss->v.f[0], log(0.5) + log(1 + exp(-1)) + 0.5, 1e-3);
    tape_free(t);
}

static void rows_of_zeros_have_cosine_0_and_a_finite_gradient(void)
{
    struct tape *t = tape_new(memory, 0);
    const float x[] = {0, 0}, y[] = {3, 4};
    struct var *in = leaf(t, x, 2, (int64_t[]){1, 2}),
               *c = op_cosine(t, in, leaf(t, y, 2, (int64_t[]){1, 2}), 1e-3f), *d;
    CHECK_NEAR(c->v.f[0], 0, 0);
    tape_grad(t, c, NULL, &in, 1, false, &d);
    CHECK_NEAR(d->v.f[0], 600, 1e-3);                   /* y / (eps |y|) */
    CHECK_NEAR(d->v.f[1], 800, 1e-3);
    tape_free(t);
}

/* ---- Means, and penalties on gradients ------------------------------------------------------- */

static void the_gradient_of_a_mean_is_that_of_its_elements(void)
{
    struct tape *t = tape_new(memory, 0);
    struct var *in[2] = {leaf(t, px, 2, (int64_t[]){2, 4}), leaf(t, py, 2, (int64_t[]){2, 4})}, *d[2];
    tape_grad(t, op_mean_all(t, op_l2(t, in[0], in[1])), NULL, in, 2, false, d);
    for (int i = 0; i < PAIRS; i++) {
        CHECK_NEAR(d[0]->v.f[i], 2 * (px[i] - py[i]) / PAIRS, 1e-6);
        CHECK_NEAR(d[1]->v.f[i], -2 * (px[i] - py[i]) / PAIRS, 1e-6);
    }
    tape_free(t);
}

/*
 * R1 (Mescheder, Geiger and Nowozin, 2018) of the logit D = w x^2: penalty |dD/dx|^2 / 2 = 2 w^2 x^2, whose
 * derivative by w is 4 w x^2; and of its loss softplus(-D), s = sigmoid(-D): penalty (2 s w x)^2 / 2,
 * derivative by w 4 s x^2 w (s + w s'), s' = -s (1 - s) x^2.
 */
static void penalties_reach_weights_through_the_gradient(void)
{
    const float x0 = 1.5f, w0 = -0.4f;
    for (int through_loss = 0; through_loss < 2; through_loss++) {
        struct tape *t = tape_new(memory, 0);
        struct var *x = leaf(t, &x0, 0, NULL), *w = leaf(t, &w0, 0, NULL), *d, *dw;
        struct var *D = op_mul(t, w, op_square(t, x)),
                   *one = tape_input(t, tensor_new(memory, TEN_F32, 0, NULL));
        one->v.f[0] = 1;
        tape_grad(t, through_loss ? op_bce(t, D, one) : D, NULL, &x, 1, true, &d);
        tape_grad(t, op_scale(t, op_square(t, d), 0.5f), NULL, &w, 1, false, &dw);
        const double x2 = x0 * x0, s = 1 / (1 + exp(w0 * x2)), slope = -s * (1 - s) * x2;
        CHECK_NEAR(dw->v.f[0], through_loss ? 4 * s * x2 * w0 * (s + w0 * slope) : 4 * w0 * x2, 1e-5);
        tape_free(t);
    }
}

static int tests(void)
{
    memory = memory_new();
    RUN(pairs_and_their_two_derivatives_are_those_of_pytorch);
    RUN(divergences_and_cosines_are_those_of_pytorch);
    RUN(bce_of_confident_logits_neither_overflows_nor_loses_what_is_small);
    RUN(l1_is_flat_where_both_agree_and_nan_stays_nan);
    RUN(classes_without_probability_add_nothing_to_a_divergence);
    RUN(logits_of_thousands_have_a_finite_divergence);
    RUN(rows_of_zeros_have_cosine_0_and_a_finite_gradient);
    RUN(the_gradient_of_a_mean_is_that_of_its_elements);
    RUN(penalties_reach_weights_through_the_gradient);
    CHECK_INT(memory_used(memory), 0);
    memory_free(memory);
    return check_report();
}

int main(int argc, char **argv)
{
    (void)argc;
    return at_every_level(argv, tests);
}
