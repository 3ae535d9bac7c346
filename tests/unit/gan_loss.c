/* Losses and penalties of models/gan_loss.h against what is worked out by hand, and by differences.
 */
#include "autograd/ops.h"
#include "autograd/ops_loss.h"
#include "base/mem.h"
#include "check.h"
#include "models/gan_loss.h"

#include <stdlib.h>

static struct memory *memory;
static struct tape *tape;

#define NUMBERS(...)                                                                               \
    column((const float[]){__VA_ARGS__}, sizeof((const float[]){__VA_ARGS__}) / sizeof(float))
/* Logits [n,1]. */
static struct tensor column(const float *v, int64_t n)
{
    struct tensor x = tensor_new(memory, TEN_F32, 2, (int64_t[]){n, 1});
    memcpy(x.f, v, (size_t)n * sizeof *v);
    return x;
}

static void begin(void) { tape = tape_new(memory, 3); }
static void end(void)
{
    tape_free(tape);
    CHECK_INT(memory_used(memory), 0);
}

static double softplus(double x) { return fmax(x, 0) + log1p(exp(-fabs(x))); }

/* ---- Losses ---------------------------------------------------------------------------------- */

static void losses_are_what_their_papers_say(void)
{
    begin();
    struct var *r = tape_input(tape, NUMBERS(2, 0.5f, -1)),
               *f = tape_input(tape, NUMBERS(-3, 0.25f));
    CHECK_NEAR(gan_loss_d(tape, GAN_HINGE, r, f)->v.f[0], 2.5 / 3 + 1.25 / 2, 1e-6);
    CHECK_NEAR(gan_loss_g(tape, GAN_HINGE, f)->v.f[0], 2.75 / 2, 1e-6);
    CHECK_NEAR(gan_loss_d(tape, GAN_NS, r, f)->v.f[0],
               (softplus(-2) + softplus(-0.5) + softplus(1)) / 3 +
                   (softplus(-3) + softplus(0.25)) / 2,
               1e-6);
    CHECK_NEAR(gan_loss_g(tape, GAN_NS, f)->v.f[0], (softplus(3) + softplus(-0.25)) / 2, 1e-6);
    CHECK_NEAR(gan_loss_d(tape, GAN_WGAN, r, f)->v.f[0], -2.75 / 2 - 0.5, 1e-6);
    CHECK_NEAR(gan_loss_g(tape, GAN_WGAN, f)->v.f[0], 2.75 / 2, 1e-6);
    CHECK_NEAR(gan_loss_d(tape, GAN_LSGAN, r, f)->v.f[0],
               ((1 + 0.25 + 4) / 3 + (9 + 0.0625) / 2) / 2, 1e-6);
    CHECK_NEAR(gan_loss_g(tape, GAN_LSGAN, f)->v.f[0], (16 + 0.5625) / 4, 1e-6);
    end();
}

static void logits_of_80_either_way_are_finite_and_so_are_their_gradients(void)
{
    for (int kind = 0; gan_losses[kind]; kind++)
        for (float v = -80; v <= 80; v += 160) {
            begin();
            struct var *r = tape_leaf(tape, NUMBERS(v, -v)), *f = tape_leaf(tape, NUMBERS(v, v));
            struct var *loss = op_add(tape, gan_loss_d(tape, (enum gan_loss)kind, r, f),
                                      gan_loss_g(tape, (enum gan_loss)kind, f));
            CHECK(isfinite(loss->v.f[0]));
            tape_backward(tape, loss);
            CHECK(isfinite(r->grad->v.f[0]) && isfinite(r->grad->v.f[1]) &&
                  isfinite(f->grad->v.f[0]));
            end();
        }
}

/* The mask is strict: at the corner of the hinge nothing comes back. */
static void the_hinge_is_flat_at_its_corner(void)
{
    begin();
    struct var *r = tape_leaf(tape, NUMBERS(1, 0.999f)), *f = tape_leaf(tape, NUMBERS(-1, -0.999f));
    tape_backward(tape, gan_loss_d(tape, GAN_HINGE, r, f));
    CHECK(r->grad->v.f[0] == 0 && r->grad->v.f[1] == -0.5f);
    CHECK(f->grad->v.f[0] == 0 && f->grad->v.f[1] == 0.5f);
    end();
}

/* ---- Penalties on discriminators that are known ---------------------------------------------- */

/* A discriminator <w, x>. */
static struct param weight;
static float w[12], dw[12];

