#include "models/path_length.h"
#include "autograd/ops.h"
#include "base/mem.h"
#include "metrics/order.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- Between two latents ----------------------------------------------------------------------- */

static double dot(const float *a, const float *b, int64_t n)
{
    double sum = 0;
    for (int64_t i = 0; i < n; i++)
        sum += (double)a[i] * b[i];
    return sum;
}

static void straight(float *u, const float *a, const float *b, int64_t n, double t)
{
    for (int64_t i = 0; i < n; i++)
        u[i] = (float)((1 - t) * a[i] + t * b[i]);
}

/* Directions a/|a| and b/|b|, an angle omega apart, by sin((1-t) omega) and sin(t omega). */
static void spherical(float *u, const float *a, const float *b, int64_t n, double t)
{
    const double la = sqrt(dot(a, a, n)), lb = sqrt(dot(b, b, n));
    const double omega = acos(fmax(-1, fmin(1, dot(a, b, n) / (la * lb))));
    if (!(sin(omega) > 1e-6)) {
        straight(u, a, b, n, t);
        return;
    }
    const double length = (1 - t) * la + t * lb;
    const double p = length * sin((1 - t) * omega) / sin(omega) / la;
    const double q = length * sin(t * omega) / sin(omega) / lb;
    for (int64_t i = 0; i < n; i++)
        u[i] = (float)(p * a[i] + q * b[i]);
}

/* ---- Features along the way -------------------------------------------------------------------- */

/* n paths: their ends [n,...], and labels. */
struct paths { int64_t n; struct tensor from, to; struct var *y; const double *t; };

static struct var *point(const struct gan_sampler *s, const struct paths *p, bool in_w, double ahead)
{
    const int64_t each = tensor_count(&p->from) / p->n;
    struct tensor u = tensor_new(tape_memory(s->tape), TEN_F32, p->from.rank, p->from.dim);
    for (int64_t i = 0; i < p->n; i++)
        (in_w ? straight : spherical)(u.f + i * each, p->from.f + i * each, p->to.f + i * each, each,
                                      p->t[i] + ahead);
    return tape_input(s->tape, u);
}

/* Features [n,d], the caller's: tensor_drop().  Noise of the network is the same at all points. */
static int features_at(struct tensor *feat, const struct gan_sampler *s, struct extractor *x,
                       const struct paths *p, bool in_w, double ahead, struct ten_err *e)
{
    struct var *in[2] = {NULL, p->y}, *phi, *prob;
    tape_set_step(s->tape, 0);
    in[0] = point(s, p, in_w, ahead);
    struct var *image = in_w ? gan_synthesize(s->g, s->tape, in[0]) : gan_images_of(s, in);
    struct tensor whole = tensor_compact(tape_memory(s->tape), &image->v);
    const int rc = extractor_apply(x, s->tape, &whole, &phi, &prob, e);
    if (rc == 0)
        *feat = tensor_compact(tape_memory(s->tape), &phi->v);
    return rc;
}

static void distances(double *d, const struct tensor *a, const struct tensor *b, double epsilon)
{
    const int64_t n = a->dim[0], each = a->dim[1];
    for (int64_t i = 0; i < n; i++) {
        double sum = 0;
        for (int64_t c = 0; c < each; c++)
            sum += pow((double)a->f[i * each + c] - b->f[i * each + c], 2);
        d[i] = sum / (epsilon * epsilon);
    }
}

/* ---- Lengths ----------------------------------------------------------------------------------- */

/* Both ends have the labels of the first. */
static struct paths new_paths(const struct gan_sampler *s, int64_t first, int64_t n, bool in_w)
{
    struct var *a[2] = {NULL, NULL}, *b[2];
    struct paths p = {.n = n};
    gan_sample_inputs(s, 2 * first, n, a);
    gan_sample_inputs(s, 2 * first + n, n, b);
    if (s->g->inputs > 1)
        p.y = b[1] = a[1];
    struct var *from = in_w ? gan_latents_of(s, a) : a[0], *to = in_w ? gan_latents_of(s, b) : b[0];
    p.from = tensor_compact(tape_memory(s->tape), &from->v);
    p.to = tensor_compact(tape_memory(s->tape), &to->v);
    return p;
}

int path_lengths(double *d, const struct gan_sampler *s, struct extractor *x, int64_t first,
                 int64_t n, const struct path_options *o, struct ten_err *e)
{
    const struct rng r = {s->seed, rng_stream("ppl.t")};
    double *t = xcalloc((size_t)n, sizeof *t);
    struct paths p = new_paths(s, first, n, o->in_w);
    struct tensor here = {0}, ahead = {0};
    for (int64_t i = 0; i < n && !o->ends; i++)
        t[i] = rng_uniform(&r, (uint64_t)(first + i));
    p.t = t;
    int rc = features_at(&here, s, x, &p, o->in_w, 0, e);
    if (rc == 0)
        rc = features_at(&ahead, s, x, &p, o->in_w, o->epsilon, e);
    if (rc == 0)
        distances(d, &here, &ahead, o->epsilon);
    tensor_drop(&here);
    tensor_drop(&ahead);
    tensor_drop(&p.from);
    tensor_drop(&p.to);
    free(t);
    tape_clear(s->tape);
    return rc;
}

double trimmed_mean(double *d, int64_t n)
{
    sort_doubles(d, n);
    const double low = quantile(d, n, 0.01), high = quantile(d, n, 0.99);
    double sum = 0;
    int64_t kept = 0;
    for (int64_t i = 0; i < n; i++)
        if (d[i] >= low && d[i] <= high) {
            sum += d[i];
            kept++;
        }
    return kept ? sum / (double)kept : d[0];
}

void path_image(const struct gan_sampler *s, int64_t image[3])
{
    struct var *in[2];
    gan_sample_inputs(s, 0, 1, in);
    memcpy(image, gan_images_of(s, in)->v.dim + 1, 3 * sizeof *image);
    tape_clear(s->tape);
}
