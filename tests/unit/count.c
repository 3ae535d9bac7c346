#include "metrics/count.h"

#include "tests/unit/check.h"

/* Networks as lists of operations, written down by hand from the papers' descriptions; the numbers that they are compared
 * with are printed there. */
struct total { const struct convention *c; double work, weights; };

static struct total total(const char *name) { return (struct total){.c = convention_named(name)}; }

static void add_work(struct total *t, struct work w)
{
    w.density = w.bias_density = 1;
    t->work += count_work(t->c, &w, 16);
}

/* A linear layer at n positions. */
static void linear(struct total *t, int64_t n, int64_t in, int64_t out, bool last)
{
    add_work(t, (struct work){.kind = WORK_PRODUCT, .outputs = n * out, .terms = in, .bias = true, .last = last});
    t->weights += count_weights(t->c, &(struct weights){in * out, in * out, last}, 16);
    t->weights += count_weights(t->c, &(struct weights){out, out, last}, 16);
}

static void layer_norm(struct total *t, int64_t n, int64_t width)
{
    add_work(t, (struct work){.kind = WORK_ROW_NORM, .outputs = n * width, .terms = 1});
    t->weights += count_weights(t->c, &(struct weights){2 * width, 2 * width, false}, 16);
}

/* q k' over `keys`, softmax, a v; width numbers of all heads. */
static void attend(struct total *t, int64_t n, int64_t keys, int64_t width, int64_t heads)
{
    add_work(t, (struct work){.kind = WORK_ATTENTION, .outputs = n * keys * heads, .terms = width / heads});
    add_work(t, (struct work){.kind = WORK_SOFTMAX, .outputs = n * keys * heads, .terms = keys});
    add_work(t, (struct work){.kind = WORK_ATTENTION, .outputs = n * width, .terms = keys});
}

/* ---- Transformers with a fixed width of 512 in attention: HAT's README, four of its 44 models ------------------- */

static void attention_layer(struct total *t, int64_t n, int64_t d, int64_t keys, int64_t sources, int64_t memory)
{
    enum { Q = 512 };
    linear(t, n, d, Q, false);
    /* Keys and values of a source that is repeated `sources` times are computed for each. */
    for (int i = 0; i < 2; i++) {
        add_work(t, (struct work){.kind = WORK_PRODUCT, .outputs = sources * keys * Q, .terms = memory, .bias = true});
        t->weights += (double)(memory * Q + Q);
    }
    attend(t, n, sources * keys, Q, 4);
    linear(t, n, Q, d, false);
    layer_norm(t, n, d);
}

static void feed_forward(struct total *t, int64_t n, int64_t d, int64_t f)
{
    linear(t, n, d, f, false);
    linear(t, n, f, d, false);
    layer_norm(t, n, d);
}

struct hat { int64_t length, encoder, decoder, encoder_ffn[6]; int layers; int64_t decoder_ffn[6], sources[6]; double weights, gflop; };

static void transformers_have_the_flops_and_parameters_that_hat_prints(void)
{
    static const struct hat nets[] = {
        {30, 512, 512, {1024, 3072, 3072, 2048, 2048, 2048}, 1, {3072}, {1}, 25217536, 1.525},
        {30, 640, 640, {3072, 3072, 3072, 3072, 3072, 3072}, 3, {3072, 3072, 3072}, {1, 2, 2}, 51.20e6, 3.172},
        {23, 512, 512, {1024, 1024, 1024, 1024, 1024, 1024}, 5, {2048, 2048, 2048, 1024, 1024}, {3, 1, 1, 1, 1}, 31.54e6, 1.515},
    };
    for (int i = 0; i < 3; i++) {
        const struct hat *h = &nets[i];
        struct total t = total("hat");

        for (int k = 0; k < 6; k++) {
            attention_layer(&t, h->length, h->encoder, h->length, 1, h->encoder);
            feed_forward(&t, h->length, h->encoder, h->encoder_ffn[k]);
        }
        for (int k = 0; k < h->layers; k++) {
            attention_layer(&t, h->length, h->decoder, h->length, 1, h->decoder);
            attention_layer(&t, h->length, h->decoder, h->length, h->sources[k], h->encoder);
            feed_forward(&t, h->length, h->decoder, h->decoder_ffn[k]);
        }
        const double before[2] = {t.work, t.weights};
        linear(&t, h->length, h->decoder, 32768, true);
        CHECK_NEAR(t.work, before[0], 0);               /* the output layer is not counted */
        CHECK_NEAR(t.weights, before[1], 0);
        CHECK_NEAR(t.work / 1e9, h->gflop, 0.0006);
        CHECK_NEAR(t.weights, h->weights, i == 0 ? 0 : 0.006e6);
    }
}

/* ---- Long-short range attention: six layers each of widths 200, 408 and 496, 30 words, kernels that grow ---------- */

