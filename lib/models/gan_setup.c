/* From options and samples to a trainer that can make its first step. */
#include "base/fail.h"
#include "base/mem.h"
#include "dist/options.h"
#include "image/numbered.h"
#include "models/gan_trainer_internal.h"

#include <stdlib.h>
#include <string.h>

/* The names up to the last dot, in the order of addition, are layers; the first k stand still:
 * constants to the tape. */
static int freeze(struct model *d, int64_t k, struct ten_err *e)
{
    const char *layer = "";
    size_t length = 0;
    int64_t seen = 0;
    for (int i = 0; i < d->params->n; i++) {
        struct param *p = d->params->list[i];
        const char *dot = strrchr(p->name, '.');
        const size_t n = dot ? (size_t)(dot - p->name) : strlen(p->name);
        if (!p->grad)
            continue;
        if (n != length || strncmp(p->name, layer, n) != 0)
            seen++;
        layer = p->name;
        length = n;
        if (seen > k)
            return 0;
        p->grad = NULL;
    }
    return k < seen ? 0
                    : fail(e, TEN_E_USAGE, "--freeze-d=%lld: all of %lld layers: expected fewer",
                           (long long)k, (long long)seen);
}

static int shape_of_images(struct gan_trainer *r, const struct samples *s, int64_t image[3])
{
    struct ten_err *e = &r->tool->err;
    const int c = samples_need(s, "image", e);
    int n;
    if (c < 0 || (r->opt->classes > 0 && samples_need(s, "label", e) < 0))
        return -1;
    const struct ten_shape *shape = &samples_columns(s, &n)[c].shape;
    char text[192];
    if (shape->rank != 3)
        return fail(e, TEN_E_DATA, "image: samples of shape %s: expected [H,W,C]",
                    ten_shape_text(shape, text));
    memcpy(image, shape->dim, 3 * sizeof *image);
    return 0;
}

/* What the networks give and read, and of which classes: 0, or -1 with the tool's error set. */
static int check_networks(struct gan_trainer *r, const int64_t image[3])
{
    struct ten_err *e = &r->tool->err;
    const struct model *g = r->g.model, *d = r->d.model;
    struct tape_mode *mode = tape_mode(r->tape), was = *mode;
    struct var *in[MODEL_INPUTS], *y;
    if (gan_check_generator(g, e) < 0)
        return -1;
    if (d->out_rank != 1 || d->out != 1 || d->in_rank != 3 || d->inputs > 2 ||
        memcmp(d->in, image, 3 * sizeof *image) != 0)
        return fail(e, TEN_E_DATA,
                    "config: family %s: expected a discriminator of images [%lld,%lld,%lld]",
                    d->family->name, (long long)image[0], (long long)image[1], (long long)image[2]);
    if (gan_classes(g) != r->opt->classes || gan_classes(d) != r->opt->classes)
        return fail(e, TEN_E_USAGE,
                    "config: networks of %lld and %lld classes: expected %lld, as --classes says",
                    (long long)gan_classes(g), (long long)gan_classes(d),
                    (long long)r->opt->classes);
    mode->record = mode->training = false;
    gan_draw(g, r->tape, 1, in, &y);
    const struct var *x = model_forward_all(r->g.model, r->tape, in);
    *mode = was;
    const bool right = memcmp(x->v.dim + 1, image, 3 * sizeof *image) == 0;
    tape_clear(r->tape);
    return right ? 0
                 : fail(e, TEN_E_USAGE,
                        "config: family %s gives images of another shape: expected "
                        "[%lld,%lld,%lld], as the "
                        "samples are",
                        g->family->name, (long long)image[0], (long long)image[1],
                        (long long)image[2]);
}

static int make_networks(struct gan_trainer *r, const int64_t image[3])
{
    struct ten_err *e = &r->tool->err;
    json_t *g, *d;
    if (gan_configs(r->opt, image, &g, &d, e) < 0) {
        json_decref(g);
        return -1;
    }
    r->g.model = model_new(g, r->memory, e);
    r->d.model = r->g.model ? model_new(d, r->memory, e) : NULL;
    json_decref(g);
    json_decref(d);
    if (!r->d.model)
        return -1;
    model_init(r->g.model, r->tool->opt.seed);
    model_init(r->d.model, ~r->tool->opt.seed);
    json_t *both = json_pack("{s:O, s:O}", "generator", r->g.model->config, "discriminator",
                             r->d.model->config);
    r->config = json_dumps(both, JSON_COMPACT | JSON_SORT_KEYS);
    json_decref(both);
    return check_networks(r, image);
}

/* --init: what agrees in name and shape. */
static int start_from(struct gan_trainer *r, const char *role, struct params *ps)
{
    struct init_report report = {0};
    const char *path = r->opt->init;
    struct ten_reader *in = tool_reader(r->tool, path);
    const int rc = in ? checkpoint_init_of(in, role, ps, NULL, &report, &r->tool->err) : -1;
    if (rc == 0 && !r->tool->opt.quiet)
        fprintf(stderr, "%s: %s: %lld matched, %lld missing, %lld of another shape, %lld left\n",
                path, role, (long long)report.matched, (long long)report.missing,
                (long long)report.misfits, (long long)report.left);
    const bool none = rc == 0 && report.matched == 0;
    init_report_free(&report);
    return none ? fail(&r->tool->err, TEN_E_DATA,
                       "%s: nothing of role %s matches: expected networks that train-gan wrote",
                       path, role)
                : rc;
}

static int start(struct gan_trainer *r)
{
    if (r->opt->init && (start_from(r, "generator", r->g.model->params) < 0 ||
                         start_from(r, "discriminator", r->d.model->params) < 0))
        return -1;
    return freeze(r->d.model, r->opt->freeze_d, &r->tool->err);
}

