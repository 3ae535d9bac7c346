#include "autograd/example.h"
#include "base/mem.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void make_values(struct example_slot *s, int nth, enum example_values kind, struct rng r)
{
    if (kind == EX_DISTINCT) {                          /* a permutation of multiples, apart from those of other inputs */
        int64_t *order = xmalloc(sizeof *order * (s->n + 1));
        rng_permutation(&r, 0, order, s->n);
        for (int64_t k = 0; k < s->n; k++)
            s->x.f[k] = 0.3f * (order[k] - s->n / 2) + 0.1f * nth;
        free(order);
        return;
    }
    if (kind == EX_NORMAL || kind == EX_NONZERO)
        rng_fill_normal(&r, 0, s->x.f, s->n, 0, 1);
    else
        rng_fill_uniform(&r, 0, s->x.f, s->n, kind == EX_UNIT ? 0.1f : 0.5f, kind == EX_UNIT ? 0.9f : 2);
    for (int64_t k = 0; kind == EX_NONZERO && k < s->n; k++)
        s->x.f[k] += copysignf(0.1f, s->x.f[k]);
}

static struct example_slot *next_slot(struct example *e, struct shape shape, bool *made)
{
    assert(e->next < EXAMPLE_INPUTS);
    struct example_slot *s = &e->in[e->next++];
    *made = e->next > e->n;
    if (*made) {
        e->n = e->next;
        *s = (struct example_slot){.shape = shape, .n = dims_count(shape.rank, shape.dim)};
        s->x.f = xmalloc(sizeof(float) * (s->n + 1));
    }
    return s;
}

static struct rng slot_rng(const struct example *e) { return (struct rng){e->seed, rng_stream("example") + e->next}; }

struct var *example_input(struct example *e, struct tape *t, enum example_values kind, struct shape shape)
{
    bool made;
    struct example_slot *s = next_slot(e, shape, &made);
    if (made)
        make_values(s, (e->next - 1) % 3, kind, slot_rng(e));
    struct tensor v = tensor_new(tape_memory(t), TEN_F32, shape.rank, shape.dim);
    memcpy(v.f, s->x.f, s->n * sizeof(float));
    return s->var = tape_leaf(t, v);
}

/* The last axis first, and every axis with room for one more than it has. */
struct var *example_loose(struct example *e, struct tape *t, enum example_values kind, struct shape shape)
{
    bool made;
    struct example_slot *s = next_slot(e, shape, &made);
    if (made)
        make_values(s, (e->next - 1) % 3, kind, slot_rng(e));

    struct shape room = shape;
    int back[TEN_MAX_RANK];
    for (int i = 0; i < shape.rank; i++) {
        room.dim[i] = shape.dim[(i + shape.rank - 1) % shape.rank] + 1;
        back[i] = (i + 1) % shape.rank;
    }
    struct tensor roomy = tensor_new(tape_memory(t), TEN_F32, room.rank, room.dim);
    tensor_fill(&roomy, NAN);
    struct tensor v = tensor_permute(&roomy, back);
    for (int i = 0; i < shape.rank; i++)
        v.dim[i] = shape.dim[i];
    tensor_drop(&roomy);
    const struct tensor tight = tensor_over(s->x.f, TEN_F32, shape.rank, shape.dim);
    tensor_copy(&v, &tight);
    return s->var = tape_leaf(t, v);
}

struct var *example_index(struct example *e, struct tape *t, int64_t n, struct shape shape)
{
    bool made;
    shape.type = TEN_I32;
    struct example_slot *s = next_slot(e, shape, &made);
    const struct rng r = slot_rng(e);
    for (int64_t k = 0; made && k < s->n; k++)
        s->x.i[k] = (int32_t)rng_below(&r, k, n);
    return s->var = tape_input(t, tensor_over(s->x.i, TEN_I32, shape.rank, shape.dim));
}

struct var *example_run(struct example *e, const struct op *op, struct tape *t, int i)
{
    e->next = 0;
    return op->example ? op->example(e, t, i) : NULL;
}

void example_free(struct example *e)
{
    for (int k = 0; k < e->n; k++)
        free(e->in[k].x.f);
    *e = (struct example){0};
}
