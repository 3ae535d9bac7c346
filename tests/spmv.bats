load common
setup() {
    cd "$BATS_TEST_TMPDIR" || return
    printf '%%%%MatrixMarket matrix coordinate real general\n2 3 3\n1 1 5\n1 3 2\n2 2 4\n' | mtx2ten >a.ten
}

@test "a vector, several columns, several records" {
    run -0 bash -c 'ten-gen x f64 3 | spmv a.ten | ten-dump --header'
    [[ "$output" = *"# x f64 [2]"*"4 4" ]]
    run -0 bash -c 'ten-gen x f64 3,2 | spmv a.ten | ten-dump'
    [ "$(echo $output)" = "8 15 8 12" ]
    run -0 bash -c 'ten-gen --records=2 x f64 3 | spmv a.ten | ten-dump'
    [ "$(echo $output)" = "4 4 25 16" ]
}
@test "--transpose, and powers as a pipe" {
    run -0 bash -c 'ten-gen x f64 2 | spmv --transpose a.ten | ten-dump'
    [ "$output" = "0 4 0" ]
    mtxgen st2d5 --grid=30,30 >s.ten
    # Paths of three steps from the middle, by symmetry as many as to it.
    ten-gen --fill=constant x f64 900 | spmv s.ten | spmv s.ten >two.ten
    run -0 bash -c 'ten-dot two.ten two.ten | tail -1 | cut -f4'
    [ "$output" = "$(ten-gen --fill=constant x f64 900 | spmv s.ten | spmv s.ten | spmv s.ten | spmv s.ten |
        ten-stat | awk 'END { printf "%d", $5 * $8 + 0.5 }')" ]
}
@test "semirings: shortest steps, largest neighbours" {
    run -0 bash -c 'ten-gen x f64 3 | spmv --semiring=min_plus a.ten | ten-dump'
    [ "$output" = "4 5" ]
    run -0 bash -c 'ten-gen x f64 3 | spmv --semiring=max_second a.ten | ten-dump'
    [ "$output" = "2 1" ]
    run -0 bash -c 'ten-gen x f64 3 | spmv --semiring=plus_first a.ten | ten-dump'
    [ "$output" = "7 4" ]
    run -0 bash -c 'ten-gen x f64 2 | spmv --transpose --semiring=or_and a.ten | ten-dump'
    [ "$output" = "0 1 0" ]
}
@test "vectors of other types count in the matrix's, a structure in the vector's" {
    run -0 bash -c 'ten-gen x u8 3 | spmv a.ten | ten-dump --header'
    [[ "$output" = *"# x f64 [2]"*"4 4" ]]
    mtxgen diag --rows=3 --values=none >d.ten
    run -0 bash -c 'ten-gen x i64 3 | spmv d.ten | ten-dump --header'
    [[ "$output" = *"# x i64 [3]"*"0 1 2" ]]
}
@test "a vector that does not fit: exit 1, naming record and shape" {
    run -1 --separate-stderr bash -c 'ten-gen x f64 2 | spmv a.ten >out'
    [ "$stderr" = "spmv: byte 0: x: shape [2]: expected [3] or [3,COLUMNS]" ]
    run -1 --separate-stderr bash -c 'ten-gen x f64 3,1,1 | spmv a.ten >out'
    run -1 --separate-stderr bash -c 'ten-gen x f64 3 | spmv gone.ten >out'
    [[ "$stderr" = "spmv: gone.ten: No such file or directory"* ]]
}
@test "wrong usage: exit 2" {
    run -2 spmv
    [[ "$output" = *"no matrix: expected A"* ]]
    run -2 spmv -
    run -2 spmv a.ten a.ten
    run -2 spmv --semiring=plus_plus a.ten
}
@test "real graphs: degrees are those of the file" {
    [ -n "${TENSTREAM_DATA:-}" ] || skip "TENSTREAM_DATA is not set"
    zstd -dc "$TENSTREAM_DATA/matrices/facebook.mtx.zst" | mtx2ten --quiet >f.ten
    ten-gen --fill=constant x f64 4039 | spmv f.ten | ten-stat | tail -1 >got
    [ "$(cut -f7 got)" = 1045 ]
    [ "$(awk '{ printf "%d", $5 * $8 + 0.5 }' got)" = 176468 ]
}
