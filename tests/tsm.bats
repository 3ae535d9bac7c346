load common

# The pipeline at a scale of its own, into a folder of these tests.
tsm() {
    env -u MAKEFLAGS -u MAKELEVEL make -s --no-print-directory -C "$ROOT" -f pipelines/tsm.mk SCALE=demo \
        O="$BATS_FILE_TMPDIR/out" B="$B" clips.demo=64 tests.demo=16 epochs.demo=1 parts.demo=1 v3epochs.demo=2 "$@"
}
lacks() { command -v gnuplot >/dev/null || echo "gnuplot is not installed (Debian package gnuplot-nox)"; }
setup_file() {
    # Open MPI frees little of what it takes.
    [[ "$B" != *-san ]] || export ASAN_OPTIONS=detect_leaks=0
    [ -n "$(lacks)" ] || tsm
}
setup() {
    [ -z "$(lacks)" ] || skip "$(lacks)"
    cd "$BATS_FILE_TMPDIR/out" || return
}

@test "ends in a table of claims, and what needs no training holds" {
    for c in one-answer at-most-half i3d-macs shift-is-free; do
        [ "$(awk -F '\t' -v c=$c '$2 == c { print $11 }' claims.tsv)" = holds ]
    done
}
@test "every arm was trained with every seed, and every choice of the ablation with the first" {
    [ "$(tail -n +2 v1.tsv | cut -f1,2 | sort -u | wc -l)" = 12 ]
    [ "$(tail -n +2 ablation.tsv | cut -f1 | sort | paste -sd' ')" = "bi block div16 div2 div4 tsn" ]
    [ "$(tail -n +2 batches.tsv | cut -f1,2,3 | sort -u | wc -l)" = 6 ]
}
@test "reversed clips have the label of the opposite direction, behind each clip" {
    run -0 bash -c 'ten-cut --keep=label <runs/both.ten | ten-dump | tr -s " " "\n" | grep .'
    for ((i = 0; i < 32; i += 2)); do [ $((lines[i] ^ 1)) = "${lines[i + 1]}" ]; done
}
@test "plots are SVG and show all arms" {
    for a in tsn bi uni i3d; do grep -q ">$a<" curves.svg; done
    for r in linear none; do grep -q ">$r<" batches.svg; done
}
@test "what is there is not made again" {
    run -0 tsm -n
    [ -z "$output" ]
}
@test "paper scale: commands for folders of videos, run on a slice; without videos it says what it wants" {
    cd "$BATS_TEST_TMPDIR"
    for k in 0 1 2 3; do video-gen motion --quiet --n=1 --frames=12 --size=24,24 --seed=$k | ten2y4m >v$k.y4m; echo "v$k.y4m 0 $k"; done >train.txt
    cp train.txt valid.txt
    paper() { env -u MAKEFLAGS -u MAKELEVEL make -s --no-print-directory -C "$ROOT" -f pipelines/tsm.mk SCALE=paper B="$B" O="$PWD/out" "$@"; }
    run -0 paper DATA="$PWD" TASK=sth SEEDS="1 2 3" ARCH=tiny \
        TRAIN_OPTIONS="--threads=1 --quiet --epochs=1 --schedule=constant:lr=0.01 --size=16 --batch=4"
    [ "$(awk -F '\t' '$2 == "sth" { print $9, $11 }' out/claims.tsv)" = "3 fails" ] || [ "$(awk -F '\t' '$2 == "sth" { print $9, $11 }' out/claims.tsv)" = "3 holds" ]
    run -0 paper -n DATA="$PWD" TASK=kinetics-dense RANKS=4 O="$PWD/other"
    [[ "$output" = *"mpirun -np 4 train-tsm --recipe=kinetics-dense --arch=resnet50 --shift=bi"* ]]
    run ! paper
    [[ "$output" = *"expected DATA=FOLDER with train.txt and valid.txt"* ]]
}
