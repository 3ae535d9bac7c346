#include "metrics/frechet_sets.h"

#include "metrics/algebra.h"
#include "metrics/moments.h"
#include "tests/unit/check.h"
#include "tests/unit/metric_data.h"

#include <omp.h>

static struct ten_err err;

static double distance(const struct features *x, const struct features *y)
{
    struct gaussian g;
    double fd = NAN;
    CHECK_INT(features_gaussian(&g, x, &err), 0);
    CHECK_INT(frechet_from(&fd, &g, y, &err), 0);
    gaussian_free(&g);
    return fd;
}

/* Of N(mu, diag(scale^2)). */
static struct gaussian diagonal(int64_t d, const double *mu, const double *scale)
{
    double *sigma = xcalloc((size_t)(d * d), sizeof *sigma);
    struct gaussian g;
    for (int64_t c = 0; c < d; c++)
        sigma[c * d + c] = scale[c] * scale[c];
    CHECK_INT(gaussian_of_statistics(&g, mu, sigma, 0, d, &err), 0);
    free(sigma);
    return g;
}

/* ---- Algebra --------------------------------------------------------------------------------- */

static void decompositions_give_the_matrix_back(void)
{
    enum { N = 37 };
    double a[N * N], u[N * N], w[N];
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++)
            u[i * N + j] = a[i * N + j] = cos(i + j) + 1.0 / (1 + (i - j) * (i - j));
    CHECK_INT(symmetric_eigen(w, u, N, &err), 0);
    double worst = 0;
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) {
            double sum = 0;
            for (int k = 0; k < N; k++)
                sum += w[k] * u[k * N + i] * u[k * N + j];
            worst = fmax(worst, fabs(sum - a[i * N + j]));
        }
    CHECK(worst < 1e-13);
    CHECK(w[0] <= w[1] && w[N - 2] <= w[N - 1]);
}

/* A = diag(3, 2) beside a column of zeros. */
static void singular_values_fall(void)
{
    double a[] = {0, 2, 0, 3, 0, 0}, s[2];
    CHECK_INT(singular_values(s, a, 2, 3, &err), 0);
    CHECK_NEAR(s[0], 3, 1e-15);
    CHECK_NEAR(s[1], 2, 1e-15);
}

static void products_are_those_of_the_loops_for_any_number_of_threads(void)
{
    enum { M = 300, N = 270, K = 13 };
    double *a = xmalloc(sizeof *a * M * K), *b = xmalloc(sizeof *b * N * K);
    double *c = xmalloc(sizeof *c * M * N), *once = xmalloc(sizeof *once * M * N), worst = 0;
    for (int i = 0; i < M * K; i++)
        a[i] = sin(i);
    for (int i = 0; i < N * K; i++)
        b[i] = cos(i);
    for (int threads = 1; threads <= 3; threads++) {
        omp_set_num_threads(threads);
        product_of_rows(&(struct rows64){M, N, K, K, K, N}, threads == 1 ? once : c, a, b);
        if (threads > 1)
            CHECK_BYTES(c, once, sizeof *c * M * N);
    }
    for (int i = 0; i < M; i++)
        for (int j = 0; j < N; j++) {
            double sum = 0;
            for (int k = 0; k < K; k++)
                sum += a[i * K + k] * b[j * K + k];
            worst = fmax(worst, fabs(sum - c[i * N + j]));
        }
    CHECK(worst < 1e-13);
    free(a); free(b); free(c); free(once);
}

/* ---- Moments --------------------------------------------------------------------------------- */

/* A mean a million times the spread: f32 sums would lose all of it. */
static void moments_are_those_of_two_passes_whatever_the_pieces(void)
{
    enum { N = 1300, D = 7 };
    struct features f = metric_normal(N, D, 1);
    struct moments m, whole;
    double sigma[D * D], mu[D] = {0}, worst = 0;
    for (int i = 0; i < N * D; i++)
        f.x[i] = 1e6f + 8 * f.x[i];
    moments_init(&m, D);
    moments_init(&whole, D);
    for (int at = 0, n; at < N; at += n) {
        n = at % 97 + 1 < N - at ? at % 97 + 1 : N - at;
        moments_add(&m, f.x + at * D, n);
    }
    moments_add(&whole, f.x, N);
    moments_end(&m);
    moments_end(&whole);
    CHECK_BYTES(m.scatter, whole.scatter, sizeof sigma);
    CHECK_INT(m.n, N);
    moments_covariance(sigma, &m);
    for (int i = 0; i < N * D; i++)
        mu[i % D] += f.x[i] / (double)N;
    for (int p = 0; p < D; p++)
        for (int q = 0; q < D; q++) {
            double sum = 0;
            for (int i = 0; i < N; i++)
                sum += (f.x[i * D + p] - mu[p]) * (f.x[i * D + q] - mu[q]);
            worst = fmax(worst, fabs(sum / (N - 1) - sigma[p * D + q]));
        }
    CHECK(worst < 1e-8);
    moments_free(&m);
    moments_free(&whole);
    free(f.x);
}

