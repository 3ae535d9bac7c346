#include "image/pixels.h"

#include <string.h>

/* Any pixel as RGB and alpha. */
static inline void load(uint8_t v[4], const uint8_t *p, int channels)
{
    const bool colour = channels >= 3;

    v[0] = p[0];
    v[1] = colour ? p[1] : p[0];
    v[2] = colour ? p[2] : p[0];
    v[3] = channels % 2 ? 255 : p[channels - 1];
}

static inline uint8_t over(int v, int alpha, int background)
{
    return (uint8_t)((alpha * v + (255 - alpha) * background + 127) / 255);
}

static inline uint8_t luma(const uint8_t v[4])
{
    return (uint8_t)((19595 * v[0] + 38470 * v[1] + 7471 * v[2] + 32768) >> 16);
}

static inline void store(uint8_t *p, int channels, const uint8_t v[4])
{
    if (channels >= 3)
        memcpy(p, v, 3);
    else
        p[0] = luma(v);
    if (channels % 2 == 0)
        p[channels - 1] = v[3];
}

void pixels_channels(uint8_t *restrict dst, int dc, const uint8_t *restrict src, int sc, int64_t n,
                     const uint8_t background[3])
{
    const bool flatten = sc % 2 == 0 && dc % 2 != 0;

    if (dc == sc) {
        memcpy(dst, src, n * sc);
        return;
    }
    for (int64_t i = 0; i < n; i++) {
        uint8_t v[4];
        load(v, src + i * sc, sc);
        if (flatten)
            for (int c = 0; c < 3; c++)
                v[c] = over(v[c], v[3], background[c]);
        store(dst + i * dc, dc, v);
    }
}

bool pixels_colour(uint8_t colour[3], const char *text)
{
    int v[3], n = 0;
    bool more = true;

    for (; more && n < 3; n++) {
        int digits = 0;
        for (v[n] = 0; *text >= '0' && *text <= '9' && v[n] <= 255; digits++)
            v[n] = 10 * v[n] + (*text++ - '0');
        if (digits == 0 || v[n] > 255)
            return false;
        more = *text == ',';
        text += more;
    }
    if (*text != 0 || more || n == 2)
        return false;
    for (int c = 0; c < 3; c++)
        colour[c] = (uint8_t)v[n == 3 ? c : 0];
    return true;
}

void pixels_to_f32(float *restrict y, const uint8_t *restrict v, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        y[i] = v[i] / 127.5f - 1.0f;
}

bool pixels_from_f32(uint8_t *restrict v, const float *restrict y, int64_t n)
{
    const float magic = 0x1.8p23f;  /* adding it leaves no bits for a fraction */
    int bad = 0;

    for (int64_t i = 0; i < n; i++) {
        float x = 127.5f * (y[i] + 1.0f);
        x = x > 0.0f ? x : 0.0f;
        x = x < 255.0f ? x : 255.0f;
        v[i] = (uint8_t)(int)((x + magic) - magic);
        bad |= y[i] != y[i];
    }
    return !bad;
}

void pixels_enlarge(uint8_t *restrict dst, const uint8_t *restrict src, const struct image_dims *d,
                    int64_t k)
{
    const int64_t row = d->w * d->c, wide = row * k;

    for (int64_t y = 0; y < d->h; y++, dst += k * wide) {
        uint8_t *to = dst;
        for (int64_t x = 0; x < d->w; x++)
            for (int64_t i = 0; i < k; i++, to += d->c)
                memcpy(to, src + y * row + x * d->c, d->c);
        for (int64_t i = 1; i < k; i++)
            memcpy(dst + i * wide, dst, wide);
    }
}
