load common
setup() { cd "$BATS_TEST_TMPDIR" || return; }

@test "--deflate makes it smaller" {
    ten-gen z f32 10000 --fill=zeros >z.ten
    ten2npz <z.ten >plain.npz
    ten2npz --deflate <z.ten >small.npz
    [ "$(stat -c %s plain.npz)" -gt 40000 ]
    [ "$(stat -c %s small.npz)" -lt 1000 ]
    npz2ten small.npz | ten-cmp z.ten -
}
@test "NumPy reads it" {
    /usr/bin/python3 -c 'import numpy' 2>/dev/null || skip "NumPy is not installed (Debian package python3-numpy)"
    ten-gen w f32 2,3 b i32 4 | ten2npz --deflate >net.npz
    run -0 /usr/bin/python3 -c 'import numpy as n; a = n.load("net.npz"); print(sorted(a.files), a["w"].sum(), a["b"].dtype)'
    [ "$output" = "['b', 'w'] 15.0 int32" ]
}
@test "the same stream gives the same bytes" {
    ten-gen w f32 2,3 b i32 4 >net.ten
    ten2npz --deflate <net.ten >one
    ten2npz --deflate --threads=1 <net.ten | cmp one -
}
