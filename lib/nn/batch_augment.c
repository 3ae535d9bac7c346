/*
 * A sample goes through in one pass over the rows of its output: crop, margin and flip are a map of
 * columns, by which a row is gathered as stored, and then becomes f32 times scale plus shift.  Rows
 * that need no map skip the gathering.  Only colour, which needs means, goes over the image again.
 */
#include "nn/batch_augment.h"

#include "base/fail.h"
#include "base/mem.h"
#include "nn/settings.h"
#include "nn/simd_batch.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_SIDE = 1 << 16, TRIES = 10 };

/* ---- Text ------------------------------------------------------------------------------------ */

/* The words, with "flip" spelled as "flip=1": the caller's. */
static char *spelled(const char *text)
{
    char *all = xmalloc(2 * strlen(text) + 3), *to = all;

    while (*text) {
        const size_t n = strcspn(text, ",");

        memcpy(to, text, n);
        to += n;
        if (n == 4 && memcmp(text, "flip", 4) == 0)
            to = (char *)memcpy(to, "=1", 2) + 2;
        text += n;
        if (*text)
            *to++ = *text++;
    }
    *to = 0;
    return all;
}

static int check_whole(const char *key, double value, struct ten_err *e)
{
    if (value == floor(value))
        return 0;
    return fail(e, TEN_E_USAGE, "augmentation: %s=%g: expected a whole number", key, value);
}

static int check_range(const char *key, const double *range, int n, struct ten_err *e)
{
    if (n == 2 && range[0] <= range[1])
        return 0;
    return fail(e, TEN_E_USAGE, "augmentation: %s: not a range: expected %s=LOW/HIGH", key, key);
}

static int check_together(const struct batch_augment *a, bool ranges, struct ten_err *e)
{
    const int geometries = (a->resized > 0) + (a->crop > 0) + (a->reflect > 0);

    if (geometries > 1)
        return fail(e, TEN_E_USAGE, "augmentation: two of resized, crop and reflect: expected one");
    if (ranges && a->resized == 0)
        return fail(e, TEN_E_USAGE, "augmentation: area or ratio without resized: expected "
                    "resized=SIZE");
    return 0;
}

int batch_augment_parse(struct batch_augment *a, const char *text, struct ten_err *e)
{
    *a = (struct batch_augment){.area = {0.08, 1}, .ratio = {3.0 / 4, 4.0 / 3}};
    int areas = 0, ratios = 0;
    const struct setting keys[] = {
        {"crop", &a->crop, 0, MAX_SIDE, NULL},         {"reflect", &a->reflect, 0, MAX_SIDE, NULL},
        {"resized", &a->resized, 1, MAX_SIDE, NULL},   {"area", a->area, 1e-6, 1, &areas},
        {"ratio", a->ratio, 0.01, 100, &ratios},       {"flip", &a->flip, 0, 1, NULL},
        {"cutout", &a->cutout, 0, MAX_SIDE, NULL},     {"brightness", &a->brightness, 0, 10, NULL},
        {"contrast", &a->contrast, 0, 10, NULL},       {"saturation", &a->saturation, 0, 10, NULL},
        {"mixup", &a->mixup, 0, 1000, NULL},           {"cutmix", &a->cutmix, 0, 1000, NULL},
    };
    char *words = spelled(text);
    int rc = settings_read(words, "augmentation", keys, sizeof keys / sizeof *keys, e);

    free(words);
    if (rc < 0 || (areas > 0 && check_range("area", a->area, areas, e) < 0) ||
        (ratios > 0 && check_range("ratio", a->ratio, ratios, e) < 0))
        return -1;
    for (size_t i = 0; i < sizeof keys / sizeof *keys && rc == 0; i++)
        if (keys[i].max == MAX_SIDE || keys[i].value == &a->flip)
            rc = check_whole(keys[i].key, *keys[i].value, e);
    return rc < 0 ? -1 : check_together(a, areas > 0 || ratios > 0, e);
}

