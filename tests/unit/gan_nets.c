/*
 * Networks of GANs (lib/models) beside PyTorch's of tests/bench/gan_nets.py, which wrote
 * gan_reference.h: every tensor of a small network has values that depend on its name and nothing
 * else (numbers()).  Compared are
 *
 *     the loss sum(r y) / N in training, y what the network gives, and its gradient by every
 * parameter what state is left behind: running statistics, vectors of spectral norms, the mean w R1
 * of discriminators and the path length of StyleGAN2's generator, and their gradients: of gradients
 *
 * each gradient by its norm and its product with numbers().
 */
#include "check.h"

#include "autograd/draws.h"
#include "autograd/ops.h"
#include "base/mem.h"
#include "models/gan.h"
#include "models/model_io.h"
#include "models/stylegan2_layers.h"
#include "nn/init.h"

#include <stdlib.h>

struct summary {
    const char *name;
    double dot, norm;
};
struct gan_case {
    const char *config;
    int64_t n;
    double loss, penalty;
    const struct summary *first, *state, *second; /* gradients; second NULL: no penalty */
};
#include "gan_reference.h"

enum { CASES = sizeof cases / sizeof cases[0] };

static struct memory *memory;

/* ---- Numbers by name
 * ----------------------------------------------------------------------------- */

static float *numbers(const char *name, int64_t n)
{
    float *v = xmalloc(sizeof *v * (n + 1));
    uint32_t h = 2166136261u;
    for (const char *c = name; *c; c++)
        h = (h ^ (unsigned char)*c) * 16777619u;
    for (int64_t i = 0; i < n; i++) {
        uint32_t x = (uint32_t)i * 2654435761u + h;
        x = (x ^ x >> 15) * 2246822519u;
        x = (x ^ x >> 13) * 3266489917u;
        v[i] = (float)((double)(x ^ x >> 16) / 2147483648.0 - 1);
    }
    return v;
}

static struct tensor tensor_of(const char *name, int rank, const int64_t *dim, double scale)
{
    struct tensor x = tensor_new(memory, TEN_F32, rank, dim);
    float *v = numbers(name, tensor_count(&x));
    for (int64_t i = 0; i < tensor_count(&x); i++)
        x.f[i] = (float)(scale * v[i]);
    free(v);
    return x;
}

static bool ends(const char *name, const char *with)
{
    const size_t n = strlen(name), k = strlen(with);
    return n >= k && strcmp(name + n - k, with) == 0;
}
static bool begins(const char *name, const char *with)
{
    return strncmp(name, with, strlen(with)) == 0;
}

/* value() of gan_nets.py: a * number + b. */
static void scale_of(const struct param *p, double *a, double *b)
{
    const bool mapping = begins(p->name, "mapping") && strstr(p->name, ".fc");
    const bool style =
        (begins(p->name, "b") || begins(p->name, "synthesis")) && !strstr(p->name, "block");
    *a = 1;
    *b = 0;
    if (ends(p->name, "running_var"))
        *a = 0.5, *b = 1;
    else if (mapping)
        *a = p->rank > 1 ? 150 : 20;
    else if (p->rank > 1 && !strstr(p->name, "const"))
        *a = 1.7 / sqrt(style ? 1 : init_fan(p, INIT_FAN_IN));
    else if (ends(p->name, "affine.bias") || (strstr(p->name, "norm") && ends(p->name, "weight")))
        *a = 0.25, *b = 1;
}

static struct model *filled(const char *config)
{
    struct ten_err e = {0};
    struct model *m = model_parse(config, memory, &e);
    CHECK_STR(e.text, "");
    for (int i = 0; m && i < m->params->n; i++) {
        struct param *p = m->params->list[i];
        float *v = numbers(p->name, p->count);
        double a, b;
        scale_of(p, &a, &b);
        for (int64_t k = 0; k < p->count; k++)
            p->value[k] = (float)(a * v[k] + b);
        free(v);
    }
    params_changed(m->params);
    return m;
}

/* ---- Losses
 * ---------------------------------------------------------------------------------------- */

static struct var *input_y(const struct model *m, struct tape *t, int64_t n)
{
    if (m->inputs < 2)
        return NULL;
    struct tensor y = tensor_new(memory, TEN_I32, 1, &n);
    for (int64_t i = 0; i < n; i++)
        y.i[i] = (int32_t)(i % m->input[1].below);
    return tape_input(t, y);
}

