/* YUV4MPEG2: headers, frames, and colours against the equations in double precision. */
#include "check.h"

#include "video/y4m.h"

#include <stdlib.h>

/* Open a video held in text. */
static int open_text(struct y4m *v, struct source **src, const char *text, size_t n,
                     struct ten_err *e)
{
    *src = source_memory("v.y4m", text, n);
    return y4m_open(v, *src, e);
}

static void header_is(const char *text, const char *want)
{
    struct source *src;
    struct y4m v;
    struct ten_err e = {0};
    char again[160];
    const int rc = open_text(&v, &src, text, strlen(text), &e);

    CHECK_STR(rc < 0 ? e.text : y4m_header(&v, again), want);
    source_close(src);
}

static void parameters_are_read_in_any_order(void)
{
    header_is("YUV4MPEG2 W176 H144 F30000:1001 Ip A128:117 C420mpeg2 XYSCSS=420MPEG2\nFRAME\n",
              "YUV4MPEG2 W176 H144 F30000:1001 Ip A1:1 C420jpeg\n");
    header_is("YUV4MPEG2 C444  XCOLORRANGE=FULL A0:0 I? H2 F0:0 W1\n",
              "YUV4MPEG2 W1 H2 F0:0 Ip A1:1 C444 XCOLORRANGE=FULL\n");
    header_is("YUV4MPEG2 W1 H2", "YUV4MPEG2 W1 H2 F0:0 Ip A1:1 C420jpeg\n");
    header_is("YUV4MPEG2 W1 H2 Cmono\n", "YUV4MPEG2 W1 H2 F0:0 Ip A1:1 Cmono\n");
}

static void each_bad_parameter_is_named(void)
{
    header_is("", "v.y4m: byte 0: no YUV4MPEG2 header: expected a .y4m video");
    header_is("YUV4MPEG\n", "v.y4m: byte 0: no YUV4MPEG2 header: expected a .y4m video");
    header_is("YUV4MPEG2 W0 H2\n", "v.y4m: header: W0: expected a side of 1 to 32768 pixels");
    header_is("YUV4MPEG2 W2 H99999999999999999999\n",
              "v.y4m: header: H99999999999999999999: expected a side of 1 to 32768 pixels");
    header_is("YUV4MPEG2 W2 H2 F25\n",
              "v.y4m: header: F25: expected a rate such as F30000:1001, or F0:0");
    header_is("YUV4MPEG2 W2 H2 F25:0\n",
              "v.y4m: header: F25:0: expected a rate such as F30000:1001, or F0:0");
    header_is("YUV4MPEG2 W2 H2 Ax\n",
              "v.y4m: header: Ax: expected an aspect such as A1:1, or A0:0");
    header_is("YUV4MPEG2 W2 H2 It\n", "v.y4m: header: It: expected progressive video (Ip)");
    header_is("YUV4MPEG2 W2 H2 C420p10\n", "v.y4m: header: C420p10: expected C420jpeg, C420mpeg2, "
              "C420paldv, C420, C422, C444 or Cmono");
    header_is("YUV4MPEG2 W2 H2 Q\n",
              "v.y4m: header: Q: expected one of the parameters W H F I A C X");
    header_is("YUV4MPEG2 W2\n", "v.y4m: header: no height: expected the frames' size as W and H");
}

static void frames_follow_with_parameters_of_their_own(void)
{
    static const char text[] = "YUV4MPEG2 W1 H1 Cmono\nFRAME\naFRAME Ixyz\nb";
    const uint8_t *planes;
    struct source *src;
    struct ten_err e = {0};
    struct y4m v;

    CHECK_INT(open_text(&v, &src, text, sizeof text - 1, &e), 0);
    CHECK_INT(y4m_next(&v, &planes, &e), 1);
    CHECK_INT(planes[0], 'a');
    CHECK_INT(y4m_next(&v, &planes, &e), 1);
    CHECK_INT(planes[0], 'b');
    CHECK_INT(y4m_next(&v, &planes, &e), 0);
    source_close(src);
}

static void frame_error(const char *text, size_t n, const char *want)
{
    const uint8_t *planes;
    struct source *src;
    struct ten_err e = {0};
    struct y4m v;
    int rc = open_text(&v, &src, text, n, &e);

    while (rc >= 0 && (rc = y4m_next(&v, &planes, &e)) > 0)
        ;
    CHECK_INT(rc, -1);
    CHECK_STR(e.text, want);
    source_close(src);
}

static void cut_and_misplaced_frames_are_named(void)
{
    static const char cut[] = "YUV4MPEG2 W2 H2 Cmono\nFRAME\nabcdFRAME\nxyz";
    static const char odd[] = "YUV4MPEG2 W2 H2 Cmono\nFRAME\nabcdeFRAME\n";
    static const char glued[] = "YUV4MPEG2 W2 H2 Cmono\nFRAMES\nabcd";

    frame_error(cut, sizeof cut - 1, "v.y4m: byte 41: frame 1 ends after 3 bytes: expected 4");
    frame_error(odd, sizeof odd - 1, "v.y4m: byte 32: frame 1: expected FRAME and its parameters");
    frame_error(glued, sizeof glued - 1, "v.y4m: byte 22: frame 0: expected FRAME and its "
                "parameters");
}

