#include "nn/batch_augment.h"

#include "base/mem.h"
#include "nn/simd_batch.h"
#include "tests/unit/check.h"
#include "tests/unit/levels.h"

#include <stdlib.h>

/* ---- Text ------------------------------------------------------------------------------------ */

static void words_and_numbers_are_read(void)
{
    struct batch_augment a;
    struct ten_err e = {0};

    CHECK_INT(batch_augment_parse(&a, "crop=4,flip,cutout=8,mixup=0.2", &e), 0);
    CHECK_INT(a.crop, 4);
    CHECK_INT(a.flip, 1);
    CHECK_INT(a.cutout, 8);
    CHECK_NEAR(a.mixup, 0.2, 0);
    CHECK_INT(a.resized, 0);
    CHECK(batch_augment_mixes(&a));
    CHECK_INT(batch_augment_parse(&a, "resized=224,area=0.2/0.9,flip", &e), 0);
    CHECK_NEAR(a.area[0], 0.2, 0);
    CHECK_NEAR(a.area[1], 0.9, 0);
    CHECK_NEAR(a.ratio[0], 0.75, 0);
    CHECK(!batch_augment_mixes(&a));
    CHECK_INT(batch_augment_parse(&a, "", &e), 0);
    CHECK_INT(a.flip, 0);
}

static void mistakes_are_told(void)
{
    static const struct { const char *text, *why; } bad[] = {
        {"crop=4,flop", "augmentation: flop: unknown: expected some of crop, reflect, resized, area, "
                        "ratio, flip, cutout, brightness, contrast, saturation, mixup, cutmix"},
        {"crop=x", "augmentation: crop=x: expected a number from 0 to 65536"},
        {"crop=1.5", "augmentation: crop=1.5: expected a whole number"},
        {"crop", "augmentation: crop: no value: expected crop=NUMBER"},
        {"crop=4,reflect=4", "augmentation: two of resized, crop and reflect: expected one"},
        {"flip,flip", "augmentation: flip: given twice: expected it once"},
        {"area=0.1/1", "augmentation: area or ratio without resized: expected resized=SIZE"},
        {"resized=8,area=0.5", "augmentation: area: not a range: expected area=LOW/HIGH"},
        {"resized=8,ratio=2/1", "augmentation: ratio: not a range: expected ratio=LOW/HIGH"},
        {"mixup=-1", "augmentation: mixup=-1: expected a number from 0 to 1000"},
    };
    struct batch_augment a;

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct ten_err e = {0};

        CHECK_INT(batch_augment_parse(&a, bad[i].text, &e), -1);
        CHECK_INT(e.code, TEN_E_USAGE);
        CHECK_STR(e.text, bad[i].why);
    }
}

/* ---- One image ------------------------------------------------------------------------------- */

static struct batch_form form(const char *text, enum ten_type type, int64_t h, int64_t w, int64_t c,
                              const struct batch_scale *scale)
{
    struct batch_form f;
    struct batch_augment a;
    struct ten_err e = {0};
    const struct ten_shape shape = {3, {h, w, c}};

    CHECK_INT(batch_augment_parse(&a, text, &e), 0);
    CHECK_INT(batch_form_init(&f, type, &shape, &a, scale, false, &e), 0);
    CHECK_STR(e.text, "");
    return f;
}

/* The look of an image that nothing happens to. */
static struct batch_look still(const struct batch_form *f)
{
    return (struct batch_look){.height = f->h, .width = f->w, .brightness = 1, .contrast = 1,
                               .saturation = 1};
}

static void apply(float *y, const void *x, struct batch_form f, struct batch_look look)
{
    void *scratch = xaligned((size_t)batch_form_scratch(&f));

    batch_image(y, x, &f, &look, scratch);
    free(scratch);
    batch_form_free(&f);
}

#define CHECK_ALL(got, want, n, tol) do { \
    for (int i_ = 0; i_ < (n); i_++) \
        CHECK_NEAR((got)[i_], (want)[i_], tol); \
} while (0)

/* 1..6 in two rows of three, as f32. */
static const float six[6] = {1, 2, 3, 4, 5, 6};

