# How fast the converters read, beside cat of the same file (and NumPy's reader of Matrix Market's
# neighbour formats where it is installed).
set -euo pipefail
. ./pairs.sh
dir=$(mktemp -d "${TMPDIR:-/var/tmp}/ten-bench.XXXXXX")
trap 'rm -rf "$dir"' EXIT
runs=${RUNS:-9}

ten-gen image u8 350000,28,28,1 --fill=uniform | ten2raw >"$dir/pixels"
{ printf '\0\0\x08\x03\0\x05\x57\x30\0\0\0\x1c\0\0\0\x1c'; cat "$dir/pixels"; } >"$dir/x.idx"
ten-gen x f32 8192,8192 --fill=uniform | ten2npy >"$dir/x.npy"
for f in idx npy; do
    bytes=$(stat -c %s "$dir/x.$f")
    pairs "$runs" "read ${f^^}, $((bytes >> 20)) MiB: cat" "$bytes" "cat $dir/x.$f" "${f}2ten $dir/x.$f"
done
if [ "$(/usr/bin/python3 -c 'import numpy; print(1)' 2>/dev/null)" = 1 ]; then
    pairs "$runs" "read NPY: numpy.load" "$bytes" "/usr/bin/python3 -c 'import numpy; numpy.load(\"$dir/x.npy\").sum()'" \
        "npy2ten $dir/x.npy"
else
    echo "NumPy: absent"
fi

# A matrix of 5 million entries with short and with full-length values.
for digits in 6 17; do
    ten-gen row i64 5000000 --fill=uniform --lo=1 --hi=1000000 --seed=1 | ten2raw --record=row | od -An -v -t d8 -w8 >"$dir/rows"
    ten-gen col i64 5000000 --fill=uniform --lo=1 --hi=1000000 --seed=2 | ten2raw --record=col | od -An -v -t d8 -w8 >"$dir/cols"
    ten-gen v f64 5000000 --fill=uniform --seed=3 | ten-dump --precision=$digits | tr ' ' '\n' >"$dir/values"
    { echo '%%MatrixMarket matrix coordinate real general'; echo '1000000 1000000 5000000'
      paste -d' ' "$dir/rows" "$dir/cols" "$dir/values" | tr -s ' ' | sed 's/^ //'; } >"$dir/x.mtx"
    bytes=$(stat -c %s "$dir/x.mtx")
    for threads in 1 2; do
        pairs "$runs" "read Matrix Market, $digits digits, $threads threads: cat" "$bytes" "cat $dir/x.mtx" \
            "mtx2ten --coo --threads=$threads $dir/x.mtx"
    done
    pairs "$runs" "the same, sorted into rows, 2 threads: cat" "$bytes" "cat $dir/x.mtx" "mtx2ten --threads=2 $dir/x.mtx"
done
