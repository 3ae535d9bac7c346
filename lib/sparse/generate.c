#include "sparse/generate.h"

#include "base/fail.h"
#include "base/mem.h"
#include "base/random.h"
#include "sparse/generate_kinds.h"
#include "sparse/rowwise.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

int64_t generate_cols(const struct generate *g)
{
    return g->cols ? g->cols : g->rows;
}

/* ---- Simple forms ---------------------------------------------------------------------------- */

static int64_t band_row(const void *ctx, int64_t i, uint32_t *col)
{
    const struct generate *g = ctx;
    const int64_t first = i > g->bandwidth ? i - g->bandwidth : 0;
    const int64_t end = g->rows - i > g->bandwidth ? i + g->bandwidth + 1 : g->rows;
    for (int64_t j = first; j < end; j++)
        col[j - first] = (uint32_t)j;
    return end - first;
}

static void banded(struct csr *m, const struct generate *g)
{
    const int64_t all = 2 * g->bandwidth + 1;
    rowwise_build(m, &(struct rowwise){
        .rows = g->rows, .cols = g->rows, .longest = all < g->rows ? all : g->rows,
        .row = band_row, .ctx = g});
}

static int64_t diagonal_row(const void *ctx, int64_t i, uint32_t *col)
{
    (void)ctx;
    *col = (uint32_t)i;
    return 1;
}

static void diagonal(struct csr *m, const struct generate *g)
{
    rowwise_build(m, &(struct rowwise){.rows = g->rows, .cols = g->rows, .longest = 1,
                                       .row = diagonal_row, .ctx = g});
}

static int64_t image_row(const void *ctx, int64_t i, uint32_t *col)
{
    *col = (uint32_t)((const int64_t *)ctx)[i];
    return 1;
}

static void permutation(struct csr *m, const struct generate *g)
{
    const struct rng r = {g->seed, rng_stream("mtxgen.perm")};
    int64_t *p = xmalloc((size_t)g->rows * sizeof *p);
    rng_permutation(&r, 0, p, g->rows);
    rowwise_build(m, &(struct rowwise){.rows = g->rows, .cols = g->rows, .longest = 1,
                                       .row = image_row, .ctx = p});
    free(p);
}

/* ---- The kinds ------------------------------------------------------------------------------- */

#define GRAPH (GENERATE_ROWS | GENERATE_COLS | GENERATE_EDGES | GENERATE_SYMMETRIC)

const struct generate_kind generate_kinds[] = {
    {"rmat", "R-MAT: edges by recursive choice of quadrants", GRAPH | GENERATE_QUADRANTS,
     {.rows = 1 << 15, .edges = 200000, .quadrant = {.57, .19, .19, .05}}, generate_rmat},
    {"uniform", "places all alike", GRAPH, {.rows = 500000, .edges = 4000000}, generate_uniform},
    {"kper", "the same number of random columns in every row",
     GENERATE_ROWS | GENERATE_COLS | GENERATE_PER_ROW | GENERATE_SYMMETRIC,
     {.rows = 200200, .per_row = 4}, generate_per_row},
    {"st2d5", "5-point stencil", GENERATE_GRID,
     {.dims = 2, .grid = {1000, 1000}}, generate_stencil},
    {"st2d9", "9-point stencil", GENERATE_GRID,
     {.dims = 2, .grid = {1000, 1000}}, generate_brick},
    {"st3d7", "7-point stencil", GENERATE_GRID,
     {.dims = 3, .grid = {100, 100, 100}}, generate_stencil},
    {"st3d27", "27-point stencil", GENERATE_GRID,
     {.dims = 3, .grid = {50, 50, 50}}, generate_brick},
    {"fem3", "finite elements: bricks of nodes with several unknowns",
     GENERATE_GRID | GENERATE_UNKNOWNS,
     {.dims = 3, .grid = {24, 24, 36}, .unknowns = 3}, generate_brick},
    {"femirr", "an irregular mesh: nodes with some of their 26 neighbours",
     GENERATE_GRID | GENERATE_PER_ROW,
     {.dims = 3, .grid = {47, 47, 47}, .per_row = 8}, generate_mesh},
    {"road", "roads: some of the edges of a grid, numbered in disorder",
     GENERATE_GRID | GENERATE_SHARE | GENERATE_WINDOW,
     {.dims = 2, .grid = {1400, 1400}, .share = 0.7, .window = 4096}, generate_road},
    {"circuit", "near the diagonal, and some hubs", GENERATE_ROWS | GENERATE_HUBS,
     {.rows = 171000, .hubs = 60}, generate_circuit},
    {"weblike", "Pareto out-degrees, local links and hubs", GENERATE_ROWS | GENERATE_SYMMETRIC,
     {.rows = 1000000}, generate_web},
    {"banded", "all diagonals up to a distance", GENERATE_ROWS | GENERATE_BANDWIDTH,
     {.rows = 100000, .bandwidth = 5}, banded},
    {"diag", "the diagonal", GENERATE_ROWS, {.rows = 100000}, diagonal},
    {"perm", "a random permutation", GENERATE_ROWS, {.rows = 100000}, permutation},
    {0}
};

