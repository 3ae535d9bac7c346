load common
setup() { cd "$BATS_TEST_TMPDIR" || return; ten-gen w i8 2,2 b f64 3 >net.ten; ten2npz <net.ten >net.npz; }

@test "arrays become records of one group, with --prefix and --map" {
    printf 'q.b q.bias\n' >names
    run -0 bash -c 'npz2ten --prefix=q. net.npz | ten-dump --header'
    [ "${lines[0]}" = "# q.w i8 [2,2]" ]
    [ "${lines[3]}" = "# q.b f64 [3]" ]
    printf 'b bias\n' >names
    run -0 bash -c 'npz2ten --map=names net.npz | ten-dump --header'
    [[ "$output" = *"# bias f64 [3]"* ]]
}
@test "stored and deflated archives hold the same" {
    ten2npz --deflate <net.ten >small.npz
    npz2ten net.npz | ten-cmp net.ten -
    npz2ten small.npz | ten-cmp net.ten -
    npz2ten <net.npz | ten-cmp net.ten -
}
@test "an archive of NumPy is read" {
    /usr/bin/python3 -c 'import numpy' 2>/dev/null || skip "NumPy is not installed (Debian package python3-numpy)"
    /usr/bin/python3 -c 'import numpy as n; n.savez_compressed("p.npz", a=n.arange(3), b=n.ones((1, 2), "f4"))'
    run -0 bash -c 'npz2ten p.npz | ten-dump --header'
    [ "${lines[0]}" = "# a i64 [3]" ]
    [ "${lines[3]}" = "1 1" ]
}
@test "a cut archive: exit 1, naming the byte" {
    head -c 60 net.npz >cut.npz
    run -1 --separate-stderr bash -c 'npz2ten cut.npz >out'
    [ "$stderr" = "npz2ten: cut.npz: byte 60: the end of a ZIP archive is missing: expected a whole archive, as numpy.savez writes it" ]
}
@test "text: exit 1" {
    run -1 --separate-stderr bash -c 'echo text | npz2ten >out'
    [[ "$stderr" = "npz2ten: standard input: byte 5: the end of a ZIP archive is missing"* ]]
}
