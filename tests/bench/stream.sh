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

# From spawn to exit, all in turn, beside programs that do nothing and little.
"$B/bench/start" 50 /bin/true /bin/cat "$B"/bin/* | awk '{ sub(/.*\//, "", $4); ms[$4] = $1; cpu[$4] = $3 }
    NR > 2 { us[++n] = $1; if ($1 > ms[slowest]) slowest = $4 }
    function line(what, name) { printf "start: %-22s %5.1f ms, %4.1f ms of a processor\n", what, ms[name], cpu[name] }
    END {
        for (i = 2; i <= n; i++) for (j = i; j > 1 && us[j - 1] > us[j]; j--) { t = us[j]; us[j] = us[j - 1]; us[j - 1] = t }
        line("true", "true"); line("cat", "cat"); line("ten-cat", "ten-cat"); line("slowest, " slowest, slowest)
        printf "start: median of %d tools   %5.1f ms\n", n, us[int((n + 1) / 2)]
    }'
