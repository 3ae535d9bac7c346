#include "metrics/neighbours.h"
#include "base/mem.h"
#include "metrics/algebra.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 512, COLS = 2048 };       /* of a block of distances */
/* Errors of sums of d products, in units of the largest |a|^2 + |b|^2. */
static const double rounding = 1e-12;

/* ---- All distances --------------------------------------------------------------------------- */

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

/* x [n,d] = samples first .. of f less mean; norm [n] their squares. */
static void centred(double *x, double *norm, const struct features *f, int64_t first, int64_t n,
                    const double *mean)
{
    #pragma omp parallel for schedule(static)
    for (int64_t i = 0; i < n; i++) {
        norm[i] = 0;
        for (int64_t c = 0; c < f->d; c++) {
            x[i * f->d + c] = f->x[(first + i) * f->d + c] - mean[c];
            norm[i] += x[i * f->d + c] * x[i * f->d + c];
        }
    }
}

/* Of |x - mean|^2. */
static double largest_square(const struct features *f, const double *mean)
{
    double most = 0;
    #pragma omp parallel for schedule(static) reduction(max: most)
    for (int64_t i = 0; i < f->n; i++) {
        double sum = 0;
        for (int64_t c = 0; c < f->d; c++) {
            const double x = f->x[i * f->d + c] - mean[c];
            sum += x * x;
        }
        most = fmax(most, sum);
    }
    return most;
}

static double *mean_of(const struct features *f)
{
    double *mean = xcalloc((size_t)f->d, sizeof *mean);
    #pragma omp parallel for schedule(static)
    for (int64_t c = 0; c < f->d; c++)
        for (int64_t i = 0; i < f->n; i++)
            mean[c] += f->x[i * f->d + c] / (double)f->n;
    return mean;
}

struct block { double *x, *norm; int64_t first, n; };

static struct block new_block(int64_t n, int64_t d)
{
    return (struct block){.x = xmalloc((size_t)(n * d) * sizeof(double)),
                          .norm = xmalloc((size_t)n * sizeof(double))};
}

static void free_block(struct block *b)
{
    free(b->x);
    free(b->norm);
}

void all_distances(const struct features *a, const struct features *b, distances_seen seen,
                   void *ctx)
{
    const int64_t d = a->d;
    double *mean = mean_of(b), *square = xmalloc(sizeof *square * ROWS * COLS);
    const double tie = rounding * (largest_square(a, mean) + largest_square(b, mean));
    struct block p = new_block(ROWS, d), q = new_block(COLS, d);
    for (p.first = 0; p.first < a->n; p.first += ROWS) {
        p.n = least(ROWS, a->n - p.first);
        centred(p.x, p.norm, a, p.first, p.n, mean);
        for (q.first = 0; q.first < b->n; q.first += COLS) {
            q.n = least(COLS, b->n - q.first);
            centred(q.x, q.norm, b, q.first, q.n, mean);
            product_of_rows(&(struct rows64){p.n, q.n, d, d, d, COLS}, square, p.x, q.x);
            #pragma omp parallel for schedule(static)
            for (int64_t i = 0; i < p.n; i++) {
                double *row = square + i * COLS;
                for (int64_t j = 0; j < q.n; j++) {
                    const double r2 = p.norm[i] + q.norm[j] - 2 * row[j];
                    row[j] = r2 > tie ? r2 : 0;
                }
                seen(ctx, p.first + i, q.first, q.n, row, tie);
            }
        }
    }
    free_block(&p);
    free_block(&q);
    free(square);
    free(mean);
}

/* ---- Neighbours ------------------------------------------------------------------------------ */

/* The k least squares of every sample so far, rising: nearest [n,k]. */
struct nearest { double *square; int64_t k; };

