/*
 * Convolutions by oneDNN, on NHWC tensors and weights in the layout that oneDNN likes best.
 *
 * With several threads oneDNN sums in another order than with one, and blocks its loops by the
 * number of threads.  So that no thread count changes a bit, every primitive here is made for one
 * thread, and a pass is cut into pieces that depend on its shape alone: some images, or for small
 * batches some rows of one image.  A piece is a convolution too, with less padding; OpenMP
 * spreads the pieces.  Pieces of a weight gradient have a sum each, which are added in order.
 *
 * Of what is shifted in time (tensor/shift.h) a piece is made when it is needed, in memory of its
 * thread; a gradient of a piece goes from there to the frames that its channels came from.
 */
#include "tensor/conv_internal.h"
#include "base/mem.h"
#include "tensor/onednn.h"
#include "tensor/shift.h"

#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PIECES = 32, PIECE_WORK = 1 << 20, BAND_ROWS = 4, SUM_TERMS = 128, PARALLEL = 20000, STRETCH = 2048 };

struct library { dnnl_engine_t engine; dnnl_primitive_attr_t scratch_is_ours; };

/* Part of a pass: a convolution that starts at these elements of x and y. */
struct piece { struct conv c; int64_t x, y; int kind; };
enum { NOTHING = -1 };                          /* the kind of rows of x that no window reaches */
/* A primitive for all pieces of one shape. */
struct kind { struct conv c; dnnl_primitive_t run; dnnl_memory_desc_t x, y; };

struct plan {
    bool able;
    int64_t pieces;
    int kinds;
    struct piece *piece;
    struct kind *kind;
    size_t scratch;                             /* bytes for each thread */
    bool reorder;                               /* w has another layout than ours */
    dnnl_memory_desc_t ours, theirs, bias;
    dnnl_primitive_t between;                   /* of the two, in the direction of the pass */
};

/* oneDNN fails here only for want of memory: the plans were made, and of legal shapes. */
static void must(dnnl_status_t status)
{
    if (status == dnnl_success)
        return;
    fprintf(stderr, "convolution: oneDNN failed with status %d: more memory needed\n", (int)status);
    exit(1);
}

static struct library *library_new(void)
{
    struct library *l = xmalloc(sizeof *l);
    must(onednn()->engine_create(&l->engine, dnnl_cpu, 0));
    must(onednn()->primitive_attr_create(&l->scratch_is_ours));
    must(onednn()->primitive_attr_set_scratchpad_mode(l->scratch_is_ours, dnnl_scratchpad_mode_user));
    return l;
}

void library_free(struct library *l)
{
    if (!l)
        return;
    onednn()->primitive_attr_destroy(l->scratch_is_ours);
    onednn()->engine_destroy(l->engine);
    free(l);
}

/* ---- Cutting ------------------------------------------------------------------------------------ */

/* Some whole images. */
static struct piece images_of(const struct conv *c, int64_t first, int64_t count)
{
    struct piece s = {*c, first * c->h * c->w * c->c, first * conv_p(c) * conv_q(c) * c->k, 0};
    s.c.n = count;
    return s;
}

/* Rows p .. p+rows-1 of an image of y, and the rows of x that they need. */
static struct piece band_of_y(const struct conv *c, int64_t image, int64_t p, int64_t rows)
{
    const int64_t from = p * c->sh - c->top, to = from + (rows - 1) * c->sh + (c->r - 1) * c->dh + 1;
    const int64_t first = conv_most(from, 0), end = conv_least(to, c->h);
    struct piece s = {*c, (image * c->h + first) * c->w * c->c, (image * conv_p(c) + p) * conv_q(c) * c->k, 0};
    s.c.n = 1;
    s.c.h = end - first;
    s.c.top = first - from;
    s.c.bottom = to - end;
    return s;
}

