# The runs of Zhao et al., arXiv 2006.10738, with the hyper-parameters of its authors' programs (presets of train-gan(1)):
# days to weeks each, and months on a laptop; every one goes on from its checkpoint.  Included by diffaugment.mk.
#
#     CIFAR10=dir CIFAR100=dir     the binaries; 100, 20 and 10 % of the training images, of each class alike
#     FFHQ=dir                     PNG files of 256x256; 70000, 30000, 10000, 5000 and 1000 of them
#     LOWSHOT=dir                  folders of PNG files: obama, grumpy_cat, panda, AnimalFace-cat, AnimalFace-dog
#     IMAGENET=dir                 a folder of PNG files for each class; 100, 50 and 25 %
#     INCEPTION=file               Inception-v3 of the FID as a model stream: without, numbers are FD[rand64]
#
# make -f pipelines/diffaugment.mk SCALE=paper       all sets that are given
# make -f pipelines/diffaugment.mk SCALE=paper fid-c10-10-biggan-diffaugment-1

CIFAR10 ?=
CIFAR100 ?=
FFHQ ?=
LOWSHOT ?=
IMAGENET ?=
INCEPTION ?=

# A run is SET-PART-NETWORK-ARM-SEED; words of it.
set = $(word 1,$(subst -, ,$1))
part = $(word 2,$(subst -, ,$1))
net = $(word 3,$(subst -, ,$1))
arm = $(word 4,$(subst -, ,$1))
seed = $(word 5,$(subst -, ,$1))
off := --augment-where=none

# ---- CIFAR: 5000 epochs of a part, 1000 and 2000 of all -------------------------------------------------

iters.c10.100 := 250000
iters.c100.100 := 500000
iters.c10.20 := 250000
iters.c100.20 := 250000
iters.c10.10 := 125000
iters.c100.10 := 125000
classes.c10 := 10
classes.c100 := 100
with.biggan.base = --preset=biggan-cifar $(off)
with.biggan.diffaugment = --preset=biggan-cifar
with.crbiggan.base = --preset=cr-biggan-cifar
with.crbiggan.diffaugment = $(if $(filter 100,$(call part,$1)),--preset=cr-biggan-cifar --policy=cutout,--preset=cr-diffaugment-cifar)
with.stylegan2.base = --preset=stylegan2-cifar $(off)
with.stylegan2.diffaugment = --preset=stylegan2-cifar $(if $(filter 100,$(call part,$1)),--policy=color$(,)cutout)
more.biggan = --classes=$(classes.$(call set,$1)) --iters=$(iters.$(call set,$1).$(call part,$1))
more.crbiggan = $(more.biggan)
more.stylegan2 :=
, := ,

# ---- Photographs: StyleGAN2, R1 1 for FFHQ, 10 before the transforms for a hundred images ----------------

with.photo.base = --preset=stylegan2-ffhq $(off)
with.photo.diffaugment = --preset=stylegan2-ffhq
with.lowshot.base = --preset=stylegan2-low-shot $(off)
with.lowshot.diffaugment = --preset=stylegan2-low-shot
more.lowshot = $(if $(filter AnimalFace%,$(call part,$1)),--kimg=500)

# ---- ImageNet: the rate of the discriminator falls with the number of images ------------------------------

iters.100 := 250000
iters.50 := 150000
iters.25 := 60000
rate.diffaugment.100 := 4e-4
rate.diffaugment.50 := 2e-4
rate.diffaugment.25 := 2e-4
with.imagenet.base = --preset=biggan-imagenet $(off) --lr-d=5e-4
with.imagenet.diffaugment = --preset=biggan-imagenet --lr-d=$(rate.diffaugment.$(call part,$1))
more.imagenet = --iters=$(iters.$(call part,$1))

options = $(call with.$(call net,$1).$(call arm,$1),$1) $(call more.$(call net,$1),$1) --seed=$(call seed,$1)

# ---- Images, and those that samples are measured against ---------------------------------------------------

# Of each class its share: the first ones of a shuffled set of all.
share = ten-split --quiet --seed=0 --stratify=label --parts=take=0.$1,leave=$(if $(filter 10,$1),0.9,$(if $(filter 20,$1),0.8,$(if $(filter 25,$1),0.75,0.5)))
images.c10 = cifar2ten $(CIFAR10)/data_batch_*.bin
images.c100 = cifar2ten --fine $(CIFAR100)/train.bin
images.imagenet = png2ten --label-from=dir --crop --size=128x128 --channels=3 --glob='$(IMAGENET)/*/*.png'
images.ffhq = png2ten --size=256x256 --channels=3 --glob='$(FFHQ)/*.png'
images.low = png2ten --size=256x256 --channels=3 --glob='$(LOWSHOT)/$(subst AnimalFace_,AnimalFace-,$1)/*.png'
tests.c10 = cifar2ten $(CIFAR10)/test_batch.bin
tests.c100 = cifar2ten --fine $(CIFAR100)/test.bin

# SET-PART: shares of labelled sets, numbers of FFHQ, names of low-shot sets.
parted := c10-20 c10-10 c100-20 c100-10 imagenet-50 imagenet-25
whole := c10-100 c100-100 imagenet-100
counted := ffhq-70000 ffhq-30000 ffhq-10000 ffhq-5000 ffhq-1000
named := obama grumpy_cat panda AnimalFace_cat AnimalFace_dog
$(parted:%=$(O)/%.ten): $(O)/%.ten: | $(O)/
	$(images.$(call set,$*)) | $(call share,$(call part,$*)) --prefix=$@.
	mv $@.take.ten $@
	rm $@.leave.ten
