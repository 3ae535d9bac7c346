/* What a run leaves: checkpoints, the table, sheets of samples, copies of the generator. */
#include "autograd/ops.h"
#include "base/fail.h"
#include "base/files.h"
#include "base/mem.h"
#include "image/numbered.h"
#include "image/sheet.h"
#include "models/gan_trainer_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- Checkpoints ----------------------------------------------------------------------------- */

static void parts_of(struct gan_trainer *r, struct part parts[2])
{
    parts[0] = (struct part){.prefix = "G.",
                             .params = r->g.model->params,
                             .optim = r->g.optim,
                             .ema = r->ema};
    parts[1] = (struct part){.prefix = "D.", .params = r->d.model->params, .optim = r->d.optim};
}

static double spent(const struct gan_trainer *r) { return r->before + now_seconds() - r->started; }

bool gan_saved(const struct gan_trainer *r)
{
    double there = gan_first(r) && r->opt->checkpoint && access(r->opt->checkpoint, F_OK) == 0;
    dist_sum(r->opt->dist, &there, 1);
    return there > 0;
}

/* Numbers of a run beside what every run has. */
struct number { const char *name; double *value; };
enum { NUMBERS = 8 };
static void numbers_of(struct gan_trainer *r, struct number list[NUMBERS])
{
    const struct number all[NUMBERS] = {
        {"p", &r->p}, {"sure", &r->sure}, {"sure_n", &r->sure_n}, {"path_mean", &r->path_mean},
        {"slower", &r->slower}, {"gap", &r->gap}, {"gaps", &r->gaps}, {"seconds", &r->before},
    };
    memcpy(list, all, sizeof all);
}

int gan_save(struct gan_trainer *r)
{
    struct part parts[2];
    struct number list[NUMBERS];
    const double before = r->before;
    if (!r->opt->checkpoint || !gan_first(r))
        return 0;
    parts_of(r, parts);
    numbers_of(r, list);
    feeder_position(r->feed, &r->run.epoch, &r->run.position);
    json_decref(r->run.more);
    r->run.more = json_pack("{s:i, s:s, s:[]}", "rollbacks", r->rollbacks, "log", r->log, "sums");
    for (int i = 0; i < GAN_SUMS; i++)
        json_array_append_new(json_object_get(r->run.more, "sums"), json_real(r->sum[i]));
    r->before = spent(r);
    for (int i = 0; i < NUMBERS; i++)
        json_object_set_new(r->run.more, list[i].name, json_real(*list[i].value));
    r->before = before;
    const struct checkpoint c = {.config = r->config, .nparts = 2, .parts = parts, .run = &r->run};
    r->saved_at = now_seconds();
    return checkpoint_save(r->opt->checkpoint, &c, r->tool, &r->tool->err);
}

static void recall(struct gan_trainer *r)
{
    const json_t *more = r->run.more;
    const char *log = json_string_value(json_object_get(more, "log"));
    struct number list[NUMBERS];
    numbers_of(r, list);
    for (int i = 0; i < NUMBERS; i++)
        *list[i].value = json_number_value(json_object_get(more, list[i].name));
    for (int i = 0; i < GAN_SUMS; i++)
        r->sum[i] = json_number_value(json_array_get(json_object_get(more, "sums"), i));
    if (r->opt->ada == 0)               /* what the command line says now */
        r->p = r->opt->p;
    r->rollbacks = (int)json_integer_value(json_object_get(more, "rollbacks"));
    free(r->log);
    r->log = xstrdup(log ? log : "");
}

int gan_load(struct gan_trainer *r)
{
    struct ten_err *e = &r->tool->err;
    struct part parts[2];
    parts_of(r, parts);
    const struct checkpoint c = {.config = r->config, .nparts = 2, .parts = parts, .run = &r->run};
    const int fd = dist_file(r->opt->dist, r->opt->checkpoint, e);
    struct ten_reader *in = fd < 0 ? NULL : ten_open_fd(fd, r->opt->checkpoint, NULL, e);
    const int rc = in ? checkpoint_load(in, &c, e) : -1;
    ten_close(in);
    if (fd >= 0)
        close(fd);
    if (rc < 0)
        return -1;
    recall(r);
    return feeder_go_on(r->feed, r->run.epoch, r->run.position, r->opt->checkpoint, e);
}

/* What follows is the first process's own business, between steps. */
static void alone(struct tape_mode *mode)
{
    mode->share = (struct tape_share){0};
    mode->join = NULL;
}

/* ---- The table ------------------------------------------------------------------------------- */

/* Written anew from its start, so that a run that went back has no line twice. */
int gan_start_curve(struct gan_trainer *r)
{
    const char *path = r->opt->curve;
    if (!path || !gan_first(r))
        return 0;
    FILE *f = fopen(path, "w");
    if (!f || fputs(r->log, f) == EOF || fclose(f) == EOF)
        return fail(&r->tool->err, TEN_E_DATA,
                    "%s: cannot be written: expected a file for the table", path);
    return 0;
}

/* As many of the samples kept apart are judged for a line. */
enum { VALID = 512 };

