/*
 * Exponential moving average of parameters, for evaluation:
 *
 *     e += (1 - d) (p - e)
 *
 * The decay d of an update that ends step number t (from 1) and has seen k images in all, `batch`
 * of them in this step:
 *
 *     decay=D            d = D
 *     half=K             d = 0.5^(batch / K): after K images the old value weighs one half
 *     ramp=R             K is at most R k: a young average forgets faster  (StyleGAN2-ADA, 0.05)
 *     warm=1             d is at most (1 + t) / (10 + t)                       (TensorFlow)
 *     start=S            d = 0, a copy, up to step S (with decay) or image S (with half)
 *     state=1            state is averaged too; else the average uses the network's own
 */
#ifndef NN_EMA_H
#define NN_EMA_H

#include "base/err.h"
#include "nn/params.h"

struct ema_rule { double decay, half, ramp, warm, start, state; };

/* "decay=0.9999,start=1000" or "half=10000,ramp=0.05"; one of decay and half.  0, or -1 with *e set
 * (TEN_E_USAGE). */
int ema_parse(struct ema_rule *rule, const char *text, struct ten_err *e);

struct ema_now { int64_t step, images, batch; };
double ema_decay(const struct ema_rule *rule, const struct ema_now *now);

struct ema {
    struct ema_rule rule;
    struct params *params;
    float *values, *state;          /* laid out as those of params; state NULL when not averaged */
    bool swapped;                   /* params holds the average, and values what is trained */
    struct block *blocks[2];        /* private */
};

/* Starts as a copy of ps, which is sealed and outlives it. */
struct ema *ema_new(struct params *ps, const struct ema_rule *rule);
void ema_free(struct ema *a);       /* NULL is allowed */
/* After an optimiser step; not while swapped.  The thread count does not change a bit. */
void ema_update(struct ema *a, const struct ema_now *now);
/* Exchange the average and the values of params, for an evaluation; and back. */
void ema_swap(struct ema *a);

#endif
