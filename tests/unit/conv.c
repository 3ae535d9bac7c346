/* lib/tensor/conv.h against the seven loops of the definition, in f64. */
#include "check.h"
#include "levels.h"

#include "base/mem.h"
#include "base/random.h"
#include "tensor/conv.h"
#include "tensor/conv_internal.h"

#include <float.h>
#include <omp.h>
#include <stdlib.h>

static struct memory *memory;
static struct conv_plans *plans;

static float *numbers(int64_t n, uint64_t seed)
{
    float *x = xmalloc(sizeof *x * (n + 1));
    rng_fill_uniform(&(struct rng){seed, 0}, 0, x, n, -1, 1);
    return x;
}

static int64_t x_count(const struct conv *c) { return c->n * c->h * c->w * c->c; }
static int64_t y_count(const struct conv *c) { return c->n * conv_p(c) * conv_q(c) * c->k; }
static int64_t w_count(const struct conv *c) { return c->k * c->r * c->s * (c->c / c->groups); }

static const struct conv shapes[] = {
    /* n, x, w, strides, dilations, padding, groups */
    {2,  5, 5, 3,  4, 1, 1,  1, 1,  1, 1,  0, 0, 0, 0,  1, false, 0},
    {1,  8, 8, 16,  24, 3, 3,  1, 1,  1, 1,  1, 1, 1, 1,  1, false, 0},
    {3,  7, 7, 5,  19, 3, 3,  1, 1,  1, 1,  1, 1, 1, 1,  1, false, 0},
    {2,  9, 9, 33,  17, 3, 3,  1, 1,  1, 1,  0, 0, 0, 0,  1, false, 0},
    {5,  4, 4, 70,  64, 3, 3,  1, 1,  1, 1,  2, 2, 2, 2,  1, false, 0},
    {1,  1, 1, 1,  1, 3, 3,  1, 1,  1, 1,  1, 1, 1, 1,  1, false, 0},
    {40,  2, 2, 8,  8, 3, 3,  1, 1,  1, 1,  1, 1, 1, 1,  1, false, 0},
    {1,  40, 21, 16,  16, 3, 3,  1, 1,  1, 1,  0, 1, 1, 2,  1, false, 0},
    {2,  7, 7, 8,  8, 3, 3,  1, 1,  1, 1,  3, 0, 0, 2,  1, false, 0},
    {3,  40, 40, 16,  16, 3, 3,  1, 1,  1, 1,  1, 1, 1, 1,  1, false, 0},   /* many blocks of tiles */
    {1,  8, 6, 40,  33, 3, 3,  1, 1,  1, 1,  1, 1, 1, 1,  1, false, 0},
    {3,  13, 13, 3,  8, 3, 3,  2, 2,  1, 1,  1, 1, 1, 1,  1, false, 0},
    {1,  64, 64, 8,  12, 3, 3,  2, 2,  1, 1,  1, 1, 1, 1,  1, false, 0},
    {1,  50, 64, 16,  16, 5, 5,  3, 3,  1, 1,  2, 2, 2, 2,  1, false, 0},
    {2,  23, 23, 3,  16, 7, 7,  2, 2,  1, 1,  3, 3, 3, 3,  1, false, 0},
    {2,  16, 16, 1,  6, 5, 5,  1, 1,  1, 1,  2, 2, 2, 2,  1, false, 0},
    {2,  9, 9, 6,  4, 1, 1,  2, 2,  1, 1,  0, 0, 0, 0,  1, false, 0},
    {1,  60, 60, 32,  8, 1, 1,  2, 2,  1, 1,  0, 0, 0, 0,  1, false, 0},
    {2,  8, 8, 4,  4, 4, 4,  2, 2,  1, 1,  1, 1, 1, 1,  1, false, 0},
    {1,  12, 12, 4,  6, 3, 3,  1, 1,  2, 2,  2, 2, 2, 2,  1, false, 0},
    {2,  10, 10, 8,  8, 3, 3,  2, 2,  1, 3,  1, 1, 1, 1,  1, false, 0},
    {2,  9, 9, 8,  12, 3, 3,  1, 1,  1, 1,  1, 1, 1, 1,  4, false, 0},
    {2,  9, 9, 24,  24, 3, 3,  1, 1,  1, 1,  1, 1, 1, 1,  24, false, 0},
    {2,  10, 10, 19,  19, 3, 3,  2, 2,  1, 1,  1, 1, 1, 1,  19, false, 0},
    {1,  11, 11, 32,  32, 5, 5,  1, 1,  1, 1,  2, 2, 2, 2,  32, false, 0},
    {1,  14, 14, 16,  16, 7, 7,  2, 2,  1, 1,  3, 3, 3, 3,  16, false, 0},
    {2,  9, 9, 5,  5, 3, 3,  1, 1,  2, 2,  2, 2, 2, 2,  5, false, 0},
    {3,  1, 17, 20,  20, 1, 7,  1, 1,  1, 1,  0, 6, 0, 0,  20, false, 0},
    {3,  6, 6, 10,  20, 3, 3,  1, 1,  1, 1,  1, 1, 1, 1,  10, false, 0},
    {2,  1, 30, 5,  6, 1, 5,  1, 1,  1, 1,  0, 2, 0, 2,  1, false, 0},
    {2,  1, 31, 5,  6, 1, 4,  1, 2,  1, 1,  0, 3, 0, 0,  1, false, 0},
    {1,  5, 5, 3,  4, 3, 3,  1, 1,  1, 1,  4, 4, 4, 4,  1, false, 0},
    {2,  3, 3, 4,  4, 5, 5,  1, 1,  1, 1,  1, 1, 1, 1,  1, false, 0},
    {1,  3, 3, 4,  4, 1, 1,  4, 4,  1, 1,  0, 0, 0, 0,  1, false, 0},
    {1,  34, 9, 8,  8, 2, 2,  5, 5,  1, 1,  0, 0, 0, 0,  1, false, 0},
    {9,  7, 6, 16,  48, 3, 3,  2, 2,  1, 1,  1, 1, 1, 1,  1, false, 0},     /* tiles of images, of which one is not full */
    {17,  5, 5, 32,  16, 3, 3,  1, 1,  2, 2,  2, 2, 2, 2,  1, false, 0},
    {8,  4, 4, 48,  64, 3, 3,  1, 1,  1, 1,  1, 1, 1, 1,  1, true, 0},
    {10,  9, 9, 16,  32, 4, 4,  2, 2,  1, 1,  1, 3, 0, 2,  1, false, 0},
    {8,  7, 11, 16,  16, 2, 2,  3, 4,  1, 1,  0, 0, 0, 0,  1, false, 0},    /* pixels that no tap reaches */
    {11,  6, 6, 3,  16, 3, 3,  2, 2,  1, 1,  1, 1, 1, 1,  1, false, 0},
};
enum { SHAPES = sizeof shapes / sizeof shapes[0] };

