/* Extractors by command lines: the options of tools that need one. */
#ifndef MODELS_EXTRACTOR_OPEN_H
#define MODELS_EXTRACTOR_OPEN_H

#include "models/extractor.h"
#include "nn/batch_augment.h"
#include "stream/tool.h"

/* {0} before the command line is read; the words stay argv's. */
struct extractor_request {
    struct extractor_options options;
    const char *model, *reference;
    int64_t batch;                      /* images at a time, of a reference too; 0: by the kind */
    bool kind_given, resize_given;
    struct batch_scale scale;           /* of images of the reference, as the tool's own */
};
/* --extractor, --model, --reference, --dims and --resize. */
extern const struct argp_child extractor_child;

/* For images [h,w,c]; reads the network and the reference.  The network is the caller's,
 * r->options.model, and outlives the extractor.  NULL with t->err set. */
struct extractor *extractor_open(struct extractor_request *r, struct tool *t,
                                 const int64_t image[3], struct memory *m);

/* Samples with images [h,w,c], and their batches; in NULL: t->err is set already.  NULL with t->err
 * set; *s is to be closed in any case. */
struct feeder *image_batches(struct tool *t, const struct extractor_request *r, struct samples **s,
                             const char *path, struct ten_reader *in, int64_t image[3]);

#endif
