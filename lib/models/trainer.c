#include "models/trainer.h"
#include "autograd/op.h"
#include "base/fail.h"
#include "base/mem.h"
#include "base/signals.h"
#include "dist/grads.h"
#include "models/model_io.h"
#include "nn/lrfind.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A loss that is not finite: go back to the checkpoint, halve the rate, this often. */
enum { ROLLBACKS = 3 };
/* Rates that --find-lr tries, and how many. */
static const double FIND_LO = 1e-7, FIND_HI = 10;
enum { FIND_STEPS = 100 };

struct trainer {
    struct tool *tool;
    const struct trainer_options *opt;
    struct model *model;
    struct objective objective;
    struct optim *optim;
    struct ema *ema;
    struct schedule schedule;
    const struct samples *train, *valid;
    struct feeder *feed, *check;        /* check: validation samples, or NULL */
    struct lrfind *finding;             /* rates are its; NULL: the schedule's */
    struct tape *tape;
    struct dist_grads *grads;           /* NULL: one process */

    struct run run;
    char *config;
    double loss, score, seen;           /* sums over the samples of this epoch */
    double slower;                      /* factor on the rate, halved by every rollback */
    int rollbacks;
    bool stop;                          /* a process was told to, and all know */
    double saved_at, started, before;   /* seconds: of the last checkpoint, of this process, of earlier ones */
    char *log;                          /* what has been logged, so that a line never comes twice */
    float *best;                        /* values, then state, of the best model; NULL: none */
};

/* ---- Options ----------------------------------------------------------------------------------------- */

enum { O_CONFIG = 400, O_CONFIG_FILE, O_OPTIM, O_SCHEDULE, O_AUGMENT, O_EMA, O_ACCUMULATE, O_VALID, O_RESUME, O_EVERY, O_INIT, O_INIT_MAP, O_KEEP, O_CLIP, O_EXACT, O_CURVE, O_SYNC, O_FIND_LR };

