/*
 * What a network costs, by the rules of those who publish such numbers.  They differ by what counts: tables
 * of one paper are not comparable with tables of another until one rule has counted both.
 *
 *     macs              every multiply-accumulate of products and convolutions that is really done
 *     hat               twice those: multiplications and additions; no table of embeddings and no output
 *                       layer, in parameters either (Wang et al., arXiv 2005.14187)
 *     lite-transformer  those once; the taps of depthwise convolutions do not count (Wu et al., arXiv
 *                       2004.11886)
 *     gan-compression   every output of a transposed convolution has all its terms, those that meet inserted
 *                       zeros too, and every number that an instance norm makes is one (Li et al., arXiv
 *                       2003.08936)
 *     micronet          the MicroNet challenge of NeurIPS 2019, in operations of 32 bits: a multiplication of
 *                       b bits is b/32; additions, exponentials, divisions and comparisons are one each;
 *                       weights that are zero are not multiplied.  Parameters in words of 32 bits: b bits for
 *                       each, or b for those that are not zero and a bit for every place, whatever is less.
 *
 * Of attention all rules count both products, q k' and a v, for all keys, masked ones too.
 */
#ifndef METRICS_COUNT_H
#define METRICS_COUNT_H

#include <stdbool.h>
#include <stdint.h>

struct convention {
    const char *name, *unit;
    int per_mac;                        /* operations of a multiply-accumulate */
    bool last, taps, inserted, norms;   /* embeddings and output layer; depthwise; zeros; instance norm */
    bool bits;                          /* micronet's: widths, densities and everything else count */
};
extern const struct convention conventions[];   /* ends with name NULL */
/* NULL: no such name. */
const struct convention *convention_named(const char *name);

enum work_kind {
    WORK_PRODUCT,                       /* linear layers, convolutions */
    WORK_DEPTHWISE,                     /* convolutions of a channel each, light and dynamic ones */
    WORK_TRANSPOSED,
    WORK_ATTENTION,                     /* a product of two values: no weights */
    WORK_SOFTMAX,                       /* outputs, in rows of terms */
    WORK_ROW_NORM,                      /* layer norm, instance norm: statistics of the sample */
    WORK_INSTANCE_NORM,
    WORK_SCALE,                         /* batch norm with running statistics: a multiplication and an addition */
    WORK_ACTIVATION, WORK_ADD, WORK_POOL,
};
/* One operation: `outputs` numbers, each of `terms` products (pools: summands). */
struct work {
    enum work_kind kind;
    int64_t outputs, terms;
    int64_t done;                       /* multiply-accumulates of WORK_TRANSPOSED without inserted zeros */
    bool bias, last;                    /* last: the output layer */
    double density, bias_density;       /* shares of weights and of biases that are not zero */
};
/* bits: of a multiplication, for micronet; 16 is what it grants to those who quantise nothing. */
double count_work(const struct convention *c, const struct work *w, int bits);

/* A tensor of parameters. */
struct weights { int64_t count, nonzero; bool last; };      /* last: embeddings, the output layer */
double count_weights(const struct convention *c, const struct weights *w, int bits);

#endif
