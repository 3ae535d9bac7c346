# pipelines/calibrate: what extractors see of images that are made worse.
load common
setup() {
    cd "$BATS_TEST_TMPDIR" || return
    # Images of 7 classes, each as bright as its label says, with some noise.
    for k in 0 1 2 3 4 5 6; do
        ten-paste <(ten-gen image f32 60,8,8,1 --fill=normal --std=0.1 --mean="$(awk "BEGIN { print ($k - 3) / 4 }")" --seed="$k") \
            <(ten-gen label i32 60 --fill=constant --value="$k")
    done | ten-batch --size=420 >real.ten
}

@test "a table of ways, each with five distances, Spearman's rho, and whether it passes" {
    run -0 --separate-stderr "$ROOT/pipelines/calibrate" real.ten --extractor=pixel
    [ "$(cut -f1 <<<"$output" | paste -sd' ')" = "way noise blur cutout classes colour replaced halves" ]
    awk -F'\t' 'NR > 1 && NF != 8 { exit 1 } $1 != "way" && $1 != "halves" && ($7 == 1) != ($8 == "yes") { exit 1 }
        $1 == "classes" || $1 == "replaced" || $1 == "noise" { if ($8 != "yes") exit 1 }' <<<"$output"
}
@test "no images: exit 2; none there, no labels: exit 1, one line" {
    run -2 --separate-stderr "$ROOT/pipelines/calibrate"
    [ "$stderr" = "calibrate: no real images: expected REAL.ten [OPTIONS OF features]" ]
    run -1 --separate-stderr "$ROOT/pipelines/calibrate" gone.ten
    [ "$stderr" = "calibrate: gone.ten: cannot be read: expected real images with labels" ]
    ten-cut --keep=image <real.ten >bare.ten
    run -1 --separate-stderr "$ROOT/pipelines/calibrate" bare.ten --extractor=pixel
    [[ "$stderr" = "ten-split: --stratify: label: "* ]]
}
