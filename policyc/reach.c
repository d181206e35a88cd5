// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>

#include "input.h"
#include "intern.h"
#include "judge.h"
#include "links.h"
#include "reach.h"
#include "rootfs.h"
#include "show.h"
#include "vm/table.h"
#include "yaml_text.h"

/* A rule that a link passes by. */
struct hole {
	u32 class;
	u32 rule;
	const char *verb;
	const char *name, *target; /* the first that was found */
	u32 more; /* other names */
};

/* What the image says of a verb and a path. */
struct word {
	u32 class;
	u32 rule; /* that denies it, perhaps only under some condition; or 0 */
	bool denied; /* whatever else is so */
};

struct reach {
	struct run *run;
	struct rootfs root;
	struct input input;
	struct intern kinds; /* of a verb and a path, which decide alike */
	struct word *words; /* about each kind */
	struct hole *holes;
	u32 num_holes;
	u32 num_names; /* looked at */
	bool cut; /* there are more than REACH_MAX_NAMES */
};

static const char *const verbs[] = { "exec", "files.read", "files.write" };

static void ask(struct reach *reach, const struct request *request,
		struct arena *arena, struct word *word)
{
	const struct bvm_image *img = reach->input.img;
	const struct judge_case *shown;
	struct judgement judgement;
	u32 rule;

	if (judge_request(arena, img, request, &judgement))
		return;
	word->class = request->class;
	word->denied = judgement.answer == JUDGE_DENY ||
		       judgement.answer == JUDGE_OPEN;
	shown = &judgement.shown;
	if (judgement.answer == JUDGE_OPEN &&
	    !(shown->verdict & BVM_VERDICT_DENY))
		shown = &judgement.other;
	rule = bvm_verdict_rule(shown->verdict);
	if (word->denied && rule && rule <= img->num_rules &&
	    img->rules[rule - 1].kind == BVM_RULE_DENY)
		word->rule = rule;
}

/* A path decides by where it leads in the image's automata, and by nothing else. */
static u32 kind_of(struct reach *reach, struct arena *arena, u32 verb,
		   const char *path)
{
	const struct bvm_image *img = reach->input.img;
	u32 *key = arena_array(arena, img->num_tables + 1, sizeof(*key));
	const size_t len = strlen(path);
	u32 num = 0;

	key[num++] = verb;
	for (u32 i = 0; i < img->num_tables; i++) {
		const struct bvm_table *t = &img->tables[i];

		if (t->kind == BVM_TABLE_DFA)
			key[num++] =
				bvm_dfa_feed(t, bvm_dfa_start(t), path, len);
	}
	return intern_put(&reach->kinds, key, num);
}

/* verb: of verbs. A path that is no request has nothing said of it. */
static struct word word_of(struct reach *reach, struct arena *arena, u32 verb,
			   const char *path)
{
	const char *const words[] = { verbs[verb], path };
	const u32 known = reach->kinds.num;
	struct request_error err;
	struct request request;
	struct word word = { 0 };
	u32 kind;

	if (request_parse_words(arena, words, 2, &request, &err))
		return word;
	kind = kind_of(reach, arena, verb, path);
	if (kind < known)
		return reach->words[kind];
	ask(reach, &request, arena, &word);
	reach->words =
		arena_grow(reach->run->arena, reach->words, kind, sizeof(word));
	return reach->words[kind] = word;
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
	struct hole hole = { 0 };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(verbs); i++) {
		const struct word word = word_of(reach, arena, i, name);

		if (!word.rule || word_of(reach, arena, i, target).denied)
			continue;
		hole.class = word.class;
		hole.rule = word.rule;
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

static const char *join(const struct reach *reach, const char *dir,
			const char *name)
{
	return arena_printf(reach->root.arena, "%s/%s",
			    strcmp(dir, "/") ? dir : "", name);
}

/* More of a directory are not even read: they would have to be kept. */
static u32 num_left(const struct reach *reach)
{
	return reach->cut ? 0 : REACH_MAX_NAMES - reach->num_names;
}

/* Is there room for one more name? */
static bool count(struct reach *reach)
{
	reach->cut |= ++reach->num_names > REACH_MAX_NAMES;
	return !reach->cut;
}

/* All names in a directory that is a link: each leads elsewhere. */
static void look_through(struct reach *reach, const char *dir,
			 const char *target)
{
	struct rootfs_names names;
	const bool whole =
		rootfs_list_some(&reach->root, dir, num_left(reach), &names);
	u32 i;

	for (i = 0; i < names.num && count(reach); i++)
		check_link(reach, join(reach, dir, names.items[i]),
			   join(reach, target, names.items[i]));
	reach->cut |= !whole;
}

static void look_at(struct reach *reach, const char *path)
{
	const char *target = rootfs_resolve(&reach->root, path);

	/* one that leads nowhere, or is none after all */
	if (!target || !strcmp(path, target))
		return;
	check_link(reach, path, target);
	/* no policy is built that denies something below a well-known link */
	if (strcmp(links_follow(reach->root.arena, path), target) &&
	    rootfs_kind(&reach->root, path) == ROOTFS_DIR)
		look_through(reach, path, target);
}

static void look_into(struct reach *reach, const char *dir, u32 depth)
{
	struct rootfs_names links, dirs = { 0 };
	const bool whole = rootfs_list_kinds(&reach->root, dir, num_left(reach),
					     &links, depth ? &dirs : NULL);
	u32 i;

	for (i = 0; i < links.num && count(reach); i++)
		look_at(reach, join(reach, dir, links.items[i]));
	for (i = 0; i < dirs.num && count(reach); i++) {
		const char *path = join(reach, dir, dirs.items[i]);

		if (!is_other(path))
			look_into(reach, path, depth - 1);
	}
	reach->cut |= !whole;
}

/* Whoever made the system chose it: it stays within its line and its place. */
static const char *quote(struct reach *reach, const char *path)
{
	struct arena *arena = reach->run->arena;

	return strpbrk(path, " '") ? yaml_text_quote(arena, path) :
				     yaml_text(arena, path);
}

static void print(struct reach *reach)
{
	u32 i;

	for (i = 0; i < reach->num_holes; i++) {
		const struct hole *hole = &reach->holes[i];
		struct buf rule = BUF_INIT(reach->run->arena);

		show_rule(&rule, reach->input.img, hole->class, hole->rule);
		printf("%s: '%s %s' is not denied, as it leads to %s there",
		       buf_text(&rule), hole->verb, quote(reach, hole->name),
		       quote(reach, hole->target));
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
	intern_init(&reach.kinds, run->arena);
	ret = input_open(run, run->operands[0], &reach.input);
	if (ret)
		return ret;
	ret = rootfs_open(run->arena, run->root, &reach.root);
	if (ret) {
		fprintf(stderr, "policyc: --root %s: %s\n", run->root,
			strerror(-ret));
		return EXIT_MACHINE;
	}
	look_into(&reach, "/", REACH_DEPTH);
	look_into(&reach, "/usr/local", 1);
	print(&reach);
	rootfs_close(&reach.root);
	return reach.num_holes || reach.cut ? EXIT_NO : EXIT_YES;
}
