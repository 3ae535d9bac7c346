/* lib/tensor/elementwise.h against definitions in f64, at every instruction set. */
#include "check.h"
#include "levels.h"

#include "base/mem.h"
#include "base/random.h"
#include "tensor/elementwise.h"

#include <float.h>
#include <omp.h>
#include <stdlib.h>

static float *numbers(int64_t n, uint64_t seed, float lo, float hi)
{
    float *x = xmalloc(sizeof *x * (n + 1));
    rng_fill_uniform(&(struct rng){seed, 0}, 0, x, n, lo, hi);
    return x;
}

#define OVER(data, ...) tensor_over(data, TEN_F32, sizeof (int64_t[]){__VA_ARGS__} / 8, (const int64_t[]){__VA_ARGS__})

/* |got - want| in units of the last place of want. */
static double ulps(float got, double want)
{
    const float near = (float)want;
    if (isnan(want) || isinf(near) || isnan(got) || isinf(got))
        return (isnan(want) && isnan(got)) || got == near ? 0 : isinf(near) && fabs(got) > 0x1.fffffcp127 ? 1 : INFINITY;
    int exponent;
    frexp(want, &exponent);
    return fabs(got - want) / ldexp(1, exponent < -125 ? -149 : exponent - 24);
}

/* ---- Functions, over floats of all sizes ------------------------------------------------------- */

static double d_sigmoid(double x) { return 1 / (1 + exp(-x)); }
static double d_softplus(double x) { return x > 0 ? x + log1p(exp(-x)) : log1p(exp(x)); }
static double d_rsqrt(double x) { return 1 / sqrt(x); }
static double d_reciprocal(double x) { return 1 / x; }
static double d_square(double x) { return x * x; }
static double d_clamp(double x, double lo, double hi) { return x < lo ? lo : x > hi ? hi : x; }
static double d_relu(double x) { return x < 0 ? 0 : x; }
static double d_leaky(double x) { return x < 0 ? 0.25 * x : x; }
static double d_relu6(double x) { return d_clamp(x, 0, 6); }
static double d_hsigmoid(double x) { return d_clamp((float)(x + 3), 0, 6) / 6; }
static double d_hswish(double x) { return x * d_hsigmoid(x); }
static double d_swish(double x) { return x * d_sigmoid(x); }
static double d_gelu(double x) { return 0.5 * x * erfc(-x * M_SQRT1_2); }
static double d_gelu_tanh(double x) { return 0.5 * x * (1 + tanh(sqrt(2 / M_PI) * (x + 0.044715 * x * x * x))); }
static double d_neg(double x) { return -x; }
static double d_copy(double x) { return x; }
static double d_sign(double x) { return x > 0 ? 1 : x < 0 ? -1 : x; }
static double d_affine(double x) { return 0.25 * x - 2; }
static double d_clamped(double x) { return d_clamp(x, -0.5, 2); }
static double d_power(double x) { return pow(x, 2.5); }

/* ulp: the bound by which a value may differ; scale: plus this many units of |x| 2^-24, where a sum
 * cancels; lo, hi: where that holds. */
