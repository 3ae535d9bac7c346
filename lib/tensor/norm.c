/*
 * All norms over rows are two kernels there and two back, over columns with constants of their own;
 * which columns share statistics, and whose gamma they have, is worked out between the passes on
 * [N,C] numbers, in f64.
 *
 * Few channels are folded: F rows of C channels are one row of F C columns, F C a multiple of what the
 * kernels take at a time, and the sums are unfolded at the end.
 */
#include "tensor/simd_norm.h"

#include "base/mem.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    PARALLEL = 32768,                   /* elements; below, a parallel region costs more than it gives */
    BLOCK = 32768,                      /* elements of a piece */
    BLOCKS = 64,                        /* pieces of a plane's rows at most, so that there is little to join */
    WIDE = 2048,                        /* columns of a piece */
    DEEP = 16,                          /* rows that the kernels sum in f32 */
    FOLD_BELOW = 256,                   /* channels */
};

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }
static int64_t most(int64_t a, int64_t b) { return a > b ? a : b; }
static int64_t pieces_of(int64_t n, int64_t piece) { return (n + piece - 1) / piece; }

/* ---- Pieces ---------------------------------------------------------------------------------------- */

/* planes matrices [rows,chans], each as [rows/fold, chans*fold] and its last rows. */
struct field {
    int64_t planes, rows, chans, fold;
    int64_t wide, high, across, down;   /* of the folded part: pieces */
    int64_t blocks;                     /* of sums of a plane */
};

static int64_t fold_of(int64_t rows, int64_t chans)
{
    int64_t fold = NORM_COLUMNS;
    while (fold > 1 && chans * (fold / 2) % NORM_COLUMNS == 0)
        fold /= 2;
    return chans < FOLD_BELOW && rows >= DEEP * fold ? fold : 1;
}

static struct field field_of(const struct norm *s, bool by_sample)
{
    struct field f = {.planes = by_sample ? s->n : 1, .rows = by_sample ? s->p : s->n * s->p, .chans = s->c};
    f.fold = fold_of(f.rows, f.chans);
    const int64_t rows = f.rows / f.fold, cols = f.chans * f.fold;
    f.wide = most(1, least(cols, WIDE));
    f.high = pieces_of(most(pieces_of(rows, BLOCKS), BLOCK / f.wide), DEEP) * DEEP;
    f.across = pieces_of(cols, f.wide);
    f.down = pieces_of(rows, f.high);
    f.blocks = f.down + (f.rows % f.fold > 0);
    return f;
}

/* Piece i: its plane and area, which starts at element `at` and column `col`, and the block of its sums. */
struct piece { struct norm_area area; int64_t plane, at, col, block; };

static int64_t piece_count(const struct field *f)
{
    return f->planes * (f->down * f->across + (f->rows % f->fold > 0));
}

static struct piece piece_at(const struct field *f, int64_t i)
{
    const int64_t each = f->down * f->across, per_plane = each + (f->rows % f->fold > 0);
    const int64_t plane = i / per_plane, k = i % per_plane, first = plane * f->rows * f->chans;
    const int64_t rows = f->rows / f->fold, cols = f->chans * f->fold;
    if (k == each)
        return (struct piece){{f->rows % f->fold, f->chans, f->chans}, plane, first + rows * cols, 0, f->down};
    const int64_t row = k / f->across * f->high, col = k % f->across * f->wide;
    return (struct piece){{least(f->high, rows - row), least(f->wide, cols - col), cols}, plane, first + row * cols + col, col,
                          k / f->across};
}

/* What the passes share: constants of the columns [plane,fold*chans], and the way back's arrays. */
struct job {
    struct field f;
    const struct unary_op *act;
    float *mean, *scale, *shift, *p, *q, *s;
    float *y;
    const float *x, *add;
    struct norm_back back;
};

static struct norm_columns columns_at(const struct job *j, const struct piece *p)
{
    const int64_t at = p->plane * j->f.chans * j->f.fold + p->col;
    return (struct norm_columns){j->mean + at, j->scale + at, j->shift + at, j->p + at, j->q + at, j->s + at};
}

static struct norm_back back_at(const struct job *j, int64_t at)
{
    const struct norm_back *b = &j->back;
    return (struct norm_back){b->dy + at, b->x + at, b->out ? b->out + at : NULL, b->dx ? b->dx + at : NULL, b->dadd ? b->dadd + at : NULL};
}

