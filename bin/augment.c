/* bin/augment.c - DiffAugment on streams of images, and its adjoint on streams of gradients. */
#include "stream/tool.h"

#include "base/mem.h"
#include "image/augmenter.h"

#include <stdlib.h>
#include <string.h>

struct opts { struct tool tool; struct augmenter augmenter; };

enum {
    KEY_P = 1, KEY_STEP, KEY_RECORD, KEY_PAIRS, KEY_COLOR_ON, KEY_GEOMETRY_ONLY, KEY_ADJOINT,
    KEY_TANGENT,
};

static const struct argp_option options[] = {
    {"policy", 'p', "OP,...", 0, "Ops in their order: color (brightness, saturation, contrast), "
     "each of these, translation, cutout, flip, rot90; empty: none "
     "(default " AUGMENTER_POLICY ")", 0},
    {"p", KEY_P, "P", 0, "Probability that a sample is transformed at all (default 1)", 0},
    {"step", KEY_STEP, "N", 0, "Step of the first group; each has draws of its own (default 0)", 0},
    {"record", KEY_RECORD, "NAME", 0, "Images are the records of this name (default image)", 0},
    {"pairs", KEY_PAIRS, "NAME,...", 0, "Records that take the same draws as those images", 0},
    {"color-on", KEY_COLOR_ON, "NAME,...", 0, "Do the colour ops on these records only (default: "
     "on all)", 0},
    {"geometry-only", KEY_GEOMETRY_ONLY, "NAME,...", 0, "Records of any type, such as label maps, "
     "whose pixels move with the same draws and keep their values", 0},
    {"adjoint", KEY_ADJOINT, 0, 0, "Take gradients back through the transform that the draws in "
     "their group describe", 0},
    {"tangent", KEY_TANGENT, 0, 0, "Take tangents forward through the linear part of it", 0},
    {0}
};

/* Names of --color-on that are no images would switch colour off in silence. */
static void check(struct argp_state *st, const struct augmenter *a)
{
    char *names = xstrdup(a->color_on ? a->color_on : ""), *rest = names, *name;
    struct augment_policy p;
    struct ten_err e;

    while (*names && (name = strsep(&rest, ",")))
        if (strcmp(name, a->record) != 0 && !augmenter_lists(a->pairs, name))
            argp_error(st, "--color-on: %s: no images: expected names from --record and --pairs",
                       name);
    free(names);
    if (a->policy && augment_parse(&p, a->policy, &e) < 0)
        argp_error(st, "%s", e.text);
}

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;
    struct augmenter *a = &o->augmenter;

    switch (key) {
    case ARGP_KEY_INIT:     st->child_inputs[0] = &o->tool.opt; break;
    case 'p':               a->policy = arg; break;
    case KEY_P:             a->from.p = tool_float(st, arg, 0, 1); break;
    case KEY_STEP:          a->from.step = tool_u64(st, arg); break;
    case KEY_RECORD:        a->record = arg; break;
    case KEY_PAIRS:         a->pairs = arg; break;
    case KEY_COLOR_ON:      a->color_on = arg; break;
    case KEY_GEOMETRY_ONLY: a->geometry_only = arg; break;
    case KEY_ADJOINT:       a->mode = AUGMENT_ADJOINT; break;
    case KEY_TANGENT:       a->mode = AUGMENT_TANGENT; break;
    case ARGP_KEY_END:      check(st, a); break;
    default:                return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    options, parse, "", "Transform every image of a stream at random, and write the draws in front "
    "of it (DiffAugment). With --adjoint, take gradients back to the images.\v"
    "Example:\n  png2ten *.png | augment --policy=translation,cutout --seed=1 | ten-info",
    tool_common, 0, 0
};

int main(int argc, char **argv)
{
    struct opts o = {.augmenter = {.record = "image", .from.p = 1}};
    struct augmenter *a = &o.augmenter;
    struct ten_record rec;
    int rc;

    tool_open(&o.tool, TOOL_IN | TOOL_OUT, &argp, argc, argv, &o);
    a->from.seed = o.tool.opt.seed;
    progress_start(&o.tool.progress, "records", 0);
    while ((rc = ten_next(o.tool.in, &rec, &o.tool.err)) > 0) {
        if ((rc = augmenter_record(a, &rec, o.tool.out, &o.tool.err)) < 0)
            break;
        progress_step(&o.tool.progress, a->records, "");
    }
    if (rc == 0 && a->records > 0 && a->images == 0)
        rc = fail(&o.tool.err, TEN_E_DATA, "standard input: %lld records, none to transform: "
                  "expected one named %s", (long long)a->records, a->record);
    augmenter_free(a);
    return tool_close(&o.tool, rc);
}
