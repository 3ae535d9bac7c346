/* op_band_embedding, op_band_loss and op_band_log_probs against torch.nn.AdaptiveLogSoftmaxWithLoss and plain
 * ones. */
#include "check.h"

#include "autograd/op.h"
#include "autograd/ops.h"
#include "autograd/ops_language.h"
#include "base/mem.h"

#include <omp.h>
#include <stdlib.h>

/* Numbers that a reference in another language can make as well: ((a i + b) mod 97) / 48 - 1. */
static float *sequence(int64_t n, int a, int b)
{
    float *x = xmalloc(sizeof *x * (n + 1));
    for (int64_t i = 0; i < n; i++)
        x[i] = (float)((double)((a * i + b) % 97) / 48 - 1);
    return x;
}

/* f32 against f64: sums of up to 8 products and exponentials of numbers below 4. */
static const double tolerance = 3e-6;

static void check_close(const float *got, const float *want, int64_t n, int64_t every)
{
    for (int64_t i = 0; i < n; i++)
        CHECK_NEAR(got[i * every], want[i], tolerance * (1 + fabs(want[i])));
}

/* ---- By PyTorch 1.13, in f64: AdaptiveLogSoftmaxWithLoss(8, 11, [4, 7], div_value=2, head_bias=True) with
 * every parameter a sequence(), and autograd on the sum of loss times (1, 0.5, -1, 2, 0.25, 3)
 * ---------------------- */

static const float torch_loss[] = {
    1.9503269f, 2.7799301f, 5.1298562f, 3.3624398f, 3.198502f, 3.9179157f
};
static const float torch_dh[] = {
    0.34028773f, 0.34028773f, -0.006913019f, -0.053648476f, 1.1078786f, 0.85271354f, 0.066635257f,
    0.066635257f, -0.038308918f, -0.041769674f, -3.0016096f, -1.1147108f
};
static const float torch_dhead[] = {
    0.93942761f, -0.047603387f, 0.18125968f, 0.087124434f, 0.38221419f, 0.1605167f, 1.5632937f,
    -0.71038f, -0.39291168f, 0.0083100586f, -2.6732835f, 0.5020322f
};
static const float torch_dbias[] = {
    -0.12280018f, 0.80556723f, 1.4986114f, -1.628062f, 0.021569892f, -0.57488639f
};
static const float torch_dp1[] = {
    0.015579158f, 0.0047650182f, 0.0047650182f, 0.0047650182f
};
static const float torch_dt1[] = {
    0.041650922f, -0.1212014f, 0.079550479f
};
static const float torch_dp2[] = {
    1.018419f, 0.52258009f
};
static const float torch_dt2[] = {
    0.46991229f, 1.7371916f, -0.13343276f, -0.26274769f, -0.71634851f, 1.3073533f, 0.37986897f,
    -2.7817972f
};
static const float torch_log_p[] = {
    -3.5631634f, -1.5540489f, -1.0605593f, -2.587903f, -4.9862741f, -2.7799301f, -2.8207106f,
    -3.5427871f, -2.5480497f, -2.8461544f, -3.097773f, -2.2623084f, -1.5648258f, -0.86734317f,
    -2.1906939f, -3.1646757f, -5.4106067f, -5.3445079f, -4.484701f, -5.9268125f, -2.4826122f,
    -5.1298562f
};

static const struct bands bands = {3, {4, 7, 11}};
static const int32_t targets[] = {0, 5, 10, 3, 6, 7};

struct model {
    struct memory *memory;
    struct tape *tape;
    float *numbers[8];                  /* what leaves are made over */
    struct var *h, *head, *bias, *p1, *t1, *p2, *t2;
    struct band_output o;
};

