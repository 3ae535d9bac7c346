#include "accel/sparch_run.h"

#include "accel/sparch_energy.h"
#include "accel/sparch_merge.h"
#include "base/random.h"
#include "base/source.h"
#include "base/threads.h"

#include "check.h"

#include <stdlib.h>

static struct ten_err e;

static uint64_t draw(uint64_t *at, uint64_t n)
{
    const struct rng r = {7, rng_stream("test.sparch")};
    return rng_below(&r, (*at)++, n);
}

/* Whole numbers from -4 to 4, so that every order of adding gives the same; some rows are empty,
 * some full. */
static void fill(struct csr *m, int64_t rows, int64_t cols, uint64_t per, uint64_t *at)
{
    csr_alloc(m, rows, cols, rows * cols, TEN_F64);
    int64_t n = 0;
    for (int64_t i = 0; i < rows; i++) {
        const uint64_t share = draw(at, 8) == 0 ? 100 : draw(at, 5) == 0 ? 0 : per;
        for (int64_t j = 0; j < cols; j++)
            if (draw(at, 100) < share) {
                m->col[n] = (uint32_t)j;
                ((double *)m->val)[n++] = (double)draw(at, 9) - 4;
            }
        m->ptr[i + 1] = n;
    }
    m->n = n;
}

/* ---- Plans ------------------------------------------------------------------------------- */

static int64_t tree_cost(const struct sparch_plan *p)
{
    int64_t sum = 0;
    for (int64_t r = 0; r < p->rounds; r++)
        sum += p->weight[p->leaves + r];
    return sum;
}

/* Cheapest way to make one of every set of leaves, by all cuts into two or three. */
static int64_t cheapest(const int64_t *weight, int leaves)
{
    int64_t best[1 << 9];
    for (int s = 1; s < 1 << leaves; s++) {
        int64_t sum = 0;
        for (int k = 0; k < leaves; k++)
            sum += s >> k & 1 ? weight[k] : 0;
        best[s] = (s & (s - 1)) == 0 ? 0 : INT64_MAX;
        for (int a = (s - 1) & s; a > 0; a = (a - 1) & s) {
            const int rest = s & ~a;
            const int64_t two = sum + best[a] + best[rest];
            best[s] = two < best[s] ? two : best[s];
            for (int b = (rest - 1) & rest; b > 0; b = (b - 1) & rest) {
                const int64_t three = sum + best[a] + best[b] + best[rest & ~b];
                best[s] = three < best[s] ? three : best[s];
            }
        }
    }
    return best[(1 << leaves) - 1];
}

static void free_tree(struct sparch_plan *p)
{
    free(p->parent);
    free(p->weight);
}

static void huffman_finds_the_cheapest_tree_of_all(void)
{
    uint64_t at = 0;
    for (int leaves = 2; leaves <= 9; leaves++)
        for (int trial = 0; trial < 20; trial++) {
            int64_t weight[9];
            struct sparch_plan p = {0};
            for (int k = 0; k < leaves; k++)
                weight[k] = (int64_t)draw(&at, trial < 10 ? 5 : 1000);
            sparch_tree(&p, weight, leaves, &(struct sparch_order){.ways = 3});
            CHECK_INT(tree_cost(&p), cheapest(weight, leaves));
            free_tree(&p);
        }
}

static void the_first_merge_is_as_small_as_makes_all_others_whole(void)
{
    CHECK_INT(sparch_first_merge(1, 64), 1);
    CHECK_INT(sparch_first_merge(64, 64), 64);
    CHECK_INT(sparch_first_merge(65, 64), 2);
    CHECK_INT(sparch_first_merge(127, 64), 64);
    CHECK_INT(sparch_first_merge(128, 64), 2);
    CHECK_INT(sparch_first_merge(1383, 64), 60);
}

