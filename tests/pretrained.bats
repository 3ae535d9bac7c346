# Weights of torchvision, and of the published checkpoints of TSM, by the name maps in formats/.
load common
python=/usr/bin/python3
R50='"family":"resnet","stem":"large","block":"bottleneck","blocks":[3,4,6,3]'
CLIP='"in":[4,64,64,3],"frames":4,"classes":11'
setup_file() {
    cd "$BATS_FILE_TMPDIR" || return
    "$python" -c 'import torchvision' 2>/dev/null || return 0
    "$python" "$BATS_TEST_DIRNAME/pretrained.py"
    for x in image clip; do npy2ten --name=x $x.npy >$x.ten; done
}
setup() { cd "$BATS_FILE_TMPDIR" || return; }
needs_torchvision() {
    [ -e clip.ten ] || skip "torchvision is not installed (Debian package python3-torchvision)"
}
# imported NAME MAP CONFIG INPUT [BOUND]: our logits with their weights are theirs, within 1e-5 of the largest, or BOUND; -> net.ten
imported() {
    needs_torchvision
    safetensors2ten --quiet "$1.safetensors" | make-model --quiet --init=- --init-map="$ROOT/formats/$2.map" --config="{$3}" >net.ten
    forward --model=net.ten <"$4.ten" | ten-cut --keep=y | ten2csv | tail -n +2 >got
    npy2ten --name=y "$1.npy" | ten2csv | tail -n +2 >want
    paste -d, got want | awk -F, -v name="$1" -v bound="${5:-1e-5}" '
        { n = NF / 2
          for (i = 1; i <= n; i++) {
              d = $i - $(i + n); size = $(i + n)
              if (d < 0) d = -d
              if (size < 0) size = -size
              if (d > worst) worst = d
              if (size > largest) largest = size
          } }
        END { printf "%s: %g of %g\n", name, worst, largest; exit !(NR > 0 && worst <= bound * largest) }'
}
# exported NAME MAP [PREFIX]: the names of their file come back.
exported() {
    safetensors2ten --quiet "$1.safetensors" >theirs.ten
    export-model --map="$ROOT/formats/$2.map" <net.ten | ten-info >names
    [ "$(ten-info <theirs.ten | grep -o "${3:-}[a-zA-Z][a-zA-Z0-9_.]*\.\(weight\|bias\|running_mean\|running_var\)" | sort)" = \
      "$(grep -o "${3:-}[a-zA-Z][a-zA-Z0-9_.]*\.\(weight\|bias\|running_mean\|running_var\)" names | sort)" ]
}

@test "ResNet-18 of torchvision gives the same logits, and goes back under the same names" {
    imported resnet18 torchvision-resnet '"family":"resnet","stem":"large","in":[64,64,3],"classes":11' image
    exported resnet18 torchvision-resnet
}
@test "ResNet-50 of torchvision gives the same logits" {
    imported resnet50 torchvision-resnet "$R50"',"in":[64,64,3],"classes":11' image
}
@test "MobileNetV2 of torchvision gives the same logits, and goes back under the same names" {
    imported mobilenet_v2 torchvision-mobilenet-v2 '"family":"mobilenet","in":[64,64,3],"classes":11' image
    exported mobilenet_v2 torchvision-mobilenet-v2
}
@test "TSM of ResNet-50 as its checkpoints are named: both ways, and from the past alone" {
    imported tsm-bi tsm-resnet "$R50,$CLIP" clip
    exported tsm-bi tsm-resnet module.
    imported tsm-uni tsm-resnet "$R50,$CLIP"',"shift_mode":"uni"' clip
    # The other mode is another network.
    ! imported tsm-uni tsm-resnet "$R50,$CLIP" clip
}
@test "TSM of ResNet-50 with non-local blocks" {
    imported tsm-nl tsm-resnet-nl "$R50,$CLIP"',"non_local":true' clip
    exported tsm-nl tsm-resnet-nl module.
}
@test "TSM of a network as deep as ResNet-101: every second block of each stage is shifted" {
    imported tsm-deep tsm-resnet '"family":"resnet","stem":"large","blocks":[1,2,23,1],'"$CLIP" clip
}
@test "TSM of MobileNetV2" {
    imported tsm-mobilenet tsm-mobilenet-v2 '"family":"mobilenet",'"$CLIP" clip
    exported tsm-mobilenet tsm-mobilenet-v2 module.
}
@test "TSM of BN-Inception, and its network of images" {
    # Without short cuts, what is rounded differently is not calmed on the way (as in inception.bats).
    imported tsm-bninception tsm-bninception '"family":"bninception",'"$CLIP" clip 1e-4
    exported tsm-bninception tsm-bninception module.
    imported bninception tsm-bninception '"family":"bninception","in":[64,64,3],"classes":11' image 1e-4
    # Without the shift it is another network.
    ! imported tsm-bninception tsm-bninception '"family":"bninception","shift":0,'"$CLIP" clip 1e-4
}
@test "spread: a first convolution of colours becomes one of optical flow, each input their mean" {
    net='"family":"resnet","width":2,"blocks":[1],"classes":2'
    make-model --seed=1 --config="{$net,\"in\":[8,8,3]}" | export-model >rgb.ten
    printf '%s\n' 'conv1.weight conv1.weight spread' >flow.map
    make-model --quiet --seed=2 --init=rgb.ten --init-map=flow.map --config="{$net,\"in\":[8,8,10]}" >flow.ten
    ten-cut --keep=conv1.weight --reshape=18,3 <rgb.ten | ten2csv | tail -n +2 |
        awk -F, '{ for (i = 0; i < 10; i++) print ($1 + $2 + $3) / 3 }' >want
    export-model <flow.ten | ten-cut --keep=conv1.weight --reshape=180,1 | ten2csv | tail -n +2 >got
    paste -d, got want | awk -F, '{ d = $1 - $2; if (d ^ 2 > 1e-12) bad = 1 } END { exit bad || NR != 180 }'
    # Without the word it is a misfit.
    run -1 make-model --quiet --init=rgb.ten --config="{$net,\"in\":[8,8,10]}"
    # More than the inputs may not differ.
    run -1 make-model --quiet --init=rgb.ten --init-map=flow.map --config='{"family":"resnet","width":4,"blocks":[1],"classes":2,"in":[8,8,10]}'
}
