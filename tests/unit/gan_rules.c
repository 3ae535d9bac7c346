/* What the papers of lib/models' GANs say of their networks, whatever the weights. */
#include "gan_fill.h"

#include "autograd/draws.h"
#include "base/threads.h"
#include "models/gan.h"
#include "models/stylegan2_layers.h"

/* Small ones of every kind. */
static const char *const configs[] = {
    "{\"family\": \"dcgan_generator\", \"in\": [6], \"image\": [12,8,2], \"width\": 8, \"steps\": "
    "2, \"classes\": 3}",
    "{\"family\": \"dcgan_discriminator\", \"in\": [12,8,2], \"width\": 4, \"steps\": 2, "
    "\"classes\": 3}",
    "{\"family\": \"dcgan_discriminator\", \"in\": [16,16,3], \"width\": 4, \"spectral\": false}",
    "{\"family\": \"sngan_generator\", \"in\": [6], \"image\": [16,16,3], \"widths\": [8,6,5]}",
    "{\"family\": \"sngan_discriminator\", \"in\": [16,16,3], \"widths\": [6,8,8], \"down\": 2}",
    "{\"family\": \"biggan_generator\", \"in\": [6], \"image\": [16,16,3], \"widths\": [16,16,8], "
    "\"classes\": 4, \"shared\": 5, "
    "\"hierarchical\": true, \"attention\": 8}",
    "{\"family\": \"biggan_discriminator\", \"in\": [16,16,3], \"widths\": [16,16,16], "
    "\"classes\": 4, \"attention\": 8}",
    "{\"family\": \"stylegan2_generator\", \"in\": [8], \"image\": [16,12,3], \"width\": 12, "
    "\"mapping\": 2, \"fmap_base\": 32, "
    "\"fmap_max\": 10, \"classes\": 3}",
    "{\"family\": \"stylegan2_discriminator\", \"in\": [16,12,3], \"fmap_base\": 32, \"fmap_max\": "
    "10, \"classes\": 3}",
};
enum { CONFIGS = sizeof configs / sizeof configs[0] };

/* ---- What holds of networks ------------------------------------------------------------------ */

static float *copy_of(const struct params *ps)
{
    float *v = xmalloc(sizeof *v * (ps->states + 1));
    memcpy(v, ps->state, sizeof *v * ps->states);
    return v;
}

/* Of one pass for n samples. */
static struct var *given(struct model *m, struct tape *t, int64_t n)
{
    return model_forward_all(m, t,
                             (struct var *[]){tape_input(t, input_x(m, n)), input_y(m, t, n)});
}

static void evaluation_leaves_state_alone_and_training_does_not(void)
{
    for (int i = 0; i < CONFIGS; i++) {
        struct model *m = filled(configs[i]);
        struct tape *t = evaluates();
        const size_t size = sizeof(float) * m->params->states;
        float *before = copy_of(m->params);
        given(m, t, 4);
        CHECK_BYTES(m->params->state, before, size);
        tape_mode(t)->training = true;
        given(m, t, 4);
        bool follows = false; /* noise stands still, all else moves */
        for (int k = 0; k < m->params->n; k++)
            follows |=
                m->params->list[k]->group < 0 && !ends(m->params->list[k]->name, "noise_const");
        CHECK_INT(memcmp(m->params->state, before, size) != 0, follows);
        free(before);
        tape_free(t);
        model_free(m);
    }
}

/* Whose norms have statistics of batches in training, and of all outside of it. */
static void evaluation_gives_a_sample_the_same_image_in_any_batch(void)
{
    for (int i = 0; i < CONFIGS; i++) {
        struct model *m = filled(configs[i]);
        struct tape *t = evaluates();
        const int64_t count = m->in_rank == 1 ? tensor_count(&given(m, t, 1)->v) : 0;
        const struct var *one = given(m, t, 1), *four = given(m, t, 4);
        for (int64_t k = 0; k < count; k++)
            CHECK_NEAR(four->v.f[k], one->v.f[k], 1e-5 * (1 + fabsf(one->v.f[k])));
        tape_free(t);
        model_free(m);
    }
}

