/* Moments are compared at five standard errors of what they estimate. */
#include "nn/init.h"

#include "base/mem.h"
#include "check.h"

#include <float.h>
#include <omp.h>
#include <stdlib.h>

#define DIMS(...) (int)(sizeof (int64_t[]){__VA_ARGS__} / sizeof(int64_t)), (int64_t[]){__VA_ARGS__}

static struct memory *m;
static struct params *ps;

/* A set of one, or of two whose first is b. */
static struct param *tensor(const char *name, int rank, const int64_t *dim)
{
    params_free(ps);
    ps = params_new(m);
    struct param *p = params_add(ps, name, PARAMS_MAIN, rank, dim);
    params_seal(ps);
    return p;
}

static double mean(const struct param *p)
{
    double sum = 0;

    for (int64_t i = 0; i < p->count; i++)
        sum += p->value[i];
    return sum / (double)p->count;
}

/* Root of the mean square. */
static double size(const struct param *p)
{
    double sum = 0;

    for (int64_t i = 0; i < p->count; i++)
        sum += (double)p->value[i] * p->value[i];
    return sqrt(sum / (double)p->count);
}

static double largest(const struct param *p)
{
    double most = 0;

    for (int64_t i = 0; i < p->count; i++)
        most = fmax(most, fabs((double)p->value[i]));
    return most;
}

static void check_normal(const struct param *p, double std)
{
    const double n = (double)p->count;

    CHECK_NEAR(mean(p), 0, 5 * std / sqrt(n));
    CHECK_NEAR(size(p), std, 5 * std / sqrt(2 * n));
    CHECK(largest(p) > 3 * std);
}

/* Variance of x^2 is 4/45 of bound^4, of the root mean square a quarter of its relative one. */
static void check_uniform(const struct param *p, double bound)
{
    const double n = (double)p->count, std = bound / sqrt(3);

    CHECK_NEAR(mean(p), 0, 5 * std / sqrt(n));
    CHECK_NEAR(size(p), std, 5 * std * sqrt(0.2 / n));
    CHECK(largest(p) <= bound * (1 + FLT_EPSILON) && largest(p) > 0.99 * bound);
}

static void fans_of_linear_layers_and_convolutions_are_those_of_their_sums(void)
{
    const struct param *fc = tensor("fc", DIMS(30, 50));
    CHECK_INT(init_fan(fc, INIT_FAN_IN), 50);
    CHECK_INT(init_fan(fc, INIT_FAN_OUT), 30);
    const struct param *conv = tensor("conv", DIMS(64, 3, 5, 16));      /* K R S C/G */
    CHECK_INT(init_fan(conv, INIT_FAN_IN), 3 * 5 * 16);
    CHECK_INT(init_fan(conv, INIT_FAN_OUT), 3 * 5 * 64);
}

static void he_has_variance_gain_squared_by_fan(void)
{
    struct param *p = tensor("w", DIMS(64, 3, 3, 32));

    init_he_normal(p, 1, INIT_FAN_IN, init_gain_leaky(0));
    check_normal(p, sqrt(2.0 / 288));
    init_he_normal(p, 1, INIT_FAN_OUT, init_gain_leaky(0.2));
    check_normal(p, sqrt(2 / 1.04 / 576));
    init_he_uniform(p, 1, INIT_FAN_IN, 1);
    check_uniform(p, sqrt(3.0 / 288));
}

static void xavier_has_variance_two_by_the_sum_of_fans(void)
{
    struct param *p = tensor("w", DIMS(200, 100));

    init_xavier_normal(p, 2, 1);
    check_normal(p, sqrt(2.0 / 300));
    init_xavier_uniform(p, 2, 2);
    check_uniform(p, 2 * sqrt(6.0 / 300));
}

static void pytorch_s_own_is_uniform_within_one_by_root_fan_in_for_weight_and_bias(void)
{
    params_free(ps);
    ps = params_new(m);
    struct param *w = params_add(ps, "w", PARAMS_MAIN, DIMS(300, 100));
    struct param *b = params_add(ps, "b", PARAMS_MAIN, DIMS(3000));
    params_seal(ps);
    init_torch(w, b, 3);
    check_uniform(w, 0.1);
    check_uniform(b, 0.1);
    init_torch(w, NULL, 3);
}

static void normal_and_uniform_have_the_moments_asked_for(void)
{
    struct param *p = tensor("w", DIMS(100000));

    init_normal(p, 4, 0, 0.02);
    check_normal(p, 0.02);
    init_normal(p, 4, 3, 0.5);
    CHECK_NEAR(mean(p), 3, 5 * 0.5 / sqrt(100000));
    init_uniform(p, 4, 1, 2);
    CHECK_NEAR(mean(p), 1.5, 5 * 0.289 / sqrt(100000));
    init_constant(p, -2.5);
    CHECK(mean(p) == -2.5 && size(p) == 2.5);
}

/* Within 2 std: variance 1 - 4 phi(2) / (2 Phi(2) - 1) = 0.774. */
static void truncated_normals_are_drawn_again_and_not_clamped(void)
{
    struct param *p = tensor("w", DIMS(100000));
    int at_border = 0;

    init_truncated(p, 5, 0, 0.1, -0.2, 0.2);
    CHECK_NEAR(mean(p), 0, 5 * 0.088 / sqrt(100000));
    CHECK_NEAR(size(p), 0.1 * sqrt(0.7737413), 5 * 0.088 / sqrt(100000));
    for (int64_t i = 0; i < p->count; i++) {
        at_border += fabs((double)p->value[i]) > 0.1999999;
        CHECK(p->value[i] >= -0.2f && p->value[i] <= 0.2f);
    }
    CHECK(at_border < 5);
    /* Half of a half: many attempts are needed, mean sqrt(2/pi) of the half normal. */
    init_truncated(p, 5, 0, 1, 0, INFINITY);
    CHECK_NEAR(mean(p), sqrt(2 / 3.14159265358979), 5 * 0.6028 / sqrt(100000));
}

