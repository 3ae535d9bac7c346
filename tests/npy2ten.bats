load common
setup() { cd "$BATS_TEST_TMPDIR" || return; }

@test "an array becomes a record named after its file" {
    ten-gen x i16 2,3 | ten2npy >numbers.npy
    run -0 bash -c 'npy2ten numbers.npy | ten-dump --header'
    [ "${lines[0]}" = "# numbers i16 [2,3]" ]
    [ "${lines[2]}" = "3 4 5" ]
}
@test "--name renames; standard input is x" {
    ten-gen q u8 3 | ten2npy >q.npy
    run -0 bash -c 'npy2ten --name=mine q.npy | ten-dump --header; npy2ten <q.npy | ten-dump --header'
    [ "${lines[0]}" = "# mine u8 [3]" ]
    [ "${lines[2]}" = "# x u8 [3]" ]
}
@test "every type NumPy shares goes there and back unchanged" {
    for t in f16 f32 f64 i8 u8 i16 u16 i32 u32 i64 u64 bool; do
        ten-gen x $t 3,5 >there.ten
        ten2npy <there.ten | npy2ten | ten-cmp there.ten -
    done
}
@test "what NumPy writes is read, Fortran order and big-endian numbers too" {
    /usr/bin/python3 -c 'import numpy' 2>/dev/null || skip "NumPy is not installed (Debian package python3-numpy)"
    /usr/bin/python3 -c 'import numpy as n; n.save("f.npy", n.asfortranarray(n.arange(6).reshape(2, 3))); n.save("b.npy", n.arange(3, dtype=">i4"))'
    run -0 bash -c 'npy2ten f.npy b.npy | ten-dump'
    [ "${lines[0]}" = "0 1 2" ]
    [ "${lines[1]}" = "3 4 5" ]
    [ "${lines[2]}" = "0 1 2" ]
}
@test "a cut header: exit 1, naming byte and what was expected" {
    ten-gen x f32 2,3 | ten2npy | head -c 100 >cut.npy
    run -1 --separate-stderr bash -c 'npy2ten cut.npy >out'
    [ "$stderr" = "npy2ten: cut.npy: byte 0: header: ends after 100 of 128 bytes: expected the whole of it" ]
}
@test "cut data: exit 1" {
    ten-gen x f32 2,3 | ten2npy | head -c 140 >cut.npy
    run -1 --separate-stderr bash -c 'npy2ten cut.npy >out'
    [[ "$stderr" = "npy2ten: cut.npy: byte "* ]]
}
@test "text: exit 1, saying what an array is" {
    run -1 --separate-stderr bash -c 'echo hello | npy2ten >out'
    [ "$stderr" = "npy2ten: standard input: byte 0: magic: expected an array as numpy.save writes it" ]
}
