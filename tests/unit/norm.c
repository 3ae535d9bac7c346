/* lib/tensor/norm.h against its equations in f64 and, on the way back, against differences of them, at
 * every instruction set. */
#include "check.h"
#include "levels.h"

#include "base/mem.h"
#include "base/random.h"
#include "tensor/norm.h"

#include <float.h>
#include <omp.h>
#include <stdlib.h>

static float *numbers(int64_t n, uint64_t seed, float mean)
{
    float *x = xmalloc(sizeof *x * (n + 1));
    rng_fill_normal(&(struct rng){seed, 0}, 0, x, n, mean, 1);
    return x;
}

/* ---- The equations ------------------------------------------------------------------------------ */

struct values { double *x, *gamma, *beta, *add; };

static double act(const struct unary_op *f, double z)
{
    switch (f->kind) {
    case UNARY_RELU:   return z < 0 ? 0 : z;
    case UNARY_LEAKY:  return z < 0 ? f->a * z : z;
    case UNARY_RELU6:  return z < 0 ? 0 : z > 6 ? 6 : z;
    case UNARY_HSWISH: return z * fmin(fmax(z + 3, 0), 6) / 6;
    default:           return z;
    }
}

static int64_t stat_of(const struct norm *s, int64_t i)
{
    const int64_t n = i / s->c / s->p, c = i % s->c;
    return s->groups ? n * s->groups + c * s->groups / s->c : c;
}
static int64_t affine_of(const struct norm *s, int64_t i) { return (s->per_sample ? i / s->c / s->p * s->c : 0) + i % s->c; }

static void moments(const struct norm *s, double *mean, double *var, const double *x)
{
    const int64_t n = s->n * s->p * s->c, stats = norm_stats(s);
    const double m = (double)n / stats;
    memset(mean, 0, stats * sizeof *mean);
    memset(var, 0, stats * sizeof *var);
    for (int64_t i = 0; i < n; i++)
        mean[stat_of(s, i)] += x[i] / m;
    for (int64_t i = 0; i < n; i++)
        var[stat_of(s, i)] += (x[i] - mean[stat_of(s, i)]) * (x[i] - mean[stat_of(s, i)]) / m;
}

static void forward(const struct norm *s, double *y, const double *mean, const double *var, const struct values *v)
{
    for (int64_t i = 0; i < s->n * s->p * s->c; i++) {
        const int64_t k = stat_of(s, i), a = affine_of(s, i);
        y[i] = act(&s->act, (v->x[i] - mean[k]) / sqrt(var[k] + s->eps) * v->gamma[a] + v->beta[a] + v->add[i]);
    }
}

static double *wide(const float *x, int64_t n)
{
    double *y = xmalloc((n + 1) * sizeof *y);
    for (int64_t i = 0; i < n; i++)
        y[i] = x[i];
    return y;
}

/* ---- A case: everything that a call needs ------------------------------------------------------- */

struct set {
    struct norm s;
    int64_t n, stats, affine;
    float *x, *y, *gamma, *beta, *add, *dy, *dx, *dgamma, *dbeta, *dadd, *mean, *rstd;
    struct values v;
    bool added;
};

static struct set set_new(const struct norm *s, bool added, float mean)
{
    struct set t = {.s = *s, .n = s->n * s->p * s->c, .stats = norm_stats(s), .affine = s->per_sample ? s->n * s->c : s->c, .added = added};
    t.x = numbers(t.n, 1, mean);
    t.gamma = numbers(t.affine, 2, 1);
    t.beta = numbers(t.affine, 3, 0);
    t.add = numbers(t.n, 4, 0);
    if (!added)
        memset(t.add, 0, t.n * sizeof *t.add);
    t.dy = numbers(t.n, 5, 0);
    float **more[] = {&t.y, &t.dx, &t.dadd};
    for (int i = 0; i < 3; i++)
        *more[i] = numbers(t.n, 6, 0);
    t.dgamma = numbers(t.affine, 7, 0);
    t.dbeta = numbers(t.affine, 8, 0);
    t.mean = numbers(t.stats, 9, 0);
    t.rstd = numbers(t.stats, 10, 0);
    t.v = (struct values){wide(t.x, t.n), wide(t.gamma, t.affine), wide(t.beta, t.affine), wide(t.add, t.n)};
    return t;
}

