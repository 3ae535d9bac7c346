load common
setup() { cd "$BATS_TEST_TMPDIR" || return; }
column() { printf '%s\n' "$1" "${@:2}" | csv2ten --batch=100 - | ten-cut --cast=i32; }

@test "a line for every label, a column for every class, the share of right ones" {
    ten-paste <(column label 0 0 0 1 2 2) <(column class 0 1 0 1 0 2) >x.ten
    run -0 confusion <x.ten
    [ "${lines[0]}" = "label	0	1	2	right" ]
    [ "${lines[1]}" = "0	2	1	0	0.6667" ]
    [ "${lines[2]}" = "1	0	1	0	1.0000" ]
    [ "${lines[3]}" = "2	1	0	1	0.5000" ]
}
@test "groups are added up, and a class that comes later widens the table" {
    { ten-paste <(column label 0) <(column class 0); ten-paste <(column label 0) <(column class 2); } >x.ten
    run -0 confusion <x.ten
    [ "${lines[1]}" = "0	1	0	1	0.5000" ]
    [ "${lines[3]}" = "2	0	0	0	0.0000" ]
}
@test "a negative class, more labels than classes, or no classes: exit 1, one line" {
    ten-paste <(column label 0) <(column class -1) >x.ten
    run -1 --separate-stderr confusion <x.ten
    [[ "$stderr" = "confusion: "*"element 0 is -1"* ]]
    { ten-gen label i32 3; } >x.ten
    run -1 --separate-stderr confusion <x.ten
    [[ "$stderr" = *"no group has both"* ]]
}
