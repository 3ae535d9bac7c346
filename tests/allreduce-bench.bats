load common
setup() {
    cd "$BATS_TEST_TMPDIR" || return
    open_mpi
}
# column NAME: of the table on standard input, without the header.
column() { awk -F'\t' -v name="$1" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) c = i; next } { print $c }'; }

@test "one process: a line for every algorithm and size" {
    allreduce-bench --runs=1 --bytes=1K:64K >t
    [ "$(column algorithm <t | uniq | xargs)" = "native ring rdouble rabenseifner hier" ]
    [ "$(column bytes <t | head -4 | xargs)" = "1024 4096 16384 65536" ]
    [ "$(column workers <t | sort -u)" = 1 ]
    allreduce-bench --runs=2 --algorithm=hier,native --bytes=4,1000,2K >t
    [ "$(column algorithm <t | uniq | xargs)" = "native hier" ]
    [ "$(column bytes <t | tail -3 | xargs)" = "4 1000 2048" ]
    [ "$(column runs <t | sort -u)" = 2 ]
}
@test "two and three processes: times above 0, medians between least and most, one table" {
    need mpirun openmpi-bin
    for n in 2 3; do
        run -0 --separate-stderr mpirun -np $n allreduce-bench --runs=5 --bytes=1K,64K,1M --wire=bf16
        [ "$(column workers <<<"$output" | sort -u)" = $n ]
        [ "${#lines[@]}" = 16 ]
        awk -F'\t' 'NR > 1 && !($4 > 0 && $5 <= $4 && $4 <= $6) { exit 1 }' <<<"$output"
    done
}
@test "the fit that is told is the one that scale-sim finds in the table" {
    need mpirun openmpi-bin
    mpirun -np 2 allreduce-bench --runs=5 --bytes=1K:1M 2>told >links.tsv
    [ "$(grep -c '^allreduce-bench: .*: latency .* s, bandwidth .* B/s, relative error .* %$' told)" = 4 ]
    for a in ring rdouble rabenseifner hier; do
        scale-sim --preset=laptop --algorithm=$a --fit=links.tsv 2>found >table
        grep "^allreduce-bench: $a: " told | sed 's/.*latency //; s/ s, bandwidth / /; s| B/s.*||' >want
        sed 's/.*latency //; s/ s, bandwidth / /; s| B/s.*||' found >got
        paste want got | awk '{ exit !(($1 - $3) ^ 2 <= (0.02 * $1) ^ 2 && ($2 - $4) ^ 2 <= (0.02 * $2) ^ 2) }'
    done
}
@test "nodes of two that are not there" {
    need mpirun openmpi-bin
    run -0 --separate-stderr mpirun -np 4 allreduce-bench --algorithm=hier --per-node=2 --runs=1 --bytes=1K,100K
    [ "${#lines[@]}" = 3 ]
}
@test "wrong usage: exit 2" {
    run -2 allreduce-bench --algorithm=ring,magic
    run -2 allreduce-bench --bytes=3
    run -2 allreduce-bench --bytes=1M:1K
    run -2 allreduce-bench --bytes=0:1K
    run -2 allreduce-bench --bytes=2G
    run -2 allreduce-bench --wire=f64
    run -2 allreduce-bench --runs=0
    run -2 allreduce-bench --per-node=0
}