/* ---- The definition ------------------------------------------------------------------------------- */

/* What a pass computes from two operands: the result's elements, and the sums of their terms' sizes. */
struct sums { double *value, *size; int64_t count; };

static void add_term(struct sums *r, int64_t at, double a, double b)
{
    r->value[at] += a * b;
    r->size[at] += fabs(a * b);
}

static struct sums definition(const struct conv *c, enum conv_pass pass, const float *a, const float *b)
{
    const int64_t count = pass == CONV_FORWARD ? y_count(c) : pass == CONV_DATA ? x_count(c) : w_count(c);
    const int64_t per = c->c / c->groups, out = c->k / c->groups;
    struct sums sums = {xcalloc(count + 1, sizeof(double)), xcalloc(count + 1, sizeof(double)), count};
    for (int64_t n = 0; n < c->n; n++)
        for (int64_t p = 0; p < conv_p(c); p++)
            for (int64_t q = 0; q < conv_q(c); q++)
                for (int64_t r = 0; r < c->r; r++)
                    for (int64_t s = 0; s < c->s; s++) {
                        const int64_t h = p * c->sh - c->top + r * c->dh, w = q * c->sw - c->left + s * c->dw;
                        if (h < 0 || h >= c->h || w < 0 || w >= c->w)
                            continue;
                        for (int64_t k = 0; k < c->k; k++)
                            for (int64_t i = 0; i < per; i++) {
                                const int64_t x = ((n * c->h + h) * c->w + w) * c->c + k / out * per + i;
                                const int64_t y = ((n * conv_p(c) + p) * conv_q(c) + q) * c->k + k;
                                const int64_t v = ((k * c->r + r) * c->s + s) * per + i;
                                if (pass == CONV_FORWARD)
                                    add_term(&sums, y, a[x], b[v]);
                                else if (pass == CONV_DATA)
                                    add_term(&sums, x, a[y], b[v]);
                                else
                                    add_term(&sums, v, a[x], b[y]);
                            }
                    }
    return sums;
}

