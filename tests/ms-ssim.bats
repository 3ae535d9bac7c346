load common
setup_file() {
    cd "$BATS_FILE_TMPDIR" || return
    ten-gen image u8 40,32,32,3 label i32 40 --fill=uniform --hi=5 --seed=1 >real.ten
    ten-gen image u8 40,32,32,3 label i32 40 --fill=constant --value=3 >same.ten
}
setup() { cd "$BATS_FILE_TMPDIR" || return; }

@test "images that are all alike have 1, others less" {
    ms-ssim --pairs=50 --real=real.ten <same.ten >table
    awk -F'\t' 'NR == 2 { exit !($1 == "MS-SSIM" && $2 > 0.999999 && $3 < 0.99 && $4 == 2 && $5 == 50 && $6 == "same") }' table
}
@test "pairs are of one class: two kinds of images, each of a label of its own" {
    ten-gen image u8 20,32,32,3 --fill=constant --value=200 >bright.ten
    ten-gen image u8 20,32,32,3 --fill=constant --value=20 >dark.ten
    ten-gen label i32 20 --fill=zeros >zero.ten
    ten-gen label i32 20 --fill=constant --value=1 >one.ten
    ten-cat <(ten-paste bright.ten zero.ten) <(ten-paste dark.ten one.ten) >two.ten
    ms-ssim --real=two.ten <two.ten | awk -F'\t' 'NR == 2 { exit !($2 > 0.999999 && $6 == "same") }'
    ten-cut --keep=image <two.ten >any.ten
    ms-ssim --real=any.ten <any.ten | awk -F'\t' 'NR == 2 { exit !($2 < 0.9 && $6 == "any") }'
    ms-ssim --real=two.ten <any.ten | awk -F'\t' 'NR == 2 { exit !($6 == "mixed") }'
}
@test "another seed takes other pairs" {
    run ! cmp <(ms-ssim --pairs=9 --real=real.ten <real.ten) <(ms-ssim --pairs=9 --seed=1 --real=real.ten <real.ten)
}
@test "too small, no pairs: exit 1, one line" {
    ten-gen image u8 4,10,32,3 >small.ten
    run -1 --separate-stderr ms-ssim --real=small.ten <small.ten
    [ "$stderr" = "ms-ssim: image: 10 by 32: expected 11 by 11 at least" ]
    ten-gen image u8 4,32,32,3 label i32 4 >each.ten
    run -1 --separate-stderr ms-ssim --real=real.ten <each.ten
    [ "$stderr" = "ms-ssim: standard input: no label comes twice: expected pairs of one class" ]
}
@test "no real images: exit 2" {
    run -2 ms-ssim <real.ten
}
