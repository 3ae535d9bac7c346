/* lib/tensor/topk.h against a stable sort; stored values are torch.topk's of PyTorch 1.13. */
#include "check.h"

#include "autograd/op.h"
#include "autograd/ops.h"
#include "autograd/ops_topk.h"
#include "base/mem.h"
#include "tensor/topk.h"

#include <omp.h>
#include <stdlib.h>

static void the_largest_four_are_those_of_pytorch(void)
{
    static const float values[4][4] = {{7.5f, 6, 5, 3.5f},
                                       {7, 6, 4.5f, 3},
                                       {8, 6.5f, 5.5f, 4},
                                       {7.5f, 6.5f, 5, 3.5f}};
    static const int32_t places[4][4] = {{7, 2, 9, 4}, {4, 11, 6, 1}, {6, 1, 8, 3}, {3, 10, 5, 0}};
    float x[4][12], value[4][4];
    int32_t index[4][4];
    for (int i = 0; i < 4; i++)
        for (int j = 0; j < 12; j++)
            x[i][j] = (float)((7 * i + 13 * j) % 31) * 0.5f - 7;
    topk(value[0], index[0], x[0], 4, 12, 4);
    CHECK_BYTES(value, values, sizeof values);
    CHECK_BYTES(index, places, sizeof places);
}

static void ties_go_to_the_lower_place_and_zeros_of_both_signs_tie(void)
{
    const float x[] = {-0.0f, 3, 0, 3, -1, 3, 0}, want[] = {3, 3, 3, 0, 0};
    const int32_t places[] = {1, 3, 5, 0, 2};
    float value[5];
    int32_t index[5];
    topk(value, index, x, 1, 7, 5);
    for (int i = 0; i < 5; i++) {
        CHECK_NEAR(value[i], want[i], 0);
        CHECK_INT(index[i], places[i]);
    }
    CHECK(signbit(value[3]) && !signbit(value[4]));
}

static void nan_of_either_sign_comes_before_infinity(void)
{
    const float x[] = {1, INFINITY, -NAN, -INFINITY, NAN};
    const int32_t places[] = {2, 4, 1, 0, 3};
    int32_t index[5];
    topk(NULL, index, x, 1, 5, 5);
    CHECK_BYTES(index, places, sizeof places);
}

static int descending(const void *a, const void *b)
{
    const float *x = *(const float *const *)a, *y = *(const float *const *)b;
    return *x > *y ? -1 : *x < *y ? 1 : (x > y) - (x < y);
}

/* Few different values, so that most tie; rows shorter and longer than what is compared at once. */
static void rows_of_any_length_are_a_stable_sort_s_front(void)
{
    static const struct { int64_t n, k; int32_t values;
    } cases[] = {{1, 1, 3},     {63, 5, 4},           {64, 64, 1000},   {65, 64, 2}, {700, 1, 5},
                 {700, 33, 40}, {5000, 100, 1 << 20}, {5000, 4999, 60}, {300, 7, 1}};
    enum { ROWS = 17 };
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        const int64_t n = cases[c].n, k = cases[c].k;
        float *x = xmalloc(ROWS * n * sizeof *x), *value = xmalloc(ROWS * k * sizeof *value);
        int32_t *index = xmalloc(ROWS * k * sizeof *index);
        const float **order = xmalloc(n * sizeof *order);
        int64_t wrong = 0;
        for (int64_t i = 0; i < ROWS * n; i++)
            x[i] = (float)((int32_t)rng_below(&(struct rng){c, 0}, i, cases[c].values) - cases[c].values / 2);
        topk(value, index, x, ROWS, n, k);
        for (int64_t r = 0; r < ROWS; r++) {
            for (int64_t i = 0; i < n; i++)
                order[i] = x + r * n + i;
            qsort(order, n, sizeof *order, descending);
            for (int64_t i = 0; i < k; i++)
                wrong += index[r * k + i] != order[i] - (x + r * n) || value[r * k + i] != *order[i];
        }
        CHECK_INT(wrong, 0);
        free(x); free(value); free(index); free(order);
    }
}

static void any_number_of_threads_takes_the_same(void)
{
    enum { ROWS = 40, N = 2000, MOST = 20 };
    const int before = omp_get_max_threads();
    static float x[ROWS * N];
    int32_t index[2][ROWS * MOST];
    rng_fill_normal(&(struct rng){5, 5}, 0, x, ROWS * N, 0, 1);
    for (int threads = 1; threads <= 3; threads++) {
        omp_set_num_threads(threads);
        topk(NULL, index[threads > 1], x, ROWS, N, MOST);
        if (threads > 1)
            CHECK_BYTES(index[1], index[0], sizeof index[0]);
    }
    omp_set_num_threads(before);
}

static void the_op_gives_places_and_sends_gradients_there(void)
{
    struct memory *m = memory_new();
    struct tape *t = tape_new(m, 0);
    const float x[] = {5, 1, 9, 9, 2, 7, 7, 0}, want[] = {0, 0, 1, 2, 0, 1, 2, 0};
    struct tensor v = tensor_new(m, TEN_F32, 3, (int64_t[]){2, 1, 4});
    memcpy(v.f, x, sizeof x);
    struct var *in = tape_leaf(t, v), *index, *top = op_topk(t, in, 2, &index), *d;
    CHECK_INT(index->v.type, TEN_I32);
    CHECK_INT(index->v.rank, 3);
    CHECK_BYTES(index->v.i, ((const int32_t[]){2, 3, 1, 2}), 4 * sizeof(int32_t));
    struct var *weight = tape_input(t, tensor_new(m, TEN_F32, 1, (int64_t[]){2}));
    weight->v.f[0] = 1;
    weight->v.f[1] = 2;
    tape_grad(t, op_mul(t, top, weight), NULL, &in, 1, false, &d);
    CHECK_BYTES(d->v.f, want, sizeof want);
    tape_free(t);
    CHECK_INT(memory_used(m), 0);
    memory_free(m);
}

int main(void)
{
    RUN(the_largest_four_are_those_of_pytorch);
    RUN(ties_go_to_the_lower_place_and_zeros_of_both_signs_tie);
    RUN(nan_of_either_sign_comes_before_infinity);
    RUN(rows_of_any_length_are_a_stable_sort_s_front);
    RUN(any_number_of_threads_takes_the_same);
    RUN(the_op_gives_places_and_sends_gradients_there);
    return check_report();
}
