#include "models/trainer_internal.h"
#include "autograd/op.h"
#include "base/fail.h"
#include "base/mem.h"
#include "base/signals.h"
#include "models/model_io.h"

#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

/* A loss that is not finite: go back to the checkpoint, halve the rate, this often. */
enum { ROLLBACKS = 3 };

/* ---- Evaluation -------------------------------------------------------------------------------------------- */

static struct var *input(struct trainer *r, const struct samples *s, const struct batch *b)
{
    return r->objective.input ? r->objective.input(r->objective.ctx, r->tape, s, b) : tape_input(r->tape, *b->image);
}

static int evaluate(struct trainer *r, double *loss, double *score)
{
    struct tape_mode *mode = tape_mode(r->tape), was = *mode;
    struct batch b;
    double total[3] = {0};              /* loss, score, samples */
    int rc;
    mode->record = mode->training = false;
    if (r->ema)
        ema_swap(r->ema);
    while ((rc = feeder_next(r->check, &b, &r->tool->err)) > 0) {
        double sum = 0;
        if (b.n == 0)
            continue;
        struct var *out = model_forward(r->model, r->tape, input(r, r->valid, &b));
        struct var *l = r->objective.loss(r->objective.ctx, r->tape, out, &b, &sum);
        total[0] += l->v.f[0] * b.n;
        total[1] += sum;
        total[2] += b.n;
        tape_clear(r->tape);
    }
    if (r->ema)
        ema_swap(r->ema);
    *mode = was;
    if (rc < 0)
        return -1;
    dist_sum(r->opt->dist, total, 3);
    *loss = total[0] / total[2];
    *score = trainer_shown(r, total[1] / total[2]);
    return 0;
}

static int end_of_epoch(struct trainer *r)
{
    double loss = NAN, score = NAN;
    r->run.epoch++;
    if (r->check) {
        if (evaluate(r, &loss, &score) < 0)
            return -1;
        const bool better = isnan(r->run.best) || (r->objective.higher ? score > r->run.best : score < r->run.best);
        if (better && r->opt->best) {
            r->run.best = score;
            if (trainer_keep_best(r) < 0)
                return -1;
        }
    }
    if (trainer_log(r, loss, score) < 0)
        return -1;
    trainer_tell_shares(r);
    r->loss = r->score = r->seen = 0;
    return trainer_save(r);
}

/* ---- Steps --------------------------------------------------------------------------------------------------- */

/* Back to the last checkpoint, more slowly; `what`, of the step, is not finite. */
static int roll_back(struct trainer *r, const char *what, double value)
{
    /* Of a loss the process is known; gradients have been added up. */
    const int rank = dist_lowest(r->opt->dist, !isfinite(r->own_loss));
    char where[32] = "";
    if (rank >= 0 && dist_size(r->opt->dist) > 1)
        snprintf(where, sizeof where, " on rank %d", rank);
    const double slower = r->slower / 2;
    const int64_t step = r->run.step;
    const int rollbacks = r->rollbacks + 1;
    if (!trainer_saved(r))
        return fail(&r->tool->err, TEN_E_NUMERIC, "step %lld: the %s is %g%s: expected a finite one (a lower rate, or --resume=FILE to go back to)",
                    (long long)step, what, value, where);
    if (rollbacks > ROLLBACKS)
        return fail(&r->tool->err, TEN_E_NUMERIC, "step %lld: the %s is %g%s after %d times back at half the rate: expected a finite one; the last "
                    "good model is in %s", (long long)step, what, value, where, ROLLBACKS, r->opt->checkpoint);
    if (trainer_load(r) < 0)
        return -1;
    tool_note(r->tool, "step %lld: the %s is %g%s: back to step %lld of %s, at half the rate", (long long)step, what, value, where,
              (long long)r->run.step, r->opt->checkpoint);
    r->slower = slower;
    r->rollbacks = rollbacks;
    params_zero_grad(r->model->params);                 /* of the batches before, where several make a step */
    return trainer_save(r);
}

