# pipelines/sparch.mk - what does each idea of the SpArch accelerator bring, matrix by matrix, by a model of it?
PAPER := sparch
include pipelines/common.mk

# Matrices are those of matrices.mk: real ones, the classes that the benchmark is from, at sizes that are simulated cycle by
# cycle in minutes, and the user's (DATA=).  The paper scale adds R-MAT graphs of 5000 to 80000 nodes with 4 to 32 edges a
# node.
grid := $(if $(filter paper,$(SCALE)),$(foreach n,5000 10000 20000 40000 80000,$(foreach d,4 8 16 32,rmat-$n-$d)))
made ?= kper circuit femirr st2d5 rmat weblike $(grid)
size.rmat.demo ?= --symmetric --scale=10 --edges=12000
size.rmat.laptop ?= --symmetric --scale=14 --edges=120000
size.weblike.demo ?= --rows=30000
size.weblike.laptop ?= --rows=300000
size.weblike.paper ?= $(size.weblike.laptop)
nodes = $(word 2,$(subst -, ,$1))
each = $(word 3,$(subst -, ,$1))
$(foreach g,$(grid),$(eval kind.$g := rmat)$(eval size.$g.paper := --rows=$(call nodes,$g) \
    --edges=$(shell echo $$(($(call nodes,$g) * $(call each,$g))))))
include pipelines/matrices.mk
# Those that sweeps are run on.
swept := $(or $(SWEPT),rmat femirr)

# ---- The ladder ----------------------------------------------------------------------------

sim = sparch-sim --name=$*
$(R)/traffic-%.tsv: $(R)/%.ten
	$(sim) --ladder --energy --roofline <$< >$@.part
	mv $@.part $@
$(R)/cycle-%.tsv: $(R)/%.ten
	$(sim) --ladder --energy --roofline --mode=cycle <$< >$@.part
	mv $@.part $@
# Chaining results is what multiplying by columns does without a plan.
$(R)/chain-%.tsv: $(R)/%.ten
	$(sim) --ladder=chain <$< | awk 'NR == 1 || $$2 == "pipelined" || $$2 == "condensed"' >$@.part
	mv $@.part $@
$(O)/traffic.tsv: $(matrices:%=$(R)/traffic-%.tsv)
	$(merge)
$(O)/cycle.tsv: $(matrices:%=$(R)/cycle-%.tsv)
	$(merge)
$(O)/chain.tsv: $(matrices:%=$(R)/chain-%.tsv)
	$(merge)
# What each step saves: ratios of a step to the one before, by matrix, and their geometric mean.
$(O)/factors.tsv: pipelines/sparch.awk $(O)/traffic.tsv $(O)/chain.tsv $(O)/cycle.tsv
	awk -f $^ >$@.part
	mv $@.part $@
$(O)/ladder.svg: pipelines/sparch-ladder.gp $(O)/factors.tsv
	gnuplot -c $^ >$@.part
	mv $@.part $@
$(O)/roofline.svg: pipelines/sparch-roofline.gp $(O)/cycle.tsv
	gnuplot -c $^ >$@.part
	mv $@.part $@

# ---- The row buffer, and sizes of the machine ---------------------------------------------------

policies := lookahead lru fifo belady none
$(R)/policy-%.tsv: $(R)/%.ten
	for p in $(policies); do
	    $(sim) --prefetch=$$p <$< | awk -v p=$$p '{ print (NR == 1 ? "policy" : p) "\t" $$0 }'
	done | awk 'NR == 1 || !/^policy\t/' >$@.part
	mv $@.part $@
$(O)/policies.tsv: $(matrices:%=$(R)/policy-%.tsv)
	$(merge)

# PARAMETER: settings of a sweep; several parameters that go together are joined by +.
sweep.width := width=1+chunk=1 width=2+chunk=1 width=4+chunk=2 width=8+chunk=2 width=16+chunk=4 width=32+chunk=4
sweep.lines := lines=64 lines=128 lines=256 lines=512 lines=1024 lines=2048 lines=4096
sweep.line_elems := line_elems=12+lines=4096 line_elems=24+lines=2048 line_elems=48+lines=1024 \
    line_elems=96+lines=512 line_elems=192+lines=256
sweep.lookahead := lookahead=64 lookahead=256 lookahead=1024 lookahead=4096 lookahead=8192 lookahead=16384
sweep.pinned := pinned=16 pinned=32 pinned=64 pinned=128 pinned=256 pinned=512
sweep.levels := levels=2 levels=3 levels=4 levels=5 levels=6 levels=7
sweeps := width lines line_elems lookahead pinned levels
# A run is PARAMETER-MATRIX.
runs := $(foreach s,$(sweeps),$(swept:%=$s-%))
parameter = $(firstword $(subst -, ,$1))
$(runs:%=$(R)/sweep-%.tsv): $(R)/sweep-%.tsv: $(swept:%=$(R)/%.ten)
	p=$(call parameter,$*) m=$*
	m=$${m#$$p-}
	for s in $(sweep.$(call parameter,$*)); do
	    sparch-sim --name=$$m --mode=cycle --set=$${s//+/ --set=} <$(R)/$$m.ten |
	        awk -v p=$$p -v v=$${s%%+*} '{ sub(/.*=/, "", v); print (NR == 1 ? "parameter\tvalue" : p "\t" v) "\t" $$0 }'
	done | awk 'NR == 1 || !/^parameter\t/' >$@.part
	mv $@.part $@
$(O)/sweep-%.tsv: $(foreach m,$(swept),$(R)/sweep-%-$m.tsv)
	$(merge)
$(O)/sweep-%.svg: pipelines/sparch-sweep.gp $(foreach m,$(swept),$(R)/sweep-%-$m.tsv)
	gnuplot -c $< $* $(swept) $(filter %.tsv,$^) >$@.part
	mv $@.part $@

# ---- The same product in software ------------------------------------------------------------

include pipelines/spgemm-growth.mk

$(O)/claims.tsv: pipelines/sparch.claims $(O)/factors.tsv $(O)/policies.tsv $(O)/growth.tsv $(foreach s,$(sweeps),$(O)/sweep-$s.tsv)
	claims --paper=$(PAPER) --scale=$(SCALE) --rules=$< $(filter-out $<,$^) >$@.part
	mv $@.part $@
all: $(O)/benchmark.tsv $(O)/growth.svg $(O)/ladder.svg $(O)/roofline.svg $(foreach s,$(sweeps),$(O)/sweep-$s.svg)
