load common
setup() { cd "$BATS_TEST_TMPDIR" || return; }

@test "a 5-point stencil: the entries stand where the neighbours are" {
    run -0 bash -c 'mtxgen st2d5 --grid=3,2 | ten-dump'
    [ "${lines[0]}" = "0 3 7 10 13 17 20" ]
    [ "${lines[1]}" = "0 1 3 0 1 2 4 1 2 5 0 3 4 1 3 4 5 2 4 5" ]
    [ "${lines[2]}" = "1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1" ]
}
@test "values: the Laplacian, whole numbers, none" {
    run -0 bash -c 'mtxgen st2d5 --grid=3,1 --values=laplace | ten2mtx | tail -7'
    [ "$output" = $'1 1 2\n1 2 -1\n2 1 -1\n2 2 2\n2 3 -1\n3 2 -1\n3 3 2' ]
    run -0 bash -c 'mtxgen diag --rows=500 --values=integer --type=i64 | ten-dump | tail -2 | tr " " "\n" | sort -nu'
    [ "$(echo $output)" = "-8 -7 -6 -5 -4 -3 -2 -1 1 2 3 4 5 6 7 8" ]
    run -0 bash -c 'mtxgen diag --rows=100 --values=none | ten-info | wc -l'
    [ "$output" = 2 ]
}
@test "the seed decides, and nothing else" {
    mtxgen rmat --scale=8 --edges=2000 --values=normal --seed=3 --threads=1 >a.ten
    mtxgen rmat --rows=256 --edges=2000 --values=normal --seed=3 --threads=2 | ten-cmp a.ten -
    run -1 bash -c 'mtxgen rmat --scale=8 --edges=2000 --values=normal --seed=4 | ten-cmp a.ten -'
}
@test "what it makes stays the same from release to release" {
    sum() { "$@" --seed=5 | ten-dump | md5sum | cut -c1-8; }
    got=$(for k in rmat uniform kper; do sum mtxgen $k --rows=100 --values=normal; done
          for k in circuit weblike banded perm; do sum mtxgen $k --rows=100 --values=integer; done
          for k in st2d9 road; do sum mtxgen $k --grid=9,8 --values=uniform; done
          for k in st3d7 fem3 femirr; do sum mtxgen $k --grid=4,3,2 --values=uniform; done)
    echo "$got" | diff "$ROOT/tests/data/mtxgen.sums" -
}
@test "options of other kinds, sizes out of range, unknown kinds: exit 2" {
    run -2 mtxgen diag --grid=3,3
    [[ "$output" = *"mtxgen: --grid: kind diag has no use for it"* ]]
    run -2 mtxgen st3d7 --grid=3,3
    [[ "$output" = *"--grid: 3,3: expected 3 numbers"* ]]
    run -2 mtxgen rmat --quadrants=0.5,0.5,0.5
    [[ "$output" = *"--quadrants: 0.5,0.5,0.5: expected four numbers from 0 to 1"* ]]
    run -2 mtxgen rmat --quadrants=0.5,0.5,0.5,0
    [[ "$output" = *"--quadrants: the sum is 1.5: expected 1"* ]]
    run -2 mtxgen kper --cols=3 --per-row=4
    [[ "$output" = *"--per-row: 4: expected at most the number of columns, 3"* ]]
    run -2 mtxgen uniform --cols=3 --symmetric
    [[ "$output" = *"--symmetric: 500000 rows and 3 columns: expected a square matrix"* ]]
    run -2 mtxgen st3d7 --grid=10000,10000,10000
    [[ "$output" = *"--grid: too many nodes: expected at most 4294967295 rows"* ]]
    run -2 mtxgen perm --values=normal --type=i64
    [[ "$output" = *"--type: i64: expected it with whole values: one, integer or laplace"* ]]
    run -2 mtxgen perm --values=laplace
    run -2 mtxgen
    [[ "$output" = *"no kind: expected KIND"* ]]
    run -2 mtxgen cube
    [[ "$output" = *"KIND: cube: no such kind: expected one of rmat uniform"* ]]
    run -2 mtxgen diag diag
}
@test "classes of the benchmarks have their sizes by default" {
    size() { mtxgen "$@" | ten-info | awk '/indices/ { gsub(/[][]/, "", $4); print $4 }'; }
    [ "$(size st2d5)" = 4996000 ]
    [ "$(size kper)" = 800800 ]
    [ "$(size fem3)" = 4674600 ]
    n=$(size rmat --symmetric --seed=1)
    [ "$n" -gt 360000 ] && [ "$n" -lt 368000 ]
    n=$(size circuit --seed=1)
    [ "$n" -gt 935000 ] && [ "$n" -lt 946000 ]
}
