load common
setup() {
    cd "$BATS_TEST_TMPDIR" || return
    ten-gen conv.w f32 2,3 conv.b i64 4 e f16 0,2 >m.ten
    ten2npz <m.ten >m.npz
}

@test "arrays become the records of one group, in order" {
    run -0 bash -c 'npz2ten m.npz | ten-cmp --attrs m.ten -'
    run -0 bash -c 'npz2ten m.npz | ten-info'
    [[ "${lines[2]}" = "  0 e "* ]]
}
@test "from a pipe as from a file; deflated as stored" {
    cat m.npz | npz2ten | ten-cmp m.ten -
    ten2npz --deflate <m.ten | npz2ten | ten-cmp m.ten -
}
@test "--map renames, --prefix goes before all" {
    printf '# old new\nconv.w   stem.weight\n\ne\tempty\n' >map
    run -0 bash -c 'npz2ten --map=map --prefix=g. m.npz | ten-info'
    [[ "${lines[0]}" = "  0 g.stem.weight "* ]]
    [[ "${lines[1]}" = "  0 g.conv.b "* ]]
    [[ "${lines[2]}" = "  0 g.empty "* ]]
}
@test "a map with a name that is not there, a line that is no pair, or two of one name: exit 1, nothing written" {
    echo 'conv.x y' >map
    run -1 --separate-stderr npz2ten --map=map m.npz
    [ "$stderr" = "npz2ten: m.npz: no tensor conv.x: expected all names of the map" ]
    [ -z "$output" ]
    printf 'a b\nc\n' >map
    run -1 --separate-stderr npz2ten --map=map m.npz
    [ "$stderr" = "npz2ten: map: line 2: expected an old and a new name, every old name once" ]
    echo 'conv.w e' >map
    run -1 --separate-stderr npz2ten --map=map m.npz
    [ "$stderr" = "npz2ten: m.npz: name e: given twice: expected different names" ]
    [ -z "$output" ]
}
@test "two files are wrong usage" {
    run -2 npz2ten m.npz m.npz
}
@test "no archive, or one that is cut: exit 1" {
    run -1 --separate-stderr npz2ten m.ten
    [ "$stderr" = "npz2ten: m.ten: byte $(stat -c %s m.ten): the end of a ZIP archive is missing: expected a whole archive, as numpy.savez writes it" ]
    run -1 --separate-stderr bash -c 'head -c -1 m.npz | npz2ten'
    [[ "$stderr" = "npz2ten: standard input: byte "*": the end of a ZIP archive is missing"* ]]
    run -1 --separate-stderr bash -c 'npz2ten </dev/null'
    [ "$stderr" = "npz2ten: standard input: byte 0: empty input: expected a whole archive, as numpy.savez writes it" ]
}
@test "a flipped bit of an array is noticed by its checksum; the arrays before it arrive" {
    at=$(grep -abo conv.b.npy m.npz | head -1 | cut -d: -f1)
    (head -c $((at + 150)) m.npz; printf x; tail -c +$((at + 152)) m.npz) >bad.npz
    run -1 --separate-stderr bash -c 'npz2ten bad.npz >got'
    [[ "$stderr" =~ ^"npz2ten: bad.npz: byte "[0-9]+": conv.b: checksum differs: expected the bytes that were stored"$ ]]
    [ "$(ten-dump got 2>/dev/null | xargs)" = "0 1 2 3 4 5" ]
    run -1 ten-verify got
}
@test "members that are no arrays are refused, with a word on PyTorch" {
    sed 's/conv\.b\.npy/conv.b.pkl/g' m.npz >pt.npz
    run -1 --separate-stderr npz2ten pt.npz
    [ "$stderr" = "npz2ten: pt.npz: member conv.b.pkl: expected arrays alone, NAME.npy; ten-python(7) tells how to convert a PyTorch checkpoint" ]
}
@test "--max-record refuses larger arrays" {
    run -1 --separate-stderr bash -c 'npz2ten --max-record=24 m.npz >out'
    [ "$stderr" = "npz2ten: m.npz: conv.b: shape: [4]: 32 bytes: expected at most 24 (--max-record)" ]
}
@test "what NumPy saves, stored and compressed, is what arrives" {
    /usr/bin/python3 -c 'import numpy' 2>/dev/null || skip "NumPy is not installed (Debian package python3-numpy)"
    /usr/bin/python3 - <<'PYTHON'
import numpy as np
x = np.random.default_rng(0).normal(size=(30, 40))
for save in np.savez, np.savez_compressed:
    save(save.__name__ + ".npz", x=x, y=np.asfortranarray(x.astype(">f4")))
x.tofile("x")
x.astype("<f4").tofile("y")
PYTHON
    for f in savez savez_compressed; do
        npz2ten $f.npz | ten2raw --record=x | cmp - x
        npz2ten $f.npz | ten2raw --record=y | cmp - y
    done
}
