/*
 * Passes by F(4x4,3x3).  Forward and data gradient are one correlation, the latter with the kernels
 * turned around and its channels exchanged.  For a block of tiles
 *
 *     v [36][tiles][C] = B' d B      m [36][tiles][K] = v u, u [36][C][K]      y = A' m A
 *
 * Many blocks: a thread computes a block from pixels to pixels, and v and m stay in its L2 cache.
 * Few blocks, or weights that are too large to be read anew for every small block: the threads
 * share a larger block, the 36 products being spread over them.  Both give the same bits, since every
 * result is one sum over c in order.
 *
 * Weight gradient: du [36][K][C] += z' v, z = A dY A', over blocks in order, shared likewise; then
 * dw = G' du G.  Every du is one thread's, so nothing is summed across threads.
 */
#include "tensor/winograd.h"
#include "base/isa.h"
#include "tensor/conv_internal.h"

#include <omp.h>
#include <string.h>

enum { OWN_BYTES = 768 << 10, SHARED_BYTES = 6 << 20, KEPT_TILES = 32, GRAIN = 12, LEAST_TILES = 24, LARGE_WEIGHTS = 3 << 20, LINE = 16 };

/* A correlation: x [N,H,W,C] -> y [N,P,Q,K], offset by (top, left), with its grid of tiles. */
struct grid {
    const struct winograd_kernels *f;
    int64_t n, h, w, c, p, q, k, top, left;
    int64_t down, across, tiles;        /* per column and row of an image; all */
    int64_t c_padded, k_padded, block;  /* tiles of a block */
};

static int64_t padded(int64_t n, int64_t to) { return conv_parts(n, to) * to; }

static struct grid grid_of(const struct conv *c, bool data)
{
    const struct winograd_kernels *f = ISA_PICK(winograd_kernels);
    struct grid g = {.f = f, .n = c->n, .h = c->h, .w = c->w, .c = c->c, .p = conv_p(c), .q = conv_q(c), .k = c->k, .top = c->top, .left = c->left};
    if (data)
        g = (struct grid){.f = f, .n = c->n, .h = g.p, .w = g.q, .c = c->k, .p = c->h, .q = c->w, .k = c->c,
                          .top = 2 - c->top, .left = 2 - c->left};
    g.down = conv_parts(g.p, WINOGRAD_OUT);
    g.across = conv_parts(g.q, WINOGRAD_OUT);
    g.tiles = g.n * g.down * g.across;
    g.c_padded = padded(g.c, f->cols);
    g.k_padded = padded(g.k, f->cols);
    return g;
}

/* Tiles whose v and m (or z) have about `bytes`. */
static int64_t block_of(const struct grid *g, int64_t bytes)
{
    const int64_t tiles = bytes / (int64_t)(sizeof(float) * WINOGRAD_POINTS * (g->c_padded + g->k_padded));
    return conv_least(padded(g->tiles, GRAIN), conv_most(LEAST_TILES, tiles / GRAIN * GRAIN));
}

/* From one of the 36 matrices of a block, or of u, to the next: a line more than its size, lest they share
 * sets of the cache. */
static int64_t apart(const struct grid *g, int64_t channels) { return g->block * channels + LINE; }
static int64_t u_apart(const struct grid *g) { return g->c * g->k_padded + LINE; }

/* ---- Tiles ------------------------------------------------------------------------------------------ */

/* The size x size pixels of an image [h,w,c] from (row, col) on; zeros where there is none. */
static void pixels_at(const float **pixel, int size, const float *image, int64_t h, int64_t w, int64_t c, int64_t row, int64_t col, const float *zeros)
{
    for (int i = 0; i < size; i++)
        for (int j = 0; j < size; j++) {
            const int64_t r = row + i, s = col + j;
            pixel[i * size + j] = r >= 0 && r < h && s >= 0 && s < w ? image + (r * w + s) * c : zeros;
        }
}

struct place { int64_t image, row, col; };      /* of a tile: its first result */

static struct place place_of(const struct grid *g, int64_t tile)
{
    const int64_t in_image = tile % (g->down * g->across);
    return (struct place){tile / (g->down * g->across), in_image / g->across * WINOGRAD_OUT, in_image % g->across * WINOGRAD_OUT};
}

static void tile_in(const struct grid *g, float *v, int64_t panel, const float *x, int64_t tile, const float *zeros)
{
    const float *pixel[WINOGRAD_IN * WINOGRAD_IN];
    const struct place at = place_of(g, tile);
    pixels_at(pixel, WINOGRAD_IN, x + at.image * g->h * g->w * g->c, g->h, g->w, g->c, at.row - g->top, at.col - g->left, zeros);
    g->f->input(v, apart(g, g->c_padded), panel, pixel, g->c);
}

