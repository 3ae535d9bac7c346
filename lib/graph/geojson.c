#include "graph/drawing.h"

#include "base/numbers.h"

#include <inttypes.h>

static void number(FILE *to, double v)
{
    char text[NUMBER_TEXT];

    fprintf(to, "%.*s", (int)(format_f64(text, v) - text), text);
}

static void place(FILE *to, const double *xy, bool degrees)
{
    /* Millionths are written as such: what was whole has six digits behind the point. */
    if (degrees) {
        fprintf(to, "[%.6f,%.6f]", xy[0] / 1e6, xy[1] / 1e6);
        return;
    }
    putc('[', to);
    number(to, xy[0]);
    putc(',', to);
    number(to, xy[1]);
    putc(']', to);
}

static void arc(FILE *to, const struct digraph *g, const double *xy, bool degrees, int64_t u,
                int64_t k)
{
    const uint32_t v = g->out.col[k];

    fputs("{\"type\":\"Feature\",\"geometry\":{\"type\":\"LineString\",\"coordinates\":[", to);
    place(to, xy + 2 * u, degrees);
    putc(',', to);
    place(to, xy + 2 * v, degrees);
    fprintf(to, "]},\"properties\":{\"from\":%" PRId64 ",\"to\":%" PRIu32 ",\"weight\":", u, v);
    number(to, digraph_weights(g)[k]);
    if (g->in_h)
        fprintf(to, ",\"in_h\":%d", g->in_h[k]);
    fputs("}}", to);
}

void geojson_write(FILE *to, const struct digraph *g, const double *xy, bool degrees)
{
    const char *between = "\n";

    fputs("{\"type\":\"FeatureCollection\",\"features\":[", to);
    for (int64_t u = 0; u < g->n; u++)
        for (int64_t k = g->out.ptr[u]; k < g->out.ptr[u + 1]; k++, between = ",\n") {
            fputs(between, to);
            arc(to, g, xy, degrees, u, k);
        }
    for (int64_t i = 0; i < g->nsources; i++, between = ",\n") {
        fprintf(to, "%s{\"type\":\"Feature\",\"geometry\":{\"type\":\"Point\",\"coordinates\":",
                between);
        place(to, xy + 2 * g->sources[i], degrees);
        fprintf(to, "},\"properties\":{\"source\":%" PRIu32 "}}", g->sources[i]);
    }
    fputs("\n]}\n", to);
}
