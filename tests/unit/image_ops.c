/*
 * Images on the tape (autograd/ops_image.h).  Stored values come from PyTorch 1.13 in f64 for the images x
 * and incoming gradients g of image() below: interpolate() and pad() of torch.nn.functional, and for
 * filters the definition of upfirdn2d by zero insertion, pad() and conv2d() with the flipped outer product
 * of the two filters.
 */
#include "check.h"
#include "levels.h"

#include "autograd/op.h"
#include "autograd/ops.h"
#include "autograd/ops_image.h"

enum { H = 3, W = 4, C = 2, LARGEST = 96 };

static struct memory *memory;

/* [1,h,w,C]: (a i + b j + c k) mod m + off at row i, column j, channel k. */
static struct tensor image(int64_t h, int64_t w, int a, int b, int c, int m, int off)
{
    struct tensor v = tensor_new(memory, TEN_F32, 4, (int64_t[]){1, h, w, C});
    for (int64_t i = 0; i < h * w * C; i++)
        v.f[i] = (float)((a * (i / C / w) + b * (i / C % w) + c * (i % C)) % m + off);
    return v;
}
static struct tensor given(void) { return image(H, W, 7, 5, 3, 11, -4); }
static struct tensor incoming(int64_t h, int64_t w) { return image(h, w, 3, 8, 5, 7, -2); }

static const struct fir_axis up = {2, 1, 2, 1, 4, {0.25f, 0.75f, 0.75f, 0.25f}};
static const struct fir_axis down = {1, 2, 1, 1, 4, {0.125f, 0.375f, 0.375f, 0.125f}};
static const struct fir_axis three = {3, 2, -1, 2, 3, {1, 2, -3}}, two = {3, 2, -1, 2, 2, {0.5f, -1}};

#define MAKES(name, made) static struct var *name(struct tape *t, struct var *x) { return made; }
MAKES(nearest_up, op_resize_nearest(t, x, 5, 8))
MAKES(nearest_down, op_resize_nearest(t, x, 2, 3))
MAKES(bilinear_up, op_resize_bilinear(t, x, 4, 7, false))
MAKES(bilinear_corners, op_resize_bilinear(t, x, 4, 7, true))
MAKES(bilinear_down, op_resize_bilinear(t, x, 2, 3, false))
MAKES(upsample, op_upfirdn(t, x, &up, &up))
MAKES(downsample, op_upfirdn(t, x, &down, &down))
MAKES(uneven, op_upfirdn(t, x, &three, &two))
MAKES(zero, op_pad(t, x, &(struct padding){.top = 2, .bottom = 1, .left = 1}, RESAMPLE_ZERO))
MAKES(reflect,
      op_pad(t, x, &(struct padding){.top = 2, .bottom = 1, .left = 1, .right = 2}, RESAMPLE_REFLECT))
MAKES(replicate, op_pad(t, x, &(struct padding){.top = 1, .bottom = 1, .left = 2}, RESAMPLE_REPLICATE))
MAKES(crop, op_pad(t, x, &(struct padding){.bottom = -1, .left = -1, .right = -1}, RESAMPLE_ZERO))

