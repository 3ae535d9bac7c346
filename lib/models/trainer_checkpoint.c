/* What a run leaves: checkpoints, the best model, the curve. */
#include "base/fail.h"
#include "base/mem.h"
#include "models/trainer_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- Checkpoints ---------------------------------------------------------------------------------------- */

static struct part part_of(struct trainer *r)
{
    return (struct part){.prefix = "", .params = r->model->params, .optim = r->optim, .ema = r->ema};
}

static double spent(const struct trainer *r) { return r->before + now_seconds() - r->started; }

int trainer_save(struct trainer *r)
{
    const struct part part = part_of(r);
    if (!r->opt->checkpoint || !trainer_first(r))
        return 0;
    feeder_position(r->feed, &r->run.epoch, &r->run.position);
    json_decref(r->run.more);
    if (r->run.step - r->saved_step > r->span)
        r->span = r->run.step - r->saved_step;
    r->saved_step = r->run.step;
    r->run.more = json_pack("{s:f, s:f, s:f, s:f, s:i, s:f, s:s, s:I, s:I, s:i, s:I}", "loss", r->loss, "score", r->score,
                            "seen", r->seen, "slower", r->slower, "rollbacks", r->rollbacks, "seconds", spent(r), "log",
                            r->log, "batch", r->opt->batch, "accumulate", r->opt->accumulate, "processes",
                            dist_size(r->opt->dist), "span", r->span);
    const struct checkpoint c = {.config = r->config, .nparts = 1, .parts = &part, .run = &r->run};
    r->saved_at = now_seconds();
    return checkpoint_save(r->opt->checkpoint, &c, r->tool, &r->tool->err);
}

static double number(const json_t *object, const char *key) { return json_number_value(json_object_get(object, key)); }

/* Whether the first process has a checkpoint. */
bool trainer_saved(struct trainer *r)
{
    double there = trainer_first(r) && r->opt->checkpoint && access(r->opt->checkpoint, F_OK) == 0;
    dist_sum(r->opt->dist, &there, 1);
    return there > 0;
}

/* The model at path, as the first process has it, into what c (or, NULL, params of the same names) holds. */
static int read_back(struct trainer *r, const char *path, const struct checkpoint *c)
{
    struct ten_err *e = &r->tool->err;
    struct init_report report = {0};
    const int fd = dist_file(r->opt->dist, path, e);
    struct ten_reader *in = fd < 0 ? NULL : ten_open_fd(fd, path, NULL, e);
    const int rc = !in ? -1 : c ? checkpoint_load(in, c, e) : checkpoint_init(in, r->model->params, NULL, &report, e);
    ten_close(in);
    init_report_free(&report);
    if (fd >= 0)
        close(fd);
    return rc;
}

/* Steps and position of a run whose steps had other numbers of samples: those of as many samples, rounded down. */
static void count_anew(struct trainer *r)
{
    const int64_t batch = (int64_t)number(r->run.more, "batch"), accumulate = (int64_t)number(r->run.more, "accumulate");
    const double was = (double)(batch * accumulate), now = (double)trainer_step_samples(r);
    if (was == 0)                                       /* of a version that did not say */
        return;
    if (batch != r->opt->batch)
        r->run.position = r->run.position * batch / r->opt->batch;
    if (was != now)
        r->run.step = (int64_t)((double)r->run.step * was / now);
}

/* Another number of processes, or of samples a step, than the checkpoint was written with. */
static void tell_change(const struct trainer *r)
{
    const int64_t samples = (int64_t)(number(r->run.more, "batch") * number(r->run.more, "accumulate"));
    const int was = (int)number(r->run.more, "processes"), now = dist_size(r->opt->dist);
    if (was == 0 || !trainer_first(r) || (was == now && samples == trainer_step_samples(r)))
        return;
    tool_note(r->tool, "%s: %d process%s and %lld samples a step go on where %d and %lld were, at step %lld; at most %lld "
              "steps after the checkpoint are lost", r->opt->checkpoint, now, now == 1 ? "" : "es",
              (long long)trainer_step_samples(r), was, (long long)samples, (long long)r->run.step,
              (long long)number(r->run.more, "span"));
}

