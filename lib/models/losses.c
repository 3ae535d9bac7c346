#include "models/losses.h"
#include "autograd/ops.h"
#include "base/mem.h"
#include "tensor/reduce.h"

#include <stdlib.h>

void largest(int32_t *index, const struct tensor *logits)
{
    reduce_index(NULL, index, REDUCE_MAX, logits->f, logits->dim[0], logits->dim[1], 1);
}

static double right(const struct tensor *logits, const struct tensor *label)
{
    const int64_t n = logits->dim[0];
    int32_t *class = xmalloc((n + 1) * sizeof *class);
    int64_t count = 0;
    largest(class, logits);
    for (int64_t i = 0; i < n; i++)
        count += class[i] == label->i[i];
    free(class);
    return (double)count;
}

struct var *classifier_loss(void *ctx, struct tape *t, struct var *out, const struct batch *b, double *score)
{
    const struct classifier_loss *l = ctx;
    *score = right(&out->v, b->label);
    if (!b->soft)
        return op_mean_all(t, op_cross_entropy(t, out, tape_input(t, *b->label), l->smoothing));
    struct var *target = op_affine(t, tape_input(t, *b->soft), 1 - l->smoothing, l->smoothing / (float)l->classes);
    return op_mean_all(t, op_soft_cross_entropy(t, out, target));
}
