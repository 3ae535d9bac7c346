#include "models/gan_sampling.h"
#include "autograd/draws.h"
#include "autograd/ops.h"
#include "base/fail.h"
#include "base/mem.h"
#include "base/random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- Inputs ---------------------------------------------------------------------------------- */

int gan_check_generator(const struct model *m, struct ten_err *e)
{
    if (m->out_rank == 3 && m->in_rank == 1 &&
        (m->inputs == 1 || (m->inputs == 2 && m->input[1].type == TEN_I32)))
        return 0;
    return fail(e, TEN_E_DATA, "config: family %s: expected a generator of images",
                m->family->name);
}

int64_t gan_classes(const struct model *m) { return m->inputs > 1 ? m->input[1].below : 0; }

static struct tensor rows_of(struct tape *t, const struct model_input *in, int64_t n)
{
    int64_t dim[TEN_MAX_RANK] = {n};
    memcpy(dim + 1, in->dim, in->rank * sizeof *dim);
    return tensor_new(tape_memory(t), in->type, in->rank + 1, dim);
}

static void fill_labels(struct tensor *y, const struct rng *rng, int64_t first, int64_t below)
{
    for (int64_t i = 0; i < y->dim[0]; i++)
        y->i[i] = (int32_t)rng_below(rng, (uint64_t)(first + i), (uint64_t)below);
}

static struct var *draw_labels(struct tape *t, const struct model_input *in, int64_t n)
{
    const struct rng rng = tape_rng(t);
    const struct tensor y = rows_of(t, in, n);
    for (int64_t i = 0; i < n; i++)
        y.i[i] = (int32_t)rng_below(&rng, (uint64_t)draw_number(t, n, i), (uint64_t)in->below);
    return tape_input(t, y);
}

static struct var *draw_latents(struct tape *t, const struct model_input *in, int64_t n)
{
    int64_t dim[TEN_MAX_RANK] = {n};
    memcpy(dim + 1, in->dim, in->rank * sizeof *dim);
    return draw_normals(t, in->rank + 1, dim);
}

void gan_draw(const struct model *g, struct tape *t, int64_t n, struct var **in, struct var **y)
{
    *y = NULL;
    for (int i = 0; i < g->inputs; i++) {
        if (g->input[i].type == TEN_F32)
            in[i] = draw_latents(t, &g->input[i], n);
        else
            *y = in[i] = draw_labels(t, &g->input[i], n);
    }
}

/* A normal number within +-limit: element k, drawn again as often as need be. */
static float truncated(const struct rng *rng, uint64_t k, double limit)
{
    enum { TRIES = 1 << 16 };
    for (uint64_t i = 0; i < TRIES; i++) {
        const double v = rng_normal(rng, k * TRIES + i);
        if (fabs(v) <= limit)
            return (float)v;
    }
    return 0;
}

static void fill_z(struct tensor *z, const struct gan_sampler *s, int64_t first)
{
    const int64_t n = tensor_count(z), each = z->dim[0] ? n / z->dim[0] : 0;
    const struct rng plain = {s->seed, rng_stream("gan.z")}, cut = {s->seed, rng_stream("gan.z."
                                                                                        "truncate"
                                                                                        "d")};
    if (s->truncation >= 1 || gan_latent(s->g).layers > 0)
        rng_fill_normal(&plain, (uint64_t)(first * each), z->f, n, 0, 1);
    else
        for (int64_t k = 0; k < n; k++)
            z->f[k] = truncated(&cut, (uint64_t)(first * each + k), s->truncation);
}

void gan_sample_inputs(const struct gan_sampler *s, int64_t first, int64_t n, struct var **in)
{
    const struct rng rng = {s->seed, rng_stream("gan.y")};
    for (int i = 0; i < s->g->inputs; i++) {
        struct tensor x = rows_of(s->tape, &s->g->input[i], n);
        if (x.type == TEN_F32)
            fill_z(&x, s, first);
        else if (s->label < 0)
            fill_labels(&x, &rng, first, s->g->input[i].below);
        else
            for (int64_t k = 0; k < n; k++)
                x.i[k] = (int32_t)s->label;
        in[i] = tape_input(s->tape, x);
    }
}

/* ---- Images ---------------------------------------------------------------------------------- */

/* As in training, but that no statistics and no vectors of spectral norms stay. */
static struct var *forward_trained(const struct gan_sampler *s, struct var *const *in)
{
    struct params *ps = s->g->params;
    struct tape_mode *mode = tape_mode(s->tape);
    const bool was = mode->training;
    float *kept = xmalloc((ps->states + 1) * sizeof *kept);
    memcpy(kept, ps->state, ps->states * sizeof *kept);
    mode->training = true;
    struct var *x = model_forward_all(s->g, s->tape, in);
    mode->training = was;
    memcpy(ps->state, kept, ps->states * sizeof *kept);
    free(kept);
    return x;
}

