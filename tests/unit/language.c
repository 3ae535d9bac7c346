/* Ops of language models against PyTorch: light and dynamic convolution, gated units, relative positions;
 * sinusoids by hand. */
#include "check.h"
#include "levels.h"

#include "autograd/ops.h"
#include "autograd/ops_language.h"
#include "base/mem.h"
#include "tensor/sinusoid.h"

#include <stdlib.h>

/* Numbers that a reference in another language can make as well: ((a i + b) mod 97) / 48 - 1. */
static float *sequence(int64_t n, int a, int b)
{
    float *x = xmalloc(sizeof *x * (n + 1));
    for (int64_t i = 0; i < n; i++)
        x[i] = (float)((double)((a * i + b) % 97) / 48 - 1);
    return x;
}

/* By PyTorch 1.13 in f64, every input a sequence(), gradients of the sum of y times one: the convolutions
 * from F.pad, unfold and a product with softmaxed taps; gates from F.glu; attention as Transformer-XL writes
 * it, its shift by padding and viewing. */
static const float light_centred_y[] = {
    0.31613138f, -0.13298295f, -0.04150249f, 0.27220709f, -0.23651115f, 0.077198432f, -0.29013149f,
    -0.11784075f, -0.088258655f, 0.15078545f, -0.56742532f, 0.20340801f, -0.30534075f, 0.13837129f,
    -0.036714545f, 0.44348019f, 0.015908012f, 0.25495212f, -0.049128715f, -0.37346482f, 0.25598019f,
    -0.17159199f, 0.067452121f, 0.54764686f, 0.048717136f, -0.19673717f, -0.46873925f, 0.099246647f,
    0.37659395f, -0.25382567f
};
static const float light_centred_dx[] = {
    -0.091117778f, -0.12240834f, 0.22353281f, 0.40877429f, -0.31375115f, 0.16212893f, -0.031825261f,
    -0.31165582f, 0.21585467f, 0.32989878f, -0.513312f, 0.13252134f, 0.89667751f, -0.47832249f,
    0.049188003f, 0.69502134f, -0.67997866f, -0.03414533f, 0.73001084f, -0.64498916f, -0.11747866f,
    0.52835467f, -0.84664533f, -0.200812f, 0.50938602f, -0.6430366f, -0.049406105f, 0.21343165f,
    -0.34615841f, -0.083320654f
};
static const float light_centred_dw[] = {
    0.0042579397f, 0.2348154f, -0.23907334f
};
static const float light_causal_y[] = {
    0, 0.41774504f, -0.12609435f, 0.076753084f, -0.2521887f, -0.049341268f, 0.31613138f, -0.13298295f,
    -0.04150249f, 0.27220709f, -0.23651115f, 0.077198432f, -0.29013149f, -0.11784075f, -0.088258655f,
    0.15078545f, -0.56742532f, 0.20340801f, -0.30534075f, 0.13837129f, -0.036714545f, 0.44348019f,
    0.015908012f, 0.25495212f, -0.049128715f, -0.37346482f, 0.25598019f, -0.17159199f, 0.067452121f,
    0.54764686f
};
static const float light_causal_dx[] = {
    -0.031825261f, -0.31165582f, 0.21585467f, 0.32989878f, -0.513312f, 0.13252134f, 0.89667751f,
    -0.47832249f, 0.049188003f, 0.69502134f, -0.67997866f, -0.03414533f, 0.73001084f, -0.64498916f,
    -0.11747866f, 0.52835467f, -0.84664533f, -0.200812f, 0.50938602f, -0.6430366f, -0.049406105f,
    0.21343165f, -0.34615841f, -0.083320654f, 0.27096976f, -0.47419708f, -0.060305994f, 0.10964726f,
    -0.2521887f, -0.082235447f
};
static const float light_causal_dw[] = {
    -0.16416626f, -0.088781226f, 0.25294749f
};
static const float dyn_centred_y[] = {
    0.079075804f, 0.34048929f, -0.085470439f, 0.56058467f, -0.48707226f, 0.15898284f, -0.29013149f,
    -0.11784075f, 0.32587129f, 0.0015351807f, -0.56742532f, 0.20340801f, 0.15181353f, -0.27575865f,
    -0.036714545f, 0.44348019f, 0.10920906f, 0.60610122f, -0.3699576f, 0.12693455f, -0.2317883f,
    -0.078290938f, -0.081798153f, 0.09049258f, 0.048717136f, -0.19673717f, -0.17077018f, 0.18231811f,
    -0.0631362f, -0.037169205f
};
static const float dyn_centred_dx[] = {
    0.34003318f, -0.28408995f, 0.14565751f, 0.14519635f, -0.18196218f, 0.10821526f, -0.064513974f,
    -0.3323085f, 0.28337537f, 0.3870755f, -0.43411262f, 0.20137674f, 0.8368661f, -0.51611124f,
    0.057449324f, 0.44082827f, -0.71672571f, -0.054895107f, 0.60693549f, -0.8021232f, -0.032066766f,
    0.70651559f, -0.74532788f, -0.10514784f, 0.43320359f, -0.50971734f, -0.16196522f, 0.54902957f,
    -0.74399562f, -0.21305018f
};
static const float dyn_centred_dw[] = {
    -0.14971604f, 0.01787333f, 0.13184271f, -0.082244243f, -0.063891317f, 0.14613556f, -0.031014433f,
    -0.1382623f, 0.16927673f
};
static const float dyn_causal_y[] = {
    0, 0.10449303f, -0.25967935f, 0.15806569f, -0.5193587f, -0.10161366f, 0.31613138f, -0.13298295f,
    -0.085470439f, 0.56058467f, -0.23651115f, 0.077198432f, -0.14088121f, 0.33931353f, -0.088258655f,
    0.15078545f, -0.47412427f, 0.29670906f, -0.33595496f, -0.1824576f, 0.31443455f, -0.044288296f,
    0.43003795f, 0.10570185f, -0.049128715f, -0.37346482f, -0.20117409f, 0.24253795f, -0.081798153f,
    0.09049258f
};
static const float dyn_causal_dx[] = {
    -0.064513974f, -0.3323085f, 0.28337537f, 0.3870755f, -0.43411262f, 0.20137674f, 0.8368661f,
    -0.51611124f, 0.057449324f, 0.44082827f, -0.71672571f, -0.054895107f, 0.60693549f, -0.8021232f,
    -0.032066766f, 0.70651559f, -0.74532788f, -0.10514784f, 0.43320359f, -0.50971734f, -0.16196522f,
    0.54902957f, -0.74399562f, -0.21305018f, 0.13157672f, -0.23025925f, -0.031065494f, 0.056482717f,
    -0.12991025f, -0.042362038f
};
static const float dyn_causal_dw[] = {
    0.16527018f, -0.093439966f, -0.071830211f, 0.16207206f, -0.028859347f, -0.13321271f, 0.036979753f,
    -0.013851518f, -0.023128236f
};
static const float glu_y[] = {
    -0.31657944f, -0.06769631f, 0.46409221f, -0.15462245f, 0.31129024f, -0.29888636f
};
static const float glu_dx[] = {
    -0.30185482f, -0.11282718f, 0.31438505f, 0.17485058f, 0.0064654139f, 0.057136691f, -0.46386736f,
    -0.19809379f, 0.13371232f, 0.073234241f, -0.029128324f, -0.065890798f
};
static const float xl_o[] = {
    0.024887923f, -0.69380826f, -0.21464159f, 0.26452507f, 0.79735787f, -0.74430879f, -0.26514213f,
    0.21402454f, -0.027329451f, -0.58181745f, -0.22023542f, 0.25893125f, 0.68220823f, -0.39052681f,
    -0.38029177f, 0.098874898f, -0.10086195f, -0.17583206f, -0.3460435f, 0.13312317f, 0.64714023f,
    -0.47958092f, -0.41535977f, 0.063806894f
};
static const float xl_dr[] = {
    0.08718925f, 0.019375389f, -0.048438472f, 0.0012109618f, 0.031886106f, 0.010185699f, -0.011514708f,
    0.0043730899f, -0.38154167f, -0.10365169f, 0.1742383f, -0.029216867f, 0.04174608f, 0.012235095f,
    -0.017275889f, 0.0043303672f, 0.22072024f, 0.061855502f, -0.097009232f, 0.019302449f
};
static const float xl_dbias[] = {
    0.20420716f, -0.0019615793f, 0.20420716f, 0.035626626f, 0.074380329f, 0.041369632f, -0.21404711f,
    0.041369632f
};
static const float xl_dq[] = {
    0.031435142f, -0.0062094528f, 0.069079736f, -0.0062094528f, 0.058795049f, -0.095546178f,
    -0.017021741f, 0.060298562f, 0.12678893f, 0.049057737f, 0.102033f, -0.0056505204f
};

