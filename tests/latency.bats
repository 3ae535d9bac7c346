load common
net='{"family": "resnet", "width": 4, "blocks": [1], "in": [8,8,1], "classes": 3}'

@test "one line of positive seconds, in order" {
    run -0 --separate-stderr latency --runs=20 --warmup=2 --config="$net"
    [ "${lines[0]}" = "runs	mean	std	median	p90	min	max" ]
    awk -F'\t' 'NR == 2 && $1 == 20 && 0 < $6 && $6 <= $4 && $4 <= $5 && $5 <= $7 { good = 1 } END { exit !good }' <<<"$output"
}
@test "--layers: a line for every operation that computes, with its parameter" {
    run -0 --separate-stderr latency --layers --runs=3 --config="$net"
    [ "${lines[0]}" = "op	parameter	output	median" ]
    [[ "${lines[1]}" = "conv	conv1.weight	[1,8,8,4]	"* ]]
    [ "$(grep -c '^conv' <<<"$output")" = 3 ]
}
@test "an unknown network: exit 2" {
    run -2 latency --config='{"family": "none"}'
}
