load common
setup() { cd "$BATS_TEST_TMPDIR" || return; }

@test "contact-sheet: four columns of 48 pixels, with 2 pixels between and around" {
    run -0 "$ROOT"/examples/contact-sheet.sh
    [[ "$output" = *" image "*" u8 "*"[1,152,202,3]"* ]]
    # One picture: the sheet is it, but for the border.
    run -0 "$ROOT"/examples/contact-sheet.sh picture-00.png
    [[ "$output" = *"[1,52,52,3]"* ]]
}
@test "shuffle-split: classes keep their shares, all batches but the last have 32 samples" {
    run -0 "$ROOT"/examples/shuffle-split.sh
    [[ "${lines[0]}" = "  0 feat "*"[32,4]"* ]]
    [[ "${lines[1]}" = "  0 label "*"[32]"* ]]
    [[ "${lines[2]}" = "  1 feat "*"[32,4]"* ]]
    # Of n samples of a class 0.8 n are for training, up to one.
    "$ROOT"/examples/shuffle-split.sh | tail -3 | tr -d , | awk '
        { for (i = 2; i < NF; i += 4) n[$1, $(i + 3)] = $i }
        END { for (c = 0; c < 3; c++) {
            all = n["all:", c]; train = n["train:", c]; off = train - 0.8 * all; sum += all
            if (train + n["test:", c] != all || off > 1 || off < -1) exit 1
        }; exit sum != 100 }'
}
@test "matrix-to-stream: a symmetric matrix comes back with both halves" {
    run -0 "$ROOT"/examples/matrix-to-stream.sh
    [[ "${lines[0]}" = *"indptr"*"[4]"*'"shape":[3,3]'* ]]
    [ "${lines[4]}" = $'values\t5\t-1\t2\t0.7' ]
    [[ "$output" = *$'\n3 3 5\n1 1 2\n1 2 -1\n2 1 -1\n2 2 2\n3 3 1.5' ]]
}
@test "two-pipe-augment: the gradient that comes back is that of the loss" {
    run -0 "$ROOT"/examples/two-pipe-augment.sh
    [[ "$output" =~ ^"slope along x: "([0-9.]+)", twice the loss: "([0-9.]+)$ ]]
    [ "${BASH_REMATCH[1]}" = "${BASH_REMATCH[2]}" ]
}
@test "grep-the-log: tables are read by awk, sort and claims" {
    run -0 "$ROOT"/examples/grep-the-log.sh
    [ "${lines[0]}" = "batches: 3, channels: 3" ]
    [[ "${lines[1]}" = "largest mean: 0.0"* ]]
    [[ "${lines[2]}" = centred$'\t'*$'\t'holds ]]
}
@test "triangles: of the complete graph of 30 nodes, and of a triangle with a tail" {
    run -0 "$ROOT"/examples/triangles.sh
    [ "$output" = 4060 ]
    printf '%%%%MatrixMarket matrix coordinate pattern symmetric\n4 4 4\n2 1\n3 1\n3 2\n4 3\n' >tail.mtx
    run -0 "$ROOT"/examples/triangles.sh tail.mtx
    [ "$output" = 1 ]
}