static void check_close(const float *got, const float *want, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        CHECK_NEAR(got[i], want[i], 2e-6);
}

struct bench { struct memory *memory; struct tape *tape; float *numbers[8]; int n; };

static struct tensor numbers(struct bench *b, int a, int plus, int rank, const int64_t *dim)
{
    b->numbers[b->n] = sequence(dims_count(rank, dim), a, plus);
    return tensor_over(b->numbers[b->n++], TEN_F32, rank, dim);
}
static struct var *leaf(struct bench *b, int a, int plus, int rank, const int64_t *dim)
{
    return tape_leaf(b->tape, numbers(b, a, plus, rank, dim));
}

static struct bench begin(void)
{
    struct bench b = {.memory = memory_new()};
    b.tape = tape_new(b.memory, 1);
    return b;
}
static void end(struct bench *b)
{
    tape_free(b->tape);
    for (int i = 0; i < b->n; i++)
        free(b->numbers[i]);
    memory_free(b->memory);
}

static void check_lightconv(bool dynamic, bool causal, const float *y1, const float *dx0, const float *dw)
{
    struct bench b = begin();
    struct var *x = leaf(&b, 37, 5, DIMS(2, 5, 6)),
               *w = dynamic ? leaf(&b, 29, 3, DIMS(2, 5, 3, 3)) : leaf(&b, 29, 3, DIMS(3, 3));
    struct var *y = tape_keep(
        b.tape, op_lightconv(b.tape, x, w, &(struct lightconv_options){.causal = causal, .softmax = true}));
    tape_backward_from(b.tape, y, tape_input(b.tape, numbers(&b, 31, 7, DIMS(2, 5, 6))));
    check_close(y->v.f + 30, y1, 30);
    check_close(x->grad->v.f, dx0, 30);
    check_close(w->grad->v.f + (dynamic ? (5 + 2) * 9 : 0), dw, dynamic ? 9 : 3);
    end(&b);
}

