/* How often the classifier whose features judge generators is right on images that it was not trained on. */
#ifndef MODELS_HELD_OUT_H
#define MODELS_HELD_OUT_H

#include "models/extractor_open.h"

/*
 * path: a stream of image and label.  baseline: another classifier, of the same images, or NULL: features of a network
 * that is hardly better than one linear in the pixels see what pixels show.  What is measured are shares of right answers.
 */
struct held_out {
    const char *path, *baseline;
    double accuracy, baseline_accuracy;
};
/* A classifier may make this share of the baseline's errors at most. */
#define HELD_OUT_ERRORS 0.7

/*
 * Of extractor x, made as r says for images [h,w,c].  0, or -1 with t->err set (TEN_E_DATA): no such files, images of
 * another size, no labels; or the classifier makes more errors than it may.
 */
int held_out_measure(struct held_out *h, struct extractor *x, const struct extractor_request *r, struct tool *t,
                     const int64_t image[3], struct memory *m);
/* accuracy, and baseline if there is one, into attrs. */
void held_out_describe(const struct held_out *h, json_t *attrs);

#endif