static void make_linear(void)
{
    for (int i = 0; i < 12; i++) {
        w[i] = 0.1f * (float)(i + 1);
        dw[i] = 0;
    }
    weight = (struct param){
        .value = w, .grad = dw, .rank = 2, .dim = {1, 12}, .name = "w", .count = 12, .version = 1};
}

static struct var *linear(struct var *x)
{
    return op_linear(tape, op_reshape(tape, x, DIMS(x->v.dim[0], -1)), tape_param(tape, &weight),
                     NULL);
}

/* [n,2,2,3] */
static struct tensor images(int64_t n, float scale)
{
    struct tensor x = tensor_new(memory, TEN_F32, 4, (int64_t[]){n, 2, 2, 3});
    for (int64_t i = 0; i < tensor_count(&x); i++)
        x.f[i] = scale * sinf((float)i);
    return x;
}

static void r1_of_a_linear_discriminator_is_half_gamma_w_squared_and_its_gradient_gamma_w(void)
{
    double square = 0;
    begin();
    make_linear();
    struct var *x = tape_leaf(tape, images(5, 1));
    struct var *r1 = gan_r1(tape, gan_slopes(tape, linear(x), x), 10);
    for (int i = 0; i < 12; i++)
        square += (double)w[i] * w[i];
    CHECK_NEAR(r1->v.f[0], 5 * square, 1e-5);
    tape_backward(tape, r1);
    for (int i = 0; i < 12; i++)
        CHECK_NEAR(dw[i], 10 * w[i], 1e-5);
    end();
}

/* lambda (n-1)^2 with n = sqrt(1e-4 + |w|^2), wherever the points are; its gradient 2 lambda
 * (n-1)/n w. */
static void a_gradient_penalty_of_a_linear_discriminator_is_closed(void)
{
    double square = 0;
    for (int dragan = 0; dragan < 2; dragan++) {
        begin();
        make_linear();
        square = 0;
        for (int i = 0; i < 12; i++)
            square += (double)w[i] * w[i];
        struct var *real = tape_input(tape, images(4, 1)),
                   *fake = tape_input(tape, images(4, -0.5f));
        struct var *x = dragan ? gan_around(tape, real) : gan_between(tape, real, fake);
        struct var *gp = gan_gp(tape, gan_slopes(tape, linear(x), x), 7);
        const double n = sqrt(1e-4 + square);
        CHECK_NEAR(gp->v.f[0], 7 * (n - 1) * (n - 1), 1e-4);
        tape_backward(tape, gp);
        for (int i = 0; i < 12; i++)
            CHECK_NEAR(dw[i], 2 * 7 * (n - 1) / n * w[i], 1e-4);
        end();
    }
}

static void points_between_two_samples_have_a_share_for_each_sample(void)
{
    begin();
    struct var *real = tape_input(tape, images(3, 0)), *fake = tape_input(tape, images(3, 0));
    tensor_fill(&fake->v, 1);
    const struct var *x = gan_between(tape, real, fake), *again = gan_between(tape, real, fake);
    for (int n = 0; n < 3; n++) {
        for (int i = 1; i < 12; i++)
            CHECK(x->v.f[12 * n + i] == x->v.f[12 * n]);
        CHECK(x->v.f[12 * n] >= 0 && x->v.f[12 * n] < 1 && x->v.f[12 * n] != again->v.f[12 * n]);
    }
    CHECK(x->v.f[0] != x->v.f[12] && x->v.f[12] != x->v.f[24]);
    end();
}

static void points_around_a_sample_stay_in_the_range_of_images(void)
{
    begin();
    struct var *real = tape_input(tape, images(50, 1));
    const struct var *x = gan_around(tape, real);
    double far = 0;
    for (int64_t i = 0; i < tensor_count(&x->v); i++) {
        CHECK(x->v.f[i] >= -1 && x->v.f[i] <= 1);
        far = fmax(far, fabs(x->v.f[i] - real->v.f[i]));
    }
    CHECK(far > 0.3 && far <= 0.354); /* half of sqrt(1/2), the deviation of sines */
    end();
}

/* ---- Against differences --------------------------------------------------------------------- */

static struct model *small_discriminator(void)
{
    struct ten_err e = {0};
    json_t *config = json_pack("{s:s, s:[i,i,i], s:i, s:b}", "family", "dcgan_discriminator", "in",
                               8, 8, 2, "width", 4, "spectral", 0);
    struct model *d = model_new(config, memory, &e);
    json_decref(config);
    model_init(d, 5);
    for (int64_t i = 0; i < d->params->trained; i++)
        d->params->values[i] *= 10;                     /* slopes that count */
    params_changed(d->params);
    return d;
}