static void convolutions_are_those_of_torch(void)
{
    check_lightconv(false, false, light_centred_y, light_centred_dx, light_centred_dw);
    check_lightconv(false, true, light_causal_y, light_causal_dx, light_causal_dw);
    check_lightconv(true, false, dyn_centred_y, dyn_centred_dx, dyn_centred_dw);
    check_lightconv(true, true, dyn_causal_y, dyn_causal_dx, dyn_causal_dw);
}

/* Equal logits: a moving average with zeros beyond both ends; one tap: the identity. */
static void equal_taps_average_and_one_tap_copies(void)
{
    struct bench b = begin();
    float zeros[3] = {0};
    struct var *x = leaf(&b, 37, 5, DIMS(1, 4, 2)),
               *w = tape_input(b.tape, tensor_over(zeros, TEN_F32, DIMS(1, 3)));
    struct var *one = tape_input(b.tape, tensor_over(zeros, TEN_F32, DIMS(1, 1)));
    const struct lightconv_options o = {.softmax = true};
    const float *mean = op_lightconv(b.tape, x, w, &o)->v.f, *v = x->v.f;
    CHECK_NEAR(mean[0], (v[0] + v[2]) / 3, 1e-6);
    CHECK_NEAR(mean[3], (v[1] + v[3] + v[5]) / 3, 1e-6);
    CHECK_NEAR(mean[7], (v[5] + v[7]) / 3, 1e-6);
    CHECK_BYTES(op_lightconv(b.tape, x, one, &o)->v.f, v, 8 * sizeof *v);
    end(&b);
}

/* Taps are dropped and the kept ones grow, in training alone; the same ones for all channels of a head. */
static void dropout_is_of_taps(void)
{
    struct bench b = begin();
    struct lightconv_options o = {.dropout = 0.5f};
    float ones[400], taps[200];
    for (int i = 0; i < 400; i++)
        ones[i] = 1;
    for (int i = 0; i < 200; i++)
        taps[i] = 1;
    struct var *x = tape_input(b.tape, tensor_over(ones, TEN_F32, DIMS(1, 100, 4))),
               *w = tape_input(b.tape, tensor_over(taps, TEN_F32, DIMS(1, 100, 2, 1)));
    tape_mode(b.tape)->training = false;
    CHECK_BYTES(op_lightconv(b.tape, x, w, &o)->v.f, ones, sizeof ones);
    tape_mode(b.tape)->training = true;
    const float *y = op_lightconv(b.tape, x, w, &o)->v.f;
    int kept = 0;
    for (int i = 0; i < 200; i++) {
        CHECK(y[2 * i] == y[2 * i + 1] && (y[2 * i] == 0 || y[2 * i] == 2));
        kept += y[2 * i] != 0;
    }
    CHECK(kept > 70 && kept < 130);
    end(&b);
}

