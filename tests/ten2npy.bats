load common
setup() { cd "$BATS_TEST_TMPDIR" || return; }

@test "the file is NumPy's: magic, version, dict padded to 64 bytes, elements" {
    ten-gen x i16 2,3 | ten2npy >x.npy
    [ "$(head -c 10 x.npy | od -An -tx1 | xargs)" = "93 4e 55 4d 50 59 01 00 76 00" ]
    [ "$(head -c 128 x.npy | tail -c 118)" = "$(printf '%-117s' "{'descr': '<i2', 'fortran_order': False, 'shape': (2, 3), }")" ]
    [ "$(tail -c 12 x.npy | od -An -td2 | xargs)" = "0 1 2 3 4 5" ]
}
@test "a scalar, a vector and a long shape" {
    [ "$(ten-gen x u8 '' | ten2npy | grep -ao '(.*)')" = "()" ]
    [ "$(ten-gen x u8 3 | ten2npy | grep -ao '(.*)')" = "(3,)" ]
    [ "$(ten-gen x bool 1,2,1,1,1,1,1,3 | ten2npy | grep -ao "'|b1'.*)")" = "'|b1', 'fortran_order': False, 'shape': (1, 2, 1, 1, 1, 1, 1, 3)" ]
}
@test "npy2ten gives every type back" {
    for t in f16 f32 f64 i8 i16 i32 i64 u8 u16 u32 u64 bool; do
        ten-gen x $t 3,2 >x.ten
        ten2npy <x.ten | npy2ten | ten-cmp x.ten -
    done
}
@test "types unknown to NumPy are written as larger ones" {
    [ "$(ten-gen x bf16 2 | ten2npy | npy2ten | ten-dump --header | xargs)" = "# x f32 [2] 0 1" ]
    [ "$(ten-gen x u4 3 | ten2npy | npy2ten | ten-dump --header | xargs)" = "# x u8 [3] 0 1 2" ]
    [ "$(ten-gen x i2 --lo=-2 3 | ten2npy | npy2ten | ten-dump --header | xargs)" = "# x i8 [3] -2 -1 0" ]
    printf hello | raw2ten --type=utf8 --dims=5 | ten2npy | npy2ten >x.ten
    [ "$(ten2raw <x.ten)" = hello ]
}
@test "--record takes the one of that name" {
    ten-gen a u8 2 b f32 3 >two.ten
    [ "$(ten2npy --record=b <two.ten | npy2ten | ten-dump --header | xargs)" = "# x f32 [3] 0 1 2" ]
    run -1 --separate-stderr bash -c 'ten2npy --record=c <two.ten'
    [ "$stderr" = "ten2npy: standard input: no record c: expected one" ]
}
@test "a second array is refused unless --all asks for it" {
    ten-gen --records=2 a u8 2 >two.ten
    run -1 --separate-stderr bash -c 'ten2npy <two.ten >out'
    [[ "$stderr" =~ ^"ten2npy: byte "[0-9]+": a: a second array: expected one; --record takes those of one name, --all takes several"$ ]]
    run -0 bash -c 'ten2npy --all <two.ten | npy2ten --name=a | ten-cmp two.ten -'
}
@test "cut and flipped streams: exit 1" {
    ten-gen a u8 100 >a.ten
    head -c -80 a.ten >cut
    run -1 --separate-stderr bash -c 'ten2npy <cut'
    [[ "$stderr" = "ten2npy: record 0"*"the input ends here"* ]]
    (head -c -192 a.ten; printf x; tail -c 191 a.ten) >flipped
    run -1 --separate-stderr bash -c 'ten2npy <flipped'
    [[ "$stderr" = "ten2npy: record 0"*"checksum"* ]]
}
@test "a full disk is reported" {
    run -1 --separate-stderr bash -c 'ten-gen a u8 100000 | ten2npy >/dev/full'
    [[ "$stderr" = "ten2npy: standard output: No space left on device: the output is incomplete" ]]
}
@test "NumPy loads it" {
    /usr/bin/python3 -c 'import numpy' 2>/dev/null || skip "NumPy is not installed (Debian package python3-numpy)"
    ten-gen x f32 2,3 | ten2npy >x.npy
    [ "$(/usr/bin/python3 -c 'import numpy as np; x = np.load("x.npy"); print(x.dtype, x.shape, x.sum())')" = "float32 (2, 3) 15.0" ]
}
