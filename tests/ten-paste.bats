load common
setup() {
    cd "$BATS_TEST_TMPDIR" || return
    ten-gen --records=2 --group-attrs='{"k":1}' a u8 2 >a.ten
    ten-gen --records=2 --group-attrs='{"k":2,"j":3}' b u8 1 c u8 1 >bc.ten
}

@test "group by group, the records of every file in the order of the files" {
    run -0 bash -c 'ten-paste bc.ten a.ten | ten-info | awk "{ print \$1, \$2 }"'
    [ "${lines[*]}" = "0 b 0 c 0 a 1 b 1 c 1 a" ]
    run -0 bash -c 'ten-paste a.ten bc.ten | ten-dump | grep .'
    [ "${lines[*]}" = "0 1 0 0 2 3 1 1" ]
}
@test "- is standard input" {
    ten-paste a.ten bc.ten | ten-dump >want
    ten-paste - bc.ten <a.ten | ten-dump | cmp - want
}
@test "group attributes come together; of a key given twice the first stays" {
    run -0 bash -c 'ten-paste a.ten bc.ten | ten-info | head -1'
    [[ "$output" = *'group={"k":1,"j":3}' ]]
    run -0 bash -c 'ten-paste bc.ten a.ten | ten-info | head -1'
    [[ "$output" = *'group={"k":2,"j":3}' ]]
}
@test "the history is that of the first file, and names all" {
    run -0 bash -c 'ten-paste a.ten bc.ten | ten-info --json | head -1'
    [[ "$output" = *'"ten-gen"'*'"--records=2"'*'"ten-paste"'*'"a.ten"'*'"bc.ten"'* ]]
}
@test "ten-cut takes apart what was pasted" {
    ten-paste a.ten bc.ten | ten-cut --keep=a >back.ten
    ten-cmp a.ten back.ten
}
@test "one stream alone passes through" {
    ten-paste a.ten | ten-cmp a.ten -
}
@test "no groups at all give an empty stream" {
    ten-gen --records=0 x u8 1 >none.ten
    run -0 bash -c 'ten-paste none.ten none.ten | ten-info'
    [ -z "$output" ]
}
@test "streams of different length: exit 1 naming the shorter, whole groups arrive" {
    ten-gen --records=1 d u8 1 >d.ten
    run -1 --separate-stderr bash -c 'ten-paste a.ten d.ten >got'
    [ "$stderr" = "ten-paste: d.ten: ends after 1 groups, another stream goes on: expected as many groups in each" ]
    run -1 --separate-stderr bash -c 'ten-paste d.ten a.ten >got'
    [ "$stderr" = "ten-paste: d.ten: ends after 1 groups, another stream goes on: expected as many groups in each" ]
    run -1 --separate-stderr bash -c 'set -o pipefail; ten-dump <got | grep .'
    [ "${lines[*]}" = "0 0 1" ]
    [[ "$stderr" = *"the input ends here: expected the rest of the stream" ]]
}
@test "a flipped bit or a cut: exit 1, naming the file" {
    { head -c -100 a.ten; printf '\377'; tail -c 99 a.ten; } >bad.ten
    run -1 --separate-stderr bash -c 'ten-paste bc.ten bad.ten >/dev/null'
    [[ "$stderr" = "ten-paste: bad.ten: "*"expected"* ]]
    head -c -64 a.ten >cut.ten
    run -1 --separate-stderr bash -c 'ten-paste cut.ten bc.ten >/dev/null'
    [[ "$stderr" = "ten-paste: cut.ten: "*"the input ends here: expected the rest of the stream" ]]
}
@test "a missing file: exit 1, one line" {
    run -1 --separate-stderr ten-paste a.ten gone.ten
    [ "$stderr" = "ten-paste: gone.ten: No such file or directory: expected a tensor stream" ]
}
@test "wrong usage: exit 2" {
    run -2 ten-paste
    [ "${lines[0]}" = "ten-paste: expected the streams to join" ]
    run -2 ten-paste - a.ten -
    [ "${lines[0]}" = "ten-paste: standard input twice: expected - once" ]
}
@test "64 MiB records pass in little memory" {
    [[ $B != *-san ]] || skip "sanitizers reserve more address space than the limit"
    ten-gen --records=8 b u8 1 >small.ten
    run -0 bash -c 'set -o pipefail; ten-gen --records=8 --fill=zeros x u8 67108864 |
        (ulimit -v 250000; ten-paste --threads=1 - small.ten) | ten-info | wc -l'
    [ "$output" = 16 ]
}