static void odd_sides_round_chroma_up(void)
{
    CHECK_INT(y4m_frame_bytes(&(struct y4m){.w = 5, .h = 3, .chroma = Y4M_420}), 15 + 2 * 3 * 2);
    CHECK_INT(y4m_frame_bytes(&(struct y4m){.w = 5, .h = 3, .chroma = Y4M_422}), 15 + 2 * 3 * 3);
    CHECK_INT(y4m_frame_bytes(&(struct y4m){.w = 5, .h = 3, .chroma = Y4M_444}), 45);
    CHECK_INT(y4m_frame_bytes(&(struct y4m){.w = 5, .h = 3, .chroma = Y4M_MONO}), 15);
}

/* The integer nearest to want is got, or want is a hair from the middle between two. */
static int wrong(int got, double want)
{
    const double v = want < 0 ? 0 : want > 255 ? 255 : want;

    return fabs(got - v) > 0.51;
}

/* Every 61st of the 2^24 triples of bytes, as planes of one 4:4:4 frame, or as pixels. */
enum { STEP = 61, TRIPLES = (1 << 24) / STEP };

static struct y4m wide(bool full)
{
    return (struct y4m){.w = TRIPLES, .h = 1, .c = 3, .chroma = Y4M_444, .full_range = full};
}

static uint8_t *triples(int64_t from_one, int64_t to_next)
{
    uint8_t *v = malloc(3 * TRIPLES);

    for (int k = 0; k < TRIPLES; k++)
        for (int c = 0; c < 3; c++)
            v[k * from_one + c * to_next] = (uint8_t)(k * STEP >> (16 - 8 * c));
    return v;
}

static int64_t rgb_errors(bool full)
{
    const struct y4m v = wide(full);
    const double base = full ? 0 : 16, ys = full ? 255 : 219, cs = full ? 255 : 224;
    uint8_t *planes = triples(1, TRIPLES), *rgb = malloc(3 * TRIPLES);
    int64_t errors = 0;

    y4m_to_pixels(&v, rgb, planes);
    for (int k = 0; k < TRIPLES; k++) {
        const double y = (planes[k] - base) / ys, b = (planes[TRIPLES + k] - 128) / cs,
                     r = (planes[2 * TRIPLES + k] - 128) / cs;
        errors += wrong(rgb[3 * k], 255 * (y + 1.402 * r)) +
                  wrong(rgb[3 * k + 1],
                      255 * (y - 0.114 * 1.772 / 0.587 * b - 0.299 * 1.402 / 0.587 * r)) +
                  wrong(rgb[3 * k + 2], 255 * (y + 1.772 * b));
    }
    free(planes);
    free(rgb);
    return errors;
}

static int64_t yuv_errors(bool full)
{
    const struct y4m v = wide(full);
    const double base = full ? 0 : 16, ys = full ? 255 : 219, cs = full ? 255 : 224;
    uint8_t *rgb = triples(3, 1), *planes = malloc(3 * TRIPLES);
    int64_t errors = 0;

    y4m_from_pixels(&v, planes, rgb);
    for (int k = 0; k < TRIPLES; k++) {
        const double r = rgb[3 * k] / 255.0, g = rgb[3 * k + 1] / 255.0, b = rgb[3 * k + 2] / 255.0;
        const double y = 0.299 * r + 0.587 * g + 0.114 * b;
        errors += wrong(planes[k], base + ys * y) +
                  wrong(planes[TRIPLES + k], 128 + cs * (b - y) / 1.772) +
                  wrong(planes[2 * TRIPLES + k], 128 + cs * (r - y) / 1.402);
    }
    free(planes);
    free(rgb);
    return errors;
}

static void colours_follow_the_equations(void)
{
    CHECK_INT(rgb_errors(false), 0);
    CHECK_INT(rgb_errors(true), 0);
    CHECK_INT(yuv_errors(false), 0);
    CHECK_INT(yuv_errors(true), 0);
}

static void black_white_and_grey_are_exact(void)
{
    const struct y4m v = {.w = 3, .h = 1, .c = 3, .chroma = Y4M_444};
    const struct y4m full = {.w = 3, .h = 1, .c = 3, .chroma = Y4M_444, .full_range = true};
    const uint8_t rgb[] = {0, 0, 0, 255, 255, 255, 128, 128, 128};
    const uint8_t want[] = {16, 235, 126, 128, 128, 128, 128, 128, 128};
    const uint8_t want_full[] = {0, 255, 128, 128, 128, 128, 128, 128, 128};
    uint8_t planes[9], back[9];

    y4m_from_pixels(&v, planes, rgb);
    CHECK_BYTES(planes, want, 9);
    y4m_to_pixels(&v, back, planes);
    CHECK_BYTES(back, rgb, 9);
    y4m_from_pixels(&full, planes, rgb);
    CHECK_BYTES(planes, want_full, 9);
    y4m_to_pixels(&full, back, planes);
    CHECK_BYTES(back, rgb, 9);
}

