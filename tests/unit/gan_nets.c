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
#include "gan_fill.h"

#include "models/gan.h"

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

/* ---- Losses ---------------------------------------------------------------------------------- */

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

/* ---- Beside PyTorch -------------------------------------------------------------------------- */

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

/* ---- Gradients of gradients by differences --------------------------------------------------- */

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

int main(void)
{
    memory = memory_new();
    RUN(losses_gradients_and_state_are_those_of_pytorch);
    RUN(penalties_and_their_gradients_are_those_of_pytorch);
    RUN(gradients_of_penalties_are_those_of_differences);
    memory_free(memory);
    return check_report();
}
