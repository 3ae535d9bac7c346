# pipelines/diffaugment.mk - generators from few images: what does DiffAugment buy, and where must it act?
# The paper's own runs are in diffaugment-paper.mk (SCALE=paper).
PAPER := diffaugment
# Thresholds in diffaugment.claims were fixed after runs with seeds 0, 1 and 2 of another program: not these.
SEEDS ?= 21 22 23
include pipelines/common.mk
.SECONDEXPANSION:

# DATA: a folder of CIFAR-10's binaries; or of train/ and test/ with PNG files of a class each, images below one another
# (train/cat.png), or with a folder for each class (train/cat/1.png).  Without, Fashion-MNIST.
DATA ?=
FASHION ?= $(call debian,usr/share/datasets/fashion-mnist)
bins := $(wildcard $(DATA:%=%/data_batch_*.bin))
strips := $(wildcard $(DATA:%=%/train/*.png))

# $(call read,train) and $(call read,test): labelled images of 32x32.
fashion = idx2ten --pad=2 $(FASHION)/$(if $(filter train,$1),train,t10k)-images-idx3-ubyte.gz \
    $(FASHION)/$(if $(filter train,$1),train,t10k)-labels-idx1-ubyte.gz
cifar = cifar2ten $(if $(filter train,$1),$(bins),$(DATA)/test_batch.bin)
strip = png2ten --strip --label-from=file --glob='$(DATA)/$1/*.png'
folders = png2ten --size=32x32 --label-from=dir --channels=3 --glob='$(DATA)/$1/*/*.png'
read = $(if $(DATA),$(if $(bins),$(cifar),$(if $(strips),$(strip),$(folders))),$(fashion))

ifeq ($(SCALE),paper)
include pipelines/diffaugment-paper.mk
else

# Groups of 64: of all training images, of those that generators may learn from (the first ones), of the others that they
# are measured against, and of test images that the discriminator is asked about.
train.demo := 32
train.laptop := 313
pool.demo := 16
pool.laptop := 156
reals.demo := 16
reals.laptop := 78
valid := 16
# Samples of each generator; epochs of the classifier whose features they are measured by; steps after which they are.
samples.demo := 256
samples.laptop := 2500
epochs.demo := 2
epochs.laptop := 4
# Samples that are looked for among the training images.
near.demo := 64
near.laptop := 500
steps.demo := 60
steps.laptop := 1000 2000 4000 8000
steps_sn.demo := $(steps.demo)
steps_sn.laptop := $(steps.laptop)

# Arms: a small DCGAN without spectral norms, and (sn) half as wide with them.
moves := --policy=translation,cutout
arm.none := --preset=tiny
arm.all := --preset=tiny $(moves)
arm.color := --preset=tiny --policy=color,translation,cutout
arm.reals := --preset=tiny $(moves) --augment-where=reals
arm.d := --preset=tiny $(moves) --augment-where=d
arm.snnone := --preset=tiny-sn
arm.snall := --preset=tiny-sn $(moves)
arms.demo := none all
arms.laptop := none all color reals d snnone snall
few.demo := 50
few.laptop := 100
# The curve over the number of images, arms none and all.
sizes.demo :=
sizes.laptop := 50 300 1000 5000

# A run is ARM-N-SEED.
arm = $(word 1,$(subst -, ,$1))
number = $(word 2,$(subst -, ,$1))
seed = $(word 3,$(subst -, ,$1))
stages = $(if $(filter sn%,$(call arm,$1)),$(call per,steps_sn),$(call per,steps))
runs := $(foreach s,$(SEEDS),$(foreach a,$(call per,arms),$a-$(call per,few)-$s) \
    $(foreach n,$(call per,sizes),none-$n-$s all-$n-$s))
first := $(word 1,$(SEEDS))

# ---- Images and what they are measured by -------------------------------------------------------

# The reader dies of the closed pipe when there was enough, which a pipe would report (pipefail).
$(O)/train.ten: | $(O)/
	$(call read,train) | ten-shuf --seed=0 --size=64 >$@.all
	ten-head --groups=$(call per,train) <$@.all >$@.part
	rm $@.all
	mv $@.part $@
$(O)/valid.ten: | $(O)/
	$(call read,test) | ten-shuf --seed=0 --size=64 >$@.all
	ten-head --groups=$(valid) <$@.all >$@.part
	rm $@.all
	mv $@.part $@
$(O)/pool.ten: $(O)/train.ten
	ten-head --groups=$(call per,pool) <$< >$@.part
	mv $@.part $@
$(O)/reals.ten: $(O)/train.ten
	ten-head --skip=$(call per,pool) --groups=$(call per,reals) <$< >$@.part
	mv $@.part $@
# N-SEED
$(R)/few-%.ten: $(O)/pool.ten | $(R)/
	ten-shuf --seed=$(word 2,$(subst -, ,$*)) --size=$(word 1,$(subst -, ,$*)) <$< >$@.all
	ten-head <$@.all >$@.part
	rm $@.all
	mv $@.part $@

# The classifier has seen all images, and none of the transforms under test.
$(O)/dom.ten: $(O)/train.ten $(O)/valid.ten
	in=$$(ten-head --groups=1 <$< | ten-info | grep -oE ' image +u8 +\[[0-9,]*\]' | grep -oE '[0-9]+,[0-9]+\]' | tr -d ']')
	train-classifier --quiet --config='{"family": "resnet", "width": 16, "blocks": [1, 1, 1], "in": [32, '$$in']}' \
	    --epochs=$(call per,epochs) --augment=flip --schedule=onecycle:lr=0.2 --valid=$(O)/valid.ten \
	    --curve=$(O)/dom.tsv <$< >$@.part
	mv $@.part $@
# What pixels alone tell of the class.
$(O)/linear.ten: $(O)/train.ten $(O)/valid.ten
	in=$$(ten-head --groups=1 <$< | ten-info | grep -oE ' image +u8 +\[[0-9,]*\]' | grep -oE '[0-9]+,[0-9]+\]' | tr -d ']')
	train-classifier --quiet --config='{"family": "mlp", "hidden": [], "out": 10, "in": [32, '$$in']}' \
	    --epochs=$(call per,epochs) --optim=adam --schedule=onecycle:lr=1e-3 --valid=$(O)/valid.ten \
	    --curve=$(O)/linear.tsv <$< >$@.part
	mv $@.part $@
$(O)/judge.tsv: $(O)/dom.ten $(O)/linear.ten
	awk -F'\t' 'FNR == 1 { for (i = 1; i <= NF; i++) if ($$i == "valid_accuracy") c = i }
	    { share[NR == FNR] = $$c }
	    END { print "errors\tlinear_errors"; print 1 - share[1] "\t" 1 - share[0] }' $(O)/dom.tsv $(O)/linear.tsv >$@.part
	mv $@.part $@

# Two extractors, always both: the classifier is all but blind to holes, random weights are not.
extract.dom = features --quiet --extractor=dom --model=$(O)/dom.ten
extract.rand = features --quiet --extractor=rand --reference=$(O)/reals.ten
$(O)/real-dom.ten $(O)/real-rand.ten: $(O)/real-%.ten: $(O)/reals.ten $(O)/dom.ten
	$(extract.$*) $(if $(filter dom,$*),--held-out=$(O)/valid.ten) <$< >$@.part
	mv $@.part $@
# What no generator can be expected to go below.
$(O)/floor.tsv: $(O)/real-dom.ten $(O)/real-rand.ten
	printf 'extractor\tfloor\tn\n' >$@.part
	for extractor in dom rand; do
	    frechet --floor --real=$(O)/real-$$extractor.ten <$(O)/real-$$extractor.ten |
	        awk -F'\t' -v OFS='\t' 'NR == 3 { print "'$$extractor'", $$2, $$5 }'
	done >>$@.part
	mv $@.part $@

# ---- Runs ------------------------------------------------------------------------------------------

# All stages of a run, from the start: rates are constant, so a stage is what a run of its length would be.
$(R)/fd-%.tsv: $(R)/few-$$(call number,$$*)-$$(call seed,$$*).ten $(O)/real-dom.ten $(O)/real-rand.ten $(O)/valid.ten
	rm -f $(R)/gan-$*.ckpt
	for steps in $(call stages,$*); do
	    train-gan --quiet $(arm.$(call arm,$*)) --seed=$(call seed,$*) --iters=$$steps --valid=$(O)/valid.ten \
	        --resume=$(R)/gan-$*.ckpt --curve=$(R)/curve-$*.tsv --curve-every=20 <$< >$(R)/gan-$*.ten
	    gan-sample --quiet --n=$(call per,samples) --seed=1 <$(R)/gan-$*.ten | ten-cut --keep=image >$@.samples
	    for extractor in dom rand; do
	        case $$extractor in
	        dom) $(extract.dom) <$@.samples ;;
	        rand) $(extract.rand) <$@.samples ;;
	        esac | frechet --real=$(O)/real-$$extractor.ten | awk -v extractor=$$extractor -v steps=$$steps '
	            NR == 2 { print "$(call arm,$*)\t$(call number,$*)\t$(call seed,$*)\t" steps "\t" extractor "\t" $$2 }'
	    done
	done | { printf 'arm\tn\tseed\tsteps\textractor\tfd\n'; cat; } >$@.part
	leak-check --quiet --real=$(O)/reals.ten <$@.samples >$(R)/leak-$*.tsv
	ten2png --grid=8 --limit=64 <$@.samples >$(R)/sheet-$*.png
	rm $@.samples $(R)/gan-$*.ckpt
	mv $@.part $@
