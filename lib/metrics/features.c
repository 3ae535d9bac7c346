#include "metrics/features.h"
#include "base/fail.h"
#include "base/mem.h"
#include "base/random.h"
#include "metrics/moments.h"
#include "tensor/cast.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- Attributes ------------------------------------------------------------------------------ */

static const char *text_of(const json_t *attrs, const char *key)
{
    const char *text = json_string_value(json_object_get(attrs, key));
    return text && *text ? text : NULL;
}

void features_name(struct features *f)
{
    const char *extractor = text_of(f->attrs, "extractor"), *weights = text_of(f->attrs, "weights");
    if (!extractor)
        snprintf(f->id, sizeof f->id, "unknown");
    else if (weights && !features_fid(f))
        snprintf(f->id, sizeof f->id, "%.64s:%.16s", extractor, weights);
    else
        snprintf(f->id, sizeof f->id, "%.64s", extractor);
}

bool features_fid(const struct features *f)
{
    const char *extractor = text_of(f->attrs, "extractor");
    return extractor && strcmp(extractor, FEATURES_FID) == 0;
}

static bool same_text(const json_t *a, const json_t *b, const char *key)
{
    const char *x = text_of(a, key), *y = text_of(b, key);
    return x == y || (x && y && strcmp(x, y) == 0);
}

static bool same_extractor(const json_t *a, const json_t *b)
{
    return same_text(a, b, "extractor") && same_text(a, b, "weights") && same_text(a, b, "resize");
}

/* ---- Reading --------------------------------------------------------------------------------- */

struct reading {
    struct features *f;
    const char *name, *record;
    int64_t room;                       /* samples */
    struct moments *into;               /* which samples are added to instead of being kept */
    struct ten_err *err;
};

static int wrong(const struct reading *r, const struct ten_record *rec, const char *expected)
{
    char shape[192];
    return fail(r->err, TEN_E_DATA, "%s%sbyte %lld: %s: %s%s: expected %s", r->name,
                *r->name ? ": " : "", (long long)rec->offset, rec->name, ten_type_name(rec->type),
                ten_shape_text(&rec->shape, shape), expected);
}

static bool is_float(enum ten_type type)
{
    return type == TEN_F32 || type == TEN_F64 || type == TEN_F16 || type == TEN_BF16;
}

/* The first record's attributes are the set's; the others come from the same extractor. */
static int take_attrs(const struct reading *r, const struct ten_record *rec)
{
    json_t *attrs = attrs_parse(rec->attrs, "attributes", r->err);
    if (!attrs)
        return -1;
    if (!r->f->attrs) {
        r->f->attrs = attrs;
        features_name(r->f);
        return 0;
    }
    const bool same = same_extractor(r->f->attrs, attrs);
    json_decref(attrs);
    return same ? 0 : wrong(r, rec, "features of one extractor in one stream");
}

/* Room for n more samples of d features. */
static float *room_for(struct reading *r, int64_t n, int64_t d)
{
    struct features *f = r->f;
    const int64_t kept = r->into ? 0 : f->n;
    if (kept + n > r->room) {
        r->room = 2 * kept + n;
        f->x = xrealloc(f->x, (size_t)(r->room * d) * sizeof *f->x);
    }
    return f->x + kept * d;
}

static int take_samples(struct reading *r, const struct ten_record *rec)
{
    struct features *f = r->f;
    const int64_t n = rec->shape.dim[0], d = rec->shape.dim[1];
    if (!is_float(rec->type) || rec->shape.rank != 2 || d < 1)
        return wrong(r, rec, "f32[N,d]");
    if (f->mu)
        return wrong(r, rec, "either samples or statistics in one stream");
    if (f->n && f->d != d)
        return wrong(r, rec, "as many features as the records before it");
    if (take_attrs(r, rec) < 0)
        return -1;
    float *x = room_for(r, n, d);
    cast(x, TEN_F32, rec->data, rec->type, n * d);
    for (int64_t i = 0; i < n * d; i++)
        if (!isfinite(x[i]))
            return wrong(r, rec, "finite numbers");
    if (r->into && !r->into->d)
        moments_init(r->into, d);
    if (r->into)
        moments_add(r->into, x, n);
    f->d = d;
    f->n += n;
    return 0;
}

