load common
setup() { cd "$BATS_TEST_TMPDIR" || return; }

@test "entries in any order become sorted rows; duplicates are summed" {
    printf '%%%%MatrixMarket matrix coordinate real general\n%% a comment\n\n3 3 4\n3 1 0.5\n1 3 2\n1 1 1\n3 1 0.25\n' >m.mtx
    run -0 bash -c 'mtx2ten m.mtx | ten-dump'
    [ "${lines[0]}" = "0 2 2 3" ]
    [ "${lines[1]}" = "0 2 0" ]
    [ "${lines[2]}" = "1 2 0.75" ]
    run -0 bash -c 'mtx2ten --dup=last m.mtx | ten-dump'
    [ "${lines[2]}" = "1 2 0.25" ]
    run -1 --separate-stderr bash -c 'mtx2ten --dup=error m.mtx >out'
    [ "$stderr" = "mtx2ten: m.mtx: line 8: the same entry as on line 5: expected it once, or --dup=sum or last" ]
    [ ! -s out ]
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
    [ "$stderr" = "mtx2ten: d.mtx: line 1: the banner starts with one %: read as if with two" ]
    run -0 --separate-stderr bash -c 'mtx2ten --quiet d.mtx | ten-dump'
    [ -z "$stderr" ]
}
@test "1e400, inf, nan and zeros are values" {
    printf '%%%%MatrixMarket matrix coordinate real general\n1 5 5\n1 1 1e400\n1 2 -inf\n1 3 nan\n1 4 0\n1 5 -1e-400\n' >m.mtx
    run -0 bash -c 'mtx2ten m.mtx | ten-dump'
    [ "${lines[2]}" = "inf -inf nan 0 -0" ]
}
@test "an entry above the diagonal of a symmetric file may stand there, but not with its mirror image" {
    printf '%%%%MatrixMarket matrix coordinate real symmetric\n3 3 2\n1 3 5\n2 1 4\n' >s.mtx
    run -0 bash -c 'mtx2ten s.mtx | ten-dump'
    [ "${lines[1]}" = "1 2 0 0" ]
    [ "${lines[2]}" = "4 5 4 5" ]
    printf '%%%%MatrixMarket matrix coordinate real symmetric\n3 3 3\n1 3 5\n2 1 4\n3 1 5\n' >s.mtx
    run -1 --separate-stderr bash -c 'mtx2ten s.mtx >out'
    [ "$stderr" = "mtx2ten: s.mtx: line 5: the mirror image of line 3: expected one of them in a symmetric file" ]
}
@test "several files are a group each; columns beyond 2^31 are i64" {
    printf '%%%%MatrixMarket matrix coordinate real general\n1 2147483648 1\n1 2147483648 1\n' >a.mtx
    printf '%%%%MatrixMarket matrix coordinate real general\n1 2147483649 1\n1 2147483649 1\n' >b.mtx
    run -0 bash -c 'mtx2ten a.mtx b.mtx | ten-info'
    [[ "${lines[1]}" = *" 0 indices "*" i32 "* ]]
    [[ "${lines[4]}" = *" 1 indices "*" i64 "* ]]
    run -0 bash -c 'mtx2ten b.mtx | ten-dump'
    [ "${lines[1]}" = 2147483648 ]
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
    [ "$stderr" = "mtx2ten: m.mtx: line 3: row 3: expected 1 to 2" ]
    run -1 --separate-stderr bash -c 'sed "s/3 3 0.5/2 3 0.5\n2 3 1/" m.mtx | mtx2ten >out'
    [ "$stderr" = "mtx2ten: standard input: line 4: entry number 2: expected 1 as the size line says" ]
    run -1 --separate-stderr bash -c 'mtx2ten gone.mtx >out'
    [ "$stderr" = "mtx2ten: gone.mtx: No such file or directory: expected a file to read" ]
}
@test "--weights: finite from 0 on, or exit 1 with the line; of parallel arcs the lightest" {
    for w in -0.25 nan inf 1e999; do
        printf '%%%%MatrixMarket matrix coordinate real general\n%% c\n2 2 2\n2 1 0.5\n1 2 %s\n' $w >m.mtx
        run -1 --separate-stderr bash -c 'mtx2ten --weights m.mtx >out'
        [ "$stderr" = "mtx2ten: m.mtx: line 5: weight ${w/1e999/inf}: expected a finite number from 0 on" ]
    done
    printf '%%%%MatrixMarket matrix coordinate integer general\n2 2 2\n2 1 5\n1 2 -3\n' >m.mtx
    run -1 --separate-stderr bash -c 'mtx2ten --weights m.mtx >out'
    [ "$stderr" = "mtx2ten: m.mtx: line 4: weight -3: expected a number from 0 on" ]
    printf '%%%%MatrixMarket matrix coordinate real skew-symmetric\n2 2 1\n2 1 5\n' >m.mtx
    run -1 --separate-stderr bash -c 'mtx2ten --weights m.mtx >out'
    [ "$stderr" = "mtx2ten: m.mtx: line 1: symmetry skew-symmetric, which changes signs: expected general or symmetric for weights" ]
    printf '%%%%MatrixMarket matrix coordinate integer general\n2 2 3\n1 2 5\n2 1 4\n1 2 3\n' >m.mtx
    run -0 bash -c 'mtx2ten --weights m.mtx | ten-dump --header'
    [[ "$output" = *"# weight i64 [2]"*"3 4"* ]]
    run -0 bash -c 'mtx2ten --weights --dup=sum m.mtx | ten-dump'
    [ "${lines[2]}" = "8 4" ]
}
@test "--coo with --dup is wrong usage: exit 2" {
    run -2 mtx2ten --coo --dup=sum
    [[ "$output" = *"--coo keeps every entry: expected it without --dup"* ]]
}
# Rows of a coordinate file by awk: "row col value", sorted, from 0; symmetric ones mirrored.
naive() {
    awk 'NR == 1 { symmetric = $5 == "symmetric"; pattern = $4 == "pattern"; next } /^%/ || !NF { next } !size { size = 1; next }
         { v = pattern ? 1 : $3; print $1 - 1, $2 - 1, v; if (symmetric && $1 != $2) print $2 - 1, $1 - 1, v }' "$1" |
        sort -n -k1,1 -k2,2
}
@test "real matrices have the entries that a naive reader finds" {
    [ -n "${TENSTREAM_DATA:-}" ] || skip "TENSTREAM_DATA is not set"
    for f in bcsstk13 ca-CondMat-lcc pyamg-airfoil-A wiki-Vote inf-power; do
        zstd -dc "$TENSTREAM_DATA/matrices/$f.mtx.zst" >real.mtx
        # The values of both sides through the same printf of awk.
        naive real.mtx | awk '{ printf "%d %d %.17g\n", $1, $2, $3 }' >want
        mtx2ten --quiet real.mtx | ten2edges --separator=space | awk '{ printf "%d %d %.17g\n", $1, $2, $3 }' | cmp - want
    done
}
@test "a header that claims 10^18 rows costs no memory: exit 1" {
    printf '%%%%MatrixMarket matrix coordinate real general\n1000000000000000000 3 0\n' >m.mtx
    run -1 --separate-stderr bash -c 'limit 500000; mtx2ten --threads=1 m.mtx >out'
    [ "$stderr" = "mtx2ten: m.mtx: line 2: 1000000000000000000 rows: expected at most 2147483648 (--max-rows)" ]
    printf '%%%%MatrixMarket matrix coordinate real general\n3 3 1000000000000000000\n1 1 1\n' >m.mtx
    run -1 --separate-stderr bash -c 'limit 500000; mtx2ten --threads=1 m.mtx >out'
    [ "$stderr" = "mtx2ten: m.mtx: line 3: the file ends after 1 entries: expected 1000000000000000000 as the size line says" ]
    run -1 --separate-stderr bash -c 'mtx2ten --max-rows=2 m.mtx >out'
    [ "$stderr" = "mtx2ten: m.mtx: line 2: 3 rows: expected at most 2 (--max-rows)" ]
    # With --coo, no memory goes by rows.
    printf '%%%%MatrixMarket matrix coordinate real general\n1000000000000000000 3 1\n1000000000000000000 1 1\n' >m.mtx
    run -0 bash -c 'mtx2ten --coo m.mtx | ten-dump'
    [ "${lines[0]}" = 999999999999999999 ]
}
