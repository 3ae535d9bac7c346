# train.sh [NET ...]: training steps and inference of the networks in nets.py (all, or those named), beside
# PyTorch.  Both sides start from the same weights and batch and have to agree before and after some steps;
# then they are timed in turn.  Two threads on both sides.
#
#   STEPS=20      training steps until losses are compared a last time, 3 at least and for BigGAN
#   RUNS=9        pairs of measurements; 5 at most where one step takes over 2 s
#   SLICE=0.3     seconds a measurement should take: sets the number of steps in it, for each side
#   OURS_COMMAND  what speaks for us, instead of train_bench; OURS_FILES=npz if it reads those, not .ten
set -euo pipefail
. "$(dirname "$0")/openblas.bash"
dir=$(mktemp -d "${TMPDIR:-/var/tmp}/ten-bench.XXXXXX")
trap 'rm -rf "$dir"' EXIT
trap : PIPE                             # a side that died is found when it does not answer
runs=${RUNS:-9} slice=${SLICE:-0.3} threads=2
export OMP_NUM_THREADS=$threads
python=/usr/bin/python3
ours=${OURS_COMMAND:-$B/bench/train_bench} files=${OURS_FILES:-ten}
declare -A to from
failed=0

# start SIDE COMMAND...: run it behind two pipes, for ask.
start() {
    local side=$1 w r
    shift
    mkfifo "$dir/$side.to" "$dir/$side.from"
    "$@" <"$dir/$side.to" >"$dir/$side.from" &
    exec {w}>"$dir/$side.to" {r}<"$dir/$side.from"
    to[$side]=$w from[$side]=$r
    rm "$dir/$side.to" "$dir/$side.from"
}

# ask SIDE COMMAND...: what follows the first word of the answer; fails when there is none.
ask() {
    local side=$1 rest
    shift
    { echo "$*" >&"${to[$side]}"; } 2>/dev/null || return 1
    read -r _ rest <&"${from[$side]}" || return 1
    echo "$rest"
}

stop() {
    local side w r
    for side in "${!to[@]}"; do
        w=${to[$side]} r=${from[$side]}
        { echo quit >&"$w"; } 2>/dev/null || true
        exec {w}>&- {r}<&-
    done
    wait
    to=() from=()
}

# near WHAT BOUND SCALE PEER... OURS...: numbers of both sides, equal within BOUND times |SCALE|.
near() {
    local what=$1 bound=$2 scale=$3
    shift 3
    awk -v net="$net" -v what="$what" -v bound="$bound" -v scale="$scale" 'BEGIN {
        n = (ARGC - 1) / 2
        bound *= scale < 0 ? -scale : scale
        for (i = 1; i <= n; i++) {
            p = ARGV[i]; o = ARGV[n + i]
            peer = peer " " p; mine = mine " " o
            bad += !(p - o <= bound && o - p <= bound)  # written so that nan fails
        }
        printf "%-15s %-16s peer%s  ours%s%s\n", net, what, peer, mine, bad ? "  UNEQUAL" : ""
        exit bad > 0
    }' "$@"
}

# Equal work.  Step 1 compares the forward pass, step 2 gradients and the first update.  After that
# rounding grows: with SGD and batch norm, weights 1e-6 apart have the second loss 0.5 % and the fourth
# 24 % apart (MobileNetV2, 8 images), until the batch is learnt by heart.  So later losses are compared
# on the scale of the first.  A GAN has no batch to learn by heart: PyTorch against itself, with one thread
# instead of two or weights 1e-7 apart, is 1e-5 apart at step 2, 4e-3 at step 6, and 5e-2 at the worst of 20.
# The translator with one picture and Adam: PyTorch with one thread instead of two is 1.4e-3 apart at step 20, from weights
# 1e-7 apart 3e-3.
# TSM ResNet-50 with two clips, at a tenth of its rate: weights 1e-7 apart are 4e-3 apart at step 3, and after one step PyTorch
# in f32 is 1.0e-3 and this 0.5e-3 from PyTorch in f64.
agree() {
    local peer mine first bound=1e-3
    [[ "$net" != *gan* ]] || bound=5e-2
    [[ "$net" != tsm_resnet50* && "$net" != translator ]] || bound=1e-2
    peer=$(ask peer output) && mine=$(ask ours output) || return
    near output 1e-4 "${peer#* }" $peer $mine || return
    first=$(ask peer step 1) && mine=$(ask ours step 1) || return
    near "loss, step 1" 1e-3 "$first" "$first" "$mine" || return
    peer=$(ask peer step 1) && mine=$(ask ours step 1) || return
    near "loss, step 2" 1e-2 "$first" "$peer" "$mine" || return
    peer=$(ask peer step $((steps - 2))) && mine=$(ask ours step $((steps - 2))) || return
    near "loss, step $steps" "$bound" "$first" "$peer" "$mine"
}