/* mu or sigma: a copy in *to. */
static int take_statistic(const struct reading *r, const struct ten_record *rec, double **to)
{
    struct features *f = r->f;
    const struct ten_shape *s = &rec->shape;
    const int64_t count = ten_count(rec);
    const bool mean = to == &f->mu;
    if (!is_float(rec->type) || s->rank != (mean ? 1 : 2) || s->dim[0] < 1 ||
        (!mean && s->dim[0] != s->dim[1]))
        return wrong(r, rec, mean ? "f64[d]" : "f64[d,d]");
    if (f->x || *to)
        return wrong(r, rec, "either samples, or statistics once, in one stream");
    if (f->d && f->d != s->dim[0])
        return wrong(r, rec, "mu [d] and sigma [d,d] of the same d");
    if (take_attrs(r, rec) < 0)
        return -1;
    f->d = s->dim[0];
    *to = xmalloc((size_t)count * sizeof **to);
    cast(*to, TEN_F64, rec->data, rec->type, count);
    for (int64_t i = 0; i < count; i++)
        if (!isfinite((*to)[i]))
            return wrong(r, rec, "finite numbers");
    return 0;
}

static int take_record(struct reading *r, const struct ten_record *rec, bool statistics)
{
    if (strcmp(rec->name, r->record) == 0)
        return take_samples(r, rec);
    if (statistics && strcmp(rec->name, "mu") == 0)
        return take_statistic(r, rec, &r->f->mu);
    if (statistics && strcmp(rec->name, "sigma") == 0)
        return take_statistic(r, rec, &r->f->sigma);
    if (statistics && strcmp(rec->name, "n") == 0 && ten_count(rec) == 1 && !r->f->x) {
        const double n = elem_double(rec->data, rec->type, 0);
        r->f->n = n >= 1 && n < 1e15 ? (int64_t)n : 0;
    }
    return 0;
}

static int read_all(struct reading *r, struct ten_reader *in, bool statistics)
{
    struct features *f = r->f;
    struct ten_record rec;
    int rc;
    *f = (struct features){0};
    while ((rc = ten_next(in, &rec, r->err)) > 0)
        if ((rc = take_record(r, &rec, statistics)) < 0)
            break;
    if (rc < 0 || (f->x && f->n > 0) || (f->mu && f->sigma))
        return rc;
    return fail(r->err, TEN_E_DATA, "%s%s%s: no samples: expected records %s f32 [N,d]%s", r->name,
                *r->name ? ": " : "", r->record, r->record,
                statistics ? ", or mu f64 [d] and sigma f64 [d,d]" : "");
}

int features_read(struct features *f, struct ten_reader *in, const char *name, const char *record,
                  bool statistics, struct ten_err *e)
{
    struct reading r = {.f = f, .name = name, .record = record, .err = e};
    const int rc = read_all(&r, in, statistics);
    if (rc == 0 && f->x)
        f->x = xrealloc(f->x, (size_t)(f->n * f->d) * sizeof *f->x);
    return rc;
}

static int too_few(struct ten_err *e)
{
    return fail(e, TEN_E_DATA, "features: 1 sample: expected at least 2, for a covariance");
}

int features_condense(struct features *f, struct ten_reader *in, const char *name,
                      struct ten_err *e)
{
    struct moments m = {0};
    struct reading r = {.f = f, .name = name, .record = "feat", .into = &m, .err = e};
    int rc = read_all(&r, in, false);
    free(f->x);
    f->x = NULL;
    if (rc == 0 && f->n < 2)
        rc = too_few(e);
    if (rc == 0) {
        moments_end(&m);
        f->sigma = xmalloc((size_t)(f->d * f->d) * sizeof *f->sigma);
        moments_covariance(f->sigma, &m);
        f->mu = m.mu;
        m.mu = NULL;
    }
    moments_free(&m);
    return rc;
}

void features_free(struct features *f)
{
    free(f->x);
    free(f->mu);
    free(f->sigma);
    json_decref(f->attrs);
    *f = (struct features){0};
}

/* ---- Parts ----------------------------------------------------------------------------------- */

