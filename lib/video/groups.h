/* Streams of clips, or whole videos, which may differ in size from group to group. */
#ifndef VIDEO_GROUPS_H
#define VIDEO_GROUPS_H

#include "stream/ten.h"

/* A group with a record clip u8 [N,T,H,W,C], all dims but N at least 1, until the next is asked
 * for. */
struct clip_group {
    struct ten_record clip;
    int columns;
    struct ten_record *column;          /* [columns]: the others whose first axis is N */
    const int32_t *label;               /* [N], of a column label i32; NULL: none */
    int64_t other;                      /* records of the group that are neither */
};

struct clip_reader;
struct clip_reader *clip_reader_new(struct ten_reader *in);     /* in: the caller's */
void clip_reader_free(struct clip_reader *r);                   /* NULL is allowed */
/* 1 with the next group that has clips; others are passed over.  0 at the end of the stream; -1
 * with *e set: a failure of the reader, clips of another type or rank, labels that are not i32 [N],
 * or no clip in all of the stream. */
int clip_reader_next(struct clip_reader *r, struct clip_group *g, struct ten_err *e);

/* Write `record` [N each,...] in place of g's clips, as group number `group`, and each row of every
 * column `each` times.  0, or -1 with *e set. */
int clip_group_write(const struct clip_group *g, struct ten_writer *out, struct ten_record *record,
                     int64_t each, int64_t group, struct ten_err *e);

#endif
