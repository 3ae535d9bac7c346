/* lib/tensor/quantize.h, calibrate.h and op_quantize: the definition in plain C, values by PyTorch, closed
 * forms. */
#include "check.h"
#include "levels.h"

#include "autograd/ops.h"
#include "autograd/ops_compress.h"
#include "base/mem.h"
#include "tensor/calibrate.h"
#include "tensor/quantize.h"

#include <omp.h>
#include <stdlib.h>

static float *numbers(int64_t n, uint64_t seed)
{
    float *x = xmalloc(sizeof *x * (n + 1));
    rng_fill_normal(&(struct rng){seed, 0}, 0, x, n, 0, 1);
    return x;
}

static const int64_t shapes[][3] = {{1, 1, 1},     {3, 5, 7}, {1, 64, 9}, {700, 33, 1}, {2, 3, 20000},
                                    {1, 1, 50001}, {0, 3, 4}, {5, 1, 7},  {40, 128, 1}};
enum { SHAPES = sizeof shapes / sizeof shapes[0] };

static struct quantizer *some_quantizers(int64_t chans, int bits)
{
    struct quantizer *q = xmalloc(sizeof *q * (chans + 1));
    for (int64_t c = 0; c < chans; c++) {
        const float range = 0.5f + 0.03f * (float)c;
        q[c] = c % 3 == 0   ? quantizer_symmetric(range, bits)
               : c % 3 == 1 ? quantizer_unsigned(range, bits)
                            : quantizer_affine(-0.3f, range, bits);
    }
    return q;
}

static float plain(float x, struct quantizer q)
{
    const float inverse = 1 / q.step, v = x * inverse, lo = rintf(q.lo * inverse), hi = rintf(q.hi * inverse);
    return q.step * rintf(v < lo ? lo : v > hi ? hi : v);
}

static void every_number_goes_to_the_nearest_level(void)
{
    for (int i = 0; i < SHAPES; i++)
        for (int bits = 2; bits <= 8; bits += 3) {
            const int64_t chans = shapes[i][1], inner = shapes[i][2], n = shapes[i][0] * chans * inner;
            struct quantizer *q = some_quantizers(chans, bits);
            const struct quantize s = {shapes[i][0], chans, inner, q};
            float *x = numbers(n, 1), *y = numbers(n, 2), *again = numbers(n, 3);
            int32_t *code = xmalloc(sizeof *code * (n + 1));
            int64_t bad = 0;
            quantize_fake(&s, y, x);
            quantize_fake(&s, again, y);
            quantize_codes(&s, code, x);
            for (int64_t k = 0; k < n; k++) {
                const struct quantizer *l = &q[k / inner % chans];
                const bool inside = x[k] >= l->lo && x[k] <= l->hi;
                bad += y[k] != plain(x[k], *l) || y[k] != l->step * (float)code[k];
                bad += inside && !(fabsf(y[k] - x[k]) <= 0.5001f * l->step);
            }
            CHECK_INT(bad, 0);
            CHECK_BYTES(again, y, n * sizeof *y);       /* once is enough */
            free(q); free(x); free(y); free(again); free(code);
        }
}

static void gradients_are_the_sums_of_the_equation(void)
{
    for (int i = 0; i < SHAPES; i++)
        for (int all = 0; all < 2; all++) {
            const int64_t chans = shapes[i][1], inner = shapes[i][2], n = shapes[i][0] * chans * inner;
            struct quantizer *q = some_quantizers(chans, 4);
            const struct quantize s = {shapes[i][0], chans, inner, q};
            float *x = numbers(n, 1), *dy = numbers(n, 2), *dx = numbers(n, 3), *alone = numbers(n, 4);
            struct quantize_sums *got = xcalloc(chans, sizeof *got), *want = xcalloc(chans, sizeof *want);
            int64_t bad = 0;
            quantize_back(&s, dx, got, dy, x, all);
            quantize_back(&s, alone, NULL, dy, x, all);
            CHECK_BYTES(alone, dx, n * sizeof *dx);
            for (int64_t k = 0; k < n; k++) {
                const int64_t c = k / inner % chans;
                const bool below = x[k] < q[c].lo, above = x[k] > q[c].hi;
                bad += dx[k] != (all || !(below || above) ? dy[k] : 0);
                want[c].below += below ? dy[k] : 0;
                want[c].above += above ? dy[k] : 0;
                want[c].inside +=
                    below || above ? 0 : dy[k] * (plain(x[k], q[c]) / q[c].step - (double)x[k] / q[c].step);
            }
            CHECK_INT(bad, 0);
            for (int64_t c = 0; c < chans;
                 c++) { /* blocks of up to 64 terms in f32, each off by half an ulp */
                const double bound = 1e-6 * (1 + (double)(n / chans));
                CHECK_NEAR(got[c].below, want[c].below, bound);
                CHECK_NEAR(got[c].above, want[c].above, bound);
                CHECK_NEAR(got[c].inside, want[c].inside, 8 * bound);
            }
            free(q); free(x); free(dy); free(dx); free(alone); free(got); free(want);
        }
}

