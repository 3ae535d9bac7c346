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
#include "models/model_io.h"
#include "nn/checkpoint.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

enum { DATA = 16 };

struct side {
    struct memory *memory;
    struct model *model;
    struct optim *optim;
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
};

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

static const struct net nets[] = {
    {"resnet18", "{\"family\": \"resnet\", \"in\": [32, 32, 3], \"classes\": 10}", "sgd:momentum=0.9,nesterov=1,decay=5e-4", "image", 0.05, cross_entropy},
    {"mobilenetv2", "{\"family\": \"mobilenet\", \"in\": [64, 64, 3], \"classes\": 100}", "sgd:momentum=0.9,nesterov=1,decay=5e-4", "image", 0.05, cross_entropy},
    {"tsm_resnet18", "{\"family\": \"resnet\", \"stem\": \"large\", \"frames\": 8, \"in\": [8, 64, 64, 3], \"classes\": 27}", "sgd:momentum=0.9,decay=1e-4", "clip", 0.01, cross_entropy},
    {"translator", "{\"family\": \"translator\"}", "adam", "image", 2e-4, distance},
    {"transformer", "{\"family\": \"transformer\", \"dropout\": 0}", "adam", NULL, 1e-4, smooth_id_loss},
    {"transformer_xl", "{\"family\": \"transformer_xl\", \"dropout\": 0}", "adam", NULL, 1e-4, id_loss},
    {"mlp", "{\"family\": \"mlp\", \"in\": [128], \"hidden\": [400, 400], \"out\": 1}", "adam", "x", 1e-3, squared_error},
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

static void read_weights(struct side *s, const char *path)
{
    struct ten_err e = {0};
    struct init_report report = {0};
    struct ten_reader *in = ten_open(path, NULL, &e);
    if (!in || checkpoint_init(in, s->model->params, NULL, &report, &e) < 0)
        die(e.text);
    if (report.missing || report.misfits || report.left)
        die(report.text);
    init_report_free(&report);
    ten_close(in);
}

/* ---- Commands ------------------------------------------------------------------------------------------ */

static struct var *forward(struct side *s)
{
    struct var *in[MODEL_INPUTS];
    for (int i = 0; i < s->model->inputs; i++)
        in[i] = input(s, s->net->in ? s->net->in : s->model->input[i].name);
    return model_forward_all(s->model, s->tape, in);
}

static double step(struct side *s)
{
    struct var *loss = s->net->loss(s, forward(s));
    const double value = loss->v.f[0];
    tape_backward(s->tape, loss);
    optim_step(s->optim, &(struct optim_step){.lr = s->lr, .unchecked = true, .zero = true}, NULL);
    tape_clear(s->tape);
    return value;
}

static void evaluate(struct side *s, double *sum, double *size)
{
    struct tape_mode *mode = tape_mode(s->tape), was = *mode;
    mode->record = mode->training = false;
    struct var *y = forward(s);
    *sum = *size = 0;
    for (int64_t i = 0; i < tensor_count(&y->v); i++) {
        *sum += y->v.f[i];
        *size += y->v.f[i] < 0 ? -y->v.f[i] : y->v.f[i];
    }
    tape_clear(s->tape);
    *mode = was;
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
    else
        for (int i = 0; i < n; i++)
            evaluate(s, &value, &size);
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
    struct ten_err e = {0};
    struct optim_rule rule;
    char line[80], command[80];
    if (argc != 8 || strcmp(argv[2], "--threads") != 0 || strcmp(argv[4], "--weights") != 0 || strcmp(argv[6], "--data") != 0)
        die("expected NET --threads N --weights FILE.ten --data FILE.ten");
    threads_set(atoi(argv[3]));
    for (size_t i = 0; i < sizeof nets / sizeof nets[0]; i++)
        if (strcmp(nets[i].name, argv[1]) == 0)
            s.net = &nets[i];
    if (!s.net)
        die("no such network");
    const long before = resident();
    if (!(s.model = model_parse(s.net->config, s.memory, &e)) || optim_parse(&rule, s.net->optim, &e) < 0)
        die(e.text);
    read_weights(&s, argv[5]);
    read_data(&s, argv[7]);
    for (int i = 0; i < s.model->params->ngroups; i++)
        s.model->params->groups[i].decay = true;
    s.optim = optim_new(s.model->params, &rule);
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