static void set_free(struct set *t)
{
    float *all[] = {t->x, t->y, t->gamma, t->beta, t->add, t->dy, t->dx, t->dgamma, t->dbeta, t->dadd, t->mean, t->rstd};
    for (int i = 0; i < 12; i++)
        free(all[i]);
    free(t->v.x); free(t->v.gamma); free(t->v.beta); free(t->v.add);
}

static void run(struct set *t)
{
    norm_forward(&t->s, t->y, t->mean, t->rstd, NULL, t->x, t->gamma, t->beta, t->added ? t->add : NULL);
    norm_backward(&t->s, false, &(struct norm_grads){t->dx, t->dgamma, t->dbeta, t->dadd}, t->dy, t->x,
                  t->added ? t->y : NULL, t->mean, t->rstd, t->gamma, t->beta);
}

static const struct { int64_t n, p, c, groups; } sizes[] = {
    {2, 5, 4, 0}, {3, 7, 6, 2}, {1, 33, 3, 0}, {4, 1, 8, 0}, {2, 9, 6, 6}, {2, 400, 24, 0}, {3, 270, 40, 40}, {2, 70, 300, 0}, {2, 1040, 3, 3},
    {2, 130, 64, 8}, {1, 3000, 32, 0}, {2, 3, 2100, 0}, {2, 4, 6, 1}
};
enum { SIZES = sizeof sizes / sizeof *sizes };
static const enum unary acts[] = {UNARY_COPY, UNARY_RELU, UNARY_LEAKY, UNARY_RELU6, UNARY_HSWISH};

/* Case i of SIZES * 5 * 4: sizes, activations, per_sample and add. */
static struct set case_of(int i)
{
    const int k = i % SIZES, form = i / SIZES / 5;
    const struct norm s = {sizes[k].n, sizes[k].p, sizes[k].c, sizes[k].groups, form & 1, 1e-3f, {acts[i / SIZES % 5], 0.25f, 0}, NULL, NULL};
    return set_new(&s, (form & 2) && s.act.kind != UNARY_HSWISH, 0.5f);
}

/* Large sizes are tested without and with all extras only. */
static bool too_many(int i)
{
    const int k = i % SIZES, form = i / SIZES / 5;
    return sizes[k].n * sizes[k].p * sizes[k].c > 10000 && form % 3 != 0;
}

/* x of 5 digits around its mean: y to 40 ulps of the largest number in its sum, and hswish triples that. */
static void y_is_the_equation_for_every_norm_activation_and_shape(void)
{
    for (int i = 0; i < SIZES * 5 * 4; i++) {
        if (too_many(i))
            continue;
        struct set t = case_of(i);
        double *mean = xmalloc(2 * t.stats * sizeof *mean), *var = mean + t.stats, *y = xmalloc(t.n * sizeof *y);
        int64_t wrong = 0;
        run(&t);
        moments(&t.s, mean, var, t.v.x);
        forward(&t.s, y, mean, var, &t.v);
        for (int64_t k = 0; k < t.stats; k++) {
            CHECK_NEAR(t.mean[k], mean[k], 24 * 0x1p-24 * (fabs(mean[k]) + sqrt(var[k])));
            CHECK_NEAR(t.rstd[k] * sqrt(var[k] + t.s.eps), 1, 40 * 0x1p-24);
        }
        for (int64_t k = 0; k < t.n; k++) {
            const double rstd = 1 / sqrt(var[stat_of(&t.s, k)] + t.s.eps);
            const double size = fabs(t.gamma[affine_of(&t.s, k)]) * rstd * (fabs(t.x[k]) + 1) + fabs(t.beta[affine_of(&t.s, k)]) + fabs(t.add[k]);
            wrong += !(fabs(t.y[k] - y[k]) <= 3 * 40 * 0x1p-24 * size);
        }
        CHECK_INT(wrong, 0);
        free(mean); free(y);
        set_free(&t);
    }
}

