#include "accel/sparch_prefetch.h"

#include "base/mem.h"

#include <stdlib.h>

enum { NEVER = -1 };
#define FAR INT64_MAX

/* last: by what rows of equal next use are ordered, used: the last entry that asked for it. */
/* place in the heap, -1: it may not leave */
struct row { int64_t next, last, used, lines; int64_t place; };

struct buffer {
    const struct csr *b;
    int64_t size, free, line_elems;
    enum sparch_policy policy;
    struct row *row;                /* [rows of B] */
    uint32_t *heap;                 /* rows that may leave, the first to do so on top */
    int64_t n;
    /* [n] row that each entry asked for, to find the oldest that may not leave */
    const uint32_t *asked;
    int64_t held;                   /* rows used by this entry or a later one may not leave */
};

/* ---- The order in which rows leave ------------------------------------------------------- */

/* For fifo, last is when the row came. */
static bool leaves_before(const struct buffer *f, uint32_t x, uint32_t y)
{
    const struct row *a = &f->row[x], *b = &f->row[y];
    if (a->next != b->next)
        return a->next > b->next;
    return a->last < b->last;
}

static void put(struct buffer *f, int64_t at, uint32_t j)
{
    f->heap[at] = j;
    f->row[j].place = at;
}

static void settle(struct buffer *f, int64_t at)
{
    const uint32_t j = f->heap[at];
    for (; at > 0 && leaves_before(f, j, f->heap[(at - 1) / 2]); at = (at - 1) / 2)
        put(f, at, f->heap[(at - 1) / 2]);
    for (int64_t c; (c = 2 * at + 1) < f->n; at = c) {
        c += c + 1 < f->n && leaves_before(f, f->heap[c + 1], f->heap[c]);
        if (!leaves_before(f, f->heap[c], j))
            break;
        put(f, at, f->heap[c]);
    }
    put(f, at, j);
}

static void take_out(struct buffer *f, uint32_t j)
{
    const int64_t at = f->row[j].place;
    f->row[j].place = -1;
    if (at < --f->n) {
        put(f, at, f->heap[f->n]);
        settle(f, at);
    }
}

static void put_in(struct buffer *f, uint32_t j)
{
    put(f, f->n++, j);
    settle(f, f->n - 1);
}

/* ---- Requests ---------------------------------------------------------------------------- */

static int64_t row_length(const struct csr *b, uint32_t j)
{
    return b->ptr[j + 1] - b->ptr[j];
}

/* Rows that were used long enough ago may leave from now on. */
static void release(struct buffer *f, int64_t before)
{
    for (; f->held < before; f->held++) {
        const uint32_t j = f->asked[f->held];
        if (f->row[j].lines > 0 && f->row[j].used == f->held)
            put_in(f, j);
    }
}

/* Free `need` lines; the last use of those that leave.  Where all that is left may not leave, the
 * oldest does. */
static int64_t make_room(struct buffer *f, int64_t need, bool evict_lines)
{
    int64_t after = NEVER;
    while (f->free < need) {
        while (f->n == 0)
            release(f, f->held + 1);
        const uint32_t victim = f->heap[0];
        struct row *v = &f->row[victim];
        const int64_t lines = evict_lines && v->lines > need - f->free ? need - f->free : v->lines;
        after = v->used > after ? v->used : after;
        f->free += lines;
        v->lines -= lines;
        if (v->lines == 0)
            take_out(f, victim);
    }
    return after;
}

/* Entry p asks for row j: elements to read. */
static int64_t request(struct buffer *f, uint32_t j, int64_t p, int64_t next, bool evict_lines,
                       int64_t *after)
{
    struct row *r = &f->row[j];
    const int64_t length = row_length(f->b, j),
                  lines = (length + f->line_elems - 1) / f->line_elems;
    const bool kept = r->lines > 0;
    int64_t read = 0;
    *after = NEVER;
    if (lines > f->size)
        return length;
    if (r->place >= 0)
        take_out(f, j);
    r->used = p;                        /* it must not leave for itself */
    if (r->lines < lines) {
        *after = make_room(f, lines - r->lines, evict_lines);
        f->free -= lines - r->lines;
        read = length - r->lines * f->line_elems;
        r->lines = lines;
    }
    if (lines > 0) {
        if (f->policy != SPARCH_FIFO || !kept)
            r->last = p;
        r->next = next;
    }
    return read;
}

