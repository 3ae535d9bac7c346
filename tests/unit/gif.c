#include "image/gif.h"

#include "base/mem.h"
#include "base/random.h"
#include "check.h"
#include "image/palette.h"

#include <stdlib.h>

/* ---- A reader of its own: naive, from the format's description ------------------------------- */

/* Bits of the data blocks at *p, lowest first. */
struct reader { const uint8_t *p; int left, bit; };

static int next_bit(struct reader *r)
{
    if (r->bit == 8) {
        r->bit = 0;
        r->p++;
        r->left--;
    }
    if (r->left == 0)
        r->left = *r->p++;
    return *r->p >> r->bit++ & 1;
}

static int next_code(struct reader *r, int bits)
{
    int code = 0;
    for (int i = 0; i < bits; i++)
        code |= next_bit(r) << i;
    return code;
}

struct string { int n; uint8_t *p; };
static struct string strings[4096];

static void set(int code, const uint8_t *p, int n, int more)
{
    free(strings[code].p);
    strings[code] = (struct string){n + (more >= 0), xmalloc((size_t)n + 1)};
    memcpy(strings[code].p, p, (size_t)n);
    if (more >= 0)
        strings[code].p[n] = (uint8_t)more;
}

/* Indices of one frame into y: how many, or -1. */
static int64_t unpack(const uint8_t *p, uint8_t *y, int64_t room)
{
    const int bits = *p++, clear = 1 << bits;
    struct reader r = {.p = p};
    int width = bits + 1, next = clear + 2, last = -1;
    int64_t n = 0;
    for (int i = 0; i < clear; i++)
        set(i, &(uint8_t){(uint8_t)i}, 1, -1);
    for (;;) {
        const int code = next_code(&r, width);
        if (code == clear) {
            width = bits + 1;
            next = clear + 2;
            last = -1;
            continue;
        }
        if (code == clear + 1)
            return n;
        if (code > next || (code == next && last < 0))
            return -1;
        if (last >= 0 && next < 4096) {
            const struct string s = strings[last];
            set(next, s.p, s.n, code == next ? s.p[0] : strings[code].p[0]);
            next++;
        }
        if (next == 1 << width && width < 12)
            width++;
        if (n + strings[code].n > room)
            return -1;
        memcpy(y + n, strings[code].p, (size_t)strings[code].n);
        n += strings[code].n;
        last = code;
    }
}

/* The pixels of the only frame of a GIF into rgb [n,3]: whether it had n. */
static bool read_gif(const uint8_t *p, uint8_t *rgb, int64_t n)
{
    uint8_t *index = xmalloc((size_t)n);
    if (memcmp(p, "GIF89a", 6) != 0)
        return false;
    p += 13;
    if (p[1] == 0xff)
        p += 19;
    p += 8 + 9;                                         /* the frame's times and place */
    const int bits = (*p & 7) + 1;
    const uint8_t *palette = p + 1;
    p = palette + 3 * (1 << bits);
    const bool right = unpack(p, index, n) == n;
    for (int64_t i = 0; right && i < n; i++)
        memcpy(rgb + 3 * i, palette + 3 * index[i], 3);
    free(index);
    return right;
}

static uint8_t *write_gif(const uint8_t *pixels, int64_t w, int64_t h, size_t *size)
{
    char *bytes;
    FILE *f = open_memstream(&bytes, size);
    gif_start(f, w, h, 0);
    gif_frame(f, pixels, w, h, 5);
    gif_end(f);
    fclose(f);
    return (uint8_t *)bytes;
}

static void check_kept(const uint8_t *pixels, int64_t w, int64_t h)
{
    size_t size;
    uint8_t *bytes = write_gif(pixels, w, h, &size), *back = xcalloc((size_t)(w * h), 3);
    CHECK(read_gif(bytes, back, w * h));
    CHECK(memcmp(pixels, back, (size_t)(3 * w * h)) == 0);
    CHECK(bytes[size - 1] == 0x3b);
    free(bytes);
    free(back);
}

/* ---- Tests ----------------------------------------------------------------------------------- */

/* w x h pixels of `colours` different ones. */
static uint8_t *picture(int64_t w, int64_t h, int64_t colours, bool noise)
{
    const struct rng rng = {7, 1};
    uint8_t *p = xmalloc((size_t)(3 * w * h));
    for (int64_t i = 0; i < w * h; i++) {
        const int64_t c =
            noise ? (int64_t)rng_below(&rng, (uint64_t)i, (uint64_t)colours) : i / 5 % colours;
        p[3 * i] = (uint8_t)c;
        p[3 * i + 1] = (uint8_t)(c >> 3);
        p[3 * i + 2] = (uint8_t)(255 - c);
    }
    return p;
}

static void pictures_of_few_colours_come_back_as_they_were(void)
{
    static const int64_t size[][3] = {{1, 1, 1},    {3, 2, 2},       {7, 5, 3},
                                      {64, 64, 16}, {300, 200, 256}, {257, 31, 255}};
    for (size_t i = 0; i < sizeof size / sizeof *size; i++)
        for (int noise = 0; noise < 2; noise++) {
            uint8_t *p = picture(size[i][0], size[i][1], size[i][2], noise);
            check_kept(p, size[i][0], size[i][1]);
            free(p);
        }
}

/* Every length of a picture of one colour and of two: the code before the end comes at every number
 * of strings. */
static void no_length_makes_the_last_codes_too_short(void)
{
    for (int64_t n = 1; n < 1200; n++) {
        uint8_t *p = picture(n, 1, n % 2 ? 4 : 256, true);
        check_kept(p, n, 1);
        free(p);
    }
}

static void many_colours_become_256_near_ones(void)
{
    enum { SIDE = 96 };
    uint8_t *p = xmalloc(3 * SIDE * SIDE), *index = xmalloc(SIDE * SIDE);
    struct palette palette;
    double error = 0;
    for (int64_t i = 0; i < SIDE * SIDE; i++) {
        p[3 * i] = (uint8_t)(i % SIDE * 255 / SIDE);
        p[3 * i + 1] = (uint8_t)(i / SIDE * 255 / SIDE);
        p[3 * i + 2] = 100;
    }
    palette_cut(&palette, index, p, SIDE * SIDE);
    CHECK_INT(palette.n, 256);
    for (int64_t i = 0; i < SIDE * SIDE; i++)
        for (int c = 0; c < 3; c++)
            error += pow(palette.colour[index[i]][c] - p[3 * i + c], 2);
    /* 256 squares of 16 x 16 leave a variance of 16^2/12 on either axis. */
    CHECK(error / (SIDE * SIDE) < 1.3 * 2 * 16 * 16 / 12.0);
    free(p);
    free(index);
}

static void how_often_and_how_fast_stand_in_the_head(void)
{
    char *bytes;
    size_t size;
    const uint8_t black[3] = {0};
    FILE *f = open_memstream(&bytes, &size);
    gif_start(f, 1, 1, 3);
    gif_frame(f, black, 1, 1, 300);
    gif_end(f);
    fclose(f);
    CHECK_BYTES(bytes,
                "GIF89a\1\0\1\0\x70\0\0\x21\xff\x0bNETSCAPE2.0\3\1\2\0\0\x21\xf9\4\0\x2c\1\0\0",
                40);
    free(bytes);
}

int main(void)
{
    RUN(pictures_of_few_colours_come_back_as_they_were);
    RUN(no_length_makes_the_last_codes_too_short);
    RUN(many_colours_become_256_near_ones);
    RUN(how_often_and_how_fast_stand_in_the_head);
    for (int i = 0; i < 4096; i++)
        free(strings[i].p);
    return check_report();
}
