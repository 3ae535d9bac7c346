/* bin/graph-draw.c - a picture of a digraph. */
#include "stream/tool.h"

#include "base/mem.h"
#include "graph/carried.h"
#include "graph/drawing.h"
#include "graph/layout.h"
#include "image/png.h"

#include <stdlib.h>

enum format { PNG, SVG, GEOJSON };

struct opts { struct tool tool; enum format format; int64_t width; bool degrees, layout; };

static const struct argp_option options[] = {
    {"format",  'f', "NAME", 0, "png (default), svg or geojson", 0},
    {"width",   'w', "N", 0, "Width of the picture in pixels (default 1200)", 0},
    {"degrees", 'd', 0, 0, "Places are longitude and latitude, in millionths of a degree", 0},
    {"layout",  'l', 0, 0, "Find places by the lengths of round trips, also where the graph has "
     "some", 0},
    {0}
};

static error_t parse(int key, char *arg, struct argp_state *st)
{
    static const char *const formats[] = {"png", "svg", "geojson", NULL};
    struct opts *o = st->input;

    switch (key) {
    case ARGP_KEY_INIT: st->child_inputs[0] = &o->tool.opt; break;
    case 'f': o->format = (enum format)tool_choice(st, arg, formats); break;
    case 'w': o->width = tool_int(st, arg, 64, 20000); break;
    case 'd': o->degrees = true; break;
    case 'l': o->layout = true; break;
    case ARGP_KEY_END:
        if (o->degrees && o->layout)
            argp_error(st, "--degrees, --layout: expected one of them");
        break;
    default: return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    options, parse, "", "Draw a digraph by the record xy; without it, by the lengths of its round "
    "trips. Blue is what the spanner "
    "keeps, orange what it keeps in one of two directions, grey what it leaves out; red are the "
    "sources.\v"
    "Example:\n  graphgen road | graph-sources --random=5 | graph-draw >town.png", tool_common, 0, 0
};

static int write_png(struct opts *o, const struct drawing *d)
{
    const struct image_dims dims = {d->height, d->width, 3};
    unsigned char *bytes = NULL;
    size_t size = 0;

    uint8_t *pixels = drawing_pixels(d);
    const int rc = png_encode(pixels, &dims, &bytes, &size, &o->tool.err);
    if (rc == 0)
        fwrite(bytes, 1, size, stdout);
    free(pixels);
    free(bytes);
    return rc;
}

static int draw(struct opts *o, const struct digraph *g)
{
    struct drawing d;
    double *xy = o->layout ? NULL : carried_places(g, &o->tool.err);
    int rc = 0;

    if (!xy && o->tool.err.code)
        return -1;
    if (!xy && o->degrees)
        return fail(&o->tool.err, TEN_E_DATA, "xy: no such record: expected longitudes and "
                    "latitudes for --degrees");
    if (!xy) {
        xy = xmalloc((size_t)g->n * 2 * sizeof *xy);
        layout_scale(xy, g);
    }
    if (o->format == GEOJSON) {
        geojson_write(stdout, g, xy, o->degrees);
    } else {
        drawing_fit(&d, g, xy, o->width, o->degrees);
        if (o->format == SVG)
            drawing_svg(stdout, &d);
        else
            rc = write_png(o, &d);
        drawing_free(&d);
    }
    free(xy);
    return rc;
}

int main(int argc, char **argv)
{
    struct opts o = {.width = 1200};
    struct digraph g;

    tool_open(&o.tool, TOOL_IN | TOOL_BINARY, &argp, argc, argv, &o);
    int rc = digraph_read(&g, o.tool.in, "", &o.tool.err);
    if (rc == 0)
        rc = draw(&o, &g);
    digraph_free(&g);
    return tool_close(&o.tool, rc);
}
