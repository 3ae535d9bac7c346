/*
 * Models, checkpoints, and runs that go on from one.  Everything runs on one thread, as children
 * are forked.
 */
#include "nn/checkpoint.h"

#include "base/mem.h"
#include "base/random.h"
#include "check.h"
#include "nn/schedule.h"

#include <dirent.h>
#include <fcntl.h>
#include <omp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define DIMS(...) (int)(sizeof (int64_t[]){__VA_ARGS__} / sizeof(int64_t)), (int64_t[]){__VA_ARGS__}

static struct ten_err e;
static char folder[] = "/tmp/checkpoint-XXXXXX";

static int files_here(bool remove)
{
    DIR *d = opendir(".");
    int n = 0;

    for (struct dirent *f; (f = readdir(d)); )
        if (f->d_name[0] != '.') {
            n++;
            if (remove)
                unlink(f->d_name);
        }
    closedir(d);
    return n;
}

/* ---- A run: logistic regression, with a large weight beside it that is pulled to zero ---------- */

enum { INPUTS = 6, BATCH = 8, LARGE = 60000, STEPS = 40 };

struct training {
    struct memory *m;
    struct params *ps;
    struct param *w, *b, *large, *mean;
    struct optim *opt;
    struct ema *ema;
    struct run run;
    struct part part;
    struct checkpoint c;
};

static void training_free(struct training *t)
{
    run_free(&t->run);
    ema_free(t->ema);
    optim_free(t->opt);
    params_free(t->ps);
    memory_free(t->m);
    free(t);
}

static struct training *training_new(const char *rule)
{
    struct training *t = xcalloc(1, sizeof *t);
    struct optim_rule r;
    struct ema_rule average;

    t->m = memory_new();
    t->ps = params_new(t->m);
    t->b = params_add(t->ps, "bias", params_group(t->ps, "plain", 2, false), DIMS(1));
    t->mean = params_add_state(t->ps, "mean", DIMS(INPUTS));
    t->w = params_add(t->ps, "weight", PARAMS_MAIN, DIMS(1, INPUTS));
    t->large = params_add(t->ps, "large", PARAMS_MAIN, DIMS(LARGE));
    params_seal(t->ps);
    rng_fill_normal(&(struct rng){5, 0}, 0, t->large->value, LARGE, 0, 1);
    CHECK_INT(optim_parse(&r, rule, &e), 0);
    CHECK_INT(ema_parse(&average, "decay=0.9,state=1", &e), 0);
    t->opt = optim_new(t->ps, &r);
    t->ema = ema_new(t->ps, &average);
    t->run = (struct run){.seed = 0xfedcba9876543210, .best = NAN};
    t->part = (struct part){"", t->ps, t->opt, t->ema};
    t->c = (struct checkpoint){.config = "{\"inputs\":6}", .nparts = 1, .parts = &t->part, .run = &t->run};
    return t;
}

/* Gradient of the mean of -log p(label) over a batch drawn for this step; its loss. */
static double gradient(struct training *t)
{
    const struct rng r = {t->run.seed, rng_stream("data")};
    double loss = 0;

    for (int n = 0; n < BATCH; n++) {
        double x[INPUTS], z = t->b->value[0];

        for (int i = 0; i < INPUTS; i++) {
            x[i] = rng_normal(&r, (uint64_t)((t->run.position + n) * INPUTS + i));
            z += t->w->value[i] * x[i];
            t->mean->value[i] += 0.01f * (float)(x[i] - t->mean->value[i]);
        }
        const double y = x[0] - 2 * x[1] > 0.3, p = 1 / (1 + exp(-z));
        for (int i = 0; i < INPUTS; i++)
            t->w->grad[i] += (float)((p - y) * x[i] / BATCH);
        t->b->grad[0] += (float)((p - y) / BATCH);
        loss -= log(y != 0 ? p : 1 - p) / BATCH;
    }
    for (int i = 0; i < LARGE; i++)
        t->large->grad[i] = 0.01f * t->large->value[i];
    t->run.position += BATCH;
    return loss;
}

static void train(struct training *t, int64_t until, const char *path)
{
    struct schedule s;

    CHECK_INT(schedule_parse(&s, "cosine:lr=0.1,warmup=5", STEPS, &e), 0);
    while (t->run.step < until) {
        const double loss = gradient(t);
        const struct optim_step step = {.lr = schedule_lr(&s, t->run.step), .clip_norm = 5, .zero = true};

        CHECK_INT(optim_step(t->opt, &step, NULL), OPTIM_DONE);
        t->run.step++;
        ema_update(t->ema, &(struct ema_now){t->run.step, t->run.position, BATCH});
        t->run.history = xrealloc(t->run.history, (size_t)(t->run.nhistory + 1) * sizeof *t->run.history);
        t->run.history[t->run.nhistory++] = loss;
        if (!(t->run.best <= loss))
            t->run.best = loss;
        if (path && checkpoint_save(path, &t->c, NULL, &e) < 0)
            break;
    }
}

