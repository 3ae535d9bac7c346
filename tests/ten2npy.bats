load common
setup() { cd "$BATS_TEST_TMPDIR" || return; }

@test "the bytes are those of the format: magic, version, padded header, data" {
    ten-gen x f32 2,3 | ten2npy >x.npy
    [ "$(head -c 6 x.npy | od -An -tx1 | tr -d ' ')" = "934e554d5059" ]
    [ "$(stat -c %s x.npy)" = 152 ]
    grep -aq "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }" x.npy
}
@test "--record chooses, --all writes one after the other" {
    ten-gen x f32 2 y i64 3 >xy.ten
    run -0 bash -c 'ten2npy --record=y <xy.ten | npy2ten | ten-dump'
    [ "$output" = "0 1 2" ]
    run -0 bash -c 'ten2npy --all <xy.ten | npy2ten | ten-dump'
    [ "${lines[1]}" = "0 1 2" ]
}
@test "two arrays without a choice: exit 1" {
    run -1 --separate-stderr bash -c 'ten-gen x f32 2 y f32 3 | ten2npy >out'
    [[ "$stderr" = *"y: a second array: expected one; --record takes those of one name, --all takes several" ]]
}
@test "NumPy reads it" {
    /usr/bin/python3 -c 'import numpy' 2>/dev/null || skip "NumPy is not installed (Debian package python3-numpy)"
    ten-gen x f64 2,3 | ten2npy >x.npy
    run -0 /usr/bin/python3 -c 'import numpy as n; a = n.load("x.npy"); print(a.shape, a.dtype, a.sum())'
    [ "$output" = "(2, 3) float64 15.0" ]
}
