# SPDX-License-Identifier: GPL-2.0-only
#
# Bailiff. `make` alone lists the targets; V=1 shows the commands.

ifeq ($(origin CC),default)
CC      = gcc
endif
CLANG   ?= clang
CFLAGS  ?= -O2 -g -fstack-protector-strong -D_FORTIFY_SOURCE=2
PREFIX  ?= /usr/local
FLAVOUR ?= fast
# Of the guest: 6.12 or 6.1
ifdef KERNEL
export GUEST_VERSION := $(KERNEL)
endif

ALL_CFLAGS = -std=gnu11 -Wall -Wextra -Werror -D_GNU_SOURCE -I. -MMD -MP
SAN_CFLAGS = -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined \
	     -fno-sanitize-recover=all -DBVM_TEST_BUILD
FUZZ_CFLAGS = -O1 -g -fno-omit-frame-pointer -fno-sanitize-recover=all \
	      -DBVM_TEST_BUILD

# --- what there is ------------------------------------------------------------

DAEMON_MAINS := daemon/bailiffd.c daemon/bailiffctl.c daemon/oci_hook.c \
		daemon/runtime.c

LIB_SRC_bvm     := $(wildcard vm/*.c)
LIB_SRC_policyc := $(filter-out policyc/main.c,$(wildcard policyc/*.c))
LIB_SRC_daemon  := $(filter-out $(DAEMON_MAINS),$(wildcard daemon/*.c))
LIBS            := bvm policyc daemon

POLICYC_LIBS := -lyaml -lcrypto -ljansson -lseccomp
# ncurses is for bailiffctl top: the other programs go without it.
DAEMON_LIBS  := -levent_core -ljansson -lseccomp -lcap -lcrypto \
		-Wl,--as-needed -lncursesw -Wl,--no-as-needed

BINARIES := build/bin/policyc build/bin/bailiffd build/bin/bailiffctl \
	    build/bin/bailiff-oci-hook build/bin/bailiff-runtime \
	    build/bin/bvm-plugin build/bin/bvm-conformance

UNIT_TESTS := $(patsubst tests/unit/%.c,build/test/unit/%,$(wildcard tests/unit/*_test.c))
UNIT_LIB   := $(filter-out %_test.c,$(wildcard tests/unit/*.c)) $(wildcard tests/lib/*.c tests/oracle/*.c)
FUZZERS    := $(patsubst tests/fuzz/%.c,build/test/fuzz/%,$(wildcard tests/fuzz/*_fuzz.c))
FUZZ_LIB   := $(LIB_SRC_bvm) $(LIB_SRC_policyc) $(LIB_SRC_daemon) \
	      $(filter-out %_fuzz.c,$(wildcard tests/fuzz/*.c)) $(wildcard tests/lib/*.c tests/oracle/*.c)

EXHAUSTIVE := $(patsubst %,build/test/prove/exhaustive%,4 6 8)
PAIRS      := $(patsubst %,build/test/prove/%,pairs6 pairs8 lanes8)

BENCHES    := verify exec load guest cost smp
BENCHES_OF_TESTS := build/bench/exec_bench build/bench/cost_bench build/bench/cost_end
BENCH_LIB  := tests/bench/measure.c tests/bench/ubpf.c tests/bench/ebpf.c tests/lib/bvm_family.c

GUEST_PROGRAMS := $(patsubst tests/guest/prog/%.c,build/guest/%,$(wildcard tests/guest/prog/*.c)) \
		  build/guest/engines build/guest/storm build/guest/decide \
		  build/guest/import

# Compiled here: in the guest it would take minutes.
GUEST_FILES := build/guest/large.img build/guest/conformance.tsv

# --- how it is shown ------------------------------------------------------------

ifeq ($(V),1)
quiet =
else
quiet = @printf '  %-7s %s\n' '$(1)' '$(2)';
endif

MAKEFLAGS += --no-print-directory --no-builtin-rules
ifeq ($(MAKELEVEL),0)
MAKEFLAGS += -j$(shell nproc)
endif

# --- for people -----------------------------------------------------------------

.PHONY: help
help:
	@echo 'make tools      build policyc, bailiffd, bailiffctl, bailiff-oci-hook,'
	@echo '                bailiff-runtime (no root)'
	@echo 'make demo       build everything, boot the guest and show Bailiff at work'
	@echo 'make try POLICY=my.yaml RUN="program args"'
	@echo '                run a program under a policy and see what it would deny'
	@echo '                (ENFORCE=1 enforces; CLIENT="...": a client of a service)'
	@echo 'make shell      a shell in a guest with Bailiff active'
	@echo 'make kernel     build the guest kernel (FLAVOUR=debug: with every checker)'
	@echo 'make test       all tests: unit, policies, fuzzers, guest'
	@echo '                (KERNEL=6.1: the guest tests all on that kernel)'
	@echo 'make test-unit  the tests that need no guest'
	@echo 'make test-guest the tests in the guest'
	@echo 'make test-runtimes  docker, containerd and podman in the guest: installs them,'
	@echo '                with their services disabled (minutes; make test has runc)'
	@echo 'make test-debug the tests in the guest on the debug kernel'
	@echo 'make test-kills bailiffd killed KILLS times (1000) under load'
	@echo 'make test-import  all profiles of AppArmor that Debian has beside their imports'
	@echo '                (minutes; make test has a few of them)'
	@echo 'make hooks      the table of all LSM hooks; makes docs/hooks.md'
	@echo 'make policies   the shipped policies and includes: tests and proofs'
	@echo 'make manual     the keys of policies and the table of includes, in the docs'
	@echo 'make diagnostics  what policyc says; makes docs/diagnostics.md'
	@echo 'make prove      the verifier'"'"'s arithmetic: all sets at small widths, and proofs'
	@echo '                at 64 bits by z3 and cvc5 (some 15 minutes)'
	@echo 'make fuzz       the fuzzers, for FUZZ_SECONDS each (600)'
	@echo 'make fuzz-guest the tests of load and faults in the guest, with large numbers,'
	@echo '                and the fuzzing of securityfs for FUZZ_HOURS (1)'
	@echo 'make test-leaks the memory of the kernel after 100,000 replacements of a policy,'
	@echo '                10,000 bindings and 10,000 joins (ten minutes)'
	@echo 'make mutants    faults planted in vm/: do the tests see them?'
	@echo 'make mutants-guest  hooks left out of the module, one at a time: do the'
	@echo '                tests in the guest see it? (an hour; HOOKS="file_open ...")'
	@echo 'make bench      what the virtual machine costs, and what Linux and uBPF do beside it'
	@echo '                (UBPF=libubpf.so: a build of uBPF; JSON=1; DOCS=1: into docs/)'
	@echo '                (BPFLSM=stand-in or an object: costs beside a BPF LSM, too)'
	@echo 'make bench-check  has anything become dearer? (bench-update: the table anew)'
	@echo 'make lint       warnings of the kernel side: W=1 and sparse, both kernels'
	@echo 'make style      formatting, lengths, licences'
	@echo 'make layers     who includes whom'
	@echo 'make install    into PREFIX (/usr/local), with DESTDIR'
	@echo 'make deb        a Debian package of the same, in build/deb (make test-deb tries it)'
	@echo 'make kernel-deb packages of a kernel with Bailiff from the configuration of'
	@echo '                Debian (CONFIG=cloud, full or a file; an hour, resumable)'
	@echo 'make test-install  both packages on the image of a disk, which boots and repeats'
	@echo '                the demo (root; after make kernel-deb, or LINUX_IMAGE=FILE.deb)'
	@echo 'make clean      remove build/ (the kernel cache: tests/guest/kernel.sh clean)'
	@echo
	@echo 'V=1 shows the commands. What a target needs is installed by apt (root or'
	@echo 'sudo); nothing is installed when all of it is there.'

# As they were written: they may have quotes, dollars and several lines.
override RUN := $(value RUN)
override BEFORE := $(value BEFORE)
override CLIENT := $(value CLIENT)
export POLICY RUN BEFORE CLIENT ENFORCE SECONDS_MAX

.PHONY: tools kernel demo try shell
tools:
	@scripts/deps.sh tools
	@$(MAKE) binaries

kernel:
	@scripts/deps.sh kernel
	@tests/guest/kernel.sh build --flavour $(FLAVOUR)

demo:
	@scripts/deps.sh demo
	@$(MAKE) binaries guest-binaries
	@tests/guest/demo/run.sh

try:
	@tests/guest/try.sh --check
	@scripts/deps.sh guest
	@$(MAKE) binaries guest-binaries
	@tests/guest/try.sh

shell:
	@scripts/deps.sh guest
	@$(MAKE) binaries guest-binaries
	@tests/guest/kernel.sh build --flavour $(FLAVOUR) > build/kernel.path
	@tests/guest/run.sh --flavour $(FLAVOUR) --interactive || \
		{ status=$$?; [ $$status -lt 124 ] || exit $$status; }

# The parts of tests/run.sh that need no guest.
HOST_PARTS := unit conformance policy domain hooks package mutants fuzz

.PHONY: test test-unit test-guest test-debug fuzz fuzz-guest
test:
	@scripts/deps.sh tools test deb guest suite
	@$(MAKE) binaries test-binaries guest-binaries
	@tests/run.sh $(HOST_PARTS) guest bench lint

test-unit:
	@scripts/deps.sh tools test
	@$(MAKE) binaries test-binaries
	@tests/run.sh $(HOST_PARTS)

test-guest:
	@scripts/deps.sh tools test guest suite
	@$(MAKE) binaries guest-binaries
	@tests/run.sh guest

# Debian's docker, containerd and podman, which are large.
.PHONY: test-runtimes
test-runtimes:
	@scripts/deps.sh tools test guest suite runtimes
	@$(MAKE) binaries guest-binaries
	@tests/run.sh runtimes

test-debug:
	@scripts/deps.sh tools test guest suite
	@$(MAKE) binaries guest-binaries
	@GUEST_FLAVOUR=debug tests/run.sh guest

# bailiffd, killed at any moment under load: on a made-up kernel, and on the real
# one with containers, a second or two for each.
KILLS ?= 1000
.PHONY: test-kills
test-kills:
	@[ "$$(id -u)" = 0 ] || { echo 'make test-kills: as root' >&2; exit 1; }
	@scripts/deps.sh tools test guest suite
	@$(MAKE) binaries guest-binaries build/test/unit/kills_test
	@KILLS=$(KILLS) build/test/unit/kills_test
	@GUEST_KILLS=$(KILLS) GUEST_PATIENCE=$$(($(KILLS) / 12 + 1)) \
		tests/guest/suite.sh daemon-kills

# Every profile of AppArmor that Debian's packages have, beside its import.
.PHONY: test-import
test-import:
	@scripts/deps.sh tools test guest suite
	@$(MAKE) binaries guest-binaries
	@GUEST_IMPORT=all tests/guest/suite.sh import

# GUEST_PATIENCE: each of the three may be tried four times.
.PHONY: test-leaks
test-leaks:
	@scripts/deps.sh tools test guest suite
	@$(MAKE) binaries guest-binaries
	@GUEST_LEAKS_LOADS=100000 GUEST_LEAKS_CYCLES=10000 GUEST_LEAKS_JOINS=10000 \
		GUEST_PATIENCE=$(or $(GUEST_PATIENCE),4) tests/guest/suite.sh leaks

fuzz-guest:
	@scripts/deps.sh tools test guest suite
	@$(MAKE) binaries guest-binaries
	@FUZZ_HOURS=$(or $(FUZZ_HOURS),1) tests/guest/fuzz.sh

# The fuzzers, and 10^9 instructions of random programs without a sanitizer,
# each one held against what the verifier knows.
DYNAMIC_INSNS ?= 1000000000
fuzz:
	@scripts/deps.sh tools test
	@$(MAKE) test-binaries build/test/long/verify_dynamic_test
	@FUZZ_SECONDS=$(or $(FUZZ_SECONDS),600) tests/run.sh fuzz
	@BVM_DYNAMIC=$(DYNAMIC_INSNS) build/test/long/verify_dynamic_test

.PHONY: mutants-guest
# All, or HOOKS='file_open capable'
mutants-guest:
	@scripts/deps.sh tools guest suite
	@$(MAKE) binaries guest-binaries
	@tests/guest/mutants.sh $(or $(HOOKS),all)

# make test does the same, and more: tests/policy/run.sh
.PHONY: policies
policies:
	@scripts/deps.sh tools
	@$(MAKE) build/bin/policyc
	@build/bin/policyc check policies/*.yaml tests/policy/shipped/*.yaml

.PHONY: mutants
mutants:
	@scripts/deps.sh tools test
	@$(MAKE) build/libpolicyc.a build/san/libpolicyc.a
	@CC='$(CC)' CLANG='$(CLANG)' tests/mutants/run.sh all

.PHONY: bench
bench:
	@scripts/deps.sh tools guest bench $(if $(BPFLSM),bpflsm)
	@$(MAKE) binaries bench-binaries build/guest/churn \
		$(if $(BPFLSM),build/bench/bpflsm_load build/bench/bpflsm.o)
	@BPFLSM='$(BPFLSM)' CC='$(CC)' CFLAGS='$(CFLAGS)' UBPF='$(UBPF)' JSON='$(JSON)' DOCS='$(DOCS)' tests/bench/run.sh

# After a change that makes something dearer, in the same commit.
.PHONY: bench-check bench-update
bench-check:
	@scripts/deps.sh tools guest bench
	@$(MAKE) build/bin/policyc build/bench/cost_bench build/bench/cost_end
	@tests/bench/check.sh

bench-update:
	@scripts/deps.sh tools guest bench
	@$(MAKE) build/bin/policyc build/bench/cost_bench build/bench/cost_end
	@tests/bench/check.sh --update

# docs/soundness.md
.PHONY: prove
prove:
	@scripts/deps.sh tools test prove
	@$(MAKE) $(EXHAUSTIVE) $(PAIRS)
	@tests/run.sh prove

.PHONY: lint
lint:
	@scripts/deps.sh kernel test
	@tests/run.sh lint

.PHONY: hooks
hooks:
	@scripts/hooks.sh print
	@mkdir -p build
	@scripts/hooks.sh docs > build/hooks.md
	@mv build/hooks.md docs/hooks.md

# After a change of policyc/keys.def, or of the head of a policy or an include.
.PHONY: manual
manual: build/bin/policyc
	@scripts/manual.sh
	@scripts/shipped.sh

# After a change of policyc/diag.def, or of what policyc says.
.PHONY: diagnostics
diagnostics: build/bin/policyc
	@scripts/diagnostics.sh $< > build/diagnostics.md
	@mv build/diagnostics.md docs/diagnostics.md

.PHONY: style layers
style:
	@scripts/deps.sh style
	@scripts/style.sh

layers:
	@scripts/layers.sh

.PHONY: install clean
install: tools
	install -d $(DESTDIR)$(PREFIX)/sbin $(DESTDIR)$(PREFIX)/bin
	install -d $(DESTDIR)/etc/bailiff/policies $(DESTDIR)$(PREFIX)/share/bailiff/policies
	install -m 755 build/bin/policyc $(DESTDIR)$(PREFIX)/bin/
	install -m 755 build/bin/bailiffd build/bin/bailiffctl build/bin/bailiff-oci-hook \
		build/bin/bailiff-runtime $(DESTDIR)$(PREFIX)/sbin/
	cp -R policies/. $(DESTDIR)$(PREFIX)/share/bailiff/policies/
	install -d $(DESTDIR)$(PREFIX)/share/man/man8
	install -m 644 docs/man/*.8 $(DESTDIR)$(PREFIX)/share/man/man8/
	install -d $(DESTDIR)$(PREFIX)/share/man/man1
	install -m 644 docs/man/*.1 $(DESTDIR)$(PREFIX)/share/man/man1/
	install -d $(DESTDIR)$(PREFIX)/share/man/man5
	install -m 644 docs/man/*.5 $(DESTDIR)$(PREFIX)/share/man/man5/
	install -d $(DESTDIR)$(PREFIX)/share/bash-completion/completions
	install -m 644 docs/completion/policyc docs/completion/bailiffctl docs/completion/bailiffd \
		docs/completion/bailiff-runtime \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions/
	install -d $(DESTDIR)$(PREFIX)/lib/systemd/system
	for unit in daemon/systemd/*.service; do \
		sed 's|@SBINDIR@|$(PREFIX)/sbin|' $$unit > \
			$(DESTDIR)$(PREFIX)/lib/systemd/system/$${unit##*/} || exit; done
	sed 's|@SBINDIR@|$(PREFIX)/sbin|' daemon/systemd/bailiff-service.conf > \
		$(DESTDIR)$(PREFIX)/share/bailiff/bailiff-service.conf
	install -d $(DESTDIR)$(PREFIX)/share/bailiff/runtimes
	for file in packaging/runtimes/*; do \
		sed 's|@SBINDIR@|$(PREFIX)/sbin|' $$file > \
			$(DESTDIR)$(PREFIX)/share/bailiff/runtimes/$${file##*/} || exit; done
	install -d $(DESTDIR)$(PREFIX)/share/zsh/site-functions
	install -m 644 docs/completion/_bailiff $(DESTDIR)$(PREFIX)/share/zsh/site-functions/

