/* File names with a number in them. */
#ifndef IMAGE_NUMBERED_H
#define IMAGE_NUMBERED_H

#include <stdint.h>

/* pattern with its one %d, or %0Nd for at least N digits (1..20), as k >= 0, and %% as a percent
 * sign: the caller's, free().  NULL when the pattern is anything else. */
char *numbered(const char *pattern, int64_t k);

#endif
