load common
setup() { cd "$BATS_TEST_TMPDIR" || return; }

@test "a line for each video" {
    video-gen motion --n=3 --frames=4 --size=16,18 --seed=1 | video-pack >p.ten
    run -0 video-index p.ten
    [ "${lines[0]}" = "video	frames	height	width	channels	label	byte	name" ]
    [ "${#lines[@]}" = 4 ]
    [[ "${lines[1]}" = "0	4	16	18	3	"?"	0	" ]]
}
@test "a stream that other tools have written anew, a cut one and other files are refused" {
    video-gen motion --n=3 --frames=4 --size=16,18 --seed=1 | video-pack >p.ten
    ten-head --groups=2 <p.ten >head.ten
    run -1 --separate-stderr video-index head.ten
    [ "$stderr" = "video-index: head.ten: no index at its end: expected a store that video-pack wrote" ]
    head -c 3000 p.ten >cut.ten
    run -1 --separate-stderr video-index cut.ten
    [[ "$stderr" = *"expected a store that video-pack wrote" ]]
    cat head.ten p.ten >both.ten
    run -1 --separate-stderr video-sample --pack=both.ten
    [[ "$stderr" = "video-sample: both.ten: "*": expected "* ]]
    run -1 --separate-stderr video-index /dev/null
    [ "$stderr" = "video-index: /dev/null: no regular file: expected a tensor stream in a file" ]
    run -1 --separate-stderr video-index nothere
    [ "$stderr" = "video-index: nothere: No such file or directory: expected a tensor stream" ]
    run -2 video-index
    run -2 video-index p.ten p.ten
}
