/*
 * Threads take pieces of rows in order.  A piece's place in C is known when those before it are
 * done; a piece is made in a buffer of its thread, which fits into the cache, and copied past the
 * caches when its place is known.  So C is written once, in order, into memory that its upper bound
 * reserved, and nothing is counted beforehand.  Making a piece in its place, where that is known
 * already, saves the copy and costs more: what kernels write there is read into the caches first.
 */
#include "sparse/spgemm.h"

#include "base/mem.h"
#include "base/threads.h"
#include "sparse/spgemm_filter.h"
#include "sparse/spgemm_keep.h"
#include "sparse/spgemm_operands.h"
#include "sparse/spgemm_plan.h"
#include "sparse/stream_copy.h"
#include "tensor/cast.h"

#include <math.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

const char *const spgemm_method_names[SPGEMM_METHODS + 1] = {
    "auto", "copy", "sort", "dense", "ranges", "hash", "repeat", NULL};

enum {
    PIECE = 1 << 13,                /* products: their entries take a tenth of a second-level cache */
    LARGE_PIECE = 1 << 17,          /* where there are PIECES of them: neighbours share rows of B */
    PIECES = 128,
    SMALL_PIECE = 1 << 12,          /* where PIECEs were fewer than FEW: threads end at one time */
    FEW = 16,
    AT_ONCE = 1 << 15,              /* entries whose pages come at once */
    WAITING = 4,                    /* pieces of a thread whose place is not known yet */
    HUGE_PAGE = 2 << 20,
    SMALL_PAGES = 4 << 20,          /* bytes of a block that stay in small ones */
    KEPT = 2,                       /* fewer than one of so many entries of A matter: the others are left out first */
    FITS = 1 << 17,                 /* entries, with their columns, into the second-level cache */
    PROBE = 64,                     /* a place that C reaches, if of so many products one makes an entry */
};

struct run {
    struct csr *c;                  /* NULL: count only */
    int64_t *count;                 /* [rows] sums, when counting; may be NULL */
    const struct csr *a, *b;
    const struct spgemm *how;
    struct spgemm_plan plan;
    spgemm_rows_fn rows;
    void (*clear)(void *acc, int64_t n);
    size_t size;                    /* of a value */
    bool keep;                      /* only entries of A that matter, spgemm_keep.h */
    int64_t next, known;            /* the piece to take, the first one without a place */
    uint8_t *shifted;               /* spgemm_rows.shifted */
    int64_t populated;              /* entries of C whose pages are there */
    bool cached;                    /* whether its lines are likely in the caches: pages that come with its entries, or few */
    int64_t had, bound;             /* entries of the pieces before `known`, and their bounds */
    struct spgemm_report report;
};

/* A piece's entries until their place is known. */
struct buffer {
    struct spgemm_piece *piece;
    char *block;
    size_t bytes;
    int64_t populated;              /* entries whose pages are there */
    uint32_t *col;
    char *val;
};

struct worker {
    char *block;                    /* of scratch */
    struct spgemm_scratch scratch;
    struct spgemm_kept kept;
    struct buffer buffer[WAITING];
};

/* ---- Memory --------------------------------------------------------------------------------- */

/* Large pages from a place on behind which the rest of the last one is little beside what is used. */
static void *huge(void *p, size_t bytes)
{
    const uintptr_t start =
        ((uintptr_t)p + SMALL_PAGES + HUGE_PAGE - 1) & ~(uintptr_t)(HUGE_PAGE - 1);
    const uintptr_t end = ((uintptr_t)p + bytes) & ~(uintptr_t)(HUGE_PAGE - 1);
    if (p && end > start)
        madvise((void *)start, end - start, MADV_HUGEPAGE);
    return p;
}

/* Give *p its place behind what the block has: at 64 bytes. */
static void lay(void *p, char *block, size_t *used, size_t bytes)
{
    char *here = block ? block + *used : NULL;
    memcpy(p, &here, sizeof here);
    *used += (bytes + 63) & ~(size_t)63;
}