/* 1 when there was a checkpoint, which it goes on from. */
static int resume(struct training *t, const char *path)
{
    struct ten_reader *r = access(path, F_OK) == 0 ? ten_open(path, NULL, &e) : NULL;
    int rc;

    if (!r)
        return 0;
    rc = checkpoint_load(r, &t->c, &e);
    ten_close(r);
    if (rc < 0)
        printf("%s\n", e.text);
    return rc < 0 ? -1 : 1;
}

static void check_equal(const struct training *a, const struct training *b)
{
    const size_t bytes = (size_t)a->ps->trained * sizeof(float), state = (size_t)a->ps->states * sizeof(float);

    CHECK_BYTES(a->ps->values, b->ps->values, bytes);
    CHECK_BYTES(a->ps->state, b->ps->state, state);
    CHECK_BYTES(a->ema->values, b->ema->values, bytes);
    CHECK_BYTES(a->ema->state, b->ema->state, state);
    for (int i = 0; i < OPTIM_SLOTS; i++)
        if (a->opt->slot[i].flat)
            CHECK_BYTES(a->opt->slot[i].flat, b->opt->slot[i].flat, bytes);
    CHECK_BYTES(a->opt->steps, b->opt->steps, 2 * sizeof(int64_t));
    CHECK(a->run.seed == b->run.seed && a->run.step == b->run.step && a->run.position == b->run.position);
    CHECK_INT(a->run.nhistory, b->run.nhistory);
    CHECK_BYTES(&a->run.best, &b->run.best, sizeof(double));
    if (a->run.nhistory > 0)
        CHECK_BYTES(a->run.history, b->run.history, (size_t)a->run.nhistory * sizeof(double));
}

static void a_resumed_run_equals_an_uninterrupted_one_to_the_bit(void)
{
    static const char *const rules[] = {"adam:amsgrad=1", "sgd:momentum=0.9", "rmsprop:centered=1,momentum=0.5",
                                        "adamw", "lamb", "lars", "sgd"};

    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        struct training *whole = training_new(rules[i]), *first = training_new(rules[i]);
        struct training *second = training_new(rules[i]);

        train(whole, STEPS, NULL);
        train(first, STEPS / 3, NULL);
        CHECK_INT(checkpoint_save("last.ten", &first->c, NULL, &e), 0);
        CHECK_INT(resume(second, "last.ten"), 1);
        check_equal(first, second);
        train(second, STEPS, NULL);
        check_equal(whole, second);
        CHECK(i > 0 || whole->run.history[STEPS - 1] < whole->run.history[0]);     /* it does learn */
        training_free(whole);
        training_free(first);
        training_free(second);
    }
    files_here(true);
}

static double seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/*
 * Runs that save after each step are killed at odd moments, nearly all of them during a write, and go
 * on.  How long a write takes is the disk's business, so it is measured.
 */
static void a_run_killed_again_and_again_ends_where_an_uninterrupted_one_does(void)
{
    struct training *whole = training_new("adam"), *last = training_new("adam");
    int kills = 0;

    train(whole, STEPS, NULL);
    double saving = -seconds();
    CHECK_INT(checkpoint_save("other.ten", &whole->c, NULL, &e), 0);
    saving += seconds();
    for (int round = 0; round < 100; round++) {
        int status;

        int ready[2];
        char byte;

        fflush(stdout);
        CHECK_INT(pipe(ready), 0);
        const pid_t child = fork();
        if (child == 0) {
            struct training *t = training_new("adam");

            if (resume(t, "last.ten") < 0 || write(ready[1], "", 1) != 1)
                _exit(1);
            train(t, STEPS, "last.ten");
            _exit(t->run.step == STEPS ? 0 : 2);
        }
        close(ready[1]);
        CHECK_INT(read(ready[0], &byte, 1), 1);         /* a machine with much to do may not have begun yet */
        close(ready[0]);
        usleep((unsigned)(1e6 * saving * (1 + 6 * rng_uniform(&(struct rng){1, 0}, (uint64_t)round))));
        kill(child, SIGKILL);
        waitpid(child, &status, 0);
        if (WIFEXITED(status)) {
            CHECK_INT(WEXITSTATUS(status), 0);
            if (kills > 0)
                break;
            unlink("last.ten");                             /* this process slept too long: anew */
            continue;
        }
        kills++;
    }
    CHECK(kills > 0);
    CHECK_INT(resume(last, "last.ten"), 1);
    CHECK(last->run.step > 1);
    train(last, STEPS, NULL);                   /* a slow machine may not have come to the end */
    check_equal(whole, last);
    training_free(whole);
    training_free(last);
    files_here(true);
}

/* No file may grow beyond 100 kB: what a full disk looks like. */
static void on_a_full_disk_the_old_checkpoint_stays_and_saving_fails(void)
{
    struct training *t = training_new("adam"), *old = training_new("adam");
    int status;

    CHECK_INT(checkpoint_save("last.ten", &t->c, NULL, &e), 0);
    fflush(stdout);
    const pid_t child = fork();
    if (child == 0) {
        signal(SIGXFSZ, SIG_IGN);
        setrlimit(RLIMIT_FSIZE, &(struct rlimit){100000, 100000});
        train(t, 1, NULL);
        const int rc = checkpoint_save("last.ten", &t->c, NULL, &e);
        printf("%s", strcmp(e.text, "last.ten: File too large: the output is incomplete: the old version is "
                            "kept") == 0 ? "" : e.text);
        fflush(stdout);
        _exit(rc == -1 && e.code == TEN_E_DATA && strstr(e.text, "the old version is kept") ? 0 : 1);
    }
    waitpid(child, &status, 0);
    CHECK_INT(status, 0);
    CHECK_INT(files_here(false), 1);
    CHECK_INT(resume(old, "last.ten"), 1);
    check_equal(old, t);
    CHECK_INT(checkpoint_save("no/last.ten", &t->c, NULL, &e), -1);
    CHECK_STR(e.text, "no/last.ten: No such file or directory: expected a writable folder");
    training_free(t);
    training_free(old);
    files_here(true);
}

