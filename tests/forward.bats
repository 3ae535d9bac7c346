load common
setup_file() {
    cd "$BATS_FILE_TMPDIR" || return
    make-model --seed=1 --config='{"family": "mlp", "in": [3], "hidden": [5], "out": 2}' >mlp.ten
    make-model --config='{"family": "transformer", "in": [5], "target": 4, "vocabulary": 50, "width": 16, "hidden": 32,
        "heads": 2, "encoder": 1, "decoder": 1}' >words.ten
    ten-gen x f32 7,3 label i32 7 --fill=uniform --seed=2 --records=2 >x.ten
}
setup() { cd "$BATS_FILE_TMPDIR" || return; }

@test "answers for every group, and what the network does not read" {
    run -0 bash -c 'forward -m mlp.ten <x.ten | ten-info'
    [ "${#lines[@]}" = 4 ]
    [[ "${lines[0]}" = *label*"i32  [7]"* ]]
    [[ "${lines[3]}" = *"1 y "*"f32  [7,2]"* ]]
}
# With weights of 0 but the last biases, the answer is the biases.
@test "answers counted by hand" {
    ten-gen fc0.weight f32 5,3 fc0.bias f32 5 fc1.weight f32 2,5 --fill=zeros >zero.ten
    ten-gen fc1.bias f32 2 --fill=arange >bias.ten
    ten-paste zero.ten bias.ten | make-model --quiet --init=- --config='{"family": "mlp", "in": [3], "hidden": [5], "out": 2}' >hand.ten
    run -0 bash -c 'forward --model=hand.ten <x.ten | ten-cut --keep=y | ten2csv --quiet | tail -n +2 | sort -u'
    [ "$output" = 0,1 ]
}
@test "samples at a time change nothing but rounding" {
    forward -m mlp.ten --batch=3 <x.ten >few.ten
    forward -m mlp.ten <x.ten >all.ten
    ten-cmp --atol=1e-6 few.ten all.ten
}
@test "a network of several inputs, and other names for records" {
    run -0 bash -c 'ten-gen source i32 3,5 input i32 3,4 --fill=uniform --hi=50 | forward -m words.ten | ten-info'
    [[ "$output" = *"y "*"f32  [3,4,50]"* ]]
    run -0 bash -c 'ten-gen a i32 3,5 b i32 3,4 --fill=uniform --hi=50 | forward -m words.ten -r source=a -r input=b -o logits | ten-info'
    [[ "$output" = *"logits "*"f32  [3,4,50]"* ]]
}
@test "no samples have no answers" {
    run -0 bash -c 'ten-gen x f32 0,3 | forward -m mlp.ten | ten-info'
    [[ "$output" = *"y "*"f32  [0,2]"* ]]
}
@test "records that do not fit are told" {
    run -1 --separate-stderr bash -c 'ten-gen x f32 7,4 | forward -m mlp.ten >out'
    [[ "$stderr" = "forward: byte "*": x: f32[7,4]: expected f32[7,3], which the network reads" ]]
    run -1 --separate-stderr bash -c 'ten-gen z f32 7,3 | forward -m mlp.ten >out'
    [ "$stderr" = "forward: group 0: no record x: expected one for each input of the network" ]
    run -1 --separate-stderr bash -c 'ten-gen source i32 3,5 input i32 2,4 | forward -m words.ten >out'
    [ "$stderr" = "forward: group 0: input has 2 samples: expected 3, as source" ]
    run -1 --separate-stderr bash -c 'ten-gen source i32 3,5 input i32 3,4 --fill=uniform --lo=50 --hi=60 | forward -m words.ten >out'
    [[ "$stderr" = *"source: an id out of range: expected 0 to 49" ]]
}
@test "wrong usage" {
    run -2 --separate-stderr forward <x.ten
    [[ "$stderr" = *"no network: expected --model=FILE"* ]]
    run -2 --separate-stderr bash -c 'forward -m mlp.ten -r image=x <x.ten >out'
    [ "$stderr" = "forward: --record=image=x: the network has no such input: expected x" ]
    run -2 --separate-stderr bash -c 'forward -m mlp.ten -r x <x.ten >out'
}
