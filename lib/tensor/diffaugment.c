/*
 * A policy is cut into stages: some colour ops, then some ops of geometry.  Within a stage
 *
 *     colour    y = a x + d m + e mu + k        m: the pixel's mean over channels, mu: the sample's
 *     geometry  y[p] = x[q(p)] where p is in `kept` and not in `hole`, else 0
 *
 * whatever the ops and their order: saturation keeps both means and contrast keeps mu, so their
 * means are known from those of x, and a composition of moves is one move with two rectangles.
 * So a stage reads a sample twice (once without contrast) and writes it once.  All policies that
 * are in use are one stage; others, such as translation,color, go through a spare image.
 *
 * The colour part is symmetric.  The adjoint of a stage is then the inverse move, with zeros where
 * nothing moved in, followed by the same colour: that again is one pass, of the form above, with
 * mu taken over what moves.
 */
#include "tensor/diffaugment.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

enum {
    /* Bytes from which threads pay: below, half a millisecond is at stake, and a thread may wait
     * longer than that for a processor when the tools of a pipe share them. */
    PARALLEL = 4 << 20,
    LANES = 16,                     /* sums side by side */
};

#define CLONES __attribute__((target_clones("avx512f", "avx2", "default")))

/* ---- Colour ------------------------------------------------------------------------------- */

struct colour { double a, d, e, k; };

/* A policy has every op once at most, so d is 0 before saturation and e before contrast. */
static struct colour colour_of(enum augment_mode mode, const enum augment_op *op, int n, int64_t c,
                               const struct augment_draw *draw)
{
    struct colour f = {.a = 1};

    for (int i = 0; i < n; i++) {
        const double s = op[i] == AUGMENT_SATURATION ? draw->saturation : draw->contrast;

        if (op[i] == AUGMENT_BRIGHTNESS) {
            f.k += mode == AUGMENT_FORWARD ? draw->brightness : 0;
        } else if (op[i] == AUGMENT_CONTRAST) {
            f.e = (1 - s) * (f.a + f.d);
            f.a *= s;
            f.d *= s;
        } else if (c > 1) {
            f.d = (1 - s) * f.a;
            f.a *= s;
        }
    }
    return f;
}

/* y = a x + k */
CLONES
static void scale_row(float *restrict y, const float *restrict x, int64_t n, float a, float k)
{
    for (int64_t i = 0; i < n; i++)
        y[i] = a * x[i] + k;
}

/* y = a x + d (sum over channels of x) + k, n pixels of three channels */
CLONES
static void mix_row_rgb(float *restrict y, const float *restrict x, int64_t n, float a, float d,
                        float k)
{
    for (int64_t i = 0; i < n; i++) {
        const float grey = d * (x[3 * i] + x[3 * i + 1] + x[3 * i + 2]) + k;

        y[3 * i] = a * x[3 * i] + grey;
        y[3 * i + 1] = a * x[3 * i + 1] + grey;
        y[3 * i + 2] = a * x[3 * i + 2] + grey;
    }
}

static void mix_row(float *restrict y, const float *restrict x, int64_t n, int64_t c, float a,
                    float d, float k)
{
    for (int64_t i = 0; i < n; i++) {
        float sum = 0;

        for (int64_t j = 0; j < c; j++)
            sum += x[i * c + j];
        for (int64_t j = 0; j < c; j++)
            y[i * c + j] = a * x[i * c + j] + (d * sum + k);
    }
}

/* Lanes are sums of their own, so that the loop is free to run them side by side. */
CLONES
static double sum_of(const float *x, int64_t n)
{
    double lane[LANES] = {0}, sum = 0;
    int64_t i = 0;

    for (; i + LANES <= n; i += LANES)
        for (int l = 0; l < LANES; l++)
            lane[l] += x[i + l];
    for (int l = 0; i < n; i++, l++)
        lane[l] += x[i];
    for (int l = 0; l < LANES; l++)
        sum += lane[l];
    return sum;
}

/* ---- Geometry ----------------------------------------------------------------------------- */

/* (i,j) -> (ii i + ij j + i0, ji i + jj j + j0), a quarter turn or flip and a shift. */
struct map { int64_t ii, ij, i0, ji, jj, j0; };
struct rect { int64_t i0, i1, j0, j1; };        /* the upper bounds excluded */
/* y[p] = x[map(p)] for p in kept without hole. */
struct move { struct map map; struct rect kept, hole; };