/* Spectral norm (Miyato et al.): after many passes each weight divided by its norm has the singular
 * value 1. */
static void spectral_norms_converge(void)
{
    struct model *m = filled(configs[6]);
    struct tape *t = trains();
    for (int i = 0; i < 50; i++) {
        given(m, t, 2);
        tape_clear(t);
    }
    const struct param *w = params_find(m->params, "block1.conv1.weight_orig"),
                       *u = params_find(m->params, "block1.conv1.weight_u");
    const int64_t rows = w->dim[0], columns = w->count / rows;
    double norm = 0,
           again = 0; /* |W'u|, and |W v| for v of its direction: both the largest value */
    double *v = xcalloc(columns, sizeof *v);
    for (int64_t k = 0; k < columns; k++) {
        for (int64_t r = 0; r < rows; r++)
            v[k] += (double)u->value[r] * w->value[r * columns + k];
        norm += v[k] * v[k];
    }
    for (int64_t r = 0; r < rows; r++) {
        double sum = 0;
        for (int64_t k = 0; k < columns; k++)
            sum += w->value[r * columns + k] * v[k] / sqrt(norm);
        again += sum * sum;
    }
    CHECK_NEAR(sqrt(again) / sqrt(norm), 1, 0.01);
    free(v);
    tape_free(t);
    model_free(m);
}

/* ---- What holds of StyleGAN2 ----------------------------------------------------------------- */

static const char style[] =
    "{\"family\": \"stylegan2_generator\", \"in\": [6], \"image\": [16,16,3], \"width\": 8, "
    "\"mapping\": 2, \"fmap_base\": 32, \"fmap_max\": 10, \"mixing\": 0, \"noise\": \"%s\"}";

static struct model *style_of(const char *noise)
{
    char text[sizeof style + 20];
    snprintf(text, sizeof text, style, noise);
    return filled(text);
}

static double apart(const struct var *a, const struct var *b)
{
    double most = 0;
    CHECK_INT(tensor_count(&a->v), tensor_count(&b->v));
    for (int64_t i = 0; i < tensor_count(&a->v); i++)
        most = fmax(most, fabs((double)a->v.f[i] - b->v.f[i]));
    return most;
}

static void mapping_and_synthesis_make_what_the_whole_makes(void)
{
    struct model *m = style_of("random");
    struct tape *t = evaluates();
    const struct gan_latent l = gan_latent(m);
    CHECK_INT(l.layers, 6);
    CHECK_INT(l.width, 8);
    struct var *z = tape_input(t, input_x(m, 3)), *w = gan_map(m, t, z, NULL);
    struct var *ws =
        op_broadcast(t, op_reshape(t, w, DIMS(3, 1, l.width)), DIMS(3, l.layers, l.width));
    CHECK(apart(gan_synthesize(m, t, ws), given(m, t, 3)) == 0);
    tape_free(t);
    model_free(m);
}

static void other_generators_have_no_styles(void)
{
    struct model *m = filled(configs[0]);
    CHECK_INT(gan_latent(m).layers, 0);
    model_free(m);
}

static void noise_is_drawn_in_training_and_stands_still_outside_of_it(void)
{
    static const struct {
        const char *noise;
        bool training, drawn;
    } of[] = {
        {"random", true, true},  {"random", false, false}, {"always", true, true},
        {"always", false, true}, {"fixed", true, false},   {"fixed", false, false},
        {"none", true, false},
    };
    for (int i = 0; i < (int)(sizeof of / sizeof of[0]); i++) {
        struct model *m = style_of(of[i].noise);
        struct tape *t = trains();
        tape_mode(t)->training = of[i].training;
        CHECK_INT(apart(given(m, t, 2), given(m, t, 2)) > 0, of[i].drawn);
        CHECK_INT(params_find(m->params, "synthesis.b8.conv1.noise_strength") != NULL,
                  strcmp(of[i].noise, "none") != 0);
        tape_free(t);
        model_free(m);
    }
}

