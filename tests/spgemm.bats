load common
setup() {
    cd "$BATS_TEST_TMPDIR" || return
    # [1 2 0; 0 0 3; 4 0 5] and [0 1; 1 1; 2 0]
    printf '%%%%MatrixMarket matrix coordinate real general\n3 3 5\n1 1 1\n1 2 2\n2 3 3\n3 1 4\n3 3 5\n' | mtx2ten >a.ten
    printf '%%%%MatrixMarket matrix coordinate real general\n3 2 4\n1 2 1\n2 1 1\n2 2 1\n3 1 2\n' | mtx2ten >b.ten
}
entries() { ten2mtx | tail -n +3 | tr '\n' ';'; }
result() { spgemm "$@" <a.ten | entries; }

@test "A times itself, A times B" {
    [ "$(result)" = "1 1 1;1 2 2;1 3 6;2 1 12;2 3 15;3 1 24;3 2 8;3 3 25;" ]
    [ "$(result b.ten)" = "1 1 2;1 2 3;2 1 6;3 1 10;3 2 4;" ]
}
@test "transposes of one factor or both" {
    [ "$(result --transpose-a)" = "1 1 17;1 2 2;1 3 20;2 1 2;2 2 4;3 1 20;3 3 34;" ]
    [ "$(result --transpose-b)" = "1 1 5;1 3 4;2 2 9;2 3 15;3 1 4;3 2 15;3 3 41;" ]
    [ "$(result --transpose-a --transpose-b)" = "1 1 1;1 2 12;1 3 24;2 1 2;2 3 8;3 1 6;3 2 15;3 3 25;" ]
    sptrans <b.ten >bt.ten
    [ "$(result --transpose-b bt.ten)" = "$(result b.ten)" ]
}
@test "semirings: shortest two-arc ways, numbers of ways, reachability" {
    [ "$(result --semiring=min_plus)" = "1 1 2;1 2 3;1 3 5;2 1 7;2 3 8;3 1 5;3 2 6;3 3 10;" ]
    [ "$(result --semiring=plus_pair)" = "1 1 1;1 2 1;1 3 1;2 1 1;2 3 1;3 1 2;3 2 1;3 3 1;" ]
    [ "$(result --semiring=or_and b.ten)" = "1 1 1;1 2 1;2 1 1;3 1 1;3 2 1;" ]
    [ "$(result --semiring=max_first b.ten)" = "1 1 2;1 2 2;2 1 3;3 1 5;3 2 4;" ]
    [ "$(result --semiring=min_second b.ten)" = "1 1 1;1 2 1;2 1 2;3 1 2;3 2 1;" ]
}
@test "a mask lets through what it has, its complement the rest" {
    [ "$(result --mask=a.ten)" = "1 1 1;1 2 2;2 3 15;3 1 24;3 3 25;" ]
    [ "$(result --mask=a.ten --complement)" = "1 3 6;2 1 12;3 2 8;" ]
}
@test "the product is added to another matrix by the semiring's sum" {
    [ "$(result --accum=a.ten)" = "1 1 2;1 2 4;1 3 6;2 1 12;2 3 18;3 1 28;3 2 8;3 3 30;" ]
    [ "$(result --accum=a.ten --semiring=min_plus)" = "1 1 1;1 2 2;1 3 5;2 1 7;2 3 3;3 1 4;3 2 6;3 3 5;" ]
}
@test "the largest of a row, and none below a threshold" {
    [ "$(result --topk=1)" = "1 3 6;2 3 15;3 3 25;" ]
    [ "$(result --drop=8)" = "2 1 12;2 3 15;3 1 24;3 2 8;3 3 25;" ]
    [ "$(result --drop=7 --topk=2)" = "2 1 12;2 3 15;3 1 24;3 3 25;" ]
}
@test "types: what the values have, f64 where they differ, what is asked for" {
    mtxgen diag --rows=3 --type=i64 >i.ten
    mtxgen diag --rows=3 --type=f32 >f.ten
    mtxgen diag --rows=3 --values=none >none.ten
    [[ "$(spgemm <i.ten | ten-info)" = *"values       i64"* ]]
    [[ "$(spgemm f.ten <i.ten | ten-info)" = *"values       f64"* ]]
    [[ "$(spgemm none.ten <f.ten | ten-info)" = *"values       f32"* ]]
    [[ "$(spgemm <none.ten | ten-info)" = *"values       f64"* ]]
    [[ "$(spgemm --type=i64 <none.ten | ten-info)" = *"values       i64"* ]]
    [ "$(result none.ten)" = "$(ten2mtx <a.ten | tail -n +3 | tr '\n' ';')" ]
    [ "$(result --semiring=min_plus none.ten)" = "1 1 2;1 2 3;2 3 4;3 1 5;3 3 6;" ]
}
@test "--symbolic: the structure without values" {
    run -0 bash -c 'spgemm --symbolic <a.ten | ten-info'
    [[ "$output" = *indices*"[8]"* ]]
    [[ "$output" != *values* ]]
}
@test "--dry-run and --explain tell the log" {
    run -0 --separate-stderr bash -c 'spgemm --dry-run <a.ten | ten-info'
    [ -z "$output" ]
    [[ "$stderr" = "products 9, bytes at most "* ]]
    mtxgen st2d5 --grid=100,100 >grid.ten
    spgemm --explain --log=log <grid.ten >c.ten
    grep -qx 'products 246408, entries at most 246408, entries 128004' log
    awk -F '[ ,]+' '/rows/ { r += $3; p += $5 } END { exit r != 10000 || p != 246408 }' log
    tail -1 log | grep -qxE 'seconds 0\.[0-9]{6}'
}
@test "chains give what products one by one give, whatever order is cheapest" {
    mtxgen kper --rows=50 --cols=2000 --per-row=40 --values=integer --seed=1 >r.ten
    mtxgen st2d5 --grid=40,50 --values=integer --seed=2 >g.ten
    sptrans <r.ten >p.ten
    spgemm g.ten p.ten <r.ten >all.ten
    spgemm g.ten <r.ten | spgemm p.ten >left.ten
    spgemm p.ten <g.ten >gp.ten
    spgemm gp.ten <r.ten >right.ten
    run -0 spcmp left.ten all.ten
    run -0 spcmp right.ten all.ten
}
@test "every method gives the same" {
    mtxgen rmat --scale=11 --edges=20000 --values=normal --seed=3 >x.ten
    mtxgen st2d5 --grid=30,40 --values=normal --seed=3 >mesh.ten
    for m in copy sort dense ranges repeat; do
        for f in x mesh; do
            spgemm --method=$m <$f.ten >got.ten
            spgemm <$f.ten >auto.ten
            run -0 ten-cmp auto.ten got.ten
        done
    done
}
@test "--unsorted: the same entries, by every method, for any number of threads in one order" {
    mtxgen rmat --scale=11 --edges=20000 --values=normal --seed=3 >x.ten
    spgemm <x.ten >want.ten
    for m in auto copy sort dense ranges hash repeat; do
        spgemm --unsorted --method=$m --threads=2 <x.ten >got.ten
        run -0 spcmp want.ten got.ten
        run -0 bash -c "spgemm --unsorted --method=$m --threads=1 <x.ten | ten-cmp got.ten -"
    done
    run -1 ten-cmp want.ten got.ten
    spgemm --unsorted --memory=30M <x.ten >got.ten
    run -0 bash -c "spgemm --unsorted <x.ten | ten-cmp got.ten -"
    [ "$(result --unsorted --drop=8 | tr ';' '\n' | sort)" = "$(result --drop=8 | tr ';' '\n' | sort)" ]
}
@test "--memory: through temporary files, and the same product" {
    mtxgen rmat --scale=14 --edges=200000 --values=normal --seed=4 >x.ten
    spgemm <x.ten >want.ten
    mkdir tmp
    spgemm --threads=2 --memory=40M --tmpdir=tmp <x.ten >got.ten
    run -0 ten-cmp want.ten got.ten
    [ -z "$(ls -A tmp)" ]
    [ "$(wc -c <want.ten)" -gt 60000000 ]
    # Twice the size in address space, which counts what is never touched too.
    [[ "$B" = *-san ]] || run -0 bash -c 'limit 300000; spgemm --threads=2 --memory=40M <x.ten | ten-cmp want.ten -'
}
@test "memory that is too small: exit 4, with what is needed" {
    run -4 --separate-stderr bash -c 'spgemm --threads=1 --memory=1M <a.ten >out'
    [[ "$stderr" = "spgemm: memory: the factors and the threads take "*" bytes: expected more than that, not 1048576" ]]
}
@test "a folder that is not there: exit 1" {
    mtxgen rmat --scale=12 --edges=60000 >x.ten
    run -1 --separate-stderr bash -c 'spgemm --threads=1 --memory=14M --tmpdir=nowhere <x.ten >out'
    [[ "$stderr" = "spgemm: nowhere: No such file or directory: "* ]]
}
@test "shapes that do not fit: exit 1" {
    run -1 --separate-stderr bash -c 'spgemm a.ten <b.ten >out'
    [ "$stderr" = "spgemm: a.ten: 3 rows: expected 2, the columns of the factor before it" ]
    run -1 --separate-stderr bash -c 'spgemm <b.ten >out'
    [ "$stderr" = "spgemm: standard input: 3 rows: expected 2, the columns of the factor before it" ]
    run -1 --separate-stderr bash -c 'spgemm --mask=b.ten <a.ten >out'
    [ "$stderr" = "spgemm: b.ten: shape [3,2]: expected [3,3] as of the product" ]
    run -1 --separate-stderr bash -c 'spgemm --accum=b.ten <a.ten >out'
    [ "$stderr" = "spgemm: b.ten: shape [3,2]: expected [3,3] as of the product" ]
}
@test "options that contradict each other: exit 2" {
    run -2 spgemm --complement
    run -2 spgemm --transpose-b b.ten b.ten
    run -2 spgemm --memory=1G --accum=a.ten
    run -2 spgemm --symbolic --topk=2
    run -2 spgemm --unsorted --topk=2
    run -2 spgemm --unsorted --accum=a.ten
    run -2 spgemm --semiring=times_plus
    run -2 spgemm -
}
@test "empty matrices" {
    mtxgen kper --rows=4 --cols=3 --per-row=0 >none.ten
    run -0 bash -c 'spgemm a.ten <none.ten | ten2mtx | tail -1'
    [ "$output" = "4 3 0" ]
}
@test "real graphs: entries of the square, and triangles, as others count them" {
    [ -d "${TENSTREAM_DATA:-}/matrices" ] || skip "TENSTREAM_DATA/matrices is not there"
    square() { zstd -dcq "$TENSTREAM_DATA/matrices/$1.mtx.zst" | mtx2ten | spgemm --symbolic | ten-info | awk '/indices/ { print $4 }'; }
    [ "$(square facebook)" = "[2896485]" ]
    [ "$(square wiki-Vote)" = "[1831112]" ]
    [ "$(square p2p-Gnutella31)" = "[537601]" ]
    # SNAP: 1,612,010 triangles in ego-Facebook.
    zstd -dcq "$TENSTREAM_DATA/matrices/facebook.mtx.zst" | mtx2ten | spselect --tril=-1 >lower.ten
    run -0 bash -c 'spgemm --semiring=plus_pair --mask=lower.ten --type=i64 <lower.ten | ten-cut --keep=values | ten-dump | tr -s " " "\n" | awk "{ s += \$1 } END { print s }"'
    [ "$output" = 1612010 ]
}