# The number of steps that take a slice, after one to warm up.
count() {
    ask "$1" "$2" 1 >/dev/null && ask "$1" "$2" 1 | awk -v slice="$slice" '{
        n = int(slice / ($1 > 1e-6 ? $1 : 1e-6) + 0.5); print (n > 0 ? n : 1) }'
}

# measure WHAT COMMAND SIDE...: seconds of one step, a line per run, then their medians and the ratio.
measure() {
    local what=$1 command=$2 side i pairs=$runs s
    local -A n
    shift 2
    for side in "$@"; do n[$side]=$(count "$side" "$command") || return; done
    for ((i = 0; i < pairs; i++)); do
        for side in "$@"; do
            s=$(ask "$side" "$command" "${n[$side]}") || return
            awk -v s="$s" -v n="${n[$side]}" 'BEGIN { printf "%.9f ", s / n }'
            if [ "$pairs" -gt 5 ] && [ "${s%.*}" -ge $((2 * n[$side])) ]; then pairs=5; fi
        done
        echo
    done | summary "$what" s 1
}

# summary WHAT UNIT SCALE: lines "PEER [OURS]" as medians and the ratio with its range, also into $dir/ratios.
summary() {
    awk -v net="$net" -v what="$1" -v unit="$2" -v scale="$3" -v ratios="$dir/ratios" '
        function sort(v,   i, j, t) {
            for (i = 2; i <= NR; i++)
                for (j = i; j > 1 && v[j - 1] > v[j]; j--) { t = v[j]; v[j] = v[j - 1]; v[j - 1] = t }
        }
        function median(v) { sort(v); return (v[int((NR + 1) / 2)] + v[int((NR + 2) / 2)]) / 2 }
        { p[NR] = $1; o[NR] = $2; both = NF > 1; r[NR] = $2 > 0 ? $1 / $2 : 0 }
        END {
            printf "%-15s %-16s peer %9.4f %s", net, what, median(p) * scale, unit
            if (both) {
                middle = median(r)
                printf "  ours %9.4f %s  ratio %.2f (%.2f..%.2f)", median(o) * scale, unit, middle, r[1], r[NR]
                if (middle > 0) print what, middle >>ratios
            }
            print ""
        }'
}

# bench SIDE...: fails when a side does not answer or results differ.
bench() {
    local side args=("$net" --threads "$threads") memory=() inference=()
    "$python" nets.py "${args[@]}" --weights "$dir/weights.npz" --data "$dir/data.npz" --export || return
    npz2ten "$dir/weights.npz" >"$dir/weights.ten" && npz2ten "$dir/data.npz" >"$dir/data.ten" || return
    start peer "$python" nets.py "${args[@]}" --weights "$dir/weights.npz" --data "$dir/data.npz"
    if [ $# -gt 1 ]; then
        start ours $ours "${args[@]}" --weights "$dir/weights.$files" --data "$dir/data.$files"
    fi
    for side in "$@"; do            # before training takes more
        ask "$side" infer 3 >/dev/null && inference+=("$(ask "$side" memory)") || return
    done
    if [ $# -gt 1 ]; then
        agree || return
    else
        printf '%-15s %-16s peer %s\n' "$net" "loss, step $steps" "$(ask peer step "$steps")"
    fi
    for side in "$@"; do memory+=("$(ask "$side" memory)") || return; done
    measure "train" time "$@" || return
    measure "infer" infer "$@" || return
    echo "${inference[*]}" | summary "infer-memory" MB 1e-6
    echo "${memory[*]}" | summary "memory" MB 1e-6
}

torch=$("$python" -c 'import torch; print(torch.__version__)' 2>/dev/null) || torch=
[ -n "$torch" ] || { echo "PyTorch: absent, and with it the weights to start from"; exit 0; }
echo "PyTorch: $torch"
sides=(peer ours)
command -v ${ours%% *} >/dev/null || { echo "${ours%% *}: absent"; sides=(peer); }
[ $# -gt 0 ] || set -- resnet18 mobilenetv2 gan biggan stylegan2 translator transformer transformer_xl tsm_resnet18 tsm_resnet50 tsm_resnet50_1 mlp
for net in "$@"; do
    steps=${STEPS:-20}
    case $net in
    biggan|tsm_resnet50*) steps=${STEPS:-3} ;;      # PyTorch's steps take many seconds
    esac
    read -r load _ </proc/loadavg
    printf '%-15s %-16s %s\n' "$net" load "$load"
    bench "${sides[@]}" || { echo "train.sh: $net: results differ or a side did not answer" >&2; failed=1; }
    stop
done
[ ! -s "$dir/ratios" ] || awk '
    { if (!n[$1]++) order[++kinds] = $1; sum[$1] += log($2) }
    END {
        for (i = 1; i <= kinds; i++) {
            k = order[i]
            printf "%-15s %-16s ratio %.2f of %d\n", "geometric mean", k, exp(sum[k] / n[k]), n[k]
        }
    }' "$dir/ratios"
exit $failed