static const struct argp_option options[] = {
    {"config", O_CONFIG, "JSON", 0, "The network: {\"family\": NAME, ...}", 10},
    {"config-file", O_CONFIG_FILE, "FILE", 0, "The network: from a file of JSON", 10},
    {"epochs", 'e', "N", 0, "Times to go through the samples", 10},
    {"batch", 'b', "N", 0, "Samples of a step (default 128)", 10},
    {"accumulate", O_ACCUMULATE, "N", 0, "Batches whose gradients make one step (default 1)", 10},
    {"optim", O_OPTIM, "TEXT", 0, "Optimiser, such as sgd:momentum=0.9,nesterov=1,decay=5e-4", 10},
    {"schedule", O_SCHEDULE, "TEXT", 0, "Learning rate, such as onecycle:lr=0.1", 10},
    {"augment", O_AUGMENT, "TEXT", 0, "Augmentation of images, such as crop=4,flip", 10},
    {"ema", O_EMA, "TEXT", 0, "Use a moving average of the parameters, such as decay=0.999", 10},
    {"clip", O_CLIP, "NORM", 0, "Shorten gradients to this norm", 10},
    {"valid", O_VALID, "FILE", 0, "Samples to measure on after every epoch", 10},
    {"curve", O_CURVE, "FILE", 0, "A table of losses and scores, a line an epoch", 10},
    {"keep", O_KEEP, "WHICH", 0, "Write the last (default) or, on the samples of --valid, the best model", 10},
    {"resume", O_RESUME, "FILE", 0, "Checkpoint: written now and then; gone on from if it is there", 10},
    {"every", O_EVERY, "SECONDS", 0, "Time between checkpoints (default 60)", 10},
    {"init", O_INIT, "FILE", 0, "Start with what a model has of the same name and shape", 10},
    {"init-map", O_INIT_MAP, "FILE", 0, "Names and layouts of that model", 10},
    {"find-lr", O_FIND_LR, "FILE", 0, "Write no model, but a table of losses at rising rates, and suggest one", 10},
    {"exact-conv", O_EXACT, 0, 0, "Convolutions in the direct form, without Winograd's", 10},
    {"sync-bn", O_SYNC, 0, 0, "Batch norms of several processes (mpirun) use statistics of all", 10},
    {0}
};

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct trainer_options *o = st->input;
    switch (key) {
    case O_CONFIG:      o->config = arg; break;
    case O_CONFIG_FILE: o->config_file = arg; break;
    case 'e':           o->epochs = tool_int(st, arg, 1, INT32_MAX); break;
    case 'b':           o->batch = tool_int(st, arg, 1, 1 << 24); break;
    case O_ACCUMULATE:  o->accumulate = tool_int(st, arg, 1, 1 << 16); break;
    case O_OPTIM:       o->optim = arg; break;
    case O_SCHEDULE:    o->schedule = arg; break;
    case O_AUGMENT:     o->augment = arg; break;
    case O_EMA:         o->ema = arg; break;
    case O_CLIP:        o->clip = tool_float(st, arg, 0, 1e30); break;
    case O_VALID:       o->valid = arg; break;
    case O_CURVE:       o->curve = arg; break;
    case O_KEEP:        o->best = tool_choice(st, arg, (const char *[]){"last", "best", NULL}); break;
    case O_RESUME:      o->checkpoint = arg; break;
    case O_EVERY:       o->every = tool_float(st, arg, 0, 1e9); break;
    case O_INIT:        o->init = arg; break;
    case O_INIT_MAP:    o->init_map = arg; break;
    case O_EXACT:       o->exact_conv = true; break;
    case O_SYNC:        o->sync_bn = true; break;
    case O_FIND_LR:     o->find_lr = arg; break;
    case ARGP_KEY_END:
        if (o->best && !o->valid)
            argp_error(st, "--keep=best: expected samples to choose by (--valid=FILE)");
        if (o->init_map && !o->init)
            argp_error(st, "--init-map: expected a model that it is about (--init=FILE)");
        if (o->find_lr && o->checkpoint)
            argp_error(st, "--find-lr: it leaves nothing to go on from: expected no --resume");
        break;
    default: return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {options, parse, NULL, NULL, NULL, NULL, NULL};
const struct argp_child trainer_child = {&argp, 0, "Training:", 10};

void trainer_options_default(struct trainer_options *o)
{
    *o = (struct trainer_options){
        .optim = "sgd:momentum=0.9,nesterov=1,decay=5e-4", .schedule = "onecycle:lr=0.1",
        .augment = "", .batch = 128, .accumulate = 1, .epochs = 10, .every = 60,
    };
}

json_t *trainer_config(const struct trainer_options *o, struct ten_err *e)
{
    json_error_t why;
    json_t *config = o->config_file ? json_load_file(o->config_file, 0, &why) : json_loads(o->config ? o->config : "", 0, &why);
    if (config && json_is_object(config))
        return config;
    if (!o->config && !o->config_file)
        fail(e, TEN_E_USAGE, "config: none: expected --config='{\"family\": ...}' or --config-file=FILE");
    else if (config)
        fail(e, TEN_E_USAGE, "config: not an object: expected {\"family\": ...}");
    else
        fail(e, TEN_E_USAGE, "config: line %d, column %d: %s: expected a JSON object", why.line, why.column, why.text);
    json_decref(config);
    return NULL;
}

/* ---- Checkpoints ---------------------------------------------------------------------------------------- */

static struct part part_of(struct trainer *r)
{
    return (struct part){.prefix = "", .params = r->model->params, .optim = r->optim, .ema = r->ema};
}

static bool first(const struct trainer *r) { return dist_rank(r->opt->dist) == 0; }

static double spent(const struct trainer *r) { return r->before + now_seconds() - r->started; }

static int save(struct trainer *r)
{
    const struct part part = part_of(r);
    if (!r->opt->checkpoint || !first(r))
        return 0;
    feeder_position(r->feed, &r->run.epoch, &r->run.position);
    json_decref(r->run.more);
    r->run.more = json_pack("{s:f, s:f, s:f, s:f, s:i, s:f, s:s}", "loss", r->loss, "score", r->score, "seen", r->seen,
                            "slower", r->slower, "rollbacks", r->rollbacks, "seconds", spent(r), "log", r->log);
    const struct checkpoint c = {.config = r->config, .nparts = 1, .parts = &part, .run = &r->run};
    r->saved_at = now_seconds();
    return checkpoint_save(r->opt->checkpoint, &c, r->tool, &r->tool->err);
}

static double number(const json_t *object, const char *key) { return json_number_value(json_object_get(object, key)); }

/* Whether the first process has a checkpoint. */
static bool have_checkpoint(struct trainer *r)
{
    double there = first(r) && r->opt->checkpoint && access(r->opt->checkpoint, F_OK) == 0;
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

static int load(struct trainer *r)
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
    feeder_seek(r->feed, r->run.epoch, r->run.position);
    return 0;
}

/* ---- The curve ------------------------------------------------------------------------------------------- */

/* Written anew from its start, so that a run that went back has no line twice. */
static int write_log(struct trainer *r)
{
    const char *path = r->opt->curve;
    if (!path || !first(r))
        return 0;
    FILE *f = fopen(path, "w");
    if (!f || fputs(r->log, f) == EOF || fclose(f) == EOF)
        return fail(&r->tool->err, TEN_E_DATA, "%s: cannot be written: expected a file for the table", path);
    return 0;
}

/* What is shown of the mean of a score over samples. */
static double shown(const struct trainer *r, double mean) { return r->objective.root ? sqrt(mean) : mean; }

static int log_line(struct trainer *r, double valid_loss, double valid_score)
{
    char *longer = xasprintf("%s%lld\t%lld\t%.6g\t%.6g\t%.6g\t%.6g\t%.6g\t%.1f\n", r->log, (long long)r->run.epoch, (long long)r->run.step,
                             schedule_lr(&r->schedule, r->run.step) * r->slower, r->loss / r->seen, shown(r, r->score / r->seen), valid_loss, valid_score, spent(r));
    free(r->log);
    r->log = longer;
    return write_log(r);
}

/* ---- Evaluation -------------------------------------------------------------------------------------------- */

/* Running statistics of the first process to all. */
static void share_state(struct trainer *r)
{
    const struct params *ps = r->model->params;
    dist_broadcast(r->opt->dist, ps->state, ps->states * (int64_t)sizeof *ps->state);
    if (r->ema && r->ema->state)
        dist_broadcast(r->opt->dist, r->ema->state, ps->states * (int64_t)sizeof *ps->state);
}

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
    share_state(r);
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
    *score = shown(r, total[1] / total[2]);
    return 0;
}

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
    if (!r->opt->checkpoint || !first(r))
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
            remember_best(r);
            if (save_best(r) < 0)
                return -1;
        }
    }
    if (log_line(r, loss, score) < 0)
        return -1;
    r->loss = r->score = r->seen = 0;
    return save(r);
}

