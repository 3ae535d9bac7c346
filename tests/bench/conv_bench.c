/*
 * Convolutions as lib/tensor/conv.h computes them beside oneDNN's direct kernels: all threads, every
 * tensor in the layout oneDNN likes best, its reorders not counted; ours of weights are, where they are
 * not kept.  The two alternate; printed are the medians and the ratio of oneDNN's time to ours with its
 * quartiles.  Results are compared first.
 * With OMP_NUM_THREADS=1 the time is the processor's, so that other work on the machine counts less.
 */
#include "base/mem.h"
#include "base/random.h"
#include "tensor/conv.h"
#include "tensor/conv_internal.h"

#include <math.h>
#include <omp.h>
#include <oneapi/dnnl/dnnl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct layer { const char *name; struct conv c; };
static const struct layer layers[] = {
    /*                          n, x, w, strides, dilations, padding, groups */
    {"resnet18 64ch 32x32",    {64, 32, 32, 64,   64, 3, 3,  1, 1,  1, 1,  1, 1, 1, 1,  1, false, 0}},
    {"resnet18 128ch 16x16",   {64, 16, 16, 128,  128, 3, 3,  1, 1,  1, 1,  1, 1, 1, 1,  1, false, 0}},
    {"resnet18 256ch 8x8",     {64, 8, 8, 256,    256, 3, 3,  1, 1,  1, 1,  1, 1, 1, 1,  1, false, 0}},
    {"resnet18 512ch 4x4",     {64, 4, 4, 512,    512, 3, 3,  1, 1,  1, 1,  1, 1, 1, 1,  1, false, 0}},
    {"resnet50 512ch 7x7",     {8, 7, 7, 512,     512, 3, 3,  1, 1,  1, 1,  1, 1, 1, 1,  1, false, 0}},
    {"resnet20 16ch 32x32",    {64, 32, 32, 16,   16, 3, 3,  1, 1,  1, 1,  1, 1, 1, 1,  1, false, 0}},
    {"resnet20 32ch 16x16",    {64, 16, 16, 32,   32, 3, 3,  1, 1,  1, 1,  1, 1, 1, 1,  1, false, 0}},
    {"tsm stem 3>16 /2",       {256, 32, 32, 3,   16, 3, 3,  2, 2,  1, 1,  1, 1, 1, 1,  1, false, 0}},
    {"tsm 16ch 16x16 /2",      {256, 16, 16, 16,  16, 3, 3,  2, 2,  1, 1,  1, 1, 1, 1,  1, false, 0}},
    {"tsm 16>32 8x8 /2",       {256, 8, 8, 16,    32, 3, 3,  2, 2,  1, 1,  1, 1, 1, 1,  1, false, 0}},
    {"tsm 32>64 4x4 /2",       {256, 4, 4, 32,    64, 3, 3,  2, 2,  1, 1,  1, 1, 1, 1,  1, false, 0}},
    {"tsm 16ch 8x8",           {256, 8, 8, 16,    16, 3, 3,  1, 1,  1, 1,  1, 1, 1, 1,  1, false, 0}},
    {"tsm 32ch 4x4",           {256, 4, 4, 32,    32, 3, 3,  1, 1,  1, 1,  1, 1, 1, 1,  1, false, 0}},
    {"small 64ch 2x2",         {64, 2, 2, 64,     64, 3, 3,  1, 1,  1, 1,  1, 1, 1, 1,  1, false, 0}},
    {"small 64ch 3x3",         {64, 3, 3, 64,     64, 3, 3,  1, 1,  1, 1,  1, 1, 1, 1,  1, false, 0}},
    {"translator 256ch 32x32", {1, 32, 32, 256,   256, 3, 3,  1, 1,  1, 1,  1, 1, 1, 1,  1, false, 0}},
    {"resnet18 first",         {64, 32, 32, 3,    64, 3, 3,  1, 1,  1, 1,  1, 1, 1, 1,  1, false, 0}},
    {"imagenet first 7x7/2",   {8, 224, 224, 3,   64, 7, 7,  2, 2,  1, 1,  3, 3, 3, 3,  1, false, 0}},
    {"mnist first 5x5",        {64, 28, 28, 1,    32, 5, 5,  1, 1,  1, 1,  2, 2, 2, 2,  1, false, 0}},
    {"to rgb 3x3",             {16, 32, 32, 64,   3, 3, 3,  1, 1,  1, 1,  1, 1, 1, 1,  1, false, 0}},
    {"resnet18 64>128 /2",     {64, 32, 32, 64,   128, 3, 3,  2, 2,  1, 1,  1, 1, 1, 1,  1, false, 0}},
    {"resnet18 256>512 /2",    {64, 8, 8, 256,    512, 3, 3,  2, 2,  1, 1,  1, 1, 1, 1,  1, false, 0}},
    {"resnet18 1x1 /2",        {64, 32, 32, 64,   128, 1, 1,  2, 2,  1, 1,  0, 0, 0, 0,  1, false, 0}},
    {"generator 4x4 /2",       {16, 32, 32, 64,   128, 4, 4,  2, 2,  1, 1,  1, 1, 1, 1,  1, false, 0}},
    {"translator 7x7",         {1, 128, 128, 64,  3, 7, 7,  1, 1,  1, 1,  3, 3, 3, 3,  1, false, 0}},
    {"resnext 32 groups",      {16, 16, 16, 128,  128, 3, 3,  1, 1,  1, 1,  1, 1, 1, 1,  32, false, 0}},
    {"dilated",                {4, 32, 32, 64,    64, 3, 3,  1, 1,  2, 2,  2, 2, 2, 2,  1, false, 0}},
    {"mobilenet 1x1",          {16, 56, 56, 24,   144, 1, 1,  1, 1,  1, 1,  0, 0, 0, 0,  1, false, 0}},
    {"mobilenet 3x3 32ch",     {16, 112, 112, 32, 32, 3, 3,  1, 1,  1, 1,  1, 1, 1, 1,  32, false, 0}},
    {"mobilenet 3x3 96ch /2",  {16, 112, 112, 96, 96, 3, 3,  2, 2,  1, 1,  1, 1, 1, 1,  96, false, 0}},
    {"mobilenet 3x3 144ch",    {16, 56, 56, 144,  144, 3, 3,  1, 1,  1, 1,  1, 1, 1, 1,  144, false, 0}},
    {"mobilenet 3x3 384ch",    {16, 14, 14, 384,  384, 3, 3,  1, 1,  1, 1,  1, 1, 1, 1,  384, false, 0}},
    {"ofa 5x5 240ch",          {16, 14, 14, 240,  240, 5, 5,  1, 1,  1, 1,  2, 2, 2, 2,  240, false, 0}},
    {"ofa 7x7 480ch",          {16, 14, 14, 480,  480, 7, 7,  1, 1,  1, 1,  3, 3, 3, 3,  480, false, 0}},
    {"words 1x31 512ch",       {8, 1, 64, 512,    512, 1, 31,  1, 1,  1, 1,  0, 15, 0, 15,  512, false, 0}},
};
enum { LAYERS = sizeof layers / sizeof layers[0], RUNS = 15 };
static const char *const pass_name[] = {"forward", "data", "weight"};
static const char *const algorithm_name[] = {"product", "winograd", "depthwise", "direct", "library", "plain"};

