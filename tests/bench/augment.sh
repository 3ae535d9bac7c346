# color,translation,cutout with fresh draws on batches of 64 images, beside PyTorch: the library in
# one process, forward and with the gradient, and the tool in a pipe.  Two threads on both sides.
set -euo pipefail
dir=$(mktemp -d "${TMPDIR:-/var/tmp}/ten-bench.XXXXXX")
trap 'rm -rf "$dir"' EXIT
runs=${RUNS:-9} threads=2
python=/usr/bin/python3
torch=$("$python" -c 'import torch; print(torch.__version__)' 2>/dev/null) || torch=
[ -n "$torch" ] && echo "PyTorch: $torch" || echo "PyTorch: absent"

# The same draws have to give the same images and gradients before times are compared.
check() {
    ten-gen image f32 16,32,32,3 --fill=uniform --lo=-1 --seed=1 >"$dir/x"
    ten-gen image f32 16,32,32,3 --fill=normal --seed=2 >"$dir/g"
    augment --seed=3 <"$dir/x" >"$dir/y"
    ten-cut --keep='aug.*' <"$dir/y" | ten-paste - "$dir/g" | augment --adjoint >"$dir/dx"
    ten2raw <"$dir/x" >"$dir/x.raw"
    ten2raw <"$dir/g" >"$dir/g.raw"
    ten2raw <"$dir/dx" >"$dir/dx.raw"
    for r in aug.brightness aug.saturation aug.contrast aug.translation aug.cutout image; do
        ten2raw --record=$r <"$dir/y" >"$dir/$r.raw"
    done
    "$python" augment.py check "$dir"
}

# A stream of about 200 MB, read from the page cache and thrown away.
piped() {
    local side=$1 batches=$2 a b
    a=$(date +%s%N)
    augment --threads=$threads <"$dir/$side.ten" | cat >/dev/null
    b=$(date +%s%N)
    awk -v side="$side" -v n=$((64 * batches)) -v ns=$((b - a)) \
        'BEGIN { printf "%d pipe %.0f\n", side, n / ns * 1e9 }'
}

[ -z "$torch" ] || check
ten-gen image f32 64,32,32,3 --fill=uniform --lo=-1 -n 256 >"$dir/32.ten"
ten-gen image f32 64,64,64,3 --fill=uniform --lo=-1 -n 64 >"$dir/64.ten"
ten-gen image f32 64,256,256,3 --fill=uniform --lo=-1 -n 4 >"$dir/256.ten"
for ((i = 0; i < runs; i++)); do
    [ -z "$torch" ] || "$python" augment.py $threads | sed 's/^/peer /'
    "$B/bench/augment_bench" $threads | sed 's/^/ours /'
    { piped 32 256; piped 64 64; piped 256 4; } | sed 's/^/ours /'
done | awk '
    { v[$1, $2, $3, ++count[$1, $2, $3]] = $4 }
    function sort(a, n,   i, j, t) {
        for (i = 2; i <= n; i++)
            for (j = i; j > 1 && a[j - 1] > a[j]; j--) { t = a[j]; a[j] = a[j - 1]; a[j - 1] = t }
    }
    function median(a, n) { sort(a, n); return (a[int((n + 1) / 2)] + a[int((n + 2) / 2)]) / 2 }
    # The pipe is compared with what PyTorch does in memory, forward.
    function report(side, pass,   peer, n, k, o, p, r) {
        peer = pass == "pipe" ? "forward" : pass
        n = count["ours", side, pass]
        for (k = 1; k <= n; k++) {
            o[k] = v["ours", side, pass, k]
            p[k] = v["peer", side, peer, k]
            r[k] = o[k] / (p[k] ? p[k] : 1)
        }
        printf "%3dx%-3d x3 %-16s ours %7.0f images/s", side, side, pass, median(o, n)
        if (p[1]) {
            printf "  peer %7.0f  ratio %.1f", median(p, n), median(r, n)
            printf " (%.1f..%.1f)", r[1], r[n]
        }
        print ""
    }
    END {
        split("32 64 256", sides); split("forward forward+backward pipe", passes)
        for (i = 1; i <= 3; i++) for (j = 1; j <= 3; j++) report(sides[i], passes[j])
    }'
