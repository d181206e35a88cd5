// SPDX-License-Identifier: GPL-2.0-only
#include "attribution.h"
#include "claim.h"
#include "command.h"
#include "deps.h"
#include "image_out.h"
#include "lint.h"
#include "output.h"
#include "rootfs.h"
#include "source.h"
#include "test.h"

/* A policy as the kernel will see it. */
struct built {
	const struct ast_policy *policy;
	struct buf bytes;
	struct bvm_image img;
};

static bool build(struct run *run, const char *path, struct built *built)
{
	struct bvm_error err;

	built->policy = parse_policy(run->arena, run->diag, &run->parse, path);
	built->bytes = (struct buf)BUF_INIT(run->arena);
	if (!built->policy)
		return false;
	if (image_build(run->arena, run->diag, built->policy, &built->bytes)) {
		claim_check_requests(run->arena, run->diag, built->policy);
		return false;
	}
	return !image_load(run->arena, built->bytes.data, built->bytes.len,
			   &built->img, &err);
}

/* Why nothing was built. */
static int failure(const struct run *run)
{
	return diag_has_bug(run->diag) ? EXIT_BUG : EXIT_BAD;
}

static const char *plural(u32 num)
{
	return num == 1 ? "" : "s";
}

static void print_checked(const struct run *run, const char *path,
			  const struct ast_policy *policy)
{
	if (run->json)
		return;
	printf("%s: policy %s: %u rule%s from %u file%s, %u test%s, "
	       "%u proof%s: ok\n",
	       path, policy->name, policy->num_rules, plural(policy->num_rules),
	       policy->num_sources, plural(policy->num_sources),
	       policy->num_tests, plural(policy->num_tests), policy->num_claims,
	       plural(policy->num_claims));
}

/* A policy that is not what its author says it is goes nowhere. */
static u32 test_and_prove(struct run *run, const struct built *built)
{
	u32 failed = test_policy(run->arena, run->diag, built->policy,
				 &built->img, NULL);

	return failed +
	       claim_policy(run->arena, run->diag, built->policy, &built->img);
}

/* The system of --root may have no link where others have one. */
static int with_root(struct run *run, int (*command)(struct run *run))
{
	struct rootfs root;
	int err, code;

	if (!run->root)
		return command(run);
	err = rootfs_open(run->arena, run->root, &root);
	if (err) {
		fprintf(stderr, "policyc: --root %s: %s\n", run->root,
			strerror(-err));
		return EXIT_MACHINE;
	}
	run->parse.root = &root;
	code = command(run);
	run->parse.root = NULL;
	rootfs_close(&root);
	return code;
}

static int check_all(struct run *run)
{
	int code = EXIT_YES;
	int i;

	for (i = 0; i < run->num_operands; i++) {
		const char *path = run->operands[i];
		struct built *built = arena_alloc(run->arena, sizeof(*built));

		if (!build(run, path, built)) {
			code = failure(run);
			continue;
		}
		lint_policy(run->arena, run->diag, built->policy, &built->img);
		if (!test_and_prove(run, built))
			print_checked(run, path, built->policy);
		else if (code == EXIT_YES)
			code = EXIT_NO;
	}
	return code;
}

int command_check(struct run *run)
{
	return with_root(run, check_all);
}

/* ---- build ---- */

static void print_program(const struct bvm_image *img, u32 class)
{
	const struct bvm_program_header *header = img->programs[class].header;

	if (header)
		printf("  %-14s %4u instructions, at most %u run, "
		       "%llu table steps\n",
		       bvm_classes[class].name, header->num_insns,
		       header->max_insns,
		       (unsigned long long)header->max_steps);
}

static void print_built(const struct built *built, const char *out)
{
	const struct bvm_image *img = &built->img;
	u32 states = 0;
	u32 i;

	for (i = 0; i < img->num_tables; i++)
		if (img->tables[i].kind == BVM_TABLE_DFA)
			states += img->tables[i].count;
	printf("%s: policy %s: %u rule%s, %u states, %zu bytes\n", out,
	       img->name, img->num_rules, plural(img->num_rules), states,
	       built->bytes.len);
	for (i = 1; i < BVM_NUM_CLASSES; i++)
		print_program(img, i);
}

/* The rest says what things are called: places of rules, messages, names. */
static size_t bytes_that_decide(const struct bvm_image *img)
{
	const struct bvm_section *section = (const void *)(img->header + 1);
	const u32 num = img->header->num_sections;
	size_t sum = sizeof(*img->header) + num * sizeof(*section);

	for (u32 i = 0; i < num; i++)
		if (section[i].type == BVM_SECTION_TABLE ||
		    section[i].type == BVM_SECTION_PROGRAM ||
		    section[i].type == BVM_SECTION_RIGHTS ||
		    section[i].type == BVM_SECTION_START ||
		    section[i].type == BVM_SECTION_SYSCALLS)
			sum += section[i].len;
	return sum;
}

/* The policy has been built, so lowering it again finds nothing new. */
static void print_stats(const struct run *run, const struct built *built)
{
	struct lowered *lowered = arena_alloc(run->arena, sizeof(*lowered));
	const struct bvm_image *img = &built->img;
	u32 i;

	for (i = 0; i < img->num_tables; i++) {
		const struct bvm_table *t = &img->tables[i];

		if (t->kind == BVM_TABLE_DFA || t->kind == BVM_TABLE_ARGV)
			printf("  automaton %u: %u classes, %u states, %u cells, "
			       "%u bytes of tails: %zu bytes\n",
			       i, t->dfa.head->num_classes, t->count, t->aux,
			       t->dfa.head->tail_len,
			       sizeof(*t->dfa.head) +
				       t->count * sizeof(*t->dfa.states) +
				       t->aux * sizeof(*t->dfa.cells) +
				       t->dfa.head->tail_len);
	}
	printf("  decides: %zu of %zu bytes; the rest is places of rules, "
	       "messages and names\n",
	       bytes_that_decide(img), built->bytes.len);
	if (lowering_run(run->arena, run->diag, built->policy, lowered) ||
	    !lowered->has_paths)
		return;
	printf("  paths: %u states with those of tails, %u if verdicts did not "
	       "name their rule\n",
	       lowered->fsm.num_states,
	       attribution_states_without(run->arena, lowered));
}

static int cannot_write(const char *path, int err)
{
	fprintf(stderr, "policyc: cannot write %s: %s\n", path, strerror(-err));
	return EXIT_MACHINE;
}

static int build_one(struct run *run)
{
	struct built *built = arena_alloc(run->arena, sizeof(*built));
	struct buf deps = BUF_INIT(run->arena);
	const char *out = run->out;
	int err = 0;

	run->parse.deps = run->deps ? &deps : NULL;
	run->parse.labels = true;
	if (!build(run, run->operands[0], built))
		return failure(run);
	if (test_and_prove(run, built))
		return EXIT_NO;
	if (!out)
		out = arena_printf(run->arena, "%s.img", built->policy->name);
	if (!run->dry)
		err = output_write(run->arena, out, &built->bytes);
	if (err)
		return cannot_write(out, err);
	if (run->deps)
		err = deps_write(&deps, run->deps);
	if (err)
		return cannot_write(run->deps, err);
	if (!run->json && strcmp(out, "-"))
		print_built(built, run->dry ? run->operands[0] : out);
	if (!run->json && strcmp(out, "-") && run->stats)
		print_stats(run, built);
	return EXIT_YES;
}

int command_build(struct run *run)
{
	return with_root(run, build_one);
}
