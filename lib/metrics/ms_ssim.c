#include "metrics/ms_ssim.h"
#include "base/mem.h"
#include "base/random.h"

#include <math.h>
#include <stdlib.h>

static const double weight[SSIM_SCALES] = {0.0448, 0.2856, 0.3001, 0.2363, 0.1333};
/* (K L)^2 for L = 255. */
static const double c1 = 0.01 * 255 * (0.01 * 255), c2 = 0.03 * 255 * (0.03 * 255);

int ms_ssim_scales(int64_t h, int64_t w)
{
    int n = 0;
    for (; n < SSIM_SCALES && h >= SSIM_WINDOW && w >= SSIM_WINDOW; n++) {
        h /= 2;
        w /= 2;
    }
    return n;
}

/* ---- One scale: planes [h,w] of f64 ---------------------------------------------------------- */

static void window(double g[SSIM_WINDOW])
{
    double sum = 0;
    for (int i = 0; i < SSIM_WINDOW; i++)
        sum += g[i] = exp(-pow(i - SSIM_WINDOW / 2, 2) / (2 * 1.5 * 1.5));
    for (int i = 0; i < SSIM_WINDOW; i++)
        g[i] /= sum;
}

/* y [h-10,w-10] = the window's means of a b; work [h,w-10]. */
static void blurred_product(double *y, double *work, const double *a, const double *b, int64_t h,
                            int64_t w)
{
    const int64_t p = h - SSIM_WINDOW + 1, q = w - SSIM_WINDOW + 1;
    double g[SSIM_WINDOW];
    window(g);
    for (int64_t i = 0; i < h; i++)
        for (int64_t j = 0; j < q; j++) {
            double sum = 0;
            for (int k = 0; k < SSIM_WINDOW; k++)
                sum += g[k] * a[i * w + j + k] * (b ? b[i * w + j + k] : 1);
            work[i * q + j] = sum;
        }
    for (int64_t i = 0; i < p; i++)
        for (int64_t j = 0; j < q; j++) {
            double sum = 0;
            for (int k = 0; k < SSIM_WINDOW; k++)
                sum += g[k] * work[(i + k) * q + j];
            y[i * q + j] = sum;
        }
}

/* Sums over windows of contrast times structure, and of that times luminance, are added to. */
static void add_similarity(double *structure, double *all, const double *a, const double *b,
                           int64_t h, int64_t w)
{
    const int64_t n = (h - SSIM_WINDOW + 1) * (w - SSIM_WINDOW + 1);
    double *room = xmalloc((size_t)(5 * n + h * w) * sizeof *room), *work = room + 5 * n;
    double *ma = room, *mb = room + n, *aa = room + 2 * n, *bb = room + 3 * n, *ab = room + 4 * n;
    blurred_product(ma, work, a, NULL, h, w);
    blurred_product(mb, work, b, NULL, h, w);
    blurred_product(aa, work, a, a, h, w);
    blurred_product(bb, work, b, b, h, w);
    blurred_product(ab, work, a, b, h, w);
    for (int64_t i = 0; i < n; i++) {
        const double va = aa[i] - ma[i] * ma[i], vb = bb[i] - mb[i] * mb[i];
        const double cs = (2 * (ab[i] - ma[i] * mb[i]) + c2) / (va + vb + c2);
        *structure += cs / (double)n;
        *all += cs * (2 * ma[i] * mb[i] + c1) / (ma[i] * ma[i] + mb[i] * mb[i] + c1) / (double)n;
    }
    free(room);
}

/* x [h/2,w/2] = means of 2 x 2, in place. */
static void halve(double *x, int64_t h, int64_t w)
{
    for (int64_t i = 0; i < h / 2; i++)
        for (int64_t j = 0; j < w / 2; j++) {
            const double *p = x + 2 * i * w + 2 * j;
            x[i * (w / 2) + j] = (p[0] + p[1] + p[w] + p[w + 1]) / 4;
        }
}

/* ---- All scales ------------------------------------------------------------------------------ */