/* ---- Closed forms ---------------------------------------------------------------------------- */

static void of_a_set_from_itself_is_nothing(void)
{
    const struct features few = metric_data(40, 90, 3, 1, 0), many = metric_data(900, 90, 3, 1, 0);
    struct gaussian g;
    CHECK_INT(features_gaussian(&g, &few, &err), 0);
    CHECK(fabs(distance(&few, &few)) < 1e-9 * g.trace);
    CHECK(fabs(distance(&many, &many)) < 1e-9 * g.trace);
    gaussian_free(&g);
    free(few.x);
    free(many.x);
}

/* |m1 - m2|^2 + sum (a - b)^2 */
static void of_diagonal_covariances_is_that_of_their_roots(void)
{
    const double m1[] = {1, 2, 3}, m2[] = {1, 0, 4}, a[] = {1, 0.5, 3}, b[] = {2, 0, 1};
    struct gaussian x = diagonal(3, m1, a), y = diagonal(3, m2, b);
    double fd;
    CHECK_INT(frechet_distance(&fd, &x, &y, &err), 0);
    CHECK_NEAR(fd, 4 + 1 + 1 + 0.25 + 4, 1e-13);
    CHECK_INT(y.rank, 2);
    gaussian_free(&x);
    gaussian_free(&y);
}

/* S2 = c^2 S1: (1 - c)^2 tr S1 */
static void of_a_scaled_set_is_its_trace_scaled(void)
{
    struct features x = metric_data(400, 30, 3, 1, 0), y = metric_data(400, 30, 3, 1, 0);
    struct gaussian g;
    CHECK_INT(features_gaussian(&g, &x, &err), 0);
    double means = 0;
    for (int64_t i = 0; i < y.n * y.d; i++)
        y.x[i] *= 1.5f;
    for (int64_t c = 0; c < x.d; c++)
        means += 0.25 * g.mu[c] * g.mu[c];
    CHECK_NEAR((distance(&x, &y) - means) / (0.25 * g.trace), 1, 1e-6);
    gaussian_free(&g);
    free(x.x);
    free(y.x);
}

/* Reversed samples and features; a rotation of 45 degrees of each pair of features. */
static void neither_order_nor_rotation_counts(void)
{
    struct features x = metric_data(300, 24, 3, 1, 0), y = metric_data(250, 24, 5, 1.2, 0.3);
    const double want = distance(&x, &y);
    struct features *both[] = {&x, &y};
    for (int k = 0; k < 2; k++)
        for (int64_t i = 0, n = both[k]->n * both[k]->d; i < n / 2; i++) {
            const float swap = both[k]->x[i];
            both[k]->x[i] = both[k]->x[n - 1 - i];
            both[k]->x[n - 1 - i] = swap;
        }
    CHECK_NEAR(distance(&x, &y) / want, 1, 1e-12);
    for (int k = 0; k < 2; k++)
        for (int64_t i = 0; i < both[k]->n * both[k]->d; i += 2) {
            float *p = both[k]->x + i;
            const double a = p[0], b = p[1], r = sqrt(0.5);
            p[0] = (float)(r * (a - b));
            p[1] = (float)(r * (a + b));
        }
    CHECK_NEAR(distance(&x, &y) / want, 1, 1e-6);
    free(x.x);
    free(y.x);
}

/* ---- References ------------------------------------------------------------------------------ */

