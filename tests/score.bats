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
# 8x8 pixels: stem 64*9*1*8 and 8 channels; expansion 64*8*16, depthwise 64*9*16 (a filter for each channel), projection
# 64*16*8; head 64*8*1280; fc 1280*2.
@test "a mobile network, whose depthwise filters see one channel each" {
    run -0 score --layers --config='{"family": "mobilenet", "in": [8,8,1], "classes": 2, "stem_stride": 1, "width": 0.25, "stages": [[2,32,1,1]]}'
    [ "$(awk -F'\t' 'NR > 1 { print $5 }' <<<"$output" | paste -sd' ')" = "4608 8192 9216 8192 655360 2560 688128" ]
}
# places CONFIG: where channels come from other frames.
places() { score --layers --config="$1" | awk '$1 == "shift_conv" { print $2 }' | xargs; }
@test "shifts of networks of clips stand where the public code has them" {
    clip='"in":[8,224,224,3],"frames":8'
    [ "$(places '{"family":"mobilenet",'$clip'}' | grep -o '[0-9]*\.expand' | cut -d. -f1 | xargs)" = "2 4 5 7 8 9 11 12 14 15" ]
    deep='"family":"resnet","stem":"large","block":"bottleneck"'
    [ "$(places "{$deep,$clip,\"blocks\":[3,4,6,3]}" | tr ' ' '\n' | grep -c '^layer[1-4].[0-5].conv1.weight$')" = 16 ]
    # 101 layers and more: every second block.
    [ "$(places "{$deep,$clip,\"blocks\":[3,4,23,3]}" | tr ' ' '\n' | sed 's/layer\(.*\).conv1.weight/\1/' | xargs)" = \
        "1.0 1.2 2.0 2.2 3.0 3.2 3.4 3.6 3.8 3.10 3.12 3.14 3.16 3.18 3.20 3.22 4.0 4.2" ]
}
# Weights 3*3*2*2 each and 3*3*1*2, norms 2+2 trained and 2+2 kept, fc 2*10+10
@test "parameters and running statistics, counted by hand" {
    run -0 score --config='{"family": "resnet", "width": 2, "blocks": [1], "in": [4,4,1]}'
    [ "$(cut -f1,2 <<<"${lines[1]}")" = "132	12" ]
}
@test "layers add up to what the table says, for every family" {
    for net in '{"family": "resnet", "width": 4, "in": [16,16,3]}' '{"family": "mobilenet", "in": [32,32,3]}' '{"family": "mlp"}' \
        '{"family": "resnet", "width": 4, "blocks": [1], "in": [2,8,8,1], "frames": 2}'; do
        total=$(score --config="$net" | awk -F'\t' 'NR == 2 { print $3 }')
        run -0 score --layers --config="$net"
        [ "${lines[-1]}" = "total	-	-	-	$total" ]
        [ "$(awk -F'\t' 'NR > 1 && $1 != "total" { n += $5 } END { print n }' <<<"$output")" = "$total" ]
    done
}
@test "the values of more samples take more memory" {
    bytes() { score --batch=$1 --config='{"family": "mlp", "in": [128], "hidden": [400,400]}' | awk -F'\t' 'NR == 2 { print $4 }'; }
    # At least the input and one hidden layer are alive at once, at most all of them.
    [ "$(bytes 100)" -ge $((4 * 100 * (128 + 400))) ]
    [ "$(bytes 1000)" -gt "$(bytes 100)" ]
}
@test "a model stream that is cut, text, a full disk: exit 1, one line" {
    cd "$BATS_TEST_TMPDIR"
    ten-gen image u8 4,8 label i32 4 --fill=zeros | ten-cut --drop=image >label.ten
    run -1 --separate-stderr score <label.ten
    [ "${#stderr_lines[@]}" = 1 ]
    ten-gen image u8 20,8,8,1 label i32 20 --fill=uniform --hi=2 |
        train-classifier --quiet --epochs=1 --config='{"family": "mlp", "in": [8,8,1], "hidden": [4], "out": 2}' | head -c -300 >cut.ten
    run -1 --separate-stderr score <cut.ten
    [ -z "$output" ]
    [[ "$stderr" = "score: "*"the input ends here"* ]]
    run -1 --separate-stderr bash -c 'score --config="{\"family\": \"mlp\"}" >/dev/full'
    [[ "$stderr" = "score: "*"No space left on device"* ]]
}
# conv1: 32 numbers of 9 products of 16 bits and 8 sums, 32 * 12.5; a norm is a product and a sum for each, a ReLU and a sum with the
# short cut one more each; mean of 16 pixels; fc: 10 numbers of two products, a sum, a bias.
@test "by the rules of MicroNet, counted by hand: multiplications of 16 bits are halves, all else counts" {
    run -0 score --layers --convention=micronet --config='{"family": "resnet", "width": 2, "blocks": [1], "in": [4,4,1]}'
    [ "${lines[0]}" = "op	parameter	input	output	ops" ]
    [ "$(awk -F'\t' 'NR > 1 { print $5 }' <<<"$output" | paste -sd' ')" = "400 80 832 80 832 112 31 30 2397" ]
}
# 25 numbers of 16 bits, and 20 zeros that are only a bit each; four bits: 25 quarters of that.
@test "by the rules of MicroNet, weights that are zero are neither stored nor multiplied" {
    net='{"family": "mlp", "in": [8], "side": 4, "side_zero": true, "hidden": [4], "out": 1}'
    run -0 score --convention=micronet --config="$net"
    [ "$(cut -f1 <<<"${lines[1]}")" = 13.125 ]
    [ "$(score --convention=micronet --bits=4 --config="$net" | awk 'NR == 2 { print $1 }')" = 3.75 ]
    [ "$(score --config="$net" | awk 'NR == 2 { print $1 }')" = 45 ]
    run -0 score --layers --convention=micronet --config="$net"
    [[ "$output" != *side.weight* ]]
}
@test "HAT counts two for each and no output layer, Lite Transformer no depthwise taps" {
    net='{"family": "mlp", "in": [128], "hidden": [400,400]}'
    run -0 score --convention=hat --config="$net"
    [ "${lines[0]}" = "parameters	state	flops	activation_bytes" ]
    [ "$(cut -f1,3 <<<"${lines[1]}")" = "$((212401 - 401))	$((2 * (211600 - 400)))" ]
    net='{"family": "mobilenet", "in": [8,8,1], "classes": 2, "stem_stride": 1, "width": 0.25, "stages": [[2,32,1,1]]}'
    all=$(score --config="$net" | awk 'NR == 2 { print $3 }')
    [ "$(score --convention=lite-transformer --config="$net" | awk 'NR == 2 { print $3 }')" = $((all - 9216 - 2560)) ]
    [ "$(score --convention=gan-compression --config="$net" | awk 'NR == 2 { print $3 }')" = "$all" ]
}
# L (4 e q + 2 e f) + 2 L^2 q for each of 6 encoder layers, L (4 d q + 2 d q + 2 e q + 2 d f) + 4 L^2 q for each of 6 decoder layers,
# with e = d = q = 512, f = 2048, L = 64; a table of 8000 words.
@test "a transformer has the operations of HAT's formula, and no table and output layer in its parameters" {
    net='{"family": "transformer"}'
    [ "$(score --convention=hat --config="$net" | awk 'NR == 2 { print $3 }')" = 5788139520 ]
    all=$(score --config="$net" | awk 'NR == 2 { print $1 }')
    [ "$(score --convention=hat --config="$net" | awk 'NR == 2 { print $1 }')" = $((all - 8000 * 512)) ]
}
@test "every rule counts a sample, however many come at a time; layers add up to the total" {
    net='{"family": "resnet", "width": 4, "blocks": [1,1], "in": [2,8,8,3], "frames": 2}'
    for rule in macs hat lite-transformer gan-compression micronet; do
        want=$(score --convention=$rule --config="$net" | cut -f1-3)
        [ "$(score --convention=$rule --batch=8 --config="$net" | cut -f1-3)" = "$want" ]
        score --layers --convention=$rule --config="$net" | awk -F'\t' 'NR > 1 && $1 != "total" { n += $5 } $1 == "total" { t = $5 } END { exit n != t }'
    done
}
@test "a rule that is not known, bits out of range: exit 2" {
    run -2 --separate-stderr score --convention=flops --config='{"family": "mlp"}'
    [[ "$stderr" = *hat*lite-transformer*gan-compression*micronet* ]]
    run -2 score --bits=0 --config='{"family": "mlp"}'
}
@test "an unknown network: exit 2" {
    run -2 --separate-stderr score --config='{"family": "none"}'
    [[ "$stderr" = *"expected one of resnet, mobilenet, mlp"* ]]
}
# counted NET: parameters and multiply-accumulates.
counted() { score --config="$1" | awk -F'\t' 'NR == 2 { print $1, $3 }'; }
# Generator: linear 64*2048, 4*4*16*128*64, 8*8*16*64*32, 16*16*16*32*3; discriminator: 16*16*16*3*32 and so on, counted by hand.
@test "DCGAN: 4.72 and 4.59 million multiply-accumulates for an image of 32x32" {
    [ "$(counted '{"family": "dcgan_generator"}')" = "298691 4718592" ]
    [ "$(counted '{"family": "dcgan_discriminator"}')" = "167649 4589568" ]
}
# 28x20: two steps, from 7x5
@test "DCGAN takes sides that can be halved, and no others" {
    [ "$(counted '{"family": "dcgan_generator", "image": [28,20,1], "width": 16, "in": [8]}')" = "$((8*560+560+16*16*8+16+16*8+1)) $((8*560+35*2048+140*128))" ]
    run -2 --separate-stderr score --config='{"family": "dcgan_generator", "image": [27,20,1]}'
    [[ "$stderr" = "score: config: images of 27x20: expected sides that can be halved"* ]]
    run -2 score --config='{"family": "dcgan_discriminator", "in": [28,20,1], "steps": 3}'
    run -2 score --config='{"family": "dcgan_discriminator", "in": [28,20]}'
}
@test "classes of generators and discriminators are an input y" {
    cd "$BATS_TEST_TMPDIR"
    ten-gen z f32 3,8 --fill=normal >z.ten
    ten-gen y i32 3 --fill=uniform --hi=4 >y.ten
    make-model --config='{"family": "dcgan_generator", "in": [8], "image": [8,8,1], "width": 4, "classes": 4}' >g.ten
    make-model --config='{"family": "dcgan_discriminator", "in": [8,8,1], "width": 4, "classes": 4}' >d.ten
    ten-paste z.ten y.ten | forward --model=g.ten --output=x >x.ten
    ten-paste <(ten-cut --keep=x <x.ten) y.ten | forward --model=d.ten >logit.ten
    [[ "$(ten-info logit.ten)" = *"f32  [3,1]"* ]]
    run -1 --separate-stderr forward --model=g.ten <z.ten
    [[ "$stderr" = *"no record y"* ]]
}
# The reference has the 1x1 convolutions of short cuts behind the upsampling, where there are 4 times as many pixels (8, 16, 32 squared
# times 256 * 256), and before the pooling of the second block of the discriminator: 1.681 and 1.081 thousand million in all.
@test "BigGAN for CIFAR: parameters and multiply-accumulates of the reference" {
    [ "$(counted '{"family": "biggan_generator"}')" = "4304387 $((1681129472 - 3 * 65536 * 1344 / 4))" ]
    [ "$(counted '{"family": "biggan_discriminator"}')" = "4207361 $((1081016576 - 3 * 65536 * 256 / 4))" ]
}
@test "BigGAN for ImageNet at 128x128 has 70.4 and 88.0 million parameters" {
    g='{"family": "biggan_generator", "in": [120], "image": [128,128,3], "widths": [1536,1536,768,384,192,96], "classes": 1000, "shared": 128, "hierarchical": true, "attention": 64}'
    d='{"family": "biggan_discriminator", "in": [128,128,3], "widths": [96,192,384,768,1536,1536], "down": 5, "classes": 1000, "attention": 64}'
    [ "$(counted "$g" | cut -d" " -f1)" = 70433988 ]
    [ "$(counted "$d" | cut -d" " -f1)" = 87982370 ]
}
@test "BigGAN refuses numbers that make no network" {
    for net in '"biggan_generator", "in": [121], "hierarchical": true, "shared": 8' '"biggan_generator", "in": [120], "hierarchical": true' \
        '"biggan_generator", "attention": 12' '"biggan_generator", "image": [36,36,3]' '"biggan_generator", "init": "he"' \
        '"biggan_generator", "classes": 0, "shared": 4' '"biggan_discriminator", "attention": 64' '"biggan_discriminator", "down": 5' \
        '"biggan_discriminator", "in": [6,32,3]' '"sngan_generator", "in": [4,4]'; do
        run -2 --separate-stderr score --config="{\"family\": $net}"
        [[ "$stderr" = "score: config: "*expected* ]]
    done
}
# style SIZE FMAP_BASE: parameters of StyleGAN2's networks.
style() {
    counted "{\"family\": \"stylegan2_generator\", \"image\": [$1,$1,3], \"fmap_base\": $2}" | cut -d' ' -f1
    counted "{\"family\": \"stylegan2_discriminator\", \"in\": [$1,$1,3], \"fmap_base\": $2}" | cut -d' ' -f1
}
@test "StyleGAN2 for CIFAR, FFHQ, low-shot sets and 1024x1024: parameters of the reference" {
    [ "$(style 32 2048 | xargs)" = "13506963 13918849" ]
    [ "$(style 256 8192 | xargs)" = "24767458 24001089" ]
    [ "$(style 256 16384 | xargs)" = "30034338 28864129" ]
    [ "$(style 1024 16384 | xargs)" = "30370060 29012513" ]
}
@test "StyleGAN2 refuses numbers that make no network" {
    for net in '"stylegan2_generator", "noise": "white"' '"stylegan2_generator", "mixing": 1.5' '"stylegan2_generator", "image": [5000,8,3]' \
        '"stylegan2_generator", "in": [4,4]' '"stylegan2_generator", "mapping": 0' '"stylegan2_discriminator", "in": [8,5000,3]' \
        '"stylegan2_discriminator", "in": [32]' '"stylegan2_discriminator", "group": -1'; do
        run -2 --separate-stderr score --config="{\"family\": $net}"
        [[ "$stderr" = "score: config: "*expected* ]]
    done
}
@test "networks too large to be true are refused before their memory is asked for" {
    for net in '"biggan_generator", "in": [16777216], "widths": [16777216,4]' '"dcgan_generator", "in": [16777216], "image": [2048,2048,1], "width": 16384, "steps": 1'; do
        run -2 --separate-stderr score --config="{\"family\": $net}"
        [[ "$stderr" = "score: config: a first map of "*expected* ]]
    done
}
