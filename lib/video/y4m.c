#include "video/y4m.h"

#include "base/fail.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Parameters ------------------------------------------------------------------------------ */

/* The 8-bit samplings by their names in the header, and how planes are called for writing. */
static const struct { const char *name; enum y4m_chroma chroma; } samplings[] = {
    {"420jpeg", Y4M_420}, {"420mpeg2", Y4M_420}, {"420paldv", Y4M_420}, {"420", Y4M_420},
    {"422", Y4M_422}, {"444", Y4M_444}, {"mono", Y4M_MONO},
};

static bool number(const char **p, int64_t max, int64_t *v)
{
    const char *s = *p;

    for (*v = 0; *s >= '0' && *s <= '9'; s++)
        if ((*v = *v * 10 + (*s - '0')) > max)
            return false;
    const bool found = s > *p;
    *p = s;
    return found;
}

static bool side(const char *p, int64_t *v)
{
    return number(&p, Y4M_MAX_SIDE, v) && *p == 0 && *v > 0;
}

static bool fraction(const char *p, int64_t v[2])
{
    return number(&p, INT32_MAX, &v[0]) && *p++ == ':' && number(&p, INT32_MAX, &v[1]) && *p == 0 &&
           (v[0] > 0) == (v[1] > 0);
}

static bool sampling(const char *name, enum y4m_chroma *chroma)
{
    for (size_t i = 0; i < sizeof samplings / sizeof *samplings; i++)
        if (strcmp(name, samplings[i].name) == 0) {
            *chroma = samplings[i].chroma;
            return true;
        }
    return false;
}

/* Take one parameter of the header, a tag letter and its value: NULL, or what would be right. */
static const char *parameter(struct y4m *v, const char *word)
{
    const char *value = word + 1;
    int64_t aspect[2];

    switch (*word) {
    case 'W':
    case 'H':
        return side(value, *word == 'W' ? &v->w : &v->h) ? NULL : "a side of 1 to 32768 pixels";
    case 'F':
        return fraction(value, v->rate) ? NULL : "a rate such as F30000:1001, or F0:0";
    case 'A':
        return fraction(value, aspect) ? NULL : "an aspect such as A1:1, or A0:0";
    case 'I':
        return strcmp(value, "p") == 0 || strcmp(value, "?") == 0 ? NULL : "progressive video (Ip)";
    case 'C':
        return sampling(value, &v->chroma) ? NULL
             : "C420jpeg, C420mpeg2, C420paldv, C420, C422, C444 or Cmono";
    case 'X':
        if (strcmp(value, "COLORRANGE=FULL") == 0)
            v->full_range = true;
        return NULL;
    default:
        return "one of the parameters W H F I A C X";
    }
}

int y4m_open(struct y4m *v, struct source *src, struct ten_err *e)
{
    const char *name = source_name(src), *line, *want = NULL;
    char text[Y4M_MAX_LINE + 1], *rest = text, *word;
    int64_t n;
    int rc = source_line(src, &line, &n, Y4M_MAX_LINE, e);

    *v = (struct y4m){.chroma = Y4M_420, .src = src};
    if (rc < 0)
        return -1;
    if (rc == 0 || n < 9 || memcmp(line, "YUV4MPEG2", 9) != 0 || memchr(line, 0, (size_t)n))
        return fail(e, TEN_E_DATA, "%s: byte 0: no YUV4MPEG2 header: expected a .y4m video", name);
    memcpy(text, line, (size_t)n);
    text[n] = 0;
    strsep(&rest, " ");
    while (!want && (word = strsep(&rest, " ")))
        if (*word && (want = parameter(v, word)))
            return fail(e, TEN_E_DATA, "%s: header: %s: expected %s", name, word, want);
    if (v->w == 0 || v->h == 0)
        return fail(e, TEN_E_DATA, "%s: header: no %s: expected the frames' size as W and H", name,
                    v->w == 0 ? "width" : "height");
    v->c = v->chroma == Y4M_MONO ? 1 : 3;
    return 0;
}