static const struct function {
    struct unary_op f;
    double (*of)(double);
    double ulp, scale, lo, hi;
} functions[] = {
    {{UNARY_COPY, 0, 0}, d_copy, 0, 0, -INFINITY, INFINITY},
    {{UNARY_NEG, 0, 0}, d_neg, 0, 0, -INFINITY, INFINITY},
    {{UNARY_ABS, 0, 0}, fabs, 0, 0, -INFINITY, INFINITY},
    {{UNARY_SIGN, 0, 0}, d_sign, 0, 0, -INFINITY, INFINITY},
    {{UNARY_SQUARE, 0, 0}, d_square, 0.5, 0, -INFINITY, INFINITY},
    {{UNARY_SQRT, 0, 0}, sqrt, 0.5, 0, -INFINITY, INFINITY},
    {{UNARY_RSQRT, 0, 0}, d_rsqrt, 1.5, 0, -INFINITY, INFINITY},
    {{UNARY_RECIPROCAL, 0, 0}, d_reciprocal, 0.5, 0, -INFINITY, INFINITY},
    {{UNARY_EXP, 0, 0}, exp, 1, 0, -INFINITY, INFINITY},
    {{UNARY_LOG, 0, 0}, log, 1, 0, -INFINITY, INFINITY},
    {{UNARY_SIN, 0, 0}, sin, 0, 2, -0x1p20, 0x1p20},
    {{UNARY_COS, 0, 0}, cos, 0, 2, -0x1p20, 0x1p20},
    {{UNARY_ROUND, 0, 0}, rint, 0, 0, -INFINITY, INFINITY},
    {{UNARY_FLOOR, 0, 0}, floor, 0, 0, -INFINITY, INFINITY},
    {{UNARY_AFFINE, 0.25f, -2}, d_affine, 1, 0, -INFINITY, INFINITY},
    {{UNARY_CLAMP, -0.5f, 2}, d_clamped, 0, 0, -INFINITY, INFINITY},
    {{UNARY_POWER, 2.5f, 0}, d_power, 2, 0, -INFINITY, INFINITY},
    {{UNARY_RELU, 0, 0}, d_relu, 0, 0, -INFINITY, INFINITY},
    {{UNARY_LEAKY, 0.25f, 0}, d_leaky, 0.5, 0, -INFINITY, INFINITY},
    {{UNARY_RELU6, 0, 0}, d_relu6, 0, 0, -INFINITY, INFINITY},
    {{UNARY_HSIGMOID, 0, 0}, d_hsigmoid, 0.5, 0, -INFINITY, INFINITY},
    {{UNARY_HSWISH, 0, 0}, d_hswish, 1.5, 0, -INFINITY, 1e37},
    {{UNARY_TANH, 0, 0}, tanh, 3, 0, -INFINITY, INFINITY},
    {{UNARY_SIGMOID, 0, 0}, d_sigmoid, 2, 0, -87, INFINITY},
    {{UNARY_SOFTPLUS, 0, 0}, d_softplus, 3, 0, -INFINITY, INFINITY},
    {{UNARY_SWISH, 0, 0}, d_swish, 3, 0, -80, INFINITY},
    {{UNARY_GELU, 0, 0}, d_gelu, 3, 2, -1e30, INFINITY},
    {{UNARY_GELU_TANH, 0, 0}, d_gelu_tanh, 3, 4, -1e10, 1e10},
};
enum { FUNCTIONS = sizeof functions / sizeof *functions };

/* Every 19937rd float of both signs, and those that are special. */
static int64_t all_sizes(float **x)
{
    static const float special[] = {0.0f, -0.0f, INFINITY, -INFINITY, NAN, 1, -1, 0.5f, -2.5f, 3, -3, 6, FLT_MAX,
                                    -FLT_MAX, FLT_MIN, 0x1p-149f, -0x1p-149f, 88.72284f, 88.7229f, -103.97f, -103.98f};
    const int64_t n = (UINT32_MAX / 19937) + 1, more = sizeof special / sizeof *special;
    *x = xmalloc((n + more) * sizeof **x);
    for (int64_t i = 0; i < n; i++) {
        const uint32_t bits = (uint32_t)(i * 19937);
        memcpy(*x + i, &bits, sizeof bits);
    }
    memcpy(*x + n, special, sizeof special);
    return n + more;
}

static void functions_are_right_to_a_few_ulps_for_floats_of_every_size(void)
{
    float *x;
    const int64_t n = all_sizes(&x);
    float *y = xmalloc(n * sizeof *y);
    struct tensor from = OVER(x, n), to = OVER(y, n);
    for (int k = 0; k < FUNCTIONS; k++) {
        const struct function *f = &functions[k];
        double worst = 0;
        tensor_unary(&to, &f->f, &from);
        for (int64_t i = 0; i < n; i++) {
            if (!(x[i] >= f->lo && x[i] <= f->hi) && !isnan(x[i]))
                continue;
            const double want = f->of(x[i]);
            const double free = f->scale * 0x1p-24 * (f->ulp > 0 ? fabs(x[i]) : 1);
            const double e = fabs(y[i] - want) <= free ? 0 : ulps(y[i], want);
            worst = e > worst ? e : worst;
        }
        CHECK_NEAR(worst, 0, f->ulp);
    }
    free(x); free(y);
}

