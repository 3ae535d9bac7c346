load common

# The pipeline at a scale of its own, into a folder of these tests; few graphs.
spanners() {
    env -u MAKEFLAGS -u MAKELEVEL make -s --no-print-directory -C "$ROOT" -f pipelines/spanners.mk SCALE=demo \
        O="$BATS_FILE_TMPDIR/out" B="$B" SEEDS='1 2 3' DATA="$BATS_FILE_TMPDIR/data" made.demo='rand grid town' \
        sources.demo=5 n.rand.demo=200 n.grid.demo=100 n.town.demo=200 e2.n.demo=100 e2.s.demo='10 30 100' from=10 \
        m.n.demo='100 300' m.sources=10 e3.s='4 16 64' "$@"
}
setup_file() {
    command -v gnuplot >/dev/null || return 0
    mkdir "$BATS_FILE_TMPDIR/data"
    graphgen road --n=100 --seed=9 | ten2gr --coordinates="$BATS_FILE_TMPDIR/data/village.co" >"$BATS_FILE_TMPDIR/data/village.gr"
    spanners
}
setup() {
    need gnuplot gnuplot-nox
    cd "$BATS_FILE_TMPDIR/out" || return
}

@test "ends in a table of claims with verdicts; bounds and certificates hold" {
    [ "$(awk 'END { print NR }' claims.tsv)" -gt 20 ]
    for c in certified trees-exact rtz-bound zl2-bound zl3-bound clrs-bound greedy-bound repair-bound size-bound; do
        [ "$(awk -F '\t' -v c=$c '$2 == c { print $11 }' claims.tsv)" = holds ] || { echo $c; false; }
    done
}
@test "a table of every construction on every graph, given ones too" {
    for g in rand grid town village; do
        [ "$(awk -F '\t' -v g=$g '$1 == g' e1.tsv | wc -l)" = 33 ]
    done
    run -0 awk -F '\t' 'NR > 1 { print $1 }' graphs.tsv
    [[ "$output" = *rand*grid*town*village* ]]
    awk -F '\t' 'NR > 1 && NF != 17 { bad = 1 } END { exit bad }' e1.tsv
}
@test "greedy keeps what it promises, trees keep everything" {
    awk -F '\t' 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
        $at["arm"] == "spt" && $at["stretch"] > 1.000000001 { bad = 1 }
        $at["arm"] == "greedy2" && $at["stretch"] > 2.000000001 { bad = 1 }
        $at["share"] <= 0 || $at["share"] > 1 { bad = 1 } END { exit bad }' e1.tsv
}
@test "searching from each source costs in proportion to the sources" {
    run -0 awk -F '\t' '$2 == "sources" && $3 == "spt" && $4 == "settled" { print $5 }' slopes.tsv
    [ "${lines[*]}" = "1 1 1" ]
}
@test "plots are SVG, pictures PNG of towns and given networks" {
    for p in size-rand size-village histogram law sources-settled sources-seconds arcs-settled arcs-seconds; do
        grep -q '</svg>' $p.svg
    done
    grep -q '>greedy3<' size-rand.svg
    grep -q 'exponent 1.00' sources-settled.svg
    for p in town village; do png2ten picture-$p.png | ten-info | grep -q ',900,3]'; done
    grep -q OpenStreetMap notes.md
}
@test "shares of the histogram add up to one" {
    for f in runs/histogram-*.dat; do
        awk '{ s += $2 } END { exit !(s > 0.999 && s < 1.001) }' "$f"
    done
}
@test "roads: a table and a plot of given road networks alone" {
    cp "$BATS_FILE_TMPDIR/data/village.gr" "$BATS_FILE_TMPDIR/data/road-a.gr"
    cp "$BATS_FILE_TMPDIR/data/village.gr" "$BATS_FILE_TMPDIR/data/road-b.gr"
    spanners roads "O=$BATS_FILE_TMPDIR/roads" SEEDS='1 2'
    cd ../roads
    [ "$(awk 'END { print NR }' roads.tsv)" = 23 ]
    awk -F '\t' 'NR > 1 && ($1 !~ /^road-[ab]$/ || NF != 9 || $6 > 1 || $7 < $8) { bad = 1 }
        $2 == "spt" && $7 != 1 { bad = 1 } END { exit bad }' roads.tsv
    grep -q '</svg>' size-roads.svg
    png2ten picture-road-a.png | ten-info | grep -q ',900,3]'
    [ ! -e e1.tsv ]
    rm "$BATS_FILE_TMPDIR"/data/road-*
}
@test "growth: cost against arcs alone" {
    spanners growth "O=$BATS_FILE_TMPDIR/growth" SEEDS=1
    grep -q exponent ../growth/arcs-settled.svg
    [ "$(ls ../growth/*.tsv)" = ../growth/growth.tsv ]
}
@test "what is there is not made again" {
    run -0 spanners -n
    [ -z "$output" ]
}
@test "the dictionary's references make a strongly connected graph" {
    compgen -G "/usr/share/dictd/foldoc.dict.dz" >/dev/null || compgen -G "$ROOT/out/debian/usr/share/dictd/foldoc.dict.dz" >/dev/null ||
        skip "no FOLDOC (pipelines/deps demo)"
    run -0 bash -c 'graph-stat --sweeps=0 <runs/foldoc.graph | awk "/^(vertices|components)/ { print \$2 }"'
    [ "${lines[0]}" -gt 4000 ]
    [ "${lines[1]}" = 1 ]
}
