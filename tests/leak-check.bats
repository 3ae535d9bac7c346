load common
setup_file() {
    cd "$BATS_FILE_TMPDIR" || return
    # Values of cells of 4 x 4 pixels: no image has grey blocks of 8 x 8.
    ten-gen image f32 200,32,32,3 --fill=uniform --lo=-1 --hi=1 --seed=1 >real.ten
    ten-gen image f32 200,32,32,3 --fill=uniform --lo=-1 --hi=1 --seed=2 >fake.ten
}
setup() { cd "$BATS_FILE_TMPDIR" || return; }
figure() { awk -F'\t' -v m="$1" -v t="$2" -v c="$3" '$1 == m && $2 == t { print $c }'; }

@test "images without traces have none; colours differ no more than halves of one set" {
    run -0 --separate-stderr leak-check --real=real.ten <fake.ten
    [ -z "$stderr" ]
    echo "$output" >table
    [ "$(cut -f1,2 table | tail -n +2 | tr '\t\n' '  ')" = "block 0.05 strip 0.05 block 0.15 strip 0.15 mean - std - saturation - " ]
    [ "$(figure block 0.05 3 <table) $(figure strip 0.15 3 <table) $(figure block 0.15 4 <table)" = "0 0 0" ]
    awk -F'\t' '$2 == "-" { exit !($3 < 3 * $4) }' table
}
@test "cutout and translation are seen, and said" {
    augment --policy=cutout <fake.ten >cut.ten
    run -0 --separate-stderr leak-check --real=real.ten <cut.ten
    figure block 0.05 3 <<<"$output" | awk '{ exit !($1 > 0.7) }'
    [[ "$stderr" = "leak-check: grey blocks in "*" % of the images, and in 0.0 % of real ones: augmentation leaks" ]]
    augment --policy=translation <fake.ten >moved.ten
    run -0 --separate-stderr leak-check --quiet --real=real.ten <moved.ten
    figure strip 0.05 3 <<<"$output" | awk '{ exit !($1 > 0.5) }'
    [ -z "$stderr" ]
}
@test "colours that moved are seen by how far" {
    augment --policy=brightness <fake.ten | leak-check --quiet --real=real.ten | figure mean - 3 | awk '{ exit !($1 > 0.2 && $1 < 0.3) }'
    ten-gen image f32 50,32,32,3 --fill=constant --value=0.5 | leak-check --quiet --real=real.ten | figure saturation - 3 | awk '{ exit !($1 > 0.9) }'
}
@test "images of other sizes, no images: exit 1, one line" {
    ten-gen image u8 4,16,32,3 >small.ten
    run -1 --separate-stderr leak-check --real=real.ten <small.ten
    [ "$stderr" = "leak-check: image: [16,32,3] and real ones [32,32,3]: expected images of one size" ]
    ten-gen feat f32 4,8 >feat.ten
    run -1 --separate-stderr leak-check --real=feat.ten <fake.ten
    [[ "$stderr" = "leak-check: image: no such record: "* ]]
    ten-gen image i32 4,32,32,3 >int.ten
    run -1 --separate-stderr leak-check --real=real.ten <int.ten
    [ "$stderr" = "leak-check: image: samples i32[32,32,3]: expected u8[H,W,C] or f32[H,W,C]" ]
    run -1 --separate-stderr leak-check --real=gone.ten <fake.ten
    [[ "$stderr" = "leak-check: gone.ten: "* ]]
}
@test "no real images: exit 2" {
    run -2 --separate-stderr leak-check <fake.ten
    [[ "$stderr" = *"no real images: expected --real=FILE"* ]]
}
