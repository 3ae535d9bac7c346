load common
setup_file() {
    cd "$BATS_FILE_TMPDIR" || return
    ten-gen image u8 300,16,16,3 label i32 300 --fill=uniform --hi=4 --seed=1 --records=2 >small.ten
    ten-gen image f32 400,16,16,3 --fill=uniform --lo=-1 --hi=1 --seed=2 >x.ten
}
setup() { cd "$BATS_FILE_TMPDIR" || return; }
stat() { ten-cut --keep=image | ten-cut --reshape=-1 | ten-batch --size=10000000 | ten-stat | awk -v c="$1" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == c) k = i } NR == 2 { print $k }'; }

@test "with nothing asked for, images as f32 and their labels" {
    degrade <small.ten >y.ten
    ten-cut --keep=label <y.ten | ten-batch --size=600 | ten-cmp - <(ten-cut --keep=label <small.ten | ten-batch --size=600)
    degrade <x.ten | ten-batch --size=400 | ten-cmp x.ten -
}
@test "noise, colour and blur are of the size that is asked for" {
    a=$(degrade --noise=0.5 <x.ten | stat std)
    awk "BEGIN { exit !($a > 0.755 && $a < 0.775) }"    # sqrt(1/3 + 1/4)
    a=$(degrade --cast=0.25 <x.ten | stat mean)
    b=$(stat mean <x.ten)
    awk "BEGIN { d = $a - $b - 0.25; exit !(d * d < 1e-10) }"
    # Of white noise a normal filter leaves the share 1 / (2 R sqrt(pi)) of the deviation, edges a little more.
    a=$(degrade --blur=1 <x.ten | stat std)
    awk "BEGIN { s = $a / 0.5774; exit !(s > 0.27 && s < 0.34) }"
    ten-gen image f32 2,9,9,1 --fill=constant --value=0.5 >even.ten
    degrade --blur=2 <even.ten | ten-cmp --atol=1e-6 even.ten -
}
@test "shares of images get a block or are of another class; classes go" {
    ten-gen image f32 400,16,16,3 --fill=constant --value=0.5 >even.ten
    ten-gen image f32 400,16,16,3 --fill=constant --value=0.7 >other.ten
    degrade --cutout=0.25 <even.ten | leak-check --quiet --real=even.ten | awk '$1 == "block" && $2 == 0.05 { exit !($3 > 0.15 && $3 < 0.32) }'
    ten-gen label i32 400 --fill=constant --value=3 >three.ten
    ten-gen label i32 400 --fill=constant --value=7 >seven.ten
    ten-cat <(ten-paste even.ten three.ten) <(ten-paste other.ten seven.ten) >both.ten
    degrade --replace=1 --other=7 <both.ten | stat min | grep -qx 0.7
    a=$(degrade --replace=0.5 --other=7 <both.ten | stat mean)
    awk "BEGIN { exit !($a > 0.64 && $a < 0.66) }"
    [ "$(degrade --drop=4 <both.ten | stat min)" = 0.7 ]
    degrade --drop=2 <small.ten | ten-cut --keep=label | ten-stat | awk 'NR > 1 && $6 < 2 { bad = 1 } END { exit bad }'
}
@test "the same for any number of threads; another seed, other noise" {
    degrade --noise=1 --blur=1 --cutout=0.5 --threads=1 <x.ten >a
    degrade --noise=1 --blur=1 --cutout=0.5 --threads=3 <x.ten | cmp a -
    run ! cmp <(degrade --noise=1 <x.ten) <(degrade --noise=1 --seed=1 <x.ten)
}
@test "labels that are needed and not there: exit 1, one line" {
    run -1 --separate-stderr bash -c 'degrade --drop=1 <x.ten >out'
    [ "$stderr" = "degrade: label: no such record: expected i32 [N], for --drop and --replace" ]
    run -1 --separate-stderr bash -c 'degrade --replace=0.5 --other=9 <small.ten >out'
    [ "$stderr" = "degrade: label: none is 9: expected some, for --replace" ]
    run -1 --separate-stderr bash -c 'degrade --drop=9 <small.ten >out'
    [ "$stderr" = "degrade: label: all are below 9: expected some that stay" ]
}
@test "shares above 1: exit 2" {
    run -2 degrade --cutout=2 <x.ten
}
