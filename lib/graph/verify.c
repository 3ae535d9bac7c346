#include "graph/verify.h"

#include "base/fail.h"
#include "base/mem.h"
#include "base/random.h"
#include "graph/stretch.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

bool verify_holds(double in_g, double in_h, double bound)
{
    /* Infinity, which is no bound, times 0 is no number. */
    return in_g == 0 ? in_h == 0 : in_h <= bound * in_g * (1 + STRETCH_SLACK);
}

/* ---- One source ------------------------------------------------------------------------------ */

/* What one source adds to the report. */
struct source_result {
    int64_t pairs, unreachable, broken, above;
    double sum;                         /* of the stretches that are finite */
    double max;
    struct verify_pair worst;
};

struct checking {
    const struct digraph *g, *h;
    const uint32_t *sources;
    double bound;
    struct source_result *result;       /* [sources] */
    struct stretch_histogram *all;      /* adding is commutative: shared under a lock */
};

/* Round trips of one source by every vertex [n], INFINITY where there is none.  One workspace for
 * both ways: two would not stay in the cache as long. */
static void round_trips(double *rt, uint32_t source, struct sssp *s)
{
    struct sssp_query q = {.sources = &source, .nsources = 1};
    sssp_run(s, &q);
    for (int64_t v = 0; v < s->g->n; v++)
        rt[v] = s->label[v].dist;
    q.backward = true;
    sssp_run(s, &q);
    for (int64_t v = 0; v < s->g->n; v++)
        rt[v] += s->label[v].dist;
}

static void take_pair(struct source_result *r, struct stretch_histogram *hist, struct verify_pair p,
                      double bound)
{
    const double stretch = stretch_of(p.in_g, p.in_h);
    r->pairs++;
    r->broken += p.in_h == INFINITY;
    r->above += !verify_holds(p.in_g, p.in_h, bound) || p.in_h == INFINITY;
    if (stretch < INFINITY)
        r->sum += stretch;
    stretch_count(hist, stretch);
    if (stretch > r->max)
        r->max = stretch, r->worst = p;
}

static void check_source(struct checking *x, int64_t i, struct sssp *ws[2], double *in_g,
                         double *in_h, struct stretch_histogram *hist)
{
    const uint32_t source = x->sources[i];
    struct source_result *r = &x->result[i];
    round_trips(in_g, source, ws[0]);
    round_trips(in_h, source, ws[1]);
    for (int64_t v = 0; v < x->g->n; v++)
        if (v != source && in_g[v] < INFINITY)
            take_pair(r, hist, (struct verify_pair){source, (uint32_t)v, in_g[v], in_h[v]}, x->bound);
    r->unreachable = x->g->n - 1 - r->pairs;
}

static void check_sources(struct checking *x, int64_t n, struct sssp_count *count)
{
    const size_t row = (size_t)x->g->n * sizeof(double);
    int64_t settled = 0, scanned = 0;
    #pragma omp parallel reduction(+:settled, scanned)
    {
        struct sssp *ws[2] = {sssp_new(x->g), sssp_new(x->h)};
        struct stretch_histogram *hist = xcalloc(1, sizeof *hist);
        double *in_g = xmalloc(row), *in_h = xmalloc(row);
        #pragma omp for schedule(dynamic)
        for (int64_t i = 0; i < n; i++)
            check_source(x, i, ws, in_g, in_h, hist);
        #pragma omp critical
        stretch_merge(x->all, hist);
        for (int i = 0; i < 2; i++) {
            settled += ws[i]->count.settled;
            scanned += ws[i]->count.scanned;
            sssp_free(ws[i]);
        }
        free(hist);
        free(in_g);
        free(in_h);
    }
    count->settled += settled;
    count->scanned += scanned;
}

/* ---- All of them ------------------------------------------------------------------------------- */

/* In the order of the sources, so that sums do not depend on who took which. */
static void gather(struct verify_report *r, const struct source_result *result)
{
    double sum = 0;
    for (int64_t i = 0; i < r->checked; i++) {
        r->pairs += result[i].pairs;
        r->unreachable += result[i].unreachable;
        r->broken += result[i].broken;
        r->above += result[i].above;
        sum += result[i].sum;
        if (result[i].max > r->max)
            r->max = result[i].max, r->worst = result[i].worst;
    }
    r->mean = r->broken ? INFINITY : r->pairs ? sum / (double)r->pairs : 1;
    r->max = r->pairs ? r->max : 1;
}

