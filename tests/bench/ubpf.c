// SPDX-License-Identifier: GPL-2.0-only
/*
 * ubpf.c - the interpreter of a uBPF that the user has, to compare with
 *
 * The four functions are declared here, as <ubpf.h> has them since 2021, so
 * that nothing of uBPF is needed to build this.
 */
#include <dlfcn.h>
#include <stdlib.h>

#include "ubpf.h"

struct ubpf {
	void *library;
	void *vm; /* NULL: no program yet */
	void *(*create)(void);
	void (*destroy)(void *vm);
	int (*load)(void *vm, const void *code, u32 len, char **message);
	int (*exec)(void *vm, void *mem, size_t len, u64 *result);
};

static void *find(struct ubpf *ubpf, const char *name)
{
	void *symbol = dlsym(ubpf->library, name);

	if (!symbol)
		fprintf(stderr, "ubpf: the library has no %s\n", name);
	return symbol;
}

struct ubpf *ubpf_open(const char *path)
{
	struct ubpf *ubpf = calloc(1, sizeof(*ubpf));

	if (!ubpf)
		return NULL;
	ubpf->library = dlopen(path, RTLD_NOW);
	if (!ubpf->library) {
		fprintf(stderr, "ubpf: %s\n", dlerror());
		free(ubpf);
		return NULL;
	}
	ubpf->create = find(ubpf, "ubpf_create");
	ubpf->destroy = find(ubpf, "ubpf_destroy");
	ubpf->load = find(ubpf, "ubpf_load");
	ubpf->exec = find(ubpf, "ubpf_exec");
	if (ubpf->create && ubpf->destroy && ubpf->load && ubpf->exec)
		return ubpf;
	ubpf_close(ubpf);
	return NULL;
}

void ubpf_close(struct ubpf *ubpf)
{
	if (!ubpf)
		return;
	if (ubpf->vm)
		ubpf->destroy(ubpf->vm);
	dlclose(ubpf->library);
	free(ubpf);
}

int ubpf_set(struct ubpf *ubpf, const struct bvm_insn *insns, u32 num_insns)
{
	char *message = NULL;

	if (ubpf->vm)
		ubpf->destroy(ubpf->vm);
	ubpf->vm = ubpf->create();
	if (ubpf->vm && !ubpf->load(ubpf->vm, insns,
				    num_insns * (u32)sizeof(*insns), &message))
		return 0;
	fprintf(stderr, "ubpf: %s\n", message ? message : "no memory");
	free(message);
	return -EINVAL;
}

u64 ubpf_run(struct ubpf *ubpf, void *ctx, size_t ctx_len)
{
	u64 result = 0;

	if (ubpf->exec(ubpf->vm, ctx, ctx_len, &result)) {
		fprintf(stderr, "ubpf: a run failed\n");
		exit(1);
	}
	return result;
}
