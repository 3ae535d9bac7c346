#include "models/gan_io.h"
#include "autograd/ops.h"
#include "base/fail.h"
#include "base/mem.h"
#include "stream/attrs.h"

#include <stdlib.h>
#include <string.h>

/* ---- Generators ------------------------------------------------------------------------------ */

/* A stream of models being read. */
struct reading {
    struct memory *memory;
    const struct gan_sample_options *o;
    struct model *m;
    int64_t group;
    bool counts;                        /* this group is a generator */
    bool *seen;                         /* [m->params->n] */
    struct ten_err *e;
};

/* Whether a group of this role is of use. */
static bool of_use(const struct reading *r, const struct ten_record *rec)
{
    json_t *attrs = rec->group_attrs ? json_loads(rec->group_attrs, 0, NULL) : NULL;
    const char *role = json_string_value(json_object_get(attrs, "role"));
    const bool use =
        !role || strcmp(role, "generator") == 0 || (strcmp(role, "ema") == 0 && !r->o->raw);
    json_decref(attrs);
    return use;
}

/* --noise, over what the configuration says. */
static int set_noise(const struct reading *r, json_t *config)
{
    const char *family = json_string_value(json_object_get(config, "family"));
    if (!r->o->noise)
        return 0;
    if (!family || strcmp(family, "stylegan2_generator") != 0)
        return fail(r->e, TEN_E_USAGE, "--noise: family %s has none: expected a style-based generator",
                    family ? family : "?");
    return json_object_set_new(config, "noise", json_string(r->o->noise));
}

/* A configuration: of a checkpoint's both networks that of the generator.  The average has that of
 * the network. */
static int take_config(struct reading *r, const struct ten_record *rec)
{
    json_error_t why;
    json_t *json =
        rec->type == TEN_UTF8 ? json_loadb(rec->data, (size_t)ten_bytes(rec), 0, &why) : NULL;
    json_t *both = json_object_get(json, "generator"), *config = both ? both : json;
    int rc = 0;
    if (set_noise(r, config) < 0)
        rc = -1;
    else if (r->m && !json_equal(config, r->m->config))
        rc = fail(r->e, TEN_E_DATA,
                  "byte %lld: config: another network than the one before: expected one generator",
                  (long long)rec->offset);
    else if (!json_is_object(config))
        rc = fail(r->e, TEN_E_DATA,
                  "byte %lld: config: no JSON object: expected that of a generator",
                  (long long)rec->offset);
    else if (!r->m && ((r->m = model_new(config, r->memory, r->e)) == NULL ||
                       gan_check_generator(r->m, r->e) < 0))
        rc = -1;
    if (rc == 0 && !r->seen)
        r->seen = xcalloc((size_t)r->m->params->n + 1, sizeof *r->seen);
    json_decref(json);
    return rc;
}

/* The parameter that a record holds: NAME, in checkpoints G.NAME and ema.G.NAME. */
static struct param *param_of(const struct reading *r, const char *name)
{
    if (strncmp(name, "ema.", 4) == 0 && r->o->raw)
        return NULL;
    name += strncmp(name, "ema.", 4) == 0 ? 4 : 0;
    return params_find(r->m->params, name + (strncmp(name, "G.", 2) == 0 ? 2 : 0));
}

static int take_values(struct reading *r, const struct ten_record *rec)
{
    struct param *p = param_of(r, rec->name);
    char is[192], want[192];
    if (!p)
        return 0;
    struct ten_shape shape = {.rank = p->rank};
    memcpy(shape.dim, p->dim, p->rank * sizeof *p->dim);
    if (rec->type != TEN_F32 || rec->shape.rank != p->rank ||
        memcmp(shape.dim, rec->shape.dim, p->rank * sizeof *p->dim) != 0)
        return fail(r->e, TEN_E_DATA, "byte %lld: %.60s: %s%.60s: expected f32%.60s",
                    (long long)rec->offset, rec->name, ten_type_name(rec->type),
                    ten_shape_text(&rec->shape, is), ten_shape_text(&shape, want));
    if (p->count > 0)
        memcpy(p->value, rec->data, p->count * sizeof *p->value);
    r->seen[p->index] = true;
    return 0;
}

static int take(struct reading *r, const struct ten_record *rec)
{
    if (rec->group != r->group) {
        r->group = rec->group;
        r->counts = of_use(r, rec);
        if (r->counts && strcmp(rec->name, "config") != 0)
            return fail(r->e, TEN_E_DATA,
                        "byte %lld: %.60s: no model: expected one, which starts with config",
                        (long long)rec->offset, rec->name);
    }
    if (!r->counts)
        return 0;
    return strcmp(rec->name, "config") == 0 ? take_config(r, rec) : take_values(r, rec);
}

