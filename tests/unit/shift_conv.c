/* lib/autograd/ops_video.h: every way to do the shift in front of a convolution gives the same
 * bits. */
#include "check.h"

#include "autograd/ops_video.h"
#include "base/mem.h"
#include "base/random.h"
#include "base/threads.h"

#include <omp.h>
#include <stdlib.h>
#include <string.h>

struct size { int64_t n, h, c, k, r, stride, pad; struct shift_options o; };
static const struct size sizes[] = {
    {6, 5, 16, 12, 1, 1, 0, {3, 2, 2, SHIFT_COPY}},
    {16, 14, 64, 48, 1, 1, 0, {8, 8, 8, SHIFT_COPY}},
    {8, 28, 40, 64, 1, 1, 0, {8, 0, 5, SHIFT_COPY}},
    {8, 7, 256, 64, 1, 1, 0, {4, 32, 32, SHIFT_COPY}},
    {8, 8, 32, 32, 3, 1, 1, {4, 4, 4, SHIFT_COPY}},
    {8, 9, 16, 24, 3, 2, 1, {8, 2, 2, SHIFT_COPY}},
    {64, 16, 16, 16, 3, 2, 1, {8, 2, 2, SHIFT_COPY}},       /* many pieces, and bands of an image */
    {2, 40, 16, 32, 3, 2, 1, {2, 2, 2, SHIFT_COPY}},
    {2, 64, 24, 32, 1, 2, 0, {2, 3, 0, SHIFT_COPY}},
    {9, 6, 16, 32, 3, 2, 1, {3, 2, 2, SHIFT_COPY}},         /* tiles of images: clips shorter and longer than one */
    {24, 5, 48, 16, 3, 2, 1, {12, 0, 6, SHIFT_COPY}},
    {16, 4, 32, 48, 3, 1, 1, {8, 17, 3, SHIFT_COPY}},
    {8, 8, 16, 16, 2, 3, 0, {4, 2, 1, SHIFT_COPY}},
    {4, 6, 12, 9, 3, 1, 1, {1, 3, 3, SHIFT_COPY}},
    {6, 1, 1030, 9, 1, 1, 0, {2, 129, 129, SHIFT_COPY}},
};
enum { SIZES = sizeof sizes / sizeof sizes[0] };

/* All that comes out of one call, whose x something else reads as well, and x as it is afterwards. */
struct results { float *y, *dx, *dw, *db, *x; int64_t ny, nx, nw; };

static void results_free(struct results *r)
{
    free(r->y);
    free(r->dx);
    free(r->dw);
    free(r->db);
    free(r->x);
}

static float *copy(const struct var *v)
{
    float *x = xmalloc((size_t)tensor_count(&v->v) * sizeof *x + 1);
    memcpy(x, v->v.f, (size_t)tensor_count(&v->v) * sizeof *x);
    return x;
}

static struct tensor drawn(struct memory *m, int rank, const int64_t *dim, uint64_t seed)
{
    struct tensor t = tensor_new(m, TEN_F32, rank, dim);
    for (int64_t i = 0; i < tensor_count(&t); i++)
        t.f[i] = (float)(int64_t)(rng_u64(&(struct rng){seed, 0}, i) >> 40) / (1 << 23) - 1;
    return t;
}

static struct results computed(const struct size *s, enum shift_impl impl, bool training)
{
    struct memory *m = memory_new();
    struct tape *t = tape_new(m, 0);
    const struct conv_geometry g = {
        .stride_h = s->stride, .stride_w = s->stride,
        .top = s->pad, .left = s->pad, .bottom = s->pad, .right = s->pad,
    };
    struct shift_options o = s->o;
    struct results r;
    o.impl = impl;
    tape_mode(t)->record = true;
    tape_mode(t)->training = training;
    struct var *x = tape_leaf(t, drawn(m, 4, (const int64_t[]){s->n, s->h, s->h, s->c}, 1));
    struct var *w = tape_leaf(t, drawn(m, 4, (const int64_t[]){s->k, s->r, s->r, s->c}, 2));
    struct var *b = tape_leaf(t, drawn(m, 1, &s->k, 3)), *grad[3];
    struct var *y = op_shift_conv(t, x, w, b, &g, &o);
    struct var *both[] = {op_reshape(t, y, DIMS(-1)), op_reshape(t, op_scale(t, x, 0.5f), DIMS(-1))};
    struct var *all = op_concat(t, both, 2, 0);
    struct var *dy = tape_input(t, drawn(m, 1, all->v.dim, 4));
    tape_grad(t, all, dy, (struct var *[]){x, w, b}, 3, false, grad);
    r = (struct results){.y = copy(y), .dx = copy(grad[0]), .dw = copy(grad[1]),
                         .db = copy(grad[2]),
                         .x = copy(x), .ny = tensor_count(&y->v), .nx = tensor_count(&x->v),
                         .nw = tensor_count(&w->v)};
    tape_free(t);
    memory_free(m);
    return r;
}

static void copy_in_place_and_fused_give_the_same_bits_with_any_threads(void)
{
    const int before = omp_get_max_threads();
    for (int i = 0; i < SIZES; i++) {
        const struct size *s = &sizes[i];
        threads_set(1);
        struct results want = computed(s, SHIFT_COPY, true);
        for (int threads = 1; threads <= 3; threads++)
            for (int impl = SHIFT_AUTO; impl <= SHIFT_FUSED; impl++) {
                threads_set(threads);
                struct results got = computed(s, (enum shift_impl)impl, threads != 2);
                CHECK_BYTES(got.y, want.y, want.ny * 4);
                CHECK_BYTES(got.dx, want.dx, want.nx * 4);
                CHECK_BYTES(got.dw, want.dw, want.nw * 4);
                CHECK_BYTES(got.db, want.db, s->k * 4);
                CHECK_BYTES(got.x, want.x, want.nx * 4);
                results_free(&got);
            }
        results_free(&want);
    }
    threads_set(before);
}

/* Numbers that cannot be written to: in place is not what happens then. */
static void memory_of_the_caller_is_not_touched(void)
{
    static const float x[2 * 2 * 2 * 8] = {1}, w[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    struct memory *m = memory_new();
    struct tape *t = tape_new(m, 0);
    const int64_t dx[] = {2, 2, 2, 8}, dw[] = {1, 1, 1, 8};
    struct var *y =
        op_shift_conv(t, tape_input(t, tensor_over((void *)(uintptr_t)x, TEN_F32, 4, dx)),
                      tape_input(t, tensor_over((void *)(uintptr_t)w, TEN_F32, 4, dw)), NULL,
                      &(struct conv_geometry){0}, &(struct shift_options){2, 1, 1, SHIFT_IN_PLACE});
    /* The 1 left the clip with the channels from the next frame. */
    CHECK(y->v.f[0] == 0 && y->v.f[4] == 0);
    tape_free(t);
    memory_free(m);
}

int main(void)
{
    RUN(copy_in_place_and_fused_give_the_same_bits_with_any_threads);
    RUN(memory_of_the_caller_is_not_touched);
    return check_report();
}
