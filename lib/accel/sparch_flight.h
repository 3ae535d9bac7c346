/* Requests of one reader on their way: they are taken in the order in which they were made. */
#ifndef ACCEL_SPARCH_FLIGHT_H
#define ACCEL_SPARCH_FLIGHT_H

#include <stdbool.h>
#include <stdint.h>

struct sparch_flight {
    struct sparch_arrival { int64_t time, n; } *q;      /* a ring */
    int64_t head, count, room;
};

void sparch_flight_add(struct sparch_flight *f, int64_t time, int64_t n);
void sparch_flight_free(struct sparch_flight *f);

/* When the next one comes; INT64_MAX: none is on its way. */
static inline int64_t sparch_flight_next(const struct sparch_flight *f)
{
    return f->count > 0 ? f->q[f->head].time : INT64_MAX;
}

/* Take what has come by now: the sum of n. */
int64_t sparch_flight_land(struct sparch_flight *f, int64_t now);

#endif
