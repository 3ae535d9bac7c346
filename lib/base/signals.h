/* What signals do to a tool. */
#ifndef BASE_SIGNALS_H
#define BASE_SIGNALS_H

#include <stdbool.h>

/* Once, before threads start.  SIGPIPE gets its default action, even where the parent ignored it:
 * a closed pipe ends a tool quietly.  A file that grows beyond the limit of the process (SIGXFSZ) is
 * a failed write.  A mapped input that another process cuts short while it is
 * read (SIGBUS) ends with one line on standard error and exit status 1. */
void signals_init(void);

/* For tools with checkpoints: the first SIGINT or SIGTERM only makes stop_requested() true, so that
 * the tool saves and leaves; the second ends it on the spot. */
void stop_init(void);
bool stop_requested(void);
/* Which; 0: none.  A run that it cut short exits with 128 and this. */
int stop_signal(void);

#endif