double ms_ssim(const float *a, const float *b, int64_t h, int64_t w, int64_t c)
{
    const int scales = ms_ssim_scales(h, w);
    double structure[SSIM_SCALES] = {0}, all[SSIM_SCALES] = {0}, sum = 0, product = 1;
    double *x = xmalloc((size_t)(2 * h * w) * sizeof *x), *y = x + h * w;
    for (int64_t k = 0; k < c; k++) {
        for (int64_t i = 0; i < h * w; i++) {
            x[i] = 127.5 * (a[i * c + k] + 1);
            y[i] = 127.5 * (b[i * c + k] + 1);
        }
        for (int s = 0; s < scales; s++) {
            add_similarity(&structure[s], &all[s], x, y, h >> s, w >> s);
            halve(x, h >> s, w >> s);
            halve(y, h >> s, w >> s);
        }
    }
    free(x);
    for (int s = 0; s < scales; s++)
        sum += weight[s];
    for (int s = 0; s < scales; s++) {
        const double mean = (s + 1 == scales ? all[s] : structure[s]) / (double)c;
        product *= pow(fmax(mean, 0), weight[s] / sum);
    }
    return product;
}

/* ---- Pairs ----------------------------------------------------------------------------------- */

/* Images in the order of their labels: those of image order[i]'s label are order[first[i]] to
 * order[end[i]-1]. */
struct classes { int64_t n, *order, *first, *end; };

struct labelled { int32_t label; int64_t number; };

static int by_label(const void *a, const void *b)
{
    const struct labelled *x = a, *y = b;
    if (x->label != y->label)
        return x->label < y->label ? -1 : 1;
    return (x->number > y->number) - (x->number < y->number);
}

static struct classes classes_of(const struct images *im)
{
    const size_t room = (size_t)im->n * sizeof(int64_t);
    struct classes c = {im->n, xmalloc(room), xmalloc(room), xmalloc(room)};
    struct labelled *l = xmalloc((size_t)im->n * sizeof *l);
    for (int64_t i = 0; i < im->n; i++)
        l[i] = (struct labelled){im->label ? im->label[i] : 0, i};
    qsort(l, (size_t)im->n, sizeof *l, by_label);
    for (int64_t i = 0, end; i < im->n; i = end) {
        for (end = i + 1; end < im->n && l[end].label == l[i].label; end++)
            ;
        for (int64_t k = i; k < end; k++) {
            c.order[k] = l[k].number;
            c.first[k] = i;
            c.end[k] = end;
        }
    }
    free(l);
    return c;
}

static bool has_pairs(const struct classes *c)
{
    for (int64_t i = 0; i < c->n; i++)
        if (c->end[i] - c->first[i] > 1)
            return true;
    return false;
}

static double of_pair(const struct images *im, const struct classes *c, uint64_t pair,
                      uint64_t seed)
{
    const struct rng r = {seed, rng_stream("ms-ssim")};
    const int64_t count = im->h * im->w * im->c;
    uint64_t draw = pair << 20;
    int64_t i;
    do
        i = (int64_t)rng_below(&r, draw++, (uint64_t)c->n);
    while (c->end[i] - c->first[i] < 2);
    int64_t j = c->first[i] + (int64_t)rng_below(&r, draw, (uint64_t)(c->end[i] - c->first[i] - 1));
    j += j >= i;
    float *x = xmalloc((size_t)(2 * count) * sizeof *x), *y = x + count;
    images_get(im, c->order[i], x);
    images_get(im, c->order[j], y);
    const double s = ms_ssim(x, y, im->h, im->w, im->c);
    free(x);
    return s;
}

double ms_ssim_of_pairs(const struct images *im, int64_t pairs, uint64_t seed)
{
    const struct classes c = classes_of(im);
    double *s = xmalloc((size_t)pairs * sizeof *s), sum = 0;
    if (!has_pairs(&c)) {
        sum = NAN;
    } else {
        #pragma omp parallel for schedule(dynamic)
        for (int64_t k = 0; k < pairs; k++)
            s[k] = of_pair(im, &c, (uint64_t)k, seed);
        for (int64_t k = 0; k < pairs; k++)
            sum += s[k] / (double)pairs;
    }
    free(s);
    free(c.order);
    free(c.first);
    free(c.end);
    return sum;
}
