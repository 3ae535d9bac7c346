load common
setup() {
    cd "$BATS_TEST_TMPDIR" || return
    ten-gen a u8 2,3 >a.ten
    ten-gen b f32 4 >b.ten
}

@test "joins files in the order given; - is standard input" {
    run -0 bash -c 'ten-cat b.ten - b.ten <a.ten | ten-dump'
    [ "${lines[0]}" = "0 1 2 3" ]
    [ "${lines[1]}" = "0 1 2" ]
    [ "${lines[2]}" = "3 4 5" ]
    [ "${lines[3]}" = "0 1 2 3" ]
}
@test "gives what cat gives, but for segments and history" {
    ten-cat a.ten b.ten | ten-dump >joined
    cat a.ten b.ten | ten-dump | cmp - joined
}
@test "groups of different files stay apart" {
    run -0 bash -c 'ten-cat a.ten a.ten | ten-info --json | grep -o "\"group\": *[0-9]*" | tr -d " "'
    [ "${lines[0]}" = '"group":0' ]
    [ "${lines[1]}" = '"group":1' ]
}
@test "--zstd makes it smaller, and without it plain again" {
    ten-gen z f32 100000 --fill=zeros >plain.ten
    ten-cat --zstd plain.ten >small.ten
    [ "$(stat -c %s small.ten)" -lt 2000 ]
    ten-cat small.ten >back.ten
    run -0 ten-cmp plain.ten back.ten
    [ "$(stat -c %s back.ten)" -gt 400000 ]
}
@test "the thread count does not change a byte of a compressed stream" {
    ten-gen z f32 3000000 --fill=normal --seed=1 >plain.ten
    ten-cat --zstd=1 --threads=1 plain.ten >one
    ten-cat --zstd=1 --threads=2 plain.ten >two
    cmp one two
}
@test "a missing file: exit 1, one line" {
    run -1 --separate-stderr ten-cat a.ten gone.ten
    [ "$stderr" = "ten-cat: gone.ten: No such file or directory: expected a tensor stream" ]
}
@test "a stream cut in its second record: the first still arrives, exit 1" {
    ten-cat <a.ten >one
    cat a.ten a.ten | head -c $(($(stat -c %s a.ten) * 2 - 100)) >cut
    run -1 bash -c 'ten-cat <cut >got'
    [[ "$output" = "ten-cat: record 1"*"the input ends here: expected the rest of the stream" ]]
    # All but the end mark, which tells the next reader.
    cmp <(head -c -64 one) got
    run -1 ten-verify got
}
@test "a stream whose writer was killed is noticed: no end mark" {
    head -c -64 a.ten >cut
    run -1 --separate-stderr bash -c 'ten-cat <cut >/dev/null'
    [[ "$stderr" = *"header: the input ends here: expected the rest of the stream" ]]
}
@test "refuses a terminal" {
    command -v script >/dev/null || skip "script is not installed (Debian package bsdutils)"
    run bash -c "script -qec 'ten-cat a.ten' /dev/null </dev/null"
    [[ "$output" = *"refusing to write binary to a terminal"* ]]
}
@test "the name of a file and its digest stand in the history" {
    run -0 bash -c 'ten-cat a.ten b.ten | ten-info --json'
    [[ "${lines[0]}" = *'"ten-cat"'*'"a.ten"'* ]]
}
