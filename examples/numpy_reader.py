#!/usr/bin/env python3
"""Read tensor streams, see ten(5): for group, name, value, attrs in read(open("x.ten", "rb")): ..."""
import json, subprocess, sys
from struct import unpack_from
import numpy as np
try:
    from xxhash import xxh3_64_intdigest as xxh3
except ImportError:
    xxh3 = None                                             # checksums are not looked at then
TYPES = "<f4 <f8 <f2 bf16 i1 u1 <i2 <u2 <i4 <u4 <i8 <u8 ? u4 i4 u2 i2 utf8".split()

def need(good, what):
    if not good: raise ValueError(what)

def take(f, n):
    need(len(b := f.read(n)) == n, "the stream is cut short")
    return b

def value(kind, dims, data):
    if kind == "utf8": return data.decode()
    if kind == "bf16": return (np.frombuffer(data, "<u2").astype("<u4") << 16).view("<f4").reshape(dims)
    if kind not in ("u4", "i4", "u2", "i2"): return np.frombuffer(data, kind).reshape(dims)
    bits, signed = int(kind[1]), kind[0] == "i"             # packed, the first in the lowest bits
    x = np.frombuffer(data, "u1")[:, None] >> np.arange(0, 8, bits, "u1") & (1 << bits) - 1
    x = x.ravel()[:np.prod(dims, dtype=int)].astype("i1").reshape(dims)
    return x - (x >> bits - 1 << bits) if signed else x.view("u1")

def read(f):
    group, ended = -1, False
    while h := f.read(64):
        need(h[:8] == b"\x89TEN\r\n\x1a\n" and len(h) == 64, "no record starts here")
        h += take(f, unpack_from("<I", h, 20)[0] - 64)
        need(not xxh3 or xxh3(h[16:]) == unpack_from("<Q", h, 8)[0], "header: checksum differs")
        kind, codec, code, rank, first, n, a, size = unpack_from("<17xBB9xBBBBI4xQ", h)
        if ended := kind == 0: continue                     # the end mark of a segment
        dims, at = unpack_from(f"<{rank}q", h, 48), 48 + 8 * rank
        name, attrs = h[at:at + n].decode(), json.loads(h[at + n:at + n + a] or "{}")
        group, data, stored = group + first, bytearray(), 0
        while len(data) < size:                             # one piece as it stands, or zstd chunks
            n = unpack_from("<I", take(f, 16))[0] if codec else size
            part, stored = take(f, n), stored + n + 16 * codec
            data += subprocess.check_output(["zstd", "-dcq"], input=part) if codec else part
        tail = take(f, -(stored + 8) % 64 + 8)[-8:] if size else b""
        need(not size or not xxh3 or xxh3(data) == unpack_from("<Q", tail)[0], f"{name}: checksum differs")
        if kind == 1: yield group, name, value(TYPES[code - 1], dims, data), attrs
    need(ended, "the stream is cut short")

if __name__ == "__main__":
    for *names, x, attrs in read(open(sys.argv[1], "rb") if sys.argv[1:] else sys.stdin.buffer):
        print(*names, repr(x) if isinstance(x, str) else f"{x.dtype}{list(x.shape)}", attrs)
