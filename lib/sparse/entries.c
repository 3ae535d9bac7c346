#include "sparse/entries.h"

#include "base/mem.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { HUGE_PAGE = 2 << 20 };

/* Filling memory for the first time costs as much as parsing what goes there, and with large pages
 * 0.6 of it (measured on a virtual machine). */
static struct entry *new_list(int64_t n)
{
    const size_t bytes = (size_t)n * sizeof(struct entry);
    void *e;

    if (bytes < HUGE_PAGE || posix_memalign(&e, HUGE_PAGE, bytes) != 0)
        return xmalloc(bytes);          /* which reports it when there is no memory */
    madvise(e, bytes, MADV_HUGEPAGE);
    return e;
}

void entries_alloc(struct entries *s, int64_t n)
{
    s->n = n;
    s->spare = NULL;
    s->e = new_list(n);
}

void entries_resize(struct entries *s, int64_t n)
{
    free(s->spare);
    s->spare = NULL;
    s->n = n;
    s->e = xrealloc(s->e, (size_t)n * sizeof *s->e);
}

void entries_free(struct entries *s)
{
    free(s->e);
    free(s->spare);
    s->e = s->spare = NULL;
}

/* ---- Sorting -------------------------------------------------------------------------------
 * Counting sort by column, then by row.  Numbers are cut into digits of at most 11 bits, so that
 * counters and open cache lines stay in the L1 cache, and the time does not depend on the dims.
 * The list is moved in parts, side by side; the parts' counters follow each other digit by digit,
 * which keeps the sort stable: its result is one, whatever the number of parts and threads. */

enum { DIGIT = 11, BUCKETS = 1 << DIGIT, PARTS = 16, SMALL = 1 << 16 };

struct pass {
    const struct entry *from;
    struct entry *to;
    int64_t n;
    bool by_row;
    int shift;
    unsigned mask;
};

static unsigned bucket(const struct pass *p, const struct entry *e)
{
    return (unsigned)((p->by_row ? e->row : e->col) >> p->shift) & p->mask;
}

static void count(const struct pass *p, int64_t first, int64_t end, int64_t *counts)
{
    memset(counts, 0, BUCKETS * sizeof *counts);
    for (int64_t k = first; k < end; k++)
        counts[bucket(p, &p->from[k])]++;
}

static void starts(int64_t (*counts)[BUCKETS], int parts)
{
    int64_t sum = 0;

    for (int b = 0; b < BUCKETS; b++)
        for (int t = 0; t < parts; t++) {
            const int64_t c = counts[t][b];

            counts[t][b] = sum;
            sum += c;
        }
}

static void run_pass(const struct pass *p, int64_t (*counts)[BUCKETS], int parts)
{
    #pragma omp parallel for schedule(static)
    for (int t = 0; t < parts; t++)
        count(p, p->n / parts * t, t == parts - 1 ? p->n : p->n / parts * (t + 1), counts[t]);
    starts(counts, parts);
    #pragma omp parallel for schedule(static)
    for (int t = 0; t < parts; t++) {
        const int64_t end = t == parts - 1 ? p->n : p->n / parts * (t + 1);

        for (int64_t k = p->n / parts * t; k < end; k++)
            p->to[counts[t][bucket(p, &p->from[k])]++] = p->from[k];
    }
}

static bool sorted(const struct entries *s)
{
    bool ok = true;

    #pragma omp parallel for reduction(&&:ok)
    for (int64_t k = 1; k < s->n; k++)
        ok = ok && (s->e[k - 1].row < s->e[k].row ||
                    (s->e[k - 1].row == s->e[k].row && s->e[k - 1].col <= s->e[k].col));
    return ok;
}

static int bits(int64_t dim)
{
    return dim > 1 ? 64 - __builtin_clzll((uint64_t)dim - 1) : 0;
}

void entries_sort(struct entries *s)
{
    const int parts = s->n < SMALL ? 1 : PARTS;

    if (sorted(s))
        return;
    if (!s->spare)
        s->spare = new_list(s->n);

    int64_t (*counts)[BUCKETS] = xmalloc((size_t)parts * sizeof *counts);
    for (int by_row = 0; by_row < 2; by_row++) {
        const int all = bits(by_row ? s->rows : s->cols), passes = (all + DIGIT - 1) / DIGIT;
        const int width = passes ? (all + passes - 1) / passes : 0;

        for (int i = 0; i < passes; i++) {
            run_pass(&(struct pass){.from = s->e, .to = s->spare, .n = s->n, .by_row = by_row,
                                    .shift = i * width, .mask = (1u << width) - 1}, counts, parts);
            struct entry *was = s->e;
            s->e = s->spare;
            s->spare = was;
        }
    }
    free(counts);
}