static void lsra(struct total *t, int64_t n, int64_t d, int64_t kernel)
{
    const int64_t h = d / 2;

    for (int i = 0; i < 4; i++)
        add_work(t, (struct work){.kind = WORK_PRODUCT, .outputs = n * h, .terms = h});
    attend(t, n, n, h, 4);
    add_work(t, (struct work){.kind = WORK_PRODUCT, .outputs = n * 2 * h, .terms = h});      /* gated, */
    add_work(t, (struct work){.kind = WORK_PRODUCT, .outputs = n * 4 * kernel, .terms = h}); /* its weights, */
    add_work(t, (struct work){.kind = WORK_DEPTHWISE, .outputs = n * h, .terms = kernel});
    add_work(t, (struct work){.kind = WORK_PRODUCT, .outputs = n * h, .terms = h});
}

static double lite(const char *name, int64_t d)
{
    static const int64_t kernels[6] = {3, 7, 15, 31, 31, 31};
    enum { N = 30 };
    struct total t = total(name);

    for (int i = 0; i < 6; i++)
        for (int decoder = 0; decoder < 2; decoder++) {
            lsra(&t, N, d, kernels[i]);
            for (int k = 0; k < 2 + 4 * decoder; k++)   /* the feed-forward pair; cross-attention */
                add_work(&t, (struct work){.kind = WORK_PRODUCT, .outputs = N * d, .terms = d});
            if (decoder)
                attend(&t, N, N, d, 4);
        }
    return t.work / 1e6;
}

static void lite_transformers_have_the_multiply_adds_printed_with_and_without_taps(void)
{
    CHECK_NEAR(lite("lite-transformer", 200), 89.95, 0.01);
    CHECK_NEAR(lite("lite-transformer", 408), 359.2, 0.1);
    CHECK_NEAR(lite("lite-transformer", 496), 526.99, 0.01);
    CHECK_NEAR(lite("macs", 200), 90.7, 0.05);
    CHECK_NEAR(lite("macs", 408), 360.6, 0.05);
    CHECK_NEAR(lite("macs", 496), 528.7, 0.05);
}

/* ---- The mobile generator at 256 x 256 --------------------------------------------------------------------------- */

static void conv(struct total *t, int64_t pixels, int64_t in, int64_t out, int64_t taps, bool norm)
{
    add_work(t, (struct work){.kind = WORK_PRODUCT, .outputs = pixels * out, .terms = in * taps});
    if (norm)
        add_work(t, (struct work){.kind = WORK_INSTANCE_NORM, .outputs = pixels * out, .terms = 1});
}

static void up(struct total *t, int64_t pixels, int64_t in, int64_t out)
{
    add_work(t, (struct work){.kind = WORK_TRANSPOSED, .outputs = pixels * out, .terms = in * 9, .done = pixels / 4 * out * in * 9});
    add_work(t, (struct work){.kind = WORK_INSTANCE_NORM, .outputs = pixels * out, .terms = 1});
}

static void separable(struct total *t, int64_t pixels, int64_t in, int64_t out)
{
    add_work(t, (struct work){.kind = WORK_DEPTHWISE, .outputs = pixels * in, .terms = 9});
    add_work(t, (struct work){.kind = WORK_INSTANCE_NORM, .outputs = pixels * in, .terms = 1});
    conv(t, pixels, in, out, 1, true);
}

static double generator(const char *name, const int64_t c[8])
{
    const int64_t all = 256 * 256, half = all / 4, quarter = all / 16, u = 4 * c[2];
    struct total t = total(name);

    conv(&t, all, 3, c[0], 49, true);
    conv(&t, half, c[0], 2 * c[1], 9, true);
    conv(&t, quarter, 2 * c[1], u, 9, true);
    for (int i = 0; i < 9; i++) {
        separable(&t, quarter, u, 4 * c[3 + i / 3]);
        separable(&t, quarter, 4 * c[3 + i / 3], u);
    }
    up(&t, half, u, 2 * c[6]);
    up(&t, all, 2 * c[6], c[7]);
    conv(&t, all, c[7], 3, 49, false);
    return t.work;
}

static void generators_have_the_multiply_accumulates_that_gan_compression_prints(void)
{
    CHECK_NEAR(generator("gan-compression", (int64_t[]){32, 32, 48, 32, 48, 48, 16, 16}), 4993843200.0, 0);
    CHECK_NEAR(generator("gan-compression", (int64_t[]){16, 16, 32, 16, 16, 64, 16, 24}), 2984771584.0, 0);
    CHECK_NEAR(generator("gan-compression", (int64_t[]){16, 16, 16, 48, 64, 64, 24, 16}), 2597322752.0, 0);
    CHECK_NEAR(generator("gan-compression", (int64_t[]){16, 16, 32, 16, 32, 32, 16, 16}), 2546204672.0, 0);
    /* What is really done: no inserted zeros, no norms. */
    CHECK_NEAR(generator("macs", (int64_t[]){16, 16, 32, 16, 32, 32, 16, 16}) / 1e9, 1.846, 0.0005);
}