/* sum y dy, of the equations, at the values moved by h along a direction. */
static double loss(const struct set *t, const struct values *d, double h, bool frozen)
{
    const int64_t n = t->n, a = t->affine;
    double *all = xmalloc((3 * n + 2 * a + 2 * t->stats) * sizeof *all), sum = 0;
    struct values v = {all, all + n, all + n + a, all + n + 2 * a};
    double *y = all + 2 * n + 2 * a, *mean = y + n, *var = mean + t->stats;
    for (int64_t i = 0; i < n; i++) {
        v.x[i] = t->v.x[i] + h * d->x[i];
        v.add[i] = t->v.add[i] + h * d->add[i];
    }
    for (int64_t i = 0; i < a; i++) {
        v.gamma[i] = t->v.gamma[i] + h * d->gamma[i];
        v.beta[i] = t->v.beta[i] + h * d->beta[i];
    }
    moments(&t->s, mean, var, frozen ? t->v.x : v.x);
    forward(&t->s, y, mean, var, &v);
    for (int64_t i = 0; i < n; i++)
        sum += y[i] * t->dy[i];
    free(all);
    return sum;
}

/* Along a random direction of x, gamma, beta and add together, or of x in the last row only. */
static void check_direction(const struct set *t, bool last_row, bool frozen)
{
    float *f[] = {numbers(t->n, 21, 0), numbers(t->affine, 22, 0), numbers(t->affine, 23, 0), numbers(t->n, 24, 0)};
    if (last_row) {
        memset(f[0], 0, (t->n - t->s.c) * sizeof *f[0]);
        memset(f[1], 0, t->affine * sizeof *f[1]);
        memset(f[2], 0, t->affine * sizeof *f[2]);
        memset(f[3], 0, t->n * sizeof *f[3]);
    }
    struct values d = {wide(f[0], t->n), wide(f[1], t->affine), wide(f[2], t->affine), wide(f[3], t->n)};
    const double h = 1e-6, slope = (loss(t, &d, h, frozen) - loss(t, &d, -h, frozen)) / (2 * h);
    double got = 0, size = 0;
    for (int64_t i = 0; i < t->n; i++) {
        got += t->dx[i] * d.x[i] + (t->added ? t->dadd[i] : 0) * d.add[i];
        size += fabs(t->dx[i] * d.x[i]) + (t->added ? fabs(t->dadd[i] * d.add[i]) : 0);
    }
    for (int64_t i = 0; i < t->affine; i++) {
        got += t->dgamma[i] * d.gamma[i] + t->dbeta[i] * d.beta[i];
        size += fabs(t->dgamma[i] * d.gamma[i]) + fabs(t->dbeta[i] * d.beta[i]);
    }
    if (!t->added)                      /* loss() moves add as well */
        memset(d.add, 0, t->n * sizeof *d.add);
    CHECK_NEAR(got, t->added ? slope : (loss(t, &d, h, frozen) - loss(t, &d, -h, frozen)) / (2 * h), 2e-5 * size + 1e-4);
    for (int i = 0; i < 4; i++)
        free(f[i]);
    free(d.x); free(d.gamma); free(d.beta); free(d.add);
}

/* No gradient comes to where z is so near to a corner of an activation that a difference sees both sides. */
static void avoid_corners(struct set *t)
{
    static const double corner[] = {-3, 0, 3, 6};
    struct norm plain = t->s;
    double *mean = xmalloc((2 * t->stats + t->n) * sizeof *mean), *var = mean + t->stats, *z = var + t->stats;
    plain.act.kind = UNARY_COPY;
    moments(&plain, mean, var, t->v.x);
    forward(&plain, z, mean, var, &t->v);
    for (int64_t i = 0; i < t->n; i++)
        for (int k = 0; k < 4; k++)
            if (fabs(z[i] - corner[k]) < 1e-4)
                t->dy[i] = 0;
    free(mean);
}

static void gradients_are_slopes_of_the_equations(void)
{
    for (int i = 0; i < SIZES * 5 * 4; i++) {
        if (too_many(i))
            continue;
        struct set t = case_of(i);
        avoid_corners(&t);
        run(&t);
        check_direction(&t, false, false);
        check_direction(&t, true, false);
        norm_backward(&t.s, true, &(struct norm_grads){t.dx, t.dgamma, t.dbeta, t.dadd}, t.dy, t.x, t.added ? t.y : NULL,
                      t.mean, t.rstd, t.gamma, t.beta);
        check_direction(&t, true, true);
        set_free(&t);
    }
}

