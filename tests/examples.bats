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
@test "triangles: those of a board of squares, and of a real network" {
    run -0 "$ROOT"/examples/triangles.sh
    [ "$output" = "324 triangles" ]
    [ -n "${TENSTREAM_DATA:-}" ] || return 0
    # As its publishers count (snap.stanford.edu/data/ego-Facebook.html).
    zstd -dc "$TENSTREAM_DATA/matrices/facebook.mtx.zst" | mtx2ten --quiet >facebook.ten
    run -0 "$ROOT"/examples/triangles.sh facebook.ten
    [ "$output" = "1612010 triangles" ]
}
@test "k-hop: 2k(k+1) crossings within k steps, 4k of them at k" {
    for k in 1 2 5; do
        run -0 "$ROOT"/examples/k-hop.sh $k
        [ "${lines[0]}" = "within $k steps: at most $((2 * k * (k + 1)))" ]
        [ "${lines[1]}" = "no nearer: at most $((4 * k))" ]
    done
}
@test "galerkin: the coarse matrix is the fine one's by one half" {
    run -0 "$ROOT"/examples/galerkin.sh
    [ "${lines[0]}" = "7 rows, 19 entries" ]
    [ "${lines[1]}" = "half of the matrix on 7 points" ]
    run -0 "$ROOT"/examples/galerkin.sh 1000
    [ "${lines[1]}" = "half of the matrix on 1000 points" ]
}
@test "markov-clusters: circles of friends are found again" {
    run -0 "$ROOT"/examples/markov-clusters.sh
    [ "${lines[0]}" = "cluster: 0 1 2 3 4 5 6 7" ]
    [ "${lines[1]}" = "cluster: 13 14 15 16 17 18" ]
    [ "${lines[2]}" = "cluster: 8 9 10 11 12" ]
    [ "${#lines[@]}" = 3 ]
}
@test "contract: a grid of blocks, with the streets between them" {
    run -0 "$ROOT"/examples/contract.sh
    [ "${lines[0]}" = "36 groups, 60 edges" ]
    [ "${lines[1]}" = "each of weight 2" ]
}
@test "best-generator: of two copies the one of the smaller distance" {
    run -0 "$ROOT"/examples/best-generator.sh
    [ "$(cut -f1 copies.tsv | sort | paste -sd' ')" = "copy-000002.ten copy-000004.ten" ]
    awk 'NR > 1 && $2 < last { exit 1 } { last = $2 } END { exit last <= 0 }' copies.tsv
    cmp best.ten "$(head -1 copies.tsv | cut -f1)"
}
@test "few-shot: a sheet of sixteen samples and a film" {
    run -0 "$ROOT"/examples/few-shot.sh
    [[ "${lines[-1]}" = *"[1,138,138,3]"* ]]
    [ "$(head -c 6 film.gif)" = GIF89a ]
}
