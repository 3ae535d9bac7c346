# The format as formats/ten.md describes it: a second decoder, written from that page alone,
# against ours.
load common
setup() {
    cd "$BATS_TEST_TMPDIR" || return
    need python3 python3
    need zstd zstd
    export PYTHONDONTWRITEBYTECODE=1
}
naive() { python3 "$ROOT"/tests/naive_decoder.py "$@"; }

# same FILE: both decoders see the same records, and the same bytes in them.
same() {
    naive "$1" >naive.json
    sed 's/,"sha256":"[0-9a-f]*"}$/}/' naive.json | cmp - <(ten-info --json "$1")
    grep -o '"sha256":"[0-9a-f]*"' naive.json | cut -d'"' -f4 >naive.sum
    # The payloads one after the other are those of ten2raw, and their parts hash alike.
    awk -F'"bytes":' '{ print $2 + 0 }' naive.json >sizes
    ten2raw <"$1" >raw
    python3 -c 'import hashlib
raw = open("raw", "rb")
for size in open("sizes"):
    print(hashlib.sha256(raw.read(int(size))).hexdigest())' | cmp - naive.sum
    [ "$(awk '{ n += $1 } END { print n + 0 }' sizes)" = "$(stat -c %s raw)" ]
}
# all_bad FILE...: none passes.
all_bad() {
    local f rc
    for f; do
        rc=0
        ten-verify "$f" >/dev/null 2>&1 || rc=$?
        [ $rc = 1 ] || { echo "$f: exit $rc"; return 1; }
    done
}

@test "every type, with sizes that end anywhere in a byte" {
    for t in f32 f64 f16 bf16 i8 u8 i16 u16 i32 u32 i64 u64 bool u4 i4 u2 i2 utf8; do
        ten-gen --fill=uniform --seed=1 $t $t 3,7 scalar $t ''
    done >all.ten
    same all.ten
    [ "$(wc -l <naive.json)" = 36 ]
    [ "$(grep -c '"name":"scalar"' naive.json)" = 18 ]
}
@test "zero-sized dims, and eight of them" {
    ten-gen a f32 0 b u4 5,0 c i64 0,0,0 d u8 1,2,1,2,1,2,1,2 e bool 0,9223372036854775807 >x.ten
    same x.ten
    [ "$(grep -c '"bytes":0' naive.json)" = 4 ]
}
@test "groups, attributes, texts beyond ASCII, and a history of several tools" {
    ten-gen --records=3 --attrs='{"unit":"µm","n":[1,2.5,null]}' --group-attrs='{"kind":"größe"}' bild u8 2,2 ü i32 1 |
        ten-cat | ten-cat --zstd >x.ten
    same x.ten
    [ "$(grep -c '"history"' naive.json)" = 3 ]
    [ "$(head -1 naive.json | grep -o '"tool":' | wc -l)" = 3 ]
    [ "$(tail -1 naive.json | grep -o '^{"group":2,')" = '{"group":2,' ]
}
@test "zstd chunks, whatever the level, and several of them" {
    ten-gen --fill=uniform --seed=2 x u8 1100000 s i16 7 >plain.ten
    for level in 1 3 10; do
        ten-cat --zstd=$level plain.ten >z.ten
        same z.ten
        grep -o '"sha256.*' naive.json >sums
        [ ! -e first ] && cp sums first
        cmp sums first
    done
}
@test "segments: streams joined by cat" {
    ten-gen a f32 3 >a.ten
    ten-cat --zstd a.ten >z.ten
    ten-head --groups=0 <a.ten >empty.ten
    cat a.ten empty.ten z.ten a.ten >x.ten
    same x.ten
    [ "$(wc -l <naive.json)" = 3 ]
}
@test "XXH3 of every length class agrees, up to and beyond its blocks" {
    for n in 1 2 3 4 5 8 9 15 16 17 31 32 33 64 65 96 97 128 129 130 239 240 241 255 256 257 1023 1024 1025 1088 1089 2048 2049; do
        ten-gen --fill=uniform --seed=$n x u8 $n
    done >x.ten
    same x.ten
}
@test "every byte is under a checksum: a flipped one is noticed by both decoders" {
    ten-gen --fill=uniform a u8 40 b i4 3 >plain.ten
    ten-cat --zstd plain.ten >z.ten
    python3 -c 'for f in "plain", "z":
    good = open(f + ".ten", "rb").read()
    for at in range(0, len(good), 11):
        open(f"bad-{f}-{at}", "wb").write(good[:at] + bytes([good[at] ^ 4]) + good[at + 1:])'
    all_bad bad-*
    run -1 naive bad-*
    [ "$(grep -c '^naive_decoder: bad-' <<<"$output")" = "$(ls bad-* | wc -l)" ]
}
@test "a stream cut anywhere is noticed by both decoders" {
    ten-gen a u8 40 >x.ten
    size=$(stat -c %s x.ten)
    for ((n = 0; n < size; n += 32)); do head -c $n x.ten >cut-$n; done
    all_bad cut-*
    run -1 naive cut-*
    [ "$(grep -c '^naive_decoder: cut-' <<<"$output")" = "$(ls cut-* | wc -l)" ]
}
