# pipelines/spanners.mk - round-trip spanners for the sake of a few sources: how many arcs must stay so
# that the way there and back stays short, and does the nearly linear construction of Zhu and Lam (2020)
# pay off?  E1: size against stretch.  E2: cost against sources and arcs.  E3: the size law.  E4: the
# constants of the proof.
PAPER := spanners
include pipelines/common.mk

# DATA: a folder of more graphs, *.gr or *.gr.zst; places of its vertices beside it in *.co.
DATA ?=
FOLDOC ?= $(call debian,usr/share/dictd/foldoc.dict.dz)

# ---- Graphs ----------------------------------------------------------------------------------

# Made up: TYPE, vertices and arcs for each.
type.rand := rand
type.grid := grid
type.pref := pref
type.town := road
type.flights := flight
n.rand.demo := 500
n.grid.demo := 900
n.pref.demo := 500
n.town.demo := 600
n.rand.laptop := 2000
n.grid.laptop := 10000
n.pref.laptop := 5000
n.town.laptop := 5000
n.flights.laptop := 2000
n.rand.paper := 20000
n.grid.paper := 100000
n.pref.paper := 50000
n.town.paper := 100000
n.flights.paper := 10000
made.demo := rand grid pref town
made.laptop := rand grid pref town flights
made.paper := $(made.laptop)
# From Debian: cross-references of a dictionary of computing; dependencies between packages, where apt
# has lists of them.
found.demo := $(if $(FOLDOC),foldoc)
found.laptop := $(found.demo) $(if $(shell command -v apt-cache),debian)
found.paper := $(found.laptop)
given := $(patsubst %.gr,%,$(patsubst %.gr.zst,%.gr,$(notdir $(wildcard $(if $(DATA),$(DATA)/*.gr $(DATA)/*.gr.zst)))))
graphs := $(call per,made) $(call per,found) $(given)
sources.demo := 16
sources.laptop := 32
sources.paper := 100

# GRAPH-SEED.ten: a strongly connected graph with sources.  Found and given ones differ by their sources only.
$(foreach g,$(call per,made),$(SEEDS:%=$(R)/$g-%.ten)): $(R)/%.ten: | $(R)/
	graphgen $(type.$(word 1,$(subst -, ,$*))) --n=$(n.$(word 1,$(subst -, ,$*)).$(SCALE)) \
	    --seed=$(lastword $(subst -, ,$*)) |
	    graph-sources --random=$(call per,sources) --seed=$(lastword $(subst -, ,$*)) >$@.part
	mv $@.part $@
define other_seeds
$(R)/$1-$2.ten: $(R)/$1.graph
	graph-sources --random=$(call per,sources) --seed=$2 <$$< >$$@.part
	mv $$@.part $$@
endef
$(foreach g,$(call per,found) $(given),$(foreach s,$(SEEDS),$(eval $(call other_seeds,$g,$s))))

# Entries begin at the margin and refer to others in braces.  Words of a name are joined, as a list of edges has
# blanks between its fields.
$(R)/foldoc.graph: $(FOLDOC) | $(R)/
	zcat $< | awk '
	    function name(s) { gsub(/[ \t,#%]+/, "_", s); return tolower(s) }
	    function refer(body,  to) {
	        while (match(body, /\{[^{}]*\}/)) {
	            to = substr(body, RSTART + 1, RLENGTH - 2)
	            from[++n] = entry; head[n] = name(to)
	            body = substr(body, RSTART + RLENGTH)
	        }
	    }
	    /^[^ \t]/ { refer(text); entry = name($$0); known[entry] = 1; text = ""; next }
	    { sub(/^[ \t]+/, ""); text = text (text == "" ? "" : " ") $$0 }
	    END { refer(text)
	        for (i = 1; i <= n; i++) if (head[i] in known) print from[i], head[i] }' |
	    edges2ten --ids=string --dup=min | graph-scc >$@.part
	mv $@.part $@
# 1: depends, 2: recommends, 3: suggests or enhances.
$(R)/debian.graph: | $(R)/
	apt-cache dumpavail | awk '
	    $$1 == "Package:" { package = $$2; known[package] = 1 }
	    /^(Pre-Depends|Depends|Recommends|Suggests|Enhances): / {
	        weight = /^(Pre-)?Depends/ ? 1 : /^Recommends/ ? 2 : 3
	        sub(/^[^ ]* /, ""); gsub(/\([^)]*\)|\[[^]]*\]|:[a-z0-9]+/, "")
	        k = split($$0, word, /[ ,|]+/)
	        for (i = 1; i <= k; i++) if (word[i] != "") { from[++n] = package; to[n] = word[i]; w[n] = weight }
	    }
	    END { for (i = 1; i <= n; i++) if (to[i] in known) print from[i], to[i], w[i] }' |
	    edges2ten --ids=string --dup=min | graph-scc >$@.part
	mv $@.part $@
define given_graph
$(R)/$1.graph: $(wildcard $(DATA)/$1.gr $(DATA)/$1.gr.zst) | $(R)/
	$$(if $$(filter %.zst,$$<),zstd -dc,cat) <$$< | gr2ten --dup=min \
	    $(addprefix --coordinates=,$(wildcard $(DATA)/$1.co)) | graph-scc >$$@.part
	mv $$@.part $$@
endef
$(foreach g,$(given),$(eval $(call given_graph,$g)))

# What the graphs are like.
$(O)/graphs.tsv: $(foreach g,$(graphs),$(R)/$g-$(word 1,$(SEEDS)).ten)
	{
	    printf 'graph\tvertices\tarcs\tsources\treciprocity\tweight_mean\trt_diameter_min\trt_diameter_max\tgirth\n'
	    for f in $^; do
	        name=$${f##*/}
	        girth=$$(rt-girth --threads=1 <$$f | awk -F '\t' 'NR == 2 { print $$2 }')
	        graph-stat <$$f | awk -F '\t' -v OFS='\t' -v graph=$${name%-*} -v girth=$$girth '{ x[$$1] = $$2 }
	            END { print graph, x["vertices"], x["arcs"], x["sources"], x["reciprocity"], x["weight_mean"],
	                x["rt_diameter_min"], x["rt_diameter_max"], girth }'
	    done
	} >$@.part
	mv $@.part $@

# One thread each: times compare, and make -j runs as many side by side as there are processors.
spanner := spanner --quiet --threads=1

# ---- One construction, one row -----------------------------------------------------------------

# The arms of the comparison.
arm.spt := --algo=spt
arm.rtz2 := --algo=rtz --k=2
arm.zl2 := --algo=zl --k=2
arm.zl3 := --algo=zl --k=3
arm.cdg2 := --algo=cdg --k=2
arm.clrs2 := --algo=clrs --k=2
arm.fast010 := --algo=fast --rho=0.10
arm.fast025 := --algo=fast --rho=0.25
arm.fast100 := --algo=fast --rho=1
arm.repair3 := --algo=fast --rho=0.25 --stretch=3
arm.greedy15 := --algo=greedy --stretch=1.5
arm.greedy2 := --algo=greedy --stretch=2
arm.greedy3 := --algo=greedy --stretch=3
arm.greedy5 := --algo=greedy --stretch=5
arms.demo := spt rtz2 zl2 zl3 clrs2 fast010 fast025 repair3 greedy2 greedy3 greedy5
arms.laptop := $(arms.demo) cdg2 fast100 greedy15
arms.paper := $(arms.laptop)
arms := $(call per,arms)

# $(call row,NAME=VALUE ...): columns of these names, then what a report of spanner(1) says.  Without a certificate
# the share is that of the construction.
row = awk -v given='$1' 'BEGIN { OFS = "\t"; k = split(given, g, " ") } \
    /^ *"[a-z_0-9]*": / { split($$0, part, "\""); value = $$0; sub(/^[^:]*: /, "", value); sub(/,$$/, "", value); \
        gsub(/"/, "", value); x[part[2]] = value == "true" ? 1 : value == "false" ? 0 : value } \
    END { n = split("vertices core_arcs built_arcs arcs_in_h holds lengths covers balls settled scanned seconds", c, " "); \
        for (i = 1; i <= k; i++) { split(g[i], p, "="); head = head p[1] OFS; line = line p[2] OFS } \
        for (i = 1; i <= n; i++) { head = head c[i] OFS; line = line (c[i] in x ? x[c[i]] : "-") OFS } \
        measured = "arcs_in_h" in x; kept = measured ? x["arcs_in_h"] / x["arcs"] : x["built_arcs"] / x["core_arcs"]; \
        print head "share" OFS "stretch" OFS "stretch_mean"; \
        print line kept OFS (measured ? x["max"] OFS x["mean"] : "-" OFS "-") }'

# ---- E1: size against stretch --------------------------------------------------------------------

# GRAPH-SEED-ARM
define e1
$(R)/e1-$1-$2-$3.ten: $(R)/$1-$2.ten
	$(spanner) $(arm.$3) --seed=$2 --report=$$@.json <$$< >$$@.part
	mv $$@.part $$@
$(R)/e1-$1-$2-$3.tsv: $(R)/e1-$1-$2-$3.ten
	$$(call row,graph=$1 seed=$2 arm=$3) $$<.json >$$@.part
	mv $$@.part $$@
endef
$(foreach g,$(graphs),$(foreach s,$(SEEDS),$(foreach a,$(arms),$(eval $(call e1,$g,$s,$a)))))
$(O)/e1.tsv: $(foreach g,$(graphs),$(foreach s,$(SEEDS),$(foreach a,$(arms),$(R)/e1-$g-$s-$a.tsv)))
	$(merge)
$(O)/size-%.svg: pipelines/spanners-size.gp $(O)/e1.tsv
	gnuplot -c $^ $* >$@.part
	mv $@.part $@

# make -f pipelines/spanners.mk roads DATA=...: the same for given road networks alone, road-*, side by side.  kept: arcs;
# means over seeds, but of stretches the largest.
roads := $(filter road-%,$(given))
$(R)/roads.tsv: $(foreach g,$(roads),$(foreach s,$(SEEDS),$(foreach a,$(arms),$(R)/e1-$g-$s-$a.tsv)))
	$(merge)
$(O)/roads.tsv: $(R)/roads.tsv
	awk -F '\t' -v OFS='\t' 'NR == 1 { for (i = 1; i <= NF; i++) at[$$i] = i
	        print "graph", "arm", "vertices", "arcs", "kept", "share", "stretch", "stretch_mean", "seconds"; next }
	    { key = $$at["graph"] OFS $$at["arm"]; if (!n[key]++) order[++k] = key
	      size[key] = $$at["vertices"] OFS $$at["core_arcs"]; kept[key] += $$at["arcs_in_h"]; share[key] += $$at["share"]
	      mean[key] += $$at["stretch_mean"]; seconds[key] += $$at["seconds"]
	      if ($$at["stretch"] > most[key]) most[key] = $$at["stretch"] }
	    END { for (i = 1; i <= k; i++) { x = order[i]
	        printf "%s\t%s\t%.1f\t%.4f\t%.4f\t%.4f\t%.4f\n", x, size[x], kept[x] / n[x], share[x] / n[x], most[x], mean[x] / n[x],
	            seconds[x] / n[x] } }' $< >$@.part
	mv $@.part $@
# All of them as one.
$(R)/roads-all.tsv: $(R)/roads.tsv
	awk -F '\t' -v OFS='\t' 'NR > 1 { $$1 = "roads" } { print }' $< >$@.part
	mv $@.part $@
$(O)/size-roads.svg: pipelines/spanners-size.gp $(R)/roads-all.tsv
	gnuplot -c $^ roads >$@.part
	mv $@.part $@
roads: $(O)/roads.tsv $(O)/size-roads.svg $(roads:%=$(O)/picture-%.png)
.PHONY: roads

# Stretch of every pair, by round trips in the graph and in the spanner.
shown := spt rtz2 zl2 fast010 fast025 greedy2 greedy3
first := $(word 1,$(SEEDS))
$(R)/pairs.ten: $(R)/rand-$(first).ten
	ten-cut --keep=sources <$< | ten-dump | awk -v n=$(n.rand.$(SCALE)) 'BEGIN { print "u,v" }
	    { for (i = 1; i <= NF; i++) for (v = 0; v < n; v++) if (v != $$i) print $$i "," v }' |
	    csv2ten --matrix | ten-cut --rename=x=pairs --cast=u32 >$@.part
	mv $@.part $@
$(R)/trips-%.txt: $(R)/e1-rand-$(first)-%.ten $(R)/pairs.ten
	rt-oracle build --k=64 --eps=1000 <$< >$@.oracle
	rt-oracle query --exact --oracle=$@.oracle <$(R)/pairs.ten | ten-cut --keep=exact | ten-dump | tr ' ' '\n' | grep . >$@.part
	rm $@.oracle
	mv $@.part $@
# The union of shortest paths has the round trips of the graph.
$(R)/histogram-%.dat: $(R)/trips-spt.txt $(R)/trips-%.txt
	paste $^ | awk '{ bin = int(($$2 / $$1 - 1) / 0.05 + 1e-9); c[bin]++; if (bin > last) last = bin; n++ }
	    END { for (b = 0; b <= last; b++) print 1 + 0.05 * (b + 0.5), c[b] / n }' >$@.part
	mv $@.part $@
$(O)/histogram.svg: pipelines/spanners-histogram.gp $(foreach a,$(filter-out spt,$(shown)),$(R)/histogram-$a.dat)
	gnuplot -c $^ >$@.part
	mv $@.part $@

# ---- E2: cost against sources, and against arcs ---------------------------------------------------

e2.n.demo := 500
e2.n.laptop := 5000
e2.n.paper := 50000
e2.s.demo := 10 100 250 500
e2.s.laptop := 10 30 100 300 1000 3000 5000
e2.s.paper := 10 30 100 300 1000 3000 10000
e2.arms := spt rtz2 zl2 zl3 clrs2 fast010 fast025
$(foreach s,$(SEEDS),$(R)/e2-$s.graph): $(R)/e2-%.graph: | $(R)/
	graphgen rand --n=$(call per,e2.n) --seed=$* >$@.part
	mv $@.part $@
define e2
$(R)/e2-$1-$2-$3.tsv: $(R)/e2-$1.graph
	graph-sources --random=$2 --seed=$1 <$$< | $(spanner) --no-verify $(arm.$3) --seed=$1 --report=$$@.json >$$@.out
	rm $$@.out
	$$(call row,seed=$1 s=$2 arm=$3) $$@.json >$$@.part
	mv $$@.part $$@
endef
$(foreach s,$(SEEDS),$(foreach k,$(call per,e2.s),$(foreach a,$(e2.arms),$(eval $(call e2,$s,$k,$a)))))
$(O)/e2.tsv: $(foreach s,$(SEEDS),$(foreach k,$(call per,e2.s),$(foreach a,$(e2.arms),$(R)/e2-$s-$k-$a.tsv)))
	$(merge)

# Vertices of graphs with ten arcs each, at 100 sources.
m.n.demo := 500 1500 5000
m.n.laptop := 1000 3000 10000 30000 100000
m.n.paper := 1000 3000 10000 30000 100000 300000 1000000
m.sources := 100
define growth
$(R)/m-$1-$2.tsv: | $(R)/
	graphgen rand --n=$2 --seed=$1 | graph-sources --random=$(m.sources) --seed=$1 |
	    $(spanner) --no-verify $(arm.fast010) --seed=$1 --report=$$@.json >$$@.out
	rm $$@.out
	$$(call row,seed=$1 n=$2 arm=fast010) $$@.json >$$@.part
	mv $$@.part $$@
endef
$(foreach s,$(SEEDS),$(foreach n,$(call per,m.n),$(eval $(call growth,$s,$n))))
$(O)/growth.tsv: $(foreach s,$(SEEDS),$(foreach n,$(call per,m.n),$(R)/m-$s-$n.tsv))
	$(merge)

# Exponents, by least squares of logarithms: cost ~ s^a for the larger s, cost ~ m^a.
from := 100
fit = function add(key, x, y) { if (x <= 0 || y <= 0) return; x = log(x); y = log(y); \
        n[key]++; sx[key] += x; sy[key] += y; sxx[key] += x * x; sxy[key] += x * y } \
    function slope(key) { return (n[key] * sxy[key] - sx[key] * sy[key]) / (n[key] * sxx[key] - sx[key] ^ 2) }
$(R)/slopes-sources.tsv: $(O)/e2.tsv
$(R)/slopes-arcs.tsv: $(O)/growth.tsv
$(R)/slopes-sources.tsv $(R)/slopes-arcs.tsv: $(R)/slopes-%.tsv:
	awk -F '\t' -v OFS='\t' -v against=$* -v from=$(from) '$(fit)
	    NR == 1 { for (i = 1; i <= NF; i++) at[$$i] = i; next }
	    { x = against == "sources" ? $$at["s"] : $$at["core_arcs"]; if (against == "sources" && x < from) next
	      key = $$at["seed"] OFS against OFS $$at["arm"]
	      if (!(key in n)) order[++k] = key
	      add(key OFS "settled", x, $$at["settled"]); add(key OFS "seconds", x, $$at["seconds"]); n[key] = 1 }
	    END { print "seed", "against", "arm", "of", "exponent"
	        for (i = 1; i <= k; i++) {
	            print order[i], "settled", slope(order[i] OFS "settled"); print order[i], "seconds", slope(order[i] OFS "seconds") } }' \
	    $< >$@.part
	mv $@.part $@
$(O)/slopes.tsv: $(R)/slopes-sources.tsv $(R)/slopes-arcs.tsv
	$(merge)
$(O)/sources-settled.svg $(O)/sources-seconds.svg: $(O)/sources-%.svg: pipelines/spanners-cost.gp $(O)/e2.tsv $(R)/slopes-sources.tsv
	gnuplot -c $^ $* sources '$(e2.arms)' >$@.part
	mv $@.part $@
$(O)/arcs-settled.svg $(O)/arcs-seconds.svg: $(O)/arcs-%.svg: pipelines/spanners-cost.gp $(O)/growth.tsv $(R)/slopes-arcs.tsv
	gnuplot -c $^ $* arcs fast010 >$@.part
	mv $@.part $@
# make -f pipelines/spanners.mk growth SCALE=paper: from 10^4 to 10^7 arcs without the rest of that scale, in minutes.
growth: $(O)/arcs-settled.svg $(O)/arcs-seconds.svg
.PHONY: growth

# ---- E3: the size law --------------------------------------------------------------------------------

# As many repetitions of every cover as the law has without its constant: s^(1/k).
e3.k := 1 2 3
e3.s := 4 16 64 256
define e3
$(R)/e3-$1-$2-$3.tsv: $(R)/e2-$1.graph
	reps=$$$$(awk 'BEGIN { r = $2 ^ (1 / $3); print int(r) + (r > int(r) + 1e-9) }')
	graph-sources --random=$2 --seed=$1 <$$< |
	    $(spanner) --no-verify $(arm.fast010) --k=$3 --reps=$$$$reps --seed=$1 --report=$$@.json >$$@.out
	rm $$@.out
	$$(call row,seed=$1 s=$2 k=$3) $$@.json >$$@.part
	mv $$@.part $$@
endef
$(foreach s,$(SEEDS),$(foreach n,$(e3.s),$(foreach k,$(e3.k),$(eval $(call e3,$s,$n,$k)))))
# size: arcs a vertex; root: s^(1/k); most: the hard bound, two trees for each cover and those of contracted parts.
$(O)/e3.tsv: $(foreach s,$(SEEDS),$(foreach n,$(e3.s),$(foreach k,$(e3.k),$(R)/e3-$s-$n-$k.tsv)))
	awk -F '\t' -v OFS='\t' 'FNR == 1 { for (i = 1; i <= NF; i++) at[$$i] = i; next }
	    NR == 2 { print "seed", "s", "k", "root", "size", "of_most" }
	    { print $$at["seed"], $$at["s"], $$at["k"], $$at["s"] ^ (1 / $$at["k"]), $$at["built_arcs"] / $$at["vertices"],
	        $$at["built_arcs"] / (2 * $$at["vertices"] * ($$at["covers"] + 1)) }' $^ >$@.part
	mv $@.part $@
# Spearman's correlation of root and size, ranks of equals averaged.
$(O)/ranks.tsv: $(O)/e3.tsv
	awk -F '\t' -v OFS='\t' '
	    function rank(v, n, r,  i, j, below, same) {
	        for (i = 1; i <= n; i++) { below = same = 0
	            for (j = 1; j <= n; j++) { below += v[j] < v[i]; same += v[j] == v[i] }
	            r[i] = below + (same + 1) / 2 } }
	    function spearman(  i, m, a, b, c) { rank(x, n, p); rank(y, n, q); m = (n + 1) / 2
	        for (i = 1; i <= n; i++) { a += (p[i] - m) ^ 2; b += (q[i] - m) ^ 2; c += (p[i] - m) * (q[i] - m) }
	        return a * b > 0 ? c / sqrt(a * b) : 0 }
	    function flush() { if (n) print seed, spearman(); n = 0 }
	    BEGIN { print "seed", "rank_correlation" }
	    NR > 1 { if ($$1 != seed) flush(); seed = $$1; x[++n] = $$4; y[n] = $$5 }
	    END { flush() }' $< >$@.part
	mv $@.part $@
$(O)/law.svg: pipelines/spanners-law.gp $(O)/e3.tsv
	gnuplot -c $^ >$@.part
	mv $@.part $@

# ---- E4: the constants of the proof --------------------------------------------------------------------

$(foreach s,$(SEEDS),$(R)/e4-$s.ten): $(R)/e4-%.ten: | $(R)/
	graphgen rand --n=500 --seed=$* | graph-sources --random=32 --seed=$* >$@.part
	mv $@.part $@
mode.paper := --algo=fast --mode=paper
mode.practical := --algo=fast
mode.spt := --algo=spt
define e4
$(R)/e4-$1-$2.tsv: $(R)/e4-$1.ten
	$(spanner) $(mode.$2) --seed=$1 --report=$$@.json <$$< >$$@.out
	rm $$@.out
	$$(call row,seed=$1 mode=$2) $$@.json >$$@.part
	mv $$@.part $$@
endef
$(foreach s,$(SEEDS),$(foreach m,paper practical spt,$(eval $(call e4,$s,$m))))
$(O)/e4.tsv: $(foreach s,$(SEEDS),$(foreach m,paper practical spt,$(R)/e4-$s-$m.tsv))
	$(merge)

# ---- Pictures, claims ------------------------------------------------------------------------------------

drawn := town $(given)
$(O)/picture-%.png: $(R)/e1-%-$(first)-greedy3.ten
	graph-draw --width=900 <$< >$@.part
	mv $@.part $@
$(O)/notes.md: pipelines/spanners.md
	cp $< $@

tables := graphs e1 e2 growth slopes e3 ranks e4
$(O)/claims.tsv: pipelines/spanners.claims $(tables:%=$(O)/%.tsv)
	claims --paper=$(PAPER) --scale=$(SCALE) --rules=$< $(filter-out $< $(O)/graphs.tsv,$^) >$@.part
	mv $@.part $@
all: $(graphs:%=$(O)/size-%.svg) $(O)/histogram.svg $(O)/law.svg $(O)/notes.md $(drawn:%=$(O)/picture-%.png) \
    $(foreach c,settled seconds,$(O)/sources-$c.svg $(O)/arcs-$c.svg)
