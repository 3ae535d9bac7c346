/*
 * Vertex v stands at column v mod width, row v / width.  Everything random is drawn by what it
 * belongs to (street, piece, block, river and column), so nothing depends on the order of work.
 */
#include "graph/roads.h"

#include "base/mem.h"
#include "base/random.h"

#include <math.h>
#include <stdlib.h>

enum {
    BLOCK = 1000,                       /* decimetres */
    MAIN_EVERY = 8, BRIDGE_EVERY = 16, RIVER_EVERY = 24,        /* streets */
};
/* Speeds in decimetres a tenth of a second: 50, 30 and 40 km/h. */
static const double MAIN_SPEED = 13.9, SIDE_SPEED = 8.3, DIAGONAL_SPEED = 11.1;

struct town {
    struct arcs *a;
    int32_t *xy;
    int64_t width, rows, rivers;
    int64_t *bank;                      /* [rivers, width]: a river runs north of this row */
    struct rng piece, street, move, bend;
};

enum direction { BOTH, ALONG, AGAINST };

static double minus_one_to_one(const struct rng *r, uint64_t index)
{
    return 2 * rng_uniform(r, index) - 1;
}

static void place(struct town *t)
{
    for (int64_t v = 0; v < t->a->n; v++) {
        const double x = (double)(v % t->width), y = (double)(v / t->width);

        const double east = 0.3 * minus_one_to_one(&t->move, 2 * (uint64_t)v);
        const double north = 0.3 * minus_one_to_one(&t->move, 2 * (uint64_t)v + 1);

        t->xy[2 * v] = (int32_t)lround(BLOCK * (x + east));
        t->xy[2 * v + 1] = (int32_t)lround(BLOCK * (y + north));
    }
}

/* A river keeps its row over most columns and else moves a row north or south. */
static void let_rivers_flow(struct town *t)
{
    t->rivers = t->rows / RIVER_EVERY;
    t->bank = xmalloc((size_t)(t->rivers * t->width) * sizeof *t->bank);
    for (int64_t i = 0; i < t->rivers; i++)
        for (int64_t c = 0, row = i * RIVER_EVERY + RIVER_EVERY / 2; c < t->width; c++) {
            const uint64_t die = rng_below(&t->bend, (uint64_t)(i * t->width + c), 6);

            row += die == 0 && row < i * RIVER_EVERY + RIVER_EVERY - 4;
            row -= die == 1 && row > i * RIVER_EVERY + 4;
            t->bank[i * t->width + c] = row;
        }
}

/* Is there water between the crossings (c,r) and (d,q)? */
static bool wet(const struct town *t, int64_t c, int64_t r, int64_t d, int64_t q)
{
    for (int64_t i = r / RIVER_EVERY - 1; i <= r / RIVER_EVERY + 1; i++)
        if (i >= 0 && i < t->rivers &&
            (t->bank[i * t->width + c] < r) != (t->bank[i * t->width + d] < q))
            return true;
    return false;
}

static void pave(struct town *t, int64_t u, int64_t v, double speed, enum direction d)
{
    const double dx = t->xy[2 * u] - t->xy[2 * v], dy = t->xy[2 * u + 1] - t->xy[2 * v + 1];
    const double time = fmax(1, round(sqrt(dx * dx + dy * dy) / speed));

    if (d != AGAINST)
        arcs_add(t->a, u, v, time);
    if (d != ALONG)
        arcs_add(t->a, v, u, time);
}

/* The piece of street number `street` from u to v; streets along and across are numbered apart. */
static void build_piece(struct town *t, int64_t u, int64_t v, int64_t line, int64_t street)
{
    const bool across = v - u == t->width, main_road = line % MAIN_EVERY == MAIN_EVERY / 2;
    const int64_t c = u % t->width, r = u / t->width;

    if (wet(t, c, r, v % t->width, v / t->width)) {
        if (across && c % BRIDGE_EVERY == MAIN_EVERY / 2)
            pave(t, u, v, MAIN_SPEED, BOTH);
    } else if (main_road) {
        pave(t, u, v, MAIN_SPEED, BOTH);
    } else if (rng_below(&t->piece, 4 * (uint64_t)u + across, 10) > 0) {
        const uint64_t way = rng_below(&t->street, (uint64_t)street, 6);
        pave(t, u, v, SIDE_SPEED, way == 0 ? ALONG : way == 1 ? AGAINST : BOTH);
    }
}

static void build_diagonal(struct town *t, int64_t v)
{
    const int64_t c = v % t->width, r = v / t->width;
    const uint64_t die = rng_below(&t->piece, 4 * (uint64_t)v + 2, 20);

    if (die == 0 && !wet(t, c, r, c + 1, r + 1))
        pave(t, v, v + t->width + 1, DIAGONAL_SPEED, BOTH);
    else if (die == 1 && !wet(t, c + 1, r, c, r + 1))
        pave(t, v + 1, v + t->width, DIAGONAL_SPEED, BOTH);
}

void make_roads(struct arcs *a, int32_t *xy, uint64_t seed)
{
    struct town t = {.a = a, .xy = xy, .width = (int64_t)ceil(sqrt((double)a->n)),
                     .piece = {seed, rng_stream("graphgen.piece")},
                     .street = {seed, rng_stream("graphgen.street")},
                     .move = {seed, rng_stream("graphgen.place")},
                     .bend = {seed, rng_stream("graphgen.bend")}};

    t.rows = (a->n + t.width - 1) / t.width;
    place(&t);
    let_rivers_flow(&t);
    for (int64_t v = 0; v < a->n; v++) {
        const int64_t c = v % t.width, r = v / t.width;

        if (c + 1 < t.width && v + 1 < a->n)
            build_piece(&t, v, v + 1, r, 2 * r);
        if (v + t.width < a->n)
            build_piece(&t, v, v + t.width, c, 2 * c + 1);
        if (c + 1 < t.width && v + t.width + 1 < a->n)
            build_diagonal(&t, v);
    }
    free(t.bank);
}
