#include "tensor/tensor.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { PARALLEL = 32768 };              /* elements; below, a parallel region costs more than it gives */

static void set_dims(struct tensor *t, int rank, const int64_t *dim)
{
    assert(rank <= TEN_MAX_RANK);
    t->rank = rank;
    int64_t step = 1;
    for (int i = rank - 1; i >= 0; i--) {
        t->dim[i] = dim[i];
        t->stride[i] = step;
        step *= dim[i];
    }
}

int64_t dims_count(int rank, const int64_t *dim)
{
    int64_t n = 1;
    for (int i = 0; i < rank; i++)
        n *= dim[i];
    return n;
}

int64_t tensor_count(const struct tensor *t) { return dims_count(t->rank, t->dim); }

struct tensor tensor_new(struct memory *m, enum ten_type type, int rank, const int64_t *dim)
{
    struct tensor t = {.type = type};
    set_dims(&t, rank, dim);
    t.block = block_new(m, dims_count(rank, dim) * sizeof(float));
    t.data = t.block->data;
    return t;
}

struct tensor tensor_over(void *data, enum ten_type type, int rank, const int64_t *dim)
{
    struct tensor t = {.type = type, .data = data};
    set_dims(&t, rank, dim);
    return t;
}

void tensor_drop(struct tensor *t)
{
    block_drop(t->block);
    *t = (struct tensor){0};
}

bool tensor_contiguous(const struct tensor *t)
{
    int64_t step = 1;
    for (int i = t->rank - 1; i >= 0; i--) {
        if (t->dim[i] == 0)
            return true;
        if (t->dim[i] != 1 && t->stride[i] != step)
            return false;
        step *= t->dim[i];
    }
    return true;
}

bool tensor_same_shape(const struct tensor *a, const struct tensor *b)
{
    return a->rank == b->rank && memcmp(a->dim, b->dim, a->rank * sizeof *a->dim) == 0;
}

struct ten_record tensor_record(const char *name, const struct tensor *t)
{
    struct ten_record rec = {.name = name, .type = t->type, .shape = {.rank = t->rank}, .data = t->data};
    memcpy(rec.shape.dim, t->dim, (size_t)t->rank * sizeof *t->dim);
    return rec;
}

char *tensor_shape_text(const struct tensor *t, char text[192])
{
    struct ten_shape s = {.rank = t->rank};
    memcpy(s.dim, t->dim, t->rank * sizeof *t->dim);
    return ten_shape_text(&s, text);
}

/* ---- Views --------------------------------------------------------------------------------- */

static struct tensor view_of(const struct tensor *t)
{
    struct tensor v = *t;
    block_hold(v.block);
    return v;
}

struct tensor tensor_reshape(const struct tensor *t, int rank, const int64_t *dim)
{
    assert(tensor_contiguous(t) && dims_count(rank, dim) == tensor_count(t));
    struct tensor v = view_of(t);
    set_dims(&v, rank, dim);
    return v;
}

struct tensor tensor_slice(const struct tensor *t, int axis, int64_t first, int64_t n, int64_t step)
{
    assert(axis < t->rank && first >= 0 && n >= 0 && (n == 0 || first + (n - 1) * step < t->dim[axis]));
    struct tensor v = view_of(t);
    if (n > 0)
        v.f += first * t->stride[axis];
    v.dim[axis] = n;
    v.stride[axis] = t->stride[axis] * step;
    return v;
}

struct tensor tensor_permute(const struct tensor *t, const int *perm)
{
    struct tensor v = view_of(t);
    for (int i = 0; i < t->rank; i++) {
        v.dim[i] = t->dim[perm[i]];
        v.stride[i] = t->stride[perm[i]];
    }
    return v;
}

struct tensor tensor_broadcast(const struct tensor *t, int rank, const int64_t *dim)
{
    struct tensor v = view_of(t);
    v.rank = rank;
    for (int i = 0; i < rank; i++) {
        const int own = i - (rank - t->rank);
        assert(own < 0 || t->dim[own] == 1 || t->dim[own] == dim[i]);
        v.dim[i] = dim[i];
        v.stride[i] = own < 0 || t->dim[own] == 1 ? 0 : t->stride[own];
    }
    return v;
}

