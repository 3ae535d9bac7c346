#include "models/gan_project.h"
#include "autograd/ops.h"
#include "autograd/ops_loss.h"
#include "base/fail.h"
#include "base/random.h"
#include "nn/optim.h"

#include <math.h>
#include <string.h>

/* Rates rise in the first twentieth of the steps and fall in the last quarter; samples that the
 * mean of w, its deviation and the nearest start come from. */
static const double RISE = 0.05, FALL = 0.25, QUIET = 0.75, NOISE = 0.05;
enum { SAMPLES = 256, SCALES = 3, FEATURES = 16 };

/* One projection under way. */
struct search {
    const struct gan_sampler *s;
    const struct gan_projection *p;
    const struct tensor *target;
    struct params *params;
    struct param *x;                    /* the latents */
    struct optim *optim;
    double deviation;                   /* of w over samples */
};

/* ---- Distances ------------------------------------------------------------------------------- */

static struct var *constant(struct tape *t, int layer, int64_t out, int64_t in)
{
    const struct rng rng = {1, rng_stream("gan.project") + (uint64_t)layer};
    struct tensor w = tensor_new(tape_memory(t), TEN_F32, 4, (int64_t[]){out, 3, 3, in});
    rng_fill_normal(&rng, 0, w.f, tensor_count(&w), 0, (float)sqrt(2.0 / (double)(9 * in)));
    return tape_input(t, w);
}

static struct var *features(struct tape *t, struct var *x)
{
    x = op_leaky(t, op_conv2d(t, x, constant(t, 0, FEATURES, x->v.dim[3]), NULL, 1, 1), 0.2f);
    return op_leaky(t, op_conv2d(t, x, constant(t, 1, FEATURES, FEATURES), NULL, 1, 1), 0.2f);
}

static struct var *between(struct tape *t, struct var *x, struct var *y)
{
    return op_mean_all(t, op_l2(t, x, y));
}

static struct var *feature_distance(struct tape *t, struct var *x, struct var *y)
{
    struct var *sum = between(t, features(t, x), features(t, y));
    for (int k = 1; k < SCALES && x->v.dim[1] > 3 && x->v.dim[2] > 3; k++) {
        x = op_average_pool(t, x, 2, 2, 0);
        y = op_average_pool(t, y, 2, 2, 0);
        sum = op_add(t, sum, between(t, features(t, x), features(t, y)));
    }
    return sum;
}

/* ---- Images ---------------------------------------------------------------------------------- */

/* Latents as the generator takes them; then its parameters are constants. */
static struct var *image_of(const struct search *r, struct var *x)
{
    struct tape *t = r->s->tape;
    struct var *in[MODEL_INPUTS];
    const struct gan_latent shape = gan_latent(r->s->g);
    tape_mode(t)->still = true;
    if (r->p->space != GAN_SPACE_Z) {
        x = op_broadcast(t, x, DIMS(x->v.dim[0], shape.layers, shape.width));
        x = gan_synthesize(r->s->g, t, op_compact(t, x));
    } else {
        gan_sample_inputs(r->s, 0, x->v.dim[0], in);
        in[0] = x;
        x = model_forward_all(r->s->g, t, in);
    }
    tape_mode(t)->still = false;
    return x;
}

/* ---- Where it begins ------------------------------------------------------------------------- */

/* Mean of w over samples, into every row of x, and their deviation from it. */
static void begin_with_mean(struct search *r)
{
    struct tape *t = r->s->tape;
    struct var *in[MODEL_INPUTS];
    const int64_t width = gan_latent(r->s->g).width, rows = r->x->count / width;
    gan_sample_inputs(r->s, 0, SAMPLES, in);
    const struct tensor w = op_compact(t, op_slice(t, gan_latents_of(r->s, in), 1, 0, 1))->v;
    double squares = 0;
    for (int64_t k = 0; k < width; k++) {
        double sum = 0;
        for (int64_t i = 0; i < SAMPLES; i++)
            sum += w.f[i * width + k];
        for (int64_t i = 0; i < SAMPLES; i++)
            squares += (w.f[i * width + k] - sum / SAMPLES) * (w.f[i * width + k] - sum / SAMPLES);
        for (int64_t i = 0; i < rows; i++)
            r->x->value[i * width + k] = (float)(sum / SAMPLES);
    }
    r->deviation = sqrt(squares / SAMPLES);
    tape_clear(t);
}

static double distance(const float *a, const float *b, int64_t n)
{
    double sum = 0;
    for (int64_t i = 0; i < n; i++)
        sum += ((double)a[i] - b[i]) * ((double)a[i] - b[i]);
    return sum;
}

/* The z of the sample nearest to each target. */
static void begin_with_nearest(struct search *r)
{
    struct tape *t = r->s->tape;
    struct var *in[MODEL_INPUTS];
    gan_sample_inputs(r->s, 0, SAMPLES, in);
    const struct tensor image = op_compact(t, gan_images_of(r->s, in))->v, z = in[0]->v;
    const int64_t n = r->target->dim[0], pixels = tensor_count(&image) / SAMPLES,
                  width = r->x->count / n;
    for (int64_t i = 0; i < n; i++) {
        int64_t best = 0;
        double least = INFINITY;
        for (int64_t k = 0; k < SAMPLES; k++) {
            const double d = distance(image.f + k * pixels, r->target->f + i * pixels, pixels);
            best = d < least ? k : best;
            least = fmin(d, least);
        }
        memcpy(r->x->value + i * width, z.f + best * width, (size_t)width * sizeof *z.f);
    }
    tape_clear(t);
}