static void tile_back(const struct grid *g, float *z, const float *dy, int64_t tile, const float *zeros)
{
    const float *pixel[WINOGRAD_OUT * WINOGRAD_OUT];
    const struct place at = place_of(g, tile);
    pixels_at(pixel, WINOGRAD_OUT, dy + at.image * g->p * g->q * g->k, g->p, g->q, g->k, at.row, at.col, zeros);
    g->f->spread(z, apart(g, g->k_padded), g->f->cols, pixel, g->k);
}

static void tile_out(const struct grid *g, float *y, const float *m, const float *bias, int64_t tile)
{
    float *pixel[WINOGRAD_OUT * WINOGRAD_OUT];
    const struct place at = place_of(g, tile);
    for (int i = 0; i < WINOGRAD_OUT; i++)
        for (int j = 0; j < WINOGRAD_OUT; j++)
            pixel[i * WINOGRAD_OUT + j] = at.row + i < g->p && at.col + j < g->q ?
                y + ((at.image * g->p + at.row + i) * g->q + at.col + j) * g->k : NULL;
    g->f->output(pixel, m, apart(g, g->k_padded), bias, g->k);
}

/* ---- Forward and data gradient ------------------------------------------------------------------------ */

struct correlation { struct grid g; const float *x, *u, *bias, *zeros; float *y; };

/* One of the 36 products of a block, one panel of results. */
static void multiply(const struct correlation *r, float *m, const float *v, int64_t tiles, int64_t point, int64_t panel)
{
    const struct grid *g = &r->g;
    const int64_t cols = g->f->cols;
    g->f->products(m + point * apart(g, g->k_padded) + panel * cols, g->k_padded,
                   v + point * apart(g, g->c_padded), g->c_padded,
                   r->u + point * u_apart(g) + panel * cols * g->c, tiles, g->c);
}

static void block_alone(const struct correlation *r, float *v, float *m, int64_t first, int64_t tiles)
{
    const struct grid *g = &r->g;
    for (int64_t t = 0; t < tiles; t++)
        tile_in(g, v + t * g->c_padded, g->f->cols, r->x, first + t, r->zeros);
    for (int64_t point = 0; point < WINOGRAD_POINTS; point++)
        for (int64_t panel = 0; panel < g->k_padded / g->f->cols; panel++)
            multiply(r, m, v, tiles, point, panel);
    for (int64_t t = 0; t < tiles; t++)
        tile_out(g, r->y, m + t * g->k_padded, r->bias, first + t);
}

/* The same, by all threads of the region. */
static void block_together(const struct correlation *r, float *v, float *m, int64_t first, int64_t tiles)
{
    const struct grid *g = &r->g;
    const int64_t panels = g->k_padded / g->f->cols;
    #pragma omp for schedule(static)
    for (int64_t t = 0; t < tiles; t++)
        tile_in(g, v + t * g->c_padded, g->f->cols, r->x, first + t, r->zeros);
    #pragma omp for schedule(static)
    for (int64_t i = 0; i < WINOGRAD_POINTS * panels; i++)
        multiply(r, m, v, tiles, i / panels, i % panels);
    #pragma omp for schedule(static)
    for (int64_t t = 0; t < tiles; t++)
        tile_out(g, r->y, m + t * g->k_padded, r->bias, first + t);
}

/* u, in a block to drop.  Where tiles are few, its making would take longer than the products, and it is kept for later calls;
 * else it is not, for it is four times as large as w. */
static struct block *weights_of(struct conv_plans *p, const struct conv *c, const struct grid *g, enum conv_pass pass, const float *w)
{
    const int64_t panels = g->k_padded / g->f->cols, each = g->c * g->f->cols;
    struct conv shape = {.k = c->k, .c = c->c};         /* of any image */
    const struct conv_key key = conv_key_of(&shape, pass, USE_TRANSFORMED, w);
    const size_t bytes = sizeof(float) * WINOGRAD_POINTS * u_apart(g);
    const bool kept = !c->version || g->tiles < KEPT_TILES;
    bool ready = false;
    struct block *b = kept ? plans_weights(p, &key, c->version, bytes, &ready) : block_new(p->m, bytes);
    if (ready)
        return b;
    #pragma omp parallel for schedule(static)
    for (int64_t i = 0; i < panels; i++)
        g->f->weights((float *)b->data + i * each, u_apart(g), w, c->k, c->c, i * g->f->cols, pass == CONV_FORWARD);
    return b;
}