/* ---- Steps --------------------------------------------------------------------------------------------------- */

/* Back to the last checkpoint, more slowly. */
static int roll_back(struct trainer *r, double loss)
{
    const double slower = r->slower / 2;
    const int64_t step = r->run.step;
    const int rollbacks = r->rollbacks + 1;
    if (!have_checkpoint(r))
        return fail(&r->tool->err, TEN_E_NUMERIC, "step %lld: the loss is %g: expected a finite one (a lower rate, or --resume=FILE to go back to)", (long long)step, loss);
    if (rollbacks > ROLLBACKS)
        return fail(&r->tool->err, TEN_E_NUMERIC, "step %lld: the loss is %g after %d times back at half the rate: expected a finite one; the last good model is in %s",
                    (long long)step, loss, ROLLBACKS, r->opt->checkpoint);
    if (load(r) < 0)
        return -1;
    r->slower = slower;
    r->rollbacks = rollbacks;
    params_zero_grad(r->model->params);                 /* of the batches before, where several make a step */
    return save(r);
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
    double sum[] = {b->n ? (double)loss->v.f[0] * b->n : 0, score, b->n, stop_requested()};
    if (last)
        dist_grads_begin(r->grads);
    if (isfinite(sum[0]) || r->grads)
        tape_backward_from(t, loss, part_of_batch(t, b));
    tape_clear(t);
    if (last)
        dist_grads_finish(r->grads);
    dist_sum(r->opt->dist, sum, 4);
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

/* One step of the optimiser: 1; 0 at the end of the epoch, -1. */
static double rate(const struct trainer *r)
{
    return r->finding ? lrfind_rate(r->finding) : schedule_lr(&r->schedule, r->run.step) * r->slower;
}

static int step(struct trainer *r)
{
    struct batch b;
    double loss = 0, norm;
    int n = 0, rc = 1;
    tape_set_step(r->tape, r->run.step);
    while (n < r->opt->accumulate && (rc = feeder_next(r->feed, &b, &r->tool->err)) > 0) {
        loss = backward(r, &b, ends_step(r, n));
        n++;
        if (!isfinite(loss))
            return roll_back(r, loss) < 0 ? -1 : 1;
    }
    if (rc < 0 || n == 0)
        return rc;
    const struct optim_step s = {.lr = rate(r), .scale = 1.0 / n, .clip_norm = r->opt->clip, .zero = true};
    if (optim_step(r->optim, &s, &norm) == OPTIM_SKIPPED)
        return roll_back(r, norm) < 0 ? -1 : 1;
    r->run.step++;
    if (r->ema)
        ema_update(r->ema, &(struct ema_now){.step = r->run.step, .images = r->run.step * r->opt->batch, .batch = r->opt->batch});
    char text[64];
    snprintf(text, sizeof text, "loss %.4f", r->loss / r->seen);
    progress_step(&r->tool->progress, r->run.step, text);
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
    if (save(r) < 0)
        return -1;
    const char *path = r->opt->checkpoint;
    return fail(&r->tool->err, 128 + sig, "SIG%s after step %lld: not finished: expected the same command again%s%s",
                sigabbrev_np(sig), (long long)r->run.step,
                path ? ", to go on from " : ", from the start (--resume=FILE to go on)", path ? path : "");
}

/* What adding up gradients took. */
static void tell_times(const struct trainer *r)
{
    const struct dist_times t = dist_grads_times(r->grads);
    if (t.steps > 0 && first(r) && !r->tool->opt.quiet)
        fprintf(stderr, "gradients of %d processes: %lld steps, %.2f MB each: %.3f s, %.3f s of it after the backward "
                "pass\n", dist_size(r->opt->dist), (long long)t.steps, (double)t.bytes * 1e-6, t.total, t.exposed);
}

static int write_rates(struct trainer *r, const struct lrfind *f)
{
    FILE *to = fopen(r->opt->find_lr, "w");
    if (to)
        lrfind_write(f, to);
    if (!to || (ferror(to) | fclose(to)))
        return fail(&r->tool->err, TEN_E_DATA, "%s: %s: expected a file for the table", r->opt->find_lr, strerror(errno));
    if (!r->tool->opt.quiet)
        fprintf(stderr, "%s: %lld rates; the loss falls most steeply at %.3g\n", r->opt->find_lr, (long long)f->n, lrfind_suggestion(f));
    return 0;
}

/* A loss or gradient that is not finite ends the search as a loss that is too large does. */
static int find_rate(struct trainer *r)
{
    struct lrfind f;
    int rc = 0;
    lrfind_start(&f, FIND_LO, FIND_HI, FIND_STEPS);
    r->finding = &f;
    progress_start(&r->tool->progress, "steps", FIND_STEPS);
    while (rc >= 0 && lrfind_on(&f) && !r->stop) {
        r->loss = r->score = r->seen = 0;
        rc = step(r);
        if (rc < 0 && r->tool->err.code == TEN_E_NUMERIC) {
            rc = 0;
            break;
        }
        if (r->seen > 0)                                /* 0: the epoch had ended */
            lrfind_note(&f, r->loss / r->seen);
    }
    progress_end(&r->tool->progress);
    r->finding = NULL;
    if (rc >= 0 && first(r))
        rc = write_rates(r, &f);
    lrfind_free(&f);
    return rc < 0 ? -1 : 0;
}

int trainer_run(struct trainer *r)
{
    int rc = 0;
    if (r->opt->find_lr)
        return find_rate(r);
    progress_start(&r->tool->progress, "steps", steps_of_epoch(r) * r->opt->epochs);
    while (rc >= 0 && r->run.epoch < r->opt->epochs) {
        if ((rc = step(r)) == 0)
            rc = end_of_epoch(r);
        if (rc >= 0 && r->stop)
            rc = stopped(r);
        if (rc >= 0 && now_seconds() - r->saved_at >= r->opt->every)
            rc = save(r);
    }
    progress_end(&r->tool->progress);
    tell_times(r);
    return rc < 0 ? -1 : 0;
}

/* ---- Life ------------------------------------------------------------------------------------------------------ */

static int start_from(struct trainer *r, const char *path)
{
    struct ten_err *e = &r->tool->err;
    struct namemap *map = NULL;
    struct source *src = r->opt->init_map ? tool_source(r->tool, r->opt->init_map) : NULL;
    struct init_report report = {0};
    if (r->opt->init_map && (!src || !(map = namemap_read(src, e))))
        return -1;
    struct ten_reader *in = tool_reader(r->tool, path);
    const int rc = in ? checkpoint_init(in, r->model->params, map, &report, e) : -1;
    if (rc == 0 && !r->tool->opt.quiet)
        fprintf(stderr, "%s: %lld matched, %lld missing, %lld of another shape, %lld left\n%s", path, (long long)report.matched,
                (long long)report.missing, (long long)report.misfits, (long long)report.left, report.missing || report.misfits || report.left ? report.text : "");
    init_report_free(&report);
    namemap_free(map);
    return rc;
}

static int recall_best(struct trainer *r)
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

static void sum_over_processes(void *dist, double *v, int64_t n) { dist_sum(dist, v, n); }

/* The same start in all processes, and a tape that knows of them. */
static void join_others(struct trainer *r)
{
    struct dist *d = r->opt->dist;
    struct tape_mode *mode = tape_mode(r->tape);
    const char *overlap = getenv("TENSTREAM_OVERLAP");
    if (!d)
        return;
    dist_params(d, r->model->params);
    r->grads = dist_grads_new(d, r->model->params, !overlap || strcmp(overlap, "0") != 0);
    tape_on_ready(r->tape, dist_grads_ready, r->grads);
    tape_on_call(r->tape, dist_grads_progress, r->grads);
    mode->share = (struct tape_share){.rank = dist_rank(d), .ranks = dist_size(d)};
    if (r->opt->sync_bn) {
        mode->join = sum_over_processes;
        mode->join_ctx = d;
    }
}

static int check_samples(struct trainer *r, const struct samples *s)
{
    struct ten_err *e = &r->tool->err;
    if (r->objective.check)
        return r->objective.check(r->objective.ctx, r->model, s, e);
    return model_reads(r->model, s, e) < 0 || samples_need(s, "label", e) < 0 ? -1 : 0;
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
    if (schedule_parse(&r->schedule, o->schedule, steps_of_epoch(r) * o->epochs, e) < 0)
        return -1;
    model_init(r->model, r->tool->opt.seed);
    if (r->objective.learn && r->objective.learn(r->objective.ctx, r->model, train, e) < 0)
        return -1;
    if (o->init && start_from(r, o->init) < 0)
        return -1;
    join_others(r);
    r->optim = optim_new(r->model->params, &rule);
    if (o->ema && ema_parse(&average, o->ema, e) < 0)
        return -1;
    if (o->ema)
        r->ema = ema_new(r->model->params, &average);
    return 0;
}

static int go_on(struct trainer *r)
{
    if (have_checkpoint(r)) {
        if (load(r) < 0)
            return -1;
        r->rollbacks = (int)number(r->run.more, "rollbacks");
        if (r->opt->best && !isnan(r->run.best) && recall_best(r) < 0)
            return -1;
    }
    return write_log(r);
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
    if (!first(r)) {
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
    if (!first(r) || r->opt->find_lr)
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
    ema_free(r->ema);
    optim_free(r->optim);
    run_free(&r->run);
    free(r->config);
    free(r->log);
    free(r->best);
    free(r);
}