static const struct map same = {.ii = 1, .jj = 1};

/* p -> f(g(p)) */
static struct map after(const struct map *f, const struct map *g)
{
    return (struct map){
        .ii = f->ii * g->ii + f->ij * g->ji, .ij = f->ii * g->ij + f->ij * g->jj,
        .i0 = f->ii * g->i0 + f->ij * g->j0 + f->i0,
        .ji = f->ji * g->ii + f->jj * g->ji, .jj = f->ji * g->ij + f->jj * g->jj,
        .j0 = f->ji * g->i0 + f->jj * g->j0 + f->j0,
    };
}

static struct map inverse(const struct map *f)
{
    return (struct map){.ii = f->ii, .ij = f->ji, .i0 = -(f->ii * f->i0 + f->ji * f->j0),
                        .ji = f->ij, .jj = f->jj, .j0 = -(f->ij * f->i0 + f->jj * f->j0)};
}

static inline int64_t min(int64_t a, int64_t b) { return a < b ? a : b; }
static inline int64_t max(int64_t a, int64_t b) { return a > b ? a : b; }

static struct rect intersect(const struct rect *a, const struct rect *b)
{
    const struct rect r = {max(a->i0, b->i0), min(a->i1, b->i1),
                           max(a->j0, b->j0), min(a->j1, b->j1)};

    return r.i0 < r.i1 && r.j0 < r.j1 ? r : (struct rect){0};
}

/* Where f takes r; nothing stays nothing. */
static struct rect image_of(const struct map *f, const struct rect *r)
{
    const int64_t i0 = f->ii * r->i0 + f->ij * r->j0 + f->i0;
    const int64_t j0 = f->ji * r->i0 + f->jj * r->j0 + f->j0;
    const int64_t i1 = f->ii * (r->i1 - 1) + f->ij * (r->j1 - 1) + f->i0;
    const int64_t j1 = f->ji * (r->i1 - 1) + f->jj * (r->j1 - 1) + f->j0;

    if (r->i0 >= r->i1)
        return (struct rect){0};
    return (struct rect){min(i0, i1), max(i0, i1) + 1, min(j0, j1), max(j0, j1) + 1};
}

/* Where an op of geometry takes pixels from. */
static struct map map_of(enum augment_op op, int64_t h, int64_t w, const struct augment_draw *draw)
{
    const struct map quarter = {.ij = 1, .ji = -1, .j0 = h - 1};
    const struct map half = {.ii = -1, .i0 = h - 1, .jj = -1, .j0 = w - 1};

    switch (op) {
    case AUGMENT_TRANSLATION:
        return (struct map){1, 0, draw->translation[0], 0, 1, draw->translation[1]};
    case AUGMENT_FLIP:
        return draw->flip ? (struct map){.ii = 1, .jj = -1, .j0 = w - 1} : same;
    case AUGMENT_ROT90:
        return draw->rot90 == 0 ? same : draw->rot90 == 1 ? quarter
               : draw->rot90 == 2 ? half : inverse(&quarter);
    default:
        return same;
    }
}

static struct rect cutout_of(int64_t h, int64_t w, const int32_t centre[2])
{
    const int64_t kh = (h + 1) / 2, i0 = centre[0] - kh / 2;
    const int64_t kw = (w + 1) / 2, j0 = centre[1] - kw / 2;

    return (struct rect){i0, i0 + kh, j0, j0 + kw};
}

static struct move move_of(const enum augment_op *op, int n, int64_t h, int64_t w,
                           const struct augment_draw *draw)
{
    const struct rect all = {0, h, 0, w};
    struct move m = {.map = same, .kept = all};

    for (int i = 0; i < n; i++) {
        const struct map from = map_of(op[i], h, w, draw), to = inverse(&from);
        const struct rect kept = image_of(&to, &m.kept);

        m.map = after(&m.map, &from);
        m.kept = intersect(&kept, &all);
        m.hole = op[i] == AUGMENT_CUTOUT ? cutout_of(h, w, draw->cutout) : image_of(&to, &m.hole);
    }
    m.hole = intersect(&m.hole, &m.kept);
    return m;
}

