#include "graph/drawing.h"

#include "base/mem.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct colour { uint8_t c[3]; };
static const struct colour PAPER = {{255, 255, 255}}, SOURCE = {{214, 39, 40}};
static const struct colour ink[DRAWN_KINDS] = {
    [DRAWN_LEFT_OUT] = {{205, 205, 205}},
    [DRAWN_ONE_WAY] = {{240, 150, 40}},
    [DRAWN_KEPT] = {{31, 84, 160}},
};
/* What was left out is drawn first and thinner. */
static const double thickness[DRAWN_KINDS] = {[DRAWN_LEFT_OUT] = 0.7, [DRAWN_ONE_WAY] = 1.3,
                                              [DRAWN_KEPT] = 1.3};

/* ---- What to draw ------------------------------------------------------------------------- */

/* Arcs from u to v: how many, and how many of them in the spanner. */
static void count_arcs(const struct digraph *g, int64_t u, int64_t v, int64_t *all, int64_t *kept)
{
    int64_t lo = g->out.ptr[u], hi = g->out.ptr[u + 1];

    while (lo < hi) {
        const int64_t mid = lo + (hi - lo) / 2;
        if (g->out.col[mid] < v)
            lo = mid + 1;
        else
            hi = mid;
    }
    for (*all = *kept = 0; lo < g->out.ptr[u + 1] && g->out.col[lo] == v; lo++) {
        ++*all;
        *kept += !g->in_h || g->in_h[lo];
    }
}

/* A way is kept when any of its parallel arcs is. */
static enum drawn kind_of(const struct digraph *g, int64_t u, int64_t v, bool *second)
{
    int64_t there, back, kept_there, kept_back;

    count_arcs(g, u, v, &there, &kept_there);
    count_arcs(g, v, u, &back, &kept_back);
    *second = back > 0 && v < u;
    if (kept_there == 0 && kept_back == 0)
        return DRAWN_LEFT_OUT;
    return (there > 0 && kept_there == 0) || (back > 0 && kept_back == 0) ? DRAWN_ONE_WAY
        : DRAWN_KEPT;
}

static void make_strokes(struct drawing *d)
{
    const struct digraph *g = d->g;

    d->stroke = xmalloc((size_t)g->m * sizeof *d->stroke);
    for (int64_t u = 0; u < g->n; u++)
        for (int64_t k = g->out.ptr[u]; k < g->out.ptr[u + 1]; k++) {
            const uint32_t v = g->out.col[k];
            bool second;

            if (v == u || (k > g->out.ptr[u] && g->out.col[k - 1] == v))
                continue;
            const enum drawn kind = kind_of(g, u, v, &second);
            if (!second)
                d->stroke[d->nstrokes++] = (struct stroke){(uint32_t)u, v, kind};
        }
}

struct box { double lo[2], hi[2]; };

static struct box box_of(const double *xy, int64_t n)
{
    struct box b = {{0, 0}, {0, 0}};

    for (int64_t i = 0; i < 2 * n; i++) {
        b.lo[i % 2] = i < 2 ? xy[i] : fmin(b.lo[i % 2], xy[i]);
        b.hi[i % 2] = i < 2 ? xy[i] : fmax(b.hi[i % 2], xy[i]);
    }
    return b;
}

void drawing_fit(struct drawing *d, const struct digraph *g, const double *xy, int64_t width,
                 bool degrees)
{
    const struct box b = box_of(xy, g->n);
    const double rad = 3.14159265358979323846 / 180e6;
    const double squeeze = degrees ? fmax(0.01, cos((b.lo[1] + b.hi[1]) / 2 * rad)) : 1;
    const double w = (b.hi[0] - b.lo[0]) * squeeze, h = b.hi[1] - b.lo[1], margin = 12;
    /* Pictures are at most three times as high as wide. */
    const double scale = w > 0 || h > 0 ? ((double)width - 2 * margin) / fmax(w, h / 3) : 0;

    *d = (struct drawing){.g = g, .width = width, .height = (int64_t)ceil(h * scale + 2 * margin)};
    d->line = fmin(3, fmax(0.7, (double)width / (8 * sqrt((double)g->n + 1))));
    d->dot = fmax(3, 2 * d->line);
    d->xy = xmalloc((size_t)g->n * 2 * sizeof *d->xy);
    const double left = ((double)width - w * scale) / 2;
    for (int64_t v = 0; v < g->n; v++) {
        d->xy[2 * v] = left + (xy[2 * v] - b.lo[0]) * squeeze * scale;
        d->xy[2 * v + 1] = (double)d->height - margin - (xy[2 * v + 1] - b.lo[1]) * scale;
    }
    make_strokes(d);
}

void drawing_free(struct drawing *d)
{
    free(d->xy);
    free(d->stroke);
    *d = (struct drawing){0};
}

/* ---- Pixels -------------------------------------------------------------------------------- */

struct canvas { uint8_t *pixel; int64_t w, h; };

