/* What the discriminator learns from a batch. */
#include "autograd/ops.h"
#include "autograd/ops_image.h"
#include "models/gan_trainer_internal.h"

/* ---- Transforms ------------------------------------------------------------------------------ */

struct var *gan_augmented(struct gan_trainer *r, struct var *x, bool here)
{
    return here ? op_diffaugment(r->tape, x, &r->opt->policy, r->p) : x;
}

static struct var *augmented_real(struct gan_trainer *r, struct var *x)
{
    return gan_augmented(r, x, r->opt->where != GAN_AT_NONE);
}

/* The value of x as a leaf: gradients end there. */
static struct var *leaf_of(struct tape *t, struct var *x)
{
    struct tensor v = x->v;
    block_hold(v.block);
    return tape_leaf(t, v);
}

/* ---- The discriminator ----------------------------------------------------------------------- */

/* What it is shown.  Labels are NULL without classes. */
struct shown {
    int64_t n;                          /* real samples */
    struct var *input, *real, *fake;    /* real: T(input) */
    struct var *twin;                   /* what real is to be consistent with, or NULL */
    struct var *y, *fake_y;
    struct var *r, *f, *c;              /* logits of real, fake and twin */
};

/* Samples of the generator as constants; its batch norms see them, as in its own step. */
static struct var *fakes(struct gan_trainer *r, int64_t n, struct var **y)
{
    struct tape_mode *mode = tape_mode(r->tape);
    struct var *in[MODEL_INPUTS];
    mode->record = false;
    gan_draw(r->g.model, r->tape, n, in, y);
    struct var *x = model_forward_all(r->g.model, r->tape, in);
    mode->record = true;
    return x;
}

static struct var *labels(struct gan_trainer *r, const struct batch *b)
{
    return gan_classes(r->d.model) > 0 ? tape_input(r->tape, *b->label) : NULL;
}

/* The pair of consistency regularisation: (T(x), A(T(x))), or, where A is empty, (T(x), x)  (Zhang
 * et al., "CR-GAN", arXiv 1910.12027; the pairs with T are those of the authors of DiffAugment). */
static struct var *twin_of(struct gan_trainer *r, const struct shown *s)
{
    if (r->opt->cr == 0)
        return NULL;
    return r->opt->cr_policy.n > 0 ? op_diffaugment(r->tape, s->real, &r->opt->cr_policy, 1)
                                   : s->input;
}

static bool penal(const struct gan_trainer *r)
{
    return r->opt->r1 > 0 && r->run.step % r->opt->r1_every == 0;
}

static void show(struct gan_trainer *r, const struct batch *b, struct shown *s)
{
    struct tape *t = r->tape;
    struct var *x = tape_input(t, *b->image);
    *s = (struct shown){.n = b->n, .y = labels(r, b)};
    s->fake = gan_augmented(r, fakes(r, b->n, &s->fake_y), r->opt->where >= GAN_AT_D);
    s->input = penal(r) && r->opt->r1_input ? leaf_of(t, x) : x;
    s->real = augmented_real(r, s->input);
    if (penal(r) && !r->opt->r1_input)
        s->real = leaf_of(t, s->real);
    s->twin = twin_of(r, s);
}

/* One after the other along the first axis; NULL where there are none. */
static struct var *stack(struct tape *t, struct var *const *x, int n)
{
    return !x[0] ? NULL : n == 1 ? x[0] : op_concat(t, x, n, 0);
}

/* One pass for all, generated samples first, or one for each; penalties need the logits of real
 * samples by themselves. */
static void judge(struct gan_trainer *r, struct shown *s)
{
    struct tape *t = r->tape;
    struct model *d = r->d.model;
    const int parts = s->twin ? 3 : 2;
    if (!r->opt->joint || penal(r)) {
        s->f = gan_logits(d, t, s->fake, s->fake_y);
        s->r = gan_logits(d, t, s->real, s->y);
        s->c = s->twin ? gan_logits(d, t, s->twin, s->y) : NULL;
        return;
    }
    struct var *x = stack(t, (struct var *[]){s->fake, s->real, s->twin}, parts);
    struct var *y = stack(t, (struct var *[]){s->fake_y, s->y, s->y}, parts);
    struct var *all = gan_logits(d, t, x, y);
    s->f = op_slice(t, all, 0, 0, s->n);
    s->r = op_slice(t, all, 0, s->n, s->n);
    s->c = s->twin ? op_slice(t, all, 0, 2 * s->n, s->n) : NULL;
}

/* Of logits at points that D is not shown otherwise: nothing of it moves. */
static struct var *slopes_at(struct gan_trainer *r, struct var *points, struct var *y)
{
    struct tape_mode *mode = tape_mode(r->tape);
    mode->training = false;
    struct var *slopes = gan_slopes(r->tape, gan_logits(r->d.model, r->tape, points, y), points);
    mode->training = true;
    return slopes;
}

static struct var *plus(struct tape *t, struct var *x, struct var *y)
{
    return x ? op_add(t, x, y) : y;
}

/* NULL: none in this step. */
static struct var *penalty(struct gan_trainer *r, const struct shown *s)
{
    const struct gan_options *o = r->opt;
    struct tape *t = r->tape;
    struct var *sum = NULL;
    if (penal(r))
        sum = gan_r1(t, gan_slopes(t, s->r, o->r1_input ? s->input : s->real),
                     o->r1 * (double)o->r1_every);
    if (o->gp > 0)
        sum =
            plus(t, sum,
                 gan_gp(t,
                        slopes_at(r, gan_between(t, op_compact(t, s->real), op_compact(t, s->fake)),
                                  s->y),
                        o->gp));
    if (o->dragan > 0)
        sum = plus(t, sum,
                   gan_gp(t, slopes_at(r, gan_around(t, op_compact(t, s->real)), s->y), o->dragan));
    return sum;
}

static int64_t positive(const struct var *logits)
{
    int64_t n = 0;
    for (int64_t i = 0; i < logits->v.dim[0]; i++)
        n += logits->v.f[i * logits->v.stride[0]] > 0;
    return n;
}

static void count(struct gan_trainer *r, const struct shown *s)
{
    const double n = (double)s->n, real = (double)positive(s->r), fake = (double)positive(s->f);
    r->now[SUM_REAL] += real;
    r->now[SUM_REALS] += n;
    r->now[SUM_FAKE] += n - fake;
    r->now[SUM_FAKES] += n;
}

double gan_learn_d(struct gan_trainer *r, const struct batch *b)
{
    struct tape *t = r->tape;
    struct shown s;
    const double part = (double)b->n / (double)b->total;
    tape_mode(t)->share.samples = b->n;
    show(r, b, &s);
    judge(r, &s);
    count(r, &s);
    struct var *loss = gan_loss_d(t, r->opt->loss, s.r, s.f);
    if (s.c)
        loss = op_add(t, loss,
                      op_scale(t, op_mean_all(t, op_square(t, op_sub(t, s.c, s.r))),
                               (float)r->opt->cr));
    r->now[SUM_LOSS_D] += loss->v.f[0] * part;
    r->now[SUM_D] += part;
    struct var *extra = penalty(r, &s);
    if (extra) {
        r->now[SUM_PENALTY] += extra->v.f[0] * part;
        r->now[SUM_PENALTIES] += part;
        loss = op_add(t, loss, extra);
    }
    return gan_backward(r, loss, part);
}

struct var *gan_judge(struct gan_trainer *r, const struct batch *b)
{
    return gan_logits(r->d.model, r->tape, augmented_real(r, tape_input(r->tape, *b->image)),
                      labels(r, b));
}