static void must(dnnl_status_t s)
{
    if (s != dnnl_success) {
        fprintf(stderr, "conv_bench: oneDNN status %d\n", (int)s);
        exit(1);
    }
}

/* ---- oneDNN, everything in its own layout -------------------------------------------------------------- */

enum operand { X, W, Y };
struct peer {
    dnnl_engine_t engine;
    dnnl_stream_t stream;
    dnnl_primitive_t run;
    char name[64];
    dnnl_memory_desc_t ours[3], best[3];
    dnnl_memory_t memory[3];
    dnnl_exec_arg_t arg[3];
};

static void describe(dnnl_memory_desc_t d[3], const struct conv *c, bool any)
{
    const int64_t g = c->groups;
    const dnnl_dims_t x = {c->n, c->c, c->h, c->w}, y = {c->n, c->k, conv_p(c), conv_q(c)};
    const dnnl_dims_t w = {c->k, c->c, c->r, c->s}, grouped = {g, c->k / g, c->c / g, c->r, c->s};
    must(dnnl_memory_desc_init_by_tag(&d[X], 4, x, dnnl_f32, any ? dnnl_format_tag_any : dnnl_nhwc));
    must(dnnl_memory_desc_init_by_tag(&d[Y], 4, y, dnnl_f32, any ? dnnl_format_tag_any : dnnl_nhwc));
    if (g == 1)
        must(dnnl_memory_desc_init_by_tag(&d[W], 4, w, dnnl_f32, any ? dnnl_format_tag_any : dnnl_ohwi));
    else
        must(dnnl_memory_desc_init_by_tag(&d[W], 5, grouped, dnnl_f32, any ? dnnl_format_tag_any : dnnl_gohwi));
}

