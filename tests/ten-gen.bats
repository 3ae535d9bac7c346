load common
setup() { cd "$BATS_TEST_TMPDIR" || return; }

@test "counts 0, 1, 2 ... by default" {
    run -0 bash -c 'ten-gen clip u8 1,2,1,1,3 | ten-dump'
    [ "${lines[0]}" = "0 1 2" ]
    [ "${lines[1]}" = "3 4 5" ]
}
@test "counting wraps around in integer types" {
    run -0 bash -c 'ten-gen x i8 258 | ten-cut --slice=0:126: | ten-dump | cut -d " " -f 1-4,130-'
    [ "$output" = "126 127 -128 -127 -1 0 1" ]
    run -0 bash -c 'ten-gen x u2 6 | ten-dump'
    [ "$output" = "0 1 2 3 0 1" ]
    run -0 bash -c 'ten-gen x bool 3 | ten-dump'
    [ "$output" = "0 1 0" ]
}
@test "every type is made, and verified" {
    for t in f32 f64 f16 bf16 i8 u8 i16 u16 i32 u32 i64 u64 bool u4 i4 u2 i2 utf8; do
        for fill in arange zeros constant uniform normal; do
            ten-gen --fill=$fill x $t 3,3 | ten-verify >/dev/null || { echo "$t $fill"; false; }
        done
    done
}
@test "empty DIMS make a scalar, a 0 makes an empty tensor" {
    run -0 bash -c 'ten-gen x i32 "" y f32 2,0,3 | ten-info'
    [[ "${lines[0]}" = *"x "*"i32"*"[]"* ]]
    [[ "${lines[1]}" = *"y "*"f32"*"[2,0,3]"* ]]
}
@test "tensors named together form a group, --records repeats it and goes on counting" {
    run -0 bash -c 'ten-gen --records=2 image u8 2,2 label i32 2 | ten-dump | grep .'
    [ "${lines[*]}" = "0 1 2 3 0 1 4 5 6 7 2 3" ]
    run -0 bash -c 'ten-gen --records=2 image u8 2,2 label i32 2 | ten-info | awk "{ print \$1, \$2 }"'
    [ "${lines[*]}" = "0 image 0 label 1 image 1 label" ]
}
@test "--records=0 is a stream without records" {
    ten-gen --records=0 x f32 4 >none
    run -0 ten-info none
    [ -z "$output" ]
}
@test "--fill=zeros, and constant with --value" {
    run -0 bash -c 'ten-gen --fill=zeros x f32 3 | ten-dump'
    [ "$output" = "0 0 0" ]
    run -0 bash -c 'ten-gen --fill=constant x i16 2 | ten-dump'
    [ "$output" = "1 1" ]
    run -0 bash -c 'ten-gen --fill=constant --value=-0.5 x f16 2 | ten-dump'
    [ "$output" = "-0.5 -0.5" ]
    run -0 bash -c 'ten-gen --fill=constant --value=18446744073709551615 x u64 1 | ten-dump'
    [ "$output" = "18446744073709551615" ]
}
@test "--lo is where counting starts" {
    run -0 bash -c 'ten-gen --lo=-2 x f32 4 | ten-dump'
    [ "$output" = "-2 -1 0 1" ]
}
@test "uniform integers fill [lo,hi) and nothing else" {
    run -0 bash -c 'ten-gen --fill=uniform --lo=-1 --hi=2 x i8 500 | ten-dump | tr " " "\n" | sort -n | uniq'
    [ "${lines[*]}" = "-1 0 1" ]
}
@test "uniform bytes reach from 0 to 255 by default" {
    run -0 bash -c 'ten-gen --fill=uniform x u8 20000 | ten-dump | tr " " "\n" | sort -n | uniq | wc -l'
    [ "$output" = 256 ]
}
# The mean of N uniform numbers in [2,6) is 4 with sigma 4/sqrt(12 N), that of normals with std 3 has 3/sqrt(N).
@test "uniform and normal numbers have the mean and spread asked for" {
    stat() { ten-dump | tr ' ' '\n' | awk '{ s += $1; q += $1 * $1; if ($1 < a || NR == 1) a = $1; if ($1 > b || NR == 1) b = $1 }
        END { m = s / NR; print m, sqrt(q / NR - m * m), a, b }'; }
    ten-gen --fill=uniform --lo=2 --hi=6 x f32 10000 | stat >u
    awk '{ exit !($1 > 3.94 && $1 < 4.06 && $3 >= 2 && $4 < 6 && $3 < 2.01 && $4 > 5.99) }' u
    ten-gen --fill=normal --mean=-5 --std=3 x f32 10000 | stat >n
    awk '{ exit !($1 > -5.15 && $1 < -4.85 && $2 > 2.9 && $2 < 3.1) }' n
}
@test "random numbers depend on seed and name, not on threads or records" {
    ten-gen --fill=normal --seed=1 x f32 300000 | ten2raw >one
    ten-gen --fill=normal --seed=1 --threads=1 x f32 300000 | ten2raw | cmp one -
    ten-gen --fill=normal --seed=1 --records=3 x f32 100000 | ten2raw | cmp one -
    run -1 cmp -s one <(ten-gen --fill=normal --seed=2 x f32 300000 | ten2raw)
    run -1 cmp -s one <(ten-gen --fill=normal --seed=1 y f32 300000 | ten2raw)
}
@test "--attrs and --group-attrs are carried" {
    run -0 bash -c "ten-gen --attrs='{\"unit\": \"mm\"}' --group-attrs='{\"classes\":[\"a\",\"b\"]}' x f32 1 | ten-info --json"
    [[ "$output" = *'{"unit":"mm"}'* ]]
    [[ "$output" = *'{"classes":["a","b"]}'* ]]
}
@test "wrong usage is told: exit 2" {
    usage() { run -2 --separate-stderr ten-gen "${@:2}"; [ "${stderr_lines[0]}" = "ten-gen: $1" ] || { echo "$stderr"; false; }; }
    usage "no tensor: expected NAME TYPE DIMS"
    usage "u8: expected NAME TYPE DIMS for every tensor" x u8
    usage "TYPE: u9: no such type: expected one of those in ten(5), such as f32 or u8" x u9 1
    usage "2.5: not a possible value: expected a whole number from 0 to 9223372036854775807" x u8 2.5
    usage "DIMS: dims: [9999999999,9999999999]: expected a product below 2^63" x u8 9999999999,9999999999
    usage "--value: 256: not a value of u8: expected a whole number from 0 to 255" --fill=constant --value=256 x u8 1
    usage "--hi: 1.5: not a value of i8: expected a whole number from -128 to 128" --fill=uniform --hi=1.5 x i8 1
    usage "--lo: one: not a number: expected one" --lo=one x f32 1
    usage "--hi: 2: expected more than --lo" --fill=uniform --lo=2 --hi=2 x f32 1
    usage "--attrs: not an object: expected a JSON object" --attrs='[1]' x f32 1
    usage "half: not a possible value: expected arange, zeros, constant, uniform or normal" --fill=half x f32 1
}
@test "a name that no record can have: exit 1" {
    run -1 --separate-stderr bash -c 'ten-gen "" f32 1 >/dev/null'
    [ "$stderr" = "ten-gen: name: : expected 1 to 255 bytes of UTF-8 without control characters" ]
}
@test "a full disk is an error" {
    [ -w /dev/full ] || skip "there is no /dev/full here"
    run -1 --separate-stderr bash -c 'ten-gen x u8 100000 >/dev/full'
    [ "$stderr" = "ten-gen: standard output: No space left on device: the output is incomplete" ]
}
@test "a closed pipe ends it quietly" {
    run -0 --separate-stderr bash -c 'ten-gen --records=1000 x f32 100000 | head -c 8 | od -An -tx1'
    [ "$output" = " 89 54 45 4e 0d 0a 1a 0a" ]
    [ -z "$stderr" ]
}
