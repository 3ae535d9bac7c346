load common
setup_file() {
    cd "$BATS_FILE_TMPDIR" || return
    make-model --seed=2 --config='{"family":"stylegan2_generator","in":[8],"image":[8,8,3],"width":8,"mapping":2,"fmap_max":8}' >style.ten
    make-model --seed=2 --config='{"family":"dcgan_generator","in":[6],"image":[16,16,3],"width":16}' >dcgan.ten
    gan-sample --n=2 --seed=5 <style.ten | ten-cut --keep=image >its.ten
}
setup() { cd "$BATS_TEST_TMPDIR" || return; ln -s "$BATS_FILE_TMPDIR"/*.ten .; }

@test "a picture that the generator has made is found again in w; the way there is in the table" {
    gan-project --quiet --target=its.ten --steps=100 --curve=curve.tsv <style.ten >found.ten
    run -0 ten-info found.ten
    [[ "${lines[0]}" = *"image "*"[2,8,8,3]"* ]]
    [[ "${lines[1]}" = *"w "*"[2,4,8]"* ]]
    [ "$(wc -l <curve.tsv)" = 101 ]
    awk 'NR == 2 { first = $4 } END { exit !($4 < first / 100) }' curve.tsv
    ten-cmp --atol=0.1 <(ten-cut --keep=image <found.ten) its.ten
    # Layers share one w.
    diff <(ten-cut --keep=w --slice=w:1:0:1 <found.ten | ten-dump) <(ten-cut --keep=w --slice=w:1:3:4 <found.ten | ten-dump)
}
@test "w+ has one for each layer, z is what the generator reads" {
    gan-project --quiet --target=its.ten --steps=20 --space=w+ <style.ten >plus.ten
    run -1 diff -q <(ten-cut --keep=w --slice=w:1:0:1 <plus.ten | ten-dump) <(ten-cut --keep=w --slice=w:1:3:4 <plus.ten | ten-dump)
    gan-project --quiet --target=its.ten --steps=20 --space=z <style.ten >z.ten
    run -0 bash -c 'ten-info z.ten | tail -1'
    [[ "$output" = *"z "*"[2,8]"* ]]
    # What was found makes what was written.
    forward --model=style.ten --record=z=z --output=again < <(ten-cut --keep=z <z.ten) | ten-cut --keep=again --rename=again=image >again.ten
    ten-cmp --rtol=1e-4 --atol=1e-5 <(ten-cut --keep=image <z.ten) again.ten
}
@test "without latents the search is in z, from the nearest sample on" {
    ten-gen image u8 1,16,16,3 image u8 2,16,16,3 --fill=uniform >noise.ten
    gan-project --quiet --target=noise.ten --steps=10 --curve=curve.tsv <dcgan.ten >found.ten
    [ "$(cut -f1 curve.tsv | sort | uniq -c | awk '{ print $1 }' | paste -sd' ')" = "10 10 1" ]
    run -0 bash -c 'ten-info found.ten | grep -c "z "'
    [ "$output" = 2 ]
}
@test "the same search gives the same bytes, with any threads" {
    gan-project --quiet --threads=1 --target=its.ten --steps=10 <style.ten >a.ten
    gan-project --quiet --threads=2 --target=its.ten --steps=10 <style.ten >b.ten
    cmp a.ten b.ten
    gan-project --quiet --target=its.ten --steps=10 --feature=0 <style.ten >c.ten
    run -1 ten-cmp a.ten c.ten
}
@test "no pictures, others than the generator makes, no latents: one line" {
    run -2 --separate-stderr bash -c 'gan-project <style.ten >none'
    [ "${stderr_lines[0]}" = "gan-project: no pictures: expected --target=FILE" ]
    ten-gen image u8 1,8,9,3 >wide.ten
    run -1 --separate-stderr bash -c 'gan-project --target=wide.ten <style.ten >none'
    [ "$stderr" = "gan-project: wide.ten: byte 0: image: u8[1,8,9,3]: expected u8 or f32[1,8,8,3], as the generator makes" ]
    ten-gen x u8 1 >x.ten
    run -1 --separate-stderr bash -c 'gan-project --target=x.ten <style.ten >none'
    [ "$stderr" = "gan-project: x.ten: no record image: expected pictures" ]
    ten-gen image u8 1,16,16,3 >grey.ten
    run -2 --separate-stderr bash -c 'gan-project --space=w --target=grey.ten <dcgan.ten >none'
    [ "$stderr" = "gan-project: --space: family dcgan_generator has no latents w: expected --space=z" ]
    run -1 --separate-stderr bash -c 'gan-project --target=gone.ten <dcgan.ten >none'
    [[ "$stderr" = "gan-project: gone.ten: No such file or directory"* ]]
    run -1 --separate-stderr bash -c 'gan-project --quiet --curve=gone/c.tsv --target=grey.ten <dcgan.ten >none'
    [[ "$stderr" = "gan-project: gone/c.tsv: No such file or directory"* ]]
    run -3 --separate-stderr bash -c 'ten-gen image f32 1,16,16,3 --fill=constant --value=nan >nan.ten; gan-project --quiet --target=nan.ten <dcgan.ten >none'
    [ "$stderr" = "gan-project: the distance is not finite: expected a lower --rate" ]
}
