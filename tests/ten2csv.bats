load common
setup() { cd "$BATS_TEST_TMPDIR" || return; }

@test "records of rank 1 are columns, named on the first line" {
    run -0 bash -c 'ten-gen a i32 3 b f32 3 | ten2csv'
    [ "$output" = $'a,b\n0,0\n1,1\n2,2' ]
    run -0 bash -c 'ten-gen a i32 2 | ten2csv --no-header'
    [ "$output" = $'0\n1' ]
}
@test "a table goes there and back to the same text" {
    printf '"a,b",n,x\n"say ""hi""",-5,0.1\n,7,1e+300\n"two\nlines",0,-2.5\n' >t.csv
    csv2ten t.csv | ten2csv | cmp - t.csv
}
@test "a row that holds one empty text stays a row" {
    printf 'a\n""\nx\n' >t.csv
    csv2ten t.csv | ten2csv | cmp - t.csv
}
@test "--tsv writes texts as they are, and refuses tabs and line breaks in them" {
    run -0 bash -c 'printf "a,b\n\"x, y\",1\n" | csv2ten | ten2csv --tsv'
    [ "$output" = $'a\tb\nx, y\t1' ]
    run -1 --separate-stderr bash -c 'printf "a,b\n\"x\ty\",1\n" | csv2ten | ten2csv --tsv >out'
    [ "$stderr" = "ten2csv: a: x?y: expected no tab, no line break and no empty line, which a table with tabs cannot hold" ]
}
@test "a matrix is written by its rows, under numbers where it has no names" {
    run -0 bash -c 'ten-gen m i16 2,3 | ten2csv'
    [ "$output" = $'column1,column2,column3\n0,1,2\n3,4,5' ]
}
@test "groups follow each other under one header, if their columns are the same" {
    run -0 bash -c 'ten-gen --records=2 a i32 2 | ten2csv'
    [ "$output" = $'a\n0\n1\n2\n3' ]
    run -1 --separate-stderr bash -c 'cat <(ten-gen a i32 1) <(ten-gen b i32 1) | ten2csv >out'
    [ "$stderr" = "ten2csv: standard input: group 1: other columns: expected those of the first group" ]
    [ "$(cat out)" = $'a\n0' ]
}
@test "columns of different length, and tensors of higher rank: exit 1" {
    run -1 --separate-stderr bash -c 'ten-gen a i32 2 b i32 3 | ten2csv >out'
    [ "$stderr" = "ten2csv: b: 3 rows: expected 2 as in a" ]
    run -1 --separate-stderr bash -c 'ten-gen a i32 2,2,2 | ten2csv >out'
    [ "$stderr" = "ten2csv: a: i32 of rank 3: expected a column of rank 1, or a matrix" ]
    run -1 --separate-stderr bash -c 'ten-gen a utf8 3 | ten2csv >out'
    [ "$stderr" = "ten2csv: a: offsets are missing: expected the text and its offsets in one group" ]
}
@test "a stream cut in its second group: the rows of the first still arrive, exit 1" {
    ten-gen a i32 2 b i32 2 >one
    cat one one | head -c -100 >cut
    run -1 --separate-stderr bash -c 'ten2csv <cut >out'
    [[ "$stderr" = "ten2csv: record "*"expected"* ]]
    [ "$(cat out)" = $'a,b\n0,0\n1,1' ]
}
