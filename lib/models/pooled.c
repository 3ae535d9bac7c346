#include "models/pooled.h"

#include "autograd/op.h"
#include "autograd/ops.h"
#include "base/fail.h"
#include "base/hash.h"

#include <string.h>

struct last { struct memory *memory; struct tensor x; };

static void keep_input(void *ctx, const struct call *c, double seconds)
{
    struct last *last = ctx;
    (void)seconds;
    if (strcmp(c->op->name, "linear") != 0)
        return;
    tensor_drop(&last->x);
    last->x = tensor_compact(last->memory, &c->in[0]->v);
}

struct var *pooled_forward(struct model *m, struct tape *t, struct var *x, struct var **features,
                           struct ten_err *e)
{
    struct last last = {.memory = tape_memory(t)};
    const int64_t n = x->v.dim[0];
    tape_on_call(t, keep_input, &last);
    struct var *y = model_forward(m, t, x);
    tape_on_call(t, NULL, NULL);
    if (!last.x.data) {
        fail(e, TEN_E_DATA, "model: no linear layer: expected a classifier, whose last one reads "
             "features");
        return NULL;
    }
    const int64_t d = last.x.dim[last.x.rank - 1], f = n > 0 ? tensor_count(&last.x) / (n * d) : 1;
    *features = tape_input(t, tensor_reshape(&last.x, 3, (int64_t[]){n, f, d}));
    tensor_drop(&last.x);
    return y;
}

uint64_t pooled_weights(const struct model *m)
{
    const struct params *ps = m->params;
    uint64_t h = 0;
    for (int i = 0; i < ps->n; i++) {
        const struct param *p = ps->list[i];
        h = XXH3_64bits_withSeed(p->name, strlen(p->name), h);
        h = XXH3_64bits_withSeed(p->value, (size_t)p->count * sizeof *p->value, h);
    }
    return h;
}