static void bytes_become_minus_one_to_one_or_are_normalised(void)
{
    const uint8_t x[6] = {0, 51, 255, 102, 255, 0};
    const struct batch_scale s = {3, {0.2f, 0.5f, 0.5f}, {0.1f, 0.5f, 0.25f}, false};
    struct batch_form f = form("", TEN_U8, 1, 2, 3, NULL), g = form("", TEN_U8, 1, 2, 3, &s);
    const float one[6] = {-1, -0.6f, 1, -0.2f, 1, -1}, normal[6] = {-2, -0.6f, 2, 2, 1, -2};
    float y[6];

    apply(y, x, f, still(&f));
    CHECK_ALL(y, one, 6, 2e-7);
    apply(y, x, g, still(&g));
    CHECK_ALL(y, normal, 6, 2e-6);
}

static void floats_stay_or_are_normalised_from_minus_one_to_one(void)
{
    const float x[4] = {-1, -0.25f, 0.3f, 7};
    const struct batch_scale s = {1, {0.25f}, {0.5f}, false};
    struct batch_form f = form("", TEN_F32, 2, 2, 1, NULL), g = form("", TEN_F32, 2, 2, 1, &s);
    const float normal[4] = {-0.5f, 0.25f, 0.8f, 7.5f};
    float y[4];

    apply(y, x, f, still(&f));
    CHECK_BYTES(y, x, sizeof y);
    apply(y, x, g, still(&g));
    CHECK_ALL(y, normal, 4, 1e-6);
}

static void flip_reverses_columns(void)
{
    const float want[6] = {3, 2, 1, 6, 5, 4};
    struct batch_form f = form("flip", TEN_F32, 2, 3, 1, NULL), g = form("flip", TEN_F32, 1, 2, 3, NULL);
    struct batch_look look = still(&f), pixels = still(&g);
    const float swapped[6] = {4, 5, 6, 1, 2, 3};
    float y[6];

    look.flip = pixels.flip = true;
    apply(y, six, f, look);
    CHECK_BYTES(y, want, sizeof y);
    apply(y, six, g, pixels);
    CHECK_BYTES(y, swapped, sizeof y);
}

/* Two pixels of horizontal, vertical, horizontal and vertical motion. */
static void a_mirror_turns_horizontal_motion_around(void)
{
    const float x[8] = {1, 2, 3, 4, 5, 6, 7, 8}, want[8] = {-5, 6, -7, 8, -1, 2, -3, 4};
    const struct batch_scale s = {.motion = true};
    struct batch_form f = form("flip", TEN_F32, 1, 2, 4, &s), g = form("flip", TEN_F32, 1, 2, 4, &s);
    struct batch_look look = still(&f);
    float y[8];

    apply(y, x, g, look);
    CHECK_BYTES(y, x, sizeof y);
    look.flip = true;
    apply(y, x, f, look);
    CHECK_BYTES(y, want, sizeof y);
}

static void crop_has_a_black_margin(void)
{
    struct batch_form f = form("crop=2", TEN_F32, 2, 3, 1, NULL);
    struct batch_look look = still(&f);
    const float want[6] = {-1, -1, -1, 2, 3, -1}, flipped[6] = {-1, -1, -1, -1, 3, 2};
    float y[6];

    look.top = -1;
    look.left = 1;
    apply(y, six, f, look);
    CHECK_BYTES(y, want, sizeof y);
    f = form("crop=2,flip", TEN_F32, 2, 3, 1, NULL);
    look.flip = true;
    apply(y, six, f, look);
    CHECK_BYTES(y, flipped, sizeof y);

    /* A margin wider than the image: nothing of it is left. */
    const uint8_t x[6] = {9, 9, 9, 9, 9, 9};
    const float black[6] = {-1, -1, -1, -1, -1, -1};
    f = form("crop=5", TEN_U8, 2, 3, 1, NULL);
    look = still(&f);
    look.left = -5;
    apply(y, x, f, look);
    CHECK_BYTES(y, black, sizeof y);
}

