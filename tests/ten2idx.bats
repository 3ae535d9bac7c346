load common
setup() { cd "$BATS_TEST_TMPDIR" || return; }

@test "batches are joined under one header" {
    ten-gen image u8 2,4,3,1 --records=3 | ten2idx images
    [ "$(od -An -tx1 -N16 images | tr -d ' \n')" = 00000803000000060000000400000003 ]
    [ "$(stat -c %s images)" = $((16 + 6 * 12)) ]
}
@test "--name takes another record" {
    ten-gen x i32 3 | ten2idx --name=x numbers
    run -0 bash -c 'idx2ten --name=x numbers | ten-dump'
    [ "$output" = "0 1 2" ]
}
@test "nothing to write: exit 1" {
    run -1 --separate-stderr bash -c 'ten-gen label i32 2 | ten2idx images'
    [ "$stderr" = "ten2idx: standard input: no record image: expected at least one" ]
}
