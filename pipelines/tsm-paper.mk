# pipelines/tsm-paper.mk - SCALE=paper of tsm.mk: recipes of the public code on videos that the user has.
# DATA: a folder with train.txt and valid.txt, lists of video-pack(1) (PATH FRAMES LABEL), paths relative to it.
# TASK: kinetics, kinetics-dense or sth.  RANKS: processes.  100 epochs of Kinetics-400, about 240,000 clips of 8 frames, are
# 4.7e18 floating-point operations, 1.5 years at 100 GFLOP/s: what 1,536 GPUs did is simulated only (scale-sim(1)).
DATA ?=
TASK ?= kinetics
RANKS ?= 1
TEMPLATE ?= img_%05d.png
# Checks of these commands on a slice: fewer epochs, smaller pictures.
TRAIN_OPTIONS ?=
ARCH ?= resnet50
ifeq ($(DATA),)
$(error SCALE=paper: no videos: expected DATA=FOLDER with train.txt and valid.txt, PATH FRAMES LABEL a line)
endif

arm.tsn := --shift=none
arm.bi := --shift=bi
arms := tsn bi
runs := $(foreach s,$(SEEDS),$(foreach a,$(arms),$a-$s))
launch := $(if $(filter-out 1,$(RANKS)),mpirun -np $(RANKS))

$(O)/train.ten $(O)/valid.ten: $(O)/%.ten: $(DATA)/%.txt | $(O)/
	video-pack --list=$< --root=$(DATA) --template=$(TEMPLATE) >$@.part
	mv $@.part $@
# A killed run goes on from its checkpoint, with any number of processes.
$(foreach r,$(runs),$(R)/curve-$r.tsv): $(R)/curve-%.tsv: $(O)/train.ten $(O)/valid.ten | $(R)/
	$(launch) train-tsm --recipe=$(TASK) --arch=$(ARCH) $(arm.$(firstword $(subst -, ,$*))) \
	    --seed=$(lastword $(subst -, ,$*)) --pack=$(O)/train.ten --valid-pack=$(O)/valid.ten --keep=best \
	    --resume=$(R)/net-$*.ckpt --curve=$@.part $(TRAIN_OPTIONS) </dev/null >$(R)/net-$*.ten
	mv $@.part $@
$(foreach r,$(runs),$(R)/result-$r.tsv): $(R)/result-%.tsv: $(R)/curve-%.tsv
	awk -F '\t' 'NR > 1 && $$7 >= best { best = $$7; loss = $$6 } END { print "arm\tseed\taccuracy\tloss"
	    print "$(firstword $(subst -, ,$*))\t$(lastword $(subst -, ,$*))\t" best "\t" loss }' $< >$@.part
	mv $@.part $@
$(O)/results.tsv: $(foreach r,$(runs),$(R)/result-$r.tsv)
	$(merge)
$(O)/claims.tsv: pipelines/tsm-paper.claims $(O)/results.tsv
	claims --paper=$(PAPER) --scale=$(SCALE)-$(TASK) --rules=$< $(filter-out $<,$^) >$@.part
	mv $@.part $@
