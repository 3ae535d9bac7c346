#include "video/steady.h"

#include "base/mem.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void steady_init(struct steady *s, int64_t classes, int64_t smooth, int64_t agree)
{
    *s = (struct steady){.classes = classes, .smooth = smooth, .agree = agree};
    s->last = xmalloc((size_t)(smooth * classes) * sizeof *s->last);
    s->sum = xmalloc((size_t)classes * sizeof *s->sum);
    steady_reset(s);
}

void steady_free(struct steady *s)
{
    free(s->last);
    free(s->sum);
    *s = (struct steady){0};
}

void steady_reset(struct steady *s)
{
    s->seen = s->same = 0;
    s->before = s->label = -1;
}

static int64_t frames_of(const struct steady *s) { return s->seen < s->smooth ? s->seen : s->smooth; }

/* Anew each time, so that what is left of old frames is nothing and not a rounding error. */
static int32_t largest_sum(struct steady *s)
{
    const int64_t frames = frames_of(s);
    int32_t best = 0;
    memset(s->sum, 0, (size_t)s->classes * sizeof *s->sum);
    for (int64_t i = 0; i < frames; i++)
        for (int64_t c = 0; c < s->classes; c++)
            s->sum[c] += s->last[i * s->classes + c];
    for (int32_t c = 1; c < s->classes; c++)
        if (s->sum[c] > s->sum[best])
            best = c;
    return best;
}

/* Of the class with the largest sum. */
static double probability(const struct steady *s, int32_t best)
{
    double all = 0;
    for (int64_t c = 0; c < s->classes; c++)
        all += exp((s->sum[c] - s->sum[best]) / (double)frames_of(s));
    return 1 / all;
}

static bool counts(const struct steady *s, int32_t best)
{
    return !(s->ignored && s->ignored[best]) && (s->least <= 0 || probability(s, best) > s->least);
}

int32_t steady_next(struct steady *s, const float *logits)
{
    memcpy(s->last + s->seen % s->smooth * s->classes, logits, (size_t)s->classes * sizeof *logits);
    s->seen++;
    const int32_t best = largest_sum(s), now = counts(s, best) ? best : s->label;
    s->same = now == s->before ? s->same + 1 : 1;
    s->before = now;
    if (s->label < 0 || s->same >= s->agree)
        s->label = now;
    return s->label;
}
