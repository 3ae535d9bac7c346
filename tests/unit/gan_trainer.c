/* Steps of models/gan_trainer.h: what is drawn when, what moves how often, and where gradients go.
 */
#include "autograd/op.h"
#include "base/mem.h"
#include "base/random.h"
#include "check.h"
#include "models/gan_trainer_internal.h"
#include "tensor/spectral.h"

#include <stdlib.h>
#include <unistd.h>

/* ---- Trainers -------------------------------------------------------------------------------- */

enum { N = 24, SIDE = 8, CHANNELS = 3, BATCH = 4 };

static struct samples *samples;

static void make_samples(void)
{
    static uint8_t pixels[N * SIDE * SIDE * CHANNELS];
    char path[] = "/tmp/gan.XXXXXX";
    struct ten_err e = {0};
    const struct rng rng = {1, 2};
    const int fd = mkstemp(path);
    struct ten_writer *w = ten_create_fd(fd, path, NULL, &e);
    for (size_t i = 0; i < sizeof pixels; i++)
        pixels[i] = (uint8_t)rng_below(&rng, i, 256);
    ten_write(w,
              &(struct ten_record){.name = "image",
                                   .type = TEN_U8,
                                   .shape = {4, {N, SIDE, SIDE, CHANNELS}},
                                   .data = pixels},
              &e);
    ten_finish(w, &e);
    ten_discard(w);
    close(fd);
    samples = samples_open(path, NULL, NULL, &e);
    unlink(path);
}

static struct tool tool;
static struct gan_options options;
static struct gan_trainer *trainer;

static void end(void)
{
    gan_trainer_free(trainer);
    trainer = NULL;
}

/* A run of small networks that stand still (rates of 0), with these further words. */
static void begin(const char *text)
{
    static char copy[1000];
    char *words[40] = {(char *)"test"}, *rest = copy;
    int n = 1;
    end();
    snprintf(copy, sizeof copy,
             "--generator={\"family\":\"dcgan_generator\",\"in\":[5],\"image\":[8,8,3],\"width\":8}"
             " "
             "--discriminator={\"family\":\"dcgan_discriminator\",\"in\":[8,8,3],\"width\":4} "
             "--batch=4 --iters=100 --lr=0 %s",
             text);
    for (char *word; (word = strsep(&rest, " ")); )
        if (*word)
            words[n++] = word;
    tool = (struct tool){.opt.quiet = true, .opt.seed = 9};
    options = (struct gan_options){0};
    CHECK_INT(argp_parse(gan_child.argp, n, words, 0, NULL, &options), 0);
    trainer = gan_trainer_new(&tool, &options, samples, NULL);
    CHECK(trainer);
    if (!trainer) {
        printf("%s\n", tool.err.text);
        exit(1);
    }
}

static void step(void)
{
    double bad;
    CHECK_INT(gan_step(trainer, &bad), 1);
}

/* ---- Draws ----------------------------------------------------------------------------------- */

/* Which pixels every transform of a step has cut, a bit each, for each sample. */
enum { SEEN = 16 };
static struct { int calls, n[SEEN]; uint64_t cut[SEEN][2 * BATCH]; } seen;

static void note(void *ctx, const struct call *c, double seconds)
{
    (void)ctx;
    (void)seconds;
    if (strcmp(c->op->name, "diffaugment") != 0 || seen.calls == SEEN)
        return;
    const struct tensor *y = &c->out[0]->v;
    seen.n[seen.calls] = (int)y->dim[0];
    for (int64_t i = 0; i < y->dim[0]; i++) {
        uint64_t cut = 0;
        for (int64_t p = 0; p < SIDE * SIDE; p++)
            cut |= (uint64_t)(y->f[(i * SIDE * SIDE + p) * CHANNELS] == 0) << p;
        seen.cut[seen.calls][i] = cut;
    }
    seen.calls++;
}

static int transforms_of(const char *words)
{
    begin(words);
    memset(&seen, 0, sizeof seen);
    tape_on_call(trainer->tape, note, NULL);
    step();
    return seen.calls;
}

/* Generated and real samples for D, generated ones for G, and the way back of the last. */
static void
d_sees_transformed_images_alone_and_the_gradient_of_g_comes_back_through_them(void)
{
    CHECK_INT(transforms_of("--policy=cutout"), 4);
    CHECK_INT(transforms_of("--policy=cutout --augment-where=all"), 4);
    CHECK_INT(transforms_of("--policy=cutout --augment-where=d"), 2);
    CHECK_INT(transforms_of("--policy=cutout --augment-where=reals"), 1);
    CHECK_INT(transforms_of("--policy=cutout --augment-where=none"), 0);
    CHECK_INT(transforms_of(""), 0);
    CHECK_INT(transforms_of("--policy=cutout --d-steps=3 --accumulate-d=2"), 2 * 6 + 2);
    /* With R1 before the transform a gradient goes back and forth through that of the real samples:
     * T, T' of the penalty's gradient, T of its gradient, and at the end T' to the leaf. */
    CHECK(transforms_of("--policy=cutout --r1=1 --r1-at=input") >= 4 + 2);
}

