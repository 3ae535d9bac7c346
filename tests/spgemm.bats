load common
setup_file() {
    cd "$BATS_FILE_TMPDIR" || return
    # [1 2 0; 0 0 3; 4 0 5] and [0 1; 1 1; 2 0]
    printf '%%%%MatrixMarket matrix coordinate real general\n3 3 5\n1 1 1\n1 2 2\n2 3 3\n3 1 4\n3 3 5\n' | mtx2ten >a.ten
    printf '%%%%MatrixMarket matrix coordinate real general\n3 2 4\n1 2 1\n2 1 1\n2 2 1\n3 1 2\n' | mtx2ten >b.ten
}
setup() { cd "$BATS_TEST_TMPDIR" && ln -s "$BATS_FILE_TMPDIR"/{a,b}.ten .; }
# Of the matrix on standard input, without the header and the line of sizes.
entries() {
    local lines
    mapfile -t lines < <(ten2mtx)
    printf '%s;' "${lines[@]:2}"
}
result() { spgemm "$@" <a.ten | entries; }

@test "A times itself, A times B" {
    [ "$(result)" = "1 1 1;1 2 2;1 3 6;2 1 12;2 3 15;3 1 24;3 2 8;3 3 25;" ]
    [ "$(result b.ten)" = "1 1 2;1 2 3;2 1 6;3 1 10;3 2 4;" ]
}
@test "transposes of one factor or both" {
    [ "$(result --transpose-a)" = "1 1 17;1 2 2;1 3 20;2 1 2;2 2 4;3 1 20;3 3 34;" ]
    [ "$(result --transpose-b)" = "1 1 5;1 3 4;2 2 9;2 3 15;3 1 4;3 2 15;3 3 41;" ]
    [ "$(result --transpose-a --transpose-b)" = "1 1 1;1 2 12;1 3 24;2 1 2;2 3 8;3 1 6;3 2 15;3 3 25;" ]
    sptrans <b.ten >bt.ten
    [ "$(result --transpose-b bt.ten)" = "$(result b.ten)" ]
}
@test "semirings: shortest two-arc ways, numbers of ways, reachability" {
    [ "$(result --semiring=min_plus)" = "1 1 2;1 2 3;1 3 5;2 1 7;2 3 8;3 1 5;3 2 6;3 3 10;" ]
    [ "$(result --semiring=plus_pair)" = "1 1 1;1 2 1;1 3 1;2 1 1;2 3 1;3 1 2;3 2 1;3 3 1;" ]
    [ "$(result --semiring=or_and b.ten)" = "1 1 1;1 2 1;2 1 1;3 1 1;3 2 1;" ]
    [ "$(result --semiring=max_first b.ten)" = "1 1 2;1 2 2;2 1 3;3 1 5;3 2 4;" ]
    [ "$(result --semiring=min_second b.ten)" = "1 1 1;1 2 1;2 1 2;3 1 2;3 2 1;" ]
}
@test "a mask lets through what it has, its complement the rest" {
    [ "$(result --mask=a.ten)" = "1 1 1;1 2 2;2 3 15;3 1 24;3 3 25;" ]
    [ "$(result --mask=a.ten --complement)" = "1 3 6;2 1 12;3 2 8;" ]
}
@test "the product is added to another matrix by the semiring's sum" {
    [ "$(result --accum=a.ten)" = "1 1 2;1 2 4;1 3 6;2 1 12;2 3 18;3 1 28;3 2 8;3 3 30;" ]
    [ "$(result --accum=a.ten --semiring=min_plus)" = "1 1 1;1 2 2;1 3 5;2 1 7;2 3 3;3 1 4;3 2 6;3 3 5;" ]
}
@test "the largest of a row, and none below a threshold" {
    [ "$(result --topk=1)" = "1 3 6;2 3 15;3 3 25;" ]
    [ "$(result --drop=8)" = "2 1 12;2 3 15;3 1 24;3 2 8;3 3 25;" ]
    [ "$(result --drop=7 --topk=2)" = "2 1 12;2 3 15;3 1 24;3 3 25;" ]
}
@test "types: what the values have, f64 where they differ, what is asked for" {
    mtxgen diag --rows=3 --type=i64 >i.ten
    mtxgen diag --rows=3 --type=f32 >f.ten
    mtxgen diag --rows=3 --values=none >none.ten
    [[ "$(spgemm <i.ten | ten-info)" = *"values       i64"* ]]
    [[ "$(spgemm f.ten <i.ten | ten-info)" = *"values       f64"* ]]
    [[ "$(spgemm none.ten <f.ten | ten-info)" = *"values       f32"* ]]
    [[ "$(spgemm <none.ten | ten-info)" = *"values       f64"* ]]
    [[ "$(spgemm --type=i64 <none.ten | ten-info)" = *"values       i64"* ]]
    [ "$(result none.ten)" = "$(ten2mtx <a.ten | tail -n +3 | tr '\n' ';')" ]
    [ "$(result --semiring=min_plus none.ten)" = "1 1 2;1 2 3;2 3 4;3 1 5;3 3 6;" ]
}
@test "--symbolic: the structure without values" {
    run -0 bash -c 'spgemm --symbolic <a.ten | ten-info'
    [[ "$output" = *indices*"[8]"* ]]
    [[ "$output" != *values* ]]
}
@test "--dry-run and --explain tell the log" {
    run -0 --separate-stderr bash -c 'spgemm --dry-run <a.ten | ten-info'
    [ -z "$output" ]
    [[ "$stderr" = "products 9, bytes at most "* ]]
    mtxgen st2d5 --grid=100,100 >grid.ten
    spgemm --explain --log=log <grid.ten >c.ten
    grep -qx 'products 246408, entries at most 246408, entries 128004' log
    awk -F '[ ,]+' '/rows/ { r += $3; p += $5 } END { exit r != 10000 || p != 246408 }' log
    tail -1 log | grep -qxE 'seconds 0\.[0-9]{6}'
}
@test "--repeat: the same product, and its least time" {
    [ "$(spgemm --explain --repeat=3 --log=log <a.ten | ten2mtx)" = "$(spgemm <a.ten | ten2mtx)" ]
    tail -1 log | grep -E '^seconds ([0-9.]+) \(least of 3; the first ([0-9.]+)\)$' | tr -d '()' | awk '{ exit !($2 > 0 && $2 <= $NF) }'
    run -2 --separate-stderr spgemm --repeat=0 <a.ten
    [[ "$stderr" = *"0: not a possible value: expected a whole number from 1"* ]]
    [ "$(spgemm --explain --repeat=2 --log=log a.ten <a.ten | ten2mtx)" = "$(spgemm <a.ten | ten2mtx)" ]
    run -2 --separate-stderr spgemm --repeat=2 <a.ten
    [[ "$stderr" = *"repeat: nothing tells the time: expected --explain with it"* ]]
    run -2 --separate-stderr spgemm --repeat=2 --explain --dry-run <a.ten
    [[ "$stderr" = *"repeat: nothing is multiplied: expected it without --dry-run"* ]]
    run -2 --separate-stderr spgemm --repeat=2 --explain --memory=1G <a.ten
    [[ "$stderr" = *"repeat: a limit of memory: expected one of --memory, --repeat"* ]]
}
@test "chains give what products one by one give, whatever order is cheapest" {
    mtxgen kper --rows=50 --cols=2000 --per-row=40 --values=integer --seed=1 >r.ten
    mtxgen st2d5 --grid=40,50 --values=integer --seed=2 >g.ten
    sptrans <r.ten >p.ten
    spgemm g.ten p.ten <r.ten >all.ten
    spgemm g.ten <r.ten | spgemm p.ten >left.ten
    spgemm p.ten <g.ten >gp.ten
    spgemm gp.ten <r.ten >right.ten
    run -0 spcmp left.ten all.ten
    run -0 spcmp right.ten all.ten
}
@test "every method gives the same" {
    mtxgen rmat --scale=11 --edges=20000 --values=normal --seed=3 >x.ten
    mtxgen st2d5 --grid=30,40 --values=normal --seed=3 >mesh.ten
    for m in copy sort dense ranges repeat; do
        for f in x mesh; do
            spgemm --method=$m <$f.ten >got.ten
            spgemm <$f.ten >auto.ten
            run -0 ten-cmp auto.ten got.ten
        done
    done
}
@test "--unsorted: the same entries, by every method, for any number of threads in one order" {
    mtxgen rmat --scale=11 --edges=20000 --values=normal --seed=3 >x.ten
    spgemm <x.ten >want.ten
    for m in auto copy sort dense ranges hash repeat; do
        spgemm --unsorted --method=$m --threads=2 <x.ten >got.ten
        run -0 spcmp want.ten got.ten
        run -0 bash -c "spgemm --unsorted --method=$m --threads=1 <x.ten | ten-cmp got.ten -"
    done
    run -1 ten-cmp want.ten got.ten
    spgemm --unsorted --memory=30M <x.ten >got.ten
    run -0 bash -c "spgemm --unsorted <x.ten | ten-cmp got.ten -"
    [ "$(result --unsorted --drop=8 | tr ';' '\n' | sort)" = "$(result --drop=8 | tr ';' '\n' | sort)" ]
}
# limited PLACE LIMIT OPTIONS: the product of x.ten in LIMIT of memory is that without one, lies in PLACE, and leaves nothing.
limited() {
    mkdir -p tmp
    spgemm --threads=2 "${@:3}" <x.ten >want.ten
    spgemm --threads=2 --memory="$2" --tmpdir=tmp --explain --log=log "${@:3}" <x.ten >got.ten
    grep -qx "product in $1" log
    run -0 ten-cmp want.ten got.ten
    [ -z "$(ls -A tmp)" ]
}
in_files() { limited "temporary files" "$@"; }
# peak COMMAND...: the most memory it had at a time, in KiB; its output goes to peak.out.
peak() {
    python3 -c 'import resource, subprocess, sys
subprocess.check_call(sys.argv[1:], stdout=open("peak.out", "wb"))
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)' "$@"
}
@test "--memory: what fits, by its bound, is multiplied in memory; with sums, masks, chains and types, too" {
    mtxgen rmat --scale=10 --edges=12000 --values=normal --seed=4 >x.ten
    mtxgen rmat --scale=10 --edges=3000 --values=normal --type=f32 --seed=5 >y.ten
    for options in "" --transpose-a --topk=3 --symbolic --type=i64 y.ten "y.ten y.ten" "--mask=y.ten --complement" \
        "--accum=y.ten --semiring=min_plus y.ten"; do
        limited memory 200M $options
    done
    for shape in "0 0 0" "4 4 0" "3 3 1"; do
        printf '%%%%MatrixMarket matrix coordinate real general\n%s\n' "$shape" >x.mtx
        [ "$shape" != "3 3 1" ] || echo 2 3 5 >>x.mtx
        mtx2ten x.mtx >x.ten
        limited memory 32M
    done
}
@test "--memory: what was measured stays below it, in memory and in files" {
    [[ "$B" != *-san ]] || skip "shadow memory is more than any limit"
    mtxgen st2d5 --grid=1000,300 --values=normal --seed=4 >x.ten
    spgemm <x.ten >want.ten
    [ "$(peak spgemm --threads=1 <x.ten)" -gt $((48 << 10)) ]
    for limit in 48 64 200; do
        [ "$(peak spgemm --threads=1 --memory=${limit}M --explain --log=log <x.ten)" -lt $((limit << 10)) ]
        run -0 ten-cmp want.ten peak.out
        grep -qx "product in $([ $limit = 200 ] && echo memory || echo temporary files)" log
    done
}
@test "--memory: a product that is larger than it, from factors that are, too" {
    mtxgen st2d5 --grid=1000,150 --values=normal --seed=4 >x.ten
    in_files 33M
    [ "$(wc -c <want.ten)" -gt 22000000 ]
    # Address space counts what is never touched, code and stacks, too.
    [[ "$B" = *-san ]] || run -0 bash -c 'limit 120000; OMP_STACKSIZE=1M spgemm --threads=1 --memory=26M <x.ten | ten-cmp want.ten -'
    # From a pipe, compressed, and back.
    run -0 bash -c 'ten-cat --zstd x.ten | spgemm --memory=33M --zstd | ten-cmp want.ten -'
}
@test "--memory: the same with masks, semirings, filters, transposes and sums" {
    mtxgen rmat --scale=10 --edges=12000 --values=normal --seed=4 >x.ten
    mtxgen rmat --scale=10 --edges=15000 --values=normal --type=f32 --seed=5 >y.ten
    in_files 29000K --mask=y.ten
    in_files 29000K --mask=y.ten --complement --topk=3
    in_files 29000K --semiring=min_plus --accum=y.ten y.ten
    in_files 28900K --type=f32 --drop=1
    in_files 29000K --type=i64 --transpose-a --topk=2
    in_files 29000K --transpose-a --transpose-b y.ten
    in_files 28900K --symbolic
    in_files 29000K y.ten x.ten
    # All columns of B in several ranges: nothing less.
    in_files 28850K --topk=4
}
@test "--memory: matrices by columns, symmetric by half, unsorted and without values" {
    mtxgen rmat --scale=11 --edges=40000 --symmetric --values=normal --seed=6 >sym.ten
    { printf '%%%%MatrixMarket matrix coordinate real symmetric\n'
      spselect --tril=0 <sym.ten | ten2mtx | tail -n +2; } | mtx2ten --keep-symmetric >x.ten
    [[ "$(ten-info <x.ten)" = *symmetric* ]]
    in_files 28900K
    ten2mtx <sym.ten | mtx2ten --coo >x.ten
    in_files 28900K
    mtxgen rmat --scale=11 --edges=40000 --values=none --seed=6 >x.ten
    in_files 28900K --semiring=plus_pair
}
@test "memory that is too small: exit 4, with what is needed" {
    run -4 --separate-stderr bash -c 'spgemm --threads=1 --memory=1M <a.ten >out'
    [[ "$stderr" = "spgemm: memory: row pointers and threads take "*" bytes: expected more than that, not 1048576" ]]
    # A row whose product alone does not fit.
    mtxgen kper --rows=2 --cols=400000 --per-row=400000 >wide.ten
    mtxgen diag --rows=400000 >diag.ten
    run -4 --separate-stderr bash -c 'spgemm --threads=1 --memory=32M diag.ten <wide.ten >out'
    [[ "$stderr" = "spgemm: memory: row 0: its product "*" bytes, "*" are left: expected more" ]]
}
@test "--memory: a folder that is not there, temporary or final disk full: exit 1, and nothing is left" {
    mtxgen rmat --scale=12 --edges=60000 >x.ten
    mkdir tmp
    run -1 --separate-stderr bash -c 'spgemm --threads=1 --memory=30M --tmpdir=nowhere <x.ten >out'
    [[ "$stderr" = "spgemm: nowhere: No such file or directory: "* ]]
    for kib in 100 1000 8000; do
        run -1 --separate-stderr bash -c "trap '' XFSZ; ulimit -f $kib; spgemm --threads=1 --memory=30M --tmpdir=tmp <x.ten | cat >/dev/null; exit \${PIPESTATUS[0]}"
        [[ "$stderr" = "spgemm: tmp: File too large: expected room for temporary files" ]]
        [ -z "$(ls -A tmp)" ]
    done
    run -1 --separate-stderr bash -c 'spgemm --threads=1 --memory=30M --tmpdir=tmp <x.ten >/dev/full'
    [[ "$stderr" = *"No space left on device"* ]]
    [ -z "$(ls -A tmp)" ]
}
@test "--memory: killed at any moment, no file is left and no reader takes the product for whole" {
    mtxgen rmat --scale=12 --edges=60000 --values=normal >x.ten
    mkdir tmp
    started=$(date +%s%N)
    spgemm --threads=1 --memory=28M --tmpdir=tmp <x.ten >want.ten
    whole=$((($(date +%s%N) - started) / 1000000))
    hits=0
    for ((kill = 0; hits < 10 && kill < 100; kill++)); do
        spgemm --threads=1 --memory=28M --tmpdir=tmp <x.ten >got.ten &
        sleep "$(awk -v ms=$((whole * hits / 10)) 'BEGIN { print ms / 1000 }')"
        kill -9 $! 2>/dev/null || true
        status=0
        wait $! || status=$?
        # Too late: it is faster than the one whose time was taken.
        if [ $status = 137 ]; then hits=$((hits + 1)); else whole=$((whole * 4 / 5)); fi
        [ -z "$(ls -A tmp)" ]
        ten-verify --quiet got.ten >/dev/null 2>&1 || continue
        cmp want.ten got.ten
    done
    [ $hits = 10 ]
}
ranks() { open_mpi; mpirun -np "$1" spgemm --threads=1 "${@:2}"; }
# by_ranks OPTIONS: one, two and three processes make of x.ten what none of a launcher's do.
by_ranks() {
    spgemm --threads=1 "$@" <x.ten >want.ten
    for n in 1 2 3; do
        ranks $n "$@" <x.ten >got.ten
        run -0 ten-cmp want.ten got.ten
    done
}
@test "several processes: the same bits, with masks, semirings, filters, chains and sums" {
    need mpirun openmpi-bin
    mtxgen rmat --scale=9 --edges=4000 --values=normal --seed=4 >x.ten
    mtxgen rmat --scale=9 --edges=5000 --values=none --seed=5 >y.ten
    by_ranks
    by_ranks --mask=y.ten --semiring=max_plus
    by_ranks --mask=y.ten --complement --topk=2 --transpose-a
    by_ranks --type=f32 --drop=1 --transpose-b y.ten
    by_ranks --accum=y.ten y.ten x.ten y.ten
    by_ranks --symbolic
    by_ranks --explain --repeat=3
    mtxgen kper --rows=1 --cols=1 --per-row=1 >x.ten
    by_ranks
}
@test "several processes: what one of them did is told once, what cannot be is said" {
    need mpirun openmpi-bin
    mtxgen st2d5 --grid=30,30 >x.ten
    run -0 --separate-stderr ranks 3 --explain <x.ten
    [ "$(grep -c '^products 21428, ' <<<"$stderr")" = 1 ]
    spgemm --dry-run <x.ten 2>want
    run -0 --separate-stderr ranks 2 --dry-run <x.ten
    [ "$(grep -c '^products 21428, ' <<<"$stderr")" = 1 ]
    run ranks 2 --memory=1G <x.ten
    [ $status = 2 ]
    [[ "$output" = *"memory: 2 processes: expected one, or no limit"* ]]
    run ranks 2 b.ten <x.ten
    [ $status = 1 ]
    [[ "$output" = *"spgemm: b.ten: 3 rows: expected 900, the columns of the factor before it"* ]]
}
@test "shapes that do not fit: exit 1" {
    run -1 --separate-stderr bash -c 'spgemm a.ten <b.ten >out'
    [ "$stderr" = "spgemm: a.ten: 3 rows: expected 2, the columns of the factor before it" ]
    run -1 --separate-stderr bash -c 'spgemm <b.ten >out'
    [ "$stderr" = "spgemm: standard input: 3 rows: expected 2, the columns of the factor before it" ]
    run -1 --separate-stderr bash -c 'spgemm --mask=b.ten <a.ten >out'
    [ "$stderr" = "spgemm: b.ten: shape [3,2]: expected [3,3] as of the product" ]
    run -1 --separate-stderr bash -c 'spgemm --accum=b.ten <a.ten >out'
    [ "$stderr" = "spgemm: b.ten: shape [3,2]: expected [3,3] as of the product" ]
}
@test "options that contradict each other: exit 2" {
    run -2 spgemm --complement
    run -2 spgemm --transpose-b b.ten b.ten
    run -2 spgemm --memory=1G --dry-run
    run -2 spgemm --symbolic --topk=2
    run -2 spgemm --unsorted --topk=2
    run -2 spgemm --unsorted --accum=a.ten
    run -2 spgemm --semiring=times_plus
    run -2 spgemm -
}
@test "empty matrices" {
    mtxgen kper --rows=4 --cols=3 --per-row=0 >none.ten
    run -0 bash -c 'spgemm a.ten <none.ten | ten2mtx | tail -1'
    [ "$output" = "4 3 0" ]
}
@test "real graphs: entries of the square, and triangles, as others count them" {
    [ -d "${TENSTREAM_DATA:-}/matrices" ] || skip "TENSTREAM_DATA/matrices is not there"
    square() { zstd -dcq "$TENSTREAM_DATA/matrices/$1.mtx.zst" | mtx2ten | spgemm --symbolic | ten-info | awk '/indices/ { print $4 }'; }
    [ "$(square facebook)" = "[2896485]" ]
    [ "$(square wiki-Vote)" = "[1831112]" ]
    [ "$(square p2p-Gnutella31)" = "[537601]" ]
    # SNAP: 1,612,010 triangles in ego-Facebook.
    zstd -dcq "$TENSTREAM_DATA/matrices/facebook.mtx.zst" | mtx2ten | spselect --tril=-1 >lower.ten
    run -0 bash -c 'spgemm --semiring=plus_pair --mask=lower.ten --type=i64 <lower.ten | ten-cut --keep=values | ten-dump | tr -s " " "\n" | awk "{ s += \$1 } END { print s }"'
    [ "$output" = 1612010 ]
}
@test "real graphs: the squares are, bit for bit, those of another implementation" {
    [ -d "${TENSTREAM_DATA:-}/matrices" ] || skip "TENSTREAM_DATA/matrices is not there"
    # SHA-256 of the columns (i32), then the values (f64, whole numbers, so that no order rounds), by rows: PyTorch
    # 1.13's torch.sparse.mm(A, A) of the entries as the files have them, sorted by row and column.
    digest() {
        zstd -dcq "$TENSTREAM_DATA/matrices/$1.mtx.zst" | mtx2ten | spgemm >c.ten
        for r in indices values; do ten2raw --record=$r <c.ten; done | sha256sum | cut -c1-16
    }
    [ "$(digest p2p-Gnutella31)" = 75f8ceb490457701 ]
    [ "$(digest wiki-Vote)" = 25f87c80abb21644 ]
    [ "$(digest facebook)" = 6d2487f205e45b5c ]
    [ "$(digest ca-CondMat-lcc)" = 26280d607d6b1bea ]
}