char *y4m_header(const struct y4m *v, char text[160])
{
    static const char *const name[] = {"mono", "420jpeg", "422", "444"};

    snprintf(text, 160, "YUV4MPEG2 W%lld H%lld F%lld:%lld Ip A1:1 C%s%s\n", (long long)v->w,
             (long long)v->h, (long long)v->rate[0], (long long)v->rate[1], name[v->chroma],
             v->full_range ? " XCOLORRANGE=FULL" : "");
    return text;
}

void y4m_rate(double fps, int64_t rate[2])
{
    static const int64_t under[] = {1, 1001, 1000};

    for (int i = 0; i < 3; i++) {
        rate[0] = llround(fps * (double)under[i]);
        rate[1] = under[i];
        /* 29.97 and 23.976 are meant to be 30000:1001 and 24000:1001. */
        if (fabs((double)rate[0] / (double)rate[1] - fps) < 2e-5 * fps &&
            (under[i] != 1001 || rate[0] % 1000 == 0))
            return;
    }
}

/* ---- Frames -------------------------------------------------------------------------------- */

static int64_t chroma_width(const struct y4m *v)
{
    return v->chroma == Y4M_MONO ? 0 : v->chroma == Y4M_444 ? v->w : (v->w + 1) / 2;
}

static int64_t chroma_height(const struct y4m *v)
{
    return v->chroma == Y4M_MONO ? 0 : v->chroma == Y4M_420 ? (v->h + 1) / 2 : v->h;
}

int64_t y4m_frame_bytes(const struct y4m *v)
{
    return v->w * v->h + 2 * chroma_width(v) * chroma_height(v);
}

int y4m_next(struct y4m *v, const uint8_t **planes, struct ten_err *e)
{
    const int64_t at = source_offset(v->src), want = y4m_frame_bytes(v);
    const char *line;
    const void *p;
    int64_t n, got;
    int rc = source_line(v->src, &line, &n, Y4M_MAX_LINE, e);

    if (rc <= 0)
        return rc;
    if (n < 5 || memcmp(line, "FRAME", 5) != 0 || (n > 5 && line[5] != ' '))
        return fail(e, TEN_E_DATA, "%s: byte %lld: frame %lld: expected FRAME and its parameters",
                    source_name(v->src), (long long)at, (long long)v->frames);
    if ((got = source_take(v->src, &p, want, e)) < 0)
        return -1;
    if (got < want)
        return fail(e, TEN_E_DATA, "%s: byte %lld: frame %lld ends after %lld bytes: expected %lld",
                    source_name(v->src), (long long)source_offset(v->src), (long long)v->frames,
                    (long long)got, (long long)want);
    *planes = p;
    v->frames++;
    return 1;
}

/* ---- Colours: 16-bit fixed point ------------------------------------------------------------- */

enum { BITS = 16, HALF = 1 << 15 };

/* Y'CbCr to RGB: scale of Y, and the parts of Cb and Cr in R, G and B.  1.402, 0.344136, 0.714136
 * and 1.772, over 224/255 in the limited range. */
struct to_rgb { int base, y, r_cr, g_cb, g_cr, b_cb; };
static const struct to_rgb to_rgb[] = {
    {16, 76309, 104597, 25675, 53279, 132201},
    {0, 65536, 91881, 22554, 46802, 116130},
};

/* RGB to Y'CbCr.  Rows of Y add up to 219/255 and 1, so that white is 235 or 255; those of Cb and
 * Cr to nothing, so that greys have 128. */
struct from_rgb { int base, y[3], cb[3], cr[3]; };
static const struct from_rgb from_rgb[] = {
    {16, {16829, 33039, 6416}, {-9714, -19070, 28784}, {28784, -24103, -4681}},
    {0, {19595, 38470, 7471}, {-11058, -21710, 32768}, {32768, -27439, -5329}},
};

static inline uint8_t clamp(int v)
{
    return (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v);
}

static inline int dot(const int m[3], int r, int g, int b)
{
    return m[0] * r + m[1] * g + m[2] * b;
}

static void grey_row(uint8_t *restrict to, const uint8_t *restrict luma, const struct to_rgb *m,
                     int64_t w)
{
    for (int64_t x = 0; x < w; x++)
        to[x] = clamp((m->y * (luma[x] - m->base) + HALF) >> BITS);
}