/* ---- Forms ----------------------------------------------------------------------------------- */

static int check_scale(const struct batch_form *f, const struct batch_scale *s, struct ten_err *e)
{
    if (s->channels != f->c)
        return fail(e, TEN_E_DATA, "images of %lld channels: expected %d, as many as means",
                    (long long)f->c, s->channels);
    for (int c = 0; c < s->channels; c++)
        if (!(s->std[c] > 0))
            return fail(e, TEN_E_DATA, "standard deviation %g of channel %d: expected more than 0",
                        (double)s->std[c], c);
    return 0;
}

/* Every pixel of a row has the numbers of its channels.  x = a v + b, y = (x - mean) / std. */
static void fill_rows(struct batch_form *f, const struct batch_scale *s)
{
    const double a = f->type == TEN_U8 ? 1.0 / 255 : 0.5, b = f->type == TEN_U8 ? 0 : 0.5;

    for (int64_t i = 0; i < f->out_w * f->c; i++) {
        const int64_t c = i % f->c;
        const double mean = s ? s->mean[c] : 0.5, std = s ? s->std[c] : 0.5;

        f->scale[i] = (float)(a / std);
        f->shift[i] = (float)((b - mean) / std);
        f->to_unit[i] = (float)a;
        f->to_unit_shift[i] = (float)b;
        f->unit_scale[i] = (float)(1 / std);
        f->unit_shift[i] = (float)(-mean / std);
    }
}

static bool side_ok(int64_t n) { return n >= 1 && n <= MAX_SIDE; }

/* The axes of an image or a clip; of anything else they stay 0. */
static int learn_shape(struct batch_form *f, const struct ten_shape *sample, struct ten_err *e)
{
    const bool clip = sample->rank == 4;
    const int64_t *d = sample->dim + clip;
    char text[192];

    f->rank = sample->rank;
    if ((f->type == TEN_U8 || f->type == TEN_F32) && (clip || f->rank == 3)) {
        f->t = clip ? sample->dim[0] : 1;
        f->h = d[0];
        f->w = d[1];
        f->c = d[2];
    }
    if (side_ok(f->t) && side_ok(f->h) && side_ok(f->w) && side_ok(f->c))
        return 0;
    return fail(e, TEN_E_DATA, "%s%s: expected images [H,W,C] or clips [T,H,W,C] of u8 or f32",
                ten_type_name(f->type), ten_shape_text(sample, text));
}

int batch_form_init(struct batch_form *f, enum ten_type type, const struct ten_shape *sample,
                    const struct batch_augment *a, const struct batch_scale *scale, bool evaluate,
                    struct ten_err *e)
{
    const int64_t margin = (int64_t)a->reflect;

    *f = (struct batch_form){.type = type, .augment = *a, .evaluate = evaluate, .motion = scale && scale->motion};
    if (learn_shape(f, sample, e) < 0)
        return -1;
    f->out_h = a->resized > 0 ? (int64_t)a->resized : f->h;
    f->out_w = a->resized > 0 ? (int64_t)a->resized : f->w;
    if (scale && scale->channels == 0)
        scale = NULL;
    if (scale && check_scale(f, scale, e) < 0)
        return -1;
    if (!evaluate && (margin >= f->h || margin >= f->w))
        return fail(e, TEN_E_DATA, "images of %lld x %lld: reflect=%lld: expected a margin that is "
                    "smaller", (long long)f->h, (long long)f->w, (long long)margin);

    const int64_t row = f->out_w * f->c;
    float **const rows[] = {&f->scale, &f->shift, &f->to_unit, &f->to_unit_shift, &f->unit_scale,
                            &f->unit_shift};
    float *p = xaligned((size_t)row * sizeof rows / sizeof *rows * sizeof *p);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++, p += row)
        *rows[i] = p;
    fill_rows(f, scale);
    return 0;
}

void batch_form_free(struct batch_form *f)
{
    free(f->scale);
    f->scale = NULL;
}

/* ---- Draws ----------------------------------------------------------------------------------- */

