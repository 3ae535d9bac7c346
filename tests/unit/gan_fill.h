/* Networks whose tensors have values that depend on their names and nothing else, as in
 * tests/bench/gan_nets.py: for tests of networks of GANs. */
#ifndef GAN_FILL_H
#define GAN_FILL_H

#include "check.h"

#include "autograd/ops.h"
#include "base/mem.h"
#include "models/model_io.h"
#include "nn/init.h"

#include <stdlib.h>

static struct memory *memory;

/* ---- Numbers by name
 * ----------------------------------------------------------------------------- */

static inline float *numbers(const char *name, int64_t n)
{
    float *v = xmalloc(sizeof *v * (n + 1));
    uint32_t h = 2166136261u;
    for (const char *c = name; *c; c++)
        h = (h ^ (unsigned char)*c) * 16777619u;
    for (int64_t i = 0; i < n; i++) {
        uint32_t x = (uint32_t)i * 2654435761u + h;
        x = (x ^ x >> 15) * 2246822519u;
        x = (x ^ x >> 13) * 3266489917u;
        v[i] = (float)((double)(x ^ x >> 16) / 2147483648.0 - 1);
    }
    return v;
}

static inline struct tensor tensor_of(const char *name, int rank, const int64_t *dim, double scale)
{
    struct tensor x = tensor_new(memory, TEN_F32, rank, dim);
    float *v = numbers(name, tensor_count(&x));
    for (int64_t i = 0; i < tensor_count(&x); i++)
        x.f[i] = (float)(scale * v[i]);
    free(v);
    return x;
}

static inline bool ends(const char *name, const char *with)
{
    const size_t n = strlen(name), k = strlen(with);
    return n >= k && strcmp(name + n - k, with) == 0;
}
static inline bool begins(const char *name, const char *with)
{
    return strncmp(name, with, strlen(with)) == 0;
}

/* value() of gan_nets.py: a * number + b. */
static inline void scale_of(const struct param *p, double *a, double *b)
{
    const bool mapping = begins(p->name, "mapping") && strstr(p->name, ".fc");
    const bool style =
        (begins(p->name, "b") || begins(p->name, "synthesis")) && !strstr(p->name, "block");
    *a = 1;
    *b = 0;
    if (ends(p->name, "running_var"))
        *a = 0.5, *b = 1;
    else if (mapping)
        *a = p->rank > 1 ? 150 : 20;
    else if (p->rank > 1 && !strstr(p->name, "const"))
        *a = 1.7 / sqrt(style ? 1 : init_fan(p, INIT_FAN_IN));
    else if (ends(p->name, "affine.bias") || (strstr(p->name, "norm") && ends(p->name, "weight")))
        *a = 0.25, *b = 1;
}

static inline struct model *filled(const char *config)
{
    struct ten_err e = {0};
    struct model *m = model_parse(config, memory, &e);
    CHECK_STR(e.text, "");
    for (int i = 0; m && i < m->params->n; i++) {
        struct param *p = m->params->list[i];
        float *v = numbers(p->name, p->count);
        double a, b;
        scale_of(p, &a, &b);
        for (int64_t k = 0; k < p->count; k++)
            p->value[k] = (float)(a * v[k] + b);
        free(v);
    }
    params_changed(m->params);
    return m;
}

/* ---- Inputs
 * ---------------------------------------------------------------------------------------- */

static inline struct var *input_y(const struct model *m, struct tape *t, int64_t n)
{
    if (m->inputs < 2)
        return NULL;
    struct tensor y = tensor_new(memory, TEN_I32, 1, &n);
    for (int64_t i = 0; i < n; i++)
        y.i[i] = (int32_t)(i % m->input[1].below);
    return tape_input(t, y);
}

static inline struct tensor input_x(const struct model *m, int64_t n)
{
    int64_t dim[TEN_MAX_RANK] = {n};
    memcpy(dim + 1, m->in, m->in_rank * sizeof *dim);
    return tensor_of(m->in_rank == 1 ? "z" : "x", m->in_rank + 1, dim, m->in_rank == 1 ? 1.7 : 1);
}

static inline struct tape *trains(void)
{
    struct tape *t = tape_new(memory, 0);
    tape_mode(t)->record = tape_mode(t)->training = true;
    return t;
}

static inline struct tape *evaluates(void)
{
    struct tape *t = tape_new(memory, 0);
    tape_mode(t)->record = tape_mode(t)->training = false;
    return t;
}

#endif
