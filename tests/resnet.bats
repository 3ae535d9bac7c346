# The family resnet: sizes that are published or follow from the layers, and what holds between its forms for clips.
load common
R50='"family":"resnet","stem":"large","block":"bottleneck"'
setup() { cd "$BATS_TEST_TMPDIR" || return; }

# counts CONFIG: parameters and multiply-accumulates.
counts() { score --config="{$1}" | tail -1 | cut -f1,3 | tr '\t' ' '; }
@test "parameters and multiply-accumulates of ResNet-50 and -101, TSM and I3D, at 224x224" {
    clip='"in":[8,224,224,3],"frames":8,"classes":400'
    [ "$(counts "$R50,\"blocks\":[3,4,6,3],\"in\":[224,224,3],\"classes\":1000")" = "25557032 4089184256" ]
    [ "$(counts "$R50,\"blocks\":[3,4,6,3],$clip")" = "24327632 32703643648" ]
    [ "$(counts "$R50,\"blocks\":[3,4,23,3],$clip")" = "43319760 62401413120" ]
    [ "$(counts "$R50,\"blocks\":[3,4,6,3],$clip,\"shift\":0,\"inflate\":\"3x1x1\"")" = "29021648 41952083968" ]
    [ "$(counts "$R50,\"blocks\":[3,4,6,3],$clip,\"shift\":0,\"inflate\":\"3x3x3\"")" = "38041040 49350836224" ]
    [ "$(counts "\"family\":\"mobilenet\",$clip")" = "2736272 2400050176" ]
    [ "$(counts '"family":"mobilenet","in":[224,224,3],"classes":27')" = "2258459 299528832" ]
}
@test "parameters and multiply-accumulates of BN-Inception: 11.3 million and 2.03 billion" {
    [ "$(counts '"family":"bninception"')" = "11295240 2032600064" ]
    [ "$(counts '"family":"bninception","in":[8,224,224,3],"frames":8,"classes":174')" = "10448590 16254033920" ]
}
# answers NET CLIPS: of a network with the weights of seed 1, as lines of numbers.
answers() {
    make-model --seed=1 --config="{$1}" >net.ten
    forward --model=net.ten --record=x=clip <"$2" | ten-cut --keep=y | ten2csv | tail -n +2
}
SMALL='"family":"resnet","width":16,"blocks":[1,1],"classes":3,"in":[4,8,8,2],"frames":4'
close() { paste -d, "$1" "$2" | awk -F, '{ n = NF / 2; for (i = 1; i <= n; i++) if (!(($i - $(i + n)) ^ 2 < 1e-10)) bad = 1 } END { exit bad || NR == 0 }'; }
@test "without shift the order of frames does not count; with it, and in every inflated form, it does" {
    ten-gen clip f32 2,4,8,8,2 --fill=normal --seed=1 >a.ten
    ten-cut --slice=1:::-1 <a.ten >b.ten
    answers "$SMALL,\"shift\":0" a.ten >x
    answers "$SMALL,\"shift\":0" b.ten >y
    close x y
    for form in '"shift":8' '"shift":8,"shift_mode":"uni"' '"shift":8,"shift_place":"block"' '"shift":0,"inflate":"3x1x1"' '"shift":0,"inflate":"3x3x3"' '"shift":0,"inflate":"inserted"' \
        '"shift":0,"temporal_pool":true'; do
        answers "$SMALL,$form" a.ten >x
        answers "$SMALL,$form" b.ten >y
        ! close x y || { echo "$form: blind"; false; }
    done
}
@test "clips do not reach each other: nothing of a clip of NaN comes into the other one" {
    { ten-gen clip f32 1,4,8,8,2 --fill=normal --seed=1; } >one.ten
    for form in '"shift":8' '"shift":0,"inflate":"3x3x3"' '"shift":0,"inflate":"inserted"' '"temporal_pool":true' '"non_local":true,"blocks":[1,2]'; do
        answers "$SMALL,$form" one.ten >alone
        python3 -c 'import sys, struct
v = open(sys.argv[1], "rb").read()
sys.stdout.buffer.write(v + struct.pack("<f", float("nan")) * (len(v) // 4))' <(ten2raw <one.ten) | raw2ten --name=clip --type=f32 --dims=4,8,8,2 --batch=2 >two.ten
        answers "$SMALL,$form" two.ten >both
        close alone <(head -1 both) || { echo "$form: leaks"; false; }
        tail -1 both | grep -q nan
    done
}
@test "a clip of one frame: what is shifted in is 0" {
    ten-gen clip f32 2,1,8,8,2 --fill=normal --seed=1 >a.ten
    one='"family":"resnet","width":16,"blocks":[1,1],"classes":3,"in":[1,8,8,2],"frames":1'
    answers "$one,\"shift\":8" a.ten >x
    answers "$one,\"shift\":0" a.ten >y
    run ! close x y
    # All that can be shifted: blocks see nothing, and their short cuts alone answer.
    answers "$one,\"shift\":2" a.ten >x
    run ! close x y
}
# seen BLOCK K: a clip of one frame, and the first convolution of the block, KxK, without what reads channels 0 to 3 of 16:
# weights [16,K,K,16] as rows of C.
seen() {
    net='"family":"resnet","width":16,"blocks":[1],"classes":3,"in":[1,8,8,2],"frames":1,"block":"'$1'"'
    answers "$net,\"shift\":8" a.ten >x
    make-model --seed=1 --config="{$net,\"shift\":0}" | export-model >weights.ten
    ten-cut --keep=layer1.0.conv1.weight --reshape=-1,16 <weights.ten | ten2csv --no-header |
        awk -F, -v OFS=, '{ $1 = $2 = $3 = $4 = 0; print }' | csv2ten --matrix --no-header | ten-cut --reshape="16,$2,$2,16" >zeros.ten
    ten-cut --drop=layer1.0.conv1.weight <weights.ten | cat - zeros.ten >both.ten
    printf 'x layer1.0.conv1.weight\n' >zero.map
    make-model --quiet --init=both.ten --init-map=zero.map --config="{$net,\"shift\":0}" >net.ten
    forward --model=net.ten --record=x=clip <a.ten | ten-cut --keep=y | ten2csv | tail -n +2 >y
    close x y
}
@test "a clip of one frame is seen as one whose shifted channels are 0, but for the short cut, projected or not" {
    ten-gen clip f32 2,1,8,8,2 --fill=normal --seed=1 >a.ten
    seen basic 3
    run ! grep -q downsample <(ten-info weights.ten)
    seen bottleneck 1
    grep -q layer1.0.downsample.0.weight <(ten-info weights.ten)
}
@test "every way to shift gives the same bytes, in answers and in training" {
    video-gen motion --n=32 --size=16,16 --frames=4 --seed=1 >train.ten
    for net in "\"family\":\"resnet\",\"width\":16,\"blocks\":[1,1]" "\"family\":\"resnet\",\"width\":16,\"blocks\":[1,1],\"block\":\"bottleneck\",\"shift_mode\":\"uni\"" \
        '"family":"mobilenet","stages":[[1,8,1,1],[6,16,2,1]]'; do
        for impl in auto copy inplace fused; do
            train-classifier --quiet --threads=2 --seed=1 --epochs=1 --batch=16 --config="{$net,\"in\":[4,16,16,3],\"frames\":4,\"classes\":8,\"shift_impl\":\"$impl\"}" <train.ten |
                export-model | ten2raw >$impl.raw
            [ -s $impl.raw ]
            cmp auto.raw $impl.raw || { echo "$net: $impl differs"; false; }
        done
    done
    run -2 --separate-stderr score --config='{"family":"resnet","in":[4,8,8,2],"frames":4,"shift_impl":"magic"}'
    [[ "$stderr" = *": expected "* ]]
}
@test "non-local blocks begin as nothing" {
    ten-gen clip f32 2,4,8,8,2 --fill=normal --seed=1 >a.ten
    answers "$SMALL,\"blocks\":[1,3]" a.ten >x
    answers "$SMALL,\"blocks\":[1,3],\"non_local\":true" a.ten >y
    close x y
    [ "$(counts "$SMALL,\"blocks\":[1,3],\"non_local\":true" | cut -d' ' -f1)" -gt "$(counts "$SMALL,\"blocks\":[1,3]" | cut -d' ' -f1)" ]
}
@test "every form trains: a loss that falls" {
    video-gen motion --n=64 --size=16,16 --frames=4 --seed=1 >train.ten
    for form in '"shift":8' '"block":"bottleneck","shift_mode":"uni"' '"inflate":"3x1x1","shift":0' '"inflate":"3x3x3","shift":0' '"inflate":"inserted","shift":0' \
        '"temporal_pool":true' '"non_local":true,"blocks":[1,2]' '"zero_gamma":true,"dropout":0.1,"shift_place":"block"'; do
        train-classifier --quiet --threads=1 --seed=1 --epochs=6 --batch=16 --curve=curve.tsv --schedule=constant:lr=0.05 \
            --config="{\"family\":\"resnet\",\"width\":16,\"blocks\":[1,1],\"classes\":8,\"in\":[4,16,16,3],\"frames\":4,$form}" <train.ten >net.ten
        awk 'NR == 2 { first = $4 } END { exit !($4 < first) }' curve.tsv || { echo "$form: $(cut -f4 curve.tsv | xargs)"; false; }
    done
}
@test "configurations that make no network: exit 2, one line" {
    for keys in '"frames":4' '"in":[4,8,8,2],"frames":4,"shift_mode":"tri"' '"inflate":"3x1x1"' '"in":[3,8,8,2],"frames":3,"temporal_pool":true' '"dropout":1.0' \
        '"first_stride":3' '"block":"large"' '"in":[4,8,8,2],"frames":4,"shift_place":"there"'; do
        run -2 --separate-stderr score --config="{\"family\":\"resnet\",$keys}"
        [ "${#stderr_lines[@]}" = 1 ]
        [[ "$stderr" = *": expected "* ]] || { echo "$stderr"; false; }
    done
}