static void gates_are_those_of_torch(void)
{
    struct bench b = begin();
    struct var *x = leaf(&b, 37, 5, DIMS(2, 6)), *y = tape_keep(b.tape, op_glu(b.tape, x));
    tape_backward_from(b.tape, y, tape_input(b.tape, numbers(&b, 31, 7, DIMS(2, 3))));
    check_close(y->v.f, glu_y, 6);
    check_close(x->grad->v.f, glu_dx, 12);
    end(&b);
}

/* Tq 3, memory 2, H 2, D 4: queries and terms, scaled by 1/2. */
static void attention_over_relative_positions_is_that_of_transformer_xl(void)
{
    struct bench b = begin();
    struct tape *t = b.tape;
    struct var *q = leaf(&b, 37, 5, DIMS(1, 3, 8)), *k = leaf(&b, 31, 7, DIMS(1, 5, 8)),
               *v = leaf(&b, 23, 3, DIMS(1, 5, 8));
    struct var *u = leaf(&b, 41, 1, DIMS(8)), *bias = leaf(&b, 19, 9, DIMS(8)),
               *r = leaf(&b, 53, 2, DIMS(5, 8));
    struct attention_options o = {
        .heads = 2, .width = 8, .causal = true, .relative = op_relative(t, q, bias, op_scale(t, r, 0.5f), 2)};
    struct var *y = tape_keep(t, op_attention(t, op_add(t, q, u), 0, k, 0, v, 0, &o));
    tape_backward_from(t, y, tape_input(t, numbers(&b, 29, 11, DIMS(1, 3, 8))));
    check_close(y->v.f, xl_o, 24);
    for (int m = 0; m < 5; m++)
        check_close(r->grad->v.f + 8 * m, xl_dr + 4 * m, 4);
    check_close(bias->grad->v.f, xl_dbias, 8);
    for (int i = 0; i < 3; i++)
        check_close(q->grad->v.f + 8 * i, xl_dq + 4 * i, 4);
    end(&b);
}

static void sinusoids_are_sines_then_cosines_or_by_turns(void)
{
    float halves[2 * 4], turns[2 * 4], odd[7], far[3 * 4];
    const int32_t position[] = {0, 3};
    sinusoid_rows(&(struct sinusoid){.d = 4}, halves, position, 2);
    sinusoid_rows(&(struct sinusoid){.d = 4, .interleaved = true, .inclusive = true}, turns, position, 2);
    CHECK(halves[0] == 0 && halves[1] == 0 && halves[2] == 1 && halves[3] == 1);
    CHECK(halves[4] == (float)sin(3) && halves[5] == (float)sin(0.03) && halves[6] == (float)cos(3) &&
          halves[7] == (float)cos(0.03));
    CHECK(turns[4] == (float)sin(3) && turns[5] == (float)cos(3) && turns[6] == (float)sin(3e-4) &&
          turns[7] == (float)cos(3e-4));
    sinusoid_table(&(struct sinusoid){.d = 7}, odd, 5, 1);
    CHECK(odd[0] == (float)sin(5) && odd[3] == (float)cos(5) && odd[6] == 0);
    sinusoid_distances(&(struct sinusoid){.d = 4}, far, 3, 1);          /* distances 2, 1, 0, none above 1 */
    CHECK(far[0] == (float)sin(1) && far[4] == (float)sin(1) && far[8] == 0);
}

static int tests(void)
{
    RUN(convolutions_are_those_of_torch);
    RUN(equal_taps_average_and_one_tap_copies);
    RUN(dropout_is_of_taps);
    RUN(gates_are_those_of_torch);
    RUN(attention_over_relative_positions_is_that_of_transformer_xl);
    RUN(sinusoids_are_sines_then_cosines_or_by_turns);
    return check_report();
}

int main(int argc, char **argv)
{
    (void)argc;
    return at_every_level(argv, tests);
}