/* step: 0 where every pixel has a chroma sample of its own, 1 where two share one. */
static inline void colour_row(uint8_t *restrict to, const uint8_t *restrict luma,
                              const uint8_t *restrict cb, const uint8_t *restrict cr,
                              const struct to_rgb *m, int64_t w, int step)
{
    for (int64_t x = 0; x < w; x++) {
        const int y = m->y * (luma[x] - m->base) + HALF, u = cb[x >> step] - 128,
                  v = cr[x >> step] - 128;
        to[3 * x] = clamp((y + m->r_cr * v) >> BITS);
        to[3 * x + 1] = clamp((y - m->g_cb * u - m->g_cr * v) >> BITS);
        to[3 * x + 2] = clamp((y + m->b_cb * u) >> BITS);
    }
}

void y4m_to_pixels(const struct y4m *v, uint8_t *restrict pixels, const uint8_t *restrict planes)
{
    const struct to_rgb *m = &to_rgb[v->full_range];
    const int64_t cw = chroma_width(v), ch = chroma_height(v);
    const uint8_t *cb = planes + v->w * v->h, *cr = cb + cw * ch;

    #pragma omp parallel for schedule(static)
    for (int64_t y = 0; y < v->h; y++) {
        const int64_t at = (v->chroma == Y4M_420 ? y / 2 : y) * cw;
        uint8_t *to = pixels + y * v->w * v->c;
        const uint8_t *luma = planes + y * v->w;

        if (v->chroma == Y4M_MONO)
            grey_row(to, luma, m, v->w);
        else if (v->chroma == Y4M_444)
            colour_row(to, luma, cb + at, cr + at, m, v->w, 0);
        else
            colour_row(to, luma, cb + at, cr + at, m, v->w, 1);
    }
}

static void luma_row(uint8_t *restrict luma, const uint8_t *restrict from,
                     const struct from_rgb *m, int64_t w, int64_t c)
{
    const int grey = m->y[0] + m->y[1] + m->y[2];

    if (c == 1)
        for (int64_t x = 0; x < w; x++)
            luma[x] = (uint8_t)(m->base + ((grey * from[x] + HALF) >> BITS));
    else
        for (int64_t x = 0; x < w; x++)
            luma[x] = (uint8_t)(m->base + ((m->y[0] * from[3 * x] + m->y[1] * from[3 * x + 1] +
                                            m->y[2] * from[3 * x + 2] + HALF) >> BITS));
}

/* One row of chroma from the one or two rows of pixels it covers; edge pixels count twice. */
static void chroma_row(uint8_t *restrict cb, uint8_t *restrict cr, const uint8_t *upper,
                       const uint8_t *lower, const struct from_rgb *m, int64_t w, int step)
{
    for (int64_t x = 0; x <= (w - 1) >> step; x++) {
        const int64_t a = 3 * (x << step), b = (x << step) + step < w ? a + 3 * step : a;
        int sum[3];
        for (int k = 0; k < 3; k++)
            sum[k] = upper[a + k] + upper[b + k] + lower[a + k] + lower[b + k];
        cb[x] = clamp(128 + ((dot(m->cb, sum[0], sum[1], sum[2]) + 4 * HALF) >> (BITS + 2)));
        cr[x] = clamp(128 + ((dot(m->cr, sum[0], sum[1], sum[2]) + 4 * HALF) >> (BITS + 2)));
    }
}

void y4m_from_pixels(const struct y4m *v, uint8_t *restrict planes, const uint8_t *restrict pixels)
{
    const struct from_rgb *m = &from_rgb[v->full_range];
    const int64_t cw = chroma_width(v), ch = chroma_height(v), row = v->w * v->c;
    const int down = v->chroma == Y4M_420, across = v->chroma != Y4M_444;
    uint8_t *cb = planes + v->w * v->h, *cr = cb + cw * ch;

    #pragma omp parallel for schedule(static)
    for (int64_t y = 0; y < v->h; y++)
        luma_row(planes + y * v->w, pixels + y * row, m, v->w, v->c);
    #pragma omp parallel for schedule(static)
    for (int64_t y = 0; y < ch; y++) {
        const int64_t upper = y << down, lower = upper + down < v->h ? upper + down : upper;
        chroma_row(cb + y * cw, cr + y * cw, pixels + upper * row, pixels + lower * row, m, v->w,
                   across);
    }
}
