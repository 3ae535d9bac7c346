load common
setup() {
    cd "$BATS_TEST_TMPDIR" || return
    ten-gen image u8 4,16,12,3 --fill=uniform --seed=1 -n 2 >images.ten
    ten-gen image f32 3,16,12,3 --fill=uniform --lo=-1 --seed=2 >floats.ten
}

# One sample [1,3,4,1] of 1 .. 12, with a draw of `--value` V for op $1: draw OP TYPE DIMS V
numbers() { ten-gen image f32 1,3,4,1 --lo=1; }
draw() { ten-gen "aug.$1" "$2" "$3" --fill=constant --value="$4"; }
with() { draw applied bool 1 1 >applied.ten; draw "$@" >draw.ten; numbers | ten-paste applied.ten draw.ten -; }
values() { ten-cut --keep=image | ten-dump | grep .; }

@test "u8 images become f32 from -1 to 1; an empty policy does nothing else" {
    run -0 bash -c 'printf "\000\063\314\377" | raw2ten --name=image --dims=1,4,1 --batch=1 |
        augment --policy= | ten-cut --keep=image | ten-dump --header'
    [ "${lines[0]}" = "# image f32 [1,1,4,1]" ]
    [ "${lines[1]}" = "-1" ]
    [ "${lines[2]}" = "-0.6" ]
    [ "${lines[3]}" = "0.6" ]
    [ "${lines[4]}" = "1" ]
}
@test "draws stand in front of the images, the policy in the attributes of the group" {
    ten-gen label i32 4 image u8 4,8,8,3 --group-attrs='{"set":"train"}' >in.ten
    augment <in.ten >out.ten
    run -0 bash -c 'ten-info out.ten | tr -s " " | cut -d" " -f3-5'
    [ "$output" = "label i32 [4]
aug.brightness f32 [4]
aug.saturation f32 [4]
aug.contrast f32 [4]
aug.translation i32 [4,2]
aug.cutout i32 [4,2]
aug.applied bool [4]
image f32 [4,8,8,3]" ]
    run -0 bash -c 'ten-info out.ten | head -1'
    [[ "$output" = *'{"set":"train","augment":"color,translation,cutout"}' ]]
    cmp <(ten-cut --keep=label <in.ten | ten-dump) <(ten-cut --keep=label <out.ten | ten-dump)
}
@test "the history goes on when the draws come first" {
    run -0 bash -c 'augment --seed=3 <floats.ten | ten-info --history | tail -2'
    [ "${lines[0]}" = "ten-gen --fill=uniform --lo=-1 --seed=2 image f32 3,16,12,3 |" ]
    [ "${lines[1]}" = "    augment --seed=3" ]
}
@test "brightness adds the recorded draw to every value of its sample" {
    augment --policy=brightness --seed=4 <floats.ten >out.ten
    paste -d' ' <(values <floats.ten | tr ' ' '\n') <(values <out.ten | tr ' ' '\n') >both
    ten-cut --keep=aug.brightness <out.ten | ten-dump >draws
    run -0 awk 'NR == FNR { for (i = 1; i <= NF; i++) b[n++] = $i; next }
        { k = int((FNR - 1) / 576); d = $2 - $1 - b[k]; if (d > 1e-6 || d < -1e-6) bad++; seen[k]++ }
        END { print n, length(seen), bad + 0 }' draws both
    [ "$output" = "3 3 0" ]
}
@test "translation by (1,-1) takes row i+1 and column j-1, and zeros from outside" {
    printf '\001\000\000\000\377\377\377\377' |
        raw2ten --name=aug.translation --type=i32 --dims=2 --batch=1 >t.ten
    draw applied bool 1 1 >applied.ten
    numbers | ten-paste applied.ten t.ten - >in.ten
    run -0 bash -c 'augment --tangent --policy=translation <in.ten | ten-cut --keep=image --reshape=3,4 | ten-dump'
    [ "$output" = "0 5 6 7
0 9 10 11
0 0 0 0" ]
}
@test "the adjoint of that translation takes gradients the other way" {
    printf '\001\000\000\000\377\377\377\377' |
        raw2ten --name=aug.translation --type=i32 --dims=2 --batch=1 >t.ten
    draw applied bool 1 1 >applied.ten
    numbers | ten-paste applied.ten t.ten - >in.ten
    run -0 bash -c 'augment --adjoint --policy=translation <in.ten | ten-cut --keep=image --reshape=3,4 | ten-dump'
    [ "$output" = "0 0 0 0
2 3 4 0
6 7 8 0" ]
}
@test "cutout zeroes a block of half the side around its centre" {
    with cutout i32 1,2 1 >in.ten
    run -0 bash -c 'augment --tangent --policy=cutout <in.ten | ten-cut --keep=image --reshape=3,4 | ten-dump'
    [ "$output" = "0 0 3 4
0 0 7 8
9 10 11 12" ]
}
@test "contrast of 1/2 halves the distance to the mean of the sample" {
    with contrast f32 1 0.5 >in.ten
    run -0 bash -c 'augment --tangent --policy=contrast <in.ten | ten-cut --keep=image --reshape=3,4 | ten-dump'
    [ "$output" = "3.75 4.25 4.75 5.25
5.75 6.25 6.75 7.25
7.75 8.25 8.75 9.25" ]
}
@test "saturation of 0 makes every pixel the mean of its channels" {
    draw applied bool 1 1 >applied.ten
    draw saturation f32 1 0 >s.ten
    ten-gen image f32 1,1,2,3 | ten-paste applied.ten s.ten - >in.ten
    [ "$(augment --tangent --policy=saturation <in.ten | values)" = "1 1 1
4 4 4" ]
}
@test "flip mirrors columns; rot90 turns counterclockwise" {
    with flip bool 1 1 >in.ten
    run -0 bash -c 'augment --tangent --policy=flip <in.ten | ten-cut --keep=image --reshape=3,4 | ten-dump'
    [ "${lines[0]}" = "4 3 2 1" ]
    draw rot90 i32 1 1 >r.ten
    ten-gen image f32 1,2,2,1 --lo=1 | ten-paste applied.ten r.ten - >in.ten
    run -0 bash -c 'augment --tangent --policy=rot90 <in.ten | ten-cut --keep=image --reshape=2,2 | ten-dump'
    [ "$output" = "2 4
1 3" ]
}
@test "the tangent leaves brightness out" {
    with brightness f32 1 0.25 >in.ten
    augment --tangent --policy=brightness <in.ten | values >got
    numbers | values | cmp - got
}
@test "--adjoint is the transpose: <T a, b> = <a, T' b>, without the draws in its output" {
    ten-gen image f32 3,16,12,3 --fill=normal --seed=7 >b.ten
    augment --policy=saturation,contrast,translation,cutout,flip,rot90 --seed=5 <floats.ten >ta.ten
    ten-cut --keep='aug.*' <ta.ten | ten-paste - b.ten | augment --adjoint >tb.ten
    run -0 bash -c 'ten-info tb.ten | tr -s " " | cut -d" " -f2-'
    [[ "$output" = "0 image f32 [3,16,12,3] "* ]]
    [[ "$output" != *augment* ]]
    ten-cut --keep=image <ta.ten >ta
    paste <(ten-dot ta b.ten | tail -1) <(ten-dot floats.ten tb.ten | tail -1) >dots
    run -0 awk '{ n = NF / 2; a = $(n - 2); b = $(2 * n - 2); s = $(n - 1) * $n; d = a - b
        print (a * a > 1e-6 && d * d < 1e-10 * s * s) }' dots
    [ "$output" = 1 ]
}
@test "the group tells its policy to --adjoint; one that --policy contradicts is refused" {
    augment --policy=flip --seed=1 <floats.ten >out.ten
    augment --adjoint <out.ten >told.ten
    augment --adjoint --policy=flip <out.ten | ten-cmp - told.ten
    run -0 ten-cmp <(ten-cut --keep=image <told.ten) floats.ten
    run -1 --separate-stderr augment --adjoint --policy=cutout <out.ten
    [ "$stderr" = 'augment: byte 0: group attribute augment: is "flip": expected "cutout", as the option has it' ]
}
@test "flip and the adjoint of flip are the images again: two pipes" {
    run -0 bash -c 'augment --policy=flip,rot90 --seed=3 <floats.ten | augment --adjoint | ten-cmp - floats.ten'
}
@test "--seed, --step and the number of the sample choose the draws, and nothing else does" {
    draws() { augment "$@" <images.ten | ten-cut --keep='aug.*' | ten-dump; }
    draws --seed=1 >a
    draws --seed=1 --threads=1 --zstd | cmp - a
    draws --seed=2 >b
    draws --seed=1 --step=1 >c
    run ! cmp -s a b
    run ! cmp -s a c
    # Every number of the two groups of four samples is another.
    [ "$(augment --policy=brightness <images.ten | ten-cut --keep=aug.brightness | ten-dump |
        tr ' ' '\n' | grep . | sort -u | wc -l)" -eq 8 ]
}
@test "one thread and two give the same bytes" {
    ten-gen image u8 8,256,256,3 --fill=uniform >large.ten
    augment --threads=1 <large.ten >one
    augment --threads=2 <large.ten >two
    cmp one two
}
@test "--p is the share of samples that are transformed; the others stay as they are" {
    ten-gen image f32 400,2,2,1 --fill=constant --value=0 >zeros.ten
    augment --policy=brightness --p=0.25 <zeros.ten >out.ten
    ten-cut --keep=aug.applied <out.ten | ten-dump | tr ' ' '\n' | grep . >applied
    ten-cut --keep=image --reshape=400,4 <out.ten | ten-dump | cut -d' ' -f1 >first
    run -0 awk '{ if ($1) n++; if (($1 == 0) != ($2 == 0)) bad++ } END { print (n > 65 && n < 135), bad + 0 }' \
        <(paste -d' ' applied first)
    [ "$output" = "1 0" ]                           # 100 +- 4 standard deviations
    augment --p=0 <floats.ten | ten-cut --keep=image | ten-cmp - floats.ten
}
@test "--record names the images; --pairs takes further ones along with the same draws" {
    ten-gen input f32 2,8,8,3 --fill=uniform >a.ten
    ten-cut --rename=input=target <a.ten | ten-paste a.ten - >pair.ten
    augment --record=input --pairs=target --seed=3 <pair.ten >out.ten
    ten-cut --keep=input <out.ten | ten-cut --rename=input=target >x.ten
    ten-cut --keep=target <out.ten | ten-cmp - x.ten
    run -1 ten-cmp --quiet <(ten-cut --keep=input <out.ten) a.ten
}
@test "--color-on leaves colour out of the other records, forward and back" {
    ten-gen image f32 2,8,8,3 --fill=uniform >a.ten
    ten-cut --rename=image=target <a.ten | ten-paste a.ten - >pair.ten
    augment --pairs=target --color-on=target --seed=3 <pair.ten >out.ten
    ten-cut --rename=image=other <a.ten | augment --record=other --policy=translation,cutout --seed=3 |
        ten-cut --keep=other --rename=other=image >moved.ten
    ten-cut --keep=image <out.ten | ten-cmp - moved.ten
    run -1 ten-cmp --quiet <(ten-cut --keep=target --rename=target=image <out.ten) moved.ten
    # The group remembers, so the way back needs no option.
    augment --adjoint --pairs=target <out.ten >back.ten
    augment --adjoint --pairs=target --color-on=target <out.ten | ten-cmp - back.ten
    ten-cut --rename=image=other <out.ten | augment --adjoint --record=other --pairs=target |
        ten-cut --keep=other --rename=other=image | ten-cmp - <(ten-cut --keep=image <back.ten)
    run -1 --separate-stderr augment --adjoint --pairs=target --color-on=image <out.ten
    [ "$stderr" = 'augment: byte 0: group attribute augment_color_on: is "target": expected "image", as the option has it' ]
}
@test "--geometry-only moves label maps of any type as the images move" {
    ten-gen image u8 2,8,8,1 --fill=uniform --lo=1 --seed=1 >a.ten
    ten-cut --cast=f32 <a.ten >f.ten
    ten-cut --rename=image=mask <a.ten | ten-paste f.ten - >in.ten
    augment --policy=translation,cutout,flip --geometry-only=mask --seed=2 <in.ten >out.ten
    run -0 bash -c 'ten-info out.ten | grep mask | tr -s " " | cut -d" " -f3-5'
    [ "$output" = "mask u8 [2,8,8,1]" ]
    cmp <(ten-cut --keep=mask <out.ten | ten-dump) <(ten-cut --keep=image <out.ten | ten-dump)
    run -1 cmp -s <(ten-cut --keep=mask <out.ten | ten-dump) <(ten-cut --keep=image <a.ten | ten-dump)
}
@test "grey images, and sides that differ, work as well" {
    run -0 bash -c 'ten-gen image u8 3,5,9,1 | augment | ten-cut --keep=image | ten-info'
    [[ "$output" = *"[3,5,9,1]"* ]]
    run -0 bash -c 'ten-gen image u8 0,5,9,3 | augment | ten-cut --keep=image | ten-info'
    [[ "$output" = *"[0,5,9,3]"* ]]
}
@test "images that are none: exit 1, naming record, shape and what was expected" {
    ten-gen image i32 2,4,4,3 >bad
    run -1 --separate-stderr augment <bad
    [ "$stderr" = "augment: byte 0: image: i32[2,4,4,3]: expected u8 or f32" ]
    ten-gen image u8 4,4,3 >bad
    run -1 --separate-stderr augment <bad
    [ "$stderr" = "augment: byte 0: image: u8[4,4,3]: expected [N,H,W,C]" ]
    ten-gen image u8 2,0,4,3 >bad
    run -1 --separate-stderr augment <bad
    [ "$stderr" = "augment: byte 0: image: u8[2,0,4,3]: expected sides from 1 to 1073741824 and a channel" ]
    ten-gen mask u4 1,2,2,1 >bad
    run -1 --separate-stderr augment --geometry-only=mask <bad
    [ "$stderr" = "augment: byte 0: mask: u4[1,2,2,1]: expected an unpacked type" ]
}
@test "pairs of another size: exit 1" {
    ten-gen image u8 2,4,4,3 target u8 2,4,5,3 >bad
    run -1 --separate-stderr augment --pairs=target <bad
    [[ "$stderr" = "augment: byte "*": target: u8[2,4,5,3]: expected [2,4,4,C], like the first images of the group" ]]
}
@test "images that are augmented already: exit 1" {
    augment <images.ten >out.ten
    run -1 --separate-stderr augment <out.ten
    [ "$stderr" = "augment: byte 0: group attribute augment: already augmented: expected images as they were before" ]
    ten-cut --drop-group-attr=augment <out.ten >bare.ten
    run -1 --separate-stderr augment <bare.ten
    [ "$stderr" = "augment: byte 0: aug.brightness: f32[4]: expected images that are not augmented yet" ]
}
@test "no images in the stream: exit 1, for a name may be mistyped" {
    ten-gen x f32 3 y u8 2 >bad
    run -1 --separate-stderr augment --record=img <bad
    [ "$stderr" = "augment: standard input: 2 records, none to transform: expected one named img" ]
}
@test "a stream without records is one without records" {
    run -0 bash -c 'ten-gen x f32 2 -n 0 | augment | ten-verify'
    [[ "$output" = "0 records"* ]]
    run -1 --separate-stderr augment </dev/null
    [ "$stderr" = "augment: empty input: expected a tensor stream" ]
}
@test "--adjoint without policy, without draws, with draws that come too late or do not fit: exit 1" {
    run -1 --separate-stderr augment --adjoint <floats.ten
    [ "$stderr" = "augment: byte 0: image: no policy: expected the group attribute augment, or --policy" ]
    run -1 --separate-stderr augment --adjoint --policy=flip <floats.ten
    [ "$stderr" = "augment: byte 0: image: no aug.flip before it in its group: expected the draws that augment wrote" ]
    draw applied bool 3 1 >applied.ten
    draw flip bool 3 1 >flip.ten
    ten-paste applied.ten flip.ten floats.ten flip.ten >late.ten
    run -1 --separate-stderr bash -c 'augment --adjoint --policy=flip <late.ten >out'
    [[ "$stderr" = "augment: byte "*": aug.flip: bool[3]: expected draws once, before the images of their group" ]]
    draw flip bool 4 1 | ten-paste applied.ten - floats.ten >four.ten
    run -1 --separate-stderr augment --adjoint --policy=flip <four.ten
    [[ "$stderr" = *": aug.flip: bool[4]: expected 3 draws, as many as before" ]]
    draw flip i32 3 1 | ten-paste - applied.ten floats.ten >type.ten
    run -1 --separate-stderr augment --adjoint --policy=flip <type.ten
    [ "$stderr" = "augment: byte 0: aug.flip: i32[3]: expected bool[N]" ]
    draw rot90 i32 3 1 | ten-paste - applied.ten floats.ten >turn.ten
    run -1 --separate-stderr augment --adjoint --policy=rot90 <turn.ten
    [[ "$stderr" = *": image: draws of sample 0: rot90 1: expected 0 or 2 where height and width differ" ]]
    augment --seed=1 <images.ten | ten-cut --cast=image:u8 >bytes.ten
    run -1 --separate-stderr augment --adjoint <bytes.ten
    [[ "$stderr" = *": image: u8[4,16,12,3]: expected f32" ]]
    draw applied bool 2 1 >two.ten
    draw flip bool 2 1 | ten-paste two.ten - floats.ten >number.ten
    run -1 --separate-stderr augment --adjoint --policy=flip <number.ten
    [[ "$stderr" = *": image: f32[3,16,12,3]: expected 2 images, one for each draw" ]]
}
@test "wrong usage: exit 2, saying what would be right" {
    run -2 --separate-stderr augment --policy=color,blur <images.ten
    [[ "$stderr" = "augment: policy: blur: no such op: expected color, brightness, saturation, contrast, translation, cutout, flip or rot90"* ]]
    run -2 --separate-stderr augment --policy=color,contrast <images.ten
    [[ "$stderr" = "augment: policy: contrast: named twice: expected every op once at most"* ]]
    run -2 --separate-stderr augment --color-on=imgae <images.ten
    [[ "$stderr" = "augment: --color-on: imgae: no images: expected names from --record and --pairs"* ]]
    run -2 --separate-stderr augment --p=2 <images.ten
    [[ "$stderr" = "augment: 2: not a possible value: expected a number from 0 to 1"* ]]
    run -2 --separate-stderr augment --step=-1 <images.ten
    [[ "$stderr" = "augment: -1: not a possible value: expected a whole number from 0 to"* ]]
}
@test "cut in the second group: the first still arrives, exit 1" {
    augment <images.ten >whole
    head -c -200 images.ten >cut
    run -1 bash -c 'augment <cut >got'
    [[ "$output" = "augment: record 1"*"the input ends here"* ]]
    # All but the end mark, which tells the next reader.
    cmp -n "$(stat -c %s got)" got whole
    [ "$(ten-info whole | grep -c "^ *0 ")" -eq "$(ten-info got 2>/dev/null | grep -c "^ *0 ")" ]
    run -1 ten-verify got
}
@test "a flipped bit: exit 1" {
    cp images.ten bad.ten
    byte=$(od -An -tu1 -j1000 -N1 images.ten)
    printf "\\$(printf %o $((byte ^ 1)))" | dd of=bad.ten bs=1 seek=1000 conv=notrunc status=none
    run -1 bash -c 'augment <bad.ten >got'
    [[ "$output" = "augment: record 0"*checksum* ]]
}
@test "a long stream passes in the memory of one record" {
    run -0 bash -c 'limit 250000; ten-gen image f32 64,128,128,1 -n 100 --threads=1 --fill=zeros |
        augment --threads=1 --policy=flip,translation | ten-cut --drop="aug.*" | ten-info | wc -l'
    [ "$output" = 100 ]
}
@test "refuses a terminal" {
    command -v script >/dev/null || skip "script is not installed (Debian package bsdutils)"
    run bash -c "script -qec 'augment <images.ten' /dev/null </dev/null"
    [[ "$output" = *"refusing to write binary to a terminal"* ]]
}
@test "a Python program sends images through augment and gradients back" {
    need /usr/bin/python3 python3
    /usr/bin/python3 -c 'import numpy' 2>/dev/null || skip "NumPy is not installed (Debian package python3-numpy)"
    run -0 /usr/bin/python3 "$ROOT/examples/augment-python.py"
    [[ "${lines[0]}" = "score "*" after 10 steps" ]]
}
