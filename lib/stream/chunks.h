/* zstd chunks of a payload (formats/ten.md): packed and unpacked by a pool of threads. */
#ifndef STREAM_CHUNKS_H
#define STREAM_CHUNKS_H

#include "stream/ten.h"

/* Where packed bytes go; 0, or -1 with *e set. */
typedef int (*chunk_sink)(void *arg, const void *bytes, size_t n, struct ten_err *e);

/*
 * Packing.  Calls append to an ordered queue; chunks are compressed by `threads` threads while the
 * caller goes on, and everything reaches the sink in order, from the calling thread.  The cut
 * points depend on the level alone, so the thread count does not change a byte.  Memory: four
 * chunks a thread, in and out, and the one being gathered.
 */
struct packer;
struct packer *packer_new(int level, int threads, chunk_sink sink, void *arg);  /* NULL: no memory */
void packer_free(struct packer *p);
/* Bytes that go out as they are (a header). */
int packer_bytes(struct packer *p, const void *bytes, size_t n, struct ten_err *e);
/* Bytes of a payload, in as many parts as you like; data may change on return. */
int packer_part(struct packer *p, const void *data, int64_t n, struct ten_err *e);
/* The payload's end: its last chunk, zeros and checksum. */
int packer_end(struct packer *p, uint64_t sum, struct ten_err *e);
int packer_flush(struct packer *p, struct ten_err *e);

/*
 * Unpacking.  Each call hands over one chunk; `stored` must live until unpacker_wait(), dst too.
 * The last of a payload is unpacked by the caller, which would only wait: handing the one chunk of
 * a small record to another thread took 1.6 times as long where it was measured.
 * unpacker_wait returns 0 when all chunks since the last wait were good, else the 1-based number
 * of the first bad one, with *why saying what is wrong.
 */
struct unpacker;
struct unpacker *unpacker_new(int threads);                                     /* NULL: no memory */
void unpacker_free(struct unpacker *u);
enum { UNPACK_BATCH = 64 };                     /* at most so many chunks between two waits */
void unpacker_chunk(struct unpacker *u, void *dst, uint32_t raw, const void *stored, uint32_t n,
                    uint64_t sum, bool last);
int unpacker_wait(struct unpacker *u, const char **why);

#endif