/* ---- MicroNet: the language model's list of operations, a token at a time ------------------------------------------ */

static double ops(struct work w, int bits)
{
    return count_work(convention_named("micronet"), &w, bits);
}

static void micronet_counts_what_the_language_models_notebook_counts(void)
{
    /* Eight layers of eight heads of 24, 97 keys; a v: 97 products for each of 192 numbers. */
    const struct work scores = {.kind = WORK_ATTENTION, .outputs = 97 * 8, .terms = 24};
    const struct work values = {.kind = WORK_ATTENTION, .outputs = 192, .terms = 97};

    CHECK_NEAR(8 * ops(scores, 32), 148992 + 8 * 23 * 97 * 8, 0);
    CHECK_NEAR(8 * (ops(scores, 9) - 23 * 97 * 8), 148992 * 9 / 32.0, 1e-6);
    CHECK_NEAR(8 * ops(values, 32), 148992 + 8 * 96 * 192, 0);
    /* The other operations, 845,247 in all but the cache's 8,999. */
    double other = 8 * 2 * ops((struct work){.kind = WORK_ROW_NORM, .outputs = 256, .terms = 1}, 9);
    CHECK_NEAR(other, 24576, 0);
    other += 8 * ops((struct work){.kind = WORK_SOFTMAX, .outputs = 97, .terms = 97}, 9);
    other += 8 * ops((struct work){.kind = WORK_ACTIVATION, .outputs = 768, .terms = 1}, 9);
    for (int i = 0; i < 3; i++) {
        const int64_t n = (int64_t[]){3502, 21500, 242735}[i];
        other += ops((struct work){.kind = WORK_SOFTMAX, .outputs = n, .terms = n}, 9);
    }
    CHECK_NEAR(other, 845247 - 8999, 0);
    CHECK_NEAR(ops((struct work){.kind = WORK_ADD, .outputs = 256, .terms = 1}, 9), 256, 0);
}

/* Half of the weights are zero, a quarter of the biases: 4 numbers of 10 products. */
static void micronet_leaves_out_weights_that_are_zero(void)
{
    const struct work w = {.kind = WORK_PRODUCT, .outputs = 4, .terms = 10, .bias = true, .density = 0.5, .bias_density = 0.75};

    CHECK_NEAR(ops(w, 32), 20 + 18 + 3, 0);
    CHECK_NEAR(ops(w, 16), 10 + 18 + 3, 0);
    CHECK_NEAR(ops(w, 8), 5 + 18 + 3, 0);
    CHECK_NEAR(ops((struct work){.kind = WORK_SCALE, .outputs = 4, .terms = 1}, 16), 2 + 4, 0);
    CHECK_NEAR(ops((struct work){.kind = WORK_POOL, .outputs = 4, .terms = 49}, 16), 4 * 48 + 2, 0);
}

static void micronet_stores_dense_tensors_or_a_bit_for_every_place(void)
{
    const struct convention *c = convention_named("micronet");

    CHECK_NEAR(count_weights(c, &(struct weights){320, 320, false}, 16), 160, 0);
    CHECK_NEAR(count_weights(c, &(struct weights){320, 64, false}, 16), 32 + 10, 0);
    CHECK_NEAR(count_weights(c, &(struct weights){320, 319, false}, 16), 160, 0);       /* a mask is no gain */
    CHECK_NEAR(count_weights(c, &(struct weights){320, 64, true}, 8), 16 + 10, 0);
}

static void names_are_found_and_nothing_costs_nothing(void)
{
    CHECK(!convention_named("flops"));
    CHECK_STR(convention_named("hat")->unit, "flops");
    for (const struct convention *c = conventions; c->name; c++)
        for (int kind = WORK_PRODUCT; kind <= WORK_POOL; kind++)
            CHECK_NEAR(count_work(c, &(struct work){.kind = (enum work_kind)kind, .density = 1}, 16), 0, 0);
}

int main(void)
{
    RUN(transformers_have_the_flops_and_parameters_that_hat_prints);
    RUN(lite_transformers_have_the_multiply_adds_printed_with_and_without_taps);
    RUN(generators_have_the_multiply_accumulates_that_gan_compression_prints);
    RUN(micronet_counts_what_the_language_models_notebook_counts);
    RUN(micronet_leaves_out_weights_that_are_zero);
    RUN(micronet_stores_dense_tensors_or_a_bit_for_every_place);
    RUN(names_are_found_and_nothing_costs_nothing);
    return check_report();
}
