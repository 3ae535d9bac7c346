#include "autograd/draws.h"

struct var *draw_normals(struct tape *t, int rank, const int64_t *dim)
{
    const struct tape_share *s = &tape_mode(t)->share;
    const struct rng r = tape_rng(t);
    struct tensor x = tensor_new(tape_memory(t), TEN_F32, rank, dim);
    const int64_t n = dim[0], row = n ? tensor_count(&x) / n : 0;
    if (s->ranks <= 1 || s->samples == 0 || n % s->samples != 0) {
        rng_fill_normal(&r, 0, x.f, n * row, 0, 1);
        return tape_input(t, x);
    }
    for (int64_t i = 0; i < n; i++) {
        const int64_t all =
            i / s->samples * s->samples * s->ranks + s->rank + i % s->samples * s->ranks;
        rng_fill_normal(&r, (uint64_t)(all * row), x.f + i * row, row, 0, 1);
    }
    return tape_input(t, x);
}