tables := $(runs:%=$(R)/fd-%.tsv)
$(O)/fd.tsv: $(tables)
	$(merge)
# The last stage alone.
$(O)/final.tsv: $(O)/fd.tsv
	awk -F'\t' 'NR == 1 { print; next } { k = $$1 FS $$2 FS $$3 FS $$5; if (!(k in at)) order[++m] = k; at[k] = $$0 }
	    END { for (i = 1; i <= m; i++) print at[order[i]] }' $< >$@.part
	mv $@.part $@
# How much better D knows training samples than others, in the second half of a run.
$(O)/gaps.tsv: $(O)/fd.tsv
	{
	    printf 'arm\tn\tseed\tgap\n'
	    for run in $(runs); do
	        IFS=- read -r arm n seed <<<"$$run"
	        awk -v OFS='\t' -v arm=$$arm -v n=$$n -v seed=$$seed -F'\t' 'NR > 1 { gap[NR] = $$11 }
	            END { for (i = int(NR / 2) + 1; i <= NR; i++) { sum += gap[i]; m++ } print arm, n, seed, sum / m }' \
	            $(R)/curve-$$run.tsv
	    done
	} >$@.part
	mv $@.part $@
# Which share of samples shows grey blocks (cutout) or grey edges (translation).
$(O)/leaks.tsv: $(O)/fd.tsv
	{
	    printf 'arm\tn\tseed\tmeasure\ttolerance\tfakes\treals\n'
	    for run in $(runs); do
	        IFS=- read -r arm n seed <<<"$$run"
	        awk -v OFS='\t' -v run="$$arm	$$n	$$seed" -F'\t' '
	            $$1 == "block" || $$1 == "strip" { print run, $$1, $$2, $$3, $$4 }' $(R)/leak-$$run.tsv
	    done
	} >$@.part
	mv $@.part $@

