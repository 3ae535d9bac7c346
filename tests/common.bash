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

# need COMMAND PACKAGE: skip this test, with the reason, where a peer is not installed.  (A function of that name is none.)
need() {
    type -P "$1" >/dev/null || skip "$1 is not installed (Debian package $2)"
}

# The system's, which has the packages; a version manager's python3 takes half a second to start.
[ ! -x /usr/bin/python3 ] || python3() { /usr/bin/python3 "$@"; }

# of REPORT KEY: a value of a JSON report that has a line for each, with True, False and None as Python has them;
# exit 1 without one.  For $(of ...) and run: in a subshell bats need not follow every command, which takes longer than they do.
of() {
    trap - DEBUG
    local key value found=1
    while read -r key value; do
        [ "$key" = "\"$2\":" ] || continue
        found=0 value=${value%,} value=${value//\"/}
        case $value in true) value=True ;; false) value=False ;; null) value=None ;; esac
        echo "$value"
    done <"$1"
    return $found
}

# killed_after_save FILE COMMAND...: starts it and kills it once FILE is another than it was, or just after its end; hits counts
# those that were killed.  COMMAND is a program or `command ...`: of a function, the shell around it would die and it live on.
killed_after_save() {
    local n status=0
    [ ! -e "$1" ] || ln -f "$1" "$1.before"
    "${@:2}" <&0 &
    for ((n = 0; n < 500; n++)); do
        [ ! -e "$1" ] || [ "$1" -ef "$1.before" ] || break
        sleep 0.01
    done
    kill -9 $! 2>/dev/null || true
    wait $! || status=$?
    [ $status != 137 ] || hits=$((hits + 1))
}

# Open MPI on this machine alone, whoever runs the tests and however many processors it has.  Of its parts, those that are
# used: to look at the others takes a fifth of the time of a start.
open_mpi() {
    export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_plm=isolated OMPI_MCA_btl=self,vader \
        OMPI_MCA_oob_tcp_if_include=lo OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_hwloc_base_binding_policy=none \
        OMPI_MCA_mpi_yield_when_idle=1 OMPI_MCA_pml=ob1 PMIX_MCA_gds=hash
    # It frees little of what it takes.
    export ASAN_OPTIONS=detect_leaks=0
}
# Without the descriptor by which bats would wait for it.
mpirun() { command mpirun "$@" 3>&-; }

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
