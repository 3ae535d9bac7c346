# Inception-v3 with torchvision's weights: the same numbers behind every block, in both variants.
load common
python=/usr/bin/python3
setup_file() {
    cd "$BATS_FILE_TMPDIR" || return
    "$python" -c 'import torchvision' 2>/dev/null || return 0
    "$python" "$BATS_TEST_DIRNAME/inception.py"
    npy2ten --name=x x.npy >x.ten
    for net in torchvision fid; do safetensors2ten $net.safetensors >$net-theirs.ten; done
}
setup() {
    cd "$BATS_FILE_TMPDIR" || return
    [ -e x.ten ] || skip "torchvision is not installed (Debian package python3-torchvision)"
}
# answers NET END: of our network with their weights.
answers() {
    local classes=1000
    [ "$1" = torchvision ] || classes=1008
    make-model --quiet ${2:+--partial} --init="$1-theirs.ten" --init-map="$ROOT/formats/inception-v3.map" \
        --config='{"family":"inception_v3","variant":"'"$1"'","in":[139,147,3],"classes":'"$classes"',"end":"'"$2"'"}' >net.ten
    forward --model=net.ten <x.ten | ten-cut --keep=y
}
# Values are of size 1; what two programs round differently grows to some 1e-4 in 94 layers.
same() { ten-cmp --atol=5e-4 --rtol=1e-3 "$1" <(npy2ten --name=y "$2"); }
every_block() {
    local layer end
    for layer in maxpool1 maxpool2 Mixed_{5b,5d,6a,6c,6e,7a,7b,7c}; do
        end=${layer/maxpool/pool}
        answers "$1" "$end" >got.ten
        same got.ten "$1-$layer.npy" || { echo "$1 differs behind $layer"; return 1; }
    done
}

@test "torchvision's network: the same means behind every kind of block, the same logits" {
    every_block torchvision
    answers torchvision "" >got.ten
    same got.ten torchvision.npy
}
@test "the network of the FID: the same means behind every kind of block, the same logits" {
    every_block fid
    answers fid "" >got.ten
    same got.ten fid.npy
}
@test "the variants differ" {
    run ! ten-cmp --quiet --atol=5e-4 --rtol=1e-3 <(npy2ten fid-Mixed_5b.npy) <(npy2ten torchvision-Mixed_5b.npy)
}
