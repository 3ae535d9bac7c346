load common
setup() { cd "$BATS_TEST_TMPDIR" || return; }

# Long options that are not shared by all tools, one a line.
common_options="--help --usage --version --seed --threads --quiet --log --zstd --max-record"
own() { grep -vxF -f <(tr ' ' '\n' <<<"$common_options") || true; }

@test "every option of --help is in the tool's page, and the reverse" {
    bad=
    for t in "$B"/bin/*; do
        name=${t##*/}
        "$t" --help | grep -oE '^ +(-[A-Za-z0-9], |[ ]*)--[a-z0-9-]+' | grep -oE -- '--[a-z0-9-]+' | own | sort -u >help
        sed -n 's/^\.It .*Fl -\([a-z0-9-]*\).*/--\1/p; s/^\.It .* , -\([a-z][a-z0-9-]*\).*/--\1/p' "$ROOT/man/$name.1" | own | sort -u >page
        diff help page >difference || bad+="$name: $(grep '^[<>]' difference | tr '\n' ' ')"$'\n'
    done
    [ -z "$bad" ] || { printf '< only in --help, > only in the page\n%s' "$bad"; false; }
}
@test "the shared options are in tenstream(7)" {
    for o in $common_options; do
        grep -q -- "Fl ${o#-}" "$ROOT/man/tenstream.7" || { echo "$o is not described"; false; }
    done
}
@test "every tool has a page whose examples run" {
    for t in "$B"/bin/*; do
        name=${t##*/}
        [ -f "$ROOT/man/$name.1" ] || { echo "$name: no page"; false; }
    done
    bad=
    for page in "$ROOT"/man/*.[1-8]; do
        name=$(basename "$page")
        rm -rf scratch
        mkdir scratch
        {
            echo 'set -euo pipefail'
            awk '/^\.Sh EXAMPLES/ { on = 1; next } /^\.Sh/ { on = 0 }
                 on && sub(/^\.Dl \$ /, "") { gsub(/\\e/, "\\"); gsub(/\\&/, ""); gsub(/\\\(aq/, "\047"); print }' "$page"
        } >script
        case $name in *.1) [ "$(wc -l <script)" -gt 1 ] || bad+="$name: no example"$'\n' ;; esac
        (cd scratch && bash ../script >../out 2>../err) </dev/null || bad+="$name: $(tail -3 err)"$'\n'
    done
    [ -z "$bad" ] || { printf '%s' "$bad"; false; }
}
@test "--help shows an example and the shared options, --version the version" {
    for t in "$B"/bin/*; do
        run -0 "$t" --help
        [[ "$output" = *Example* ]] || { echo "${t##*/}: --help has no example"; false; }
        [[ "$output" = *--max-record* ]] || { echo "${t##*/}: no shared options"; false; }
        run -0 "$t" --version
        [[ "$output" = "${t##*/} (tenstream) "[0-9]*.[0-9]*.[0-9]* ]]
    done
}
@test "an unknown option is wrong usage: exit 2" {
    for t in "$B"/bin/*; do
        run -2 "$t" --no-such-option
    done
}
@test "a name says whose page it is" {
    for page in "$ROOT"/man/*.[1-8]; do
        name=$(basename "$page")
        grep -qx ".Nm ${name%.*}" "$page" || { echo "$name: .Nm differs"; false; }
    done
}