static void check_shape(const struct sparch_plan *p, bool whole)
{
    int64_t inputs[400] = {0};
    for (int64_t n = 0; n < p->leaves + p->rounds - 1; n++) {
        CHECK(p->parent[n] > n && p->parent[n] >= p->leaves &&
              p->parent[n] < p->leaves + p->rounds);
        inputs[p->parent[n] - p->leaves]++;
    }
    CHECK_INT(p->parent[p->leaves + p->rounds - 1], -1);
    for (int64_t r = 0; r < p->rounds; r++) {
        CHECK(inputs[r] <= p->ways && (inputs[r] >= 2 || p->leaves == 1));
        CHECK(!whole || r == 0 || inputs[r] == p->ways);
    }
}

static void every_schedule_uses_every_leaf_once_and_none_is_cheaper_than_huffman(void)
{
    uint64_t at = 1000;
    for (int64_t leaves = 1; leaves < 300; leaves = leaves * 3 / 2 + 1)
        for (int64_t ways = 2; ways <= 64; ways *= 2) {
            int64_t weight[400], cost[4];
            for (int64_t k = 0; k < leaves; k++)
                weight[k] = (int64_t)draw(&at, 10000);
            for (int s = SPARCH_HUFFMAN; s <= SPARCH_RANDOM; s++) {
                struct sparch_plan p = {0};
                sparch_tree(&p, weight, leaves,
                            &(struct sparch_order){.ways = ways,
                                                   .schedule = (enum sparch_schedule)s,
                                                   .seed = 3});
                check_shape(&p, s == SPARCH_HUFFMAN || s == SPARCH_RANDOM);
                cost[s] = tree_cost(&p);
                CHECK(cost[s] >= cost[SPARCH_HUFFMAN]);
                CHECK_INT(p.rounds == 1, leaves <= ways);
                free_tree(&p);
            }
        }
}

/* Is node within round? */
static bool below(const struct sparch_plan *p, int64_t node, int64_t round)
{
    while (node >= 0 && node != round)
        node = p->parent[node];
    return node == round;
}

static int64_t slow_size(const struct sparch_plan *p, const struct csr *a, const struct csr *b,
                         int64_t round)
{
    int64_t n = 0;
    bool *seen = calloc((size_t)b->cols + 1, 1);
    for (int64_t i = 0; i < a->rows; i++) {
        memset(seen, 0, (size_t)b->cols);
        for (int64_t k = a->ptr[i]; k < a->ptr[i + 1]; k++)
            for (int64_t q = b->ptr[a->col[k]]; q < b->ptr[a->col[k] + 1]; q++)
                if (below(p, p->leaf[k], round) && !seen[b->col[q]]) {
                    seen[b->col[q]] = true;
                    n++;
                }
    }
    free(seen);
    return n;
}

static void sizes_of_rounds_are_exact_for_every_schedule_and_any_number_of_threads(void)
{
    uint64_t at = 5000;
    for (int trial = 0; trial < 24; trial++) {
        struct csr a, b;
        struct sparch_plan p;
        fill(&a, 30, 40, 15, &at);
        fill(&b, 40, 25, 12, &at);
        const struct sparch_order o = {.condense = trial % 2,
                                       .schedule = (enum sparch_schedule)(trial / 2 % 4),
                                       .ways = trial % 3 + 2,
                                       .seed = 1};
        sparch_plan(&p, &a, &b, &o);
        threads_set(trial % 3 + 1);
        sparch_sizes(&p, &a, &b);
        for (int64_t r = 0; r < p.rounds; r++)
            CHECK_INT(p.size[p.leaves + r], slow_size(&p, &a, &b, p.leaves + r));
        sparch_plan_free(&p);
        csr_free(&a);
        csr_free(&b);
    }
    threads_set(1);
}

/* ---- The row buffer ---------------------------------------------------------------------- */

/* Misses of Belady's rule with rows of one line, looking for the next use of each row the slow way.
 */
