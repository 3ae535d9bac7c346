# Convolutions beside oneDNN's direct kernels: all threads, then one thread's processor time.
# shellcheck shell=bash
set -euo pipefail
"$B/bench/conv_bench"
echo "-- one thread"
OMP_NUM_THREADS=1 "$B/bench/conv_bench"