static void reflect_mirrors_at_the_edges(void)
{
    struct batch_form f = form("reflect=1", TEN_F32, 2, 3, 1, NULL);
    struct batch_look look = still(&f);
    const float before[6] = {5, 4, 5, 2, 1, 2}, behind[6] = {5, 6, 5, 2, 3, 2};
    float y[6];

    look.top = -1;
    look.left = -1;
    apply(y, six, f, look);
    CHECK_BYTES(y, before, sizeof y);
    f = form("reflect=1", TEN_F32, 2, 3, 1, NULL);
    look.top = 1;
    look.left = 1;
    apply(y, six, f, look);
    CHECK_BYTES(y, behind, sizeof y);
}

static void cutout_leaves_zeros(void)
{
    struct batch_form f = form("cutout=2", TEN_F32, 2, 3, 1, NULL);
    struct batch_look look = still(&f);
    const float want[6] = {1, 0, 0, 4, 5, 6};
    float y[6];

    look.hole[0] = 0;
    look.hole[1] = 1;
    look.hole[2] = 1;
    look.hole[3] = 3;
    apply(y, six, f, look);
    CHECK_BYTES(y, want, sizeof y);
}

/* Pixel j of 4 over 2 stands at (j+1/2)/2 - 1/2: -1/4, 1/4, 3/4, 5/4, held at the edges. */
static void resized_interpolates_between_centres_of_pixels(void)
{
    const float x[4] = {0, 4, 8, 12};                   /* y = 8 row + 4 column */
    const float at[4] = {0, 0.25f, 0.75f, 1};
    struct batch_form f = form("resized=4", TEN_F32, 2, 2, 1, NULL);
    struct batch_look look = still(&f);
    float y[16];

    apply(y, x, f, look);
    for (int i = 0; i < 4; i++)
        for (int j = 0; j < 4; j++)
            CHECK_NEAR(y[4 * i + j], 8 * at[i] + 4 * at[j], 0);

    /* 2 over 4: each is the mean of two, here of a box in the middle. */
    uint8_t wide[6 * 6 * 3];
    for (int i = 0; i < 6 * 6 * 3; i++)
        wide[i] = (uint8_t)(i / 18 * 30 + i / 3 % 6 * 2 + i % 3);
    f = form("resized=2,flip", TEN_U8, 6, 6, 3, NULL);
    look = (struct batch_look){.top = 1, .left = 2, .height = 4, .width = 4, .flip = true,
                               .brightness = 1, .contrast = 1, .saturation = 1};
    apply(y, wide, f, look);
    for (int i = 0; i < 2; i++)
        for (int j = 0; j < 2; j++)
            for (int c = 0; c < 3; c++)
                CHECK_NEAR(y[(2 * i + 1 - j) * 3 + c],
                           (30 * (1.5 + 2 * i) + 2 * (2.5 + 2 * j) + c) / 127.5 - 1, 1e-6);
}

/* An image resized to its own size is itself. */
static void resized_by_one_changes_nothing(void)
{
    float x[7 * 7 * 2], y[7 * 7 * 2];
    struct batch_form f = form("resized=7", TEN_F32, 7, 7, 2, NULL);

    for (int i = 0; i < 98; i++)
        x[i] = (float)i * 0.37f;
    apply(y, x, f, still(&f));
    CHECK_BYTES(y, x, sizeof y);
}

static void colour_works_on_zero_to_one(void)
{
    const uint8_t x[6] = {51, 102, 153, 255, 0, 102};   /* 0.2 0.4 0.6, 1 0 0.4 */
    const double grey[2] = {0.299 * 0.2 + 0.587 * 0.4 + 0.114 * 0.6, 0.299 + 0.114 * 0.4};
    const double v[6] = {0.2, 0.4, 0.6, 1, 0, 0.4}, mean = (grey[0] + grey[1]) / 2;
    float y[6];

    for (int op = 0; op < 3; op++) {
        struct batch_form f = form("brightness=1,contrast=1,saturation=1", TEN_U8, 1, 2, 3, NULL);
        struct batch_look look = still(&f);

        *(op == 0 ? &look.brightness : op == 1 ? &look.contrast : &look.saturation) = 1.5f;
        apply(y, x, f, look);
        for (int i = 0; i < 6; i++) {
            const double add = op == 0 ? 0 : -0.5 * (op == 1 ? mean : grey[i / 3]);
            const double want = fmin(1, fmax(0, 1.5 * v[i] + add));

            CHECK_NEAR(y[i], 2 * want - 1, 2e-6);
        }
    }
}

