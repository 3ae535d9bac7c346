/*
 * One side of the conversation of the training benchmark: nets.py tells the commands, the networks, their losses
 * and optimisers, of which this is the other side.
 *
 *     train_bench NET --threads N --weights FILE.ten --data FILE.ten
 */
#include "base/fail.h"
#include "base/mem.h"
#include "base/progress.h"
#include "base/threads.h"
#include "autograd/ops.h"
#include "autograd/ops_loss.h"
#include "models/gan.h"
#include "models/model_io.h"
#include "nn/checkpoint.h"
#include "nn/namemap.h"
#include "tensor/blas.h"
#include "tensor/onednn.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

enum { DATA = 16 };

/* A network and what trains it. */
struct learner { struct model *model; struct optim *optim; };

struct side {
    struct memory *memory;
    struct learner main, critic;        /* critic: the discriminator of a generator */
    struct tape *tape;
    double lr;
    const struct net *net;
    int n;                              /* records of the data file */
    struct { char name[64]; struct tensor t; } data[DATA];
};

static void die(const char *text)
{
    fprintf(stderr, "train_bench: %s\n", text);
    exit(1);
}

static const struct tensor *find(const struct side *s, const char *name)
{
    for (int i = 0; i < s->n; i++)
        if (strcmp(s->data[i].name, name) == 0)
            return &s->data[i].t;
    die(name);
    return NULL;
}

static struct var *input(struct side *s, const char *name)
{
    const struct tensor *t = find(s, name);
    return tape_input(s->tape, tensor_over(t->data, t->type, t->rank, t->dim));
}

/* ---- Networks -------------------------------------------------------------------------------------- */

struct net {
    const char *name, *config, *optim, *in;     /* in: the data of a network with one input */
    double lr;
    struct var *(*loss)(struct side *s, struct var *out);
    const char *critic;                 /* another config */
    double (*step)(struct side *s);     /* NULL: the loss of what it gives */
};
static double gan_step(struct side *s);
static double biggan_step(struct side *s);
static double stylegan2_step(struct side *s);

static struct var *cross_entropy(struct side *s, struct var *out)
{
    return op_mean_all(s->tape, op_cross_entropy(s->tape, out, input(s, "label"), 0));
}

static struct var *squared_error(struct side *s, struct var *out)
{
    struct var *y = input(s, "y");
    return op_mean_all(s->tape, op_square(s->tape, op_sub(s->tape, out, op_reshape(s->tape, y, out->v.rank, out->v.dim))));
}

/* [B,T,V] against ids [B,T] */
static struct var *next_id(struct side *s, struct var *out, float smoothing)
{
    struct var *logits = op_reshape(s->tape, out, DIMS(-1, out->v.dim[2]));
    struct var *label = op_reshape(s->tape, input(s, "label"), DIMS(-1));
    return op_mean_all(s->tape, op_cross_entropy(s->tape, logits, label, smoothing));
}
static struct var *id_loss(struct side *s, struct var *out) { return next_id(s, out, 0); }
static struct var *smooth_id_loss(struct side *s, struct var *out) { return next_id(s, out, 0.1f); }

static struct var *distance(struct side *s, struct var *out)
{
    return op_mean_all(s->tape, op_l1(s->tape, out, input(s, "target")));
}

#define TSM_RESNET50 \
    "{\"family\": \"resnet\", \"stem\": \"large\", \"block\": \"bottleneck\", \"blocks\": [3, 4, 6, 3], " \
    "\"frames\": 8, \"in\": [8, 224, 224, 3], \"classes\": 27}"

