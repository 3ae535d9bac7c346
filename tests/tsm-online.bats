load common
# net OPTION...: keys of a small network of clips, without the last brace.
export UNI='{"family":"resnet","width":16,"blocks":[1,1],"in":[4,16,16,3],"frames":4,"classes":5,"shift_mode":"uni"'
setup_file() {
    cd "$BATS_FILE_TMPDIR" || return
    make-model --seed=1 --config="$UNI}" >net.ten
    ten-gen clip f32 3,4,16,16,3 --fill=uniform --lo=-1 --seed=2 >clips.ten
}
setup() { cd "$BATS_FILE_TMPDIR" || return; }

@test "frame after frame gives the logits of the whole clip, for all families" {
    mobile='{"family":"mobilenet","in":[4,16,16,3],"frames":4,"classes":5,"shift_mode":"uni","stem_stride":1,"stages":[[1,8,1,1],[6,16,3,2]]'
    make-model --seed=1 --config="$UNI,\"consensus\":\"none\"}" >whole.ten
    forward --model=whole.ten --record=x=clip --output=logits <clips.ten | ten-cut --keep=logits --reshape=12,5 >want.ten
    tsm-online --quiet --model=net.ten <clips.ten | ten-cut --keep=logits | ten-batch --size=12 >got.ten
    ten-cmp --rtol=1e-5 --atol=1e-6 got.ten want.ten
    # Of these the mean of a clip's frames.
    ten-gen clip f32 3,4,32,32,3 --fill=uniform --lo=-1 --seed=2 >large.ten
    mean_is_same "$mobile" clips.ten
    mean_is_same '{"family":"bninception","in":[4,32,32,3],"frames":4,"classes":5,"shift_mode":"uni"' large.ten
}
mean_is_same() {
    make-model --seed=1 --config="$1}" >one.ten
    forward --model=one.ten --record=x=clip --output=logits <"$2" | ten-cut --keep=logits >want.ten
    tsm-online --quiet --model=one.ten <"$2" | ten-cut --keep=logits | ten-batch --size=12 | ten2csv |
        awk -F, 'NR > 1 { for (i = 1; i <= NF; i++) s[i] += $i / 4 } (NR - 1) % 4 == 0 && NR > 1 { for (i = 1; i <= NF; i++) { printf "%.9g%s", s[i], i < NF ? "," : "\n"; s[i] = 0 } }' >got
    paste -d, got <(ten2csv <want.ten | tail -n +2) |
        awk -F, '{ for (i = 1; i <= 5; i++) if (!(($i - $(i + 5)) ^ 2 < 1e-10)) bad = 1 } END { exit bad || NR != 3 }'
}
@test "a record of rank 4 goes on with the video; one of rank 5 begins anew" {
    ten-cut --slice=0:0:1 <clips.ten | ten-cut --reshape=4,16,16,3 >video.ten
    for i in 0 1 2 3; do ten-cut --slice="0:$i:$((i + 1))" <video.ten; done >frames.ten
    tsm-online --quiet --model=net.ten <video.ten | ten2raw --record=logits >want
    tsm-online --quiet --model=net.ten <frames.ten | ten2raw --record=logits >got
    cmp want got
    ten-cut --reshape=4,1,16,16,3 <video.ten | tsm-online --quiet --model=net.ten | ten2raw --record=logits >apart
    run ! cmp -s want apart
}
@test "an answer comes before the next frame is there" {
    mkfifo in out
    tsm-online --quiet --model=net.ten <in >out &
    tool=$!
    exec 7>in 8<out
    for i in 0 1 2; do
        ten-cut --slice="0:0:1" --slice="1:$i:$((i + 1))" <clips.ten | ten-cut --reshape=1,16,16,3 | head -c -64 >&7
        # 512 bytes are less than a frame's two records and more than nothing.
        timeout 20 head -c 256 <&8 | wc -c | grep -qx 256
    done
    exec 7>&- 8<&-
    wait $tool || true
}
@test "time and memory of a frame are told" {
    run -0 --separate-stderr bash -c 'tsm-online --model=net.ten <clips.ten >/dev/null'
    # 2 of 16 channels at 16x16 in front of both blocks.
    [[ "$stderr" =~ ^"tsm-online: 12 frames: "[0-9.]+" ms each (median), "[0-9.]+" ms (90 %), "[0-9.]+" ms (99 %), "[0-9.]+" ms at most, 1024 numbers kept from frame to frame"$ ]]
}
@test "--histogram: how many frames took how long, from the fastest to the slowest that is told" {
    tsm-online --model=net.ten --histogram=times.tsv <clips.ten 2>said >none
    most=$(sed -n 's/.* \([0-9.]*\) ms at most.*/\1/p' said)
    awk -v most="$most" 'NR == 1 { if ($0 != "from_ms\tto_ms\tframes\tshare") bad = 1; next }
        { n += $3; if ($2 / $1 < 1.258 || $2 / $1 > 1.26 || NR > 2 && $1 != to || ($4 - n / 12) ^ 2 > 1e-10) bad = 1; to = $2; from = $1; last = $3 }
        END { exit bad || n != 12 || !last || most < from * 0.999 || most > to * 1.001 }' times.tsv
    # Known before the first frame comes.
    run -1 --separate-stderr bash -c 'tsm-online --model=net.ten --histogram=nowhere/times.tsv <clips.ten >none'
    [[ "$stderr" = "tsm-online: nowhere/times.tsv"* ]]
    [ ! -s none ]
    # Of an input that is cut, the table before stays.
    cp times.tsv before
    run -1 bash -c 'head -c -100 clips.ten | tsm-online --quiet --model=net.ten --histogram=times.tsv >none'
    cmp before times.tsv
}
@test "what MobileNetV2 and ResNet-50 keep from frame to frame at 224x224" {
    clip='"in":[8,224,224,3],"frames":8,"classes":27,"shift_mode":"uni"'
    ten-gen clip u8 1,224,224,3 --fill=uniform --hi=256 >frame.ten
    while read -r kept net; do
        make-model --config="{$net,$clip}" >large.ten
        run -0 --separate-stderr bash -c 'tsm-online --model=large.ten <frame.ten >/dev/null'
        [[ "$stderr" = "tsm-online: 1 frames: "*", $kept numbers kept from frame to frame" ]]
    done <<<'27048 "family":"mobilenet"
702464 "family":"resnet","stem":"large","block":"bottleneck","blocks":[3,4,6,3]'
    rm large.ten
}
@test "--agree keeps a label until others agree, --smooth sums" {
    tsm-online --quiet --model=net.ten <clips.ten | ten-cut --keep=logits | ten-batch --size=12 | ten2csv | tail -n +2 >logits
    tsm-online --quiet --model=net.ten --smooth=3 --agree=2 <clips.ten | ten-cut --keep=label | ten-dump | xargs >got
    awk -F, '(NR - 1) % 4 == 0 { n = 0; label = before = -1 }
        { n++; for (i = 1; i <= 5; i++) v[n, i] = $i
          best = 1; for (i = 1; i <= 5; i++) { s[i] = 0; for (k = n; k > 0 && k > n - 3; k--) s[i] += v[k, i]; if (s[i] > s[best]) best = i }
          same = best == before ? same + 1 : 1; before = best
          if (label < 0 || same >= 2) label = best
          printf "%d ", label - 1 }' logits | xargs >want
    diff got want
}
@test "--ignore and --least: frames that change no label; --every passes over frames" {
    tsm-online --quiet --model=net.ten <clips.ten | ten-cut --keep=logits | ten-batch --size=12 | ten2csv | tail -n +2 >logits
    # The most frequent class, and a bound that some frames reach.
    best='{ best = 1; for (i = 2; i <= 5; i++) if ($i > $best) best = i; z = 0; for (i = 1; i <= 5; i++) z += exp($i - $best); p = 1 / z }'
    class=$(awk -F, "$best"'{ print best - 1 }' logits | sort | uniq -c | sort -k1,1nr -k2,2n | awk 'NR == 1 { print $2 }')
    least=$(awk -F, "$best"'{ print p }' logits | sort -g | sed -n 6p)
    labels() { tsm-online --quiet --model=net.ten "$@" <clips.ten | ten-cut --keep=label | ten-dump | xargs; }
    [ "$(labels --ignore="$class")" = "$(awk -F, -v class="$class" '(NR - 1) % 4 == 0 { label = -1 }'"$best"'best - 1 != class { label = best - 1 } { print label }' logits | xargs)" ]
    [ "$(labels --least="$least")" = "$(awk -F, -v least="$least" '(NR - 1) % 4 == 0 { label = -1 }'"$best"'p > least { label = best - 1 } { print label }' logits | xargs)" ]
    [[ "$(labels --ignore=0,1,2,3,4)" = "-1 -1 -1 "* ]]
    tsm-online --quiet --model=net.ten --every=2 <clips.ten | ten2raw --record=logits >got
    ten-cut --slice=1:::2 <clips.ten | tsm-online --quiet --model=net.ten | ten2raw --record=logits >want
    cmp want got
    run -2 --separate-stderr bash -c 'tsm-online --model=net.ten --ignore=5 <clips.ten'
    [ "$stderr" = "tsm-online: --ignore: 5: expected classes from 0 to 4" ]
}
@test "--map: classes go by another's number, after --ignore and before --agree; --hold: a label stands for some frames" {
    tsm-online --quiet --model=net.ten <clips.ten | ten-cut --keep=logits | ten-batch --size=12 | ten2csv | tail -n +2 |
        awk -F, '{ best = 1; for (i = 2; i <= 5; i++) if ($i > $best) best = i; print best - 1 }' >best
    labels() { tsm-online --quiet --model=net.ten "$@" <clips.ten | ten-cut --keep=label | ten-dump | xargs; }
    # The two most frequent classes.
    read -r a b <<<"$(sort best | uniq -c | sort -k1,1nr -k2,2n | awk 'NR < 3 { printf "%s ", $2 }')"
    [ -n "$b" ]
    [ "$(labels --map="$a:$b,$b:$a")" = "$(awk -v a="$a" -v b="$b" '{ print $1 == a ? b : $1 == b ? a : $1 }' best | xargs)" ]
    [ "$(labels --map="$a:$b" --ignore="$a")" = "$(labels --ignore="$a")" ]
    [ "$(labels --hold=3)" = "$(awk '(NR - 1) % 4 == 0 { label = -1 } { if (label < 0 || $1 != label && stood >= 3) { label = $1; stood = 0 } stood++; print label }' best | xargs)" ]
    [ "$(labels --hold=3)" != "$(labels)" ]
    run -2 --separate-stderr tsm-online --model=net.ten --map=0:5 <clips.ten
    [ "$stderr" = "tsm-online: --map: 0:5: expected FROM:TO, classes from 0 to 4" ]
}
@test "networks that need the next frame, or no clips, are refused" {
    make-model --config="${UNI/uni/bi}}" >bi.ten
    run -1 --separate-stderr bash -c 'tsm-online --model=bi.ten <clips.ten'
    [ "$stderr" = 'tsm-online: bi.ten: its shift takes channels from the next frame, which is not there yet: expected a network trained with "shift_mode": "uni"' ]
    make-model --config="$UNI,\"non_local\":true}" >nl.ten
    run -1 --separate-stderr bash -c 'tsm-online --model=nl.ten <clips.ten'
    [[ "$stderr" = "tsm-online: nl.ten: it looks at whole clips"*"expected shift alone" ]]
    make-model --config='{"family":"resnet","width":4,"blocks":[1],"in":[8,8,3]}' >image.ten
    run -1 --separate-stderr bash -c 'tsm-online --model=image.ten <clips.ten'
    [ "$stderr" = 'tsm-online: image.ten: a network of images: expected one of clips ("frames")' ]
    make-model --config='{"family":"mlp","in":[4],"out":2}' >mlp.ten
    run -1 --separate-stderr bash -c 'tsm-online --model=mlp.ten <clips.ten'
    [ "$stderr" = "tsm-online: mlp.ten: mlp: a network that does not see clips: expected one of family resnet, mobilenet or bninception" ]
    run -1 --separate-stderr bash -c 'ten-gen clip u8 2,8,8,3 | tsm-online --model=net.ten'
    [ "$stderr" = "tsm-online: standard input: clip: [2,8,8,3]: expected frames [...,16,16,3], which the network reads" ]
    run -2 tsm-online
}
