# pipelines/classifier.mk - the engine's first job: a small residual network learns Fashion-MNIST.
PAPER := classifier
include pipelines/common.mk

# FASHION: a folder with the IDX files of Fashion-MNIST or MNIST.
FASHION ?= $(call debian,usr/share/datasets/fashion-mnist)

# Groups of 64 images to train on and to test with; blocks of the network's three stages and how wide the first is; how
# often it sees the images.  laptop: deeper stages behind the first, which costs most, and mirrored images tell more in the
# same time than a wider network or moved ones, and so do labels that are not quite sure (measured on a tenth of the training
# images, held out: 93.73 % without, 93.90 % with).
train.demo := 128
train.laptop := 1000000
train.paper := 1000000
test.demo := 32
test.laptop := 1000000
test.paper := 1000000
width.demo := 16
width.laptop := 16
width.paper := 64
blocks.demo := 1,1,1
blocks.laptop := 1,2,2
blocks.paper := 2,2,2
augment.demo := crop=2,flip
augment.laptop := flip
augment.paper := crop=2,flip
smoothing.demo := 0
smoothing.laptop := 0.1
smoothing.paper := 0.1
epochs.demo := 3
epochs.laptop := 12
epochs.paper := 30

config := {"family": "resnet", "width": $(call per,width), "blocks": [$(call per,blocks)], "in": [28, 28, 1]}

# The reader dies of the closed pipe when there was enough, which a pipe would report (pipefail).
$(O)/train.ten $(O)/test.ten: $(O)/%.ten: | $(O)/
	ten-head --groups=$(call per,$*) >$@.part < <(idx2ten \
	    $(FASHION)/$(if $(filter train,$*),train,t10k)-images-idx3-ubyte.gz \
	    $(FASHION)/$(if $(filter train,$*),train,t10k)-labels-idx1-ubyte.gz)
	mv $@.part $@

# What curves are drawn from: 2,048 images; looking at all of them after every epoch took a twentieth of the time.
$(O)/watch.ten: $(O)/test.ten
	ten-head --groups=32 <$< >$@.part
	mv $@.part $@

# A killed run goes on from its checkpoint.
$(R)/net-%.ten $(R)/curve-%.tsv &: $(O)/train.ten $(O)/watch.ten | $(R)/
	train-classifier --config='$(config)' --seed=$* --epochs=$(call per,epochs) --augment=$(call per,augment) \
	    --smoothing=$(call per,smoothing) --schedule=onecycle:lr=0.1 --valid=$(O)/watch.ten --resume=$(R)/net-$*.ckpt \
	    --curve=$(R)/curve-$*.tsv --quiet <$< >$(R)/net-$*.ten.part
	mv $(R)/net-$*.ten.part $(R)/net-$*.ten
$(R)/score-%.tsv: $(R)/net-%.ten $(O)/test.ten
	classify --quiet --model=$< <$(O)/test.ten | confusion | awk -v seed=$* -F'\t' '
	    NR > 1 { for (i = 2; i < NF; i++) all += $$i; right += $$NR }
	    END { print "seed\taccuracy"; print seed "\t" right / all }' >$@.part
	mv $@.part $@
$(R)/seeded-%.tsv: $(R)/curve-%.tsv
	awk -v seed=$* '{ print (NR == 1 ? "seed" : seed) "\t" $$0 }' $< >$@.part
	mv $@.part $@

first := $(word 1,$(SEEDS))
$(O)/accuracy.tsv: $(foreach s,$(SEEDS),$(R)/score-$s.tsv)
	$(merge)
$(O)/curves.tsv: $(foreach s,$(SEEDS),$(R)/seeded-$s.tsv)
	$(merge)
$(O)/curves.svg: pipelines/curves.gp $(foreach s,$(SEEDS),$(R)/curve-$s.tsv)
	gnuplot -c $^ >$@.part
	mv $@.part $@
$(O)/confusion.tsv: $(R)/net-$(first).ten $(O)/test.ten
	classify --quiet --model=$< <$(O)/test.ten | confusion >$@.part
	mv $@.part $@
$(O)/size.tsv: | $(O)/
	score --config='$(config)' >$@.part
	mv $@.part $@

$(O)/claims.tsv: pipelines/classifier.claims $(O)/accuracy.tsv
	claims --paper=$(PAPER) --scale=$(SCALE) --rules=$< $(filter-out $<,$^) >$@.part
	mv $@.part $@
all: $(O)/curves.svg $(O)/curves.tsv $(O)/confusion.tsv $(O)/size.tsv
