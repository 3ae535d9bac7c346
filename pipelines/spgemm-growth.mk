# pipelines/spgemm-growth.mk - what does a multiplication cost as sparse products grow?  For
# inclusion after common.mk.  R-MAT graphs have rows of all lengths with columns all over; rows of
# 27-point stencils are alike and near each other.

# A graph is scale-edges, a cube its nodes a side: about 1e5 multiplications, then ten times.
growth.rmat.demo ?= 8-3500 10-15000 12-70000
growth.cube.demo ?= 6 13 25
growth.rmat.laptop ?= $(growth.rmat.demo) 14-330000 16-1450000
growth.cube.laptop ?= $(growth.cube.demo) 53 112
growth.rmat.paper ?= $(growth.rmat.laptop)
growth.cube.paper ?= $(growth.cube.laptop)
growths := $(addprefix rmat-,$(call per,growth.rmat)) $(addprefix cube-,$(call per,growth.cube))

$(R)/growth-rmat-%.ten: | $(R)/
	mtxgen rmat --scale=$(firstword $(subst -, ,$*)) --edges=$(lastword $(subst -, ,$*)) \
	    --values=normal --seed=1 >$@.part
	mv $@.part $@
$(R)/growth-cube-%.ten: | $(R)/
	mtxgen st3d27 --grid=$*,$*,$* --values=normal --seed=1 >$@.part
	mv $@.part $@
# Of one thread, so that times compare.  Once memory is there: the least time of 20 products, the first ones of which still
# take new pages, as what is freed does not fit at once.  At first: with what the system takes for new pages, which is most of
# a small product; the least of three processes.
$(growths:%=$(R)/growth-%.tsv): %.tsv: %.ten
	for i in 1 2 3; do
	    spgemm --explain --repeat=20 --threads=1 --log=$@.log <$< >/dev/null
	    cat $@.log
	done | awk -v OFS='\t' -v name=$(*F) '
	    $$1 == "products" { products = $$2 + 0; entries = $$NF }
	    $$1 == "seconds" && (!least || $$2 < least) { least = $$2 }
	    $$1 == "seconds" && (!first || $$NF + 0 < first) { first = $$NF + 0 }
	    END {
	        split(name, part, "-")
	        print "family", "size", "products", "entries", "seconds", "ns_per_product", "ns_at_first"
	        print part[2], substr(name, length("growth-" part[2] "-") + 1), products, entries, least,
	            1e9 * least / products, 1e9 * first / products
	    }' >$@.part
	mv $@.part $@
$(O)/growth.tsv: $(growths:%=$(R)/growth-%.tsv)
	$(merge)
$(O)/growth.svg: pipelines/spgemm-growth.gp $(O)/growth.tsv
	gnuplot -c $^ >$@.part
	mv $@.part $@
