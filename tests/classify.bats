load common
setup_file() {
    cd "$BATS_FILE_TMPDIR" || return
    ten-gen image u8 50,8,8,1 label i32 50 --fill=uniform --hi=3 --seed=1 --records=2 >x.ten
    train-classifier --quiet --epochs=1 --batch=20 --config='{"family": "resnet", "width": 4, "blocks": [1], "in": [8,8,1], "classes": 3}' <x.ten >net.ten
}
setup() { cd "$BATS_FILE_TMPDIR" || return; }

@test "a class, probabilities and the label for every sample, in batches" {
    run -0 bash -c 'classify --quiet --batch=30 --model=net.ten <x.ten | ten-info'
    [ "${#lines[@]}" = 12 ]
    [[ "${lines[0]}" = *class*"i32  [30]"* ]]
    [[ "${lines[10]}" = *probability*"f32  [10,3]"* ]]
}
@test "probabilities of a sample add up to 1" {
    run -0 bash -c 'classify --quiet --model=net.ten <x.ten | ten-cut --keep=probability | ten2csv | awk -F, '"'"'NR > 1 && ($1 + $2 + $3 - 1) ^ 2 > 1e-10 { bad++ } END { print NR, bad + 0 }'"'"
    [ "${output##* }" = 0 ]
}
@test "how many are right is said on standard error, but for --quiet" {
    run -0 --separate-stderr bash -c 'classify --model=net.ten <x.ten >/dev/null'
    [[ "$stderr" =~ ^classify:\ [0-9]+\ of\ 100\ right:\ 0\.[0-9]{4}$ ]]
    run -0 --separate-stderr bash -c 'classify --quiet --model=net.ten <x.ten >/dev/null'
    [ -z "$stderr" ]
}
# Weights 0 and biases 0, 1 and 2: the answer is the softmax of (0, 1, 2), whatever the image.
@test "probabilities counted by hand" {
    net='{"family": "mlp", "in": [8,8,1], "hidden": [2], "out": 3}'
    train-classifier --quiet --epochs=1 --config="$net" <x.ten | ten-cut --keep=config >config.ten
    ten-gen --fill=zeros fc0.weight f32 2,64 fc0.bias f32 2 fc1.weight f32 3,2 >weights.ten
    ten-gen fc1.bias f32 3 >bias.ten
    ten-paste config.ten weights.ten bias.ten >hand.ten
    run -0 bash -c 'classify --quiet --model=hand.ten <x.ten | ten-cut --keep=probability | ten2csv --quiet | tail -n +2 |
        awk -F, "{ printf \"%.6f %.6f %.6f\n\", \$1, \$2, \$3 }" | sort | uniq -c | tr -s " "'
    [ "$output" = " 100 0.090031 0.244728 0.665241" ]
    run -0 bash -c 'classify --quiet --model=hand.ten <x.ten | ten-cut --keep=class | ten2csv --quiet | tail -n +2 | sort -u'
    [ "$output" = 2 ]
}
@test "the number of samples at a time changes no class, and nothing but rounding of probabilities" {
    classify --quiet --batch=100 --model=net.ten <x.ten >whole.ten
    classify --quiet --batch=1 --model=net.ten <x.ten | ten-batch --size=100 >single.ten
    ten-cmp --atol=1e-6 whole.ten single.ten
}
@test "--mean and --std as in training: a half and a half are what is done without" {
    classify --quiet --model=net.ten <x.ten >plain.ten
    classify --quiet --mean=0.5 --std=0.5 --model=net.ten <x.ten >half.ten
    ten-cmp plain.ten half.ten
    classify --quiet --mean=0.1 --std=0.2 --model=net.ten <x.ten >other.ten
    run -1 ten-cmp plain.ten other.ten
    run -2 --separate-stderr classify --mean=0.5 --model=net.ten <x.ten
    run -1 --separate-stderr bash -c 'classify --mean=0.5,0.5 --std=1,1 --model=net.ten <x.ten >out'
    [ "$stderr" = "classify: images of 1 channels: expected 2, as many as means" ]
}
@test "images without labels have classes as well, and nothing is said of right ones" {
    run -0 --separate-stderr bash -c 'ten-cut --keep=image <x.ten | classify --model=net.ten | ten-info'
    [ "${#lines[@]}" = 2 ]
    [[ "$output" != *label* ]]
    [ -z "$stderr" ]
}
@test "a checkpoint is a model, too" {
    net='{"family": "resnet", "width": 4, "blocks": [1], "in": [8,8,1], "classes": 3}'
    train-classifier --quiet --epochs=1 --config="$net" --resume=ck.ten <x.ten >same.ten
    cmp <(classify --quiet --model=ck.ten <x.ten | ten-dump) <(classify --quiet --model=same.ten <x.ten | ten-dump)
}
@test "images of another shape: exit 1, one line that says which are expected" {
    run -1 --separate-stderr bash -c 'ten-gen image u8 2,8,9,1 | classify --model=net.ten >out'
    [ "$stderr" = "classify: image: samples of shape [8,9,1]: expected [8,8,1], which the network reads" ]
}
@test "images that are cut, a full disk: exit 1, one line" {
    head -c 3000 x.ten >cut.ten
    run -1 --separate-stderr bash -c 'classify --quiet --model=net.ten <cut.ten >out'
    [ "${#stderr_lines[@]}" = 1 ]
    [[ "$stderr" = *"the input ends here"* ]]
    run -1 --separate-stderr bash -c 'classify --quiet --model=net.ten <x.ten >/dev/full'
    [ "${#stderr_lines[@]}" = 1 ]
    [[ "$stderr" = *"No space left on device"* ]]
}
@test "a model that is cut: exit 1, one line" {
    head -c 2000 net.ten >cut.ten
    run -1 --separate-stderr bash -c 'classify --model=cut.ten <x.ten >/dev/null'
    [ "${#stderr_lines[@]}" = 1 ]
}
@test "a stream that is no model: exit 1, one line; no model at all: exit 2" {
    run -1 --separate-stderr bash -c 'classify --model=x.ten <x.ten >/dev/null'
    [ "${#stderr_lines[@]}" = 1 ]
    run -2 classify <x.ten
}
