# pipelines/tsm-scaling.mk - part of tsm.mk.  V4: real steps of one and two processes; the model of scale-sim, fitted to
# what an all-reduce takes here, beside them; and the same model of Summit and beyond, where everything is simulated.

# ---- Real steps ------------------------------------------------------------------------------

# Two nets: one of clips, whose gradients are small, and a perceptron of 1.9 million parameters.  Of each: record, its dims,
# classes, samples of a step and process; parameters.
v4.nets := clips wide
v4.config.clips := {"family": "resnet", "width": 16, "blocks": [1,1,1], "stem_stride": 2, "first_stride": 2, \
"in": [8,32,32,3], "frames": 8, "shift_mode": "bi", "classes": 8}
v4.config.wide := {"family": "mlp", "in": [28,28,1], "hidden": [1024,1024], "out": 10}
v4.data.clips := clip 8,32,32,3 8 8
v4.data.wide := image 28,28,1 10 64
v4.parameters.clips := 78200
v4.parameters.wide := 1863690
# Steps of a measurement, measurements, bytes of all-reduces.
v4.steps.demo := 14
v4.steps.laptop := 64
v4.steps.paper := 104
v4.rounds.demo := 1
v4.rounds.laptop := 1 2 3 4 5
v4.rounds.paper := 1 2 3 4 5 6 7 8 9
v4.links.demo := 64K,1M,4M
v4.links.laptop := 64K:16M
v4.links.paper := 64K:64M
v4.mpi := OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_plm=isolated OMPI_MCA_btl=self,vader \
    OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_hwloc_base_binding_policy=none

# $(call v4.net,NET-ROUND), and its round.
v4.net = $(word 1,$(subst -, ,$1))
v4.round = $(word 2,$(subst -, ,$1))
# Which measurement a row is of: $(call v4.of,NET-ROUND).
v4.of = awk '{ print (NR == 1 ? "net\tseed" : "$(call v4.net,$1)\t$(call v4.round,$1)") "\t" $$0 }'

$(R)/v4-steps-%.tsv: pipelines/tsm-steps pipelines/tsm-steps.awk | $(R)/
	pipelines/tsm-steps '$(v4.config.$(call v4.net,$*))' $(v4.data.$(call v4.net,$*)) $(call per,v4.steps) |
	    $(call v4.of,$*) >$@.part
	mv $@.part $@
$(R)/v4-links-%.tsv: | $(R)/
	$(v4.mpi) mpirun -np 2 allreduce-bench --quiet --bytes=$(call per,v4.links) >$@.part
	mv $@.part $@
$(R)/v4-model-%.tsv: $(R)/v4-steps-%.tsv pipelines/tsm-predict
	pipelines/tsm-predict $< $(R)/v4-links-$(call v4.round,$*).tsv $(lastword $(v4.data.$(call v4.net,$*))) \
	    $$((4 * $(v4.parameters.$(call v4.net,$*)))) | $(call v4.of,$*) >$@.part
	mv $@.part $@
v4.all := $(foreach n,$(v4.nets),$(foreach r,$(call per,v4.rounds),$n-$r))
$(foreach x,$(v4.all),$(eval $(R)/v4-model-$x.tsv: $(R)/v4-links-$(call v4.round,$x).tsv))

$(O)/scaling-links.tsv: $(foreach r,$(call per,v4.rounds),$(R)/v4-links-$r.tsv)
	$(merge)
$(O)/scaling-steps.tsv: $(v4.all:%=$(R)/v4-steps-%.tsv)
	$(merge)
$(O)/scaling-model.tsv: $(v4.all:%=$(R)/v4-model-%.tsv)
	$(merge)
# Medians over the rounds of what was measured and of what the model has.
$(O)/scaling-error.tsv: $(O)/scaling-model.tsv
	awk -F'\t' 'NR == 1 { print "net\tway\tmeasured\tpredicted\tmedian_error"; fflush(); next }
	    { k = $$1 "\t" $$3; n[k]++; m[k, n[k]] = $$4; p[k, n[k]] = $$5 }
	    function median(v, k,   i, j, t) {
	        for (i = 2; i <= n[k]; i++) for (j = i; j > 1 && v[k, j - 1] > v[k, j]; j--) {
	            t = v[k, j]; v[k, j] = v[k, j - 1]; v[k, j - 1] = t }
	        return (v[k, int((n[k] + 1) / 2)] + v[k, int((n[k] + 2) / 2)]) / 2
	    }
	    END { for (k in n) { a = median(m, k); b = median(p, k); e = b / a - 1
	        print k "\t" a "\t" b "\t" (e < 0 ? -e : e) | "sort" } }' $< >$@.part
	mv $@.part $@

