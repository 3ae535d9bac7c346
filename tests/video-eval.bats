load common
setup_file() {
    cd "$BATS_FILE_TMPDIR" || return
    make-model --seed=1 --config='{"family":"resnet","width":8,"blocks":[1,1],"in":[4,16,16,3],"frames":4,"classes":8}' >bi.ten
    make-model --seed=2 --config='{"family":"resnet","width":8,"blocks":[1,1],"in":[4,16,16,3],"frames":4,"shift":0,"classes":8}' >tsn.ten
    make-model --seed=3 --config='{"family":"resnet","width":8,"blocks":[1],"in":[4,8,8,10],"frames":4,"shift":0,"classes":8}' >flow.ten
    make-model --seed=3 --config='{"family":"resnet","width":8,"blocks":[1],"in":[4,8,8,15],"frames":4,"shift":0,"classes":8}' >diff.ten
    video-gen motion --n=12 --frames=20 --size=20,24 --seed=2 >v.ten
    video-pack <v.ten >p.ten
}
setup() { cd "$BATS_FILE_TMPDIR" || return; }
# logits ARGUMENTS...: those of all videos, a line each.
logits() { video-eval --quiet --pack=p.ten "$@" | ten-cut --keep=logits | ten-dump | grep .; }
# close WANT GOT: numbers of two files differ by 1e-5 at most.
close() { paste -d' ' "$1" "$2" | awk '{ n = NF / 2; for (i = 1; i <= n; i++) { d = $i - $(i + n); if (d > 1e-5 || d < -1e-5) exit 1 } }'; }
# mean FILE ROWS: means of so many lines each.
mean() { awk -v rows="$2" '{ for (i = 1; i <= NF; i++) s[i] += $i } NR % rows == 0 { line = ""
    for (i = 1; i <= NF; i++) { line = line " " s[i] / rows; s[i] = 0 } print line }' "$1"; }