void features_take(struct features *part, const struct features *f, const int64_t *index,
                   int64_t n)
{
    const size_t row = (size_t)f->d * sizeof *f->x;
    *part = *f;
    part->n = n;
    part->attrs = json_incref(f->attrs);
    part->x = xmalloc((size_t)n * row);
    for (int64_t i = 0; i < n; i++)
        memcpy(part->x + i * f->d, f->x + index[i] * f->d, row);
}

void features_draw(struct features *part, const struct features *f, int64_t n, uint64_t seed,
                   const char *purpose, uint64_t draw)
{
    const struct rng r = {seed, rng_stream(purpose)};
    int64_t *order = xmalloc((size_t)f->n * sizeof *order);
    rng_permutation(&r, draw * (uint64_t)f->n, order, f->n);
    features_take(part, f, order, n);
    free(order);
}

void features_resample(struct features *part, const struct features *f, uint64_t seed,
                       const char *purpose, uint64_t draw)
{
    const struct rng r = {seed, rng_stream(purpose)};
    const uint64_t n = (uint64_t)f->n;
    int64_t *index = xmalloc((size_t)f->n * sizeof *index);
    for (uint64_t i = 0; i < n; i++)
        index[i] = (int64_t)rng_below(&r, draw * n + i, n);
    features_take(part, f, index, f->n);
    free(index);
}

/* ---- Two sets -------------------------------------------------------------------------------- */

int features_comparable(const struct features *a, const struct features *b, bool force,
                        struct ten_err *e)
{
    if (a->d != b->d)
        return fail(e, TEN_E_DATA, "features: %lld and %lld a sample: expected as many",
                    (long long)a->d, (long long)b->d);
    if (force || same_extractor(a->attrs, b->attrs))
        return 0;
    const char *x = text_of(a->attrs, "resize"), *y = text_of(b->attrs, "resize");
    if (strcmp(a->id, b->id) == 0)
        return fail(e, TEN_E_DATA, "features: of images resized by %.40s and %.40s: expected one "
                    "rule (--force compares them all the same)", x ? x : "none", y ? y : "none");
    return fail(e, TEN_E_DATA, "features: of %s and %s: expected one extractor (--force compares "
                "them all the same)", a->id, b->id);
}

int features_gaussian(struct gaussian *g, const struct features *f, struct ten_err *e)
{
    *g = (struct gaussian){0};
    if (!f->x)
        return gaussian_of_statistics(g, f->mu, f->sigma, f->n, f->d, e);
    if (f->n < 2)
        return too_few(e);
    return gaussian_of_samples(g, f->x, f->n, f->d, e);
}

/* ---- Tables ---------------------------------------------------------------------------------- */

static void print_text(FILE *to, const char *text)
{
    putc('\t', to);
    for (; *text; text++)
        putc((unsigned char)*text < ' ' ? '?' : *text, to);
}

static void print_value(FILE *to, const struct features *f, const char *key)
{
    const json_t *v = f ? json_object_get(f->attrs, key) : NULL;
    if (json_is_string(v))
        print_text(to, json_string_value(v));
    else if (json_is_integer(v))
        fprintf(to, "\t%" JSON_INTEGER_FORMAT, json_integer_value(v));
    else if (json_is_real(v))
        fprintf(to, "\t%g", json_real_value(v));
    else if (json_is_boolean(v))
        fputs(json_is_true(v) ? "\tyes" : "\tno", to);
    else
        fputs("\t-", to);
}

static const char *const of_fakes[] = {"network", "bn", "truncation", "seed", "picked"};

void protocol_header(FILE *to)
{
    fputs("\textractor\tresize\tsplit", to);
    for (size_t i = 0; i < sizeof of_fakes / sizeof *of_fakes; i++)
        fprintf(to, "\t%s", of_fakes[i]);
    putc('\n', to);
}

void protocol_line(FILE *to, const struct features *real, const struct features *fake)
{
    print_text(to, fake->id);
    print_value(to, fake, "resize");
    print_value(to, real, "split");
    for (size_t i = 0; i < sizeof of_fakes / sizeof *of_fakes; i++)
        print_value(to, fake, of_fakes[i]);
    putc('\n', to);
}
