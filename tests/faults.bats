# What goes wrong around a tool: one table of how each is called, one test per kind of fault.
load common

# How a tool is called so that it reads standard input and writes to standard output.  Columns:
# input it reads (stream: .ten with one f32 image; clip: one with a clip; samples: one with images and labels; labelled: one with clips and labels; graph: one with a digraph; convert: one of another kind;
# own: a file of another format; no: none; skip: its own tests do this) and arguments.  A tool without a row fails every test.
row() {
    local s=$BATS_FILE_TMPDIR/good.ten
    case $1 in
    ten-cat | ten-info | ten-verify | ten-dump | ten-stat | ten-svd | ten-head | augment) echo stream ;;
    ten-cut) echo stream --keep=* ;;
    ten-batch | ten-shuf) echo stream --size=4 ;;
    ten-split) echo stream --parts=a=0.5,b=0.5 --prefix=part- ;;
    ten-cmp | ten-dot) echo stream - "$s" ;;
    ten-paste) echo stream - "$s" ;;
    ten-gen) echo no x f32 8,8,8,3 ;;
    graphgen) echo no rand ;;
    graph-draw | graph-scc | graph-stat | rt-girth) echo graph ;;
    sssp) echo graph --source=0 ;;
    graph-sources) echo graph --all ;;
    rt-oracle) echo graph build ;;
    graph-filter) echo graph --box=0,0,900,900 ;;
    ten2png) echo stream --grid ;;
    ten2y4m | ten2gif | tsm-shift) echo clip ;;
    video-gen) echo clip arrow ;;
    video-pack | video-sample) echo clip ;;
    video-crop) echo clip --size=8 ;;
    video-eval | video-features) echo clip --model="$BATS_FILE_TMPDIR/online.ten" ;;
    tsm-online) echo clip --model="$BATS_FILE_TMPDIR/online.ten" ;;
    ten2raw | ten2npy | ten2npz | ten2safetensors) echo stream ;;
    ten2idx) echo convert images labels ;;
    ten2cifar | ten2mtx | ten2gr | ten2edges | ten2csv | ten2text) echo convert ;;
    png2ten | y4m2ten | npy2ten | npz2ten | safetensors2ten | idx2ten | cifar2ten | mtx2ten | gr2ten | edges2ten | csv2ten | text2ten) echo own - ;;
    raw2ten) echo own --dims=4 ;;
    train-classifier) echo 'samples --epochs=1 --config={"family":"mlp","in":[8,8,3],"out":2}' ;;
    train-tsm) echo 'labelled --epochs=1 --width=4' ;;
    train-regressor | train-predictor) echo 'samples --epochs=1 --x=image --y=label' ;;
    predict-acc) echo samples --x=image --y=label "$BATS_FILE_TMPDIR/number.ten" ;;
    sptrans | spselect | spscale | spstat) echo convert ;;
    spperm) echo convert --random ;;
    spewise) echo convert plus "$BATS_FILE_TMPDIR/matrix.ten" ;;
    spcmp) echo convert - "$BATS_FILE_TMPDIR/matrix.ten" ;;
    spgemm) echo convert ;;
    spmv) echo convert "$BATS_FILE_TMPDIR/matrix.ten" ;;
    mtxgen) echo no st2d5 --grid=30,30 ;;
    allreduce-bench) echo no --runs=1 --bytes=1K ;;
    make-model) echo 'no --config={"family":"mlp","in":[8],"out":2}' ;;
    export-model) echo convert ;;
    forward) echo stream --model="$BATS_FILE_TMPDIR/net.ten" --record=x=image ;;
    classify) echo samples --model="$BATS_FILE_TMPDIR/net.ten" ;;
    claims | report | scale-sim | video-index) echo skip ;;
    train-gan) echo 'samples --preset=tiny --iters=1 --batch=2' ;;
    gan-sample | gan-interp) echo convert ;;
    ppl) echo convert --extractor=pixel ;;
    gan-project) echo 'convert --target='"$s" ;;
    features) echo stream --extractor=pixel ;;
    degrade) echo stream --blur=1 ;;
    leak-check) echo stream --real="$BATS_FILE_TMPDIR/good.ten" ;;
    swd | ms-ssim) echo convert --real="$BATS_FILE_TMPDIR/good.ten" ;;
    frechet | kid | prdc) echo convert --real="$BATS_FILE_TMPDIR/good.ten" ;;
    nn-check) echo convert --train="$BATS_FILE_TMPDIR/good.ten" --held-out="$BATS_FILE_TMPDIR/good.ten" ;;
    confusion | score | latency | fstat | inception-score | spanner | spanner-repair | spanner-prune | spanner-verify | sparch-sim | sparch-plan) echo convert ;;
    sparch-merge) echo convert "$s" ;;
    *) return 1 ;;
    esac
}
setup_file() {
    ten-gen image f32 2,8,8,3 --fill=uniform >"$BATS_FILE_TMPDIR/good.ten"
    ten-gen clip u8 1,2,8,8,3 >"$BATS_FILE_TMPDIR/clip.ten"
    ten-gen clip u8 2,2,8,8,3 label i32 2 --fill=uniform --hi=2 >"$BATS_FILE_TMPDIR/labelled.ten"
    ten-gen image f32 2,8,8,3 label i32 2 --fill=uniform --hi=2 >"$BATS_FILE_TMPDIR/samples.ten"
    mtxgen st2d5 --grid=3,3 >"$BATS_FILE_TMPDIR/matrix.ten"
    train-classifier --quiet --epochs=1 --config='{"family":"mlp","in":[8,8,3],"out":2}' \
        <"$BATS_FILE_TMPDIR/samples.ten" >"$BATS_FILE_TMPDIR/net.ten"
    train-regressor --quiet --epochs=1 --x=image --y=label <"$BATS_FILE_TMPDIR/samples.ten" >"$BATS_FILE_TMPDIR/number.ten"
    make-model --config='{"family":"resnet","width":4,"blocks":[1],"in":[2,8,8,3],"frames":2,"shift_mode":"uni"}' >"$BATS_FILE_TMPDIR/online.ten"
    graphgen grid --n=400 >"$BATS_FILE_TMPDIR/graph.ten"
    for t in "$B"/bin/*; do
        row=$(row "${t##*/}") || row=missing
        echo "${t##*/} $row"
    done >"$BATS_FILE_TMPDIR/rows"
}
setup() { cd "$BATS_TEST_TMPDIR" || return; }

