/* Places found by round trips, and pictures. */
#include "graph/drawing.h"

#include "graph/generate.h"
#include "graph/layout.h"

#include "check.h"

#include <stdlib.h>

/* Correlation of two lists. */
static double correlation(const double *x, const double *y, int64_t n)
{
    double mx = 0, my = 0, xx = 0, yy = 0, xy = 0;

    for (int64_t i = 0; i < n; i++) {
        mx += x[i] / (double)n;
        my += y[i] / (double)n;
    }
    for (int64_t i = 0; i < n; i++) {
        xx += (x[i] - mx) * (x[i] - mx);
        yy += (y[i] - my) * (y[i] - my);
        xy += (x[i] - mx) * (y[i] - my);
    }
    return xy / sqrt(xx * yy);
}

static void neighbours_of_the_plane_come_to_lie_as_they_did(void)
{
    const struct graph_plan p = {.kind = GRAPH_GEO, .n = 600, .degree = 14, .seed = 3};
    static double was[600 * 599 / 2], is[600 * 599 / 2];
    struct digraph g = {0};
    int32_t *xy;
    int64_t n = 0;

    struct csr m;
    graph_generate(&m, &xy, &p);
    uint32_t *tail = malloc((size_t)m.n * sizeof *tail);
    double *w = malloc((size_t)m.n * sizeof *w),
        *place = malloc((size_t)m.rows * 2 * sizeof *place);
    for (int64_t u = 0; u < m.rows; u++)
        for (int64_t k = m.ptr[u]; k < m.ptr[u + 1]; k++) {
            tail[k] = (uint32_t)u;
            w[k] = (double)((int64_t *)m.val)[k];
        }
    digraph_from_arcs(&g, m.rows, m.n, tail, m.col, w, true, NULL);
    layout_scale(place, &g);
    for (int64_t u = 0; u < g.n; u++)
        for (int64_t v = 0; v < u; v++, n++) {
            was[n] = hypot(xy[2 * u] - xy[2 * v], xy[2 * u + 1] - xy[2 * v + 1]);
            is[n] = hypot(place[2 * u] - place[2 * v], place[2 * u + 1] - place[2 * v + 1]);
        }
    CHECK(correlation(was, is, n) > 0.95);
    digraph_free(&g);
    csr_free(&m);
    free(xy);
    free(tail);
    free(w);
    free(place);
}

static void vertices_out_of_reach_have_finite_places(void)
{
    struct digraph g;
    double xy[10];

    digraph_from_arcs(&g, 5, 3, (uint32_t[]){0, 1, 3}, (uint32_t[]){1, 0, 4}, (double[]){1, 2, 3},
                      true, NULL);
    layout_scale(xy, &g);
    for (int i = 0; i < 10; i++)
        CHECK(isfinite(xy[i]));
    CHECK(hypot(xy[0] - xy[2], xy[1] - xy[3]) < hypot(xy[0] - xy[4], xy[1] - xy[5]));
    digraph_free(&g);
    digraph_from_arcs(&g, 1, 0, NULL, NULL, NULL, true, NULL);
    layout_scale(xy, &g);
    CHECK(xy[0] == 0 && xy[1] == 0);
    digraph_free(&g);
}

/* 0 <-> 1 both kept, 1 <-> 2 one way kept, 2 -> 3 kept, 3 -> 0 left out: a square. */
static void make_square(struct digraph *g)
{
    digraph_from_arcs(g, 4, 7, (uint32_t[]){0, 1, 1, 1, 2, 2, 3}, (uint32_t[]){1, 0, 2, 2, 1, 3, 0},
                      (double[]){1, 1, 1, 9, 1, 1, 1}, true, NULL);
    g->in_h = malloc(7);
    memcpy(g->in_h, ((uint8_t[]){1, 1, 1, 0, 0, 1, 0}), 7);
}
static const double corners[] = {0, 0, 100, 0, 100, 100, 0, 100};

