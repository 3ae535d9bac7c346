/* Random graphs.  Every entry has draws of its own, numbered by its row or edge. */
#include "sparse/generate_kinds.h"

#include "base/mem.h"
#include "base/random.h"
#include "sparse/rowwise.h"

#include <stdlib.h>
#include <string.h>

/* ---- Edges drawn one by one ------------------------------------------------------------------ */

typedef void (*edge_fn)(const struct generate *g, int64_t k, uint32_t *row, uint32_t *col);

static void from_edges(struct csr *m, const struct generate *g, edge_fn edge)
{
    uint32_t *row = xmalloc((size_t)g->edges * sizeof *row);
    uint32_t *col = xmalloc((size_t)g->edges * sizeof *col);
    #pragma omp parallel for schedule(static)
    for (int64_t k = 0; k < g->edges; k++)
        edge(g, k, &row[k], &col[k]);
    rowwise_from_places(m, g->rows, generate_cols(g), row, col, g->edges);
    free(row);
    free(col);
    if (g->symmetric)
        rowwise_symmetrize(m);
}

/* The half of [*first, *first + *size) that a bit chooses; the first one has the odd index. */
static void halve(int64_t *first, int64_t *size, bool second)
{
    const int64_t half = (*size + 1) / 2;
    if (*size == 1)
        return;
    *first += second ? half : 0;
    *size = second ? *size - half : half;
}

/*
 * R-MAT (Chakrabarti, Zhan and Faloutsos, SDM 2004): the matrix is cut into quadrants, one of them
 * chosen with its probability, and so on until one place is left.  Each choice takes 32 random
 * bits; a block of the generator has four, and an edge eight blocks.
 */
static void rmat_edge(const struct generate *g, int64_t k, uint32_t *row, uint32_t *col)
{
    const struct rng r = {g->seed, rng_stream("mtxgen.rmat")};
    const double *q = g->quadrant;
    const double bound[] = {q[0] * 0x1p32, (q[0] + q[1]) * 0x1p32, (q[0] + q[1] + q[2]) * 0x1p32};
    int64_t i = 0, j = 0, rows = g->rows, cols = generate_cols(g);
    uint32_t w[4];
    for (int level = 0; rows > 1 || cols > 1; level++) {
        if (level % 4 == 0)
            rng_block(&r, 8 * (uint64_t)k + (uint64_t)level / 4, w);
        const double u = w[level % 4];
        const int quadrant = (u >= bound[0]) + (u >= bound[1]) + (u >= bound[2]);
        halve(&i, &rows, quadrant >= 2);
        halve(&j, &cols, quadrant % 2 == 1);
    }
    *row = (uint32_t)i;
    *col = (uint32_t)j;
}

static void uniform_edge(const struct generate *g, int64_t k, uint32_t *row, uint32_t *col)
{
    const struct rng r = {g->seed, rng_stream("mtxgen.uniform")};
    *row = (uint32_t)rng_below(&r, 2 * (uint64_t)k, (uint64_t)g->rows);
    *col = (uint32_t)rng_below(&r, 2 * (uint64_t)k + 1, (uint64_t)generate_cols(g));
}

void generate_rmat(struct csr *m, const struct generate *g)
{
    from_edges(m, g, rmat_edge);
}

void generate_uniform(struct csr *m, const struct generate *g)
{
    from_edges(m, g, uniform_edge);
}

/* ---- A number of entries in every row -------------------------------------------------------- */

