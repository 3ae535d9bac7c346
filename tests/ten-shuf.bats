load common
# 60 samples in groups of 6: x [6,2] counts by two, label [6] by one.
setup() {
    cd "$BATS_TEST_TMPDIR" || return
    ten-gen --records=10 x i32 6,2 label i32 6 >in.ten
}
shapes() { ten-info | awk '{ print $1, $2, $4 }' | tr '\n' ';'; }
labels() { ten2raw --record=label | od -An -v -w4 -td4 | tr -d ' '; }

@test "every sample comes out once, in another order, its records still together" {
    ten-shuf <in.ten >out.ten
    cmp <(labels <in.ten) <(labels <out.ten | sort -n)
    run -1 cmp -s <(labels <in.ten) <(labels <out.ten)
    paste <(labels <out.ten) <(ten2raw --record=x <out.ten | od -An -v -w8 -td4) | awk '$2 != 2 * $1 || $3 != $2 + 1 { exit 1 }'
}
@test "the seed decides the order, threads do not" {
    ten-shuf --seed=5 <in.ten >a
    ten-shuf --seed=5 --threads=1 <in.ten | cmp a -
    run -1 cmp -s <(labels <a) <(ten-shuf --seed=6 <in.ten | labels)
}
@test "every memory limit, and other groups on the way in, give the same order" {
    ten-shuf --seed=5 <in.ten | labels >want
    for memory in 0 100 1000 1K 1G; do
        ten-shuf --seed=5 --memory=$memory <in.ten | labels | cmp want - || { echo "--memory=$memory"; false; }
    done
    ten-batch --size=7 <in.ten | ten-shuf --seed=5 | labels | cmp want -
}
@test "groups are as long as the first, or as --size says" {
    [ "$(ten-gen x u8 4 | ten-shuf | shapes)" = "0 x [4];" ]
    [ "$( { ten-gen x u8 2; ten-gen x u8 5; } | ten-shuf | shapes)" = "0 x [2];1 x [2];2 x [2];3 x [1];" ]
    [ "$( { ten-gen x u8 0; ten-gen x u8 5; } | ten-shuf --size=3 | shapes)" = "0 x [3];1 x [2];" ]
}
@test "--groups moves whole groups" {
    ten-shuf --groups --seed=1 <in.ten >out.ten
    cmp <(labels <in.ten) <(labels <out.ten | sort -n)
    run -1 cmp -s <(labels <in.ten) <(labels <out.ten)
    labels <out.ten | awk 'NR % 6 != 1 && $1 != last + 1 { exit 1 } { last = $1 }'
    for memory in 0 1000; do
        ten-shuf --groups --seed=1 --memory=$memory <in.ten | labels | cmp <(labels <out.ten) -
    done
}
@test "--groups takes groups of any records, with their attributes" {
    for i in 1 2 3; do ten-gen --attrs="{\"n\":$i}" --group-attrs="{\"g\":$i}" --lo=$i a$i f32 '' b$i u4 3; done >mixed.ten
    run -0 bash -c 'ten-shuf --groups <mixed.ten | ten-info | sort -k2'
    [ "${#lines[@]}" = 6 ]
    [[ "${lines[0]}" = *" a1 "*"f32"*" [] "*'{"n":1}'*'{"g":1}'* ]]
    [[ "${lines[2]}" = *" a3 "*'{"n":3}'*'{"g":3}'* ]]
    [[ "${lines[5]}" = *" b3 "*"u4"*" [3] "*'{"n":3}'* ]]
}
@test "packed samples stay whole" {
    run -0 bash -c 'ten-gen q u4 5,3 | ten-shuf --seed=2 --memory=1 | ten-dump | sort -n'
    [ "${lines[*]}" = "0 1 2 3 4 5 6 7 8 9 10 11 12 13 14" ]
}
@test "nothing in, nothing out" {
    for o in "" --groups; do
        ten-gen --records=0 x f32 1 | ten-shuf $o | ten-verify
        ten-gen x f32 0,3 | ten-shuf | ten-verify
    done
}
@test "what is no list of samples: exit 1" {
    run -1 --separate-stderr bash -c "ten-gen x f32 '' | ten-shuf >/dev/null"
    [ "$stderr" = "ten-shuf: byte 0: x: a scalar: expected samples along the first axis" ]
}
@test "no temporary folder: exit 1, naming it" {
    export TMPDIR=$PWD/gone
    run -1 --separate-stderr bash -c 'ten-shuf --memory=100 <in.ten >/dev/null'
    [ "$stderr" = "ten-shuf: $PWD/gone: No such file or directory: expected a folder for temporary files, set by TMPDIR" ]
}
@test "no space for temporary files: exit 1" {
    export TMPDIR=$PWD
    ten-gen --records=8 x u8 64,16384 >big.ten
    run -1 --separate-stderr bash -c 'trap "" XFSZ; ulimit -f 40; ten-shuf --memory=1M <big.ten | cat >/dev/null; exit ${PIPESTATUS[0]}'
    [[ "$stderr" = "ten-shuf: $PWD: File too large: expected temporary space for the whole stream, of which "*" bytes are here; TMPDIR names another folder" ]]
}
@test "temporary files leave nothing behind" {
    mkdir tmp
    TMPDIR=$PWD/tmp ten-shuf --memory=100 <in.ten >/dev/null
    [ -z "$(ls -A tmp)" ]
}
@test "--size with --groups: exit 2" {
    run -2 --separate-stderr ten-shuf --size=3 --groups
    [ "${stderr_lines[0]}" = "ten-shuf: --size with --groups: expected one of them, groups stay as they are" ]
}
@test "a cut or changed stream: exit 1, and nothing that could pass for all of it" {
    head -c -300 in.ten >cut
    { head -c 1000 in.ten; printf '\377'; tail -c +1002 in.ten; } >bad
    for f in cut bad; do
        for o in "" --groups; do
            run -1 --separate-stderr bash -c "ten-shuf $o <$f >got"
            [[ "$stderr" = "ten-shuf: record "* ]]
            run -1 ten-verify got
        done
    done
}
