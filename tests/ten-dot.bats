load common
setup() {
    cd "$BATS_TEST_TMPDIR" || return
    ten-gen x f32 3 >x.ten                              # 0 1 2
    ten-gen --lo=1 x i8 3 >y.ten                        # 1 2 3
}

@test "sums of products, and the lengths of both sides" {
    run -0 ten-dot x.ten y.ten
    [ "${lines[0]}" = $'group\tname\tcount\tdot\tnorm_a\tnorm_b' ]
    [ "${lines[1]}" = $'0\tx\t3\t8\t2.2360679774997898\t3.7416573867739413' ]
}
@test "a line for each record of each group, in order" {
    ten-gen --records=2 a u8 2 b u8 1 >ab.ten           # a: 0 1, 2 3; b: 0, 1
    run -0 bash -c 'ten-dot ab.ten - <ab.ten | cut -f1-4 | tr "\t" " "'
    [ "${lines[1]}" = "0 a 2 1" ]
    [ "${lines[2]}" = "0 b 1 0" ]
    [ "${lines[3]}" = "1 a 2 13" ]
    [ "${lines[4]}" = "1 b 1 1" ]
    [ ${#lines[@]} = 5 ]
}
@test "--total: a line for each name, over all groups" {
    ten-gen --records=2 a u8 2 b u8 1 >ab.ten
    run -0 bash -c 'ten-dot --total ab.ten ab.ten | tr "\t" " "'
    [ "${lines[0]}" = "name count dot norm_a norm_b" ]
    [ "${lines[1]}" = "a 4 14 3.7416573867739413 3.7416573867739413" ]
    [ "${lines[2]}" = "b 2 1 1 1" ]
}
@test "--record: other records may differ in number, name and shape" {
    ten-gen aug.x f32 7 x f32 3 z u8 2 >more.ten
    run -0 bash -c 'ten-dot --record="[x]" more.ten y.ten | cut -f2-4'
    [ "${lines[1]}" = $'x\t3\t8' ]
}
@test "a record without elements gives zero" {
    ten-gen x f32 0,4 >none.ten
    run -0 ten-dot none.ten none.ten
    [ "${lines[1]}" = $'0\tx\t0\t0\t0\t0' ]
}
@test "the thread count does not change a digit" {
    ten-gen --fill=normal --seed=1 x f32 1000003 >big.ten
    ten-gen --fill=normal --seed=2 x f64 1000003 >big2.ten
    ten-dot --threads=1 big.ten big2.ten >one
    ten-dot --threads=2 big.ten big2.ten | cmp - one
}
@test "augment --adjoint is the transpose of augment --tangent" {
    ten-gen --fill=uniform --lo=-1 image f32 8,16,16,3 >image.ten
    ten-gen --fill=normal image f32 8,16,16,3 >random.ten
    augment --seed=1 <image.ten | ten-cut --drop=image >draws.ten
    left=$(ten-paste draws.ten image.ten | augment --tangent | ten-dot --record=image - random.ten | cut -f4- | tail -1)
    right=$(ten-paste draws.ten random.ten | augment --adjoint | ten-dot --record=image image.ten - | cut -f4 | tail -1)
    awk -v left="$left" -v right="$right" 'BEGIN { split(left, l, "\t"); d = l[1] - right
        if (d < 0) d = -d; exit !(l[1] != 0 && d <= 1e-6 * l[2] * l[3]) }'
}
@test "names that differ: exit 1, saying how to choose" {
    ten-gen z f32 3 >z.ten
    run -1 --separate-stderr ten-dot x.ten z.ten
    [ "$stderr" = "ten-dot: group 0: x stands against z: expected equal names in both streams (--record chooses)" ]
}
@test "shapes that differ: exit 1, naming both" {
    ten-gen x f32 1,3 >wide.ten
    run -1 --separate-stderr ten-dot x.ten wide.ten
    [ "$stderr" = "ten-dot: group 0: x: [3] against [1,3]: expected equal shapes" ]
}
@test "one stream shorter than the other: exit 1, naming it" {
    ten-cat x.ten x.ten >twice.ten
    run -1 --separate-stderr ten-dot twice.ten x.ten
    [ "$stderr" = "ten-dot: x.ten: ends before twice.ten: expected as many records in both" ]
    run -1 --separate-stderr ten-dot x.ten twice.ten
    [ "$stderr" = "ten-dot: x.ten: ends before twice.ten: expected as many records in both" ]
}
@test "a flipped bit or a cut: exit 1, naming the file" {
    { head -c -100 x.ten; printf '\377'; tail -c 99 x.ten; } >bad.ten
    run -1 --separate-stderr ten-dot bad.ten x.ten
    [[ "$stderr" = "ten-dot: bad.ten: "*"expected"* ]]
    head -c -64 x.ten >cut.ten
    run -1 --separate-stderr ten-dot x.ten cut.ten
    [[ "$stderr" = "ten-dot: cut.ten: "*"the input ends here: expected the rest of the stream" ]]
}
@test "wrong usage: exit 2" {
    run -2 ten-dot x.ten
    [[ "${lines[0]}" = "ten-dot: expected two streams" ]]
    run -2 ten-dot x.ten x.ten x.ten
    [[ "${lines[0]}" = "ten-dot: x.ten: one stream too many: expected two" ]]
    run -2 ten-dot - -
    [[ "${lines[0]}" = "ten-dot: standard input twice: expected a file on one side" ]]
}
