load common
setup() {
    cd "$BATS_TEST_TMPDIR" || return
    make-model --seed=1 --config='{"family":"resnet","width":8,"blocks":[1,1],"in":[4,16,16,3],"frames":4,"classes":8}' >net.ten
    video-gen motion --n=10 --frames=4 --size=16,16 --seed=2 >c.ten
}

@test "features of clips are the mean of those of their frames" {
    video-features --model=net.ten --frames --batch=4 <c.ten >f.ten
    run -0 ten-info f.ten
    [[ "$output" = *"feat "*"[4,16]"*"frames "*"[4,4,16]"*"label "*"[4]"*"feat "*"[2,16]"* ]]
    ten-cut --keep=frames <f.ten | ten-dump | awk 'NF { for (i = 1; i <= 16; i++) s[i] += $i; if (++n % 4 == 0) { for (i = 1; i <= 16; i++) { print s[i] / 4; s[i] = 0 } } }' >want
    ten-cut --keep=feat <f.ten | ten-dump | tr ' ' '\n' | grep . | paste -d' ' - want | awk '{ d = $1 - $2; if (d > 1e-5 || d < -1e-5) exit 1; n++ } END { exit n != 160 }'
    cmp <(ten2raw --record=label <f.ten) <(ten2raw --record=label <c.ten)
}
@test "the last layer makes of them what the network answers" {
    video-crop --size=16 --float <c.ten >x.ten              # f32 is read as it is
    video-features --model=net.ten <x.ten | ten-cut --keep=feat | ten-dump | grep . >feat
    ten-cut --keep=fc.weight <net.ten | ten-dump >w
    ten-cut --keep=fc.bias <net.ten | ten-dump | tr ' ' '\n' >b
    forward --model=net.ten --record=x=clip <x.ten | ten-cut --keep=y | ten-dump | grep . >want
    awk 'FILENAME == "w" { for (i = 1; i <= NF; i++) w[FNR, i] = $i; k = FNR; next } FILENAME == "b" { b[FNR] = $1; next }
        { line = ""; for (c = 1; c <= k; c++) { s = b[c]; for (i = 1; i <= NF; i++) s += $i * w[c, i]; line = line " " s } print line }' w b feat |
        paste -d' ' - want | awk '{ for (i = 1; i <= 8; i++) { d = $i - $(i + 8); if (d > 1e-4 || d < -1e-4) exit 1 } n++ } END { exit n != 10 }'
}
@test "attributes say whose features they are" {
    run -0 bash -c 'video-features --model=net.ten <c.ten | ten-info'
    [[ "$output" = *'"extractor":"resnet","weights":"'* ]]
}
@test "what cannot be is refused" {
    run -2 video-features
    run -1 --separate-stderr bash -c 'ten-gen clip u8 1,5,16,16,3 | video-features --model=net.ten'
    [ "$stderr" = "video-features: clip: samples of shape [5,16,16,3]: expected [4,16,16,3], which the network reads" ]
}
