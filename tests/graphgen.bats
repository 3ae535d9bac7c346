load common
setup() { cd "$BATS_TEST_TMPDIR" || return; }

@test "a cycle, a star and a complete graph of unit weights" {
    run -0 bash -c 'graphgen cycle --n=4 | ten2gr'
    [ "${lines[*]}" = "p sp 4 4 a 1 2 1 a 2 3 1 a 3 4 1 a 4 1 1" ]
    run -0 bash -c 'graphgen star --n=3 | ten2gr'
    [ "${lines[*]}" = "p sp 3 4 a 1 2 1 a 1 3 1 a 2 1 1 a 3 1 1" ]
    run -0 bash -c 'graphgen complete --n=3 | ten2gr'
    [ "${lines[*]}" = "p sp 3 6 a 1 2 1 a 1 3 1 a 2 1 1 a 2 3 1 a 3 1 1 a 3 2 1" ]
}
@test "a grid of 5 x 5: rows and columns 1 and 3 go one way, 3 the other" {
    graphgen grid --n=25 | ten2gr >g.gr
    # Vertices count from 1: row 1 is 6..10, column 1 is 2, 7, 12, 17, 22, column 3 is 4, 9 ... 24.
    has() { grep -q "^a $1 $2 " g.gr; }
    has 6 7 && ! has 7 6
    has 2 7 && ! has 7 2
    has 9 4 && ! has 4 9
    has 1 2 && has 2 1
    # The last two rows are border, as the last one may be short.
    has 16 17 && has 17 16
}
@test "every type has the vertices and about the arcs asked for" {
    for t in rand grid pref flight cycle star; do
        run -0 bash -c "graphgen $t --n=500 | ten2gr | head -1"
        [[ "$output" = "p sp 500 "* ]]
    done
    for t in rand pref geo; do
        graphgen $t --n=2000 --deg=6 | ten2gr | awk -v t=$t '/^p/ { d = $4 / $3 } END { exit !(d > 5.4 && d < 6.6) }'
    done
}
@test "geo, citation-core and road are the largest component of what was made" {
    for t in geo citation-core road; do
        graphgen $t --n=1000 | ten2gr | awk '/^p/ { exit !($3 > 300 && $3 <= 1000) }'
    done
}
@test "places: a grid in steps of 100, flights in millionths of a degree, none for rand" {
    run -0 bash -c 'graphgen grid --n=4 | ten-cut --keep=xy | ten-dump'
    [ "${lines[*]}" = "0 0 100 0 0 100 100 100" ]
    graphgen flight --n=200 | ten-cut --keep=xy | ten-dump | awk '
        $1 < -180e6 || $1 > 180e6 || $2 < -65e6 || $2 > 65e6 { bad = 1 } { n++ } END { exit bad || n != 200 }'
    run -1 bash -c 'graphgen rand --n=9 | ten-cut --keep=xy >none'
}
@test "a road's weight is the time to drive it: its length at 8.3 to 13.9 m/s, rounded" {
    graphgen road --n=2000 | ten2gr --coordinates=t.co >t.gr
    awk '$1 == "v" { x[$2] = $3; y[$2] = $4 }
         $1 == "a" { d = sqrt((x[$2] - x[$3]) ^ 2 + (y[$2] - y[$3]) ^ 2)
             n++; if ($4 < d / 13.9 - 1 || $4 > d / 8.3 + 1) bad++ }
         END { exit bad > 0 || n == 0 }' t.co t.gr
}
@test "flights east are a tenth shorter" {
    graphgen flight --n=100 | ten2gr --coordinates=f.co >f.gr
    awk '$1 == "v" { x[$2] = $3 }
         $1 == "a" { w[$2, $3] = $4 }
         END { for (k in w) { split(k, p, SUBSEP); e = (x[p[2]] - x[p[1]] + 36e7) % 36e7
                 if (e > 0 && e < 18e7) { d = w[k] - 0.9 * w[p[2], p[1]]; n++; if (d < -1 || d > 1) bad++ } }
             exit bad > 0 || n < 100 }' f.co f.gr
}
@test "--weights bounds whole weights, --real makes them f64" {
    graphgen rand --weights=7:9 | ten2gr | awk '$1 == "a" { n[$4]++ } END { exit !(n[7] > 0 && n[8] > 0 && n[9] > 0 && n[7] + n[8] + n[9] == NR - 1) }'
    run -0 bash -c 'graphgen rand --weights=0:1 --real | ten-cut --keep=weight | ten-info'
    [[ "$output" = *weight*f64* ]]
    graphgen rand --weights=0:1 --real | ten-cut --keep=weight | ten-dump | tr ' ' '\n' | awk '$1 < 0 || $1 >= 1 { bad = 1 } END { exit bad }'
}
@test "--seed makes other graphs, and the same one again" {
    for t in rand grid pref geo flight citation-core road; do
        graphgen $t --n=200 --seed=1 | ten-dump >a
        graphgen $t --n=200 --seed=1 --threads=3 | ten-dump >b
        graphgen $t --n=200 --seed=2 | ten-dump >c
        cmp a b || { echo "$t"; false; }
        ! cmp -s a c || { echo "$t: the seed does nothing"; [ $t = grid ]; }
    done
}
@test "these graphs are the same on every machine" {
    for t in rand grid pref geo flight citation-core road; do
        echo "$t $(graphgen $t --n=1000 --seed=7 | ten-dump | cksum)"
    done >got
    diff - got <<'END'
rand 1760026381 72632
grid 3932633333 35675
pref 496885880 131017
geo 3943478351 79618
flight 3703613825 96102
citation-core 381612344 49016
road 3430258237 39772
END
}
@test "wrong usage: exit 2, saying why" {
    run -2 graphgen
    [[ "$output" = *"no TYPE: expected rand, grid"* ]]
    run -2 graphgen tree
    run -2 graphgen rand grid
    [[ "$output" = *"grid: a second TYPE: expected one"* ]]
    run -2 graphgen road --deg=4
    [[ "$output" = *"--deg: road has arcs of its own"* ]]
    run -2 graphgen geo --weights=1:2
    [[ "$output" = *"weights of geo are lengths"* ]]
    for w in 1 2:1 -1:2 1:x :3 0:9999999999999999999; do
        run -2 graphgen rand --weights=$w
        [[ "$output" = *"--weights: $w: expected"* ]]
    done
    run -2 graphgen rand --n=1
    run -2 graphgen rand --deg=1
}
