/*
 * ZIP archives as NPZ files are (PKWARE APPNOTE 6.3.9): members stored or deflated, with the 64-bit
 * extension, one disk, not encrypted.  Reading works on the archive's bytes in memory and hands
 * stored members out in place; writing never seeks, so it goes to a pipe.
 *
 * Not libzip: it keeps every member until the archive is closed, copies stored ones, and the
 * libraries it loads add 2.5 ms to the start of a tool (7.4 instead of 4.9 ms, measured).
 */
#ifndef FORMATS_ZIP_H
#define FORMATS_ZIP_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* ---- Reading --------------------------------------------------------------------------------- */

struct unzip {
    const char *name;               /* for messages; the caller's, as are the bytes */
    const unsigned char *bytes;
    int64_t size;
    int64_t members, index;         /* in all; of the next */
    int64_t entry, directory;       /* private: of the next entry; of all */
    int64_t free;                   /* first byte that no member has used */
};

struct zip_member {
    char name[256];                 /* 1 to 255 bytes */
    int64_t offset;                 /* of its data in the archive */
    int64_t size, stored;           /* bytes when unpacked; bytes in the archive */
    bool deflated;
    uint32_t crc;
};

/* Find the directory: 0, or -1 with *e set. */
int unzip_open(struct unzip *z, const char *name, const void *bytes, int64_t size,
               struct ten_err *e);
/* The next member: 1, 0 after the last, -1 with *e set.  Members lie in the archive in the order of
 * the directory and do not overlap, else it is refused: no archive unpacks its bytes twice. */
int unzip_next(struct unzip *z, struct zip_member *m, struct ten_err *e);

struct zip_buffer { unsigned char *p; size_t room; };   /* {0} is empty; free(p) */
/* The bytes of a member, of the size and checksum that the directory names: in the archive itself,
 * or in *b, which grows with what comes out.  NULL with *e set. */
const void *unzip_data(const struct unzip *z, const struct zip_member *m, struct zip_buffer *b,
                       struct ten_err *e);

/* ---- Writing --------------------------------------------------------------------------------- */

struct zipper {
    FILE *to;
    bool deflate;                   /* else stored */
    int64_t offset, members;        /* written so far */
    struct zip_buffer directory;    /* private */
    size_t directory_bytes;
    struct zip_buffer packed;
};

/* Append a member whose bytes are head and then data; its date is 1980-01-01, so that the same
 * members make the same archive.  name: up to 65535 bytes.  0, or -1 with *e set. */
int zipper_add(struct zipper *z, const char *name, const void *head, size_t head_bytes,
               const void *data, size_t data_bytes, struct ten_err *e);
/* Write the directory.  0, or -1 with *e set.  z->to stays open and is not flushed. */
int zipper_finish(struct zipper *z, struct ten_err *e);
void zipper_free(struct zipper *z);

#endif