static void blend(struct canvas *c, int64_t x, int64_t y, double cover, const struct colour *ink_)
{
    if (cover <= 0 || x < 0 || y < 0 || x >= c->w || y >= c->h)
        return;
    uint8_t *p = c->pixel + (y * c->w + x) * 3;
    for (int i = 0; i < 3; i++)
        p[i] = (uint8_t)lround(p[i] + (ink_->c[i] - p[i]) * fmin(1, cover));
}

/* Distance of (x,y) from the segment p-q. */
static double distance(double x, double y, const double *p, const double *q)
{
    const double dx = q[0] - p[0], dy = q[1] - p[1], square = dx * dx + dy * dy;
    const double t = square > 0 ? fmin(1, fmax(0, ((x - p[0]) * dx + (y - p[1]) * dy) / square))
        : 0;

    return hypot(x - p[0] - t * dx, y - p[1] - t * dy);
}

/* A pixel is covered as far as the edge of the line is from its middle.  One walks along the
 * longer side and looks at the pixels above and below the line. */
static void draw_line(struct canvas *c, const double *p, const double *q, double width,
                      const struct colour *ink_)
{
    const int along = fabs(q[0] - p[0]) < fabs(q[1] - p[1]), across = 1 - along;
    const double *a = p[along] <= q[along] ? p : q, *b = a == p ? q : p;
    const double run = b[along] - a[along], slope = run > 0 ? (b[across] - a[across]) / run : 0;
    const double reach = width / 2 + 1, span = reach * sqrt(1 + slope * slope);
    const int64_t limit = along ? c->h : c->w;
    int64_t i = (int64_t)floor(fmax(0, a[along] - reach));

    for (; i < limit && (double)i <= b[along] + reach; i++) {
        const double at = fmin(fmax((double)i + 0.5, a[along]), b[along]);
        const double mid = a[across] + slope * (at - a[along]);
        for (int64_t j = (int64_t)floor(mid - span); (double)j <= mid + span; j++) {
            const int64_t x = along ? j : i, y = along ? i : j;
            blend(c, x, y, width / 2 + 0.5 - distance((double)x + 0.5, (double)y + 0.5, p, q),
                  ink_);
        }
    }
}

uint8_t *drawing_pixels(const struct drawing *d)
{
    struct canvas c = {.w = d->width, .h = d->height,
                       .pixel = xmalloc((size_t)(d->width * d->height * 3))};

    for (int64_t i = 0; i < c.w * c.h; i++)
        memcpy(c.pixel + 3 * i, PAPER.c, 3);
    for (enum drawn kind = 0; kind < DRAWN_KINDS; kind++)
        for (int64_t i = 0; i < d->nstrokes; i++) {
            const struct stroke *s = &d->stroke[i];
            if (s->kind == kind)
                draw_line(&c, d->xy + 2 * s->u, d->xy + 2 * s->v, d->line * thickness[kind],
                          &ink[kind]);
        }
    for (int64_t i = 0; i < d->g->nsources; i++) {
        const double *at = d->xy + 2 * d->g->sources[i];
        draw_line(&c, at, at, 2 * d->dot, &SOURCE);
    }
    return c.pixel;
}

/* ---- SVG ----------------------------------------------------------------------------------- */

static void colour_text(FILE *to, const char *name, const struct colour *c)
{
    fprintf(to, " %s=\"#%02x%02x%02x\"", name, c->c[0], c->c[1], c->c[2]);
}

static void svg_lines(FILE *to, const struct drawing *d, enum drawn kind)
{
    bool any = false;

    for (int64_t i = 0; i < d->nstrokes; i++) {
        const struct stroke *s = &d->stroke[i];
        if (s->kind != kind)
            continue;
        if (!any) {
            fputs("<path fill=\"none\" stroke-linecap=\"round\"", to);
            colour_text(to, "stroke", &ink[kind]);
            fprintf(to, " stroke-width=\"%.2f\" d=\"", d->line * thickness[kind]);
        }
        any = true;
        fprintf(to, "M%.1f %.1fL%.1f %.1f\n", d->xy[2 * s->u], d->xy[2 * s->u + 1],
                d->xy[2 * s->v], d->xy[2 * s->v + 1]);
    }
    if (any)
        fputs("\"/>\n", to);
}

void drawing_svg(FILE *to, const struct drawing *d)
{
    fprintf(to, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %lld %lld\" "
            "width=\"%lld\" height=\"%lld\">\n"
            "<rect width=\"100%%\" height=\"100%%\"", (long long)d->width, (long long)d->height,
                (long long)d->width,
            (long long)d->height);
    colour_text(to, "fill", &PAPER);
    fputs("/>\n", to);
    for (enum drawn kind = 0; kind < DRAWN_KINDS; kind++)
        svg_lines(to, d, kind);
    for (int64_t i = 0; i < d->g->nsources; i++) {
        const double *at = d->xy + 2 * d->g->sources[i];
        fprintf(to, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\"", at[0], at[1], d->dot);
        colour_text(to, "fill", &SOURCE);
        fputs("/>\n", to);
    }
    fputs("</svg>\n", to);
}
