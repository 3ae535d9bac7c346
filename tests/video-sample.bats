load common
# v37.ten, v100.ten: videos of so many frames of one pixel, frame k of value k.
setup() {
    cd "$BATS_TEST_TMPDIR" || return
    for n in 37 100; do
        perl -e 'print pack("C*", 0 .. shift() - 1)' $n >raw
        raw2ten --name=clip --type=u8 --dims=$n,1,1,1 --batch=1 raw >v$n.ten
    done
}
shown() { ten-cut --keep=clip | ten2raw | od -An -tu1 -v -w"${1:-8}" | tr -s ' ' | sed 's/^ //'; }

@test "frames in the middle of segments; for tests of short videos, too" {
    [ "$(video-sample <v37.ten | shown)" = "2 6 11 16 20 25 30 34" ]
    [ "$(video-sample --test <v100.ten | shown)" = "6 18 31 43 56 68 81 93" ]
    ten-cut --slice=1:0:5 <v37.ten >v5.ten
    [ "$(video-sample <v5.ten | shown)" = "0 0 0 0 0 0 0 0" ]
    [ "$(video-sample --test <v5.ten | shown)" = "0 0 1 2 2 3 4 4" ]
}
@test "twice: a second clip at the starts of segments" {
    [ "$(video-sample --mode=twice --test <v37.ten | shown)" = "2 6 11 16 20 25 30 34
0 4 9 13 18 23 27 32" ]
    [ "$(video-sample --mode=twice <v37.ten | shown)" = "2 6 11 16 20 25 30 34" ]
}
@test "dense: ten windows of 64 frames; short videos go around" {
    video-sample --mode=dense --test <v100.ten | shown >got
    for s in 0 4 8 12 16 20 24 28 32 36; do echo $(seq $s 8 $((s + 56))); done | cmp - got
    [ "$(video-sample --mode=dense --test <v37.ten | shown | sort -u)" = "0 8 16 24 32 3 11 19" ]
    [ "$(video-sample --mode=dense <v100.ten | shown)" = "18 26 34 42 50 58 66 74" ]
}
@test "frames in a row lie side by side in the channels" {
    video-sample --length=3 --segments=4 <v37.ten >l.ten
    [[ "$(ten-info l.ten)" = *"[1,4,1,1,3]"* ]]
    [ "$(shown 12 <l.ten)" = "4 5 6 13 14 15 21 22 23 30 31 32" ]
}
@test "training draws one frame of each segment, by seed, epoch and video" {
    for i in 1 2 3; do cat v100.ten; done >three.ten
    video-sample --train --seed=1 <three.ten | shown >a
    [ "$(sort -u a | wc -l)" = 3 ]
    awk '{ for (i = 0; i < 8; i++) if ($(i + 1) < 12 * i || $(i + 1) >= 12 * (i + 1)) exit 1 }' a
    video-sample --train --seed=1 <three.ten | shown | cmp - a
    run ! cmp -s <(video-sample --train --seed=2 <three.ten | shown) a
    run ! cmp -s <(video-sample --train --seed=1 --epoch=1 <three.ten | shown) a
}
@test "a store gives what the stream gives, with labels and numbers of videos" {
    video-gen motion --n=4 --frames=30 --size=16,16 --seed=1 >v.ten
    video-pack <v.ten >p.ten
    for mode in "--train --seed=3" "--test --mode=twice" "--mode=dense --test --length=2"; do
        cmp <(video-sample $mode <v.ten | ten2raw --record=clip) <(video-sample $mode --pack=p.ten | ten2raw --record=clip)
    done
    run -0 bash -c 'video-sample --test --mode=twice --pack=p.ten | ten-cut --keep=video | ten-dump'
    [ "$(tr -s ' \n' ' ' <<<"$output")" = "0 0 1 1 2 2 3 3 " ]
    cmp <(video-sample --pack=p.ten | ten2raw --record=label) <(ten2raw --record=label <v.ten)
}
@test "a damaged video is named, those before it arrive" {
    video-gen motion --n=3 --frames=30 --size=16,16 --seed=1 | video-pack >p.ten
    at=$(video-index p.ten | awk 'NR == 4 { print $7 + 3000 }')
    printf 'XXXX' | dd of=p.ten bs=1 seek="$at" conv=notrunc status=none
    run -1 --separate-stderr bash -c 'video-sample --pack=p.ten >s.ten'
    [[ "$stderr" = "video-sample: p.ten: byte "*": chunk: checksum differs: expected what was written" ]]
    [ "$(ten-info s.ten 2>/dev/null | grep -c ' clip ')" = 2 ]
}
@test "what cannot be is refused" {
    run -2 video-sample --segments=0
    run -2 video-sample --mode=sometimes
    run -2 video-sample --mode=dense --segments=65
    run -1 --separate-stderr video-sample --pack=v37.ten
    [ "$stderr" = "video-sample: v37.ten: no index at its end: expected a store that video-pack wrote" ]
}
