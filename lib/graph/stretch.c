#include "graph/stretch.h"

#include <math.h>

double stretch_of(double in_g, double in_h)
{
    if (in_g == 0)
        return in_h > 0 ? INFINITY : 1;
    return in_h <= in_g ? 1 : in_h / in_g;
}

/* Bin 0 is 1 alone; bin b > 0 ends at 2^(b/1024). */
void stretch_count(struct stretch_histogram *h, double stretch)
{
    h->n++;
    if (stretch == INFINITY) {
        h->infinite++;
        return;
    }
    const double b = stretch > 1 ? ceil(log2(stretch) * STRETCH_STEPS) : 0;
    h->bin[b < STRETCH_BINS ? (int64_t)b : STRETCH_BINS - 1]++;
}

void stretch_merge(struct stretch_histogram *to, const struct stretch_histogram *from)
{
    for (int b = 0; b < STRETCH_BINS; b++)
        to->bin[b] += from->bin[b];
    to->infinite += from->infinite;
    to->n += from->n;
}

double stretch_quantile(const struct stretch_histogram *h, double q)
{
    const int64_t rank = (int64_t)ceil(q * (double)h->n);
    int64_t seen = 0;
    if (h->n == 0)
        return 1;
    for (int b = 0; b < STRETCH_BINS; b++)
        if ((seen += h->bin[b]) >= rank)
            return exp2((double)b / STRETCH_STEPS);
    return INFINITY;
}
