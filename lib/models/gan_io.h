/* Generators from what train-gan writes, and samples on their way out. */
#ifndef MODELS_GAN_IO_H
#define MODELS_GAN_IO_H

#include "models/gan_sampling.h"
#include "stream/tool.h"

/* ---- Options of tools that sample ------------------------------------------------------------ */

struct gan_sample_options {
    bool raw, bn_given;
    enum gan_bn bn;
    double truncation;
    int64_t label, batch;
    const char *noise;                  /* of generators with latents w, over their key "noise"; NULL: that */
};
/* --raw, --ema, --bn, --truncation, --class and --batch; input: struct gan_sample_options, {0}
 * before. */
extern const struct argp_child gan_sample_child;

/*
 * The generator in the stream: of networks that trained together the moving average, where there is
 * one and --raw does not ask for the network itself; of a checkpoint (--resume) likewise; or the
 * stream's only model.  The stream is read to its end.  NULL with *e set (TEN_E_DATA; TEN_E_USAGE:
 * a generator without noise).
 */
struct model *gan_open(struct ten_reader *in, const struct gan_sample_options *o, struct memory *memory,
                       struct ten_err *e);
/* A sampler of g as the options say, with standing statistics where they are asked for; 0, or -1
 * with *e set. */
int gan_sampler_start(struct gan_sampler *s, struct model *g, struct tape *t, uint64_t seed,
                      const struct gan_sample_options *o, struct ten_err *e);
/* How samples were made, for the attributes of their groups; the caller's: free(). */
char *gan_protocol(const struct gan_sampler *s, const struct gan_sample_options *o);

/* A record of the value of x under this name in a group; 0, or -1 with *e set. */
int gan_put(struct ten_writer *out, struct tape *t, const char *name, struct var *x, int64_t group,
            const char *group_attrs, struct ten_err *e);

#endif
