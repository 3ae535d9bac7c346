/*
 * Style mixing (Karras, Laine and Aila, arXiv 1812.04958, section 3.1): images of generators with
 * latents w [layers,width] whose layers come from two samples.
 */
#ifndef MODELS_GAN_MIX_H
#define MODELS_GAN_MIX_H

#include "models/gan_sampling.h"

/* A table of (rows+1) x (columns+1) images.  Above and beside it the samples that are mixed, rows
 * being the first ones; the corner is grey.  Within it those of the rows, with layers first..last
 * of the columns. */
struct gan_mix { int64_t rows, columns, first, last; };

/* "FIRST-LAST" or one layer: whether it is. */
bool gan_mix_parse(struct gan_mix *mix, const char *text);
/* Records image, one each, row by row: 0, or -1 with *e set, TEN_E_USAGE for layers that the
 * generator has not. */
int gan_mix_write(const struct gan_sampler *s, const struct gan_mix *mix, struct ten_writer *out,
                  struct ten_err *e);

#endif
