/*
 * Ops of images and losses, forward and with the gradient by x: lines "CASE SECONDS SIZE SLOPE" with the
 * least time and the sums of squares of the result and of the gradient, for ops.py to agree with.
 * Argument: number of threads.
 */
#include "autograd/op.h"
#include "autograd/ops.h"
#include "autograd/ops_image.h"
#include "autograd/ops_loss.h"
#include "autograd/ops_topk.h"
#include "base/progress.h"
#include "base/threads.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double SECONDS = 0.3;
static const struct fir_axis up = {2, 1, 2, 1, 4, {0.25f, 0.75f, 0.75f, 0.25f}};
static const struct fir_axis down = {1, 2, 1, 1, 4, {0.125f, 0.375f, 0.375f, 0.125f}};
static const struct fir_axis blur = {1, 1, 2, 1, 4, {0.125f, 0.375f, 0.375f, 0.125f}};
static const struct padding frame = {3, 3, 3, 3};
static const struct augment_policy policy = {5, {
    AUGMENT_BRIGHTNESS, AUGMENT_SATURATION, AUGMENT_CONTRAST, AUGMENT_TRANSLATION, AUGMENT_CUTOUT
}};

/* y: of the shape of x, a constant. */
#define MAKES(name, made) \
    static struct var *name(struct tape *t, struct var *x, struct var *y) { (void)y; return made; }
MAKES(fir_up, op_upfirdn(t, x, &up, &up))
MAKES(fir_down, op_upfirdn(t, x, &down, &down))
MAKES(fir_blur, op_upfirdn(t, x, &blur, &blur))
MAKES(bilinear, op_resize_bilinear(t, x, 2 * x->v.dim[1], 2 * x->v.dim[2], false))
MAKES(nearest, op_resize_nearest(t, x, 2 * x->v.dim[1], 2 * x->v.dim[2]))
MAKES(reflect, op_pad(t, x, &frame, RESAMPLE_REFLECT))
MAKES(augment, op_diffaugment(t, x, &policy, 1))
MAKES(l1, op_mean_all(t, op_l1(t, x, y)))
MAKES(l2, op_mean_all(t, op_l2(t, x, y)))
MAKES(bce, op_mean_all(t, op_bce(t, x, y)))
MAKES(distill, op_mean_all(t, op_distillation(t, x, y, 4)))
MAKES(cosine, op_mean_all(t, op_cosine(t, x, y, 1e-8f)))
MAKES(largest, op_topk(t, x, 10, NULL))

static const struct bench {
    const char *name;
    struct var *(*make)(struct tape *t, struct var *x, struct var *y);
    int rank;
    int64_t dim[4];
} benches[] = {
    {"upfirdn_up", fir_up, 4, {8, 64, 64, 64}},
    {"upfirdn_up_rgb", fir_up, 4, {16, 128, 128, 3}},
    {"upfirdn_down", fir_down, 4, {8, 128, 128, 64}},
    {"upfirdn_down_rgb", fir_down, 4, {16, 256, 256, 3}},
    {"upfirdn_blur", fir_blur, 4, {8, 64, 64, 128}},
    {"bilinear", bilinear, 4, {8, 64, 64, 64}},
    {"bilinear_rgb", bilinear, 4, {16, 128, 128, 3}},
    {"nearest", nearest, 4, {8, 32, 32, 256}},
    {"nearest_rgb", nearest, 4, {16, 128, 128, 3}},
    {"reflect", reflect, 4, {8, 64, 64, 64}},
    {"reflect_rgb", reflect, 4, {8, 256, 256, 3}},
    {"diffaugment", augment, 4, {64, 64, 64, 3}},
    {"diffaugment_256", augment, 4, {16, 256, 256, 3}},
    {"l1", l1, 4, {16, 256, 256, 3}},
    {"l2", l2, 4, {16, 256, 256, 3}},
    {"bce", bce, 4, {16, 256, 256, 1}},
    {"distillation", distill, 2, {256, 1000}},
    {"cosine", cosine, 2, {4096, 256}},
    {"topk", largest, 2, {256, 20000}},
};

/* Element i: (a i mod 1009) / 504 - 1 */
static struct tensor numbers(struct memory *m, int rank, const int64_t *dim, int64_t a)
{
    struct tensor v = tensor_new(m, TEN_F32, rank, dim);
    for (int64_t i = 0; i < tensor_count(&v); i++)
        v.f[i] = (float)(a * i % 1009) / 504 - 1;
    return v;
}

static double squares(const struct tensor *v)
{
    double sum = 0;
    for (int64_t i = 0; i < tensor_count(v); i++)
        sum += (double)v->f[i] * v->f[i];
    return sum;
}

static void step(const struct bench *b, struct tape *t, const struct tensor *x, const struct tensor *y,
                 struct tensor *g, double sums[2])
{
    struct var *leaf = tape_leaf(t, tensor_over(x->f, TEN_F32, x->rank, x->dim));
    struct var *out = b->make(t, leaf, tape_input(t, tensor_over(y->f, TEN_F32, y->rank, y->dim)));
    if (!g->data)
        *g = numbers(tape_memory(t), out->v.rank, out->v.dim, 467);
    if (out->v.rank == 0)
        g->f[0] = 1;
    if (sums)
        sums[0] = squares(&out->v);
    tape_backward_from(t, out, tape_input(t, tensor_over(g->f, TEN_F32, g->rank, g->dim)));
    if (sums)
        sums[1] = squares(&leaf->grad->v);
    tape_clear(t);
}

static void run(const struct bench *b, struct memory *m)
{
    struct tape *t = tape_new(m, 1);
    struct tensor x = numbers(m, b->rank, b->dim, 131), y = numbers(m, b->rank, b->dim, 277), g = {0};
    double sums[2], least = INFINITY;
    step(b, t, &x, &y, &g, sums);
    const double from = now_seconds();
    for (double at = from, end; at < from + SECONDS; at = end) {
        step(b, t, &x, &y, &g, NULL);
        end = now_seconds();
        least = fmin(least, end - at);
    }
    printf("%s %.6e %.6e %.6e\n", b->name, least, sums[0], sums[1]);
    tape_free(t);
    tensor_drop(&x);
    tensor_drop(&y);
    tensor_drop(&g);
}

int main(int argc, char **argv)
{
    struct memory *m = memory_new();
    threads_set(argc > 1 ? atoi(argv[1]) : threads_default());
    for (size_t i = 0; i < sizeof benches / sizeof benches[0]; i++)
        if (argc <= 2 || strcmp(argv[2], benches[i].name) == 0)
            run(&benches[i], m);
    memory_free(m);
    return 0;
}