static void sums_free(struct sums *s)
{
    free(s->value);
    free(s->size);
}

/* ---- All algorithms -------------------------------------------------------------------------------- */

static const char *const names[] = {"product", "winograd", "depthwise", "direct", "library", "plain", "the rule's"};
enum { RULE = CONV_PLAIN + 1, ALGORITHMS };

static bool able(const struct conv *c, int algorithm, enum conv_pass pass, bool bias)
{
    const bool padded = c->top || c->left || c->bottom || c->right;
    switch (algorithm) {
    case CONV_PRODUCT:   return c->r * c->s * c->sh * c->sw * c->groups == 1 && !padded;
    case CONV_WINOGRAD:  return c->r == 3 && c->s == 3 && c->sh * c->sw * c->dh * c->dw * c->groups == 1;
    case CONV_DEPTHWISE: return c->groups == c->c && c->groups == c->k;
    case CONV_DIRECT:    return c->groups == 1 && (pass == CONV_DATA || c->k % 16 == 0) && (pass == CONV_FORWARD || c->c % 16 == 0);
    case CONV_LIBRARY:   return library_able(plans, c, pass, bias && pass == CONV_FORWARD);
    default:             return true;
    }
}

static void run(const struct conv *c, int algorithm, enum conv_pass pass, float *to, const float *a, const float *b, const float *bias)
{
    if (algorithm == RULE && pass == CONV_FORWARD)
        conv_forward(plans, c, to, a, b, bias);
    else if (algorithm == RULE && pass == CONV_DATA)
        conv_data(plans, c, to, a, b, bias);
    else if (algorithm == RULE)
        conv_weight(plans, c, to, a, b, false);
    else if (pass == CONV_FORWARD)
        conv_forward_by(plans, algorithm, c, to, a, b, bias);
    else if (pass == CONV_DATA)
        conv_data_by(plans, algorithm, c, to, a, b, bias);
    else
        conv_weight_by(plans, algorithm, c, to, a, b, false);
}

static int64_t terms(const struct conv *c, enum conv_pass pass)
{
    return pass == CONV_FORWARD ? c->r * c->s * c->c / c->groups : pass == CONV_DATA ? c->r * c->s * c->k / c->groups :
           c->n * conv_p(c) * conv_q(c);
}

/* Operands of a pass, result counts. */
struct operands { float *a, *b, *bias, *to; int64_t count, row; };

static struct operands operands_of(const struct conv *c, enum conv_pass pass)
{
    const bool forward = pass == CONV_FORWARD, data = pass == CONV_DATA;
    struct operands o = {
        .a = numbers(data ? y_count(c) : x_count(c), 1), .b = numbers(forward || data ? w_count(c) : y_count(c), 2),
        .count = forward ? y_count(c) : data ? x_count(c) : w_count(c), .row = forward ? c->k : data ? c->c : 0,
    };
    o.bias = numbers(o.row, 3);
    o.to = numbers(o.count, 4);
    return o;
}

