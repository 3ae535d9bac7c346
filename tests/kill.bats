# Training that is killed, or runs out of disk, at any moment: what it goes on from is whole, and it ends as if nothing had been.
load common
setup_file() {
    cd "$BATS_FILE_TMPDIR" || return
    ten-gen image u8 96,8,8,1 label i32 96 --fill=uniform --hi=2 --seed=1 >samples.ten
    export NET='{"family": "resnet", "width": 4, "blocks": [1], "in": [8,8,1], "classes": 2}'
    # A checkpoint of 8 MiB and more: parameters, momentum and average.
    export WIDE='{"family": "mlp", "in": [8,8,1], "hidden": [2048, 256], "out": 2}'
}
setup() { cd "$BATS_TEST_TMPDIR" || return; ln -s "$BATS_FILE_TMPDIR/samples.ten" .; }
# train OPTIONS: not a function where it is to be killed, so that $! is the program itself.
words=(train-classifier --quiet --threads=1 --seed=3 --batch=16)
train() { "${words[@]}" --config="$NET" "$@" <samples.ten; }

@test "thirty kills at random moments, the last model is byte for byte that of a run left alone" {
    options=(--epochs=150 --augment=crop=1,flip --ema=decay=0.9 --valid=samples.ten --keep=best --resume=ck.ten --every=0 --curve=curve.tsv)
    train "${options[@]}" >want.ten                     # the history has the command line, so it is the same one
    mv curve.tsv want.tsv
    rm ck.ten ck.ten.best
    killed 30 ck.ten "${words[@]}" --config="$NET" "${options[@]}" <samples.ten >got.ten
    train "${options[@]}" >got.ten
    cmp want.ten got.ten
    # The curve as well, but for the seconds, has every epoch once.
    diff <(cut -f1-7 want.tsv) <(cut -f1-7 curve.tsv)
}
@test "killed while a checkpoint is being written, the one before is what is gone on from" {
    options=(--epochs=6 --ema=decay=0.9 --resume=ck.ten --every=0)
    NET=$WIDE
    train "${options[@]}" >want.ten
    rm ck.ten
    # Four times, and until it was in the middle of it once at least.
    for ((kill = 0; kill < 4 || ! $(cat left 2>/dev/null | wc -l) && kill < 40; kill++)); do
        "${words[@]}" --config="$NET" "${options[@]}" <samples.ten >got.ten &
        # The second checkpoint of this process: there is an older one by then.
        for ((seen = 0; seen < 2; seen++)); do
            until compgen -G 'ck.ten.*.part' >part || ! kill -0 $! 2>/dev/null; do :; done
            [ $seen = 1 ] || while [ -e "$(<part)" ]; do :; done
        done
        kill -9 $! 2>/dev/null || true
        status=0
        wait $! || status=$?
        ten-verify --quiet ck.ten >/dev/null
        [ $status = 137 ] || rm ck.ten                  # too late: the next one starts anew
        ls ck.ten.*.part >>left 2>/dev/null || true
        rm -f ck.ten.*.part
    done
    [ -s left ]
    train "${options[@]}" >got.ten
    cmp want.ten got.ten
}
@test "a limit on the size of files: exit 1, one line, the last checkpoint is kept and gone on from" {
    NET=$WIDE
    train --epochs=3 --schedule=constant:lr=0.01 --resume=ck.ten >want.ten
    rm ck.ten
    train --epochs=1 --schedule=constant:lr=0.01 --resume=ck.ten >first.ten
    cp ck.ten kept.ten
    run -1 --separate-stderr bash -c 'ulimit -f 1000; "$@" <samples.ten >none.ten' _ \
        "${words[@]}" --config="$NET" --epochs=3 --schedule=constant:lr=0.01 --resume=ck.ten
    [ "${#stderr_lines[@]}" = 1 ]
    [[ "$stderr" = "train-classifier: ck.ten"*": File too large"*": the old version is kept" ]]
    cmp kept.ten ck.ten
    [ -z "$(compgen -G 'ck.ten.*')" ]
    train --epochs=3 --schedule=constant:lr=0.01 --resume=ck.ten >got.ten
    cmp want.ten got.ten
}
@test "a full disk: exit 1, one line, the last checkpoint is kept and gone on from" {
    unshare -rm mount -t tmpfs none "$BATS_TEST_TMPDIR" 2>/dev/null || skip "mounts need root, or user namespaces"
    NET=$WIDE
    train --epochs=3 --schedule=constant:lr=0.01 --resume=ck.ten >want.ten
    rm ck.ten
    train --epochs=1 --schedule=constant:lr=0.01 --resume=ck.ten >first.ten
    bytes=$(stat -c %s ck.ten)
    mkdir disk
    # Room for one checkpoint and a half.
    unshare -rm bash -euc '
        mount -t tmpfs -o size=$1 none disk
        cp ck.ten disk
        rc=0
        "${@:2}" --resume=disk/ck.ten <samples.ten >none.ten 2>said || rc=$?
        echo $rc >status
        ls disk >names
        cp disk/ck.ten after.ten' _ $((bytes * 3 / 2)) \
        "${words[@]}" --config="$NET" --epochs=3 --schedule=constant:lr=0.01
    [ "$(<status)" = 1 ]
    [ "$(wc -l <said)" = 1 ]
    [[ "$(<said)" = "train-classifier: disk/ck.ten"*": No space left on device"*": the old version is kept" ]]
    [ "$(<names)" = ck.ten ]
    cmp ck.ten after.ten
    mv after.ten ck.ten
    train --epochs=3 --schedule=constant:lr=0.01 --resume=ck.ten >got.ten
    cmp want.ten got.ten
}
