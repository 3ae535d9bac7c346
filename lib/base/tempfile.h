/* Space on disk for what does not fit into memory. */
#ifndef BASE_TEMPFILE_H
#define BASE_TEMPFILE_H

#include "base/err.h"

/* A descriptor of an empty file in $TMPDIR (or /tmp) that has no name: nothing is left behind,
 * however the process ends.  -1 with *e set. */
int temp_file(struct ten_err *e);
/* The folder, for messages. */
const char *temp_folder(void);

#endif