static void every_sample_of_every_batch_has_draws_of_its_own(void)
{
    int alike = 0, pairs = 0;
    CHECK_INT(transforms_of("--policy=cutout"), 4);
    for (int a = 0; a < 3 * BATCH; a++)
        for (int b = 0; b < a; b++, pairs++)
            alike += seen.cut[a / BATCH][a % BATCH] == seen.cut[b / BATCH][b % BATCH];
    CHECK(alike <= 5); /* of 66 pairs; 81 places are equally likely, edges are alike */
    for (int i = 0; i < BATCH; i++)                     /* the way back is through the same holes */
        CHECK((seen.cut[3][i] & seen.cut[2][i]) == seen.cut[2][i]);
}

static void draws_are_a_function_of_seed_and_step(void)
{
    transforms_of("--policy=cutout");
    const uint64_t first = seen.cut[1][0], second = seen.cut[1][1];
    transforms_of("--policy=cutout");
    CHECK(seen.cut[1][0] == first && seen.cut[1][1] == second);
    seen.calls = 0;
    step();
    CHECK(seen.cut[1][0] != first || seen.cut[1][1] != second);
}

/* ---- Gradients ------------------------------------------------------------------------------- */

/* The loss of G in step 0. */
static double loss_of_g(void)
{
    trainer->run.step = 0;
    feeder_seek(trainer->feed, 0, 0);
    memset(trainer->sum, 0, sizeof trainer->sum);
    step();
    return trainer->sum[SUM_LOSS_G];
}

/* beta1 = 0 makes Adam's first moment the gradient. */
static void the_gradient_of_g_is_the_slope_of_its_loss_through_transforms_and_discriminator(void)
{
    double dot = 0, slope = 0, size = 0;
    begin("--policy=color,translation,cutout --loss=wgan --optim=adam:beta1=0 "
          "--discriminator={\"family\":\"dcgan_discriminator\",\"in\":[8,8,3],\"width\":4,"
          "\"spectral\":false}");
    struct params *ps = trainer->g.model->params;
    for (int64_t i = 0; i < trainer->d.model->params->trained; i++)
        trainer->d.model->params->values[i] *= 5;
    loss_of_g();
    /* One weight of the last layer after another: behind the batch norms, so that the loss is all
     * but linear in it. */
    const struct param *p = params_find(ps, "up0.weight");
    const float *grad = trainer->g.optim->slot[0].flat + p->at;
    for (int64_t i = 0; i < p->count; i += 17) {
        const float kept = p->value[i], h = 2e-3f, want = grad[i];
        p->value[i] = kept + h;
        const double up = loss_of_g();
        p->value[i] = kept - h;
        const double down = loss_of_g();
        p->value[i] = kept;
        slope = (up - down) / (2 * h);
        dot += (slope - want) * (slope - want);
        size += (double)want * want;
    }
    CHECK(size > 1e-8);
    CHECK_NEAR(sqrt(dot / size), 0, 0.02);
}

/* What D gets while G learns, and the other way round. */
static void nobody_moves_the_other(void)
{
    begin("--lr=0.01 --lr-d=0");
    struct params *g = trainer->g.model->params, *d = trainer->d.model->params;
    float *before = xmalloc((size_t)d->trained * sizeof *before), was = g->values[0];
    memcpy(before, d->values, (size_t)d->trained * sizeof *before);
    step();
    CHECK(g->values[0] != was);
    CHECK(memcmp(before, d->values, (size_t)d->trained * sizeof *before) == 0);
    for (int64_t i = 0; i < d->trained; i++)
        CHECK(d->grads[i] == 0);
    free(before);
}

/* ---- What moves how often -------------------------------------------------------------------- */

/* After how many power iterations u of the first layer is what it is now; -1: none of 20. */
static int advances(const struct params *ps, const float *first)
{
    const struct param *w = params_find(ps, "conv0.weight_orig"), *u = params_find(ps, "conv0."
                                                                                       "weight_u");
    const struct matrix m = {w->dim[0], w->count / w->dim[0], w->value};
    float now[64], v[256];
    memcpy(now, first, (size_t)u->count * sizeof *now);
    for (int k = 0; k <= 20; k++) {
        double off = 0;
        for (int64_t i = 0; i < u->count; i++)
            off = fmax(off, fabs(now[i] - u->value[i]));
        if (off < 1e-7)
            return k;
        spectral_iterate(&m, now, v, 1, 1e-12f);
    }
    return -1;
}

static int advances_of(const char *words)
{
    float first[64];
    begin(words);
    const struct param *u = params_find(trainer->d.model->params, "conv0.weight_u");
    memcpy(first, u->value, (size_t)u->count * sizeof *first);
    step();
    return advances(trainer->d.model->params, first);
}

