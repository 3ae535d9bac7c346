/* A file or pipe that is not a tensor stream, read once from front to back, with line and byte
 * positions for messages and a digest for the history. */
#ifndef BASE_SOURCE_H
#define BASE_SOURCE_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct source;

/* path "-" is standard input.  Read in blocks; a regular file is mapped once a larger part of it
 * is asked for in one piece.  NULL with *e set. */
struct source *source_open(const char *path, struct ten_err *e);
/* The same over memory, for tests and fuzzing; the bytes stay the caller's. */
struct source *source_memory(const char *name, const void *bytes, size_t size);
void source_close(struct source *s);                /* NULL is allowed */

const char *source_name(const struct source *s);    /* for messages: "-" reads "standard input" */
int64_t source_offset(const struct source *s);      /* bytes taken so far */
int64_t source_line_number(const struct source *s); /* lines taken by source_line so far */

/*
 * Take the next `want` bytes: *p points at them until the next call.  Returns how many there are,
 * fewer than want only at the end of the input, or -1 with *e set when reading failed.  Memory
 * grows with what arrives, not with want.
 */
int64_t source_take(struct source *s, const void **p, int64_t want, struct ten_err *e);
/* The same without taking them. */
int64_t source_peek(struct source *s, const void **p, int64_t want, struct ten_err *e);
/* Everything that is left, as one block. */
int64_t source_rest(struct source *s, const void **p, struct ten_err *e);
/* Take exactly want bytes into dst: 0, or -1 with *e set, also when the input ends before
 * ("NAME: byte B: ends after G of W bytes of WHAT: ..."). */
int source_read(struct source *s, void *dst, int64_t want, const char *what, struct ten_err *e);
/* Take the next line without its \n or \r\n, not terminated by a zero byte; a last line without
 * newline counts.  1 with a line, 0 at the end, -1 with *e set (failed, or longer than max). */
int source_line(struct source *s, const char **line, int64_t *length, int64_t max, struct ten_err *e);

/* XXH3-64 of all bytes taken so far. */
uint64_t source_digest(const struct source *s);

#endif
