#include "metrics/top_classes.h"

#include "base/mem.h"

#include <math.h>
#include <stdlib.h>

void top_classes_init(struct top_classes *t, int64_t classes)
{
    *t = (struct top_classes){.classes = classes};
    t->seen = xcalloc((size_t)classes, sizeof *t->seen);
    t->right = xcalloc((size_t)classes, sizeof *t->right);
}

void top_classes_free(struct top_classes *t)
{
    free(t->seen);
    free(t->right);
}

/* Whether class a stands before class b. */
static int better(const float *scores, int32_t a, int32_t b)
{
    return scores[a] > scores[b] || (scores[a] == scores[b] && a < b);
}

void best_classes(int32_t *best, int64_t n, const float *scores, int64_t classes)
{
    int64_t have = 0;
    for (int32_t c = 0; c < classes; c++) {
        int64_t at = have < n ? have++ : n;
        for (; at > 0 && better(scores, c, best[at - 1]); at--)
            if (at < n)
                best[at] = best[at - 1];
        if (at < n)
            best[at] = c;
    }
}

void top_classes_add(struct top_classes *t, const float *scores, int32_t label)
{
    const int64_t n = t->classes < TOP_CLASSES ? t->classes : TOP_CLASSES;
    int32_t best[TOP_CLASSES];
    best_classes(best, n, scores, t->classes);
    t->n++;
    t->seen[label]++;
    for (int64_t i = 0; i < n; i++) {
        t->five += best[i] == label;
        t->first += i == 0 && best[i] == label;
        t->right[label] += i == 0 && best[i] == label;
    }
}

double top_classes_mean(const struct top_classes *t)
{
    double sum = 0;
    int64_t classes = 0;
    for (int64_t c = 0; c < t->classes; c++)
        if (t->seen[c] > 0) {
            sum += (double)t->right[c] / (double)t->seen[c];
            classes++;
        }
    return classes > 0 ? sum / (double)classes : NAN;
}
