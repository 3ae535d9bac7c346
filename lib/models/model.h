/*
 * Networks by name: a family and a configuration (JSON) give parameters and a forward function, so that tools work
 * on any model stream.
 *
 *     {"family": "resnet", "stem": "small", "width": 64, "blocks": [2,2,2,2], "in": [32,32,3], "classes": 10}
 *
 * What every family takes: "in", the shape of one sample of its first input.  A key that a family does not know is
 * an error.
 */
#ifndef MODELS_MODEL_H
#define MODELS_MODEL_H

#include "autograd/tape.h"
#include "base/err.h"
#include "nn/params.h"

#include <jansson.h>

enum { MODEL_INPUTS = 64 };
/* What a network reads: samples [dim...]; i32 ids below `below`. */
struct model_input { char name[32]; enum ten_type type; int64_t below; int rank; int64_t dim[TEN_MAX_RANK]; };

struct model {
    const struct family *family;
    json_t *config;                     /* with every default filled in */
    struct params *params;              /* sealed */
    int in_rank;
    int64_t in[TEN_MAX_RANK];           /* one sample of input 0 */
    int inputs;
    struct model_input input[MODEL_INPUTS];
    int64_t out;                        /* classes; the size of the last axis of what it gives */
    int out_rank;                       /* of what it gives for one sample: 1, or as the family's build says */

    void *net;                          /* the family's own */
};

struct family {
    const char *name;
    /* Defaults of every key but "family", as JSON; the type of a default is the type of the key. */
    const char *defaults;
    /* Read m->config, add parameters to m->params, set m->net (one block, freed with free()), m->out, and the inputs
     * where they are not one of f32, "x". */
    int (*build)(struct model *m, struct ten_err *e);
    void (*init)(struct model *m, uint64_t seed);
    struct var *(*forward)(struct model *m, struct tape *t, struct var *const *in);   /* in[i] [N,dim of input i...] */
};

/* config: an object, read and not kept.  Parameters are zeros.  NULL with *e set (TEN_E_USAGE): unknown
 * family or key, or numbers that make no network. */
struct model *model_new(const json_t *config, struct memory *m, struct ten_err *e);
void model_free(struct model *m);                   /* NULL is allowed */
void model_init(struct model *m, uint64_t seed);    /* first values */
/* Whether it has one input, of f32, and gives a row of numbers for each sample: what classifiers and regressors need.
 * 0, or -1 with *e set (TEN_E_DATA). */
int model_gives_rows(const struct model *m, struct ten_err *e);
/* Of a network with one input. */
struct var *model_forward(struct model *m, struct tape *t, struct var *x);
/* in[m->inputs] */
struct var *model_forward_all(struct model *m, struct tape *t, struct var *const *in);
/* Inputs of a batch, for those who only count or time: normal numbers, ids. */
void model_any_inputs(const struct model *m, struct tape *t, int64_t batch, uint64_t seed, struct var **in);

/* The config as one line, as checkpoints hold it; free() it. */
char *model_config_text(const struct model *m);

/* All families, NULL at the end. */
extern const struct family *const model_families[];

/* ---- For families ------------------------------------------------------------------------------------- */

/* One more input; returns it, for below. */
struct model_input *model_add_input(struct model *m, const char *name, enum ten_type type, int rank, const int64_t *dim);

/* Numbers of m->config, whose types model_new() has checked. */
int64_t config_int(const struct model *m, const char *key);
double config_real(const struct model *m, const char *key);
bool config_bool(const struct model *m, const char *key);
const char *config_text(const struct model *m, const char *key);
/* No width, and no sample, has more numbers: products of two of them fit int64_t. */
enum { CONFIG_MAX = 1 << 24 };
/* The integer, in [min,max]: -1 with *e set when it is not. */
int64_t config_within(const struct model *m, const char *key, int64_t min, int64_t max, struct ten_err *e);
/* Which of the names, a list that NULL ends, the text is: -1 with *e set when it is none. */
int config_choice(const struct model *m, const char *key, const char *const *names, struct ten_err *e);
/* A list of integers into v[max]: how many; -1 with *e set when there are none, too many, or one is below min or
 * above CONFIG_MAX. */
int config_ints(const struct model *m, const char *key, int64_t *v, int max, int64_t min, struct ten_err *e);

#endif
