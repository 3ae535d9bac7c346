# tenstream - tools that share one tensor stream.  `make help` lists what can be made.
#
# A tool is one file: bin/NAME.c, or formats/X2ten.c and formats/ten2X.c for converters; other
# files of formats/ and all of lib/ go into one archive that every tool is linked with.

VERSION := 0.1.0
PREFIX  ?= /usr/local
DESTDIR ?=
CC      := $(if $(filter default,$(origin CC)),gcc,$(CC))
CFLAGS  ?= -O3 -g1
B       := build$(if $(SAN),-san)

, := ,
SANFLAGS := $(if $(SAN),-O1 -fsanitize=address$(,)undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer)

# No contraction of a*b+c: gcc and clang, and machines with and without FMA, give the same bits.
FLAGS := -std=c17 -D_GNU_SOURCE -DTENSTREAM_VERSION='"$(VERSION)"' -Ilib -I. -fPIC -fopenmp \
         -ffp-contract=off -fno-math-errno -Wall -Wextra -Wpedantic $(CFLAGS) $(SANFLAGS)
LIBS  := -Wl,--as-needed -lpng -lz -lzstd -lxxhash -ljansson -lgsl -lgslcblas -lm
# What is opened late is there from the start when leaks are looked for: thread-local data of libraries that came later
# ends the search with a crash.
LIBS  += $(if $(SAN),-Wl$(,)--no-as-needed -ldnnl -lopenblas)

# lib/ROOM/simd_NAME.c is compiled once for every instruction set (lib/base/isa.h).
simd_src   := $(wildcard lib/*/simd_*.c)
x86        := $(findstring x86_64,$(shell $(CC) -dumpmachine))
lib_src    := $(filter-out $(simd_src),$(wildcard lib/*/*.c))
tool_src   := $(wildcard bin/*.c formats/*2ten.c formats/ten2*.c)
format_src := $(filter-out $(tool_src),$(wildcard formats/*.c))
unit_src   := $(wildcard tests/unit/*.c)
# What strangers link with: the stream and what it stands on, and nothing else of lib/.
ten_src    := lib/stream/types.c lib/stream/reader.c lib/stream/writer.c lib/stream/chunks.c \
              lib/stream/provenance.c lib/base/fail.c lib/base/pool.c

obj   = $(patsubst %.c,$B/obj/%.o,$1)
tools := $(patsubst %.c,$B/bin/%,$(notdir $(tool_src)))
units := $(patsubst tests/unit/%.c,$B/unit/%,$(unit_src))
SOLIB := libten.so.$(VERSION)

all: $(tools) $B/lib/libten.a $B/lib/$(SOLIB)

$B/bin/%: $B/obj/bin/%.o $B/lib/libtenstream.a | $B/bin/
	$(CC) $(FLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)
$B/bin/%: $B/obj/formats/%.o $B/lib/libtenstream.a | $B/bin/
	$(CC) $(FLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)
$B/unit/%: $B/obj/tests/unit/%.o $B/lib/libtenstream.a | $B/unit/
	$(CC) $(FLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

simd_levels := base $(if $(x86),v3 v4)
simd_obj = $(foreach l,$1,$(patsubst %.c,$2/obj/%.$l.o,$(simd_src)))

$B/lib/libtenstream.a: $(call obj,$(lib_src) $(format_src)) $(call simd_obj,$(simd_levels),$B) | $B/lib/
	rm -f $@
	ar rcs $@ $^

# One relocatable object whose only global names are the public ones.
$B/lib/libten.a: $(call obj,$(ten_src)) lib/stream/ten.map | $B/lib/
	ld -r -o $B/lib/ten.o $(call obj,$(ten_src))
	objcopy --wildcard --keep-global-symbol='ten_*' $B/lib/ten.o
	rm -f $@
	ar rcs $@ $B/lib/ten.o
$B/lib/$(SOLIB): $(call obj,$(ten_src)) lib/stream/ten.map | $B/lib/
	$(CC) $(FLAGS) $(LDFLAGS) -shared -Wl,-soname,libten.so.0 -Wl,--version-script=lib/stream/ten.map \
	    -o $@ $(call obj,$(ten_src)) -Wl,--as-needed -lzstd -lxxhash -lpthread

$B/obj/%.o: %.c $B/flags
	@mkdir -p $(@D)
	$(CC) $(FLAGS) -MMD -MP -c -o $@ $<

# Programs of tests run once: what -O3 would take to compile them is more than it gives.
# (private: $B/flags, which it waits for, has none of it.)
$B/obj/tests/unit/%.o: private FLAGS += -O1

ISA_v3 := -march=x86-64-v3 -ffp-contract=fast
ISA_v4 := -march=x86-64-v4 -mprefer-vector-width=512 -ffp-contract=fast
# Sparse products are the same bits on all of them.
%/obj/lib/sparse/simd_spgemm_f32.v3.o %/obj/lib/sparse/simd_spgemm_f64.v3.o: ISA_v3 := -march=x86-64-v3
%/obj/lib/sparse/simd_spgemm_f32.v4.o %/obj/lib/sparse/simd_spgemm_f64.v4.o: \
    ISA_v4 := -march=x86-64-v4 -mprefer-vector-width=512
define simd_rule
$B/obj/%.$1.o: %.c $B/flags
	@mkdir -p $$(@D)
	$$(CC) $$(FLAGS) -DISA=$1 $$(ISA_$1) -MMD -MP -c -o $$@ $$<
endef
$(foreach l,$(simd_levels),$(eval $(call simd_rule,$l)))

# Everything is compiled again when compiler or flags change.
$B/flags: force | $B/
	@echo '$(CC) $(subst ','\'',$(FLAGS))' | cmp -s - $@ || echo '$(CC) $(subst ','\'',$(FLAGS))' >$@

$B/ $B/bin/ $B/lib/ $B/unit/ $B/bench/:
	mkdir -p $@

-include $(wildcard $B/obj/*/*.d $B/obj/*/*/*.d)