static int make_player(struct gan_trainer *r, struct gan_player *p, enum gan_key rate,
                       enum gan_key optim)
{
    struct ten_err *e = &r->tool->err;
    const char *text = r->opt->text[rate];
    char *schedule = strchr(text, ':') ? xstrdup(text) : xasprintf("constant:lr=%s", text);
    struct optim_rule rule;
    int rc = schedule_parse(&p->schedule, schedule, r->opt->iters, e);
    free(schedule);
    if (rc < 0 || optim_parse(&rule, r->opt->text[optim], e) < 0)
        return -1;
    if (p == &r->d && r->opt->freeze_d > 0 && rule.decay > 0)
        return fail(e, TEN_E_USAGE,
                    "--freeze-d: layers that stand still would decay: expected an optimiser "
                    "without decay");
    p->optim = optim_new(p->model->params, &rule);
    return 0;
}

/* Samples for batches: as they are, or over and over until they fill one. */
static const struct samples *enough(struct gan_trainer *r)
{
    const int64_t n = samples_count(r->train), batch = r->opt->batch;
    if (n >= batch)
        return r->train;
    const int64_t total = (batch + n - 1) / n * n;
    int64_t *index = xcalloc((size_t)total, sizeof *index);
    for (int64_t i = 0; i < total; i++)
        index[i] = i % n;
    r->repeated = samples_subset(r->train, index, total);
    free(index);
    return r->repeated;
}

static int make_feeders(struct gan_trainer *r)
{
    struct ten_err *e = &r->tool->err;
    struct feeder_options f = {.batch = r->opt->batch,
                               .seed = r->tool->opt.seed,
                               .drop_last = true,
                               .image = "image",
                               .classes = r->opt->classes,
                               .augment.flip = r->opt->flip,
                               .rank = dist_rank(r->opt->dist),
                               .ranks = dist_size(r->opt->dist)};
    if (!(r->feed = feeder_new(enough(r), &f, e)))
        return -1;
    f.evaluate = true;
    f.drop_last = false;
    f.rank = f.ranks = 0;                               /* the first process judges all of them */
    return r->valid && !(r->check = feeder_new(r->valid, &f, e)) ? -1 : 0;
}

static int check_pattern(const char *option, const char *pattern, struct ten_err *e)
{
    char *path = pattern ? numbered(pattern, 0) : NULL;
    const bool bad = pattern && !path;
    free(path);
    return bad ? fail(e, TEN_E_USAGE, "--%s=%s: not a pattern: expected one %%d or %%05d in it",
                      option, pattern)
               : 0;
}

static int check_path(struct gan_trainer *r)
{
    return r->opt->path > 0 && gan_latent(r->g.model).layers == 0 ? fail(&r->tool->err, TEN_E_USAGE,
                                                                         "--path: family %s has no "
                                                                         "latents w: expected "
                                                                         "--path=0",
                                                                         r->g.model->family->name)
                                                                  : 0;
}

/* ---- Several processes ----------------------------------------------------------------------- */

static void sum_over_processes(void *dist, double *v, int64_t n) { dist_sum(dist, v, n); }

/* Gradients set out when a player has learnt all of a step: many passes make them. */
static void join_player(struct gan_player *p, struct dist *d)
{
    struct dist_options o;
    dist_options_default(&o);
    o.grads.overlap = false;
    dist_params(d, p->model->params);
    p->grads = dist_grads_new(d, p->model->params, &o.grads);
}

/* The same start in all processes, and a tape that knows of them. */
static int join_others(struct gan_trainer *r)
{
    struct dist *d = r->opt->dist;
    struct tape_mode *mode = tape_mode(r->tape);
    if (!d)
        return 0;
    if (r->opt->batch < dist_size(d))
        return fail(&r->tool->err, TEN_E_USAGE, "--batch=%lld: fewer than the %d processes: expected one sample each",
                    (long long)r->opt->batch, dist_size(d));
    join_player(&r->g, d);
    join_player(&r->d, d);
    mode->share = (struct tape_share){.rank = dist_rank(d), .ranks = dist_size(d)};
    if (r->opt->sync_bn) {
        mode->join = sum_over_processes;
        mode->join_ctx = d;
    }
    return 0;
}

int gan_set_up(struct gan_trainer *r)
{
    struct ten_err *e = &r->tool->err;
    struct ema_rule rule;
    int64_t image[3], other[3];
    if (shape_of_images(r, r->train, image) < 0 ||
        (r->valid && shape_of_images(r, r->valid, other) < 0))
        return -1;
    if (r->valid && memcmp(image, other, sizeof image) != 0)
        return fail(e, TEN_E_DATA,
                    "%s: image: samples of another shape: expected that of the training samples",
                    r->opt->valid);
    if (check_pattern("snapshot", r->opt->snapshot, e) < 0 ||
        check_pattern("copy", r->opt->copy, e) < 0 || make_networks(r, image) < 0 || check_path(r) < 0 || start(r) < 0 ||
        make_player(r, &r->g, GAN_LR_G, GAN_OPTIM_G) < 0 ||
        make_player(r, &r->d, GAN_LR_D, GAN_OPTIM_D) < 0)
        return -1;
    if (*r->opt->text[GAN_EMA] && ema_parse(&rule, r->opt->text[GAN_EMA], e) < 0)
        return -1;
    if (*r->opt->text[GAN_EMA])
        r->ema = ema_new(r->g.model->params, &rule);
    if (make_feeders(r) < 0 || join_others(r) < 0 || (gan_saved(r) && gan_load(r) < 0))
        return -1;
    return gan_start_curve(r);
}