# ---- Summit and beyond -----------------------------------------------------------------------

# Tables of scale-sim, a column of which says that rows are simulated.
v4.simulated = awk '{ sub(/^kind/, "simulated"); print }'
$(O)/scaling-summit.tsv: | $(O)/
	scale-sim --quiet --workers=6,12,24,48,96,192,384,768,1536,3072,6144,10000 | $(v4.simulated) >$@.part
	mv $@.part $@

# What the guidelines are about, one network instead of another: multiply-accumulates of a clip, frames to load, bytes of
# gradients.  tsm is the one whose runs were published; the others compute at its pace.
v4.nets.simulated := tsm tsm-16 conv-311 conv-333 conv-333-32 mobilenet
v4.change.tsm := --change=clip_macs=32.7e9
v4.change.tsm-16 := --change=clip_macs=65.41e9 --change=frames=16
v4.change.conv-311 := --change=clip_macs=41.95e9 --change=model_bytes=116.1e6
v4.change.conv-333 := --change=clip_macs=49.35e9 --change=model_bytes=152.2e6
v4.change.conv-333-32 := --change=clip_macs=197.4e9 --change=model_bytes=152.2e6 --change=frames=32
v4.change.mobilenet := --change=clip_macs=2.4e9 --change=model_bytes=10.9e6
$(O)/scaling-guidelines.tsv: | $(O)/
	for x in $(foreach n,$(v4.nets.simulated),'$n $(v4.change.$n)'); do
	    set -- $$x
	    scale-sim --quiet --workers=6,1536 "$${@:2}" | awk -v net=$$1 '{ print (NR == 1 ? "net" : net) "\t" $$0 }'
	done | awk -F'\t' 'NR == 1 { sub(/kind/, "simulated"); print $$0 "\tslower" } /^net\t/ { next }
	    $$1 == "tsm" { was[$$4] = $$14 } { print $$0 "\t" $$14 / was[$$4] }' >$@.part
	mv $@.part $@
# One number after the other: all that might limit at 1536.
v4.what-if := model_bytes=48.65e6,97.3e6,194.6e6 bandwidth_out=21e9,5e9,1.25e9,0.125e9 jitter=0,0.05,0.1,0.2 \
    frames=8,16,32,64 clip_macs=16.35e9,32.7e9,65.4e9 fusion_bytes=1e6,4e6,16e6,67e6 overlap=1,0 disk_bandwidth=5e9,0.5e9,0.05e9
$(O)/scaling-what-if.tsv: | $(O)/
	{
	    for x in $(v4.what-if); do scale-sim --quiet --workers=1536 --what-if=$$x; done
	    scale-sim --quiet --workers=1536 --change=bandwidth_out=1.25e9 --what-if=model_bytes=48.65e6,97.3e6,194.6e6
	} | awk '!/^kind/ || NR == 1' | $(v4.simulated) >$@.part
	mv $@.part $@
# Frames in files of their own on a file system of all nodes, or many to a file.
$(O)/scaling-storage.tsv: | $(O)/
	for packed in 1 1000; do
	    scale-sim --quiet --workers=6,96,1536 --change=shared_bandwidth=2.5e12 --change=file_frames=$$packed \
	        --what-if=shared_opens=1e5,1e6 |
	        awk -v frames=$$packed '{ print (NR > 1 ? frames > 1 ? "yes" : "no" : "packed") "\t" $$0 }'
	done | awk '!/^packed/ || NR == 1 { sub(/\tkind\t/, "\tsimulated\t"); print }' >$@.part
	mv $@.part $@

# ---- Plots -----------------------------------------------------------------------------------

$(O)/scaling-%.svg: pipelines/tsm-%.gp $(O)/scaling-%.tsv
	gnuplot -c $^ >$@.part
	mv $@.part $@

# For tsm.mk: what tsm-scaling.claims is about.  Real steps only where there is an MPI to start them.
scaling_simulated := $(foreach t,summit guidelines what-if storage,$(O)/scaling-$t.tsv)
scaling_measured := $(if $(shell command -v mpirun),$(foreach t,links steps model error,$(O)/scaling-$t.tsv))
scaling_tables := $(scaling_simulated) $(scaling_measured)
all: $(scaling_tables) $(O)/scaling-summit.svg $(if $(scaling_measured),$(O)/scaling-model.svg)
