load common
setup_file() {
    cd "$BATS_FILE_TMPDIR" || return
    ten-gen image u8 60,32,32,3 --fill=uniform --hi=256 --seed=1 >real.ten
    ten-gen image u8 50,32,32,3 --fill=uniform --hi=256 --seed=2 >fake.ten
    ten-gen image u8 50,32,32,3 >stripes.ten
}
setup() { cd "$BATS_FILE_TMPDIR" || return; }
value() { awk -F'\t' -v l="$1" '$2 == l { print $3 }'; }

@test "a set from itself is nothing at every level, and their mean" {
    swd --real=real.ten --patches=16 <real.ten >table
    [ "$(cut -f1-5 table | tail -n +2 | tr '\t\n' '  ')" = "SWD 32 0 60 16 SWD 16 0 60 16 SWD mean 0 60 16 " ]
}
@test "another distribution is farther than more of the same, which many patches bring nearer" {
    same=$(swd --real=real.ten --patches=32 <fake.ten | value 32)
    other=$(swd --real=real.ten --patches=32 <stripes.ten | value 32)
    many=$(swd --real=real.ten --patches=128 <fake.ten | value 32)
    awk "BEGIN { exit !($other > 2 * $same && $many < $same && $many > 0) }"
}
@test "fewer images; another seed" {
    swd --n=20 --patches=8 --real=real.ten <fake.ten >a
    [ "$(tail -1 a | cut -f4)" = 20 ]
    run ! cmp a <(swd --seed=1 --n=20 --patches=8 --real=real.ten <fake.ten)
}
@test "too small, too many: exit 1, one line" {
    ten-gen image u8 4,15,32,3 >small.ten
    run -1 --separate-stderr swd --real=small.ten <small.ten
    [ "$stderr" = "swd: image: 15 by 32: expected 16 by 16 at least" ]
    run -1 --separate-stderr swd --n=51 --real=real.ten <fake.ten
    [ "$stderr" = "swd: --n: 51 of 50 images: expected no more than either set has" ]
}
@test "no real images: exit 2" {
    run -2 swd <fake.ten
}
