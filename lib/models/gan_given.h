/* Images of latents that are given, as gan-project or another program found them. */
#ifndef MODELS_GAN_GIVEN_H
#define MODELS_GAN_GIVEN_H

#include "models/gan_sampling.h"
#include "stream/ten.h"

/*
 * For the records w f32 [N,layers,width], or z f32 [N,latent], of the stream: groups of `batch` of them, with the images
 * that they make.  w is taken as it is; z with the sampler's truncation, where that is one of w, and labels as the samples
 * of these numbers have.  name: the stream's, for messages.  attrs: of the groups.  0, or -1 with *e set (TEN_E_DATA): no
 * such record, or of another shape.
 */
struct gan_given { struct ten_reader *in; const char *name, *attrs; int64_t batch; };
int gan_given_write(const struct gan_sampler *s, const struct gan_given *g, struct ten_writer *out, struct ten_err *e);

#endif