static struct tensor input_x(const struct model *m, int64_t n)
{
    int64_t dim[TEN_MAX_RANK] = {n};
    memcpy(dim + 1, m->in, m->in_rank * sizeof *dim);
    return tensor_of(m->in_rank == 1 ? "z" : "x", m->in_rank + 1, dim, m->in_rank == 1 ? 1.7 : 1);
}

static struct var *first_loss(struct model *m, struct tape *t, int64_t n)
{
    struct var *in[2] = {tape_input(t, input_x(m, n)), input_y(m, t, n)};
    struct var *y = model_forward_all(m, t, in);
    struct var *r = tape_input(t, tensor_of("r", y->v.rank, y->v.dim, 1));
    return op_scale(t, op_sum_all(t, op_mul(t, y, r)), 1 / (float)n);
}

static struct var *r1(struct model *m, struct tape *t, int64_t n)
{
    struct var *x = tape_leaf(t, input_x(m, n)), *in[2] = {x, input_y(m, t, n)}, *g;
    tape_grad(t, model_forward_all(m, t, in), NULL, &x, 1, true, &g);
    return op_scale(t, op_sum_all(t, op_square(t, g)), 0.5f / (float)n);
}

static struct var *path_length(struct model *m, struct tape *t, int64_t n)
{
    const struct gan_latent l = gan_latent(m);
    struct var *w = gan_map(m, t, tape_input(t, input_x(m, n)), input_y(m, t, n)), *g;
    w = op_broadcast(t, op_reshape(t, w, DIMS(n, 1, l.width)), DIMS(n, l.layers, l.width));
    struct var *image = gan_synthesize(m, t, w);
    const double pixels = (double)(image->v.dim[1] * image->v.dim[2]);
    struct var *noise = tape_input(t, tensor_of("n", 4, image->v.dim, 1 / sqrt(pixels)));
    tape_grad(t, op_mul(t, image, noise), NULL, &w, 1, true, &g);
    struct var *length =
        op_sqrt(t, op_mean(t, op_sum(t, op_square(t, g), 1 << 2, false), 1 << 1, false));
    return op_mean_all(t, op_square(t, op_affine(t, length, 1, -0.3f)));
}

static struct var *penalty(struct model *m, struct tape *t, int64_t n)
{
    return m->in_rank == 1 ? path_length(m, t, n) : r1(m, t, n);
}

static struct tape *trains(void)
{
    struct tape *t = tape_new(memory, 0);
    tape_mode(t)->record = tape_mode(t)->training = true;
    return t;
}

/* ---- Beside PyTorch
 * --------------------------------------------------------------------------------- */

static const struct summary *find(const struct summary *s, const char *name)
{
    while (s->name && strcmp(s->name, name) != 0)
        s++;
    return s->name ? s : NULL;
}

/* x[n] has this norm and product, within 1e-4 of the norm and 1e-6 of the largest there is. */
static void near(const char *what, const struct summary *s, const float *x, int64_t n,
                 double largest)
{
    float *v = numbers(s->name, n);
    double dot = 0, square = 0;
    for (int64_t i = 0; i < n; i++) {
        dot += (double)v[i] * x[i];
        square += (double)x[i] * x[i];
    }
    free(v);
    const double bound = 1e-4 * s->norm + 1e-6 * largest;
    if (fabs(dot - s->dot) <= bound && fabs(sqrt(square) - s->norm) <= bound)
        return;
    check_bad++;
    printf("%s: %s: product %.9g, norm %.9g: expected %.9g, %.9g\n", what, s->name, dot,
           sqrt(square), s->dot, s->norm);
}

static void compare(const char *what, const struct params *ps, const struct summary *list,
                    bool state)
{
    double largest = 0;
    int all = 0;
    for (const struct summary *s = list; s->name; s++, all++)
        largest = fmax(largest, s->norm);
    for (int i = 0; i < ps->n; i++) {
        const struct param *p = ps->list[i];
        if ((p->group < 0) != state)
            continue;
        const struct summary *s = find(list, p->name);
        CHECK(s != NULL);
        if (s)
            near(what, s, state ? p->value : p->grad, p->count, largest);
        all--;
    }
    CHECK_INT(all, 0);
}