static void ties_go_to_the_even_level_zero_and_the_range_are_exact(void)
{
    const struct quantizer q = quantizer_symmetric(7, 4);       /* step 1 */
    const float x[] = {0.5f, 1.5f, -0.5f, -1.5f, -2.5f, 6.5f, 7, 100, -100, 0, -0.0f, NAN},
                want[] = {0, 2, 0, -2, -2, 6, 7, 7, -7, 0, 0};
    float y[12];
    quantize_fake(&(struct quantize){1, 1, 12, &q}, y, x);
    for (int i = 0; i < 11; i++)
        CHECK(y[i] == want[i] && !(y[i] == 0 && signbit(y[i])));
    CHECK(isnan(y[11]));
}

static void a_range_of_nothing_gives_nothing(void)
{
    const struct quantizer q[3] = {quantizer_symmetric(0, 8), quantizer_unsigned(0, 8),
                                   quantizer_affine(0, 0, 8)};
    const float x[] = {1, 0, -1, 2, 3, -3};
    float y[6] = {9, 9, 9, 9, 9, 9};
    quantize_fake(&(struct quantize){1, 3, 2, q}, y, x);
    for (int i = 0; i < 6; i++)
        CHECK(y[i] == 0);
}

/* The largest value is code n for whatever range, and not n+1 although rounded reciprocals may say so. */
static void the_largest_value_is_the_last_code(void)
{
    int64_t bad = 0;
    for (int bits = 2; bits <= 12; bits++)
        for (int i = 0; i < 2000; i++) {
            const float range = (float)rng_uniform(&(struct rng){bits, 1}, i) * 10 + 1e-3f,
                        x[] = {range, -range};
            const struct quantizer q = quantizer_exact(quantizer_symmetric(range, bits), bits);
            int32_t code[2];
            float y[2];
            quantize_codes(&(struct quantize){1, 1, 2, &q}, code, x);
            quantize_fake(&(struct quantize){1, 1, 2, &q}, y, x);
            bad += code[0] != (1 << (bits - 1)) - 1 || code[1] != -code[0];
            bad += (double)y[0] != (double)q.step * code[0];    /* no rounding */
        }
    CHECK_INT(bad, 0);
}

/* torch.fake_quantize_per_tensor_affine, range [-0.8,1.7]: step 0.83333331 zero 1, 0.1666667 and 5, 0.0098039
 * and 82. */
static void an_affine_range_is_moved_as_torch_moves_it(void)
{
    static const int bits[] = {2, 4, 8};
    static const float x[] = {-1.3f, -0.9f, -0.31f, -0.05f, 0, 0.07f, 0.5f, 0.77f, 1.45f, 2.6f};
    static const float want[3][10] = {
        {-0.83333331f, -0.83333331f, 0, 0, 0, 0, 0.83333331f, 0.83333331f, 1.66666663f, 1.66666663f},
        {-0.83333337f, -0.83333337f, -0.33333334f, 0, 0, 0, 0.5f, 0.83333337f, 1.5f, 1.66666675f},
        {-0.80392158f, -0.80392158f, -0.31372550f, -0.04901961f, 0, 0.06862745f, 0.5f, 0.77450985f,
         1.45098042f, 1.69607854f},
    };
    for (int b = 0; b < 3; b++) {
        const struct quantizer q = quantizer_affine(-0.8f, 1.7f, bits[b]);
        float y[10];
        quantize_fake(&(struct quantize){1, 1, 10, &q}, y, x);
        for (int i = 0; i < 10; i++)
            CHECK_NEAR(y[i], want[b][i], 3e-7);
    }
}

static const float pact_x[] = {-2.5f, -1.2f, -0.75f, -0.2f, 0, 0.3f, 0.5f, 0.9f, 1.7f, 3.1f};
static const float pact_dy[] = {1, -2, 0.5f, 3, -1, 2, -0.25f, 4, -3, 0.125f};

