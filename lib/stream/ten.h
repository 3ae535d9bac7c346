/*
 * ten.h - read and write tensor streams (.ten).
 *
 * A stream is a sequence of records; a record is a tensor with a name, a type, a shape and
 * attributes; records that belong together form a group.  The byte layout is in ten(5).
 *
 * A filter in full:
 *
 *     struct ten_err e = {0};
 *     struct ten_reader *in = ten_open_fd(0, "-", NULL, &e);
 *     struct ten_writer *out = ten_create_fd(1, "-", NULL, &e);
 *     struct ten_record rec;
 *     int rc = in && out ? 0 : -1;
 *     while (rc == 0 && (rc = ten_next(in, &rec, &e)) > 0)
 *         rc = ten_write(out, &rec, &e);
 *     if (rc == 0)
 *         rc = ten_finish(out, &e);
 *     if (rc < 0)
 *         fprintf(stderr, "filter: %s\n", e.text);
 *     ten_close(in);
 *     ten_discard(out);
 *     return rc < 0 ? e.code : 0;
 *
 * Nothing here is thread-safe on one reader or writer; different ones are independent.
 */
#ifndef TEN_H
#define TEN_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Element types.  Packed types hold 2 or 4 elements a byte, the first in the lowest bits, without
 * gaps between rows; unused bits of the last byte are zero.  utf8 is a byte tensor that is text. */
enum ten_type {
    TEN_F32 = 1, TEN_F64, TEN_F16, TEN_BF16,
    TEN_I8, TEN_U8, TEN_I16, TEN_U16, TEN_I32, TEN_U32, TEN_I64, TEN_U64,
    TEN_BOOL, TEN_U4, TEN_I4, TEN_U2, TEN_I2, TEN_UTF8,
    TEN_TYPES                                       /* one past the last */
};

enum { TEN_MAX_RANK = 8, TEN_MAX_NAME = 255 };

struct ten_shape {
    int rank;                                       /* 0..8; 0 is a scalar */
    int64_t dim[TEN_MAX_RANK];                      /* >= 0, row-major: the last runs fastest */
};

struct ten_record {
    const char *name;                               /* UTF-8, 1..255 bytes, no control characters */
    enum ten_type type;
    struct ten_shape shape;
    const void *data;                               /* ten_bytes() bytes, 64-byte aligned from a reader */

    const char *attrs;                              /* JSON object of this record, or NULL */

    /* Records of one group carry one number; a change of number starts a new group.  A reader
     * counts groups from 0; a writer only asks whether the number changed. */
    int64_t group;
    const char *group_attrs;                        /* JSON object of the group, or NULL */
    const char *history;                            /* JSON objects, one a line, oldest first, or NULL */

    /* Set by ten_next(), for messages and listings. */
    int64_t offset;                                 /* of the record's first byte in the stream */
    int64_t stored;                                 /* bytes it takes there, header and padding included */
    bool zstd;                                      /* its payload came compressed */

    /* Private: the checksum of what `summed` points at, so that passing data on costs no second pass. */
    const void *summed;
    uint64_t sum;
    int64_t sum_bytes;
};

/* How a stream is read or written; NULL means all defaults, as does {0}. */
struct ten_options {
    int threads;                                    /* for zstd; 0 or 1: the caller's alone */
    int zstd;                                       /* writing: level 1..19, 0 for plain payloads */
    int64_t max_record;                             /* reading: larger payloads are refused; 0: no limit */
    bool map;                                       /* reading: map a regular file, see ten_open() */
};

/* ---- Types and shapes ------------------------------------------------------------------- */

const char *ten_type_name(enum ten_type type);      /* "f32" ...; "?" outside the enum */
enum ten_type ten_type_parse(const char *name);     /* 0 when there is no such type */
size_t ten_elem_size(enum ten_type type);           /* bytes; 0 for the packed types */
int ten_elem_bits(enum ten_type type);              /* 2..64 */
/* "[2,3]" ("[]" for a scalar) into text, which is returned. */
char *ten_shape_text(const struct ten_shape *shape, char text[192]);
/* Number of elements; the product of the dims, 1 for rank 0.  Fits by the border check. */
int64_t ten_count(const struct ten_record *rec);
int64_t ten_bytes(const struct ten_record *rec);    /* of the payload */
/* 0 when rank, dims and bytes are legal: the product of the non-zero dims and the bytes fit int64_t. */
int ten_check_shape(enum ten_type type, const struct ten_shape *shape, struct ten_err *e);

/* ---- Reading ------------------------------------------------------------------------------ */

