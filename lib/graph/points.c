#include "graph/points.h"

#include "base/mem.h"
#include "base/random.h"

#include <math.h>
#include <stdlib.h>

static const double PI = 3.14159265358979323846;

/* ---- Neighbours in the plane ---------------------------------------------------------------
 * The plane is cut into squares as wide as the radius, so that neighbours of a point are in the
 * nine squares around it. */

struct squares {
    int64_t side, count;                /* of a square; squares in a row */
    int64_t *first, *next;              /* lists of points: [count^2], [n], -1 at the end */
};

static int64_t square_of(const struct squares *s, const int32_t *xy, int64_t v)
{
    return xy[2 * v + 1] / s->side * s->count + xy[2 * v] / s->side;
}

static void fill_squares(struct squares *s, const int32_t *xy, int64_t n, double radius,
                         double side)
{
    s->side = (int64_t)ceil(radius);
    s->count = (int64_t)ceil(side) / s->side + 1;
    s->first = xmalloc((size_t)(s->count * s->count) * sizeof *s->first);
    s->next = xmalloc((size_t)n * sizeof *s->next);
    for (int64_t i = 0; i < s->count * s->count; i++)
        s->first[i] = -1;
    for (int64_t v = n - 1; v >= 0; v--) {
        const int64_t at = square_of(s, xy, v);
        s->next[v] = s->first[at];
        s->first[at] = v;
    }
}

static void link_near(struct arcs *a, const struct squares *s, const int32_t *xy, int64_t u,
                      double radius,
                      const struct rng *coin)
{
    const int64_t cx = xy[2 * u] / s->side, cy = xy[2 * u + 1] / s->side;

    for (int64_t y = cy - (cy > 0); y <= cy + 1 && y < s->count; y++)
        for (int64_t x = cx - (cx > 0); x <= cx + 1 && x < s->count; x++)
            for (int64_t v = s->first[y * s->count + x]; v >= 0; v = s->next[v]) {
                const double dx = xy[2 * u] - xy[2 * v], dy = xy[2 * u + 1] - xy[2 * v + 1];
                const double d = sqrt(dx * dx + dy * dy);
                const uint64_t pair = (uint64_t)(u * a->n + v);

                if (u != v && d <= radius && rng_below(coin, pair, 4) > 0)
                    arcs_add(a, u, v, fmax(1, round(d)));
            }
}

void make_near_points(struct arcs *a, int32_t *xy, double degree, uint64_t seed)
{
    enum { UNIT = 1000 };
    const double side = UNIT * sqrt((double)a->n), radius = UNIT * sqrt(degree / (0.75 * PI));
    const struct rng place = {seed, rng_stream("graphgen.place")};
    const struct rng coin = {seed, rng_stream("graphgen.coin")};
    struct squares s;

    for (int64_t i = 0; i < 2 * a->n; i++)
        xy[i] = (int32_t)(side * rng_uniform(&place, (uint64_t)i));
    fill_squares(&s, xy, a->n, radius, side);
    for (int64_t u = 0; u < a->n; u++)
        link_near(a, &s, xy, u, radius, &coin);
    free(s.first);
    free(s.next);
}

/* ---- Flights -------------------------------------------------------------------------------- */

struct flights {
    struct arcs *a;
    int32_t *xy;                        /* [n,2] millionths of a degree */
    double (*at)[3];                    /* [n] on the unit sphere */
    int64_t hubs;
};

/* Uniform on the sphere between 65 degrees south and north. */
static void place_airports(struct flights *f, uint64_t seed)
{
    const struct rng place = {seed, rng_stream("graphgen.place")};

    for (int64_t v = 0; v < f->a->n; v++) {
        const double east = 2 * PI * rng_uniform(&place, 2 * (uint64_t)v) - PI;
        const double z = 0.9063 * (2 * rng_uniform(&place, 2 * (uint64_t)v + 1) - 1),
            r = sqrt(1 - z * z);

        f->at[v][0] = r * cos(east);
        f->at[v][1] = r * sin(east);
        f->at[v][2] = z;
        f->xy[2 * v] = (int32_t)lround(east * (180e6 / PI));
        f->xy[2 * v + 1] = (int32_t)lround(asin(z) * (180e6 / PI));
    }
}

static double chord(const struct flights *f, int64_t u, int64_t v)
{
    double sum = 0;

    for (int i = 0; i < 3; i++)
        sum += (f->at[u][i] - f->at[v][i]) * (f->at[u][i] - f->at[v][i]);
    return sqrt(sum);
}

/* Rounding to kilometres hides that sines of two machines may differ in the last place. */
static void fly(struct flights *f, int64_t from, int64_t to)
{
    const double km = 2 * 6371 * asin(fmin(1, chord(f, from, to) / 2));
    const int64_t turn = 360000000, east = ((int64_t)f->xy[2 * to] - f->xy[2 * from] + turn) % turn;

    arcs_add(f->a, from, to, fmax(1, round(east > 0 && east < turn / 2 ? 0.9 * km : km)));
}

/* The `count` hubs nearest to v, by repeated insertion: count is small. */
static void fly_to_nearest(struct flights *f, int64_t v, int64_t count, int64_t *near, double *d)
{
    int64_t n = 0;

    for (int64_t h = 0; h < f->hubs; h++) {
        const double away = chord(f, v, h);
        int64_t i = n < count ? n++ : count;

        for (; i > 0 && d[i - 1] > away; i--)
            if (i < count) {
                d[i] = d[i - 1];
                near[i] = near[i - 1];
            }
        if (i < count) {
            d[i] = away;
            near[i] = h;
        }
    }
    for (int64_t i = 0; i < n; i++) {
        fly(f, v, near[i]);
        fly(f, near[i], v);
    }
}

void make_flights(struct arcs *a, int32_t *xy, double degree, uint64_t seed)
{
    const int64_t n = a->n;
    struct flights f = {.a = a, .xy = xy, .hubs = (int64_t)ceil(sqrt((double)n)),
                        .at = xmalloc((size_t)n * sizeof *f.at)};
    const double spare = (double)n * degree - (double)f.hubs * (double)(f.hubs - 1);
    int64_t each = n > f.hubs ? llround(spare / (2 * (double)(n - f.hubs))) : 0;

    each = each < 1 ? 1 : each > f.hubs ? f.hubs : each;
    int64_t *near = xmalloc((size_t)each * sizeof *near);
    double *d = xmalloc((size_t)each * sizeof *d);
    place_airports(&f, seed);
    for (int64_t u = 0; u < f.hubs; u++)
        for (int64_t v = 0; v < f.hubs; v++)
            if (u != v)
                fly(&f, u, v);
    for (int64_t v = f.hubs; v < n; v++)
        fly_to_nearest(&f, v, each, near, d);
    free(near);
    free(d);
    free(f.at);
}
