/* The part of the feed behind the row prefetcher: entries whose row has come go to their inputs,
 * and multiplier groups serve these. */
#include "accel/sparch_feed.h"

static void advance_done(struct sparch_feed *f)
{
    while (f->done < f->dispatched && f->multiplied[f->done])
        f->done++;
}

static void begin_entry(struct sparch_feed *f, struct sparch_lane *l)
{
    l->at = f->j->b->ptr[sparch_feed_row(f, l->head)];
    l->left = sparch_feed_length(f, l->head);
}

bool sparch_feed_dispatch(struct sparch_feed *f, int64_t now)
{
    const int64_t before = f->dispatched;
    f->no_rows = false;
    for (int64_t i = 0; i < (int64_t)f->j->par->groups && f->dispatched < f->end; i++) {
        const int64_t k = f->dispatched;
        struct sparch_lane *l = sparch_feed_lane(f, k);
        f->no_rows = k == f->fetched || f->ready[k & f->ready_mask] > now;
        if (f->no_rows || l->waiting >= (int64_t)f->j->par->lane_queue)
            break;
        f->dispatched++;
        l->to_come--;
        if (sparch_feed_length(f, k) == 0) {
            f->multiplied[k] = true;
            continue;
        }
        if (l->waiting > 0)
            f->link[l->tail] = k;
        l->tail = k;
        if (l->waiting++ == 0) {
            l->head = k;
            begin_entry(f, l);
            f->busy[(l - f->lane) / 64] |= 1ull << (l - f->lane) % 64;
        }
    }
    advance_done(f);
    return f->dispatched > before;
}

/* One group works for an input: up to `most` products of its first entry. */
static void serve(struct sparch_feed *f, struct sparch_lane *l, int64_t most)
{
    const int64_t k = l->head, e = f->j->stream->entry[k], n = l->left < most ? l->left : most;
    const uint64_t row = (uint64_t)f->j->stream->row[k] << 32;
    const double *b = f->j->b_values, a = f->j->a_values ? f->j->a_values[e] : 1;
    struct sparch_fifo *in = sparch_input(f->tree, l - f->lane);
    for (int64_t q = l->at; q < l->at + n; q++)
        sparch_fifo_push(in, (struct sparch_elem){row | f->j->b->col[q], a * (b ? b[q] : 1)});
    f->products += n;
    l->at += n;
    l->left -= n;
    if (l->left > 0)
        return;
    f->multiplied[k] = true;
    if (--l->waiting > 0) {
        l->head = f->link[k];
        begin_entry(f, l);
    } else {
        f->busy[(l - f->lane) / 64] &= ~(1ull << (l - f->lane) % 64);
    }
}

/* The input with entries that holds least and has room for what a group gives; NULL: none. */
static struct sparch_lane *neediest(struct sparch_feed *f, int64_t most)
{
    int64_t best = -1, least = INT64_MAX;
    for (int64_t w = 0; w <= (f->leaves - 1) / 64; w++)
        for (uint64_t bits = f->busy[w]; bits; bits &= bits - 1) {
            const int64_t i = w * 64 + __builtin_ctzll(bits);
            const struct sparch_fifo *in = sparch_input(f->tree, i);
            const int64_t give = f->lane[i].left < most ? f->lane[i].left : most;
            const int64_t room = give < in->limit ? give : in->limit;
            if (in->limit - in->count >= room && in->count < least) {
                least = in->count;
                best = i;
            }
        }
    return best < 0 ? NULL : &f->lane[best];
}

bool sparch_feed_multiply(struct sparch_feed *f)
{
    const int64_t most = (int64_t)f->j->par->group_width;
    int64_t acted = 0;
    for (; acted < (int64_t)f->j->par->groups; acted++) {
        struct sparch_lane *l = neediest(f, most);
        if (!l)
            break;
        serve(f, l, most);
    }
    f->inputs_full = acted == 0 && f->dispatched > f->done;
    advance_done(f);
    return acted > 0;
}

bool sparch_feed_force(struct sparch_feed *f)
{
    if (f->done == f->dispatched)
        return false;
    struct sparch_lane *l = sparch_feed_lane(f, f->done);
    const int64_t before = f->products;
    serve(f, l, (int64_t)f->j->par->group_width);
    f->overflow += f->products - before;
    advance_done(f);
    return true;
}
