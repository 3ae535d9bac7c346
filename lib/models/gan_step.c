/* A step of both players: batches, losses, penalties, and what adapts. */
#include "autograd/ops.h"
#include "base/signals.h"
#include "models/gan_trainer_internal.h"

#include <math.h>
#include <string.h>

/* p adapts after so many steps (Karras et al., "ADA", arXiv 2006.06676, section 3). */
enum { ADA_STEPS = 4 };
/* Path lengths: how fast their mean moves, and the part of a batch that is measured (Karras et al.,
 * arXiv 1912.04958). */
static const double PATH_DECAY = 0.01;
enum { PATH_SHARE = 2 };

/* ---- Several processes ----------------------------------------------------------------------- */

double gan_backward(struct gan_trainer *r, struct var *loss, double part)
{
    struct tensor weight = tensor_new(tape_memory(r->tape), TEN_F32, 0, NULL);
    double value = loss->v.f[0] * part;
    weight.f[0] = (float)part;
    struct var *dy = tape_input(r->tape, weight);
    dist_sum(r->opt->dist, &value, 1);
    if (isfinite(value))
        tape_backward_from(r->tape, loss, dy);
    tape_clear(r->tape);
    return value;
}

/* Of n samples of all processes those of this one, whose draws are theirs. */
static int64_t mine(struct gan_trainer *r, int64_t n)
{
    const int64_t rank = dist_rank(r->opt->dist), ranks = dist_size(r->opt->dist);
    return tape_mode(r->tape)->share.samples = (n - rank + ranks - 1) / ranks;
}

/* The sums of this step, over all processes, to those of the table. */
static void gather(struct gan_trainer *r)
{
    double *now = r->now;
    now[GAN_STOP] = stop_requested();
    now[GAN_DUE] = gan_first(r) && now_seconds() - r->saved_at >= r->opt->every;
    dist_sum(r->opt->dist, now, GAN_AGREED);
    for (int i = 0; i < GAN_SUMS; i++)
        r->sum[i] += now[i];
    r->sure += 2 * now[SUM_REAL] - now[SUM_REALS];
    r->sure_n += now[SUM_REALS];
}

/* ---- The generator --------------------------------------------------------------------------- */

static double learn_g(struct gan_trainer *r)
{
    struct tape *t = r->tape;
    struct var *in[MODEL_INPUTS], *y;
    const int64_t n = mine(r, r->opt->batch);
    const double part = (double)n / (double)r->opt->batch;
    gan_draw(r->g.model, t, n, in, &y);
    struct var *x =
        gan_augmented(r, model_forward_all(r->g.model, t, in), r->opt->where == GAN_AT_ALL);
    tape_mode(t)->still = true;
    struct var *loss = gan_loss_g(t, r->opt->loss, gan_logits(r->d.model, t, x, y));
    tape_mode(t)->still = false;
    r->now[SUM_LOSS_G] += loss->v.f[0] * part;
    r->now[SUM_G] += part;
    return gan_backward(r, loss, part);
}

/* Over all processes. */
static double mean_of(struct gan_trainer *r, const struct var *x)
{
    double v[] = {0, (double)x->v.dim[0]};
    for (int64_t i = 0; i < x->v.dim[0]; i++)
        v[0] += x->v.f[i];
    dist_sum(r->opt->dist, v, 2);
    return v[0] / v[1];
}

/* Samples that path lengths are measured on, one for each process at least. */
static int64_t path_batch(const struct gan_trainer *r)
{
    const int64_t n = r->opt->batch / PATH_SHARE, ranks = dist_size(r->opt->dist);
    return n < ranks ? ranks : n;
}

/* weight mean (length - mean length)^2, the mean a constant. */
static double keep_paths_even(struct gan_trainer *r)
{
    struct tape *t = r->tape;
    struct var *in[MODEL_INPUTS], *y;
    const int64_t n = mine(r, path_batch(r));
    const double part = (double)n / (double)path_batch(r);
    const struct gan_latent shape = gan_latent(r->g.model);
    gan_draw(r->g.model, t, n, in, &y);
    struct var *w = op_reshape(t, gan_map(r->g.model, t, in[0], y), DIMS(n, 1, shape.width));
    w = op_compact(t, op_broadcast(t, w, DIMS(n, shape.layers, shape.width)));
    struct var *lengths = gan_path_lengths(t, gan_synthesize(r->g.model, t, w), w);
    r->path_mean += PATH_DECAY * (mean_of(r, lengths) - r->path_mean);
    struct var *loss =
        op_scale(t, op_mean_all(t, op_square(t, op_affine(t, lengths, 1, -(float)r->path_mean))),
                 (float)(r->opt->path * (double)r->opt->path_every));
    r->now[SUM_PATH] += loss->v.f[0] * part;
    r->now[SUM_PATHS] += part;
    return gan_backward(r, loss, part);
}

