#!/usr/bin/env python3
"""A second decoder of tensor streams, written from formats/ten.md alone, slow and plain.

naive_decoder.py FILE... prints each record as a line of JSON, in the words of `ten-info --json`,
with the SHA-256 of its payload behind.  A file ends at the first thing that the format does not
allow; the exit status is 1 then.  Standard library only; chunks are unpacked by the command zstd.
"""
import hashlib
import json
import struct
import subprocess
import sys

# ---- XXH3-64 (xxHash 0.8, doc/xxhash_spec.md and xxhash.h) -----------------------------------

SECRET = bytes.fromhex(
    "b8fe6c3923a44bbe7c01812cf721ad1cded46de9839097db7240a4a4b7b3671f"
    "cb79e64eccc0e578825ad07dccff7221b8084674f743248ee03590e6813a264c"
    "3c2852bb91c300cb88d0658b1b532ea371644897a20df94e3819ef46a9deacd8"
    "a8fa763fe39c343ff9dcbbc7c70b4f1d8a51e04bcdb45931c89f7ec9d9787364"
    "eac5ac8334d3ebc3c581a0fffa1363eb170ddd51b7f0da49d316552629d4689e"
    "2b16be587d47a1fc8ff8b8d17ad031ce45cb3a8f95160428afd7fbcabb4b407e")
M = (1 << 64) - 1
P32 = (0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D)
P64 = (0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5)


def r32(b, at):
    return int.from_bytes(b[at:at + 4], "little")


def r64(b, at):
    return int.from_bytes(b[at:at + 8], "little")


def rotl(v, n):
    return (v << n | v >> (64 - n)) & M


def swap(v, n):
    return int.from_bytes(v.to_bytes(n, "little"), "big")


def fold(a, b):
    p = a * b
    return (p & M) ^ (p >> 64)


def avalanche(h):
    h ^= h >> 37
    h = h * 0x165667919E3779F9 & M
    return h ^ h >> 32


def avalanche64(h):
    h ^= h >> 33
    h = h * P64[1] & M
    h ^= h >> 29
    h = h * P64[2] & M
    return h ^ h >> 32


def mix16(b, at, s, seed):
    return fold(r64(b, at) ^ (r64(SECRET, s) + seed & M), r64(b, at + 8) ^ (r64(SECRET, s + 8) - seed & M))


def xxh3_short(b, n, seed):
    if n == 0:
        return avalanche64(seed ^ r64(SECRET, 56) ^ r64(SECRET, 64))
    if n <= 3:
        combined = b[0] << 16 | b[n >> 1] << 24 | b[n - 1] | n << 8
        return avalanche64(combined ^ (r32(SECRET, 0) ^ r32(SECRET, 4)) + seed & M)
    if n <= 8:
        seed ^= swap(seed & 0xFFFFFFFF, 4) << 32
        h = (r32(b, n - 4) + (r32(b, 0) << 32)) ^ ((r64(SECRET, 8) ^ r64(SECRET, 16)) - seed & M)
        h ^= rotl(h, 49) ^ rotl(h, 24)
        h = h * 0x9FB21C651E98DF25 & M
        h ^= (h >> 35) + n
        h = h * 0x9FB21C651E98DF25 & M
        return h ^ h >> 28
    low = r64(b, 0) ^ ((r64(SECRET, 24) ^ r64(SECRET, 32)) + seed & M)
    high = r64(b, n - 8) ^ ((r64(SECRET, 40) ^ r64(SECRET, 48)) - seed & M)
    return avalanche(n + swap(low, 8) + high + fold(low, high) & M)


