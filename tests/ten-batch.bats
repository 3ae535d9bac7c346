load common
# Five groups of three samples: x [3,2] counts from 0, label [3] too.
setup() {
    cd "$BATS_TEST_TMPDIR" || return
    ten-gen --records=5 x u8 3,2 label i32 3 >in.ten
}
shapes() { ten-info | awk '{ print $1, $2, $4 }' | tr '\n' ';'; }

@test "groups of the size asked for, the last one smaller; samples in order" {
    ten-batch --size=4 <in.ten >out.ten
    [ "$(shapes <out.ten)" = "0 x [4,2];0 label [4];1 x [4,2];1 label [4];2 x [4,2];2 label [4];3 x [3,2];3 label [3];" ]
    for r in x label; do cmp <(ten2raw --record=$r <in.ten) <(ten2raw --record=$r <out.ten); done
}
@test "64 samples a group by default" {
    [ "$(ten-gen x u8 100,2 | ten-batch | shapes)" = "0 x [64,2];1 x [36,2];" ]
}
@test "--size=0 makes one group of all" {
    [ "$(ten-batch --size=0 <in.ten | shapes)" = "0 x [15,2];0 label [15];" ]
}
@test "any size and back is the same stream" {
    for size in 1 2 7 14 15 16 1000; do
        ten-batch --size=$size <in.ten | ten-batch --size=3 | ten-cmp in.ten - || { echo "size $size"; false; }
    done
}
@test "--drop-last leaves out what is too few" {
    [ "$(ten-batch --size=4 --drop-last <in.ten | shapes)" = "0 x [4,2];0 label [4];1 x [4,2];1 label [4];2 x [4,2];2 label [4];" ]
}
@test "packed samples that share bytes stay right" {
    run -0 bash -c 'ten-gen x u4 5,3 | ten-batch --size=2 | ten-dump | grep .'
    [ "${lines[*]}" = "0 1 2 3 4 5 6 7 8 9 10 11 12 13 14" ]
}
@test "attributes stay" {
    run -0 bash -c "ten-gen --records=2 --attrs='{\"unit\":\"m\"}' --group-attrs='{\"classes\":[1]}' x f32 3 | ten-batch --size=2 | ten-info"
    [ "${#lines[@]}" = 3 ]
    for l in "${lines[@]}"; do [[ "$l" = *'"unit"'*'"classes"'* ]]; done
}
@test "groups without samples add nothing" {
    [ "$( { ten-gen x u8 0,2; ten-gen x u8 3,2; ten-gen x u8 0,2; } | ten-batch | shapes)" = "0 x [3,2];" ]
    [ -z "$(ten-gen x u8 0,2 | ten-batch | shapes)" ]
}
@test "what is no list of samples: exit 1, saying what" {
    refused() { run -1 --separate-stderr bash -c "$2 | ten-batch >/dev/null"; [ "$stderr" = "ten-batch: $1" ] || { echo "$stderr"; false; }; }
    refused "byte 0: x: a scalar: expected samples along the first axis" "ten-gen x f32 ''"
    refused "byte 0: x: a sparse matrix (csr): expected samples along the first axis" \
        "ten-gen --group-attrs='{\"kind\":\"csr\"}' x i64 4"
    refused "byte 256: y: [4]: expected 3 samples, as in x" "ten-gen x i32 3 y i32 4"
    refused "byte 256: offsets: ragged data: expected samples of one size along the first axis" "ten-gen ids i32 3 offsets i64 3"
    refused "byte 256: x: i32[3,2]: expected samples of one kind, as in the first group: i32[3]" \
        "{ ten-gen x i32 3; ten-gen x i32 3,2; }"
    refused "byte 256: y: expected x, as in the first group" "{ ten-gen x i32 3; ten-gen y i32 3; }"
    refused "byte 320: x: attributes differ: expected those of the first group" \
        "{ ten-gen --attrs='{\"a\":1}' x i32 3; ten-gen --attrs='{\"a\":2}' x i32 3; }"
    refused "byte 448: x: its group ends here: expected 2 records, as in the first group" \
        "{ ten-gen x i32 3 y i32 3; ten-gen x i32 3; }"
}
@test "--drop-last without a size: exit 2" {
    run -2 --separate-stderr ten-batch --size=0 --drop-last
    [ "${stderr_lines[0]}" = "ten-batch: --drop-last with --size=0: expected a size to fall short of" ]
}
@test "cut in the last group: the samples before it still arrive, exit 1" {
    head -c -300 in.ten >cut
    run -1 --separate-stderr bash -c 'ten-batch --size=5 <cut >got'
    [[ "$stderr" = *"the input ends here: expected the rest of the stream" ]]
    cmp <(ten2raw --record=x <got 2>/dev/null) <(ten-head --groups=4 <in.ten | ten2raw --record=x)
    run -1 ten-verify got
}
@test "a flipped bit is noticed: exit 1" {
    { head -c 1000 in.ten; printf '\377'; tail -c +1002 in.ten; } >bad
    run -1 --separate-stderr bash -c 'ten-batch <bad >/dev/null'
    [[ "$stderr" = "ten-batch: record "* ]]
}
@test "one group as long as the batch is passed on, larger ones are cut, in bounded memory" {
    [[ $B != *-san ]] || skip "sanitizers reserve more address space than the limit"
    ten-gen --records=8 x u8 16,1048576 >big.ten
    run -0 bash -c "ulimit -v 250000; ten-batch --threads=1 --size=24 <big.ten | ten-verify"
    [[ "$output" = "6 records, 6 groups, "* ]]
}