static int64_t slow_misses(const uint32_t *asked, int64_t n, int64_t lines, int64_t depth)
{
    int64_t held[64], used = 0, misses = 0;
    int64_t last[64] = {0};
    for (int64_t p = 0; p < n; p++) {
        int64_t there = -1, victim = -1, farthest = -1, oldest = INT64_MAX;
        for (int64_t h = 0; h < used; h++)
            there = held[h] == asked[p] ? h : there;
        if (there < 0 && used < lines) {
            there = used++;
            misses++;
        } else if (there < 0) {
            for (int64_t h = 0; h < used; h++) {
                int64_t next = INT64_MAX;
                for (int64_t q = p + 1; q < n && q <= p + depth && next == INT64_MAX; q++)
                    next = asked[q] == held[h] ? q : next;
                if (next > farthest || (next == farthest && last[h] < oldest)) {
                    farthest = next;
                    oldest = last[h];
                    victim = h;
                }
            }
            there = victim;
            misses++;
        }
        held[there] = asked[p];
        last[there] = p;
    }
    return misses;
}

struct setup {
    struct csr a, b;
    struct sparch_params par;
    struct sparch_plan plan;
    struct sparch_stream stream;
};

/* One round over a random A; rows of B of `each` entries, or of many sizes. */
static void set_up(struct setup *s, int64_t each, uint64_t *at)
{
    sparch_defaults(&s->par);
    s->par.lines = 8;
    s->par.line_elems = 4;
    s->par.pinned = 0;
    fill(&s->a, 60, 40, 10, at);
    csr_alloc(&s->b, 40, 30, 40 * (each ? each : 30), TEN_F64);
    int64_t n = 0;
    for (int64_t j = 0; j < 40; j++) {
        const int64_t length = each ? each : (int64_t)draw(at, 30);
        for (int64_t q = 0; q < length; q++) {
            s->b.col[n] = (uint32_t)q;
            ((double *)s->b.val)[n++] = 1;
        }
        s->b.ptr[j + 1] = n;
    }
    s->b.n = n;
    sparch_plan(&s->plan, &s->a, &s->b, &(struct sparch_order){.condense = true, .ways = 64});
    sparch_stream(&s->stream, &s->plan, &s->a);
}

static void take_down(struct setup *s)
{
    sparch_stream_free(&s->stream);
    sparch_plan_free(&s->plan);
    csr_free(&s->a);
    csr_free(&s->b);
}

/* Misses with this policy; everything fetched is counted once. */
static int64_t misses(struct setup *s, enum sparch_policy policy, bool lines)
{
    struct sparch_fetches f;
    sparch_prefetch(&f, &s->stream, &s->plan, &s->a, &s->b, &s->par, policy, lines);
    int64_t fetched = 0, missed = 0;
    for (int64_t k = 0; k < s->stream.n; k++) {
        fetched += f.elems[k];
        missed += f.elems[k] > 0;
        CHECK(f.after[k] < k);
    }
    CHECK_INT(f.fetched, fetched);
    CHECK_INT(f.requests - f.hits, missed);
    CHECK(f.line_hits <= f.lines && fetched <= s->plan.products);
    sparch_fetches_free(&f);
    return missed;
}

static void the_buffer_keeps_what_the_rule_says(void)
{
    uint64_t at = 20000;
    for (int trial = 0; trial < 20; trial++) {
        struct setup s;
        set_up(&s, 3, &at);
        uint32_t *asked = malloc((size_t)s.stream.n * sizeof *asked);
        for (int64_t k = 0; k < s.stream.n; k++)
            asked[k] = s.a.col[s.stream.entry[k]];
        for (int64_t depth = 1; depth < 300; depth *= 3) {
            s.par.lookahead = (double)depth;
            CHECK_INT(misses(&s, SPARCH_LOOKAHEAD, false),
                      slow_misses(asked, s.stream.n, 8, depth));
        }
        CHECK_INT(misses(&s, SPARCH_LRU, false), slow_misses(asked, s.stream.n, 8, 0));
        free(asked);
        take_down(&s);
    }
}

