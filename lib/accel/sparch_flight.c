#include "accel/sparch_flight.h"

#include "base/mem.h"

#include <stdlib.h>

void sparch_flight_add(struct sparch_flight *f, int64_t time, int64_t n)
{
    if (f->count == f->room) {
        const int64_t room = f->room ? 2 * f->room : 64;
        struct sparch_arrival *q = xmalloc((size_t)room * sizeof *q);
        for (int64_t i = 0; i < f->count; i++)
            q[i] = f->q[(f->head + i) % f->room];
        free(f->q);
        f->q = q;
        f->head = 0;
        f->room = room;
    }
    f->q[(f->head + f->count++) & (f->room - 1)] = (struct sparch_arrival){time, n};
}

int64_t sparch_flight_land(struct sparch_flight *f, int64_t now)
{
    int64_t n = 0;
    while (f->count > 0 && f->q[f->head].time <= now) {
        n += f->q[f->head].n;
        f->head = (f->head + 1) & (f->room - 1);
        f->count--;
    }
    return n;
}

void sparch_flight_free(struct sparch_flight *f)
{
    free(f->q);
    *f = (struct sparch_flight){0};
}
