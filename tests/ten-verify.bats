load common
setup() {
    cd "$BATS_TEST_TMPDIR" || return
    ten-gen --records=2 image u8 2,3 label i32 2 >in.ten
}

@test "counts records, groups and bytes of values" {
    run -0 bash -c 'ten-verify <in.ten'
    [ "$output" = "4 records, 2 groups, 28 bytes: ok" ]
}
@test "compression changes nothing of that" {
    run -0 bash -c 'ten-cat --zstd <in.ten | ten-verify'
    [ "$output" = "4 records, 2 groups, 28 bytes: ok" ]
}
@test "a stream without records is whole" {
    run -0 bash -c 'ten-gen --records=0 x u8 1 | ten-verify'
    [ "$output" = "0 records, 0 groups, 0 bytes: ok" ]
}
@test "a line for each file; a bad one does not hide the next" {
    head -c 300 in.ten >cut.ten
    run -1 --separate-stderr ten-verify in.ten cut.ten gone.ten in.ten
    [ "$output" = "in.ten: 4 records, 2 groups, 28 bytes: ok"$'\n'"in.ten: 4 records, 2 groups, 28 bytes: ok" ]
    [ "${#stderr_lines[@]}" = 2 ]
    [[ "${stderr_lines[0]}" = "ten-verify: cut.ten: record "*": the input ends here: expected the rest of the stream" ]]
    [ "${stderr_lines[1]}" = "ten-verify: gone.ten: No such file or directory: expected a tensor stream" ]
}
@test "a changed byte anywhere is noticed" {
    ten-gen x u8 5 y f32 "" >small.ten
    size=$(stat -c %s small.ten)
    for ((at = 0; at < size; at += 13)); do
        cp small.ten bad
        printf '\245' | dd of=bad bs=1 seek=$at conv=notrunc status=none
        cmp -s small.ten bad && continue                 # it was that before
        run -1 --separate-stderr ten-verify bad
        [ -z "$output" ] || { echo "byte $at"; false; }
    done
}
@test "a stream that ends anywhere before its end is noticed" {
    ten-gen x u8 5 y f32 "" >small.ten
    size=$(stat -c %s small.ten)
    for ((at = 0; at < size; at += 29)); do
        head -c $at small.ten >cut
        run -1 --separate-stderr bash -c 'ten-verify <cut'
        [ -z "$output" ] || { echo "byte $at"; false; }
    done
}
@test "a changed value: the record, the field and the byte where it starts" {
    ten-gen x u8 5 y u8 100 >small.ten
    at=$(($(stat -c %s small.ten) - 64 - 50))
    { head -c $at small.ten; printf '\377'; tail -c +$((at + 2)) small.ten; } >bad
    run -1 --separate-stderr ten-verify bad
    [[ "$stderr" =~ ^"ten-verify: bad: record 1 y: byte "[0-9]+": payload: checksum differs: the data were changed after they were written"$ ]]
}
@test "a lost record is noticed although all others are good" {
    ten-gen x u8 5 y u8 5 >small.ten
    first=$(ten-info small.ten | awk 'NR == 1 { print $5 }')
    second=$(ten-info small.ten | awk 'NR == 2 { print $5 }')
    { head -c "$first" small.ten; tail -c +$((first + second + 1)) small.ten; } >bad
    run -1 --separate-stderr ten-verify bad
    [[ "$stderr" = *": end mark: it counts 2 records: 1 were here" ]]
}
@test "a text that is no UTF-8: the place in it" {
    printf 'caf\351' | raw2ten --type=utf8 --dims=4 --name=t >bad.ten
    run -1 --separate-stderr ten-verify bad.ten
    [ "$stderr" = "ten-verify: bad.ten: record 0 t: byte 0: payload: its byte 3 is not UTF-8: expected the bytes of a text" ]
}
@test "a bool that is neither 0 nor 1" {
    printf '\000\001\002' | raw2ten --type=bool --dims=3 --name=b >bad.ten
    run -1 --separate-stderr bash -c 'ten-verify <bad.ten'
    [ "$stderr" = "ten-verify: record 0 b: byte 0: payload: its byte 2 is 2: expected 0 or 1" ]
}
@test "an empty input is no stream: exit 1" {
    run -1 --separate-stderr bash -c 'ten-verify </dev/null'
    [ "$stderr" = "ten-verify: empty input: expected a tensor stream" ]
}
@test "a full disk is reported" {
    run -1 --separate-stderr bash -c 'ten-verify <in.ten >/dev/full'
    [[ "$stderr" = "ten-verify: standard output: No space left on device"* ]]
}
@test "a stream of any length needs the memory of one record" {
    ten-gen --records=40 --fill=zeros x f32 4194304 --zstd=1 >long.ten
    # A sanitizer reserves more address space than any limit leaves.
    [[ "$B" = *-san ]] || ulimit -v 250000
    run -0 ten-verify --threads=1 long.ten
    [ "$output" = "long.ten: 40 records, 40 groups, 671088640 bytes: ok" ]
}