static void reorder(struct peer *p, const dnnl_memory_desc_t *from, float *a, const dnnl_memory_desc_t *to, float *b)
{
    dnnl_primitive_desc_t pd;
    dnnl_primitive_t r;
    dnnl_exec_arg_t arg[2] = {{DNNL_ARG_FROM, NULL}, {DNNL_ARG_TO, NULL}};
    must(dnnl_reorder_primitive_desc_create(&pd, from, p->engine, to, p->engine, NULL));
    must(dnnl_primitive_create(&r, pd));
    must(dnnl_memory_create(&arg[0].memory, from, p->engine, a));
    must(dnnl_memory_create(&arg[1].memory, to, p->engine, b));
    must(dnnl_primitive_execute(r, p->stream, 2, arg));
    dnnl_memory_destroy(arg[0].memory);
    dnnl_memory_destroy(arg[1].memory);
    dnnl_primitive_destroy(r);
    dnnl_primitive_desc_destroy(pd);
}

static void peer_make(struct peer *p, const struct conv *c, enum conv_pass pass, float *const t[3])
{
    static const int args[3][3] = {
        {DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST}, {DNNL_ARG_DIFF_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DIFF_DST},
        {DNNL_ARG_SRC, DNNL_ARG_DIFF_WEIGHTS, DNNL_ARG_DIFF_DST},
    };
    const dnnl_query_t query[3][3] = {
        {dnnl_query_src_md, dnnl_query_weights_md, dnnl_query_dst_md}, {dnnl_query_diff_src_md, dnnl_query_weights_md, dnnl_query_diff_dst_md},
        {dnnl_query_src_md, dnnl_query_diff_weights_md, dnnl_query_diff_dst_md},
    };
    const dnnl_dims_t stride = {c->sh, c->sw}, dilation = {c->dh - 1, c->dw - 1}, before = {c->top, c->left}, after = {c->bottom, c->right};
    dnnl_memory_desc_t any[3];
    dnnl_convolution_desc_t d;
    dnnl_primitive_desc_t pd;
    const char *name;
    must(dnnl_engine_create(&p->engine, dnnl_cpu, 0));
    must(dnnl_stream_create(&p->stream, p->engine, dnnl_stream_default_flags));
    describe(p->ours, c, false);
    describe(any, c, true);
    if (pass == CONV_FORWARD)
        must(dnnl_dilated_convolution_forward_desc_init(&d, dnnl_forward_training, dnnl_convolution_direct, &any[X], &any[W], NULL, &any[Y], stride, dilation, before, after));
    else if (pass == CONV_DATA)
        must(dnnl_dilated_convolution_backward_data_desc_init(&d, dnnl_convolution_direct, &any[X], &any[W], &any[Y], stride, dilation, before, after));
    else
        must(dnnl_dilated_convolution_backward_weights_desc_init(&d, dnnl_convolution_direct, &any[X], &any[W], NULL, &any[Y], stride, dilation, before, after));
    must(dnnl_primitive_desc_create(&pd, &d, NULL, p->engine, NULL));
    must(dnnl_primitive_desc_query(pd, dnnl_query_impl_info_str, 0, &name));
    snprintf(p->name, sizeof p->name, "%s", name);
    must(dnnl_primitive_create(&p->run, pd));
    for (int i = 0; i < 3; i++) {
        void *data;
        p->best[i] = *dnnl_primitive_desc_query_md(pd, query[pass][i], 0);
        must(dnnl_memory_create(&p->memory[i], &p->best[i], p->engine, DNNL_MEMORY_ALLOCATE));
        must(dnnl_memory_get_data_handle(p->memory[i], &data));
        reorder(p, &p->ours[i], t[i], &p->best[i], data);
        p->arg[i] = (dnnl_exec_arg_t){args[pass][i], p->memory[i]};
    }
    dnnl_primitive_desc_destroy(pd);
}

static void peer_run(struct peer *p)
{
    must(dnnl_primitive_execute(p->run, p->stream, 3, p->arg));
    must(dnnl_stream_wait(p->stream));
}

static void peer_result(struct peer *p, int what, float *to)
{
    void *data;
    must(dnnl_memory_get_data_handle(p->memory[what], &data));
    reorder(p, &p->best[what], data, &p->ours[what], to);
}

static void peer_free(struct peer *p)
{
    for (int i = 0; i < 3; i++)
        dnnl_memory_destroy(p->memory[i]);
    dnnl_primitive_destroy(p->run);
    dnnl_stream_destroy(p->stream);
    dnnl_engine_destroy(p->engine);
}