@test "one clip, one crop: what video-sample, video-crop and classify give" {
    video-sample --pack=p.ten --test --segments=4 | video-crop --size=16 | classify --quiet --model=bi.ten | ten2raw --record=class >want
    video-eval --quiet --pack=p.ten --model=bi.ten | ten2raw --record=class | cmp - want
    video-eval --quiet --model=bi.ten <v.ten | ten2raw --record=class | cmp - want
    [ "$(ten-info <(video-eval --quiet --pack=p.ten --model=bi.ten) | head -3 | awk '{ print $2, $3, $4 }')" = "logits f32 [1,8]
class i32 [1]
label i32 [1]" ]
}
@test "logits are averaged over clips and crops" {
    for how in "--crops=5|--test=5||5" "--crops=10|--test=10||10" "--twice|--test=1|--mode=twice|2" "--dense --crops=3 --batch=7|--test=3|--mode=dense|30"; do
        IFS='|' read -r switches crop sample rows <<<"$how"
        video-sample --pack=p.ten --test --segments=4 $sample | video-crop --size=16 $crop --float |
            forward --model=bi.ten --record=x=clip | ten-cut --keep=y | ten-dump | grep . >all
        mean all "$rows" >want
        logits --model=bi.ten --mean=0.485,0.456,0.406 --std=0.229,0.224,0.225 $switches >got
        [ "$(wc -l <got)" = 12 ]
        close want got || { echo "$how"; paste want got | head -2; false; }
    done
}
@test "protocols stand for their switches, which change them" {
    cmp <(logits --model=bi.ten --protocol=sth-efficient) <(logits --model=bi.ten --uniform --crops=1)
    cmp <(logits --model=bi.ten --protocol=sth-accurate) <(logits --model=bi.ten --twice --crops=3 --full-res)
    cmp <(logits --model=bi.ten --protocol=k400-dense) <(logits --model=bi.ten --dense)
    cmp <(logits --model=bi.ten --protocol=k400-10crop) <(logits --model=bi.ten --crops=10)
    cmp <(logits --model=bi.ten --protocol=k400-uniform) <(logits --model=bi.ten)
    run ! cmp -s <(logits --model=bi.ten --protocol=k400-10crop --twice) <(logits --model=bi.ten --crops=10)
}
@test "several networks: scores are added up with their coefficients" {
    logits --model=bi.ten >a
    logits --model=tsn.ten >b
    logits --model=tsn.ten --model=bi.ten --coeff=-0.5,2 >got
    paste -d' ' a b | awk '{ line = ""; for (i = 1; i <= 8; i++) line = line " " (2 * $i - 0.5 * $(i + 8)); print line }' >want
    close want got
}
@test "--softmax averages probabilities" {
    logits --model=bi.ten --softmax --crops=3 | awk '{ s = 0; for (i = 1; i <= NF; i++) { s += $i; if ($i < 0) exit 1 } if (s < 0.9999 || s > 1.0001) exit 1 }'
}
@test "frames: those of training where channels are shifted, any where not" {
    run -1 --separate-stderr video-eval --pack=p.ten --model=bi.ten --test-segments=5
    [ "$stderr" = "video-eval: bi.ten: 5 segments: expected 4, the frames that its shifts were trained with" ]
    video-eval --quiet --pack=p.ten --model=tsn.ten --test-segments=7 >t7.ten
    [ "$(ten-info t7.ten | grep -c logits)" = 12 ]
}
@test "figures: JSON, a note, a list for submission" {
    run -0 --separate-stderr bash -c 'video-eval --pack=p.ten --model=bi.ten --metrics=m.json --csv=c.csv --csv-top=5 --max=9 >out.ten'
    [[ "$stderr" = "video-eval: 9 videos: "*" right, "*" among the best 5, "*" as the mean over classes" ]]
    confusion <out.ten >confusion.tsv
    # The shares are those of the classes and labels that came out, and the mean is over labels that are there.
    paste <(ten-cut --keep=class <out.ten | ten-dump | grep .) <(ten-cut --keep=label <out.ten | ten-dump | grep .) |
        awk '{ n[$2]++; r[$2] += $1 == $2; a += $1 == $2 } END { for (c in n) { k++; m += r[c] / n[c] } printf "%.6f %.6f\n", a / NR, m / k }' >want
    sed 's/.*"top1":\([^,]*\),.*"class_accuracy":\([^,]*\),.*/\1 \2/' m.json | awk '{ printf "%.6f %.6f\n", $1, $2 }' | cmp - want
    [[ "$(cat m.json)" = '{"videos":9,"labelled":9,'*'"networks":1,"segments":4,"sampling":"uniform","clips":1,"crops":1,"size":16,"average":"logits"}' ]]
    [ "$(wc -l <c.csv)" = 9 ] && awk -F';' 'NF != 6 || $1 != NR - 1 { exit 1 }' c.csv
    cmp <(cut -d';' -f2 c.csv) <(ten-cut --keep=class <out.ten | ten-dump | grep .)
}
@test "videos without labels are classified, and nothing is claimed" {
    ten-gen clip u8 2,6,16,16,3 --fill=uniform --hi=256 >u.ten
    run -0 --separate-stderr bash -c 'video-eval --model=bi.ten --metrics=u.json <u.ten | ten-info'
    [ -z "$stderr" ]
    [[ "$output" != *label* ]]
    grep -q '"labelled":0,"top1":null' u.json
}
@test "motion and differences come in channels" {
    ten-gen clip u8 2,12,9,9,2 label i32 2 --fill=uniform --hi=8 >f.ten
    video-eval --quiet --model=flow.ten --modality=flow --length=5 <f.ten | ten-info | grep -q logits
    ten-gen clip u8 2,12,9,9,3 label i32 2 --fill=uniform --hi=8 >d.ten
    video-eval --quiet --model=diff.ten --modality=diff --length=6 <d.ten | ten-info | grep -q logits
    run -1 --separate-stderr bash -c 'video-eval --model=flow.ten --modality=flow <f.ten'
    [ "$stderr" = "video-eval: video 0: 2 channels, --length=1: expected what makes 10, which flow.ten reads" ]
}
@test "what cannot be is refused" {
    run -2 video-eval
    run -2 video-eval --model=bi.ten --crops=4
    run -2 video-eval --model=bi.ten --protocol=best
    run -2 video-eval --model=bi.ten --coeff=1,2
    make-model --config='{"family":"resnet","width":4,"blocks":[1],"in":[8,8,3]}' >image.ten
    run -1 --separate-stderr video-eval --pack=p.ten --model=image.ten
    [ "$stderr" = "video-eval: image.ten: no network of clips: expected one with frames that gives an answer for all of them" ]
    make-model --config='{"family":"resnet","width":4,"blocks":[1],"in":[4,8,8,3],"frames":4,"classes":3}' >three.ten
    run -1 --separate-stderr video-eval --pack=p.ten --model=bi.ten --model=three.ten
    [ "$stderr" = "video-eval: three.ten: 3 classes: expected 8, as of bi.ten" ]
    run -1 --separate-stderr bash -c 'ten-gen clip u8 1,4,8,8,3 label i32 1 --fill=constant --value=9 | video-eval --model=bi.ten'
    [ "$stderr" = "video-eval: video 0: label 9: expected one of the network's, 0 to 7" ]
}