static void best_keeps_what_last_was_when_it_was_kept(void)
{
    struct training *t = training_new("adam"), *best = training_new("adam"), *last = training_new("adam");

    train(t, 2, "last.ten");
    CHECK_INT(checkpoint_keep("last.ten", "best.ten", &e), 0);
    CHECK_INT(checkpoint_keep("last.ten", "best.ten", &e), 0);
    CHECK_INT(files_here(false), 2);
    train(t, 3, "last.ten");
    CHECK_INT(resume(best, "best.ten"), 1);
    CHECK_INT(resume(last, "last.ten"), 1);
    CHECK_INT(best->run.step, 2);
    CHECK_INT(last->run.step, 3);
    CHECK_INT(checkpoint_keep("last.ten", "best.ten", &e), 0);
    CHECK_INT(files_here(false), 2);
    CHECK_INT(checkpoint_keep("none.ten", "best.ten", &e), -1);
    CHECK_STR(e.text, "none.ten: No such file or directory: expected a file to read");
    CHECK_INT(checkpoint_keep("last.ten", "no/best.ten", &e), -1);
    CHECK_INT(files_here(false), 2);
    training_free(t);
    training_free(best);
    training_free(last);
    files_here(true);
}

/* ---- What is in the stream -------------------------------------------------------------------- */

/* Names of the records, one a line, with their attributes. */
static char *contents(const char *path)
{
    struct ten_reader *r = ten_open(path, NULL, &e);
    struct ten_record rec;
    char *text = NULL;
    size_t size;
    FILE *f = open_memstream(&text, &size);
    char shape[192];

    while (r && ten_next(r, &rec, &e) > 0)
        fprintf(f, "%s %s%s%s%s\n", rec.name, ten_type_name(rec.type), ten_shape_text(&rec.shape, shape),
                rec.attrs ? " " : "", rec.attrs ? rec.attrs : "");
    ten_close(r);
    fclose(f);
    return text;
}

static void a_checkpoint_is_config_parameters_moments_average_and_run(void)
{
    struct training *t = training_new("adam:amsgrad=1");
    const struct checkpoint model = {.config = t->c.config, .nparts = 1, .parts = &(struct part){.prefix = "", .params = t->ps}};

    CHECK_INT(checkpoint_save("a", &t->c, NULL, &e), 0);
    char *text = contents("a");
    CHECK_STR(text,
              "config utf8[12]\n"
              "bias f32[1] {\"trainable\":true,\"group\":\"plain\"}\n"
              "mean f32[6] {\"trainable\":false}\n"
              "weight f32[1,6] {\"trainable\":true,\"group\":\"main\"}\n"
              "large f32[60000] {\"trainable\":true,\"group\":\"main\"}\n"
              "opt.steps.main i64[]\nopt.steps.plain i64[]\n"
              "opt.m.bias f32[1]\nopt.m.weight f32[1,6]\nopt.m.large f32[60000]\n"
              "opt.v.bias f32[1]\nopt.v.weight f32[1,6]\nopt.v.large f32[60000]\n"
              "opt.vmax.bias f32[1]\nopt.vmax.weight f32[1,6]\nopt.vmax.large f32[60000]\n"
              "ema.bias f32[1]\nema.weight f32[1,6]\nema.large f32[60000]\nema.mean f32[6]\n"
              "run utf8[84]\n");
    free(text);
    CHECK_INT(checkpoint_save("b", &model, NULL, &e), 0);
    text = contents("b");
    CHECK(strstr(text, "large") && !strstr(text, "opt.") && !strstr(text, "ema.") && !strstr(text, "run"));
    free(text);
    training_free(t);
    files_here(true);
}