/* ---- Ways back ---------------------------------------------------------------------------------- */

/* Central differences of the function in f64; 3e-6: their own error and that of the slope. */
static void slopes_agree_with_differences_of_the_function(void)
{
    enum { N = 1000 };
    float *x = numbers(N, 3, -5, 5), *dy = numbers(N, 4, 0.5f, 2), y[N], dx[N];
    struct tensor tx = OVER(x, N), ty = OVER(y, N), tdy = OVER(dy, N), tdx = OVER(dx, N);
    for (int k = 0; k < FUNCTIONS; k++) {
        const struct function *f = &functions[k];
        const enum unary_saved saved = unary_saves(f->f.kind);
        tensor_unary(&ty, &f->f, &tx);
        tensor_unary_back(&tdx, &f->f, &tdy, saved == SAVED_X ? &tx : saved == SAVED_Y ? &ty : NULL);
        for (int i = 0; i < N; i++) {
            const double h = 1e-5, d = (f->of(x[i] + h) - f->of(x[i] - h)) / (2 * h);
            const bool smooth = fabs(f->of(x[i] + h) + f->of(x[i] - h) - 2 * f->of(x[i])) < 1e-6 && fabs(x[i]) > 2e-2;
            if (isfinite(d) && smooth && f->f.kind != UNARY_HSIGMOID && f->f.kind != UNARY_HSWISH)
                CHECK_NEAR(dx[i], dy[i] * d, 3e-6 * (1 + fabs(d)) + 1e-6 * fabs(y[i]));
        }
    }
    free(x); free(dy);
}

static void at_corners_the_slope_is_that_of_the_flat_side(void)
{
    float x[4] = {0, 6, -3, 3}, one[4] = {1, 1, 1, 1}, y[4], dx[4];
    struct tensor tx = OVER(x, 4), ty = OVER(y, 4), dy = OVER(one, 4), d = OVER(dx, 4);
    tensor_unary_back(&d, &(struct unary_op){UNARY_RELU6, 0, 0}, &dy, &tx);
    CHECK(dx[0] == 0 && dx[1] == 0 && dx[3] == 1);
    tensor_unary_back(&d, &(struct unary_op){UNARY_RELU, 0, 0}, &dy, &tx);
    CHECK(dx[0] == 0 && dx[1] == 1);
    tensor_unary_back(&d, &(struct unary_op){UNARY_CLAMP, -3, 3}, &dy, &tx);
    CHECK(dx[0] == 1 && dx[1] == 0 && dx[2] == 1 && dx[3] == 1);
    tensor_unary_back(&d, &(struct unary_op){UNARY_ABS, 0, 0}, &dy, &tx);
    CHECK(dx[0] == 0 && dx[2] == -1);
    tensor_unary(&ty, &(struct unary_op){UNARY_HSIGMOID, 0, 0}, &tx);
    tensor_unary_back(&d, &(struct unary_op){UNARY_HSIGMOID, 0, 0}, &dy, &ty);
    CHECK(dx[0] == 1.0f / 6 && dx[2] == 0 && dx[3] == 0);
}

/* A gradient that is infinite or NaN does not leak through what relu has cut off. */
static void what_is_cut_off_hides_gradients_of_any_size(void)
{
    float y[2] = {0, 1}, dy[2] = {INFINITY, 2}, dx[2];
    struct tensor ty = OVER(y, 2), tdy = OVER(dy, 2), tdx = OVER(dx, 2);
    tensor_unary_back(&tdx, &(struct unary_op){UNARY_RELU, 0, 0}, &tdy, &ty);
    CHECK(dx[0] == 0 && dx[1] == 2);
}

