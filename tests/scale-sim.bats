load common
setup() { cd "$BATS_TEST_TMPDIR" || return; }
# column NAME: of the table on standard input, without the header.
column() { awk -F'\t' -v name="$1" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) c = i; next } { print $c }'; }

@test "a line for every number of workers, each said to be simulated" {
    scale-sim --quiet --workers=6:1536 >t
    [ "$(column workers <t | xargs)" = "6 12 24 48 96 192 384 768 1536" ]
    [ "$(column kind <t | sort -u)" = simulated ]
    [ "$(scale-sim --quiet --workers=6,100 | column workers | xargs)" = "6 100" ]
    [ "$(scale-sim --quiet --preset=laptop | column workers | xargs)" = "1 2" ]
}
@test "the preset explains 49 h 55 min and 14 min 13 s, and tells with what" {
    run -0 --separate-stderr scale-sim --workers=6,1536
    [ "$(column total <<<"$output" | xargs)" = "179700 853" ]
    [[ "${stderr_lines[0]}" = "scale-sim: simulated: a clip takes "*" to explain 179700 s with 6 workers" ]]
    [[ "${stderr_lines[1]}" = "scale-sim: simulated: jitter is "*" to explain 853 s with 1536 workers" ]]
    column efficiency <<<"$output" | awk 'NR == 2 && ($1 < 0.803 || $1 > 0.843) { exit 1 }'
}
@test "--run explains other trainings; what cannot be explained: exit 4" {
    run -0 --separate-stderr scale-sim --run=6:100000 --workers=6
    [ "$(column total <<<"$output")" = 100000 ]
    run -4 --separate-stderr scale-sim --run=6:179700 --run=1536:600
    [[ "$stderr" = "scale-sim: 1536 workers: 600 s: expected between "*" and "*" with these numbers" ]]
}
@test "--set and --unfitted: the numbers as they are" {
    scale-sim --unfitted --set=clip_seconds=0.1 --set=clips=4 --set=fixed_seconds=0.25 --set=workers_per_node=1 --workers=1 >t
    [ "$(column compute <t)" = 0.4 ]
    [ "$(column step <t)" = 0.65 ]
    run -0 bash -c 'scale-sim --quiet --unfitted --set=clips=4 --numbers | grep -P "^clips\t4\t"'
}
@test "the order of options does not count" {
    cmp <(scale-sim --quiet --algorithm=ring --set=clips=4 --preset=laptop) <(scale-sim --quiet --preset=laptop --set=clips=4 --algorithm=ring)
}
@test "--what-if: more frames, more operations and slower links take longer" {
    for what in frames=8,80,800 clip_macs=32.7e9,49e9,98e9 bandwidth_out=21e9,1e9,1e8 jitter=0,0.1,0.5; do
        scale-sim --quiet --workers=1536 --what-if=$what >t
        [ "$(column what_if <t | wc -l)" = 3 ]
        column step <t | sort -g -c
        [ "$(column step <t | uniq | wc -l)" -ge 2 ]
    done
}
@test "--jitter: exponential times have a longer tail" {
    for kind in normal exponential; do scale-sim --quiet --run=6:179700 --set=jitter=0.05 --jitter=$kind --workers=1536; done >t
    [ "$(grep -c simulated t)" = 2 ]
    awk -F'\t' '$1 == "simulated" { w[++n] = $6 } END { exit !(w[2] > 1.5 * w[1]) }' t
    run -2 scale-sim --jitter=cauchy
}
@test "--change: several numbers together, after what was to be explained, and the column what_if tells" {
    scale-sim --quiet --workers=1536 --change=frames=32 --change=clip_macs=197.4e9 --change=model_bytes=152e6 >t
    [ "$(column what_if <t)" = frames=32,clip_macs=197.4e9,model_bytes=152e6 ]
    scale-sim --quiet --workers=1536 >was
    # Six times the operations, computed by a worker that the run of the paper explains.
    paste <(column compute <was) <(column compute <t) | awk '{ r = $2 / $1; exit !(r > 6.03 && r < 6.05) }'
    scale-sim --quiet --workers=1536 --change=frames=32 --what-if=clips=4,8 >t
    [ "$(column what_if <t | xargs)" = "frames=32,clips=4 frames=32,clips=8" ]
    run -2 scale-sim --change=speed=3
}
@test "a file system for all nodes: opening files limits, until they hold many frames" {
    io() { scale-sim --quiet --workers=1536 --change=shared_bandwidth=2.5e12 --change=shared_opens=1e5 "$@" | column io; }
    awk -v many="$(io)" -v packed="$(io --change=file_frames=1e4)" 'BEGIN { exit !(many > 0.9 && packed < many / 10) }'
}
@test "--fit: latency and bandwidth out of a table" {
    # 10 us a message, 1 GB/s: 2(p-1) a + 2(p-1)/p M b
    awk 'BEGIN { OFS = "\t"; print "algorithm", "workers", "bytes", "seconds"; for (m = 1000; m < 1e8; m *= 10) for (p = 2; p < 5; p++)
        print "ring", p, m, 2 * (p - 1) * 1e-5 + 2 * (p - 1) / p * m * 1e-9
        print "tree", 2, 1000, 77 }' >links.tsv
    run -0 --separate-stderr scale-sim --preset=laptop --fit=links.tsv --numbers
    [ "$stderr" = "scale-sim: links.tsv: latency 1e-05 s, bandwidth 1e+09 B/s, relative error 0 %" ]
    [[ "$output" = *"bandwidth_out	1"[0-9]*"	B/s"* ]]
    run -1 --separate-stderr scale-sim --preset=laptop --algorithm=tree --fit=links.tsv
    [ "$stderr" = "scale-sim: 1 measurements: expected two of different sizes among more than one worker" ]
    printf 'algorithm\tworkers\tbytes\tseconds\nring\t2\tmany\t1\n' >bad.tsv
    run -1 --separate-stderr scale-sim --preset=laptop --fit=bad.tsv
    [ "$stderr" = "scale-sim: bad.tsv: line 2: bytes: many: expected a number above 0" ]
}
@test "wrong usage: exit 2" {
    run -2 scale-sim --set=speed=3
    [[ "$output" = *"expected NAME=VALUE, NAME as --numbers lists them"* ]]
    run -2 scale-sim --set=clips=-1
    run -2 scale-sim --workers=8:2
    run -2 scale-sim --run=6
    run -2 scale-sim --what-if=clips=1,x
    run -2 scale-sim --algorithm=magic
    run -2 scale-sim --change=clips
}
