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
@test "classes in front of labels, and records between them, count alike" {
    ten-paste <(column class 0 1 1) <(ten-gen probability f32 3,2) <(column label 0 0 1) >x.ten
    run -0 confusion <x.ten
    [ "${lines[1]}" = "0	1	1	0.5000" ]
    [ "${lines[2]}" = "1	0	1	1.0000" ]
}
@test "labels and classes of different groups do not meet" {
    { column label 0; column class 0; } >x.ten
    run -1 --separate-stderr confusion <x.ten
    [[ "$stderr" = *"no group has both"* ]]
}
@test "more labels than classes, other types, other ranks, too large a class: exit 1, one line" {
    wrong() {
        run -1 --separate-stderr confusion <x.ten
        [ -z "$output" ]
        [[ "$stderr" = "confusion: "*"$1" ]] || { echo "$stderr"; false; }
    }
    ten-paste <(column label 0 1) <(column class 0) >x.ten
    wrong "group 0: 2 labels and 1 classes: expected as many"
    ten-gen label f32 3 class f32 3 >x.ten
    wrong "label: f32[3]: expected i32[N]"
    ten-gen label i32 3,1 class i32 3,1 >x.ten
    wrong "label: i32[3,1]: expected i32[N]"
    ten-paste <(column label 0) <(column class 16384) >x.ten
    wrong "element 0 is 16384: expected a class from 0 to 16383"
}
@test "many classes that come one after another take no time" {
    ten-gen label i32 3000 class i32 3000 >x.ten
    run -0 bash -c 'timeout 20 confusion <x.ten | tail -1 | tr "\t" "\n" | tail -2 | paste -sd" "'
    [ "$output" = "1 1.0000" ]
}
@test "a stream that is cut, a full disk: exit 1, one line" {
    ten-paste <(column label 0 1) <(column class 0 1) >x.ten
    head -c -100 x.ten >cut.ten
    run -1 --separate-stderr confusion <cut.ten
    [ -z "$output" ]
    [[ "$stderr" = "confusion: "*"the input ends here"* ]]
    run -1 --separate-stderr bash -c 'confusion <x.ten >/dev/full'
    [[ "$stderr" = "confusion: "*"No space left on device"* ]]
}
