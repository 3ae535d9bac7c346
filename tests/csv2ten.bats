load common
setup() {
    cd "$BATS_TEST_TMPDIR" || return
    printf 'city,people,km2\nNuuk,19905,690.5\n"Paris, TX",24476,\n' >c.csv
}

@test "columns of whole numbers are i64, of numbers f64 with NaN for empty cells, others text" {
    run -0 bash -c 'csv2ten c.csv | ten-dump --header'
    [ "${lines[0]}" = "# city utf8 [13]" ]
    [ "${lines[1]}" = "NuukParis, TX" ]
    [ "${lines[2]}" = "# city.offsets i64 [3]" ]
    [ "${lines[3]}" = "0 4 13" ]
    [ "${lines[4]}" = "# people i64 [2]" ]
    [ "${lines[5]}" = "19905 24476" ]
    [ "${lines[6]}" = "# km2 f64 [2]" ]
    [ "${lines[7]}" = "690.5 nan" ]
}
@test "what a number would lose makes text: zeros in front, a plus sign" {
    run -0 bash -c 'printf "zip,phone,n\n007,+49,0\n" | csv2ten | ten-info'
    [[ "${lines[0]}" = *" zip "*utf8* ]]
    [[ "${lines[2]}" = *" phone "*utf8* ]]
    [[ "${lines[4]}" = *" n "*i64* ]]
}
@test "quoted cells hold commas, quotes and line breaks; a byte order mark and empty lines are skipped" {
    printf '\xef\xbb\xbfa,b\r\n\r\n"x, ""y"",\r\nz",1\r\n' >q.csv
    run -0 bash -c 'csv2ten q.csv | ten2csv'
    [ "$output" = $'a,b\n"x, ""y"",\r\nz",1' ]
}
@test "--tsv separates by tabs and takes quotes as they are" {
    run -0 bash -c 'printf "a\tb\n\"x\t1,5\n" | csv2ten --tsv | ten2csv --tsv'
    [ "$output" = $'a\tb\n"x\t1,5' ]
}
@test "--no-header numbers the columns" {
    run -0 bash -c 'printf "1,x\n2,y\n" | csv2ten --no-header | ten-info'
    [[ "${lines[0]}" = *" column1 "*"[2]"* ]]
    [[ "${lines[1]}" = *" column2 "* ]]
}
@test "--matrix puts all numbers into one record and keeps the names" {
    printf 'a,b\n1,2.5\n3,4\n5,6\n' >m.csv
    run -0 bash -c 'csv2ten --matrix m.csv | ten-dump --header'
    [[ "${lines[0]}" = "# x f64 [3,2]"* ]]
    [ "${lines[1]}" = "1 2.5" ]
    csv2ten --matrix m.csv | ten2csv | cmp - m.csv
    run -1 --separate-stderr bash -c 'csv2ten --matrix c.csv >out'
    [ "$stderr" = "csv2ten: c.csv: line 2: column city: Nuuk: expected numbers only with --matrix" ]
}
@test "--batch cuts rows into groups that follow each other" {
    seq 1 5 | csv2ten --no-header --batch=2 >b.ten
    run -0 bash -c 'ten-info b.ten'
    [ "${#lines[@]}" = 3 ]
    [[ "${lines[2]}" = *"[1]"* ]]
    run -0 bash -c 'ten2csv --no-header <b.ten'
    [ "$output" = "$(seq 1 5)" ]
    run -1 --separate-stderr bash -c 'printf "a\n1\n2\n3.5\n" | csv2ten --batch=2 >out'
    [ "$stderr" = "csv2ten: standard input: line 4: column a: 3.5: expected a whole number, as in the first batch (or a larger --batch)" ]
}
@test "--batch keeps memory small however long the table is" {
    run -0 bash -c 'yes 123456,7.5,abc | head -n 3000000 | (limit 300000; csv2ten --threads=1 --no-header --batch=10000) | ten-info | tail -1'
    [[ "$output" = "299 column3.offsets"* || "$output" = *" 299 column3.offsets"* ]]
}
@test "a table without rows has columns; an empty file has none" {
    run -0 bash -c 'printf "a,b\n" | csv2ten | ten2csv'
    [ "$output" = "a,b" ]
    run -0 bash -c 'csv2ten </dev/null | ten2csv'
    [ -z "$output" ]
}
@test "rows of another length, quotes astray, not UTF-8: exit 1 with the line" {
    run -1 --separate-stderr bash -c 'printf "a,b\n1,2\n3\n" | csv2ten >out'
    [ "$stderr" = "csv2ten: standard input: line 3: 1 cells: expected 2 as on the first line" ]
    run -1 --separate-stderr bash -c 'printf "a,b\n1,x\"y\"\n" | csv2ten >out'
    [ "$stderr" = 'csv2ten: standard input: line 2: a quote inside a cell: expected quotes around all of it, and "" inside' ]
    run -1 --separate-stderr bash -c 'printf "a,b\n1,2\n\n3,\"x\n" | csv2ten >out'
    [ "$stderr" = "csv2ten: standard input: line 4: a quote is never closed: expected a closing quote" ]
    run -1 --separate-stderr bash -c 'printf "a,b\n1,\351\n" | csv2ten >out'
    [ "$stderr" = "csv2ten: standard input: line 2: not UTF-8: expected UTF-8 (iconv makes it)" ]
    run -1 --separate-stderr bash -c 'printf "a,a\n" | csv2ten >out'
    [ "$stderr" = "csv2ten: standard input: line 1: a second column a: expected another name for each" ]
}
@test "a missing file: exit 1; two files are wrong usage: exit 2" {
    run -1 --separate-stderr bash -c 'csv2ten gone.csv >out'
    [ "$stderr" = "csv2ten: gone.csv: No such file or directory: expected a file to read" ]
    run -2 csv2ten c.csv c.csv
}
