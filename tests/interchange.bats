# Networks from PyTorch and to it: the same weights give the same answers on both sides.
load common
export CNN='{"family": "resnet", "width": 8, "blocks": [1, 1], "in": [16, 16, 3], "classes": 5}'
export WORDS='{"family": "transformer", "in": [7], "target": 5, "vocabulary": 60, "width": 32, "hidden": 64, "heads": 4, "encoder": 2, "decoder": 2}'
python=/usr/bin/python3
setup_file() {
    cd "$BATS_FILE_TMPDIR" || return
    "$python" -c 'import torch' 2>/dev/null || return 0
    "$python" "$BATS_TEST_DIRNAME/interchange.py" train
    printf '%s\n' '*.num_batches_tracked -' '* * oihw' >torch.map
    for x in x source input; do npy2ten --name="$x" "$x.npy" >"$x.ten"; done
    ten-paste source.ten input.ten >sentences.ten
}
setup() {
    cd "$BATS_FILE_TMPDIR" || return
    [ -e torch.map ] || skip "PyTorch is not installed (Debian package python3-torch)"
}
# same OURS THEIRS.npy: answers y within 1e-5.
same() { ten-cut --keep=y <"$1" | ten-cmp --atol=1e-5 --rtol=1e-5 - <(npy2ten --name=y "$2"); }

@test "a small CNN that PyTorch trained gives the same answers here" {
    safetensors2ten cnn.safetensors | make-model --init=- --init-map=torch.map --config="$CNN" >cnn.ten
    forward --model=cnn.ten <x.ten >got.ten
    same got.ten cnn.npy
}
@test "a small transformer that PyTorch trained gives the same answers here" {
    safetensors2ten words.safetensors | make-model --init=- --config="$WORDS" >words.ten
    forward --model=words.ten <sentences.ten >got.ten
    same got.ten words.npy
}
@test "networks from here give the same answers in PyTorch" {
    ten-gen image f32 40,16,16,3 label i32 40 --fill=uniform --hi=5 --seed=3 >train.ten
    train-classifier --quiet --epochs=2 --batch=10 --config="$CNN" <train.ten >cnn-ours.ten
    make-model --seed=5 --config="$WORDS" >words-ours.ten
    for net in cnn words; do
        export-model --map=torch.map <$net-ours.ten | ten2safetensors >$net-ours.safetensors
    done
    "$python" "$BATS_TEST_DIRNAME/interchange.py" run
    forward --model=cnn-ours.ten <x.ten >got.ten
    same got.ten cnn-ours.npy
    forward --model=words-ours.ten <sentences.ten >got.ten
    same got.ten words-ours.npy
}