static struct move transpose(const struct move *m)
{
    return (struct move){.map = inverse(&m->map), .kept = image_of(&m->map, &m->kept),
                         .hole = image_of(&m->map, &m->hole)};
}

/* ---- Stages ------------------------------------------------------------------------------- */

/* What all samples have in common; a pixel is c elements, of f32 if `colour` is on. */
struct job {
    enum augment_mode mode;
    int64_t h, w, c;
    size_t pixel;                   /* bytes */
    const struct augment_policy *policy;
    int stages, start[AUGMENT_OPS + 1];     /* where stages start in the policy, and its end */
};

/* One pass over one sample. */
struct pass {
    const struct job *job;
    struct move move;
    bool colour;
    float a, d, k, fill;            /* d is of the sum over channels; fill where nothing moves in */
};

static void find_stages(struct job *job)
{
    const struct augment_policy *p = job->policy;
    int i = 0;

    while (i < p->n) {
        job->start[job->stages++] = i;
        while (i < p->n && p->op[i] <= AUGMENT_CONTRAST)
            i++;
        while (i < p->n && p->op[i] > AUGMENT_CONTRAST)
            i++;
    }
    job->start[job->stages] = i;
}

/* Mean of the sample over H*W*C; in the adjoint, of what moves. */
static double mean_of(const struct pass *p, const float *x)
{
    const struct job *job = p->job;
    const int64_t h = job->h, w = job->w, c = job->c;
    const struct move from = transpose(&p->move);
    const struct rect *kept = &from.kept, *hole = &from.hole;
    double sum = 0;

    if (job->mode != AUGMENT_ADJOINT)
        return sum_of(x, h * w * c) / (double)(h * w * c);
    for (int64_t i = kept->i0; i < kept->i1; i++) {
        const float *row = x + i * w * c;
        const bool cut = i >= hole->i0 && i < hole->i1;
        const int64_t end = cut ? hole->j0 : kept->j1;

        sum += sum_of(row + kept->j0 * c, (end - kept->j0) * c);
        if (cut)
            sum += sum_of(row + hole->j1 * c, (kept->j1 - hole->j1) * c);
    }
    return sum / (double)(h * w * c);
}

static struct pass pass_of(const struct job *job, int stage, const struct augment_draw *draw,
                           const void *x)
{
    const enum augment_op *op = job->policy->op + job->start[stage];
    const int n = job->start[stage + 1] - job->start[stage];
    struct pass p = {.job = job, .a = 1};
    int colours = 0;

    while (colours < n && op[colours] <= AUGMENT_CONTRAST)
        colours++;
    p.colour = colours > 0;
    p.move = move_of(op + colours, n - colours, job->h, job->w, draw);
    if (job->mode == AUGMENT_ADJOINT)
        p.move = transpose(&p.move);
    if (p.colour) {
        const struct colour f = colour_of(job->mode, op, colours, job->c, draw);
        const double k = f.k + (f.e != 0 ? f.e * mean_of(&p, x) : 0);

        p.a = (float)f.a;
        p.d = (float)(f.d / (double)job->c);
        p.k = (float)k;
        p.fill = job->mode == AUGMENT_ADJOINT ? p.k : 0;
    }
    return p;
}

static void colour_row(const struct pass *p, float *restrict y, const float *restrict x, int64_t n)
{
    const int64_t c = p->job->c;

    if (p->d == 0)
        scale_row(y, x, n * c, p->a, p->k);
    else if (c == 3)
        mix_row_rgb(y, x, n, p->a, p->d, p->k);
    else
        mix_row(y, x, n, c, p->a, p->d, p->k);
}

/* Pixels that do not stand side by side, brought there. */
static void gather(char *restrict to, const char *restrict from, int64_t n, int64_t step,
                   size_t pixel)
{
    if (pixel == 3 * sizeof(float))             /* a size known here needs no call */
        for (int64_t j = 0; j < n; j++)
            memcpy(to + (size_t)j * 12, from + j * step, 12);
    else
        for (int64_t j = 0; j < n; j++)
            memcpy(to + (size_t)j * pixel, from + j * step, pixel);
}

