load common
setup() {
    cd "$BATS_TEST_TMPDIR" || return
    ten-gen --records=2 --attrs='{"unit":"mm"}' --group-attrs='{"classes":["a"]}' image u8 2,3 label i32 2 >in.ten
}

@test "a line a record: group, name, type, shape, stored bytes, plain, attributes" {
    run -0 ten-info <in.ten
    [ "${#lines[@]}" = 4 ]
    [[ "${lines[0]}" = "  0 image        u8   [2,3]      "*" plain attrs={\"unit\":\"mm\"} group={\"classes\":[\"a\"]}" ]]
    [[ "${lines[1]}" = "  0 label        i32  [2]        "*" plain attrs={\"unit\":\"mm\"}" ]]
    [[ "${lines[2]}" = "  1 image "*" group="* ]]
}
@test "columns stand below each other, wider from a longer name on" {
    run -0 bash -c 'ten-gen a-name-of-many-letters u8 1,2,3,4,5,6,7,8 b u8 1 | ten-info'
    [ "$(awk '{ print index($0, "plain") }' <<<"$output" | uniq | wc -l)" = 1 ]
}
@test "stored bytes are those of the file, but for the end mark" {
    [ "$(ten-info in.ten | awk '{ n += $5 } END { print n + 64 }')" = "$(stat -c %s in.ten)" ]
}
@test "a compressed record tells how many times smaller it is" {
    run -0 bash -c 'ten-gen --fill=zeros --zstd z f32 100000 | ten-info'
    [[ "$output" =~ \ zstd:([0-9]+)\.[0-9][0-9]$ ]]
    [ "${BASH_REMATCH[1]}" -gt 100 ]
}
@test "a blank in a name makes no further column" {
    run -0 bash -c 'ten-gen "two words" u8 1 | ten-info | awk "{ print \$2, \$3 }"'
    [ "$output" = 'two\x20words u8' ]
}
@test "scalars and empty tensors have a shape" {
    run -0 bash -c 'ten-gen s f64 "" e f32 2,0,3 | ten-info | awk "{ print \$3, \$4 }"'
    [ "$output" = "f64 []"$'\n'"f32 [2,0,3]" ]
}
@test "several files are listed as if joined: groups go on counting" {
    cat in.ten in.ten | ten-info >joined
    ten-info in.ten - <in.ten | cmp - joined
    [ "$(awk '{ print $1 }' joined | uniq | tr '\n' ' ')" = "0 1 2 3 " ]
}
@test "--json: an object a record, history where a group starts" {
    run -0 bash -c 'ten-info --json <in.ten'
    [[ "${lines[0]}" = '{"group":0,"name":"image","type":"u8","shape":[2,3],"bytes":6,"stored":'*',"zstd":false,"attrs":{"unit":"mm"},"group_attrs":{"classes":["a"]},"history":[{"tool":"ten-gen",'*'}]}' ]]
    [[ "${lines[1]}" = *'"name":"label"'*'"group_attrs":{"classes":["a"]}}' ]]
    [[ "${lines[2]}" = *'"group":1,'*'"history":['* ]]
}
@test "--json is JSON, whatever the names" {
    [ -x /usr/bin/python3 ] || skip "python3 is not installed"
    ten-gen 'a "b\ é' u8 1 | ten-cat --zstd | ten-info --json >j
    run -0 /usr/bin/python3 -c 'import json; r = json.loads(open("j", encoding="utf-8").readline()); print(r["name"], r["shape"], r["zstd"], r["history"][1]["in"][0]["name"])'
    [ "$output" = 'a "b\ é [1] True -' ]
}
@test "--history: a pipeline that can be run again gives the same stream" {
    ten-gen x f32 2,3 --fill=normal --seed=7 | ten-cat | ten-cat --zstd >made.ten
    run -0 ten-info --history made.ten
    [ "${lines[0]}" = "# group 0" ]
    [ "${lines[-3]}" = "ten-gen --fill=normal --seed=7 x f32 2,3 |" ]
    [ "${lines[-2]}" = "    ten-cat |" ]
    [ "${lines[-1]}" = "    ten-cat" ]
    bash -c "$output" | ten-cmp --attrs made.ten -
}
@test "--history: words are quoted for the shell that reads them again" {
    ten-gen --attrs='{"it'"'"'s":"$HOME"}' 'a  b' u8 1 >made.ten
    bash -c "$(ten-info --history made.ten)" | ten-cmp --attrs made.ten -
}
@test "--history: files between pipelines are written and read again" {
    ten-gen x u8 3 >x.ten
    ten-cat x.ten >made.ten
    run -0 bash -c 'ten-info --history made.ten | grep -v "^#"'
    [ "$output" = "ten-gen x u8 3 >x.ten"$'\n'"ten-cat x.ten" ]
    mkdir again
    (cd again && bash -c "$output") | ten-cmp made.ten -
}
@test "--history: what each tool had read stands above, as comments with digests" {
    run -0 bash -c 'ten-cat <in.ten | ten-info --history'
    [ "${lines[1]}" = "# ten-gen $(ten-gen --version | awk '{ print $3 }')" ]
    [[ "${lines[3]}" =~ ^"#   read standard-input: 1 records, digest "[0-9a-f]{16}$ ]]
}
@test "--history: other standard input is a placeholder" {
    run -0 bash -c 'printf abcd | raw2ten --dims=4 | ten-info --history | tail -1'
    [[ "$output" = "raw2ten "*" <INPUT" ]]
}
@test "--history: groups that came to be the same way are told of once" {
    ten-gen y u8 1 >y.ten
    run -0 bash -c 'cat in.ten y.ten in.ten | ten-info --history | grep "^# group"'
    [ "$output" = "# group 0"$'\n'"# group 2" ]
}
@test "a stream without records: no line, exit 0" {
    run -0 bash -c 'ten-gen --records=0 x u8 1 | ten-info'
    [ -z "$output" ]
}
@test "a missing file: exit 1, one line" {
    run -1 --separate-stderr ten-info gone.ten
    [ "$stderr" = "ten-info: gone.ten: No such file or directory: expected a tensor stream" ]
}
@test "cut in the second record: the first is listed, exit 1" {
    head -c 500 in.ten >cut
    run -1 --separate-stderr ten-info cut
    [ "${#lines[@]}" = 1 ]
    [[ "$stderr" = "ten-info: cut: record 1"*": the input ends here: expected the rest of the stream" ]]
}
@test "a flipped bit: exit 1, naming record and byte" {
    { head -c 100 in.ten; printf '\377'; tail -c +102 in.ten; } >bad
    run -1 --separate-stderr ten-info bad
    [ "$stderr" = "ten-info: bad: record 0: byte 8: header checksum: differs: the header was changed after it was written" ]
    [ -z "$output" ]
}
