#include "graph/oracle.h"

#include "base/fail.h"
#include "base/mem.h"
#include "graph/carried.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

void oracle_put(const struct oracle *o, struct digraph *g, int k, double eps)
{
    char attrs[160];

    snprintf(attrs, sizeof attrs,
             "{\"k\":%d,\"eps\":%.17g,\"balls\":%" PRId64 ",\"lengths\":%" PRId64 "}", k, eps,
             o->balls,
             o->lengths);
    carried_put(g, &(struct ten_record){.name = "oracle_offset", .type = TEN_I64,
                                        .shape = {1, {o->n + 1}}, .data = o->offset,
                                        .attrs = attrs});
    carried_put(g, &(struct ten_record){.name = "oracle_ball", .type = TEN_U32,
                                        .shape = {1, {o->entries}}, .data = o->ball});
    carried_put(g, &(struct ten_record){.name = "oracle_trip", .type = TEN_F64,
                                        .shape = {1, {o->entries}}, .data = o->trip});
}

static int find(struct ten_record *rec, const struct digraph *g, const char *name,
                enum ten_type type, struct ten_err *e)
{
    if (!carried_find(g, name, rec))
        return fail(e, TEN_E_DATA, "%s: no such record: expected the output of rt-oracle build",
                    name);
    if (rec->type != type || rec->shape.rank != 1)
        return fail(e, TEN_E_DATA, "%s: %s of rank %d: expected %s of rank 1", name,
                    ten_type_name(rec->type), rec->shape.rank,
                    ten_type_name(type));
    return 0;
}

static void *copy(const struct ten_record *rec)
{
    void *data = xmalloc((size_t)ten_bytes(rec));

    return memcpy(data, rec->data, (size_t)ten_bytes(rec));
}

static int check(const struct oracle *o, struct ten_err *e)
{
    for (int64_t v = 0; v < o->n; v++) {
        const int64_t from = o->offset[v], to = o->offset[v + 1];
        if (from > to || from < 0 || to > o->entries)
            return fail(e, TEN_E_DATA, "oracle_offset: vertex %" PRId64 ": expected a part of "
                        "%" PRId64 " entries", v, o->entries);
        for (int64_t i = from; i < to; i++)
            if ((i > from && o->ball[i - 1] >= o->ball[i]) || !(o->trip[i] >= 0))
                return fail(e, TEN_E_DATA, "oracle_ball, oracle_trip: element %" PRId64 ": "
                            "expected rising balls and round "
                            "trips of 0 or more", i);
    }
    return 0;
}

int oracle_take(struct oracle *o, const struct digraph *g, struct ten_err *e)
{
    struct ten_record offset, ball, trip;

    *o = (struct oracle){.n = g->n};
    if (find(&offset, g, "oracle_offset", TEN_I64, e) < 0 ||
        find(&ball, g, "oracle_ball", TEN_U32, e) < 0 ||
        find(&trip, g, "oracle_trip", TEN_F64, e) < 0)
        return -1;
    o->entries = ball.shape.dim[0];
    if (offset.shape.dim[0] != g->n + 1 || trip.shape.dim[0] != o->entries)
        return fail(e, TEN_E_DATA, "oracle_offset, oracle_trip: expected [%" PRId64 "] and "
                    "[%" PRId64 "]", g->n + 1, o->entries);
    o->offset = copy(&offset);
    o->ball = copy(&ball);
    o->trip = copy(&trip);
    if (check(o, e) == 0)
        return 0;
    oracle_free(o);
    return -1;
}
