load common
setup() {
    cd "$BATS_TEST_TMPDIR" || return
    ten-gen conv.w f32 2,3 conv.b i64 4 >m.ten
}

@test "npz2ten gives the records back" {
    ten2npz <m.ten | npz2ten | ten-cmp m.ten -
}
@test "the same records make the same bytes, whatever they went through" {
    ten2npz <m.ten >one
    ten-cat --zstd m.ten | ten2npz >two
    cmp one two
}
@test "--deflate makes it smaller" {
    ten-gen x f32 100000 --fill=zeros >z.ten
    ten2npz --deflate <z.ten >z.npz
    [ "$(stat -c %s z.npz)" -lt 2000 ]
    npz2ten z.npz | ten-cmp z.ten -
}
@test "types unknown to NumPy are written as larger ones" {
    ten-gen a bf16 2 b i4 3 | ten2npz | npz2ten >x.ten
    [ "$(ten-dump --header x.ten | xargs)" = "# a f32 [2] 0 1 # b i8 [3] 0 1 2" ]
}
@test "a second group and a second record of a name are refused" {
    run -1 --separate-stderr bash -c 'cat m.ten m.ten | ten2npz'
    [[ "$stderr" =~ ^"ten2npz: byte "[0-9]+": conv.w: a second group: expected one; an archive has one array of a name"$ ]]
    run -1 --separate-stderr bash -c 'ten-gen a u8 1 a u8 1 | ten2npz'
    [ "$stderr" = "ten2npz: standard input: name a: given twice: expected different names" ]
}
@test "a cut stream: exit 1, and npz2ten does not take what came out" {
    head -c -100 m.ten >cut
    run -1 --separate-stderr bash -c 'ten2npz <cut >out'
    [[ "$stderr" = "ten2npz: record 1"*"the input ends here"* ]]
    run -1 npz2ten out
}
@test "a flipped bit in the stream: exit 1" {
    (head -c -128 m.ten; printf x; tail -c 127 m.ten) >flipped
    run -1 --separate-stderr bash -c 'ten2npz <flipped >out'
    [[ "$stderr" = "ten2npz: record 1"*"checksum"* ]]
}
@test "a full disk is reported" {
    run -1 --separate-stderr bash -c 'ten-gen a u8 100000 | ten2npz >/dev/full'
    [[ "$stderr" = *": No space left on device: "*"incomplete" ]]
}
@test "NumPy and unzip read it" {
    need unzip unzip
    ten2npz --deflate <m.ten >m.npz
    unzip -tq m.npz
    /usr/bin/python3 -c 'import numpy' 2>/dev/null || skip "NumPy is not installed (Debian package python3-numpy)"
    run -0 /usr/bin/python3 -c 'import numpy as np; z = np.load("m.npz"); print(*z, z["conv.w"].shape, z["conv.b"].sum())'
    [ "$output" = "conv.w conv.b (2, 3) 6" ]
}
