load common
setup() { cd "$BATS_TEST_TMPDIR" || return; seq 1 6 | text2ten --batch=3 >t.ten; }

@test "texts are lines again" {
    run -0 ten2text <t.ten
    [ "$output" = "$(seq 1 6)" ]
}
@test "--record and --offsets name other texts of the stream" {
    run -0 bash -c 'printf "city,n\nNuuk,1\nOslo,2\n" | csv2ten | ten2text --record=city --offsets=city.offsets'
    [ "$output" = $'Nuuk\nOslo' ]
}
@test "no such record, no offsets, offsets that do not fit: exit 1" {
    run -1 --separate-stderr bash -c 'ten2text --record=other <t.ten'
    [ "$stderr" = "ten2text: other: the text is missing: expected the text and its offsets in one group" ]
    run -1 --separate-stderr bash -c 'ten-gen x f32 3 | ten2text'
    [ "$stderr" = "ten2text: standard input: no record text: expected at least one" ]
    run -1 --separate-stderr bash -c 'ten-gen --fill=zeros text utf8 3 | ten2text'
    [ "$stderr" = "ten2text: text: offsets are missing: expected the text and its offsets in one group" ]
    run -1 --separate-stderr bash -c 'ten-gen --fill=zeros text utf8 3 offsets i64 2 | ten2text'
    [ "$stderr" = "ten2text: text: offsets run from 0 to 0: expected 0 to 3" ]
}
@test "a text that holds a newline is no line: exit 1" {
    run -1 --separate-stderr bash -c 'printf "a\n\"x\ny\"\n" | csv2ten | ten2text --record=a --offsets=a.offsets'
    [ "$stderr" = "ten2text: a: text 0 of group 0 holds a newline: expected lines" ]
}
@test "a stream cut or corrupted in its second group: the first still arrives, exit 1" {
    head -c -100 t.ten >cut
    run -1 --separate-stderr bash -c 'ten2text <cut'
    [ "$output" = "$(seq 1 3)" ]
    [[ "$stderr" = "ten2text: record "*"expected"* ]]
    { head -c -90 t.ten; printf x; tail -c 89 t.ten; } >flipped
    run -1 --separate-stderr bash -c 'ten2text <flipped'
    [ "$output" = "$(seq 1 3)" ]
    [[ "$stderr" = "ten2text: "*"expected"* ]]
}