/* What the mean loss of this process's samples counts in that of the batch. */
static struct var *part_of_batch(struct tape *t, const struct batch *b)
{
    struct tensor part = tensor_new(tape_memory(t), TEN_F32, 0, NULL);
    part.f[0] = (float)b->n / (float)b->total;
    return tape_input(t, part);
}

/*
 * The gradients of one batch, with `last` of a step those of all processes; the mean loss, not finite when that of any
 * process is not.  Several processes go back in any case: all take part in every sum.
 */
static double backward(struct trainer *r, const struct batch *b, bool last)
{
    double score = 0;
    struct tape *t = r->tape;
    tape_mode(t)->share.samples = b->n;
    struct var *out = model_forward(r->model, t, input(r, r->train, b));
    struct var *loss = r->objective.loss(r->objective.ctx, t, out, b, &score);
    timeline_mark(r->timeline, PHASE_FORWARD);
    r->own_loss = b->n ? (double)loss->v.f[0] * b->n : 0;
    double sum[] = {r->own_loss, score, b->n, stop_requested()};
    if (last)
        dist_grads_begin(r->grads);
    if (isfinite(r->own_loss) || r->grads)
        tape_backward_from(t, loss, part_of_batch(t, b));
    tape_clear(t);
    timeline_mark(r->timeline, PHASE_BACKWARD);
    if (last)
        dist_grads_finish(r->grads);
    timeline_mark(r->timeline, PHASE_COMMUNICATION);
    dist_sum(r->opt->dist, sum, 4);
    timeline_mark(r->timeline, PHASE_WAIT);
    r->loss += sum[0];
    r->score += sum[1];
    r->seen += sum[2];
    r->stop = sum[3] > 0;
    return sum[0] / sum[2];
}

/* Whether batch number n of a step is its last. */
static bool ends_step(const struct trainer *r, int n)
{
    int64_t epoch, next;
    feeder_position(r->feed, &epoch, &next);
    return n + 1 == r->opt->accumulate || next == feeder_batches(r->feed);
}

static double rate(const struct trainer *r)
{
    return r->finding ? lrfind_rate(r->finding) : schedule_lr(&r->schedule, r->run.step) * r->slower;
}

int trainer_step(struct trainer *r)
{
    struct batch b;
    double loss = 0, norm;
    int n = 0, rc = 1;
    tape_set_step(r->tape, r->run.step);
    while (n < r->opt->accumulate && (rc = feeder_next(r->feed, &b, &r->tool->err)) > 0) {
        timeline_mark(r->timeline, PHASE_LOAD);
        loss = backward(r, &b, ends_step(r, n));
        n++;
        if (!isfinite(loss))
            return roll_back(r, "loss", loss) < 0 ? -1 : 1;
    }
    if (rc < 0 || n == 0)
        return rc;
    const struct optim_step s = {.lr = rate(r), .scale = 1.0 / n, .clip_norm = r->opt->clip, .zero = true};
    if (optim_step(r->optim, &s, &norm) == OPTIM_SKIPPED)
        return roll_back(r, "norm of the gradients", norm) < 0 ? -1 : 1;
    r->run.step++;
    trainer_average_statistics(r);
    if (r->ema)
        ema_update(r->ema, &(struct ema_now){.step = r->run.step, .images = r->run.step * r->opt->batch, .batch = r->opt->batch});
    char text[64];
    snprintf(text, sizeof text, "loss %.4f", r->loss / r->seen);
    progress_step(&r->tool->progress, r->run.step, text);
    timeline_mark(r->timeline, PHASE_UPDATE);
    if (trainer_check_weights(r) < 0)
        return -1;
    return rc > 0;                                      /* 0: the epoch ended within these batches */
}

static int64_t steps_of_epoch(const struct trainer *r)
{
    return (feeder_batches(r->feed) + r->opt->accumulate - 1) / r->opt->accumulate;
}