static void operands_free(struct operands *o)
{
    free(o->a); free(o->b); free(o->bias); free(o->to);
}

/*
 * Winograd's algorithm rounds transformed numbers that are larger than the result.  For x and w of random
 * signs and variance 1/3, the transformed products that a result adds up have together the variance
 * C/9 (g g), where in one dimension
 *
 *     g = most over i of sum over j of A'[i,j]^2 |row j of B'|^2 |row j of G|^2
 *
 * With |B'|^2 = 42 34 34 10 10 42 and |G|^2 = 1/16 1/12 1/12 21/576 21/576 1 the last row of A' has the
 * most, 2.8 + 2.8 + 23.3 + 23.3 + 42 = 94.3; the weight gradient's (G' for A', A for G) has 96.8 in its last
 * row.  Errors of n roundings of such numbers add up like a random walk (Higham and Mary, "A new approach
 * to probabilistic rounding error analysis", 2019): sqrt(n) eps/2 times their size, and 8 of these are
 * never seen.  n: the sums over channels, or tiles, and 40 in the transforms.
 */
enum { WINOGRAD_GROWTH = 97, WINOGRAD_ROUNDINGS = 40 };

/* Largest error in units of the bound of a sum in any order, (terms + 2) eps (sum of sizes). */
static double worst(const struct sums *want, const struct operands *o, bool bias, int64_t terms, double winograd)
{
    double worst = 0;
    for (int64_t i = 0; i < o->count; i++) {
        const double b = bias ? o->bias[i % o->row] : 0;
        const double bound = (double)(terms + 2) * FLT_EPSILON * (want->size[i] + fabs(b)) + FLT_MIN + winograd;
        const double e = fabs(o->to[i] - (want->value[i] + b)) / bound;
        if (!(e <= worst))
            worst = e;
    }
    return worst;
}

/* The additional bound of a pass that may be Winograd's. */
static double winograd_bound(const struct conv *c, int algorithm, enum conv_pass pass)
{
    const int64_t tiles = c->n * ((conv_p(c) + 3) / 4) * ((conv_q(c) + 3) / 4);
    const int64_t sums = pass == CONV_FORWARD ? c->c : pass == CONV_DATA ? c->k : tiles;
    if (algorithm != CONV_WINOGRAD && (algorithm != RULE || conv_choose(c, pass) != CONV_WINOGRAD))
        return 0;
    return 8 * FLT_EPSILON / 2 * sqrt((double)(sums + WINOGRAD_ROUNDINGS)) * WINOGRAD_GROWTH * sqrt((double)sums) / 3;
}

static void check_pass(const struct conv *c, enum conv_pass pass)
{
    struct operands o = operands_of(c, pass);
    struct sums want = definition(c, pass, o.a, o.b);
    for (int a = 0; a < ALGORITHMS; a++)
        for (int bias = 0; bias <= (pass != CONV_WEIGHT); bias++) {
            if (!able(c, a, pass, bias))
                continue;
            run(c, a, pass, o.to, o.a, o.b, bias ? o.bias : NULL);
            const double e = worst(&want, &o, bias, terms(c, pass), winograd_bound(c, a, pass));
            if (!(e <= 1))
                printf("shape %d, pass %d, %s: error %g of the bound\n", (int)(c - shapes), pass, names[a], e);
            CHECK(e <= 1);
        }
    sums_free(&want);
    operands_free(&o);
}

static void forward_is_the_definition_for_every_shape_and_algorithm(void)
{
    for (int i = 0; i < SHAPES; i++)
        check_pass(&shapes[i], CONV_FORWARD);
}

static void the_data_gradient_is_the_transpose_for_every_shape_and_algorithm(void)
{
    for (int i = 0; i < SHAPES; i++)
        check_pass(&shapes[i], CONV_DATA);
}