# Debian packages: of what is installed, and of a kernel that has it.
.PHONY: deb test-deb kernel-deb
deb:
	@scripts/deps.sh tools deb
	@$(MAKE) binaries
	@scripts/deb.sh

test-deb:
	@scripts/deps.sh tools test deb
	@$(MAKE) binaries
	@tests/package.sh

kernel-deb:
	@scripts/deps.sh kernel kdeb
	@scripts/kernel-deb.sh build

# A system on which dpkg installed both; after make kernel-deb.
.PHONY: test-install
test-install:
	@scripts/deps.sh tools guest install
	@$(MAKE) binaries guest-binaries
	@tests/install.sh $(LINUX_IMAGE)

clean:
	rm -rf build

# --- for make -------------------------------------------------------------------

.PHONY: binaries test-binaries guest-binaries bench-binaries
binaries: $(BINARIES) $(LIBS:%=build/lib%.a)
	@:
guest-binaries: $(GUEST_PROGRAMS) $(GUEST_FILES)
	@:
test-binaries: $(UNIT_TESTS) $(FUZZERS) $(EXHAUSTIVE) $(BENCHES_OF_TESTS)
bench-binaries: $(BENCHES:%=build/bench/%_bench) build/bench/cost_end

build/obj/%.o: %.c
	@mkdir -p $(@D)
	$(call quiet,CC,$<)$(CC) $(ALL_CFLAGS) $(CFLAGS) -c -o $@ $<

