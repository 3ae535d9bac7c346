# V4 of the experiment on TSM: pipelines/tsm-scaling.mk and what it calls.
load common
setup() { cd "$BATS_TEST_TMPDIR" || return; }
# make, of the part alone, into the folder out of this test.
part() {
    printf '%s\n' 'PAPER := tsm' 'include pipelines/common.mk' 'include pipelines/tsm-scaling.mk' >part.mk
    env -u MAKEFLAGS -u MAKELEVEL make -s --no-print-directory -C "$ROOT" -f "$PWD/part.mk" SCALE=demo O="$PWD/out" B="$B" "$@"
}
# column NAME: of the table on standard input, without the header.
column() { awk -F'\t' -v name="$1" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) c = i; next } { print $c }'; }

@test "steps out of traces: medians without the first four, phases that come twice, one odd step that does not count" {
    awk 'BEGIN { printf "[{\"name\": \"process_name\", \"ph\": \"M\", \"pid\": 0, \"args\": {\"name\": \"rank 0\"}}"
        for (i = 0; i < 15; i++) {
            s = i < 4 ? 9 : i == 9 ? 50 : 1
            e("load", 10); e("forward", 100 * s + i % 3); e("backward", 200 * s); e("communication", 30); e("wait", 5)
            e("update", 7); e("communication", 2); e("update", 3); e("other", 1000) }
        print "]" }
        function e(name, d) {
            printf ",\n{\"name\": \"%s\", \"ph\": \"X\", \"pid\": 0, \"tid\": 0, \"ts\": %.1f, \"dur\": %.1f}", name, t, d
            printf ",\n{\"name\": \"bucket 0\", \"ph\": \"X\", \"pid\": 0, \"tid\": 1, \"ts\": %.1f, \"dur\": 7777.0}", t
            t += d }' >trace.json
    python3 -m json.tool trace.json >/dev/null
    run -0 awk -f "$ROOT/pipelines/tsm-steps.awk" trace.json
    # step, compute, fixed, communication, wait
    [ "$(cut -f1-5 <<<"$output")" = $'0.000358\t0.000301\t2e-05\t3.2e-05\t5e-06' ]
    awk '{ exit !($6 > 0 && $6 < 0.01) }' <<<"$output"
}
@test "the model beside a measured step, by hand" {
    printf 'net\tseed\tway\tworkers\tstep\tcompute\tfixed\tcommunication\twait\tjitter\n' >steps.tsv
    printf 'x\t1\tapart\t1\t0.05\t0.04\t0.01\t0\t0\t0\nx\t1\tring-1M\t2\t0.06\t0.05\t0.01\t0.001\t0\t0\nx\t1\tring-1M-behind\t2\t0.05\t0.05\t0\t0.002\t0\t0\n' >>steps.tsv
    # 10 us a message and 1 GB/s.
    awk 'BEGIN { print "algorithm\tworkers\tbytes\tseconds"; for (m = 1e4; m < 1e8; m *= 10) print "ring\t2\t" m "\t" 2e-5 + m * 1e-9 }' >links.tsv
    "$ROOT/pipelines/tsm-predict" steps.tsv links.tsv 8 4000000 >model.tsv
    [ "$(column way <model.tsv | xargs)" = "ring-1M ring-1M-behind" ]
    # Four buckets, which the processor adds up itself: 0.04 + 0.01 + 4 * 20e-6 + 4e-3, whether or not they overlap.
    [ "$(column predicted <model.tsv | xargs)" = "0.05408 0.05408" ]
    column error <model.tsv | awk 'NR == 1 { exit !($1 > 0.098 && $1 < 0.099) }'
    [ "$(column behind <model.tsv | xargs)" = "0.001 0.002" ]
}
@test "real steps of a small net: a row for each way, all above 0" {
    need mpirun openmpi-bin
    (cd "$ROOT" && WAYS="ring-16K rdouble-1M-behind" pipelines/tsm-steps '{"family": "mlp", "in": [8,8,1], "hidden": [64], "out": 3}' image 8,8,1 3 4 8) >steps.tsv
    [ "$(column way <steps.tsv | xargs)" = "one apart ring-16K rdouble-1M-behind" ]
    [ "$(column workers <steps.tsv | xargs)" = "1 1 2 2" ]
    awk -F'\t' 'NR > 1 && !($3 > 0 && $4 > 0 && $5 > 0 && $3 >= $4) { exit 1 }' steps.tsv
}
@test "Summit and beyond: all rows say that they are simulated, and what follows from the model holds" {
    part "$PWD"/out/scaling-{summit,guidelines,what-if,storage}.tsv
    for t in summit guidelines what-if storage; do [ "$(column simulated <out/scaling-$t.tsv | sort -u)" = simulated ]; done
    [ "$(column workers <out/scaling-summit.tsv | tail -1)" = 10000 ]
    claims --rules="$ROOT/pipelines/tsm-scaling.claims" --scale=demo out/*.tsv >claims.tsv
    awk -F'\t' '$2 != "model" && $2 != "overlap" && NR > 1 && ($NF != "holds" || !/simulated/) { print; bad = 1 } END { exit bad }' claims.tsv
    [ "$(wc -l <claims.tsv)" = 12 ]
}
@test "medians over rounds, beside the model's" {
    mkdir out
    printf 'net\tseed\tway\tmeasured\tpredicted\terror\tbehind\n' >out/scaling-model.tsv
    for s in 1 2 3; do printf 'n\t%s\tw\t%s\t%s\t0\t0\n' $s $s 2.1; printf 'm\t%s\tw\t%s\t%s\t0\t0\n' $s 4 $((s * s)); done >>out/scaling-model.tsv
    part -o "$PWD/out/scaling-model.tsv" "$PWD/out/scaling-error.tsv"
    [ "$(column median_error <out/scaling-error.tsv | xargs)" = "0 0.05" ]
}
