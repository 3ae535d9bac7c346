/* Files written whole or not at all. */
#ifndef BASE_FILES_H
#define BASE_FILES_H

#include "base/err.h"

#include <stddef.h>
#include <stdio.h>

/* Write all of it, going on after short writes and signals; -1 with errno set. */
int write_all(int fd, const void *data, size_t size);

/* Replace path by size bytes of data, whole or not at all, even if the power fails half-way.
 * tmp: a name beside it, in the same folder.  0, or -1 with *e set and the old file untouched. */
int save_atomic(const char *path, const char *tmp, const void *data, size_t size,
                struct ten_err *e);

/*
 * The same for a product that is written piece by piece: what goes to save_file() (or its
 * descriptor) takes the place of path at save_commit().  Until then, and after a kill at any
 * moment, the old file is what path names; a kill may leave "PATH.XXXXXX.part" behind.
 */
struct save *save_open(const char *path, struct ten_err *e);    /* NULL with *e set */
FILE *save_file(struct save *s);
/* Both end s.  0, or -1 with *e set and the old file untouched. */
int save_commit(struct save *s, struct ten_err *e);
void save_abort(struct save *s);                                /* NULL is allowed */

/* Let the pipe fd hold as much as this user may; nothing happens where it is no pipe. */
void fd_enlarge_pipe(int fd);

#endif
