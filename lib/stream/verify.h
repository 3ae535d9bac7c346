/* What a stream should hold beyond what every reader checks. */
#ifndef STREAM_VERIFY_H
#define STREAM_VERIFY_H

#include "stream/ten.h"

/*
 * Of record `number` of a stream: do attributes, group attributes and each line of the history hold
 * a JSON object?  The group's are looked at with `first`, the first record of a group.  0, or -1
 * with *e set to "record NUMBER NAME: byte OFFSET: FIELD: what is wrong: what would be right".
 */
int verify_texts(const struct ten_record *rec, int64_t number, bool first, struct ten_err *e);
/* The same for the payload: is utf8 UTF-8, and a bool 0 or 1? */
int verify_payload(const struct ten_record *rec, int64_t number, struct ten_err *e);

/* Bytes of s[0..n) up to the first that is not part of UTF-8; n when all is. */
int64_t verify_utf8(const void *s, int64_t n);
/* The same for the first byte above 1. */
int64_t verify_bool(const void *s, int64_t n);

#endif