static void each_pair_is_one_stroke_of_the_kind_it_is(void)
{
    struct digraph g;
    struct drawing d;

    make_square(&g);
    drawing_fit(&d, &g, corners, 224, false);
    CHECK_INT(d.height, 224);
    CHECK_INT(d.nstrokes, 4);
    for (int64_t i = 0; i < d.nstrokes; i++) {
        const struct stroke *s = &d.stroke[i];
        const enum drawn want = s->u + s->v == 1 ? DRAWN_KEPT : s->u + s->v == 3 && s->u < 3 &&
            s->v < 3 ? DRAWN_ONE_WAY
                              : s->u + s->v == 5 ? DRAWN_KEPT : DRAWN_LEFT_OUT;
        CHECK_INT(s->kind, want);
    }
    /* 12 pixels of margin, y upwards. */
    CHECK_NEAR(d.xy[0], 12, 1e-9);
    CHECK_NEAR(d.xy[1], 212, 1e-9);
    CHECK_NEAR(d.xy[4], 212, 1e-9);
    CHECK_NEAR(d.xy[5], 12, 1e-9);
    drawing_free(&d);
    digraph_free(&g);
}

static void pixels_have_ink_where_lines_are_and_nowhere_else(void)
{
    struct digraph g;
    struct drawing d;

    make_square(&g);
    drawing_fit(&d, &g, corners, 224, false);
    uint8_t *p = drawing_pixels(&d);
    const uint8_t *bottom = p + (212 * 224 + 112) * 3, *right = p + (112 * 224 + 212) * 3,
        *left = p + (112 * 224 + 12) * 3;
    const uint8_t *middle = p + (112 * 224 + 112) * 3;
    CHECK_BYTES(bottom, ((uint8_t[]){31, 84, 160}), 3);
    CHECK_BYTES(right, ((uint8_t[]){240, 150, 40}), 3);
    CHECK_BYTES(left, ((uint8_t[]){205, 205, 205}), 3);
    CHECK_BYTES(middle, ((uint8_t[]){255, 255, 255}), 3);
    free(p);
    drawing_free(&d);
    digraph_free(&g);
}

/* Ink of a line of length 100 and any direction is its area, up to the rounded ends. */
static void a_line_has_the_area_it_should(void)
{
    for (int angle = 0; angle < 90; angle += 7) {
        const double a = angle * 3.14159265358979 / 180;
        const double xy[] = {0, 0, 100 * cos(a), 100 * sin(a)};
        double area = 0;
        struct digraph g;
        struct drawing d;

        digraph_from_arcs(&g, 2, 1, (uint32_t[]){0}, (uint32_t[]){1}, (double[]){1}, true, NULL);
        drawing_fit(&d, &g, xy, 400, false);
        uint8_t *p = drawing_pixels(&d);
        for (int64_t i = 0; i < d.width * d.height; i++)
            area += (255 - p[3 * i]) / (255.0 - 31);
        const double w = d.line * 1.3, length = hypot(d.xy[2] - d.xy[0], d.xy[3] - d.xy[1]);
        CHECK_NEAR(area, w * length + 3.14 * w * w / 4, 0.02 * w * length + 2);
        free(p);
        drawing_free(&d);
        digraph_free(&g);
    }
}

static void odd_graphs_can_be_drawn(void)
{
    struct digraph g;
    struct drawing d;

    digraph_from_arcs(&g, 0, 0, NULL, NULL, NULL, true, NULL);
    drawing_fit(&d, &g, NULL, 64, false);
    CHECK(d.height > 0);
    free(drawing_pixels(&d));
    drawing_free(&d);
    digraph_free(&g);
    /* All on one place; a loop. */
    digraph_from_arcs(&g, 2, 2, (uint32_t[]){0, 1}, (uint32_t[]){0, 0}, (double[]){1, 1}, true,
                      NULL);
    drawing_fit(&d, &g, (double[]){5, 5, 5, 5}, 64, true);
    CHECK_INT(d.nstrokes, 1);
    free(drawing_pixels(&d));
    drawing_free(&d);
    /* Far higher than wide: three times as high as wide at most. */
    drawing_fit(&d, &g, (double[]){0, 0, 0, 1e9}, 64, false);
    CHECK(d.height <= 3 * 64);
    drawing_free(&d);
    digraph_free(&g);
}

int main(void)
{
    RUN(neighbours_of_the_plane_come_to_lie_as_they_did);
    RUN(vertices_out_of_reach_have_finite_places);
    RUN(each_pair_is_one_stroke_of_the_kind_it_is);
    RUN(pixels_have_ink_where_lines_are_and_nowhere_else);
    RUN(a_line_has_the_area_it_should);
    RUN(odd_graphs_can_be_drawn);
    return check_report();
}