/* x = 1 2 3 | 3 6 9: mean 2 and 4 of columns; population variance 1, 4, 9 of 2 rows. */
static void two_rows_by_hand_with_running_statistics(void)
{
    const float x[6] = {1, 2, 3, 3, 6, 9};
    float y[6], mean[3], rstd[3], rm[3] = {0, 0, 10}, rv[3] = {1, 1, 1};
    const struct norm s = {.n = 1, .p = 2, .c = 3};
    norm_forward(&s, y, mean, rstd, &(struct norm_running){rm, rv, 0.5f}, x, NULL, NULL, NULL);
    CHECK_BYTES(mean, ((float[]){2, 4, 6}), sizeof mean);
    CHECK(rstd[0] == 1 && rstd[1] == 0.5f && rstd[2] == 1.0f / 3);
    CHECK_BYTES(rm, ((float[]){1, 2, 8}), sizeof rm);
    CHECK_BYTES(rv, ((float[]){1.5f, 4.5f, 9.5f}), sizeof rv);
    for (int i = 0; i < 6; i++)
        CHECK_NEAR(y[i], i < 3 ? -1 : 1, FLT_EPSILON);
}

/* Of 10000 numbers around 10000, whose f32 sum of squares would have no digit of the variance. */
static void a_mean_far_from_0_leaves_the_variance_its_digits(void)
{
    const struct norm s = {.n = 1, .p = 10000, .c = 3};
    struct set t = set_new(&s, false, 10000);
    double mean[3], var[3];
    norm_forward(&s, t.y, t.mean, t.rstd, NULL, t.x, NULL, NULL, NULL);
    moments(&s, mean, var, t.v.x);
    for (int c = 0; c < 3; c++) {
        CHECK_NEAR(t.mean[c], mean[c], 24 * 0x1p-24 * 10000);
        CHECK_NEAR(t.rstd[c] * sqrt(var[c]), 1, 1e-5);
    }
    set_free(&t);
}

/* ---- Parts of a batch in several processes ------------------------------------------------------ */

/* Played by one: every part is asked first, then given the sum of all. */
struct parts { bool give; double sum[16000]; };

static void join(void *ctx, double *v, int64_t n)
{
    struct parts *all = ctx;
    for (int64_t i = 0; i < n; i++)
        if (all->give)
            v[i] = all->sum[i];
        else
            all->sum[i] += v[i];
}

/* Samples first .. first+n-1 of w, forward or back. */
static void run_part(struct set *w, int64_t first, int64_t n, struct parts *all, const struct norm_running *running,
                     bool back)
{
    struct norm s = w->s;
    const int64_t at = first * s.p * s.c, own = s.per_sample ? first * s.c : 0;
    const float *add = w->added ? w->add + at : NULL, *y = w->added ? w->y + at : NULL;
    s.n = n;
    s.join = join;
    s.join_ctx = all;
    if (!back) {
        norm_forward(&s, w->y + at, w->mean, w->rstd, running, w->x + at, w->gamma + own, w->beta + own, add);
        return;
    }
    float *dgamma = numbers(w->affine, 1, 0), *dbeta = numbers(w->affine, 1, 0);
    const int64_t count = s.per_sample ? n * s.c : s.c;
    norm_backward(&s, false, &(struct norm_grads){w->dx + at, dgamma, dbeta, w->dadd + at}, w->dy + at, w->x + at, y,
                  w->mean, w->rstd, w->gamma + own, w->beta + own);
    for (int64_t i = 0; i < count && all->give; i++) {
        w->dgamma[own + i] += dgamma[i];
        w->dbeta[own + i] += dbeta[i];
    }
    free(dgamma);
    free(dbeta);
}

static void near_all(const float *got, const float *want, int64_t n, double tol)
{
    int64_t wrong = 0;
    for (int64_t i = 0; i < n; i++)
        wrong += !(fabs(got[i] - want[i]) <= tol * (1 + fabs(want[i])));
    CHECK_INT(wrong, 0);
}

