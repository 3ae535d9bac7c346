#include "models/extractor.h"
#include "autograd/ops_image.h"
#include "autograd/ops.h"
#include "base/fail.h"
#include "base/hash.h"
#include "base/mem.h"
#include "metrics/moments.h"
#include "models/batches.h"
#include "models/pooled.h"
#include "models/random_features.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const extractor_names[] = {"pixel", "rand", "dom", "inception-v3-fid", NULL};
const char *const extractor_resizes[] = {"none", "bilinear", "tf1", NULL};

struct extractor {
    struct extractor_options o;
    struct memory *memory;
    struct random_features *random;
    struct resample_axis *rows, *cols;  /* of RESIZE_TF1 */
    uint64_t hash;                      /* of the weights */
};

/* ---- Resizing -------------------------------------------------------------------------------- */

/* Two taps a row, at p in/out and one further, which is the edge's again at the end. */
static struct resample_axis *tf1_axis(int64_t in, int64_t out)
{
    struct resample_axis *a = resample_linear(in, out, false);
    const double scale = (double)in / (double)out;
    free(a->index);
    free(a->weight);
    a->index = xmalloc((size_t)(2 * out) * sizeof *a->index);
    a->weight = xmalloc((size_t)(2 * out) * sizeof *a->weight);
    for (int64_t p = 0; p < out; p++) {
        const double at = (double)p * scale;
        const int64_t i = (int64_t)at;
        a->start[p] = 2 * p;
        a->run[p] = 0;
        a->index[2 * p] = i;
        a->index[2 * p + 1] = i + 1 < in ? i + 1 : in - 1;
        a->weight[2 * p + 1] = (float)(at - (double)i);
        a->weight[2 * p] = 1 - a->weight[2 * p + 1];
    }
    a->start[out] = 2 * out;
    return a;
}

static struct var *resized(struct extractor *x, struct tape *t, const struct tensor *image)
{
    const int64_t n = image->dim[0], c = image->dim[3];
    const int64_t h = x->o.model->in[0], w = x->o.model->in[1];
    if (x->o.resize == RESIZE_BILINEAR)
        return op_resize_bilinear(t, tape_input(t, *image), h, w, false);
    struct tensor y = tensor_new(x->memory, TEN_F32, 4, (int64_t[]){n, h, w, c});
    resample(x->rows, x->cols, y.f, image->f, n, c, false);
    return tape_input(t, y);
}

/* ---- Making one ------------------------------------------------------------------------------ */

/* The network's images are these, resized or as they are. */
static int check_model(const struct extractor_options *o, const int64_t image[3], struct ten_err *e)
{
    const struct model *m = o->model;
    char is[192], want[192];
    struct ten_shape given = {.rank = 3}, in = {.rank = m->in_rank};
    if (model_gives_rows(m, e) < 0)
        return -1;
    memcpy(given.dim, image, 3 * sizeof *image);
    memcpy(in.dim, m->in, (size_t)m->in_rank * sizeof *m->in);
    const bool fits = m->in_rank == 3 && m->in[2] == image[2] &&
                      (o->resize != RESIZE_NONE || (m->in[0] == image[0] && m->in[1] == image[1]));
    if (!fits)
        return fail(e, TEN_E_DATA, "image: samples of shape %s: expected %s, which the network "
                    "reads%s", ten_shape_text(&given, is), ten_shape_text(&in, want),
                    m->in_rank == 3 && m->in[2] == image[2] ? " (--resize=RULE)" : "");
    if (o->kind != EXTRACTOR_FID)
        return 0;
    const char *family = json_string_value(json_object_get(m->config, "family"));
    const char *variant = json_string_value(json_object_get(m->config, "variant"));
    const char *end = json_string_value(json_object_get(m->config, "end"));
    if (strcmp(family, "inception_v3") == 0 && strcmp(variant, "fid") == 0 && *end == 0 &&
        m->in[0] == 299 && m->in[1] == 299)
        return 0;
    return fail(e, TEN_E_DATA, "model: family %s: expected inception_v3 of variant fid for images "
                "of 299 by 299, without end, for features of this name", family);
}

