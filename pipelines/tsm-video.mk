# pipelines/tsm-video.mk - real videos, videos frame by frame, and what features know; a part of tsm.mk, whose V1
# trains the networks of V5.
#
# V2: people who walk, seen by a camera that stands still.  Each clip is shown forwards and backwards, so
# that what averages over frames is right half of the time, exactly.
# V5: frames one by one on one core; how early a network knows; a linear layer on its features.

# PEDESTRIANS: a folder with SPLIT.rgb8.zst, zstd of N x 8 x 48 x 48 x 3 bytes, and SPLIT.tsv, a line for
# each clip with its track and label (left or right), for the splits train, valid and test.
PEDESTRIANS ?= $(wildcard $(TENSTREAM_DATA)/video-pedestrians)
# FOOTAGE: a film that no one has labelled; `pipelines/deps footage` gets one, and ffmpeg to read it with.
FOOTAGE ?= $(if $(shell command -v ffmpeg),$(call debian,usr/share/doc/opencv-doc/examples/data/vtest.avi))

# The network of all of this, and how it learns: (x - 1/2) 4, a tenth of all steps to warm up.
# $(call video_net,SHIFT,MODE,HEIGHT,CLASSES)
video_net = {"family":"resnet","width":16,"blocks":[1,1,1],"stem_stride":2,"first_stride":2,"in":[8,$3,$3,3],"frames":8,"shift":$1,"shift_mode":"$2","classes":$4}
video_shift.tsn := 0
video_shift.bi := 8
video_shift.uni := 8
video_mode.tsn := bi
video_mode.bi := bi
video_mode.uni := uni
video_scale := --mean=0.5,0.5,0.5 --std=0.25,0.25,0.25
# $(call video_train,ARM,HEIGHT,CLASSES,EPOCHS,STEPS OF AN EPOCH,RATE,SEED)
video_train = train-classifier --quiet --threads=1 --config='$(call video_net,$(video_shift.$1),$(video_mode.$1),$2,$3)' \
	--epochs=$4 --batch=32 --optim=sgd:momentum=0.9,decay=5e-4 --clip=20 $(video_scale) --seed=$7 \
	--schedule=cosine:lr=$6,warmup=$(shell echo $$(($4 * $5 / 10 + 1)))

# ---- V2: direction and arrow of time ------------------------------------------------------------

parts.train := train
parts.held := valid test
$(R)/walk-%.ten: | $(R)/
	zstdcat $(parts.$*:%=$(PEDESTRIANS)/%.rgb8.zst) |
	    raw2ten --name=clip --type=u8 --dims=8,48,48,3 --batch=100000 >$@.part
	mv $@.part $@
# Track, and 0 left or 1 right; a track that the training part has as well is 0.
$(R)/walk-%.tracks: | $(R)/
	awk 'FNR == 1 { next } FILENAME == first { seen[$$6] = "$*" != "train" }
	    FILENAME != first || "$*" == "train" { print seen[$$6] ? 0 : $$6, $$7 == "right" }' \
	    first=$(PEDESTRIANS)/train.tsv $(PEDESTRIANS)/train.tsv \
	    $(if $(filter held,$*),$(parts.held:%=$(PEDESTRIANS)/%.tsv)) >$@.part
	mv $@.part $@
# Clips forwards and backwards; to train on, also mirrored.  A clip of people who walk backwards walks the
# other way, and so does one in the mirror; time is turned by the first alone.
walk_part = ten-paste <(ten-cut $1 <$(R)/walk-$*.ten) <(awk '{ n = $2 } NR == 1 { print "label" } { print n }' \
	$(R)/walk-$*.tracks | csv2ten | ten-cut --cast=i32)
back := --slice=1:::-1
mirror := --slice=3:::-1
$(foreach k,train held,$(R)/direction-$k.ten): $(R)/direction-%.ten: $(R)/walk-%.ten $(R)/walk-%.tracks
	ten-cat <($(call walk_part,,$$2)) <($(call walk_part,$(back),1 - $$2)) \
	    $(if $(filter train,$*),<($(call walk_part,$(mirror),1 - $$2)) <($(call walk_part,$(mirror) $(back),$$2))) >$@.part
	mv $@.part $@
