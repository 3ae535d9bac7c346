# How fast trainers get at their samples, many small ones and few large ones, beside ten-verify, which only checks them.
set -euo pipefail
. ./pairs.sh
dir=$(mktemp -d "${TMPDIR:-/var/tmp}/ten-bench.XXXXXX")
trap 'rm -rf "$dir"' EXIT
runs=${RUNS:-9}

ten-gen --records=100000 image u8 1,64,64,1 label i32 1 >"$dir/small.ten"
ten-gen --records=100 image u8 1000,64,64,1 label i32 1000 >"$dir/large.ten"
for f in small large; do
    bytes=$(stat -c %s "$dir/$f.ten")
    pairs "$runs" "samples, $f groups, $((bytes >> 20)) MiB: verify" "$bytes" "ten-verify --quiet $dir/$f.ten" "$B/bench/samples_bench $dir/$f.ten"
done
