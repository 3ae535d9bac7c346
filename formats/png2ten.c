/* formats/png2ten.c - PNG pictures as batches of images. */
#include "base/mem.h"
#include "image/classes.h"
#include "image/loader.h"
#include "stream/tool.h"

#include <stdlib.h>
#include <string.h>

enum { KEY_GLOB = 1, KEY_STRIP, KEY_HEIGHT, KEY_SIZE, KEY_CROP, KEY_CHANNELS, KEY_BACKGROUND,
       KEY_BATCH, KEY_LABEL, KEY_NAMES, KEY_FLOAT };

struct opts {
    struct tool tool;
    const char *glob;
    struct names files, classes;
    enum class_from label_from;
    int32_t *file_label;            /* of each file */
    int64_t batch, batches, images;
    bool names, f32;
    char *input_name, *group_attrs;
    struct loader loader;
};

static const struct argp_option options[] = {
    {"glob", KEY_GLOB, "PATTERN", 0,
     "Read the files that PATTERN matches, sorted; keeps the history short where there are "
     "thousands", 0},
    {"strip", KEY_STRIP, 0, 0,
     "Every file holds images below one another, square unless --height", 0},
    {"height", KEY_HEIGHT, "H", 0, "Images of a strip are H pixels high", 0},
    {"crop", KEY_CROP, 0, 0, "Cut out the centre square", 0},
    {"channels", KEY_CHANNELS, "C", 0,
     "1 grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha (default: as the first file)", 0},
    {"background", KEY_BACKGROUND, "COLOUR", 0,
     "Put transparent pixels on this grey, 0 to 255, or R,G,B (default 255)", 0},
    {"size", KEY_SIZE, "WxH", 0, "Resize, by area average or linear interpolation", 0},
    {"batch", KEY_BATCH, "N", 0, "Images in a group (default 64)", 0},
    {"label-from", KEY_LABEL, "PART", 0,
     "Labels by the sorted folder names: dir; or file names: file; or none (default)", 0},
    {"names", KEY_NAMES, 0, 0, "Add a record `name', one line an image", 0},
    {"float", KEY_FLOAT, 0, 0, "Write f32, v/127.5 - 1, instead of u8", 0},
    {0}
};

/* "64x48", or "64" for a square. */
static void parse_size(struct argp_state *st, const char *arg, struct prepare *p)
{
    const char *x = strchr(arg, 'x');
    char *w = x ? strndup(arg, (size_t)(x - arg)) : xstrdup(arg);

    p->w = tool_int(st, w, 1, 1 << 20);
    p->h = x ? tool_int(st, x + 1, 1, 1 << 20) : p->w;
    free(w);
}

static void parse_colour(struct argp_state *st, const char *arg, uint8_t colour[3])
{
    if (!pixels_colour(colour, arg))
        argp_error(st, "%s: not a colour: expected a grey value, 0 to 255, or R,G,B", arg);
}

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;
    static const char *const parts[] = {"none", "dir", "file", NULL};   /* enum class_from */
    struct prepare *p = &o->loader.prepare;

    switch (key) {
    case ARGP_KEY_INIT:  st->child_inputs[0] = &o->tool.opt; break;
    case KEY_GLOB:       o->glob = arg; break;
    case KEY_STRIP:      o->loader.strip = true; break;
    case KEY_HEIGHT:     o->loader.height = tool_int(st, arg, 1, INT32_MAX); break;
    case KEY_SIZE:       parse_size(st, arg, p); break;
    case KEY_CROP:       p->crop = true; break;
    case KEY_CHANNELS:   p->channels = (int)tool_int(st, arg, 1, 4); break;
    case KEY_BACKGROUND: parse_colour(st, arg, p->background); break;
    case KEY_BATCH:      o->batch = tool_int(st, arg, 1, INT32_MAX); break;
    case KEY_LABEL:
        o->label_from = (enum class_from)tool_choice(st, arg, parts);
        break;
    case KEY_NAMES:      o->names = true; break;
    case KEY_FLOAT:      o->f32 = true; break;
    case ARGP_KEY_ARG:   names_add(&o->files, arg); break;
    case ARGP_KEY_END:
        if (o->loader.height > 0 && !o->loader.strip)
            argp_error(st, "--height: not without --strip: expected both");
        break;
    default:             return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    options, parse, "[FILE...]",
    "Write PNG pictures, from standard input when no FILE is named, as records `image' [N,H,W,C] "
    "of 8-bit numbers.\v"
    "Example:\n  png2ten --size=32x32 --label-from=dir --glob='train/*/*.png' >train.ten",
    tool_common, 0, 0
};