$(foreach k,train held,$(R)/arrow-$k.ten): $(R)/arrow-%.ten: $(R)/walk-%.ten $(R)/walk-%.tracks
	ten-cat <($(call walk_part,,1)) <($(call walk_part,$(back),0)) \
	    $(if $(filter train,$*),<($(call walk_part,$(mirror),1)) <($(call walk_part,$(mirror) $(back),0))) >$@.part
	mv $@.part $@

# Steps of an epoch: 4 x 178 clips.
walk_steps := 23
walk_epochs.direction-tsn := 3
walk_epochs.direction-bi := 8
walk_epochs.direction-uni := 8
walk_epochs.arrow-tsn := 3
walk_epochs.arrow-bi := 15
walk_arms := direction-tsn direction-bi direction-uni arrow-tsn arrow-bi
define walk_net
$(R)/net-$1-%.ten: $(R)/$(firstword $(subst -, ,$1))-train.ten
	$(call video_train,$(lastword $(subst -, ,$1)),48,2,$(walk_epochs.$1),$(walk_steps),0.05,$$*) \
	    --augment=crop=4,brightness=0.2,contrast=0.2 <$$< >$$@.part
	mv $$@.part $$@
# Odds of label 1 of each clip, forwards and backwards.
$(R)/walk-$1-%.tsv: $(R)/net-$1-%.ten $(R)/$(firstword $(subst -, ,$1))-held.ten $(R)/walk-held.tracks
	classify --quiet --threads=1 $(video_scale) --model=$$< <$$(word 2,$$^) | ten-cut --keep=probability | ten-dump |
	    awk 'NF { p[++n] = log($$$$2) - log($$$$1) } END { for (i = 1; i <= n / 2; i++) print p[i], p[n / 2 + i] }' >$$@.odds
	awk '{ print $$$$1, $(if $(filter arrow%,$1),1,$$$$2) }' $$(word 3,$$^) |
	    awk -v columns="task=$(firstword $(subst -, ,$1)) arm=$(lastword $(subst -, ,$1)) seed=$$*" \
	    -f pipelines/tsm-pairs.awk - $$@.odds >$$@.part
	mv $$@.part $$@
endef
$(foreach a,$(walk_arms),$(eval $(call walk_net,$a)))
$(O)/walk.tsv: $(foreach a,$(walk_arms),$(SEEDS:%=$(R)/walk-$a-%.tsv))
	$(merge)

# The worst seed of each arm.
$(O)/walk-worst.tsv: $(O)/walk.tsv
	awk -F '\t' 'NR == 1 { next } { a = $$1 "\t" $$2; if (!(a in n)) { c[a] = p[a] = 2; t[a] = 1e9 }
	    n[a]++; if ($$4 < c[a]) c[a] = $$4; if ($$5 < p[a]) p[a] = $$5; if ($$7 < t[a]) t[a] = $$7; if ($$11 > f[a]) f[a] = $$11 }
	    END { print "task\tarm\truns\tworst_clips\tworst_pairs\tworst_tracks\tworst_tie"
	        for (a in n) print a "\t" n[a] "\t" c[a] "\t" p[a] "\t" t[a] "\t" f[a] | "sort" }' $< >$@.part
	mv $@.part $@

# ---- V2: which way the camera turns ---------------------------------------------------------------

# Windows of 32 pixels that move over clips: of people who walk (178 clips to train on), and of a film, of
# which the first part is to train on, the last one is held out, and what lies between is left out.
film_clips = ffmpeg -v error -i $(FOOTAGE) -vf scale=160:120 -pix_fmt yuv420p -f yuv4mpegpipe - | y4m2ten --quiet --drop-last
$(R)/film.ten: | $(R)/
	$(film_clips) | ten-batch --size=100000 >$@.part
	mv $@.part $@
