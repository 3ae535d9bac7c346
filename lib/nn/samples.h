/*
 * Random access to the samples of a tensor stream (stream/rows.h: groups whose records all have
 * the samples along their first axis).
 *
 * The stream is read through once, and everything is checked then: checksums, and that all groups
 * are alike.  Records that lie plain in a regular file are mapped and used where they are, so a
 * data set larger than memory costs page cache only.  What comes compressed or through a pipe is
 * kept unpacked: in memory up to a limit, the rest in a temporary file without a name, mapped too.
 * The file must not be changed while it is in use.  Opening takes the memory of one group besides.
 */
#ifndef NN_SAMPLES_H
#define NN_SAMPLES_H

#include "stream/ten.h"

struct samples;

/* {0}: all defaults. */
struct samples_options {
    int64_t memory;                     /* bytes to keep in memory; 0: a quarter of the machine's */
};

/* One record of every group; shape is that of one sample, [H,W,C] where the record is [N,H,W,C]. */
struct samples_column {
    const char *name;
    enum ten_type type;
    struct ten_shape shape;
    int64_t count, bytes;               /* elements and bytes of one sample */
    const char *attrs;                  /* JSON object, or NULL */
};

/*
 * The samples of the stream at path ("-": standard input).  in: a reader of it that has not been
 * read from, which stays the caller's and is not needed afterwards, or NULL for one of its own.
 * NULL with *e set (TEN_E_DATA): a failure of the reader; groups that differ; no samples at all;
 * samples that do not start on a byte (packed types); no space for temporary files.
 */
struct samples *samples_open(const char *path, struct ten_reader *in,
                             const struct samples_options *opt, struct ten_err *e);
/* The samples i = index[0..n) of s, a sample each time it is named.  Shares what s holds and may
 * outlive it; index is copied.  Every index is in range. */
struct samples *samples_subset(const struct samples *s, const int64_t *index, int64_t n);
void samples_close(struct samples *s);              /* NULL is allowed */

int64_t samples_count(const struct samples *s);
/* The columns, in the order of the stream; their number in *n. */
const struct samples_column *samples_columns(const struct samples *s, int *n);
/* Number of a column; -1 where there is none. */
int samples_find(const struct samples *s, const char *name);
/* The same, with *e set: "NAME: no such record: expected it beside A, B". */
int samples_need(const struct samples *s, const char *name, struct ten_err *e);
/* The column that networks look at: image or, where there is none, clip; -1 without either. */
int samples_pictures(const struct samples *s);
/* Of the first group: JSON object and history, or NULL. */
const char *samples_group_attrs(const struct samples *s);
const char *samples_history(const struct samples *s);

/* Column c of sample i: its bytes, aligned to nothing but the size of an element.  Any number of
 * threads may ask.  What lies in a file is read when it is touched. */
const void *samples_row(const struct samples *s, int c, int64_t i);
/* Number of sample i in the whole stream: itself, but for subsets. */
int64_t samples_number(const struct samples *s, int64_t i);

#endif