/* The last words of a run that a signal ends. */
static int stopped(struct trainer *r)
{
    const int sig = stop_requested() ? stop_signal() : SIGTERM;
    if (trainer_save(r) < 0)
        return -1;
    const char *path = r->opt->checkpoint;
    return fail(&r->tool->err, 128 + sig, "SIG%s after step %lld: not finished: expected the same command again%s%s",
                sigabbrev_np(sig), (long long)r->run.step,
                path ? ", to go on from " : ", from the start (--resume=FILE to go on)", path ? path : "");
}

static int measure(struct trainer *r)
{
    double loss, score;
    if (evaluate(r, &loss, &score) < 0 || trainer_log(r, loss, score) < 0)
        return -1;
    if (trainer_first(r))
        tool_note(r->tool, "loss %.4f, %s %.4f of %lld samples", loss, r->objective.score, score,
                  (long long)samples_count(r->valid));
    return 0;
}

static int train(struct trainer *r)
{
    int rc = 0;
    progress_start(&r->tool->progress, "steps", steps_of_epoch(r) * r->opt->epochs);
    timeline_mark(r->timeline, PHASE_OTHER);
    while (rc >= 0 && r->run.epoch < r->opt->epochs) {
        if ((rc = trainer_step(r)) == 0)
            rc = end_of_epoch(r);
        if (rc >= 0 && r->stop)
            rc = stopped(r);
        if (rc >= 0 && now_seconds() - r->saved_at >= r->opt->every)
            rc = trainer_save(r);
    }
    progress_end(&r->tool->progress);
    trainer_tell_times(r);
    return rc < 0 ? -1 : trainer_write_timeline(r);
}

int trainer_run(struct trainer *r)
{
    const int rc = r->opt->find_lr ? trainer_find_rate(r) : r->opt->evaluate_only ? measure(r) : train(r);
    /* Losses, weights that differ and signals are told by sums over all processes. */
    if (rc < 0 && (r->tool->err.code == TEN_E_NUMERIC || r->tool->err.code > 128))
        dist_agreed(r->opt->dist);
    return rc;
}

/* ---- Life ------------------------------------------------------------------------------------------------------ */

static int check_samples(struct trainer *r, const struct samples *s)
{
    struct ten_err *e = &r->tool->err;
    if (r->objective.check)
        return r->objective.check(r->objective.ctx, r->model, s, e);
    return model_reads(r->model, s, e) < 0 || samples_need(s, "label", e) < 0 ? -1 : 0;
}

/* A step is made by `accumulate` batches of all processes: the first rate of a warm-up is that of one part of one. */
static int plan_rates(struct trainer *r)
{
    const struct trainer_options *o = r->opt;
    struct ten_err *e = &r->tool->err;
    const int64_t steps = steps_of_epoch(r);
    const double per_sample = o->rate_batch ? 1.0 / (double)o->rate_batch : 0;
    if ((o->in_epochs ? schedule_parse_epochs(&r->schedule, o->schedule, (double)o->epochs, steps, e)
                      : schedule_parse(&r->schedule, o->schedule, steps * o->epochs, e)) < 0)
        return -1;
    if (o->rate_batch)
        schedule_scale(&r->schedule, per_sample * (double)trainer_step_samples(r),
                       per_sample * (double)o->batch / dist_size(o->dist));
    return 0;
}

/* A model to start from. */
static int start(struct trainer *r)
{
    const struct objective *o = &r->objective;
    struct init_report came = {0};
    const int rc = network_load(r->tool, &r->opt->network, r->model->params, false, &came);
    if (rc == 0 && r->opt->network.init && o->started)
        o->started(o->ctx, r->model, &came);
    init_report_free(&came);
    return rc;
}