/* Each purpose of each sample has this many draws of its own. */
enum { DRAWS = 64 };

struct draws { struct rng r; uint64_t first; };

static struct draws draws_of(const char *purpose, const struct batch_key *key, int64_t sample)
{
    return (struct draws){{key->seed, rng_stream(purpose) + (uint64_t)key->epoch},
                          (uint64_t)sample * DRAWS};
}

static double uniform(const struct draws *d, int k, double lo, double hi)
{
    return lo + (hi - lo) * rng_uniform(&d->r, d->first + (uint64_t)k);
}

static int64_t below(const struct draws *d, int k, int64_t n)
{
    return (int64_t)rng_below(&d->r, d->first + (uint64_t)k, (uint64_t)n);
}

static void middle_square(struct batch_look *look, const struct batch_form *f)
{
    look->height = look->width = f->h < f->w ? f->h : f->w;
    look->top = (f->h - look->height) / 2;
    look->left = (f->w - look->width) / 2;
}

static void draw_resized(struct batch_look *look, const struct batch_form *f, const struct draws *d)
{
    const struct batch_augment *a = &f->augment;

    for (int k = 0; k < 4 * TRIES; k += 4) {
        const double area = (double)(f->h * f->w) * uniform(d, k, a->area[0], a->area[1]);
        const double ratio = exp(uniform(d, k + 1, log(a->ratio[0]), log(a->ratio[1])));
        const int64_t w = llround(sqrt(area * ratio)), h = llround(sqrt(area / ratio));

        if (w < 1 || h < 1 || w > f->w || h > f->h)
            continue;
        look->height = h;
        look->width = w;
        look->top = below(d, k + 2, f->h - h + 1);
        look->left = below(d, k + 3, f->w - w + 1);
        return;
    }
    middle_square(look, f);
}

static float draw_factor(double spread, const char *purpose, const struct batch_key *key,
                         int64_t sample)
{
    const struct draws d = draws_of(purpose, key, sample);

    return spread > 0 ? (float)uniform(&d, 0, fmax(0, 1 - spread), 1 + spread) : 1;
}

static int64_t clip(int64_t v, int64_t max) { return v < 0 ? 0 : v > max ? max : v; }

/* h x w pixels around a point of the output that draws k and k+1 choose; its part in the output. */
static void draw_box(int64_t box[4], const struct batch_form *f, int64_t h, int64_t w,
                     const struct draws *d, int k)
{
    const int64_t top = below(d, k, f->out_h) - h / 2, left = below(d, k + 1, f->out_w) - w / 2;

    box[0] = clip(top, f->out_h);
    box[1] = clip(top + h, f->out_h);
    box[2] = clip(left, f->out_w);
    box[3] = clip(left + w, f->out_w);
}

void batch_look(struct batch_look *look, const struct batch_form *f, const struct batch_key *key,
                int64_t sample)
{
    const struct batch_augment *a = &f->augment;
    const int64_t margin = (int64_t)(a->crop + a->reflect);

    *look = (struct batch_look){.height = f->h, .width = f->w, .brightness = 1, .contrast = 1,
                                .saturation = 1};
    if (f->evaluate) {
        if (a->resized > 0)
            middle_square(look, f);
        return;
    }
    const struct draws box = draws_of("batch.box", key, sample);
    const struct draws flip = draws_of("batch.flip", key, sample);
    const struct draws cutout = draws_of("batch.cutout", key, sample);

    if (a->resized > 0) {
        draw_resized(look, f, &box);
    } else if (margin > 0) {
        look->top = below(&box, 0, 2 * margin + 1) - margin;
        look->left = below(&box, 1, 2 * margin + 1) - margin;
    }
    look->flip = a->flip > 0 && below(&flip, 0, 2) == 1;
    look->brightness = draw_factor(a->brightness, "batch.brightness", key, sample);
    look->contrast = draw_factor(a->contrast, "batch.contrast", key, sample);
    look->saturation = f->c == 3 ? draw_factor(a->saturation, "batch.saturation", key, sample) : 1;
    if (a->cutout > 0)
        draw_box(look->hole, f, (int64_t)a->cutout, (int64_t)a->cutout, &cutout, 0);
}