/* 5 samples as 2, none and 3: what a whole batch gives, running statistics too, which every part has. */
static void parts_of_a_batch_that_join_their_sums_are_one_batch(void)
{
    static const int64_t part[] = {2, 0, 3}, wide[][2] = {{7, 6}, {1, 40}, {40, 32}, {3, 300}};
    for (int i = 0; i < 4 * 3; i++) {
        const struct norm s = {.n = 5, .p = wide[i % 4][0], .c = wide[i % 4][1], .per_sample = i / 4 == 1, .eps = 1e-3f,
                               .act = {UNARY_LEAKY, 0.2f, 0}};
        struct set t = set_new(&s, i / 4 == 2, 3), w = set_new(&s, i / 4 == 2, 3);
        float *running[4];
        for (int k = 0; k < 4; k++)
            running[k] = numbers(s.c, 20 + k % 2, 1);
        norm_forward(&s, t.y, t.mean, t.rstd, &(struct norm_running){running[0], running[1], 0.1f}, t.x, t.gamma, t.beta,
                     t.added ? t.add : NULL);
        norm_backward(&s, false, &(struct norm_grads){t.dx, t.dgamma, t.dbeta, t.dadd}, t.dy, t.x, t.added ? t.y : NULL,
                      t.mean, t.rstd, t.gamma, t.beta);
        memset(w.dgamma, 0, w.affine * sizeof(float));
        memset(w.dbeta, 0, w.affine * sizeof(float));
        for (int back = 0; back < 2; back++) {
            struct parts *all = xcalloc(1, sizeof *all);
            for (int k = 0; k < 6; k++) {
                const int64_t first = k % 3 == 2 ? 2 : 0;
                /* Those of the last one are looked at. */
                const struct norm_running own = {running[2], running[3], k == 5 ? 0.1f : 0};
                all->give = k >= 3;
                run_part(&w, first, part[k % 3], all, &own, back);
            }
            free(all);
        }
        near_all(w.mean, t.mean, s.c, 2 * FLT_EPSILON);
        near_all(w.rstd, t.rstd, s.c, 4 * FLT_EPSILON);
        near_all(running[2], running[0], s.c, 2 * FLT_EPSILON);
        near_all(running[3], running[1], s.c, 4 * FLT_EPSILON);
        near_all(w.y, t.y, t.n, 50 * FLT_EPSILON);
        near_all(w.dx, t.dx, t.n, 50 * FLT_EPSILON);
        near_all(w.dgamma, t.dgamma, t.affine, 200 * FLT_EPSILON);
        near_all(w.dbeta, t.dbeta, t.affine, 200 * FLT_EPSILON);
        for (int k = 0; k < 4; k++)
            free(running[k]);
        set_free(&t);
        set_free(&w);
    }
}

static void nothing_to_normalise_is_no_error(void)
{
    for (int i = 0; i < 4; i++) {
        const struct norm s = {.n = i != 0, .p = i != 1, .c = i == 2 ? 0 : 2, .groups = i == 3};
        struct set t = set_new(&s, false, 0);
        run(&t);
        set_free(&t);
    }
    row_norm_forward(&(struct row_norm){0, 4, false, 0}, NULL, NULL, NULL, NULL, NULL, NULL);
    float dgamma[2] = {5, 5};
    row_norm_backward(&(struct row_norm){0, 2, false, 0}, &(struct norm_grads){.dgamma = dgamma}, NULL, NULL, NULL, NULL, NULL);
    CHECK(dgamma[0] == 0 && dgamma[1] == 0);
}

/* A layer norm is an instance norm of transposed data; here: a group norm of one pixel and one group. */
static void a_layer_norm_is_a_group_norm_of_one_pixel_and_one_group(void)
{
    static const int64_t shape[][2] = {{3, 5}, {1, 1}, {70, 64}, {5, 3000}, {700, 100}};
    for (int i = 0; i < 5; i++) {
        const struct norm s = {.n = shape[i][0], .p = 1, .c = shape[i][1], .groups = 1, .eps = 1e-3f};
        const struct row_norm r = {s.n, s.c, false, 1e-3f};
        struct set t = set_new(&s, false, 1), u = set_new(&s, false, 1);
        run(&t);
        row_norm_forward(&r, u.y, u.mean, u.rstd, u.x, u.gamma, u.beta);
        row_norm_backward(&r, &(struct norm_grads){u.dx, u.dgamma, u.dbeta, NULL}, u.dy, u.x, u.mean, u.rstd, u.gamma);
        const double small = 200 * FLT_EPSILON;
        for (int64_t k = 0; k < t.n; k++) {
            CHECK_NEAR(u.y[k], t.y[k], small * (1 + fabs(t.y[k])));
            CHECK_NEAR(u.dx[k], t.dx[k], small * (1 + 10 * fabs(t.dx[k])));
        }
        for (int64_t k = 0; k < s.c; k++) {
            CHECK_NEAR(u.dgamma[k], t.dgamma[k], small * sqrt(s.n) * 10);
            CHECK_NEAR(u.dbeta[k], t.dbeta[k], small * sqrt(s.n) * 10);
        }
        set_free(&t);
        set_free(&u);
    }
}