/* All but contrast, whose mean is that of the clip, do to each frame what they do to an image. */
static void frames_of_a_clip_look_alike(void)
{
    enum { T = 3, SIDE = 9, FRAME = SIDE * SIDE * 3 };
    static const char *const texts[] = {"crop=3,flip,cutout=4", "resized=5,flip", "brightness=0.5,saturation=0.5"};
    uint8_t x[T * FRAME];

    for (int i = 0; i < T * FRAME; i++)
        x[i] = (uint8_t)(i * 37 + i / 5);
    for (size_t k = 0; k < sizeof texts / sizeof *texts; k++) {
        struct batch_augment a;
        struct batch_form image = form(texts[k], TEN_U8, SIDE, SIDE, 3, NULL), clip;
        struct ten_err e = {0};
        float y[T * FRAME], z[FRAME];
        struct batch_look look;

        batch_augment_parse(&a, texts[k], &e);
        CHECK_INT(batch_form_init(&clip, TEN_U8, &(struct ten_shape){4, {T, SIDE, SIDE, 3}}, &a, NULL, false, &e), 0);
        const int64_t n = batch_form_count(&image);
        CHECK_INT(batch_form_count(&clip), T * n);
        batch_look(&look, &image, &(struct batch_key){5, 2}, 7);
        apply(y, x, clip, look);
        for (int t = 0; t < T; t++) {
            struct batch_form one = form(texts[k], TEN_U8, SIDE, SIDE, 3, NULL);

            apply(z, x + t * FRAME, one, look);
            for (int i = 0; i < n; i++)                 /* remainders of vectors round otherwise */
                CHECK_NEAR(y[t * n + i], z[i], 1e-6);
        }
        batch_form_free(&image);
    }
}

/* Two frames, black and white: half grey is what both are brought to. */
static void contrast_is_about_the_mean_of_the_clip(void)
{
    struct batch_augment a = {.contrast = 1};
    struct batch_form f;
    struct ten_err e = {0};
    float y[2];

    CHECK_INT(batch_form_init(&f, TEN_U8, &(struct ten_shape){4, {2, 1, 1, 1}}, &a, NULL, false, &e), 0);
    struct batch_look look = still(&f);
    look.contrast = 0.5f;
    apply(y, (uint8_t[]){0, 255}, f, look);
    CHECK_NEAR(y[0], -0.5, 1e-6);                       /* 0.25 of 0 .. 1 */
    CHECK_NEAR(y[1], 0.5, 1e-6);
}

static void images_that_do_not_fit_are_refused(void)
{
    static const struct { enum ten_type type; struct ten_shape shape; const char *text, *why; } bad[] = {
        {TEN_U8, {2, {4, 4}}, "", "u8[4,4]: expected images [H,W,C] or clips [T,H,W,C] of u8 or f32"},
        {TEN_I32, {3, {4, 4, 3}}, "", "i32[4,4,3]: expected images [H,W,C] or clips [T,H,W,C] of u8 or f32"},
        {TEN_U8, {3, {0, 4, 3}}, "", "u8[0,4,3]: expected images [H,W,C] or clips [T,H,W,C] of u8 or f32"},
        {TEN_F32, {4, {0, 4, 4, 3}}, "", "f32[0,4,4,3]: expected images [H,W,C] or clips [T,H,W,C] of u8 or f32"},
        {TEN_U8, {5, {1, 1, 4, 4, 3}}, "", "u8[1,1,4,4,3]: expected images [H,W,C] or clips [T,H,W,C] of u8 or f32"},
        {TEN_U8, {3, {9, 4, 3}}, "reflect=4", "images of 9 x 4: reflect=4: expected a margin that is smaller"},
        {TEN_U8, {3, {9, 4, 1}}, "means", "images of 1 channels: expected 3, as many as means"},
    };
    struct batch_form f;
    const struct batch_scale s = {3, {0}, {1, 1, 1}, false}, flat = {3, {0}, {1, 0, 1}, false};
    struct batch_augment a;
    struct ten_err e;

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const bool means = strcmp(bad[i].text, "means") == 0;

        batch_augment_parse(&a, means ? "" : bad[i].text, &e);
        CHECK_INT(batch_form_init(&f, bad[i].type, &bad[i].shape, &a, means ? &s : NULL, false, &e), -1);
        CHECK_STR(e.text, bad[i].why);
    }
    CHECK_INT(batch_form_init(&f, TEN_U8, &(struct ten_shape){3, {1, 1, 3}}, &a, &flat, false, &e), -1);
    CHECK_STR(e.text, "standard deviation 0 of channel 1: expected more than 0");
}

