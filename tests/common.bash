# Shared by all bats files.  B: the build folder under test (build, or build-san).
bats_require_minimum_version 1.5.0
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
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