static void keep_nearest(void *ctx, int64_t i, int64_t first, int64_t n, const double *square,
                         double tie)
{
    const struct nearest *near = ctx;
    double *kept = near->square + i * near->k;
    const int64_t k = near->k;
    (void)tie;
    for (int64_t j = 0; j < n; j++) {
        if (!(square[j] < kept[k - 1]) || first + j == i)
            continue;
        int64_t at = k - 1;
        for (; at > 0 && kept[at - 1] > square[j]; at--)
            kept[at] = kept[at - 1];
        kept[at] = square[j];
    }
}

void neighbour_radii(double *r2, const struct features *f, int64_t k)
{
    struct nearest near = {.square = xmalloc((size_t)(f->n * k) * sizeof *r2), .k = k};
    for (int64_t i = 0; i < f->n * k; i++)
        near.square[i] = DBL_MAX;
    all_distances(f, f, keep_nearest, &near);
    for (int64_t i = 0; i < f->n; i++)
        r2[i] = near.square[i * k + k - 1];
    free(near.square);
}

struct first { int64_t *at; double *square; };

static void keep_first(void *ctx, int64_t i, int64_t first, int64_t n, const double *square,
                       double tie)
{
    const struct first *near = ctx;
    (void)tie;
    for (int64_t j = 0; j < n; j++)
        if (square[j] < near->square[i]) {
            near->square[i] = square[j];
            near->at[i] = first + j;
        }
}

void nearest_samples(int64_t *at, double *r2, const struct features *a, const struct features *b)
{
    struct first near = {at, r2};
    for (int64_t i = 0; i < a->n; i++) {
        r2[i] = DBL_MAX;
        at[i] = 0;
    }
    all_distances(a, b, keep_first, &near);
}

void nearest_squares(double *r2, const struct features *a, const struct features *b)
{
    int64_t *at = xmalloc((size_t)a->n * sizeof *at);
    nearest_samples(at, r2, a, b);
    free(at);
}

/* ---- Precision and recall -------------------------------------------------------------------- */

struct inside {
    const double *real, *fake;          /* squared radii */
    int64_t *hits;                      /* of each generated sample: real neighbourhoods */
    unsigned char *recalled, *covered;  /* of each real sample */
};

static void count_inside(void *ctx, int64_t i, int64_t first, int64_t n, const double *square,
                         double tie)
{
    struct inside *in = ctx;
    for (int64_t j = 0; j < n; j++) {
        if (square[j] <= in->real[first + j] + tie) {
            in->hits[i]++;
            __atomic_store_n(&in->covered[first + j], 1, __ATOMIC_RELAXED);
        }
        if (square[j] <= in->fake[i] + tie)
            __atomic_store_n(&in->recalled[first + j], 1, __ATOMIC_RELAXED);
    }
}

struct prdc precision_recall(const struct features *real, const struct features *fake, int64_t k)
{
    double *radius = xmalloc((size_t)(real->n + fake->n) * sizeof *radius);
    struct inside in = {.real = radius, .fake = radius + real->n,
                        .hits = xcalloc((size_t)fake->n, sizeof *in.hits),
                        .recalled = xcalloc((size_t)real->n, 1),
                        .covered = xcalloc((size_t)real->n, 1)};
    int64_t precise = 0, hits = 0, recalled = 0, covered = 0;
    neighbour_radii(radius, real, k);
    neighbour_radii(radius + real->n, fake, k);
    all_distances(fake, real, count_inside, &in);
    for (int64_t i = 0; i < fake->n; i++) {
        precise += in.hits[i] > 0;
        hits += in.hits[i];
    }
    for (int64_t i = 0; i < real->n; i++) {
        recalled += in.recalled[i];
        covered += in.covered[i];
    }
    free(radius);
    free(in.hits);
    free(in.recalled);
    free(in.covered);
    const double n = (double)fake->n, m = (double)real->n;
    return (struct prdc){(double)precise / n, (double)recalled / m, (double)hits / (n * (double)k),
                         (double)covered / m};
}
