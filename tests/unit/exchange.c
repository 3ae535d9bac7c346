/* lib/dist/exchange.h: the exchanges of all ranks, played in one process. */
#include "dist/exchange.h"

#include "base/mem.h"
#include "base/random.h"

#include "check.h"

#include <stdlib.h>

enum { RANKS = 9, MESSAGES = 64 };

/* What is on its way from one rank to another, in order. */
struct way { float *message[MESSAGES]; int64_t count[MESSAGES]; int sent, taken; };

struct play {
    int p;
    int64_t n;
    float *v[RANKS];                                /* [n] of each rank */
    struct exchanges plan[RANKS];
    int at[RANKS];
    bool sent[RANKS];                               /* the message of exchange `at` */
    struct way way[RANKS][RANKS];
    int64_t moved[RANKS];                           /* elements sent */
};

static void send(struct play *y, int rank)
{
    const struct exchange *x = &y->plan[rank].step[y->at[rank]];
    const int64_t count = x->send.hi - x->send.lo;
    if (x->to < 0 || y->sent[rank])
        return;
    struct way *w = &y->way[rank][x->to];
    CHECK(count > 0 && w->sent < MESSAGES);
    w->message[w->sent] = xmalloc((size_t)count * sizeof(float));
    memcpy(w->message[w->sent], y->v[rank] + x->send.lo, (size_t)count * sizeof(float));
    w->count[w->sent++] = count;
    y->moved[rank] += count;
    y->sent[rank] = true;
}

/* Whether the rank could go one exchange further. */
static bool go_on(struct play *y, int rank)
{
    if (y->at[rank] == y->plan[rank].n)
        return false;
    send(y, rank);
    const struct exchange *x = &y->plan[rank].step[y->at[rank]];
    if (x->from >= 0) {
        struct way *w = &y->way[x->from][rank];
        if (w->taken == w->sent)
            return false;
        CHECK_INT(w->count[w->taken], x->receive.hi - x->receive.lo);
        float *got = w->message[w->taken++];
        for (int64_t i = x->receive.lo; i < x->receive.hi; i++)
            y->v[rank][i] = got[i - x->receive.lo] + (x->add ? y->v[rank][i] : 0);
        free(got);
    }
    y->at[rank]++;
    y->sent[rank] = false;
    return true;
}

static void play(struct play *y)
{
    bool any = true;
    while (any) {
        any = false;
        for (int r = 0; r < y->p; r++)
            any |= go_on(y, r);
    }
    for (int r = 0; r < y->p; r++) {
        CHECK_INT(y->at[r], y->plan[r].n);
        for (int s = 0; s < y->p; s++)
            CHECK_INT(y->way[r][s].taken, y->way[r][s].sent);
    }
}

static struct play *play_new(enum dist_algorithm a, const int *node, int p, int64_t n)
{
    struct play *y = xcalloc(1, sizeof *y);
    y->p = p;
    y->n = n;
    for (int r = 0; r < p; r++) {
        exchanges_make(&y->plan[r], a, node, p, r, n);
        y->v[r] = xmalloc((size_t)(n + 1) * sizeof(float));
        rng_fill_uniform(&(struct rng){3, (uint64_t)r}, 0, y->v[r], n, -1, 1);
    }
    return y;
}

static void play_free(struct play *y)
{
    for (int r = 0; r < y->p; r++) {
        exchanges_free(&y->plan[r]);
        free(y->v[r]);
    }
    free(y);
}

static void all_have_the_sums(struct play *y)
{
    double *want = xcalloc((size_t)y->n + 1, sizeof *want), worst = 0;
    for (int r = 0; r < y->p; r++)
        for (int64_t i = 0; i < y->n; i++)
            want[i] += y->v[r][i];
    play(y);
    for (int r = 0; r < y->p; r++) {
        CHECK_BYTES(y->v[r], y->v[0], (size_t)y->n * sizeof(float));
        for (int64_t i = 0; i < y->n; i++)
            worst = fmax(worst, fabs(y->v[r][i] - want[i]));
    }
    CHECK(worst < 1e-6 * y->p);
    free(want);
}

static void every_algorithm_adds_up_over_any_number_of_ranks(void)
{
    static const int nodes[][RANKS] = {
        {0}, {0, 1, 2, 3, 4, 5, 6, 7, 8}, {0, 0, 0, 1, 1, 1, 2, 2, 2}, {0, 1, 0, 1, 0, 1, 0, 1, 0},
        {5, 5, 5, 5, 5, 2, 2, 5, 2}
    };
    for (int p = 1; p <= RANKS; p++) {
        const int64_t size[] = {0, 1, p - 1, p, 1003};
        for (int k = 0; k < 5; k++)
            for (enum dist_algorithm a = DIST_RING; a < DIST_ALGORITHMS; a++)
                for (int i = 0; i < (a == DIST_HIER ? 5 : 1); i++) {
                    struct play *y = play_new(a, nodes[i], p, size[k]);
                    all_have_the_sums(y);
                    play_free(y);
                }
    }
}

/* Exchanges and elements sent of the costliest rank: what the formulas of Thakur, Rabenseifner and
 * Gropp count. */
static void costs(enum dist_algorithm a, const int *node, int p, int64_t n, int exchanges,
                  int64_t elements)
{
    struct play *y = play_new(a, node, p, n);
    int steps = 0;
    int64_t moved = 0;
    play(y);
    for (int r = 0; r < p; r++) {
        steps = y->plan[r].n > steps ? y->plan[r].n : steps;
        moved = y->moved[r] > moved ? y->moved[r] : moved;
    }
    CHECK_INT(steps, exchanges);
    CHECK_INT(moved, elements);
    play_free(y);
}

static void exchanges_and_traffic_are_what_the_formulas_count(void)
{
    const int64_t n = 840 * 8;
    for (int p = 2; p <= 8; p++)
        costs(DIST_RING, NULL, p, n, 2 * (p - 1), 2 * (p - 1) * n / p);
    for (int p = 2, log = 1; p <= 8; p *= 2, log++) {
        costs(DIST_RDOUBLE, NULL, p, n, log, log * n);
        costs(DIST_RABENSEIFNER, NULL, p, n, 2 * log, 2 * (p - 1) * n / p);
    }
    /* Two nodes of four: rings of 4, of 2 for a quarter, of 4. */
    costs(DIST_HIER, (const int[]){0, 0, 0, 0, 1, 1, 1, 1}, 8, n, 3 + 2 + 3,
          2 * 3 * n / 4 + 2 * n / 4 / 2);
    /* Only what must goes between nodes: 2 (nodes-1)/nodes n by all ranks of a node together, here
     * 2 by 2 over 4 nodes. */
    struct play *y = play_new(DIST_HIER, (const int[]){0, 0, 1, 1, 2, 2, 3, 3}, 8, n);
    play(y);
    int64_t between = 0;
    for (int i = 0; i < y->plan[0].n; i++)
        if (y->plan[0].step[i].to > 1)
            between += y->plan[0].step[i].send.hi - y->plan[0].step[i].send.lo;
    CHECK_INT(2 * between, 2 * 3 * n / 4);
    play_free(y);
}

int main(void)
{
    RUN(every_algorithm_adds_up_over_any_number_of_ranks);
    RUN(exchanges_and_traffic_are_what_the_formulas_count);
    return check_report();
}
