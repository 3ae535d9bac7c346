#include "models/gan_loss.h"
#include "autograd/draws.h"
#include "autograd/ops.h"
#include "autograd/ops_loss.h"
#include "base/random.h"

#include <assert.h>
#include <math.h>

const char *const gan_losses[] = {"hinge", "ns", "wgan", "lsgan", NULL};

/* mean (x - to)^2 */
static struct var *distance(struct tape *t, struct var *x, float to)
{
    return op_mean_all(t, op_square(t, op_affine(t, x, 1, -to)));
}

struct var *gan_loss_d(struct tape *t, enum gan_loss kind, struct var *r, struct var *f)
{
    switch (kind) {
    case GAN_HINGE:
        return op_add(t, op_mean_all(t, op_hinge_real(t, r)), op_mean_all(t, op_hinge_fake(t, f)));
    case GAN_NS:
        return op_add(t, op_mean_all(t, op_softplus(t, op_neg(t, r))),
                      op_mean_all(t, op_softplus(t, f)));
    case GAN_WGAN:  return op_sub(t, op_mean_all(t, f), op_mean_all(t, r));
    case GAN_LSGAN: return op_scale(t, op_add(t, distance(t, r, 1), distance(t, f, 0)), 0.5f);
    }
    return NULL;
}

struct var *gan_loss_g(struct tape *t, enum gan_loss kind, struct var *f)
{
    switch (kind) {
    case GAN_NS:    return op_mean_all(t, op_softplus(t, op_neg(t, f)));
    case GAN_LSGAN: return op_scale(t, distance(t, f, 1), 0.5f);
    default:        return op_neg(t, op_mean_all(t, f));
    }
}

struct var *gan_logits(struct model *d, struct tape *t, struct var *x, struct var *y)
{
    return model_forward_all(d, t, (struct var *[]){x, y});
}

/* ---- Penalties ------------------------------------------------------------------------------- */

/* Sums of squares of each sample: x [N,...] -> [N] */
static struct var *energies(struct tape *t, struct var *x)
{
    return op_sum(t, op_square(t, op_reshape(t, x, DIMS(x->v.dim[0], -1))), 1u << 1, false);
}

struct var *gan_slopes(struct tape *t, struct var *logits, struct var *x)
{
    struct var *g;
    tape_grad(t, logits, NULL, &x, 1, true, &g);
    assert(g);
    return energies(t, g);
}

struct var *gan_r1(struct tape *t, struct var *slopes, double gamma)
{
    return op_scale(t, op_mean_all(t, slopes), (float)(gamma / 2));
}

struct var *gan_gp(struct tape *t, struct var *slopes, double lambda)
{
    struct var *norm = op_sqrt(t, op_affine(t, slopes, 1, 1e-4f));
    return op_scale(t, distance(t, norm, 1), (float)lambda);
}

struct var *gan_between(struct tape *t, struct var *x, struct var *f)
{
    const struct rng rng = tape_rng(t);
    const int64_t n = x->v.dim[0], each = n ? tensor_count(&x->v) / n : 0;
    struct tensor y = tensor_new(tape_memory(t), TEN_F32, x->v.rank, x->v.dim);
    assert(tensor_same_shape(&x->v, &f->v) && tensor_contiguous(&x->v) && tensor_contiguous(&f->v));
    for (int64_t i = 0; i < n; i++) {
        const float a = (float)rng_uniform(&rng, (uint64_t)draw_number(t, n, i));
        for (int64_t k = i * each; k < (i + 1) * each; k++)
            y.f[k] = x->v.f[k] + a * (f->v.f[k] - x->v.f[k]);
    }
    return tape_leaf(t, y);
}

static double deviation(const float *x, int64_t n)
{
    double sum = 0, squares = 0;
    for (int64_t i = 0; i < n; i++) {
        sum += x[i];
        squares += (double)x[i] * x[i];
    }
    return n ? sqrt(fmax(0, squares / (double)n - sum / (double)n * (sum / (double)n))) : 0;
}

struct var *gan_around(struct tape *t, struct var *x)
{
    const struct rng rng = tape_rng(t);
    const int64_t n = tensor_count(&x->v), rows = x->v.dim[0], each = rows ? n / rows : 0;
    struct tensor y = tensor_new(tape_memory(t), TEN_F32, x->v.rank, x->v.dim);
    assert(tensor_contiguous(&x->v));
    const float s = (float)deviation(x->v.f, n);
    for (int64_t i = 0; i < rows; i++)
        rng_fill_uniform(&rng, (uint64_t)(draw_number(t, rows, i) * each), y.f + i * each, each, -0.5f, 0.5f);
    for (int64_t i = 0; i < n; i++)
        y.f[i] = fminf(fmaxf(x->v.f[i] + s * y.f[i], -1), 1);
    return tape_leaf(t, y);
}

/* ---- Of weights and latents ------------------------------------------------------------------ */

/* [n,n]: ones but for the diagonal. */
static struct var *off_diagonal(struct tape *t, int64_t n)
{
    struct tensor mask = tensor_new(tape_memory(t), TEN_F32, 2, (int64_t[]){n, n});
    tensor_fill(&mask, 1);
    for (int64_t i = 0; i < n; i++)
        mask.f[i * n + i] = 0;
    return tape_input(t, mask);
}

struct var *gan_orthogonal(struct tape *t, const struct params *ps, double strength)
{
    struct var *sum = NULL;
    for (int i = 0; i < ps->n; i++) {
        const struct param *p = ps->list[i];
        if (!p->grad || p->rank < 2)
            continue;
        const tape_scope s = tape_open(t);
        struct var *w = op_reshape(t, tape_param(t, p), DIMS(p->dim[0], -1));
        struct var *mixed = op_mul(t, op_matmul(t, w, false, w, true), off_diagonal(t, p->dim[0]));
        struct var *term = op_sum_all(t, op_square(t, mixed));
        sum = tape_close(t, s, sum ? op_add(t, sum, term) : term);
    }
    return sum ? op_scale(t, sum, (float)(strength / 2)) : NULL;
}

struct var *gan_path_lengths(struct tape *t, struct var *y, struct var *w)
{
    struct var *g, *noise = draw_normals(t, y->v.rank, y->v.dim);
    const double pixels = (double)(y->v.dim[1] * y->v.dim[2]);
    tape_grad(t, y, op_scale(t, noise, (float)(1 / sqrt(pixels))), &w, 1, true, &g);
    assert(g);
    return op_sqrt(t, op_mean(t, op_sum(t, op_square(t, g), 1u << 2, false), 1u << 1, false));
}
