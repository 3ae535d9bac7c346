/* The bytes of a record, shared by reader and writer; formats/ten.md is the specification. */
#ifndef STREAM_WIRE_H
#define STREAM_WIRE_H

#include "stream/ten.h"

enum {
    WIRE_ALIGN = 64, WIRE_FIXED = 48,       /* bytes before the dims */
    WIRE_MAX_HEADER = 1 << 26, WIRE_MAX_CHUNK = 1 << 26, WIRE_CHUNK_HEADER = 16,
    WIRE_VERSION = 1,
    KIND_END = 0, KIND_TENSOR = 1,
    CODEC_PLAIN = 0, CODEC_ZSTD = 1,
    FLAG_GROUP = 1,
    AT_SUM = 8, AT_VERSION = 16, AT_KIND, AT_CODEC, AT_RESERVED,
    AT_HEADER = 20, AT_HISTORY = 24, AT_TYPE = 28, AT_RANK, AT_FLAGS, AT_NAME,
    AT_ATTRS = 32, AT_GROUP_ATTRS = 36, AT_PAYLOAD = 40, AT_DIMS = 48,
};

/* Payloads are smaller than this, so that sizes of records never overflow. */
#define WIRE_MAX_PAYLOAD ((int64_t)1 << 62)

static const unsigned char WIRE_MAGIC[8] = {0x89, 'T', 'E', 'N', '\r', '\n', 0x1a, '\n'};

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "numbers are copied as they stand");

static inline uint32_t get_u32(const void *p) { uint32_t v; __builtin_memcpy(&v, p, 4); return v; }
static inline uint64_t get_u64(const void *p) { uint64_t v; __builtin_memcpy(&v, p, 8); return v; }
static inline void put_u32(void *p, uint32_t v) { __builtin_memcpy(p, &v, 4); }
static inline void put_u64(void *p, uint64_t v) { __builtin_memcpy(p, &v, 8); }

/* Bytes of zeros between a payload of n stored bytes and its checksum. */
static inline int64_t wire_padding(int64_t n) { return (WIRE_ALIGN - (n + 8) % WIRE_ALIGN) % WIRE_ALIGN; }

/* One step of the digest chain: header holds the identity (bytes 28 .. 28+identity). */
uint64_t wire_digest(uint64_t digest, const void *header, size_t identity, uint64_t payload_sum);
/* Bytes of the header's identity part, from its own length fields. */
size_t wire_identity(const void *header);
/* True when `n` bytes are UTF-8 without zero bytes; strict also bans control characters. */
bool wire_text_ok(const unsigned char *s, size_t n, bool strict);
/* The same for JSON fields, which start with { and end with `end` ("}", or "}\n" for a history). */
bool wire_json_ok(const unsigned char *s, size_t n, const char *end);
/* Payload bytes of a legal shape; -1 with *e set where it is not legal. */
int64_t wire_payload(enum ten_type type, const struct ten_shape *shape, struct ten_err *e);
/* True when the unused bits of a packed payload's last byte are 0. */
bool wire_spare_bits_ok(enum ten_type type, int64_t count, const void *data);

#endif
