#include "models/extractor_open.h"
#include "base/fail.h"
#include "models/model_io.h"

#include <string.h>

/* ---- Options ----------------------------------------------------------------------------------- */

static const struct argp_option options[] = {
    {"extractor", 'e', "KIND", 0, "pixel, rand (default), dom or inception-v3-fid", 0},
    {"model", 'm', "FILE", 0, "The network, for dom and inception-v3-fid", 0},
    {"reference", 'r', "FILE", 0, "Real images whose components rand's features are brought to", 0},
    {"dims", 'd', "N", 0, "Components, for rand (default 64)", 0},
    {"resize", 's', "RULE", 0, "To the network's size: none, bilinear or tf1 (default none, for "
     "inception-v3-fid tf1)", 0},
    {0}
};

/* Defaults, and what the kind lacks or has no use for. */
static void check(struct extractor_request *r, struct argp_state *st)
{
    struct extractor_options *x = &r->options;
    if (!r->kind_given)
        x->kind = EXTRACTOR_RAND;
    const bool network = x->kind == EXTRACTOR_DOM || x->kind == EXTRACTOR_FID;
    if (network && !r->model)
        argp_error(st, "no network: expected --model=FILE, for %s", extractor_names[x->kind]);
    if (x->kind == EXTRACTOR_RAND && !r->reference)
        argp_error(st, "no real images: expected --reference=FILE, for rand");
    if (!network && x->resize != RESIZE_NONE)
        argp_error(st, "--resize: expected an extractor that is a network");
    if (x->kind == EXTRACTOR_FID && !r->resize_given)
        x->resize = RESIZE_TF1;
    if (!r->batch)
        r->batch = x->kind == EXTRACTOR_FID ? 8 : 256;
    if (!x->dims)
        x->dims = 64;
}

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct extractor_request *r = st->input;
    switch (key) {
    case 'e':
        r->options.kind = tool_choice(st, arg, extractor_names);
        r->kind_given = true;
        break;
    case 'm': r->model = arg; break;
    case 'r': r->reference = arg; break;
    case 'd': r->options.dims = tool_int(st, arg, 1, 704); break;
    case 's':
        r->options.resize = tool_choice(st, arg, extractor_resizes);
        r->resize_given = true;
        break;
    case ARGP_KEY_END: check(r, st); break;
    default: return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {options, parse, NULL, NULL, NULL, NULL, NULL};
const struct argp_child extractor_child = {&argp, 0, NULL, 0};

/* ---- Reading ----------------------------------------------------------------------------------- */

struct feeder *image_batches(struct tool *t, const struct extractor_request *r, struct samples **s,
                             const char *path, struct ten_reader *in, int64_t image[3])
{
    const struct feeder_options feed = {.batch = r->batch, .evaluate = true, .scale = r->scale};
    char text[192];
    int n;
    if (!in || !(*s = samples_open(path, in, NULL, &t->err)))
        return NULL;
    const int at = samples_pictures(*s);
    if (at < 0) {
        samples_need(*s, "image", &t->err);
        return NULL;
    }
    const struct samples_column *c = &samples_columns(*s, &n)[at];
    if (c->shape.rank != 3) {
        fail(&t->err, TEN_E_DATA, "%s: samples of shape %s: expected images [H,W,C]", c->name,
             ten_shape_text(&c->shape, text));
        return NULL;
    }
    memcpy(image, c->shape.dim, 3 * sizeof *image);
    return feeder_new(*s, &feed, &t->err);
}

static int refer(struct extractor *x, const struct extractor_request *r, struct tool *t,
                 const int64_t image[3])
{
    struct ten_reader *in = tool_reader(t, r->reference);
    struct samples *s = NULL;
    struct ten_input now;
    int64_t own[3];
    struct feeder *f = image_batches(t, r, &s, r->reference, in, own);
    int rc = f ? 0 : -1;
    if (f && memcmp(own, image, sizeof own) != 0)
        rc = fail(&t->err, TEN_E_DATA, "%s: images of another size than those on standard input: "
                  "expected the same", r->reference);
    if (rc == 0) {
        ten_reader_input(in, &now);
        rc = extractor_refer(x, f, now.digest, &t->err);
    }
    feeder_free(f);
    samples_close(s);
    return rc;
}

struct extractor *extractor_open(struct extractor_request *r, struct tool *t,
                                 const int64_t image[3], struct memory *m)
{
    r->options.seed = t->opt.seed;
    if (r->options.kind >= EXTRACTOR_DOM && !(r->options.model = model_open(t, r->model, m)))
        return NULL;
    struct extractor *x = extractor_new(&r->options, image, m, &t->err);
    if (!x || r->options.kind != EXTRACTOR_RAND || refer(x, r, t, image) == 0)
        return x;
    extractor_free(x);
    return NULL;
}