/* x = 3 4: the root of the mean square is sqrt(12.5). */
static void rms_norm_divides_by_the_root_of_the_mean_square(void)
{
    const float x[2] = {3, 4}, gamma[2] = {1, 2}, dy[2] = {1, 0};
    float y[2], rstd, dx[2], dgamma[2];
    const struct row_norm s = {1, 2, true, 0};
    const double r = 1 / sqrt(12.5);
    row_norm_forward(&s, y, NULL, &rstd, x, gamma, NULL);
    CHECK_NEAR(y[0], 3 * r, FLT_EPSILON);
    CHECK_NEAR(y[1], 8 * r, 4 * FLT_EPSILON);
    row_norm_backward(&s, &(struct norm_grads){.dx = dx, .dgamma = dgamma}, dy, x, NULL, &rstd, gamma);
    CHECK_NEAR(dx[0], r - r * r * r * 3 * 3 / 2, 4 * FLT_EPSILON);
    CHECK_NEAR(dx[1], -r * r * r * 4 * 3 / 2, 4 * FLT_EPSILON);
    CHECK_NEAR(dgamma[0], 3 * r, 4 * FLT_EPSILON);
    CHECK(dgamma[1] == 0);
}

static void the_thread_count_changes_no_bit(void)
{
    const int before = omp_get_max_threads();
    for (int i = 0; i < SIZES * 2; i++) {
        struct set t[3];
        for (int k = 0; k < 3; k++) {
            omp_set_num_threads(k + 1);
            t[k] = case_of(i % SIZES + SIZES * 5 * (i / SIZES ? 3 : 0) + SIZES);
            run(&t[k]);
            CHECK_BYTES(t[k].y, t[0].y, t[0].n * sizeof(float));
            CHECK_BYTES(t[k].dx, t[0].dx, t[0].n * sizeof(float));
            CHECK_BYTES(t[k].dgamma, t[0].dgamma, t[0].affine * sizeof(float));
            const struct row_norm r = {t[k].s.n * t[k].s.p, t[k].s.c, true, 0};
            float *rstd = numbers(r.rows, 1, 0), *dgamma = numbers(r.chans, 1, 0);
            row_norm_forward(&r, t[k].dadd, NULL, rstd, t[k].x, NULL, NULL);
            row_norm_backward(&r, &(struct norm_grads){.dx = t[k].dadd, .dgamma = dgamma}, t[k].dadd, t[k].x, NULL, rstd, NULL);
            CHECK_BYTES(t[k].dadd, t[0].dadd, t[0].n * sizeof(float));
            free(rstd); free(dgamma);
        }
        for (int k = 0; k < 3; k++)
            set_free(&t[k]);
    }
    omp_set_num_threads(before);
}

static int tests(void)
{
    RUN(two_rows_by_hand_with_running_statistics);
    RUN(y_is_the_equation_for_every_norm_activation_and_shape);
    RUN(gradients_are_slopes_of_the_equations);
    RUN(a_mean_far_from_0_leaves_the_variance_its_digits);
    RUN(parts_of_a_batch_that_join_their_sums_are_one_batch);
    RUN(nothing_to_normalise_is_no_error);
    RUN(a_layer_norm_is_a_group_norm_of_one_pixel_and_one_group);
    RUN(rms_norm_divides_by_the_root_of_the_mean_square);
    RUN(the_thread_count_changes_no_bit);
    return check_report();
}

int main(int argc, char **argv)
{
    (void)argc;
    return at_every_level(argv, tests);
}