$(R)/pan-walk-train.ten: $(R)/walk-train.ten
	video-gen pan --quiet --n=67 --size=32,32 --seed=1 <$< | ten-shuf --seed=1 --size=1000 >$@.part
	mv $@.part $@
$(R)/pan-walk-held.ten: $(R)/walk-held.ten
	video-gen pan --quiet --n=10 --size=32,32 --seed=2 <$< >$@.part
	mv $@.part $@
$(R)/pan-film-train.ten: $(R)/film.ten
	ten-cut --slice=0:0:60 <$< | video-gen pan --quiet --n=200 --size=32,32 --seed=1 | ten-shuf --seed=1 --size=1000 >$@.part
	mv $@.part $@
$(R)/pan-film-held.ten: $(R)/film.ten
	ten-cut --slice=0:70:99 <$< | video-gen pan --quiet --n=35 --size=32,32 --seed=2 >$@.part
	mv $@.part $@

# Class and label, a line for each clip, of what classify wrote, to awk.
video_answers = ten-cut --keep=class,label <$$@.classes | ten-dump | awk 'NF' | \
	    awk 'NR % 2 { n = split($$$$0, class); next } { split($$$$0, label); for (i = 1; i <= n; i++) print class[i], label[i] }' |
# Every window is seen once, as if cut afresh in every one of six epochs.
pan_arms := $(if $(PEDESTRIANS),walk-bi walk-tsn) $(if $(FOOTAGE),film-bi film-tsn)
define pan_net
$(R)/net-pan-$1-%.ten: $(R)/pan-$(firstword $(subst -, ,$1))-train.ten
	$(call video_train,$(lastword $(subst -, ,$1)),32,4,1,370,0.1,$$*) <$$< >$$@.part
	mv $$@.part $$@
# Right, on the right axis, and right among those on the right axis.
$(R)/pan-$1-%.tsv: $(R)/net-pan-$1-%.ten $(R)/pan-$(firstword $(subst -, ,$1))-held.ten
	classify --quiet --threads=1 $(video_scale) --model=$$< <$$(word 2,$$^) >$$@.classes
	$(video_answers)
	    awk '{ right += $$$$1 == $$$$2; axis += int($$$$1 / 2) == int($$$$2 / 2) }
	    END { print "source\tarm\tseed\twindows\tright\taxis"
	        print "$(firstword $(subst -, ,$1))\t$(lastword $(subst -, ,$1))\t$$*\t" NR "\t" right / NR "\t" axis / NR }' >$$@.part
	mv $$@.part $$@
endef
$(foreach a,$(pan_arms),$(eval $(call pan_net,$a)))
$(O)/pan.tsv: $(foreach a,$(pan_arms),$(SEEDS:%=$(R)/pan-$a-%.tsv))
	$(merge)

# ---- V5: frame by frame ------------------------------------------------------------------------

# Of the networks, and clips, of V1.

# Labels by the sum of all logits so far: the share that is right after each frame.
$(R)/early-%.tsv: $(R)/net-uni-%.ten $(O)/test.ten
	tsm-online --quiet --threads=1 $(video_scale) --model=$< --smooth=8 <$(word 2,$^) | ten-cut --keep=label | ten-dump | grep . |
	    paste - <(ten-cut --keep=label <$(word 2,$^) | ten-dump | tr ' ' '\n' | grep . | awk '{ for (t = 0; t < 8; t++) print }') |
	    awk '{ t = (NR - 1) % 8 + 1; n[t]++; right[t] += $$1 == $$2 }
	    END { print "seed\tframes\tearly"; for (t = 1; t <= 8; t++) print "$*\t" t "\t" right[t] / n[t] }' >$@.part
	mv $@.part $@
$(O)/early.tsv: $(SEEDS:%=$(R)/early-%.tsv)
	$(merge)

