/* Generated images on standard input beside real ones of a file, for metrics of pixels. */
#ifndef METRICS_IMAGES_H
#define METRICS_IMAGES_H

#include "metrics/features.h"
#include "nn/samples.h"
#include "stream/tool.h"

struct images {
    int64_t n, h, w, c;
    const int32_t *label;               /* [n], or NULL: there are none */
    struct samples *samples;            /* private from here on */
    int column;
    int32_t *labels;
    struct features about;              /* the protocol alone */
};

/* Images [N,H,W,C], u8 or f32, of a stream.  0, or -1 with *e set; images_close() in any case. */
int images_open(struct images *im, struct ten_reader *in, const char *path, struct ten_err *e);
void images_close(struct images *im);
/* x [h,w,c] = image i, from -1 to 1; from any number of threads. */
void images_get(const struct images *im, int64_t i, float *x);

struct image_pair { const char *path; struct images real, fake; };
/* --real=FILE, which is needed, for a tool's list of argp children; input: a struct image_pair. */
extern const struct argp_child image_pair_child;
/* Both, of one size.  0, or -1 with t->err set.  image_pair_close() in any case. */
int image_pair_open(struct image_pair *p, struct tool *t);
void image_pair_close(struct image_pair *p);
/* Columns n_real, n_fake and the protocol behind a line; the names without line end before. */
void image_pair_header(void);
void image_pair_line(const struct image_pair *p);

#endif