static void farther_sight_is_better_and_endless_sight_is_belady(void)
{
    uint64_t at = 40000;
    for (int trial = 0; trial < 20; trial++) {
        struct setup s;
        set_up(&s, 4, &at);
        const int64_t lru = misses(&s, SPARCH_LRU, false),
                      belady = misses(&s, SPARCH_BELADY, false);
        s.par.lookahead = 32;
        const int64_t some = misses(&s, SPARCH_LOOKAHEAD, false);
        s.par.lookahead = (double)s.stream.n;
        CHECK_INT(misses(&s, SPARCH_LOOKAHEAD, false), belady);
        CHECK(belady <= some && some <= lru && belady <= misses(&s, SPARCH_FIFO, false));
        s.par.lines = 1000;
        CHECK(misses(&s, SPARCH_FIFO, false) <= 40);
        take_down(&s);
    }
}

/* Lines held at any time fit, whatever the sizes of rows; those larger than the buffer are read
 * again each time. */
static void rows_of_all_sizes_fit_by_rows_and_by_lines(void)
{
    uint64_t at = 60000;
    for (int trial = 0; trial < 40; trial++) {
        struct setup s;
        set_up(&s, 0, &at);
        s.par.pinned = trial % 4 * 7;
        s.par.lines = trial % 3 + 3;
        const int64_t by_rows = misses(&s, SPARCH_LOOKAHEAD, false),
                      by_lines = misses(&s, SPARCH_LOOKAHEAD, true);
        CHECK(by_rows > 0 && by_lines > 0);
        struct sparch_fetches f;
        sparch_prefetch(&f, &s.stream, &s.plan, &s.a, &s.b, &s.par, SPARCH_LOOKAHEAD, false);
        for (int64_t k = 0; k < s.stream.n; k++) {
            const int64_t j = s.a.col[s.stream.entry[k]], length = s.b.ptr[j + 1] - s.b.ptr[j];
            CHECK(f.elems[k] == 0 || f.elems[k] == length);
            CHECK((length + 3) / 4 <= (int64_t)s.par.lines || f.elems[k] == length);
        }
        sparch_fetches_free(&f);
        take_down(&s);
    }
}

/* ---- Traffic and cycles ------------------------------------------------------------------ */

/* The plain product, with every place that some product falls on. */
static double *plain_product(const struct csr *a, const struct csr *b, bool *there)
{
    double *c = calloc((size_t)(a->rows * b->cols) + 1, sizeof *c);
    for (int64_t i = 0; i < a->rows; i++)
        for (int64_t k = a->ptr[i]; k < a->ptr[i + 1]; k++)
            for (int64_t q = b->ptr[a->col[k]]; q < b->ptr[a->col[k] + 1]; q++) {
                c[i * b->cols + b->col[q]] += ((double *)a->val)[k] * ((double *)b->val)[q];
                there[i * b->cols + b->col[q]] = true;
            }
    return c;
}

static void check_product(const struct csr *c, const struct csr *a, const struct csr *b, bool drop)
{
    bool *there = calloc((size_t)(a->rows * b->cols) + 1, 1);
    double *want = plain_product(a, b, there);
    int64_t n = 0;
    for (int64_t i = 0; i < a->rows; i++)
        for (int64_t j = 0, k = c->ptr[i]; j < b->cols; j++) {
            const bool has = k < c->ptr[i + 1] && c->col[k] == j;
            /* With drop, what cancels on the way is gone, and later ones of its place make it come
             * back. */
            CHECK(drop ? has || want[i * b->cols + j] == 0 : has == there[i * b->cols + j]);
            CHECK(!has || ((double *)c->val)[k] == want[i * b->cols + j]);
            k += has;
            n += has;
        }
    CHECK_INT(n, c->n);
    free(there);
    free(want);
}

static void check_bytes(const struct sparch_bytes *x, const struct sparch_bytes *y)
{
    CHECK_INT(x->a, y->a);
    CHECK_INT(x->b, y->b);
    CHECK_INT(x->pointers, y->pointers);
    CHECK_INT(x->partial_read, y->partial_read);
    CHECK_INT(x->partial_write, y->partial_write);
    CHECK_INT(x->c, y->c);
}