def xxh3_middle(b, n, seed):
    acc = n * P64[0]
    if n <= 128:
        for i in range((n - 1) // 32, -1, -1):
            acc += mix16(b, 16 * i, 32 * i, seed) + mix16(b, n - 16 * (i + 1), 32 * i + 16, seed)
        return avalanche(acc & M)
    for i in range(8):
        acc += mix16(b, 16 * i, 16 * i, seed)
    acc = avalanche(acc & M)
    for i in range(8, n // 16):
        acc += mix16(b, 16 * i, 16 * (i - 8) + 3, seed)
    return avalanche(acc + mix16(b, n - 16, 136 - 17, seed) & M)


def xxh3_long(b, n, seed):
    secret = b"".join(struct.pack("<QQ", r64(SECRET, i) + seed & M, r64(SECRET, i + 8) - seed & M)
                      for i in range(0, 192, 16))
    keys = [struct.unpack_from("<8Q", secret, 8 * i) for i in range(16)]
    last_key = struct.unpack_from("<8Q", secret, 128)
    acc = [P32[2], P64[0], P64[1], P64[2], P64[3], P32[1], P64[4], P32[0]]

    def stripe(at, key):
        words = struct.unpack_from("<8Q", b, at)
        for i in range(8):
            k = words[i] ^ key[i]
            acc[i ^ 1] += words[i]
            acc[i] = acc[i] + (k & 0xFFFFFFFF) * (k >> 32)
        for i in range(8):
            acc[i] &= M

    for i in range((n - 1) // 64):
        stripe(64 * i, keys[i % 16])
        if i % 16 == 15:
            for k in range(8):
                acc[k] = (acc[k] ^ acc[k] >> 47 ^ last_key[k]) * P32[0] & M
    stripe(n - 64, struct.unpack_from("<8Q", secret, 121))
    h = n * P64[0]
    for i in range(4):
        h += fold(acc[2 * i] ^ r64(secret, 11 + 16 * i), acc[2 * i + 1] ^ r64(secret, 19 + 16 * i))
    return avalanche(h & M)


def xxh3(b, seed=0):
    n = len(b)
    return (xxh3_short if n <= 16 else xxh3_middle if n <= 240 else xxh3_long)(b, n, seed)


# ---- The stream -------------------------------------------------------------------------------

MAGIC = b"\x89TEN\r\n\x1a\n"
NAMES = "? f32 f64 f16 bf16 i8 u8 i16 u16 i32 u32 i64 u64 bool u4 i4 u2 i2 utf8".split()
BITS = (0, 32, 64, 16, 16, 8, 8, 16, 16, 32, 32, 64, 64, 8, 4, 4, 2, 2, 8)


class Bad(Exception):
    pass


def need(condition, what):
    if not condition:
        raise Bad(what)


class Decoder:
    def __init__(self, data):
        self.data, self.at = data, 0
        self.group, self.group_attrs = -1, {}

    def take(self, n, what):
        need(self.at + n <= len(self.data), f"{what}: the input ends in it")
        self.at += n
        return self.data[self.at - n:self.at]

    def header(self):
        start = self.at
        need(self.take(8, "magic") == MAGIC, "magic")
        self.take(56, "header")
        size = r32(self.data, start + 20)
        need(64 <= size <= 1 << 26 and size % 64 == 0, "header bytes")
        self.at = start
        h = self.take(size, "header")
        need(xxh3(h[16:]) == r64(h, 8), "header checksum")
        need(h[16] == 1, "version")
        need(h[17] <= 1, "kind")                # others are reserved: nothing writes them
        need(h[18] <= 1, "codec")
        need(h[19] == 0 and h[30] <= 1 and h[29] <= 8, "reserved bits, flags or rank")
        return h

    def fields(self, h):
        """Dims, the texts, and where the identity ends."""
        at = 48 + 8 * h[29]
        dims = list(struct.unpack_from(f"<{h[29]}q", h, 48))
        texts = []
        for n in (h[31], r32(h, 32), r32(h, 36), r32(h, 24)):
            texts.append(h[at:at + n].decode("utf-8"))
            need("\0" not in texts[-1], "zero byte in a text")
            at += n
        need((at + 63) // 64 * 64 == len(h) and not any(h[at:]), "header padding")
        return dims, texts, at - r32(h, 24)

    def payload(self, h):
        """The payload before compression, and its checksum."""
        n = r64(h, 40)
        if n == 0:
            return b"", 0
        start, parts, raw = self.at, [], 0
        if h[18] == 0:
            parts.append(self.take(n, "payload"))
        while h[18] == 1 and raw < n:
            stored, size, checksum = struct.unpack("<IIQ", self.take(16, "chunk"))
            need(stored >= 1 and 1 <= size <= 1 << 26 and raw + size <= n, "chunk sizes")
            frame = self.take(stored, "chunk")
            need(xxh3(frame, size) == checksum, "chunk checksum")
            part = subprocess.run(["zstd", "-dcq"], input=frame, capture_output=True, check=True).stdout
            need(len(part) == size, "chunk contents")
            parts.append(part)
            raw += size
        data = b"".join(parts)
        need(not any(self.take(-(self.at - start + 8) % 64, "zeros")), "zeros")
        checksum = r64(self.take(8, "payload checksum"), 0)
        need(xxh3(data) == checksum, "payload checksum")
        return data, checksum

    def object(self, text, what):
        value = json.loads(text) if text else {}
        need(isinstance(value, dict), what)
        return value

    def record(self, h, first):
        """One line about a record, and its step of the digest."""
        start = self.at - len(h)
        dims, (name, attrs, group_attrs, history), identity = self.fields(h)
        need(1 <= h[28] <= 18, "type")
        need(name and not any(ord(c) < 32 or ord(c) == 127 for c in name), "name")
        product = count = 1
        for d in dims:
            need(d >= 0, "dims")
            product *= d or 1
            count *= d
        need(product < 1 << 63, "dims")
        need(r64(h, 40) == (count * BITS[h[28]] + 7) // 8, "payload bytes")
        need(h[30] == 1 or not first, "group flag of a segment's first record")
        need(h[30] == 1 or not (group_attrs or history), "texts of a group behind its first record")
        self.group += h[30]
        data, checksum = self.payload(h)
        spare = -count * BITS[h[28]] % 8
        need(spare == 0 or data[-1] >> 8 - spare == 0, "unused bits")
        line = {"group": self.group, "name": name, "type": NAMES[h[28]], "shape": dims, "bytes": len(data),
                "stored": self.at - start, "zstd": h[18] == 1}
        if h[30] == 1:
            self.group_attrs = self.object(group_attrs, "group attributes")
        line["attrs"] = self.object(attrs, "attributes")
        line["group_attrs"] = self.group_attrs
        if history:
            need(history.endswith("\n"), "history")
            line["history"] = [json.loads(entry) for entry in history[:-1].split("\n")]
        line["sha256"] = hashlib.sha256(data).hexdigest()
        return line, struct.pack("<QQ", xxh3(h[28:identity]), checksum)

    def stream(self):
        records, digest = 0, 0
        while True:
            h = self.header()
            if h[17] == 0:
                need(len(h) == 64 and h[18] == 0 and not any(h[24:29]) and h[29] == 2 and not any(h[30:48]),
                     "end mark")
                need(r64(h, 48) == records and r64(h, 56) == digest, "count or digest")
                if self.at == len(self.data):
                    return
                records, digest = 0, 0
                continue
            line, step = self.record(h, records == 0)
            digest = xxh3(step, digest)
            records += 1
            print(json.dumps(line, separators=(",", ":"), ensure_ascii=False))


def main(files):
    bad = 0
    for name in files:
        with open(name, "rb") as stream:
            decoder = Decoder(stream.read())
        try:
            decoder.stream()
        except (Bad, ValueError, struct.error, subprocess.CalledProcessError) as why:
            print(f"naive_decoder: {name}: byte {decoder.at}: {why}", file=sys.stderr)
            bad = 1
    return bad


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
