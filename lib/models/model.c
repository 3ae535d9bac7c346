#include "models/model.h"
#include "base/fail.h"
#include "base/mem.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern const struct family resnet_family, mobilenet_family, mlp_family, transformer_family, transformer_xl_family,
    translator_family, generator_family, discriminator_family, dcgan_generator_family, dcgan_discriminator_family,
    sngan_generator_family, sngan_discriminator_family, biggan_generator_family, biggan_discriminator_family,
    stylegan2_generator_family, stylegan2_discriminator_family, inception_family, bninception_family;
const struct family *const model_families[] = {
    &resnet_family, &mobilenet_family, &mlp_family, &transformer_family, &transformer_xl_family,
    &translator_family, &generator_family, &discriminator_family, &dcgan_generator_family,
    &dcgan_discriminator_family, &sngan_generator_family, &sngan_discriminator_family,
    &biggan_generator_family, &biggan_discriminator_family, &stylegan2_generator_family,
    &stylegan2_discriminator_family, &inception_family, &bninception_family, NULL
};

static const struct family *find_family(const char *name, struct ten_err *e)
{
    char known[600] = "";
    for (int i = 0; model_families[i]; i++) {
        if (name && strcmp(model_families[i]->name, name) == 0)
            return model_families[i];
        snprintf(known + strlen(known), sizeof known - strlen(known), "%s%s", i ? ", " : "", model_families[i]->name);
    }
    if (name)
        fail(e, TEN_E_USAGE, "config: family \"%s\" is not known: expected one of %s", name, known);
    else
        fail(e, TEN_E_USAGE, "config: no family: expected \"family\" to be one of %s", known);
    return NULL;
}

/* Integers are reals as well. */
static bool fits(const json_t *value, const json_t *like)
{
    return json_typeof(value) == json_typeof(like) || (json_is_integer(value) && json_is_real(like)) ||
           (json_is_boolean(value) && json_is_boolean(like));
}

struct model_input *model_add_input(struct model *m, const char *name, enum ten_type type, int rank, const int64_t *dim)
{
    assert(m->inputs < MODEL_INPUTS);
    struct model_input *in = &m->input[m->inputs++];
    *in = (struct model_input){.type = type, .rank = rank};
    snprintf(in->name, sizeof in->name, "%s", name);
    memcpy(in->dim, dim, rank * sizeof *dim);
    return in;
}

static int fill_in(struct model *m, const json_t *given, struct ten_err *e)
{
    const char *key;
    json_t *value;
    m->config = json_loads(m->family->defaults, 0, NULL);
    json_object_foreach((json_t *)given, key, value) {
        const json_t *like = json_object_get(m->config, key);
        if (strcmp(key, "family") == 0)
            continue;
        if (!like)
            return fail(e, TEN_E_USAGE, "config: \"%s\" is no key of family %s: expected some of %s", key, m->family->name, m->family->defaults);
        if (!fits(value, like))
            return fail(e, TEN_E_USAGE, "config: \"%s\" is of the wrong type: expected one like in %s", key, m->family->defaults);
        json_object_set(m->config, key, value);
    }
    json_object_set_new(m->config, "family", json_string(m->family->name));
    m->in_rank = config_ints(m, "in", m->in, TEN_MAX_RANK - 1, 1, e);
    int64_t numbers = 1;
    for (int i = 0; i < m->in_rank; i++)
        if ((numbers *= m->in[i]) > CONFIG_MAX)
            return fail(e, TEN_E_USAGE, "config: \"in\": samples of more than %d numbers: expected smaller ones", CONFIG_MAX);
    if (m->in_rank < 0)
        return -1;
    model_add_input(m, "x", TEN_F32, m->in_rank, m->in);
    return 0;
}

struct model *model_new(const json_t *config, struct memory *memory, struct ten_err *e)
{
    const struct family *f = find_family(json_string_value(json_object_get(config, "family")), e);
    if (!f)
        return NULL;
    struct model *m = xcalloc(1, sizeof *m);
    m->family = f;
    m->params = params_new(memory);
    m->out_rank = 1;
    if (fill_in(m, config, e) < 0 || f->build(m, e) < 0) {
        model_free(m);
        return NULL;
    }
    params_seal(m->params);
    return m;
}