$(whole:%=$(O)/%.ten): $(O)/%.ten: | $(O)/
	$(images.$(call set,$*)) >$@.part
	mv $@.part $@
$(counted:%=$(O)/%.ten): $(O)/%.ten: | $(O)/
	$(images.ffhq) | ten-shuf --seed=0 --size=$(call part,$*) >$@.all
	ten-head <$@.all >$@.part
	rm $@.all
	mv $@.part $@
$(named:%=$(O)/low-%.ten): $(O)/low-%.ten: | $(O)/
	$(call images.low,$*) >$@.part
	mv $@.part $@

# CIFAR is measured against the test images with 10000 samples, FFHQ against all training images with 50000, a hundred
# images against themselves with 5000, ImageNet against its training images with 50000.
$(O)/reals-c10.ten $(O)/reals-c100.ten: $(O)/reals-%.ten: | $(O)/
	$(tests.$*) >$@.part
	mv $@.part $@
$(O)/reals-ffhq.ten: $(O)/ffhq-70000.ten ; ln -sf ffhq-70000.ten $@
$(O)/reals-imagenet.ten: $(O)/imagenet-100.ten ; ln -sf imagenet-100.ten $@
reals = $(O)/$(if $(filter low,$(call set,$1)),low-$(call part,$1),reals-$(call set,$1)).ten
samples.c10 := 10000
samples.c100 := 10000
samples.ffhq := 50000
samples.imagenet := 50000
samples.low := 5000
features = features --quiet $(if $(INCEPTION),--extractor=inception-v3-fid --model=$(INCEPTION),--extractor=rand --reference=$1)

# ---- Runs ------------------------------------------------------------------------------------------------------

arms := base diffaugment
cross = $(foreach s,$1,$(foreach n,$2,$(foreach a,$(arms),$(SEEDS:%=$s-$n-$a-%))))
paper-cifar10 := $(call cross,c10-100 c10-20 c10-10,biggan crbiggan stylegan2)
paper-cifar100 := $(call cross,c100-100 c100-20 c100-10,biggan crbiggan stylegan2)
paper-ffhq := $(call cross,$(counted),photo)
paper-lowshot := $(call cross,$(named:%=low-%),lowshot)
paper-imagenet := $(call cross,imagenet-100 imagenet-50 imagenet-25,imagenet)
every := $(paper-cifar10) $(paper-cifar100) $(paper-ffhq) $(paper-lowshot) $(paper-imagenet)
given := $(if $(CIFAR10),$(paper-cifar10)) $(if $(CIFAR100),$(paper-cifar100)) $(if $(FFHQ),$(paper-ffhq)) \
    $(if $(LOWSHOT),$(paper-lowshot)) $(if $(IMAGENET),$(paper-imagenet))

$(every:%=$(R)/gan-%.ten): $(R)/gan-%.ten: $(O)/$$(call set,$$*)-$$(call part,$$*).ten | $(R)/
	train-gan $(call options,$*) --resume=$(R)/gan-$*.ckpt --every=600 --curve=$(R)/curve-$*.tsv \
	    --snapshot=$(R)/sheet-$*-%d.png --snapshot-every=5000 <$< >$@.part
	mv $@.part $@
$(every:%=$(R)/fid-%.tsv): $(R)/fid-%.tsv: $(R)/gan-%.ten $$(call reals,$$*)
	$(call features,$(word 2,$^)) <$(word 2,$^) >$@.reals
	gan-sample --quiet --n=$(samples.$(call set,$*)) --seed=1 <$< | $(call features,$(word 2,$^)) |
	    frechet --real=$@.reals | awk -v OFS='\t' 'NR == 1 { print "set", "part", "net", "arm", "seed", "fid", "name" }
	        NR == 2 { print "$(call set,$*)", "$(call part,$*)", "$(call net,$*)", "$(call arm,$*)", $(call seed,$*), $$2, $$1 }' >$@.part
	rm $@.reals
	mv $@.part $@
$(every:%=fid-%): fid-%: $(R)/fid-%.tsv
paper-cifar10 paper-cifar100 paper-ffhq paper-lowshot paper-imagenet: paper-%: $$(foreach r,$$(paper-%),$(R)/fid-$$r.tsv)

ifneq ($(strip $(given)),)
$(O)/fid.tsv: $(foreach r,$(given),$(R)/fid-$r.tsv)
	$(merge)
$(O)/claims.tsv: pipelines/diffaugment-paper.claims $(O)/fid.tsv
	claims --paper=$(PAPER) --scale=$(SCALE) --rules=$< $(O)/fid.tsv >$@.part
	mv $@.part $@
else
$(O)/claims.tsv:
	@echo 'diffaugment: no data: expected some of CIFAR10=, CIFAR100=, FFHQ=, LOWSHOT=, IMAGENET= (pipelines/diffaugment-paper.mk)' >&2
	@exit 1
endif
.PHONY: paper-cifar10 paper-cifar100 paper-ffhq paper-lowshot paper-imagenet
