load common
# What --help says, as help/TOOL: asked for once.
setup_file() {
    cd "$BATS_FILE_TMPDIR" || return
    mkdir help
    for t in "$B"/bin/*; do
        "$t" --help >"help/${t##*/}"
    done
}
setup() { cd "$BATS_TEST_TMPDIR" || return; ln -s "$BATS_FILE_TMPDIR/help" help; }

# Long options that are not shared by all tools, one a line.
common_options="--help --usage --version --seed --threads --quiet --log --zstd --max-record"
own() { grep -vE " (${common_options// /|})\$" | sort -u; }

@test "every option of --help is in the tool's page, and the reverse" {
    pages=()
    for t in "$B"/bin/*; do pages+=("$ROOT/man/${t##*/}.1"); done
    awk '{ tool = FILENAME; sub(/.*\//, "", tool) }
        match($0, /^ +(-[A-Za-z0-9], | *)--[a-z0-9-]+/) {
            o = substr($0, 1, RLENGTH); sub(/^ +(-[A-Za-z0-9], | *)/, "", o); print tool, o }' \
        help/* | own >in-help
    awk '/^\.It / { o = $0; tool = FILENAME; sub(/.*\//, "", tool); sub(/\.1$/, "", tool)
            if (sub(/^\.It .*Fl -/, "", o) || sub(/^\.It .* , -/, "", o)) {
                match(o, /^[a-z0-9-]*/); print tool, "--" substr(o, 1, RLENGTH) } }' \
        "${pages[@]}" | own >in-page
    [ "$(wc -l <in-help)" -gt 300 ]
    diff in-help in-page >difference || { printf '< only in --help, > only in the page\n'; grep '^[<>]' difference; false; }
}
@test "the shared options are in tenstream(7)" {
    for o in $common_options; do
        grep -q -- "Fl ${o#-}" "$ROOT/man/tenstream.7" || { echo "$o is not described"; false; }
    done
}
@test "every tool has a page whose examples run" {
    for t in "$B"/bin/*; do
        [ -f "$ROOT/man/${t##*/}.1" ] || { echo "${t##*/}: no page"; false; }
    done
    # As scripts/PAGE, each in a folder of its own.
    mkdir scripts
    awk 'FNR == 1 { close(script); name = FILENAME; sub(/.*\//, "", name); script = "scripts/" name; on = 0
            print "set -euo pipefail; mkdir " name "; cd " name >script; if (name ~ /\.1$/) none[name] }
        /^\.Sh EXAMPLES/ { on = 1; next } /^\.Sh/ { on = 0 }
        on && sub(/^\.Dl \$ /, "") {
            gsub(/\\e/, "\\"); gsub(/\\&/, ""); gsub(/\\\(aq/, "\047"); print >script; delete none[name] }
        END { for (name in none) print name ": no example" }' "$ROOT"/man/*.[1-8] >complaints
    for script in scripts/*; do
        bash "$script" >out 2>err </dev/null || echo "${script#*/}: $(tail -3 err)" >>complaints
    done
    [ ! -s complaints ] || { cat complaints; false; }
}
@test "--help shows an example and the shared options, --version the version" {
    [ -z "$(grep -L Example help/*)" ] || { echo "no example:"; grep -L Example help/*; false; }
    [ -z "$(grep -L -e --max-record help/*)" ] || { echo "no shared options:"; grep -L -e --max-record help/*; false; }
    for t in "$B"/bin/*; do
        "$t" --version >version
        read -rd '' version <version || true
        [[ "$version" = "${t##*/} (tenstream) "[0-9]*.[0-9]*.[0-9]* ]]
    done
}
@test "an unknown option is wrong usage: exit 2" {
    for t in "$B"/bin/*; do
        status=0
        "$t" --no-such-option 2>said || status=$?
        [ $status = 2 ] || { echo "${t##*/}: exit $status"; false; }
    done
}
@test "a name says whose page it is" {
    for page in "$ROOT"/man/*.[1-8]; do
        name=${page##*/}
        grep -qx ".Nm ${name%.*}" "$page" || { echo "$name: .Nm differs"; false; }
    done
}