enum pass { MOMENTS, APPLY, BACK_SUMS, BACK_APPLY };

static void run_piece(const struct job *j, enum pass pass, const struct piece *p, double *sum)
{
    const struct norm_kernels *kernels = ISA_PICK(norm_kernels);
    const int64_t step = j->f.chans * j->f.fold;
    if (pass == MOMENTS) {
        kernels->moments(sum + p->col, step, &p->area, j->x + p->at);
        return;
    }
    const struct norm_columns c = columns_at(j, p);
    if (pass == APPLY) {
        kernels->apply(j->act, &p->area, &c, j->y + p->at, j->x + p->at, j->add ? j->add + p->at : NULL);
        return;
    }
    const struct norm_back back = back_at(j, p->at);
    if (pass == BACK_SUMS)
        kernels->back_sums(j->act, sum + p->col, step, &p->area, &c, &back);
    else
        kernels->back_apply(j->act, &p->area, &c, &back);
}

/* sums: how many numbers per column a pass adds up; their totals [plane,sums,chans] are returned, the
 * caller's to free(); NULL with 0. */
static double *run(const struct job *j, enum pass pass, int sums)
{
    const struct field *f = &j->f;
    const int64_t width = f->chans * f->fold, pieces = piece_count(f);
    double *part = sums ? xcalloc(f->planes * f->blocks * sums * width + 1, sizeof *part) : NULL;
    #pragma omp parallel for schedule(static) if (f->planes * f->rows * f->chans > PARALLEL)
    for (int64_t i = 0; i < pieces; i++) {
        const struct piece p = piece_at(f, i);
        run_piece(j, pass, &p, sums ? part + (p.plane * f->blocks + p.block) * sums * width : NULL);
    }
    if (!sums)
        return NULL;
    double *total = xcalloc(f->planes * sums * f->chans + 1, sizeof *total);
    for (int64_t b = 0; b < f->planes * f->blocks; b++)
        for (int k = 0; k < sums; k++)
            for (int64_t c = 0; c < width; c++)
                total[(b / f->blocks * sums + k) * f->chans + c % f->chans] += part[(b * sums + k) * width + c];
    free(part);
    return total;
}

/* ---- Constants of the columns ------------------------------------------------------------------------ */

int64_t norm_stats(const struct norm *s) { return s->groups ? s->n * s->groups : s->c; }

/* Which of the statistics, and which gamma and beta, channel c of sample n has. */
static int64_t stat_of(const struct norm *s, int64_t n, int64_t c)
{
    return s->groups ? n * s->groups + c / (s->c / s->groups) : c;
}
static int64_t affine_of(const struct norm *s, int64_t n, int64_t c) { return s->per_sample ? n * s->c + c : c; }

/* Planes are samples when their columns differ. */
static bool by_sample(const struct norm *s) { return s->groups || s->per_sample; }

static struct job job_new(const struct norm *s, const float *mean, const float *rstd, const float *gamma, const float *beta)
{
    struct job j = {.f = field_of(s, by_sample(s)), .act = &s->act};
    const int64_t width = j.f.chans * j.f.fold, n = j.f.planes * width;
    float *all = xmalloc((6 * n + 1) * sizeof *all);
    j.mean = all;
    j.scale = all + n;
    j.shift = all + 2 * n;
    j.p = all + 3 * n;
    j.q = all + 4 * n;
    j.s = all + 5 * n;
    for (int64_t i = 0; i < n; i++) {
        const int64_t plane = i / width, c = i % width % s->c;
        const int64_t stat = stat_of(s, plane, c), affine = affine_of(s, plane, c);
        j.mean[i] = mean[stat];
        j.scale[i] = rstd[stat] * (gamma ? gamma[affine] : 1);
        j.shift[i] = beta ? beta[affine] : 0;
    }
    return j;
}

static void job_free(struct job *j) { free(j->mean); }

/* ---- There ----------------------------------------------------------------------------------------- */

/* Mean and variance of the m numbers whose sums, over all their columns, these are. */
static void finish(float *mean, double *var, const double sum[NORM_MOMENTS], int64_t m)
{
    *mean = m > 0 ? (float)(sum[0] / m) : 0;
    *var = m > 0 ? fmax(0, (sum[2] + (sum[1] - sum[0] * sum[0] / m)) / m) : 0;
    if (isnan(sum[0]))
        *var = NAN;
}

