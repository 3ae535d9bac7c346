#!/usr/bin/env bash
# A times A for generated and real matrices: lib/sparse beside MKL, SuiteSparse:GraphBLAS and Eigen, those
# of them that are there.  MKL is not free software: MKLROOT may name a folder with its include/ and lib/.
# Results are compared before anything is timed.  One table with memory kept from run to run, one with fresh
# memory: times in milliseconds, ratios above 1 where ours are better, and which matrices lie below what is
# asked.  RUNS, THREADS, MATRICES and F32=--f32 choose.
set -euo pipefail
cd "$(dirname "$0")"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
export OMP_PROC_BIND=${OMP_PROC_BIND:-false}

peers=()
# peer NAME COMPILER-ARGUMENTS...: a shared object, or a line that says it is not there.
peer() {
    local name=$1
    shift
    if g++ -O3 -march=native -DNDEBUG -shared -fPIC -fopenmp "-DPEER_${name^^}" -o "$tmp/$name.so" \
        spgemm_peer.cpp "$@" 2>"$tmp/$name.log"; then
        peers+=(--peer "$tmp/$name.so")
    else
        echo "# $name is not there"
    fi
}
mkl=()
[ -z "${MKLROOT:-}" ] || for d in "$MKLROOT"/lib/{,*/}; do
    [ ! -e "$d/libmkl_core.so" ] || mkl+=("-L$d" "-Wl,-rpath,$d")
done
peer mkl -I"${MKLROOT:-/usr}/include/mkl" -I"${MKLROOT:-/usr}/include" "${mkl[@]}" -Wl,--no-as-needed \
    -lmkl_intel_lp64 -lmkl_gnu_thread -lmkl_core -lgomp
peer graphblas -lgraphblas
peer eigen -I/usr/include/eigen3

# make NAME ARGUMENTS-OF-mtxgen...
wanted() { [ -z "${MATRICES:-}" ] || [[ " $MATRICES " = *" $1 "* ]]; }
make_matrix() {
    local name=$1
    shift
    ! wanted "$name" || mtxgen "$@" --seed=1 >"$tmp/$name.ten"
}
make_matrix four kper --rows=200200 --per-row=4
make_matrix circuit circuit --rows=171000
make_matrix st2d5 st2d5 --grid=1000,1000
make_matrix st3d7 st3d7 --grid=100,100,100
make_matrix st3d27 st3d27 --grid=50,50,50
make_matrix fem3 fem3 --grid=24,24,36
make_matrix femirr femirr --grid=47,47,47 --per-row=8
make_matrix road road --grid=1400,1400
make_matrix weblike weblike --rows=1000000
make_matrix unif kper --rows=500000 --per-row=8
make_matrix rmat_sym15 rmat --scale=15 --edges=190000 --symmetric
make_matrix rmat_mild rmat --scale=20 --edges=5000000 --quadrants=0.45,0.22,0.22,0.11
make_matrix rmat17 rmat --scale=17 --edges=1000000
for f in "${TENSTREAM_DATA:-/nonexistent}"/matrices/*.mtx.zst; do
    name=$(basename "$f" .mtx.zst)
    ! wanted "$name" || zstd -dcq "$f" | mtx2ten >"$tmp/$name.ten"
done

for memory in "" --cold; do
    "$B/bench/spgemm_bench" --runs "${RUNS:-5}" ${THREADS:+--threads "$THREADS"} ${F32:-} ${memory:+$memory} \
        "${peers[@]}" "$tmp"/*.ten
done