/* scipy.linalg.sqrtm of the product of covariances, SciPy 1.10, f64. */
static void agrees_with_scipy_for_more_samples_than_features(void)
{
    const struct features x = metric_data(300, 24, 3, 1, 0), y = metric_data(250, 24, 5, 1.2, 0.3);
    CHECK_NEAR(distance(&x, &y) / 1.5446680750316855, 1, 1e-9);
    free(x.x);
    free(y.x);
}

/* scipy.linalg.svdvals of the product of centred data: sqrtm is not defined for singular matrices. */
static void agrees_with_scipy_for_a_hundred_samples_of_2048_features(void)
{
    const struct features x = metric_data(100, 2048, 3, 1, 0);
    const struct features y = metric_data(100, 2048, 5, 1.2, 0.3);
    const struct features z = metric_data(150, 2048, 5, 1.2, 0.3);
    CHECK_NEAR(distance(&x, &y) / 346.98361726037706, 1, 1e-9);
    CHECK_NEAR(distance(&x, &z) / 372.15936056640993, 1, 1e-9);
    free(x.x);
    free(y.x);
    free(z.x);
}

static void both_routes_agree_where_samples_are_few(void)
{
    const struct features x = metric_data(80, 200, 3, 1, 0), y = metric_data(120, 200, 5, 1.2, 0.3);
    struct features s = {.n = x.n, .d = x.d};
    struct moments m;
    moments_init(&m, x.d);
    moments_add(&m, x.x, x.n);
    moments_end(&m);
    s.sigma = xmalloc((size_t)(x.d * x.d) * sizeof *s.sigma);
    moments_covariance(s.sigma, &m);
    s.mu = m.mu;
    const double want = distance(&x, &y);
    CHECK_NEAR(distance(&s, &y) / want, 1, 1e-9);
    CHECK_NEAR(distance(&y, &s) / want, 1, 1e-9);
    free(s.sigma);
    moments_free(&m);
    free(x.x);
    free(y.x);
}

/* ---- Few samples ----------------------------------------------------------------------------- */

static void a_line_in_one_over_n_is_followed_to_its_end(void)
{
    const int64_t n[] = {100, 200, 500, 1000};
    double y[4];
    for (int i = 0; i < 4; i++)
        y[i] = 3 + 40.0 / (double)n[i];
    CHECK_NEAR(frechet_extrapolate(n, y, 4), 3, 1e-13);
}

/* Means half a unit apart in each of four features: 1, and 19 of 20 intervals hold it.  Halves of one
 * set are 0 apart but for the bias of their size. */
static void intervals_hold_the_distance_and_the_floor_is_small(void)
{
    const struct features x = metric_normal(600, 4, 1);
    struct gaussian g;
    double floor;
    int held = 0;
    CHECK_INT(features_gaussian(&g, &x, &err), 0);
    for (uint64_t seed = 2; seed < 12; seed++) {
        const struct features y = metric_normal(600, 4, seed);
        struct interval i;
        for (int64_t k = 0; k < y.n * y.d; k++)
            y.x[k] += 0.5f;
        CHECK_INT(frechet_bootstrap(&i, distance(&x, &y), &x, &g, &y, 100, 1, &err), 0);
        held += i.low < 1 && i.high > 1;
        CHECK(i.high - i.low > 0.1 && i.high - i.low < 0.5);
        free(y.x);
    }
    CHECK(held >= 8);
    CHECK_INT(frechet_floor(&floor, &x, 1, &err), 0);
    CHECK(floor > 0 && floor < 0.1);
    gaussian_free(&g);
    free(x.x);
}

int main(void)
{
    RUN(decompositions_give_the_matrix_back);
    RUN(singular_values_fall);
    RUN(products_are_those_of_the_loops_for_any_number_of_threads);
    RUN(moments_are_those_of_two_passes_whatever_the_pieces);
    RUN(of_a_set_from_itself_is_nothing);
    RUN(of_diagonal_covariances_is_that_of_their_roots);
    RUN(of_a_scaled_set_is_its_trace_scaled);
    RUN(neither_order_nor_rotation_counts);
    RUN(agrees_with_scipy_for_more_samples_than_features);
    RUN(agrees_with_scipy_for_a_hundred_samples_of_2048_features);
    RUN(both_routes_agree_where_samples_are_few);
    RUN(a_line_in_one_over_n_is_followed_to_its_end);
    RUN(intervals_hold_the_distance_and_the_floor_is_small);
    return check_report();
}
