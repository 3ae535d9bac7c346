load common
setup() { cd "$BATS_TEST_TMPDIR" || return; }

pairs() { awk -v columns="arm=a" -f "$ROOT/pipelines/tsm-pairs.awk" "$@"; }

@test "an interval of a share is Clopper's and Pearson's" {
    for ((i = 1; i <= 34; i++)); do echo "$i 1" >>tracks; echo "1 -1" >>odds; done
    run -0 pairs tracks odds
    # 0.025^(1/34)
    [ "${lines[1]}" = "a	1.0000	1.0000	34	34	0	0.8972	1.0000	2" ]
    # 1 of 2: the roots of 1 - (1 - p)^2 = 0.025 and p^2 = 0.975.
    printf '1 1\n2 1\n' >tracks
    printf '1 -1\n-1 1\n' >odds
    run -0 pairs tracks odds
    [ "${lines[1]}" = "a	0.5000	0.5000	2	1	0	0.0126	0.9874	2" ]
}
@test "what differs by rounding alone counts one half; tracks of the training part do not count" {
    printf '1 1\n1 0\n2 1\n0 0\n' >tracks
    # Of track 1 one pair right, one the same; of track 2 a tie; of track 0 a wrong one.
    printf '3 -2\n1e-7 2e-7\n0.5 0.5\n1 -1\n' >odds
    run -0 pairs tracks odds
    [ "${lines[0]}" = "arm	clips	pairs	tracks	tracks_right	tracks_half	tracks_low	tracks_high	furthest" ]
    [ "${lines[1]}" = "a	0.5000	0.5000	2	1	1	0.0126	0.9874	5" ]
}
@test "the recipe: from clips and tracks to a row of the table" {
    need zstd zstd
    mkdir walkers
    for split in train valid test; do
        ten-gen clip u8 8,8,48,48,3 --fill=uniform --hi=256 --seed=${#split} | ten2raw | zstd -q >walkers/$split.rgb8.zst
        { printf 'start_frame\ty0\tx0\tdx_px\tdy_px\ttrack\tlabel\n'
            for i in 1 2 3 4 5 6 7 8; do printf '1\t2\t3\t4\t5\t%d\t%s\n' $((i / 2 + ${#split})) "$([ $((i % 3)) = 0 ] && echo left || echo right)"; done; } >walkers/$split.tsv
    done
    ln -s "$ROOT/pipelines" pipelines
    printf 'PAPER := tsm\ninclude pipelines/common.mk\ninclude pipelines/tsm-video.mk\n' >recipe.mk
    make -s -f recipe.mk B="$B" PEDESTRIANS=walkers FOOTAGE= walk_epochs.direction-tsn=3 walk_steps=1 out/tsm/laptop/runs/walk-direction-tsn-7.tsv
    [ "$(wc -l <out/tsm/laptop/runs/walk-direction-tsn-7.tsv)" = 2 ]
    # Order of frames makes no difference to it, so each pair is a tie.
    awk -F'\t' 'NR == 2 && !($4 == 0.5 && $5 == 0.5 && $7 == 0) { exit 1 }' out/tsm/laptop/runs/walk-direction-tsn-7.tsv
    # Four labels in turn: as they are, backwards, in the mirror, both.
    ten-cut --keep=label <out/tsm/laptop/runs/direction-train.ten | ten-dump | grep . >labels
    [ "$(cat labels)" = "1 1 0 1 1 0 1 1
0 0 1 0 0 1 0 0
0 0 1 0 0 1 0 0
1 1 0 1 1 0 1 1" ]
}
@test "rules of the claims are well formed" {
    printf 'seed\tx\n1\t2\n' >none.tsv
    run -0 bash -c "claims --rules='$ROOT/pipelines/tsm-video.claims' --scale=laptop none.tsv"
    [[ "$output" != *fails* ]]
}
