#include "models/gan_given.h"
#include "autograd/ops.h"
#include "base/fail.h"
#include "models/gan_io.h"

#include <string.h>

/* Which latents a record holds: 'w', 'z', or 0 for none; -1 with *e set. */
static int kind_of(const struct gan_sampler *s, const struct gan_given *g, const struct ten_record *rec,
                   struct ten_err *e)
{
    const struct gan_latent latent = gan_latent(s->g);
    const bool w = strcmp(rec->name, "w") == 0 && latent.layers > 0, z = strcmp(rec->name, "z") == 0;
    const struct ten_shape want = {w ? 3 : 2, {rec->shape.rank ? rec->shape.dim[0] : 1, w ? latent.layers : s->g->in[0],
                                               latent.width}};
    char is[192], expected[192];
    if (!w && !z)
        return 0;
    if (rec->type == TEN_F32 && rec->shape.rank == want.rank && want.dim[0] >= 1 &&
        memcmp(rec->shape.dim, want.dim, (size_t)want.rank * sizeof *want.dim) == 0)
        return w ? 'w' : 'z';
    return fail(e, TEN_E_DATA, "%s: byte %lld: %s: %s%.60s: expected f32%.60s, as the generator reads", g->name,
                (long long)rec->offset, rec->name, ten_type_name(rec->type), ten_shape_text(&rec->shape, is),
                ten_shape_text(&want, expected));
}

/* n latents from number `first` of a record on, which are samples number .. of all. */
static struct var *latents(const struct gan_sampler *s, const struct ten_record *rec, int64_t first, int64_t n)
{
    int64_t dim[TEN_MAX_RANK], each = 1;
    memcpy(dim, rec->shape.dim, (size_t)rec->shape.rank * sizeof *dim);
    dim[0] = n;
    for (int i = 1; i < rec->shape.rank; i++)
        each *= dim[i];
    const struct tensor x = tensor_new(tape_memory(s->tape), TEN_F32, rec->shape.rank, dim);
    memcpy(x.f, (const float *)rec->data + first * each, (size_t)(n * each) * sizeof *x.f);
    return tape_input(s->tape, x);
}

struct place { int64_t number, group; };            /* of samples, of groups so far */

static int put_record(const struct gan_sampler *s, const struct gan_given *g, const struct ten_record *rec, int kind,
                      struct place *at, struct ten_writer *out, struct ten_err *e)
{
    const int64_t count = rec->shape.dim[0];
    int rc = 0;
    for (int64_t first = 0, n; rc == 0 && first < count; first += n, at->number += n, at->group++) {
        struct var *in[MODEL_INPUTS];
        n = count - first < g->batch ? count - first : g->batch;
        tape_set_step(s->tape, (uint64_t)at->number);   /* of noise that is drawn anew */
        gan_sample_inputs(s, at->number, n, in);
        struct var *x = latents(s, rec, first, n);
        if (kind == 'z')
            in[0] = x;
        rc = gan_put(out, s->tape, "image", kind == 'z' ? gan_images_of(s, in) : gan_synthesize(s->g, s->tape, x),
                     at->group, g->attrs, e);
        if (rc == 0)
            rc = gan_put(out, s->tape, rec->name, x, at->group, g->attrs, e);
        tape_clear(s->tape);
    }
    return rc;
}

int gan_given_write(const struct gan_sampler *s, const struct gan_given *g, struct ten_writer *out, struct ten_err *e)
{
    struct ten_record rec;
    struct place at = {0};
    int rc, kind;
    tape_mode(s->tape)->training = false;
    while ((rc = ten_next(g->in, &rec, e)) > 0) {
        if ((kind = kind_of(s, g, &rec, e)) < 0)
            return -1;
        if (kind && put_record(s, g, &rec, kind, &at, out, e) < 0)
            return -1;
    }
    if (rc == 0 && at.number == 0)
        return fail(e, TEN_E_DATA, "%s: no latents: expected records %sz f32 [N,latent]", g->name,
                    gan_latent(s->g).layers > 0 ? "w f32 [N,layers,width] or " : "");
    return rc;
}
