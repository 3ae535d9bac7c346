#include "metrics/leaks.h"
#include "base/mem.h"
#include "metrics/order.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- Grey ------------------------------------------------------------------------------------ */

static bool grey(const float *pixel, int64_t c, float tolerance)
{
    for (int64_t k = 0; k < c; k++)
        if (!(fabsf(pixel[k]) < tolerance))
            return false;
    return true;
}

static int64_t quarter(int64_t side) { return side / 4 > 1 ? side / 4 : 1; }

/* run[j]: grey pixels above each other that end here; a row of them as long as a block, each as
 * high, is one. */
bool has_block(const float *x, int64_t h, int64_t w, int64_t c, float tolerance)
{
    int64_t *run = xcalloc((size_t)w, sizeof *run);
    bool found = false;
    for (int64_t i = 0; i < h && !found; i++)
        for (int64_t j = 0, wide = 0; j < w && !found; j++) {
            run[j] = grey(x + (i * w + j) * c, c, tolerance) ? run[j] + 1 : 0;
            wide = run[j] >= quarter(h) ? wide + 1 : 0;
            found = wide >= quarter(w);
        }
    free(run);
    return found;
}

static bool all_grey(const float *x, int64_t w, int64_t c, float tolerance, const int64_t rows[2],
                     const int64_t cols[2])
{
    for (int64_t i = rows[0]; i < rows[1]; i++)
        for (int64_t j = cols[0]; j < cols[1]; j++)
            if (!grey(x + (i * w + j) * c, c, tolerance))
                return false;
    return true;
}

bool has_strip(const float *x, int64_t h, int64_t w, int64_t c, float tolerance)
{
    enum { STRIP = 2 };
    const int64_t th = h < STRIP ? h : STRIP, tw = w < STRIP ? w : STRIP;
    const int64_t all[][2] = {{0, h}, {0, w}};
    return all_grey(x, w, c, tolerance, (int64_t[]){0, th}, all[1]) ||
           all_grey(x, w, c, tolerance, (int64_t[]){h - th, h}, all[1]) ||
           all_grey(x, w, c, tolerance, all[0], (int64_t[]){0, tw}) ||
           all_grey(x, w, c, tolerance, all[0], (int64_t[]){w - tw, w});
}

struct leak_rates leak_rates(const struct images *im, float tolerance)
{
    int64_t blocks = 0, strips = 0;
    #pragma omp parallel reduction(+: blocks, strips)
    {
        float *x = xmalloc((size_t)(im->h * im->w * im->c) * sizeof *x);
        #pragma omp for schedule(static)
        for (int64_t i = 0; i < im->n; i++) {
            images_get(im, i, x);
            blocks += has_block(x, im->h, im->w, im->c, tolerance);
            strips += has_strip(x, im->h, im->w, im->c, tolerance);
        }
        free(x);
    }
    return (struct leak_rates){(double)blocks / (double)im->n, (double)strips / (double)im->n};
}

/* ---- Colours --------------------------------------------------------------------------------- */

static void colours_of_one(double y[COLOURS], const float *x, int64_t pixels, int64_t c)
{
    double sum = 0, squares = 0, range = 0;
    for (int64_t p = 0; p < pixels; p++) {
        float lo = x[p * c], hi = lo;
        for (int64_t k = 0; k < c; k++) {
            const float v = x[p * c + k];
            lo = fminf(lo, v);
            hi = fmaxf(hi, v);
            sum += v;
            squares += (double)v * v;
        }
        range += hi - lo;
    }
    const double n = (double)(pixels * c);
    y[COLOUR_MEAN] = sum / n;
    y[COLOUR_STD] = sqrt(fmax(0, squares / n - sum / n * (sum / n)));
    y[COLOUR_SATURATION] = range / (double)pixels;
}

void colours_of(double *y, const struct images *im)
{
    #pragma omp parallel
    {
        float *x = xmalloc((size_t)(im->h * im->w * im->c) * sizeof *x);
        #pragma omp for schedule(static)
        for (int64_t i = 0; i < im->n; i++) {
            double one[COLOURS];
            images_get(im, i, x);
            colours_of_one(one, x, im->h * im->w, im->c);
            for (int k = 0; k < COLOURS; k++)
                y[k * im->n + i] = one[k];
        }
        free(x);
    }
}

/* Both in rising order. */
static double area_between(const double *x, int64_t n, const double *y, int64_t m)
{
    double area = 0, at = fmin(x[0], y[0]);
    for (int64_t i = 0, j = 0; i < n || j < m; ) {
        const bool first = j == m || (i < n && x[i] <= y[j]);
        const double next = first ? x[i] : y[j];
        area += (next - at) * fabs((double)i / (double)n - (double)j / (double)m);
        at = next;
        i += first;
        j += !first;
    }
    return area;
}

double wasserstein(const double *x, int64_t n, const double *y, int64_t m)
{
    double *a = xmalloc((size_t)(n + m) * sizeof *a), *b = a + n;
    memcpy(a, x, (size_t)n * sizeof *a);
    memcpy(b, y, (size_t)m * sizeof *b);
    sort_doubles(a, n);
    sort_doubles(b, m);
    const double area = area_between(a, n, b, m);
    free(a);
    return area;
}

double wasserstein_floor(const double *x, int64_t n)
{
    double *y = xmalloc((size_t)n * sizeof *y);
    const int64_t half = (n + 1) / 2;
    for (int64_t i = 0; i < n; i++)
        y[i % 2 * half + i / 2] = x[i];
    const double d = n > 1 ? wasserstein(y, half, y + half, n - half) : NAN;
    free(y);
    return d;
}
