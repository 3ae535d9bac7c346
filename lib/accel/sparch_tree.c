#include "accel/sparch_tree.h"

#include "base/mem.h"

#include <stdlib.h>

enum { FIRST_RING = 64 };

void sparch_fifo_push(struct sparch_fifo *f, struct sparch_elem e)
{
    if (f->count > f->mask) {
        const int64_t room = f->e ? 2 * (f->mask + 1) : FIRST_RING;
        struct sparch_elem *ring = xmalloc((size_t)room * sizeof *ring);
        for (int64_t i = 0; i < f->count; i++)
            ring[i] = *sparch_fifo_at(f, i);
        free(f->e);
        f->e = ring;
        f->head = 0;
        f->mask = room - 1;
    }
    f->e[(f->head + f->count++) & f->mask] = e;
}

void sparch_tree_init(struct sparch_tree *t, const struct sparch_params *p, bool drop_zeros)
{
    *t = (struct sparch_tree){.levels = (int)p->levels,
                              .ways = sparch_ways(p),
                              .width = (int64_t)p->width,
                              .drop_zeros = drop_zeros};
    t->fifo = xcalloc((size_t)(2 * t->ways), sizeof *t->fifo);
    t->future = xcalloc((size_t)(2 * t->ways), sizeof *t->future);
    t->turn = xcalloc((size_t)t->levels, sizeof *t->turn);
    for (int64_t i = 0; i < 2 * t->ways; i++) {
        t->fifo[i].limit = (int64_t)(i == 1 ? p->writer_fifo : p->node_fifo);
        t->fifo[i].mask = -1;
    }
}

void sparch_tree_free(struct sparch_tree *t)
{
    for (int64_t i = 0; i < 2 * t->ways; i++)
        free(t->fifo[i].e);
    free(t->fifo);
    free(t->future);
    free(t->turn);
    *t = (struct sparch_tree){0};
}

void sparch_tree_start(struct sparch_tree *t, int64_t inputs)
{
    t->inputs = inputs;
    for (int64_t i = 1; i < 2 * t->ways; i++) {
        t->fifo[i].head = t->fifo[i].count = 0;
        t->future[i] = i >= t->ways && i < t->ways + inputs ? 0 : SPARCH_END;
    }
    for (int l = 0; l < t->levels; l++)
        t->turn[l] = 0;
}

/* No smaller key will leave this fifo. */
static uint64_t next_key(const struct sparch_tree *t, int64_t i)
{
    return t->fifo[i].count > 0 ? t->fifo[i].e[t->fifo[i].head].key : t->future[i];
}

/* Nodes of a level that have an input in use. */
static int64_t nodes_in_use(const struct sparch_tree *t, int level)
{
    const int64_t below = t->ways >> level;
    return (t->inputs + below - 1) / below;
}

static void look_ahead(struct sparch_tree *t)
{
    for (int level = t->levels - 1; level >= 0; level--) {
        const int64_t first = (int64_t)1 << level, n = nodes_in_use(t, level);
        for (int64_t i = first; i < first + n; i++) {
            const uint64_t a = next_key(t, 2 * i), b = next_key(t, 2 * i + 1);
            t->future[i] = a < b ? a : b;
        }
    }
}

/* How many elements one side lets pass at least when the other has n: n, or more. */
static int64_t passable(const struct sparch_tree *t, int64_t i, int64_t all)
{
    return t->future[i] == SPARCH_END ? all : t->fifo[i].count;
}

/* Elements that node i can take now, at most width; a lower estimate, but not 0 when it can take
 * any. */
static int64_t available(const struct sparch_tree *t, int64_t i)
{
    const struct sparch_fifo *a = &t->fifo[2 * i], *b = a + 1;
    const int64_t all = a->count + b->count;
    if (all == 0)
        return 0;
    int64_t n;
    if (a->count > 0 && b->count > 0) {
        const int64_t x = passable(t, 2 * i, all), y = passable(t, 2 * i + 1, all);
        n = x < y ? x : y;
    } else {
        const struct sparch_fifo *f = a->count > 0 ? a : b;
        const uint64_t other = t->future[a->count > 0 ? 2 * i + 1 : 2 * i];
        if (sparch_fifo_at(f, 0)->key >= other)
            return 0;
        n = sparch_fifo_at(f, f->count - 1)->key < other ? f->count : 1;
    }
    return n < t->width ? n : t->width;
}

/* The node of a level to serve, 0 none: of those that can take `width` elements the one whose
 * output is emptiest, else the one that can take most; of equal ones in turn. */
static int64_t choose(struct sparch_tree *t, int level)
{
    const int64_t first = (int64_t)1 << level, n = nodes_in_use(t, level);
    int64_t best = 0, most = INT64_MIN;
    int64_t i = first + (t->turn[level] < n ? t->turn[level] : 0);
    for (int64_t k = 0; k < n; k++, i = i + 1 == first + n ? first : i + 1) {
        const struct sparch_fifo *out = &t->fifo[i];
        if (!sparch_has_room(t, out))
            continue;
        const int64_t can = available(t, i), score = can == t->width ? INT64_MAX - out->count : can;
        if (can > 0 && score > most) {
            most = score;
            best = i;
        }
    }
    if (best)
        t->turn[level] = (int)(best - first + 1);
    return best;
}

static void add_pair(struct sparch_tree *t, struct sparch_fifo *out, const struct sparch_elem *a,
                     const struct sparch_elem *b)
{
    const struct sparch_elem sum = {a->key, a->v + b->v};
    t->additions++;
    if (t->drop_zeros && sum.v == 0)
        t->dropped++;
    else
        sparch_fifo_push(out, sum);
}

/* Up to width elements; of two that are added the second one counts as well. */
static void merge(struct sparch_tree *t, int64_t i)
{
    struct sparch_fifo *a = &t->fifo[2 * i], *b = a + 1, *out = &t->fifo[i];
    const int64_t room = out->limit - out->count, most = room < t->width ? room : t->width,
                  before = out->count;
    int64_t n = 0;
    while (n < most) {
        const uint64_t x = next_key(t, 2 * i), y = next_key(t, 2 * i + 1);
        if (x == y && a->count > 0 && b->count > 0) {
            if (n > 0 && n + 2 > t->width)
                break;
            add_pair(t, out, sparch_fifo_at(a, 0), sparch_fifo_at(b, 0));
            sparch_fifo_drop(a, 1);
            sparch_fifo_drop(b, 1);
            n += 2;
        } else {
            struct sparch_fifo *from = x < y ? a : b;
            if (x == y || from->count == 0)
                break;
            sparch_fifo_push(out, *sparch_fifo_at(from, 0));
            sparch_fifo_drop(from, 1);
            n++;
        }
    }
    t->taken += n;
    t->given += out->count - before;
}

bool sparch_tree_step(struct sparch_tree *t)
{
    const bool had_ended = sparch_tree_ended(t);
    look_ahead(t);
    bool acted = sparch_tree_ended(t) != had_ended;
    for (int level = 0; level < t->levels; level++) {
        const int64_t i = choose(t, level);
        if (i)
            merge(t, i);
        acted |= i != 0;
        if (level == 0) {
            t->blocked = !i && !sparch_has_room(t, &t->fifo[1]);
            t->starved = !i && !t->blocked;
        }
    }
    return acted;
}