static void two_networks_keep_apart_by_their_prefixes(void)
{
    struct training *g = training_new("adam"), *d = training_new("sgd:momentum=0.9");
    struct training *g2 = training_new("adam"), *d2 = training_new("sgd:momentum=0.9");
    const struct part parts[] = {{"G.", g->ps, g->opt, g->ema}, {"D.", d->ps, d->opt, NULL}};
    const struct part parts2[] = {{"G.", g2->ps, g2->opt, g2->ema}, {"D.", d2->ps, d2->opt, NULL}};
    struct ten_reader *r;

    train(g, 3, NULL);
    train(d, 5, NULL);
    CHECK_INT(checkpoint_save("a", &(struct checkpoint){.config = "{}", .nparts = 2, .parts = parts}, NULL, &e), 0);
    char *text = contents("a");
    CHECK(strstr(text, "\nG.weight ") && strstr(text, "\nopt.v.G.weight ") && strstr(text, "\nopt.m.D.weight "));
    CHECK(strstr(text, "\nema.G.weight ") && !strstr(text, "\nema.D."));
    free(text);
    r = ten_open("a", NULL, &e);
    CHECK_INT(checkpoint_load(r, &(struct checkpoint){.nparts = 2, .parts = parts2}, &e), 0);
    ten_close(r);
    CHECK_BYTES(g->ps->values, g2->ps->values, (size_t)g->ps->trained * sizeof(float));
    CHECK_BYTES(d->opt->slot[0].flat, d2->opt->slot[0].flat, (size_t)d->ps->trained * sizeof(float));
    CHECK_INT(d2->opt->steps[0], 5);
    training_free(g);
    training_free(d);
    training_free(g2);
    training_free(d2);
    files_here(true);
}

/* A stream of two models, in groups of their own. */
static void write_roles(struct training *first, struct training *second)
{
    const int fd = open("a", O_WRONLY | O_CREAT | O_TRUNC, 0666);
    struct ten_writer *w = ten_create_fd(fd, "a", NULL, &e);

    for (int k = 0; k < 2; k++)
        CHECK_INT(checkpoint_write(w, &(struct checkpoint){
            .config = k ? "{\"k\":1}" : "{\"k\":0}", .nparts = 1, .role = k ? "second" : "first", .group = k,
            .parts = &(struct part){.prefix = "", .params = k ? second->ps : first->ps}}, &e), 0);
    ten_finish(w, &e);
    ten_discard(w);
    close(fd);
}

static void models_of_one_stream_are_told_apart_by_their_roles(void)
{
    struct training *a = training_new("adam"), *b = training_new("adam"), *back = training_new("adam");
    const struct part part = {.prefix = "", .params = back->ps};
    struct init_report report;

    train(a, 3, NULL);
    train(b, 5, NULL);
    write_roles(a, b);
    struct ten_reader *r = ten_open("a", NULL, &e);
    json_t *config = checkpoint_config_of(r, "second", &e);
    CHECK_INT(json_integer_value(json_object_get(config, "k")), 1);
    json_decref(config);
    CHECK_INT(checkpoint_load(r, &(struct checkpoint){.nparts = 1, .parts = &part, .role = "second"}, &e), 0);
    ten_close(r);
    CHECK_BYTES(back->ps->values, b->ps->values, (size_t)b->ps->trained * sizeof(float));

    r = ten_open("a", NULL, &e);
    CHECK_INT(checkpoint_init_of(r, "first", back->ps, NULL, &report, &e), 0);
    CHECK_INT(report.missing + report.left, 0);
    init_report_free(&report);
    ten_close(r);
    CHECK_BYTES(back->ps->values, a->ps->values, (size_t)a->ps->trained * sizeof(float));

    r = ten_open("a", NULL, &e);
    CHECK(!checkpoint_config_of(r, "third", &e));
    CHECK_STR(e.text, "a: no group of role third: expected networks that trained together");
    ten_close(r);
    r = ten_open("a", NULL, &e);
    CHECK_INT(checkpoint_load(r, &(struct checkpoint){.nparts = 1, .parts = &part}, &e), -1);
    CHECK(strstr(e.text, "a second group: expected one model"));
    ten_close(r);
    e = (struct ten_err){0};
    training_free(a);
    training_free(b);
    training_free(back);
    files_here(true);
}

static void a_model_is_read_from_a_checkpoint_by_its_configuration(void)
{
    struct training *t = training_new("adam"), *net = training_new("adam");
    struct ten_reader *r;
    const uint64_t before = net->w->version;

    train(t, 2, "a");
    r = ten_open("a", NULL, &e);
    json_t *config = checkpoint_config(r, &e);
    CHECK_INT(json_integer_value(json_object_get(config, "inputs")), 6);
    json_decref(config);
    CHECK_INT(checkpoint_load(r, &(struct checkpoint){.nparts = 1, .parts = &(struct part){.prefix = "", .params = net->ps}}, &e), 0);
    ten_close(r);
    CHECK_BYTES(net->ps->values, t->ps->values, (size_t)t->ps->trained * sizeof(float));
    CHECK(net->w->version != before && net->run.step == 0);
    training_free(t);
    training_free(net);
    files_here(true);
}

/* The run record keeps what doubles and JSON do not agree on. */
static void where_a_run_stands_comes_back_exactly(void)
{
    double history[] = {0.1, NAN, 1e-300, 3};
    struct run run = {UINT64_MAX, 7, 2, INT64_MAX, NAN, 4, history, json_pack("{s:i}", "tick", 9)}, back = {0};
    struct ten_reader *r;

    CHECK_INT(checkpoint_save("a", &(struct checkpoint){.run = &run}, NULL, &e), 0);
    r = ten_open("a", NULL, &e);
    CHECK_INT(checkpoint_load(r, &(struct checkpoint){.run = &back}, &e), 0);
    ten_close(r);
    CHECK(back.seed == UINT64_MAX && back.step == 7 && back.epoch == 2 && back.position == INT64_MAX);
    CHECK(isnan(back.best) && back.nhistory == 4 && back.history[0] == 0.1 && isnan(back.history[1]) &&
          back.history[2] == 1e-300 && back.history[3] == 3);
    CHECK_INT(json_integer_value(json_object_get(back.more, "tick")), 9);
    json_decref(run.more);
    run_free(&back);
    files_here(true);
}