static const struct net nets[] = {
    {"resnet18", "{\"family\": \"resnet\", \"in\": [32, 32, 3], \"classes\": 10}", "sgd:momentum=0.9,nesterov=1,decay=5e-4", "image", 0.05, cross_entropy, NULL, NULL},
    {"mobilenetv2", "{\"family\": \"mobilenet\", \"in\": [64, 64, 3], \"classes\": 100}", "sgd:momentum=0.9,nesterov=1,decay=5e-4", "image", 0.05, cross_entropy, NULL, NULL},
    {"tsm_resnet18", "{\"family\": \"resnet\", \"stem\": \"large\", \"frames\": 8, \"in\": [8, 64, 64, 3], \"classes\": 27}", "sgd:momentum=0.9,decay=1e-4", "clip", 0.01, cross_entropy, NULL, NULL},
    {"tsm_resnet50", TSM_RESNET50, "sgd:momentum=0.9,decay=1e-4", "clip", 0.01, cross_entropy, NULL, NULL},
    {"tsm_resnet50_1", TSM_RESNET50, "sgd:momentum=0.9,decay=1e-4", "clip", 0.01, cross_entropy, NULL, NULL},
    {"gan", "{\"family\": \"generator\"}", "adam:beta1=0.5", NULL, 2e-4, NULL, "{\"family\": \"discriminator\"}", gan_step},
    {"biggan", "{\"family\": \"biggan_generator\"}", "adam:beta1=0", NULL, 2e-4, NULL, "{\"family\": \"biggan_discriminator\"}", biggan_step},
    {"stylegan2", "{\"family\": \"stylegan2_generator\", \"image\": [64, 64, 3], \"noise\": \"fixed\", \"mixing\": 0}", "adam:beta1=0,beta2=0.99",
     NULL, 2e-3, NULL, "{\"family\": \"stylegan2_discriminator\", \"in\": [64, 64, 3]}", stylegan2_step},
    {"translator", "{\"family\": \"translator\"}", "adam", "image", 2e-4, distance, NULL, NULL},
    {"transformer", "{\"family\": \"transformer\", \"dropout\": 0}", "adam", NULL, 1e-4, smooth_id_loss, NULL, NULL},
    {"transformer_xl", "{\"family\": \"transformer_xl\", \"dropout\": 0}", "adam", NULL, 1e-4, id_loss, NULL, NULL},
    {"mlp", "{\"family\": \"mlp\", \"in\": [128], \"hidden\": [400, 400], \"out\": 1}", "adam", "x", 1e-3, squared_error, NULL, NULL},
};

/* ---- Files ------------------------------------------------------------------------------------------- */

static void read_data(struct side *s, const char *path)
{
    struct ten_err e = {0};
    struct ten_record rec;
    struct ten_reader *in = ten_open(path, NULL, &e);
    while (in && ten_next(in, &rec, &e) > 0 && s->n < DATA) {
        if (rec.type != TEN_F32 && rec.type != TEN_I32)
            continue;
        snprintf(s->data[s->n].name, sizeof s->data[0].name, "%s", rec.name);
        s->data[s->n].t = tensor_new(s->memory, rec.type, rec.shape.rank, rec.shape.dim);
        memcpy(s->data[s->n++].t.data, rec.data, ten_bytes(&rec));
    }
    ten_close(in);
    if (e.code)
        die(e.text);
}

/* map: "THEIRS OURS" lines, or NULL. */
static void read_weights(struct params *ps, const char *path, const char *map)
{
    struct ten_err e = {0};
    struct init_report report = {0};
    struct namemap *names = NULL;
    struct ten_reader *in = ten_open(path, NULL, &e);
    if (map) {
        struct source *src = source_memory("map", map, strlen(map));
        names = src ? namemap_read(src, &e) : NULL;
        source_close(src);
    }
    if (!in || (map && !names) || checkpoint_init(in, ps, names, &report, &e) < 0)
        die(e.text);
    if (report.missing || report.misfits || report.left)
        die(report.text);
    init_report_free(&report);
    namemap_free(names);
    ten_close(in);
}

static struct learner learner_new(struct side *s, const char *config, const char *weights, const char *map)
{
    struct ten_err e = {0};
    struct optim_rule rule;
    struct learner l = {.model = model_parse(config, s->memory, &e)};
    if (!l.model || optim_parse(&rule, s->net->optim, &e) < 0)
        die(e.text);
    read_weights(l.model->params, weights, map);
    for (int i = 0; i < l.model->params->ngroups; i++)
        l.model->params->groups[i].decay = true;
    l.optim = optim_new(l.model->params, &rule);
    return l;
}

/* ---- Commands ------------------------------------------------------------------------------------------ */

/* Part i of a record, along its first axis. */
static struct var *part(struct side *s, const char *name, int64_t i)
{
    const struct tensor *t = find(s, name);
    const int64_t size = tensor_count(t) / t->dim[0] * 4;
    return tape_input(s->tape, tensor_over((char *)t->data + i * size, t->type, t->rank - 1, t->dim + 1));
}

