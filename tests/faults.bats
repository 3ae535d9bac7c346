# What goes wrong around a tool: one table of how each is called, one test per kind of fault.
load common

# How a tool is called so that it reads standard input and writes to standard output.  Columns:
# input it reads (stream: .ten with one f32 image; clip: one with a clip; samples: one with images and labels; labelled: one with clips and labels; graph: one with a digraph; convert: one of another kind;
# own: a file of another format; no: none; skip: its own tests do this) and arguments.  A tool without a row fails every test.
row() {
    local s=$BATS_FILE_TMPDIR/good.ten
    case $1 in
    ten-cat | ten-info | ten-verify | ten-dump | ten-stat | ten-head | augment) echo stream ;;
    ten-cut) echo stream --keep=* ;;
    ten-batch | ten-shuf) echo stream --size=4 ;;
    ten-split) echo stream --parts=a=0.5,b=0.5 --prefix="$BATS_TEST_TMPDIR/part-" ;;
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
}
setup() { cd "$BATS_TEST_TMPDIR" || return; }

# for_each WANTED FUNCTION: call FUNCTION NAME ARGUMENTS... for tools whose input is one of WANTED.
for_each() {
    local wanted=$1 call=$2 t kind bad=
    for t in "$B"/bin/*; do
        local name=${t##*/} words
        words=$(row "$name") || { echo "$name: no row in tests/faults.bats"; return 1; }
        # shellcheck disable=SC2086
        set -f; set -- $words; set +f
        kind=$1
        shift
        [[ " $wanted " = *" $kind "* ]] || continue
        "$call" "$name" "$@" || bad+="$name: status $status: $stderr"$'\n'
    done
    [ -z "$bad" ] || { printf '%s' "$bad"; false; }
}
input_of() { case $(row "$1") in clip*) echo "$BATS_FILE_TMPDIR/clip.ten" ;; samples*) echo "$BATS_FILE_TMPDIR/samples.ten" ;; labelled*) echo "$BATS_FILE_TMPDIR/labelled.ten" ;; graph*) echo "$BATS_FILE_TMPDIR/graph.ten" ;; *) echo "$BATS_FILE_TMPDIR/good.ten" ;; esac; }
# Exit status 1 and one line that starts with the tool's name.
one_line() { [ "$status" = 1 ] && [ "$(wc -l <<<"$stderr")" = 1 ] && [[ "$stderr" = "$1: "* ]]; }

@test "a full disk: exit 1, one line" {
    full() {
        local name=$1; shift
        run --separate-stderr bash -c '"$@" >/dev/full' _ "$name" --quiet "$@" <"$(input_of "$name")"
        [ "$name" = ten-split ] || [ "$name" = ten-cmp ] || { one_line "$name" && [[ "$stderr" = *"No space left on device"* ]]; }
    }
    for_each "stream clip samples labelled graph no" full
}
@test "a closed pipe ends quietly" {
    closed() {
        local name=$1; shift
        run --separate-stderr bash -c '(sleep 0.1; exec "$@") | true; exit 0' _ "$name" --quiet "$@" <"$(input_of "$name")"
        [ -z "$stderr" ]
    }
    for_each "stream clip samples labelled graph no" closed
}
@test "an empty input: exit 1, one line" {
    empty() {
        local name=$1; shift
        run --separate-stderr bash -c '"$@" >out' _ "$name" --quiet "$@" </dev/null
        one_line "$name" && [[ "$stderr" = *"empty input: expected a tensor stream" ]]
    }
    for_each "stream clip samples graph convert" empty
}
@test "text instead of a stream: exit 1, one line that says so" {
    text() {
        local name=$1; shift
        run --separate-stderr bash -c '"$@" >out' _ "$name" --quiet "$@" < <(yes some text | head -c 5000)
        one_line "$name" && [[ "$stderr" = *"not a tensor stream"* ]]
    }
    for_each "stream clip samples graph convert" text
}
@test "a folder instead of a file: exit 1, one line" {
    folder() {
        local name=$1; shift
        run --separate-stderr bash -c '"$@" >out' _ "$name" --quiet "$@" <"$BATS_TEST_TMPDIR"
        one_line "$name" && [[ "$stderr" = *[Ii]"s a directory"* ]]
    }
    for_each "stream clip samples graph own" folder
}
@test "an input that fails in the middle: exit 1, one line" {
    cut() {
        local name=$1; shift
        run --separate-stderr bash -c '"$@" >out' _ "$name" --quiet "$@" < <(head -c 700 "$(input_of "$name")")
        one_line "$name" && [[ "$stderr" = *"the input ends here"* ]]
    }
    for_each "stream clip samples graph" cut
}
@test "too little memory: exit 1, one line" {
    [[ "$B" != *-san ]] || skip "the address sanitizer takes more than any limit"
    ten-gen image u8 400000000 --fill=zeros --zstd=1 >big.ten
    little() {
        local name=$1; shift
        run --separate-stderr bash -c 'ulimit -v 300000; "$@" >out' _ "$name" --quiet --threads=1 "$@" <big.ten
        # Some tools refuse the record for its shape or limit before they need the memory.
        one_line "$name"
    }
    for_each "stream clip" little
}
@test "a record above --max-record: exit 1, one line that names record and limit" {
    limit() {
        local name=$1; shift
        run --separate-stderr bash -c '"$@" >out' _ "$name" --quiet --max-record=100 "$@" <"$(input_of "$name")"
        one_line "$name" && [[ "$stderr" = *"expected at most the limit, 100" ]]
    }
    for_each "stream clip samples graph" limit
}
@test "an unreadable log: exit 1, one line" {
    log() {
        local name=$1; shift
        run --separate-stderr bash -c '"$@" >out' _ "$name" --log=/nowhere/log "$@" <"$(input_of "$name")"
        one_line "$name" && [[ "$stderr" = *"/nowhere/log: No such file or directory"* ]]
    }
    for_each "stream clip samples labelled graph no" log
}
@test "a file changed in the middle: exit 1, one line that names record and byte" {
    changed() {
        local name=$1 from; shift
        from=$(input_of "$name")
        { head -c 600 "$from"; printf '\xff\xfe\xfd'; tail -c +604 "$from"; } >changed.ten
        run --separate-stderr bash -c '"$@" >out' _ "$name" --quiet "$@" <changed.ten
        one_line "$name" && [[ "$stderr" = *"record 0 "*": byte "*": "* ]]
    }
    for_each "stream clip samples graph" changed
}
