/*
 * What the temporal shift costs in a training step:
 *
 *     shift_bench NET RUNS
 *
 * NET tiny: basic blocks of 16, 32 and 64 channels, stem stride 2, 32 clips of 8 frames 32x32;
 * resnet50: one clip of 8 frames 224x224.  The same network without shift (TSN) and with each way
 * to do it take steps in turn, on one thread, another first in every turn.  A line for each: name,
 * median processor time of a step in ms, the share of it that is above TSN's in the same turn (median
 * and quartiles), and memory at the peak in MB, the parameters of all included.
 */
#include "autograd/ops.h"
#include "base/mem.h"
#include "base/random.h"
#include "base/threads.h"
#include "models/model_io.h"
#include "nn/optim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { WAYS = 5, RUNS = 101 };
static const struct way { const char *name, *config; } ways[WAYS] = {
    {"tsn", "\"shift\": 0"},
    {"copy", "\"shift_impl\": \"copy\""},
    {"inplace", "\"shift_impl\": \"inplace\""},
    {"fused", "\"shift_impl\": \"fused\""},
    {"auto", "\"shift_impl\": \"auto\""},
};
struct net { const char *name, *config; int64_t clips, side; int steps; };
static const struct net nets[] = {
    {"tiny", "\"blocks\": [1, 1, 1], \"width\": 16, \"stem_stride\": 2, \"first_stride\": 2, "
     "\"in\": [8, 32, 32, 3]", 32, 32, 4},
    {"resnet50", "\"stem\": \"large\", \"block\": \"bottleneck\", \"blocks\": [3, 4, 6, 3], "
     "\"in\": [8, 224, 224, 3]", 1, 224, 1},
};

struct side { struct model *model; struct optim *optim; double time[RUNS]; size_t peak; };

static void die(const char *text)
{
    fprintf(stderr, "shift_bench: %s\n", text);
    exit(1);
}

static double processor_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static struct side side_new(struct memory *m, const struct net *net, const struct way *way)
{
    struct ten_err e = {0};
    struct optim_rule rule;
    char config[400];
    snprintf(config, sizeof config,
             "{\"family\": \"resnet\", \"frames\": 8, \"classes\": 8, %s, %s}", net->config,
             way->config);
    struct side s = {.model = model_parse(config, m, &e)};
    if (!s.model || optim_parse(&rule, "sgd:momentum=0.9", &e) < 0)
        die(e.text);
    model_init(s.model, 1);
    s.optim = optim_new(s.model->params, &rule);
    return s;
}

static void step(struct side *s, struct tape *t, struct tensor *clip, struct tensor *label)
{
    struct var *x = tape_input(t, tensor_over(clip->data, TEN_F32, clip->rank, clip->dim));
    struct var *y = tape_input(t, tensor_over(label->data, TEN_I32, label->rank, label->dim));
    struct var *loss =
        op_mean_all(t, op_cross_entropy(t, model_forward_all(s->model, t, &x), y, 0));
    tape_backward(t, loss);
    optim_step(s->optim, &(struct optim_step){.lr = 0.01, .unchecked = true, .zero = true}, NULL);
    tape_clear(t);
}

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void report(const struct net *net, struct side *side, int runs)
{
    double share[WAYS][RUNS];
    for (int w = 0; w < WAYS; w++)
        for (int i = 0; i < runs; i++)
            share[w][i] = 1 - side[0].time[i] / side[w].time[i];
    for (int w = 0; w < WAYS; w++) {
        qsort(share[w], (size_t)runs, sizeof share[w][0], by_size);
        qsort(side[w].time, (size_t)runs, sizeof side[w].time[0], by_size);
        printf("%-9s %-8s %9.2f ms  %+6.2f %% of a step [%+.2f %+.2f]  %5.0f MB\n", net->name, ways[w].name,
               1e3 * side[w].time[runs / 2], 1e2 * share[w][runs / 2], 1e2 * share[w][runs / 4],
               1e2 * share[w][3 * runs / 4], (double)side[w].peak * 1e-6);
    }
}

static void measure(const struct net *net, int runs)
{
    struct memory *m = memory_new();
    struct tape *t = tape_new(m, 0);
    struct side side[WAYS];
    struct tensor clip =
        tensor_new(m, TEN_F32, 5, (const int64_t[]){net->clips, 8, net->side, net->side, 3});
    struct tensor label = tensor_new(m, TEN_I32, 1, &net->clips);
    for (int64_t i = 0; i < tensor_count(&clip); i++)
        clip.f[i] = (float)(rng_u64(&(struct rng){1, 0}, i) >> 40) / (1 << 23) - 1;
    for (int64_t i = 0; i < net->clips; i++)
        ((int32_t *)label.data)[i] = (int32_t)(i % 8);
    tape_mode(t)->record = tape_mode(t)->training = true;
    for (int w = 0; w < WAYS; w++)
        side[w] = side_new(m, net, &ways[w]);
    for (int i = -1; i < runs; i++)                     /* one turn to warm up */
        for (int k = 0; k < WAYS; k++) {
            const int w = (k + i + 1) % WAYS;
            memory_reset_peak(m);
            const double from = processor_seconds();
            for (int n = 0; n < net->steps; n++)
                step(&side[w], t, &clip, &label);
            if (i >= 0)
                side[w].time[i] = (processor_seconds() - from) / net->steps;
            side[w].peak = memory_peak(m);
        }
    report(net, side, runs);
}

int main(int argc, char **argv)
{
    const int runs = argc == 3 ? atoi(argv[2]) : 0;
    if (runs < 1 || runs > RUNS)
        die("expected NET RUNS");
    threads_set(1);
    for (size_t i = 0; i < sizeof nets / sizeof nets[0]; i++)
        if (strcmp(nets[i].name, argv[1]) == 0) {
            measure(&nets[i], runs);
            return 0;
        }
    die("no such network");
}
