load common
setup() { cd "$BATS_TEST_TMPDIR" || return; }
dense() { ten-dump --header; }

@test "entries in any order become sorted rows; duplicates are summed" {
    printf '%%%%MatrixMarket matrix coordinate real general\n%% a comment\n\n3 3 4\n3 1 0.5\n1 3 2\n1 1 1\n3 1 0.25\n' >m.mtx
    run -0 bash -c 'mtx2ten m.mtx | ten-dump'
    [ "${lines[0]}" = "0 2 2 3" ]
    [ "${lines[1]}" = "0 2 0" ]
    [ "${lines[2]}" = "1 2 0.75" ]
    run -0 bash -c 'mtx2ten --dup=last m.mtx | ten-dump'
    [ "${lines[2]}" = "1 2 0.25" ]
    run -1 --separate-stderr bash -c 'mtx2ten --dup=error m.mtx >out'
    [[ "$stderr" = "mtx2ten: m.mtx: "* ]]
}
@test "symmetric files are written whole, skew-symmetric ones negated; --keep-symmetric keeps the half" {
    printf '%%%%MatrixMarket matrix coordinate real symmetric\n3 3 2\n1 1 2\n3 1 0.5\n' >s.mtx
    run -0 bash -c 'mtx2ten s.mtx | ten-dump'
    [ "${lines[2]}" = "2 0.5 0.5" ]
    run -0 bash -c 'mtx2ten --keep-symmetric s.mtx | ten-dump'
    [ "${lines[2]}" = "2 0.5" ]
    printf '%%%%MatrixMarket matrix coordinate real skew-symmetric\n3 3 1\n3 1 0.5\n' >k.mtx
    run -0 bash -c 'mtx2ten k.mtx | ten-dump'
    [ "${lines[2]}" = "-0.5 0.5" ]
}
@test "pattern, integer, array, CRLF, one percent sign and 1.0D+03" {
    printf '%%%%matrixmarket MATRIX coordinate pattern general\r\n2 2 1\r\n2 2\r\n' >p.mtx
    run -0 bash -c 'mtx2ten p.mtx | ten-dump'
    [ "${lines[2]}" = 1 ]
    printf '%%%%MatrixMarket matrix array integer general\n2 2\n1\n2\n3\n4\n' >a.mtx
    run -0 bash -c 'mtx2ten a.mtx | ten-dump --header'
    [[ "$output" = *"# values i64 [4]"*"1 3 2 4"* ]]
    printf '%%MatrixMarket matrix coordinate real general\n1 1 1\n1 1 1.0D+03\n' >d.mtx
    run -0 --separate-stderr bash -c 'mtx2ten d.mtx | ten-dump'
    [ "${lines[2]}" = 1000 ]
    [[ "$stderr" = *"line 1: the banner starts with one %"* ]]
}
@test "--type, --coo and --drop-zeros" {
    printf '%%%%MatrixMarket matrix coordinate real general\n2 2 2\n2 1 0\n1 2 3\n' >m.mtx
    run -0 bash -c 'mtx2ten --type=f32 m.mtx | ten-dump --header'
    [[ "$output" = *"# values f32 [2]"* ]]
    run -0 bash -c 'mtx2ten --coo m.mtx | ten-dump'
    [ "${lines[0]}" = "1 0" ]
    [ "${lines[2]}" = "0 3" ]
    run -0 bash -c 'mtx2ten --drop-zeros m.mtx | ten-dump'
    [ "${lines[2]}" = 3 ]
}
@test "the thread count does not change a byte" {
    { printf '%%%%MatrixMarket matrix coordinate real general\n100 100 5000\n'
      awk 'BEGIN { srand(1); for (i = 0; i < 5000; i++) printf "%d %d %.17g\n", 1 + rand() * 100, 1 + rand() * 100, rand() }'; } >m.mtx
    mtx2ten --threads=1 m.mtx >one
    mtx2ten --threads=2 m.mtx | cmp one -
}
@test "fewer entries than stated, complex fields, indices outside: exit 1 with the line" {
    printf '%%%%MatrixMarket matrix coordinate real general\n2 3 2\n1 3 0.5\n' >m.mtx
    run -1 --separate-stderr bash -c 'mtx2ten m.mtx >out'
    [ "$stderr" = "mtx2ten: m.mtx: line 3: the file ends after 1 entries: expected 2 as the size line says" ]
    printf '%%%%MatrixMarket matrix coordinate complex general\n2 3 1\n1 3 0.5 0\n' >m.mtx
    run -1 --separate-stderr bash -c 'mtx2ten m.mtx >out'
    [ "$stderr" = "mtx2ten: m.mtx: line 1: field complex: expected real, integer or pattern" ]
    printf '%%%%MatrixMarket matrix coordinate real general\n2 3 1\n3 3 0.5\n' >m.mtx
    run -1 --separate-stderr bash -c 'mtx2ten m.mtx >out'
    [[ "$stderr" = "mtx2ten: m.mtx: line 3: "* ]]
}
@test "a header that claims 10^18 rows costs no memory: exit 1" {
    printf '%%%%MatrixMarket matrix coordinate real general\n1000000000000000000 3 0\n' >m.mtx
    run -1 --separate-stderr bash -c 'ulimit -v 500000; mtx2ten m.mtx >out'
    [[ "$stderr" = "mtx2ten: m.mtx: line 2: "* ]]
    run -1 bash -c 'mtx2ten --max-rows=2 <(printf "%%%%%%%%MatrixMarket matrix coordinate real general\n3 3 0\n") >out'
}
