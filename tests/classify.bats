load common
setup_file() {
    cd "$BATS_FILE_TMPDIR" || return
    ten-gen image u8 50,8,8,1 label i32 50 --fill=uniform --hi=3 --seed=1 --records=2 >x.ten
    train-classifier --quiet --epochs=1 --batch=20 --config='{"family": "resnet", "width": 4, "blocks": [1], "in": [8,8,1], "classes": 3}' <x.ten >net.ten
}
setup() { cd "$BATS_FILE_TMPDIR" || return; }

@test "a class, probabilities and the label for every sample, in batches" {
    run -0 bash -c 'classify --quiet --batch=30 --model=net.ten <x.ten | ten-info'
    [ "${#lines[@]}" = 12 ]
    [[ "${lines[0]}" = *class*"i32  [30]"* ]]
    [[ "${lines[10]}" = *probability*"f32  [10,3]"* ]]
}
@test "probabilities of a sample add up to 1" {
    run -0 bash -c 'classify --quiet --model=net.ten <x.ten | ten-cut --keep=probability | ten2csv | awk -F, '"'"'NR > 1 && ($1 + $2 + $3 - 1) ^ 2 > 1e-10 { bad++ } END { print NR, bad + 0 }'"'"
    [ "${output##* }" = 0 ]
}
@test "how many are right is said on standard error, but for --quiet" {
    run -0 --separate-stderr bash -c 'classify --model=net.ten <x.ten >/dev/null'
    [[ "$stderr" =~ ^classify:\ [0-9]+\ of\ 100\ right:\ 0\.[0-9]{4}$ ]]
    run -0 --separate-stderr bash -c 'classify --quiet --model=net.ten <x.ten >/dev/null'
    [ -z "$stderr" ]
}
@test "a model that is cut: exit 1, one line" {
    head -c 2000 net.ten >cut.ten
    run -1 --separate-stderr bash -c 'classify --model=cut.ten <x.ten >/dev/null'
    [ "${#stderr_lines[@]}" = 1 ]
}
@test "a stream that is no model: exit 1, one line; no model at all: exit 2" {
    run -1 --separate-stderr bash -c 'classify --model=x.ten <x.ten >/dev/null'
    [ "${#stderr_lines[@]}" = 1 ]
    run -2 classify <x.ten
}
