load common
setup() {
    cd "$BATS_TEST_TMPDIR" || return
    PYTHON=/usr/bin/python3
    "$PYTHON" -c 'import numpy' 2>/dev/null || skip "NumPy is not installed (Debian package python3-numpy)"
    export PYTHON PYTHONPATH=$ROOT/examples PYTHONDONTWRITEBYTECODE=1
}

@test "numpy_reader reads every type as ten2npy writes it" {
    for t in f32 f64 f16 bf16 i8 u8 i16 u16 i32 u32 i64 u64 bool u4 i4 u2 i2; do ten-gen $t $t 3,5; done >all.ten
    ten2npy --all <all.ten >all.npy
    "$PYTHON" - <<'PYTHON'
import numpy as np
from numpy_reader import read
with open("all.npy", "rb") as f:
    for group, name, x, attrs in read(open("all.ten", "rb")):
        want = np.load(f)
        assert x.dtype == want.dtype and x.shape == want.shape and (x == want).all(), name
    assert group == 16 and not f.read()
PYTHON
}
@test "numpy_reader reads texts, attributes, groups, empty tensors and zstd" {
    printf 'h\303\251' | raw2ten --name=s --type=utf8 --dims=3 >s.ten
    ten-gen --records=2 --attrs='{"unit":"m"}' a f32 0,3 b i64 300000 >ab.ten
    ten-cat --zstd s.ten ab.ten >all.ten
    run -0 "$PYTHON" "$ROOT"/examples/numpy_reader.py all.ten
    [ "${lines[0]}" = "0 s 'hé' {}" ]
    [ "${lines[1]}" = "1 a float32[0, 3] {'unit': 'm'}" ]
    [ "${lines[4]}" = "2 b int64[300000] {'unit': 'm'}" ]
    ten2raw --record=b <all.ten >want
    "$PYTHON" -c 'from numpy_reader import read
import sys
for g, n, x, a in read(open("all.ten", "rb")):
    if n == "b": sys.stdout.buffer.write(x.tobytes())' | cmp - want
}
@test "numpy_reader notices a stream that is cut" {
    ten-gen a f32 2 | head -c -64 >cut
    run -1 "$PYTHON" "$ROOT"/examples/numpy_reader.py cut
    [ "${lines[-1]}" = "ValueError: the stream is cut short" ]
    ten-gen a f32 2 | head -c -100 >cut
    run -1 "$PYTHON" "$ROOT"/examples/numpy_reader.py cut
    [ "${lines[-1]}" = "ValueError: the stream is cut short" ]
}
@test "the program of ten-python(7) works in a pipe" {
    sed -n '/^# flip.py/,/^\.Ed/p' "$ROOT"/man/ten-python.7 | grep -v '^\.' >flip.py
    [ "$(ten-gen --records=2 image u8 1,2,3,1 label i32 1 | ten-cut --keep=image | "$PYTHON" flip.py |
        npy2ten --name=image | ten2raw | od -An -tu1 | xargs)" = "2 1 0 5 4 3 8 7 6 11 10 9" ]
}
@test "to-numpy.sh: a model goes to NumPy and back" {
    run -0 "$ROOT"/examples/to-numpy.sh
    [[ "${lines[0]}" = "  0 fc.weight "* ]]
    [ "${lines[-1]}" = "fc.bias is one higher" ]
}
