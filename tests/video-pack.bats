load common
setup() { cd "$BATS_TEST_TMPDIR" || return; }

# folder NAME FRAMES: pictures img_00001.png ... of 6x4 pixels, frame k grey of value 10 k.
folder() {
    mkdir -p "$1"
    for ((k = 1; k <= $2; k++)); do
        ten-gen image u8 1,4,6,3 --fill=constant --value=$((10 * k)) | ten2png --grid --pad=0 >one.png
        mv one.png "$1/$(printf img_%05d.png "$k")"
    done
}
pixels() { ten-cut --keep=clip | ten2raw; }

@test "every video of a stream becomes a group, with its label; the whole is a stream like any other" {
    video-gen motion --n=5 --frames=12 --size=20,24 --seed=1 >v.ten
    video-pack <v.ten >p.ten
    ten-verify --quiet p.ten
    cmp <(pixels <v.ten) <(pixels <p.ten)
    cmp <(ten-cut --keep=label <v.ten | ten2raw) <(ten-cut --keep=label <p.ten | ten2raw)
    run -0 video-index p.ten
    [ "${#lines[@]}" = 6 ]
    [[ "${lines[5]}" = 4$'\t'12$'\t'20$'\t'24$'\t'3$'\t'* ]]
}
@test "videos may differ in size, and have no label" {
    { ten-gen clip u8 1,3,8,8,3 --fill=uniform --hi=256; ten-gen clip u8 2,5,4,6,3 label i32 2 --fill=constant --value=7; } | video-pack >p.ten
    run -0 bash -c 'video-index p.ten | cut -f1-6'
    [ "$output" = "video	frames	height	width	channels	label
0	3	8	8	3	-1
1	5	4	6	3	7
2	5	4	6	3	7" ]
}
@test "a list: folders of pictures and y4m files, with names and labels" {
    folder frames/a 3
    video-gen motion --n=1 --frames=5 --size=16,16 | ten2y4m >frames/b.y4m
    printf '# videos\na 3 1\n\nb.y4m 0 0\nb.y4m 2 -1\n' >list
    video-pack --list=list --root=frames >p.ten
    run -0 bash -c 'video-index p.ten | cut -f2-6,8'
    [ "${lines[1]}" = "3	4	6	3	1	a" ]
    [ "${lines[2]}" = "5	16	16	3	0	b.y4m" ]
    [ "${lines[3]}" = "2	16	16	3	-1	b.y4m" ]
    [ "$(ten-info p.ten | grep -c '"name":"b.y4m"')" = 2 ]
    video-sample --pack=p.ten --segments=3 --test | pixels | head -c 216 | od -An -tu1 -w72 -v | awk '{ print $1, $72 }' >got
    printf '10 10\n20 20\n30 30\n' | cmp - got
}
@test "--classes: labels are names, blanks and all" {
    folder a 2
    folder b 1
    printf 'Holding something\n\n  something \nMoving\n' >classes
    printf 'a 2 Moving\nb 1 Holding something \na 1 something\n' >list
    video-pack --list=list --classes=classes >p.ten
    run -0 bash -c 'video-index p.ten | cut -f2,6,8'
    [ "$output" = "frames	label	name
2	2	a
1	0	b
1	1	a" ]
    echo 'a 2 moving' >list
    run -1 --separate-stderr video-pack --list=list --classes=classes
    [ "$stderr" = "video-pack: list: line 1: a 2 moving: expected PATH FRAMES LABEL, a whole number and a class" ]
    echo Moving >>classes
    run -1 --separate-stderr video-pack --list=list --classes=classes
    [ "$stderr" = "video-pack: classes: line 5: Moving: is class 2: expected another name" ]
    run -2 video-pack --classes=classes
}
@test "a picture that is missing: the first one stands for it, with a note" {
    folder a 3
    rm a/img_00002.png
    echo 'a 4 0' >list
    run -0 --separate-stderr bash -c 'video-pack --list=list >p.ten'
    [ "$stderr" = "video-pack: a: 2 of 4 pictures are missing: the first stands for them" ]
    pixels <p.ten | od -An -tu1 -w72 -v | awk '{ print $1 }' >got
    printf '10\n10\n30\n10\n' | cmp - got
}
@test "motion: two grey pictures a frame become two channels" {
    mkdir f
    for k in 1 2; do
        ten-gen image u8 1,2,2,1 --fill=constant --value=$((k * 10)) | ten2png --grid --pad=0 >"f/x_$k.png"
        ten-gen image u8 1,2,2,1 --fill=constant --value=$((k * 10 + 1)) | ten2png --grid --pad=0 >"f/y_$k.png"
    done
    echo 'f 2 3' >list
    video-pack --list=list --template=x_%d.png,y_%d.png >p.ten
    [ "$(pixels <p.ten | od -An -tu1 -w8 -v | tr -s ' ')" = " 10 11 10 11 10 11 10 11
 20 21 20 21 20 21 20 21" ]
}
@test "what cannot be packed is refused" {
    run -1 --separate-stderr bash -c 'ten-gen image u8 1,2,2,3 | video-pack >p'
    [ "$stderr" = "video-pack: standard input: no record clip: expected clips u8 [N,T,H,W,C]" ]
    run -1 --separate-stderr bash -c 'ten-gen clip f32 1,2,2,2,3 | video-pack >p'
    [ "$stderr" = "video-pack: byte 0: clip: f32[1,2,2,2,3]: expected u8 [N,T,H,W,C]" ]
    run -1 --separate-stderr bash -c 'ten-gen clip u8 2,2,2,2,3 label i32 3 | video-pack >p'
    [[ "$stderr" = *"label: i32[3]: expected i32[2], one for each clip" ]]
    echo 'a 3' >list
    run -1 --separate-stderr bash -c 'video-pack --list=list >p'
    [ "$stderr" = "video-pack: list: line 1: a 3: expected PATH FRAMES LABEL, whole numbers" ]
    echo 'nothere 3 0' >list
    run -1 --separate-stderr bash -c 'video-pack --list=list >p'
    [[ "$stderr" = "video-pack: nothere/img_00001.png: No such file or directory"* ]]
    : >list
    run -1 --separate-stderr bash -c 'video-pack --list=list >p'
    [ "$stderr" = "video-pack: list: no video: expected lines PATH FRAMES LABEL" ]
    video-gen motion --n=1 --frames=5 --size=16,16 | ten2y4m >b.y4m
    echo 'b.y4m 6 0' >list
    run -1 --separate-stderr bash -c 'video-pack --list=list >p'
    [ "$stderr" = "video-pack: b.y4m: 5 frames: expected 6" ]
    folder s 1
    ten-gen image u8 1,5,5,3 | ten2png --grid --pad=0 >s/img_00002.png
    echo 's 2 0' >list
    run -1 --separate-stderr bash -c 'video-pack --list=list >p'
    [[ "$stderr" = "video-pack: s/img_00002.png: 5x5 pixels of 3 channels: expected 6x4"* ]]
    run -2 video-pack --root=x
    run -2 video-pack --list=list --template=frame.png
}
@test "cut in the second video: the first one still arrives, exit 1" {
    video-gen motion --n=2 --frames=12 --size=20,24 --batch=1 --seed=1 >v.ten
    head -c -1000 v.ten >cut.ten
    run -1 --separate-stderr bash -c 'video-pack <cut.ten >p.ten'
    [ "$(ten-info p.ten 2>/dev/null | grep -c ' clip ')" = 1 ]
    run -1 video-index p.ten
}