static int find_labels(struct opts *o)
{
    struct ten_err *e = &o->tool.err;

    o->file_label = xcalloc((size_t)o->files.n, sizeof *o->file_label);
    if (classes_find(&o->classes, o->file_label, &o->files, o->label_from, e) < 0)
        return -1;
    o->group_attrs = classes_attrs(&o->classes, e);
    return o->group_attrs ? 0 : -1;
}

static void input_now(void *of, struct ten_input *now)
{
    const struct opts *o = of;

    *now = o->loader.input;
    now->name = o->input_name;
    now->records = -1;
}

static int list_files(struct opts *o)
{
    if (o->glob && names_glob(&o->files, o->glob, &o->tool.err) < 0)
        return -1;
    if (o->files.n == 0)
        names_add(&o->files, "-");
    o->input_name = o->files.n == 1 ? xstrdup(o->files.name[0])
                  : xasprintf("%s and %lld more", o->files.name[0], (long long)o->files.n - 1);
    ten_writer_input(o->tool.out, input_now, o);
    o->loader.file = o->files.name;
    o->loader.files = o->files.n;
    o->loader.max_bytes = o->tool.opt.max_record;
    return o->label_from == CLASS_NONE ? 0 : find_labels(o);
}

/* ---- Records of one batch -------------------------------------------------------------------- */

static int write_record(struct opts *o, const char *name, enum ten_type type,
                        struct ten_shape shape, const void *data)
{
    const struct ten_record rec = {.name = name, .type = type, .shape = shape, .data = data,
                                   .group = o->batches, .group_attrs = o->group_attrs};

    return ten_write(o->tool.out, &rec, &o->tool.err);
}

static int write_images(struct opts *o, int64_t n)
{
    const struct image_dims *d = &o->loader.dims;
    const struct ten_shape shape = {4, {n, d->h, d->w, d->c}};
    const int64_t count = n * image_bytes(d);

    if (!o->f32)
        return write_record(o, "image", TEN_U8, shape, o->loader.pixels);
    float *y = tool_buffer(&o->tool, (size_t)count * sizeof *y);
    pixels_to_f32(y, o->loader.pixels, count);
    return write_record(o, "image", TEN_F32, shape, y);
}

static int write_labels(struct opts *o, int64_t n)
{
    int32_t *label = tool_buffer(&o->tool, (size_t)n * sizeof *label);

    for (int64_t i = 0; i < n; i++)
        label[i] = o->file_label[o->loader.origin[i].file];
    return write_record(o, "label", TEN_I32, (struct ten_shape){1, {n}}, label);
}

static int write_names(struct opts *o, int64_t n)
{
    struct ten_shape shape = {.rank = 1};
    char *text = loader_names(&o->loader, n, &shape.dim[0]);
    const int rc = write_record(o, "name", TEN_UTF8, shape, text);

    free(text);
    return rc;
}

static int write_batch(struct opts *o, int64_t n)
{
    if (write_images(o, n) < 0 || (o->label_from != CLASS_NONE && write_labels(o, n) < 0) ||
        (o->names && write_names(o, n) < 0))
        return -1;
    o->batches++;
    o->images += n;
    progress_step(&o->tool.progress, o->images, "");
    return 0;
}

int main(int argc, char **argv)
{
    struct opts o = {.batch = 64, .loader.prepare.background = {255, 255, 255}};
    int64_t n = 0;
    int rc;

    tool_open(&o.tool, TOOL_OUT, &argp, argc, argv, &o);
    rc = list_files(&o);
    progress_start(&o.tool.progress, "images", o.loader.strip ? 0 : o.files.n);
    while (rc == 0 && (n = loader_next(&o.loader, o.batch, &o.tool.err)) > 0)
        rc = write_batch(&o, n);
    rc = tool_close(&o.tool, rc < 0 || n < 0 ? -1 : 0);
    loader_free(&o.loader);
    names_free(&o.files);
    names_free(&o.classes);
    free(o.file_label);
    free(o.input_name);
    free(o.group_attrs);
    return rc;
}