# for_each WANTED FUNCTION: call FUNCTION NAME ARGUMENTS... for tools whose input is one of WANTED, with
# input the file that they read.  In a subshell, where bats need not follow every command.
for_each() (
    trap - DEBUG
    local name kind words input bad=
    while read -r name kind words <&4; do
        [ "$kind" != missing ] || { echo "$name: no row in tests/faults.bats"; return 1; }
        [[ " $1 " = *" $kind "* ]] || continue
        case $kind in clip | samples | labelled | graph) input=$kind ;; *) input=good ;; esac
        input=$BATS_FILE_TMPDIR/$input.ten
        set -f
        # shellcheck disable=SC2086
        "$2" "$name" $words || bad+="$name: status $status: $stderr"$'\n'
        set +f
    done 4<"$BATS_FILE_TMPDIR/rows"
    [ -z "$bad" ] || { printf '%s' "$bad"; false; }
)
# result COMMAND...: sets status and stderr.  Nothing stands between this shell and the tool: it is called a thousand times.
result() {
    "$@" 2>said
    status=$?
    read -rd '' stderr <said
    true
}
# Exit status 1 and one line that starts with the tool's name.
one_line() { [[ "$status" = 1 && "$stderr" != *$'\n'* && "$stderr" = "$1: "* ]]; }

@test "a full disk: exit 1, one line" {
    full() {
        result "$1" --quiet "${@:2}" <"$input" >/dev/full
        [ "$1" = ten-split ] || [ "$1" = ten-cmp ] || { one_line "$1" && [[ "$stderr" = *"No space left on device"* ]]; }
    }
    for_each "stream clip samples labelled graph no" full
}
@test "a closed pipe ends quietly" {
    exec 5> >(true)
    wait $!
    closed() {
        result "$1" --quiet "${@:2}" <"$input" >&5
        [ -z "$stderr" ]
    }
    for_each "stream clip samples labelled graph no" closed
}
@test "an empty input: exit 1, one line" {
    empty() {
        result "$1" --quiet "${@:2}" </dev/null >out
        one_line "$1" && [[ "$stderr" = *"empty input: expected a tensor stream" ]]
    }
    for_each "stream clip samples graph convert" empty
}
@test "text instead of a stream: exit 1, one line that says so" {
    printf -v text 'some text\n%.0s' {1..500}
    text() {
        result "$1" --quiet "${@:2}" < <(echo "$text") >out
        one_line "$1" && [[ "$stderr" = *"not a tensor stream"* ]]
    }
    for_each "stream clip samples graph convert" text
}
@test "a folder instead of a file: exit 1, one line" {
    folder() {
        result "$1" --quiet "${@:2}" <"$BATS_TEST_TMPDIR" >out
        one_line "$1" && [[ "$stderr" = *[Ii]"s a directory"* ]]
    }
    for_each "stream clip samples graph own" folder
}
@test "an input that fails in the middle: exit 1, one line" {
    cut() {
        result "$1" --quiet "${@:2}" < <(head -c 700 "$input") >out
        one_line "$1" && [[ "$stderr" = *"the input ends here"* ]]
    }
    for_each "stream clip samples graph" cut
}
@test "too little memory: exit 1, one line" {
    [[ "$B" != *-san ]] || skip "the address sanitizer takes more than any limit"
    ten-gen image u8 400000000 --fill=zeros --zstd=1 >big.ten
    within() { (ulimit -v 300000; exec "$@"); }
    little() {
        result within "$1" --quiet --threads=1 "${@:2}" <big.ten >out
        # Some tools refuse the record for its shape or limit before they need the memory.
        one_line "$1"
    }
    for_each "stream clip" little
}
@test "a record above --max-record: exit 1, one line that names record and limit" {
    limit() {
        result "$1" --quiet --max-record=100 "${@:2}" <"$input" >out
        one_line "$1" && [[ "$stderr" = *"expected at most the limit, 100" ]]
    }
    for_each "stream clip samples graph" limit
}
@test "an unreadable log: exit 1, one line" {
    log() {
        result "$1" --log=/nowhere/log "${@:2}" <"$input" >out
        one_line "$1" && [[ "$stderr" = *"/nowhere/log: No such file or directory"* ]]
    }
    for_each "stream clip samples labelled graph no" log
}
@test "a file changed in the middle: exit 1, one line that names record and byte" {
    for kind in good clip samples labelled graph; do
        from=$BATS_FILE_TMPDIR/$kind.ten
        { head -c 600 "$from"; printf '\xff\xfe\xfd'; tail -c +604 "$from"; } >changed-$kind.ten
    done
    changed() {
        result "$1" --quiet "${@:2}" <"changed-${input##*/}" >out
        one_line "$1" && [[ "$stderr" = *"record 0 "*": byte "*": "* ]]
    }
    for_each "stream clip samples graph" changed
}
