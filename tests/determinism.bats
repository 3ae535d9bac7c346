# The same bytes for any number of threads, in every run, and from gcc and clang: one table of how
# each tool is called on inputs large enough to be shared out among threads.
load common
export NET='{"family": "resnet", "width": 8, "blocks": [1, 1], "in": [16, 16, 1]}'

# TOOL COMMAND LINE, where @ stands for --threads=N.  Everything on standard output counts; files are
# written as out-*.  Inputs are those of make_inputs.  A tool without a row fails the first test.
rows() {
    cat <<'END'
allreduce-bench @ --runs=1 --bytes=1K,1M | cut -f1-3
augment         @ --seed=1 <images.ten
augment         @ --seed=1 --p=0.5 --policy=color,flip,rot90,cutout --zstd <pixels.ten
augment         @ --adjoint <draws.ten
augment         @ --tangent <draws.ten
classify        @ --batch=64 --quiet --model=net.ten <small.ten
cifar2ten       @ --batch=100 x.cifar
claims          @ --rules=claims.rules claims.tsv
confusion       @ <classes.ten
csv2ten         @ --batch=1000 x.csv
csv2ten         @ --matrix x.csv
export-model    @ <net.ten
forward         @ --batch=64 --model=numbers.ten --record=x=image <others.ten
degrade         @ --blur=1 --noise=0.1 --cutout=0.5 <images.ten
edges2ten       @ --undirected --dup=sum x.edges
edges2ten       @ --ids=string x.edges
features        @ --reference=images.ten --dims=16 <others.ten
features        @ --extractor=dom --model=numbers.ten <others.ten
frechet         @ --real=feat.ten --n=300,600 --extrapolate --floor <feat2.ten
frechet         @ --real=feat.ten --bootstrap=20 <feat3.ten
fstat           @ <feat.ten
gr2ten          @ --dup=min x.gr
graph-draw      @ --width=300 <halves.ten
graph-draw      @ --width=300 --format=svg --layout <halves.ten
graph-filter    @ --mask=in_h <halves.ten
graph-filter    @ --box=0,0,1500,1500 <halves.ten
graph-scc       @ <graph.ten
graph-scc       @ --all <graph.ten
graph-sources   @ --random=20 --seed=2 <graph.ten
graph-stat      @ <halves.ten
graphgen        @ rand --n=5000 --seed=3; for t in grid pref geo flight citation-core road; do graphgen $t --n=900; done
gan-interp      @ --rows=2 --columns=2 --phases=2 --frames=2 --still=1 <gan.ten
gan-project     @ --quiet --steps=3 --target=two.ten <gan.ten
gan-sample      @ --n=20 --bn=standing <gan.ten
ppl             @ --n=20 --extractor=pixel <gan.ten
idx2ten         @ --pad=2 x-images.idx x-labels.idx
inception-score @ --splits=3 <classes-prob.ten
kid             @ --subsets=5 --size=300 --real=feat.ten <feat2.ten
leak-check      @ --real=images.ten <others.ten
latency         @ --runs=1 --config='{"family": "mlp", "in": [4]}' | wc -l
make-model      @ --seed=4 --config="$NET"
ms-ssim         @ --pairs=50 --real=images.ten <others.ten
mtxgen          @ rmat --edges=400000 --symmetric --values=normal --seed=1
mtxgen          @ circuit --values=integer --type=f32
mtx2ten         @ x.mtx
mtx2ten         @ --coo --type=f32 x.mtx
nn-check        @ --train=feat.ten --held-out=feat3.ten <feat2.ten
npy2ten         @ x.npy
npz2ten         @ x.npz
png2ten         @ --batch=7 --label-from=file --names x-0*.png
png2ten         @ --size=33x21 --float --zstd x-0*.png
png2ten         @ --crop --channels=1 --size=90x90 --glob='x-0*.png'
prdc            @ --real=feat.ten <feat2.ten
predict-acc     @ --quiet --x=image --y=label number.ten <small.ten
raw2ten         @ --type=f32 --dims=64,64,3 --batch=16 x.raw
report          @ results | sed 's/(compiler [^,]*,//'
rt-girth        @ --each <halves.ten
rt-girth        @ <graph.ten
rt-oracle       @ build <halves.ten
rt-oracle       @ query --oracle=oracle.ten --exact <pairs.ten
safetensors2ten @ x.safetensors
scale-sim       @ --quiet
score           @ --layers <net.ten
swd             @ --n=10 --patches=16 --real=images.ten <others.ten
spcmp           @ --structure sparse.ten other.ten || [ $? = 1 ]
spcmp           @ sparse.ten near.ten || [ $? = 1 ]
spewise         @ minus other.ten <sparse.ten
spgemm          @ <sparse.ten
spgemm          @ --unsorted <sparse.ten
spgemm          @ --transpose-b --semiring=max_plus --type=f32 --topk=3 <sparse.ten
spgemm          @ --mask=other.ten --complement --memory=100M other.ten sparse.ten <sparse.ten
spmv            @ sparse.ten <vectors.ten
spmv            @ --transpose --semiring=max_plus sparse.ten <vectors.ten
spperm          @ --random --seed=2 <sparse.ten
spperm          @ --rcm <sparse.ten
spscale         @ --power=1.5 --normalize=cols <positive.ten
spselect        @ --triu=-100 --abs --topk=4 <sparse.ten
spstat          @ --sample=100000 <sparse.ten
spstat          @ --exact other.ten <sparse.ten
sptrans         @ <sparse.ten
sssp            @ --source=3 <graph.ten
sssp            @ --reverse <halves.ten
spanner         @ --quiet --seed=3 --report=out-r <streets.ten; grep -v seconds out-r
spanner         @ --quiet --algo=rtz --verify-sample=50 --report=out-r <streets.ten; grep -v seconds out-r
spanner         @ --quiet --algo=greedy --stretch=2 <streets.ten
spanner         @ --quiet --algo=clrs --certificate=out-c <streets.ten; cat out-c
spanner-prune   @ --quiet --stretch=4 <streets.ten
spanner-repair  @ --quiet --stretch=2 <streets.ten
spanner-verify  @ --quiet --report=out-r <spanner.ten; cat out-r
sparch-merge    @ --stats=out-stats matrix.ten <matrix.ten; cat out-stats
sparch-plan     @ --schedule=random --seed=2 <matrix.ten
sparch-sim      @ --ladder --energy --roofline <matrix.ten
sparch-sim      @ --mode=cycle --emit=out-c <matrix.ten; cat out-c
ten-batch       @ --size=7 <pixels.ten
ten-cat         @ images.ten packed.ten
ten-cat         @ --zstd=1 images.ten packed.ten
ten-cat         @ --zstd=9 pixels.ten
ten-cmp         @ --rtol=0.5 images.ten others.ten || [ $? = 1 ]
ten-cmp         @ images.ten packed.ten && echo equal
ten-cut         @ --cast=f16 <images.ten
ten-cut         @ --cast=i4 --slice=0:3:60:2 --slice=2:::-1 <images.ten
ten-dot         @ images.ten others.ten
ten-dot         @ --total images.ten others.ten
ten-dump        @ feat3.ten
ten-gen         @ x f32 300,1000 y f64 200000 --fill=normal --seed=3
ten-gen         @ x u8 1000000 y i64 100000 --fill=uniform --seed=3 --zstd=1
ten-gen         @ x bf16 1000000
ten-head        @ --groups=1 <packed.ten
ten-info        @ --history packed.ten
ten-info        @ --json packed.ten
ten-paste       @ images.ten columns.ten
ten-shuf        @ --seed=1 --size=5 <pixels.ten
ten-shuf        @ --seed=1 --memory=100K --zstd=1 <pixels.ten
ten-split       @ --seed=1 --stratify=label --prefix=out- <pixels.ten; cat out-*
ten-split       @ --by-hash --zstd=1 --prefix=out- <pixels.ten; cat out-*
ten-stat        @ images.ten packed.ten
ten-stat        @ --per-channel --quantiles=0.1,0.5,0.99 images.ten
ten-stat        @ --histogram=50 images.ten
ten-svd         @ --top=5 numbers.ten feat.ten
ten-verify      @ images.ten packed.ten
ten2cifar       @ <cifar.ten
ten2csv         @ <columns.ten
ten2edges       @ <graph.ten
ten2gif         @ <clip.ten
ten2gr          @ <graph.ten
ten2idx         @ out-images out-labels <pixels.ten; cat out-*
ten2mtx         @ <matrix.ten
ten2npy         @ <images.ten
ten2npz         @ --deflate <pixels-one.ten
ten2png         @ --grid <images.ten
ten2png         @ --pattern=out-%03d.png <images.ten; cat out-*
ten2png         @ --strip --scale=2 <pixels.ten
ten2raw         @ <packed.ten
ten2safetensors @ <pixels-one.ten
ten2text        @ <text.ten
ten2y4m         @ <clip.ten
ten2y4m         @ --420 --full-range <clip.ten
text2ten        @ x.txt
train-classifier @ --quiet --seed=2 --epochs=2 --batch=50 --config="$NET" <small.ten
train-gan       @ --quiet --seed=2 --preset=tiny --iters=3 --batch=20 --policy=color,translation,cutout --r1=1 <small.ten
train-predictor @ --quiet --seed=2 --epochs=2 --batch=50 --x=image --y=label --loss=rank <small.ten
train-regressor @ --quiet --seed=2 --epochs=2 --batch=50 --x=image --y=label <small.ten
train-tsm       @ --quiet --seed=2 --epochs=2 --batch=8 --width=8 --dropout=0.5 --groups=tsm --shift=uni <labelled.ten
tsm-online      @ --quiet --model=online.ten <clip.ten
tsm-shift       @ --segments=8 --record=image <images.ten
tsm-shift       @ --mode=uni --adjoint <clip.ten
video-gen       @ motion --n=40 --seed=1 --classes=12
video-crop      @ --train --size=33 --seed=1 <clip.ten
video-crop      @ --test=10 --size=28 --float <clip.ten
video-eval      @ --quiet --model=square.ten --protocol=sth-accurate <clip.ten
video-features  @ --quiet --model=online.ten --frames <clip.ten
video-gen       @ arrow <clip.ten
video-gen       @ pan --n=5 --size=32,32 <clip.ten
video-index     @ videos.ten
video-pack      @ <clip.ten
video-pack      @ --list=videos.txt
video-sample    @ --train --segments=3 --seed=2 <clip.ten
video-sample    @ --mode=dense --test --segments=4 --pack=videos.ten
y4m2ten         @ --stride=2 x.y4m
END
}