# See the comment in the file; vm/Kbuild says the same to the kernel's build.
build/obj/vm/exec.o: CFLAGS += -fno-jump-tables
# As the kernel is compiled; vector registers make copies of numbers slower.
$(patsubst vm/%.c,build/obj/vm/%.o,$(wildcard vm/interval*.c vm/verify*.c)): \
		CFLAGS += -mgeneral-regs-only

build/san/%.o: %.c
	@mkdir -p $(@D)
	$(call quiet,CC/SAN,$<)$(CC) $(ALL_CFLAGS) $(SAN_CFLAGS) -c -o $@ $<

build/fuzz/%.o: %.c
	@mkdir -p $(@D)
	$(call quiet,CC/FUZZ,$<)$(CLANG) $(ALL_CFLAGS) $(FUZZ_CFLAGS) \
		-fsanitize=fuzzer-no-link,address,undefined -c -o $@ $<

# An archive is made anew: a source that went away must not live on in it. The
# list of its members is a prerequisite for the same reason.
define archive
build/$(2)lib$(1).a: $$(LIB_SRC_$(1):%.c=build/$(3)/%.o) build/$(3)/$(1).members
	@mkdir -p $$(@D)
	$$(call quiet,AR,$$@)rm -f $$@ && $(AR) rcs $$@ $$(filter %.o,$$^)
