load common
setup() {
    cd "$BATS_TEST_TMPDIR" || return
    mtxgen rmat --scale=8 --edges=900 --seed=1 --values=integer >a.ten
    mtxgen rmat --scale=8 --edges=700 --seed=2 --values=integer >b.ten
}
# Sum of two matrices as text, by awk.
plain() {
    { ten2mtx <a.ten; ten2mtx <b.ten; } | awk '!/^%/ && NF == 3 && !($1 == 256 && $2 == 256 && $3 > 256) {
        k = sprintf("%06d %06d", $1, $2); v[k] += $3; n[k] = 1 } END { for (k in n) print k, v[k] }' | sort
}
entries() { ten2mtx | awk '!/^%/ && NF == 3 { if (head++) printf "%06d %06d %s\n", $1, $2, $3 }' | sort; }

@test "the sum, whatever the width and the chunks" {
    plain >want
    for o in "" --width=1 --width=2 "--width=16 --chunk=16" "--width=64 --chunk=8" "--width=12 --chunk=3" --width=7; do
        # shellcheck disable=SC2086 # words
        sparch-merge $o b.ten <a.ten | entries >got
        cmp want got
    done
}
@test "--stats: comparators, cycles and elements" {
    sparch-merge --stats=s.tsv b.ten <a.ten >c.ten
    n=$(($(ten2mtx <a.ten | entries_number) + $(ten2mtx <b.ten | entries_number)))
    [ "$(sed -n 2p s.tsv | cut -f1-5)" = $'16\t4\t128\t'"$(((n + 15) / 16))"$'\t'"$n" ]
    [ "$(sed -n 2p s.tsv | cut -f10)" = model ]
    [ "$(sed -n 2p s.tsv | cut -f9)" -le 7 ]
    sparch-merge --chunk=16 --stats=s.tsv b.ten <a.ten >c.ten
    [ "$(sed -n 2p s.tsv | cut -f3)" = 256 ]
    run -1 --separate-stderr sparch-merge --stats=/nowhere/s b.ten <a.ten
    [ "$stderr" = "sparch-merge: /nowhere/s: No such file or directory: expected a file to write to" ]
}
entries_number() { awk '!/^%/ { print $3; exit }'; }
@test "--drop-zeros leaves out what cancels" {
    plain | awk '$3 != 0' >want
    sparch-merge --drop-zeros b.ten <a.ten | entries >got
    cmp want got
    [ "$(wc -l <want)" -lt "$(plain | wc -l)" ]
}
@test "shapes that differ, no second matrix, a chunk that does not fit" {
    mtxgen uniform --rows=5 --cols=7 --edges=20 >c.ten
    run -1 --separate-stderr sparch-merge c.ten <a.ten
    [ "$stderr" = "sparch-merge: shapes [256,256] and [5,7]: expected equal ones" ]
    run -2 sparch-merge <a.ten
    run -2 sparch-merge --chunk=5 b.ten <a.ten
    run -2 sparch-merge --width=65 b.ten <a.ten
    run -1 --separate-stderr sparch-merge nowhere.ten <a.ten
    [[ "$stderr" = "sparch-merge: nowhere.ten: No such file"* ]]
}
