load common

# The pipeline at a scale of its own, into a folder of these tests, over a matrix of a file as well.
sparch() {
    env -u MAKEFLAGS -u MAKELEVEL make -s --no-print-directory -C "$ROOT" -f pipelines/sparch.mk SCALE=demo \
        O="$BATS_FILE_TMPDIR/out" B="$B" DATA="$BATS_FILE_TMPDIR/data" SWEPT=rmat from_debian= \
        size.kper.demo="--rows=2000" size.circuit.demo="--rows=2000" size.femirr.demo="--grid=8,8,8" \
        size.st2d5.demo="--grid=40,40" size.rmat.demo="--scale=8 --edges=2500 --symmetric" \
        size.weblike.demo="--rows=3000" growth.rmat.demo="6-200 8-2000" growth.cube.demo="3 6" "$@"
}
lacks() { command -v gnuplot >/dev/null || echo "gnuplot is not installed (Debian package gnuplot-nox)"; }
setup_file() {
    [ -z "$(lacks)" ] || return 0
    mkdir "$BATS_FILE_TMPDIR/data"
    mtxgen uniform --rows=300 --edges=3000 | ten2mtx | gzip >"$BATS_FILE_TMPDIR/data/wiki-Vote.mtx.gz"
    sparch
}
setup() {
    [ -z "$(lacks)" ] || skip "$(lacks)"
    cd "$BATS_FILE_TMPDIR/out" || return
}
verdict() { awk -F'\t' -v c="$1" '$2 == c { print $11 }' claims.tsv; }

@test "ends in a table of claims, each tested and marked as simulated; what follows from the model holds" {
    [ -z "$(awk -F'\t' 'NR > 1 && ($11 == "not tested at this scale" || ($6 ~ /simulated/) == ($2 ~ /^flat-/))' claims.tsv)" ]
    for c in traffic huffman-one-round compulsory same-bytes width; do [ "$(verdict $c)" = holds ]; done
    [ "$(tail -n +2 claims.tsv | wc -l)" = "$(grep -cv '^#' "$ROOT/pipelines/sparch.claims")" ]
}
@test "factors of every step for every matrix, and their means" {
    [ "$(tail -n +2 factors.tsv | cut -f1 | sort -u | wc -l)" = 8 ]
    [ "$(awk -F'\t' '$1 == "mean"' factors.tsv | wc -l)" = 6 ]
    awk -F'\t' 'NR > 1 && $1 != "mean" { f[$1, $2] = $3; seen[$1] }
        END { for (m in seen) { p = f[m, "pipelined"] * f[m, "condensed"] * f[m, "huffman"] * f[m, "prefetch"] / f[m, "total"]
            if (p < 0.999 || p > 1.001) exit 1 } }' factors.tsv
}
@test "the paper's matrices: which are there, and of which size" {
    [ "$(wc -l <benchmark.tsv)" = 21 ]
    grep -q $'^wiki-Vote\t8297\t103689\t.*\t300 rows, ' benchmark.tsv
    grep -q $'^cit-Patents\t3774768\t16518948\t.*\tabsent$' benchmark.tsv
}
@test "plots of the ladder, the roofline and every sweep" {
    for p in ladder roofline sweep-width sweep-lines sweep-line_elems sweep-lookahead sweep-pinned sweep-levels; do
        grep -q '<svg' $p.svg
    done
    [ "$(cut -f2 sweep-width.tsv | tail -n +2 | tr '\n' ' ')" = "1 2 4 8 16 32 " ]
}
@test "nothing is made again" {
    stamp() { stat -c '%n %Y' ./* runs/* | sort; }
    before=$(stamp)
    sparch
    [ "$(stamp)" = "$before" ]
}
@test "the paper scale adds R-MAT graphs" {
    run -0 sparch SCALE=paper -n O="$BATS_FILE_TMPDIR/paper"
    [[ "$output" = *"mtxgen rmat --rows=80000 --edges=2560000 "* ]]
}
@test "the cost of a multiplication as products grow: a row for each size, and a plot" {
    run -0 cut -f1-3 growth.tsv
    [ "${#lines[@]}" = 5 ]
    [ "${lines[0]}" = $'family\tsize\tproducts' ]
    [ "${lines[3]}" = $'cube\t3\t4913' ]
    [ "${lines[4]}" = $'cube\t6\t85184' ]
    [ -z "$(awk -F'\t' 'NR > 1 && !($5 > 0 && $6 > 0 && $7 > 0)' growth.tsv)" ]
    grep -q '>R-MAT<' growth.svg
}
