#include "video/footage.h"

#include "base/random.h"

#include <string.h>

void clip_reverse(uint8_t *to, const uint8_t *from, int64_t frames, int64_t bytes)
{
    for (int64_t t = 0; t < frames; t++)
        memcpy(to + t * bytes, from + (frames - 1 - t) * bytes, (size_t)bytes);
}

int pan_fits(const struct pan *p)
{
    const int64_t way = PAN_SPEED * (p->frames - 1);
    return p->height >= p->window_height + way && p->width >= p->window_width + way;
}

static void cut(uint8_t *to, const struct pan *p, const uint8_t *frame, int64_t top, int64_t left)
{
    const int64_t row = p->window_width * p->channels;
    for (int64_t i = 0; i < p->window_height; i++)
        memcpy(to + i * row, frame + ((top + i) * p->width + left) * p->channels, (size_t)row);
}

int32_t pan_cut(uint8_t *clip, const struct pan *p, const uint8_t *from, uint64_t seed, uint64_t index)
{
    static const int dy[] = {0, 0, -1, 1}, dx[] = {-1, 1, 0, 0};
    const struct rng r = {seed, rng_stream("video.pan")};
    const int32_t label = (int32_t)rng_below(&r, 4 * index, PAN_CLASSES);
    const int64_t speed = 1 + (int64_t)rng_below(&r, 4 * index + 1, PAN_SPEED), way = speed * (p->frames - 1);
    /* Where the window stands when it is nearest to the upper left corner, on its way or not. */
    const int64_t top = (int64_t)rng_below(&r, 4 * index + 2, (uint64_t)(p->height - p->window_height - way * (dy[label] != 0) + 1));
    const int64_t left = (int64_t)rng_below(&r, 4 * index + 3, (uint64_t)(p->width - p->window_width - way * (dx[label] != 0) + 1));
    for (int64_t t = 0; t < p->frames; t++) {
        const int64_t back = p->frames - 1 - t;
        cut(clip + t * p->window_height * p->window_width * p->channels, p, from + t * p->height * p->width * p->channels,
            top + speed * (dy[label] > 0 ? t : dy[label] < 0 ? back : 0), left + speed * (dx[label] > 0 ? t : dx[label] < 0 ? back : 0));
    }
    return label;
}
