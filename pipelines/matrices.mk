# pipelines/matrices.mk - matrices for experiments with sparse products: real ones out of Debian's
# packages, classes by generator, and files of the user's.  For inclusion after common.mk:
# $(matrices) are the names of this scale, $(R)/NAME.ten the matrices.  A pipeline may say before which
# are made, of which kind (kind.NAME, where it is not the name) and how large (size.NAME.SCALE).

# A folder of Matrix Market files, NAME.mtx, NAME.mtx.gz or NAME.mtx.zst: they are matrices too, and
# those of the benchmark are compared with its table.
DATA ?=
FOLDOC ?= $(call debian,usr/share/dictd)

from_debian ?= foldoc debian
from_data := $(sort $(foreach s,.mtx .mtx.gz .mtx.zst,\
    $(patsubst $(DATA)/%$s,%,$(wildcard $(addsuffix /*$s,$(DATA))))))

# Each class is one of mtxgen's, at its own size but where the demo says a smaller one.
made ?= kper circuit femirr st2d5 st3d27 road weblike rmat fem3
size.kper.demo ?= --rows=20000
size.circuit.demo ?= --rows=20000
size.femirr.demo ?= --grid=20,20,20
size.st2d5.demo ?= --grid=150,150
size.st3d27.demo ?= --grid=15,15,15
size.road.demo ?= --grid=150,150
size.weblike.demo ?= --rows=50000
size.fem3.demo ?= --grid=9,9,9
size.rmat.demo ?= --symmetric --scale=12 --edges=20000
size.rmat.laptop ?= --symmetric
size.rmat.paper ?= --symmetric

matrices := $(filter-out $(from_data),$(from_debian) $(made)) $(from_data)

# ---- Real ones -------------------------------------------------------------------------------

# Entries of the Free On-line Dictionary of Computing that refer to others.
$(R)/foldoc.ten: pipelines/foldoc.awk | $(R)/
	@[ -r '$(FOLDOC)/foldoc.dict.dz' ] && [ -r '$(FOLDOC)/foldoc.index' ] || \
	    { echo 'foldoc: no dictionary in $(or $(FOLDOC),/usr/share/dictd): expected the Debian package' \
	    'dict-foldoc, or its folder as FOLDOC' >&2; exit 1; }
	zcat $(FOLDOC)/foldoc.dict.dz | awk -f $< $(FOLDOC)/foldoc.index RS='\001' - |
	    edges2ten --ids=string --dup=min >$@.part
	mv $@.part $@
# Packages that need others, of the lists this machine has.
$(R)/debian.ten: pipelines/dependencies.awk | $(R)/
	apt-cache dumpavail | awk -f $< | edges2ten --ids=string --dup=min >$@.part
	mv $@.part $@
ifneq ($(from_data),)
$(R)/%.ten: $(DATA)/%.mtx | $(R)/
	mtx2ten $< >$@.part
	mv $@.part $@
$(R)/%.ten: $(DATA)/%.mtx.gz | $(R)/
	zcat $< | mtx2ten >$@.part
	mv $@.part $@
$(R)/%.ten: $(DATA)/%.mtx.zst | $(R)/
	zstd -dcq $< | mtx2ten >$@.part
	mv $@.part $@
endif

# ---- By rule ---------------------------------------------------------------------------------

$(foreach m,$(filter-out $(from_data),$(made)),$(R)/$m.ten): $(R)/%.ten: | $(R)/
	mtxgen $(or $(kind.$*),$*) $(call per,size.$*) --values=normal --seed=1 >$@.part
	mv $@.part $@

# ---- What they are like ------------------------------------------------------------------------

kept_in = $(if $(filter $1,$(from_data)),file,$(if $(filter $1,$(made)),rule,debian))
$(foreach m,$(matrices),$(R)/$m.stat): %.stat: %.ten
	spstat --exact <$< | awk -v matrix=$(*F) -v origin=$(call kept_in,$(*F)) 'BEGIN { OFS = "\t" }
	    { print NR == 1 ? "matrix" OFS "origin" : matrix OFS origin, $$0 }' >$@.part
	mv $@.part $@
$(O)/matrices.tsv: $(foreach m,$(matrices),$(R)/$m.stat)
	$(merge)
# Which of the benchmark's are there, and as large as they should be.
$(O)/benchmark.tsv: pipelines/benchmark.tsv $(O)/matrices.tsv
	awk 'BEGIN { FS = OFS = "\t" }
	    FNR == 1 { file++ }
	    file == 1 { rows[$$1] = $$3; entries[$$1] = $$5; next }
	    /^#/ { next }
	    $$1 == "matrix" { print $$0, "found"; next }
	    !($$1 in rows) { print $$0, "absent"; next }
	    rows[$$1] == $$2 && entries[$$1] == $$3 { print $$0, "same"; next }
	    { print $$0, rows[$$1] " rows, " entries[$$1] " entries" }
	' $(O)/matrices.tsv $< >$@.part
	mv $@.part $@