/* What a thread works in, in one block, zeros first; NULL: only how large that is.  *clear: bytes that must be 0. */
static size_t scratch_lay(struct spgemm_scratch *s, const struct run *x, char *block, size_t *clear)
{
    const int64_t cols = x->b->cols,
                  window = (cols < SPGEMM_WINDOW ? cols : SPGEMM_WINDOW) + SPGEMM_SLACK;
    const size_t lists = ((size_t)x->plan.longest + 1) * sizeof(struct spgemm_list);
    size_t n = 0;
    lay(&s->touched, block, &n, (size_t)window + 64);
    lay(&s->block, block, &n, (size_t)window / 8 + 128);
    lay(&s->group, block, &n, (size_t)window / 512 + 128);
    if (x->how->mask)
        lay(&s->allowed, block, &n, (size_t)cols + SPGEMM_SLACK);
    *clear = n;
    lay(&s->acc, block, &n, (size_t)window * x->size);
    lay(&s->used, block, &n, ((size_t)window / 8 + 64) * sizeof *s->used);
    lay(&s->key, block, &n, (SPGEMM_SORT + SPGEMM_SLACK) * sizeof *s->key);
    lay(&s->product, block, &n, (SPGEMM_SORT + SPGEMM_SLACK) * x->size);
    lay(&s->sum, block, &n, (SPGEMM_BATCH_ENTRIES + SPGEMM_BATCH) * SPGEMM_BATCH * x->size);
    lay(&s->slot, block, &n, 2 * SPGEMM_SORT * sizeof *s->slot);
    lay(&s->list, block, &n, lists);
    lay(&s->last_list, block, &n, lists);
    lay(&s->place, block, &n, (size_t)window * sizeof *s->place);
    lay(&s->entry, block, &n, SPGEMM_REPEAT * sizeof *s->entry);
    return n;
}

static void worker_start(struct worker *w, const struct run *x)
{
    size_t clear;
    *w = (struct worker){0};
    const size_t bytes = scratch_lay(&w->scratch, x, NULL, &clear);
    w->block = xaligned(bytes);
    mem_populate(w->block, bytes);
    scratch_lay(&w->scratch, x, w->block, &clear);
    memset(w->block, 0, clear);
    x->clear(w->scratch.acc, (int64_t)((char *)w->scratch.used - (char *)w->scratch.acc) / (int64_t)x->size);
}

static void worker_end(struct worker *w)
{
    free(w->block);
    spgemm_kept_free(&w->kept);
    for (int i = 0; i < WAITING; i++)
        free(w->buffer[i].block);
}

/* Entries a piece will likely have: its bound's share that those before it had, and some more; their pages come at once.
 * What is said of more comes page by page. */
static int64_t expected(const struct run *x, const struct spgemm_piece *p)
{
    const int64_t bound = __atomic_load_n(&x->bound, __ATOMIC_RELAXED);
    const double share = bound > 0 ? 1.25 * (double)__atomic_load_n(&x->had, __ATOMIC_RELAXED) / (double)bound : 0.25;
    return share < 1 ? (int64_t)(share * (double)p->bound) : p->bound;
}

/* Columns and values must not lie at one distance from a page: stores to both would look alike to
 * the processor's check of loads against them. */
static void buffer_fit(struct buffer *u, int64_t entries, int64_t likely, size_t size)
{
    const size_t room = ((size_t)entries + SPGEMM_SLACK + 15) & ~(size_t)15,
                 bytes = room * (4 + size) + 4096;
    if (bytes > u->bytes) {
        free(u->block);
        u->block = xaligned(bytes);
        u->bytes = bytes;
        u->populated = 0;
    }
    u->val = u->block;
    u->col = (uint32_t *)(u->block + room * size + (room * size % 4096 < 512 ? 2112 : 0));
    if (likely > u->populated) {
        mem_populate(u->val, (size_t)likely * size);
        mem_populate(u->col, (size_t)likely * sizeof *u->col);
        u->populated = likely;
    }
}

/* ---- Places --------------------------------------------------------------------------------- */

static void publish(struct run *x, struct spgemm_piece *p, int64_t n)
{
    #pragma omp critical (spgemm_places)
    {
        struct spgemm_piece *piece = x->plan.piece;
        p->n = n;
        while (x->known < x->plan.n && piece[x->known].n >= 0) {
            const int64_t k = x->known++;
            __atomic_store_n(&x->had, x->had + piece[k].n, __ATOMIC_RELAXED);
            __atomic_store_n(&x->bound, x->bound + piece[k].bound, __ATOMIC_RELAXED);
            if (k + 1 < x->plan.n)
                __atomic_store_n(&piece[k + 1].base, piece[k].base + piece[k].n, __ATOMIC_RELEASE);
        }
    }
}

static int64_t place(const struct spgemm_piece *p)
{
    return __atomic_load_n(&p->base, __ATOMIC_ACQUIRE);
}

static bool is_part(const struct run *x, const struct spgemm_piece *p)
{
    return p->first > 0 || p->past < x->b->cols;
}

/* Rows' sums become places in the whole: ptr [rows]. */
static void settle_rows(const struct run *x, int64_t *ptr, const struct spgemm_piece *p)
{
    if (!ptr)
        return;
    if (is_part(x, p)) {
        if (p->past == x->b->cols)
            ptr[p->row] = p->base + p->n;
        return;
    }
    for (int64_t i = p->row; i < p->end; i++)
        ptr[i] += p->base;
}

