# y = A x in double beside MKL, SuiteSparse:GraphBLAS and Eigen, where their headers are; one and two
# threads.  The factors are theirs over ours: above 1, ours is faster.
# shellcheck shell=bash
set -euo pipefail
runs=${RUNS:-9}
tmp=$(mktemp -d)
trap 'rm -r "$tmp"' EXIT

peers=()
# peer NAME HEADER OPTIONS...
peer() {
    local name=$1 header=$2
    shift 2
    if echo "#include <$header>" | g++ -E "$@" -xc++ - >/dev/null 2>&1 &&
        g++ -O3 -march=native -fopenmp -fPIC -shared -DPEER_"$name" -o "$tmp/$name.so" \
            spmv_peer.cpp "$@"; then
        peers+=("$tmp/$name.so")
    else
        echo "$name: absent"
    fi
}
peer MKL mkl_spblas.h ${MKL:--I/usr/include/mkl -lmkl_rt}
peer GRAPHBLAS GraphBLAS.h -lgraphblas
peer EIGEN Eigen/SparseCore -I/usr/include/eigen3

make() { mtxgen "$@" --values=normal --seed=1 >"$tmp/$1"; }
for kind in kper circuit st2d5 st3d27 fem3 road femirr weblike; do make $kind; done
make rmat --symmetric
for threads in 1 2; do
    echo "-- threads: $threads"
    "$B/bench/spmv_bench" $threads "$runs" "${peers[@]}" -- "$tmp"/[a-z]*[a-z0-9]
done