static void the_weight_gradient_is_the_transpose_for_every_shape_and_algorithm(void)
{
    for (int i = 0; i < SHAPES; i++)
        check_pass(&shapes[i], CONV_WEIGHT);
}

/* ---- By hand ---------------------------------------------------------------------------------------- */

/* An image 1 2 3 / 4 5 6 / 7 8 9, the kernel 1 0 / 0 2, stride 1. */
static void a_convolution_by_hand(void)
{
    const struct conv c = {1, 3, 3, 1, 1, 2, 2, 1, 1, 1, 1, 0, 0, 0, 0, 1, false, 0};
    const float x[9] = {1, 2, 3, 4, 5, 6, 7, 8, 9}, w[4] = {1, 0, 0, 2}, bias = 100, dy[4] = {1, 0, 0, 10};
    float y[4], dx[9], dw[4] = {1, 1, 1, 1};
    conv_forward(plans, &c, y, x, w, &bias);
    CHECK(y[0] == 111 && y[1] == 114 && y[2] == 120 && y[3] == 123);
    conv_data(plans, &c, dx, dy, w, NULL);
    const float want[9] = {1, 0, 0, 0, 12, 0, 0, 0, 20};
    CHECK_BYTES(dx, want, sizeof want);
    conv_weight(plans, &c, dw, x, dy, true);
    CHECK(dw[0] == 52 && dw[1] == 63 && dw[2] == 85 && dw[3] == 96);
}

static void sizes_of_results_follow_stride_dilation_and_padding(void)
{
    struct conv c = {1, 7, 7, 1, 1, 3, 3, 2, 2, 1, 1, 1, 1, 1, 1, 1, false, 0};
    CHECK_INT(conv_p(&c), 4);
    c.dh = 3;
    CHECK_INT(conv_p(&c), 2);
    c.top = c.bottom = 0;
    CHECK_INT(conv_p(&c), 1);
    c.h = 6;
    CHECK_INT(conv_p(&c), 0);
    CHECK_INT(conv_q(&c), 4);
}

static void without_images_or_windows_nothing_is_read_and_gradients_are_zero(void)
{
    struct conv c = {0, 5, 5, 2, 3, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, false, 0};
    float dw[54], dx[18], bias[2] = {1, 2}, y[4] = {0};
    memset(dw, 1, sizeof dw);
    conv_forward(plans, &c, NULL, NULL, NULL, NULL);
    conv_data(plans, &c, NULL, NULL, NULL, NULL);
    conv_weight(plans, &c, dw, NULL, NULL, false);
    for (int i = 0; i < 54; i++)
        CHECK(dw[i] == 0);

    c = (struct conv){1, 3, 3, 2, 3, 4, 4, 1, 1, 1, 1, 0, 0, 0, 0, 1, false, 0};          /* the kernel is larger than the image */
    CHECK_INT(conv_p(&c), 0);
    conv_forward(plans, &c, NULL, NULL, NULL, NULL);
    conv_data(plans, &c, dx, NULL, NULL, bias);
    for (int i = 0; i < 18; i++)
        CHECK(dx[i] == bias[i % 2]);

    c = (struct conv){1, 2, 2, 0, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 1, false, 0};          /* no channels to sum over */
    conv_forward(plans, &c, y, NULL, NULL, bias);
    for (int i = 0; i < 4; i++)
        CHECK(y[i] == 1);
}

static void a_gradient_of_weights_is_added_to_what_is_there(void)
{
    for (int i = 0; i < SHAPES; i++)
        for (int a = 0; a < ALGORITHMS - 1; a++) {
            const struct conv *c = &shapes[i];
            if (!able(c, a, CONV_WEIGHT, false))
                continue;
            struct operands o = operands_of(c, CONV_WEIGHT);
            float *sum = numbers(o.count, 9), *before = numbers(o.count, 9);
            conv_weight_by(plans, a, c, o.to, o.a, o.b, false);
            conv_weight_by(plans, a, c, sum, o.a, o.b, true);
            /* Parts may be added to it one by one: as many roundings as terms. */
            const double bound = (2 + terms(c, CONV_WEIGHT)) * FLT_EPSILON * (2 + terms(c, CONV_WEIGHT));
            for (int64_t k = 0; k < o.count; k++)
                CHECK_NEAR(sum[k], before[k] + o.to[k], bound);
            free(sum);
            free(before);
            operands_free(&o);
        }
}

