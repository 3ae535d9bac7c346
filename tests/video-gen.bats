load common
setup() { cd "$BATS_TEST_TMPDIR" || return; }

# frames FILE CLIP FIRST LAST: bytes of frames of a clip.
frames() { ten-cut --keep=clip --slice="0:$2:$(($2 + 1))" --slice="1:$3:$4" <"$1" | ten2raw; }

@test "clips and labels, in groups" {
    video-gen motion --n=250 --seed=1 >m.ten
    run -0 ten-info m.ten
    [[ "$output" = *"clip "*"[100,8,32,32,3]"*"label "*"[100]"*"[50,8,32,32,3]"* ]]
    video-gen motion --n=3 --frames=4 --size=16,48 --batch=2 >small.ten
    run -0 ten-info small.ten
    [[ "$output" = *"[2,4,16,48,3]"*"[1,4,16,48,3]"* ]]
}
@test "all classes come, about as often" {
    for k in 8 12; do
        video-gen motion --n=2400 --frames=1 --size=16,16 --classes=$k --seed=2 | ten-cut --keep=label | ten-dump | tr ' ' '\n' |
            grep . | sort -n | uniq -c | awk -v k=$k '$2 != NR - 1 || $1 < 0.75 * 2400 / k || $1 > 1.25 * 2400 / k { bad = 1 }
                END { exit bad || NR != k }'
    done
}
@test "a clip depends on seed and number alone" {
    video-gen motion --n=7 --seed=3 --batch=7 >a.ten
    video-gen motion --n=12 --seed=3 --batch=5 | ten-batch --size=12 | ten-cut --slice=0:0:7 >b.ten
    cmp <(ten2raw <a.ten) <(ten2raw <b.ten)
    run ! cmp -s <(ten2raw <a.ten) <(video-gen motion --n=7 --seed=4 --batch=7 | ten2raw)
}
@test "things move as the label says: each frame is the one before, moved, where nothing is still" {
    # Sprites over a background cannot be told from it, but a window over a still picture can.
    ten-gen image u8 1,1,64,64,3 --fill=uniform --hi=256 --seed=1 | ten2raw >still
    for t in 1 2 3 4; do cat still; done | raw2ten --name=clip --type=u8 --dims=4,64,64,3 --batch=1 >clip.ten
    video-gen pan --n=40 --size=16,16 --seed=1 <clip.ten >pan.ten
    ten-cut --keep=label <pan.ten | ten-dump | tr ' ' '\n' | grep . >labels
    [ "$(sort -u labels | wc -l)" = 4 ]
    n=0
    while read -r label; do
        case $label in
        0) of=3:0:15 to=3:1:16 of2=3:0:14 to2=3:2:16 ;;
        1) of=3:1:16 to=3:0:15 of2=3:2:16 to2=3:0:14 ;;
        2) of=2:0:15 to=2:1:16 of2=2:0:14 to2=2:2:16 ;;
        3) of=2:1:16 to=2:0:15 of2=2:2:16 to2=2:0:14 ;;
        esac
        one() { ten-cut --keep=clip --slice="0:$n:$((n + 1))" --slice="1:$1:$(($1 + 1))" --slice="$2" <pan.ten | ten2raw; }
        cmp -s <(one 0 $of) <(one 1 $to) || cmp -s <(one 0 $of2) <(one 1 $to2) || { echo "clip $n of label $label"; false; }
        n=$((n + 1))
    done < <(head -8 labels)
}
@test "sprites from pictures: black is not there, colours differ" {
    ten-gen image u8 3,14,14,1 --fill=constant --value=255 >white.ten
    ten-gen image u8 3,14,14,1 --fill=zeros >black.ten
    video-gen motion --n=1 --noise=0 --seed=5 --sprites=white.ten >w.ten
    video-gen motion --n=1 --noise=0 --seed=5 --sprites=black.ten >b.ten
    # Nothing moves where sprites are black, and something does where they are white.
    cmp <(frames b.ten 0 0 1) <(frames b.ten 0 1 2)
    run ! cmp -s <(frames w.ten 0 0 1) <(frames w.ten 0 1 2)
}
@test "arrow: each clip and its reverse, with what stood beside it" {
    ten-gen clip u8 3,4,2,2,3 track i32 3 label i32 3 --fill=uniform --hi=200 --seed=1 >c.ten
    video-gen arrow <c.ten >a.ten
    run -0 bash -c 'ten-cut --keep=label <a.ten | ten-dump'
    [ "$output" = "1 0 1 0 1 0" ]
    for t in 0 1 2 3; do
        cmp <(frames c.ten 1 $t $((t + 1))) <(frames a.ten 2 $t $((t + 1)))
        cmp <(frames c.ten 1 $t $((t + 1))) <(frames a.ten 3 $((3 - t)) $((4 - t)))
    done
    [ "$(ten-cut --keep=track <a.ten | ten-dump)" = "$(ten-cut --keep=track <c.ten | ten-dump | awk '{ print $1, $1, $2, $2, $3, $3 }')" ]
}
@test "what cannot be is refused" {
    run -2 video-gen
    [[ "$output" = *"no task: expected motion, arrow or pan"* ]]
    run -2 video-gen dance
    run -2 video-gen motion --classes=9
    run -2 video-gen motion --size=8,8
    run -1 --separate-stderr bash -c 'ten-gen image u8 1,8,8,3 | video-gen arrow'
    [ "$stderr" = "video-gen: standard input: no record clip: expected clips u8 [N,T,H,W,C]" ]
    run -1 --separate-stderr bash -c 'ten-gen clip f32 1,2,8,8,3 | video-gen arrow'
    [ "$stderr" = "video-gen: standard input: clip: f32 of rank 5: expected u8 [N,T,H,W,C]" ]
    run -1 --separate-stderr bash -c 'ten-gen clip u8 1,8,40,40,3 | video-gen pan'
    [ "$stderr" = "video-gen: standard input: clip: 40x40: expected at least 46x46 for the ways of the window" ]
    ten-gen label i32 3 >none.ten
    run -1 --separate-stderr video-gen motion --sprites=none.ten
    [ "$stderr" = "video-gen: none.ten: no picture: expected records named image" ]
}