static void describe(struct verify_report *r, const struct digraph *g)
{
    XXH3_state_t *hash = XXH3_createState();
    if (!hash)
        abort();
    XXH3_64bits_reset(hash);
    XXH3_64bits_update(hash, g->out.ptr, ((size_t)g->n + 1) * sizeof *g->out.ptr);
    XXH3_64bits_update(hash, g->out.col, (size_t)g->m * sizeof *g->out.col);
    XXH3_64bits_update(hash, g->out.val, (size_t)g->m * sizeof(double));
    r->graph_hash = XXH3_64bits_digest(hash);
    XXH3_freeState(hash);
    r->spanner_hash = XXH3_64bits(g->in_h, (size_t)g->m);
    r->sources_hash = XXH3_64bits(g->sources, (size_t)g->nsources * sizeof *g->sources);
    r->arcs = g->m;
    for (int64_t k = 0; k < g->m; k++) {
        r->arcs_in_h += g->in_h[k];
        r->weight += digraph_weights(g)[k];
        r->weight_in_h += g->in_h[k] ? digraph_weights(g)[k] : 0;
    }
}

/* The sources to check, allocated: all, or some of them in the order they stand in. */
static uint32_t *choose(struct verify_report *r, const struct digraph *g, int64_t sample, uint64_t seed)
{
    r->sources = g->sources ? g->nsources : g->n;
    r->checked = sample > 0 && sample < r->sources ? sample : r->sources;
    uint32_t *chosen = xmalloc((size_t)r->checked * sizeof *chosen);
    int64_t *order = xmalloc((size_t)r->sources * sizeof *order), n = 0;
    uint8_t *taken = xcalloc((size_t)r->sources, 1);
    for (int64_t i = 0; i < r->sources; i++)
        order[i] = i;
    if (r->checked < r->sources)
        rng_permutation(&(struct rng){seed, rng_stream("verify")}, 0, order, r->sources);
    for (int64_t i = 0; i < r->checked; i++)
        taken[order[i]] = 1;
    for (int64_t i = 0; i < r->sources; i++)
        if (taken[i])
            chosen[n++] = g->sources ? g->sources[i] : (uint32_t)i;
    free(order);
    free(taken);
    return chosen;
}

void verify(struct verify_report *r, const struct digraph *g, double bound, int64_t sample,
            uint64_t seed)
{
    *r = (struct verify_report){0};
    uint32_t *sources = choose(r, g, sample, seed);
    struct digraph h;
    digraph_subgraph(&h, g, g->in_h, NULL);
    struct checking x = {.g = g, .h = &h, .sources = sources, .bound = bound,
                         .result = xcalloc((size_t)r->checked, sizeof *x.result),
                         .all = xcalloc(1, sizeof *x.all)};
    check_sources(&x, r->checked, &r->count);
    gather(r, x.result);
    r->p50 = stretch_quantile(x.all, 0.50);
    r->p95 = stretch_quantile(x.all, 0.95);
    r->p99 = stretch_quantile(x.all, 0.99);
    describe(r, g);
    /* If a fraction f of the sources violated the bound, K draws would miss them all with a chance of at
     * most (1-f)^K. */
    if (r->checked < r->sources && r->above == 0) {
        r->confidence = 0.95;
        r->at_most = 1 - pow(1 - r->confidence, 1 / (double)r->checked);
    }
    free(sources);
    free(x.result);
    free(x.all);
    digraph_free(&h);
}

int verify_verdict(const struct verify_report *r, double bound, struct ten_err *e)
{
    const struct verify_pair *p = &r->worst;
    if (r->above == 0)
        return 0;
    if (r->broken > 0)
        return fail(e, TEN_E_DATA, "source %" PRIu32 ", vertex %" PRIu32 ": %" PRId64 " of %" PRId64
                    " pairs have a round trip in the graph, this one of %.10g, and none in the spanner: "
                    "expected 0", p->source, p->vertex, r->broken, r->pairs, p->in_g);
    return fail(e, TEN_E_DATA, "source %" PRIu32 ", vertex %" PRIu32 ": stretch %.10g (%.10g for %.10g), "
                "above the bound in %" PRId64 " of %" PRId64 " pairs: expected at most %.10g", p->source,
                p->vertex, r->max, p->in_h, p->in_g, r->above, r->pairs, bound);
}