static struct var *leaf(struct model *m, int slot, int64_t r, int64_t c, int a, int b)
{
    m->numbers[slot] = sequence(r * c, a, b);
    const int64_t dim[] = {r, c};
    return tape_leaf(m->tape, c > 1 ? tensor_over(m->numbers[slot], TEN_F32, 2, dim)
                                    : tensor_over(m->numbers[slot], TEN_F32, 1, dim));
}

/* Torch's head is our table and clusters, one below the other. */
static struct model torch_model(void)
{
    struct model m = {.memory = memory_new()};
    struct tape *t = m.tape = tape_new(m.memory, 1);
    m.head = leaf(&m, 0, 6, 8, 37, 5);
    m.bias = leaf(&m, 1, 6, 1, 29, 11);
    m.p1 = leaf(&m, 2, 4, 8, 31, 7);
    m.t1 = leaf(&m, 3, 3, 4, 23, 3);
    m.p2 = leaf(&m, 4, 2, 8, 41, 1);
    m.t2 = leaf(&m, 5, 4, 2, 19, 9);
    m.h = leaf(&m, 6, 6, 8, 53, 2);
    m.o = (struct band_output){
        .table = {op_slice(t, m.head, 0, 0, 4), m.t1, m.t2},
        .bias = {op_slice(t, m.bias, 0, 0, 4)},
        .projection = {NULL, m.p1, m.p2},
        .cluster = op_slice(t, m.head, 0, 4, 2),
        .cluster_bias = op_slice(t, m.bias, 0, 4, 2),
    };
    return m;
}

static void end(struct model *m)
{
    tape_free(m->tape);
    for (int i = 0; i < 8; i++)
        free(m->numbers[i]);
    CHECK_INT(memory_used(m->memory), 0);
    memory_free(m->memory);
}

static struct var *ids(struct tape *t, const int32_t *id, int64_t n)
{
    return tape_input(t, tensor_over((int32_t *)id, TEN_I32, 1, &n));
}

static void losses_and_gradients_are_those_of_torch(void)
{
    struct model m = torch_model();
    float weight[] = {1, 0.5f, -1, 2, 0.25f, 3};
    const int64_t six = 6;
    struct var *loss =
        tape_keep(m.tape, op_band_loss(m.tape, &bands, &m.o, m.h, ids(m.tape, targets, 6), NULL));
    tape_backward_from(m.tape, loss, tape_input(m.tape, tensor_over(weight, TEN_F32, 1, &six)));
    check_close(loss->v.f, torch_loss, 6, 1);
    for (int r = 0; r < 6; r++) {
        check_close(m.h->grad->v.f + 8 * r, torch_dh + 2 * r, 2, 1);
        check_close(m.head->grad->v.f + 8 * r, torch_dhead + 2 * r, 2, 1);
    }
    check_close(m.bias->grad->v.f, torch_dbias, 6, 1);
    check_close(m.p1->grad->v.f, torch_dp1, 4, 8);
    check_close(m.t1->grad->v.f, torch_dt1, 3, 4);
    check_close(m.p2->grad->v.f, torch_dp2, 2, 8);
    check_close(m.t2->grad->v.f, torch_dt2, 8, 1);
    end(&m);
}

static void log_probabilities_are_those_of_torch(void)
{
    struct model m = torch_model();
    struct var *log_p = op_band_log_probs(m.tape, &bands, &m.o, m.h);
    check_close(log_p->v.f + 11, torch_log_p, 22, 1);
    end(&m);
}

/* ---- Without torch ------------------------------------------------------------------------------- */

static void the_loss_is_minus_the_log_probability_whichever_way_clusters_are_counted(void)
{
    for (int backwards = 0; backwards < 2; backwards++) {
        struct model m = torch_model();
        m.o.backwards = backwards;
        struct var *log_p = op_band_log_probs(m.tape, &bands, &m.o, m.h),
                   *loss = op_band_loss(m.tape, &bands, &m.o, m.h, ids(m.tape, targets, 6), NULL);
        for (int r = 0; r < 6; r++) {
            double sum = 0;
            for (int w = 0; w < 11; w++)
                sum += exp(log_p->v.f[r * 11 + w]);
            CHECK_NEAR(sum, 1, 1e-5);
            CHECK_NEAR(loss->v.f[r], -log_p->v.f[r * 11 + targets[r]], tolerance * 6);
        }
        end(&m);
    }
}

