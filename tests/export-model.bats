load common
export NET='{"family": "mlp", "in": [3], "hidden": [5], "out": 2}'
setup() { cd "$BATS_TEST_TMPDIR" || return; make-model --config="$NET" >a.ten; }

@test "parameters and state alone, of a model and of a checkpoint" {
    run -0 bash -c 'export-model <a.ten | ten-info'
    [ "${#lines[@]}" = 4 ]
    [[ "$output" != *config* ]]
    ten-gen image f32 8,3 label i32 8 --fill=uniform --hi=2 >x.ten
    train-regressor --quiet --epochs=1 --x=image --y=label --resume=ck.ten <x.ten >/dev/null
    run -0 bash -c 'export-model <ck.ten | ten-info'
    [[ "$output" != *opt.* ]]
}
@test "other names" {
    echo 'layers.0.* fc0.*' >names.map
    run -0 bash -c 'export-model --map=names.map <a.ten | ten-info'
    [[ "$output" = *layers.0.weight*layers.0.bias*fc1.weight* ]]
}
@test "what is no model, or no map, is told" {
    run -1 --separate-stderr bash -c 'ten-gen x f32 3 | export-model >out'
    [[ "$stderr" = "export-model: "* ]]
    echo 'a b c d e' >bad.map
    run -1 --separate-stderr bash -c 'export-model --map=bad.map <a.ten >out'
    [[ "$stderr" = "export-model: bad.map: "* ]]
    run -1 --separate-stderr bash -c 'export-model --map=absent <a.ten >out'
}
