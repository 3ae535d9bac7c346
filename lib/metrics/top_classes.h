/* How often classifiers are right: by their first class, by their first five, class by class. */
#ifndef METRICS_TOP_CLASSES_H
#define METRICS_TOP_CLASSES_H

#include <stdint.h>

enum { TOP_CLASSES = 5 };
struct top_classes { int64_t classes, n, first, five, *seen, *right; };
void top_classes_init(struct top_classes *t, int64_t classes);
void top_classes_free(struct top_classes *t);
/* scores [classes]; label is one of them. */
void top_classes_add(struct top_classes *t, const float *scores, int32_t label);
/* Mean over the classes that were seen of the share of theirs that is right; NaN without any. */
double top_classes_mean(const struct top_classes *t);

/* The n <= classes best of scores [classes], the best first; of equal ones the first. */
void best_classes(int32_t *best, int64_t n, const float *scores, int64_t classes);

#endif