static int set_up(struct trainer *r, struct samples *train, struct samples *valid, const struct feeder_options *feed)
{
    const struct trainer_options *o = r->opt;
    struct ten_err *e = &r->tool->err;
    struct optim_rule rule;
    struct ema_rule average;
    struct feeder_options f = *feed;
    for (int i = 0; i < (valid ? 2 : 1); i++)
        if (check_samples(r, i ? valid : train) < 0)
            return -1;
    f.batch = o->batch;
    f.seed = r->tool->opt.seed;
    f.rank = dist_rank(o->dist);
    f.ranks = dist_size(o->dist);
    if (batch_augment_parse(&f.augment, o->augment, e) < 0 || optim_parse(&rule, o->optim, e) < 0 || !(r->feed = feeder_new(train, &f, e)))
        return -1;
    f.evaluate = true;
    if (valid && !(r->check = feeder_new(valid, &f, e)))
        return -1;
    if (plan_rates(r) < 0)
        return -1;
    model_init(r->model, r->tool->opt.seed);
    if (r->objective.learn && r->objective.learn(r->objective.ctx, r->model, train, e) < 0)
        return -1;
    if (start(r) < 0)
        return -1;
    trainer_join(r);
    r->optim = optim_new(r->model->params, &rule);
    if (o->ema && ema_parse(&average, o->ema, e) < 0)
        return -1;
    if (o->ema)
        r->ema = ema_new(r->model->params, &average);
    return 0;
}

static int go_on(struct trainer *r)
{
    if (trainer_saved(r)) {
        if (trainer_load(r) < 0)
            return -1;
        r->rollbacks = (int)json_number_value(json_object_get(r->run.more, "rollbacks"));
        if (r->opt->best && !isnan(r->run.best) && trainer_recall_best(r) < 0)
            return -1;
    }
    return trainer_start_curve(r);
}

struct trainer *trainer_new(struct tool *t, const struct trainer_options *o, struct model *m, struct samples *train,
                            struct samples *valid, const struct feeder_options *feed, const struct objective *objective)
{
    struct trainer *r = xcalloc(1, sizeof *r);
    *r = (struct trainer){.tool = t, .opt = o, .model = m, .objective = *objective, .train = train, .valid = valid, .slower = 1, .started = now_seconds()};
    r->run = (struct run){.seed = t->opt.seed, .best = NAN};
    r->saved_at = r->started;
    r->config = model_config_text(m);
    r->log = xasprintf("epoch\tstep\trate\tloss\t%s\tvalid_loss\tvalid_%s\tseconds\n", objective->score, objective->score);
    r->tape = tape_new(m->params->memory, t->opt.seed);
    tape_mode(r->tape)->exact_conv = o->exact_conv;
    if (!trainer_first(r)) {
        t->opt.quiet = true;
        t->progress.to = NULL;
    }
    stop_init();
    if (set_up(r, train, valid, feed) < 0 || go_on(r) < 0) {
        trainer_free(r);
        return NULL;
    }
    return r;
}

int trainer_write(struct trainer *r)
{
    struct params *ps = r->model->params;
    const struct part part = {.prefix = "", .params = ps};
    const struct checkpoint c = {.config = r->config, .nparts = 1, .parts = &part};
    if (!trainer_first(r) || r->opt->find_lr || r->opt->evaluate_only)
        return 0;
    if (r->best) {
        memcpy(ps->values, r->best, ps->trained * sizeof *r->best);
        memcpy(ps->state, r->best + ps->trained, ps->states * sizeof *r->best);
        params_changed(ps);
    } else if (r->ema) {
        ema_swap(r->ema);
    }
    return checkpoint_write(r->tool->out, &c, &r->tool->err);
}

void trainer_free(struct trainer *r)
{
    if (!r)
        return;
    feeder_free(r->feed);
    feeder_free(r->check);
    tape_free(r->tape);
    dist_grads_free(r->grads);
    timeline_free(r->timeline);
    ema_free(r->ema);
    optim_free(r->optim);
    run_free(&r->run);
    free(r->config);
    free(r->log);
    free(r->best);
    free(r);
}
