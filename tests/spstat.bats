load common
setup() { cd "$BATS_TEST_TMPDIR" || return; }
column() { awk -F'\t' -v name="$1" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) c = i } NR == 2 { print $c }'; }

@test "the figures of a stencil are those of its closed form" {
    mtxgen st2d5 --grid=100,100 | spstat --exact >got
    for f in rows=10000 cols=10000 entries=49600 empty_rows=0 min_length=3 mean_length=4.96 max_length=5 \
             bandwidth=100 diagonal=10000 symmetric=1 products=246408 bound=246408 product_entries=128004 \
             compression=1.925 condensed=5 k_init=5; do
        [ "$(column "${f%=*}" <got)" = "${f#*=}" ] || { echo "$f: $(column "${f%=*}" <got)"; false; }
    done
}
@test "an estimate is near and depends on the seed alone" {
    mtxgen rmat --scale=13 --edges=60000 --seed=1 >m.ten
    exact=$(spstat --exact <m.ten | column product_entries)
    guess=$(spstat --sample=100000 --seed=2 <m.ten | column product_entries)
    [ "$guess" -ne "$exact" ]
    [ "$((guess * 100 / exact))" -ge 92 ] && [ "$((guess * 100 / exact))" -le 108 ]
    [ "$(spstat --sample=100000 --seed=2 --threads=2 <m.ten | column product_entries)" = "$guess" ]
}
@test "another B; of a matrix that is not square, no product with itself" {
    mtxgen kper --rows=20 --cols=10 --per-row=3 >a.ten
    mtxgen kper --rows=10 --cols=7 --per-row=2 >b.ten
    [ "$(spstat b.ten <a.ten | column products)" = 120 ]
    [ "$(spstat <a.ten | column products)" = nan ]
    run -1 --separate-stderr bash -c 'spstat a.ten <a.ten'
    [ "$stderr" = "spstat: a.ten: 20 rows: expected 10, the columns of A" ]
}
@test "--ways decides on the first merge" {
    mtxgen kper --rows=200 --per-row=65 >m.ten
    [ "$(spstat <m.ten | column k_init)" = 2 ]
    [ "$(spstat --ways=2 <m.ten | column k_init)" = 2 ]
    [ "$(spstat --ways=100 <m.ten | column k_init)" = 65 ]
}
@test "real graphs have the products that others have measured" {
    [ -n "${TENSTREAM_DATA:-}" ] || skip "TENSTREAM_DATA is not set"
    check() {
        zstd -dc "$TENSTREAM_DATA/matrices/$1.mtx.zst" | mtx2ten --quiet | spstat --exact >got
        [ "$(column products <got) $(column product_entries <got)" = "$2" ]
    }
    check facebook "18806166 2896485"
    check wiki-Vote "4542805 1831112"
    check p2p-Gnutella31 "538318 537601"
}
@test "wrong usage: exit 2" {
    run -2 spstat -
    run -2 spstat a.ten b.ten
    run -2 spstat --ways=1
    run -2 spstat --sample=0
}