/* ln of a gamma variate of shape a, in draws index .. index+31.  Marsaglia and Tsang reject one in
 * twenty at most; after 15 rejections the mode is taken.  Below 1: gamma(a+1) U^(1/a). */
static double log_gamma_draw(double a, const struct rng *r, uint64_t index)
{
    const double d = (a < 1 ? a + 1 : a) - 1.0 / 3, c = 1 / sqrt(9 * d);
    const double boost = a < 1 ? log(1 - rng_uniform(r, index + 31)) / a : 0;

    for (uint64_t k = 0; k < 30; k += 2) {
        const double x = rng_normal(r, index + k), u = 1 - rng_uniform(r, index + k + 1);
        const double root = 1 + c * x, v = root * root * root;

        if (root > 0 && log(u) < 0.5 * x * x + d - d * v + d * log(v))
            return log(d) + log(v) + boost;
    }
    return log(d) + boost;
}

double batch_beta(double alpha, const struct rng *r, uint64_t index)
{
    const double x = log_gamma_draw(alpha, r, index), y = log_gamma_draw(alpha, r, index + 32);

    return 1 / (1 + exp(y - x));
}

void batch_mix(struct batch_mix *mix, const struct batch_form *f, const struct batch_key *key,
               int64_t sample)
{
    const struct batch_augment *a = &f->augment;
    const struct draws which = draws_of("batch.mix", key, sample);
    const struct draws part = draws_of("batch.part", key, sample);
    const bool cut = a->cutmix > 0 && (a->mixup == 0 || below(&which, 0, 2) == 1);

    *mix = (struct batch_mix){.kind = MIX_NONE, .weight = 1};
    if (f->evaluate || !batch_augment_mixes(a))
        return;
    const double l = batch_beta(cut ? a->cutmix : a->mixup, &part.r, part.first);
    if (!cut) {
        *mix = (struct batch_mix){.kind = MIX_UP, .weight = (float)l};
        return;
    }
    const double side = sqrt(1 - l);
    int64_t *b = mix->box;
    draw_box(b, f, (int64_t)((double)f->out_h * side), (int64_t)((double)f->out_w * side), &which,
             1);
    mix->kind = MIX_CUT;
    mix->weight = 1 - (float)((b[1] - b[0]) * (b[3] - b[2])) / (float)(f->out_h * f->out_w);
}

/* ---- Work ------------------------------------------------------------------------------------ */

static int64_t aligned(int64_t bytes) { return (bytes + 63) / 64 * 64; }

int64_t batch_form_scratch(const struct batch_form *f)
{
    const int64_t pixels = f->w > f->out_w ? f->w : f->out_w;

    return aligned(pixels * f->c * (int64_t)sizeof(float)) + 3 * aligned(f->out_w * 4);
}

static int64_t reflected(int64_t i, int64_t n)
{
    return i < 0 ? -i : i >= n ? 2 * (n - 1) - i : i;
}

/* The stored column of each of the output, -1 in a black margin. */
static void map_columns(int32_t *map, const struct batch_form *f, const struct batch_look *look)
{
    for (int64_t j = 0; j < f->w; j++) {
        const int64_t at = look->left + (look->flip ? f->w - 1 - j : j);
        const bool inside = at >= 0 && at < f->w;

        map[j] = (int32_t)(inside ? at : f->augment.reflect > 0 ? reflected(at, f->w) : -1);
    }
}

static inline void gather_bytes(char *restrict line, const char *restrict row, const int32_t *map,
                                int64_t n, size_t bytes)
{
    for (int64_t j = 0; j < n; j++)
        if (map[j] >= 0)
            memcpy(line + (size_t)j * bytes, row + (size_t)map[j] * bytes, bytes);
}

