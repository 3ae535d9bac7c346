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
 * The last record and the end mark have PACK_TAIL bytes, which is how the index is found.  Offsets
 * count from the start of the file: a stream that other tools have written anew is no store.
 */
#ifndef VIDEO_PACK_H
#define VIDEO_PACK_H

#include "stream/ten.h"

enum { PACK_TAIL = 192, PACK_UNKNOWN = -1 };

/* ---- Reading: any number of threads may ask ------------------------------------------------- */

struct pack_video {
    int64_t at;                             /* byte where its clip starts */
    int64_t frames, height, width, channels;    /* frames >= 1 */
    int32_t label;                          /* PACK_UNKNOWN: none */
    const char *name;                       /* the store's; "" where it has none */
};

struct pack;
/* NULL with *e set (TEN_E_DATA): no file, not such a stream, or damaged. */
struct pack *pack_open(const char *path, struct ten_err *e);
void pack_close(struct pack *s);                          /* NULL is allowed */
int64_t pack_count(const struct pack *s);
const struct pack_video *pack_video(const struct pack *s, int64_t i);
/* Frames index[0..n) of video i, each within it, to [n,H,W,C].  What has been read of the file is
 * checked.  0, or -1 with *e set (TEN_E_DATA). */
int pack_frames(const struct pack *s, int64_t i, const int64_t *index, int64_t n, uint8_t *to,
                 struct ten_err *e);
/* Digest of the index, for histories. */
uint64_t pack_digest(const struct pack *s);

/* ---- Writing ------------------------------------------------------------------------------- */

struct pack_writer;
/* out: the caller's, nothing written yet. */
struct pack_writer *pack_writer_new(struct ten_writer *out);
void pack_writer_free(struct pack_writer *w);             /* NULL is allowed */
/* Append clip [1,L,H,W,C]; v->at is not read; attrs of the group, name and history may be NULL.
 * 0, or -1 with *e set. */
int pack_add(struct pack_writer *w, const struct pack_video *v, const struct ten_record *clip,
              struct ten_err *e);
int pack_end(struct pack_writer *w, struct ten_err *e);   /* the index; the caller ends out */

#endif
