/*
 * What makes features of images, for metrics of generative models:
 *
 *     pixel               the numbers of the images themselves
 *     rand                models/random_features.h
 *     dom                 what the last linear layer of a network reads, a classifier's that was
 *                         trained on such images; its probabilities
 *     inception-v3-fid    the same of the Inception network that the FID is defined by;
 *                         probabilities without the layer's bias
 */
#ifndef MODELS_EXTRACTOR_H
#define MODELS_EXTRACTOR_H

#include "models/model.h"
#include "nn/feeder.h"

enum extractor_kind { EXTRACTOR_PIXEL, EXTRACTOR_RAND, EXTRACTOR_DOM, EXTRACTOR_FID };
extern const char *const extractor_names[];         /* by kind; NULL at the end */

/*
 * How images come to a network's size: not at all; by linear interpolation at half-pixel centres;
 * or on the grid of TensorFlow 1, pixel p of h from H at p H/h, which published FIDs are of.
 */
enum extractor_resize { RESIZE_NONE, RESIZE_BILINEAR, RESIZE_TF1 };
extern const char *const extractor_resizes[];

struct extractor_options {
    enum extractor_kind kind;
    enum extractor_resize resize;
    struct model *model;                /* of dom and inception-v3-fid: the caller's, outlives it */
    int64_t dims;                       /* of rand */
    uint64_t seed;                      /* of rand */
};

struct extractor;
/* For images f32 [h,w,c].  NULL with *e set: a network that does not read such images after
 * resizing; images too small. */
struct extractor *extractor_new(const struct extractor_options *o, const int64_t image[3],
                                struct memory *m, struct ten_err *e);
void extractor_free(struct extractor *x);           /* NULL is allowed */
/* rand, which needs it: components and scales are those of all images that f gives; digest stands
 * for them in the extractor's name.  0, or -1 with *e set. */
int extractor_refer(struct extractor *x, struct feeder *f, uint64_t digest, struct ten_err *e);

/* Of images [n,h,w,c], until tape_clear(): features [n,d], and probabilities [n,k] or NULL.
 * 0, or -1 with *e set: a network without linear layer. */
int extractor_apply(struct extractor *x, struct tape *t, const struct tensor *image,
                    struct var **feat, struct var **prob, struct ten_err *e);

/* extractor, weights and resize, into attrs. */
void extractor_describe(const struct extractor *x, json_t *attrs);

#endif