/* Rows h .. h+rows-1 of an image of x, and the rows of y that reach them. */
static struct piece band_of_x(const struct conv *c, int64_t image, int64_t h, int64_t rows)
{
    const int64_t at = h + c->top, span = (c->r - 1) * c->dh;
    const int64_t last = conv_least(conv_p(c) - 1, (at + rows - 1) / c->sh);
    const int64_t first = conv_least(conv_parts(conv_most(at - span, 0), c->sh), at / c->sh);
    const int64_t top = at - first * c->sh, height = last - first + 1;
    struct piece s = {*c, (image * c->h + h) * c->w * c->c, (image * conv_p(c) + first) * conv_q(c) * c->k, 0};
    s.c.n = 1;
    s.c.h = rows;
    s.c.top = top;
    s.c.bottom = conv_most(0, (height - 1) * c->sh + span + 1 - rows - top);
    if (last < first || top > span)
        s.kind = NOTHING;
    return s;
}

static void add_piece(struct plan *t, struct piece s)
{
    t->piece = xrealloc(t->piece, sizeof s * (t->pieces + 1));
    t->piece[t->pieces++] = s;
}

/* At most PIECES, none of less than PIECE_WORK multiplications.  For a weight gradient a piece's sum
 * must be worth writing and adding: it has SUM_TERMS terms. */
static void cut(struct plan *t, const struct conv *c, enum conv_pass pass)
{
    const int64_t p = conv_p(c), pixels = c->n * p * conv_q(c);
    const int64_t work = pixels * c->k * c->r * c->s * (c->c / c->groups);
    int64_t want = conv_least(PIECES, work / PIECE_WORK);
    if (pass == CONV_WEIGHT)
        want = conv_least(conv_least(want, PIECES / 2), pixels / SUM_TERMS);
    want = conv_most(want, 1);

    const int64_t images = conv_parts(c->n, want), height = pass == CONV_DATA ? c->h : p;
    const int64_t bands = images > 1 ? 1 : conv_most(1, conv_least(conv_parts(want, c->n), height / BAND_ROWS));
    const int64_t rows = pass == CONV_DATA ? conv_parts(conv_parts(height, bands), c->sh) * c->sh : conv_parts(height, bands);
    for (int64_t n = 0; n < c->n; n += images) {
        if (bands == 1)
            add_piece(t, images_of(c, n, conv_least(images, c->n - n)));
        else
            for (int64_t h = 0; h < height; h += rows)
                add_piece(t, (pass == CONV_DATA ? band_of_x : band_of_y)(c, n, h, conv_least(rows, height - h)));
    }
}

/* ---- Plans -------------------------------------------------------------------------------------- */

static dnnl_memory_desc_t tensor_desc(int rank, const dnnl_dims_t dim, dnnl_format_tag_t tag)
{
    dnnl_memory_desc_t d;
    must(onednn()->memory_desc_init_by_tag(&d, rank, dim, dnnl_f32, tag));
    return d;
}

static dnnl_memory_desc_t weights_desc(const struct conv *c, bool any)
{
    const int64_t g = c->groups;
    if (g == 1)
        return tensor_desc(4, (const dnnl_dims_t){c->k, c->c, c->r, c->s}, any ? dnnl_format_tag_any : dnnl_ohwi);
    return tensor_desc(5, (const dnnl_dims_t){g, c->k / g, c->c / g, c->r, c->s}, any ? dnnl_format_tag_any : dnnl_gohwi);
}

static dnnl_status_t describe(dnnl_convolution_desc_t *d, const struct kind *k, enum conv_pass pass,
                              const dnnl_memory_desc_t *w, const dnnl_memory_desc_t *bias)
{
    const struct conv *c = &k->c;
    const dnnl_dims_t stride = {c->sh, c->sw}, dilation = {c->dh - 1, c->dw - 1};
    const dnnl_dims_t before = {c->top, c->left}, after = {c->bottom, c->right};
    switch (pass) {
    case CONV_FORWARD:
        return onednn()->dilated_convolution_forward_desc_init(d, dnnl_forward_training, dnnl_convolution_direct,
                                                          &k->x, w, bias, &k->y, stride, dilation, before, after);
    case CONV_DATA:
        return onednn()->dilated_convolution_backward_data_desc_init(d, dnnl_convolution_direct, &k->x, w, &k->y,
                                                                stride, dilation, before, after);
    case CONV_WEIGHT:
        break;
    }
    return onednn()->dilated_convolution_backward_weights_desc_init(d, dnnl_convolution_direct, &k->x, w, NULL, &k->y,
                                                               stride, dilation, before, after);
}

