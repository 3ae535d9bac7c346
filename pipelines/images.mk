# pipelines/images.mk - the house's own experiment: real pictures from files to batches, through
# every augmentation, to contact sheets and statistics; and does the stream keep what it promises?
PAPER := images
include pipelines/common.mk

# PICTURES: a folder of PNG files.  FASHION: one with the IDX files of Fashion-MNIST or MNIST.
PICTURES ?= $(call debian,usr/share/rubygems-integration/all/gems/gemojione-*/assets/png)
FASHION ?= $(call debian,usr/share/datasets/fashion-mnist)

# Groups of 64 to read; the laptop reads all pictures, the paper scale all of both.
pictures.demo := 4
pictures.laptop := 100
pictures.paper := 1000000
clothes.demo := 40
clothes.laptop := 160
clothes.paper := 1000000
# Batches of 3 MiB that pass through each tool.
stream.demo := 64
stream.laptop := 256
stream.paper := 1024

policies := color translation cutout all
policy.none :=
policy.color := color
policy.translation := translation
policy.cutout := cutout
policy.all := color,translation,cutout
# A run is POLICY-SEED.
runs := $(foreach p,$(policies),$(SEEDS:%=$p-%))
policy = $(word 1,$(subst -, ,$1))
seed = $(word 2,$(subst -, ,$1))
first := $(word 1,$(SEEDS))

# ---- From files to batches -----------------------------------------------------------------

# Transparent pixels come to lie on white.  The readers die of the closed pipe when there was
# enough, which a pipe would report (pipefail); when they fail before, the missing end mark does.
$(O)/pictures.ten: | $(O)/
	ten-head --groups=$(call per,pictures) >$@.part \
	    < <(png2ten --glob='$(PICTURES)/*.png' --channels=3 --size=64x64)
	mv $@.part $@
$(O)/clothes.ten: | $(O)/
	ten-head --groups=$(call per,clothes) >$@.part \
	    < <(idx2ten --pad=2 $(FASHION)/train-images-idx3-ubyte.gz \
	        $(FASHION)/train-labels-idx1-ubyte.gz)
	mv $@.part $@
$(O)/clothes-%-train.ten $(O)/clothes-%-valid.ten $(O)/clothes-%-test.ten: $(O)/clothes.ten
	ten-split --quiet --parts=train=0.8,valid=0.1,test=0.1 --stratify=label --seed=$* \
	    --prefix=$(O)/clothes-$*- <$<
$(O)/clothes-%-batches.ten: $(O)/clothes-%-train.ten
	ten-shuf --seed=$* <$< | ten-batch --size=50 >$@.part
	mv $@.part $@
$(O)/sheet-clothes.png: $(O)/clothes-$(first)-batches.ten
	ten2png --grid=16 --limit=48 --scale=2 <$< >$@.part
	mv $@.part $@
# How these batches came to be, as commands that can be run again.
$(O)/history.txt: $(O)/clothes-$(first)-batches.ten
	ten-info --history $< >$@.part
	mv $@.part $@

# Which share of each class went into each part.
$(R)/classes-%.tsv: $(foreach p,train valid test,$(O)/clothes-%-$p.ten) | $(R)/
	for part in train valid test; do
	    ten-cut --keep=label <$(O)/clothes-$*-$$part.ten | ten-dump | awk -v part=$$part '
	        { for (i = 1; i <= NF; i++) n[$$i]++ }
	        END { for (c = 0; c < 10; c++) print part, c, n[c] }'
	done | awk 'BEGIN { OFS = "\t"; print "seed", "part", "class", "samples", "share" }
	    { part[NR] = $$1; class[NR] = $$2; samples[NR] = $$3; all[$$2] += $$3 }
	    END { for (i = 1; i <= NR; i++)
	        print $*, part[i], class[i], samples[i], samples[i] / all[class[i]] }' >$@.part
	mv $@.part $@

# Are the samples, one a line, the same before and after shuffling: as they come, and sorted?
$(R)/shuffle-%.tsv: $(O)/clothes-%-valid.ten | $(R)/
	lines() { ten-cut --keep=image | ten-batch --size=1 | ten-cut --reshape=-1 | ten-dump | grep .; }
	lines <$< >$@.before
	ten-shuf --seed=$* <$< | ten-batch --size=17 | lines >$@.after
	order=1 samples=1
	cmp -s $@.before $@.after || order=0
	cmp -s <(sort $@.before) <(sort $@.after) || samples=0
	printf 'seed\tsame_order\tsame_samples\n%s\t%s\t%s\n' $* $$order $$samples >$@.part
	rm $@.before $@.after
	mv $@.part $@

# ---- Augmentation ----------------------------------------------------------------------------

$(O)/sheet-%.png: $(O)/pictures.ten
	ten-head <$< | augment --policy=$(policy.$*) --seed=$(first) | ten2png --grid=16 >$@.part
	mv $@.part $@

# <A x, y> = <x, A' y>: A is the linear part of the transform with the draws of this run, x the
# first real batch as numbers in [-1,1], y a random one.
$(O)/batch.ten: $(O)/pictures.ten
	ten-head <$< | augment --policy= | ten-cut --keep=image --drop-group-attr=augment >$@.part
	mv $@.part $@