/* Layers of networks that are known: forward, data, weight. */
static void the_rule_chooses_by_shape(void)
{
    enum { P = CONV_PRODUCT, W = CONV_WINOGRAD, D = CONV_DEPTHWISE, I = CONV_DIRECT, L = CONV_LIBRARY, C = CONV_PLAIN };
    static const struct { struct conv c; int pass[3]; } of[] = {
        {{64, 32, 32, 64,  256, 1, 1,  1, 1,  1, 1,  0, 0, 0, 0,  1, false, 0}, {P, P, P}},
        {{64, 8, 8, 256,  256, 3, 3,  1, 1,  1, 1,  1, 1, 1, 1,  1, false, 0}, {W, W, W}},
        {{64, 32, 32, 16,  16, 3, 3,  1, 1,  1, 1,  1, 1, 1, 1,  1, false, 0}, {L, L, L}},
        {{256, 8, 8, 16,  32, 3, 3,  2, 2,  1, 1,  1, 1, 1, 1,  1, false, 0}, {I, I, I}},
        {{16, 14, 14, 384,  384, 3, 3,  1, 1,  1, 1,  1, 1, 1, 1,  384, false, 0}, {D, D, D}},
        {{16, 14, 14, 240,  240, 5, 5,  1, 1,  1, 1,  2, 2, 2, 2,  240, false, 0}, {L, D, D}},
        {{64, 32, 32, 64,  128, 3, 3,  2, 2,  1, 1,  1, 1, 1, 1,  1, false, 0}, {L, L, L}},
        {{64, 16, 16, 128,  256, 3, 3,  2, 2,  1, 1,  1, 1, 1, 1,  1, false, 0}, {L, L, C}},
        {{32, 8, 8, 128,  256, 3, 3,  2, 2,  1, 1,  1, 1, 1, 1,  1, false, 0}, {L, C, C}},
        {{64, 8, 8, 256,  512, 3, 3,  2, 2,  1, 1,  1, 1, 1, 1,  1, false, 0}, {C, C, C}},
        {{32, 2, 2, 512,  512, 3, 3,  1, 1,  1, 1,  1, 1, 1, 1,  1, false, 0}, {C, C, C}},
        {{1, 2, 2, 512,  512, 3, 3,  1, 1,  1, 1,  1, 1, 1, 1,  1, false, 0}, {L, C, C}},
        {{32, 2, 2, 512,  512, 3, 3,  1, 1,  1, 1,  1, 1, 1, 1,  32, false, 0}, {L, L, L}},
        {{8, 224, 224, 3,  64, 7, 7,  2, 2,  1, 1,  3, 3, 3, 3,  1, false, 0}, {L, L, L}},
    };
    for (size_t i = 0; i < sizeof of / sizeof of[0]; i++)
        for (int pass = CONV_FORWARD; pass <= CONV_WEIGHT; pass++)
            CHECK_INT(conv_choose(&of[i].c, pass), of[i].pass[pass]);
}

/* ---- Properties -------------------------------------------------------------------------------------- */

static double dot(const float *a, const float *b, int64_t n)
{
    double sum = 0;
    for (int64_t i = 0; i < n; i++)
        sum += (double)a[i] * b[i];
    return sum;
}

