#include "video/steady.h"

#include "base/fail.h"
#include "base/mem.h"
#include "base/numbers.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { IGNORED = -1 };

/* What follows the class at p; NULL where there is none. */
static const char *read_class(const char *p, const char *end, int64_t classes, int64_t *class)
{
    p = parse_i64(p, end, class);
    return p && *class >= 0 && *class < classes ? p : NULL;
}

/* A list of classes to ignore, or of pairs. */
static int learn(struct steady *s, const char *option, const char *list, bool pairs, struct ten_err *e)
{
    char *const copy = list ? xstrdup(list) : NULL, *left = copy;
    int rc = 0;
    for (char *word; rc == 0 && (word = strsep(&left, ","));) {
        const char *end = word + strlen(word);
        int64_t from, to = IGNORED;
        const char *p = read_class(word, end, s->classes, &from);
        if (pairs && p)
            p = *p == ':' ? read_class(p + 1, end, s->classes, &to) : NULL;
        if (p == end)
            s->says[from] = (int32_t)to;
        else
            rc = fail(e, TEN_E_USAGE, "%s: %s: expected %s from 0 to %" PRId64, option, word, pairs ? "FROM:TO, classes" : "classes",
                      s->classes - 1);
    }
    free(copy);
    return rc;
}

int steady_init(struct steady *s, int64_t classes, const struct steady_rules *rules, struct ten_err *e)
{
    *s = (struct steady){.rules = *rules, .classes = classes};
    s->says = xmalloc((size_t)classes * sizeof *s->says);
    s->last = xmalloc((size_t)(rules->smooth * classes) * sizeof *s->last);
    s->sum = xmalloc((size_t)classes * sizeof *s->sum);
    for (int32_t c = 0; c < classes; c++)
        s->says[c] = c;
    steady_reset(s);
    if (learn(s, "--map", rules->map, true, e) < 0)
        return -1;
    return learn(s, "--ignore", rules->ignore, false, e);
}

void steady_free(struct steady *s)
{
    free(s->says);
    free(s->last);
    free(s->sum);
    *s = (struct steady){0};
}

void steady_reset(struct steady *s)
{
    s->seen = s->same = s->stood = 0;
    s->before = s->label = -1;
}

static int64_t frames_of(const struct steady *s) { return s->seen < s->rules.smooth ? s->seen : s->rules.smooth; }

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

/* What the frame just seen says. */
static int32_t what_it_says(struct steady *s)
{
    const int32_t best = largest_sum(s);
    const bool counts = s->says[best] != IGNORED && (s->rules.least <= 0 || probability(s, best) > s->rules.least);
    return counts ? s->says[best] : s->label;
}

int32_t steady_next(struct steady *s, const float *logits)
{
    memcpy(s->last + s->seen % s->rules.smooth * s->classes, logits, (size_t)s->classes * sizeof *logits);
    s->seen++;
    const int32_t now = what_it_says(s);
    s->same = now == s->before ? s->same + 1 : 1;
    s->before = now;
    const bool changes = now != s->label && (s->label < 0 || (s->same >= s->rules.agree && s->stood >= s->rules.hold));
    s->stood = changes ? 1 : s->stood + 1;
    s->label = changes ? now : s->label;
    return s->label;
}
