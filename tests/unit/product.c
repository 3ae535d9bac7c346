/* lib/tensor/product.h against the three loops of the definition, in f64. */
#include "check.h"

#include "base/mem.h"
#include "base/random.h"
#include "tensor/product.h"

#include <float.h>
#include <omp.h>
#include <stdlib.h>

static float *numbers(int64_t n, uint64_t seed)
{
    float *x = xmalloc(sizeof *x * (n + 1));
    rng_fill_uniform(&(struct rng){seed, 0}, 0, x, n, -1, 1);
    return x;
}

/* Largest |C - definition| in units of the bound (K+2) eps (|alpha| sum|a b| + |beta c|). */
static double error(const struct product *p, const float *c, const float *before, const float *a, const float *b)
{
    double worst = 0;
    for (int64_t i = 0; i < p->m; i++)
        for (int64_t j = 0; j < p->n; j++) {
            double sum = 0, size = 0;
            for (int64_t t = 0; t < p->k; t++) {
                const double x = (double)a[p->ta ? t * p->lda + i : i * p->lda + t] * b[p->tb ? j * p->ldb + t : t * p->ldb + j];
                sum += x;
                size += fabs(x);
            }
            const double old = p->beta == 0 ? 0 : p->beta * (double)before[i * p->ldc + j];
            const double bound = (p->k + 2) * FLT_EPSILON * (fabs(p->alpha) * size + fabs(old)) + FLT_MIN;
            const double e = fabs(c[i * p->ldc + j] - (p->alpha * sum + old)) / bound;
            if (!(e <= worst))
                worst = e;
        }
    return worst;
}

/* Shapes of one piece, of many, of many terms, with gaps between rows; all transposes. */
static void is_the_sum_of_products_for_every_shape_and_transpose(void)
{
    static const int64_t shape[][3] = {{1, 1, 1}, {3, 5, 7}, {38, 37, 621}, {500, 130, 40}, {40, 800, 33}, {400, 800, 90}, {16, 24, 5000}, {7, 1, 3000}};
    for (int i = 0; i < 8 * 8; i++) {
        const int64_t m = shape[i / 8][0], n = shape[i / 8][1], k = shape[i / 8][2], gap = i / 4 % 2 * 3;
        struct product p = {i & 1, i & 2, m, n, k, gap + (i & 1 ? m : k), gap + (i & 2 ? k : n), gap + n, 0.5f, i % 3 ? 2.0f : 0.0f};
        float *a = numbers((p.ta ? k : m) * p.lda, 1), *b = numbers((p.tb ? n : k) * p.ldb, 2);
        float *c = numbers(m * p.ldc, 3), *before = numbers(m * p.ldc, 3);
        for (int64_t r = 0; p.beta == 0 && r < m; r++)          /* is not looked at then */
            for (int64_t j = 0; j < n; j++)
                c[r * p.ldc + j] = NAN;
        product(&p, c, a, b);
        CHECK(error(&p, c, before, a, b) <= 1);
        for (int64_t r = 0; r < m; r++)
            CHECK_BYTES(c + r * p.ldc + n, before + r * p.ldc + n, sizeof *c * gap);
        free(a); free(b); free(c); free(before);
    }
}

static void without_terms_the_result_is_beta_c_and_without_results_nothing_happens(void)
{
    float c[4] = {1, 2, 3, NAN}, x = 1;
    product(&(struct product){.m = 1, .n = 3, .k = 0, .lda = 0, .ldb = 3, .ldc = 3, .alpha = 1, .beta = 2}, c, &x, &x);
    CHECK(c[0] == 2 && c[1] == 4 && c[2] == 6);
    product(&(struct product){.m = 1, .n = 1, .k = 0, .ldb = 1, .ldc = 1, .alpha = 1, .beta = 0}, c + 3, &x, &x);
    CHECK(c[3] == 0);
    product(&(struct product){.m = 0, .n = 3, .k = 2, .lda = 2, .ldb = 3, .ldc = 3, .alpha = 1}, NULL, NULL, &x);
}

static void the_thread_count_changes_no_bit(void)
{
    const int before = omp_get_max_threads();
    for (int i = 0; i < 120; i++) {
        const struct rng r = {5, 0};
        const int64_t m = 1 + rng_below(&r, 4 * i, i % 2 ? 50 : 900), n = 1 + rng_below(&r, 4 * i + 1, i % 3 ? 60 : 900);
        const int64_t k = 1 + rng_below(&r, 4 * i + 2, i % 5 ? 80 : 5000);
        const bool ta = i & 4, tb = i & 8;
        const struct product p = {ta, tb, m, n, k, ta ? m : k, tb ? k : n, n, 1, 0};
        float *a = numbers(m * k, i), *b = numbers(n * k, i + 1), *c[3];
        for (int t = 0; t < 3; t++) {
            c[t] = numbers(m * n, 9);
            omp_set_num_threads(t + 1);
            product(&p, c[t], a, b);
        }
        CHECK_BYTES(c[0], c[1], sizeof(float) * m * n);
        CHECK_BYTES(c[0], c[2], sizeof(float) * m * n);
        free(a); free(b); free(c[0]); free(c[1]); free(c[2]);
    }
    omp_set_num_threads(before);
}

static void a_batch_is_its_products_one_by_one_and_may_share_an_operand(void)
{
    const struct product p = {false, true, 30, 20, 10, 10, 10, 20, 1, 0};
    float *a = numbers(7 * 300, 1), *b = numbers(200, 2), *c = numbers(7 * 600, 3), *want = numbers(7 * 600, 4);
    product_batch(&p, 7, c, 600, a, 300, b, 0);
    for (int s = 0; s < 7; s++)
        product(&p, want + s * 600, a + s * 300, b);
    for (int i = 0; i < 7 * 600; i++)
        CHECK_NEAR(c[i], want[i], 12 * 10 * FLT_EPSILON);
    free(a); free(b); free(c); free(want);
}

int main(void)
{
    RUN(is_the_sum_of_products_for_every_shape_and_transpose);
    RUN(without_terms_the_result_is_beta_c_and_without_results_nothing_happens);
    RUN(the_thread_count_changes_no_bit);
    RUN(a_batch_is_its_products_one_by_one_and_may_share_an_operand);
    return check_report();
}