/* 2 steps of 0.995 from 0: (1 - 0.995^2) times the mean w. */
static void the_mean_style_follows(void)
{
    struct model *m = style_of("none");
    struct param *average = params_find(m->params, "mapping.w_avg");
    struct tape *t = trains();
    init_constant(average, 0);
    struct var *w = gan_map(m, t, tape_input(t, input_x(m, 5)), NULL);
    gan_map(m, t, tape_input(t, input_x(m, 5)), NULL);
    for (int k = 0; k < 8; k++) {
        double mean = 0;
        for (int i = 0; i < 5; i++)
            mean += w->v.f[8 * i + k] / 5.0;
        CHECK_NEAR(average->value[k], (1 - 0.995 * 0.995) * mean, 1e-4 * fabs(mean));
    }
    tape_free(t);
    model_free(m);
}

/* With probability 1 every batch has a second style, which the first layers do not see: their share
 * of the image stays. */
static void styles_are_mixed_in_training_alone(void)
{
    struct ten_err e = {0};
    char text[sizeof style + 20];
    snprintf(text, sizeof text, style, "none");
    json_t *config = json_loads(text, 0, NULL);
    json_object_set_new(config, "mixing", json_real(1));
    struct model *m = model_new(config, memory, &e);
    json_decref(config);
    model_init(m, 1);
    struct tape *t = trains();
    const struct var *a = given(m, t, 2), *b = given(m, t, 2);
    CHECK(apart(a, b) > 0);
    tape_mode(t)->training = false;
    CHECK(apart(given(m, t, 2), given(m, t, 2)) == 0);
    tape_free(t);
    model_free(m);
}

static struct var *ones(struct tape *t, int64_t h, int64_t w)
{
    struct tensor x = tensor_new(memory, TEN_F32, 4, (int64_t[]){1, h, w, 2});
    for (int64_t i = 0; i < tensor_count(&x); i++)
        x.f[i] = 1;
    return tape_input(t, x);
}

/* The filter sums to 4 over an image with zeros between, and to 1 in front of a stride. */
static void a_constant_stays_itself_inside_whatever_the_size(void)
{
    struct tape *t = evaluates();
    const struct var *up = style_upsample(t, ones(t, 5, 4)),
                     *down = style_downsample(t, ones(t, 8, 8));
    CHECK_INT(up->v.dim[1], 10);
    CHECK_INT(up->v.dim[2], 8);
    for (int64_t i = 2; i < 8; i++)
        CHECK_NEAR(up->v.f[(i * 8 + 3) * 2], 1, 1e-6);
    CHECK_INT(down->v.dim[1], 4);
    CHECK_NEAR(down->v.f[(1 * 4 + 2) * 2], 1, 1e-6);
    tape_free(t);
}

/* sqrt(1e-8) for samples that are equal, in a channel of its own; samples n and n + N/4 make a
 * group. */
static void the_deviation_of_a_batch_is_a_channel(void)
{
    struct tape *t = evaluates();
    struct tensor x = tensor_new(memory, TEN_F32, 4, (int64_t[]){8, 1, 2, 1});
    for (int64_t i = 0; i < 8; i++)
        x.f[2 * i] = x.f[2 * i + 1] =
            i % 2 ? 7 : (float)(i / 2); /* group 0: 0 1 2 3, group 1 all 7 */
    const struct var *y = style_minibatch_std(t, tape_input(t, x), 4);
    CHECK_INT(y->v.dim[3], 2);
    for (int64_t i = 0; i < 8; i++)
        CHECK_NEAR(y->v.f[4 * i + 1], i % 2 ? 1e-4 : sqrt(1.25), 1e-6);
    const struct var *three = style_minibatch_std(t, ones(t, 1, 1), 4); /* a group of one */
    CHECK_NEAR(three->v.f[2], 1e-4, 1e-9);
    tape_free(t);
}

/* Unit variance in, unit variance out, whatever the style: behind demodulation and in front of the
 * activation, whose gain sqrt(2) and slope 0.2 make 1.04 of a normal variance 1 (second moment 2 (1
 * + 0.04) / 2). */
