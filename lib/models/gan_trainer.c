#include "base/fail.h"
#include "base/mem.h"
#include "base/signals.h"
#include "models/gan_trainer_internal.h"

#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

/* A loss that is not finite: go back to the checkpoint, halve the rates, this often. */
enum { ROLLBACKS = 3 };

/* ---- Running --------------------------------------------------------------------------------- */

/* Back to the last checkpoint, more slowly. */
static int roll_back(struct gan_trainer *r, double bad)
{
    const double slower = r->slower / 2;
    const long long step = r->run.step;
    const int rollbacks = r->rollbacks + 1;
    struct ten_err *e = &r->tool->err;
    if (!gan_saved(r))
        return fail(e, TEN_E_NUMERIC,
                    "step %lld: a loss or gradient is %g: expected a finite one (a lower rate, or "
                    "--resume=FILE to go back to)",
                    step, bad);
    if (rollbacks > ROLLBACKS)
        return fail(e, TEN_E_NUMERIC,
                    "step %lld: a loss or gradient is %g after %d times back at half the rates: "
                    "expected "
                    "a finite one; the last good networks are in %s",
                    step, bad, ROLLBACKS, r->opt->checkpoint);
    if (gan_load(r) < 0)
        return -1;
    r->slower = slower;
    r->rollbacks = rollbacks;
    params_zero_grad(r->g.model->params);
    params_zero_grad(r->d.model->params);
    return gan_save(r);
}

/* The last words of a run that a signal ends. */
static int stopped(struct gan_trainer *r)
{
    const char *path = r->opt->checkpoint;
    const int sig = stop_requested() ? stop_signal() : SIGTERM;         /* which may be another's */
    if (gan_save(r) < 0)
        return -1;
    return fail(&r->tool->err, 128 + sig,
                "SIG%s after step %lld: not finished: expected the same command again%s%s",
                sigabbrev_np(sig), (long long)r->run.step,
                path ? ", to go on from " : ", from the start (--resume=FILE to go on)",
                path ? path : "");
}

static void tell(struct gan_trainer *r)
{
    char text[80];
    const double *s = r->sum;
    snprintf(text, sizeof text, "loss of D %.3f, of G %.3f", s[SUM_LOSS_D] / s[SUM_D],
             s[SUM_LOSS_G] / s[SUM_G]);
    progress_step(&r->tool->progress, r->run.step, text);
}

/* What comes between steps. */
static int after_step(struct gan_trainer *r)
{
    const struct gan_options *o = r->opt;
    const bool end = r->run.step == o->iters;
    tell(r);
    if ((r->run.step % o->curve_every == 0 || end) && gan_log(r) < 0)
        return -1;
    const bool show = r->run.step % o->snapshot_every == 0 || end;
    if (show && ((o->snapshot && gan_snapshot(r) < 0) || (o->copy && gan_copy(r) < 0)))
        return -1;
    if (r->now[GAN_STOP] > 0)
        return end ? gan_save(r) : stopped(r);
    return end || r->now[GAN_DUE] > 0 ? gan_save(r) : 0;
}

int gan_trainer_run(struct gan_trainer *r)
{
    int rc = 0;
    progress_start(&r->tool->progress, "steps", r->opt->iters);
    while (rc >= 0 && r->run.step < r->opt->iters) {
        double bad;
        rc = gan_step(r, &bad);
        if (rc == 0)
            rc = roll_back(r, bad);
        else if (rc > 0)
            rc = after_step(r);
    }
    progress_end(&r->tool->progress);
    /* Losses and signals are told by sums over all processes. */
    if (rc < 0 && (r->tool->err.code == TEN_E_NUMERIC || r->tool->err.code > 128))
        dist_agreed(r->opt->dist);
    if (rc < 0)
        return -1;
    gan_advise(r);
    return 0;
}

/* ---- Life ------------------------------------------------------------------------------------ */

struct gan_trainer *gan_trainer_new(struct tool *t, const struct gan_options *o,
                                    const struct samples *train, const struct samples *valid)
{
    struct gan_trainer *r = xcalloc(1, sizeof *r);
    *r = (struct gan_trainer){.tool = t,
                              .opt = o,
                              .train = train,
                              .valid = valid,
                              .slower = 1,
                              .p = o->ada > 0 ? 0 : o->p};
    r->started = r->saved_at = now_seconds();
    r->run = (struct run){.seed = t->opt.seed, .best = NAN};
    r->log = xstrdup("step\tkimg\trate_d\tloss_d\tloss_"
                     "g\tpenalty\tpath\treal\tvalid\tfake\tgap\tp\tseconds\n");
    r->memory = memory_new();
    r->tape = tape_new(r->memory, t->opt.seed);
    tape_mode(r->tape)->exact_conv = o->exact_conv;
    if (!gan_first(r)) {
        t->opt.quiet = true;
        t->progress.to = NULL;
    }
    stop_init();
    if (gan_set_up(r) == 0)
        return r;
    gan_trainer_free(r);
    return NULL;
}

static int write_one(struct gan_trainer *r, const struct model *m, const char *role, int64_t group)
{
    char *config = model_config_text(m);
    const struct part part = {.prefix = "", .params = m->params};
    const int rc = checkpoint_write(r->tool->out,
                                    &(struct checkpoint){.config = config,
                                                         .nparts = 1,
                                                         .parts = &part,
                                                         .role = role,
                                                         .group = group},
                                    &r->tool->err);
    free(config);
    return rc;
}

int gan_trainer_write(struct gan_trainer *r)
{
    int rc = write_one(r, r->g.model, "generator", 0);
    if (rc == 0 && r->ema) {
        ema_swap(r->ema);
        rc = write_one(r, r->g.model, "ema", 1);
        ema_swap(r->ema);
    }
    return rc < 0 ? -1 : write_one(r, r->d.model, "discriminator", 2);
}

void gan_trainer_free(struct gan_trainer *r)
{
    if (!r)
        return;
    feeder_free(r->feed);
    feeder_free(r->check);
    samples_close(r->repeated);
    tape_free(r->tape);
    ema_free(r->ema);
    dist_grads_free(r->g.grads);
    dist_grads_free(r->d.grads);
    optim_free(r->g.optim);
    optim_free(r->d.optim);
    model_free(r->g.model);
    model_free(r->d.model);
    run_free(&r->run);
    memory_free(r->memory);
    free(r->config);
    free(r->log);
    free(r);
}
