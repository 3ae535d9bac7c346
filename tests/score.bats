load common

@test "an MLP 128-400-400-1 has 212401 parameters and 211600 multiply-accumulates" {
    run -0 score --config='{"family": "mlp", "in": [128], "hidden": [400,400]}'
    [ "${lines[0]}" = "parameters	state	macs	activation_bytes" ]
    [ "$(cut -f1,3 <<<"${lines[1]}")" = "212401	211600" ]
}
# conv1 16*9*2; two convolutions of 16*9*2*2 products; fc 2*10
@test "a residual network of one block on 4x4 pixels, counted by hand; the layers add up to the total" {
    run -0 score --layers --config='{"family": "resnet", "width": 2, "blocks": [1], "in": [4,4,1]}'
    [ "$(awk -F'\t' '/^conv/ { print $5 }' <<<"$output" | paste -sd+)" = "288+576+576" ]
    [ "${lines[-1]}" = "total	-	-	-	1460" ]
}
@test "a model stream is counted as its configuration is, whatever the batch" {
    cd "$BATS_TEST_TMPDIR"
    net='{"family": "resnet", "width": 4, "blocks": [1,1], "in": [8,8,1], "classes": 3}'
    ten-gen image u8 20,8,8,1 label i32 20 --fill=uniform --hi=3 | train-classifier --quiet --epochs=1 --config="$net" >net.ten
    [ "$(score <net.ten | cut -f1-3)" = "$(score --batch=7 --config="$net" | cut -f1-3)" ]
}
@test "an unknown network: exit 2" {
    run -2 --separate-stderr score --config='{"family": "none"}'
    [[ "$stderr" = *"expected one of resnet, mobilenet, mlp" ]]
}