/* The three are one number.  Its size is at most that of all terms: each pass is within (terms + 2) eps. */
static void the_passes_are_adjoint(void)
{
    for (int i = 0; i < SHAPES; i++) {
        const struct conv *c = &shapes[i];
        float *x = numbers(x_count(c), 1), *w = numbers(w_count(c), 2), *dy = numbers(y_count(c), 3);
        float *y = numbers(y_count(c), 0), *dx = numbers(x_count(c), 0), *dw = numbers(w_count(c), 0);
        conv_forward(plans, c, y, x, w, NULL);
        conv_data(plans, c, dx, dy, w, NULL);
        conv_weight(plans, c, dw, x, dy, false);
        const int64_t n = y_count(c) * terms(c, CONV_FORWARD);
        const double bound = 4 * FLT_EPSILON * sqrt((double)n) * (8 + sqrt((double)terms(c, CONV_WEIGHT)));
        const double a = dot(y, dy, y_count(c));
        CHECK_NEAR(dot(dx, x, x_count(c)), a, bound);
        CHECK_NEAR(dot(dw, w, w_count(c)), a, bound);
        free(x); free(w); free(dy); free(y); free(dx); free(dw);
    }
}

/* Plans made by 3 threads, and used by 1, 2 and 3. */
static void the_thread_count_changes_no_bit(void)
{
    struct conv_plans *old = plans;
    const int before = omp_get_max_threads();
    for (int i = 0; i < SHAPES * 3; i++) {
        const struct conv *c = &shapes[i / 3];
        const enum conv_pass pass = i % 3;
        struct operands o = operands_of(c, pass);
        float *one = numbers(o.count, 5);
        omp_set_num_threads(3);
        plans = conv_plans_new(memory);
        for (int a = 0; a < ALGORITHMS; a++)
            for (int t = 1; t <= 3 && able(c, a, pass, true); t++) {
                omp_set_num_threads(t);
                run(c, a, pass, t == 1 ? one : o.to, o.a, o.b, pass == CONV_WEIGHT ? NULL : o.bias);
                if (t > 1)
                    CHECK_BYTES(o.to, one, sizeof *one * o.count);
            }
        omp_set_num_threads(before);
        conv_plans_free(plans);
        plans = old;
        free(one);
        operands_free(&o);
    }
}

/* What was made of the weights is kept as long as the version says so, and no longer. */
static void changed_weights_are_noticed_by_their_version(void)
{
    for (int i = 0; i < SHAPES * 2; i++) {
        struct conv c = shapes[i / 2];
        const enum conv_pass pass = i % 2;
        struct operands o = operands_of(&c, pass);
        float *want = numbers(o.count, 5);
        for (int a = 0; a < ALGORITHMS; a++) {
            if (!able(&c, a, pass, false))
                continue;
            for (c.version = 0; c.version < 4; c.version++) {
                rng_fill_uniform(&(struct rng){c.version, 7}, 0, o.b, w_count(&c), -1, 1);
                for (int times = 0; times < 3; times++)     /* made; made and kept; taken */
                    run(&c, a, pass, o.to, o.a, o.b, NULL);
                const uint64_t version = c.version;
                c.version = 0;
                run(&c, a, pass, want, o.a, o.b, NULL);
                c.version = version;
                CHECK_BYTES(o.to, want, sizeof *want * o.count);
            }
        }
        free(want);
        operands_free(&o);
    }
}

/* More shapes and weights than plans keep. */
static void plans_forget_what_was_not_used_for_long(void)
{
    struct conv_plans *p = conv_plans_new(memory);
    float *w = numbers(3 * KEPT_MOST, 1);
    for (int i = 0; i < 3 * KEPT_MOST; i++) {
        const struct conv c = {.n = 1, .h = 1, .w = 2, .c = 1, .k = 1, .r = 1, .s = 2, .sh = 1, .sw = 1, .dh = 1, .dw = 1,
                               .groups = 1, .version = 1};
        bool ready;
        const struct conv_key key = conv_key_of(&c, CONV_FORWARD, USE_TRANSFORMED, w + i);
        struct block *b;
        for (int times = 0; times < 2; times++) {
            b = plans_weights(p, &key, 1, 64, &ready);
            CHECK(!ready);
            *(float *)b->data = w[i];
            block_drop(b);
        }
        b = plans_weights(p, &key, 1, 64, &ready);
        CHECK(ready && *(float *)b->data == w[i]);
        block_drop(b);
        CHECK(p->count <= KEPT_MOST);
    }
    conv_plans_free(p);
    free(w);
}