/* ---- Entries that stand more than once ----------------------------------------------------- */

static bool merge_into(struct entry *to, const struct entry *from, enum dup how, bool whole)
{
    switch (how) {
    case DUP_SUM:
        if (whole)
            return !__builtin_add_overflow(to->v.i, from->v.i, &to->v.i);
        to->v.f += from->v.f;
        return true;
    case DUP_MIN:
        if (whole ? from->v.i < to->v.i : from->v.f < to->v.f)
            to->v = from->v;
        return true;
    case DUP_LAST:
        to->v = from->v;
        return true;
    default:
        return false;
    }
}

int entries_merge(struct entries *s, enum dup how, struct entry *at)
{
    int64_t n = 0;

    if (how == DUP_KEEP)
        return 0;
    for (int64_t k = 0; k < s->n; k++) {
        const struct entry *e = &s->e[k];
        struct entry *last = n > 0 ? &s->e[n - 1] : NULL;

        if (!last || last->row != e->row || last->col != e->col) {
            s->e[n++] = *e;
        } else if (!merge_into(last, e, how, s->whole)) {
            *at = *e;
            return -1;
        }
    }
    s->n = n;
    return 0;
}

/* ---- Writing ------------------------------------------------------------------------------- */

struct group { struct ten_writer *out; char attrs[256]; int64_t number; };

static int put(struct group *g, const char *name, enum ten_type type, const void *data, int64_t n,
               struct ten_err *e)
{
    const struct ten_record rec = {.name = name, .type = type, .shape = {.rank = 1, .dim = {n}},
                                   .data = data, .group = g->number, .group_attrs = g->attrs};

    return ten_write(g->out, &rec, e);
}

static int put_pointers(struct group *g, const struct entries *s, struct ten_err *e)
{
    int64_t *ptr = xcalloc((size_t)s->rows + 1, sizeof *ptr);

    for (int64_t k = 0; k < s->n; k++)
        ptr[s->e[k].row + 1]++;
    for (int64_t r = 0; r < s->rows; r++)
        ptr[r + 1] += ptr[r];
    const int rc = put(g, "indptr", TEN_I64, ptr, s->rows + 1, e);
    free(ptr);
    return rc;
}

static int put_indices(struct group *g, const char *name, const struct entries *s, bool rows, void *buffer,
                       struct ten_err *e)
{
    const bool narrow = (rows ? s->rows : s->cols) <= (int64_t)1 << 31;

    for (int64_t k = 0; k < s->n; k++) {
        const int64_t v = rows ? s->e[k].row : s->e[k].col;

        if (narrow)
            ((int32_t *)buffer)[k] = (int32_t)v;
        else
            ((int64_t *)buffer)[k] = v;
    }
    return put(g, name, narrow ? TEN_I32 : TEN_I64, buffer, s->n, e);
}

static int put_values(struct group *g, const struct entries *s, const struct form *f, void *buffer,
                      struct ten_err *e)
{
    for (int64_t k = 0; k < s->n; k++) {
        const struct entry *x = &s->e[k];

        if (f->type == TEN_I64)
            ((int64_t *)buffer)[k] = x->v.i;
        else if (f->type == TEN_F64)
            ((double *)buffer)[k] = s->whole ? (double)x->v.i : x->v.f;
        else
            ((float *)buffer)[k] = s->whole ? (float)x->v.i : (float)x->v.f;
    }
    return put(g, f->values, f->type, buffer, s->n, e);
}

int entries_write(struct ten_writer *out, const struct entries *s, const struct form *f, int64_t group,
                  struct ten_err *e)
{
    void *buffer = xmalloc((size_t)s->n * 8);
    struct group g = {.out = out, .number = group};
    int rc;

    snprintf(g.attrs, sizeof g.attrs, "{\"kind\":\"%s\",\"shape\":[%" PRId64 ",%" PRId64 "],"
             "\"symmetry\":\"%s\"}", f->coo ? "coo" : "csr", s->rows, s->cols, f->symmetry);
    rc = f->coo ? put_indices(&g, "row", s, true, buffer, e) : put_pointers(&g, s, e);
    if (rc == 0)
        rc = put_indices(&g, f->coo ? "col" : "indices", s, false, buffer, e);
    if (rc == 0)
        rc = put_values(&g, s, f, buffer, e);
    free(buffer);
    return rc;
}