/* ---- Measuring ------------------------------------------------------------------------------------------- */

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double now(void)
{
    struct timespec t;
    if (omp_get_max_threads() > 1)
        return omp_get_wtime();
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Quartile 1, 2 or 3. */
static double quartile(double *t, int which)
{
    qsort(t, RUNS, sizeof *t, by_size);
    return t[RUNS * which / 4];
}

static void ours_run(struct conv_plans *plans, int a, const struct conv *c, enum conv_pass pass, float *const t[3])
{
    if (pass == CONV_FORWARD)
        conv_forward_by(plans, a, c, t[Y], t[X], t[W], NULL);
    else if (pass == CONV_DATA)
        conv_data_by(plans, a, c, t[X], t[Y], t[W], NULL);
    else
        conv_weight_by(plans, a, c, t[W], t[X], t[Y], false);
}

/* Largest difference, in units of the largest result. */
static double difference(const float *a, const float *b, int64_t n)
{
    double d = 0, most = 0;
    for (int64_t i = 0; i < n; i++) {
        d = fmax(d, fabs((double)a[i] - b[i]));
        most = fmax(most, fabs(b[i]));
    }
    return d / most;
}

static void measure(struct conv_plans *plans, const struct layer *l, enum conv_pass pass, int a)
{
    struct conv c = l->c;
    const int64_t size[3] = {c.n * c.h * c.w * c.c, c.k * c.r * c.s * (c.c / c.groups), c.n * conv_p(&c) * conv_q(&c) * c.k};
    const int what = pass == CONV_FORWARD ? Y : pass == CONV_DATA ? X : W;
    float *t[3], *result = xaligned(sizeof *result * size[what]);
    double ours[RUNS], peers[RUNS], ratio[RUNS];
    struct peer p;
    for (int i = 0; i < 3; i++) {
        t[i] = xaligned(sizeof *t[i] * size[i]);
        rng_fill_uniform(&(struct rng){1, i}, 0, t[i], size[i], -1, 1);
    }
    c.version = 1;
    peer_make(&p, &c, pass, t);
    ours_run(plans, a, &c, pass, t);
    peer_run(&p);
    peer_result(&p, what, result);
    const double d = difference(t[what], result, size[what]);
    const double flops = 2.0 * size[Y] * c.r * c.s * (c.c / c.groups);
    const int repeats = (int)fmin(100, 1 + 1e9 / flops);
    for (int r = 0; r < RUNS; r++) {
        double start = now();
        for (int i = 0; i < repeats; i++)
            ours_run(plans, a, &c, pass, t);
        ours[r] = (now() - start) / repeats;
        start = now();
        for (int i = 0; i < repeats; i++)
            peer_run(&p);
        peers[r] = (now() - start) / repeats;
        ratio[r] = peers[r] / ours[r];
    }
    const double us = quartile(ours, 2), them = quartile(peers, 2);
    printf("%-23s %-8s %-9s %8.0f us %6.1f GFLOP/s  oneDNN %8.0f us %6.1f  ratio %5.2f [%.2f %.2f]  %.0e %s\n", l->name, pass_name[pass], algorithm_name[a],
           us * 1e6, flops / us / 1e9, them * 1e6, flops / them / 1e9, quartile(ratio, 2), quartile(ratio, 1), quartile(ratio, 3), d, p.name);
    fflush(stdout);
    peer_free(&p);
    free(result);
    for (int i = 0; i < 3; i++)
        free(t[i]);
}

/* conv_bench [LAYER [ALGORITHM]]: layers whose name contains LAYER, by ALGORITHM or what the rule says. */
int main(int argc, char **argv)
{
    struct memory *m = memory_new();
    struct conv_plans *plans = conv_plans_new(m);
    for (int i = 0; i < LAYERS; i++)
        for (enum conv_pass pass = CONV_FORWARD; pass <= CONV_WEIGHT; pass++) {
            int a = conv_choose(&layers[i].c, pass);
            for (int k = 0; argc > 2 && k <= CONV_PLAIN; k++)
                if (strcmp(argv[2], algorithm_name[k]) == 0)
                    a = k;
            if (a == CONV_LIBRARY && !library_able(plans, &layers[i].c, pass, false))
                a = layers[i].c.groups == layers[i].c.c ? CONV_DEPTHWISE : CONV_PLAIN;
            if (argc < 2 || strstr(layers[i].name, argv[1]))
                measure(plans, &layers[i], pass, a);
        }
    conv_plans_free(plans);
    memory_free(m);
    return 0;
}