/* ---- Draws ----------------------------------------------------------------------------------- */

/* Every offset as often: 81 of them, 100 each with a deviation of 10. */
static void crops_are_uniform_and_flips_half(void)
{
    struct batch_form f = form("crop=4,flip", TEN_U8, 32, 32, 3, NULL);
    int seen[9][9] = {{0}}, flips = 0;

    for (int64_t i = 0; i < 8100; i++) {
        struct batch_look look;

        batch_look(&look, &f, &(struct batch_key){7, 3}, i);
        CHECK(look.top >= -4 && look.top <= 4 && look.left >= -4 && look.left <= 4);
        seen[look.top + 4][look.left + 4]++;
        flips += look.flip;
    }
    for (int i = 0; i < 81; i++)
        CHECK(seen[i / 9][i % 9] > 55 && seen[i / 9][i % 9] < 145);
    CHECK_NEAR(flips, 4050, 5 * 45);
    batch_form_free(&f);
}

static void boxes_keep_to_area_and_ratio(void)
{
    struct batch_form f = form("resized=16,area=0.25/0.5,ratio=0.5/2", TEN_U8, 200, 300, 1, NULL);
    double area = 0;

    for (int64_t i = 0; i < 2000; i++) {
        struct batch_look l;

        batch_look(&l, &f, &(struct batch_key){7, 3}, i);
        CHECK(l.top >= 0 && l.left >= 0 && l.top + l.height <= 200 && l.left + l.width <= 300);
        const double part = (double)(l.height * l.width) / 60000, ratio = (double)l.width / (double)l.height;
        CHECK((part > 0.24 && part < 0.51) || (l.height == 200 && l.width == 200));
        CHECK(ratio > 0.49 && ratio < 2.04);
        area += part / 2000;
    }
    CHECK(area > 0.34 && area < 0.41);                  /* tall boxes of large area do not fit */
    batch_form_free(&f);
}

static void cutout_is_a_square_around_any_pixel(void)
{
    struct batch_form f = form("cutout=4", TEN_U8, 8, 8, 1, NULL);
    int whole = 0, seen[8][8] = {{0}};

    for (int64_t i = 0; i < 6400; i++) {
        struct batch_look l;

        batch_look(&l, &f, &(struct batch_key){1, 0}, i);
        CHECK(l.hole[0] >= 0 && l.hole[1] <= 8 && l.hole[1] - l.hole[0] >= 2 && l.hole[1] - l.hole[0] <= 4);
        whole += l.hole[1] - l.hole[0] == 4 && l.hole[3] - l.hole[2] == 4;
        seen[l.hole[0]][l.hole[2]]++;
    }
    CHECK_NEAR(whole, 2500, 5 * 40);                    /* middles 2..6 of 0..7, both ways: 25 of 64 */
    CHECK_INT(seen[7][7], 0);
    batch_form_free(&f);
}

static void looks_depend_on_seed_epoch_and_sample(void)
{
    struct batch_form f = form("crop=8,flip,brightness=0.5,cutout=5", TEN_U8, 32, 32, 3, NULL);
    struct batch_look a, b, other;

    batch_look(&a, &f, &(struct batch_key){5, 6}, 7);
    batch_look(&b, &f, &(struct batch_key){5, 6}, 7);
    CHECK(a.top == b.top && a.left == b.left && a.brightness == b.brightness && a.hole[0] == b.hole[0]);
    batch_look(&other, &f, &(struct batch_key){4, 6}, 7);
    CHECK(a.brightness != other.brightness);
    batch_look(&other, &f, &(struct batch_key){5, 7}, 7);
    CHECK(a.brightness != other.brightness);
    batch_look(&other, &f, &(struct batch_key){5, 6}, 8);
    CHECK(a.brightness != other.brightness);
    CHECK(a.brightness >= 0.5f && a.brightness <= 1.5f && a.contrast == 1);
    batch_form_free(&f);
}