/* A machine so small that a few dozen rows fill it. */
static void small_machine(struct sparch_params *p, uint64_t *at)
{
    sparch_defaults(p);
    p->levels = 1 + (double)draw(at, 3);
    p->width = (double)(1 << draw(at, 5));
    p->chunk = 1;
    p->lines = 4 + (double)draw(at, 40);
    p->line_elems = 1 + (double)draw(at, 8);
    p->lookahead = 1 + (double)draw(at, 100);
    p->ahead = 1 + (double)draw(at, 20);
    p->pinned = (double)draw(at, 12);
    p->lane_queue = 1 + (double)draw(at, 4);
    p->node_fifo = 1 + (double)draw(at, 40);
    p->writer_fifo = 1 + (double)draw(at, 60);
    p->load_fifo = 1 + (double)draw(at, 60);
    p->queue = 1 + (double)draw(at, 8);
    p->channels = 1 + (double)draw(at, 16);
    p->latency = (double)draw(at, 120);
    p->groups = 1 + (double)draw(at, 3);
    p->group_width = 1 + (double)draw(at, 9);
    p->pointer_bytes = draw(at, 3) ? 0 : 4;
}

static void draw_config(struct sparch_config *c, uint64_t *at)
{
    *c = (struct sparch_config){.order = {.condense = draw(at, 4) > 0,
                                          .schedule = (enum sparch_schedule)draw(at, 4),
                                          .seed = 1},
                                .policy = (enum sparch_policy)draw(at, 5),
                                .evict_lines = draw(at, 2),
                                .csr_out = draw(at, 2)};
}

static double cycles_of(const struct csr *a, const struct csr *b, const struct sparch_config *c,
                        const struct sparch_params *p)
{
    struct sparch_report r;
    sparch_run(&r, a, b, c, p, &(struct sparch_cycle_options){0});
    return r.cycles;
}

static void check_bounds(const struct sparch_report *r, const struct sparch_params *p)
{
    CHECK(r->cycles >= (double)sparch_total(&r->bytes) / sparch_bandwidth(p));
    CHECK(r->cycles >= (double)r->products / (p->groups * p->group_width));
    CHECK(r->cycles >= (double)r->size_c / p->width);
    CHECK(r->bus_bytes >= sparch_total(&r->bytes));
    CHECK_INT(r->taken, r->given + r->additions + r->dropped);
    CHECK_INT(r->products, r->size_c + r->additions + r->dropped);
}

static void both_models_move_the_same_bytes_and_the_product_is_right(void)
{
    uint64_t at = 100000;
    for (int trial = 0; trial < 300; trial++) {
        struct csr a, b, c;
        struct sparch_params p;
        struct sparch_config config;
        struct sparch_report traffic, cycle;
        fill(&a, 1 + (int64_t)draw(&at, 40), 1 + (int64_t)draw(&at, 40), 1 + draw(&at, 30), &at);
        fill(&b, a.cols, 1 + (int64_t)draw(&at, 40), 1 + draw(&at, 30), &at);
        small_machine(&p, &at);
        draw_config(&config, &at);
        sparch_run(&traffic, &a, &b, &config, &p, NULL);
        config.cycles = true;
        sparch_run(&cycle, &a, &b, &config, &p, &(struct sparch_cycle_options){.c = &c});
        check_bytes(&cycle.bytes, &traffic.bytes);
        CHECK_INT(cycle.size_c, traffic.size_c);
        CHECK_INT(cycle.partial, traffic.partial);
        CHECK_INT(cycle.compulsory, traffic.compulsory);
        check_bounds(&cycle, &p);
        check_product(&c, &a, &b, false);
        csr_free(&c);
        config.drop_zeros = true;
        sparch_run(&cycle, &a, &b, &config, &p, &(struct sparch_cycle_options){.c = &c});
        check_bounds(&cycle, &p);
        check_product(&c, &a, &b, true);
        csr_free(&c);
        csr_free(&a);
        csr_free(&b);
    }
}