/* The op on these numbers: dx into dx[10], the gradient of the range returned. */
static float range_gradient(const struct quantize_options *o, float scale, float *y, float *dx)
{
    struct memory *m = memory_new();
    struct tape *t = tape_new(m, 1);
    float range = 1.25f / scale;
    const int64_t ten = 10, one = 1;
    struct var *x = tape_leaf(t, tensor_over((float *)pact_x, TEN_F32, 1, &ten)),
               *r = tape_leaf(t, tensor_over(&range, TEN_F32, 1, &one));
    struct var *out = tape_keep(t, op_quantize(t, x, op_scale(t, r, scale), o));
    tape_backward_from(t, out, tape_input(t, tensor_over((float *)pact_dy, TEN_F32, 1, &ten)));
    memcpy(y, out->v.f, 10 * sizeof *y);
    memcpy(dx, x->grad->v.f, 10 * sizeof *dx);
    const float g = r->grad->v.f[0];
    tape_free(t);
    memory_free(m);
    return g;
}

/* PyTorch's autograd over the formulas of PACT, clip (|x+a| - |x-a|)/2, and of LSQ, rounding straight
 * through. */
static void ranges_and_steps_learn_as_torch_says(void)
{
    static const float signed3[] = {-1.25f,     -1.25f,     -0.8333333f, 0,     0,
                                    0.4166667f, 0.4166667f, 0.8333333f,  1.25f, 1.25f};
    static const float unsigned4[] = {0, 0, 0, 0, 0, 0.3333333f, 0.5f, 0.9166667f, 1.25f, 1.25f};
    struct quantize_options o = {.bits = 3};
    float y[10], dx[10];
    CHECK_NEAR(range_gradient(&o, 1, y, dx), -3.875, 1e-6);
    for (int i = 0; i < 10; i++) {
        CHECK_NEAR(y[i], signed3[i], 2e-7);
        CHECK(dx[i] == (i > 0 && i < 8 ? pact_dy[i] : 0));
    }
    o.slope = QUANTIZE_STEP;
    CHECK_NEAR(range_gradient(&o, 3, y, dx), -10.075, 1e-5);
    o.bits = 4;
    CHECK_NEAR(range_gradient(&o, 7, y, dx), -25.675, 2e-5);
    o.kind = QUANTIZE_UNSIGNED;
    CHECK_NEAR(range_gradient(&o, 15, y, dx), -41.525, 3e-5);
    for (int i = 0; i < 10; i++) {
        CHECK_NEAR(y[i], unsigned4[i], 2e-7);
        CHECK(dx[i] == (i > 3 && i < 8 ? pact_dy[i] : 0));
    }
    o.slope = QUANTIZE_CLIP;
    CHECK_NEAR(range_gradient(&o, 1, y, dx), -2.875, 1e-6);
    o.slope = QUANTIZE_PASS;
    range_gradient(&o, 1, y, dx);
    CHECK_BYTES(dx, pact_dy, sizeof dx);
}

static void tanh_weights_reach_from_minus_one_to_one(void)
{
    float w[] = {-3, 0.5f, 2, 0};
    struct memory *m = memory_new();
    struct tape *t = tape_new(m, 1);
    struct var *y = op_tanh_weight(t, tape_input(t, tensor_over(w, TEN_F32, 1, (const int64_t[]){4})));
    for (int i = 0; i < 4; i++)
        CHECK_NEAR(y->v.f[i], tanh(w[i]) / tanh(3), 3e-7);
    tape_free(t);
    memory_free(m);
}

/* ---- Ranges -------------------------------------------------------------------------------------- */

/* By a numpy program that follows the definition with numpy.interp and numpy.histogram. */
static void the_least_divergence_is_where_numpy_finds_it(void)
{
    enum { N = 20000 };
    static const int levels[] = {2, 4, 8, 16};
    static const double want[3][4] = {
        {0.5527754497, 0.7851523903, 0.8978199979, 0.9611955272},
        {1.7536684459, 2.7237829053, 3.7685215540, 4.5893876351},
        {0.6083435080, 0.8122968228, 0.9037241709, 0.9529542813},
    };
    float *x = xmalloc(sizeof *x * N);
    for (int kind = 0; kind < 3; kind++) {
        for (int64_t i = 0; i < N; i++) {
            const double u = (2.0 * (double)i + 1) / (2.0 * N);
            x[i] = (float)(kind == 0 ? u * u * u : kind == 1 ? log(u) : cos((double)i * (double)i) * u);
        }
        for (int l = 0; l < 4; l++)
            CHECK_NEAR(calibrate_divergence(x, N, levels[l]), want[kind][l], 1e-6);
    }
    CHECK_NEAR(calibrate_divergence(x, 9, 8), fabsf(x[8]) > fabsf(x[7]) ? fabsf(x[8]) : fabsf(x[7]), 1e-3);
    CHECK_NEAR(calibrate_divergence(x, 0, 8), 0, 0);
    free(x);
}