/* As one product a channel these are slow. */
static bool depthwise(const struct conv *c) { return c->groups == c->c && c->groups == c->k && c->groups > 1; }

/* The primitive of a kind; the first one chooses the layout of the weights.  False: only reference code. */
static bool make_kind(struct library *l, struct plan *t, struct kind *k, enum conv_pass pass, bool bias)
{
    const struct conv *c = &k->c;
    dnnl_memory_desc_t w = k == t->kind ? weights_desc(c, true) : t->theirs;
    dnnl_convolution_desc_t d;
    dnnl_primitive_desc_t pd;
    const char *name = "";
    k->x = tensor_desc(4, (const dnnl_dims_t){c->n, c->c, c->h, c->w}, dnnl_nhwc);
    k->y = tensor_desc(4, (const dnnl_dims_t){c->n, c->k, conv_p(c), conv_q(c)}, dnnl_nhwc);
    if (describe(&d, k, pass, &w, bias ? &t->bias : NULL) != dnnl_success ||
        onednn()->primitive_desc_create(&pd, &d, l->scratch_is_ours, l->engine, NULL) != dnnl_success)
        return false;
    onednn()->primitive_desc_query(pd, dnnl_query_impl_info_str, 0, &name);
    const bool able = !strstr(name, "ref") && !(depthwise(c) && strstr(name, "gemm"));
    if (able) {
        t->theirs = *onednn()->primitive_desc_query_md(pd, pass == CONV_WEIGHT ? dnnl_query_diff_weights_md : dnnl_query_weights_md, 0);
        const size_t scratch = onednn()->memory_desc_get_size(onednn()->primitive_desc_query_md(pd, dnnl_query_scratchpad_md, 0));
        t->scratch = scratch > t->scratch ? scratch : t->scratch;
        must(onednn()->primitive_create(&k->run, pd));
    }
    onednn()->primitive_desc_destroy(pd);
    return able;
}

/* Pieces of one pass differ in nothing else. */
static bool same_shape(const struct conv *a, const struct conv *b)
{
    return a->n == b->n && a->h == b->h && a->top == b->top && a->bottom == b->bottom;
}

static bool make_kinds(struct library *l, struct plan *t, enum conv_pass pass, bool bias)
{
    t->kind = xmalloc(sizeof *t->kind * t->pieces);
    for (int64_t i = 0; i < t->pieces; i++) {
        struct piece *s = &t->piece[i];
        if (s->kind == NOTHING)
            continue;
        while (s->kind < t->kinds && !same_shape(&t->kind[s->kind].c, &s->c))
            s->kind++;
        if (s->kind < t->kinds)
            continue;
        struct kind *k = &t->kind[t->kinds];
        k->c = s->c;
        if (!make_kind(l, t, k, pass, bias))
            return false;
        t->kinds++;
    }
    return true;
}

static dnnl_primitive_t reorder_of(struct library *l, const dnnl_memory_desc_t *from, const dnnl_memory_desc_t *to)
{
    dnnl_primitive_desc_t pd;
    dnnl_primitive_t r;
    must(onednn()->reorder_primitive_desc_create(&pd, from, l->engine, to, l->engine, NULL));
    must(onednn()->primitive_create(&r, pd));
    onednn()->primitive_desc_destroy(pd);
    return r;
}

static void plan_release(void *plan)
{
    struct plan *t = plan;
    for (int64_t i = 0; i < t->kinds; i++)
        onednn()->primitive_destroy(t->kind[i].run);
    if (t->between)
        onednn()->primitive_destroy(t->between);
    free(t->kind);
    free(t->piece);
    free(t);
}

/* oneDNN's kernels want windows that touch the image. */
static bool touches(const struct conv *c)
{
    const int64_t down = (c->r - 1) * c->dh, across = (c->s - 1) * c->dw;
    return c->top <= down && c->bottom <= down && c->left <= across && c->right <= across;
}

