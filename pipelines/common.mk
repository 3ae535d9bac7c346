# What the recipes of all pipelines share.  A pipeline sets PAPER and includes this file; it is run
# from the top folder: make -f pipelines/NAME.mk SCALE=demo|laptop|paper.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := all
.ONESHELL:
.DELETE_ON_ERROR:
.SECONDARY:
MAKEFLAGS += --no-builtin-rules --no-print-directory

SCALE ?= laptop
SEEDS ?= 1 2 3
ifeq ($(filter demo laptop paper,$(SCALE)),)
$(error SCALE=$(SCALE): expected demo, laptop or paper)
endif

# Products of this pipeline.  A killed run leaves only names that end in .part, and goes on from the
# products that are whole.
O := out/$(PAPER)/$(SCALE)
# What only a table or plot of $(O) is made from: the report shows $(O) and not this.
R := $(O)/runs
$(O)/ $(R)/: ; mkdir -p $@

# Tables with one header, below one another.
define merge
awk 'FNR > 1 || NR == 1' $^ >$@.part
mv $@.part $@
endef

# $(call per,clips): what clips.demo, clips.laptop or clips.paper says.
per = $($1.$(SCALE))

# $(call debian,usr/share/...): files of a Debian package, installed or unpacked by pipelines/deps.
debian = $(or $(wildcard out/debian/$1),$(wildcard /$1))

B ?= $(CURDIR)/build
export PATH := $(B)/bin:$(PATH)
export LC_ALL := C

all: $(O)/claims.tsv
.PHONY: all
