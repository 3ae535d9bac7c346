/*
 * Batches for training and evaluation, made ahead by threads of their own.
 *
 * Epoch e goes through the samples in an order that is a uniform permutation, a function of
 * (seed, e), and cuts it into batches of B.  Rank r of R takes samples r, r+R, r+2R ... of every
 * batch: together they see what one process sees.  Batch b of epoch e is a pure function of the
 * samples, the options and (e, b); threads, depth and where reading started do not change a bit.
 *
 *     struct feeder *f = feeder_new(samples, &(struct feeder_options){.batch = 128, .seed = 1}, e);
 *     while ((rc = feeder_next(f, &batch, e)) > 0)        one epoch
 *         step(batch.image, batch.label);
 */
#ifndef NN_FEEDER_H
#define NN_FEEDER_H

#include "nn/batch_augment.h"
#include "nn/samples.h"
#include "tensor/tensor.h"

/*
 * Pictures that are made when they are needed, from what is too large or differs from epoch to epoch:
 * a column `name` of u8 samples of `shape` beside those that are stored.
 */
struct feeder_source {
    const char *name;
    struct ten_shape shape;             /* [H,W,C] or [T,H,W,C] */
    /* Sample number `sample` into to, a function of it and key alone.  Any number of threads may ask.
     * 0, or -1 with *e set. */
    int (*make)(void *ctx, uint8_t *to, const struct batch_key *key, int64_t sample,
                struct ten_err *e);
    void *ctx;
};

/* {0} but for batch: all defaults. */
struct feeder_options {
    int64_t batch;                      /* samples of a batch, over all ranks; >= 1 */
    uint64_t seed;
    bool evaluate;                      /* in order, without augmentation, nothing dropped */
    bool drop_last;                     /* leave out a last batch of fewer samples */
    int rank, ranks;                    /* 0 ranks: one process */
    int depth;                          /* batches ahead; 0: 3 */
    int threads;                        /* that make them, each one batch at a time; 0: 1 */
    const char *image, *label;          /* names of columns; NULL: samples_pictures(), "label" */
    const struct feeder_source *source; /* of the image column; NULL: it is stored */
    const struct feeder_source *evaluated;  /* the same with `evaluate` */
    struct batch_augment augment;       /* of the image column */
    struct batch_scale scale;           /* of the image column; no channels: to [-1,1] */
    int64_t classes;                    /* of labels, needed for mixup and cutmix; 0: not known, labels are not checked */
};

/*
 * n samples of batch `number` of an epoch, each column a contiguous tensor aligned to 64 bytes:
 * the image column f32 [n,H,W,C], of clips [n,T,H,W,C]; other f32 columns as they are; whole numbers as i32.  Where
 * mixup or cutmix act, soft [n,classes] f32 are the weights of the labels, which stay those of the
 * samples themselves.
 */
struct batch {
    int64_t epoch, number, n;
    int64_t total;                      /* samples of all ranks */
    int columns;                        /* as in the samples */
    const struct tensor *column;
    const struct tensor *image, *label; /* of these, or NULL */
    const struct tensor *soft;          /* or NULL */
    const int64_t *sample;              /* [n]: numbers of the samples, see samples_row() */
};

struct feeder;
/* s outlives the feeder and is not closed by it.  Starts with batch 0 of epoch 0.  NULL with *e set:
 * augmentation without images, or that does not fit them; mixing without labels or classes; a
 * column of neither f32 nor whole numbers; fewer samples than one batch with drop_last. */
struct feeder *feeder_new(const struct samples *s, const struct feeder_options *opt,
                          struct ten_err *e);
/* Ends the threads, wherever they are.  NULL is allowed. */
void feeder_free(struct feeder *f);

/* Batches of an epoch, the same on every rank: where the last one has fewer samples than there are
 * ranks, some get it with n = 0. */
int64_t feeder_batches(const struct feeder *f);

/* The next batch, in *b until the next call or seek: 1; 0 at the end of an epoch, after which the
 * next one starts; -1 with *e set, and until the next seek: a whole number that i32 does not hold,
 * a label that is no class. */
int feeder_next(struct feeder *f, struct batch *b, struct ten_err *e);
/* Go on with this batch of this epoch; batch = feeder_batches() is the end of it.  Both >= 0. */
void feeder_seek(struct feeder *f, int64_t epoch, int64_t batch);
/* The same where the checkpoint at path says so: 0, or -1 with *e set (TEN_E_DATA): epochs are shorter here. */
int feeder_go_on(struct feeder *f, int64_t epoch, int64_t batch, const char *path, struct ten_err *e);
/* Where feeder_next() goes on: what a checkpoint keeps. */
void feeder_position(const struct feeder *f, int64_t *epoch, int64_t *batch);

/* Seconds that feeder_next() has waited for batches so far: a step that feeds on this one starves
 * when they grow. */
double feeder_waited(const struct feeder *f);

#endif