/*
 * Without any limit it is never slower.  With one of them gone it may lose a little, as no choice
 * of who goes first is perfect: 2 % where buffers are endless or memory answers at once; 10 % where
 * more requests may be on their way, since channels serve them in their order and an urgent one
 * then waits behind more others.
 */
static void a_machine_without_a_limit_is_not_slower(void)
{
    uint64_t at = 300000;
    for (int trial = 0; trial < 200; trial++) {
        struct csr a, b;
        struct sparch_params p, q;
        struct sparch_config config;
        fill(&a, 20 + (int64_t)draw(&at, 40), 20 + (int64_t)draw(&at, 40), 5 + draw(&at, 20), &at);
        fill(&b, a.cols, 20 + (int64_t)draw(&at, 40), 5 + draw(&at, 20), &at);
        small_machine(&p, &at);
        draw_config(&config, &at);
        config.cycles = true;
        const double limited = cycles_of(&a, &b, &config, &p);
        for (int limit = 0; limit < 5; limit++) {
            q = p;
            if (limit == 0 || limit == 4)
                q.node_fifo = q.writer_fifo = q.load_fifo = q.lane_queue = 1e6;
            if (limit == 1 || limit == 4)
                q.latency = q.pipeline = 0;
            if (limit == 2 || limit == 4)
                q.queue = 1e9;
            if (limit == 3 || limit == 4)
                q.ahead = 1e6;
            CHECK(cycles_of(&a, &b, &config, &q) <= (limit == 4  ? limited
                                                     : limit < 2 ? 1.02 * limited + 20
                                                                 : 1.1 * limited));
        }
        csr_free(&a);
        csr_free(&b);
    }
}

static void nothing_to_multiply_takes_no_time(void)
{
    for (int cycles = 0; cycles < 2; cycles++)
        for (int shape = 0; shape < 4; shape++) {
            struct csr a, b, c = {0};
            struct sparch_params p;
            struct sparch_report r;
            const struct sparch_config config = {.order = {.condense = shape != 1},
                                                 .cycles = cycles};
            sparch_defaults(&p);
            csr_alloc(&a, shape == 2 ? 0 : 3, shape == 3 ? 0 : 4, 0, TEN_F64);
            csr_alloc(&b, a.cols, 5, 0, TEN_F64);
            sparch_run(&r, &a, &b, &config, &p, &(struct sparch_cycle_options){.c = &c});
            CHECK_INT(r.products, 0);
            CHECK_INT(sparch_total(&r.bytes), 0);
            CHECK(r.cycles == 0);
            CHECK_INT(c.n, 0);
            csr_free(&a);
            csr_free(&b);
            csr_free(&c);
        }
}

/* I B = B: one entry a row, one leaf, one round; with everything held once. */
static void the_identity_moves_everything_once(void)
{
    struct csr a, b;
    struct sparch_params p;
    struct sparch_report r;
    uint64_t at = 400000;
    csr_alloc(&a, 50, 50, 50, TEN_F64);
    for (int64_t i = 0; i < 50; i++) {
        a.col[i] = (uint32_t)i;
        ((double *)a.val)[i] = 1;
        a.ptr[i + 1] = i + 1;
    }
    fill(&b, 50, 30, 20, &at);
    sparch_defaults(&p);
    const struct sparch_config config = {.order = {.condense = true}};
    sparch_run(&r, &a, &b, &config, &p, NULL);
    CHECK_INT(r.leaves, 1);
    CHECK_INT(r.rounds, 1);
    CHECK_INT(sparch_total(&r.bytes), 12 * 50 + 12 * b.n + 16 * b.n);
    CHECK_INT(sparch_total(&r.bytes), r.compulsory);
    CHECK_INT(r.hits, 0);
    csr_free(&a);
    csr_free(&b);
}

/* ---- Mergers ----------------------------------------------------------------------------- */