/* y[i,j0..j1) from where p->move takes it; row: room for W pixels. */
static void run_segment(const struct pass *p, char *y, const char *x, int64_t i, int64_t j0,
                        int64_t j1, char *row)
{
    const struct map *m = &p->move.map;
    const int64_t w = p->job->w, n = j1 - j0, pixel = (int64_t)p->job->pixel;
    const int64_t at = (m->ii * i + m->ij * j0 + m->i0) * w + m->ji * i + m->jj * j0 + m->j0;
    const int64_t step = m->ij * w + m->jj;
    char *to = y + (i * w + j0) * pixel;

    if (n <= 0)
        return;
    const char *from = x + at * pixel;
    if (step != 1) {
        char *side = p->colour ? row : to;

        gather(side, from, n, step * pixel, p->job->pixel);
        from = side;
    }
    if (p->colour)
        colour_row(p, (float *)to, (const float *)from, n);
    else if (from != to)
        memcpy(to, from, (size_t)(n * pixel));
}

static void fill_segment(const struct pass *p, char *y, int64_t i, int64_t j0, int64_t j1)
{
    const int64_t pixel = (int64_t)p->job->pixel, n = (j1 - j0) * pixel;
    char *to = y + (i * p->job->w + j0) * pixel;

    if (p->fill == 0)
        memset(to, 0, (size_t)n);
    else
        for (int64_t k = 0; k < n / (int64_t)sizeof(float); k++)
            ((float *)to)[k] = p->fill;
}

static void run_pass(const struct pass *p, char *y, const char *x, char *row)
{
    const struct rect *kept = &p->move.kept, *hole = &p->move.hole;

    for (int64_t i = 0; i < p->job->h; i++) {
        const bool in = i >= kept->i0 && i < kept->i1, cut = i >= hole->i0 && i < hole->i1;
        const int64_t j0 = in ? kept->j0 : 0, j1 = in ? kept->j1 : 0;

        fill_segment(p, y, i, 0, j0);
        run_segment(p, y, x, i, j0, cut ? hole->j0 : j1, row);
        if (cut) {
            fill_segment(p, y, i, hole->j0, hole->j1);
            run_segment(p, y, x, i, hole->j1, j1, row);
        }
        fill_segment(p, y, i, j1, p->job->w);
    }
}

/* Stages go from x to y by way of y and spare, so that the last one ends in y. */
static void run_sample(const struct job *job, char *y, const char *x,
                       const struct augment_draw *draw, char *spare, char *row)
{
    const size_t bytes = (size_t)(job->h * job->w) * job->pixel;
    const int n = draw->applied ? job->stages : 0;

    if (x == y && n % 2)
        x = memcpy(spare, x, bytes);
    for (int i = 0; i < n; i++) {
        char *to = (n - i) % 2 ? y : spare;
        const struct pass p = pass_of(job, job->mode == AUGMENT_ADJOINT ? n - 1 - i : i, draw, x);

        run_pass(&p, to, x, row);
        x = to;
    }
    if (x != y)
        memcpy(y, x, bytes);
}

static void run(struct job *job, char *y, const char *x, int64_t n, const struct augment_draw *d)
{
    const size_t bytes = (size_t)(job->h * job->w) * job->pixel;

    find_stages(job);
    #pragma omp parallel if ((size_t)n * bytes >= PARALLEL)
    {
        char *row = xaligned((size_t)job->w * job->pixel);
        char *spare = job->stages > 1 || x == y ? xaligned(bytes) : NULL;

        #pragma omp for schedule(static)
        for (int64_t i = 0; i < n; i++)
            run_sample(job, y + (size_t)i * bytes, x + (size_t)i * bytes, &d[i], spare, row);
        free(spare);
        free(row);
    }
}

void augment_apply(enum augment_mode mode, float *y, const float *x, const int64_t dim[4],
                   const struct augment_policy *p, const struct augment_draw *d)
{
    struct job job = {.mode = mode, .h = dim[1], .w = dim[2], .c = dim[3],
                      .pixel = (size_t)dim[3] * sizeof(float), .policy = p};

    run(&job, (char *)y, (const char *)x, dim[0], d);
}

void augment_move(enum augment_mode mode, void *y, const void *x, size_t elem, const int64_t dim[4],
                  const struct augment_policy *p, const struct augment_draw *d)
{
    const struct augment_policy geometry = augment_geometry(p);
    struct job job = {.mode = mode, .h = dim[1], .w = dim[2], .c = dim[3],
                      .pixel = (size_t)dim[3] * elem, .policy = &geometry};

    run(&job, y, x, dim[0], d);
}
