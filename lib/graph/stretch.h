/* Stretches, and how they are distributed. */
#ifndef GRAPH_STRETCH_H
#define GRAPH_STRETCH_H

#include <stdint.h>

/* Bins of a factor 2^(1/1024), 0.07 %, from 1 to 2^STRETCH_OCTAVES; the last one takes the rest. */
enum { STRETCH_STEPS = 1024, STRETCH_OCTAVES = 40, STRETCH_BINS = STRETCH_STEPS * STRETCH_OCTAVES + 1 };

struct stretch_histogram { int64_t bin[STRETCH_BINS], infinite, n; };

/* Of a round trip in_h for one of in_g >= 0: 1 where rounding makes it less; for one of length 0
 * either 1 or infinite. */
double stretch_of(double in_g, double in_h);
void stretch_count(struct stretch_histogram *h, double stretch);
void stretch_merge(struct stretch_histogram *to, const struct stretch_histogram *from);
/* The upper end of the bin of the ceil(q n)-th stretch; exactly 1 for those of 1; 1 of none. */
double stretch_quantile(const struct stretch_histogram *h, double q);

#endif
