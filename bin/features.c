/* bin/features.c - features of images, for metrics of generative models. */
#include "models/batches.h"
#include "models/held_out.h"
#include "models/model_io.h"
#include "stream/attrs.h"

#include <stdlib.h>
#include <string.h>

struct opts { struct tool tool; struct extractor_request request; struct held_out held_out; };

enum { O_HELD_OUT = 1, O_BASELINE };

static const struct argp_option options[] = {
    {"batch", 'b', "N", 0, "Images at a time (default 256, for inception-v3-fid 8)", 0},
    {"held-out", O_HELD_OUT, "FILE", 0, "Images and labels that dom was not trained on: how often it is right there", 0},
    {"baseline", O_BASELINE, "FILE", 0, "A classifier, such as a linear one, that dom has to beat there by far", 0},
    {0}
};

static void check(const struct opts *o, struct argp_state *st)
{
    const struct held_out *h = &o->held_out;
    if (h->baseline && !h->path)
        argp_error(st, "--baseline: no images to compare it on: expected --held-out=FILE");
    if (h->path && o->request.options.kind != EXTRACTOR_DOM)
        argp_error(st, "--held-out: expected --extractor=dom, which tells the classes of such images");
}

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;
    switch (key) {
    case ARGP_KEY_INIT:
        st->child_inputs[0] = &o->tool.opt;
        st->child_inputs[1] = &o->request;
        st->child_inputs[2] = &o->request.scale;
        break;
    case 'b':        o->request.batch = tool_int(st, arg, 1, 1 << 24); break;
    case O_HELD_OUT: o->held_out.path = arg; break;
    case O_BASELINE: o->held_out.baseline = arg; break;
    case ARGP_KEY_END: check(o, st); break;
    default: return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

/* ---- Attributes ------------------------------------------------------------------------------ */

/* What the images' attributes tell of the protocol, and who made the features. */
static char *attributes(const struct samples *s, const struct extractor *x, const struct held_out *h,
                        struct ten_err *e)
{
    static const char *const kept[] = {"split", "network", "bn", "truncation", "seed", "picked"};
    int n;
    const char *text = samples_columns(s, &n)[samples_pictures(s)].attrs;
    json_t *image = attrs_parse(text, "attributes", e), *group, *attrs;
    if (!image)
        return NULL;
    if (!(group = attrs_parse(samples_group_attrs(s), "group attributes", e))) {
        json_decref(image);
        return NULL;
    }
    attrs = json_object();
    extractor_describe(x, attrs);
    if (h->path)
        held_out_describe(h, attrs);
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
        json_t *v = json_object_get(image, kept[i]);
        v = v ? v : json_object_get(group, kept[i]);
        if (v)
            json_object_set(attrs, kept[i], v);
    }
    char *line = attrs_text(attrs);
    json_decref(attrs);
    json_decref(group);
    json_decref(image);
    return line;
}

/* ---- Batches --------------------------------------------------------------------------------- */

struct look { struct tool *tool; struct extractor *x; const char *attrs; };

static int one_batch(void *ctx, struct tape *t, const struct batch *b)
{
    const struct look *l = ctx;
    struct var *feat, *prob;
    int rc = extractor_apply(l->x, t, b->image, &feat, &prob, &l->tool->err);
    if (rc == 0)
        rc = batch_write(l->tool, b, "feat", &feat->v, l->attrs);
    if (rc == 0 && prob)
        rc = batch_write(l->tool, b, "prob", &prob->v, l->attrs);
    if (rc == 0 && b->label)
        rc = batch_write(l->tool, b, "label", b->label, NULL);
    return rc;
}

static int all_batches(struct opts *o, struct extractor *x, const struct samples *s, struct feeder *f, struct memory *m)
{
    struct tool *tool = &o->tool;
    char *attrs = attributes(s, x, &o->held_out, &tool->err);
    const int rc = attrs ? batches_see(f, m, &tool->progress, one_batch, &(struct look){tool, x, attrs}, &tool->err) : -1;
    free(attrs);
    return rc;
}

/* ---- All --------------------------------------------------------------------------------------- */

static int run(struct opts *o, struct memory *m)
{
    struct samples *s = NULL;
    int64_t image[3];
    struct feeder *f = image_batches(&o->tool, &o->request, &s, "-", o->tool.in, image);
    struct extractor *x = f ? extractor_open(&o->request, &o->tool, image, m) : NULL;
    int rc = x ? 0 : -1;
    if (x && o->held_out.path)
        rc = held_out_measure(&o->held_out, x, &o->request, &o->tool, image, m);
    if (rc == 0)
        rc = all_batches(o, x, s, f, m);
    extractor_free(x);
    model_free(o->request.options.model);
    feeder_free(f);
    samples_close(s);
    return rc;
}

int main(int argc, char **argv)
{
    const struct argp_child children[] = {tool_common[0], extractor_child, scale_child, {0}};
    const struct argp argp = {
        options, parse, "", "Write, for the records image of standard input, features feat f32 [N,d], "
        "for networks that tell classes also their probabilities prob f32 [N,K], and the labels.  "
        "Attributes say which extractor made them.\v"
        "Example:\n  features --reference=real.ten <fake.ten |\n"
        "    frechet --real=<(features --reference=real.ten <real.ten)", children, 0, 0
    };
    struct opts o = {0};
    tool_open(&o.tool, TOOL_IN | TOOL_OUT, &argp, argc, argv, &o);
    struct memory *memory = memory_new();
    const int rc = run(&o, memory);
    memory_free(memory);
    return tool_close(&o.tool, rc);
}