/* JSON has no infinity. */
static const char *number(char text[32], double v)
{
    if (v < INFINITY)
        snprintf(text, 32, "%.10g", v);
    else
        strcpy(text, "null");
    return text;
}

void verify_print(FILE *to, const struct verify_report *r, double bound)
{
    char a[32], b[32], c[32], d[32], f[32];
    fprintf(to, "  \"sources\": %" PRId64 ",\n  \"checked\": %" PRId64 ",\n", r->sources, r->checked);
    if (r->at_most > 0)
        fprintf(to, "  \"confidence\": %g,\n  \"sources_above_at_most\": %.6g,\n", r->confidence, r->at_most);
    fprintf(to, "  \"pairs\": %" PRId64 ",\n  \"unreachable\": %" PRId64 ",\n  \"broken\": %" PRId64 ",\n",
            r->pairs, r->unreachable, r->broken);
    fprintf(to, "  \"bound\": %s,\n  \"above\": %" PRId64 ",\n  \"holds\": %s,\n", number(a, bound), r->above,
            r->above ? "false" : "true");
    fprintf(to, "  \"max\": %s,\n  \"mean\": %s,\n  \"p50\": %s,\n  \"p95\": %s,\n  \"p99\": %s,\n",
            number(a, r->max), number(b, r->mean), number(c, r->p50), number(d, r->p95), number(f, r->p99));
    fprintf(to, "  \"worst\": {\"source\": %" PRIu32 ", \"vertex\": %" PRIu32 ", \"in_g\": %s, "
            "\"in_h\": %s},\n", r->worst.source, r->worst.vertex, number(a, r->worst.in_g), number(b, r->worst.in_h));
    fprintf(to, "  \"arcs\": %" PRId64 ",\n  \"arcs_in_h\": %" PRId64 ",\n", r->arcs, r->arcs_in_h);
    fprintf(to, "  \"weight\": %.10g,\n  \"weight_in_h\": %.10g,\n", r->weight, r->weight_in_h);
    fprintf(to, "  \"graph\": \"%016" PRIx64 "\",\n  \"spanner\": \"%016" PRIx64 "\",\n", r->graph_hash,
            r->spanner_hash);
    fprintf(to, "  \"verify_settled\": %" PRId64 ",\n  \"verify_scanned\": %" PRId64, r->count.settled,
            r->count.scanned);
}

/* ---- Explaining one pair ----------------------------------------------------------------------- */

static void print_round_trip(FILE *to, const char *where, const struct digraph *g, uint32_t u, uint32_t v)
{
    struct sssp *there = sssp_new(g), *back = sssp_new(g);
    sssp_run(there, &(struct sssp_query){.sources = &u, .nsources = 1});
    sssp_run(back, &(struct sssp_query){.sources = &u, .nsources = 1, .backward = true});
    const double rt = there->label[v].dist + back->label[v].dist;
    if (rt < INFINITY) {
        uint32_t *way = xmalloc((size_t)g->n * sizeof *way);
        int64_t n = 0;
        for (uint32_t x = v; there->label[x].arc >= 0; x = there->label[x].from)
            way[n++] = x;
        fprintf(to, "%s: %.10g = %.10g + %.10g: %" PRIu32, where, rt, there->label[v].dist,
                back->label[v].dist, u);
        while (n > 0)
            fprintf(to, " %" PRIu32, way[--n]);
        fputs(" |", to);
        for (uint32_t x = v; back->label[x].arc >= 0; x = back->label[x].from)
            fprintf(to, " %" PRIu32, back->label[x].from);
        fputc('\n', to);
        free(way);
    } else {
        fprintf(to, "%s: no round trip of %" PRIu32 " and %" PRIu32 "\n", where, u, v);
    }
    sssp_free(there);
    sssp_free(back);
}

void verify_explain(FILE *to, const struct digraph *g, uint32_t u, uint32_t v)
{
    struct digraph h;
    digraph_subgraph(&h, g, g->in_h, NULL);
    print_round_trip(to, "in the graph", g, u, v);
    print_round_trip(to, "in the spanner", &h, u, v);
    digraph_free(&h);
}