$(R)/adjoint-%.tsv: $(O)/batch.ten | $(R)/
	seed=$(call seed,$*)
	ten-gen --fill=normal --seed=$$seed image f32 64,64,64,3 >$@.y
	augment --policy=$(policy.$(call policy,$*)) --seed=$$seed <$< | ten-cut --drop=image >$@.draws
	ten-paste $@.draws $< | augment --tangent | ten-dot --record=image - $@.y >$@.left
	ten-paste $@.draws $@.y | augment --adjoint | ten-dot --record=image $< - >$@.right
	paste $@.left $@.right | awk 'BEGIN { FS = OFS = "\t"
	        print "policy", "seed", "ax_y", "x_aty", "error" }
	    NR > 1 { off = $$4 - $$10
	        print "$(call policy,$*)", '$$seed', $$4, $$10, (off < 0 ? -off : off) / ($$5 * $$6) }' >$@.part
	rm $@.y $@.draws $@.left $@.right
	mv $@.part $@

# No 8-bit pixel becomes 0 by itself (v/127.5 - 1 with whole v): zeros are what was cut or moved in.
$(R)/statistics-%.tsv: $(O)/pictures.ten | $(R)/
	augment --policy=$(policy.$(call policy,$*)) --seed=$(call seed,$*) <$< | ten-cut --keep=image |
	    ten-stat | awk 'BEGIN { FS = OFS = "\t"
	            print "policy", "seed", "values", "mean", "std", "zero_share" }
	        NR > 1 { n += $$5; s += $$5 * $$8; q += $$5 * ($$8 ^ 2 + $$9 ^ 2); z += $$10 }
	        END { print "$(call policy,$*)", $(call seed,$*), n, s / n, sqrt(q / n - (s / n) ^ 2), z / n
	        }' >$@.part
	mv $@.part $@

# Density of the values of all pictures.
$(R)/histogram-%.dat: $(O)/pictures.ten | $(R)/
	augment --policy=$(policy.$*) --seed=$(first) <$< | ten-cut --keep=image | ten-batch --size=0 |
	    ten-stat --histogram=60 | awk -F '\t' '
	        NR > 1 { mid[NR] = ($$5 + $$6) / 2; c[NR] = $$7; n += $$7; w = $$6 - $$5 }
	        END { for (i = 2; i <= NR; i++) print mid[i], c[i] / (n * w) }' >$@.part
	mv $@.part $@
$(O)/histogram.svg: pipelines/histogram.gp $(foreach p,none $(policies),$(R)/histogram-$p.dat)
	gnuplot -c $^ >$@.part
	mv $@.part $@

$(O)/adjoint.tsv $(O)/statistics.tsv: $(O)/%.tsv: $(foreach r,$(runs),$(R)/%-$r.tsv)
	$(merge)
$(O)/classes.tsv $(O)/shuffle.tsv: $(O)/%.tsv: $(foreach s,$(SEEDS),$(R)/%-$s.tsv)
	$(merge)

# ---- Pass rates ------------------------------------------------------------------------------

shown := $(foreach p,none $(policies) clothes,$(O)/sheet-$p.png) $(O)/histogram.svg $(O)/history.txt
measured := $(foreach t,adjoint statistics classes shuffle,$(O)/$t.tsv)

# 64 pictures as f32 in a record, over and over: what a training job reads.
$(O)/stream.ten: $(O)/batch.ten
	for ((i = 0; i < $(call per,stream); i++)); do cat $<; done >$@.part
	mv $@.part $@
# Last of all, so that nothing else runs beside it.  All tools once a round; seed is the round.
$(O)/rates.tsv: $(O)/stream.ten | $(shown) $(measured)
	bytes=$$(stat -c %s $<)
	pass() {
	    local tool=$$1 start=$${EPOCHREALTIME/./}
	    shift
	    cat $< | "$$@" | cat >/dev/null
	    echo "$$tool $$round $$bytes $$(($${EPOCHREALTIME/./} - start))" |
	        awk '{ printf "%s\t%d\t%.0f\n", $$1, $$2, $$3 / $$4 }'
	}
	{
	    printf 'tool\tseed\tmb_per_s\n'
	    for round in $(SEEDS); do
	        pass cat cat
	        pass ten-cat ten-cat
	        pass ten-cut ten-cut --set-attr=x=1
	        pass ten-stat ten-stat
	        pass ten-shuf ten-shuf --seed=1
	        pass augment augment --policy=$(policy.all) --seed=1
	    done
	} >$@.part
	mv $@.part $@
$(O)/rates.svg: pipelines/rates.gp $(O)/rates.tsv
	gnuplot -c $^ >$@.part
	mv $@.part $@

# ---- Claims ------------------------------------------------------------------------------------

$(O)/claims.tsv: pipelines/images.claims $(measured) $(O)/rates.tsv
	claims --paper=$(PAPER) --scale=$(SCALE) --rules=$< $(filter-out $<,$^) >$@.part
	mv $@.part $@
all: $(shown) $(O)/rates.svg