/* ---- What does not match ------------------------------------------------------------------------ */

struct tiny { struct memory *m; struct params *ps; struct part part; struct checkpoint c; };

/* One tensor "w" of these dims, and one more if named. */
static struct tiny *tiny(int rank, const int64_t *dim, const char *more)
{
    struct tiny *t = xcalloc(1, sizeof *t);

    t->m = memory_new();
    t->ps = params_new(t->m);
    params_add(t->ps, "w", PARAMS_MAIN, rank, dim);
    if (more)
        params_add(t->ps, more, PARAMS_MAIN, DIMS(2));
    params_seal(t->ps);
    for (int64_t i = 0; i < t->ps->trained; i++)
        t->ps->values[i] = (float)i;
    t->part = (struct part){.prefix = "", .params = t->ps};
    t->c = (struct checkpoint){.config = "{}", .nparts = 1, .parts = &t->part};
    return t;
}

static void tiny_free(struct tiny *t)
{
    params_free(t->ps);
    memory_free(t->m);
    free(t);
}

/* Loading what `from` holds into `to` fails with this text. */
static void refused(struct tiny *from, struct tiny *to, const char *why)
{
    CHECK_INT(checkpoint_save("a", &from->c, NULL, &e), 0);
    struct ten_reader *r = ten_open("a", NULL, &e);

    CHECK_INT(checkpoint_load(r, &to->c, &e), -1);
    CHECK_STR(e.text, why);
    CHECK_INT(e.code, TEN_E_DATA);
    ten_close(r);
    tiny_free(from);
    tiny_free(to);
    files_here(true);
}

static void the_first_thing_that_does_not_match_is_named(void)
{
    refused(tiny(DIMS(3, 2), NULL), tiny(DIMS(2, 3), NULL), "a: w: f32[3,2]: expected f32[2,3]");
    refused(tiny(DIMS(3), NULL), tiny(DIMS(3), "b"), "a: b: not there: expected f32[2]");
    refused(tiny(DIMS(3), "b"), tiny(DIMS(3), NULL), "a: b: not of this network, or not of this kind of run");

    struct tiny *from = tiny(DIMS(3), NULL), *to = tiny(DIMS(3), NULL);
    to->c.config = "{\"depth\":2}";
    refused(from, to, "a: config: another network: expected {\"depth\":2}");
    from = tiny(DIMS(3), NULL);
    from->part.prefix = "G.";
    refused(from, tiny(DIMS(3), NULL), "a: G.w: not of this network, or not of this kind of run");
    from = tiny(DIMS(3), NULL);
    to = tiny(DIMS(3), NULL);
    to->c.run = &(struct run){0};
    refused(from, to, "a: run: not there: expected a checkpoint to go on from");
}

static void another_optimiser_s_checkpoint_is_refused(void)
{
    struct training *t = training_new("sgd:momentum=0.9"), *other = training_new("adam");
    struct ten_reader *r;

    train(t, 1, "a");
    r = ten_open("a", NULL, &e);
    CHECK_INT(checkpoint_load(r, &other->c, &e), -1);
    CHECK_STR(e.text, "a: opt.v.bias: not there: expected f32[1]");
    ten_close(r);
    train(other, 2, "a");                   /* the step of the other run has come in */
    r = ten_open("a", NULL, &e);
    CHECK_INT(checkpoint_load(r, &t->c, &e), -1);
    CHECK_STR(e.text, "a: opt.v.bias: not of this network, or not of this kind of run");
    ten_close(r);
    training_free(t);
    training_free(other);
    files_here(true);
}

static void write_records(const char *path, int n, const struct ten_record *rec)
{
    const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    struct ten_writer *w = ten_create_fd(fd, path, NULL, &e);

    for (int i = 0; i < n; i++)
        CHECK_INT(ten_write(w, &rec[i], &e), 0);
    CHECK_INT(ten_finish(w, &e), 0);
    ten_discard(w);
    close(fd);
}

static void load_fails(struct tiny *t, int n, const struct ten_record *rec, const char *why)
{
    write_records("a", n, rec);
    struct ten_reader *r = ten_open("a", NULL, &e);

    CHECK_INT(checkpoint_load(r, &t->c, &e), -1);
    CHECK_STR(e.text, why);
    ten_close(r);
    files_here(true);
}

