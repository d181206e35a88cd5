// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>

#include "input.h"
#include "judge.h"
#include "reach.h"
#include "rootfs.h"
#include "show.h"

/* A rule that a link passes by. */
struct hole {
	u32 class;
	u32 rule;
	const char *verb;
	const char *name, *target; /* the first that was found */
	u32 more; /* other names */
};

struct reach {
	struct run *run;
	struct rootfs root;
	struct input input;
	struct hole *holes;
	u32 num_holes;
	u32 num_names; /* looked at */
	bool cut; /* there are more than REACH_MAX_NAMES */
};

static const char *const verbs[] = { "exec", "files.read", "files.write" };

/*
 * What the image says of verb and path: a rule that denies it, perhaps only
 * under some condition; 0: none does. denied: whatever else is so.
 */
static u32 rule_of(struct reach *reach, struct arena *arena, const char *verb,
		   const char *path, u32 *class, bool *denied)
{
	const char *const words[] = { verb, path };
	const struct bvm_image *img = reach->input.img;
	const struct judge_case *shown;
	struct judgement judgement;
	struct request_error err;
	struct request request;
	u32 rule;

	*denied = false;
	if (request_parse_words(arena, words, 2, &request, &err) ||
	    judge_request(arena, img, &request, &judgement))
		return 0;
	*class = request.class;
	*denied = judgement.answer == JUDGE_DENY ||
		  judgement.answer == JUDGE_OPEN;
	shown = &judgement.shown;
	if (judgement.answer == JUDGE_OPEN &&
	    !(shown->verdict & BVM_VERDICT_DENY))
		shown = &judgement.other;
	rule = bvm_verdict_rule(shown->verdict);
	return *denied && rule && rule <= img->num_rules &&
			       img->rules[rule - 1].kind == BVM_RULE_DENY ?
		       rule :
		       0;
}

static void add_hole(struct reach *reach, const struct hole *hole)
{
	u32 i;

	for (i = 0; i < reach->num_holes; i++)
		if (reach->holes[i].rule == hole->rule) {
			reach->holes[i].more++;
			return;
		}
	reach->holes = arena_grow(reach->run->arena, reach->holes,
				  reach->num_holes, sizeof(*hole));
	reach->holes[reach->num_holes++] = *hole;
}

/* One name that leads to another. */
static void check_link(struct reach *reach, const char *name,
		       const char *target)
{
	struct arena *arena = arena_create();
	struct hole hole = { .target = target };
	bool denied;
	size_t i;
	u32 other;

	for (i = 0; i < ARRAY_SIZE(verbs); i++) {
		hole.rule = rule_of(reach, arena, verbs[i], name, &hole.class,
				    &denied);
		if (!hole.rule)
			continue;
		(void)rule_of(reach, arena, verbs[i], target, &other, &denied);
		if (denied)
			continue;
		hole.verb = verbs[i];
		hole.name = arena_strdup(reach->run->arena, name);
		hole.target = arena_strdup(reach->run->arena, target);
		add_hole(reach, &hole);
	}
	arena_free(arena);
}

/* These are not the system's, and have no end. */
static bool is_other(const char *path)
{
	return !strcmp(path, "/proc") || !strcmp(path, "/sys") ||
	       !strcmp(path, "/dev");
}

/* What is in dir; linked: dir is where a link leads, by the name of it. */
static void look_into(struct reach *reach, const char *dir, bool linked,
		      u32 depth)
{
	const struct rootfs_names names = rootfs_list(&reach->root, dir);
	u32 i;

	for (i = 0; i < names.num && !reach->cut; i++) {
		const char *path = arena_printf(reach->root.arena, "%s/%s",
						strcmp(dir, "/") ? dir : "",
						names.items[i]);
		const char *target;

		if (is_other(path))
			continue;
		if (++reach->num_names > REACH_MAX_NAMES) {
			reach->cut = true;
			break;
		}
		target = rootfs_resolve(&reach->root, path);
		if (!target) /* it leads nowhere */
			continue;
		if (strcmp(path, target))
			check_link(reach, path, target);
		/* a link within one may lead in a circle */
		if (depth && !(linked && strcmp(path, target)) &&
		    rootfs_kind(&reach->root, path) == ROOTFS_DIR)
			look_into(reach, path, linked || strcmp(path, target),
				  depth - 1);
	}
}

static void print(struct reach *reach)
{
	u32 i;

	for (i = 0; i < reach->num_holes; i++) {
		const struct hole *hole = &reach->holes[i];
		struct buf rule = BUF_INIT(reach->run->arena);

		show_rule(&rule, reach->input.img, hole->class, hole->rule);
		printf("%s: '%s %s' is not denied, as it leads to %s there",
		       buf_text(&rule), hole->verb, hole->name, hole->target);
		if (hole->more)
			printf(" (and %u more)", hole->more);
		putchar('\n');
	}
	if (reach->cut)
		printf("more than %d names: the rest was not looked at\n",
		       REACH_MAX_NAMES);
}

int command_reach(struct run *run)
{
	struct reach reach = { .run = run };
	int ret;

	if (!run->root) {
		fputs("policyc: reach needs --root DIR\n", stderr);
		return EXIT_BAD;
	}
	ret = input_open(run, run->operands[0], &reach.input);
	if (ret)
		return ret;
	ret = rootfs_open(run->arena, run->root, &reach.root);
	if (ret) {
		fprintf(stderr, "policyc: --root %s: %s\n", run->root,
			strerror(-ret));
		return EXIT_MACHINE;
	}
	look_into(&reach, "/", false, REACH_MAX_DEPTH);
	print(&reach);
	rootfs_close(&reach.root);
	return reach.num_holes || reach.cut ? EXIT_NO : EXIT_YES;
}
