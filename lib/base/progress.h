/* One line that tells how far long work is: rewritten in place on a terminal, else a plain line
 * every ten seconds; nothing for work shorter than that, or with --quiet. */
#ifndef BASE_PROGRESS_H
#define BASE_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct progress {
    FILE *to;                   /* NULL: silent */
    const char *tool, *unit;
    int64_t total;              /* 0: not known, no ETA */
    bool terminal, shown;
    double started, last;       /* seconds, monotonic clock */
};

/* What progress_start needs to know of the process; called by tool_open. */
void progress_init(struct progress *p, const char *tool, FILE *to, bool quiet);
/* Begin to count `total` units (0: unknown) of what `unit` names, in the plural ("records"). */
void progress_start(struct progress *p, const char *unit, int64_t total);
/* `done` units are done; extra ("loss 0.31", or "") stands at the end of the line.  Cheap enough
 * for every record: prints at most ten times a second. */
void progress_step(struct progress *p, int64_t done, const char *extra);
/* Clear the line, so that other text can follow; the next step writes it again. */
void progress_clear(struct progress *p);
void progress_end(struct progress *p);

/* Seconds of the monotonic clock. */
double now_seconds(void);

#endif