static void update(float *running, float momentum, double value)
{
    *running = (float)((1 - (double)momentum) * *running + momentum * value);
}

/* The n numbers v and, behind them, m of all processes; m is returned. */
static double joined(const struct norm *s, double *v, int64_t n, double m)
{
    if (!s->join)
        return m;
    v[n] = m;
    s->join(s->join_ctx, v, n + 1);
    return v[n];
}

static void statistics(const struct norm *s, float *mean, float *rstd, const struct norm_running *running, const float *x)
{
    const struct job j = {.f = field_of(s, s->groups > 0), .x = x};
    const int64_t each = s->groups ? s->c / s->groups : 1;                          /* columns of one */
    double *sum = run(&j, MOMENTS, NORM_MOMENTS);
    const int64_t m = (int64_t)joined(s, sum, NORM_MOMENTS * s->c, (double)(j.f.rows * each));
    for (int64_t i = 0; i < norm_stats(s); i++) {
        const int64_t plane = s->groups ? i / s->groups : 0, first = s->groups ? i % s->groups * each : i;
        double all[NORM_MOMENTS] = {0}, var;
        for (int k = 0; k < NORM_MOMENTS; k++)
            for (int64_t c = first; c < first + each; c++)
                all[k] += sum[(plane * NORM_MOMENTS + k) * s->c + c];
        finish(&mean[i], &var, all, m);
        rstd[i] = (float)(1 / sqrt(var + s->eps));
        if (running && m > 0) {
            update(&running->mean[i], running->momentum, mean[i]);
            update(&running->var[i], running->momentum, m > 1 ? var * m / (m - 1) : var);
        }
    }
    free(sum);
}

void norm_rstd(float *rstd, const float *var, int64_t n, float eps)
{
    for (int64_t i = 0; i < n; i++)
        rstd[i] = (float)(1 / sqrt((double)var[i] + eps));
}

void norm_apply(const struct norm *s, float *y, const float *mean, const float *rstd, const float *x,
                const float *gamma, const float *beta, const float *add)
{
    assert(!(add && s->act.kind == UNARY_HSWISH));
    struct job j = job_new(s, mean, rstd, gamma, beta);
    j.y = y;
    j.x = x;
    j.add = add;
    run(&j, APPLY, 0);
    job_free(&j);
}

void norm_forward(const struct norm *s, float *y, float *mean, float *rstd, const struct norm_running *running,
                  const float *x, const float *gamma, const float *beta, const float *add)
{
    assert(!((running || s->join) && s->groups) && (!s->groups || s->c % s->groups == 0));
    statistics(s, mean, rstd, running, x);
    norm_apply(s, y, mean, rstd, x, gamma, beta, add);
}

/* ---- And back ---------------------------------------------------------------------------------------- */

/* sum: of every plane and channel, sum dz and sum dz (x - mean). */
static void affine_grads(const struct norm *s, const struct norm_grads *to, const double *sum, const float *rstd)
{
    const int64_t planes = by_sample(s) ? s->n : 1, count = s->per_sample ? s->n * s->c : s->c;
    double *total = xcalloc(2 * count + 1, sizeof *total);
    for (int64_t i = 0; i < planes * s->c; i++) {
        const int64_t n = i / s->c, c = i % s->c, a = affine_of(s, n, c);
        total[a] += sum[2 * n * s->c + c];
        total[count + a] += sum[(2 * n + 1) * s->c + c] * rstd[stat_of(s, n, c)];
    }
    for (int64_t i = 0; i < count; i++) {
        if (to->dbeta)
            to->dbeta[i] = (float)total[i];
        if (to->dgamma)
            to->dgamma[i] = (float)total[count + i];
    }
    free(total);
}

