#include "accel/sparch_feed.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

/* Where the matrices lie: far enough from each other that no two share a burst. */
enum { BASE_BITS = 50 };
#define BASE_A  ((int64_t)0)
#define BASE_B  ((int64_t)1 << BASE_BITS)
#define BASE_PA ((int64_t)2 << BASE_BITS)
#define BASE_PB ((int64_t)3 << BASE_BITS)

void sparch_feed_init(struct sparch_feed *f, const struct sparch_job *j, struct sparch_dram *d,
                      struct sparch_tree *t)
{
    const int64_t n = j->stream->n;
    int64_t ring = 1;
    *f = (struct sparch_feed){.j = j, .dram = d, .tree = t};
    while (ring < n && ring <= (int64_t)j->par->ahead)
        ring *= 2;
    f->ready_mask = ring - 1;
    f->ready = xcalloc((size_t)ring, sizeof *f->ready);
    f->row_ready = xcalloc((size_t)j->b->rows + 1, sizeof *f->row_ready);
    f->lane = xcalloc((size_t)t->ways, sizeof *f->lane);
    f->link = xmalloc(((size_t)n + 1) * sizeof *f->link);
    f->multiplied = xcalloc((size_t)n + 1, sizeof *f->multiplied);
    f->busy = xcalloc((size_t)t->ways / 64 + 1, sizeof *f->busy);
}

void sparch_feed_free(struct sparch_feed *f)
{
    sparch_flight_free(&f->a_flight);
    sparch_flight_free(&f->pointer_flight);
    free(f->ready);
    free(f->row_ready);
    free(f->lane);
    free(f->link);
    free(f->multiplied);
    free(f->busy);
}

void sparch_feed_start(struct sparch_feed *f, int64_t round)
{
    const struct sparch_stream *s = f->j->stream;
    f->round = round;
    f->end = s->start[round + 1];
    f->leaves = f->j->plan->round[round].leaves;
    memset(f->lane, 0, (size_t)f->tree->ways * sizeof *f->lane);
    for (int64_t k = s->start[round]; k < f->end; k++)
        sparch_feed_lane(f, k)->to_come++;
}

/* ---- Column fetcher ---------------------------------------------------------------------- */

/* Pointers of A come by rows, ahead of the entries: whether those that entry k needs have been
 * asked for. */
static bool ask_pointers(struct sparch_feed *f, int64_t upto, int64_t now)
{
    const int64_t block = (int64_t)f->j->par->interleave;
    while (f->a_pointers < upto) {
        const int64_t left = block - f->a_pointers % block,
                      n = upto - f->a_pointers < left ? upto - f->a_pointers : left;
        int64_t done;
        if (!sparch_dram_ask(f->dram, BASE_PA + f->a_pointers, n, now, &done))
            return false;
        f->a_pointers += n;
        f->bytes.pointers += n;
    }
    return true;
}

static bool pointers_of_a(struct sparch_feed *f, int64_t now)
{
    const int64_t each = (int64_t)f->j->par->pointer_bytes;
    const struct sparch_stream *s = f->j->stream;
    for (; each > 0 && f->a_round < f->j->plan->rounds; f->a_round++, f->a_pointers = 0) {
        const int64_t all = each * sparch_pointers_of_a(f->j, f->a_round);
        const bool within = f->asked < s->start[f->a_round + 1];
        /* Whole blocks, so that rows share requests. */
        const int64_t block = (int64_t)f->j->par->interleave;
        const int64_t need = f->j->plan->condensed && within
                                 ? (each * (s->row[f->asked] + 2) + block - 1) / block * block
                                 : all;
        if (!ask_pointers(f, need < all ? need : all, now))
            return false;
        if (within)
            return true;
    }
    return true;
}

/* Entries that follow each other in A and begin in one block are one request. */
static bool ask_entries(struct sparch_feed *f, int64_t room, int64_t now)
{
    const struct sparch_stream *s = f->j->stream;
    const int64_t size = (int64_t)f->j->par->csr_bytes, block = (int64_t)f->j->par->interleave;
    const int64_t first = s->entry[f->asked], number = first * size / block;
    int64_t n = 1, done;
    while (n < room && f->asked + n < s->n && s->entry[f->asked + n] == first + n &&
           (first + n) * size / block == number)
        n++;
    if (!sparch_dram_ask(f->dram, BASE_A + first * size, n * size, now, &done))
        return false;
    sparch_flight_add(&f->a_flight, done, n);
    f->asked += n;
    f->bytes.a += n * size;
    return true;
}

bool sparch_feed_fetch(struct sparch_feed *f, int64_t now)
{
    const int64_t before = f->asked + f->bytes.pointers;
    for (int64_t i = 0; i < f->dram->channels; i++) {
        const int64_t room = (int64_t)f->j->par->lookahead - (f->asked - f->fetched);
        if (!pointers_of_a(f, now) || f->asked == f->j->stream->n || room <= 0 ||
            !ask_entries(f, room, now))
            break;
    }
    return f->asked + f->bytes.pointers > before;
}

