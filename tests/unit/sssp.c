#include "graph/sssp.h"

#include "base/mem.h"
#include "base/random.h"

#include "check.h"

#include <stdlib.h>
#include <string.h>

/* n vertices, m arcs at random (loops and parallel ones too), weights lo..hi; whole ones have ties. */
static struct digraph random_graph(int64_t n, int64_t m, int lo, int hi, bool whole, uint64_t seed)
{
    const struct rng r = {seed, rng_stream("test")};
    uint32_t *tail = xmalloc((size_t)m * sizeof *tail), *head = xmalloc((size_t)m * sizeof *head);
    double *w = xmalloc((size_t)m * sizeof *w);
    struct digraph g;
    for (int64_t k = 0; k < m; k++) {
        tail[k] = (uint32_t)rng_below(&r, 3 * (uint64_t)k, (uint64_t)n);
        head[k] = (uint32_t)rng_below(&r, 3 * (uint64_t)k + 1, (uint64_t)n);
        w[k] = lo + (hi - lo) * rng_uniform(&r, 3 * (uint64_t)k + 2);
        w[k] = whole ? floor(w[k]) : w[k];
    }
    digraph_from_arcs(&g, n, m, tail, head, w, whole, NULL);
    free(tail);
    free(head);
    free(w);
    return g;
}

/* The contract, by the most naive means: Bellman and Ford over whole labels. */
static void naive(double *dist, uint32_t *owner, const struct digraph *g, const struct sssp_query *q)
{
    const double bound = q->bounded ? q->bound : 1e300;
    for (int64_t v = 0; v < g->n; v++)
        dist[v] = INFINITY, owner[v] = UINT32_MAX;
    for (int64_t i = q->nsources - 1; i >= 0; i--) {
        const double key = q->keys ? q->keys[i] : 0;
        const uint32_t v = q->sources[i];
        if (key <= bound && key <= dist[v] && (!q->part || q->part[v] == q->id))
            dist[v] = key, owner[v] = (uint32_t)i;
    }
    for (bool changed = true; changed; ) {
        changed = false;
        for (int64_t k = 0; k < g->m; k++) {
            const uint32_t tail = digraph_tail(g, k), head = g->out.col[k];
            const uint32_t u = q->backward ? head : tail, v = q->backward ? tail : head;
            const double d = dist[u] + digraph_weights(g)[k];
            if ((q->part && q->part[v] != q->id) || (q->arcs && !q->arcs[k]) || !(d <= bound))
                continue;
            if (d < dist[v] || (d == dist[v] && owner[u] < owner[v]))
                dist[v] = d, owner[v] = owner[u], changed = true;
        }
    }
}

static void check_search(const struct sssp *s, const struct sssp_query *q)
{
    const struct digraph *g = s->g;
    double *dist = xmalloc((size_t)g->n * sizeof *dist);
    uint32_t *owner = xmalloc((size_t)g->n * sizeof *owner);
    int64_t reached = 0;
    bool same = true, parents = true, rising = true;
    naive(dist, owner, g, q);
    for (int64_t v = 0; v < g->n; v++) {
        const struct sssp_label *l = &s->label[v];
        same = same && l->dist == dist[v] && (dist[v] == INFINITY || l->owner == owner[v]);
        reached += dist[v] < INFINITY;
        if (dist[v] == INFINITY || l->arc < 0)
            continue;
        const uint32_t tail = digraph_tail(g, l->arc), head = g->out.col[l->arc];
        parents = parents && (q->backward ? tail : head) == v && l->from == (q->backward ? head : tail) &&
                  l->dist == s->label[l->from].dist + digraph_weights(g)[l->arc];
    }
    for (int64_t i = 1; i < s->reached; i++)
        rising = rising && s->label[s->order[i - 1]].dist <= s->label[s->order[i]].dist;
    CHECK(same);
    CHECK(parents);
    CHECK(rising);
    CHECK_INT(s->reached, reached);
    free(dist);
    free(owner);
}

static void searches_of_every_kind_are_those_of_bellman_and_ford(void)
{
    for (uint64_t seed = 0; seed < 40; seed++) {
        struct digraph g = random_graph(60, 240, seed % 4 > 1, 6, seed % 2, seed);
        const struct rng r = {seed, rng_stream("kinds")};
        struct sssp *s = sssp_new(&g);
        uint32_t part[60];
        uint8_t arcs[240];
        for (int i = 0; i < 60; i++)
            part[i] = (uint32_t)rng_below(&r, (uint64_t)i, 2);
        for (int i = 0; i < 240; i++)
            arcs[i] = rng_below(&r, 100 + (uint64_t)i, 4) > 0;
        for (int kind = 0; kind < 64; kind++) {
            const uint32_t sources[] = {7, 3, 50, 21};
            const double keys[] = {-1.5, 2, -1.5, -4};
            const struct sssp_query q = {
                .sources = sources, .nsources = kind & 1 ? 4 : 1, .keys = kind & 2 ? keys : NULL,
                .backward = kind & 4, .bounded = kind & 8, .bound = 3, .part = kind & 16 ? part : NULL,
                .id = part[7], .arcs = kind & 32 ? arcs : NULL};
            sssp_run(s, &q);
            check_search(s, &q);
        }
        sssp_free(s);
        digraph_free(&g);
    }
}