static void evaluation_draws_nothing(void)
{
    struct batch_form f = form("resized=4,flip,brightness=0.5,cutout=5,mixup=1", TEN_U8, 10, 7, 3, NULL);
    struct batch_look l;
    struct batch_mix m;

    f.evaluate = true;
    batch_look(&l, &f, &(struct batch_key){5, 6}, 7);
    CHECK(l.top == 1 && l.left == 0 && l.height == 7 && l.width == 7 && !l.flip && l.brightness == 1);
    CHECK_INT(l.hole[1], 0);
    batch_mix(&m, &f, &(struct batch_key){5, 6}, 7);
    CHECK_INT(m.kind, MIX_NONE);
    batch_form_free(&f);
}

/* Beta(a,a): mean 1/2, variance 1/(4(2a+1)), symmetric.  n = 20000 draws: standard errors of the
 * mean below 0.0035, of the variance below 0.002.  a = 1 is uniform. */
static void beta_has_its_moments(void)
{
    static const double alphas[] = {0.01, 0.2, 1, 3, 50};
    const struct rng r = {1, 2};
    enum { N = 20000 };

    for (int k = 0; k < 5; k++) {
        double mean = 0, square = 0, third = 0;
        int below = 0;

        for (int i = 0; i < N; i++) {
            const double v = batch_beta(alphas[k], &r, (uint64_t)i * 64), d = v - 0.5;

            CHECK(v >= 0 && v <= 1);
            mean += v / N;
            square += d * d / N;
            third += d * d * d / N;
            below += v < 0.1;
        }
        CHECK_NEAR(mean, 0.5, 0.018);
        CHECK_NEAR(square, 1 / (4 * (2 * alphas[k] + 1)), 0.006);
        CHECK_NEAR(third, 0, 0.005);
        if (alphas[k] == 1)
            CHECK_NEAR(below, 2000, 5 * 43);
    }
}

/* ---- Mixing ---------------------------------------------------------------------------------- */

static void mixup_blends_and_cutmix_pastes(void)
{
    struct batch_form f = form("mixup=1", TEN_F32, 2, 3, 1, NULL);
    struct batch_mix up = {MIX_UP, 0.75f, {0}}, cut = {MIX_CUT, 0.5f, {0, 2, 1, 2}};
    const float other[6] = {10, 20, 30, 40, 50, 60};
    const float blend[6] = {3.25f, 6.5f, 9.75f, 13, 16.25f, 19.5f}, paste[6] = {1, 20, 3, 4, 50, 6};
    float y[6];

    memcpy(y, six, sizeof y);
    batch_image_mix(y, other, &f, &up);
    CHECK_ALL(y, blend, 6, 0);
    memcpy(y, six, sizeof y);
    batch_image_mix(y, other, &f, &cut);
    CHECK_BYTES(y, paste, sizeof y);
    memcpy(y, six, sizeof y);
    batch_image_mix(y, other, &f, &(struct batch_mix){.kind = MIX_NONE, .weight = 1});
    CHECK_BYTES(y, six, sizeof y);
    batch_form_free(&f);
}

static void a_cut_weighs_what_it_leaves(void)
{
    struct batch_form f = form("cutmix=1,mixup=1", TEN_U8, 16, 10, 1, NULL);
    int ups = 0;

    for (int64_t i = 0; i < 4000; i++) {
        struct batch_mix m;

        batch_mix(&m, &f, &(struct batch_key){5, 6}, i);
        ups += m.kind == MIX_UP;
        CHECK(m.weight >= 0 && m.weight <= 1);
        if (m.kind != MIX_CUT)
            continue;
        const int64_t *b = m.box;
        CHECK(b[0] >= 0 && b[0] <= b[1] && b[1] <= 16 && b[2] >= 0 && b[2] <= b[3] && b[3] <= 10);
        CHECK_NEAR(m.weight, 1 - (double)((b[1] - b[0]) * (b[3] - b[2])) / 160, 1e-6);
    }
    CHECK_NEAR(ups, 2000, 5 * 32);
    batch_form_free(&f);
}