static void training_lets_go_of_what_inference_kept(void)
{
    struct memory *m = memory_new();
    struct conv_plans *p = conv_plans_new(m);
    const struct conv c = {.n = 1, .h = 1, .w = 1, .c = 1, .k = 1, .r = 1, .s = 1, .groups = 1};
    const struct conv_key key = conv_key_of(&c, CONV_FORWARD, USE_TRANSFORMED, &c);
    bool ready = true;
    for (int times = 0; times < 2; times++)
        block_drop(plans_weights(p, &key, 7, 1 << 20, &ready));
    CHECK(!ready && memory_used(m) == 1 << 20);
    block_drop(plans_weights(p, &key, 0, 64, &ready));
    CHECK(!ready && memory_used(m) == 0 && memory_lent(m) == 64);
    block_drop(plans_weights(p, &key, 7, 64, &ready));
    CHECK(!ready);
    conv_plans_free(p);
    memory_free(m);
}

static void transformed_weights_are_kept_where_tiles_are_few(void)
{
    for (int64_t n = 1; n <= 256; n *= 256) {
        struct memory *m = memory_new();
        struct conv_plans *p = conv_plans_new(m);
        const struct conv c = {.n = n, .h = 4, .w = 4, .c = 64, .k = 64, .r = 3, .s = 3, .sh = 1, .sw = 1, .dh = 1, .dw = 1,
                               .top = 1, .left = 1, .bottom = 1, .right = 1, .groups = 1, .version = 1};
        float *x = numbers(x_count(&c), 1), *w = numbers(w_count(&c), 2), *y = numbers(y_count(&c), 0);
        for (int times = 0; times < 3; times++)
            conv_forward(p, &c, y, x, w, NULL);
        if (n == 1)
            CHECK(memory_used(m) >= sizeof *w * 36 * 64 * 64);
        else
            CHECK_INT(memory_used(m), 0);
        conv_plans_free(p);
        memory_free(m);
        free(x); free(w); free(y);
    }
}

static int tests(void)
{
    memory = memory_new();
    plans = conv_plans_new(memory);
    RUN(a_convolution_by_hand);
    RUN(sizes_of_results_follow_stride_dilation_and_padding);
    RUN(without_images_or_windows_nothing_is_read_and_gradients_are_zero);
    RUN(forward_is_the_definition_for_every_shape_and_algorithm);
    RUN(the_data_gradient_is_the_transpose_for_every_shape_and_algorithm);
    RUN(the_weight_gradient_is_the_transpose_for_every_shape_and_algorithm);
    RUN(a_gradient_of_weights_is_added_to_what_is_there);
    RUN(the_rule_chooses_by_shape);
    RUN(the_passes_are_adjoint);
    RUN(the_thread_count_changes_no_bit);
    RUN(changed_weights_are_noticed_by_their_version);
    RUN(plans_forget_what_was_not_used_for_long);
    RUN(training_lets_go_of_what_inference_kept);
    RUN(transformed_weights_are_kept_where_tiles_are_few);
    conv_plans_free(plans);
    CHECK_INT(memory_used(memory), 0);
    memory_free(memory);
    return check_report();
}

/* Threads that are more than processors must not wait for each other by spinning: OpenMP reads this when
 * a program starts. */
int main(int argc, char **argv)
{
    (void)argc;
    if (!getenv("OMP_WAIT_POLICY")) {
        setenv("OMP_WAIT_POLICY", "passive", 1);
        execv(argv[0], argv);
    }
    return at_every_level(argv, tests);
}
