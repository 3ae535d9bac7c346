#include "models/random_features.h"
#include "autograd/ops.h"
#include "base/fail.h"
#include "base/mem.h"
#include "metrics/algebra.h"
#include "nn/init.h"
#include "nn/layers.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { STAGES = 4 };
static const int64_t width[STAGES] = {32, 64, 128, 128};

struct random_features {
    struct params *params;
    struct conv_layer stage[STAGES];
    struct block *whiten;               /* [d,RANDOM_RAW], and the mean behind; NULL before */
    int64_t d;
};

struct random_features *random_features_new(int64_t channels, uint64_t seed, struct memory *m)
{
    struct random_features *r = xcalloc(1, sizeof *r);
    char name[LAYER_NAME];
    r->params = params_new(m);
    for (int i = 0; i < STAGES; i++) {
        snprintf(name, sizeof name, "stage%d", i);
        r->stage[i] = conv_layer(r->params, name, channels, width[i], 3, 1, 1, 1, false);
        channels = width[i];
    }
    params_seal(r->params);
    for (int i = 0; i < STAGES; i++)
        init_he_normal(r->stage[i].weight, seed, INIT_FAN_IN, init_gain_leaky(0));
    return r;
}

void random_features_free(struct random_features *r)
{
    if (!r)
        return;
    block_drop(r->whiten);
    params_free(r->params);
    free(r);
}

/* Mean and standard deviation over space: x [n,h,w,c] -> [n,c] each. */
static void add_statistics(struct var **to, struct tape *t, struct var *x)
{
    const unsigned space = 1u << 1 | 1u << 2;
    struct var *mean = op_mean(t, x, space, true);
    struct var *square = op_square(t, op_sub(t, x, mean));
    to[0] = op_reshape(t, mean, DIMS(x->v.dim[0], x->v.dim[3]));
    to[1] = op_sqrt(t, op_mean(t, square, space, false));
}

struct var *random_features_apply(const struct random_features *r, struct tape *t, struct var *x)
{
    const tape_scope s = tape_open(t);
    struct var *part[2 * STAGES];
    for (int i = 0; i < STAGES; i++) {
        x = op_relu(t, conv_apply(t, &r->stage[i], i ? op_average_pool(t, x, 2, 2, 0) : x));
        add_statistics(part + 2 * i, t, x);
    }
    x = op_concat(t, part, 2 * STAGES, 1);
    if (r->whiten) {
        float *w = r->whiten->data;
        const int64_t dim[] = {r->d, RANDOM_RAW};
        struct tensor mean = tensor_over(w + r->d * RANDOM_RAW, TEN_F32, 1, dim + 1);
        x = op_linear(t, op_sub(t, x, tape_input(t, mean)),
                      tape_input(t, tensor_over(w, TEN_F32, 2, dim)), NULL);
    }
    return tape_close(t, s, x);
}

int random_features_refer(struct random_features *r, const double *mean, double *covariance,
                          int64_t d, struct ten_err *e)
{
    double *value = xmalloc(sizeof *value * RANDOM_RAW);
    int rc = symmetric_eigen(value, covariance, RANDOM_RAW, e);
    const double none = value[RANDOM_RAW - 1] * RANDOM_RAW * DBL_EPSILON;
    if (rc == 0 && !(value[RANDOM_RAW - d] > none))
        rc = fail(e, TEN_E_DATA, "reference: fewer than %lld principal components: expected more "
                  "images than that, which differ", (long long)d);
    if (rc == 0) {
        r->whiten = block_new(r->params->memory, (size_t)(RANDOM_RAW * (d + 1)) * sizeof(float));
        r->d = d;
    }
    for (int64_t i = 0; i < d && rc == 0; i++) {
        const double *u = covariance + (RANDOM_RAW - 1 - i) * RANDOM_RAW;
        const double scale = 1 / sqrt(value[RANDOM_RAW - 1 - i]);
        float *w = r->whiten->data;
        for (int64_t c = 0; c < RANDOM_RAW; c++) {
            w[i * RANDOM_RAW + c] = (float)(scale * u[c]);
            w[d * RANDOM_RAW + c] = (float)mean[c];
        }
    }
    free(value);
    return rc;
}