/* Once for each batch that the loss shows it, and never for a penalty, or for consistency. */
static void spectral_norms_move_once_for_each_batch_that_d_is_shown(void)
{
    CHECK_INT(advances_of(""), 2);
    CHECK_INT(advances_of("--wgan-gp=10"), 2);
    CHECK_INT(advances_of("--dragan=10"), 2);
    CHECK_INT(advances_of("--cr=10"), 2);
    CHECK_INT(advances_of("--d-batch=apart"), 3);
    CHECK_INT(advances_of("--d-batch=apart --r1=10"), 3);
    CHECK_INT(advances_of("--d-steps=4"), 5);
    CHECK_INT(advances_of("--accumulate-g=2"), 3);
}

static void frozen_layers_stand_still_and_the_others_do_not(void)
{
    begin("--lr=0.01 --freeze-d=1");
    const struct params *d = trainer->d.model->params;
    const struct param *frozen = params_find(d, "conv0.weight_orig"), *bias = params_find(d, "conv0"
                                                                                             ".bia"
                                                                                             "s");
    const struct param *free_one = params_find(d, "linear.weight_orig");
    const float first = frozen->value[3], second = bias->value[1], third = free_one->value[0];
    step();
    step();
    CHECK(frozen->value[3] == first && bias->value[1] == second);
    CHECK(free_one->value[0] != third);
}

static void lazy_penalties_come_in_every_nth_step_n_times(void)
{
    double sum[2];
    for (int lazy = 0; lazy < 2; lazy++) {
        begin(lazy ? "--r1=2 --r1-every=4" : "--r1=2");
        for (int k = 0; k < 8; k++)
            step();
        CHECK(trainer->sum[SUM_PENALTIES] == (lazy ? 2 : 8));
        sum[lazy] = trainer->sum[SUM_PENALTY] / trainer->sum[SUM_PENALTIES];
    }
    CHECK(sum[0] > 0);
    CHECK_NEAR(sum[1] / sum[0], 4, 2);                  /* networks stand still; batches differ */
}

/* (Karras et al., 2020): sign(D(x)) above the target on average, so p rises by 4 batches of images
 * in ada-kimg. */
static void p_follows_how_sure_the_discriminator_is(void)
{
    begin("--policy=color --ada=0.6 --ada-kimg=1");
    CHECK(trainer->p == 0);
    struct param *bias = params_find(trainer->d.model->params, "linear.bias");
    bias->value[0] = 100;
    for (int k = 0; k < 8; k++)
        step();
    CHECK_NEAR(trainer->p, 2 * 4 * BATCH / 1000.0, 1e-12);
    bias->value[0] = -100;
    for (int k = 0; k < 12; k++)
        step();
    CHECK(trainer->p == 0);
}

static void batches_of_more_samples_than_there_are_repeat_them(void)
{
    begin("--batch=60");
    CHECK_INT(samples_count(trainer->repeated), 3 * N);
    step();
    CHECK(trainer->sum[SUM_REALS] == 60);
}

/* ---- Advice ---------------------------------------------------------------------------------- */

static void check_narrower(const char *config, const char *want)
{
    json_t *json = json_loads(config, 0, NULL);
    char *text = gan_narrower(json);
    CHECK_STR(text ? text : "none", want);
    free(text);
    json_decref(json);
}

static void half_the_width_is_said_in_the_key_that_the_family_has(void)
{
    check_narrower("{\"family\":\"dcgan_discriminator\",\"width\":33}", "{\"width\":16}");
    check_narrower("{\"width\":1}", "{\"width\":1}");
    check_narrower("{\"down\":2,\"widths\":[256,128,1]}", "{\"widths\":[128,64,1]}");
    check_narrower("{\"fmap_base\":16384,\"fmap_max\":512}", "{\"fmap_base\":8192}");
    check_narrower("{\"family\":\"other\"}", "none");
}

int main(void)
{
    make_samples();
    RUN(d_sees_transformed_images_alone_and_the_gradient_of_g_comes_back_through_them);
    RUN(every_sample_of_every_batch_has_draws_of_its_own);
    RUN(draws_are_a_function_of_seed_and_step);
    RUN(the_gradient_of_g_is_the_slope_of_its_loss_through_transforms_and_discriminator);
    RUN(nobody_moves_the_other);
    RUN(spectral_norms_move_once_for_each_batch_that_d_is_shown);
    RUN(frozen_layers_stand_still_and_the_others_do_not);
    RUN(lazy_penalties_come_in_every_nth_step_n_times);
    RUN(p_follows_how_sure_the_discriminator_is);
    RUN(batches_of_more_samples_than_there_are_repeat_them);
    end();
    samples_close(samples);
    RUN(half_the_width_is_said_in_the_key_that_the_family_has);
    return check_report();
}
