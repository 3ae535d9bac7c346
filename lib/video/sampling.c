#include "video/sampling.h"

#include "base/random.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

const char *const sampling_modes[] = {"uniform", "dense", "twice", NULL};

int64_t sampling_clips(const struct sampling *s)
{
    if (s->phase != SAMPLING_TEST || s->mode == SAMPLING_UNIFORM)
        return 1;
    return s->mode == SAMPLING_TWICE ? 2 : SAMPLING_DENSE_CLIPS;
}

/* Draw number i below n. */
static int64_t draw(const struct video_key *key, int64_t i, int64_t n)
{
    const struct rng r = {key->seed, rng_stream("video.frames") + (uint64_t)key->epoch};
    return (int64_t)rng_below(&r, (uint64_t)key->video << 16 | (uint64_t)i, (uint64_t)n);
}

static void sort(int64_t *x, int64_t n)
{
    for (int64_t i = 1; i < n; i++)
        for (int64_t j = i; j > 0 && x[j - 1] > x[j]; j--) {
            const int64_t swap = x[j];
            x[j] = x[j - 1];
            x[j - 1] = swap;
        }
}

/* ---- First frames of segments, [T] -------------------------------------------------------- */

static void evenly(int64_t *start, const struct sampling *s, int64_t places, double offset)
{
    const double tick = (double)places / (double)s->segments;
    for (int64_t i = 0; i < s->segments; i++)
        start[i] = places > 0 ? (int64_t)(tick * offset + tick * (double)i) : 0;
}

static void at_random(int64_t *start, const struct sampling *s, int64_t frames, int64_t places,
                      const struct video_key *key)
{
    const int64_t each = places > 0 ? places / s->segments : 0;
    for (int64_t i = 0; i < s->segments; i++)
        start[i] = each > 0 ? i * each + draw(key, i, each)
                 : places > 0 && frames > s->segments ? draw(key, i, places) : 0;
    sort(start, s->segments);
}

static void densely(int64_t *start, const struct sampling *s, int64_t frames, int64_t first)
{
    for (int64_t i = 0; i < s->segments; i++)
        start[i] = (first + i * (SAMPLING_SPAN / s->segments)) % frames;
}

static int64_t dense_first(const struct sampling *s, int64_t frames, int64_t clip,
                           const struct video_key *key)
{
    const int64_t last = frames > SAMPLING_SPAN ? frames - SAMPLING_SPAN : 0;
    if (s->phase == SAMPLING_TEST && clip == SAMPLING_DENSE_CLIPS - 1)
        return last;
    if (s->phase == SAMPLING_TEST)
        return (int64_t)((double)clip * ((double)last / (SAMPLING_DENSE_CLIPS - 1)));
    return s->phase == SAMPLING_VALID || last == 0 ? last / 2 : draw(key, 0, last);
}

static void starts(int64_t *start, const struct sampling *s, int64_t frames, int64_t clip,
                   const struct video_key *key)
{
    const int64_t places = frames - s->length + 1;
    if (s->mode == SAMPLING_DENSE)
        densely(start, s, frames, dense_first(s, frames, clip, key));
    else if (s->phase == SAMPLING_TRAIN)
        at_random(start, s, frames, places, key);
    else if (s->phase == SAMPLING_VALID && frames <= s->segments + s->length - 1)
        evenly(start, s, 0, 0);
    else
        evenly(start, s, places, clip == 0 ? 0.5 : 0);
}

void sampling_frames(int64_t *index, const struct sampling *s, int64_t frames,
                     const struct video_key *key)
{
    const int64_t clips = sampling_clips(s);
    assert(frames >= 1 && s->segments >= 1 && s->length >= 1);
    assert(s->mode != SAMPLING_DENSE || s->segments <= SAMPLING_SPAN);
    for (int64_t clip = 0; clip < clips; clip++) {
        int64_t *at = index + clip * s->segments * s->length;
        starts(at, s, frames, clip, key);
        /* From the back, since starts [T] stand where frames [T,l] will. */
        for (int64_t i = s->segments - 1; i >= 0; i--)
            for (int64_t k = s->length - 1; k >= 0; k--) {
                const int64_t frame = at[i] + k;
                at[i * s->length + k] = frame < frames ? frame : frames - 1;
            }
    }
}

void sampling_beside(uint8_t *restrict y, const uint8_t *restrict x, int64_t n, int64_t l,
                     int64_t pixels, int64_t c)
{
    for (int64_t i = 0; i < n * l; i++)
        for (int64_t p = 0; p < pixels; p++)
            memcpy(y + ((i / l * pixels + p) * l + i % l) * c, x + (i * pixels + p) * c, (size_t)c);
}
