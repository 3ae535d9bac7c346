# The stream beside cat and zstd, and how long a tool takes to start.
set -euo pipefail
. ./pairs.sh
dir=$(mktemp -d "${TMPDIR:-/var/tmp}/ten-bench.XXXXXX")
trap 'rm -rf "$dir"' EXIT
runs=${RUNS:-9}

for mib in 1 64; do
    ten-gen x u8 $((mib << 20)) --fill=uniform --records=$((2048 / mib)) >"$dir/x.ten"
    bytes=$(stat -c %s "$dir/x.ten")
    pairs "$runs" "2 GiB, $mib MiB records, pipe to pipe: cat" "$bytes" \
        "cat $dir/x.ten | cat | cat" "cat $dir/x.ten | ten-cat | cat"
    pairs "$runs" "2 GiB, $mib MiB records, file to pipe: cat" "$bytes" "cat $dir/x.ten | cat" "ten-cat $dir/x.ten | cat"
    rm "$dir/x.ten"
done

# Compressible as real images are: the pictures of Fashion-MNIST where installed, else normals.
images=/usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz
if [ -r $images ]; then
    idx2ten --batch=1024 $images | ten-cut --keep=image >"$dir/one.ten"
    what="Fashion-MNIST"
else
    ten-gen x f32 1048576 --fill=normal --records=12 >"$dir/one.ten"
    what="normals"
fi
for i in 1 2 3 4 5 6; do cat "$dir/one.ten"; done >"$dir/x.ten"
ten-cat --zstd=1 <"$dir/x.ten" >"$dir/ours.zst"
zstd -q -1 -T2 -c "$dir/x.ten" >"$dir/zstd.zst"
echo "$what: $(stat -c %s "$dir/x.ten") bytes; zstd -1 $(stat -c %s "$dir/zstd.zst"), ours $(stat -c %s "$dir/ours.zst")"
bytes=$(stat -c %s "$dir/x.ten")
pairs "$runs" "compress, level 1, 2 threads: zstd -1 -T2" "$bytes" \
    "zstd -q -1 -T2 -c $dir/x.ten" "ten-cat --zstd=1 --threads=2 $dir/x.ten"
pairs "$runs" "unpack, 2 threads: zstd -d" "$bytes" "zstd -q -d -c $dir/zstd.zst" "ten-cat --threads=2 $dir/ours.zst"
pairs 15 "start: cat --version" 0 "for i in 1 2 3 4 5 6 7 8 9 10; do cat --version; done" \
    "for i in 1 2 3 4 5 6 7 8 9 10; do ten-cat --version; done"
for t in "$B"/bin/*; do
    a=$(date +%s%N)
    for i in 1 2 3 4 5 6 7 8 9 10; do "$t" --version >/dev/null; done
    b=$(date +%s%N)
    echo "$(((b - a) / 10000)) ${t##*/}"
done | sort -n | awk '{ us[NR] = $1; name[NR] = $2 } END {
    printf "--version of %d tools: median %.1f ms, slowest %.1f ms (%s)\n", NR, us[int((NR + 1) / 2)] / 1000, us[NR] / 1000, name[NR] }'
