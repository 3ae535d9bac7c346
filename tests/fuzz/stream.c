/* The stream reader on hostile bytes.  Checksums would stop every mutation at the door, so they are
 * made right first, record by record, as far as the bytes make sense; the untouched bytes are tried as
 * well.  What is read must be writable and come back the same. */
#include "stream/ten.h"
#include "stream/wire.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <xxhash.h>
#include <zstd.h>

/* Checksums of the chunks at d[at..end): where they stop; *sum becomes that of what they hold. */
static int64_t sign_chunks(unsigned char *d, int64_t at, int64_t end, int64_t raw, uint64_t *sum)
{
    static unsigned char out[1 << 20];
    int64_t have = 0;

    while (have < raw && at + WIRE_CHUNK_HEADER <= end) {
        const int64_t n = get_u32(d + at), r = get_u32(d + at + 4);

        if (n > end - at - WIRE_CHUNK_HEADER || r == 0 || have + r > (int64_t)sizeof out)
            return end;
        put_u64(d + at + 8, XXH3_64bits_withSeed(d + at + WIRE_CHUNK_HEADER, (size_t)n, (uint64_t)r));
        ZSTD_decompress(out + have, (size_t)r, d + at + WIRE_CHUNK_HEADER, (size_t)n);
        at += WIRE_CHUNK_HEADER + n;
        have += r;
    }
    *sum = XXH3_64bits(out, (size_t)have);
    return at;
}

static void sign(unsigned char *d, int64_t size)
{
    uint64_t digest = 0, records = 0;

    for (int64_t at = 0; at + WIRE_ALIGN <= size; ) {
        unsigned char *h = d + at;
        const int64_t header = get_u32(h + AT_HEADER), n = (int64_t)get_u64(h + AT_PAYLOAD);
        uint64_t sum = 0;

        memcpy(h, WIRE_MAGIC, 8);
        if (header < WIRE_ALIGN || header > size - at)
            return;
        if (h[AT_KIND] == KIND_END) {
            put_u64(h + AT_DIMS, records);
            put_u64(h + AT_DIMS + 8, digest);
            records = digest = 0;
        }
        put_u64(h + AT_SUM, XXH3_64bits(h + AT_VERSION, (size_t)header - AT_VERSION));
        at += header;
        if (h[AT_KIND] != KIND_END && n > 0) {
            const int64_t from = at;

            if (h[AT_CODEC] == CODEC_ZSTD)
                at = sign_chunks(d, at, size, n, &sum);
            else if (n <= size - at)
                sum = XXH3_64bits(d + at, (size_t)n), at += n;
            else
                return;
            at += wire_padding(at - from);
            if (at + 8 > size)
                return;
            put_u64(d + at, sum);
            at += 8;
        }
        if (h[AT_KIND] != KIND_END && wire_identity(h) <= (size_t)header - AT_TYPE) {
            digest = wire_digest(digest, h, wire_identity(h), sum);
            records++;
        }
    }
}

/* Copy the stream behind fd to a new one: the number of records, -1 when it is bad. */
static int copy(int from, int to, bool map, int zstd)
{
    struct ten_err e = {0};
    struct ten_reader *r = ten_open_fd(from, "-", &(struct ten_options){.map = map, .threads = 1}, &e);
    struct ten_writer *w = ten_create_fd(to, "-", &(struct ten_options){.zstd = zstd, .threads = 1}, &e);
    struct ten_record rec;
    int n = 0, rc = -1;

    while (r && (rc = ten_next(r, &rec, &e)) > 0) {
        n++;
        if (ten_write(w, &rec, &e) < 0)
            abort();
    }
    if (rc == 0 && ten_finish(w, &e) < 0)
        abort();
    ten_close(r);
    ten_discard(w);
    return rc < 0 ? -1 : n;
}

static void try(const unsigned char *d, size_t size, bool map, int zstd)
{
    const int from = memfd_create("from", 0), to = memfd_create("to", 0), again = memfd_create("again", 0);

    if (write(from, d, size) != (ssize_t)size)
        abort();
    lseek(from, 0, SEEK_SET);
    const int n = copy(from, to, map, zstd);
    if (n >= 0) {
        lseek(to, 0, SEEK_SET);
        if (copy(to, again, !map, 0) != n)
            abort();
    }
    close(from);
    close(to);
    close(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    unsigned char *d = malloc(size + 1);

    memcpy(d, data, size);
    try(d, size, size % 2, 0);
    sign(d, (int64_t)size);
    try(d, size, size / 2 % 2, 1);
    free(d);
    return 0;
}
