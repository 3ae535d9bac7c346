/* Names of other frameworks into names of records: --map and --prefix of the converters. */
#ifndef FORMATS_RENAME_H
#define FORMATS_RENAME_H

#include "base/source.h"
#include "stream/ten.h"

#include <jansson.h>

struct renames {
    const char *prefix;                 /* put before every name; NULL: nothing */
    json_t *map, *given;                /* private */
};

/* Read lines "old new"; empty ones and those that start with # are skipped.  0, or -1 with *e. */
int renames_read(struct renames *r, struct source *map, struct ten_err *e);
/* The new name of `name`, found in the input `where`: as the map has it, or itself, behind the
 * prefix.  0, or -1 with *e set when it is no name of a record or already given to another. */
int renames_apply(struct renames *r, const char *where, const char *name, char to[TEN_MAX_NAME + 1],
                  struct ten_err *e);
/* -1 with *e set when a line of the map was about a name that never came. */
int renames_finish(const struct renames *r, const char *where, struct ten_err *e);
void renames_free(struct renames *r);

#endif
