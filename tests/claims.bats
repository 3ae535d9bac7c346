load common
setup() {
    cd "$BATS_TEST_TMPDIR" || return
    printf 'arm\tseed\tscore\na\t1\t10\na\t2\t20\na\t3\t30\nb\t1\t9\nb\t2\t18\nb\t3\t27\n' >m.tsv
}
# rule ID TEST [NEEDS]
rule() { printf '%s\ta statement\t-\t%s%s\n' "$1" "$2" "${3:+$'\t'$3}" >>rules; }
# verdict ID: of the last result
verdict() { awk -F '\t' -v id="$1" '$2 == id { print $NF }' result; }

@test "a row for each claim: what was stated, what was measured, what follows" {
    printf '# comment\n\nbetter\ta beats b\t1.5\tscore[arm=a] - score[arm=b] > 1\n' >rules
    claims --rules=rules --paper=tsm --scale=laptop m.tsv >result
    [ "$(head -1 result)" = $'paper\tclaim\tstatement\tpublished\ttest\tours\tagainst\tspread\tseeds\tscale\tverdict' ]
    [ "$(tail -1 result)" = $'tsm\tbetter\ta beats b\t1.5\tscore[arm=a] - score[arm=b] > 1\t2\t1\t1\t3\tlaptop\tholds' ]
    [ "$(wc -l <result)" = 2 ]
}
@test "measurements may come by standard input, or from several files" {
    rule better 'score[arm=a] > score[arm=b]'
    claims --rules=rules <m.tsv >want
    claims --rules=rules - <m.tsv | cmp - want
    head -4 m.tsv >a.tsv
    { head -1 m.tsv; tail -3 m.tsv; } >b.tsv
    claims --rules=rules a.tsv b.tsv | cmp - want
}
@test "a claim that fails is a row; --strict makes it exit 1 after the table" {
    rule worse 'score[arm=a] < score[arm=b]'
    claims --rules=rules m.tsv >result
    [ "$(verdict worse)" = fails ]
    run -1 --separate-stderr claims --strict --rules=rules m.tsv
    [ "$output" = "$(cat result)" ]
    [ "$stderr" = "claims: rules: 1 of 1 claims fail: expected none with --strict" ]
    rm rules
    rule better 'score[arm=a] > score[arm=b]'
    claims --strict --rules=rules m.tsv >result
    [ "$(verdict better)" = holds ]
}
@test "what was not measured, or with too few seeds, is not tested" {
    rule absent 'speed > 1'
    rule otherarm 'score[arm=c] > 1'
    rule four 'score > 1' seeds=4
    rule three 'score > 1'
    head -3 m.tsv >two.tsv
    rule one 'score[arm=a] > 1' seeds=1
    claims --rules=rules m.tsv >result
    [ "$(verdict absent)" = "not tested at this scale" ]
    [ "$(verdict otherarm)" = "not tested at this scale" ]
    [ "$(verdict four)" = "not tested at this scale" ]
    [ "$(verdict three)" = holds ]
    claims --rules=rules two.tsv >result
    [ "$(verdict three)" = "not tested at this scale" ]
    [ "$(verdict one)" = holds ]
}
@test "a claim may name the scales it is meant for" {
    rule big 'score > 1' scale=laptop,paper
    claims --rules=rules --scale=paper m.tsv >result
    [ "$(verdict big)" = holds ]
    claims --rules=rules --scale=demo m.tsv >result
    [ "$(verdict big)" = "not tested at this scale" ]
}
@test "numbers that were simulated say so" {
    printf 'cycles\tsimulated\n5\tyes\n' >s.tsv
    rule fast 'cycles < 6' seeds=1
    claims --rules=rules s.tsv >result
    [ "$(cut -f6 result | tail -1)" = "5 (simulated)" ]
}
@test "within: absolute and relative tolerance" {
    rule in 'score[arm=a] within 2 of 18'
    rule out 'score[arm=a] within 1 of 18'
    rule percent 'score[arm=a] within 12% of 18'
    claims --rules=rules m.tsv >result
    [ "$(verdict in)" = holds ]
    [ "$(verdict out)" = fails ]
    [ "$(verdict percent)" = holds ]
}
@test "a mistake in a rule: exit 1, naming file, line and character" {
    rule fine 'score > 1'
    rule bad 'score > '
    run -1 --separate-stderr claims --rules=rules m.tsv
    [ "$stderr" = "claims: rules: line 2: test: character 9: \`': expected a number, a column or (" ]
    printf 'only\ttwo\n' >rules
    run -1 --separate-stderr claims --rules=rules m.tsv
    [ "$stderr" = "claims: rules: line 1: 2 fields between tabs: expected id, statement, published, test and perhaps needs" ]
}
@test "measurements that are no table or no numbers: exit 1, naming file and line" {
    rule any 'score > 1'
    printf 'score\tseed\n1\n' >ragged.tsv
    run -1 --separate-stderr claims --rules=rules ragged.tsv
    [ "$stderr" = "claims: ragged.tsv: line 2: fewer cells than columns: expected 2" ]
    printf 'score\nfast\n' >words.tsv
    run -1 --separate-stderr claims --rules=rules words.tsv
    [ "$stderr" = "claims: words.tsv: line 2: score: \`fast': expected a number" ]
    run -1 --separate-stderr claims --rules=rules /dev/null
    [ "$stderr" = "claims: /dev/null: empty: expected a line that names the columns" ]
    run -1 --separate-stderr claims --rules=rules gone.tsv
    [ "$stderr" = "claims: gone.tsv: No such file or directory: expected a file to read" ]
}
@test "a full disk: exit 1" {
    rule any 'score > 1'
    run -1 --separate-stderr bash -c 'claims --rules=rules m.tsv >/dev/full'
    [ "$stderr" = "claims: standard output: No space left on device: the output is incomplete" ]
}
@test "wrong usage: exit 2" {
    run -2 claims m.tsv
    [ "${lines[0]}" = "claims: expected --rules=FILE" ]
    run -2 claims --rules=rules --paper=$'a\tb' m.tsv
    [ "${lines[0]}" = "claims: --paper: expected one line of text without tabs" ]
}