int trainer_load(struct trainer *r)
{
    const struct part part = part_of(r);
    const struct checkpoint c = {.config = r->config, .nparts = 1, .parts = &part, .run = &r->run};
    if (read_back(r, r->opt->checkpoint, &c) < 0)
        return -1;
    const char *log = json_string_value(json_object_get(r->run.more, "log"));
    free(r->log);
    r->log = xstrdup(log ? log : "");
    r->loss = number(r->run.more, "loss");
    r->score = number(r->run.more, "score");
    r->seen = number(r->run.more, "seen");
    r->slower = number(r->run.more, "slower");
    r->before = number(r->run.more, "seconds");
    r->span = (int64_t)number(r->run.more, "span");
    count_anew(r);
    tell_change(r);
    r->saved_step = r->run.step;
    feeder_seek(r->feed, r->run.epoch, r->run.position);
    return 0;
}

/* ---- The best model -------------------------------------------------------------------------------------- */

static void remember_best(struct trainer *r)
{
    const struct params *ps = r->model->params;
    if (r->ema)
        ema_swap(r->ema);
    if (!r->best)
        r->best = xmalloc((ps->trained + ps->states + 1) * sizeof *r->best);
    memcpy(r->best, ps->values, ps->trained * sizeof *r->best);
    memcpy(r->best + ps->trained, ps->state, ps->states * sizeof *r->best);
    if (r->ema)
        ema_swap(r->ema);
}

/* The best model stands beside the checkpoint, for runs that go on later. */
static int save_best(struct trainer *r)
{
    const struct part part = {.prefix = "", .params = r->model->params};
    const struct checkpoint c = {.config = r->config, .nparts = 1, .parts = &part};
    if (!r->opt->checkpoint || !trainer_first(r))
        return 0;
    char *path = xasprintf("%s.best", r->opt->checkpoint);
    if (r->ema)
        ema_swap(r->ema);
    const int rc = checkpoint_save(path, &c, r->tool, &r->tool->err);
    if (r->ema)
        ema_swap(r->ema);
    free(path);
    return rc;
}

int trainer_keep_best(struct trainer *r)
{
    remember_best(r);
    return save_best(r);
}

int trainer_recall_best(struct trainer *r)
{
    char *path = xasprintf("%s.best", r->opt->checkpoint);
    struct params *ps = r->model->params;
    float *now = xmalloc((ps->trained + ps->states + 1) * sizeof *now);
    memcpy(now, ps->values, ps->trained * sizeof *now);
    memcpy(now + ps->trained, ps->state, ps->states * sizeof *now);
    const int rc = read_back(r, path, NULL);
    struct ema *ema = r->ema;
    r->ema = NULL;                                      /* what was loaded is the average itself */
    if (rc == 0)
        remember_best(r);
    r->ema = ema;
    memcpy(ps->values, now, ps->trained * sizeof *now);
    memcpy(ps->state, now + ps->trained, ps->states * sizeof *now);
    params_changed(ps);
    free(now);
    free(path);
    return rc;
}

/* ---- The curve ------------------------------------------------------------------------------------------- */

/* Written anew from its start, so that a run that went back has no line twice. */
int trainer_start_curve(struct trainer *r)
{
    const char *path = r->opt->curve;
    if (!path || !trainer_first(r))
        return 0;
    FILE *f = fopen(path, "w");
    if (!f || fputs(r->log, f) == EOF || fclose(f) == EOF)
        return fail(&r->tool->err, TEN_E_DATA, "%s: cannot be written: expected a file for the table", path);
    return 0;
}

/* What is shown of the mean of a score over samples. */
double trainer_shown(const struct trainer *r, double mean) { return r->objective.root ? sqrt(mean) : mean; }

int trainer_log(struct trainer *r, double valid_loss, double valid_score)
{
    char *longer = xasprintf("%s%lld\t%lld\t%.6g\t%.6g\t%.6g\t%.6g\t%.6g\t%.1f\n", r->log, (long long)r->run.epoch, (long long)r->run.step,
                             schedule_lr(&r->schedule, r->run.step) * r->slower, r->loss / r->seen, trainer_shown(r, r->score / r->seen), valid_loss, valid_score, spent(r));
    free(r->log);
    r->log = longer;
    return trainer_start_curve(r);
}