bool broadcast_dims(const struct tensor *a, const struct tensor *b, int *rank, int64_t *dim)
{
    *rank = a->rank > b->rank ? a->rank : b->rank;
    for (int i = 0; i < *rank; i++) {
        const int ia = i - (*rank - a->rank), ib = i - (*rank - b->rank);
        const int64_t da = ia < 0 ? 1 : a->dim[ia], db = ib < 0 ? 1 : b->dim[ib];
        if (da != db && da != 1 && db != 1)
            return false;
        dim[i] = da == 1 ? db : da;
    }
    return true;
}

/* ---- Contents --------------------------------------------------------------------------------- */

/* A copy as few and as long rows as the strides allow: axes that lie behind each other in both
 * tensors become one. */
struct walk { int rank; int64_t dim[TEN_MAX_RANK], to[TEN_MAX_RANK], from[TEN_MAX_RANK]; };

static struct walk collapse(const struct tensor *dst, const struct tensor *src)
{
    struct walk w = {0};
    for (int i = 0; i < dst->rank; i++) {
        if (dst->dim[i] == 1)
            continue;
        const int last = w.rank - 1;
        if (last >= 0 && w.to[last] == dst->dim[i] * dst->stride[i] && w.from[last] == dst->dim[i] * src->stride[i]) {
            w.dim[last] *= dst->dim[i];
            w.to[last] = dst->stride[i];
            w.from[last] = src->stride[i];
        } else {
            w.dim[w.rank] = dst->dim[i];
            w.to[w.rank] = dst->stride[i];
            w.from[w.rank++] = src->stride[i];
        }
    }
    if (w.rank == 0)
        w = (struct walk){1, {1}, {1}, {1}};
    return w;
}

static void copy_row(float *to, int64_t to_step, const float *from, int64_t from_step, int64_t n)
{
    if (to_step == 1 && from_step == 1)
        memcpy(to, from, n * sizeof *to);
    else
        for (int64_t i = 0; i < n; i++)
            to[i * to_step] = from[i * from_step];
}

void tensor_copy(struct tensor *dst, const struct tensor *src)
{
    assert(dst->type == src->type && tensor_same_shape(dst, src));
    const int64_t count = tensor_count(dst);
    if (count == 0)
        return;
    const struct walk w = collapse(dst, src);
    const int inner = w.rank - 1;
    const int64_t rows = count / w.dim[inner];

    /* One long row is cut, so that every thread gets some. */
    const int64_t cut = rows == 1 && count > PARALLEL ? PARALLEL / 2 : w.dim[inner];
    const int64_t per_row = (w.dim[inner] + cut - 1) / cut;

    #pragma omp parallel for schedule(static) if (count > PARALLEL)
    for (int64_t p = 0; p < rows * per_row; p++) {
        int64_t to = 0, from = 0, r = p / per_row;
        const int64_t first = p % per_row * cut, left = w.dim[inner] - first;
        for (int i = inner - 1; i >= 0; i--) {
            to += r % w.dim[i] * w.to[i];
            from += r % w.dim[i] * w.from[i];
            r /= w.dim[i];
        }
        copy_row(dst->f + to + first * w.to[inner], w.to[inner], src->f + from + first * w.from[inner], w.from[inner],
                 left < cut ? left : cut);
    }
}

struct tensor tensor_compact(struct memory *m, const struct tensor *t)
{
    if (tensor_contiguous(t))
        return view_of(t);
    struct tensor v = tensor_new(m, t->type, t->rank, t->dim);
    tensor_copy(&v, t);
    return v;
}

void tensor_fill(struct tensor *t, float value)
{
    const int64_t n = tensor_count(t);
    #pragma omp parallel for simd schedule(static) if (n > PARALLEL)
    for (int64_t i = 0; i < n; i++)
        t->f[i] = value;
}
