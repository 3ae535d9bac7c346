/* Pictures of digraphs whose vertices have places, the spanner and the sources standing out. */
#ifndef GRAPH_DRAWING_H
#define GRAPH_DRAWING_H

#include "graph/digraph.h"

#include <stdio.h>

/* How much of what connects two vertices is in the spanner: nothing, one of two directions, all.
 * Without a spanner everything counts as kept. */
enum drawn { DRAWN_LEFT_OUT, DRAWN_ONE_WAY, DRAWN_KEPT, DRAWN_KINDS };

/* All arcs between u and v; each pair once. */
struct stroke { uint32_t u, v; enum drawn kind; };

struct drawing {
    const struct digraph *g;
    double *xy;                         /* [n,2] in pixels, y downwards */
    int64_t width, height;              /* pixels */
    double line, dot;                   /* thickness of lines, radius of sources */
    struct stroke *stroke;
    int64_t nstrokes;
};

/*
 * Fit the places xy [n,2] of g, which must outlive the drawing, into a picture `width` pixels
 * wide; degrees: they are longitude and latitude in millionths of a degree, and a degree is as
 * much shorter from west to east as it is in the middle of the map.  drawing_free() when done.
 */
void drawing_fit(struct drawing *d, const struct digraph *g, const double *xy, int64_t width,
                 bool degrees);
void drawing_free(struct drawing *d);

/* [height,width,3], the caller's: free().  Lines are drawn with soft edges. */
uint8_t *drawing_pixels(const struct drawing *d);
void drawing_svg(FILE *to, const struct drawing *d);

/*
 * A GeoJSON FeatureCollection (RFC 7946): a LineString for every arc, with its ends, weight and,
 * with a spanner, in_h; then a Point for every source.  Coordinates are xy as they are, or
 * (degrees) in degrees.
 */
void geojson_write(FILE *to, const struct digraph *g, const double *xy, bool degrees);

#endif