/* y [h,w,C], dx [H,W,C] */
static const struct reference {
    const char *name;
    struct var *(*make)(struct tape *t, struct var *x);
    int64_t h, w;
    float y[LARGEST], dx[H * W * C];
} references[] = {
    {"nearest up", nearest_up, 5, 8,
     {-4, -1, -4, -1, 1, 4, 1, 4, 6, -2, 6, -2, 0, 3, 0, 3, -4, -1, -4, -1, 1, 4, 1, 4, 6, -2, 6,
      -2, 0, 3, 0, 3, 3, 6, 3, 6, -3, 0, -3, 0, 2, 5, 2, 5, -4, -1, -4, -1, 3, 6, 3, 6, -3, 0, -3,
      0, 2, 5, 2, 5, -4, -1, -4, -1, -1, 2, -1, 2, 4, -4, 4, -4, -2, 1, -2, 1, 3, 6, 3, 6},
     {0, 6, 8, 0, 2, 8, 3, 2, 3, 2, 4, 3, 5, 4, 6, 5, 7, 3, -3, 7, 1, -3, 5, 1}},
    {"nearest down", nearest_down, 2, 3,
     {-4, -1, 1, 4, 6, -2, 3, 6, -3, 0, 2, 5},
     {-2, 3, -1, 4, 0, -2, 0, 0, 1, -1, 2, 0, 3, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}},
    {"bilinear up", bilinear_up, 4, 7,
     {-4, -1, -2.2142857f, 0.78571429f, 0.64285714f, 3.6428571f, 3.5f, 1, 5.5714286f, -1.6428571f,
      2.1428571f, 1.2142857f, 0, 3, 0.375f, 3.375f, -0.29464286f, 2.7053571f, -1.3660714f,
      1.6339286f, 1, 1.9375f, 3.0714286f, 2.2410714f, -0.35714286f, 1.1696429f, -2.5f, 0.5f, 1.5f,
      4.5f, 0.83035714f, 2.3571429f, -0.24107143f, -1.0714286f, 0.0625f, 1, 0.36607143f, 3.3660714f,
      -0.70535714f, 2.2946429f, -1.375f, 1.625f, -1, 2, 0.78571429f, -0.14285714f, 3.6428571f,
      -3.5714286f, 1, -1.5f, -1.6428571f, 1.3571429f, 1.2142857f, 4.2142857f, 3, 6},
     {-1.7053571f, 5.0803571f, 2.2053571f, -0.20535714f, 3.3482143f, 1.8125f, 5.7767857f, 2.9375f,
      3.2142857f, 2.0535714f, 2.4107143f, 3.5714286f, 0.89285714f, 2.0535714f, 2.2321429f,
      1.0714286f, 1.7767857f, -1.0625f, 3.0982143f, 1.5625f, 5.1160714f, 2.7053571f, -0.36607143f,
      6.4196429f}},
    {"bilinear corners", bilinear_corners, 4, 7,
     {-4, -1, -1.5f, 1.5f, 1, 4, 3.5f, 1, 6, -2, 3, 0.5f, 0, 3, 0.66666667f, 3.6666667f, -0.5f,
      2.5f, -1.6666667f, 1.3333333f, 0.83333333f, 2, 3.3333333f, 2.6666667f, 0.33333333f, 1.5f,
      -2.6666667f, 0.33333333f, 1.6666667f, 4.6666667f, 0.5f, 1.6666667f, -0.66666667f, -1.3333333f,
      -1.110223e-16f, 1.1666667f, 0.66666667f, 3.6666667f, -0.5f, 2.5f, -1.6666667f, 1.3333333f, -1,
      2, 1.5f, -1, 4, -4, 1, -1.5f, -2, 1, 0.5f, 3.5f, 3, 6},
     {-1.8333333f, 4.6666667f, 2, 0.16666667f, 3.8333333f, 2, 5.3333333f, 2.5f, 3.3333333f,
      1.6666667f, 2.6666667f, 4.3333333f, 1, 2.6666667f, 2.3333333f, 0.66666667f, 1.5f, -1.3333333f,
      3.3333333f, 1.5f, 5.1666667f, 3.3333333f, -0.66666667f, 5.8333333f}},
    {"bilinear down", bilinear_down, 2, 3,
     {-1.875f, 1.125f, 2.5f, 1.375f, 1.7763568e-15f, 1.625f, 0.375f, 2, 0.625f, -0.5f, 0.875f,
      3.875f},
     {-1.25f, 1.875f, -0.625f, 1.875f, -0.375f, 1.25f, 0, -1.25f, -0.20833333f, 0.41666667f,
      0.083333333f, 0.58333333f, 0.25f, 0.45833333f, 0.625f, -0.20833333f, 0.625f, -0.625f, 0.875f,
      -0.125f, 1.125f, 0.125f, 1.875f, 0.625f}},
    {"upsample", upsample, 6, 8,
     {-2.25f, -0.5625f, -2.0625f, 0.1875f, -0.1875f, 2.0625f, 1.6875f, 1.875f, 3.5625f, -0.375f,
      3.375f, -0.5625f, 1.125f, 1.3125f, 0, 1.6875f, -1.6875f, 0.5625f, -1.6875f, 1.3125f, -0.5625f,
      2.4375f, 1.25f, 2.1875f, 3.75f, 0.5625f, 3.5f, 0.3125f, 0.5f, 1.4375f, -0.75f, 1.5f, 0.9375f,
      3.1875f, 0.4375f, 3.4375f, -1.1875f, 1.8125f, -0.75f, 1.5625f, 1.75f, 2.6875f, 1.5f, 2.4375f,
      -1.5f, 0.8125f, -2.25f, 0, 1.5f, 3.75f, 1.1875f, 3.5f, -0.4375f, 0.5f, -0.6875f, 0.25f,
      0.4375f, 2.75f, 0.1875f, 3.1875f, -1.4375f, 1.5625f, -1.6875f, 0.5625f, 0, 2.25f, 0.5625f,
      1.5f, 1.6875f, -1.5f, 1.4375f, -1.75f, -0.1875f, 0.75f, -0.4375f, 2.5625f, 0.6875f, 3.6875f,
      0.9375f, 3.1875f, -0.5625f, 1.125f, 0.1875f, 0.375f, 2.0625f, -1.875f, 1.875f, -2.0625f,
      -0.375f, -0.1875f, -0.5625f, 1.6875f, 1.3125f, 3.5625f, 1.6875f, 3.375f},
     {0.875f, 4.375f, 4.4375f, 1.8125f, 3.5625f, 4.4375f, 3.5f, 2.625f, 3.8125f, 2.5f, 4, 4.3125f,
      3.6875f, 4, 4.5f, 3.1875f, 3.5f, 2.625f, 2.5625f, 3.4375f, 5.1875f, 2.5625f, 1.75f, 5.25f}},
    {"downsample", downsample, 1, 2,
     {0.0625f, 1.328125f, 0.578125f, 1.15625f},
     {-0.28125f, 0.421875f, -0.328125f, 0.609375f, -0.234375f, 0.703125f, -0.140625f, 0.5625f,
      -0.28125f, 0.421875f, -0.328125f, 0.609375f, -0.234375f, 0.703125f, -0.140625f, 0.5625f,
      -0.09375f, 0.140625f, -0.109375f, 0.203125f, -0.078125f, 0.234375f, -0.046875f, 0.1875f}},
    {"uneven", uneven, 4, 6,
     {0, 0, 3, 0, 1, 2.5f, 0, 0, 4, 1, 0, 0, 0, 0, -9, 0, -3, -7.5f, 0, 0, -12, -3, 0, 0, 0, 0, -8,
      8, -2, 1, 0, 0, -6, -12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
     {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7, -4, -4.5f, -2.5f, -8, 9, 0, 0, 4, -6, -1, 4, -2, 2}},
    {"zero", zero, 6, 5,
     {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -4, -1, 1, 4, 6, -2, 0, 3,
      0, 0, 3, 6, -3, 0, 2, 5, -4, -1, 0, 0, -1, 2, 4, -4, -2, 1, 3, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0,
      0},
     {-2, 3, -1, 4, 0, -2, 1, -1, 1, -1, 2, 0, 3, 1, 4, 2, 4, 2, -2, 3, -1, 4, 0, -2}},
    {"reflect", reflect, 6, 7,
     {4, -4, -1, 2, 4, -4, -2, 1, 3, 6, -2, 1, 4, -4, -3, 0, 3, 6, -3, 0, 2, 5, -4, -1, 2, 5, -3, 0,
      1, 4, -4, -1, 1, 4, 6, -2, 0, 3, 6, -2, 1, 4, -3, 0, 3, 6, -3, 0, 2, 5, -4, -1, 2, 5, -3, 0,
      4, -4, -1, 2, 4, -4, -2, 1, 3, 6, -2, 1, 4, -4, -3, 0, 3, 6, -3, 0, 2, 5, -4, -1, 2, 5, -3, 0},
     {-2, 3, 6, 7, 2, -2, 1, -1, 3, -3, 3, 6, 10, 12, 5, 6, 3, 6, 5, 7, 4, 3, 2, -2}},
    {"replicate", replicate, 5, 6,
     {-4, -1, -4, -1, -4, -1, 1, 4, 6, -2, 0, 3, -4, -1, -4, -1, -4, -1, 1, 4, 6, -2, 0, 3, 3, 6, 3,
      6, 3, 6, -3, 0, 2, 5, -4, -1, -1, 2, -1, 2, -1, 2, 4, -4, -2, 1, 3, 6, -1, 2, -1, 2, -1, 2, 4,
      -4, -2, 1, 3, 6},
     {3, 5, 5, 1, 0, 3, 2, 5, 1, 9, 0, -2, 1, -1, 2, 0, 8, 3, 2, 5, 4, 0, -1, 2}},
    {"crop", crop, 2, 2,
     {1, 4, 6, -2, -3, 0, 2, 5},
     {0, 0, -2, 3, -1, 4, 0, 0, 0, 0, 1, -1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}},
};

static void expect(const char *name, const char *what, const struct var *got, const float *want)
{
    struct tensor flat = tensor_compact(memory, &got->v);
    for (int64_t i = 0; i < tensor_count(&flat); i++)
        if (!(fabsf(flat.f[i] - want[i]) <= 2e-6f * (fabsf(want[i]) + 1))) {
            check_bad++;
            printf("%s: %s [%d]: %.9g, expected %.9g\n", name, what, (int)i, flat.f[i], want[i]);
        }
    tensor_drop(&flat);
}

static void images_and_gradients_are_those_of_pytorch(void)
{
    for (size_t i = 0; i < sizeof references / sizeof references[0]; i++) {
        const struct reference *r = &references[i];
        struct tape *t = tape_new(memory, 0);
        struct var *x = tape_leaf(t, given()), *y = r->make(t, x), *dx;
        CHECK_INT(y->v.dim[1], r->h);
        CHECK_INT(y->v.dim[2], r->w);
        expect(r->name, "image", y, r->y);
        tape_grad(t, y, tape_input(t, incoming(r->h, r->w)), &x, 1, false, &dx);
        expect(r->name, "gradient", dx, r->dx);
        tape_free(t);
    }
}

static void a_crop_is_a_view_and_its_gradient_is_zero_around(void)
{
    struct tape *t = tape_new(memory, 0);
    struct var *x = tape_leaf(t, given()), *y = op_crop(t, x, 0, 1, 2, 2), *dx;
    CHECK(y->v.block == x->v.block);
    for (int i = 0; i < (int)(sizeof references / sizeof references[0]); i++)
        if (references[i].make == crop) {
            expect("crop", "image", y, references[i].y);
            tape_grad(t, y, tape_input(t, incoming(2, 2)), &x, 1, false, &dx);
            expect("crop", "gradient", dx, references[i].dx);
        }
    tape_free(t);
}

static void a_filter_longer_than_the_image_leaves_nothing(void)
{
    struct tape *t = tape_new(memory, 0);
    const struct fir_axis f = {1, 1, 0, 0, 5, {1, 1, 1, 1, 1}};
    struct var *x = tape_leaf(t, given()), *y = op_upfirdn(t, x, &f, &f), *dx;
    CHECK_INT(y->v.dim[1], 0);
    CHECK_INT(y->v.dim[2], 0);
    tape_grad(t, op_sum_all(t, y), NULL, &x, 1, false, &dx);
    for (int i = 0; i < H * W * C; i++)
        CHECK_NEAR(dx->v.f[i], 0, 0);
    tape_free(t);
}

/* ---- DiffAugment ----------------------------------------------------------------------------- */

static const struct augment_policy policy = {5, {
    AUGMENT_BRIGHTNESS, AUGMENT_SATURATION, AUGMENT_CONTRAST, AUGMENT_TRANSLATION, AUGMENT_CUTOUT
}};

static struct tensor noise(int64_t n, int64_t side, uint64_t seed)
{
    struct tensor v = tensor_new(memory, TEN_F32, 4, (int64_t[]){n, side, side, 3});
    rng_fill_normal(&(struct rng){seed, 1}, 0, v.f, tensor_count(&v), 0, 1);
    return v;
}

static bool same(const struct var *a, const struct var *b)
{
    return memcmp(a->v.f, b->v.f, tensor_count(&a->v) * sizeof(float)) == 0;
}

static void diffaugment_by_draws_is_the_transform_and_its_gradient_the_adjoint(void)
{
    struct tape *t = tape_new(memory, 0);
    const int64_t dim[4] = {5, 8, 8, 3};
    struct augment_draw draws[5];
    augment_draw(draws, 5, 8, 8, &policy, &(struct augment_source){.seed = 4, .step = 9, .p = 0.7});
    struct var *x = tape_leaf(t, noise(5, 8, 1)), *g = tape_input(t, noise(5, 8, 2)), *dx;
    struct var *want = tape_input(t, noise(5, 8, 3)), *back = tape_input(t, noise(5, 8, 3));
    augment_apply(AUGMENT_FORWARD, want->v.f, x->v.f, dim, &policy, draws);
    augment_apply(AUGMENT_ADJOINT, back->v.f, g->v.f, dim, &policy, draws);
    struct var *y = op_diffaugment_by(t, x, &policy, draws);
    CHECK(same(y, want));
    memset(draws, 0, sizeof draws);                     /* the op has its own */
    tape_grad(t, y, g, &x, 1, false, &dx);
    CHECK(same(dx, back));
    tape_free(t);
}

static void diffaugment_draws_anew_at_every_call_and_the_same_in_the_same_step(void)
{
    struct tape *t = tape_new(memory, 6);
    struct var *x = tape_input(t, noise(8, 16, 1)), *y[3];
    tape_set_step(t, 3);
    y[0] = op_diffaugment(t, x, &policy, 1);
    y[1] = op_diffaugment(t, x, &policy, 1);
    tape_set_step(t, 3);
    y[2] = op_diffaugment(t, x, &policy, 1);
    CHECK(!same(y[0], y[1]));
    CHECK(same(y[0], y[2]));
    tape_set_step(t, 4);
    CHECK(!same(y[0], op_diffaugment(t, x, &policy, 1)));
    CHECK(same(x, op_diffaugment(t, x, &policy, 0)));
    tape_free(t);
}

/* sum of |dD/dx|^2 for D = sum of (T x)^2: with T = L + c and s = L' (L x + c) it is 4 s.s, and its gradient
 * 8 L' L s. */
static void penalties_on_gradients_pass_diffaugment(void)
{
    struct tape *t = tape_new(memory, 2);
    const int64_t dim[4] = {3, 8, 8, 3};
    struct augment_draw draws[3];
    augment_draw(draws, 3, 8, 8, &policy, &(struct augment_source){.seed = 1, .p = 1});
    struct var *x = tape_leaf(t, noise(3, 8, 1)), *d, *dd, *want = tape_input(t, noise(3, 8, 1));
    struct var *y = op_diffaugment_by(t, x, &policy, draws);
    tape_grad(t, op_sum_all(t, op_square(t, y)), NULL, &x, 1, true, &d);
    tape_grad(t, op_sum_all(t, op_square(t, d)), NULL, &x, 1, false, &dd);
    for (int turn = 0; turn < 2; turn++) {
        augment_apply(turn ? AUGMENT_TANGENT : AUGMENT_FORWARD, want->v.f, want->v.f, dim, &policy, draws);
        augment_apply(AUGMENT_ADJOINT, want->v.f, want->v.f, dim, &policy, draws);
    }
    for (int64_t i = 0; i < tensor_count(&x->v); i++)
        CHECK_NEAR(dd->v.f[i], 8 * want->v.f[i], 1e-4);
    tape_free(t);
}

static int tests(void)
{
    memory = memory_new();
    RUN(images_and_gradients_are_those_of_pytorch);
    RUN(a_crop_is_a_view_and_its_gradient_is_zero_around);
    RUN(a_filter_longer_than_the_image_leaves_nothing);
    RUN(diffaugment_by_draws_is_the_transform_and_its_gradient_the_adjoint);
    RUN(diffaugment_draws_anew_at_every_call_and_the_same_in_the_same_step);
    RUN(penalties_on_gradients_pass_diffaugment);
    CHECK_INT(memory_used(memory), 0);
    memory_free(memory);
    return check_report();
}

int main(int argc, char **argv)
{
    (void)argc;
    return at_every_level(argv, tests);
}
