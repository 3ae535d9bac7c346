/*
 * Augmentation of training images and clips, from the stored sample to its place in an f32 batch.  Frames of one
 * clip look alike: one box, one flip, one set of colours, one hole, one partner.
 *
 * Written as "crop=4,flip,cutout=8,mixup=0.2".  In the order in which they act:
 *
 *     resized=S      a box of the image, drawn anew each time, brought to S x S pixels (bilinear,
 *                    pixel centres at 1/2, no low-pass filter).  Its part of the image's area is
 *                    uniform in area=LO/HI (default 0.08/1), its width over height log-uniform in
 *                    ratio=LO/HI (default 0.75/1.3333); after ten draws that do not fit, and in
 *                    evaluation, the largest square in the middle  (Szegedy et al., arXiv 1409.4842)
 *     crop=P         H x W pixels of the image with a margin of P black ones on all sides
 *     reflect=P      the same, with the image mirrored at its edge instead of black (-1 reads 1)
 *     flip           columns reversed, with probability 1/2
 *     brightness=B   y = f x                      f uniform in [max(0,1-B), 1+B], x in [0,1]
 *     contrast=B     y = f x + (1-f) mean grey of x       f alike; all three stay in [0,1]; the mean is
 *                    over all frames of a clip
 *     saturation=B   y = f x + (1-f) grey of the pixel    f alike; nothing unless C is 3
 *                    then numbers are normalised (struct batch_scale), and
 *     cutout=S       0 in a square of S x S, its middle anywhere in the image
 *                                                        (DeVries and Taylor, arXiv 1708.04552)
 *     mixup=A        y = l x + (1-l) x'           l from Beta(A,A)    (Zhang et al., arXiv 1710.09412)
 *     cutmix=A       a box of x', its part of the area 1-l before it is cut at the image's edge, its
 *                    middle anywhere; then l = 1 - its part    (Yun et al., arXiv 1905.04899)
 *
 * mixup and cutmix together: either one, with probability 1/2.  Whoever calls says which sample x'
 * is; it is augmented as its own draws say.  Grey is 0.299 R + 0.587 G + 0.114 B, or x unless C is 3.
 *
 * Draws are functions of (seed, epoch, number of the sample) alone.
 */
#ifndef NN_BATCH_AUGMENT_H
#define NN_BATCH_AUGMENT_H

#include "base/random.h"
#include "stream/ten.h"

/* {0} leaves samples as they are.  All are whole but area .. cutmix. */
struct batch_augment {
    double resized, crop, reflect, flip, cutout;
    double area[16], ratio[16];                     /* the first two count */
    double brightness, contrast, saturation, mixup, cutmix;
};

/* "" is {0}.  0, or -1 with *e set (TEN_E_USAGE): unknown word, bad number, crop and reflect or one
 * of them and resized together, area or ratio without resized or not LO/HI. */
int batch_augment_parse(struct batch_augment *a, const char *text, struct ten_err *e);
static inline bool batch_augment_mixes(const struct batch_augment *a)
{
    return a->mixup > 0 || a->cutmix > 0;
}

/*
 * What numbers mean: stored v is black..white from 0 to 255 (u8) or -1 to 1 (f32), which is x from
 * 0 to 1 above.  The batch holds (x - mean[c]) / std[c]; without mean, 2x - 1.
 */
enum { BATCH_MAX_CHANNELS = 16 };
struct batch_scale {
    int channels;
    float mean[BATCH_MAX_CHANNELS], std[BATCH_MAX_CHANNELS];
    bool motion;        /* channels are horizontal and vertical motion in turn: a mirror turns the first around */
};

/* Images of one kind, [H,W,C] u8 or f32, on their way to [OH,OW,C] f32, or clips [T,H,W,C] of such. */
struct batch_form {
    enum ten_type type;
    int rank;                           /* of a sample: 3, or 4 for clips */
    int64_t t, h, w, c, out_h, out_w;   /* t: frames; 1 for images */
    struct batch_augment augment;
    bool evaluate;                      /* only resized (in the middle) and normalising */
    bool motion;                        /* as of the scale */
    /* Factor and summand of each number of a row of the output, [OW*C]: of stored numbers, for the
     * batch and for x in [0,1]; and of such x for the batch. */
    float *scale, *shift, *to_unit, *to_unit_shift, *unit_scale, *unit_shift;
};
/* 0, or -1 with *e set (TEN_E_DATA): neither images [H,W,C] nor clips [T,H,W,C] of u8 or f32; channels other than the scale's;
 * too small for the augmentation. */
int batch_form_init(struct batch_form *f, enum ten_type type, const struct ten_shape *sample,
                    const struct batch_augment *a, const struct batch_scale *scale, bool evaluate,
                    struct ten_err *e);
void batch_form_free(struct batch_form *f);
int64_t batch_form_scratch(const struct batch_form *f);         /* bytes for batch_image() */
/* Numbers of a sample in the batch. */
static inline int64_t batch_form_count(const struct batch_form *f) { return f->t * f->out_h * f->out_w * f->c; }

/* ---- Draws ----------------------------------------------------------------------------------- */

struct batch_key { uint64_t seed; int64_t epoch; };

/* What one sample looks like. */
struct batch_look {
    int64_t top, left, height, width;   /* box of the stored image; a crop's may start at -P */
    bool flip;
    float brightness, contrast, saturation;
    int64_t hole[4];                    /* cutout: rows [0] to [1], columns [2] to [3], ends outside */
};
void batch_look(struct batch_look *look, const struct batch_form *f, const struct batch_key *key,
                int64_t sample);

/* What its partner adds: weight of the sample itself, and the box of cutmix as hole above. */
struct batch_mix { enum { MIX_NONE, MIX_UP, MIX_CUT } kind; float weight; int64_t box[4]; };
void batch_mix(struct batch_mix *mix, const struct batch_form *f, const struct batch_key *key,
               int64_t sample);

/* A draw from Beta(alpha,alpha), alpha > 0: by two gamma variates (Marsaglia and Tsang, "A simple
 * method for generating gamma variables", TOMS 26(3), 2000). */
double batch_beta(double alpha, const struct rng *r, uint64_t index);

/* ---- Work ------------------------------------------------------------------------------------ */

/* y [T,OH,OW,C] = the stored sample x [T,H,W,C], as look says.  scratch: batch_form_scratch() bytes,
 * aligned to 64. */
void batch_image(float *restrict y, const void *restrict x, const struct batch_form *f,
                 const struct batch_look *look, void *restrict scratch);
/* y, x [T,OH,OW,C]: mix x into y. */
void batch_image_mix(float *restrict y, const float *restrict x, const struct batch_form *f,
                     const struct batch_mix *mix);

#endif
