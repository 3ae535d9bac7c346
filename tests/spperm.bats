load common
setup() { cd "$BATS_TEST_TMPDIR" || return; mtxgen rmat --scale=7 --edges=600 --values=normal --seed=1 >m.ten; }
column() { awk -F'\t' -v name="$1" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) c = i } NR == 2 { print $c }'; }

@test "--by moves rows and columns; --rows and --cols one of them" {
    printf '%%%%MatrixMarket matrix coordinate real general\n3 3 2\n1 2 5\n3 3 7\n' | mtx2ten >s.ten
    printf '%s\n' o 2 0 1 | csv2ten >o.ten
    run -0 bash -c 'spperm --by=o.ten <s.ten | ten2mtx | tail -2'
    [ "$output" = $'1 1 7\n2 3 5' ]
    run -0 bash -c 'spperm --by=o.ten --rows <s.ten | ten2mtx | tail -2'
    [ "$output" = $'1 3 7\n2 2 5' ]
    run -0 bash -c 'spperm --by=o.ten --cols <s.ten | ten2mtx | tail -2'
    [ "$output" = $'1 3 5\n3 1 7' ]
}
@test "--inverse takes any order back" {
    for how in --random --degree --rcm; do
        spperm $how --save=o.ten --seed=3 <m.ten >p.ten
        run -1 spcmp --quiet m.ten p.ten
        spperm --by=o.ten --inverse <p.ten | ten-cmp m.ten -
        spperm --by=o.ten <m.ten | ten-cmp p.ten -
    done
}
@test "--degree: rows with few entries first" {
    spperm --degree --rows <m.ten | ten-cut --keep=indptr >ptr.ten
    run -0 bash -c 'ten-dump ptr.ten | tr " " "\n" | awk "NR > 1 { n = \$1 - last; if (n < before) bad = 1; before = n } { last = \$1 } END { exit bad }"'
}
@test "--rcm: a shuffled grid gets a narrow band again" {
    mtxgen st2d5 --grid=10,60 | spperm --random --seed=1 >s.ten
    [ "$(spstat <s.ten | column bandwidth)" -gt 400 ]
    [ "$(spperm --rcm <s.ten | spstat | column bandwidth)" -le 12 ]
}
@test "orders that are none, matrices that are not square: exit 1" {
    ten-gen o i64 127 >short.ten
    run -1 --separate-stderr bash -c 'spperm --by=short.ten <m.ten >out'
    [ "$stderr" = "spperm: short.ten: o: i64[127]: expected i32 or i64 [128]" ]
    ten-gen --fill=constant o i64 128 >same.ten
    run -1 --separate-stderr bash -c 'spperm --by=same.ten <m.ten >out'
    [ "$stderr" = "spperm: same.ten: number 1 at 1: expected each from 0 to 127 once" ]
    run -1 --separate-stderr bash -c 'mtxgen kper --rows=9 --cols=8 | spperm --random >out'
    [ "$stderr" = "spperm: standard input: shape [9,8]: expected a square matrix, or --rows or --cols" ]
    run -1 --separate-stderr bash -c 'mtxgen kper --rows=9 --cols=8 | spperm --rcm --rows >out'
    [ "$stderr" = "spperm: standard input: shape [9,8]: expected a square matrix" ]
    run -0 bash -c 'mtxgen kper --rows=9 --cols=8 | spperm --degree --cols >out'
    run -1 --separate-stderr bash -c 'spperm --random --save=/nowhere/o.ten <m.ten >out'
    [[ "$stderr" = "spperm: "*"/nowhere/o.ten"*"No such file or directory"* ]]
}
@test "wrong usage: exit 2" {
    run -2 spperm
    [[ "$output" = *"no order: expected --random, --degree, --rcm or --by"* ]]
    run -2 spperm --random --rcm
    run -2 spperm --random m.ten
}