/* Where c stands in sorted col[0..n), or would. */
static int64_t find(const uint32_t *col, int64_t n, uint32_t c)
{
    int64_t lo = 0, hi = n;
    while (lo < hi) {
        const int64_t mid = (lo + hi) / 2;
        if (col[mid] < c)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

/* A uniform choice of per_row columns (Floyd, in Bentley and Floyd, CACM 30, 1987): each draw is
 * from one column more than the one before, and where it hits a chosen one, the new column is
 * taken. */
static int64_t per_row(const void *ctx, int64_t i, uint32_t *col)
{
    const struct generate *g = ctx;
    const struct rng r = {g->seed, rng_stream("mtxgen.kper")};
    const int64_t first = generate_cols(g) - g->per_row;
    for (int64_t n = 0; n < g->per_row; n++) {
        const uint64_t draw = (uint64_t)i * (uint64_t)g->per_row + (uint64_t)n;
        uint32_t c = (uint32_t)rng_below(&r, draw, (uint64_t)(first + n) + 1);
        int64_t at = find(col, n, c);
        if (at < n && col[at] == c) {
            c = (uint32_t)(first + n);
            at = n;
        }
        memmove(col + at + 1, col + at, (size_t)(n - at) * sizeof *col);
        col[at] = c;
    }
    return g->per_row;
}

void generate_per_row(struct csr *m, const struct generate *g)
{
    rowwise_build(m, &(struct rowwise){
        .rows = g->rows, .cols = generate_cols(g), .longest = g->per_row,
        .row = per_row, .ctx = g});
    if (g->symmetric)
        rowwise_symmetrize(m);
}

/* ---- Circuits -------------------------------------------------------------------------------- */

enum { REACH = 16, HUB_ROW = 120 };     /* how far wires go; entries of the fullest row of a hub */
static const double WIRE = 2.125 / REACH, TO_HUB = 0.25;

/* Rows are coupled with near ones both ways, and a quarter of them to a hub (a supply, a clock);
 * the row of hub h has HUB_ROW / (1 + h/4) entries more.  So they have 5.5 entries on average. */
static int64_t circuit_row(const void *ctx, int64_t i, uint32_t *col)
{
    const struct generate *g = ctx;
    const struct rng wire = {g->seed, rng_stream("mtxgen.wire")};
    const struct rng to_hub = {g->seed, rng_stream("mtxgen.to-hub")};
    const struct rng from_hub = {g->seed, rng_stream("mtxgen.from-hub")};
    const int64_t apart = g->rows / (g->hubs + 1);
    const int64_t hub = apart > 0 && i % apart == 0 ? i / apart - 1 : g->hubs;
    int64_t n = 0;

    col[n++] = (uint32_t)i;
    for (int64_t d = 1; d <= REACH; d++) {
        if (i >= d && rng_uniform(&wire, (uint64_t)((i - d) * REACH + d)) < WIRE)
            col[n++] = (uint32_t)(i - d);
        if (i + d < g->rows && rng_uniform(&wire, (uint64_t)(i * REACH + d)) < WIRE)
            col[n++] = (uint32_t)(i + d);
    }
    if (g->hubs > 0 && apart > 0 && rng_uniform(&to_hub, 2 * (uint64_t)i) < TO_HUB) {
        const uint64_t h = rng_below(&to_hub, 2 * (uint64_t)i + 1, (uint64_t)g->hubs);
        col[n++] = (uint32_t)((int64_t)(h + 1) * apart);
    }
    for (int64_t k = 0; hub >= 0 && hub < g->hubs && k < HUB_ROW / (1 + hub / 4); k++)
        col[n++] = (uint32_t)rng_below(&from_hub, (uint64_t)(hub * HUB_ROW + k), (uint64_t)g->rows);
    return rowwise_sort(col, n);
}

void generate_circuit(struct csr *m, const struct generate *g)
{
    const int64_t longest = 2 * REACH + 2 + HUB_ROW;
    rowwise_build(m, &(struct rowwise){.rows = g->rows, .cols = g->rows, .longest = longest,
                                       .row = circuit_row, .ctx = g});
}

/* ---- Pages and their links ------------------------------------------------------------------- */

enum { MOST_LINKS = 4700, SITE = 64 };
static const double LOCAL = 0.75;

/* Pareto with exponent 3/2, rounded: the largest k with P(X >= k - 1/2) = (k - 1/2)^(-3/2) >= u.
 * Only operations that every machine rounds alike.  The mean is 2.95 but for the bound. */
static int64_t links(double u)
{
    int64_t lo = 1, hi = MOST_LINKS;
    while (lo < hi) {
        const int64_t k = (lo + hi + 1) / 2;
        const double x = (double)k - 0.5;
        if (x * x * x * (u * u) <= 1)
            lo = k;
        else
            hi = k - 1;
    }
    return lo;
}

/* Three quarters of a page's links stay within its site, the others go to page n u^4: to the first
 * ones above all. */
static int64_t web_row(const void *ctx, int64_t i, uint32_t *col)
{
    const struct generate *g = ctx;
    const struct rng r = {g->seed, rng_stream("mtxgen.web")};
    const uint64_t first = (uint64_t)i * 2 * (MOST_LINKS + 1);
    const int64_t n = links(rng_uniform(&r, first)), site = n > SITE ? n : SITE;
    for (int64_t k = 0; k < n; k++) {
        const uint64_t draw = first + 2 + 2 * (uint64_t)k;
        const double u = rng_uniform(&r, draw + 1);
        if (rng_uniform(&r, draw) < LOCAL) {
            const int64_t d = (int64_t)(u * (double)(2 * site)) - site;
            col[k] = (uint32_t)(((i + d + (d >= 0)) % g->rows + g->rows) % g->rows);
        } else {
            col[k] = (uint32_t)((double)g->rows * (u * u * u * u));
        }
    }
    return rowwise_sort(col, n);
}

void generate_web(struct csr *m, const struct generate *g)
{
    rowwise_build(m, &(struct rowwise){.rows = g->rows, .cols = g->rows, .longest = MOST_LINKS,
                                       .row = web_row, .ctx = g});
    if (g->symmetric)
        rowwise_symmetrize(m);
}
