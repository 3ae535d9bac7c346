#include "metrics/correlation.h"
#include "base/mem.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- Moments --------------------------------------------------------------------------------------- */

static double mean(const double *x, int64_t n)
{
    double sum = 0;
    for (int64_t i = 0; i < n; i++)
        sum += x[i];
    return sum / (double)n;
}

double pearson(const double *x, const double *y, int64_t n)
{
    const double mx = mean(x, n), my = mean(y, n);
    double xx = 0, yy = 0, xy = 0;
    for (int64_t i = 0; i < n; i++) {
        xx += (x[i] - mx) * (x[i] - mx);
        yy += (y[i] - my) * (y[i] - my);
        xy += (x[i] - mx) * (y[i] - my);
    }
    return xy / (sqrt(xx) * sqrt(yy));                  /* 0 / 0 is NaN */
}

/* ---- Ranks ----------------------------------------------------------------------------------------- */

struct sample { double x, y; int64_t number; };

static int rising(double a, double b) { return (a > b) - (a < b); }

static int by_x_then_y(const void *a, const void *b)
{
    const struct sample *p = a, *q = b;
    const int order = rising(p->x, q->x);
    return order ? order : rising(p->y, q->y);
}

static struct sample *sorted(const double *x, const double *y, int64_t n)
{
    struct sample *s = xmalloc((size_t)(n + 1) * sizeof *s);
    for (int64_t i = 0; i < n; i++)
        s[i] = (struct sample){x[i], y[i], i};
    qsort(s, (size_t)n, sizeof *s, by_x_then_y);
    return s;
}

/* The end of the run of equal x that starts at i. */
static int64_t run_end(const struct sample *s, int64_t n, int64_t i)
{
    int64_t end = i + 1;
    while (end < n && s[end].x == s[i].x)
        end++;
    return end;
}

static void rank_all(double *rank, const double *x, int64_t n)
{
    struct sample *s = sorted(x, x, n);
    for (int64_t i = 0, end; i < n; i = end) {
        end = run_end(s, n, i);
        for (int64_t k = i; k < end; k++)
            rank[s[k].number] = 0.5 * (double)(i + end - 1);
    }
    free(s);
}

double spearman(const double *x, const double *y, int64_t n)
{
    double *rank = xmalloc((size_t)(2 * n + 1) * sizeof *rank);
    rank_all(rank, x, n);
    rank_all(rank + n, y, n);
    const double rho = pearson(rank, rank + n, n);
    free(rank);
    return rho;
}

/* ---- Pairs ----------------------------------------------------------------------------------------- */

static int64_t pairs(int64_t n) { return n * (n - 1) / 2; }

/* Sort s[0..n) by y; how many pairs stood the wrong way round. */
static int64_t merge_sort(struct sample *s, struct sample *room, int64_t n)
{
    if (n < 2)
        return 0;
    const int64_t half = n / 2;
    int64_t wrong = merge_sort(s, room, half) + merge_sort(s + half, room, n - half), a = 0, b = half, to = 0;
    while (a < half && b < n)
        if (s[b].y < s[a].y) {
            wrong += half - a;
            room[to++] = s[b++];
        } else {
            room[to++] = s[a++];
        }
    memcpy(room + to, s + a, (size_t)(half - a) * sizeof *s);   /* what is left of the right half is in place */
    memcpy(s, room, (size_t)(to + half - a) * sizeof *s);
    return wrong;
}

struct pair_counts pairs_of(const double *x, const double *y, int64_t n)
{
    struct pair_counts p = {.all = pairs(n)};
    struct sample *s = sorted(x, y, n), *room = xmalloc((size_t)(n + 1) * sizeof *room);
    for (int64_t i = 0, end; i < n; i = end) {
        end = run_end(s, n, i);
        p.tied_x += pairs(end - i);
        for (int64_t k = i, same; k < end; k = same) {
            for (same = k + 1; same < end && s[same].y == s[k].y; same++)
                ;
            p.tied_both += pairs(same - k);
        }
    }
    p.against = merge_sort(s, room, n);
    for (int64_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && s[end].y == s[i].y; end++)
            ;
        p.tied_y += pairs(end - i);
    }
    free(s);
    free(room);
    return p;
}

double kendall_tau_b(const struct pair_counts *p)
{
    const int64_t ordered = p->all - p->tied_x - p->tied_y + p->tied_both;
    const double apart_x = (double)(p->all - p->tied_x), apart_y = (double)(p->all - p->tied_y);
    return (double)(ordered - 2 * p->against) / (sqrt(apart_x) * sqrt(apart_y));
}

double pairwise_accuracy(const struct pair_counts *p)
{
    const int64_t ordered = p->all - p->tied_x - p->tied_y + p->tied_both, undecided = p->tied_x - p->tied_both;
    return ((double)(ordered - p->against) + 0.5 * (double)undecided) / (double)(p->all - p->tied_y);
}

/* ---- All of them ----------------------------------------------------------------------------------- */

struct agreement agreement_of(const double *got, const double *want, int64_t n)
{
    struct agreement a = {.n = n, .pearson = pearson(got, want, n), .spearman = spearman(got, want, n)};
    const struct pair_counts p = pairs_of(got, want, n);
    for (int64_t i = 0; i < n; i++) {
        const double d = fabs(got[i] - want[i]);
        a.rmse += d * d / (double)n;
        a.mae += d / (double)n;
        a.mapd += d / fabs(want[i]) / (double)n;
    }
    a.rmse = n > 0 ? sqrt(a.rmse) : NAN;
    a.mae = n > 0 ? a.mae : NAN;
    a.mapd = n > 0 ? a.mapd : NAN;
    a.kendall = kendall_tau_b(&p);
    a.pairwise = pairwise_accuracy(&p);
    return a;
}

void agreement_header(FILE *f)
{
    fputs("model\tn\trmse\tmae\tmapd\tpearson\tspearman\tkendall\tpairwise\n", f);
}

void agreement_line(FILE *f, const char *model, const struct agreement *a)
{
    fprintf(f, "%s\t%" PRId64 "\t%.6g\t%.6g\t%.6g\t%.6f\t%.6f\t%.6f\t%.6f\n", model, a->n, a->rmse, a->mae, a->mapd,
            a->pearson, a->spearman, a->kendall, a->pairwise);
}
