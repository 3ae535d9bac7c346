load common
setup() { cd "$BATS_TEST_TMPDIR" || return; }

@test "the first channels come from the next frame, the second from the one before" {
    run -0 bash -c 'ten-gen clip u8 1,3,1,1,8 | tsm-shift | ten-dump'
    [ "${lines[0]}" = "8 0 2 3 4 5 6 7" ]
    [ "${lines[1]}" = "16 1 10 11 12 13 14 15" ]
    [ "${lines[2]}" = "0 9 18 19 20 21 22 23" ]
}
@test "uni: from the frame before alone, zeros in the first" {
    run -0 bash -c 'ten-gen clip u8 1,3,1,1,8 | tsm-shift --mode=uni --div=4 | ten-dump'
    [ "${lines[0]}" = "0 0 2 3 4 5 6 7" ]
    [ "${lines[1]}" = "0 1 10 11 12 13 14 15" ]
    [ "${lines[2]}" = "8 9 18 19 20 21 22 23" ]
}
@test "clips do not reach each other: two in a record, or frames of two along one axis" {
    ten-gen clip f32 2,3,4,5,16 --fill=normal --seed=1 >both.ten
    tsm-shift <both.ten >want.ten
    for n in 0 1; do ten-cut --slice=0:$n:$((n + 1)) <both.ten | tsm-shift >part$n.ten; done
    cmp <(ten2raw <want.ten) <(ten2raw <part0.ten; ten2raw <part1.ten)
    ten-cut --reshape=6,4,5,16 <both.ten | tsm-shift --segments=3 >flat.ten
    cmp <(ten2raw <want.ten) <(ten2raw <flat.ten)
}
@test "--adjoint is the transpose: <y, S x> = <S' y, x>, in whole numbers" {
    ten-gen clip i64 2,5,3,3,12 --fill=uniform --hi=100 --seed=1 >x.ten
    ten-gen clip i64 2,5,3,3,12 --fill=uniform --hi=100 --seed=2 >y.ten
    for mode in bi uni; do
        tsm-shift --mode=$mode --div=4 <x.ten >sx.ten
        tsm-shift --mode=$mode --div=4 --adjoint <y.ten >sy.ten
        left=$(ten-dot --total sx.ten y.ten | cut -f3)
        right=$(ten-dot --total sy.ten x.ten | cut -f3)
        [ "$left" = "$right" ]
        run ! cmp -s <(ten2raw <sx.ten) <(ten2raw <x.ten)
    done
}
@test "a clip of one frame: what would have come in is 0" {
    run -0 bash -c 'ten-gen clip u8 1,1,1,1,8 | tsm-shift --div=4 | ten-dump'
    [ "$output" = "0 0 0 0 4 5 6 7" ]
}
@test "too few channels: nothing moves, which is said" {
    ten-gen clip u8 1,3,1,1,7 >a.ten
    run -0 --separate-stderr bash -c 'tsm-shift <a.ten | ten2raw | cmp - <(ten2raw <a.ten)'
    [ "$stderr" = "tsm-shift: 1 records have fewer than 8 channels, so that none of theirs moved" ]
    run -0 --separate-stderr bash -c 'tsm-shift --quiet <a.ten >/dev/null'
    [ -z "$stderr" ]
}
@test "the attribute tells what was done; other records and attributes stay" {
    ten-gen clip u8 1,3,1,1,8 label i32 1 --attrs='{"rate":25}' | tsm-shift --mode=uni >out.ten
    run -0 ten-info --json out.ten
    [[ "$output" = *'"rate":25'*'"shift":{"mode":"uni","div":8,"adjoint":false}'* ]]
    [[ "$output" = *label* ]]
}
@test "what is no clip is refused: exit 1, one line" {
    run -1 --separate-stderr bash -c 'ten-gen clip u8 4,3 | tsm-shift'
    [ "$stderr" = "tsm-shift: standard input: clip: rank 2: expected [N,T,...,channels]" ]
    run -1 --separate-stderr bash -c 'ten-gen clip u8 8,3 | tsm-shift --segments=3'
    [ "$stderr" = "tsm-shift: standard input: clip: 8 frames: expected a multiple of the 3 of a clip" ]
    run -1 --separate-stderr bash -c 'ten-gen clip u4 2,2,8 | tsm-shift'
    [ "$stderr" = "tsm-shift: standard input: clip: u4: expected elements of whole bytes" ]
    run -1 --separate-stderr bash -c 'ten-gen image u8 2,2,8 | tsm-shift'
    [ "$stderr" = "tsm-shift: standard input: 1 records, none to shift: expected one named clip" ]
    run -2 tsm-shift --mode=sideways
    run -2 tsm-shift --div=1
}