static struct plan *plan_make(struct library *l, const struct conv *c, enum conv_pass pass, bool bias)
{
    struct plan *t = xcalloc(1, sizeof *t);
    if (!touches(c))
        return t;
    cut(t, c, pass);
    t->ours = weights_desc(c, false);
    t->bias = tensor_desc(1, (const dnnl_dims_t){c->k}, dnnl_a);
    const int threads = omp_get_max_threads();
    omp_set_num_threads(1);
    t->able = make_kinds(l, t, pass, bias);
    omp_set_num_threads(threads);
    t->reorder = t->able && !onednn()->memory_desc_equal(&t->ours, &t->theirs);
    if (t->reorder)
        t->between = pass == CONV_WEIGHT ? reorder_of(l, &t->theirs, &t->ours) : reorder_of(l, &t->ours, &t->theirs);
    return t;
}

static struct plan *plan_of(struct conv_plans *p, const struct conv *c, enum conv_pass pass, bool bias)
{
    const struct conv_key key = conv_key_of(c, pass, USE_PRIMITIVES + bias, NULL);
    struct kept *k = plans_find(p, &key);
    if (!k->value) {
        k->value = plan_make(p->library, c, pass, bias);
        k->release = plan_release;
    }
    return k->value;
}

bool library_able(struct conv_plans *p, const struct conv *c, enum conv_pass pass, bool bias)
{
    if (!onednn())
        return false;
    if (!p->library)
        p->library = library_new();
    return plan_of(p, c, pass, bias)->able;
}

/* ---- Running -------------------------------------------------------------------------------------- */

enum { ARGS = 5 };
struct argument { int arg; const dnnl_memory_desc_t *desc; const void *data; };

static void run(struct library *l, dnnl_primitive_t what, int n, const struct argument *a)
{
    dnnl_exec_arg_t arg[ARGS];
    dnnl_stream_t stream;
    must(onednn()->stream_create(&stream, l->engine, dnnl_stream_default_flags));
    for (int i = 0; i < n; i++) {
        arg[i].arg = a[i].arg;
        must(onednn()->memory_create(&arg[i].memory, a[i].desc, l->engine, (void *)a[i].data));
    }
    must(onednn()->primitive_execute(what, stream, n, arg));
    must(onednn()->stream_wait(stream));
    for (int i = 0; i < n; i++)
        onednn()->memory_destroy(arg[i].memory);
    onednn()->stream_destroy(stream);
}

static void reorder(struct library *l, const struct plan *t, float *to, const float *from, bool back)
{
    const struct argument a[2] = {
        {DNNL_ARG_FROM, back ? &t->theirs : &t->ours, from}, {DNNL_ARG_TO, back ? &t->ours : &t->theirs, to},
    };
    run(l, t->between, 2, a);
}

/* A piece's scratch argument: the thread's part of a block. */
struct scratch { dnnl_memory_desc_t desc; struct block *block; size_t bytes; };

static struct scratch scratch_of(struct conv_plans *p, const struct plan *t)
{
    struct scratch s = {.bytes = (t->scratch + 4095) & ~(size_t)4095};
    s.desc = tensor_desc(1, (const dnnl_dims_t){(dnnl_dim_t)(t->scratch / sizeof(float) + 1)}, dnnl_a);
    s.block = block_new(p->m, (s.bytes + 4096) * omp_get_max_threads());
    return s;
}

static const void *scratch_here(const struct scratch *s)
{
    return (const char *)s->block->data + (s->bytes + 4096) * omp_get_thread_num();
}

/* Memory for the pixels of a piece, where they are shifted in time: each thread's, or where all of them are kept. */
struct shifting { struct moved m; const struct conv *c; struct block *block; int64_t each; };

