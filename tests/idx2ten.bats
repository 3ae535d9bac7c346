load common
setup() {
    cd "$BATS_TEST_TMPDIR" || return
    # Three images of 2x2, and their labels.
    printf '\0\0\10\3\0\0\0\3\0\0\0\2\0\0\0\2\1\2\3\4\5\6\7\10\11\12\13\14' >images
    printf '\0\0\10\1\0\0\0\3\7\0\11' >labels
}

@test "images and labels make batches" {
    run -0 bash -c 'idx2ten --batch=2 images labels | ten-dump --header | grep .'
    [ "${lines[0]}" = "# image u8 [2,2,2,1]" ]
    [ "$(idx2ten --batch=2 images labels | ten-dump --header | xargs)" = "# image u8 [2,2,2,1] 1 2 3 4 5 6 7 8 # label i32 [2] 7 0 # image u8 [1,2,2,1] 9 10 11 12 # label i32 [1] 9" ]
    run -0 bash -c 'idx2ten --batch=2 images labels | ten-info'
    [[ "${lines[1]}" = "  0 label "* ]]
    [[ "${lines[2]}" = "  1 image "* ]]
}
@test "gzip files, and standard input" {
    gzip -k images labels
    idx2ten images.gz labels.gz | ten-cmp <(idx2ten images labels) -
    cat images.gz | idx2ten | ten-cmp <(idx2ten images) -
    idx2ten <images | ten-cmp <(idx2ten images) -
}
@test "--pad puts zeros around" {
    [ "$(idx2ten --pad=1 --batch=1 images | ten-head --groups=1 | ten-dump --header | xargs)" = "# image u8 [1,4,4,1] 0 0 0 0 0 1 2 0 0 3 4 0 0 0 0 0" ]
    run -1 --separate-stderr idx2ten --pad=1 labels
    [ "$stderr" = "idx2ten: labels: --pad: expected images, u8 of rank 3" ]
}
@test "other types and ranks keep theirs, big-endian as IDX has them" {
    printf '\0\0\15\2\0\0\0\2\0\0\0\1\77\200\0\0\300\0\0\0' >x
    [ "$(idx2ten x | ten-dump --header | xargs)" = "# x f32 [2,1] 1 -2" ]
    [ "$(idx2ten --name=feat x | ten-dump --header | xargs)" = "# feat f32 [2,1] 1 -2" ]
    printf '\0\0\13\1\0\0\0\2\1\0\377\377' >y
    [ "$(idx2ten y | ten-dump --header | xargs)" = "# label i32 [2] 256 -1" ]
}
@test "no items make one batch of none" {
    printf '\0\0\10\3\0\0\0\0\0\0\0\34\0\0\0\34' >none
    [ "$(idx2ten none | ten-info --json | grep -o '"shape":[^a-z]*,"')" = '"shape":[0,28,28,1],"' ]
}
@test "files that do not belong together: exit 1, nothing written" {
    printf '\0\0\10\1\0\0\0\2\7\0' >two
    run -1 --separate-stderr idx2ten images two
    [ "$stderr" = "idx2ten: two: 2 items, but 3 in images: expected as many" ]
    [ -z "$output" ]
    run -1 --separate-stderr idx2ten images images
    [ "$stderr" = "idx2ten: images: another image: expected images and then labels" ]
    run -2 idx2ten images labels labels
}
@test "cut and overlong files: exit 1 with the byte; the batches before arrive" {
    head -c -2 images >cut
    run -1 --separate-stderr bash -c 'idx2ten --batch=2 cut >got'
    [ "$stderr" = "idx2ten: cut: byte 24: elements: ends after 2 of 4 bytes: expected the whole of it" ]
    [ "$(ten2raw <got 2>/dev/null | od -An -tu1 | xargs)" = "1 2 3 4 5 6 7 8" ]
    (cat images; printf x) >longer
    run -1 --separate-stderr bash -c 'idx2ten longer >got'
    [ "$stderr" = "idx2ten: longer: byte 28: more elements than the dims say: expected the end" ]
}
@test "a damaged or cut gzip file: exit 1" {
    gzip -kn images
    head -c -9 images.gz >cut.gz
    run -1 --separate-stderr idx2ten cut.gz
    [[ "$stderr" =~ ^"idx2ten: cut.gz: byte "[0-9]+": gzip: the input ends here: expected the rest of it"$ ]]
    (head -c -8 images.gz; printf 'xxxx'; tail -c 4 images.gz) >bad.gz
    run -1 --separate-stderr bash -c 'idx2ten bad.gz >got'
    [[ "$stderr" =~ ^"idx2ten: bad.gz: byte "[0-9]+": gzip: damaged: incorrect data check: expected whole members"$ ]]
}
@test "something else: exit 1" {
    run -1 --separate-stderr bash -c 'echo hello | idx2ten'
    [ "$stderr" = "idx2ten: standard input: byte 0: header: 68 65 6c 6c: expected 00 00, a type 08, 09 or 0b to 0e, and a rank 01 to 08, as in an IDX file" ]
    run -1 --separate-stderr idx2ten /dev/null
    [ "$stderr" = "idx2ten: /dev/null: byte 0: header of an IDX file: ends after 0 of 4 bytes: expected the whole of it" ]
}
@test "no items of an impossible size: exit 1" {
    printf '\0\0\x0c\x03\0\0\0\0\x80\0\0\0\x40\0\0\0' >huge
    run -1 --separate-stderr bash -c 'idx2ten huge >out'
    [ "$stderr" = "idx2ten: huge: byte 4: dims: [0,2147483648,1073741824]: expected less than 2^62 bytes" ]
}