void model_free(struct model *m)
{
    if (!m)
        return;
    params_free(m->params);
    json_decref(m->config);
    free(m->net);
    free(m);
}

void model_init(struct model *m, uint64_t seed)
{
    m->family->init(m, seed);
    params_changed(m->params);
}

struct var *model_forward_all(struct model *m, struct tape *t, struct var *const *in) { return m->family->forward(m, t, in); }

int model_gives_rows(const struct model *m, struct ten_err *e)
{
    if (m->inputs == 1 && m->input[0].type == TEN_F32 && m->out_rank == 1)
        return 0;
    return fail(e, TEN_E_DATA, "config: family %s: expected a network that reads one record of numbers and gives a row of numbers "
                "for each sample", m->family->name);
}

struct var *model_forward(struct model *m, struct tape *t, struct var *x)
{
    assert(m->inputs == 1);
    return model_forward_all(m, t, &x);
}

void model_any_inputs(const struct model *m, struct tape *t, int64_t batch, uint64_t seed, struct var **in)
{
    for (int i = 0; i < m->inputs; i++) {
        const struct model_input *s = &m->input[i];
        int64_t dim[TEN_MAX_RANK] = {batch};
        memcpy(dim + 1, s->dim, s->rank * sizeof *dim);
        struct tensor x = tensor_new(tape_memory(t), s->type, s->rank + 1, dim);
        const struct rng rng = {seed, rng_stream(s->name)};
        if (s->type == TEN_F32)
            rng_fill_normal(&rng, 0, x.f, tensor_count(&x), 0, 1);
        else
            for (int64_t j = 0; j < tensor_count(&x); j++)
                x.i[j] = (int32_t)rng_below(&rng, (uint64_t)j, (uint64_t)s->below);
        in[i] = tape_input(t, x);
    }
}

char *model_config_text(const struct model *m) { return json_dumps(m->config, JSON_COMPACT | JSON_SORT_KEYS); }

int64_t config_int(const struct model *m, const char *key) { return json_integer_value(json_object_get(m->config, key)); }
double config_real(const struct model *m, const char *key) { return json_number_value(json_object_get(m->config, key)); }
bool config_bool(const struct model *m, const char *key) { return json_is_true(json_object_get(m->config, key)); }
const char *config_text(const struct model *m, const char *key) { return json_string_value(json_object_get(m->config, key)); }

int64_t config_within(const struct model *m, const char *key, int64_t min, int64_t max, struct ten_err *e)
{
    const int64_t v = config_int(m, key);
    if (v >= min && v <= max)
        return v;
    return fail(e, TEN_E_USAGE, "config: \"%s\" is %lld: expected %lld to %lld", key, (long long)v, (long long)min, (long long)max);
}

int config_choice(const struct model *m, const char *key, const char *const *names, struct ten_err *e)
{
    const char *text = config_text(m, key);
    char known[200] = "";
    for (int i = 0; names[i]; i++) {
        if (strcmp(text, names[i]) == 0)
            return i;
        snprintf(known + strlen(known), sizeof known - strlen(known), "%s%s", i == 0 ? "" : names[i + 1] ? ", " : " or ", names[i]);
    }
    return fail(e, TEN_E_USAGE, "config: \"%s\" is \"%.40s\": expected %s", key, text, known);
}

int config_ints(const struct model *m, const char *key, int64_t *v, int max, int64_t min, struct ten_err *e)
{
    const json_t *list = json_object_get(m->config, key);
    const int n = (int)json_array_size(list);
    if (n < 1 || n > max)
        return fail(e, TEN_E_USAGE, "config: \"%s\" has %d numbers: expected 1 to %d", key, n, max);
    for (int i = 0; i < n; i++) {
        const json_t *x = json_array_get(list, i);
        if (!json_is_integer(x) || json_integer_value(x) < min || json_integer_value(x) > CONFIG_MAX)
            return fail(e, TEN_E_USAGE, "config: \"%s\": number %d: expected an integer from %lld to %d", key, i, (long long)min, CONFIG_MAX);
        v[i] = json_integer_value(x);
    }
    return n;
}
