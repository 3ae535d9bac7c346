/*
 * Ops of small networks, forward and back: lines "CASE DIGEST MILLISECONDS" of one step.  Inputs are
 * sequences that compress.py makes as well, and the digest, the sum of y dy and of the squares of gradients,
 * has to be the same. Argument: number of threads.
 */
#include "autograd/ops.h"
#include "autograd/ops_compress.h"
#include "autograd/ops_language.h"
#include "base/mem.h"
#include "base/progress.h"
#include "base/threads.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double SECONDS = 0.25;
enum { INPUTS = 12 };

struct bench {
    struct memory *memory;
    struct tape *tape;
    struct var *leaf[INPUTS];
    struct tensor in[INPUTS];
    int n, made;
};

/* scale (((a i + b) mod 97) / 48 - 1) + shift: made once, then the same leaf in every step. */
static struct var *leaf(struct bench *s, int a, int b, float scale, float shift, struct tensor shape)
{
    if (s->n == s->made) {
        struct tensor *t = &s->in[s->made++];
        *t = tensor_new(s->memory, TEN_F32, shape.rank, shape.dim);
        for (int64_t i = 0; i < tensor_count(t); i++)
            t->f[i] = scale * (float)((double)((a * i + b) % 97) / 48 - 1) + shift;
    }
    const struct tensor *t = &s->in[s->n];
    return s->leaf[s->n++] = tape_leaf(s->tape, tensor_over(t->f, TEN_F32, t->rank, t->dim));
}
#define OF(...) tensor_over(NULL, TEN_F32, DIMS(__VA_ARGS__))

static struct var *quantize(struct bench *s)
{
    struct var *x = leaf(s, 37, 5, 1, 0, OF(64, 28, 28, 96)),
               *range = tape_stop(s->tape, leaf(s, 1, 0, 0, 0.75f, OF(1)));
    return op_quantize(s->tape, x, range, &(struct quantize_options){.bits = 8});
}

static struct var *quantize_learned(struct bench *s)
{
    struct var *x = leaf(s, 37, 5, 1, 0, OF(64, 28, 28, 96)), *step = leaf(s, 1, 0, 0, 0.0121f, OF(1));
    return op_quantize(s->tape, x, op_scale(s->tape, step, 63),
                       &(struct quantize_options){.bits = 7, .slope = QUANTIZE_STEP});
}

static struct var *quantize_rows(struct bench *s)
{
    struct var *x = leaf(s, 37, 5, 1, 0, OF(512, 3, 3, 512)),
               *range = tape_stop(s->tape, leaf(s, 1, 0, 0, 0.75f, OF(512)));
    return op_quantize(s->tape, x, range, &(struct quantize_options){.bits = 8, .per_channel = true});
}

static struct var *dynamic(struct bench *s)
{
    return op_lightconv(s->tape, leaf(s, 37, 5, 1, 0, OF(8, 128, 96)),
                        leaf(s, 29, 3, 1, 0, OF(8, 128, 4, 31)),
                        &(struct lightconv_options){.causal = true, .softmax = true});
}

static struct var *light(struct bench *s)
{
    return op_lightconv(s->tape, leaf(s, 37, 5, 1, 0, OF(16, 128, 256)), leaf(s, 29, 3, 1, 0, OF(8, 15)),
                        &(struct lightconv_options){.softmax = true});
}

static struct var *gated(struct bench *s) { return op_glu(s->tape, leaf(s, 37, 5, 1, 0, OF(4096, 512))); }

/* A vocabulary of WikiText-103's size; 13 of 16 targets are frequent, 2 in the middle, 1 rare. */
static struct var *adaptive(struct bench *s)
{
    static const struct bands b = {3, {3500, 25000, 267735}};
    static int32_t target[2048];
    const int64_t wide[] = {256, 64, 16};
    struct band_output o = {0};
    struct var *h = leaf(s, 53, 2, 1, 0, OF(2048, 256));
    for (int i = 0; i < 3; i++) {
        const int64_t rows = b.cutoff[i] - (i ? b.cutoff[i - 1] : 0);
        o.table[i] = leaf(s, 37, 5 + i, 0.1f, 0, OF(rows, wide[i]));
        if (i > 0)
            o.projection[i] = leaf(s, 41, i, 0.1f, 0, OF(wide[i], 256));
    }
    o.cluster = leaf(s, 31, 7, 0.1f, 0, OF(2, 256));
    for (int64_t k = 0; k < 2048; k++)
        target[k] = (int32_t)(k % 16 < 13   ? k * 7 % 3500
                              : k % 16 < 15 ? 3500 + k * 11 % 21500
                                            : 25000 + k * 113 % 242735);
    return op_band_loss(s->tape, &b, &o, h, tape_input(s->tape, tensor_over(target, TEN_I32, DIMS(2048))),
                        NULL);
}

static double squares(const struct var *x)
{
    double sum = 0;
    for (int64_t i = 0; x->grad && i < tensor_count(&x->grad->v); i++)
        sum += (double)x->grad->v.f[i] * x->grad->v.f[i];
    return sum;
}

/* One step, and with digest its numbers. */
static void step(struct bench *s, struct var *(*make)(struct bench *), struct tensor *dy, double *digest)
{
    s->n = 0;
    struct var *y = make(s);
    if (!dy->data) {
        *dy = tensor_new(s->memory, TEN_F32, y->v.rank, y->v.dim);
        for (int64_t i = 0; i < tensor_count(dy); i++)
            dy->f[i] = (float)((double)((31 * i + 7) % 97) / 48 - 1);
    }
    for (int64_t i = 0; digest && i < tensor_count(dy); i++)
        *digest += (double)y->v.f[i] * dy->f[i];
    tape_backward_from(s->tape, y, tape_input(s->tape, tensor_over(dy->f, TEN_F32, dy->rank, dy->dim)));
    for (int k = 0; digest && k < s->n; k++)
        *digest += squares(s->leaf[k]);
    tape_clear(s->tape);
}

static void run(const char *name, struct var *(*make)(struct bench *))
{
    struct bench s = {.memory = memory_new()};
    struct tensor dy = {0};
    double digest = 0, start, spent = 0;
    int64_t steps = 0;
    s.tape = tape_new(s.memory, 1);
    tape_mode(s.tape)->training = true;
    step(&s, make, &dy, &digest);
    step(&s, make, &dy, NULL);
    for (start = now_seconds(); spent < SECONDS; spent = now_seconds() - start, steps++)
        step(&s, make, &dy, NULL);
    printf("%s %.6g %.4f\n", name, digest, 1e3 * spent / (double)steps);
    fflush(stdout);
    tape_free(s.tape);
    tensor_drop(&dy);
    for (int k = 0; k < s.made; k++)
        tensor_drop(&s.in[k]);
    memory_free(s.memory);
}

int main(int argc, char **argv)
{
    static const struct { const char *name; struct var *(*make)(struct bench *); } cases[] = {
        {"quantize", quantize}, {"quantize-learned", quantize_learned}, {"quantize-rows", quantize_rows},
        {"dynamic-conv", dynamic}, {"light-conv", light}, {"glu", gated}, {"adaptive-softmax", adaptive},
    };
    threads_set(argc > 1 ? atoi(argv[1]) : threads_default());
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (argc < 3 || strcmp(argv[2], cases[i].name) == 0)
            run(cases[i].name, cases[i].make);
    return 0;
}