/* Banner et al. print 2.83, 3.89, 5.03 (Laplace) for 2, 3, 4 bits; Distiller's 1.71, 2.15, 2.55 (normal). */
static void least_errors_are_the_published_ones(void)
{
    CHECK_NEAR(calibrate_laplace(1, 2), 2.83, 5e-3);
    CHECK_NEAR(calibrate_laplace(1, 3), 3.89, 1e-2);
    CHECK_NEAR(calibrate_laplace(2, 4), 2 * 5.03, 1e-2);
    CHECK_NEAR(calibrate_normal(1, 2), 1.71, 1e-2);
    CHECK_NEAR(calibrate_normal(1, 3), 2.15, 1e-2);
    CHECK_NEAR(calibrate_normal(1, 4), 2.55, 1.5e-2);
}

static void ranges_are_of_what_was_seen(void)
{
    const float x[] = {1, -2, 3, 0.5f, -9, 4, 0, 0, 0, 7, 1, -1};       /* [2,3,2] */
    float lo[3], hi[3];
    calibrate_extremes(lo, hi, x, 2, 3, 2);
    CHECK(lo[0] == -2 && hi[0] == 1 && lo[1] == 0 && hi[1] == 7 && lo[2] == -9 && hi[2] == 4);
    calibrate_largest(hi, x, 2, 3, 2);
    CHECK(hi[0] == 2 && hi[1] == 7 && hi[2] == 9);
    calibrate_largest(hi, x, 0, 3, 2);
    CHECK(hi[0] == 0 && hi[1] == 0 && hi[2] == 0);
    CHECK_NEAR(calibrate_percentile(x, 12, 1), 9, 0);
    CHECK_NEAR(calibrate_percentile(x, 12, 11.0 / 12), 7, 0);
    CHECK_NEAR(calibrate_percentile(x, 12, 0.5), 1, 0);
    float *n = numbers(100000, 1);
    CHECK_NEAR(calibrate_deviations(n, 100000, 3), 3, 0.03);
    CHECK_NEAR(calibrate_least_error(n, 100000, CALIBRATE_NORMAL, 4), 2.55, 0.03);
    CHECK_NEAR(calibrate_least_error(n, 100000, CALIBRATE_LAPLACE, 4), 5.03 * sqrt(2 / M_PI), 0.05);
    free(n);
}

static void the_thread_count_changes_no_bit(void)
{
    const int before = omp_get_max_threads();
    for (int i = 0; i < SHAPES; i++) {
        const int64_t chans = shapes[i][1], inner = shapes[i][2], n = shapes[i][0] * chans * inner;
        struct quantizer *q = some_quantizers(chans, 4);
        const struct quantize s = {shapes[i][0], chans, inner, q};
        float *x = numbers(n, 1), *dy = numbers(n, 2), *dx = numbers(n, 3);
        struct quantize_sums *one = xcalloc(chans, sizeof *one), *more = xcalloc(chans, sizeof *more);
        for (int t = 1; t <= 3; t++) {
            omp_set_num_threads(t);
            quantize_back(&s, dx, t == 1 ? one : more, dy, x, false);
            CHECK(t == 1 || memcmp(one, more, chans * sizeof *one) == 0);
        }
        free(q); free(x); free(dy); free(dx); free(one); free(more);
    }
    omp_set_num_threads(before);
}

static int tests(void)
{
    RUN(every_number_goes_to_the_nearest_level);
    RUN(gradients_are_the_sums_of_the_equation);
    RUN(ties_go_to_the_even_level_zero_and_the_range_are_exact);
    RUN(a_range_of_nothing_gives_nothing);
    RUN(the_largest_value_is_the_last_code);
    RUN(an_affine_range_is_moved_as_torch_moves_it);
    RUN(ranges_and_steps_learn_as_torch_says);
    RUN(tanh_weights_reach_from_minus_one_to_one);
    RUN(the_least_divergence_is_where_numpy_finds_it);
    RUN(least_errors_are_the_published_ones);
    RUN(ranges_are_of_what_was_seen);
    RUN(the_thread_count_changes_no_bit);
    return check_report();
}

int main(int argc, char **argv)
{
    (void)argc;
    return at_every_level(argv, tests);
}
