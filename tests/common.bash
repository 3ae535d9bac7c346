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

# appears FILE PID: waits until FILE is there and is another than FILE.before, or PID has ended.
appears() {
    until [ -e "$1" ] && ! [ "$1" -ef "$1.before" ] || ! kill -0 "$2" 2>/dev/null; do sleep 0.005; done
}
# training CURVE PID: waits until a line of its table is there, or PID has ended: what it does on signals is settled by then.
training() { until [ "$(wc -l 2>/dev/null <"$1")" -gt 1 ] 2>/dev/null || ! kill -0 "$2" 2>/dev/null; do sleep 0.005; done; }
# killed HITS FILE COMMAND...: starts COMMAND, which saves FILE and goes on from it, and kills it up to 0.1 s later (every second
# time: after a save) until HITS kills have hit.  Where one came too late, the next run is a new one and has less time, so that
# no machine is too fast and none too slow.  Standard input is a file; COMMAND is a program or `command ...`: of a function, the
# shell around it would die and it live on.
killed() {
    local hits=0 tries status longest=100
    for ((tries = 0; hits < $1 && tries < 30 * $1; tries++)); do
        [ ! -e "$2" ] || ln -f "$2" "$2.before"
        "${@:3}" </proc/self/fd/0 &
        ((tries % 2)) || appears "$2" $!
        sleep "$(printf 0.%03d $((RANDOM % longest)))"
        kill -9 $! 2>/dev/null || true
        status=0
        wait $! || status=$?
        if [ $status = 137 ]; then
            hits=$((hits + 1))
        else
            [ $status = 0 ]
            rm -f "$2" "$2.best"
            longest=$((longest / 2 + 1))
        fi
        # Whatever it was doing, what it left is whole.
        [ ! -e "$2" ] || ten-verify --quiet "$2" >/dev/null
    done
    [ $hits = "$1" ]
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