static void a_chroma_sample_serves_the_pixels_it_covers(void)
{
    /* 3 x 3 pixels of luma 100; 2 x 2 samples of Cr, told apart by the red they make. */
    const struct y4m v = {.w = 3, .h = 3, .c = 3, .chroma = Y4M_420, .full_range = true};
    const uint8_t planes[] = {100, 100, 100, 100, 100, 100, 100, 100, 100,
                              128, 128, 128, 128,  128, 138, 148, 158};
    const uint8_t red[] = {100, 100, 114, 100, 100, 114, 128, 128, 142};  /* 100 + 1.402 (Cr-128) */
    uint8_t rgb[27];

    y4m_to_pixels(&v, rgb, planes);
    for (int i = 0; i < 9; i++)
        CHECK_INT(rgb[3 * i], red[i]);
}

static void chroma_is_the_mean_of_the_pixels_it_covers(void)
{
    /* Blue 255 has Cb 255 (full range, 128 + 127.5 clamped), black 128: a 3 x 1 row. */
    const struct y4m v = {.w = 3, .h = 1, .c = 3, .chroma = Y4M_420, .full_range = true};
    const uint8_t rgb[] = {0, 0, 255, 0, 0, 0, 0, 0, 0};
    uint8_t planes[7];

    y4m_from_pixels(&v, planes, rgb);
    CHECK_INT(planes[3], 192);                  /* 128 + 127.5 / 2 = 191.75 */
    CHECK_INT(planes[4], 128);
}

static void planes_of_half_chroma_survive_rgb_where_colours_are_mild(void)
{
    /* Chroma samples are constant over what they cover, so their mean gives them back. */
    const struct y4m v = {.w = 4, .h = 4, .c = 3, .chroma = Y4M_420, .full_range = true};
    uint8_t planes[24], back[24], rgb[48];

    for (int i = 0; i < 24; i++)
        planes[i] = (uint8_t)(i < 16 ? 110 + i : 120 + (i * 5) % 17);
    y4m_to_pixels(&v, rgb, planes);
    y4m_from_pixels(&v, back, rgb);
    for (int i = 0; i < 24; i++)
        CHECK(abs(back[i] - planes[i]) <= 1);
}

static int worst_round_trip(bool full)
{
    const struct y4m v = wide(full);
    uint8_t *rgb = triples(3, 1), *planes = malloc(3 * TRIPLES), *back = malloc(3 * TRIPLES);
    int worst = 0;

    y4m_from_pixels(&v, planes, rgb);
    y4m_to_pixels(&v, back, planes);
    for (int i = 0; i < 3 * TRIPLES; i++)
        worst = abs(back[i] - rgb[i]) > worst ? abs(back[i] - rgb[i]) : worst;
    free(rgb);
    free(planes);
    free(back);
    return worst;
}

/* Y and Cb are off by up to 1/2 each, so blue by 255/219/2 + 1.772 * 255/224/2 = 1.59, which
 * rounds to 2; in full range by 1.39, which rounds to 1. */
static void rgb_survives_444_up_to_the_rounding_of_planes(void)
{
    CHECK_INT(worst_round_trip(false), 2);
    CHECK_INT(worst_round_trip(true), 1);
}

static void grey_video_survives_exactly_in_full_range(void)
{
    const struct y4m v = {.w = 256, .h = 1, .c = 1, .chroma = Y4M_MONO, .full_range = true};
    uint8_t grey[256], planes[256], back[256];

    for (int i = 0; i < 256; i++)
        grey[i] = (uint8_t)i;
    y4m_from_pixels(&v, planes, grey);
    CHECK_BYTES(planes, grey, 256);
    y4m_to_pixels(&v, back, planes);
    CHECK_BYTES(back, grey, 256);
}

static void rates_of_television_are_recognised(void)
{
    static const struct { double fps; int64_t num, den; } rates[] = {
        {25, 25, 1}, {29.97, 30000, 1001}, {23.976, 24000, 1001}, {59.94, 60000, 1001},
        {30000.0 / 1001, 30000, 1001}, {12.5, 12500, 1000}, {60, 60, 1},
    };
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
        int64_t rate[2];
        y4m_rate(rates[i].fps, rate);
        CHECK_INT(rate[0], rates[i].num);
        CHECK_INT(rate[1], rates[i].den);
    }
}

int main(void)
{
    RUN(parameters_are_read_in_any_order);
    RUN(each_bad_parameter_is_named);
    RUN(frames_follow_with_parameters_of_their_own);
    RUN(cut_and_misplaced_frames_are_named);
    RUN(odd_sides_round_chroma_up);
    RUN(colours_follow_the_equations);
    RUN(black_white_and_grey_are_exact);
    RUN(a_chroma_sample_serves_the_pixels_it_covers);
    RUN(chroma_is_the_mean_of_the_pixels_it_covers);
    RUN(planes_of_half_chroma_survive_rgb_where_colours_are_mild);
    RUN(rgb_survives_444_up_to_the_rounding_of_planes);
    RUN(grey_video_survives_exactly_in_full_range);
    RUN(rates_of_television_are_recognised);
    return check_report();
}