/* Pixels of a row by the map; line keeps what it holds where the map is -1. */
static void gather_pixels(char *restrict line, const char *restrict row, const int32_t *map, int64_t n,
                          size_t bytes)
{
    switch (bytes) {
    case 1: gather_bytes(line, row, map, n, 1); break;
    case 3: gather_bytes(line, row, map, n, 3); break;
    case 12: gather_bytes(line, row, map, n, 12); break;
    default: gather_bytes(line, row, map, n, bytes);
    }
}

static void set_black(void *line, const struct batch_form *f)
{
    float *p = line;

    if (f->type == TEN_U8)
        memset(line, 0, (size_t)(f->w * f->c));
    else
        for (int64_t i = 0; i < f->w * f->c; i++)
            p[i] = -1;
}

static void scale_row(float *restrict y, const void *restrict row, const struct batch_form *f)
{
    const struct batch_kernels *k = ISA_PICK(batch_kernels);
    const int64_t n = f->out_w * f->c;

    if (f->type == TEN_U8)
        k->scale_u8(y, row, f->scale, f->shift, n);
    else
        k->scale_f32(y, row, f->scale, f->shift, n);
}

/* No box but the image's own size: margins, flip. */
static void crop(float *restrict y, const char *restrict x, const struct batch_form *f,
                 const struct batch_look *look, char *restrict scratch)
{
    const size_t pixel = (size_t)f->c * ten_elem_size(f->type), row = pixel * (size_t)f->w;
    char *line = scratch;
    int32_t *map = (int32_t *)(scratch + aligned((int64_t)row));
    const bool moved = look->left != 0 || look->flip;

    map_columns(map, f, look);
    set_black(line, f);
    for (int64_t i = 0; i < f->h; i++, y += f->w * f->c) {
        const int64_t at = f->augment.reflect > 0 ? reflected(look->top + i, f->h) : look->top + i;

        if (at < 0 || at >= f->h) {
            set_black(line, f);                         /* gathering fills it anew where it must */
            scale_row(y, line, f);
        } else if (moved) {
            gather_pixels(line, x + (size_t)at * row, map, f->w, pixel);
            scale_row(y, line, f);
        } else {
            scale_row(y, x + (size_t)at * row, f);
        }
    }
}

/* Where pixel j of n comes from in a box of `size`: between two pixels, as part says. */
static float source(int64_t j, int64_t n, int64_t size, int32_t *left, int32_t *right)
{
    const double at = ((double)j + 0.5) * (double)size / (double)n - 0.5;
    const double inside = at < 0 ? 0 : at > (double)(size - 1) ? (double)(size - 1) : at;

    *left = (int32_t)inside;
    *right = *left + 1 < size ? *left + 1 : *left;
    return (float)(inside - *left);
}

/* Rows are joined first, which runs over neighbours in memory, then pixels of the joined row. */
static void resize(float *restrict y, const char *restrict x, const struct batch_form *f,
                   const struct batch_look *look, char *restrict scratch)
{
    const struct batch_kernels *k = ISA_PICK(batch_kernels);
    const size_t pixel = (size_t)f->c * ten_elem_size(f->type), row = pixel * (size_t)f->w;
    const int64_t n = f->out_w, table = aligned(n * 4);
    float *line = (float *)scratch, *part;
    int32_t *left = (int32_t *)(scratch + batch_form_scratch(f) - 3 * table);
    int32_t *right = left + table / 4;

    part = (float *)(right + table / 4);
    for (int64_t j = 0; j < n; j++) {
        const int64_t to = look->flip ? n - 1 - j : j;

        part[to] = source(j, n, look->width, &left[to], &right[to]);
    }
    for (int64_t i = 0; i < f->out_h; i++, y += n * f->c) {
        int32_t above, under;
        const float t = source(i, f->out_h, look->height, &above, &under);
        const char *a = x + (size_t)(look->top + above) * row + (size_t)look->left * pixel;
        const char *b = x + (size_t)(look->top + under) * row + (size_t)look->left * pixel;

        if (f->type == TEN_U8)
            k->between_u8(line, (const uint8_t *)a, (const uint8_t *)b, t, look->width * f->c);
        else
            k->between_f32(line, (const float *)a, (const float *)b, t, look->width * f->c);
        k->stretch(y, line, left, right, part, n, f->c);
        k->scale(y, f->scale, f->shift, n * f->c);
    }
}