/* What the generator makes of part i of z, and of y if it has classes. */
static struct var *generated(struct side *s, int64_t i)
{
    struct var *in[2] = {part(s, "z", i)};
    if (s->main.model->inputs > 1)
        in[1] = part(s, "y", i);
    return model_forward_all(s->main.model, s->tape, in);
}

static struct var *forward(struct side *s)
{
    struct var *in[MODEL_INPUTS];
    const struct model *m = s->main.model;
    if (s->net->critic)
        return generated(s, 0);
    for (int i = 0; i < m->inputs; i++)
        in[i] = input(s, s->net->in ? s->net->in : m->input[i].name);
    return model_forward_all(s->main.model, s->tape, in);
}

static void update(struct side *s, struct learner *l, struct var *loss)
{
    tape_backward(s->tape, loss);
    optim_step(l->optim, &(struct optim_step){.lr = s->lr, .unchecked = true, .zero = true}, NULL);
    tape_clear(s->tape);
}

/* Without a way back. */
static struct var *constant(struct side *s, int64_t i)
{
    struct tape_mode *mode = tape_mode(s->tape);
    mode->record = false;
    struct var *fake = generated(s, i);
    mode->record = true;
    return fake;
}

/* The critic's logits of x and y, or NULL. */
static struct var *judged(struct side *s, struct var *x, struct var *y)
{
    return model_forward_all(s->critic.model, s->tape, (struct var *[]){x, y});
}

/* Those of part i of the generator's; the critic stands still. */
static struct var *judged_still(struct side *s, int64_t i)
{
    struct tape_mode *mode = tape_mode(s->tape);
    struct var *fake = generated(s, i);
    mode->still = true;
    struct var *logits = judged(s, fake, s->main.model->inputs > 1 ? part(s, "y", i) : NULL);
    mode->still = false;
    return logits;
}

/* Of the critic on [fake; real], as nets.py, Gan. */
static double hinge_step(struct side *s, struct var *fake, struct var *real, struct var *y)
{
    struct tape *t = s->tape;
    const int64_t n = real->v.dim[0];
    struct var *logits = judged(s, op_concat(t, (struct var *[]){fake, real}, 2, 0), y);
    struct var *loss = op_add(t, op_mean_all(t, op_hinge_real(t, op_slice(t, logits, 0, n, n))),
                              op_mean_all(t, op_hinge_fake(t, op_slice(t, logits, 0, 0, n))));
    const double value = loss->v.f[0];
    update(s, &s->critic, loss);
    return value;
}

static double fooling_step(struct side *s, int64_t i)
{
    struct var *loss = op_neg(s->tape, op_mean_all(s->tape, judged_still(s, i)));
    const double value = loss->v.f[0];
    update(s, &s->main, loss);
    return value;
}

static double gan_step(struct side *s)
{
    const double value = hinge_step(s, constant(s, 0), input(s, "image"), NULL);
    return value + fooling_step(s, 1);
}

static double biggan_step(struct side *s)
{
    double value = 0;
    for (int64_t i = 0; i < 4; i++)
        value = hinge_step(s, constant(s, i), part(s, "image", i), part(s, "both", i));
    return value + fooling_step(s, 4);
}

/* mean (|J' noise| - 0.5)^2 of half of z[1], J that of the images by w. */
static struct var *path_length(struct side *s)
{
    struct tape *t = s->tape;
    struct model *g = s->main.model;
    const struct gan_latent l = gan_latent(g);
    struct var *z = part(s, "z", 1), *j;
    const int64_t n = z->v.dim[0] / 2;
    struct var *w = gan_map(g, t, op_slice(t, z, 0, 0, n), NULL);
    w = op_broadcast(t, op_reshape(t, w, DIMS(n, 1, l.width)), DIMS(n, l.layers, l.width));
    tape_grad(t, gan_synthesize(g, t, w), input(s, "noise"), &w, 1, true, &j);
    struct var *length = op_sqrt(t, op_mean(t, op_sum(t, op_square(t, j), 1 << 2, false), 1 << 1, false));
    return op_mean_all(t, op_square(t, op_affine(t, length, 1, -0.5f)));
}

