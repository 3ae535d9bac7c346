load common
setup() { cd "$BATS_TEST_TMPDIR" || return; }

# npy DESCR ORDER SHAPE: an NPY file of version 1 whose elements are standard input.
npy() {
    local dict="{'descr': $1, 'fortran_order': $2, 'shape': $3, }"
    printf '\223NUMPY\1\0\166\0%-117s\n' "$dict"
    cat
}
dump() { ten-dump --header | xargs; }

@test "an array becomes a record of its type, shape and elements" {
    [ "$(printf '\1\0\2\0\3\0\4\0\377\377\6\0' | npy "'<i2'" False '(2, 3)' | npy2ten | dump)" = "# x i16 [2,3] 1 2 3 4 -1 6" ]
}
@test "big-endian elements and Fortran order are turned" {
    [ "$(printf '\0\1\0\4\0\2\0\5\0\3\0\6' | npy "'>u2'" True '(2, 3)' | npy2ten | dump)" = "# x u16 [2,3] 1 2 3 4 5 6" ]
    [ "$(printf '\77\200\0\0' | npy "'>f4'" False '()' | npy2ten | dump)" = "# x f32 [] 1" ]
}
@test "every type has its counterpart" {
    for t in f16:f2 f32:f4 f64:f8 i8:i1 i16:i2 i32:i4 i64:i8 u8:u1 u16:u2 u32:u4 u64:u8 bool:b1; do
        head -c 24 /dev/zero | npy "'<${t#*:}'" False "(3,)" | head -c $((128 + 3 * ${t##*[a-z]})) >x.npy
        run -0 bash -c 'npy2ten x.npy | ten-info --json'
        [[ "$output" = *'"name":"x","type":"'"${t%:*}"'","shape":[3]'* ]]
    done
}
@test "records are named after their files, and the first arrays make one group" {
    mkdir d
    printf '\1' | npy "'|u1'" False '(1,)' >d/image.npy
    printf '\2' | npy "'|u1'" False '(1,)' >label.npy
    run -0 bash -c 'npy2ten d/image.npy label.npy | ten-info'
    [[ "${lines[0]}" = "  0 image "* ]]
    [[ "${lines[1]}" = "  0 label "* ]]
    run -0 bash -c 'npy2ten --name=feat <label.npy | ten-info'
    [[ "${lines[0]}" = "  0 feat "* ]]
}
@test "further arrays of a file start groups" {
    printf '\1' | npy "'|u1'" False '(1,)' >a
    printf '\2' | npy "'|u1'" False '(1,)' >b
    run -0 bash -c 'cat a b a | npy2ten | ten-info'
    [[ "${lines[0]}" = "  0 x "* ]]
    [[ "${lines[1]}" = "  1 x "* ]]
    [[ "${lines[2]}" = "  2 x "* ]]
    [ "$(cat a b a | npy2ten | ten2raw | od -An -tu1 | xargs)" = "1 2 1" ]
}
@test "zero-sized arrays keep their shapes" {
    [ "$(printf '' | npy "'<f8'" True '(4, 0, 2)' | npy2ten | ten-info --json | grep -o '"shape":[^a-z]*,"')" = '"shape":[4,0,2],"' ]
}
@test "the bytes of the file stand in the history" {
    printf '\1' | npy "'|u1'" False '(1,)' >a.npy
    run -0 bash -c 'npy2ten a.npy | ten-info --json'
    [[ "$output" = *'"in":[{"name":"a.npy","bytes":129,"digest":"'* ]]
}
@test "text, object, complex and structured arrays are refused, exit 1" {
    for d in "'<U5'" "'|O'" "'<c8'" "'<f16'" "'|S3'" "'<M8[ns]'"; do
        npy "$d" False '(1,)' </dev/null >x
        run -1 --separate-stderr npy2ten x
        [[ "$stderr" = "npy2ten: x: byte 20: descr: $d: expected a type of 1 to 8 bytes that is a number or bool, such as '<f4', '|u1' or '|b1'" ]]
    done
    printf 12345678 | npy "[('a', '<i4'), ('b', '<i4')]" False '(1,)' >s.npy
    run -1 --separate-stderr npy2ten s.npy
    [ "$stderr" = "npy2ten: s.npy: byte 20: descr: a structured type: expected one number an element, such as '<f4'; save its fields one by one" ]
}
@test "more than 8 dims are refused" {
    printf x | npy "'|u1'" False '(1,1,1,1,1,1,1,1,1)' >x
    run -1 --separate-stderr npy2ten x
    [ "$stderr" = "npy2ten: x: byte 77: shape: more than 8 dims: expected at most 8; reshape it" ]
}
@test "something else than NPY: exit 1 with what was expected; no stream comes out" {
    run -1 --separate-stderr bash -c 'echo hello, world and all | npy2ten >out'
    [ "$stderr" = "npy2ten: standard input: byte 0: magic: expected an array as numpy.save writes it" ]
    [ ! -s out ]
    run -1 --separate-stderr npy2ten /dev/null
    [ "$stderr" = "npy2ten: /dev/null: empty input: expected an array as numpy.save writes it" ]
    run -1 --separate-stderr npy2ten gone
    [ "$stderr" = "npy2ten: gone: No such file or directory: expected a file to read" ]
}
@test "cut in the second array: the first still arrives, exit 1" {
    printf '\1\2\3\4' | npy "'|u1'" False '(4,)' >a
    npy2ten a >one
    cat a a | head -c -1 >cut
    run -1 --separate-stderr bash -c 'npy2ten --name=a cut >got'
    [ "$stderr" = "npy2ten: cut: byte 260: elements: ends after 3 of 4 bytes: expected u8[4]" ]
    [ "$(ten-dump got 2>/dev/null | xargs)" = "1 2 3 4" ]
    run -1 ten-verify got
}
@test "a claim of many bytes takes no memory" {
    [[ $B != *-san ]] || skip "the sanitizers need more address space"
    printf '' | npy "'<f8'" False '(99999999999,)' >x
    run -1 --separate-stderr bash -c 'ulimit -v 500000; npy2ten <x'
    [[ "$stderr" = *"elements: ends after 0 of 799999999992 bytes: expected f64[99999999999]" ]]
}
@test "--max-record refuses larger arrays before they are read" {
    printf '\1\2\3\4' | npy "'|u1'" False '(4,)' >a
    run -1 --separate-stderr npy2ten --max-record=3 a
    [ "$stderr" = "npy2ten: a: shape: [4]: 4 bytes: expected at most 3 (--max-record)" ]
    npy2ten --max-record=4 a >/dev/null
}
@test "what NumPy saves is what arrives" {
    /usr/bin/python3 -c 'import numpy' 2>/dev/null || skip "NumPy is not installed (Debian package python3-numpy)"
    /usr/bin/python3 - <<'PYTHON'
import numpy as np
x = np.random.default_rng(0).normal(size=(7, 50, 33))
np.save("c.npy", x)
np.save("f.npy", np.asfortranarray(x))
np.save("b.npy", x.astype(">f8"))
x.tofile("raw")
PYTHON
    for f in c f b; do
        npy2ten $f.npy | ten2raw | cmp - raw
    done
}