# ---- Whether they repeat what they saw ----------------------------------------------------------------

# $(call beside,SAMPLES,IMAGES,PAIRS): a sheet of 64 samples, each with the image to its right that the table of nn-check says
# is the nearest.
define beside
ten-batch --size=1 <$1 >$1.ones
ten-cut --keep=image <$2 | ten-batch --size=1 >$1.known
awk 'NR > 1 && NR <= 65 { print $$1, $$2 }' $3 | while read -r sample image; do
    ten-head --skip=$$sample <$1.ones
    ten-head --skip=$$image <$1.known
done | ten2png --grid=16 $4
rm $1.ones $1.known
endef

# Of a run's samples the training images that are nearest by the classifier's features: a table, a line of how near they are
# beside as many other real images, and the sheet.
$(R)/pairs-%.tsv $(R)/repeats-%.tsv $(R)/neighbours-%.png: $(R)/fd-%.tsv
	few=$(R)/few-$(call number,$*)-$(call seed,$*).ten
	near=$(R)/near-$*
	gan-sample --quiet --n=$(call per,near) --seed=1 <$(R)/gan-$*.ten | ten-cut --keep=image >$$near.samples
	$(extract.dom) <$$few >$$near.train
	$(extract.dom) <$$near.samples | nn-check --train=$$near.train --held-out=$(O)/real-dom.ten \
	    --pairs=$(R)/pairs-$*.tsv | awk -F'\t' -v OFS='\t' 'NR == 1 { print "arm", "n", "seed", "ratio", "nearer" }
	        NR == 2 { print "$(call arm,$*)", $(call number,$*), $(call seed,$*), $$1, $$4 }' >$(R)/repeats-$*.tsv.part
	$(call beside,$(R)/near-$*.samples,$(R)/few-$(call number,$*)-$(call seed,$*).ten,$(R)/pairs-$*.tsv,>$(R)/neighbours-$*.png)
	rm $$near.samples $$near.train
	mv $(R)/repeats-$*.tsv.part $(R)/repeats-$*.tsv
