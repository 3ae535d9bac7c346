/* The history line a writer appends to each group. */
#ifndef STREAM_PROVENANCE_H
#define STREAM_PROVENANCE_H

#include "stream/ten.h"

/* A growing text; failed: memory ran out on the way. */
struct text { char *p; size_t n, room; bool failed; };
void text_add(struct text *t, const char *s, size_t n);
void text_format(struct text *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* s as a JSON string, quotes included; bytes that are not UTF-8 become U+FFFD. */
void text_json(struct text *t, const char *s);

/* {"tool":...,"in":[  without the inputs and the end, which are "]}\n". */
void provenance_start(struct text *t, const struct ten_provenance *p);
/* One input as it stands. */
void provenance_input(struct text *t, const struct ten_input *in, bool first);

#endif
