load common
setup() { cd "$BATS_TEST_TMPDIR" || return; }
graph() { mtxgen rmat --scale=9 --edges=6000 --symmetric --seed=1; }

@test "a line for each round, the last one with the size of the product" {
    graph | sparch-plan >plan
    [ "$(head -1 plan)" = $'node\tkind\tparent\tweight\tsize\tentries\tinputs\tleaves\tproducts\tloaded' ]
    [ "$(tail -1 plan | cut -f3)" = -1 ]
    [ "$(tail -1 plan | cut -f5)" = "$(graph | sparch-sim | tail -1 | cut -f6)" ]
}
@test "every leaf is used once, and every round but the first of Huffman's is full" {
    graph | sparch-plan --levels=3 --leaves >plan
    awk -F'\t' '$2 == "leaf" { leaves++; into[$3]++; products += $5 } $2 == "round" { inputs += $7; rounds++; p += $9
            if (rounds > 1 && $7 != 8) exit 1; if (into[$1] != $8) exit 1 }
        END { exit !(inputs == leaves + rounds - 1 && p == products) }' plan
    [ "$(awk '$2 == "round"' plan | head -1 | cut -f7)" = "$((($(grep -c leaf plan) - 2) % 7 + 2))" ]
}
@test "other schedules read more partial results again" {
    again() { graph | sparch-plan --levels=3 "$@" | awk -F'\t' 'NR > 1 { n += $10 } END { print n }'; }
    for o in --schedule=level --schedule=chain "--schedule=random --seed=2"; do
        # shellcheck disable=SC2086 # words
        [ "$(again)" -lt "$(again $o)" ]
    done
    [ "$(again --schedule=random --seed=2)" != "$(again --schedule=random --seed=3)" ]
    [ "$(again --leaf-weight=entries)" -ge "$(again)" ]
}
@test "--no-condense: a leaf for each column of A that meets something" {
    graph | sparch-plan --no-condense --leaves >plan
    [ "$(grep -c leaf plan)" -gt "$(graph | sparch-plan --leaves | grep -c leaf)" ]
    awk -F'\t' '$2 == "leaf" && $5 == 0 { exit 1 }' plan
}
@test "--dot: a graph with an edge for each round but the last, and one for its leaves" {
    graph | sparch-plan --levels=3 --dot >plan.dot
    rounds=$(graph | sparch-plan --levels=3 | grep -c round)
    [ "$(grep -c -- '^    r.* -> r' plan.dot)" = $((rounds - 1)) ]
    [ "$(grep -c 'label="round' plan.dot)" = "$rounds" ]
    [ "$(tail -1 plan.dot)" = "}" ]
}
@test "a second matrix; shapes that do not fit" {
    mtxgen uniform --rows=5 --cols=7 --edges=20 >a.ten
    mtxgen uniform --rows=7 --cols=3 --edges=12 >b.ten
    run -0 sparch-plan b.ten <a.ten
    run -1 --separate-stderr sparch-plan <a.ten
    [ "$stderr" = "sparch-plan: shapes [5,7] and [5,7]: expected as many rows of B as columns of A" ]
    run -2 sparch-plan a.ten b.ten <a.ten
    run -2 sparch-plan --levels=0 <a.ten
}
@test "no entries, no rounds" {
    run -0 bash -c "printf '%%%%MatrixMarket matrix coordinate real general\n4 4 0\n' | mtx2ten - | sparch-plan --leaves"
    [ "${#lines[@]}" = 1 ]
}