/* Next entry of the stream with the same row of B; FAR when there is none. */
static int64_t *next_uses(const uint32_t *asked, int64_t n, int64_t rows)
{
    int64_t *next = xmalloc(((size_t)n + 1) * sizeof *next),
            *seen = xmalloc(((size_t)rows + 1) * sizeof *seen);
    for (int64_t j = 0; j < rows; j++)
        seen[j] = FAR;
    for (int64_t p = n - 1; p >= 0; p--) {
        next[p] = seen[asked[p]];
        seen[asked[p]] = p;
    }
    free(seen);
    return next;
}

/* How far the policy sees. */
static int64_t sight(enum sparch_policy policy, const struct sparch_params *par)
{
    return policy == SPARCH_LOOKAHEAD ? (int64_t)par->lookahead
           : policy == SPARCH_BELADY  ? FAR / 2
                                      : 0;
}

/* Entry p met a row of `length` elements and read `read` of them. */
static void count_fetch(struct sparch_fetches *f, int64_t p, int64_t length, int64_t read,
                        int64_t line_elems)
{
    const int64_t lines = (length + line_elems - 1) / line_elems;
    f->elems[p] = (uint32_t)read;
    f->fetched += read;
    f->requests += length > 0;
    f->hits += length > 0 && read == 0;
    f->lines += lines;
    f->line_hits += lines - (read + line_elems - 1) / line_elems;
}

static void with_buffer(struct sparch_fetches *f, struct buffer *buf, int64_t n, int64_t depth,
                        int64_t pinned, bool evict_lines)
{
    int64_t *next = next_uses(buf->asked, n, buf->b->rows), seen = 0;
    for (int64_t p = 0; p < n; p++) {
        for (; depth > 0 && seen < n && seen <= p + depth; seen++) {
            const uint32_t j = buf->asked[seen];
            struct row *r = &buf->row[j];
            if (r->lines > 0 && r->next == FAR && seen > p) {
                r->next = seen;
                if (r->place >= 0)
                    settle(buf, r->place);
            }
        }
        release(buf, p - pinned);
        const uint32_t j = buf->asked[p];
        const int64_t use = depth > 0 && next[p] - p <= depth ? next[p] : FAR;
        count_fetch(f, p, row_length(buf->b, j), request(buf, j, p, use, evict_lines, &f->after[p]),
                    buf->line_elems);
    }
    free(next);
}

/* Every entry reads its row, or without condensing every leaf its only one, once. */
static void without_buffer(struct sparch_fetches *f, const struct sparch_stream *s,
                           const struct sparch_plan *p, const struct csr *a, const struct csr *b,
                           int64_t line_elems, bool rows_stay)
{
    bool *there = xcalloc((size_t)p->leaves + 1, sizeof *there);
    for (int64_t k = 0; k < s->n; k++) {
        const int64_t e = s->entry[k], length = row_length(b, a->col[e]);
        const int64_t read = rows_stay && there[p->leaf[e]] ? 0 : length;
        there[p->leaf[e]] = true;
        f->after[k] = NEVER;
        count_fetch(f, k, length, read, line_elems);
    }
    free(there);
}

void sparch_prefetch(struct sparch_fetches *f, const struct sparch_stream *s,
                     const struct sparch_plan *p, const struct csr *a, const struct csr *b,
                     const struct sparch_params *par, enum sparch_policy policy, bool evict_lines)
{
    *f = (struct sparch_fetches){0};
    f->elems = xmalloc(((size_t)s->n + 1) * sizeof *f->elems);
    f->after = xmalloc(((size_t)s->n + 1) * sizeof *f->after);
    if (policy == SPARCH_NO_BUFFER) {
        without_buffer(f, s, p, a, b, (int64_t)par->line_elems, !p->condensed);
        return;
    }
    struct buffer buf = {.b = b, .size = (int64_t)par->lines, .free = (int64_t)par->lines,
                         .line_elems = (int64_t)par->line_elems, .policy = policy};
    uint32_t *asked = xmalloc(((size_t)s->n + 1) * sizeof *asked);
    buf.row = xmalloc(((size_t)b->rows + 1) * sizeof *buf.row);
    buf.heap = xmalloc(((size_t)b->rows + 1) * sizeof *buf.heap);
    buf.asked = asked;
    for (int64_t j = 0; j < b->rows; j++)
        buf.row[j] = (struct row){.next = FAR, .place = -1};
    for (int64_t k = 0; k < s->n; k++)
        asked[k] = a->col[s->entry[k]];
    with_buffer(f, &buf, s->n, sight(policy, par), (int64_t)par->pinned, evict_lines);
    free(buf.row);
    free(buf.heap);
    free(asked);
}

void sparch_fetches_free(struct sparch_fetches *f)
{
    free(f->elems);
    free(f->after);
    *f = (struct sparch_fetches){0};
}
