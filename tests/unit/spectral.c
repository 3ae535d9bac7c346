/*
 * Spectral normalisation (autograd/ops_spectral.h).  Stored values come from torch.nn.utils.spectral_norm
 * of PyTorch 1.13 in f64 over a Linear(4, 3) of weight W, one iteration a call, u = (1,2,-2)/3 at first:
 * two calls in training, each with W/sigma, the gradient dw for the incoming one G, the gradient of the sum
 * of squares of dw, and the vectors it left.
 */
#include "check.h"
#include "levels.h"

#include "autograd/op.h"
#include "autograd/ops.h"
#include "autograd/ops_spectral.h"
#include "nn/params.h"

enum { K = 3, M = 4 };

static struct memory *memory;

static const float W[K * M] = {1, -2, 0.5f, 3, 0.25f, 1.5f, -1, 2, -3, 0.75f, 2, 1};
static const float G[K * M] = {1, 2, -1, 0.5f, 0, -1.5f, 1, 2, 0.75f, -0.25f, -2, 1};

static const struct step { float y[K * M], dw[K * M], twice[K * M], u[K], v[M];
} steps[2] = {
    {{0.269315954f, -0.538631909f, 0.134657977f, 0.807947863f, 0.0673289886f, 0.403973932f, -0.269315954f,
      0.538631909f, -0.807947863f, 0.201986966f, 0.538631909f, 0.269315954f},
     {0.451236552f, 0.526503869f, -0.402724393f, 0.255938376f, 0.145755659f, -0.413690976f, 0.162428471f,
      0.635802348f, -0.0511676005f, -0.0504520175f, -0.352985227f, 0.100546244f},
     {-0.377297156f, -0.0735877736f, 0.289425345f, -0.24356846f, -0.264012446f, 0.0892676246f, 0.145831264f,
      -0.271564024f, 0.422714535f, -0.0186253963f, -0.240712757f, 0.257920758f},
     {0.528635613f, 0.423545401f, -0.735631485f},
     {0.709475655f, -0.047298377f, -0.520282147f, 0.47298377f}},
    {{0.25874751f, -0.517495019f, 0.129373755f, 0.776242529f, 0.0646868774f, 0.388121265f, -0.25874751f,
      0.517495019f, -0.776242529f, 0.194060632f, 0.517495019f, 0.25874751f},
     {0.463687337f, 0.44726767f, -0.376348173f, 0.251797883f, 0.0966431578f, -0.421238267f, 0.203290747f,
      0.575226376f, -0.0504966355f, 0.0191162995f, -0.377160672f, 0.112657262f},
     {-0.385550753f, 0.0420948004f, 0.237617302f, -0.226573453f, -0.163692382f, 0.113734195f, 0.0555041448f,
      -0.174639274f, 0.385405932f, -0.132337389f, -0.160840729f, 0.209017455f},
     {0.614716092f, 0.289880718f, -0.733548427f},
     {0.744621602f, -0.255161731f, -0.427286366f, 0.444811783f}},
};
static const double largest_singular_value = 3.91985643992;     /* torch.linalg.svdvals */

static void expect(const char *what, const float *got, const float *want, int n)
{
    for (int i = 0; i < n; i++)
        if (!(fabsf(got[i] - want[i]) <= 2e-6f * (fabsf(want[i]) + 1))) {
            check_bad++;
            printf("%s [%d]: %.9g, expected %.9g\n", what, i, got[i], want[i]);
        }
}

/* A weight and its vectors, as a network holds them. */
struct setting { struct params *ps; struct param *w, *u, *v; struct tape *t; };

static struct setting setting_new(void)
{
    struct setting s = {.ps = params_new(memory), .t = tape_new(memory, 0)};
    s.w = params_add(s.ps, "fc.weight", PARAMS_MAIN, 2, (int64_t[]){K, M});
    s.u = params_add_state(s.ps, "fc.weight_u", 1, (int64_t[]){K});
    s.v = params_add_state(s.ps, "fc.weight_v", 1, (int64_t[]){M});
    params_seal(s.ps);
    memcpy(s.w->value, W, sizeof W);
    for (int i = 0; i < K; i++)
        s.u->value[i] = (float[]){1, 2, -2}[i] / 3;
    return s;
}

static void setting_free(struct setting *s)
{
    tape_free(s->t);
    params_free(s->ps);
}

static struct spectral_options options(const struct setting *s, bool with_v)
{
    return (struct spectral_options){.u = s->u, .v = with_v ? s->v : NULL, .iterations = 1, .eps = 1e-12f};
}

static struct var *incoming(struct tape *t)
{
    return tape_input(t, tensor_over((void *)(uintptr_t)G, TEN_F32, 2, (int64_t[]){K, M}));
}

