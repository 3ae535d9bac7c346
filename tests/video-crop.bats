load common
setup() {
    cd "$BATS_TEST_TMPDIR" || return
    ten-gen clip u8 3,4,40,50,3 label i32 3 track i64 3 --fill=uniform --hi=200 --seed=1 >c.ten
}

@test "the centre by default; what stands beside clips is repeated for every crop" {
    run -0 bash -c 'video-crop --size=16 <c.ten | ten-info'
    [[ "$output" = *"clip "*"[3,4,16,16,3]"*"label "*"[3]"*"track "*"[3]"* ]]
    for n in 3 5 10; do
        video-crop --size=16 --test=$n <c.ten >t.ten
        [[ "$(ten-info t.ten)" = *"[$((3 * n)),4,16,16,3]"* ]]
        [ "$(ten-cut --keep=track <t.ten | ten-dump)" = "$(ten-cut --keep=track <c.ten | ten-dump | awk -v n=$n '{
            for (i = 1; i <= NF; i++) for (k = 0; k < n; k++) line = line " " $i; print substr(line, 2) }')" ]
    done
}
@test "three crops of full height are the left, the right and the middle of the scaled frame" {
    ten-gen clip u8 1,1,8,14,3 --fill=uniform --hi=256 --seed=2 >w.ten
    video-crop --size=7 --full-res --test=3 <w.ten >t.ten          # 7 * 256/224 = 8: nothing is scaled
    part() { ten-cut --slice="0:$1:$(($1 + 1))" <t.ten | ten2raw; }
    cmp <(part 0) <(ten-cut --slice=3:0:8 <w.ten | ten2raw)
    cmp <(part 1) <(ten-cut --slice=3:4:12 <w.ten | ten2raw)       # steps of (14-8)/4 = 1
    cmp <(part 2) <(ten-cut --slice=3:2:10 <w.ten | ten2raw)
}
@test "every second of ten crops is the one before, mirrored" {
    video-crop --size=16 --test=10 <c.ten | ten2raw --record=clip |
        od -An -tu1 -v -w3072 | awk 'NR % 2 { for (i = 1; i <= NF; i++) a[i] = $i; next }
        { for (i = 0; i < 1024; i++) for (k = 1; k <= 3; k++)
            if ($(3 * i + k) != a[3 * (i - i % 16 + 15 - i % 16) + k]) exit 1; n++ } END { exit n != 15 }'
}
@test "training: by seed and epoch, one choice for all frames of a clip" {
    video-crop --size=16 --train --seed=1 <c.ten >a.ten
    [[ "$(ten-info a.ten)" = *"[3,4,16,16,3]"* ]]
    cmp a.ten <(video-crop --size=16 --train --seed=1 <c.ten)
    run ! cmp -s <(ten2raw <a.ten) <(video-crop --size=16 --train --seed=2 <c.ten | ten2raw)
    run ! cmp -s <(ten2raw <a.ten) <(video-crop --size=16 --train --seed=1 --epoch=1 <c.ten | ten2raw)
    ten-gen image u8 1,40,50,3 --fill=uniform --hi=256 --seed=1 | ten2raw >still
    for i in 1 2 3 4 5; do cat still; done | raw2ten --name=clip --type=u8 --dims=5,40,50,3 --batch=1 | video-crop --size=8 --train --seed=3 |
        ten2raw | od -An -tx1 -v -w192 | sort -u | wc -l >n
    [ "$(cat n)" = 1 ]
}
@test "without flips nothing is mirrored" {
    ten-gen clip u8 1,1,8,8,1 --fill=zeros >z.ten
    perl -e 'for (1 .. 40) { print pack("C*", map { 30 * ($_ % 8) } 0 .. 63) }' | raw2ten --name=clip --type=u8 --dims=1,8,8,1 --batch=40 >ramp.ten
    rising() { ten2raw | od -An -tu1 -v -w64 | awk '{ n += $1 < $8 } END { print n }'; }
    [ "$(video-crop --train --no-flip --size=8 --seed=1 <ramp.ten | rising)" = 40 ]
    n=$(video-crop --train --flip --size=8 --seed=1 <ramp.ten | rising)
    [ "$n" -gt 8 ] && [ "$n" -lt 32 ]
}
@test "--scales=1 of square frames of the size changes nothing" {
    ten-gen clip u8 2,2,16,16,3 --fill=uniform --hi=256 >s.ten
    cmp <(ten2raw <s.ten) <(video-crop --train --no-flip --scales=1 --size=16 <s.ten | ten2raw)
}
@test "numbers: colours of ImageNet, motion around zero, differences" {
    ten-gen clip u8 1,1,1,1,3 --fill=constant --value=255 | video-crop --size=1 --float | ten-dump >got
    [ "$(cat got)" = "2.2489083 2.4285715 2.64" ]
    ten-gen clip u8 1,1,1,1,2 --fill=constant --value=255 | video-crop --size=1 --modality=flow --float | ten-dump >got
    [[ "$(cat got)" = "2.21238"*" 2.21238"* ]]
    perl -e 'print pack("C*", 0, 51, 102, 255, 51, 0)' | raw2ten --name=clip --type=u8 --dims=1,1,1,6 --batch=1 | video-crop --size=1 --modality=diff --float | ten-dump >got
    [[ "$(cat got)" = "1 0 -0.4"* ]]
}
@test "sizes may change from group to group" {
    { cat c.ten; ten-gen clip u8 1,4,20,30,3 label i32 1 track i64 1; } | video-crop --size=16 >t.ten
    [[ "$(ten-info t.ten)" = *"[3,4,16,16,3]"*"[1,4,16,16,3]"* ]]
}
@test "what cannot be is refused" {
    run -2 video-crop --test=2
    run -2 video-crop --train --test=3
    run -2 video-crop --scales=0.5
    run -2 video-crop --train --scales=2
    run -2 video-crop --flip
    run -2 video-crop --modality=diff
    run -1 --separate-stderr bash -c 'video-crop --modality=flow <c.ten >t.ten'
    [ "$stderr" = "video-crop: standard input: clip: 3 channels: expected a multiple of 2 for flow" ]
    run -1 --separate-stderr bash -c 'ten-gen image u8 1,2,2,3 | video-crop >t.ten'
    [ "$stderr" = "video-crop: standard input: no record clip: expected clips u8 [N,T,H,W,C]" ]
}
