/* formats/ten2png.c - images as PNG pictures: one file each, or all on one sheet. */
#include "base/files.h"
#include "base/mem.h"
#include "image/numbered.h"
#include "image/png.h"
#include "image/sheet.h"
#include "stream/tool.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_PATTERN = 1, KEY_GRID, KEY_STRIP, KEY_PAD, KEY_BACKGROUND, KEY_SCALE, KEY_LIMIT,
       KEY_RECORD };

struct opts {
    struct tool tool;
    const char *record, *pattern;
    int64_t limit, done;
    struct sheet sheet;
};

static const struct argp_option options[] = {
    {"pattern", KEY_PATTERN, "NAME", 0,
     "Write one file an image; NAME holds %d or %05d for its number", 0},
    {"grid", KEY_GRID, "COLUMNS", OPTION_ARG_OPTIONAL,
     "Write one contact sheet to standard output (default, as square as possible)", 0},
    {"strip", KEY_STRIP, 0, 0,
     "Write the images below one another, without space between", 0},
    {"pad", KEY_PAD, "N", 0, "Pixels between images of a sheet, and around it (default 2)", 0},
    {"background", KEY_BACKGROUND, "COLOUR", 0,
     "Colour between them, grey or R,G,B (default 255)", 0},
    {"scale", KEY_SCALE, "K", 0, "Make K x K pixels of each", 0},
    {"limit", KEY_LIMIT, "N", 0, "Stop after N images", 0},
    {"record", KEY_RECORD, "NAME", 0, "Take records of this name (default image)", 0},
    {0}
};

static void parse_colour(struct argp_state *st, const char *arg, uint8_t colour[3])
{
    if (!pixels_colour(colour, arg))
        argp_error(st, "%s: not a colour: expected a grey value, 0 to 255, or R,G,B", arg);
}

static void parse_pattern(struct argp_state *st, char *arg, struct opts *o)
{
    char *name = numbered(arg, 0);

    if (!name)
        argp_error(st, "%s: not a pattern: expected one %%d or %%05d in it", arg);
    free(name);
    o->pattern = arg;
    o->tool.streams &= ~TOOL_BINARY;        /* nothing goes to standard output */
}

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;

    switch (key) {
    case ARGP_KEY_INIT:  st->child_inputs[0] = &o->tool.opt; break;
    case KEY_PATTERN:    parse_pattern(st, arg, o); break;
    case KEY_GRID:       o->sheet.columns = arg ? tool_int(st, arg, 1, INT32_MAX) : 0; break;
    case KEY_STRIP:      o->sheet.columns = 1; o->sheet.pad = 0; break;
    case KEY_PAD:        o->sheet.pad = tool_int(st, arg, 0, 1 << 20); break;
    case KEY_BACKGROUND: parse_colour(st, arg, o->sheet.background); break;
    case KEY_SCALE:      o->sheet.scale = tool_int(st, arg, 1, 1024); break;
    case KEY_LIMIT:      o->limit = tool_int(st, arg, 1, INT64_MAX); break;
    case KEY_RECORD:     o->record = arg; break;
    default:             return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    options, parse, "", "Write records `image', u8 or f32 in [-1,1], as PNG pictures.\v"
    "Example:\n  ten2png --grid=8 --limit=64 <train.ten >sheet.png", tool_common, 0, 0
};

static int save(const char *path, const uint8_t *pixels, const struct image_dims *d,
                struct ten_err *e)
{
    char *part = xasprintf("%s.part", path);
    unsigned char *png = NULL;
    size_t size;
    int rc = png_encode(pixels, d, &png, &size, e);

    if (rc == 0)
        rc = save_atomic(path, part, png, size, e);
    free(png);
    free(part);
    return rc;
}

static int save_picture(const struct opts *o, const struct frames *f, int64_t k, struct ten_err *e)
{
    const struct image_dims d = frames_enlarged(f, o->sheet.scale);
    uint8_t *pixels = xmalloc((size_t)image_bytes(&d));
    char *path = numbered(o->pattern, o->done + k);
    int rc = frames_draw(f, k, o->sheet.scale, pixels, e);

    if (rc == 0)
        rc = save(path, pixels, &d, e);
    free(path);
    free(pixels);
    return rc;
}

/* The failure reported is that of the first bad picture, whichever thread meets it. */
static int save_pictures(struct opts *o, const struct frames *f, int64_t n)
{
    int64_t bad = n;

    #pragma omp parallel for schedule(dynamic)
    for (int64_t k = 0; k < n; k++) {
        struct ten_err err = {0};
        if (save_picture(o, f, k, &err) == 0)
            continue;
        #pragma omp critical
        if (k < bad) {
            bad = k;
            o->tool.err = err;
        }
    }
    return bad < n ? -1 : 0;
}

static int write_sheet(struct opts *o)
{
    unsigned char *png = NULL;
    size_t size = 0;
    int rc = sheet_png(&o->sheet, &png, &size, &o->tool.err);

    if (rc == 0 && fwrite(png, 1, size, stdout) < size)
        rc = fail(&o->tool.err, TEN_E_DATA, "standard output: %s: the output is incomplete",
                  strerror(errno));
    free(png);
    return rc;
}

static int convert(struct opts *o)
{
    struct ten_record rec;
    struct frames f;
    int rc;

    while (o->done < o->limit && (rc = ten_next(o->tool.in, &rec, &o->tool.err)) != 0) {
        if (rc < 0)
            return -1;
        if (strcmp(rec.name, o->record) != 0)
            continue;
        if (frames_of(&f, &rec, &o->tool.err) < 0)
            return -1;
        const int64_t n = f.n < o->limit - o->done ? f.n : o->limit - o->done;
        if (n == 0)                         /* its sides are as large as they like */
            continue;
        if ((o->pattern ? save_pictures(o, &f, n) : sheet_add(&o->sheet, &f, n, &o->tool.err)) < 0)
            return -1;
        o->done += n;
        progress_step(&o->tool.progress, o->done, "");
    }
    if (o->done == 0)
        return fail(&o->tool.err, TEN_E_DATA, "standard input: no picture in a record %s: expected "
                    "at least one", o->record);
    return o->pattern ? 0 : write_sheet(o);
}

int main(int argc, char **argv)
{
    struct opts o = {.record = "image", .limit = INT64_MAX,
                     .sheet = {.pad = 2, .scale = 1, .background = {255, 255, 255}}};
    int rc;

    tool_open(&o.tool, TOOL_IN | TOOL_BINARY, &argp, argc, argv, &o);
    progress_start(&o.tool.progress, "images", 0);
    rc = tool_close(&o.tool, convert(&o));
    sheet_free(&o.sheet);
    return rc;
}