static void streams_that_are_no_checkpoint_are_refused(void)
{
    static const float x[3] = {1, 2, 3};
    struct tiny *t = tiny(DIMS(3), NULL);
    const struct ten_record w = {.name = "w", .type = TEN_F32, .shape = {1, {3}}, .data = x};
    const struct ten_record half = {.name = "w", .type = TEN_F16, .shape = {1, {3}}, .data = x};
    const struct ten_record text = {.name = "config", .type = TEN_UTF8, .shape = {1, {2}}, .data = "[]"};
    struct ten_record later = w;

    later.group = 1;
    load_fails(t, 2, (struct ten_record[]){w, w}, "a: w: comes twice: expected it once");
    load_fails(t, 2, (struct ten_record[]){w, later}, "a: w: a second group: expected one model");
    load_fails(t, 1, &half, "a: w: f16[3]: expected f32[3]");
    load_fails(t, 1, &text, "a: config: no JSON object: expected the configuration of a network");

    t->c.run = &(struct run){0};
    load_fails(t, 1, &(struct ten_record){.name = "run", .type = TEN_UTF8, .shape = {1, {2}}, .data = "{}"},
               "a: run: Object item not found: seed: expected an object with seed, step, epoch, position, best and "
               "history");
    load_fails(t, 1, &(struct ten_record){.name = "run", .type = TEN_UTF8, .shape = {1, {1}}, .data = "{"},
               "a: run: NULL root value: expected an object with seed, step, epoch, position, best and history");

    write_records("a", 1, &w);
    struct ten_reader *r = ten_open("a", NULL, &e);
    CHECK(checkpoint_config(r, &e) == NULL);
    CHECK_STR(e.text, "a: w: no model: expected one, which starts with config");
    CHECK(checkpoint_config(r, &e) == NULL);
    CHECK_STR(e.text, "a: nothing more: no model: expected one, which starts with config");
    ten_close(r);
    tiny_free(t);
    files_here(true);
}

/* ---- From and to other frameworks ------------------------------------------------------------------ */

static struct namemap *map_of(const char *text)
{
    struct source *s = source_memory("map", text, strlen(text));
    struct namemap *map = namemap_read(s, &e);

    source_close(s);
    return map;
}

static void check_name(const struct namemap *map, const char *theirs, const char *ours)
{
    const struct ten_shape shape = {1, {3}};
    struct mapped to;

    CHECK_INT(namemap_import(map, theirs, &shape, &to, &e), 0);
    CHECK_STR(to.name, ours);
    if (!*ours)
        return;
    CHECK_INT(namemap_export(map, ours, &shape, &to, &e), 0);
    CHECK_STR(to.name, theirs);
}

static void the_first_line_that_fits_names_a_tensor_and_back(void)
{
    struct namemap *map = map_of("# a comment\n\n"
                                 "*.num_batches_tracked -\n"
                                 "module.conv*.weight  c*.w   # the rest of a line too\n"
                                 "module.*.bn*.gamma\tn.*_bn*.scale\r\n"
                                 "module.* m.*\n");

    check_name(map, "module.conv1.weight", "c1.w");
    check_name(map, "module.conv.weight", "c.w");
    check_name(map, "module.layer1.0.bn2.gamma", "n.layer1.0_bn2.scale");
    check_name(map, "module.fc.bias", "m.fc.bias");
    check_name(map, "module.bn1.num_batches_tracked", "");
    check_name(map, "other", "other");
    check_name(NULL, "other", "other");
    namemap_free(map);
    namemap_free(NULL);
}

/* theirs x.w would come in by the first line, as y.w. */
static void a_name_goes_out_only_by_a_line_that_brings_it_back(void)
{
    struct namemap *map = map_of("x.* y.*\n*.w z.*\n");
    const struct ten_shape shape = {1, {3}};
    struct mapped to;

    CHECK_INT(namemap_export(map, "z.q", &shape, &to, &e), 0);
    CHECK_STR(to.name, "q.w");
    CHECK_INT(namemap_export(map, "z.x", &shape, &to, &e), 0);
    CHECK_STR(to.name, "z.x");
    namemap_free(map);
}

static void a_map_that_cannot_be_is_refused_by_line(void)
{
    static const char *const bad[][2] = {
        {"a\n", "map: line 1: a: one name: expected theirs and ours"},
        {"a b\nc.* d\n", "map: line 2: c.* d: expected as many * on both sides, at most 4"},
        {"***** *****\n", "map: line 1: ***** *****: expected as many * on both sides, at most 4"},
        {"a b hwio\n", "map: line 1: hwio: unknown layout: expected oihw, iohw, oiw, oidhw, oi1hw, t or spread"},
        {"a b t t t t t\n", "map: line 1: more than 4 layouts"},
    };

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        CHECK(map_of(bad[i][0]) == NULL);
        CHECK_STR(e.text, bad[i][1]);
    }
    char name[TEN_MAX_NAME + 1], text[600];
    struct mapped to;

    memset(name, 'x', TEN_MAX_NAME);
    name[TEN_MAX_NAME] = 0;
    snprintf(text, sizeof text, "* longer.*\n");
    struct namemap *map = map_of(text);
    CHECK_INT(namemap_import(map, name, &(struct ten_shape){1, {1}}, &to, &e), -1);
    CHECK(strstr(e.text, "the name map makes it longer than 255 bytes"));
    namemap_free(map);
}