/* Pages of C up to entry `end` at least. */
static void populate(struct run *x, int64_t end)
{
    int64_t from = __atomic_load_n(&x->populated, __ATOMIC_RELAXED), past;
    do {
        if (end <= from)
            return;
        past = end + AT_ONCE < x->plan.bound ? end + AT_ONCE : x->plan.bound;
    } while (!__atomic_compare_exchange_n(&x->populated, &from, past, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED));
    mem_populate(x->c->col + from, (size_t)(past - from) * sizeof *x->c->col);
    mem_populate((char *)x->c->val + (size_t)from * x->size, (size_t)(past - from) * x->size);
}

/* Lines of new pages are in the caches, zeros: they are overwritten there, for less than driving them out.  So is a result
 * that fits there. */
static void copy_out(const struct run *x, void *to, const void *from, size_t bytes)
{
    if (x->cached)
        memcpy(to, from, bytes);
    else
        stream_copy(to, from, bytes);
}

static void settle(struct run *x, struct buffer *u)
{
    struct spgemm_piece *p = u->piece;
    if (x->c) {
        populate(x, p->base + p->n);
        copy_out(x, x->c->col + p->base, u->col, (size_t)p->n * sizeof *u->col);
        copy_out(x, (char *)x->c->val + (size_t)p->base * x->size, u->val, (size_t)p->n * x->size);
    }
    settle_rows(x, x->c ? x->c->ptr + 1 : x->count, p);
    u->piece = NULL;
}

/* Copy what can be; wait until at least `slots` buffers are free. */
static void settle_all(struct run *x, struct worker *w, int slots)
{
    for (;;) {
        int n = 0;
        for (int i = 0; i < WAITING; i++) {
            struct buffer *u = &w->buffer[i];
            if (u->piece && place(u->piece) >= 0)
                settle(x, u);
            n += !u->piece;
        }
        if (n >= slots)
            return;
        sched_yield();
    }
}

static struct buffer *free_buffer(struct run *x, struct worker *w)
{
    settle_all(x, w, 1);
    struct buffer *u = w->buffer;
    while (u->piece)
        u++;
    return u;
}

/* ---- Pieces --------------------------------------------------------------------------------- */

static void multiply_piece(struct run *x, struct worker *w, struct spgemm_piece *p)
{
    int64_t *ptr = x->c ? x->c->ptr + 1 : x->count, sum;
    struct spgemm_rows r = {.a = x->a,
                            .b = x->b,
                            .mask = x->how->mask,
                            .complement = x->how->complement,
                            .unsorted = x->how->unsorted,
                            .method = x->how->method,
                            .row = p->row,
                            .end = p->end,
                            .first = p->first,
                            .past = p->past,
                            .shifted = x->shifted,
                            .count = ptr && !is_part(x, p) ? ptr + p->row : &sum};
    struct buffer *u = free_buffer(x, w);
    int64_t *counts = NULL;
    if (r.count == &sum && p->end - p->row > 1)
        r.count = counts = xmalloc((size_t)(p->end - p->row) * sizeof *counts);
    if (x->keep) {
        spgemm_keep(&w->kept, x->a, x->b, p->row, p->end);
        r.a = &w->kept.m;
        r.row = 0;
        r.end = p->end - p->row;
    }
    buffer_fit(u, p->bound, expected(x, p), x->size);
    r.col = u->col;
    r.val = u->val;

    int64_t n = x->rows(&r, &w->scratch);
    n = spgemm_filter(&r, n, x->how, x->a->type);
    free(counts);
    u->piece = p;
    publish(x, p, n);
}

static void add_report(struct run *x, const struct worker *w)
{
    #pragma omp critical (spgemm_report)
    for (int m = 0; m < SPGEMM_METHODS; m++) {
        x->report.rows[m] += w->scratch.rows[m];
        x->report.by[m] += w->scratch.products[m];
    }
}

static void multiply_pieces(struct run *x)
{
    if (x->plan.n > 0)
        x->plan.piece[0].base = 0;
    #pragma omp parallel if (x->plan.n > 1)
    {
        struct worker w;
        worker_start(&w, x);
        for (int64_t k; (k = __atomic_fetch_add(&x->next, 1, __ATOMIC_RELAXED)) < x->plan.n; ) {
            settle_all(x, &w, 0);               /* what is still in the cache */
            multiply_piece(x, &w, &x->plan.piece[k]);
        }
        settle_all(x, &w, WAITING);
        add_report(x, &w);
        worker_end(&w);
    }
}

/* ---- The product ---------------------------------------------------------------------------- */

static const struct spgemm_kernels *kernels_of(enum ten_type type)
{
    return type == TEN_F32   ? ISA_PICK(spgemm_f32)
           : type == TEN_I64 ? ISA_PICK(spgemm_i64)
                             : ISA_PICK(spgemm_f64);
}

