load common
setup_file() {
    cd "$BATS_FILE_TMPDIR" || return
    make-model --config='{"family":"dcgan_generator","in":[6],"image":[8,12,3],"width":8}' --seed=2 >g.ten
    make-model --config='{"family":"dcgan_generator","in":[6],"image":[8,8,3],"width":8,"classes":4}' --seed=2 >classes.ten
}
setup() { cd "$BATS_TEST_TMPDIR" || return; ln -s "$BATS_FILE_TMPDIR"/*.ten .; }
# frame K FILE
frame() { ten-cut --slice="1:$1:$(($1 + 1))" <"$2" | ten-dump; }

@test "one clip: phases of still and moving frames, tables of pictures" {
    run -0 bash -c 'gan-interp --rows=2 --columns=3 --phases=4 --frames=5 --still=2 --fps=12.5 <g.ten | ten-info'
    [[ "$output" = *'u8   [1,28,16,36,3]'*'{"fps": 12.5}' ]]
}
@test "it stays at a sample, moves on, and comes back to the first" {
    gan-interp --phases=3 --frames=4 --still=2 <g.ten >film.ten
    diff <(frame 0 film.ten) <(frame 1 film.ten)
    run -1 diff -q <(frame 1 film.ten) <(frame 2 film.ten)
    diff <(frame 6 film.ten) <(frame 7 film.ten)
    run -1 diff -q <(frame 0 film.ten) <(frame 6 film.ten)
    # One phase goes from the sample to itself.
    gan-interp --phases=1 --frames=4 --still=1 <g.ten >circle.ten
    diff <(frame 0 circle.ten) <(frame 3 circle.ten)
}
@test "samples are those of gan-sample" {
    gan-interp --phases=2 --frames=1 --still=1 <g.ten | ten-cut --slice=1:0:1 --reshape=1,8,12,3 --rename=clip=image --drop-attr=fps >first.ten
    gan-sample --n=1 <g.ten | ten2png --pattern=s%d.png
    png2ten s0.png >sample.ten
    ten-cmp first.ten sample.ten
}
@test "a label stays along the way" {
    run -0 bash -c 'gan-interp --phases=2 --frames=2 --class=3 <classes.ten | ten-info'
    [[ "$output" = *"[1,14,8,8,3]"* ]]
}
@test "lines between latents are other lines" {
    make-model --config='{"family":"stylegan2_generator","in":[8],"image":[16,16,3],"width":8,"mapping":2,"fmap_max":8}' >s.ten
    gan-interp --phases=2 --frames=3 --still=1 <s.ten >z.ten
    gan-interp --phases=2 --frames=3 --still=1 --space=w <s.ten >w.ten
    diff <(frame 0 z.ten) <(frame 0 w.ten)
    run -1 diff -q <(frame 2 z.ten) <(frame 2 w.ten)
}
@test "a GIF and a video come of it" {
    gan-interp --phases=2 --frames=2 <g.ten | tee film.ten | ten2gif >film.gif
    [ "$(head -c 6 film.gif)" = GIF89a ]
    run -0 bash -c 'ten2y4m <film.ten | y4m2ten | ten-cut --keep=clip | ten-info'
    [[ "${lines[0]}" = *"[1,8,8,12,3]"* ]]
    [[ "${lines[1]}" = *"[1,6,8,12,3]"* ]]
}
@test "no latents, no frames, no generator: one line" {
    run -2 --separate-stderr bash -c 'gan-interp --space=w <g.ten >none'
    [ "$stderr" = "gan-interp: --space=w: family dcgan_generator has no latents w: expected --space=z" ]
    run -2 --separate-stderr bash -c 'gan-interp --frames=0 --still=0 <g.ten >none'
    [[ "${stderr_lines[0]}" = "gan-interp: --frames=0 --still=0: no frames: expected some" ]]
    run -1 --separate-stderr bash -c 'ten-gen x f32 3 | gan-interp >none'
    [ "$stderr" = "gan-interp: byte 0: x: no model: expected one, which starts with config" ]
}