static struct shifting shifting_of(struct conv_plans *p, const struct plan *t, const struct conv *c, const struct moved *m)
{
    struct shifting h = {.c = c};
    if (!m)
        return h;
    h.m = *m;
    for (int64_t i = 0; !m->kept && i < t->pieces; i++)
        h.each = conv_most(h.each, t->piece[i].c.n * t->piece[i].c.h * c->w * c->c);
    h.block = block_new(p->m, sizeof(float) * (size_t)(h.each * omp_get_max_threads()));
    return h;
}

static float *shifting_here(const struct shifting *h) { return (float *)h->block->data + h->each * omp_get_thread_num(); }
static int64_t rows_of(const struct piece *s) { return s->c.n * s->c.h * s->c.w; }

/* The pixels of S x, or x, that a piece reads. */
static const float *read_piece(const struct shifting *h, const struct piece *s, const float *x)
{
    if (!h->m.s)
        return x + s->x;
    float *to = h->m.kept ? h->m.kept + s->x : shifting_here(h);
    shift_rows(to, x, h->m.s, &(struct shift_part){.first = s->x / h->c->c, .n = rows_of(s), .cols = h->c->c});
    return to;
}

/* Where the gradient of those goes, and that it gets there. */
static float *place_piece(const struct shifting *h, const struct piece *s, float *dx)
{
    return h->m.s ? shifting_here(h) : dx + s->x;
}

static void deliver_piece(const struct shifting *h, const struct piece *s, float *dx)
{
    const int64_t first = s->x / h->c->c;
    if (h->m.s && h->m.add)
        shift_rows_add(dx, shifting_here(h), h->m.s, first, rows_of(s));
    else if (h->m.s)
        shift_rows_back(dx, shifting_here(h), h->m.s, first, rows_of(s));
}

/* The weights in the primitives' layout. */
static struct block *weights_for(struct conv_plans *p, const struct plan *t, const struct conv *c, enum conv_pass pass, bool bias, const float *w)
{
    if (!t->reorder)
        return NULL;
    const struct conv_key key = conv_key_of(c, pass, USE_REORDERED + bias, w);
    bool ready;
    struct block *b = plans_weights(p, &key, c->version, onednn()->memory_desc_get_size(&t->theirs), &ready);
    if (!ready)
        reorder(p->library, t, b->data, w, false);
    return b;
}

/* Inside of a parallel region: one thread for what oneDNN may start. */
static void run_piece(struct library *l, const struct plan *t, const struct piece *s, int n, const struct argument *a)
{
    omp_set_num_threads(1);
    run(l, t->kind[s->kind].run, n, a);
}

/* Rows of an image that two pieces read would be written by two threads. */
static bool whole_images(const struct plan *t, const struct conv *c)
{
    for (int64_t i = 0; i < t->pieces; i++)
        if (t->piece[i].c.h != c->h)
            return false;
    return true;
}

void library_forward(struct conv_plans *p, const struct conv *c, const struct moved *m, float *y, const float *x,
                     const float *w, const float *bias)
{
    const struct plan *t = plan_of(p, c, CONV_FORWARD, bias != NULL);
    if (m && m->kept && !whole_images(t, c)) {
        shift_time(m->kept, x, m->s);
        x = m->kept;
        m = NULL;
    }
    struct block *own = weights_for(p, t, c, CONV_FORWARD, bias != NULL, w);
    struct scratch scratch = scratch_of(p, t);
    struct shifting shifting = shifting_of(p, t, c, m);

    #pragma omp parallel for schedule(dynamic)
    for (int64_t i = 0; i < t->pieces; i++) {
        const struct piece *s = &t->piece[i];
        const struct kind *k = &t->kind[s->kind];
        const struct argument a[] = {
            {DNNL_ARG_SRC, &k->x, read_piece(&shifting, s, x)}, {DNNL_ARG_WEIGHTS, &t->theirs, own ? own->data : w},
            {DNNL_ARG_DST, &k->y, y + s->y},
            {DNNL_ARG_SCRATCHPAD, &scratch.desc, scratch_here(&scratch)}, {DNNL_ARG_BIAS, &t->bias, bias},
        };
        run_piece(p->library, t, s, bias ? 5 : 4, a);
    }
    block_drop(shifting.block);
    block_drop(scratch.block);
    block_drop(own);
}

