/*
 * Streams of samples: groups whose records all have the samples along their first axis (images and
 * their labels), read group by group and written again in groups of any size.
 */
#ifndef STREAM_ROWS_H
#define STREAM_ROWS_H

#include "stream/ten.h"

enum { ROWS_MAX_COLUMNS = 1024 };

/* Samples side by side in one group; column c of sample i is bits i*bits[c] .. (i+1)*bits[c]-1 of
 * rec[c].data.  All shape.dim[0] are n. */
struct rows {
    int columns;
    struct ten_record *rec;             /* [columns] */
    int64_t *bits;                      /* [columns] */
    int64_t n;
    const char *group_attrs, *history;  /* of the group, or NULL */
};

/* ---- Reading ------------------------------------------------------------------------------ */

struct rows_reader;
struct rows_reader *rows_reader_new(struct ten_reader *in);     /* in stays the caller's */
void rows_reader_free(struct rows_reader *r);

/*
 * The next group of the stream, in *rows until the next call: 1, 0 at the end of the stream, -1
 * with *e set.  Every group has the records of the first one, in its order, with its types, sample
 * shapes and attributes; sparse matrices and ragged data are no samples.  Anything else is an
 * error that names byte, record and what was expected.
 *
 * Memory: one group besides the reader's record; of groups behind the first one the last record
 * is handed out where the reader has it, so a stream of one record a group is not copied.
 */
int rows_next(struct rows_reader *r, struct rows *rows, struct ten_err *e);
/* The columns, attributes and history of the first group without samples (n is 0, data must not
 * be used); lives as long as r. */
void rows_like(const struct rows_reader *r, struct rows *rows);

/* ---- Writing ------------------------------------------------------------------------------ */

/* Samples on their way into groups of `size` samples. */
struct rows_writer;
struct rows_writer *rows_writer_new(struct ten_writer *out, int64_t size);  /* out: the caller's */
void rows_writer_free(struct rows_writer *w);                   /* what waits is lost */

/* Append samples first .. first+n-1.  All rows given to one writer have the same columns.  A full
 * group goes out at once, with attributes and history of the group its first sample came from.
 * 0, or -1 with *e set.  Memory: what waits, less than `size` samples. */
int rows_write(struct rows_writer *w, const struct rows *rows, int64_t first, int64_t n,
               struct ten_err *e);
/* What waits goes out as a smaller group, if anything does. */
int rows_flush(struct rows_writer *w, struct ten_err *e);
/* Samples written or waiting so far. */
int64_t rows_count(const struct rows_writer *w);

/* ---- One sample as a block of bytes -------------------------------------------------------- */

/* Bytes that a sample takes: each column starts on a byte. */
int64_t row_bytes(const struct rows *rows);
void row_pack(void *block, const struct rows *rows, int64_t i);
/* *one becomes the sample in block, which it points into; one->rec and one->bits are arrays of
 * rows->columns, the caller's. */
void row_unpack(struct rows *one, const struct rows *rows, const void *block);

#endif
