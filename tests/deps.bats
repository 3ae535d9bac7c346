load common
setup() {
    cd "$BATS_TEST_TMPDIR" || return
    mkdir pipelines fake
    cp "$ROOT/pipelines/deps" pipelines/
    # A system on which nothing but the tools named here is installed.
    for c in bash dirname env flock mkdir mktemp chmod cat rm; do ln -s "$(type -P "$c")" fake/$c; done
}
# fake NAME: a command that does what standard input says.
fake() { { echo '#!/bin/bash'; cat; } >fake/"$1"; chmod +x fake/"$1"; }
deps() { PATH=$PWD/fake pipelines/deps "$@"; }
# Debian that has these packages and no others.
debian() {
    echo "for p in $*; do printf ' %s=installed ' \$p; done; exit 1" | fake dpkg-query
}
all_build=$("$ROOT"/pipelines/deps --list build | cut -d: -f2)

@test "--list tells the packages of a purpose" {
    run -0 deps --list build
    [[ "$output" = "build: gcc "*"libzstd-dev"* ]]
    run -0 deps --list
    [ "$(cut -d: -f1 <<<"$output" | tr '\n' ' ')" = "build test demo peers footage " ]
}
@test "nothing to say when all is there, without apt" {
    debian $all_build
    run -0 deps build
    [ -z "$output" ]
}
@test "without root, the command to run is printed, exit 1" {
    debian ${all_build/libpng-dev /}
    echo 'echo 1000' | fake id
    run -1 --separate-stderr deps build
    [ "$stderr" = "deps: not installed: libpng-dev: run: apt-get install --no-install-recommends libpng-dev" ]
}
@test "as root, what is missing is installed, after an update when it is not known" {
    debian ${all_build/libpng-dev /}
    echo 'echo 0' | fake id
    echo '[ -e known ]' | fake apt-cache
    echo 'echo "$@" >>calls; [ "$1" != update ] || : >known' | fake apt-get
    run -0 deps build
    [ "$output" = "deps: installing libpng-dev" ]
    [ "$(cat calls)" = "update -qq
install -qq -y -o Dpkg::Use-Pty=0 --no-install-recommends libpng-dev" ]
    run -0 deps build
    [ "$(grep -c update calls)" = 1 ]
}
@test "packages that are only data are unpacked under out/debian, once, without root" {
    debian gnuplot-nox openmpi-bin ruby-gemojione dict-foldoc
    echo 'echo 1000' | fake id
    echo 'exit 0' | fake apt-cache
    echo 'echo "$@" >>"$OLDPWD/calls"; : >dataset-fashion-mnist_0_all.deb' | fake apt-get
    echo 'mkdir -p "$3/usr"; : >"$3/usr/got"' | fake dpkg-deb
    run -0 deps demo
    [ "$output" = "deps: unpacking dataset-fashion-mnist into out/debian" ]
    [ -e out/debian/usr/got ]
    run -0 deps demo
    [ -z "$output" ]
    [ "$(cat calls)" = "download -qq dataset-fashion-mnist" ]
    [ "$(ls -A out/debian | wc -l)" = 2 ]
}
@test "apt that fails: exit 1 with its reason" {
    debian gnuplot-nox openmpi-bin ruby-gemojione dict-foldoc
    echo 'echo 1000' | fake id
    echo 'exit 0' | fake apt-cache
    echo 'echo "E: no mirror" >&2; exit 100' | fake apt-get
    run -1 --separate-stderr deps demo
    [ "${stderr_lines[0]}" = "E: no mirror" ]
    [[ "${stderr_lines[1]}" = "deps: apt-get download dataset-fashion-mnist failed:"* ]]
    [ "$(ls -A out/debian | wc -l)" = 0 ]
}
@test "on another system commands and libraries are looked for" {
    echo '[ "$2" != libpng ]' | fake pkg-config
    for c in cc make ld; do echo : | fake $c; done
    run -1 --separate-stderr deps build
    [[ "$stderr" = "deps: not there: objcopy libpng: expected them from your system's packages"* ]]
    echo : | fake objcopy
    echo : | fake pkg-config
    run -0 deps build
    [ -z "$output" ]
}
@test "wrong usage: exit 2" {
    run -2 deps everything
    [ "$output" = "deps: everything: unknown purpose: expected some of build, test, demo, peers, footage, or --list" ]
    run -2 deps
    [ "$output" = "deps: no purpose: expected some of build, test, demo, peers, footage" ]
}
