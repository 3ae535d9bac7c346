/* Memory channels: each moves channel_bytes a cycle, in whole bursts, in the order in which
 * requests come. */
#ifndef ACCEL_SPARCH_DRAM_H
#define ACCEL_SPARCH_DRAM_H

#include "accel/sparch_params.h"

#include <stdbool.h>

struct sparch_dram {
    int64_t channels, queue, channel_bytes, interleave, latency, burst;
    int64_t *free;                  /* [channels], when the last transfer ends */
    /* [channels,queue] when the newest requests start, a ring; NULL: no limit */
    int64_t *start;
    int64_t *oldest;                /* [channels], place of the oldest of them */
    int64_t bus_bytes;
    int64_t wake;                   /* the first cycle in which a refused request may be taken */
};

void sparch_dram_init(struct sparch_dram *d, const struct sparch_params *p);
void sparch_dram_free(struct sparch_dram *d);

/* At cycle `now` ask for bytes at address, all in the channel of the first of them: false when its
 * queue is full. *done: the cycle in which a read has its data, a write has ended. */
bool sparch_dram_ask(struct sparch_dram *d, int64_t address, int64_t bytes, int64_t now,
                     int64_t *done);

#endif