static int complete(const struct reading *r)
{
    if (!r->m)
        return fail(r->e, TEN_E_DATA, "no generator in the stream: expected what train-gan writes");
    for (int i = 0; i < r->m->params->n; i++)
        if (!r->seen[i])
            return fail(r->e, TEN_E_DATA,
                        "%.80s: not there: expected every tensor of the generator",
                        r->m->params->list[i]->name);
    params_changed(r->m->params);
    return 0;
}

struct model *gan_open(struct ten_reader *in, const struct gan_sample_options *o, struct memory *memory,
                       struct ten_err *e)
{
    struct reading r = {.memory = memory, .o = o, .group = -1, .e = e};
    struct ten_record rec;
    int rc;
    while ((rc = ten_next(in, &rec, e)) > 0)
        if ((rc = take(&r, &rec)) < 0)
            break;
    if (rc == 0)
        rc = complete(&r);
    free(r.seen);
    if (rc == 0)
        return r.m;
    model_free(r.m);
    return NULL;
}

/* ---- Samples --------------------------------------------------------------------------------- */

int gan_put(struct ten_writer *out, struct tape *t, const char *name, struct var *x, int64_t group,
            const char *group_attrs, struct ten_err *e)
{
    x = op_compact(t, x);
    struct ten_record rec = tensor_record(name, &x->v);
    rec.group = group;
    rec.group_attrs = group_attrs;
    return ten_write(out, &rec, e);
}

/* ---- Options --------------------------------------------------------------------------------- */

/* Samples of a batch of standing statistics, whatever --batch is: samples do not depend on it. */
enum { STANDING_BATCH = 64 };

enum { O_RAW = 900, O_EMA, O_BN, O_TRUNCATION, O_CLASS, O_BATCH };

static const struct argp_option options[] = {
    {"raw", O_RAW, 0, 0, "The generator as it was trained", 5},
    {"ema", O_EMA, 0, 0, "Its moving average, where the stream has one (the default)", 5},
    {"bn", O_BN, "HOW", 0,
     "Batch norms use the statistics of the batch, those of training (running), or the mean of 16 "
     "new "
     "batches (standing) (default: standing; of biggan_generator batch)",
     5},
    {"truncation", O_TRUNCATION, "PSI", 0, "Less variety, more quality: below 1 (default 1)", 5},
    {"class", O_CLASS, "K", 0, "All samples of this class (default: any)", 5},
    {"batch", O_BATCH, "N", 0, "Samples at a time (default 50)", 5},
    {0}
};

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct gan_sample_options *o = st->input;
    switch (key) {
    case ARGP_KEY_INIT:
        *o = (struct gan_sample_options){.truncation = 1, .label = -1, .batch = 50};
        break;
    case O_RAW:         o->raw = true; break;
    case O_EMA:         o->raw = false; break;
    case O_BN:
        o->bn = (enum gan_bn)tool_choice(st, arg,
                                         (const char *[]){"batch", "running", "standing", NULL});
        o->bn_given = true;
        break;
    case O_TRUNCATION:  o->truncation = tool_float(st, arg, 0.01, 10); break;
    case O_CLASS:       o->label = tool_int(st, arg, 0, INT32_MAX); break;
    case O_BATCH:       o->batch = tool_int(st, arg, 1, 1 << 20); break;
    default: return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {options, parse, NULL, NULL, NULL, NULL, NULL};
const struct argp_child gan_sample_child = {&argp, 0, "Generator:", 5};

int gan_sampler_start(struct gan_sampler *s, struct model *g, struct tape *t, uint64_t seed,
                      const struct gan_sample_options *o, struct ten_err *e)
{
    const enum gan_bn usual =
        strcmp(g->family->name, "biggan_generator") == 0 ? GAN_BN_BATCH : GAN_BN_STANDING;
    *s = (struct gan_sampler){.g = g,
                              .tape = t,
                              .seed = seed,
                              .bn = o->bn_given ? o->bn : usual,
                              .truncation = o->truncation,
                              .label = o->label};
    if (o->label >= gan_classes(g) && o->label >= 0)
        return fail(e, TEN_E_USAGE,
                    "--class=%lld: the generator has %lld classes: expected a number below that",
                    (long long)o->label, (long long)gan_classes(g));
    if (s->bn == GAN_BN_STANDING && gan_latent(g).layers == 0)
        gan_stand(s, STANDING_BATCH);
    return 0;
}

char *gan_protocol(const struct gan_sampler *s, const struct gan_sample_options *o)
{
    static const char *const bn[] = {"batch", "running", "standing"};
    json_t *json = json_pack("{s:s, s:s, s:f, s:I, s:I}", "network", o->raw ? "raw" : "ema", "bn",
                             bn[s->bn], "truncation", s->truncation, "batch", (json_int_t)o->batch,
                             "seed", (json_int_t)s->seed);
    if (o->noise)
        json_object_set_new(json, "noise", json_string(o->noise));
    char *text = attrs_text(json);
    json_decref(json);
    return text;
}
