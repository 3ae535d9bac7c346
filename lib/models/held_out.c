#include "models/held_out.h"
#include "base/fail.h"
#include "models/batches.h"
#include "models/losses.h"
#include "models/model_io.h"

#include <string.h>

struct answers { struct extractor *x; int64_t n, right; struct ten_err *err; };

static int one_batch(void *ctx, struct tape *t, const struct batch *b)
{
    struct answers *a = ctx;
    struct var *feat, *prob;
    if (extractor_apply(a->x, t, b->image, &feat, &prob, a->err) < 0)
        return -1;
    if (!prob)
        return fail(a->err, TEN_E_DATA, "model: a network of one answer: expected one that tells classes (--held-out)");
    struct tensor class = tensor_new(tape_memory(t), TEN_I32, 1, &b->n);
    largest(class.i, &prob->v);
    for (int64_t i = 0; i < b->n; i++)
        a->right += class.i[i] == b->label->i[i];
    a->n += b->n;
    tensor_drop(&class);
    return 0;
}

static int share_of(double *share, struct extractor *x, struct feeder *f, struct memory *m, struct ten_err *e)
{
    struct answers a = {.x = x, .err = e};
    const int rc = batches_see(f, m, NULL, one_batch, &a, e);
    *share = (double)a.right / (double)a.n;
    return rc;
}

/* One pass over the images at path. */
static int measure(double *share, const char *path, struct extractor *x, const struct extractor_request *r,
                   struct tool *t, const int64_t image[3], struct memory *m)
{
    struct ten_err *e = &t->err;
    struct samples *s = NULL;
    int64_t own[3];
    struct feeder *f = image_batches(t, r, &s, path, tool_reader(t, path), own);
    int rc = f && samples_need(s, "label", e) >= 0 ? 0 : -1;
    if (rc == 0 && memcmp(own, image, sizeof own) != 0)
        rc = fail(e, TEN_E_DATA, "%s: images of another size than those on standard input: expected the same", path);
    if (rc == 0)
        rc = share_of(share, x, f, m, e);
    feeder_free(f);
    samples_close(s);
    return rc;
}

static int measure_baseline(struct held_out *h, const struct extractor_request *r, struct tool *t,
                            const int64_t image[3], struct memory *m)
{
    struct model *model = model_open(t, h->baseline, m);
    const struct extractor_options o = {.kind = EXTRACTOR_DOM, .resize = r->options.resize, .model = model};
    struct extractor *x = model ? extractor_new(&o, image, m, &t->err) : NULL;
    const int rc = x ? measure(&h->baseline_accuracy, h->path, x, r, t, image, m) : -1;
    extractor_free(x);
    model_free(model);
    return rc;
}

int held_out_measure(struct held_out *h, struct extractor *x, const struct extractor_request *r, struct tool *t,
                     const int64_t image[3], struct memory *m)
{
    if (measure(&h->accuracy, h->path, x, r, t, image, m) < 0)
        return -1;
    if (!h->baseline)
        return 0;
    if (measure_baseline(h, r, t, image, m) < 0)
        return -1;
    if (1 - h->accuracy <= HELD_OUT_ERRORS * (1 - h->baseline_accuracy))
        return 0;
    return fail(&t->err, TEN_E_DATA, "%s: %.4f of the held-out images right, by %s %.4f: expected at most %g of its "
                "errors, of a judge", r->model, h->accuracy, h->baseline, h->baseline_accuracy, HELD_OUT_ERRORS);
}

void held_out_describe(const struct held_out *h, json_t *attrs)
{
    json_object_set_new(attrs, "accuracy", json_real(h->accuracy));
    if (h->baseline)
        json_object_set_new(attrs, "baseline", json_real(h->baseline_accuracy));
}