/* theirs[k,c,r,s] = 1000k + 100c + 10r + s goes to ours[k,r,s,c], and back. */
static void convolutions_are_turned_to_our_layout_and_back(void)
{
    struct namemap *map = map_of("* * oihw oiw t\n");
    float theirs[2 * 3 * 4 * 5], ours[120], back[120];
    struct mapped to;

    for (int i = 0; i < 120; i++)
        theirs[i] = (float)(1000 * (i / 60) + 100 * (i / 20 % 3) + 10 * (i / 5 % 4) + i % 5);
    CHECK_INT(namemap_import(map, "w", &(struct ten_shape){4, {2, 3, 4, 5}}, &to, &e), 0);
    CHECK(to.moved && to.shape.rank == 4 && to.shape.dim[1] == 4 && to.shape.dim[2] == 5 && to.shape.dim[3] == 3);
    namemap_move(ours, theirs, &to);
    for (int k = 0; k < 2; k++)
        for (int r = 0; r < 4; r++)
            for (int s = 0; s < 5; s++)
                for (int c = 0; c < 3; c++)
                    CHECK(ours[((k * 4 + r) * 5 + s) * 3 + c] == 1000 * k + 100 * c + 10 * r + s);
    CHECK_INT(namemap_export(map, "w", &to.shape, &to, &e), 0);
    CHECK(to.shape.dim[1] == 3 && to.shape.dim[2] == 4 && to.shape.dim[3] == 5);
    namemap_move(back, ours, &to);
    CHECK_BYTES(back, theirs, sizeof theirs);

    CHECK_INT(namemap_import(map, "fc", &(struct ten_shape){2, {3, 2}}, &to, &e), 0);
    namemap_move(ours, (const float[]){1, 2, 3, 4, 5, 6}, &to);
    CHECK_BYTES(ours, ((const float[]){1, 3, 5, 2, 4, 6}), 6 * sizeof(float));

    /* [K,C,S] <-> [K,1,S,C]: oihw stands first and would take rank 4 on the way back. */
    namemap_free(map);
    map = map_of("* * oiw\n");
    CHECK_INT(namemap_import(map, "w", &(struct ten_shape){3, {1, 2, 3}}, &to, &e), 0);
    CHECK(to.shape.rank == 4 && to.shape.dim[1] == 1 && to.shape.dim[2] == 3 && to.shape.dim[3] == 2);
    namemap_move(ours, (const float[]){1, 2, 3, 4, 5, 6}, &to);
    CHECK_BYTES(ours, ((const float[]){1, 4, 2, 5, 3, 6}), 6 * sizeof(float));
    CHECK_INT(namemap_export(map, "w", &to.shape, &to, &e), 0);
    CHECK_INT(to.shape.rank, 3);
    namemap_move(back, ours, &to);
    CHECK_BYTES(back, ((const float[]){1, 2, 3, 4, 5, 6}), 6 * sizeof(float));
    /* What is of no such rank, or empty, passes. */
    CHECK_INT(namemap_import(map, "b", &(struct ten_shape){1, {6}}, &to, &e), 0);
    CHECK(!to.moved && to.shape.rank == 1);
    CHECK_INT(namemap_import(map, "w", &(struct ten_shape){3, {0, 2, 3}}, &to, &e), 0);
    namemap_move(back, ours, &to);
    CHECK_BYTES(back, ((const float[]){1, 2, 3, 4, 5, 6}), 6 * sizeof(float));
    namemap_free(map);
}

static void a_partial_load_takes_what_fits_and_reports_the_rest(void)
{
    static const float conv[6] = {1, 2, 3, 4, 5, 6};
    static const uint16_t half[2] = {0x3c00, 0xc000};
    static const int64_t count = 7;
    const struct ten_record rec[] = {
        {.name = "config", .type = TEN_UTF8, .shape = {1, {2}}, .data = "{}"},
        {.name = "net.w", .type = TEN_F32, .shape = {4, {1, 2, 3, 1}}, .data = conv},
        {.name = "b", .type = TEN_F16, .shape = {1, {2}}, .data = half},
        {.name = "old.fc", .type = TEN_F32, .shape = {1, {6}}, .data = conv},
        {.name = "fc.w", .type = TEN_F32, .shape = {1, {6}}, .data = conv},
        {.name = "seen", .type = TEN_I64, .shape = {0, {0}}, .data = &count},
        {.name = "opt.m.b", .type = TEN_F32, .shape = {1, {2}}, .data = conv},
    };
    struct memory *m = memory_new();
    struct params *ps = params_new(m);
    struct namemap *map = map_of("net.* * oihw\n");
    struct init_report report;

    struct param *w = params_add(ps, "w", PARAMS_MAIN, DIMS(1, 3, 1, 2));
    struct param *b = params_add_state(ps, "b", DIMS(2));
    struct param *fc = params_add(ps, "fc.w", PARAMS_MAIN, DIMS(5));
    params_add(ps, "fc.b", PARAMS_MAIN, DIMS(5));
    params_seal(ps);
    write_records("a", sizeof rec / sizeof *rec, rec);
    struct ten_reader *r = ten_open("a", NULL, &e);
    CHECK_INT(checkpoint_init(r, ps, map, &report, &e), 0);
    ten_close(r);
    CHECK_BYTES(w->value, ((const float[]){1, 4, 2, 5, 3, 6}), 6 * sizeof(float));
    CHECK(b->value[0] == 1 && b->value[1] == -2 && fc->value[0] == 0);
    CHECK_INT(w->version, 2);
    CHECK(report.matched == 2 && report.missing == 1 && report.misfits == 1 && report.left == 2);
    CHECK_STR(report.text, "matched w [1,3,1,2]\nmatched b [2]\nmisfit fc.w [6]: expected [5]\nmissing fc.b [5]\n"
                           "left old.fc f32[6]\nleft seen i64[]\n");
    init_report_free(&report);

    write_records("a", 2, (const struct ten_record[]){rec[2], rec[2]});
    r = ten_open("a", NULL, &e);
    CHECK_INT(checkpoint_init(r, ps, NULL, &report, &e), -1);
    CHECK_STR(e.text, "b: goes to b, as another record did: expected one");
    ten_close(r);
    init_report_free(&report);
    namemap_free(map);
    params_free(ps);
    memory_free(m);
    files_here(true);
}