static void losses_gradients_and_state_are_those_of_pytorch(void)
{
    for (int i = 0; i < CASES; i++) {
        const struct gan_case *c = &cases[i];
        struct model *m = filled(c->config);
        struct tape *t = trains();
        struct var *loss = tape_keep(t, first_loss(m, t, c->n));
        CHECK_NEAR(loss->v.f[0], c->loss, 1e-5 * fabs(c->loss) + 1e-5);
        tape_backward(t, loss);
        compare(c->config, m->params, c->first, false);
        compare(c->config, m->params, c->state, true);
        tape_free(t);
        model_free(m);
    }
}

static void penalties_and_their_gradients_are_those_of_pytorch(void)
{
    for (int i = 0; i < CASES; i++) {
        const struct gan_case *c = &cases[i];
        if (!c->second)
            continue;
        struct model *m = filled(c->config);
        struct tape *t = trains();
        struct var *loss = tape_keep(t, penalty(m, t, c->n));
        CHECK_NEAR(loss->v.f[0], c->penalty, 1e-5 * fabs(c->penalty));
        tape_backward(t, loss);
        compare(c->config, m->params, c->second, false);
        tape_free(t);
        model_free(m);
    }
}

/* ---- Gradients of gradients by differences
 * ---------------------------------------------------------- */

/* Small and of few samples: a difference that crosses the corner of a leaky relu is none of a
 * derivative, since the gradients that a penalty is made of jump there. */
static const struct {
    const char *config;
    int64_t n;
} tiny[] = {
    {"{\"family\": \"dcgan_discriminator\", \"in\": [8,8,2], \"width\": 3, \"spectral\": false}",
     2},
    {"{\"family\": \"stylegan2_discriminator\", \"in\": [8,8,2], \"fmap_base\": 6, \"fmap_max\": "
     "3}",
     2},
    {"{\"family\": \"stylegan2_generator\", \"in\": [3], \"image\": [8,8,1], \"width\": 4, "
     "\"mapping\": 1, \"fmap_base\": 6, "
     "\"fmap_max\": 3, \"noise\": \"fixed\", \"mixing\": 0}",
     2},
};

/* The penalty with all parameters moved by h along v. */
static double moved(int i, const float *v, double h)
{
    struct model *m = filled(tiny[i].config);
    struct tape *t = trains();
    for (int64_t k = 0; k < m->params->trained; k++)
        m->params->values[k] += (float)(h * v[k]);
    params_changed(m->params);
    const double p = penalty(m, t, tiny[i].n)->v.f[0];
    tape_free(t);
    model_free(m);
    return p;
}

/* v: along the gradient, so that its product with it is the norm. */
static void gradients_of_penalties_are_those_of_differences(void)
{
    for (int i = 0; i < (int)(sizeof tiny / sizeof tiny[0]); i++) {
        struct model *m = filled(tiny[i].config);
        struct tape *t = trains();
        struct var *p = tape_keep(t, penalty(m, t, tiny[i].n));
        tape_backward(t, p);
        double square = 0;
        for (int64_t k = 0; k < m->params->trained; k++)
            square += (double)m->params->grads[k] * m->params->grads[k];
        const double norm = sqrt(square), h = 2e-3 * p->v.f[0] / norm;
        float *v = xmalloc(sizeof *v * m->params->trained);
        for (int64_t k = 0; k < m->params->trained; k++)
            v[k] = (float)(m->params->grads[k] / norm);
        CHECK_NEAR((moved(i, v, h) - moved(i, v, -h)) / (2 * h), norm, 2e-3 * norm);
        free(v);
        tape_free(t);
        model_free(m);
    }
}

/* ---- What holds of networks
 * ------------------------------------------------------------------------- */

static struct tape *evaluates(void)
{
    struct tape *t = tape_new(memory, 0);
    tape_mode(t)->record = tape_mode(t)->training = false;
    return t;
}

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
    for (int i = 0; i < CASES; i++) {
        struct model *m = filled(cases[i].config);
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
    for (int i = 0; i < CASES; i++) {
        struct model *m = filled(cases[i].config);
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
    struct model *m = filled(cases[7].config);
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

/* ---- What holds of StyleGAN2
 * -------------------------------------------------------------------------- */

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
    struct model *m = filled(cases[0].config);
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

int main(void)
{
    memory = memory_new();
    RUN(losses_gradients_and_state_are_those_of_pytorch);
    RUN(penalties_and_their_gradients_are_those_of_pytorch);
    RUN(gradients_of_penalties_are_those_of_differences);
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
    memory_free(memory);
    return check_report();
}
