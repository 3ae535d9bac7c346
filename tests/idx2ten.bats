load common
setup() {
    cd "$BATS_TEST_TMPDIR" || return
    ten-gen image u8 5,4,3,1 label i32 5 >data.ten
    ten2idx images labels <data.ten
}

@test "pictures and labels become batches of both" {
    run -0 bash -c 'idx2ten --batch=2 images labels | ten-info | wc -l'
    [ "$output" -ge 6 ]
    idx2ten --batch=5 images labels | ten-cmp data.ten -
}
@test "gzip is read as it is" {
    gzip -k images labels
    idx2ten --batch=5 images.gz labels.gz | ten-cmp data.ten -
    idx2ten --batch=5 - <images.gz | ten-cmp <(ten-cut --keep=image <data.ten) -
}
@test "--pad puts zeros around, --name renames" {
    run -0 bash -c 'idx2ten --pad=2 --name=picture images | ten-dump --header --limit=1'
    [ "${lines[0]}" = "# picture u8 [5,8,7,1]" ]
}
@test "big-endian numbers of other types" {
    printf '\0\0\x0b\x01\0\0\0\x02\x01\x00\xff\xff' >shorts
    run -0 bash -c 'idx2ten --name=x shorts | ten-dump'
    [ "$output" = "256 -1" ]
}
@test "no IDX file: exit 1" {
    run -1 --separate-stderr bash -c 'echo hello | idx2ten >out'
    [ "$stderr" = "idx2ten: standard input: byte 0: header: 68 65 6c 6c: expected 00 00, a type 08, 09 or 0b to 0e, and a rank 01 to 08, as in an IDX file" ]
}
@test "cut in its data: exit 1" {
    head -c 40 images >cut
    run -1 --separate-stderr bash -c 'idx2ten cut >out'
    [[ "$stderr" = "idx2ten: cut: byte "* ]]
}
