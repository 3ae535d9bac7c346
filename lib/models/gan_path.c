#include "models/gan_path.h"
#include "autograd/ops.h"
#include "base/fail.h"
#include "base/mem.h"
#include "image/grid.h"
#include "image/pixels.h"

#include <stdlib.h>
#include <string.h>

int64_t gan_path_frames(const struct gan_path *p) { return p->phases * (p->still + p->moving); }

/* What is walked through, of the samples that all pictures of the table have in a phase: z, or w.
 */
static struct var *station(const struct gan_sampler *s, const struct gan_path *p, int64_t phase)
{
    struct var *in[MODEL_INPUTS];
    const int64_t n = p->rows * p->columns;
    gan_sample_inputs(s, phase % p->phases * n, n, in);
    return p->latents ? gan_latents_of(s, in) : in[0];
}

/* Frame k of the whole: at a sample for `still` frames, then towards the next. */
static struct var *at_frame(const struct gan_sampler *s, const struct gan_path *p, int64_t k)
{
    const int64_t phase = k / (p->still + p->moving), step = k % (p->still + p->moving) - p->still;
    const float a = step < 0 ? 0 : (float)(step + 1) / (float)(p->moving + 1);
    struct var *from = station(s, p, phase), *to = station(s, p, phase + 1);
    return op_add(s->tape, op_scale(s->tape, from, 1 - a), op_scale(s->tape, to, a));
}

/* Pictures of the table at frame k [rows columns,H,W,C]. */
static struct var *images_at(const struct gan_sampler *s, const struct gan_path *p, int64_t k)
{
    struct var *in[MODEL_INPUTS], *x = at_frame(s, p, k);
    if (p->latents)
        return op_compact(s->tape, gan_synthesize(s->g, s->tape, x));
    gan_sample_inputs(s, 0, p->rows * p->columns, in);            /* for its labels, which stay */
    in[0] = x;
    return op_compact(s->tape, gan_images_of(s, in));
}

static struct grid table_of(const struct gan_path *p, const struct var *x)
{
    return (struct grid){.n = p->rows * p->columns,
                         .columns = p->columns,
                         .image = {x->v.dim[1], x->v.dim[2], x->v.dim[3]}};
}

static int write_start(const struct gan_path *p, const struct image_dims *d, double fps,
                       struct ten_writer *out, struct ten_err *e)
{
    char *attrs = xasprintf("{\"fps\": %g}", fps);
    const int rc =
        ten_write_start(out,
                        &(struct ten_record){.name = "clip",
                                             .type = TEN_U8,
                                             .shape = {5,
                                                       {1, gan_path_frames(p), d->h, d->w, d->c}},
                                             .attrs = attrs},
                        e);
    free(attrs);
    return rc;
}

static int write_frame(const struct gan_sampler *s, const struct gan_path *p, int64_t k, double fps,
                       struct ten_writer *out, struct ten_err *e)
{
    const struct var *x = images_at(s, p, k);
    const struct grid g = table_of(p, x);
    const int64_t n = tensor_count(&x->v);
    struct image_dims d;
    uint8_t *pixels = xmalloc((size_t)(2 * n + 1));     /* the pictures, then the frame */
    int rc =
        pixels_from_f32(pixels, x->v.f, n)
            ? 0
            : fail(e, TEN_E_NUMERIC, "frame %lld: not a number: expected pictures", (long long)k);
    if (rc == 0)
        rc = grid_dims(&g, &d, e);
    if (rc == 0)
        grid_draw(&g, pixels + n, pixels);
    if (rc == 0 && k == 0)
        rc = write_start(p, &d, fps, out, e);
    if (rc == 0)
        rc = ten_write_part(out, pixels + n, n, e);
    free(pixels);
    tape_clear(s->tape);
    return rc;
}

int gan_path_write(const struct gan_sampler *s, const struct gan_path *p, double fps,
                   struct ten_writer *out, struct ten_err *e)
{
    int rc = 0;
    if (p->latents && gan_latent(s->g).layers == 0)
        return fail(e, TEN_E_USAGE, "--space=w: family %s has no latents w: expected --space=z",
                    s->g->family->name);
    tape_mode(s->tape)->training = false;
    for (int64_t k = 0; rc == 0 && k < gan_path_frames(p); k++)
        rc = write_frame(s, p, k, fps, out, e);
    return rc;
}