$(O)/repeats.tsv: $(foreach s,$(SEEDS),$(foreach a,$(call per,arms),$(R)/repeats-$a-$(call per,few)-$s.tsv))
	$(merge)
$(O)/neighbours-%.png: $(R)/repeats-%-$(call per,few)-$(first).tsv
	cp $(R)/neighbours-$*-$(call per,few)-$(first).png $@

# ---- A hundred pictures in colour -----------------------------------------------------------------------

# For longer than comparing takes, and with no more to show than what comes of it.  PHOTOS: PNG files; without, faces and hands
# among the pictures of a Debian package.
PHOTOS ?= $(foreach p,1F6[0-4]? 1F9[12]?,$(wildcard $(call debian,usr/share/rubygems-integration/all/gems/gemojione-*/assets/png)/$p.png))
photo_steps.demo :=
photo_steps.laptop := 20000
$(R)/photos.ten: | $(R)/
	png2ten --crop --size=32x32 --channels=3 $(PHOTOS) | ten-shuf --seed=0 --size=100 >$@.all
	ten-head <$@.all >$@.part
	rm $@.all
	mv $@.part $@
$(R)/gan-photos.ten: $(R)/photos.ten
	train-gan --quiet --preset=tiny --policy=color,translation,cutout --seed=$(first) --iters=$(call per,photo_steps) \
	    --resume=$(R)/gan-photos.ckpt --curve=$(R)/curve-photos.tsv <$< >$@.part
	mv $@.part $@
$(O)/photos.png: $(R)/gan-photos.ten $(R)/photos.ten
	gan-sample --quiet --n=64 --seed=1 <$< | ten-cut --keep=image >$@.samples
	look="features --quiet --dims=32 --reference=$(R)/photos.ten"
	$$look <$(R)/photos.ten >$@.train
	$$look <$@.samples | nn-check --train=$@.train --held-out=$@.train --pairs=$@.pairs >$@.figures
	$(call beside,$@.samples,$(R)/photos.ten,$@.pairs,--scale=2 >$@.part)
	rm $@.samples $@.train $@.pairs $@.figures
	mv $@.part $@

# ---- Claims ------------------------------------------------------------------------------------------

# Ratios of two arms, seed by seed: their median and the largest.
$(O)/ratios.tsv: pipelines/ratios.awk $(O)/final.tsv
	awk -v few=$(call per,few) -f $^ >$@.part
	mv $@.part $@
$(O)/claims.tsv: pipelines/diffaugment.claims $(O)/ratios.tsv $(O)/final.tsv $(O)/gaps.tsv $(O)/leaks.tsv $(O)/judge.tsv
	claims --paper=$(PAPER) --scale=$(SCALE) --rules=$< $(filter-out $<,$^) >$@.part
	mv $@.part $@

$(O)/sheet-%.png: $(O)/fd.tsv
	cp $(R)/sheet-$*-$(call per,few)-$(first).png $@
$(O)/fd.svg: pipelines/fd.gp $(O)/fd.tsv
	gnuplot -c $< $(O)/fd.tsv $(call per,few) $(call per,arms) >$@.part
	mv $@.part $@
$(O)/notes.md: pipelines/diffaugment.md | $(O)/
	cp $< $@
all: $(foreach a,$(call per,arms),$(O)/sheet-$a.png $(O)/neighbours-$a.png) $(O)/fd.svg $(O)/floor.tsv $(O)/repeats.tsv \
    $(O)/notes.md $(if $(call per,photo_steps),$(O)/photos.png)
endif
