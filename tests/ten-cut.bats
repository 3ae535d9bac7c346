load common
# Two groups: image [2,3,4] u8 counts, label [2] i32 counts, aug.x [2] f32.
setup() {
    cd "$BATS_TEST_TMPDIR" || return
    ten-gen --records=2 image u8 2,3,4 label i32 2 aug.x f32 2 >in.ten
    ten-gen x i32 2,3 >x.ten
}
names() { ten-info | awk '{ print $1, $2 }' | tr '\n' ';'; }
# The values of x.ten (0 1 2; 3 4 5) after some changes.
x() { ten-cut "$@" <x.ten | ten-dump | tr '\n' ';'; }

@test "--keep takes names and patterns" {
    [ "$(ten-cut --keep=label <in.ten | names)" = "0 label;1 label;" ]
    [ "$(ten-cut --keep='image,aug.*' <in.ten | names)" = "0 image;0 aug.x;1 image;1 aug.x;" ]
    [ "$(ten-cut --keep=image --keep=label <in.ten | names)" = "0 image;0 label;1 image;1 label;" ]
}
@test "--drop leaves out, also of what --keep keeps" {
    [ "$(ten-cut --drop='*a*e*' <in.ten | names)" = "0 aug.x;1 aug.x;" ]
    [ "$(ten-cut --keep='*a*' --drop=label <in.ten | names)" = "0 image;0 aug.x;1 image;1 aug.x;" ]
    [ "$(ten-cut --drop=nothing <in.ten | names)" = "$(names <in.ten)" ]
}
@test "--slice is Python's" {
    [ "$(x --slice=0:1:)" = "3 4 5;" ]
    [ "$(x --slice=1::-1)" = "0 1;3 4;" ]
    [ "$(x --slice=-1:::2)" = "0 2;3 5;" ]
    [ "$(x --slice=1:::-1)" = "2 1 0;5 4 3;" ]
    [ "$(x --slice=1:1:2 --slice=0:::-1)" = "4;1;" ]
    run -0 bash -c 'ten-cut --slice=1:9: <x.ten | ten-info'
    [[ "$output" = *"[2,0]"* ]]
}
@test "--slice of packed elements" {
    run -0 bash -c 'ten-gen q u4 3,3 | ten-cut --slice=1:::2 | ten-dump'
    [ "${lines[*]}" = "0 2 3 5 6 8" ]
}
@test "--cast rounds to even and saturates" {
    run -0 bash -c 'ten-gen --lo=-1.5 x f32 3 | ten-cut --cast=i8 | ten-dump'
    [ "$output" = "-2 0 0" ]
    run -0 bash -c 'ten-gen --lo=254 x i32 4 | ten-cut --cast=u8 | ten-dump'
    [ "$output" = "254 255 255 255" ]
}
@test "--reshape, with one of the dims left open" {
    [ "$(x --reshape=3,2)" = "0 1;2 3;4 5;" ]
    [ "$(x --reshape=-1)" = "0 1 2 3 4 5;" ]
    run -0 bash -c 'ten-gen s f32 1 | ten-cut --reshape= | ten-info'
    [[ "$output" = *" []"* ]]
}
@test "--rename" {
    [ "$(ten-cut --rename=image=clip --rename=label=y <in.ten | names)" = "0 clip;0 y;0 aug.x;1 clip;1 y;1 aug.x;" ]
}
@test "changes come in the order of the options" {
    [ "$(x --slice=0::1 --reshape=3,1)" = "0;1;2;" ]
    [ "$(x --reshape=3,2 --slice=0::1)" = "0 1;" ]
}
@test "NAME: limits a change to some records" {
    run -0 bash -c 'ten-cut --slice=image:0::1 --cast="[il]*:f32" <in.ten | ten-info | awk "{ print \$2, \$3, \$4 }" | head -3'
    [ "${lines[*]}" = "image f32 [1,3,4] label f32 [2] aug.x f32 [2]" ]
}
@test "a change finds records by the name they came in with" {
    run -0 bash -c 'ten-cut --rename=x=y --cast=x:f64 <x.ten | ten-info'
    [[ "$output" = *" y "*"f64"* ]]
}
@test "attributes are set and removed" {
    run -0 bash -c "ten-gen --attrs='{\"old\":1}' --group-attrs='{\"gone\":1}' x f32 1 |
        ten-cut --drop-attr=old --set-attr='x:unit=\"mm\"' --set-group-attr='classes=[\"a\"]' --drop-group-attr=gone | ten-info"
    [[ "$output" = *'{"unit":"mm"}'*'{"classes":["a"]}'* ]]
    [[ "$output" != *old* && "$output" != *gone* ]]
}
@test "without options the stream goes through as it is" {
    ten-cut <in.ten | ten-cmp --attrs in.ten -
}
@test "groups lose records, and go when they lose all" {
    [ "$( { cat in.ten; ten-gen other f32 1; cat in.ten; } | ten-cut --drop=other | names | grep -o '[0-9] image' | tr '\n' ' ')" = "0 image 1 image 2 image 3 image " ]
}
@test "a name that never comes: exit 1, after all is written" {
    run -1 --separate-stderr bash -c 'ten-cut --keep=image,lable <in.ten >out'
    [ "$stderr" = "ten-cut: --keep: lable: no record has this name: expected one that is in the stream" ]
    run -1 --separate-stderr bash -c 'ten-cut --cast=lable:f32 <in.ten >out'
    [ "$stderr" = "ten-cut: lable: no record kept has this name: expected one that is in the stream" ]
    run -1 --separate-stderr bash -c 'ten-cut --rename=lable=y <in.ten >out'
    [ "$stderr" = "ten-cut: lable: no record kept has this name: expected one that is in the stream" ]
}
@test "what does not fit a record: exit 1" {
    run -1 --separate-stderr bash -c 'ten-cut --slice=2:0:1 <x.ten >out'
    [ "$stderr" = "ten-cut: byte 0: x: [2,3]: no axis 2: expected -2 to 1" ]
    run -1 --separate-stderr bash -c 'ten-cut --reshape=4,-1 <x.ten >out'
    [ "$stderr" = "ten-cut: byte 0: x: [2,3] does not reshape to [4,-1]: expected as many elements" ]
}
@test "what is no change: exit 2" {
    usage() { run -2 --separate-stderr ten-cut "$2" <x.ten; [ "${stderr_lines[0]}" = "ten-cut: $1" ] || { echo "$stderr"; false; }; }
    usage "0:1: no slice: expected AXIS:START:STOP or AXIS:START:STOP:STEP with a step other than 0" --slice=x:0:1
    usage "f31: no such type: expected one of those in ten(5), such as f32 or u8" --cast=f31
    usage "-1,-1: no shape: expected up to 8 dims with commas between, one of which may be -1" --reshape=-1,-1
    usage "x: expected OLD=NEW, names of 1 to 255 bytes" --rename=x
    usage "unit: expected KEY=JSON" --set-attr=unit
    usage "expected the key of an attribute" --drop-attr=x:
    run -2 --separate-stderr ten-cut --set-group-attr=unit=mm <x.ten
    [[ "${stderr_lines[0]}" = "ten-cut: unit=mm: "*": expected KEY=JSON, where a text is \"quoted\"" ]]
}
@test "cut in the second group: the first arrives, exit 1" {
    head -c -300 in.ten >cut
    run -1 --separate-stderr bash -c 'ten-cut --keep=label <cut | tee got | ten-verify >/dev/null; exit ${PIPESTATUS[0]}'
    [[ "${stderr_lines[*]}" = *"ten-cut: record "*"the input ends here: expected the rest of the stream"* ]]
    [[ "$(ten2raw <got 2>/dev/null | od -An -td4)" = *" 0 "*" 1"* ]]
}
@test "a flipped bit is noticed: exit 1" {
    { head -c 300 in.ten; printf '\377'; tail -c +302 in.ten; } >bad
    run -1 --separate-stderr bash -c 'ten-cut <bad >/dev/null'
    [[ "$stderr" = "ten-cut: record "* ]]
}