/* A teacher's three words for every row, in any bands; -1 is none. */
static void several_targets_have_the_weighted_sum(void)
{
    static const int32_t words[] = {0, 5, 10, 3, -1, 6, 7, 8, 9, 1, 2, 0, 4, 4, 4, -1, -1, -1};
    float weight[18];
    for (int i = 0; i < 18; i++)
        weight[i] = 0.1f * (float)(i % 5);
    struct model m = torch_model();
    struct tensor id = tensor_over((int32_t *)words, TEN_I32, DIMS(6, 3)),
                  w = tensor_over(weight, TEN_F32, DIMS(6, 3));
    struct var *log_p = op_band_log_probs(m.tape, &bands, &m.o, m.h);
    struct var *loss = op_band_loss(m.tape, &bands, &m.o, m.h, tape_input(m.tape, id), tape_input(m.tape, w));
    for (int r = 0; r < 6; r++) {
        double want = 0;
        for (int k = 0; k < 3; k++)
            want -= words[r * 3 + k] < 0 ? 0 : weight[r * 3 + k] * log_p->v.f[r * 11 + words[r * 3 + k]];
        CHECK_NEAR(loss->v.f[r], want, tolerance * 6);
    }
    end(&m);
}

static void one_band_is_an_ordinary_softmax(void)
{
    struct model m = torch_model();
    const struct bands one = {1, {6}};
    const struct band_output o = {.table = {m.head}, .bias = {m.bias}};
    static const int32_t word[] = {5, 0, 1, 1, 3, 2};
    struct var *loss = op_band_loss(m.tape, &one, &o, m.h, ids(m.tape, word, 6), NULL),
               *log_p = op_band_log_probs(m.tape, &one, &o, m.h);
    struct var *plain = op_log_softmax(m.tape, op_linear(m.tape, m.h, m.head, m.bias));
    CHECK_BYTES(log_p->v.f, plain->v.f, 36 * sizeof(float));
    for (int r = 0; r < 6; r++)
        CHECK_NEAR(loss->v.f[r], -plain->v.f[r * 6 + word[r]], tolerance);
    end(&m);
}

static void seen(void *ctx, const struct call *c, double seconds)
{
    (void)seconds;
    if (strncmp(c->op->name, "linear", 6) == 0)
        ++*(int *)ctx;
}

/* Several tiles of rows and of words, the last ones partly filled; every seventh row has no label. */
static void losses_without_logits_are_those_with_them(void)
{
    enum { N = 150, D = 12, V = 1601 };
    float *x[3] = {sequence(N * D, 53, 2), sequence(V * D, 37, 5), sequence(V, 29, 11)},
          *g = sequence(N, 31, 7);
    int32_t label[N];
    for (int r = 0; r < N; r++)
        label[r] = r % 7 ? r * 101 % V : -1;
    struct memory *memory = memory_new();
    struct tape *t = tape_new(memory, 1);
    struct var *in[2][3], *loss[2];
    for (int fused = 0; fused < 2; fused++) {
        in[fused][0] = tape_leaf(t, tensor_over(x[0], TEN_F32, DIMS(N, D)));
        in[fused][1] = tape_leaf(t, tensor_over(x[1], TEN_F32, DIMS(V, D)));
        in[fused][2] = tape_leaf(t, tensor_over(x[2], TEN_F32, DIMS(V)));
        loss[fused] =
            fused ? op_linear_entropy(t, in[1][0], in[1][1], in[1][2], ids(t, label, N), NULL)
                  : op_cross_entropy(t, op_linear(t, in[0][0], in[0][1], in[0][2]), ids(t, label, N), 0);
        tape_keep(t, loss[fused]);
        tape_backward_from(t, loss[fused], tape_input(t, tensor_over(g, TEN_F32, DIMS(N))));
    }
    check_close(loss[1]->v.f, loss[0]->v.f, N, 1);
    for (int i = 0; i < 3; i++)
        check_close(in[1][i]->grad->v.f, in[0][i]->grad->v.f, tensor_count(&in[0][i]->v), 1);
    tape_free(t);
    memory_free(memory);
    free(x[0]); free(x[1]); free(x[2]); free(g);
}

