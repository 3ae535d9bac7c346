load common
setup() { cd "$BATS_TEST_TMPDIR" || return; }
# column NAME [LINE]: of the table on standard input.
column() {
    awk -F'\t' -v name="$1" -v line="${2:-2}" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) c = i }
        NR == line { print $c }'
}
normals() { ten-gen feat f32 "$1" --fill=normal --seed="$2" "${@:3}"; }

@test "the distance of a set from itself is nothing, of one moved by 3 in each of 4 features 36" {
    normals 500,4 1 --std=2 >x.ten
    normals 500,4 1 --std=2 --mean=3 >y.ten
    frechet --real=x.ten <x.ten | column value | awk '{ exit !($1 < 1e-9 && $1 > -1e-9) }'
    frechet --real=x.ten <y.ten | column value | awk '{ exit !($1 > 35.999 && $1 < 36.001) }'
}
@test "statistics stand for the features they are of, groups of any size for one" {
    normals 300,8 1 --records=3 >x.ten
    normals 200,8 2 >y.ten
    fstat <x.ten >x-stat.ten
    fstat <y.ten >y-stat.ten
    want=$(frechet --real=x.ten <y.ten | cut -f1-2,5-)
    [ "$(frechet --real=x-stat.ten <y.ten | cut -f1-2,5-)" = "$want" ]
    [ "$(frechet --real=x-stat.ten <y-stat.ten | cut -f1-2,5-)" = "$want" ]
    ten-batch --size=7 <x.ten >x7.ten
    [ "$(frechet --real=x7.ten <y.ten | cut -f1-2,5-)" = "$want" ]
}
@test "lines for several numbers of samples, for infinitely many, and for two halves of the reals" {
    normals 4000,8 1 >x.ten
    normals 4000,8 2 >y.ten
    # Both are of one distribution: what is seen is the bias of few samples, which the extrapolation takes away.
    frechet --real=x.ten --n=500,1000,4000 --extrapolate --floor <y.ten >table
    [ "$(cut -f1,5,6 table | tail -n +2 | tr '\t\n' '  ')" = \
        "FD[unknown] 4000 500 FD[unknown] 4000 1000 FD[unknown] 4000 4000 FD_inf[unknown] 4000 - FD_floor[unknown] 2000 2000 " ]
    awk -F'\t' 'NR > 1 { v[NR] = $2 } END { exit !(v[2] > v[3] && v[3] > v[4] && v[5] < v[4] / 2 && v[6] > 0) }' table
}
@test "an interval holds the distance; another seed gives another" {
    normals 400,4 1 >x.ten
    normals 400,4 2 --mean=1 >y.ten
    frechet --real=x.ten --bootstrap=50 <y.ten >table
    awk -F'\t' 'NR == 2 { exit !($3 < $2 && $2 < $4 && $3 < 4 && $4 > 4) }' table
    run ! cmp table <(frechet --real=x.ten --bootstrap=50 --seed=1 <y.ten)
    frechet --real=<(fstat <x.ten) --bootstrap=50 <y.ten | awk -F'\t' 'NR == 2 { exit !($3 < $2 && $2 < $4) }'
}
@test "it is FID only when the features are those of the Inception network" {
    normals 100,4 1 --attrs='{"extractor": "inception-v3-fid", "weights": "0123456789abcdef"}' >fid.ten
    normals 100,4 1 --attrs='{"extractor": "dom", "weights": "0123456789abcdef"}' >dom.ten
    [ "$(frechet --real=fid.ten <fid.ten | column metric)" = FID ]
    [ "$(frechet --real=fid.ten --floor <fid.ten | column metric 3)" = FID_floor ]
    [ "$(frechet --real=dom.ten --floor <dom.ten | column metric 3)" = "FD_floor[dom:0123456789abcdef]" ]
}
@test "other extractors, weights or resizing are refused, but for --force" {
    normals 100,4 1 --attrs='{"extractor": "dom", "weights": "a"}' >a.ten
    normals 100,4 1 --attrs='{"extractor": "dom", "weights": "b"}' >b.ten
    normals 100,4 1 --attrs='{"extractor": "dom", "weights": "a", "resize": "tf1"}' >c.ten
    run -1 --separate-stderr frechet --real=a.ten <b.ten
    [ "$stderr" = "frechet: features: of dom:a and dom:b: expected one extractor (--force compares them all the same)" ]
    run -1 --separate-stderr frechet --real=c.ten <a.ten
    [ "$stderr" = "frechet: features: of images resized by tf1 and none: expected one rule (--force compares them all the same)" ]
    frechet --force --real=a.ten <b.ten
    run -1 --separate-stderr bash -c 'ten-cat a.ten b.ten | frechet --real=a.ten'
    [[ "$stderr" = *"expected features of one extractor in one stream" ]]
}
@test "the protocol stands beside the number" {
    normals 100,4 1 --attrs='{"extractor": "rand", "split": "test"}' >real.ten
    normals 100,4 2 --attrs='{"extractor": "rand", "network": "ema", "bn": "batch", "truncation": 0.5, "seed": 7}' >fake.ten
    frechet --real=<(fstat <real.ten) <fake.ten >table
    [ "$(head -1 table | cut -f5-)" = "$(printf 'n_real\tn_fake\textractor\tresize\tsplit\tnetwork\tbn\ttruncation\tseed\tpicked')" ]
    [ "$(tail -1 table | cut -f5-)" = "$(printf '100\t100\trand\t-\ttest\tema\tbatch\t0.5\t7\t-')" ]
}
@test "fewer samples than features, and features that are always 0" {
    normals 20,300 1 >x.ten
    normals 1000,300 2 >y.ten
    fstat <x.ten >x-stat.ten
    a=$(frechet --real=x.ten <y.ten | column value)
    b=$(frechet --real=x-stat.ten <y.ten | column value)
    awk "BEGIN { exit !($a / $b > 0.999999 && $a / $b < 1.000001) }"
    ten-gen feat f32 50,4 --fill=zeros >z.ten
    ten-gen feat f32 50,4 --fill=zeros >w.ten
    [ "$(frechet --real=z.ten <w.ten | column value)" = 0 ]
}
@test "numbers of features that differ, other shapes, nothing there: exit 1, one line" {
    normals 20,3 1 >x.ten
    normals 20,4 1 >y.ten
    run -1 --separate-stderr frechet --real=x.ten <y.ten
    [ "$stderr" = "frechet: features: 3 and 4 a sample: expected as many" ]
    ten-gen feat i32 20,3 >i.ten
    run -1 --separate-stderr frechet --real=x.ten <i.ten
    [ "$stderr" = "frechet: byte 0: feat: i32[20,3]: expected f32[N,d]" ]
    ten-gen x f32 20,3 >none.ten
    run -1 --separate-stderr frechet --real=x.ten <none.ten
    [ "$stderr" = "frechet: feat: no samples: expected records feat f32 [N,d], or mu f64 [d] and sigma f64 [d,d]" ]
    run -1 --separate-stderr frechet --real=none.ten <x.ten
    [[ "$stderr" = "frechet: none.ten: feat: no samples: "* ]]
    ten-gen feat f32 1,3 >one.ten
    run -1 --separate-stderr frechet --real=x.ten <one.ten
    [ "$stderr" = "frechet: features: 1 sample: expected at least 2, for a covariance" ]
    ten-gen feat f32 20,3 --fill=constant --value=nan >nan.ten
    run -1 --separate-stderr frechet --real=x.ten <nan.ten
    [ "$stderr" = "frechet: byte 0: feat: f32[20,3]: expected finite numbers" ]
}
@test "what statistics cannot give, and more samples than there are: exit 1, one line" {
    normals 20,3 1 >x.ten
    fstat <x.ten >s.ten
    run -1 --separate-stderr frechet --real=x.ten --n=5 <s.ten
    [[ "$stderr" = *"mean and covariance alone: expected features, for --n and --bootstrap" ]]
    run -1 --separate-stderr frechet --real=s.ten --floor <x.ten
    [[ "$stderr" = "frechet: s.ten: mean and covariance alone: expected features of at least 4"* ]]
    run -1 --separate-stderr frechet --real=x.ten --n=10,21 <x.ten
    [ "$stderr" = "frechet: --n: 21 of 20 samples: expected no more than there are" ]
}
@test "no reals, an extrapolation from one number: exit 2" {
    run -2 --separate-stderr frechet </dev/null
    [[ "$stderr" = *"no real samples: expected --real=FILE"* ]]
    run -2 --separate-stderr frechet --real=x --n=100 --extrapolate </dev/null
    [[ "$stderr" = *"expected several"* ]]
}