static double mean_grey(const float *x, int64_t pixels, int64_t c)
{
    double sum = 0;

    for (int64_t i = 0; i < pixels * c; i += c)
        if (c == 3)
            sum += (double)BATCH_GREY(x + i);
        else
            for (int64_t j = 0; j < c; j++)
                sum += (double)x[i + j] / (double)c;
    return sum / (double)pixels;
}

/* y, all frames, holds x in [0,1] and is normalised at the end. */
static void colour(float *restrict y, const struct batch_form *f, const struct batch_look *look)
{
    const struct batch_kernels *k = ISA_PICK(batch_kernels);
    const int64_t pixels = f->t * f->out_h * f->out_w, row = f->out_w * f->c;

    if (look->brightness != 1)
        k->tint(y, look->brightness, 0, pixels * f->c);
    if (look->contrast != 1)
        k->tint(y, look->contrast, (1 - look->contrast) * (float)mean_grey(y, pixels, f->c),
                pixels * f->c);
    if (look->saturation != 1)
        k->saturate(y, look->saturation, pixels);
    for (int64_t i = 0; i < f->t * f->out_h; i++)
        k->scale(y + i * row, f->unit_scale, f->unit_shift, row);
}

static void cut_hole(float *y, const struct batch_form *f, const int64_t hole[4])
{
    for (int64_t i = hole[0]; i < hole[1]; i++)
        memset(y + (i * f->out_w + hole[2]) * f->c, 0, (size_t)((hole[3] - hole[2]) * f->c) * sizeof *y);
}

/* Motion to the left goes to the right: about 1/2 before numbers are normalised, about 0 behind that. */
static void turn_around(float *y, const struct batch_form *f)
{
    for (int64_t i = 0; i < f->t * f->out_h * f->out_w; i++)
        for (int64_t c = 0; c < f->c; c += 2)
            y[i * f->c + c] = -y[i * f->c + c];
}

void batch_image(float *restrict y, const void *restrict x, const struct batch_form *f,
                 const struct batch_look *look, void *restrict scratch)
{
    const bool coloured = look->brightness != 1 || look->contrast != 1 || look->saturation != 1;
    const int64_t in = f->h * f->w * f->c * (int64_t)ten_elem_size(f->type), out = f->out_h * f->out_w * f->c;
    struct batch_form unit = *f;

    if (coloured) {
        unit.scale = f->to_unit;
        unit.shift = f->to_unit_shift;
    }
    for (int64_t i = 0; i < f->t; i++)
        if (f->augment.resized > 0)
            resize(y + i * out, (const char *)x + i * in, &unit, look, scratch);
        else
            crop(y + i * out, (const char *)x + i * in, &unit, look, scratch);
    if (coloured)
        colour(y, f, look);
    if (f->motion && look->flip)
        turn_around(y, f);
    for (int64_t i = 0; i < f->t; i++)
        cut_hole(y + i * out, f, look->hole);
}

void batch_image_mix(float *restrict y, const float *restrict x, const struct batch_form *f,
                     const struct batch_mix *mix)
{
    const int64_t *b = mix->box, frame = f->out_h * f->out_w * f->c;

    if (mix->kind == MIX_UP)
        ISA_PICK(batch_kernels)->mix(y, x, 1 - mix->weight, f->t * frame);
    for (int64_t t = 0; mix->kind == MIX_CUT && t < f->t; t++)
        for (int64_t i = b[0]; i < b[1]; i++) {
            const int64_t at = t * frame + (i * f->out_w + b[2]) * f->c;

            memcpy(y + at, x + at, (size_t)((b[3] - b[2]) * f->c) * sizeof *y);
        }
}