/* ---- Two operands --------------------------------------------------------------------------------- */

static double d_binary(enum binary op, double a, double b)
{
    switch (op) {
    case BINARY_ADD: return a + b;
    case BINARY_SUB: return a - b;
    case BINARY_MUL: return a * b;
    case BINARY_DIV: return a / b;
    case BINARY_MAX: return a > b || isnan(a) ? a : b;
    case BINARY_MIN: return a < b || isnan(a) ? a : b;
    case BINARY_POW: return pow(a, b);
    case BINARY_GT:  return a > b;
    case BINARY_GE:  return a >= b;
    case BINARY_EQ:  return a == b;
    }
    return NAN;
}

static void a_row_is_added_to_every_row_and_a_column_to_every_column(void)
{
    float a[6] = {1, 2, 3, 4, 5, 6}, row[3] = {10, 20, 30}, column[2] = {100, 200}, y[6];
    struct tensor ta = OVER(a, 2, 3), tr = OVER(row, 3), tc = OVER(column, 2, 1), ty = OVER(y, 2, 3);
    tensor_binary(&ty, BINARY_ADD, &ta, &tr);
    CHECK_BYTES(y, ((float[]){11, 22, 33, 14, 25, 36}), sizeof y);
    tensor_binary(&ty, BINARY_SUB, &tc, &ta);
    CHECK_BYTES(y, ((float[]){99, 98, 97, 196, 195, 194}), sizeof y);
    tensor_binary(&ty, BINARY_MUL, &tr, &tc);
    CHECK_BYTES(y, ((float[]){1000, 2000, 3000, 2000, 4000, 6000}), sizeof y);
}

static void comparisons_with_nan_are_0_and_extremes_with_nan_are_nan(void)
{
    float a[3] = {NAN, 1, NAN}, b[3] = {1, NAN, NAN}, y[3];
    struct tensor ta = OVER(a, 3), tb = OVER(b, 3), ty = OVER(y, 3);
    for (enum binary op = BINARY_MAX; op <= BINARY_EQ; op++) {
        if (op == BINARY_POW)
            continue;
        tensor_binary(&ty, op, &ta, &tb);
        for (int i = 0; i < 3; i++)
            CHECK(op <= BINARY_MIN ? isnan(y[i]) : y[i] == 0);
    }
}

/* C's definition, on all pairs of numbers with a rule of their own. */
static void powers_of_special_numbers_are_those_of_c(void)
{
    static const float v[] = {0.0f, -0.0f, 1, -1, 2, -2, 3, -3, 0.5f, -0.5f, 2.5f, -2.5f, INFINITY, -INFINITY, NAN, 16777215.0f,
                              -16777217.0f, 8388607.5f, 0x1p-149f, FLT_MAX, -FLT_MAX};
    enum { N = sizeof v / sizeof *v };
    for (int i = 0; i < N; i++)
        for (int k = 0; k < N; k++) {
            float a = v[i], b = v[k], y;
            struct tensor ta = OVER(&a, 1), tb = OVER(&b, 1), ty = OVER(&y, 1);
            tensor_binary(&ty, BINARY_POW, &ta, &tb);
            CHECK_NEAR(ulps(y, pow(a, b)), 0, 2);
        }
}

/* Where element i of a view lies. */
static int64_t place(const struct tensor *t, int64_t i)
{
    int64_t at = 0;
    for (int k = t->rank - 1; k >= 0; i /= t->dim[k--])
        at += i % t->dim[k] * t->stride[k];
    return at;
}

