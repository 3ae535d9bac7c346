# Shared by all bats files.  B: the build folder under test (build, or build-san).
# Sourced before each of more than a thousand tests, so it starts no process.
bats_require_minimum_version 1.5.0
ROOT=${BATS_TEST_DIRNAME%/*}
B=${B:-$ROOT/build}
PATH=$B/bin:$PATH
export LC_ALL=C

# limit KIB: little address space from here on, for use inside of bash -c; none under sanitizers, whose
# shadow memory takes more than any limit.
limit() { [[ "$B" = *-san ]] || ulimit -v "$1"; }
export -f limit
export B

# need COMMAND PACKAGE: skip this test, with the reason, where a peer is not installed.
need() {
    command -v "$1" >/dev/null || skip "$1 is not installed (Debian package $2)"
}

# The system's, which has the packages; a version manager's python3 takes half a second to start.
[ ! -x /usr/bin/python3 ] || python3() { /usr/bin/python3 "$@"; }

# of REPORT KEY: a value of a JSON report that has a line for each, with True, False and None as Python has them;
# exit 1 without one.
of() {
    awk -v key="\"$2\":" '$1 == key { sub(/^[^:]*: /, ""); sub(/,$/, ""); gsub(/"/, ""); found = 1
        print $0 == "true" ? "True" : $0 == "false" ? "False" : $0 == "null" ? "None" : $0 } END { exit !found }' "$1"
}

# What bats starts processes for in every test, without them: the time, a file of its own for what
# `run --separate-stderr` hears, and the removal of one file out of a folder that is removed as a whole later.
get_mills_since_epoch() { echo $((${EPOCHREALTIME/[.,]/} / 1000)); }
mktemp() {
    case $* in
    */separate-stderr-XXXXXX) local file=${1%XXXXXX}$BASHPID; : >"$file"; echo "$file" ;;
    *) command mktemp "$@" ;;
    esac
}
rm() { [ "$*" = "-f ${BATS_OUT:-}" ] || command rm "$@"; }