/* ---- Steps ----------------------------------------------------------------------------------- */

/* Each process adds its part of what is the same for all. */
static void orthogonal(struct gan_trainer *r, const struct gan_player *p, double strength,
                       int64_t batches)
{
    if (strength == 0)
        return;
    struct var *loss = gan_orthogonal(r->tape, p->model->params,
                                      strength * (double)batches / dist_size(r->opt->dist));
    if (loss)
        tape_backward(r->tape, loss);
    tape_clear(r->tape);
}

/* 1, or 0 with *bad set. */
static int move(struct gan_trainer *r, struct gan_player *p, int64_t batches, double *bad)
{
    const struct optim_step s = {.lr = schedule_lr(&p->schedule, r->run.step) * r->slower,
                                 .scale = 1.0 / (double)batches,
                                 .zero = true};
    dist_grads_begin(p->grads);
    dist_grads_finish(p->grads);
    return optim_step(p->optim, &s, bad) == OPTIM_DONE;
}

static int step_d(struct gan_trainer *r, double *bad)
{
    const int64_t batches = r->opt->accumulate_d;
    struct batch b;
    for (int64_t k = 0; k < batches; k++) {
        int rc = feeder_next(r->feed, &b, &r->tool->err);
        if (rc == 0)                                    /* the next epoch */
            rc = feeder_next(r->feed, &b, &r->tool->err);
        if (rc < 0)
            return -1;
        *bad = gan_learn_d(r, &b);
        if (!isfinite(*bad))
            return 0;
    }
    orthogonal(r, &r->d, r->opt->ortho_d, batches);
    return move(r, &r->d, batches, bad);
}

static int step_g(struct gan_trainer *r, double *bad)
{
    const int64_t batches = r->opt->accumulate_g;
    for (int64_t k = 0; k < batches; k++) {
        *bad = learn_g(r);
        if (!isfinite(*bad))
            return 0;
    }
    if (r->opt->path > 0 && r->run.step % r->opt->path_every == 0)
        for (int64_t k = 0; k < batches; k++) {
            *bad = keep_paths_even(r);
            if (!isfinite(*bad))
                return 0;
        }
    orthogonal(r, &r->g, r->opt->ortho_g, batches);
    return move(r, &r->g, batches, bad);
}

/* p goes up while D is too sure of real samples, and down else. */
static void adapt(struct gan_trainer *r)
{
    const double span = (double)(gan_images(r->opt) * ADA_STEPS) / (r->opt->ada_kimg * 1000);
    if (r->opt->ada == 0 || r->run.step % ADA_STEPS != 0)
        return;
    r->p = fmin(fmax(r->p + (r->sure / r->sure_n > r->opt->ada ? span : -span), 0), 1);
    r->sure = r->sure_n = 0;
}

int gan_step(struct gan_trainer *r, double *bad)
{
    int rc = 1;
    memset(r->now, 0, sizeof r->now);
    tape_set_step(r->tape, (uint64_t)r->run.step);
    if (r->opt->g_first)
        rc = step_g(r, bad);
    for (int64_t k = 0; rc > 0 && k < r->opt->d_steps; k++)
        rc = step_d(r, bad);
    if (rc > 0 && !r->opt->g_first)
        rc = step_g(r, bad);
    if (rc <= 0)
        return rc;
    gather(r);
    dist_average_state(r->opt->dist, r->g.model->params);
    dist_average_state(r->opt->dist, r->d.model->params);
    r->run.step++;
    const int64_t images = gan_images(r->opt);
    if (r->ema)
        ema_update(r->ema, &(struct ema_now){.step = r->run.step,
                                             .images = r->run.step * images,
                                             .batch = images});
    adapt(r);
    return 1;
}
