/*
 * Packed videos: a tensor stream that any tool can read, and that gives frames of video i without
 * reading the others.
 *
 *     clip u8 [1,L,H,W,C], label i32 [1]      a group for each video, the label where it is known;
 *                                             group attribute name
 *     index i64 [N,6]                         the last group: of each video, where its clip starts
 *                                             in the file, L, H, W, C and its label;
 *     name utf8 [bytes]                       the names, one a line;
 *     store u8 [0]                            attributes index, name: where these two start
 *
 * The last record and the end mark have STORE_TAIL bytes, which is how the index is found.  Offsets
 * count from the start of the file: a stream that other tools have written anew is no store.
 */
#ifndef VIDEO_STORE_H
#define VIDEO_STORE_H

#include "stream/ten.h"

enum { STORE_TAIL = 192, STORE_UNKNOWN = -1 };

/* ---- Reading: any number of threads may ask ------------------------------------------------- */

struct store_video {
    int64_t at;                             /* byte where its clip starts */
    int64_t frames, height, width, channels;    /* frames >= 1 */
    int32_t label;                          /* STORE_UNKNOWN: none */
    const char *name;                       /* the store's; "" where it has none */
};

struct store;
/* NULL with *e set (TEN_E_DATA): no file, not such a stream, or damaged. */
struct store *store_open(const char *path, struct ten_err *e);
void store_close(struct store *s);                          /* NULL is allowed */
int64_t store_count(const struct store *s);
const struct store_video *store_video(const struct store *s, int64_t i);
/* Frames index[0..n) of video i, each within it, to [n,H,W,C].  What has been read of the file is
 * checked.  0, or -1 with *e set (TEN_E_DATA). */
int store_frames(const struct store *s, int64_t i, const int64_t *index, int64_t n, uint8_t *to,
                 struct ten_err *e);
/* Digest of the index, for histories. */
uint64_t store_digest(const struct store *s);

/* ---- Writing ------------------------------------------------------------------------------- */

struct store_writer;
/* out: the caller's, nothing written yet. */
struct store_writer *store_writer_new(struct ten_writer *out);
void store_writer_free(struct store_writer *w);             /* NULL is allowed */
/* Append clip [1,L,H,W,C]; v->at is not read; attrs of the group, name and history may be NULL.
 * 0, or -1 with *e set. */
int store_add(struct store_writer *w, const struct store_video *v, const struct ten_record *clip,
              struct ten_err *e);
int store_end(struct store_writer *w, struct ten_err *e);   /* the index; the caller ends out */

#endif