/* ---- Row prefetcher ---------------------------------------------------------------------- */

static void ask_row_pointers(struct sparch_feed *f, int64_t now)
{
    const int64_t each = (int64_t)f->j->par->pointer_bytes;
    for (; f->pointed < f->arrived; f->pointed++) {
        int64_t done = now;
        if (each > 0 && sparch_reads_pointers(f->j, f->pointed)) {
            if (!sparch_dram_ask(f->dram, BASE_PB + each * sparch_feed_row(f, f->pointed), 2 * each,
                                 now, &done))
                break;
            f->bytes.pointers += 2 * each;
        }
        sparch_flight_add(&f->pointer_flight, done, 1);
    }
}

bool sparch_feed_arrive(struct sparch_feed *f, int64_t now)
{
    const int64_t before = f->arrived + f->pointed + f->entered;
    f->arrived += sparch_flight_land(&f->a_flight, now);
    ask_row_pointers(f, now);
    f->entered += sparch_flight_land(&f->pointer_flight, now);
    return f->arrived + f->pointed + f->entered > before;
}

/* Ask for the next piece of the row that entry k lacks: false when that is not possible now. */
static bool ask_piece(struct sparch_feed *f, int64_t k, int64_t now)
{
    const int64_t size = (int64_t)f->j->par->csr_bytes, block = f->dram->interleave,
                  j = sparch_feed_row(f, k);
    const int64_t end = size * f->j->b->ptr[j + 1],
                  first = end - size * f->j->fetches->elems[k] + f->piece;
    const int64_t left = block - first % block, n = end - first < left ? end - first : left;
    int64_t done, *ready = &f->ready[k & f->ready_mask];
    if (!sparch_dram_ask(f->dram, BASE_B + first, n, now, &done))
        return false;
    *ready = done > *ready ? done : *ready;
    f->bytes.b += n;
    f->piece += n;
    if (first + n == end) {
        f->row_ready[j] = *ready;
        f->piece = 0;
        f->fetched++;
    }
    return true;
}

bool sparch_feed_prefetch(struct sparch_feed *f, int64_t now)
{
    const int64_t ahead = (int64_t)f->j->par->ahead;
    bool acted = false;
    f->no_entries = f->no_memory = f->must_evict = false;
    for (int64_t i = 0; i < (int64_t)f->j->par->fetchers && f->fetched < f->end; i++) {
        const int64_t k = f->fetched;
        f->no_entries = k == f->entered;
        f->must_evict = !f->no_entries && f->j->fetches->after[k] >= f->done;
        f->no_memory = k - f->dispatched >= ahead;
        if (f->no_entries || f->must_evict || f->no_memory)
            break;
        if (f->piece == 0)
            f->ready[k & f->ready_mask] = f->j->fetches->elems[k] < sparch_feed_length(f, k)
                                              ? f->row_ready[sparch_feed_row(f, k)]
                                              : 0;
        if (f->j->fetches->elems[k] == 0)
            f->fetched++;
        else if ((f->no_memory = !ask_piece(f, k, now)))
            break;
        acted = true;
    }
    return acted;
}

/* ---- What comes -------------------------------------------------------------------------- */

/* Entries come by rows and in a row by inputs: an input that the next one has passed is done with
 * that row. */
void sparch_feed_futures(struct sparch_feed *f)
{
    const uint64_t row = f->dispatched < f->end ? f->j->stream->row[f->dispatched] : 0;
    const int64_t next = f->dispatched < f->end ? sparch_feed_lane(f, f->dispatched) - f->lane : 0;
    for (int64_t i = 0; i < f->leaves; i++) {
        const struct sparch_lane *l = &f->lane[i];
        uint64_t key = SPARCH_END;
        if (l->waiting > 0)
            key = (uint64_t)f->j->stream->row[l->head] << 32 | f->j->b->col[l->at];
        else if (l->to_come > 0)
            key = (row + (i < next)) << 32;
        f->tree->future[f->tree->ways + i] = key;
    }
}

bool sparch_feed_all_read(const struct sparch_feed *f)
{
    return f->entered == f->j->stream->n &&
           (f->j->par->pointer_bytes == 0 || f->a_round == f->j->plan->rounds);
}

int64_t sparch_feed_wake(const struct sparch_feed *f, int64_t now)
{
    const int64_t a = sparch_flight_next(&f->a_flight), p = sparch_flight_next(&f->pointer_flight);
    int64_t wake = a < p ? a : p;
    if (f->dispatched < f->fetched) {
        const int64_t row = f->ready[f->dispatched & f->ready_mask];
        wake = row > now && row < wake ? row : wake;
    }
    return wake;
}