/* A reader of the file `path` ("-": standard input), or of an open descriptor, which stays the
 * caller's; name appears in messages ("" leaves it out, for standard input).
 * With opt->map a regular file is mapped: the data of plain records then point into the file and
 * live until ten_close(), whatever its size, which suits reading out of order.  Reading once from
 * front to back is faster without (page faults cost more than the copy: 2.6 against 8 GB/s where
 * it was measured).  NULL with *e set on failure. */
struct ten_reader *ten_open(const char *path, const struct ten_options *opt, struct ten_err *e);
struct ten_reader *ten_open_fd(int fd, const char *name, const struct ten_options *opt,
                               struct ten_err *e);
void ten_close(struct ten_reader *r);               /* NULL is allowed */

/* Read the next record of r into *rec: 1 with a record, 0 at the end of the stream, -1 with *e set
 * (TEN_E_DATA; the text names record, field and byte offset), and -1 ever after.
 * Pointers in *rec belong to the reader and live until the next call on r; data must not be
 * written to.  Header and payload have passed their checksums.  Memory: one record, never more
 * than has arrived, however large a size the header claims. */
int ten_next(struct ten_reader *r, struct ten_record *rec, struct ten_err *e);

/*
 * The same in parts, for a payload that need not lie in memory as a whole: the next record without
 * its data (data is NULL), then all ten_bytes() of its payload in as many parts as you like, before
 * anything else is read.  The checksum is looked at with the last part: what came before may be
 * damaged until then.  Memory: a chunk of a compressed payload.  1, 0 or -1, and 0 or -1, as above.
 */
int ten_next_start(struct ten_reader *r, struct ten_record *rec, struct ten_err *e);
int ten_read_part(struct ten_reader *r, void *data, int64_t bytes, struct ten_err *e);

/* What has been read so far, for a history: number of records and their chained checksum
 * (ten(5), "digest"; independent of compression and history). */
struct ten_input {
    const char *name;                               /* as the command line has it; "-" is standard input */
    int64_t records;                                /* of a tensor stream, else -1 */
    int64_t bytes;                                  /* of any other file, else -1 */
    uint64_t digest;
};
/* Of a reader; its signature is the one ten_writer_input() takes. now->name lives as long as it. */
void ten_reader_input(void *reader, struct ten_input *now);

/* ---- Writing ------------------------------------------------------------------------------ */

/* A writer to an open descriptor, which stays the caller's.  NULL with *e set on failure. */
struct ten_writer *ten_create_fd(int fd, const char *name, const struct ten_options *opt,
                                 struct ten_err *e);

/* Append one record.  Uses name, type, shape, data, attrs, group, group_attrs and history (the
 * last two when it starts a group) and keeps no pointer.  0, or -1 with *e set: bad record or
 * failed output, and -1 ever after. */
int ten_write(struct ten_writer *w, const struct ten_record *rec, struct ten_err *e);

/* The same in parts, for a payload that need not lie in memory as a whole: the record without its
 * data, then all ten_bytes() of its payload in as many parts as you like, before anything else is
 * written.  The stream does not depend on where the parts end.  0, or -1 as above. */
int ten_write_start(struct ten_writer *w, const struct ten_record *rec, struct ten_err *e);
int ten_write_part(struct ten_writer *w, const void *data, int64_t bytes, struct ten_err *e);

/* Write the end mark and flush; without it readers report the stream as cut.  0, or -1 with *e set. */
int ten_finish(struct ten_writer *w, struct ten_err *e);
void ten_discard(struct ten_writer *w);             /* free, without an end mark; NULL is allowed */

/* Hand over what is still buffered.  With ten_tie, r does so on w before it waits for input that
 * has not arrived, so that a filter answers a program that talks to it over two pipes. */
int ten_flush(struct ten_writer *w, struct ten_err *e);
/* Bytes handed over so far: after ten_flush(), where the next record starts in the stream. */
int64_t ten_written(const struct ten_writer *w);
void ten_tie(struct ten_reader *r, struct ten_writer *w);

/* Who writes: one history entry is appended to every group from here on. */
struct ten_provenance {
    const char *tool, *version;
    char *const *args;                              /* NULL-terminated, without the program's name */
    bool seeded;
    uint64_t seed;
};
void ten_writer_provenance(struct ten_writer *w, const struct ten_provenance *p);
/* An input to name in that entry: now(of, ...) is asked when a group starts what has been read of
 * it by then.  `of` must live as long as w writes. */
typedef void (*ten_input_fn)(void *of, struct ten_input *now);
void ten_writer_input(struct ten_writer *w, ten_input_fn now, void *of);

#ifdef __cplusplus
}
#endif
#endif