/* Values of 1 for m where the semiring looks at values that are not there. */
static void *ones_for(struct csr *m, bool used)
{
    if (!used || m->val || m->n == 0)
        return NULL;
    static const int64_t one = 1;
    const size_t size = ten_elem_size(m->type);
    char *val = xmalloc((size_t)m->n * size);
    cast(val, m->type, &one, TEN_I64, 1);
    for (int64_t k = 1; k < m->n; k++)
        memcpy(val + (size_t)k * size, val, size);
    return m->val = val;
}

/* Products of a piece, from what rows of B have on average: the same for any number of threads. */
static int64_t piece_size(const struct csr *a, const struct csr *b)
{
    const double products = b->rows > 0 ? (double)a->n * (double)b->n / (double)b->rows : 0;
    const double size = fmax(products / PIECES, fmin(products / FEW, PIECE));
    return (int64_t)fmax(SMALL_PIECE, fmin(size, LARGE_PIECE));
}

static void run_start(struct run *x, enum ten_type type, enum semiring s)
{
    x->rows = kernels_of(type)->of[s].rows;
    x->clear = kernels_of(type)->of[s].clear;
    x->size = ten_elem_size(type);
    x->shifted = xcalloc((size_t)x->b->rows, 1);
    /* Rows in parts cannot be compared as a whole. */
    spgemm_plan(&x->plan, x->a, x->b, piece_size(x->a, x->b), x->how->topk == 0);
    /* Rows of a mask have the numbers that those of A have. */
    x->keep = !x->how->mask && KEPT * x->plan.kept < x->a->n;
    x->report.products = x->plan.products;
    x->report.bound = x->plan.bound;
}

static void run_end(struct run *x)
{
    spgemm_plan_free(&x->plan);
    free(x->shifted);
}

static int64_t entries(const struct spgemm_plan *p)
{
    return p->n > 0 ? p->piece[p->n - 1].base + p->piece[p->n - 1].n : 0;
}

/* Address space for the bound; pages come with the entries.  false: there is not so much. */
static bool reserve(struct csr *c, int64_t bound, size_t size)
{
    const size_t room = (size_t)bound + SPGEMM_SLACK + CSR_AHEAD;
    if (bound > INT64_MAX / 16)
        return false;
    c->col = huge(malloc(room * sizeof *c->col), room * sizeof *c->col);
    c->val = huge(malloc(room * size), room * size);
    if (c->col && c->val)
        return true;
    free(c->col);
    free(c->val);
    return false;
}

static void trim(struct csr *c, size_t size)
{
    c->col = xrealloc(c->col, ((size_t)c->n + CSR_AHEAD) * sizeof *c->col);
    memset(c->col + c->n, 0, CSR_AHEAD * sizeof *c->col);
    c->val = xrealloc(c->val, (size_t)c->n * size + SPGEMM_SLACK);
}

void spgemm(struct csr *c, const struct csr *a, const struct csr *b, const struct spgemm *how,
            struct spgemm_report *report)
{
    const enum semiring ring = semiring_without(how->semiring, a->val, b->val);
    struct csr left = *a, right = *b;
    void *ones[] = {ones_for(&left, semiring_uses_a(ring)),
                    ones_for(&right, semiring_uses_b(ring))};
    struct run x = {.c = c, .a = &left, .b = &right, .how = how};
    right.val = right.val ? right.val : right.col;      /* not looked at, but computed with */
    *c = (struct csr){.rows = a->rows, .cols = b->cols, .type = a->type};
    run_start(&x, a->type, ring);
    c->ptr = xmalloc(((size_t)c->rows + 1) * sizeof *c->ptr);
    c->ptr[0] = 0;
    if (!reserve(c, x.plan.bound, x.size) &&
        !reserve(c, spgemm_count(a, b, how, NULL), x.size))
        xmalloc(SIZE_MAX / 2);                      /* says so and ends */
    x.cached = x.plan.bound < FITS || !mem_is_there((char *)c->val + x.plan.bound / PROBE * (int64_t)x.size);
    multiply_pieces(&x);
    c->n = entries(&x.plan);
    trim(c, x.size);
    run_end(&x);
    free(ones[0]);
    free(ones[1]);
    if (report)
        *report = x.report;
}

int64_t spgemm_count(const struct csr *a, const struct csr *b, const struct spgemm *how,
                     int64_t *count)
{
    const struct spgemm structure = {.semiring = SEMIRING_any_pair,
                                     .mask = how->mask,
                                     .complement = how->complement,
                                     .method = how->method};
    struct csr right = *b;
    struct run x = {.count = count, .a = a, .b = &right, .how = &structure};
    right.val = right.col;
    run_start(&x, TEN_F32, SEMIRING_any_pair);
    multiply_pieces(&x);
    const int64_t n = entries(&x.plan);
    run_end(&x);
    return n;
}
