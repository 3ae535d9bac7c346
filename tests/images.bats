load common

# The pipeline at a scale of its own, into a folder of these tests.
images() {
    env -u MAKEFLAGS -u MAKELEVEL make -s --no-print-directory -C "$ROOT" -f pipelines/images.mk SCALE=demo \
        O="$BATS_FILE_TMPDIR/out" B="$B" pictures.demo=1 clothes.demo=10 stream.demo=2 "$@"
}
# have PATTERN: files of a data package, installed or unpacked.
have() { compgen -G "/$1" >/dev/null || compgen -G "$ROOT/out/debian/$1" >/dev/null; }
# What the pipeline lacks, or nothing.
lacks() {
    command -v gnuplot >/dev/null || echo "gnuplot is not installed (Debian package gnuplot-nox)"
    have 'usr/share/rubygems-integration/all/gems/gemojione-*' || echo "no pictures (pipelines/deps demo)"
    have 'usr/share/datasets/fashion-mnist' || echo "no Fashion-MNIST (pipelines/deps demo)"
}
setup_file() { [ -n "$(lacks)" ] || images; }
setup() {
    [ -z "$(lacks)" ] || skip "$(lacks | head -n 1)"
    cd "$BATS_FILE_TMPDIR/out" || return
}

@test "ends in a table of claims, each tested, and those without chance or clock hold" {
    run -0 awk -F '\t' 'NR > 1 && $11 == "not tested at this scale"' claims.tsv
    [ -z "$output" ]
    for c in adjoint-color adjoint-translation adjoint-cutout adjoint-all color-blanks-nothing split-shares \
        shuffle-keeps shuffle-moves; do
        [ "$(awk -F '\t' -v c=$c '$2 == c { print $11 }' claims.tsv)" = holds ]
    done
}
@test "every policy has a contact sheet of 64 pictures, 16 in a row" {
    for p in none color translation cutout all; do
        run -0 bash -c "png2ten sheet-$p.png | ten-info"
        [[ "$output" = *"[1,266,1058,3]"* ]]
    done
    run -0 bash -c 'png2ten sheet-none.png sheet-cutout.png | ten-cut --cast=f32 | ten-dump | tr " " "\n" | grep -c "^128$"'
    [ "$output" -gt 10000 ]
}
@test "every augmentation was measured with every seed" {
    for t in adjoint statistics; do
        run -0 bash -c "cut -f1,2 $t.tsv | tail -n +2 | sort -u | wc -l"
        [ "$output" = 12 ]
    done
}
@test "plots are SVG and show all that was measured" {
    for p in none color translation cutout all; do grep -q ">$p<" histogram.svg; done
    for t in cat ten-cat ten-cut ten-stat ten-shuf augment; do grep -q ">$t<" rates.svg; done
}
@test "the history of the batches tells every step from the files on" {
    run -0 grep -v '^#' history.txt
    for t in idx2ten 'ten-head --groups=10' 'ten-split ' 'ten-shuf --seed=1' 'ten-batch --size=50'; do
        [[ "$output" = *"$t"* ]]
    done
}
@test "what is there is not made again, and what is gone is" {
    run -0 images -n
    [ -z "$output" ]
    rm sheet-all.png
    run -0 images -n
    [[ "$output" = *"augment --policy=color,translation,cutout"* ]]
    images
    [ -s sheet-all.png ]
}
@test "an unknown scale: exit 2, naming those there are" {
    run -2 images SCALE=huge
    [[ "$output" = *"SCALE=huge: expected demo, laptop or paper"* ]]
}
@test "the paper scale is complete down to the claims (dry run)" {
    run -0 images -n SCALE=paper O=nowhere
    [[ "$output" = *"claims --paper=images --scale=paper"* ]]
}
@test "the report shows it" {
    mkdir -p "$BATS_TEST_TMPDIR/all/images"
    cp -r "$BATS_FILE_TMPDIR/out" "$BATS_TEST_TMPDIR/all/images/demo"
    report "$BATS_TEST_TMPDIR/all" >"$BATS_TEST_TMPDIR/page.html"
    [ "$(grep -c '<figure><svg' "$BATS_TEST_TMPDIR/page.html")" = 2 ]
    [ "$(grep -c 'data:image/png;base64,' "$BATS_TEST_TMPDIR/page.html")" = 6 ]
}
