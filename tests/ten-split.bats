load common
# 100 samples: y [100,2] counts, label [100] is 0, 1 or 2 for 50, 30 and 20 of them.
setup() {
    cd "$BATS_TEST_TMPDIR" || return
    for i in 0 1 2; do
        n=$((i == 0 ? 50 : i == 1 ? 30 : 20))
        ten-gen --lo=$((1000 * i)) y i32 $n,2 >y$i
        ten-gen --fill=constant --value=$i label i32 $n >l$i
    done
    for i in 0 1 2; do ten-paste y$i l$i; done | ten-batch --size=16 >in.ten
}
values() { ten2raw --record=$1 | od -An -v -w${2:-4} -td4 | tr -s ' '; }
count() { values label <$1 | sort -n | uniq -c | awk '{ printf "%s ", $1 }'; }

@test "exact shares, every sample in one part, its records still together" {
    run -0 --separate-stderr ten-split <in.ten
    [ "${stderr_lines[*]}" = "train.ten: 80 samples valid.ten: 10 samples test.ten: 10 samples" ]
    [ -z "$output" ]
    cmp <(values y 8 <in.ten | sort -n) <(for p in train valid test; do values y 8 <$p.ten; done | sort -n)
    for p in train valid test; do
        paste <(values y 8 <$p.ten) <(values label <$p.ten) | awk '$3 != int($1 / 1000) || $2 != $1 + 1 { exit 1 }'
    done
}
@test "--parts names the parts and their shares" {
    run -0 --separate-stderr ten-split --parts=a=0.5,b.c=0.25,d=0.25 <in.ten
    [ "${stderr_lines[*]}" = "a.ten: 50 samples b.c.ten: 25 samples d.ten: 25 samples" ]
    run -0 --separate-stderr ten-split --parts=all=1 <in.ten
    ten-cmp in.ten all.ten
}
@test "--prefix is put before the names; --quiet says nothing" {
    mkdir out
    run -0 --separate-stderr ten-split --quiet --prefix=out/my- <in.ten
    [ -z "$stderr" ]
    [ "$(ls out | tr '\n' ' ')" = "my-test.ten my-train.ten my-valid.ten " ]
}
@test "--stratify shares out every label by itself" {
    ten-split --quiet --stratify=label <in.ten
    [ "$(count train.ten)" = "40 24 16 " ]
    [ "$(count valid.ten)" = "5 3 2 " ]
    [ "$(count test.ten)" = "5 3 2 " ]
    ten-split --quiet --stratify=label --parts=a=0.33,b=0.67 <in.ten   # 16.5, 9.9, 6.6
    read -r a b c <<<"$(count a.ten)"
    [[ "$a $b $c" =~ ^1[67]\ (9|10)\ [67]$ ]]
}
@test "order in a part is that of the stream, the choice is random" {
    ten-split --quiet --seed=3 <in.ten
    values y 8 <valid.ten >v
    sort -c -n v
    ten-split --quiet --seed=4 <in.ten
    run -1 cmp -s v <(values y 8 <valid.ten)
    ten-split --quiet --seed=3 --threads=1 <in.ten
    cmp v <(values y 8 <valid.ten)
}
@test "--by-hash: a sample goes where its contents say, whatever is around it" {
    ten-split --quiet --by-hash <in.ten
    for p in train valid test; do values y 8 <$p.ten | sort -n >$p.whole; done
    ten-shuf <in.ten | ten-split --quiet --by-hash
    for p in train valid test; do values y 8 <$p.ten | sort -n | cmp $p.whole -; done
    cat in.ten in.ten | ten-split --quiet --by-hash
    for p in train valid test; do values y 8 <$p.ten | sort -n | uniq | cmp $p.whole -; done
    # 80 of 100 expected, sigma 4.
    n=$(wc -l <train.whole)
    [ "$n" -ge 60 ] && [ "$n" -le 100 ]
}
@test "groups are as long as the first one read, or as --size says" {
    ten-split --quiet <in.ten
    [ "$(ten-info train.ten | awk '$2 == "y" { print $4 }' | tr '\n' ' ')" = "[16,2] [16,2] [16,2] [16,2] [16,2] " ]
    ten-split --quiet --size=50 <in.ten
    [ "$(ten-info train.ten | awk '$2 == "y" { print $4 }' | tr '\n' ' ')" = "[50,2] [30,2] " ]
}
@test "a part that gets nothing is a stream without records" {
    ten-gen x f32 1 | ten-split --quiet --parts=a=1,b=0
    run -0 ten-verify b.ten
    ten-gen --records=0 x f32 1 | ten-split --quiet
    run -0 ten-verify train.ten
}
@test "wrong usage: exit 2" {
    usage() { run -2 --separate-stderr ten-split "${@:2}"; [ "${stderr_lines[0]}" = "ten-split: $1" ] || { echo "$stderr"; false; }; }
    usage "--parts: shares add up to 0.9: expected 1" --parts=a=0.8,b=0.1
    usage "--parts: a: named twice: expected different names" --parts=a=0.5,a=0.5
    usage "--parts: a: expected NAME=SHARE, without / in the name" --parts=a
    usage "--parts: x/a=1: expected NAME=SHARE, without / in the name" --parts=x/a=1
    usage "2: not a possible value: expected a number from 0 to 1" --parts=a=2
    usage "--by-hash with --stratify: expected one of them" --by-hash --stratify=label
}
@test "labels that are none: exit 1" {
    run -1 --separate-stderr ten-split --stratify=class <in.ten
    [ "$stderr" = "ten-split: --stratify: class: no record has this name: expected one that is in the stream" ]
    run -1 --separate-stderr ten-split --stratify=y <in.ten
    [ "$stderr" = "ten-split: byte 0: y: i32[16,2]: expected one whole number for each sample" ]
}
@test "a cut or changed stream: exit 1, old parts stay, nothing is left over" {
    echo old >train.ten
    head -c -300 in.ten >cut
    { head -c 1000 in.ten; printf '\377'; tail -c +1002 in.ten; } >bad
    for f in cut bad; do
        for o in "" --by-hash; do
            run -1 --separate-stderr bash -c "ten-split $o <$f"
            [[ "${stderr_lines[0]}" = "ten-split: record "* ]]
            [ "$(cat train.ten)" = old ]
            [ ! -e test.ten ]
            [ -z "$(find . -name '*.part')" ]
        done
    done
}
@test "a folder that is not there: exit 1" {
    run -1 --separate-stderr ten-split --prefix=gone/ <in.ten
    [ "$stderr" = "ten-split: gone/train.ten: No such file or directory: expected a writable folder" ]
}
@test "no space for temporary files: exit 1" {
    ten-gen x u8 64,16384 >big.ten
    run -1 --separate-stderr bash -c 'trap "" XFSZ; ulimit -f 40; ten-split <big.ten'
    [[ "$stderr" = *": File too large: expected temporary space for the whole stream; TMPDIR names another folder" ]]
}
