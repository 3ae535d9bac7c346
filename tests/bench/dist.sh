# Two processes that train: seconds that the sums of gradients add behind the backward pass when they overlap it, beside
# all of them behind it (--no-overlap), in turn; and steps a second beside one process of two threads.
#
#   RUNS=5     pairs of measurements
set -euo pipefail
runs=${RUNS:-5}
command -v mpirun >/dev/null || { echo "dist: mpirun is not installed (Debian package openmpi-bin)"; exit 0; }
dir=$(mktemp -d "${TMPDIR:-/var/tmp}/ten-bench.XXXXXX")
trap 'rm -rf "$dir"' EXIT
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_plm=isolated OMPI_MCA_btl=self,vader \
    OMPI_MCA_oob_tcp_if_include=lo OMPI_MCA_rmaps_base_oversubscribe=1
ten-gen image u8 512,28,28,1 --fill=uniform --lo=0 --hi=255 --seed=1 >"$dir/image.ten"
ten-gen label i32 512 --fill=uniform --lo=0 --hi=10 --seed=2 >"$dir/label.ten"
ten-paste "$dir/image.ten" "$dir/label.ten" >"$dir/train.ten"

# train THREADS OPTION...: the words of one process.
train() { words=(train-classifier --threads="$1" --seed=1 --config="$net" "${@:2}"); }
# seconds FILE: of the curve's last line, from the first step to the end of the last epoch.
seconds() { tail -1 "$1" | cut -f8; }

# measure [OPTION]: of two processes, seconds exposed and seconds of the training, a line each.
measure() {
    train 1 "${options[@]}" --curve="$dir/curve.tsv" "$@"
    mpirun -np 2 "${words[@]}" <"$dir/train.ten" 2>&1 >/dev/null |
        sed -n 's/^train-classifier: gradients of .*: \([0-9.]*\) s, \([0-9.]*\) s of it after.*/\2/p'
    seconds "$dir/curve.tsv"
}

compare() {
    local what=$1 i one
    for ((i = 0; i < runs; i++)); do
        train 2 "${options[@]}" --curve="$dir/one.tsv"
        "${words[@]}" --quiet <"$dir/train.ten" >/dev/null
        one=$(seconds "$dir/one.tsv")
        echo "$(measure --no-overlap | xargs) $(measure | xargs) $one"
    done | awk -v what="$what" '
        function median(v, n,   i, j, t) {
            for (i = 2; i <= n; i++) for (j = i; j > 1 && v[j - 1] > v[j]; j--) { t = v[j]; v[j] = v[j - 1]; v[j - 1] = t }
            return (v[int((n + 1) / 2)] + v[int((n + 2) / 2)]) / 2
        }
        {
            behind[NR] = $1; exposed[NR] = $3; ratio[NR] = $3 / $1
            time[NR] = $4; gain[NR] = $2 / $4
            one[NR] = $5; speed[NR] = $5 / $4
        }
        END {
            m = median(ratio, NR); g = median(gain, NR); s = median(speed, NR)
            printf "%-32s exposed: behind %.3f s  overlapped %.3f s  ratio %.2f (%.2f..%.2f)\n", what,
                   median(behind, NR), median(exposed, NR), m, ratio[1], ratio[NR]
            printf "%-32s training: %.1f s, %.2f times as fast as without overlap", "", median(time, NR), g
            printf "; one process of 2 threads: %.1f s, ratio %.2f (%.2f..%.2f)\n", median(one, NR), s, speed[1], speed[NR]
        }'
}

net='{"family": "mlp", "in": [28,28,1], "hidden": [2048,2048,2048], "out": 10}'
options=(--batch=128 --epochs=4)
compare "perceptron, 10 million parameters"
options+=(--allreduce=ring)
compare "the same by --allreduce=ring"
net='{"family": "resnet", "width": 32, "blocks": [2,2,2,2], "in": [28,28,1], "classes": 10}'
options=(--batch=64 --epochs=1)
compare "resnet, 2.8 million parameters"
# Each algorithm beside MPI's own: medians of two processes.
mpirun -np 2 allreduce-bench --quiet --bytes=64K:64M | awk -F'\t' '
    NR > 1 { s[$1, $3] = $4; if (!($3 in seen)) { seen[$3]; size[++n] = $3 } }
    END { for (i = 1; i <= n; i++) { m = size[i]
        printf "all-reduce of %8d bytes            native %.3g s; times as fast:", m, s["native", m]
        split("ring rdouble rabenseifner hier", a, " ")
        for (k = 1; k <= 4; k++) printf "  %s %.2f", a[k], s["native", m] / s[a[k], m]
        print "" } }'