void library_data(struct conv_plans *p, const struct conv *c, const struct moved *m, float *dx, const float *dy,
                  const float *w, const float *bias)
{
    const struct plan *t = plan_of(p, c, CONV_DATA, false);
    struct block *own = weights_for(p, t, c, CONV_DATA, false, w);
    struct scratch scratch = scratch_of(p, t);
    struct shifting shifting = shifting_of(p, t, c, m);

    #pragma omp parallel for schedule(dynamic)
    for (int64_t i = 0; i < t->pieces; i++) {
        const struct piece *s = &t->piece[i];
        float *to = place_piece(&shifting, s, dx);
        if (s->kind == NOTHING) {
            memset(to, 0, sizeof *dx * s->c.h * s->c.w * s->c.c);
            deliver_piece(&shifting, s, dx);
            continue;
        }
        const struct kind *k = &t->kind[s->kind];
        const struct argument a[] = {
            {DNNL_ARG_DIFF_SRC, &k->x, to}, {DNNL_ARG_WEIGHTS, &t->theirs, own ? own->data : w},
            {DNNL_ARG_DIFF_DST, &k->y, dy + s->y},
            {DNNL_ARG_SCRATCHPAD, &scratch.desc, scratch_here(&scratch)},
        };
        run_piece(p->library, t, s, 4, a);
        deliver_piece(&shifting, s, dx);
    }
    if (bias)
        rows_add(dx, c->n * c->h * c->w, c->c, bias);
    block_drop(shifting.block);
    block_drop(scratch.block);
    block_drop(own);
}

/* sum[i] = (add ? sum[i] : 0) + part 0, 1, ... n-1 [i] */
static void add_parts(float *sum, const float *part, int64_t n, int64_t each, bool add)
{
    #pragma omp parallel for schedule(static) if (n * each > PARALLEL)
    for (int64_t i = 0; i < each; i += STRETCH) {
        const int64_t end = conv_least(i + STRETCH, each);
        if (!add)
            memcpy(sum + i, part + i, sizeof *sum * (end - i));
        for (int64_t k = add ? 0 : 1; k < n; k++)
            for (int64_t j = i; j < end; j++)
                sum[j] += part[k * each + j];
    }
}

void library_weight(struct conv_plans *p, const struct conv *c, const struct moved *m, float *dw, const float *x,
                    const float *dy, bool add)
{
    const struct plan *t = plan_of(p, c, CONV_WEIGHT, false);
    const int64_t each = onednn()->memory_desc_get_size(&t->theirs) / sizeof(float), count = c->k * c->r * c->s * (c->c / c->groups);
    struct block *parts = block_new(p->m, sizeof(float) * each * t->pieces);
    struct scratch scratch = scratch_of(p, t);
    struct shifting shifting = shifting_of(p, t, c, m);
    float *part = parts->data;

    #pragma omp parallel for schedule(dynamic)
    for (int64_t i = 0; i < t->pieces; i++) {
        const struct piece *s = &t->piece[i];
        const struct kind *k = &t->kind[s->kind];
        const struct argument a[] = {
            {DNNL_ARG_SRC, &k->x, read_piece(&shifting, s, x)}, {DNNL_ARG_DIFF_WEIGHTS, &t->theirs, part + i * each},
            {DNNL_ARG_DIFF_DST, &k->y, dy + s->y},
            {DNNL_ARG_SCRATCHPAD, &scratch.desc, scratch_here(&scratch)},
        };
        run_piece(p->library, t, s, 4, a);
    }
    if (!t->reorder) {
        add_parts(dw, part, t->pieces, count, add);
    } else {
        struct block *ordered = block_new(p->m, sizeof(float) * count);
        add_parts(part, part + each, t->pieces - 1, t->pieces > 1 ? each : 0, true);
        reorder(p->library, t, ordered->data, part, true);
        add_parts(dw, ordered->data, 1, count, add);
        block_drop(ordered);
    }
    block_drop(shifting.block);
    block_drop(scratch.block);
    block_drop(parts);
}