static void correlate(struct conv_plans *p, const struct conv *c, enum conv_pass pass, float *y, const float *x, const float *w, const float *bias)
{
    struct correlation r = {.g = grid_of(c, pass == CONV_DATA), .x = x, .y = y, .bias = bias};
    struct grid *g = &r.g;
    const int threads = omp_get_max_threads();
    const int64_t weight_bytes = sizeof(float) * WINOGRAD_POINTS * g->c * g->k;

    g->block = block_of(g, OWN_BYTES);
    const bool alone = weight_bytes <= LARGE_WEIGHTS && conv_parts(g->tiles, g->block) >= 2 * threads;
    if (!alone)
        g->block = block_of(g, SHARED_BYTES);
    const int64_t v_size = WINOGRAD_POINTS * apart(g, g->c_padded), m_size = WINOGRAD_POINTS * apart(g, g->k_padded);
    struct block *u = weights_of(p, c, g, pass, w), *zeros = block_new(p->m, sizeof(float) * g->c);
    struct block *work = block_new(p->m, sizeof(float) * (v_size + m_size) * (alone ? threads : 1));
    memset(zeros->data, 0, zeros->bytes);
    r.zeros = zeros->data;
    r.u = u->data;

    #pragma omp parallel
    if (alone) {
        float *v = (float *)work->data + (v_size + m_size) * omp_get_thread_num();
        #pragma omp for schedule(dynamic)
        for (int64_t t = 0; t < g->tiles; t += g->block)
            block_alone(&r, v, v + v_size, t, conv_least(g->block, g->tiles - t));
    } else {
        float *v = work->data;
        for (int64_t t = 0; t < g->tiles; t += g->block)
            block_together(&r, v, v + v_size, t, conv_least(g->block, g->tiles - t));
    }
    block_drop(work);
    block_drop(zeros);
    block_drop(u);
}

void winograd_forward(struct conv_plans *p, const struct conv *c, float *y, const float *x, const float *w, const float *bias)
{
    correlate(p, c, CONV_FORWARD, y, x, w, bias);
}

void winograd_data(struct conv_plans *p, const struct conv *c, float *dx, const float *dy, const float *w, const float *bias)
{
    correlate(p, c, CONV_DATA, dx, dy, w, bias);
}

/* ---- Weight gradient ------------------------------------------------------------------------------------ */

void winograd_weight(struct conv_plans *p, const struct conv *c, float *dw, const float *x, const float *dy, bool add)
{
    struct grid grid = grid_of(c, false), *g = &grid;
    g->block = block_of(g, SHARED_BYTES);
    const int64_t cols = g->f->cols, panels = g->c_padded / cols, panel = g->block * cols;
    const int64_t v_apart = apart(g, g->c_padded), z_apart = apart(g, g->k_padded), u_apart = g->k * g->c_padded + LINE;
    struct block *work = block_new(p->m, sizeof(float) * WINOGRAD_POINTS * (v_apart + z_apart + u_apart));
    struct block *zero = block_new(p->m, sizeof(float) * conv_most(g->c, g->k));
    float *v = work->data, *z = v + WINOGRAD_POINTS * v_apart, *u = z + WINOGRAD_POINTS * z_apart, *zeros = zero->data;
    memset(zeros, 0, zero->bytes);

    #pragma omp parallel
    {
        for (int64_t first = 0; first < g->tiles; first += g->block) {
            const int64_t tiles = conv_least(g->block, g->tiles - first);
            #pragma omp for schedule(static)
            for (int64_t t = 0; t < tiles; t++) {
                tile_in(g, v + t * cols, panel, x, first + t, zeros);
                tile_back(g, z + t * g->k_padded, dy, first + t, zeros);
            }
            #pragma omp for schedule(static)
            for (int64_t i = 0; i < WINOGRAD_POINTS * panels; i++) {
                const int64_t point = i / panels, at = i % panels;
                g->f->sums(u + point * u_apart + at * cols, g->c_padded, z + point * z_apart, g->k_padded,
                           v + point * v_apart + at * panel, g->k, tiles, first > 0);
            }
        }
        #pragma omp for schedule(static)
        for (int64_t k = 0; k < g->k; k++)
            g->f->gradient(dw + k * 9 * g->c, u + k * g->c_padded, u_apart, g->c, add);
    }
    block_drop(zero);
    block_drop(work);
}