static struct var *forward_as_it_is(const struct gan_sampler *s, struct var *const *in)
{
    struct tape_mode *mode = tape_mode(s->tape);
    const bool was = mode->training;
    mode->training = false;
    struct var *x = model_forward_all(s->g, s->tape, in);
    mode->training = was;
    return x;
}

struct var *gan_latents_of(const struct gan_sampler *s, struct var *const *in)
{
    struct tape *t = s->tape;
    struct tape_mode *mode = tape_mode(t);
    const bool was = mode->training;
    const struct gan_latent shape = gan_latent(s->g);
    const struct param *p = params_find(s->g->params, "mapping.w_avg");
    mode->training = false;
    struct var *w = gan_map(s->g, t, in[0], gan_classes(s->g) > 0 ? in[1] : NULL);
    mode->training = was;
    if (p && s->truncation != 1) {
        struct var *mean = tape_input(t, tensor_over(p->value, TEN_F32, p->rank, p->dim));
        w = op_add(t, op_scale(t, op_sub(t, w, mean), (float)s->truncation), mean);
    }
    w = op_reshape(t, w, DIMS(w->v.dim[0], 1, shape.width));
    return op_compact(t, op_broadcast(t, w, DIMS(w->v.dim[0], shape.layers, shape.width)));
}

struct var *gan_images_of(const struct gan_sampler *s, struct var *const *in)
{
    if (gan_latent(s->g).layers > 0 && s->truncation != 1)
        return gan_synthesize(s->g, s->tape, gan_latents_of(s, in));
    return gan_latent(s->g).layers > 0 || s->bn != GAN_BN_BATCH ? forward_as_it_is(s, in)
                                                                : forward_trained(s, in);
}

/* ---- Standing statistics --------------------------------------------------------------------- */

static bool running(const struct param *p)
{
    const char *dot = strrchr(p->name, '.');
    return dot && (strcmp(dot, ".running_mean") == 0 || strcmp(dot, ".running_var") == 0);
}

static void set_running(struct params *ps, float value)
{
    for (int i = 0; i < ps->n; i++)
        for (int64_t k = 0; running(ps->list[i]) && k < ps->list[i]->count; k++)
            ps->list[i]->value[k] = value;
}

/* What a batch leaves in statistics that were `from` before, [states]. */
static void left_by(const struct gan_sampler *s, int64_t first, int64_t n, float from, float *state)
{
    struct params *ps = s->g->params;
    struct tape_mode *mode = tape_mode(s->tape);
    const struct tape_mode was = *mode;
    struct var *in[MODEL_INPUTS];
    set_running(ps, from);
    mode->training = true;
    mode->record = false;
    gan_sample_inputs(s, first, n, in);
    model_forward_all(s->g, s->tape, in);
    *mode = was;
    tape_clear(s->tape);
    memcpy(state, ps->state, ps->states * sizeof *state);
}

/*
 * A batch norm of momentum m leaves (1-m) r + m b of running r and batch b.  From r = 0 and r = 1
 * of the same batch come m and b, whatever the layer's momentum is.
 */
void gan_stand(const struct gan_sampler *s, int64_t n)
{
    struct params *ps = s->g->params;
    float *kept = xmalloc((ps->states + 1) * sizeof *kept),
          *zero = xmalloc((ps->states + 1) * sizeof *zero);
    float *one = xmalloc((ps->states + 1) * sizeof *one);
    double *sum = xcalloc((size_t)ps->states + 1, sizeof *sum);
    memcpy(kept, ps->state, ps->states * sizeof *kept);
    for (int b = 0; b < GAN_STANDING; b++) {
        left_by(s, b * n, n, 0, zero);
        left_by(s, b * n, n, 1, one);
        for (int64_t k = 0; k < ps->states; k++)
            sum[k] += zero[k] / (1.0 - ((double)one[k] - zero[k]));
    }
    memcpy(ps->state, kept, ps->states * sizeof *kept);
    for (int i = 0; i < ps->n; i++)
        for (int64_t k = 0; running(ps->list[i]) && k < ps->list[i]->count; k++)
            ps->list[i]->value[k] = (float)(sum[ps->list[i]->at + k] / GAN_STANDING);
    free(kept);
    free(zero);
    free(one);
    free(sum);
}