units: $(units)

# ---- Tests ---------------------------------------------------------------------------------
# check installs what it needs, builds, and runs everything; test runs what is built.

# As many jobs as there are processors, unless make was told how many.
jobs = $(if $(filter -j% --jobserver%,$(MAKEFLAGS)),,-j$(shell nproc))
check: deps-build deps-test
	$(MAKE) $(jobs) all units rooms lint fuzzers twin
	$(MAKE) $(jobs) test
test: all units
	B=$(abspath $B) tests/run $(TESTS)
# The suite by the other compiler, whose output tests/determinism.bats compares.  Without the tools of the engine, which
# lets each compiler fuse products and sums as it likes.
twin_dir   := $(abspath $B)/clang
twin_tools := $(filter-out classify features gan-% ppl predict-acc train-% tsm-online video-eval video-features, \
              $(notdir $(tools)))
twin:
	@! command -v clang >/dev/null || $(MAKE) -s SAN= B=$(twin_dir) CC=clang CFLAGS='$(filter-out -g%,$(CFLAGS))' \
	    $(twin_tools:%=$(twin_dir)/bin/%)
# Every room includes headers of rooms below it only.
rooms:
	tests/rooms

fuzz_src := $(wildcard tests/fuzz/*.c)
fuzzers  := $(patsubst tests/fuzz/%.c,build-fuzz/%,$(fuzz_src))
FUZZ_CC  ?= clang
FUZZ     := $(FUZZ_CC) $(filter-out -fopenmp,$(FLAGS)) -O1 -fsanitize=address,undefined,fuzzer-no-link \
            -fno-sanitize-recover=undefined -Wno-unknown-pragmas
# Without clang there is nothing to fuzz with; tests/run says so.
fuzzers: $(if $(shell command -v $(FUZZ_CC)),$(fuzzers))
build-fuzz/obj/%.o: %.c
	@mkdir -p $(@D)
	$(FUZZ) -MMD -MP -c -o $@ $<
# What parsers stand on: all of the lowest rooms, and these of others.  The linker says what a new target lacks.
fuzz_lib := $(wildcard lib/base/*.c lib/stream/*.c) $(format_src) $(wildcard lib/graph/*.c) lib/image/augmenter.c \
            lib/image/pixels.c lib/image/png.c lib/metrics/claims.c lib/sparse/csr.c lib/sparse/entries.c lib/sparse/sparse.c \
            lib/tensor/augment_draw.c lib/tensor/cast.c lib/tensor/diffaugment.c lib/tensor/edit.c lib/tensor/slice.c \
            lib/text/tsv.c lib/video/y4m.c
build-fuzz/libtenstream.a: $(fuzz_lib:%.c=build-fuzz/obj/%.o)
	rm -f $@
	ar rcs $@ $^
build-fuzz/%: build-fuzz/obj/tests/fuzz/%.o build-fuzz/libtenstream.a
	$(FUZZ) -fsanitize=fuzzer -o $@ $^ $(LIBS) -lpthread
-include $(wildcard build-fuzz/obj/*/*/*.d build-fuzz/obj/*/*.d)

