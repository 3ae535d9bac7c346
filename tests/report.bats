load common
setup() {
    cd "$BATS_TEST_TMPDIR" || return
    mkdir -p out/tsm/demo out/apq/laptop out/empty/demo
    printf 'claim\tverdict\nfirst\tholds\nsecond\tfails\nthird\tnot tested at this scale\n' >out/tsm/demo/claims.tsv
    printf 'arm\tscore\n<b>\t1\n' >out/tsm/demo/scores.tsv
    printf '# A note & more\n' >out/tsm/demo/note.md
    printf '<?xml version="1.0"?>\n<svg viewBox="0 0 1 1"><rect/></svg>\n' >out/tsm/demo/plot.svg
    ten-gen image u8 1,2,2,3 | ten2png --grid >out/tsm/demo/sheet.png
    printf 'text\n' >out/apq/laptop/note.txt
    printf 'x' >out/tsm/demo/weights.ten
}

@test "a section for each folder that has something to show, in order" {
    report out >page.html
    run -0 bash -c "grep -o '<h2 id=[^>]*>[^<]*' page.html"
    [ "${lines[0]}" = '<h2 id="apq-laptop">apq at scale laptop' ]
    [ "${lines[1]}" = '<h2 id="tsm-demo">tsm at scale demo' ]
    [ ${#lines[@]} = 2 ]
}
@test "verdicts are counted and marked" {
    report out >page.html
    grep -qF '<tr><td><a href="#tsm-demo">tsm</a><td>demo<td class=num>1<td class="num fails">1<td class=num>1' page.html
    grep -qF '<tr><td>second<td class=fails>fails' page.html
    grep -qF '<td class=untested>not tested at this scale' page.html
}
@test "claims, notes, plots, pictures and tables follow one another" {
    report out | grep -oE '<h3>[a-z]*|<pre>[^<]*|<figcaption>[a-z]*' | tail -5 | tr '\n' ' ' >got
    [ "$(cat got)" = "<h3>claims <pre># A note &amp; more <figcaption>plot <figcaption>sheet <h3>scores " ]
}
@test "pictures and plots are part of the page, which asks for nothing from outside" {
    report out >page.html
    sed -n 's/.*data:image\/png;base64,\([^"]*\)".*/\1/p' page.html | base64 -d | cmp - out/tsm/demo/sheet.png
    grep -qF '<figure><svg viewBox="0 0 1 1"><rect/></svg>' page.html
    run ! grep -qE '(src|href)="?(http|//|file)|url\(|@import' page.html
}
@test "text of results cannot become markup" {
    report out >page.html
    grep -qF '<td>&lt;b&gt;' page.html
    run ! grep -qF '<b>' page.html
}
@test "the same folder gives the same page; --title names it" {
    report out >one.html
    report out | cmp - one.html
    run -0 bash -c "report --title='A & B' out | grep -E '<title>|<h1>' "
    [[ "$output" = *"<title>A &amp; B</title>"*"<h1>A &amp; B</h1>"* ]]
}
@test "long tables are cut, and the page tells" {
    { echo n; seq 500; } >out/apq/laptop/long.tsv
    report out >page.html
    grep -qF '<td class=num>200' page.html
    run ! grep -qF '<td class=num>201<' page.html
    grep -qF 'The first 200 of 500 rows.' page.html
}
@test "nothing to show: exit 1" {
    run -1 --separate-stderr report out/empty
    [ "$stderr" = "report: out/empty: no results: expected folders PAPER/SCALE that hold some" ]
    run -1 --separate-stderr report gone
    [ "$stderr" = "report: gone: No such file or directory: expected a folder" ]
}
@test "a table or plot that is none: exit 1, naming it" {
    printf 'a\tb\n1\n' >out/tsm/demo/bad.tsv
    run -1 --separate-stderr report out
    [ "$stderr" = "report: out/tsm/demo/bad.tsv: line 2: fewer cells than columns: expected 2" ]
    rm out/tsm/demo/bad.tsv
    printf '<svg><script>x()</script></svg>' >out/tsm/demo/plot.svg
    run -1 --separate-stderr report out
    [ "$stderr" = "report: out/tsm/demo/plot.svg: no picture, or one with a script: expected plain SVG" ]
}
@test "a full disk: exit 1" {
    run -1 --separate-stderr bash -c 'report out >/dev/full'
    [ "$stderr" = "report: standard output: No space left on device: the output is incomplete" ]
}
@test "wrong usage: exit 2" {
    run -2 report
    [ "${lines[0]}" = "report: expected the folder of the results" ]
    run -2 report a b
    [ "${lines[0]}" = "report: b: one folder too many: expected one" ]
}
