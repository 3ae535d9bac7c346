# The rules of pipelines/matrices.mk on small stand-ins for what a machine has.
load common
setup() {
    cd "$BATS_TEST_TMPDIR" || return
    mkdir pipelines data dict fake
    cp "$ROOT"/pipelines/{common.mk,matrices.mk,foldoc.awk,dependencies.awk,benchmark.tsv} pipelines/
    printf '%s\n' 'PAPER := sparch' 'include pipelines/common.mk' 'include pipelines/matrices.mk' >pipelines/test.mk
    R=out/sparch/demo/runs
}
products() { make -s -f pipelines/test.mk SCALE=demo SHELL="$(command -v bash)" B="$B" DATA=data FOLDOC=dict "$@"; }
digit() { printf %s "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/" | cut -c$(($1 + 1)); }

@test "a dictionary: headwords of one entry are one node, references fold over lines, unknown ones are none" {
    texts=('AND\nLogical And\n\n   See {logical\n   or}, {nor} and {and}.\n' 'Logical OR\n   {AND}, {AND}\n' 'x!\n   {logical and}\n')
    heads=('and logical_and' 'logical_or' 'x!')
    at=0
    for i in 0 1 2; do
        text=$(printf '%b.' "${texts[i]}")
        printf %s "${text%.}" >>dict/text
        for word in ${heads[i]}; do
            printf '%s\t%s\t%s\n' "${word//_/ }" "$(digit $((at / 64)))$(digit $((at % 64)))" "$(digit $((${#text} - 1)))"
        done
        at=$((at + ${#text} - 1))
    done >dict/foldoc.index
    gzip -c dict/text >dict/foldoc.dict.dz
    products $R/foldoc.ten
    run -0 bash -c "zcat dict/foldoc.dict.dz | awk -f pipelines/foldoc.awk dict/foldoc.index RS='\\001' -"
    [ "$output" = $'and logical_or 1.0\nlogical_or and 1.0\nlogical_or and 1.0\nx%21 and 1.0' ]
    run -0 bash -c "spstat <$R/foldoc.ten | tail -1 | cut -f1,3"
    [ "$output" = $'3\t3' ]
}
@test "no dictionary: one line names the package" {
    run --separate-stderr products FOLDOC=nowhere $R/foldoc.ten
    [ "$status" != 0 ]
    [ "${stderr_lines[0]}" = "foldoc: no dictionary in nowhere: expected the Debian package dict-foldoc, or its folder as FOLDOC" ]
    [[ "$stderr" != *awk* && "$stderr" != *zcat* ]]
    run --separate-stderr products FOLDOC= $R/foldoc.ten
    [ "${stderr_lines[0]}" = "foldoc: no dictionary in /usr/share/dictd: expected the Debian package dict-foldoc, or its folder as FOLDOC" ]
}
@test "packages: alternatives count each, versions and virtual packages do not" {
    cat >fake/apt-cache <<'SH'
#!/bin/bash
cat <<'TEXT'
Package: a
Depends: b (>= 1), c:any | d, virtual
Suggests: e
Description: Depends: not

Package: b
Pre-Depends: a
Recommends: b

Package: c

Package: e
TEXT
SH
    chmod +x fake/apt-cache
    PATH=$PWD/fake:$PATH
    run -0 bash -c 'apt-cache dumpavail | awk -f pipelines/dependencies.awk'
    [ "$output" = $'a b 1.0\na c 1.0\na e 3.0\nb a 1.0' ]
    products $R/debian.ten
    run -0 bash -c "spstat <$R/debian.ten | tail -1 | cut -f1,3"
    [ "$output" = $'4\t4' ]
}
@test "files of the user's, plain and packed, in the table with the benchmark's" {
    mtxgen kper --rows=20 | ten2mtx >data/m133-b3.mtx
    mtxgen perm --rows=9 | ten2mtx | gzip >data/mine.mtx.gz
    mtxgen perm --rows=7 | ten2mtx | zstd -q >data/theirs.mtx.zst
    products -o $R/foldoc.ten -o $R/debian.ten $R/m133-b3.stat $R/mine.stat $R/theirs.stat $R/st2d5.stat
    run -0 cut -f1-3 $R/mine.stat
    [ "$output" = $'matrix\torigin\trows\nmine\tfile\t9' ]
    run -0 bash -c "tail -1 $R/theirs.stat | cut -f1-3"
    [ "$output" = $'theirs\tfile\t7' ]
    run -0 bash -c "tail -1 $R/st2d5.stat | cut -f1-3"
    [ "$output" = $'st2d5\trule\t22500' ]
    # The rest stands in for the other matrices.
    cat $R/m133-b3.stat >out/sparch/demo/matrices.tsv
    products -o out/sparch/demo/matrices.tsv out/sparch/demo/benchmark.tsv
    run -0 cut -f1,5 out/sparch/demo/benchmark.tsv
    [[ "$output" = *$'\nm133-b3\t20 rows, 80 entries\n'* ]]
    [[ "$output" = *$'\nfacebook\tabsent\n'* ]]
    [ "${#lines[@]}" = 21 ]
}
