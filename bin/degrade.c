/* bin/degrade.c - make images worse by a known amount. */
#include "base/mem.h"
#include "metrics/degrade.h"

#include <math.h>
#include <stdlib.h>

enum { GROUP = 256 };                   /* images written at a time */

struct opts { struct tool tool; struct degradation how; };

static const struct argp_option options[] = {
    {"blur", 'b', "R", 0, "By a normal filter of R pixels' deviation", 0},
    {"cast", 'c', "V", 0, "Add V to all numbers, on a scale from -1 to 1", 0},
    {"cutout", 'h', "SHARE", 0, "Cut blocks out of this share of images", 0},
    {"drop", 'd', "K", 0, "Leave out images with labels below K", 0},
    {"noise", 'n', "S", 0, "Add normal noise of deviation S", 0},
    {"other", 'o', "LABEL", 0, "Of those that --replace takes (default 0)", 0},
    {"replace", 'r', "SHARE", 0, "Replace this share by images of another class", 0},
    {0}
};

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;
    switch (key) {
    case ARGP_KEY_INIT: st->child_inputs[0] = &o->tool.opt; break;
    case 'b': o->how.blur = tool_float(st, arg, 0, 1000); break;
    case 'c': o->how.cast = tool_float(st, arg, -2, 2); break;
    case 'h': o->how.cutout = tool_float(st, arg, 0, 1); break;
    case 'd': o->how.drop = (int32_t)tool_int(st, arg, 0, INT32_MAX); break;
    case 'n': o->how.noise = tool_float(st, arg, 0, 1000); break;
    case 'o': o->how.other = (int32_t)tool_int(st, arg, 0, INT32_MAX); break;
    case 'r': o->how.replace = tool_float(st, arg, 0, 1); break;
    default: return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    options, parse, "", "Make the images on standard input worse by a known amount, to see whether "
    "a metric rises with it.  Images that come out are f32, labels stay.\v"
    "Example:\n  degrade --blur=1 <real.ten | features --reference=real.ten |\n"
    "    frechet --real=real-features.ten", tool_common, 0, 0
};

/* Images index[0..n) as a group. */
static int write_group(struct opts *o, const struct degrader *g, const struct images *im,
                       const int64_t *index, int64_t n, int64_t group)
{
    const int64_t count = im->h * im->w * im->c;
    float *x = tool_buffer(&o->tool, (size_t)(n * count) * sizeof *x);
    int32_t label[GROUP];
    char *attrs = attrs_text(im->about.attrs);
    #pragma omp parallel for schedule(static)
    for (int64_t i = 0; i < n; i++)
        degrader_get(g, index[i], x + i * count);
    for (int64_t i = 0; im->label && i < n; i++)
        label[i] = im->label[index[i]];
    const struct ten_record rec[] = {
        {.name = "image", .type = TEN_F32, .shape = {4, {n, im->h, im->w, im->c}}, .data = x,
         .attrs = attrs, .group = group},
        {.name = "label", .type = TEN_I32, .shape = {1, {n}}, .data = label, .group = group},
    };
    int rc = ten_write(o->tool.out, &rec[0], &o->tool.err);
    if (rc == 0 && im->label)
        rc = ten_write(o->tool.out, &rec[1], &o->tool.err);
    free(attrs);
    return rc;
}

static int run(struct opts *o, struct images *im)
{
    int64_t index[GROUP], n = 0, group = 0;
    o->how.seed = o->tool.opt.seed;
    if (images_open(im, o->tool.in, "-", &o->tool.err) < 0)
        return -1;
    struct degrader *g = degrader_new(&o->how, im, &o->tool.err);
    int rc = g ? 0 : -1;
    for (int64_t i = 0; i < im->n && rc == 0; i++) {
        if (degrader_keeps(g, i))
            index[n++] = i;
        if (n == GROUP || (n > 0 && i + 1 == im->n)) {
            rc = write_group(o, g, im, index, n, group++);
            n = 0;
        }
    }
    if (rc == 0 && group == 0)
        rc = fail(&o->tool.err, TEN_E_DATA, "label: all are below %d: expected some that stay",
                  (int)o->how.drop);
    degrader_free(g);
    return rc;
}

int main(int argc, char **argv)
{
    struct opts o = {0};
    struct images im;
    tool_open(&o.tool, TOOL_IN | TOOL_OUT, &argp, argc, argv, &o);
    const int rc = run(&o, &im);
    images_close(&im);
    return tool_close(&o.tool, rc);
}