build/$(3)/$(1).members: FORCE
	@mkdir -p $$(@D)
	@echo '$$(LIB_SRC_$(1))' | cmp -s - $$@ || echo '$$(LIB_SRC_$(1))' > $$@
endef
$(foreach lib,$(LIBS),$(eval $(call archive,$(lib),,obj)))
$(foreach lib,$(LIBS),$(eval $(call archive,$(lib),san/,san)))

.PHONY: FORCE
FORCE:

build/bin/policyc: build/obj/policyc/main.o build/libpolicyc.a build/libbvm.a
	@mkdir -p $(@D)
	$(call quiet,LD,$@)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(POLICYC_LIBS)

# For the public conformance suite's runner, and for its files without it.
build/bin/bvm-plugin: build/obj/tests/conformance/plugin.o build/libbvm.a
	@mkdir -p $(@D)
	$(call quiet,LD,$@)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^

build/bin/bvm-conformance: build/obj/tests/conformance/conformance.o \
		$(patsubst %,build/obj/tests/lib/bvm_%.o,conform data oracle steps) \
		build/libpolicyc.a build/libbvm.a
	@mkdir -p $(@D)
	$(call quiet,LD,$@)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(POLICYC_LIBS)

build/bin/bailiff-oci-hook: build/obj/daemon/oci_hook.o
build/bin/bailiff-runtime: build/obj/daemon/runtime.o
build/bin/bailiffd: build/obj/daemon/bailiffd.o
build/bin/bailiffctl: build/obj/daemon/bailiffctl.o
build/bin/bailiff%: build/libdaemon.a build/libbvm.a
	@mkdir -p $(@D)
	$(call quiet,LD,$@)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(filter %.o,$^) \
		$(filter %.a,$^) $(DAEMON_LIBS)