make_inputs() {
    ten-gen image f32 64,64,64,3 --fill=uniform --lo=-1 --seed=1 >images.ten
    ten-gen image f32 64,64,64,3 --fill=uniform --lo=-1 --seed=2 >others.ten
    ten-cat --zstd=1 images.ten >packed.ten
    ten-gen image u8 100,28,28,1 label i32 100 --fill=uniform --hi=10 --seed=3 --records=5 >pixels.ten
    ten-head <pixels.ten >pixels-one.ten
    augment --seed=1 <images.ten >draws.ten
    ten2png --pattern=x-%02d.png <images.ten
    ten2raw <images.ten >x.raw
    ten2npy <images.ten >x.npy
    ten2npz <pixels-one.ten >x.npz
    ten2safetensors <pixels-one.ten >x.safetensors
    ten2idx x-images.idx x-labels.idx <pixels.ten
    ten-gen image u8 300,32,32,3 label i32 300 --fill=uniform --hi=10 --seed=4 >cifar.ten
    ten2cifar <cifar.ten >x.cifar
    ten-gen image u8 100,16,16,1 label i32 100 --fill=uniform --hi=10 --seed=3 --records=3 >small.ten
    train-classifier --quiet --epochs=1 --config="$NET" <small.ten >net.ten
    train-gan --quiet --preset=tiny --iters=2 --batch=20 <small.ten >gan.ten
    ten-gen image u8 2,16,16,1 --fill=uniform --seed=3 >two.ten
    classify --quiet --model=net.ten <small.ten >classes.ten
    ten-cut --rename=probability=prob <classes.ten >classes-prob.ten
    ten-gen feat f32 700,300 --fill=normal --seed=7 >feat.ten
    ten-gen feat f32 700,300 --fill=normal --mean=0.1 --seed=8 >feat2.ten
    ten-gen feat f32 90,300 --fill=normal --seed=9 >feat3.ten
    train-regressor --quiet --epochs=1 --x=image --y=label <small.ten >number.ten
    make-model --config='{"family": "resnet", "width": 8, "blocks": [1], "in": [64, 64, 3]}' >numbers.ten
    ten-gen clip u8 24,4,16,16,3 label i32 24 --fill=uniform --hi=4 --seed=6 >labelled.ten
    ten-gen clip u8 2,8,48,64,3 --fill=uniform --seed=5 >clip.ten
    ten2y4m <clip.ten >x.y4m
    make-model --config='{"family": "resnet", "width": 16, "blocks": [1, 1], "in": [8, 48, 64, 3], "frames": 8, "shift_mode": "uni"}' >online.ten
    make-model --config='{"family": "resnet", "width": 16, "blocks": [1], "in": [4, 32, 32, 3], "frames": 4}' >square.ten
    video-pack <clip.ten >videos.ten
    echo 'x.y4m 0 1' >videos.txt
    ten-gen a i64 30000 b f64 30000 --fill=normal --std=1000 --seed=6 >columns.ten
    ten2csv <columns.ten >x.csv
    awk 'BEGIN { print "p sp 20000 100000"
        for (i = 0; i < 100000; i++) { s = (s * 1103 + 12345) % 20000; print "a", s + 1, i * 7 % 20000 + 1, i % 97 } }' >x.gr
    gr2ten x.gr >graph.ten
    awk '$1 == "a" && $2 <= 1500 { print $2 - 1, ($3 - 1) % 1500, $4 } END { for (i = 0; i < 1500; i++) print i, (i + 1) % 1500, 9 }' x.gr |
        edges2ten --dup=min >roads.ten
    seq 3 70 1400 | csv2ten --matrix --no-header | ten-cut --cast=u32 --reshape=-1 --rename=x=sources >sources.ten
    ten-paste roads.ten sources.ten >streets.ten
    spanner --quiet <streets.ten >spanner.ten
    awk '$1 == "a" { print $2, $3, $4 / 3 }' x.gr >x.edges
    graphgen grid --n=900 | graph-sources --degree=10 >depots.ten
    ten-gen --fill=uniform --hi=2 in_h u8 "$(ten2edges <depots.ten | wc -l)" >in_h.ten
    ten-paste depots.ten in_h.ten >halves.ten
    rt-oracle build <depots.ten >oracle.ten
    ten-gen --fill=uniform --hi=900 pairs u32 2000,2 >pairs.ten
    { echo '%%MatrixMarket matrix coordinate real general'; echo '20001 20001 100000'; cat x.edges; } >x.mtx
    mtx2ten x.mtx >matrix.ten
    mtxgen rmat --scale=13 --edges=100000 --values=normal --seed=1 >sparse.ten
    mtxgen rmat --scale=13 --edges=100000 --values=normal --seed=1 --type=f32 >near.ten
    mtxgen rmat --scale=13 --edges=100000 --values=uniform --seed=1 >positive.ten
    mtxgen uniform --rows=8192 --edges=100000 --values=normal --seed=2 >other.ten
    ten-gen x f64 8192 y f64 8192,5 --fill=normal >vectors.ten
    seq 100000 | sed 's/7/ seven /g' >x.txt
    text2ten x.txt >text.ten
    printf 'better\ta beats b\t1\tscore[arm=a] > score[arm=b]\n' >claims.rules
    printf 'arm\tseed\tscore\na\t1\t10\na\t2\t20\nb\t1\t9\nb\t2\t18\n' >claims.tsv
    mkdir -p results/paper/demo
    claims --rules=claims.rules claims.tsv >results/paper/demo/claims.tsv
    ten2png --grid <images.ten >results/paper/demo/sheet.png
}