/* Of a discriminator of leaky relus, at images that are not near a corner for steps this small. */
static double penalty_of(struct model *d, bool r1, bool back)
{
    struct tensor v = tensor_new(memory, TEN_F32, 4, (int64_t[]){3, 8, 8, 2});
    for (int64_t i = 0; i < tensor_count(&v); i++)
        v.f[i] = cosf(1.7f * (float)i);
    struct var *x = tape_leaf(tape, v), *slopes = gan_slopes(tape, gan_logits(d, tape, x, NULL), x);
    struct var *p = r1 ? gan_r1(tape, slopes, 2) : gan_gp(tape, slopes, 2);
    const double value = p->v.f[0];
    if (back)
        tape_backward(tape, p);
    tape_clear(tape);
    return value;
}

static void penalties_agree_with_differences_in_every_weight(void)
{
    for (int r1 = 0; r1 < 2; r1++) {
        begin();
        struct model *d = small_discriminator();
        double worst = 0, size = 0;
        penalty_of(d, r1, true);
        for (int64_t i = 0; i < d->params->trained; i += 13) {
            const float kept = d->params->values[i], h = 1e-3f;
            d->params->values[i] = kept + h;
            const double up = penalty_of(d, r1, false);
            d->params->values[i] = kept - h;
            const double down = penalty_of(d, r1, false);
            d->params->values[i] = kept;
            worst = fmax(worst, fabs((up - down) / (2 * h) - d->params->grads[i]));
            size = fmax(size, fabs(d->params->grads[i]));
        }
        CHECK(size > 0.01);
        CHECK_NEAR(worst / size, 0, 5e-3);
        model_free(d);
        end();
    }
}

/* grad = 2 s (W W' without its diagonal) W, worked out by hand for two rows. */
static void orthogonal_regularisation_pushes_rows_apart(void)
{
    begin();
    struct params *ps = params_new(memory);
    struct param *p = params_add(ps, "w", PARAMS_MAIN, 2, (int64_t[]){2, 2});
    params_add(ps, "bias", PARAMS_MAIN, 1, (int64_t[]){2});
    params_seal(ps);
    memcpy(p->value, (const float[]){1, 2, 3, -1}, 4 * sizeof(float));
    struct var *loss = gan_orthogonal(tape, ps, 0.1);   /* rows' product: 1 */
    CHECK_NEAR(loss->v.f[0], 0.1 / 2 * 2, 1e-6);
    tape_backward(tape, loss);
    const double want[4] = {2 * 0.1 * 3, 2 * 0.1 * -1, 2 * 0.1 * 1, 2 * 0.1 * 2};
    for (int i = 0; i < 4; i++)
        CHECK_NEAR(p->grad[i], want[i], 1e-6);
    tape_clear(tape);
    params_free(ps);
    end();
}

/* y = a w: the gradient of sum(y noise)/sqrt(HW) in w is a noise/sqrt(HW), whose length over many
 * pixels is near |a|. */
static void path_lengths_are_those_of_the_slope(void)
{
    begin();
    struct tensor v = tensor_new(memory, TEN_F32, 3, (int64_t[]){2, 1, 64});
    tensor_fill(&v, 0.5f);
    struct var *wide = tape_leaf(tape, v);
    struct var *y = op_scale(tape, op_reshape(tape, wide, DIMS(2, 8, 8, 1)), 3);
    const struct var *lengths = gan_path_lengths(tape, y, wide);
    CHECK_INT(lengths->v.dim[0], 2);
    CHECK_NEAR(lengths->v.f[0], 3, 0.9);
    CHECK_NEAR(lengths->v.f[1], 3, 0.9);
    CHECK(lengths->v.f[0] != lengths->v.f[1]);
    end();
}

int main(void)
{
    memory = memory_new();
    RUN(losses_are_what_their_papers_say);
    RUN(logits_of_80_either_way_are_finite_and_so_are_their_gradients);
    RUN(the_hinge_is_flat_at_its_corner);
    RUN(r1_of_a_linear_discriminator_is_half_gamma_w_squared_and_its_gradient_gamma_w);
    RUN(a_gradient_penalty_of_a_linear_discriminator_is_closed);
    RUN(points_between_two_samples_have_a_share_for_each_sample);
    RUN(points_around_a_sample_stay_in_the_range_of_images);
    RUN(penalties_agree_with_differences_in_every_weight);
    RUN(orthogonal_regularisation_pushes_rows_apart);
    RUN(path_lengths_are_those_of_the_slope);
    memory_free(memory);
    return check_report();
}
