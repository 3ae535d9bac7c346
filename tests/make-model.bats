load common
export NET='{"family": "mlp", "in": [3], "hidden": [5], "out": 2}'
setup() { cd "$BATS_TEST_TMPDIR" || return; }

@test "first values are drawn by the seed" {
    make-model --seed=3 --config="$NET" >a.ten
    make-model --seed=3 --config="$NET" >b.ten
    make-model --seed=4 --config="$NET" >c.ten
    ten-cmp a.ten b.ten
    run -1 ten-cmp a.ten c.ten
    echo "$NET" >net.json
    make-model --seed=3 --config-file=net.json | ten-cmp a.ten -
}
@test "every family makes a network of its defaults" {
    for family in resnet mobilenet mlp transformer transformer_xl translator generator discriminator \
        dcgan_generator dcgan_discriminator sngan_generator sngan_discriminator biggan_generator biggan_discriminator \
        stylegan2_generator stylegan2_discriminator inception_v3 bninception; do
        make-model --config="{\"family\": \"$family\"}" | ten-verify --quiet >/dev/null
    done
}
@test "weights that are all there" {
    make-model --seed=3 --config="$NET" >a.ten
    ten-cut --drop=config <a.ten >weights.ten
    run -0 --separate-stderr bash -c 'make-model --config="$NET" --init=weights.ten >b.ten'
    [ "$stderr" = "weights.ten: 4 matched, 0 missing, 0 of another shape, 0 left" ]
    ten-cmp a.ten b.ten
}
@test "weights that are not all there: refused, or partial" {
    make-model --seed=3 --config="$NET" >a.ten
    ten-cut --drop=config --drop=fc0.bias <a.ten >some.ten
    run -1 --separate-stderr bash -c 'make-model --quiet --config="$NET" --init=some.ten >b.ten'
    [[ "$stderr" = *"missing fc0.bias [5]"* ]]
    [[ "$stderr" = *"make-model: some.ten: is not this network's: expected every tensor, and no other"* ]]
    run -0 bash -c 'make-model --seed=3 --partial --quiet --config="$NET" --init=some.ten >b.ten'
    ten-cmp a.ten b.ten
}
@test "there and back through names and layouts of another program" {
    conv='{"family": "resnet", "width": 4, "blocks": [1], "in": [8,8,1], "classes": 3}'
    printf '%s\n' '*.num_batches_tracked -' 'net.* * oihw' >names.map
    make-model --seed=3 --config="$conv" >a.ten
    export-model --map=names.map <a.ten >theirs.ten
    run -0 bash -c 'ten-info theirs.ten | grep -c " net\."'
    [ "$output" = "$(($(ten-info a.ten | wc -l) - 1))" ]
    [[ "$(ten-info theirs.ten)" = *"net.conv1.weight"*"f32  [4,1,3,3]"* ]]
    make-model --quiet --config="$conv" --init=theirs.ten --init-map=names.map >b.ten
    ten-cmp a.ten b.ten
}
# Networks that a tool has no use for are refused, whatever the samples look like.
@test "classifiers and regressors want one input and a row of numbers" {
    ten-gen image f32 4,16 label i32 4 --fill=uniform >row.ten
    ten-gen image f32 4,8,8,3 label i32 4 --fill=uniform >image.ten
    for net in '"transformer", "in": [16]' '"generator", "in": [16], "size": 8, "width": 4'; do
        run -1 --separate-stderr bash -c "train-classifier --quiet --epochs=1 --config='{\"family\": $net}' <row.ten >out"
        [[ "$stderr" = "train-classifier: config: family "*"gives a row of numbers"* ]]
        run -1 --separate-stderr bash -c "train-regressor --quiet --epochs=1 --x=image --y=label --config='{\"family\": $net}' <row.ten >out"
        [[ "$stderr" = "train-regressor: config: family "*"gives a row of numbers"* ]]
    done
    make-model --config='{"family": "translator", "in": [8,8,3], "width": 2, "blocks": 1}' >net.ten
    run -1 --separate-stderr bash -c 'classify --model=net.ten <image.ten >out'
    [[ "$stderr" = "classify: config: family translator: "* ]]
}
@test "wrong usage" {
    run -2 --separate-stderr bash -c 'make-model >a.ten'
    [[ "$stderr" = "make-model: config: none: expected --config"* ]]
    run -2 --separate-stderr bash -c 'make-model --config="{}" >a.ten'
    run -2 --separate-stderr bash -c 'make-model --config="{" >a.ten'
    run -2 --separate-stderr bash -c 'make-model --config="$NET" --init-map=x >a.ten'
    [[ "$stderr" = *"--init-map: expected a model that it is about (--init=FILE)"* ]]
    run -1 --separate-stderr bash -c 'make-model --config="$NET" --init=absent >a.ten'
}
@test "Inception-v3 has the parameters and products of torchvision's, and refuses what makes none" {
    [ "$(score --config='{"family":"inception_v3"}' | tail -1 | cut -f1-3)" = "$(printf '23834568\t34432\t5713216096')" ]
    config() { run -2 --separate-stderr make-model --config='{"family":"inception_v3",'"$1"'}'; }
    config '"variant":"tf"'
    [ "$stderr" = 'make-model: config: "variant" is "tf": expected torchvision or fid' ]
    config '"end":"Mixed_8"'
    [ "$stderr" = 'make-model: config: "end" is "Mixed_8": expected pool1, pool2 or Mixed_5b to Mixed_7c' ]
    config '"in":[32,32,3]'
    [[ "$stderr" = *"75 by 75 at least"* ]]
}
