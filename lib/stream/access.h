/*
 * Records of a tensor stream in a file, out of order: by the byte they start at, and parts of
 * their payloads.  What is handed out has passed its checksums: the header's and, of compressed
 * payloads, those of the chunks that were touched; of plain ones, which have one for all, the
 * whole is gone through.
 *
 * A file is mapped and must not be changed while it is open.  All of this only reads, so any
 * number of threads may ask at the same time.
 */
#ifndef STREAM_ACCESS_H
#define STREAM_ACCESS_H

#include "stream/ten.h"

struct access;
struct access *access_open(const char *path, struct ten_err *e);    /* NULL with *e set */
void access_close(struct access *a);                                /* NULL is allowed */
int64_t access_size(const struct access *a);                        /* bytes of the file */

/* A record without its data. */
struct access_record {
    char name[TEN_MAX_NAME + 1];
    enum ten_type type;
    struct ten_shape shape;
    const char *attrs;                  /* not ended by a zero byte */
    int64_t attrs_bytes;
    int64_t payload, bytes;             /* where its payload starts, and its bytes unpacked */
    bool zstd;
};

/* The record that starts at byte `at` of the file: 0, or -1 with *e set (TEN_E_DATA): there is
 * none, or it is damaged. */
int access_find(const struct access *a, int64_t at, struct access_record *rec, struct ten_err *e);
/* Parts of its payload: to + i n gets bytes from[i] .. from[i] + n, which lie within it.  0, or
 * -1 with *e set.  Memory: 1 MiB, or one chunk where they are larger. */
int access_read(const struct access *a, const struct access_record *rec, const int64_t *from,
                int64_t parts, int64_t n, void *to, struct ten_err *e);

#endif
