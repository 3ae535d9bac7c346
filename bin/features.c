/* bin/features.c - features of images, for metrics of generative models. */
#include "base/mem.h"
#include "models/extractor.h"
#include "models/model_io.h"
#include "stream/attrs.h"

#include <stdlib.h>
#include <string.h>

struct opts {
    struct tool tool;
    struct extractor_options extractor;
    const char *model, *reference;
    int64_t batch;
    bool resize_given;
    struct batch_scale scale;
};

static const struct argp_option options[] = {
    {"extractor", 'e', "KIND", 0, "pixel, rand (default), dom or inception-v3-fid", 0},
    {"model", 'm', "FILE", 0, "The network, for dom and inception-v3-fid", 0},
    {"reference", 'r', "FILE", 0, "Real images whose components rand's features are brought to", 0},
    {"dims", 'd', "N", 0, "Components, for rand (default 64)", 0},
    {"resize", 's', "RULE", 0, "To the network's size: none, bilinear or tf1 (default none, for "
     "inception-v3-fid tf1)", 0},
    {"batch", 'b', "N", 0, "Images at a time (default 256, for inception-v3-fid 8)", 0},
    {0}
};

static void check_options(struct opts *o, struct argp_state *st)
{
    struct extractor_options *x = &o->extractor;
    const bool network = x->kind == EXTRACTOR_DOM || x->kind == EXTRACTOR_FID;
    if (network && !o->model)
        argp_error(st, "no network: expected --model=FILE, for %s", extractor_names[x->kind]);
    if (x->kind == EXTRACTOR_RAND && !o->reference)
        argp_error(st, "no real images: expected --reference=FILE, for rand");
    if (!network && o->resize_given && x->resize != RESIZE_NONE)
        argp_error(st, "--resize: expected an extractor that is a network");
    if (x->kind == EXTRACTOR_FID && !o->resize_given)
        x->resize = RESIZE_TF1;
    if (!o->batch)
        o->batch = x->kind == EXTRACTOR_FID ? 8 : 256;
    x->seed = o->tool.opt.seed;
}

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;
    switch (key) {
    case ARGP_KEY_INIT:
        st->child_inputs[0] = &o->tool.opt;
        st->child_inputs[1] = &o->scale;
        break;
    case 'e': o->extractor.kind = tool_choice(st, arg, extractor_names); break;
    case 'm': o->model = arg; break;
    case 'r': o->reference = arg; break;
    case 'd': o->extractor.dims = tool_int(st, arg, 1, 704); break;
    case 's':
        o->extractor.resize = tool_choice(st, arg, extractor_resizes);
        o->resize_given = true;
        break;
    case 'b': o->batch = tool_int(st, arg, 1, 1 << 24); break;
    case ARGP_KEY_END: check_options(o, st); break;
    default: return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

/* ---- Attributes -------------------------------------------------------------------------------- */

/* What the images' attributes tell of the protocol, and who made the features. */
static char *attributes(const struct samples *s, const struct extractor *x, struct ten_err *e)
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

/* ---- Batches ----------------------------------------------------------------------------------- */

static int write(struct opts *o, int64_t group, const char *name, const struct tensor *x,
                 const char *attrs)
{
    struct ten_record rec = {.name = name, .type = x->type, .shape = {.rank = x->rank},
                             .data = x->data, .group = group, .attrs = attrs};
    memcpy(rec.shape.dim, x->dim, (size_t)x->rank * sizeof *x->dim);
    return ten_write(o->tool.out, &rec, &o->tool.err);
}

static int one_batch(struct opts *o, struct extractor *x, struct tape *t, const struct batch *b,
                     const char *attrs)
{
    struct var *feat, *prob;
    int rc = extractor_apply(x, t, b->image, &feat, &prob, &o->tool.err);
    if (rc == 0)
        rc = write(o, b->number, "feat", &feat->v, attrs);
    if (rc == 0 && prob)
        rc = write(o, b->number, "prob", &prob->v, attrs);
    if (rc == 0 && b->label)
        rc = write(o, b->number, "label", b->label, NULL);
    tape_clear(t);
    return rc;
}

static int all_batches(struct opts *o, struct extractor *x, const struct samples *s,
                       struct feeder *f, struct memory *m)
{
    char *attrs = attributes(s, x, &o->tool.err);
    struct tape *t = tape_new(m, 0);
    struct batch b;
    int rc = attrs ? 1 : -1;
    tape_mode(t)->record = tape_mode(t)->training = false;
    progress_start(&o->tool.progress, "batches", feeder_batches(f));
    while (rc > 0 && (rc = feeder_next(f, &b, &o->tool.err)) > 0) {
        if (one_batch(o, x, t, &b, attrs) < 0)
            rc = -1;
        progress_step(&o->tool.progress, b.number + 1, "");
    }
    progress_end(&o->tool.progress);
    tape_free(t);
    free(attrs);
    return rc;
}

/* ---- Reading ----------------------------------------------------------------------------------- */

/* Images [h,w,c] of the stream, and their batches.  NULL with *e set. */
static struct feeder *images(struct opts *o, struct samples **s, const char *path,
                             struct ten_reader *in, int64_t dim[3])
{
    const struct feeder_options feed = {.batch = o->batch, .evaluate = true, .scale = o->scale};
    struct ten_err *e = &o->tool.err;
    char text[192];
    int n;
    if (!in || !(*s = samples_open(path, in, NULL, e)))
        return NULL;
    const int at = samples_pictures(*s);
    if (at < 0) {
        samples_need(*s, "image", e);
        return NULL;
    }
    const struct ten_shape *shape = &samples_columns(*s, &n)[at].shape;
    if (shape->rank != 3) {
        fail(e, TEN_E_DATA, "%s: samples of shape %s: expected images [H,W,C]",
             samples_columns(*s, &n)[at].name, ten_shape_text(shape, text));
        return NULL;
    }
    memcpy(dim, shape->dim, 3 * sizeof *dim);
    return feeder_new(*s, &feed, e);
}

static int refer(struct opts *o, struct extractor *x, const int64_t dim[3])
{
    struct ten_reader *in = tool_reader(&o->tool, o->reference);
    struct samples *s = NULL;
    struct ten_input now;
    int64_t own[3];
    struct feeder *f = images(o, &s, o->reference, in, own);
    int rc = f ? 0 : -1;
    if (f && memcmp(own, dim, sizeof own) != 0)
        rc = fail(&o->tool.err, TEN_E_DATA, "%s: images of another size than those on standard "
                  "input: expected the same", o->reference);
    if (rc == 0) {
        ten_reader_input(in, &now);
        rc = extractor_refer(x, f, now.digest, &o->tool.err);
    }
    feeder_free(f);
    samples_close(s);
    return rc;
}

static int run(struct opts *o, struct memory *m)
{
    struct samples *s = NULL;
    struct extractor *x = NULL;
    int64_t dim[3];
    struct feeder *f = images(o, &s, "-", o->tool.in, dim);
    int rc = f ? 0 : -1;
    if (rc == 0 && !(x = extractor_new(&o->extractor, dim, m, &o->tool.err)))
        rc = -1;
    if (rc == 0 && o->extractor.kind == EXTRACTOR_RAND)
        rc = refer(o, x, dim);
    if (rc == 0)
        rc = all_batches(o, x, s, f, m);
    extractor_free(x);
    feeder_free(f);
    samples_close(s);
    return rc;
}

int main(int argc, char **argv)
{
    const struct argp_child children[] = {tool_common[0], scale_child, {0}};
    const struct argp argp = {
        options, parse, "", "Write, for the records image of standard input, features feat f32 [N,d], "
        "for networks that tell classes also their probabilities prob f32 [N,K], and the labels.  "
        "Attributes say which extractor made them.\v"
        "Example:\n  features --reference=real.ten <fake.ten |\n"
        "    frechet --real=<(features --reference=real.ten <real.ten)", children, 0, 0
    };
    struct opts o = {.extractor = {.kind = EXTRACTOR_RAND, .dims = 64}};
    tool_open(&o.tool, TOOL_IN | TOOL_OUT, &argp, argc, argv, &o);
    struct memory *memory = memory_new();
    int rc = 0;
    if (o.extractor.kind >= EXTRACTOR_DOM &&
        !(o.extractor.model = model_open(&o.tool, o.model, memory)))
        rc = -1;
    if (rc == 0)
        rc = run(&o, memory);
    model_free(o.extractor.model);
    memory_free(memory);
    return tool_close(&o.tool, rc);
}
