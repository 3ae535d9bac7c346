/*
 * Grids: node (x, y, z) has number x + X (y + Y z).  Stencils couple a node with those beside it,
 * finite elements all unknowns of nodes that share a brick; irregular meshes take some of the
 * bricks' edges, and road networks some of the squares', under shuffled numbers.
 */
#include "sparse/generate_kinds.h"

#include "base/mem.h"
#include "base/random.h"
#include "sparse/rowwise.h"

#include <stdlib.h>

/* Neighbours of node i, itself included, in rising order: those at most `apart` steps away along
 * the axes together, and at most one along each. */
static int neighbours(const struct generate *g, int64_t i, int apart, int64_t near[27])
{
    const int64_t X = g->grid[0], Y = g->grid[1], Z = g->dims == 3 ? g->grid[2] : 1;
    const int64_t x = i % X, y = i / X % Y, z = i / X / Y;
    int n = 0;
    for (int dz = -1; dz <= 1; dz++)
        for (int dy = -1; dy <= 1; dy++)
            for (int dx = -1; dx <= 1; dx++)
                if (abs(dx) + abs(dy) + abs(dz) <= apart && x + dx >= 0 && x + dx < X &&
                    y + dy >= 0 && y + dy < Y && z + dz >= 0 && z + dz < Z)
                    near[n++] = i + dx + X * (dy + Y * dz);
    return n;
}

static int64_t nodes(const struct generate *g)
{
    return g->grid[0] * g->grid[1] * (g->dims == 3 ? g->grid[2] : 1);
}

static int64_t coupled(const struct generate *g, int64_t i, int apart, uint32_t *col)
{
    const int64_t u = g->unknowns;
    int64_t near[27], n = 0;
    const int count = neighbours(g, i / u, apart, near);
    for (int k = 0; k < count; k++)
        for (int64_t j = 0; j < u; j++)
            col[n++] = (uint32_t)(near[k] * u + j);
    return n;
}

static int64_t stencil_row(const void *ctx, int64_t i, uint32_t *col)
{
    return coupled(ctx, i, 1, col);
}

static int64_t brick_row(const void *ctx, int64_t i, uint32_t *col)
{
    return coupled(ctx, i, 3, col);
}

static void build(struct csr *m, int64_t n, int64_t longest, rowwise_fn row, const void *ctx)
{
    rowwise_build(m, &(struct rowwise){.rows = n, .cols = n, .longest = longest,
                                       .row = row, .ctx = ctx});
}

void generate_stencil(struct csr *m, const struct generate *g)
{
    build(m, nodes(g) * g->unknowns, 7 * g->unknowns, stencil_row, g);
}

void generate_brick(struct csr *m, const struct generate *g)
{
    build(m, nodes(g) * g->unknowns, 27 * g->unknowns, brick_row, g);
}

/* ---- Irregular meshes ------------------------------------------------------------------------ */

/* A node draws per_row of its neighbours, some of them twice, and itself once. */
static int64_t mesh_row(const void *ctx, int64_t i, uint32_t *col)
{
    const struct generate *g = ctx;
    const struct rng r = {g->seed, rng_stream("mtxgen.mesh")};
    int64_t near[27];
    const int count = neighbours(g, i, 3, near);
    for (int64_t k = 0; k < g->per_row; k++) {
        const uint64_t draw = (uint64_t)i * (uint64_t)g->per_row + (uint64_t)k;
        col[k] = (uint32_t)near[rng_below(&r, draw, (uint64_t)count)];
    }
    col[g->per_row] = (uint32_t)i;
    return rowwise_sort(col, g->per_row + 1);
}

void generate_mesh(struct csr *m, const struct generate *g)
{
    build(m, nodes(g), g->per_row + 1, mesh_row, g);
    rowwise_symmetrize(m);
}

/* ---- Road networks --------------------------------------------------------------------------- */

struct roads { const struct generate *g; int64_t *number, *node; struct rng r; };

/* Whether the edge to the next node along the axis (0: x, 1: y) is a road. */
static bool is_road(const struct roads *d, int64_t node, int axis)
{
    return rng_uniform(&d->r, 2 * (uint64_t)node + (uint64_t)axis) < d->g->share;
}

static int64_t road_row(const void *ctx, int64_t i, uint32_t *col)
{
    const struct roads *d = ctx;
    const int64_t X = d->g->grid[0], Y = d->g->grid[1], node = d->node[i];
    int64_t n = 0;
    if (node % X > 0 && is_road(d, node - 1, 0))
        col[n++] = (uint32_t)d->number[node - 1];
    if (node % X < X - 1 && is_road(d, node, 0))
        col[n++] = (uint32_t)d->number[node + 1];
    if (node / X > 0 && is_road(d, node - X, 1))
        col[n++] = (uint32_t)d->number[node - X];
    if (node / X < Y - 1 && is_road(d, node, 1))
        col[n++] = (uint32_t)d->number[node + X];
    return rowwise_sort(col, n);
}

/* Nodes keep their neighbourhood but not their order, as in files of real networks. */
void generate_road(struct csr *m, const struct generate *g)
{
    const int64_t n = nodes(g);
    const struct rng order = {g->seed, rng_stream("mtxgen.order")};
    struct roads d = {.g = g, .r = {g->seed, rng_stream("mtxgen.road")}};

    d.number = xmalloc((size_t)n * sizeof *d.number);
    d.node = xmalloc((size_t)n * sizeof *d.node);
    for (int64_t first = 0; first < n; first += g->window) {
        const int64_t count = n - first < g->window ? n - first : g->window;
        rng_permutation(&order, (uint64_t)first, d.number + first, count);
        for (int64_t k = first; k < first + count; k++) {
            d.number[k] += first;
            d.node[d.number[k]] = k;
        }
    }
    build(m, n, 4, road_row, &d);
    free(d.number);
    free(d.node);
}
