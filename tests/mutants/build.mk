# SPDX-License-Identifier: GPL-2.0-only
#
# usage: make -f tests/mutants/build.mk TIER=fast|san
#
# The tests of vm/, linked with vm/ as a shared library: a mutant is one object
# compiled and one library linked, and no test needs to be linked again. `fast`
# is without sanitizers; `san` is for the mutants that `fast` does not kill.
TIER ?= fast
CC   ?= gcc
CLANG ?= clang

OUT = build/mutants/$(TIER)

CFLAGS_fast = -O1 -DBVM_TEST_BUILD
CFLAGS_san  = -O1 -fno-omit-frame-pointer -fsanitize=address,undefined \
	      -fno-sanitize-recover=all -DBVM_TEST_BUILD
# -w: a mutant may leave a variable unused; that is no reason to refuse it.
COMPILE = $(CC) -std=gnu11 -w -fPIC -D_GNU_SOURCE $(CFLAGS_$(TIER))

POLICYC_fast = build/libpolicyc.a
POLICYC_san  = build/san/libpolicyc.a
# The first failed assertion ends a test: the mutant is then dead.
LINK_TEST = $(CC) $(CFLAGS_$(TIER)) -Wl,--wrap=_ck_assert_failed
TEST_LIBS = $(OUT)/libtest.a $(POLICYC_$(TIER))
SYSTEM_LIBS = -Wl,--as-needed -lm -lyaml -lcrypto -ljansson -lseccomp \
	      $(shell pkg-config --libs check)

# Whatever looks at vm/ and not at the daemon, nor has the linker put something in
# place of another, but for tests that take long and
# are about policyc: of vm/ they see what the others see, and later. Sanitizers
# are for memory and for what C leaves undefined: random values need them not.
SLOW_fast = image_out fsm passes asked space validate validate_rules witness
SLOW_san  = $(SLOW_fast) oracle interval lower table_keys verify_dynamic
TESTS := $(shell grep -lE '^.include "(vm/|tests/lib/bvm)' tests/unit/*_test.c | \
	   xargs grep -LE '^.include "(daemon/|tests/lib/(daemon|ctl)_fixture)|__wrap_')
TESTS := $(filter-out $(SLOW_$(TIER):%=tests/unit/%_test.c),$(TESTS))
VM    := $(wildcard vm/*.c)
LIB   := $(filter-out $(shell grep -lE '^.include "daemon/' tests/lib/*.[ch] | \
	   sed 's/h$$/c/'),$(wildcard tests/lib/*.c)) \
	 $(wildcard tests/oracle/*.c) tests/mutants/stop.c

# The value domain at 4 bits, as the Makefile has it: gcc knows no such words.
COMPILE_4BITS = $(CLANG) -std=gnu11 -w -D_GNU_SOURCE -O0 -DBVM_WORD_BITS=4

PROGRAMS := $(TESTS:tests/unit/%.c=$(OUT)/%) $(if $(filter fast,$(TIER)),$(OUT)/exhaustive4)

.PHONY: all
all: $(OUT)/libbvm.so $(PROGRAMS)

# What run.sh does again for a mutant, in the same words.
.PHONY: words
words:
	@echo "compile='$(COMPILE)'"
	@echo "compile_4bits='$(COMPILE_4BITS)'"
	@echo "share='$(CC) -shared $(CFLAGS_$(TIER))'"
	@echo "link_test='$(LINK_TEST)'"
	@echo "test_libs='$(TEST_LIBS)'"
	@echo "system_libs='$(SYSTEM_LIBS)'"
	@echo "programs='$(notdir $(PROGRAMS))'"

$(OUT)/%.o: %.c
	@mkdir -p $(@D)
	$(COMPILE) -MMD -MP -I. -c -o $@ $<

$(OUT)/tests/unit/exhaustive4.o: tests/prove/exhaustive.c
	@mkdir -p $(@D)
	$(COMPILE_4BITS) -MMD -MP -I. -c -o $@ $<

$(OUT)/libbvm.so: $(VM:%.c=$(OUT)/%.o)
	$(CC) -shared $(CFLAGS_$(TIER)) -o $@ $^

$(OUT)/libtest.a: $(LIB:%.c=$(OUT)/%.o)
	rm -f $@ && $(AR) rcs $@ $^

$(OUT)/%: $(OUT)/tests/unit/%.o $(TEST_LIBS) $(OUT)/libbvm.so
	$(LINK_TEST) -o $@ $(OUT)/tests/unit/$*.o $(TEST_LIBS) -L$(OUT) -lbvm $(SYSTEM_LIBS)

.SECONDARY:
-include $(shell find $(OUT) -name '*.d' 2>/dev/null)