static void begin(struct search *r)
{
    const struct gan_latent shape = gan_latent(r->s->g);
    const int64_t n = r->target->dim[0];
    struct optim_rule adam = optim_defaults(OPTIM_ADAM);
    struct tape_mode *mode = tape_mode(r->s->tape);
    r->params = params_new(tape_memory(r->s->tape));
    r->x = r->p->space == GAN_SPACE_Z
               ? params_add(r->params, "z", PARAMS_MAIN, 2, (int64_t[]){n, r->s->g->in[0]})
               : params_add(r->params, "w", PARAMS_MAIN, 3,
                            (int64_t[]){n, r->p->space == GAN_SPACE_W ? 1 : shape.layers,
                                        shape.width});
    params_seal(r->params);
    r->optim = optim_new(r->params, &adam);
    mode->record = mode->training = false;
    if (r->p->space == GAN_SPACE_Z)
        begin_with_nearest(r);
    else
        begin_with_mean(r);
    params_changed(r->params);
    mode->record = true;
}

/* ---- Steps ----------------------------------------------------------------------------------- */

static double rate_at(const struct gan_projection *p, double t)
{
    const double fall = fmin(1, (1 - t) / FALL);
    return p->rate * fmin(1, t / RISE) * (0.5 - 0.5 * cos(M_PI * fall));
}

/* x and the noise of this moment. */
static struct var *shaken(const struct search *r, struct var *x, double moment)
{
    struct tape *t = r->s->tape;
    const double calm = fmax(0, 1 - moment / QUIET), size = NOISE * r->deviation * calm * calm;
    if (size == 0)
        return x;
    const struct rng rng = tape_rng(t);
    struct tensor noise = tensor_new(tape_memory(t), TEN_F32, x->v.rank, x->v.dim);
    rng_fill_normal(&rng, 0, noise.f, tensor_count(&noise), 0, (float)size);
    return op_add(t, x, tape_input(t, noise));
}

/* 0, or -1 when something is not finite. */
static int step(struct search *r, int64_t k)
{
    struct tape *t = r->s->tape;
    const double moment = (double)k / (double)r->p->steps;
    tape_set_step(t, (uint64_t)k);
    struct var *target = tape_input(t, tensor_over(r->target->f, TEN_F32, 4, r->target->dim));
    struct var *image = image_of(r, shaken(r, tape_param(t, r->x), moment));
    struct var *pixel = between(t, image, target), *loss = op_scale(t, pixel, (float)r->p->pixel);
    if (r->p->feature > 0)
        loss =
            op_add(t, loss, op_scale(t, feature_distance(t, image, target), (float)r->p->feature));
    const double value = loss->v.f[0], square = pixel->v.f[0];
    tape_backward(t, loss);
    tape_clear(t);
    /* The first step of a rising rate is one of rate 0. */
    const struct optim_step s = {.lr = rate_at(r->p, (double)(k + 1) / (double)(r->p->steps + 1)),
                                 .zero = true};
    if (!isfinite(value) || optim_step(r->optim, &s, NULL) != OPTIM_DONE)
        return -1;
    if (r->p->seen)
        r->p->seen(r->p->ctx, k + 1, value, square);
    return 0;
}

static struct tensor held(struct var *x)
{
    struct tensor v = x->v;
    block_hold(v.block);
    return v;
}

static void take(const struct search *r, struct gan_found *found)
{
    struct tape *t = r->s->tape;
    const struct gan_latent shape = gan_latent(r->s->g);
    tape_mode(t)->record = false;
    struct var *x =
        op_compact(t, tape_input(t, tensor_over(r->x->value, TEN_F32, r->x->rank, r->x->dim)));
    struct var *latent = r->p->space == GAN_SPACE_Z
                             ? x
                             : op_broadcast(t, x, DIMS(r->x->dim[0], shape.layers, shape.width));
    found->latent = tensor_new(tape_memory(t), TEN_F32, latent->v.rank, latent->v.dim);
    tensor_copy(&found->latent, &latent->v);
    found->image = held(op_compact(t, image_of(r, x)));
    tape_clear(t);
}

int gan_project(const struct gan_sampler *s, const struct gan_projection *p,
                const struct tensor *target, struct gan_found *found, struct ten_err *e)
{
    struct search r = {.s = s, .p = p, .target = target};
    const struct tape_mode was = *tape_mode(s->tape);
    int rc = 0;
    if (p->space != GAN_SPACE_Z && gan_latent(s->g).layers == 0)
        return fail(e, TEN_E_USAGE, "--space: family %s has no latents w: expected --space=z",
                    s->g->family->name);
    begin(&r);
    for (int64_t k = 0; rc == 0 && k < p->steps; k++)
        rc = step(&r, k);
    if (rc < 0)
        fail(e, TEN_E_NUMERIC, "the distance is not finite: expected a lower --rate");
    else
        take(&r, found);
    optim_free(r.optim);
    params_free(r.params);
    *tape_mode(s->tape) = was;
    return rc;
}