/* Largest entry of |Q Q' - gain^2 I| over rows (or columns) that are to be orthonormal. */
static double defect(const struct param *p, double gain)
{
    const int64_t rows = p->dim[0], cols = p->count / rows, n = rows < cols ? rows : cols;
    const int64_t width = p->count / n, row = rows < cols ? cols : 1, col = rows < cols ? 1 : cols;
    double worst = 0;

    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j <= i; j++) {
            double dot = 0;

            for (int64_t k = 0; k < width; k++)
                dot += (double)p->value[i * row + k * col] * p->value[j * row + k * col];
            worst = fmax(worst, fabs(dot - (i == j ? gain * gain : 0)));
        }
    return worst;
}

static void orthogonal_has_orthonormal_rows_or_columns_times_the_gain(void)
{
    static const int64_t shape[][2] = {{1, 1}, {1, 7}, {5, 1}, {40, 40}, {31, 100}, {200, 65}, {130, 130}};

    for (size_t i = 0; i < sizeof shape / sizeof *shape; i++) {
        struct param *p = tensor("w", 2, shape[i]);

        init_orthogonal(p, 6, 1.5);
        CHECK(defect(p, 1.5) < 1e-5);
    }
    struct param *conv = tensor("conv", DIMS(48, 3, 3, 16));
    init_orthogonal(conv, 6, 1);
    CHECK(defect(conv, 1) < 1e-5);
    init_orthogonal(tensor("none", DIMS(0, 3)), 6, 1);
}

/* Uniform over orthogonal matrices: signs are even, and an entry has variance 1/n. */
static void orthogonal_prefers_no_direction(void)
{
    double sum = 0, square = 0;

    for (uint64_t seed = 0; seed < 2000; seed++) {
        const struct param *p = tensor("w", DIMS(3, 3));

        init_orthogonal((struct param *)p, seed, 1);
        sum += p->value[0];
        square += (double)p->value[0] * p->value[0];
    }
    CHECK_NEAR(sum / 2000, 0, 5 * sqrt(1.0 / 3 / 2000));
    CHECK_NEAR(square / 2000, 1.0 / 3, 5 * 0.3 / sqrt(2000));
}

static void fill(struct param *p, int how)
{
    switch (how) {
    case 0: init_he_normal(p, 7, INIT_FAN_IN, 1); break;
    case 1: init_xavier_uniform(p, 7, 1); break;
    case 2: init_truncated(p, 7, 0, 1, -1, 1); break;
    default: init_orthogonal(p, 7, 1);
    }
}

static void the_thread_count_changes_no_bit(void)
{
    const int before = omp_get_max_threads();
    float *first = xmalloc(sizeof(float) * 300 * 301);

    for (int how = 0; how < 4; how++)
        for (int threads = 1; threads <= 3; threads++) {
            struct param *p = tensor("w", DIMS(300, 301));

            omp_set_num_threads(threads);
            fill(p, how);
            if (threads == 1)
                memcpy(first, p->value, sizeof(float) * 300 * 301);
            CHECK_BYTES(p->value, first, sizeof(float) * 300 * 301);
        }
    omp_set_num_threads(before);
    free(first);
}

static void draws_depend_on_seed_and_name_and_not_on_order(void)
{
    float a[6];
    struct param *p = tensor("a", DIMS(2, 3));

    init_normal(p, 8, 0, 1);
    memcpy(a, p->value, sizeof a);
    params_free(ps);
    ps = params_new(m);
    struct param *b = params_add(ps, "b", PARAMS_MAIN, DIMS(2, 3));
    struct param *again = params_add(ps, "a", PARAMS_MAIN, DIMS(2, 3));
    params_seal(ps);
    init_normal(b, 8, 0, 1);
    init_normal(again, 8, 0, 1);
    CHECK_BYTES(again->value, a, sizeof a);
    CHECK(memcmp(b->value, a, sizeof a) != 0);
    init_normal(again, 9, 0, 1);
    CHECK(memcmp(again->value, a, sizeof a) != 0);
    CHECK_INT(again->version, 3);
}

int main(void)
{
    m = memory_new();
    RUN(fans_of_linear_layers_and_convolutions_are_those_of_their_sums);
    RUN(he_has_variance_gain_squared_by_fan);
    RUN(xavier_has_variance_two_by_the_sum_of_fans);
    RUN(pytorch_s_own_is_uniform_within_one_by_root_fan_in_for_weight_and_bias);
    RUN(normal_and_uniform_have_the_moments_asked_for);
    RUN(truncated_normals_are_drawn_again_and_not_clamped);
    RUN(orthogonal_has_orthonormal_rows_or_columns_times_the_gain);
    RUN(orthogonal_prefers_no_direction);
    RUN(the_thread_count_changes_no_bit);
    RUN(draws_depend_on_seed_and_name_and_not_on_order);
    params_free(ps);
    memory_free(m);
    return check_report();
}