static int64_t sorted(struct sparch_elem *x, int64_t n, uint64_t range, uint64_t *at)
{
    uint64_t key = draw(at, range);
    for (int64_t i = 0; i < n; i++, key += 1 + draw(at, range))
        x[i] = (struct sparch_elem){key, (double)draw(at, 5) - 2};
    return n;
}

static void arrays_give_the_smallest_of_both_windows(void)
{
    uint64_t at = 500000;
    for (int64_t n = 1; n <= 16; n++)
        for (int64_t c = 1; c <= n; c++)
            for (int trial = 0; n % c == 0 && trial < 30; trial++) {
                struct sparch_elem a[16], b[16], x[16], y[16];
                int64_t pairs, i = 0, j = 0;
                sorted(a, n, 4, &at);
                sorted(b, n, 4, &at);
                for (int64_t k = n - (int64_t)draw(&at, (uint64_t)n + 1); k < n && trial % 3 == 0;
                     k++)
                    b[k].key = SPARCH_END;
                const int64_t flat = sparch_flat_array(x, a, b, n),
                              chunked = sparch_chunked_array(y, a, b, n, c, &pairs);
                for (int64_t t = 0; t < n; t++) {
                    const struct sparch_elem *want = b[j].key <= a[i].key ? &b[j++] : &a[i++];
                    CHECK(x[t].key == want->key && x[t].v == want->v);
                    CHECK(y[t].key == want->key && y[t].v == want->v);
                }
                CHECK_INT(flat, i);
                CHECK_INT(chunked, i);
                CHECK(pairs <= 2 * (n / c) - 1);
            }
}

static void comparators_are_as_many_as_the_paper_counts(void)
{
    CHECK_INT(sparch_comparators(16, 16), 256);
    CHECK_INT(sparch_comparators(16, 4), 128);
    CHECK_INT(sparch_comparators(1, 1), 1);
}

static void squeezing_keeps_the_order(void)
{
    for (int mask = 0; mask < 1 << 9; mask++) {
        struct sparch_elem x[9];
        bool keep[9];
        int64_t n = 0;
        for (int i = 0; i < 9; i++) {
            x[i] = (struct sparch_elem){(uint64_t)i, 0};
            keep[i] = mask >> i & 1;
        }
        CHECK_INT(sparch_squeeze(x, keep, 9), __builtin_popcount((unsigned)mask));
        for (int i = 0; i < 9; i++)
            CHECK(!keep[i] || x[n++].key == (uint64_t)i);
    }
}

/* The ordinary merge of two streams. */
static int64_t plain_merge(struct sparch_elem *out, const struct sparch_elem *a, int64_t na,
                           const struct sparch_elem *b, int64_t nb, bool drop)
{
    int64_t n = 0, i = 0, j = 0;
    while (i < na || j < nb)
        if (i < na && j < nb && a[i].key == b[j].key) {
            out[n] = (struct sparch_elem){a[i].key, a[i].v + b[j].v};
            n += !drop || out[n].v != 0;
            i++;
            j++;
        } else {
            out[n++] = j == nb || (i < na && a[i].key < b[j].key) ? a[i++] : b[j++];
        }
    return n;
}

static void streams_are_merged_as_by_an_ordinary_merge(void)
{
    uint64_t at = 700000;
    for (int trial = 0; trial < 400; trial++) {
        struct sparch_elem a[100], b[100], x[200], want[200];
        static const int64_t widths[][2] = {{1, 1},  {2, 1},   {4, 4},  {8, 2},
                                            {16, 4}, {16, 16}, {12, 3}, {64, 8}};
        const int64_t *w = widths[trial % 8], na = sorted(a, (int64_t)draw(&at, 100), 3, &at),
                      nb = sorted(b, (int64_t)draw(&at, 100), 3, &at);
        struct sparch_merger m = {.width = w[0], .chunk = w[1], .drop_zeros = trial % 3 == 0};
        const int64_t n = sparch_merge_streams(&m, x, a, na, b, nb),
                      expected = plain_merge(want, a, na, b, nb, m.drop_zeros);
        CHECK_INT(n, expected);
        for (int64_t k = 0; k < n && n == expected; k++)
            CHECK(x[k].key == want[k].key && x[k].v == want[k].v);
        CHECK_INT(m.cycles, (na + nb + w[0] - 1) / w[0]);
        CHECK_INT(m.taken, m.given + m.additions + m.dropped);
    }
}