# make fuzz: FUZZ_SECONDS a target, two at a time.
FUZZ_SECONDS ?= 600
fuzz: deps-build deps-test
	$(MAKE) fuzzers
	tests/fuzz/run $(FUZZ_SECONDS) $(TARGETS)

bench: deps-build deps-demo deps-peers
	$(MAKE) all benches
	@B=$(abspath $B) tests/bench/run $(BENCHES)
bench_src := $(wildcard tests/bench/*.c)
benches: $(patsubst tests/bench/%.c,$B/bench/%,$(bench_src))
$B/bench/%: $B/obj/tests/bench/%.o $B/lib/libtenstream.a | $B/bench/
	$(CC) $(FLAGS) $(LDFLAGS) -o $@ $^ $(LIBS) -ldnnl

lint: deps-test
	tests/lint

# ---- Experiments ---------------------------------------------------------------------------

-include pipelines/house.mk

deps-%:
	@pipelines/deps $*

# ---- Installation --------------------------------------------------------------------------

I := $(DESTDIR)$(PREFIX)
man_pages := $(wildcard man/*.[1-8])
headers := lib/stream/ten.h lib/base/err.h

install: all
	install -d $I/bin $I/lib/pkgconfig $I/include/ten/base $I/share/tenstream \
	    $I/share/bash-completion/completions $(addprefix $I/share/man/man,1 5 7)
	install -m755 $(tools) $I/bin
	install -m644 $B/lib/libten.a $I/lib
	install -m755 $B/lib/$(SOLIB) $I/lib
	ln -sf $(SOLIB) $I/lib/libten.so.0
	ln -sf libten.so.0 $I/lib/libten.so
	install -m644 lib/stream/ten.h $I/include/ten
	install -m644 lib/base/err.h $I/include/ten/base
	sed 's|@PREFIX@|$(PREFIX)|; s|@VERSION@|$(VERSION)|' lib/stream/ten.pc.in >$I/lib/pkgconfig/ten.pc
	for p in $(man_pages); do install -m644 $$p $I/share/man/man$${p##*.}; done
	install -m644 formats/ten.magic formats/ten.md formats/*.map $I/share/tenstream
	sed 's|@TOOLS@|$(sort $(notdir $(tools)))|' formats/completion.bash.in \
	    >$I/share/bash-completion/completions/tenstream
	for t in $(notdir $(tools)); do ln -sf tenstream $I/share/bash-completion/completions/$$t; done

uninstall:
	rm -f $(addprefix $I/bin/,$(notdir $(tools))) $I/lib/libten.a $I/lib/libten.so $I/lib/libten.so.0 \
	    $I/lib/$(SOLIB) $I/lib/pkgconfig/ten.pc \
	    $(foreach p,$(man_pages),$I/share/man/man$(subst .,,$(suffix $p))/$(notdir $p)) \
	    $(addprefix $I/share/bash-completion/completions/,tenstream $(notdir $(tools)))
	rm -rf $I/include/ten $I/share/tenstream

dist:
	git archive --format=tar --prefix=tenstream-$(VERSION)/ HEAD | zstd -q -19 -f -o tenstream-$(VERSION).tar.zst
	@echo tenstream-$(VERSION).tar.zst

help:
	@echo 'make            build every tool into $B/bin'
	@echo 'make demo       install what is missing, build, run the pipelines at demo scale, report'
	@echo 'make check      install what is missing, build, run all tests (SAN=1: with sanitizers)'
	@echo 'make test       run the tests of what is built; TESTS="ten-cat augment" for some of them'
	@echo 'make bench      time the hot paths beside their peers; BENCHES="stream mtx" for some'
	@echo 'make report     gather results of the pipelines into out/report.html'
	@echo 'make fuzz       fuzz every parser, FUZZ_SECONDS=600 each; TARGETS="npy png" for some'
	@echo 'make lint       man pages, shell scripts, white space'
	@echo 'make install    to PREFIX=$(PREFIX), under DESTDIR; make uninstall'
	@echo 'make dist       a source archive'
	@echo 'make clean      remove what was built'

clean:
	rm -rf build build-san build-fuzz

force:
.PHONY: all units check test twin rooms fuzzers fuzz bench benches lint demo report install uninstall dist \
        help clean force
.DELETE_ON_ERROR:
.SECONDARY:
MAKEFLAGS += --no-builtin-rules
