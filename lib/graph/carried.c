#include "graph/carried.h"

#include "base/fail.h"
#include "base/mem.h"
#include "stream/parcel.h"
#include "tensor/cast.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static int64_t place_of(const struct digraph *g, const char *name)
{
    struct ten_record rec;

    for (int64_t i = 0; i < g->nothers; i++) {
        parcel_unpack(&rec, g->others[i]);
        if (strcmp(rec.name, name) == 0)
            return i;
    }
    return -1;
}

bool carried_find(const struct digraph *g, const char *name, struct ten_record *rec)
{
    const int64_t i = place_of(g, name);

    if (i >= 0)
        parcel_unpack(rec, g->others[i]);
    return i >= 0;
}

void carried_put(struct digraph *g, const struct ten_record *rec)
{
    int64_t i = place_of(g, rec->name);
    void *block = xmalloc((size_t)parcel_bytes(rec));

    parcel_pack(block, rec);
    if (i < 0) {
        i = g->nothers++;
        g->others = xrealloc(g->others, (size_t)g->nothers * sizeof *g->others);
    } else {
        free(g->others[i]);
    }
    g->others[i] = block;
}

void carried_drop(struct digraph *g, const char *name)
{
    const int64_t i = place_of(g, name);

    if (i < 0)
        return;
    free(g->others[i]);
    g->nothers--;
    memmove(g->others + i, g->others + i + 1, (size_t)(g->nothers - i) * sizeof *g->others);
}

double *carried_places(const struct digraph *g, struct ten_err *e)
{
    struct ten_record rec;
    char text[192];

    if (!carried_find(g, "xy", &rec))
        return NULL;
    if (rec.shape.rank != 2 || rec.shape.dim[0] != g->n || rec.shape.dim[1] != 2 ||
        ten_elem_size(rec.type) == 0) {
        fail(e, TEN_E_DATA, "xy: %s%s: expected numbers [%" PRId64 ",2], a place for every vertex",
             ten_type_name(rec.type), ten_shape_text(&rec.shape, text), g->n);
        return NULL;
    }
    double *xy = xmalloc((size_t)g->n * 2 * sizeof *xy);
    cast(xy, TEN_F64, rec.data, rec.type, 2 * g->n);
    for (int64_t i = 0; i < 2 * g->n; i++)
        if (!isfinite(xy[i])) {
            fail(e, TEN_E_DATA, "xy: vertex %" PRId64 ": %g: expected a finite number", i / 2,
                 xy[i]);
            free(xy);
            return NULL;
        }
    return xy;
}