/* ---- Parameters, energy ------------------------------------------------------------------ */

static void parameters_are_checked(void)
{
    struct sparch_params p;
    sparch_defaults(&p);
    CHECK_INT(sparch_set(&p, "levels=3", &e), 0);
    CHECK_INT(sparch_ways(&p), 8);
    CHECK_INT(sparch_set(&p, "dram_pj=20.5", &e), 0);
    CHECK_INT(sparch_set(&p, "clock_ghz=1.5", &e), 0);
    CHECK_INT(sparch_set(&p, "level=3", &e), -1);
    CHECK_STR(e.text, "level: no such parameter: expected one of --list-parameters");
    CHECK_INT(sparch_set(&p, "levels=2.5", &e), -1);
    CHECK_STR(e.text, "levels=2.5: expected levels= and a whole number from 1 to 10");
    CHECK_INT(sparch_set(&p, "levels", &e), -1);
    CHECK_INT(sparch_set(&p, "levels=", &e), -1);
    CHECK_INT(sparch_set(&p, "latency=nan", &e), -1);
    static const char text[] = "# faster\nlatency=10\n\nqueue=0\n";
    struct source *s = source_memory("conf", text, sizeof text - 1);
    CHECK_INT(sparch_set_file(&p, s, &e), -1);
    CHECK_STR(e.text, "conf: line 4: queue=0: expected queue= and a whole number from 1 to 1e+09");
    CHECK(p.latency == 10);
    source_close(s);
}

static void energy_at_the_papers_averages_is_the_papers(void)
{
    struct sparch_params p;
    sparch_defaults(&p);
    /* 10.4 GFLOP/s at 68.6 % of 128 GB/s for a second. */
    struct sparch_report r = {.products = 5200000000,
                              .bytes = {.c = 87808000000},
                              .sram = 10.4e9 * p.sram_per_flop};
    const struct sparch_energy x = sparch_energy(&r, &p, 10.4e9);
    CHECK_NEAR(x.op, 2.704, 0.001);
    CHECK_NEAR(x.sram, 3.536, 0.001);
    CHECK_NEAR(x.dram, 2.9, 0.03);
    const struct sparch_area a = sparch_area(&p);
    CHECK_NEAR(a.tree + a.prefetcher + a.fetcher + a.writer + a.multipliers, 28.5, 0.001);
    p.width = p.chunk = 16;
    CHECK_NEAR(sparch_area(&p).tree, 2 * 17.27, 0.001);
}

int main(void)
{
    RUN(huffman_finds_the_cheapest_tree_of_all);
    RUN(the_first_merge_is_as_small_as_makes_all_others_whole);
    RUN(every_schedule_uses_every_leaf_once_and_none_is_cheaper_than_huffman);
    RUN(sizes_of_rounds_are_exact_for_every_schedule_and_any_number_of_threads);
    RUN(the_buffer_keeps_what_the_rule_says);
    RUN(farther_sight_is_better_and_endless_sight_is_belady);
    RUN(rows_of_all_sizes_fit_by_rows_and_by_lines);
    RUN(both_models_move_the_same_bytes_and_the_product_is_right);
    RUN(a_machine_without_a_limit_is_not_slower);
    RUN(nothing_to_multiply_takes_no_time);
    RUN(the_identity_moves_everything_once);
    RUN(arrays_give_the_smallest_of_both_windows);
    RUN(comparators_are_as_many_as_the_paper_counts);
    RUN(squeezing_keeps_the_order);
    RUN(streams_are_merged_as_by_an_ordinary_merge);
    RUN(parameters_are_checked);
    RUN(energy_at_the_papers_averages_is_the_papers);
    return check_report();
}
