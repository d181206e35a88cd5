// SPDX-License-Identifier: GPL-2.0-only
/*
 * fake_ubpf.c - what looks like uBPF, and is our own interpreter
 *
 * For selftest.sh: FAKE_WRONG gives other results, FAKE_SHORT lacks a function,
 * FAKE_PICKY takes no program.
 */
#include <stdlib.h>

#include "vm/exec.h"
#include "vm/helpers.h"

struct vm {
	struct bvm_insn *insns;
	u32 num_insns;
};

/* vm/exec.c has them of others; the programs of a bench use neither. */
const struct bvm_class_info bvm_classes[BVM_NUM_CLASSES];

u64 bvm_call_helper(u32 num, u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	(void)num, (void)r1, (void)r2, (void)r3, (void)r4, (void)r5;
	abort();
}

void *ubpf_create(void);
void ubpf_destroy(struct vm *vm);
int ubpf_load(struct vm *vm, const void *code, u32 len, char **message);
int ubpf_exec(struct vm *vm, void *mem, size_t len, u64 *result);

void *ubpf_create(void)
{
	return calloc(1, sizeof(struct vm));
}

void ubpf_destroy(struct vm *vm)
{
	free(vm->insns);
	free(vm);
}

int ubpf_load(struct vm *vm, const void *code, u32 len, char **message)
{
#ifdef FAKE_PICKY
	*message = strdup("the fake takes none");
	return -1;
#endif
	*message = NULL;
	vm->insns = malloc(len);
	vm->num_insns = len / (u32)sizeof(*vm->insns);
	if (!vm->insns)
		return -1;
	memcpy(vm->insns, code, len);
	return 0;
}

#ifndef FAKE_SHORT
int ubpf_exec(struct vm *vm, void *mem, size_t len, u64 *result)
{
	*result = bvm_exec(vm->insns, vm->num_insns, mem, len);
#ifdef FAKE_WRONG
	++*result;
#endif
	return 0;
}
#endif