/* The share of samples kept apart that D takes for real, as it sees them in its step; NaN without
 * such samples. */
static int judge_valid(struct gan_trainer *r, double *share)
{
    struct tape_mode *mode = tape_mode(r->tape), was = *mode;
    struct batch b;
    double right = 0, n = 0;
    int rc = 0;
    *share = NAN;
    if (!r->check || !gan_first(r))
        return 0;
    alone(mode);
    mode->record = mode->training = false;
    feeder_seek(r->check, 0, 0);
    while (n < VALID && (rc = feeder_next(r->check, &b, &r->tool->err)) > 0) {
        const struct var *logits = op_compact(r->tape, gan_judge(r, &b));
        for (int64_t i = 0; i < b.n; i++)
            right += logits->v.f[i] > 0;
        n += (double)b.n;
        tape_clear(r->tape);
    }
    *mode = was;
    *share = right / n;
    return rc < 0 ? -1 : 0;
}

static double ratio(const struct gan_trainer *r, enum gan_sum of, enum gan_sum to)
{
    return r->sum[to] > 0 ? r->sum[of] / r->sum[to] : NAN;
}

int gan_log(struct gan_trainer *r)
{
    const double real = ratio(r, SUM_REAL, SUM_REALS),
                 images = (double)(r->run.step * gan_images(r->opt));
    double valid;
    if (judge_valid(r, &valid) < 0)
        return -1;
    if (!isnan(valid) && r->run.step * 2 > r->opt->iters) {
        r->gap += real - valid;
        r->gaps++;
    }
    char *longer =
        xasprintf("%s%lld\t%.4g\t%.4g\t%.6g\t%.6g\t%.6g\t%.6g\t%.4f\t%.4f\t%.4f\t%.4f\t%.4f\t%."
                  "1f\n",
                  r->log, (long long)r->run.step, images / 1000,
                  schedule_lr(&r->d.schedule, r->run.step) * r->slower, ratio(r, SUM_LOSS_D, SUM_D),
                  ratio(r, SUM_LOSS_G, SUM_G), ratio(r, SUM_PENALTY, SUM_PENALTIES),
                  ratio(r, SUM_PATH, SUM_PATHS), real, valid, ratio(r, SUM_FAKE, SUM_FAKES),
                  real - valid, r->p, spent(r));
    free(r->log);
    r->log = longer;
    memset(r->sum, 0, sizeof r->sum);
    return gan_start_curve(r);
}

/* ---- Sheets of samples ----------------------------------------------------------------------- */

enum { SHEET = 64 };                    /* samples */

static int write_sheet(struct gan_trainer *r, struct sheet *s, const char *path)
{
    struct ten_err *e = &r->tool->err;
    unsigned char *png = NULL;
    size_t size;
    char *part = xasprintf("%s.part", path);
    int rc = sheet_png(s, &png, &size, e);
    if (rc == 0)
        rc = save_atomic(path, part, png, size, e);
    free(png);
    free(part);
    return rc;
}

static int draw(struct gan_trainer *r, struct sheet *sheet)
{
    const struct gan_sampler sampler = {.g = r->g.model,
                                        .tape = r->tape,
                                        .seed = r->tool->opt.seed,
                                        .bn = GAN_BN_BATCH,
                                        .truncation = 1,
                                        .label = -1};
    struct var *in[MODEL_INPUTS];
    struct frames f;
    gan_sample_inputs(&sampler, 0, SHEET, in);
    struct var *x = op_compact(r->tape, gan_images_of(&sampler, in));
    const struct ten_record rec = tensor_record("image", &x->v);
    const int rc =
        frames_of(&f, &rec, &r->tool->err) < 0 ? -1 : sheet_add(sheet, &f, SHEET, &r->tool->err);
    tape_clear(r->tape);
    return rc;
}

int gan_snapshot(struct gan_trainer *r)
{
    if (!gan_first(r))
        return 0;
    struct sheet sheet = {.pad = 2, .scale = 1, .background = {255, 255, 255}};
    struct tape_mode *mode = tape_mode(r->tape), was = *mode;
    char *path = numbered(r->opt->snapshot, r->run.step);
    alone(mode);
    mode->record = false;
    if (r->ema)
        ema_swap(r->ema);
    int rc = draw(r, &sheet);
    if (r->ema)
        ema_swap(r->ema);
    *mode = was;
    if (rc == 0)
        rc = write_sheet(r, &sheet, path);
    sheet_free(&sheet);
    free(path);
    return rc;
}

/* ---- Copies ---------------------------------------------------------------------------------- */

int gan_copy(struct gan_trainer *r)
{
    if (!gan_first(r))
        return 0;
    char *path = numbered(r->opt->copy, r->run.step), *config = model_config_text(r->g.model);
    const struct part part = {.prefix = "", .params = r->g.model->params};
    if (r->ema)
        ema_swap(r->ema);
    const int rc = checkpoint_save(path, &(struct checkpoint){.config = config, .nparts = 1, .parts = &part},
                                   r->tool, &r->tool->err);
    if (r->ema)
        ema_swap(r->ema);
    free(config);
    free(path);
    return rc;
}