struct extractor *extractor_new(const struct extractor_options *o, const int64_t image[3],
                                struct memory *m, struct ten_err *e)
{
    if (o->model && check_model(o, image, e) < 0)
        return NULL;
    if (o->kind == EXTRACTOR_RAND && (image[0] < RANDOM_LEAST || image[1] < RANDOM_LEAST)) {
        fail(e, TEN_E_DATA, "image: %lld by %lld: expected %d by %d at least", (long long)image[0],
             (long long)image[1], RANDOM_LEAST, RANDOM_LEAST);
        return NULL;
    }
    struct extractor *x = xcalloc(1, sizeof *x);
    x->o = *o;
    x->memory = m;
    if (o->kind == EXTRACTOR_RAND)
        x->random = random_features_new(image[2], o->seed, m);
    if (o->model)
        x->hash = pooled_weights(o->model);
    if (o->model && o->resize == RESIZE_TF1) {
        x->rows = tf1_axis(image[0], o->model->in[0]);
        x->cols = tf1_axis(image[1], o->model->in[1]);
    }
    return x;
}

void extractor_free(struct extractor *x)
{
    if (!x)
        return;
    resample_axis_free(x->rows);
    resample_axis_free(x->cols);
    random_features_free(x->random);
    free(x);
}

struct reference { struct extractor *x; struct moments m; };

static int one_batch(void *ctx, struct tape *t, const struct batch *b)
{
    struct reference *r = ctx;
    const struct var *feat = random_features_apply(r->x->random, t, tape_input(t, *b->image));
    moments_add(&r->m, feat->v.f, b->n);
    return 0;
}

int extractor_refer(struct extractor *x, struct feeder *f, uint64_t digest, struct ten_err *e)
{
    const uint64_t key[] = {digest, x->o.seed, (uint64_t)x->o.dims};
    struct reference r = {.x = x};
    moments_init(&r.m, RANDOM_RAW);
    int rc = batches_see(f, x->memory, NULL, one_batch, &r, e);
    moments_end(&r.m);
    if (rc == 0 && r.m.n <= x->o.dims)
        rc = fail(e, TEN_E_DATA, "reference: %lld images: expected more than the %lld components "
                  "(--dims=N)", (long long)r.m.n, (long long)x->o.dims);
    if (rc == 0) {
        double *sigma = xmalloc(sizeof *sigma * RANDOM_RAW * RANDOM_RAW);
        moments_covariance(sigma, &r.m);
        rc = random_features_refer(x->random, r.m.mu, sigma, x->o.dims, e);
        free(sigma);
    }
    x->hash = XXH3_64bits(key, sizeof key);
    moments_free(&r.m);
    return rc;
}

/* ---- Features -------------------------------------------------------------------------------- */

static struct var *probabilities(const struct extractor *x, struct tape *t, struct var *y)
{
    if (x->o.model->out < 2)
        return NULL;
    if (x->o.kind == EXTRACTOR_FID)
        y = op_sub(t, y, tape_param(t, params_find(x->o.model->params, "fc.bias")));
    return op_softmax(t, y);
}

static int of_model(struct extractor *x, struct tape *t, const struct tensor *image,
                    struct var **feat, struct var **prob, struct ten_err *e)
{
    struct var *in = x->o.resize == RESIZE_NONE ? tape_input(t, *image) : resized(x, t, image);
    struct var *frames, *y = pooled_forward(x->o.model, t, in, &frames, e);
    if (!y)
        return -1;
    *feat = op_mean(t, frames, 1u << 1, false);
    *prob = probabilities(x, t, y);
    return 0;
}

int extractor_apply(struct extractor *x, struct tape *t, const struct tensor *image,
                    struct var **feat, struct var **prob, struct ten_err *e)
{
    *prob = NULL;
    if (x->o.model)
        return of_model(x, t, image, feat, prob, e);
    struct var *in = tape_input(t, *image);
    const int64_t n = image->dim[0], d = image->dim[1] * image->dim[2] * image->dim[3];
    *feat = x->random ? random_features_apply(x->random, t, in) : op_reshape(t, in, DIMS(n, d));
    return 0;
}

void extractor_describe(const struct extractor *x, json_t *attrs)
{
    char text[64];
    snprintf(text, sizeof text, "%s", extractor_names[x->o.kind]);
    if (x->o.kind == EXTRACTOR_RAND)
        snprintf(text, sizeof text, "rand%lld", (long long)x->o.dims);
    json_object_set_new(attrs, "extractor", json_string(text));
    if (x->o.kind != EXTRACTOR_PIXEL) {
        snprintf(text, sizeof text, "%016llx", (unsigned long long)x->hash);
        json_object_set_new(attrs, "weights", json_string(text));
    }
    if (x->o.resize != RESIZE_NONE) {
        snprintf(text, sizeof text, "%s-%lldx%lld", extractor_resizes[x->o.resize],
                 (long long)x->o.model->in[0], (long long)x->o.model->in[1]);
        json_object_set_new(attrs, "resize", json_string(text));
    }
}