/* ---- Levels ---------------------------------------------------------------------------------- */

enum { N = 3 * 37 };

/* One fused operation rounds once where the plain twin rounds twice: half a unit of the product. */
static void kernels_agree_with_plain_loops_at_every_length(void)
{
    const struct batch_kernels *k = ISA_PICK(batch_kernels);
    uint8_t u[2 * N];
    float x[2 * N], scale[N], shift[N], y[N + 1], z[N];

    for (int i = 0; i < 2 * N; i++) {
        u[i] = (uint8_t)(i * 89);
        x[i] = sinf((float)i);
    }
    for (int i = 0; i < N; i++) {
        scale[i] = 0.01f + 0.003f * (float)(i % 3);
        shift[i] = -1 + 0.2f * (float)(i % 3);
    }
    for (int n = 0; n <= N; n++) {
        y[n] = 99;
        k->scale_u8(y, u, scale, shift, n);
        for (int i = 0; i < n; i++)
            CHECK_NEAR(y[i], (double)scale[i] * u[i] + (double)shift[i], 6e-7);
        k->scale_f32(y, x, scale, shift, n);
        for (int i = 0; i < n; i++)
            CHECK_NEAR(y[i], (double)scale[i] * (double)x[i] + (double)shift[i], 2e-7);
        memcpy(z, x, sizeof z);
        k->scale(z, scale, shift, n);
        CHECK_BYTES(y, z, (size_t)n * sizeof *y);
        k->between_u8(y, u, u + N, 0.3f, n);
        for (int i = 0; i < n; i++)
            CHECK_NEAR(y[i], u[i] + (double)0.3f * (u[N + i] - u[i]), 4e-5);
        k->between_f32(y, x, x + N, 0.3f, n);
        for (int i = 0; i < n; i++)
            CHECK_NEAR(y[i], (double)x[i] + (double)0.3f * ((double)x[N + i] - (double)x[i]), 3e-7);
        memcpy(y, x, (size_t)n * sizeof *y);
        k->mix(y, x + N, 0.3f, n);
        for (int i = 0; i < n; i++)
            CHECK_NEAR(y[i], (double)x[i] + (double)0.3f * ((double)x[N + i] - (double)x[i]), 3e-7);
        memcpy(y, x, (size_t)n * sizeof *y);
        k->tint(y, 1.4f, 0.1f, n);
        for (int i = 0; i < n; i++)
            CHECK_NEAR(y[i], fmin(1, fmax(0, (double)1.4f * (double)x[i] + (double)0.1f)), 2e-7);
        CHECK_NEAR(y[n], 99, 0);
    }
}

static int tests(void)
{
    RUN(words_and_numbers_are_read);
    RUN(mistakes_are_told);
    RUN(bytes_become_minus_one_to_one_or_are_normalised);
    RUN(floats_stay_or_are_normalised_from_minus_one_to_one);
    RUN(flip_reverses_columns);
    RUN(a_mirror_turns_horizontal_motion_around);
    RUN(crop_has_a_black_margin);
    RUN(reflect_mirrors_at_the_edges);
    RUN(cutout_leaves_zeros);
    RUN(resized_interpolates_between_centres_of_pixels);
    RUN(resized_by_one_changes_nothing);
    RUN(colour_works_on_zero_to_one);
    RUN(images_that_do_not_fit_are_refused);
    RUN(frames_of_a_clip_look_alike);
    RUN(contrast_is_about_the_mean_of_the_clip);
    RUN(crops_are_uniform_and_flips_half);
    RUN(boxes_keep_to_area_and_ratio);
    RUN(cutout_is_a_square_around_any_pixel);
    RUN(looks_depend_on_seed_epoch_and_sample);
    RUN(evaluation_draws_nothing);
    RUN(beta_has_its_moments);
    RUN(mixup_blends_and_cutmix_pastes);
    RUN(a_cut_weighs_what_it_leaves);
    RUN(kernels_agree_with_plain_loops_at_every_length);
    return check_report();
}

int main(int argc, char **argv)
{
    (void)argc;
    return at_every_level(argv, tests);
}