static void check_against_definition(struct tensor *y, enum binary op, const struct tensor *a, const struct tensor *b)
{
    const int64_t n = tensor_count(y);
    double *want = xmalloc((n + 1) * sizeof *want);
    struct tensor wa = tensor_broadcast(a, y->rank, y->dim), wb = tensor_broadcast(b, y->rank, y->dim);
    for (int64_t i = 0; i < n; i++)
        want[i] = d_binary(op, wa.f[place(&wa, i)], wb.f[place(&wb, i)]);
    tensor_binary(y, op, a, b);
    int64_t wrong = 0;
    for (int64_t i = 0; i < n; i++)
        wrong += !(ulps(y->f[place(y, i)], want[i]) <= (op == BINARY_POW ? 2 : 0.5));
    CHECK_INT(wrong, 0);
    free(want);
}

static void every_operation_is_right_for_operands_of_any_shape_and_stride(void)
{
    static const int64_t shape[][4] = {{1, 1, 1, 1}, {2, 3, 4, 5}, {1, 7, 1, 33}, {3, 1, 130, 3}, {2, 200, 9, 11}, {1, 1, 1, 35001}, {270, 2, 1, 64}, {0, 2, 3, 4}};
    for (int i = 0; i < 8 * 10 * 16; i++) {
        const int64_t *d = shape[i % 8];
        const int mask = i / 80;                        /* axes along which b is one element */
        const enum binary op = i / 8 % 10;
        int64_t bd[4], n = dims_count(4, d);
        if (n > 10000 && mask > 2)
            continue;
        for (int k = 0; k < 4; k++)
            bd[k] = mask >> k & 1 ? 1 : d[k];
        float *a = numbers(2 * n, i, 0.5f, 2), *b = numbers(dims_count(4, bd), i + 1, 0.5f, 2), *c = numbers(2 * n, 1, 0, 1);
        struct tensor ta = tensor_over(a, TEN_F32, 4, d), tb = tensor_over(b, TEN_F32, 4, bd), ty = tensor_over(c, TEN_F32, 4, d);
        if (i % 3 == 1)                                 /* gaps in a */
            for (int k = 0; k < 4; k++)
                ta.stride[k] *= 2;
        if (i % 5 == 1) {                               /* y in another order */
            ty = tensor_over(c, TEN_F32, 4, (const int64_t[]){d[3], d[1], d[0], d[2]});
            ty = tensor_permute(&ty, (const int[]){2, 1, 3, 0});
        }
        check_against_definition(&ty, op, i % 2 ? &ta : &tb, i % 2 ? &tb : &ta);
        free(a); free(b); free(c);
    }
}

static void a_result_may_be_an_operand(void)
{
    float x[5] = {1, 2, 3, 4, 5}, y[5] = {10, 20, 30, 40, 50};
    struct tensor tx = OVER(x, 5), ty = OVER(y, 5);
    tensor_binary(&tx, BINARY_MUL, &tx, &tx);
    CHECK_BYTES(x, ((float[]){1, 4, 9, 16, 25}), sizeof x);
    tensor_unary(&tx, &(struct unary_op){.kind = UNARY_SQRT}, &tx);
    CHECK_BYTES(x, ((float[]){1, 2, 3, 4, 5}), sizeof x);
    tensor_accumulate(&ty, &tx, 2);
    CHECK_BYTES(y, ((float[]){12, 24, 36, 48, 60}), sizeof y);
    tensor_axpby(&ty, 1, &tx, 0.5f);
    CHECK_BYTES(y, ((float[]){7, 14, 21, 28, 35}), sizeof y);
}

static void with_b_0_axpby_does_not_read_the_result(void)
{
    float x[2] = {1, 2}, y[2] = {NAN, INFINITY}, one = 3;
    struct tensor tx = OVER(x, 2), ty = OVER(y, 2), scalar = tensor_over(&one, TEN_F32, 0, NULL);
    tensor_axpby(&ty, 3, &tx, 0);
    CHECK(y[0] == 3 && y[1] == 6);
    tensor_axpby(&ty, 1, &scalar, 1);
    CHECK(y[0] == 6 && y[1] == 9);
}

/* ---- Chains ---------------------------------------------------------------------------------------- */