static void bands_without_a_word_are_not_computed(void)
{
    struct model m = torch_model();
    static const int32_t frequent[] = {0, 3, 2, 1, 0, 0}, some[] = {0, 3, 2, 1, 9, 0};
    int products = 0;
    tape_on_call(m.tape, seen, &products);
    op_band_loss(m.tape, &bands, &m.o, m.h, ids(m.tape, frequent, 6), NULL);
    CHECK_INT(products, 1);             /* the head's, with its entropy */
    op_band_loss(m.tape, &bands, &m.o, m.h, ids(m.tape, some, 6), NULL);
    CHECK_INT(products, 1 + 3);         /* head, projection, tail */
    end(&m);
}

static void padding_has_no_loss_and_no_gradient(void)
{
    struct model m = torch_model();
    static const int32_t some[] = {-1, 5, -1, 3, 6, -1};
    struct var *loss = tape_keep(m.tape, op_band_loss(m.tape, &bands, &m.o, m.h, ids(m.tape, some, 6), NULL));
    tape_backward(m.tape, loss);
    for (int r = 0; r < 6; r++)
        for (int c = 0; c < 8; c++)
            CHECK((some[r] < 0) == (m.h->grad->v.f[r * 8 + c] == 0) && (some[r] < 0) == (loss->v.f[r] == 0));
    end(&m);
}

/* Each row is the word's vector through its band's projection. */
static void words_come_back_in_their_places(void)
{
    struct model m = torch_model();
    struct var *table[] = {op_slice(m.tape, m.head, 0, 0, 4), m.t1, m.t2};
    struct var *projection[] = {NULL, op_transpose(m.tape, m.p1, 0, 1), op_transpose(m.tape, m.p2, 0, 1)};
    struct var *y = op_band_embedding(m.tape, &bands, table, projection,
                                      op_reshape(m.tape, ids(m.tape, targets, 6), DIMS(2, 3)));
    CHECK_INT(y->v.rank, 3);
    CHECK_INT(y->v.dim[2], 8);
    for (int r = 0; r < 6; r++) {
        const int band = targets[r] < 4 ? 0 : targets[r] < 7 ? 1 : 2, first[] = {0, 4, 7}, wide[] = {8, 4, 2};
        const float *row = table[band]->v.f + (targets[r] - first[band]) * wide[band],
                    *p = band == 1 ? m.numbers[2] : m.numbers[4];
        for (int c = 0; c < 8; c++) {
            double want = band ? 0 : row[c];
            for (int k = 0; band && k < wide[band]; k++)
                want += (double)p[k * 8 + c] * row[k];
            CHECK_NEAR(y->v.f[r * 8 + c], want, 1e-6);
        }
    }
    end(&m);
}

int main(void)
{
    RUN(losses_and_gradients_are_those_of_torch);
    RUN(log_probabilities_are_those_of_torch);
    RUN(the_loss_is_minus_the_log_probability_whichever_way_clusters_are_counted);
    RUN(several_targets_have_the_weighted_sum);
    RUN(one_band_is_an_ordinary_softmax);
    RUN(losses_without_logits_are_those_with_them);
    RUN(bands_without_a_word_are_not_computed);
    RUN(padding_has_no_loss_and_no_gradient);
    RUN(words_come_back_in_their_places);
    return check_report();
}