static void training_is_that_of_pytorch_with_both_derivatives(void)
{
    for (int with_v = 0; with_v < 2; with_v++) {
        struct setting s = setting_new();
        const struct spectral_options o = options(&s, with_v);
        for (int i = 0; i < 2; i++) {
            struct var *w = tape_param(s.t, s.w), *y = op_spectral_norm(s.t, w, &o), *d, *dd;
            expect("y", y->v.f, steps[i].y, K * M);
            expect("u", s.u->value, steps[i].u, K);
            if (with_v)
                expect("v", s.v->value, steps[i].v, M);
            tape_grad(s.t, y, incoming(s.t), &w, 1, false, &d);
            expect("dw, kernel", d->v.f, steps[i].dw, K * M);
            tape_grad(s.t, y, incoming(s.t), &w, 1, true, &d);
            expect("dw, recorded", d->v.f, steps[i].dw, K * M);
            tape_grad(s.t, op_sum_all(s.t, op_square(s.t, d)), NULL, &w, 1, false, &dd);
            expect("derivative of its squares", dd->v.f, steps[i].twice, K * M);
            tape_clear(s.t);
        }
        setting_free(&s);
    }
}

static void outside_of_training_the_vectors_stand_still(void)
{
    for (int with_v = 0; with_v < 2; with_v++) {
        struct setting s = setting_new();
        const struct spectral_options o = options(&s, with_v);
        op_spectral_norm(s.t, tape_param(s.t, s.w), &o);
        tape_mode(s.t)->training = false;
        for (int i = 0; i < 2; i++) {           /* from u alone: what the next iteration would make of it */
            struct var *y = op_spectral_norm(s.t, tape_param(s.t, s.w), &o);
            expect("y", y->v.f, steps[with_v ? 0 : 1].y, K * M);
        }
        expect("u", s.u->value, steps[0].u, K);
        setting_free(&s);
    }
}

static void the_norm_becomes_one(void)
{
    struct setting s = setting_new();
    struct spectral_options o = options(&s, true);
    o.iterations = 100;
    struct var *y = op_spectral_norm(s.t, tape_param(s.t, s.w), &o);
    for (int i = 0; i < K * M; i++)
        CHECK_NEAR(y->v.f[i], W[i] / largest_singular_value, 1e-6);
    setting_free(&s);
}

static void weights_of_any_rank_are_matrices_of_their_first_axis(void)
{
    struct setting s = setting_new();
    const struct spectral_options o = options(&s, true);
    struct var *w = tape_leaf(s.t, tensor_over((void *)(uintptr_t)W, TEN_F32, 4, (int64_t[]){K, 2, 1, 2}));
    expect("y", op_spectral_norm(s.t, w, &o)->v.f, steps[0].y, K * M);
    setting_free(&s);
}

static struct var *segment(struct tape *t, void *ctx, struct var *const *x)
{
    const struct setting *s = ctx;
    const struct spectral_options o = options(s, true);
    return op_linear(t, x[0], op_spectral_norm(t, tape_param(t, s->w), &o), NULL);
}

static void a_segment_computed_again_finds_the_same_norm_and_moves_nothing(void)
{
    float grad[2][K * M];
    for (int again = 0; again < 2; again++) {
        struct setting s = setting_new();
        struct tensor one = tensor_new(memory, TEN_F32, 2, (int64_t[]){2, M});
        for (int i = 0; i < 2 * M; i++)
            one.f[i] = 0.25f * (float)(i % 3) + 0.5f;
        struct var *x = tape_leaf(s.t, one);
        struct var *y = again ? tape_recompute(s.t, segment, &s, &x, 1) : segment(s.t, &s, &x);
        tape_backward(s.t, op_square(s.t, y));
        expect("u", s.u->value, steps[0].u, K);
        memcpy(grad[again], s.w->grad, sizeof grad[0]);
        setting_free(&s);
    }
    CHECK_BYTES(grad[1], grad[0], sizeof grad[0]);
}

static void a_weight_of_zeros_gives_no_nan_in_its_vectors(void)
{
    struct setting s = setting_new();
    const struct spectral_options o = options(&s, true);
    memset(s.w->value, 0, sizeof W);
    op_spectral_norm(s.t, tape_param(s.t, s.w), &o);
    for (int i = 0; i < K; i++)
        CHECK_NEAR(s.u->value[i], 0, 0);
    setting_free(&s);
}

static int tests(void)
{
    memory = memory_new();
    RUN(training_is_that_of_pytorch_with_both_derivatives);
    RUN(outside_of_training_the_vectors_stand_still);
    RUN(the_norm_becomes_one);
    RUN(weights_of_any_rank_are_matrices_of_their_first_axis);
    RUN(a_segment_computed_again_finds_the_same_norm_and_moves_nothing);
    RUN(a_weight_of_zeros_gives_no_nan_in_its_vectors);
    CHECK_INT(memory_used(memory), 0);
    memory_free(memory);
    return check_report();
}

int main(int argc, char **argv)
{
    (void)argc;
    return at_every_level(argv, tests);
}
