load common
setup_file() {
    export TREE=$BATS_FILE_TMPDIR/tree
    # Of the usual build, whatever the make around these tests was asked for: strangers link without sanitizers.
    env -u MAKEFLAGS -u MAKEOVERRIDES make -s -C "$ROOT" install SAN= B="$ROOT/build" PREFIX=/opt/ten DESTDIR="$TREE"
}
setup() { cd "$BATS_TEST_TMPDIR" || return; }

@test "installs every tool, its page and its completion" {
    for t in "$B"/bin/*; do
        [ -x "$TREE/opt/ten/bin/${t##*/}" ]
        [ -f "$TREE/opt/ten/share/man/man1/${t##*/}.1" ]
        [ -e "$TREE/opt/ten/share/bash-completion/completions/${t##*/}" ]
    done
}
@test "a stranger's filter of 30 lines builds from the installed tree, shared and static, and works" {
    cp -r "$TREE/opt/ten" there
    sed -i "s|^prefix=.*|prefix=$PWD/there|" there/lib/pkgconfig/ten.pc
    export PKG_CONFIG_PATH=$PWD/there/lib/pkgconfig
    # shellcheck disable=SC2046
    gcc -std=c17 -Wall -Wextra -Wpedantic -Werror "$ROOT/examples/filter.c" $(pkg-config --cflags --libs ten) -o shared
    gcc "$ROOT/examples/filter.c" $(pkg-config --cflags ten) there/lib/libten.a $(pkg-config --static --libs-only-l libzstd libxxhash) -lpthread -o static
    run -0 bash -c 'ten-gen x f32 2,3 | LD_LIBRARY_PATH=there/lib ./shared | ten-dump'
    [ "${lines[0]}" = "0 2 4" ]
    [ "${lines[1]}" = "6 8 10" ]
    run -0 bash -c 'ten-gen x f32 2,3 | ./static | ten-dump'
    [ "${lines[1]}" = "6 8 10" ]
    run -1 --separate-stderr bash -c 'echo text | ./static'
    [[ "$stderr" = "double: byte 0: not a tensor stream"* ]]
}
@test "the libraries export the public names and nothing else" {
    run -0 bash -c "nm -D --defined-only $TREE/opt/ten/lib/libten.so | grep ' T ' | grep -v ' ten_'"' | wc -l'
    [ "$output" = 0 ]
    run -0 bash -c "nm --defined-only $TREE/opt/ten/lib/libten.a | grep ' T ' | grep -v ' ten_'"' | wc -l'
    [ "$output" = 0 ]
    nm -D "$TREE/opt/ten/lib/libten.so" | grep -q 'ten_next@@TEN_1'
}
@test "file(1) knows a stream" {
    need file file
    ten-gen x u8 3 >x.ten
    run -0 file -m "$TREE/opt/ten/share/tenstream/ten.magic" x.ten
    [ "$output" = "x.ten: tensor stream, version 1" ]
}
@test "uninstall leaves nothing behind" {
    cp -r "$TREE" copy
    make -s -C "$ROOT" uninstall PREFIX=/opt/ten DESTDIR="$PWD/copy"
    run -0 find copy -type f -o -type l
    [ -z "$output" ]
}