static double stylegan2_step(struct side *s)
{
    struct tape *t = s->tape;
    struct var *loss = op_mean_all(t, op_softplus(t, op_neg(t, judged_still(s, 0))));
    loss = op_add(t, loss, op_scale(t, path_length(s), 2));
    double value = loss->v.f[0];
    update(s, &s->main, loss);

    const struct tensor *image = find(s, "image");
    struct var *real = tape_leaf(t, tensor_over(image->data, TEN_F32, image->rank, image->dim)), *slope;
    struct var *on_fake = judged(s, constant(s, 2), NULL), *on_real = judged(s, real, NULL);
    tape_grad(t, on_real, NULL, &real, 1, true, &slope);
    loss = op_add(t, op_mean_all(t, op_softplus(t, on_fake)), op_mean_all(t, op_softplus(t, op_neg(t, on_real))));
    loss = op_add(t, loss, op_scale(t, op_sum_all(t, op_square(t, slope)), 0.5f / (float)image->dim[0]));
    value += loss->v.f[0];
    update(s, &s->critic, loss);
    return value;
}

static double step(struct side *s)
{
    if (s->net->step)
        return s->net->step(s);
    struct var *loss = s->net->loss(s, forward(s));
    const double value = loss->v.f[0];
    update(s, &s->main, loss);
    return value;
}

/* sum of the output and of its magnitudes; NULL: only made, as the peer does where time counts. */
static void evaluate(struct side *s, double *sum, double *size)
{
    struct tape_mode *mode = tape_mode(s->tape), was = *mode;
    mode->record = mode->training = false;
    struct var *y = forward(s);
    const int64_t n = sum ? tensor_count(&y->v) : 0;
    for (int64_t i = 0; i < n; i++) {
        *sum += y->v.f[i];
        *size += y->v.f[i] < 0 ? -y->v.f[i] : y->v.f[i];
    }
    tape_clear(s->tape);
    *mode = was;
}

/* Whose memory, as that of what PyTorch imports, is not the network's. */
static void load_libraries(void)
{
    const float one = 1;
    float y;
    sgemm(CblasNoTrans, CblasNoTrans, 1, 1, 1, 1, &one, 1, &one, 1, 0, &y, 1);
    onednn();
}

static long resident(void)
{
    struct rusage r;
    getrusage(RUSAGE_SELF, &r);
    return r.ru_maxrss * 1024;
}

static void answer(struct side *s, const char *command, int n, long before)
{
    double value = 0, size = 0;
    const double from = now_seconds();
    if (strcmp(command, "step") == 0 || strcmp(command, "time") == 0)
        for (int i = 0; i < n; i++)
            value = step(s);
    else if (strcmp(command, "output") == 0)
        evaluate(s, &value, &size);
    else
        for (int i = 0; i < n; i++)
            evaluate(s, NULL, NULL);
    const double seconds = now_seconds() - from;
    if (strcmp(command, "step") == 0)
        printf("loss %.9g\n", value);
    else if (strcmp(command, "output") == 0)
        printf("output %.9g %.9g\n", value, size);
    else if (strcmp(command, "memory") == 0)
        printf("bytes %ld\n", resident() - before);
    else
        printf("seconds %.9f\n", seconds);
    fflush(stdout);
}

int main(int argc, char **argv)
{
    struct side s = {.memory = memory_new()};
    char line[80], command[80];
    if (argc != 8 || strcmp(argv[2], "--threads") != 0 || strcmp(argv[4], "--weights") != 0 || strcmp(argv[6], "--data") != 0)
        die("expected NET --threads N --weights FILE.ten --data FILE.ten");
    threads_set(atoi(argv[3]));
    for (size_t i = 0; i < sizeof nets / sizeof nets[0]; i++)
        if (strcmp(nets[i].name, argv[1]) == 0)
            s.net = &nets[i];
    if (!s.net)
        die("no such network");
    load_libraries();
    const long before = resident();
    s.main = learner_new(&s, s.net->config, argv[5], s.net->critic ? "g.* *\nd.* -\n" : NULL);
    if (s.net->critic)
        s.critic = learner_new(&s, s.net->critic, argv[5], "d.* *\ng.* -\n");
    read_data(&s, argv[7]);
    s.tape = tape_new(s.memory, 0);
    s.lr = s.net->lr;
    while (fgets(line, sizeof line, stdin)) {
        int n = 1;
        sscanf(line, "%79s %d", command, &n);
        if (strcmp(command, "quit") == 0)
            break;
        answer(&s, command, strcmp(command, "memory") == 0 ? 0 : n, before);
    }
    return 0;
}
