/* Texts as two records: utf8 bytes without separators, and i64 offsets [n+1] of where each starts. */
#ifndef FORMATS_RAGGED_H
#define FORMATS_RAGGED_H

#include "stream/ten.h"

#include <stdint.h>

/* {0} is no text; ragged_free() when done. */
struct ragged {
    char *bytes;
    int64_t size, room;
    int64_t *offset;                    /* [n+1], NULL before the first text */
    int64_t n, offset_room;
};

/* Writing: append one text, and write what there is as records NAME and OFFSETS.  attrs: of NAME, or
 * NULL. */
void ragged_add(struct ragged *r, const char *text, int64_t n);
void ragged_append(struct ragged *r, const char *text, int64_t n);  /* to the text added last */
void ragged_clear(struct ragged *r);                                 /* keeps the memory */
int ragged_write(struct ten_writer *out, const struct ragged *r, const char *name, const char *offsets,
                 const char *attrs, int64_t group, struct ten_err *e);
void ragged_free(struct ragged *r);

/* Reading: copy either record, in any order, once each; then check that they fit together and that
 * every text is UTF-8.  0, or -1 with *e set. */
int ragged_take_bytes(struct ragged *r, const struct ten_record *rec, struct ten_err *e);
int ragged_take_offsets(struct ragged *r, const struct ten_record *rec, struct ten_err *e);
int ragged_check(const struct ragged *r, const char *name, struct ten_err *e);

/* Text i and its length. */
static inline const char *ragged_text(const struct ragged *r, int64_t i, int64_t *n)
{
    *n = r->offset[i + 1] - r->offset[i];
    return r->bytes + r->offset[i];
}

#endif