/* dx = p dz + q (x - mean) + s */
static void dx_constants(struct job *j, const struct norm *s, bool frozen, const double *sum, const float *rstd, const float *gamma)
{
    const int64_t stats = norm_stats(s), width = j->f.chans * j->f.fold;
    double m = s->groups ? (double)s->p * (s->c / s->groups) : (double)s->n * s->p;
    double *total = xcalloc(2 * stats + 1, sizeof *total);
    for (int64_t i = 0; i < j->f.planes * s->c && !frozen; i++) {
        const int64_t n = i / s->c, c = i % s->c, k = stat_of(s, n, c);
        const double g = gamma ? gamma[affine_of(s, n, c)] : 1;
        total[k] += g * sum[2 * n * s->c + c];
        total[stats + k] += g * sum[(2 * n + 1) * s->c + c];
    }
    if (!frozen)
        m = joined(s, total, 2 * stats, m);
    for (int64_t i = 0; i < j->f.planes * width; i++) {
        const int64_t k = stat_of(s, i / width, i % width % s->c);
        const double r = rstd[k];
        j->p[i] = j->scale[i];
        j->q[i] = (float)(-r * r * r * total[stats + k] / m);
        j->s[i] = (float)(-r * total[k] / m);
    }
    free(total);
}

void norm_backward(const struct norm *s, bool frozen, const struct norm_grads *to, const float *dy, const float *x, const float *y,
                   const float *mean, const float *rstd, const float *gamma, const float *beta)
{
    struct job j = job_new(s, mean, rstd, gamma, beta);
    j.back = (struct norm_back){dy, x, s->act.kind == UNARY_COPY ? NULL : y, to->dx, to->dadd};
    if (s->n * s->p * s->c == 0)
        j.back.dx = NULL;
    double *sum = run(&j, BACK_SUMS, NORM_BACK_SUMS);
    affine_grads(s, to, sum, rstd);
    if (j.back.dx || (to->dx && s->join))                /* a process without samples says so to the others */
        dx_constants(&j, s, frozen, sum, rstd, gamma);
    if (j.back.dx)
        run(&j, BACK_APPLY, 0);
    free(sum);
    job_free(&j);
}

/* ---- Along rows -------------------------------------------------------------------------------------- */

static int64_t rows_of_piece(const struct row_norm *s)
{
    return pieces_of(most(pieces_of(s->rows, BLOCKS), most(1, BLOCK / 2 / most(1, s->chans))), DEEP) * DEEP;
}

void row_norm_forward(const struct row_norm *s, float *y, float *mean, float *rstd, const float *x, const float *gamma, const float *beta)
{
    const struct norm_kernels *kernels = ISA_PICK(norm_kernels);
    const int64_t high = most(1, BLOCK / 2 / most(1, s->chans)), n = s->chans;
    #pragma omp parallel for schedule(static) if (s->rows * n > PARALLEL)
    for (int64_t r = 0; r < s->rows; r += high) {
        const struct row_norm part = {least(high, s->rows - r), n, s->rms, s->eps};
        kernels->row_forward(&part, y + r * n, s->rms ? NULL : mean + r, rstd + r, x + r * n, gamma, beta);
    }
}

void row_norm_backward(const struct row_norm *s, const struct norm_grads *to, const float *dy, const float *x,
                       const float *mean, const float *rstd, const float *gamma)
{
    const struct norm_kernels *kernels = ISA_PICK(norm_kernels);
    const int64_t high = rows_of_piece(s), n = s->chans, blocks = pieces_of(s->rows, high);
    double *sum = xmalloc((blocks + 1) * 2 * n * sizeof *sum + 1);
    #pragma omp parallel if (s->rows * n > PARALLEL)
    {
        float *work = xmalloc(2 * n * sizeof *work + 1);
        #pragma omp for schedule(static)
        for (int64_t b = 0; b < blocks; b++) {
            const int64_t r = b * high;
            const struct row_norm part = {least(high, s->rows - r), n, s->rms, s->eps};
            kernels->row_backward(&part, to->dx ? to->dx + r * n : NULL, sum + b * 2 * n, work, dy + r * n, x + r * n,
                                  s->rms ? NULL : mean + r, rstd + r, gamma);
        }
        free(work);
    }
    for (int64_t c = 0; c < n; c++) {
        double dbeta = 0, dgamma = 0;
        for (int64_t b = 0; b < blocks; b++) {
            dbeta += sum[b * 2 * n + c];
            dgamma += sum[(2 * b + 1) * n + c];
        }
        if (to->dbeta)
            to->dbeta[c] = (float)dbeta;
        if (to->dgamma)
            to->dgamma[c] = (float)dgamma;
    }
    free(sum);
}