static void arcs_of_lowest_number_lead(void)
{
    struct digraph g;
    digraph_from_arcs(&g, 4, 5, (uint32_t[]){0, 0, 1, 2, 0}, (uint32_t[]){2, 1, 3, 3, 1},
                      (double[]){1, 1, 1, 1, 1}, true, NULL);
    struct sssp *s = sssp_new(&g);
    sssp_run(s, &(struct sssp_query){.sources = (uint32_t[]){0}, .nsources = 1});
    CHECK_INT(s->label[1].arc, 0);
    CHECK_INT(s->label[3].from, 1);
    CHECK_INT(s->label[0].arc, -1);
    sssp_free(s);
    digraph_free(&g);
}

static void a_target_ends_the_search_and_what_was_only_seen_is_forgotten(void)
{
    struct digraph g = random_graph(300, 1500, 1, 20, false, 5);
    struct sssp *s = sssp_new(&g), *whole = sssp_new(&g);
    const uint32_t source = 0, target = 123;
    const struct sssp_query q = {.sources = &source, .nsources = 1};
    struct sssp_query to = q;
    to.target = &target;
    sssp_run(whole, &q);
    sssp_run(s, &to);
    CHECK(s->reached > 0 && s->reached < whole->reached);
    CHECK_INT(s->order[s->reached - 1], target);
    CHECK_NEAR(s->label[target].dist, whole->label[target].dist, 0);
    int64_t labels = 0;
    for (int64_t v = 0; v < g.n; v++)
        labels += s->label[v].dist < INFINITY;
    CHECK_INT(labels, s->reached);
    sssp_free(s);
    sssp_free(whole);
    digraph_free(&g);
}

static void arcs_that_come_later_give_what_a_new_search_gives(void)
{
    for (uint64_t seed = 0; seed < 20; seed++) {
        struct digraph g = random_graph(80, 320, 1, 50, false, seed);
        struct sssp *s = sssp_new(&g), *again = sssp_new(&g);
        uint8_t arcs[320] = {0};
        const uint32_t source = 5;
        const struct sssp_query q = {.sources = &source, .nsources = 1, .arcs = arcs, .backward = seed % 2};
        sssp_run(s, &q);
        for (int64_t k = 0; k < 320; k += 3) {
            const int64_t added[] = {k * 7 % 320, (k + 1) * 7 % 320, (k + 2) * 7 % 320};
            for (int i = 0; i < 3; i++)
                arcs[added[i]] = 1;
            sssp_extend(s, &q, added, 3);
            sssp_run(again, &q);
            bool same = s->reached == again->reached;
            for (int64_t v = 0; v < g.n; v++)
                same = same && s->label[v].dist == again->label[v].dist;
            CHECK(same);
        }
        sssp_clear(s);
        for (int64_t v = 0; v < g.n; v++)
            CHECK(s->label[v].dist == INFINITY);
        sssp_free(s);
        sssp_free(again);
        digraph_free(&g);
    }
}

struct sums { double sum[50]; };

static void sum_distances(void *ctx, int64_t i, struct sssp *there, struct sssp *back)
{
    const uint32_t source = (uint32_t)i;
    sssp_run(there, &(struct sssp_query){.sources = &source, .nsources = 1});
    sssp_run(back, &(struct sssp_query){.sources = &source, .nsources = 1, .backward = true});
    for (int64_t k = 0; k < there->reached; k++)
        ((struct sums *)ctx)->sum[i] += there->label[there->order[k]].dist;
    for (int64_t k = 0; k < back->reached; k++)
        ((struct sums *)ctx)->sum[i] -= back->label[back->order[k]].dist;
}

static void costs_are_counted_over_all_threads(void)
{
    struct digraph g = random_graph(50, 400, 1, 9, true, 3);
    struct sums x = {0};
    struct sssp_count count = {0};
    double total = 0;
    sssp_each(&g, 50, sum_distances, &x, &count);
    for (int i = 0; i < 50; i++)
        total += x.sum[i];
    CHECK_NEAR(total, 0, 0);
    CHECK_INT(count.settled, 2 * 50 * 50);
    CHECK_INT(count.scanned, 2 * 50 * 400);
    digraph_free(&g);
}

static void graphs_without_vertices_or_arcs(void)
{
    struct digraph g = random_graph(3, 0, 1, 2, true, 1);
    const uint32_t source = 1;
    struct sssp *s = sssp_new(&g);
    sssp_run(s, &(struct sssp_query){.sources = &source, .nsources = 1});
    CHECK_INT(s->reached, 1);
    sssp_run(s, &(struct sssp_query){.sources = &source, .nsources = 0});
    CHECK_INT(s->reached, 0);
    sssp_free(s);
    digraph_free(&g);
    digraph_from_arcs(&g, 0, 0, NULL, NULL, NULL, false, NULL);
    s = sssp_new(&g);
    sssp_run(s, &(struct sssp_query){0});
    CHECK_INT(s->reached, 0);
    sssp_free(s);
    digraph_free(&g);
}

int main(void)
{
    RUN(searches_of_every_kind_are_those_of_bellman_and_ford);
    RUN(arcs_of_lowest_number_lead);
    RUN(a_target_ends_the_search_and_what_was_only_seen_is_forgotten);
    RUN(arcs_that_come_later_give_what_a_new_search_gives);
    RUN(costs_are_counted_over_all_threads);
    RUN(graphs_without_vertices_or_arcs);
    return check_report();
}