# Static: what they try must not begin with what the dynamic linker opens.
build/guest/%: build/obj/tests/guest/prog/%.o
	@mkdir -p $(@D)
	$(call quiet,LD,$@)$(CC) $(CFLAGS) -static -o $@ $(filter %.o %.a,$^)
build/guest/records: build/libbvm.a

build/guest/large.img: tests/guest/large.awk build/bin/policyc
	@mkdir -p $(@D)
	$(call quiet,POLICYC,$@)awk -f $< > build/guest/large.yaml && \
		build/bin/policyc build build/guest/large.yaml -o $@ > build/guest/large.log && \
		rm build/guest/large.yaml

# All engines of the virtual machine against each other, and what they run.
build/guest/engines: $(patsubst %.c,build/obj/%.o,$(wildcard tests/guest/vm/*.c)) \
		     $(patsubst %,build/obj/tests/lib/%.o,bvm_gen bvm_build bvm_input argv_build) \
		     build/libpolicyc.a build/libbvm.a
	@mkdir -p $(@D)
	$(call quiet,LD,$@)$(CC) $(CFLAGS) -static -pthread -o $@ $^

# Everything that changes policies against everything that is judged by them.
build/guest/storm: $(patsubst %.c,build/obj/%.o,$(wildcard tests/guest/storm/*.c))
	@mkdir -p $(@D)
	$(call quiet,LD,$@)$(CC) $(CFLAGS) -static -o $@ $^

# Operations under AppArmor and under Bailiff.
build/guest/import: $(patsubst %.c,build/obj/%.o,$(wildcard tests/guest/import/*.c))
	@mkdir -p $(@D)
	$(call quiet,LD,$@)$(CC) $(CFLAGS) -static -o $@ $^

# The kernel's decisions beside those that the rules ask for.
build/guest/decide: $(patsubst %.c,build/obj/%.o,$(wildcard tests/guest/decide/*.c tests/oracle/*.c)) \
		    build/obj/tests/lib/policyc_build.o build/libpolicyc.a build/libbvm.a
	@mkdir -p $(@D)
	$(call quiet,LD,$@)$(CC) $(CFLAGS) -static -o $@ $^ $(POLICYC_LIBS)

build/guest/conformance.tsv: $(filter build/bin/bvm-conformance,$(BINARIES)) FORCE
	@mkdir -p $(@D)
	@tests/guest/vm/conformance.sh > $@.new
	@if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi

# As the programs are compiled; what runs in the guest is static.
build/bench/%: build/obj/tests/bench/%.o build/bench/libbench.a build/libbvm.a
	@mkdir -p $(@D)
	$(call quiet,LD,$@)$(CC) $(CFLAGS) $(BENCH_LDFLAGS) -o $@ $^ -ldl
build/bench/guest_bench build/bench/cost_bench build/bench/smp_bench: BENCH_LDFLAGS := -static
build/bench/smp_bench: build/obj/tests/bench/cost_confine.o
build/bench/cost_bench: build/obj/tests/bench/cost_ops.o build/obj/tests/bench/cost_confine.o \
	build/obj/tests/bench/cost_jobs.o

build/bench/cost_end: tests/bench/cost_end.c
	@mkdir -p $(@D)
	$(call quiet,CC,$@)$(CC) $(filter-out -fsanitize%,$(CFLAGS)) -fno-stack-protector \
		-static -nostdlib -no-pie -o $@ $<

# For make bench BPFLSM=...
build/bench/bpflsm_load: tests/bench/bpflsm_load.c tests/bench/bpflsm.h
	@mkdir -p $(@D)
	$(call quiet,CC,$@)$(CC) $(CFLAGS) -o $@ $< -lbpf
build/bench/bpflsm.o: tests/bench/bpflsm.bpf.c tests/bench/bpflsm.h
	@mkdir -p $(@D)
	$(call quiet,CC/BPF,$<)$(CLANG) -target bpf -g -O2 -Wall -D__TARGET_ARCH_x86 \
		-I/usr/include/$(shell $(CC) -dumpmachine) -c -o $@ $<

build/bench/libbench.a: $(BENCH_LIB:%.c=build/obj/%.o)
	@mkdir -p $(@D)
	$(call quiet,AR,$@)rm -f $@ && $(AR) rcs $@ $^

build/test/unit/%: build/san/tests/unit/%.o $(UNIT_LIB:%.c=build/san/%.o) \
		   build/san/libpolicyc.a build/san/libdaemon.a build/san/libbvm.a
	@mkdir -p $(@D)
	$(call quiet,LD/SAN,$@)$(CC) $(SAN_CFLAGS) -o $@ $^ \
		$(POLICYC_LIBS) $(DAEMON_LIBS) $$(pkg-config --libs check)

# What no input brings about: the test stands in for these.
build/test/unit/planted_test: private SAN_CFLAGS += \
	-Wl,--wrap=bvm_image_parse,--wrap=seccomp_export_bpf,--wrap=replay_line
build/test/unit/binder_test: private SAN_CFLAGS += \
	-Wl,--wrap=instances_find,--wrap=instances_make

LONG_LIB := $(filter-out tests/lib/fake_kernel.c tests/lib/daemon_fixture.c \
	    tests/lib/ctl_fixture.c,$(UNIT_LIB))
build/test/long/%: build/obj/tests/unit/%.o $(LONG_LIB:%.c=build/obj/%.o) \
		   build/libpolicyc.a build/libdaemon.a build/libbvm.a
	@mkdir -p $(@D)
	$(call quiet,LD,$@)$(CC) $(CFLAGS) -o $@ $^ \
		$(POLICYC_LIBS) $(DAEMON_LIBS) $$(pkg-config --libs check)

build/test/fuzz/%: build/fuzz/tests/fuzz/%.o build/fuzz/libfuzz.a
	@mkdir -p $(@D)
	$(call quiet,LD/FUZZ,$@)$(CLANG) -fsanitize=fuzzer,address,undefined -o $@ $^ \
		$(POLICYC_LIBS) $(DAEMON_LIBS)

build/fuzz/libfuzz.a: $(FUZZ_LIB:%.c=build/fuzz/%.o)
	$(call quiet,AR,$@)rm -f $@ && $(AR) rcs $@ $^

# One file, and with it the kernel's own source, at a word of so many bits. At 4
# and 6 they are _BitInt, which clang 14 miscompiles when it optimizes.
SMALL_WORDS = $(CLANG) -std=gnu11 -Wall -Wextra -Werror -D_GNU_SOURCE -I.

build/test/prove/exhaustive%: tests/prove/exhaustive.c $(wildcard tests/prove/*.h vm/interval*.[ch])
	@mkdir -p $(@D)
	$(call quiet,CC,$@)$(SMALL_WORDS) -DBVM_WORD_BITS=$* $(if $(filter 8,$*),-O2,-O0) -o $@ $< -lm

# Nothing but inlining, and what is then local out of memory: that it gets right.
build/test/prove/pairs6: tests/prove/pairs.c $(wildcard tests/prove/*.h vm/interval*.[ch])
	@mkdir -p $(@D)
	$(call quiet,CC,$@)$(SMALL_WORDS) -DBVM_WORD_BITS=6 -O1 -Xclang -disable-llvm-passes -S -emit-llvm -o $@.raw.ll $< && \
		opt -S '-passes=cgscc(inline),function(sroa)' -o $@.ll $@.raw.ll && \
		$(CLANG) -O2 -Xclang -disable-llvm-passes -o $@ $@.ll

build/test/prove/pairs8: tests/prove/pairs.c $(wildcard tests/prove/*.h vm/interval*.[ch])
	@mkdir -p $(@D)
	$(call quiet,CC,$@)$(SMALL_WORDS) -DBVM_WORD_BITS=8 -O2 -o $@ $<

# Everything inlined into loops, and those of vector instructions. Where one is
# not, which takes longer, clang may not fail.
build/test/prove/lanes8: tests/prove/lanes.c $(wildcard tests/prove/*.h vm/interval*.[ch])
	@mkdir -p $(@D)
	$(call quiet,CC,$@)$(SMALL_WORDS) -DBVM_WORD_BITS=8 -O3 -march=native \
		-mllvm -inline-threshold=100000 -Wno-pass-failed -Wno-unused-function -o $@ $<

.SECONDARY:
-include $(shell find build -name '*.d' 2>/dev/null)