static void demodulated_convolutions_keep_the_variance(void)
{
    enum { CHANNELS = 64, SIDE = 24 };
    struct params *ps = params_new(memory);
    const struct style_layer l = style_layer(ps, "a", 4, CHANNELS, CHANNELS, SIDE, false, false);
    struct tape *t = evaluates();
    params_seal(ps);
    style_layer_init(&l, 5);
    struct var *w = op_scale(t, draw_normals(t, 2, (int64_t[]){2, 4}), 3);
    const struct var *y = style_layer_apply(
        t, &l, draw_normals(t, 4, (int64_t[]){2, SIDE, SIDE, CHANNELS}), w, false);
    double square = 0;
    for (int64_t i = 0; i < 2; i++)
        for (int64_t p = 1; p < SIDE - 1; p++) /* the border sees fewer pixels */
            for (int64_t k = CHANNELS; k < CHANNELS * (SIDE - 1); k++) {
                const double v = y->v.f[(i * SIDE + p) * SIDE * CHANNELS + k];
                square += v * v / (2.0 * (SIDE - 2) * CHANNELS * (SIDE - 2));
            }
    CHECK_NEAR(square, 1.04, 0.05);
    tape_free(t);
    params_free(ps);
}

/* ---- R1 of a linear discriminator w x: its gradient is gamma w (Mescheder et al., arXiv
 * 1801.04406) ------ */

static void the_gradient_of_r1_is_the_weight_where_all_is_linear(void)
{
    struct ten_err e = {0};
    struct model *m = model_parse(
        "{\"family\": \"mlp\", \"in\": [5], \"hidden\": [1], \"act\": \"relu\"}", memory, &e);
    struct param *first = params_find(m->params, "fc0.weight"),
                 *second = params_find(m->params, "fc1.weight");
    for (int k = 0; k < 5; k++)
        first->value[k] = 0.25f * (float)(k + 1);
    second->value[0] = 1;
    params_changed(m->params);
    struct tape *t = trains();
    struct tensor x = tensor_new(memory, TEN_F32, 2, (int64_t[]){3, 5});
    for (int k = 0; k < 15; k++)
        x.f[k] = 1 + (float)k; /* the relu lets everything through */
    struct var *in = tape_leaf(t, x), *g;
    tape_grad(t, model_forward(m, t, in), NULL, &in, 1, true, &g);
    tape_backward(t, op_scale(t, op_sum_all(t, op_square(t, g)), 0.5f * 10 / 3)); /* gamma 10 */
    for (int k = 0; k < 5; k++)
        CHECK_NEAR(first->grad[k], 10 * first->value[k], 1e-5);
    CHECK(params_find(m->params, "fc0.bias")->grad[0] == 0);
    tape_free(t);
    model_free(m);
}

/* The same bits for any number of threads, gradients too. */
static void threads_change_no_bit(void)
{
    for (int i = 0; i < CONFIGS; i++) {
        float *first = NULL;
        for (int threads = 1; threads <= 3; threads++) {
            struct model *m = filled(configs[i]);
            struct tape *t = trains();
            threads_set(threads);
            tape_backward(t, given(m, t, 4));
            const size_t size = sizeof(float) * m->params->trained;
            if (!first)
                first = memcpy(xmalloc(size), m->params->grads, size);
            CHECK(memcmp(first, m->params->grads, size) == 0);
            tape_free(t);
            model_free(m);
        }
        free(first);
    }
}

int main(void)
{
    memory = memory_new();
    RUN(evaluation_leaves_state_alone_and_training_does_not);
    RUN(evaluation_gives_a_sample_the_same_image_in_any_batch);
    RUN(spectral_norms_converge);
    RUN(mapping_and_synthesis_make_what_the_whole_makes);
    RUN(other_generators_have_no_styles);
    RUN(noise_is_drawn_in_training_and_stands_still_outside_of_it);
    RUN(the_mean_style_follows);
    RUN(styles_are_mixed_in_training_alone);
    RUN(a_constant_stays_itself_inside_whatever_the_size);
    RUN(the_deviation_of_a_batch_is_a_channel);
    RUN(demodulated_convolutions_keep_the_variance);
    RUN(the_gradient_of_r1_is_the_weight_where_all_is_linear);
    RUN(threads_change_no_bit);
    memory_free(memory);
    return check_report();
}