static void a_chain_is_scale_shift_sum_and_function_one_after_the_other(void)
{
    static const int64_t shape[][2] = {{1, 1}, {7, 3}, {1000, 3}, {33, 64}, {2, 20000}, {7, 1000}, {0, 4}, {200, 33}};
    for (int i = 0; i < 8 * FUNCTIONS * 6; i++) {
        const int64_t rows = shape[i % 8][0], chans = shape[i % 8][1], n = rows * chans;
        const struct function *f = &functions[i / 8 % FUNCTIONS];
        const int form = i / 8 / FUNCTIONS;             /* as of [-, +r, +b, +b+r, *s+b, *s+b+r] */
        float *x = numbers(n, 1, 0.5f, 2), *r = numbers(n, 2, 0.5f, 2), *s = numbers(chans, 3, 0.5f, 1), *b = numbers(chans, 4, 0.5f, 1);
        float *y = numbers(n, 5, 0, 1);
        const struct chain k = {form >= 4 ? s : NULL, form >= 2 ? b : NULL, form % 2 ? r : NULL, f->f};
        int64_t wrong = 0;
        elementwise_chain(y, &k, x, rows, chans);
        for (int64_t j = 0; j < n; j++) {
            const double v = (k.scale ? x[j] * (double)s[j % chans] : x[j]) + (k.shift ? b[j % chans] : 0) + (k.add ? r[j] : 0);
            /* v is within 3 ulp of 8; no slope here is above 14 (2.5 v^1.5 of a power), that of exp is exp. */
            const double want = f->of(v), free = (14 + fabs(want)) * 3 * 8 * FLT_EPSILON;
            wrong += f->f.kind != UNARY_ROUND && f->f.kind != UNARY_FLOOR && !(fabs(y[j] - want) <= free);
        }
        CHECK_INT(wrong, 0);
        free(x); free(r); free(s); free(b); free(y);
    }
}

static void the_thread_count_changes_no_bit(void)
{
    enum { R = 1001, C = 77 };
    const int before = omp_get_max_threads();
    float *x = numbers(R * C, 1, -3, 3), *b = numbers(C, 2, -1, 1), *y[3];
    for (int t = 0; t < 3; t++) {
        y[t] = numbers(3 * R * C, 9, 0, 1);
        struct tensor tx = OVER(x, R, C), tb = OVER(b, C), ty = OVER(y[t], R, C);
        omp_set_num_threads(t + 1);
        tensor_binary(&ty, BINARY_DIV, &tx, &tb);
        ty = OVER(y[t] + R * C, R, C);
        tensor_unary(&ty, &(struct unary_op){.kind = UNARY_GELU}, &tx);
        elementwise_chain(y[t] + 2 * R * C, &(struct chain){b, b, x, {.kind = UNARY_SWISH}}, x, R, C);
    }
    CHECK_BYTES(y[0], y[1], 3 * R * C * sizeof(float));
    CHECK_BYTES(y[0], y[2], 3 * R * C * sizeof(float));
    omp_set_num_threads(before);
    free(x); free(b); free(y[0]); free(y[1]); free(y[2]);
}

static int tests(void)
{
    RUN(functions_are_right_to_a_few_ulps_for_floats_of_every_size);
    RUN(slopes_agree_with_differences_of_the_function);
    RUN(at_corners_the_slope_is_that_of_the_flat_side);
    RUN(what_is_cut_off_hides_gradients_of_any_size);
    RUN(a_row_is_added_to_every_row_and_a_column_to_every_column);
    RUN(comparisons_with_nan_are_0_and_extremes_with_nan_are_nan);
    RUN(powers_of_special_numbers_are_those_of_c);
    RUN(every_operation_is_right_for_operands_of_any_shape_and_stride);
    RUN(a_result_may_be_an_operand);
    RUN(with_b_0_axpby_does_not_read_the_result);
    RUN(a_chain_is_scale_shift_sum_and_function_one_after_the_other);
    RUN(the_thread_count_changes_no_bit);
    return check_report();
}

int main(int argc, char **argv)
{
    (void)argc;
    return at_every_level(argv, tests);
}
