load common
net='{"family": "resnet", "width": 4, "blocks": [1], "in": [8,8,1], "classes": 3}'

@test "one line of positive seconds, in order" {
    run -0 --separate-stderr latency --runs=20 --warmup=2 --config="$net"
    [ "${lines[0]}" = "runs	mean	std	median	p90	min	max	threads	mhz" ]
    awk -F'\t' 'NR == 2 && $1 == 20 && 0 < $6 && $6 <= $4 && $4 <= $5 && $5 <= $7 { good = 1 } END { exit !good }' <<<"$output"
}
@test "--layers: a line for every operation that computes, with its parameter" {
    run -0 --separate-stderr latency --layers --runs=3 --config="$net"
    [ "${lines[0]}" = "op	parameter	output	median" ]
    [[ "${lines[1]}" = "conv	conv1.weight	[1,8,8,4]	"* ]]
    [ "$(grep -c '^conv' <<<"$output")" = 3 ]
}
@test "a model stream as well; what multiplies has the lines of score" {
    cd "$BATS_TEST_TMPDIR"
    ten-gen image u8 20,8,8,1 label i32 20 --fill=uniform --hi=3 | train-classifier --quiet --epochs=1 --config="$net" >net.ten
    run -0 --separate-stderr bash -c 'latency --quiet --batch=2 --runs=2 --warmup=0 <net.ten'
    [ "${#lines[@]}" = 2 ]
    [ "${lines[1]%%	*}" = 2 ]
    score --layers <net.ten | awk -F'\t' 'NR > 1 && $1 != "total" { print $1, $2 }' >want
    latency --quiet --layers --runs=2 <net.ten | awk -F'\t' 'NR > 1 && $2 ~ /weight/ && $2 !~ /bn|norm/ { print $1, $2 }' >got
    diff want got
    head -c -300 net.ten >cut.ten
    run -1 --separate-stderr bash -c 'latency <cut.ten'
    [ -z "$output" ]
    [[ "$stderr" = "latency: "*"the input ends here"* ]]
}
@test "threads are counted, pinned or not, whether OMP_PROC_BIND binds them or --pin does" {
    threads() { awk -F'\t' 'NR == 2 { print $8 }'; }
    [ "$(latency --quiet --threads=1 --pin --runs=2 --config="$net" | threads)" = 1 ]
    [ "$(latency --quiet --threads=2 --runs=2 --config="$net" | threads)" = 2 ]
    # A bound program sees one processor of its own, but has as many threads as there are.
    [ "$(OMP_PROC_BIND=true latency --quiet --runs=2 --config="$net" | threads)" = "$(latency --quiet --runs=2 --config="$net" | threads)" ]
    run -2 --separate-stderr latency --quiet --threads=1000 --pin --runs=2 --config="$net"
    [ "$stderr" = "latency: --pin: 1000 threads: expected as many processors (--threads=N)" ]
}
@test "times that differ more than --spread allows are not written: exit 3, one line" {
    run -3 --separate-stderr latency --quiet --threads=1 --runs=10 --spread=0 --config="$net"
    [ -z "$output" ]
    [ "${#stderr_lines[@]}" = 1 ]
    [[ "$stderr" = "latency: std/mean is "*" after 3 tries: expected at most 0 "* ]]
    run -0 --separate-stderr latency --quiet --threads=1 --runs=10 --spread=1000 --config="$net"
    [ "${#lines[@]}" = 2 ]
}
@test "a full disk: exit 1; no runs: exit 2" {
    export net
    run -1 --separate-stderr bash -c 'latency --quiet --runs=1 --config="$net" >/dev/full'
    [[ "$stderr" = "latency: "*"No space left on device"* ]]
    run -2 latency --runs=0 --config="$net"
}
@test "an unknown network: exit 2" {
    run -2 latency --config='{"family": "none"}'
}
