load common
setup() { cd "$BATS_TEST_TMPDIR" || return; ten-gen w bf16 2,2 b f32 3 >net.ten; ten2safetensors <net.ten >net.st; }

@test "there and back, whatever the order of the file" {
    safetensors2ten net.st | ten-cut --keep=w | ten-cmp <(ten-cut --keep=w <net.ten) -
    safetensors2ten <net.st | ten-cut --keep=b | ten-cmp <(ten-cut --keep=b <net.ten) -
}
@test "--prefix and --map rename" {
    printf 'w weight\n' >names
    run -0 bash -c 'safetensors2ten --map=names net.st | ten-info'
    [[ "$output" = *weight* ]]
    run -0 bash -c 'safetensors2ten --prefix=net. net.st | ten-info'
    [[ "$output" = *net.w* ]]
}
@test "a file written by hand is read, its metadata become attributes of the group" {
    header='{"__metadata__":{"by":"hand"},"x":{"dtype":"U8","shape":[3],"data_offsets":[0,3]}}'
    { printf "\\x$(printf %x ${#header})\\0\\0\\0\\0\\0\\0\\0%sabc" "$header"; } >hand.st
    run -0 bash -c 'safetensors2ten hand.st | ten-dump'
    [ "$output" = "97 98 99" ]
    run -0 bash -c 'safetensors2ten hand.st | ten-info --json'
    [[ "$output" = *'"by"'*'"hand"'* ]]
}
@test "data that overlap: exit 1" {
    header='{"x":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},"y":{"dtype":"U8","shape":[3],"data_offsets":[1,4]}}'
    { printf "\\x$(printf %x ${#header})\\0\\0\\0\\0\\0\\0\\0%sabcd" "$header"; } >hand.st
    run -1 --separate-stderr bash -c 'safetensors2ten hand.st >out'
    [[ "$stderr" = "safetensors2ten: hand.st: "* ]]
}
@test "a cut header and no file of this kind: exit 1" {
    head -c 60 net.st >cut.st
    run -1 --separate-stderr bash -c 'safetensors2ten cut.st >out'
    [[ "$stderr" = "safetensors2ten: cut.st: byte 8: header: the input ends in it: expected "* ]]
    run -1 --separate-stderr bash -c 'echo hellohello | safetensors2ten >out'
    [[ "$stderr" = "safetensors2ten: standard input: byte 0: header bytes: expected 2 to"* ]]
}
