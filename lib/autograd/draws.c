#include "autograd/draws.h"

int64_t draw_number(struct tape *t, int64_t n, int64_t i)
{
    const struct tape_share *s = &tape_mode(t)->share;
    if (s->ranks <= 1 || s->samples == 0 || n % s->samples != 0)
        return i;
    return i / s->samples * s->samples * s->ranks + s->rank + i % s->samples * s->ranks;
}

struct var *draw_normals(struct tape *t, int rank, const int64_t *dim)
{
    const struct rng r = tape_rng(t);
    struct tensor x = tensor_new(tape_memory(t), TEN_F32, rank, dim);
    const int64_t n = dim[0], row = n ? tensor_count(&x) / n : 0;
    if (tape_mode(t)->share.ranks <= 1)         /* in one go, by all threads */
        rng_fill_normal(&r, 0, x.f, n * row, 0, 1);
    else
        for (int64_t i = 0; i < n; i++)
            rng_fill_normal(&r, (uint64_t)(draw_number(t, n, i) * row), x.f + i * row, row, 0, 1);
    return tape_input(t, x);
}