# run_row THREADS TOOL ARGUMENTS: one row, on standard output.
run_row() {
    local left=(out-*)
    [ ! -e "${left[0]}" ] || rm "${left[@]}"
    eval "$2 ${3//@/--threads=$1}"
}
# run_rows THREADS FOLDER: the output of every row, as FOLDER/NUMBER; of tools that the folder $TOOLS has, if it is set.
# In one subshell, where bats need not follow every command: there are a hundred rows and more, and each is run five times.
run_rows() (
    trap - DEBUG
    local n=0 tool arguments bad=
    mkdir "$2"
    set -o pipefail
    while read -r tool arguments <&6; do
        n=$((n + 1))
        [ -z "${TOOLS:-}" ] || [ -x "$TOOLS/$tool" ] || continue
        run_row "$1" "$tool" "$arguments" >"$2/$n" 2>notes </dev/null || bad+="failed: $tool $arguments: $(<notes)"$'\n'
    done 6< <(rows)
    [ -z "$bad" ] || { printf '%s' "$bad"; false; }
)
# same THREADS FOLDER: all rows once more give the bytes of the first time.
same() {
    local differ
    set -o pipefail
    run_rows "$1" "$2"
    differ=$({ diff -qr want "$2" || [ $? = 1 ]; } | sed -n 's|^Files want/\([0-9]*\) .*|\1|p')
    [ -z "$differ" ] ||
        { rows | awk 'NR == FNR { bad[$1]; next } FNR in bad { print "other bytes: " $0 }' <(echo "$differ") -; false; }
}

setup_file() {
    cd "$BATS_FILE_TMPDIR" || return
    make_inputs
    run_rows 1 want
    [ -z "$(find want -empty)" ] || { echo "rows without output:"; find want -empty; false; }
}
setup() { cd "$BATS_FILE_TMPDIR" || return; }

@test "every tool has a row here" {
    diff <(rows | cut -d' ' -f1 | sort -u) <(basename -a "$B"/bin/* | sort)
}
@test "a second run gives the same bytes" {
    same 1 again
}
@test "two and three threads give the bytes of one" {
    same 2 two
    same 3 three
}
@test "clang's build gives the bytes of gcc's" {
    need clang clang
    echo 'int main(void) { return 0; }' | clang -fopenmp -xc -o probe - 2>/dev/null ||
        skip "clang has no OpenMP (Debian package libomp-14-dev)"
    env -u MAKEFLAGS -u MAKELEVEL make -s -j2 -C "$ROOT" B="$B" twin >&2
    TOOLS=$B/clang/bin
    [ -x "$TOOLS/ten-gen" ]
    PATH=$TOOLS:$PATH
    same 2 clang
}