# One core: how long a frame takes, and how far the mean of its logits is from what the whole clip gives
# (as probabilities).
$(R)/online-%.tsv: $(R)/net-uni-%.ten $(O)/test.ten
	ten-head --groups=1 <$(word 2,$^) >$@.clips
	tsm-online --threads=1 $(video_scale) --model=$< --log=$@.log <$@.clips | ten-cut --keep=logits | ten-dump | grep . |
	    awk '{ for (k = 1; k <= NF; k++) s[k] += $$k / 8
	        if (NR % 8 == 0) { z = 0; for (k = 1; k <= NF; k++) z += exp(s[k])
	            line = ""; for (k = 1; k <= NF; k++) { line = line " " exp(s[k]) / z; s[k] = 0 } print line } }' >$@.online
	classify --quiet --threads=1 $(video_scale) --model=$< <$@.clips | ten-cut --keep=probability | ten-dump | grep . |
	    paste -d' ' - $@.online | awk '{ for (k = 1; k <= NF / 2; k++) { d = $$k - $$(k + NF / 2); if (d < 0) d = -d; if (d > m) m = d } }
	    END { print m + 0 }' >$@.difference
	sed -n 's/.* \([0-9]*\) frames: \([0-9.]*\) ms each (median), \([0-9.]*\) ms (90 %), .* ms at most, \([0-9]*\) numbers.*/\1 \2 \3 \4/p' $@.log |
	    awk -v difference="$$(cat $@.difference)" '{ print "seed\tonline_frames\tmedian_ms\tp90_ms\tkept\tonline_difference"
	    print "$*\t" $$1 "\t" $$2 "\t" $$3 "\t" $$4 "\t" difference }' >$@.part
	mv $@.part $@
$(O)/online.tsv: $(SEEDS:%=$(R)/online-%.tsv)
	$(merge)

# What a linear layer makes of features, trained by itself: right answers on other clips.
probe := {"family":"mlp","in":[1,1,64],"hidden":[],"out":8}
define probe_of
$(R)/feat-$1-%.held: $(R)/net-$1-%.ten $(O)/test.ten
	video-features --quiet --threads=1 $(video_scale) --model=$$< <$$(word 2,$$^) | ten-cut --rename=feat=image --reshape=feat:-1,1,1,64 >$$@.part
	mv $$@.part $$@
$(R)/feat-$1-%.train: $(R)/net-$1-%.ten $(O)/train.ten
	video-features --quiet --threads=1 $(video_scale) --model=$$< <$$(word 2,$$^) | ten-cut --rename=feat=image --reshape=feat:-1,1,1,64 >$$@.part
	mv $$@.part $$@
$(R)/probe-$1-%.tsv: $(R)/feat-$1-%.train $(R)/feat-$1-%.held
	train-classifier --quiet --threads=1 --config='$(probe)' --epochs=20 --batch=32 --optim=adam \
	    --schedule=cosine:lr=0.01 --seed=$$* <$$< >$$@.model
	classify --quiet --threads=1 --model=$$@.model <$$(word 2,$$^) >$$@.classes
	$(video_answers)
	    awk '{ right += $$$$1 == $$$$2 } END { print "arm\tseed\tprobe"; print "$1\t$$*\t" right / NR }' >$$@.part
	mv $$@.part $$@
endef
$(foreach a,uni bi tsn,$(eval $(call probe_of,$a)))
$(O)/probe.tsv: $(foreach a,uni bi tsn,$(SEEDS:%=$(R)/probe-$a-%.tsv))
	$(merge)
$(O)/early.svg: pipelines/tsm-early.gp $(O)/early.tsv
	gnuplot -c $^ >$@.part
	mv $@.part $@

# ---- Claims --------------------------------------------------------------------------------------

# For tsm.mk: what tsm-video.claims is about.  V2 takes minutes of one core for each seed, so that little of this is
# there at demo scale.
video_tables.demo := $(O)/early.tsv $(O)/online.tsv
video_tables.laptop := $(if $(PEDESTRIANS),$(O)/walk.tsv $(O)/walk-worst.tsv) $(if $(pan_arms),$(O)/pan.tsv) $(O)/early.tsv $(O)/online.tsv $(O)/probe.tsv
video_tables := $(call per,video_tables)
all: $(video_tables) $(O)/early.svg
