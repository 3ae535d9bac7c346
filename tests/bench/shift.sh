# shift.sh [NET ...]: what the temporal shift costs in a training step, beside the same network
# without it (TSN): as copies, in place, inside of convolutions, and as it is done by default.  NET: tiny, resnet50
# (default: both).
#
#   RUNS=30       turns of each; a tenth of it for resnet50
set -euo pipefail
runs=${RUNS:-30}
[ $# -gt 0 ] || set -- tiny resnet50
for net in "$@"; do
    [ "$net" != resnet50 ] || runs=$(((runs + 9) / 10))
    "$B/bench/shift_bench" "$net" "$runs"
done