static void the_average_can_be_what_a_model_starts_from(void)
{
    struct training *t = training_new("adam"), *net = training_new("adam");
    struct namemap *map = map_of("ema.* *\nweight -\nbias -\nlarge -\nmean -\n");
    struct init_report report;

    train(t, 3, "a");
    struct ten_reader *r = ten_open("a", NULL, &e);
    CHECK_INT(checkpoint_init(r, net->ps, map, &report, &e), 0);
    ten_close(r);
    CHECK_INT(report.matched, 4);
    CHECK_BYTES(net->ps->values, t->ema->values, (size_t)t->ps->trained * sizeof(float));
    init_report_free(&report);
    namemap_free(map);
    training_free(t);
    training_free(net);
    files_here(true);
}

static void what_is_exported_comes_back_through_the_same_map(void)
{
    struct tiny *t = tiny(DIMS(2, 3, 3, 4), "b"), *back = tiny(DIMS(2, 3, 3, 4), "b");
    struct namemap *map = map_of("m.w w oihw\nm.* *\n");
    struct init_report report;
    const int fd = open("a", O_WRONLY | O_CREAT, 0666);
    struct ten_writer *writer = ten_create_fd(fd, "a", NULL, &e);

    CHECK_INT(checkpoint_export(writer, t->ps, map, &e), 0);
    CHECK_INT(ten_finish(writer, &e), 0);
    ten_discard(writer);
    close(fd);
    char *text = contents("a");
    CHECK_STR(text, "m.w f32[2,4,3,3]\nm.b f32[2]\n");
    free(text);
    memset(back->ps->values, 0, (size_t)back->ps->trained * sizeof(float));
    struct ten_reader *r = ten_open("a", NULL, &e);
    CHECK_INT(checkpoint_init(r, back->ps, map, &report, &e), 0);
    ten_close(r);
    for (int i = 0; i < 2; i++)
        CHECK_BYTES(back->ps->list[i]->value, t->ps->list[i]->value, (size_t)t->ps->list[i]->count * sizeof(float));
    init_report_free(&report);
    namemap_free(map);
    tiny_free(t);
    tiny_free(back);
    files_here(true);
}

static void a_checkpoint_carries_the_history_of_the_tool(void)
{
    struct tiny *t = tiny(DIMS(3), NULL);
    char *args[] = {(char *)"--arch=tiny", NULL};
    struct tool tool = {.opt = {.args = args, .threads = 1}};
    struct ten_record rec;

    CHECK_INT(checkpoint_save("a", &t->c, &tool, &e), 0);
    struct ten_reader *r = ten_open("a", NULL, &e);
    CHECK_INT(ten_next(r, &rec, &e), 1);
    CHECK(rec.history && strstr(rec.history, "--arch=tiny"));
    ten_close(r);
    tiny_free(t);
    files_here(true);
}

int main(void)
{
    omp_set_num_threads(1);
    if (!mkdtemp(folder) || chdir(folder) != 0)
        return 1;
    RUN(a_resumed_run_equals_an_uninterrupted_one_to_the_bit);
    RUN(a_run_killed_again_and_again_ends_where_an_uninterrupted_one_does);
    RUN(on_a_full_disk_the_old_checkpoint_stays_and_saving_fails);
    RUN(best_keeps_what_last_was_when_it_was_kept);
    RUN(a_checkpoint_is_config_parameters_moments_average_and_run);
    RUN(two_networks_keep_apart_by_their_prefixes);
    RUN(models_of_one_stream_are_told_apart_by_their_roles);
    RUN(a_model_is_read_from_a_checkpoint_by_its_configuration);
    RUN(where_a_run_stands_comes_back_exactly);
    RUN(the_first_thing_that_does_not_match_is_named);
    RUN(another_optimiser_s_checkpoint_is_refused);
    RUN(streams_that_are_no_checkpoint_are_refused);
    RUN(the_first_line_that_fits_names_a_tensor_and_back);
    RUN(a_name_goes_out_only_by_a_line_that_brings_it_back);
    RUN(a_map_that_cannot_be_is_refused_by_line);
    RUN(convolutions_are_turned_to_our_layout_and_back);
    RUN(a_partial_load_takes_what_fits_and_reports_the_rest);
    RUN(the_average_can_be_what_a_model_starts_from);
    RUN(what_is_exported_comes_back_through_the_same_map);
    RUN(a_checkpoint_carries_the_history_of_the_tool);
    rmdir(folder);
    return check_report();
}
