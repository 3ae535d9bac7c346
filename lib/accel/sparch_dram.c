#include "accel/sparch_dram.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

/* Longer queues never fill: there are fewer requests on the way. */
enum { UNLIMITED = 1 << 16 };

void sparch_dram_init(struct sparch_dram *d, const struct sparch_params *p)
{
    *d = (struct sparch_dram){
        .channels = (int64_t)p->channels,
        .queue = (int64_t)p->queue,
        .channel_bytes = (int64_t)p->channel_bytes,
        .interleave = (int64_t)p->interleave,
        .latency = (int64_t)p->latency,
        .burst = (int64_t)p->burst,
        .wake = INT64_MAX,
    };
    d->free = xcalloc((size_t)d->channels, sizeof *d->free);
    d->oldest = xcalloc((size_t)d->channels, sizeof *d->oldest);
    if (d->queue < UNLIMITED) {
        d->start = xmalloc((size_t)(d->channels * d->queue) * sizeof *d->start);
        memset(d->start, 0xff, (size_t)(d->channels * d->queue) * sizeof *d->start);
    }
}

void sparch_dram_free(struct sparch_dram *d)
{
    free(d->free);
    free(d->start);
    free(d->oldest);
    *d = (struct sparch_dram){0};
}

/* A request waits until its transfer starts; the queue is full when the queue-th last one still
 * does. */
static bool queue_full(struct sparch_dram *d, int64_t channel, int64_t now)
{
    if (!d->start)
        return false;
    const int64_t starts = d->start[channel * d->queue + d->oldest[channel]];
    if (starts <= now)
        return false;
    d->wake = starts < d->wake ? starts : d->wake;
    return true;
}

bool sparch_dram_ask(struct sparch_dram *d, int64_t address, int64_t bytes, int64_t now,
                     int64_t *done)
{
    const int64_t channel = address / d->interleave % d->channels;
    if (queue_full(d, channel, now))
        return false;
    const int64_t first = address / d->burst, end = (address + bytes + d->burst - 1) / d->burst;
    const int64_t moved = (end - first) * d->burst,
                  start = d->free[channel] > now ? d->free[channel] : now;
    d->bus_bytes += moved;
    d->free[channel] = start + (moved + d->channel_bytes - 1) / d->channel_bytes;
    if (d->start) {
        d->start[channel * d->queue + d->oldest[channel]] = start;
        d->oldest[channel] = d->oldest[channel] + 1 == d->queue ? 0 : d->oldest[channel] + 1;
    }
    *done = d->free[channel] + d->latency;
    return true;
}