/* ---- Sizes ----------------------------------------------------------------------------------- */

static int check_grid(const struct generate *g, struct ten_err *e)
{
    int64_t rows = g->unknowns ? g->unknowns : 1;
    for (int d = 0; d < g->dims; d++)
        if (!mul_i64(rows, g->grid[d], &rows) || rows > CSR_MAX_DIM)
            return fail(e, TEN_E_USAGE, "--grid: too many nodes: expected at most %" PRId64 " rows",
                        CSR_MAX_DIM);
    return 0;
}

static int check_quadrants(const struct generate *g, struct ten_err *e)
{
    double sum = 0;
    for (int k = 0; k < 4; k++)
        sum += g->quadrant[k];
    if (!(fabs(sum - 1) < 1e-9))
        return fail(e, TEN_E_USAGE, "--quadrants: the sum is %.10g: expected 1", sum);
    return 0;
}

int generate_check(const struct generate_kind *kind, const struct generate *g, struct ten_err *e)
{
    const unsigned uses = kind->uses;
    if (uses & GENERATE_GRID && check_grid(g, e) < 0)
        return -1;
    if (uses & GENERATE_QUADRANTS && check_quadrants(g, e) < 0)
        return -1;
    if (g->symmetric && generate_cols(g) != g->rows)
        return fail(e, TEN_E_USAGE, "--symmetric: %" PRId64 " rows and %" PRId64 " columns: "
                    "expected a square matrix", g->rows, generate_cols(g));
    if (uses & GENERATE_PER_ROW && uses & GENERATE_ROWS && g->per_row > generate_cols(g))
        return fail(e, TEN_E_USAGE, "--per-row: %" PRId64 ": expected at most the number of "
                    "columns, %" PRId64, g->per_row, generate_cols(g));
    if (g->values == VALUES_LAPLACE && !(uses & GENERATE_GRID))
        return fail(e, TEN_E_USAGE, "--values: laplace: expected it with a kind that has a grid");
    return 0;
}

/* ---- Values ---------------------------------------------------------------------------------- */

/* The value at a place is a draw of its own; mirror images share theirs. */
static uint64_t place(int64_t i, int64_t j)
{
    return i < j ? (uint64_t)i << 32 | (uint64_t)j : (uint64_t)j << 32 | (uint64_t)i;
}

/* Off the diagonal of an unsymmetric matrix (i, j) and (j, i) share the draw as well. */
static double value(const struct generate *g, const struct rng *r, int64_t i, int64_t j,
                    int64_t most)
{
    switch (g->values) {
    case VALUES_INTEGER: {
        const int64_t v = (int64_t)rng_below(r, place(i, j), 16) - 8;
        return (double)(v + (v >= 0));
    }
    case VALUES_UNIFORM: return rng_uniform(r, place(i, j));
    case VALUES_NORMAL:  return rng_normal(r, place(i, j));
    case VALUES_LAPLACE: return i == j ? (double)(most - 1) : -1;
    default:             return 1;
    }
}

static int64_t longest_row(const struct csr *m)
{
    int64_t most = 0;
    for (int64_t i = 0; i < m->rows; i++)
        most = m->ptr[i + 1] - m->ptr[i] > most ? m->ptr[i + 1] - m->ptr[i] : most;
    return most;
}

static void put(struct csr *m, int64_t k, double v)
{
    switch (m->type) {
    case TEN_F32: ((float *)m->val)[k] = (float)v; break;
    case TEN_I64: ((int64_t *)m->val)[k] = (int64_t)v; break;
    default:      ((double *)m->val)[k] = v; break;
    }
}

static void set_values(struct csr *m, const struct generate *g)
{
    const struct rng r = {g->seed, rng_stream("mtxgen.values")};
    const int64_t most = longest_row(m);
    m->type = g->type;
    m->val = xmalloc((size_t)m->n * ten_elem_size(m->type));
    #pragma omp parallel for schedule(static)
    for (int64_t i = 0; i < m->rows; i++)
        for (int64_t k = m->ptr[i]; k < m->ptr[i + 1]; k++)
            put(m, k, value(g, &r, i, m->col[k], most));
}

void generate(struct csr *m, const struct generate_kind *kind, const struct generate *g)
{
    struct generate whole = *g;
    whole.unknowns = whole.unknowns ? whole.unknowns : 1;
    kind->structure(m, &whole);
    if (g->values != VALUES_NONE)
        set_values(m, &whole);
}
