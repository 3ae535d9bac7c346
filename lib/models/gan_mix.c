#include "models/gan_mix.h"
#include "autograd/ops.h"
#include "base/fail.h"
#include "models/gan_io.h"

#include <stdio.h>

bool gan_mix_parse(struct gan_mix *mix, const char *text)
{
    int end = 0;
    long long first, last;
    if (sscanf(text, "%lld%n-%lld%n", &first, &end, &last, &end) < 2)
        last = first = sscanf(text, "%lld%n", &first, &end) == 1 ? first : -1;
    mix->first = first;
    mix->last = last;
    return text[end] == '\0' && first >= 0 && last >= first && last < INT32_MAX;
}

/* Latents [1,layers,width] of one sample. */
static struct var *latent(const struct gan_sampler *s, int64_t number)
{
    struct var *in[MODEL_INPUTS];
    gan_sample_inputs(s, number, 1, in);
    return gan_latents_of(s, in);
}

/* Layers first..last of b, the others of a. */
static struct var *mixed(struct tape *t, struct var *a, struct var *b, const struct gan_mix *mix)
{
    struct var *part[3];
    int n = 0;
    const int64_t layers = a->v.dim[1], behind = mix->last + 1;
    if (mix->first > 0)
        part[n++] = op_slice(t, a, 1, 0, mix->first);
    part[n++] = op_slice(t, b, 1, mix->first, behind - mix->first);
    if (behind < layers)
        part[n++] = op_slice(t, a, 1, behind, layers - behind);
    return op_concat(t, part, n, 1);
}

static int put_image(const struct gan_sampler *s, struct var *x, int64_t group,
                     struct ten_writer *out, struct ten_err *e)
{
    const int rc = gan_put(out, s->tape, "image", x, group, NULL, e);
    tape_clear(s->tape);
    return rc;
}

/* Grey in the corner, a sample beside or above, or both of them mixed. */
static struct var *cell(const struct gan_sampler *s, const struct gan_mix *mix, int64_t row,
                        int64_t column)
{
    struct tape *t = s->tape;
    if (row == 0 && column == 0)
        return op_scale(t, gan_synthesize(s->g, t, latent(s, 0)), 0);
    if (row == 0)
        return gan_synthesize(s->g, t, latent(s, mix->rows + column - 1));
    struct var *w = latent(s, row - 1);
    return gan_synthesize(s->g, t,
                          column == 0 ? w : mixed(t, w, latent(s, mix->rows + column - 1), mix));
}

int gan_mix_write(const struct gan_sampler *s, const struct gan_mix *mix, struct ten_writer *out,
                  struct ten_err *e)
{
    const struct gan_latent shape = gan_latent(s->g);
    int rc = 0;
    if (shape.layers == 0)
        return fail(e, TEN_E_USAGE,
                    "--mix: family %s has no latents w to mix: expected a style-based generator",
                    s->g->family->name);
    if (mix->last >= shape.layers)
        return fail(e, TEN_E_USAGE,
                    "--mix: layer %lld: the generator has %lld: expected a number below that",
                    (long long)mix->last, (long long)shape.layers);
    tape_mode(s->tape)->training = false;
    for (int64_t row = 0; row <= mix->rows; row++)
        for (int64_t column = 0; rc == 0 && column <= mix->columns; column++)
            rc = put_image(s, cell(s, mix, row, column), row * (mix->columns + 1) + column, out, e);
    return rc;
}
