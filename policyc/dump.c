// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>

#include "asm_command.h"
#include "dump.h"
#include "dump_json.h"
#include "input.h"
#include "keytable.h"
#include "prove.h"
#include "show.h"
#include "vm/disasm.h"
#include "vm/helpers.h"
#include "vm/insn.h"

/* Text from an image, with what a terminal might obey as '?'. */
static void print_text(const char *text)
{
	for (; *text; text++)
		putchar(iscntrl((u8)*text) ? '?' : *text);
}

static void print_classes(const char *what, u32 classes)
{
	if (!classes)
		return;
	printf("%s", what);
	for (u32 class = 1; class < BVM_NUM_CLASSES; class ++)
		if (classes >> class & 1)
			printf(" %s", bvm_classes[class].name);
	printf("\n");
}

static void dump_header(const struct bvm_image *img)
{
	const struct bvm_image_header *h = img->header;
	const struct bvm_meta *meta = img->meta;

	printf("policy %s\n", img->name);
	if (*bvm_image_string(img, meta->description)) {
		printf("description ");
		print_text(bvm_image_string(img, meta->description));
		printf("\n");
	}
	printf("version %u, language %u, %u bytes, %u sections\nsource ",
	       h->version, h->language, h->len, h->num_sections);
	for (u32 i = 0; i < sizeof(h->source_digest); i++)
		printf("%02x", h->source_digest[i]);
	printf("\n");
	if (meta->flags & BVM_META_PATH_RULES)
		printf("has path rules\n");
	if (meta->flags & BVM_META_ENTER_SELF)
		printf("may be entered by anybody with no_new_privs\n");
	if (meta->flags & BVM_META_INSTANCE)
		printf("made for one container: it selects no other\n");
	if (meta->num_slots)
		printf("keeps %u slots for a container\n", meta->num_slots);
	if (meta->budget_insns)
		printf("budget: %u instructions\n", meta->budget_insns);
	if (meta->budget_steps)
		printf("budget: %u table steps\n", meta->budget_steps);
	if (img->start)
		printf("waits for an exec that table %u accepts, at most %u seconds\n",
		       img->start->dfa, img->start->timeout_s);
	if (img->syscalls)
		printf("system calls: a filter of %u instructions%s\n",
		       img->syscalls->num_insns,
		       img->syscalls->flags & BVM_SYSCALLS_RUNTIME ?
			       ", installed by the runtime" :
			       "");
	print_classes("audit mode:", meta->audit_classes);
	print_classes("may go unmediated:", meta->unmediated);
}

const char *dump_table_kind(u32 kind)
{
	static const char *const kinds[BVM_NUM_TABLE_KINDS] = {
#define BVM_TABLE(num, KIND, kind, units) [num] = #kind,
#include "vm/tables.def"
#undef BVM_TABLE
	};

	return kind < ARRAY_SIZE(kinds) && kinds[kind] ? kinds[kind] : "table";
}

static void dump_tables(const struct bvm_image *img)
{
	static const char *const units[BVM_NUM_TABLE_KINDS] = {
#define BVM_TABLE(num, KIND, kind, units) [num] = units,
#include "vm/tables.def"
#undef BVM_TABLE
	};

	printf("\n");
	for (u32 i = 0; i < img->num_tables; i++) {
		const struct bvm_table *t = &img->tables[i];

		printf("table %u: %s, %u %s", i, dump_table_kind(t->kind),
		       t->count, units[t->kind]);
		if (t->kind == BVM_TABLE_DFA || t->kind == BVM_TABLE_ARGV)
			printf(", %u cells, %u bytes of tails, %u classes, %u rows",
			       t->aux, t->dfa.head->tail_len,
			       t->dfa.head->num_classes, t->dfa.num_rows);
		if (t->kind == BVM_TABLE_LISTS)
			printf(", %u entries", t->aux);
		if (t->kind == BVM_TABLE_LPM || t->kind == BVM_TABLE_PRODUCT)
			printf(", %u values", t->aux);
		if (t->key_len)
			printf(", keys of %u bytes", t->key_len);
		printf(", at most %u steps%s\n", t->max_steps,
		       i == img->rights_dfa ? ", the paths" : "");
	}
}

static void dump_list(struct arena *arena, const struct bvm_image *img,
		      u32 class, const struct bvm_table *t, u32 list)
{
	for (u32 i = t->lists.first[list]; i < t->lists.first[list + 1]; i++) {
		const struct bvm_decision *d = &t->lists.entries[i];
		struct buf buf = BUF_INIT(arena);

		show_verdict(&buf, img, class, d->verdict);
		printf("  %6u %016llx  ", list, (unsigned long long)d->need);
		print_text(buf_text(&buf));
		printf("\n");
	}
}

/* Keys that are verdicts stand for lists of one entry: each once. */
static void dump_verdicts(struct arena *arena, const struct bvm_image *img,
			  u32 class, const struct bvm_table *keys)
{
	struct intern seen;

	intern_init(&seen, arena);
	for (u32 i = 0; i < keys->count; i++) {
		const u32 key = keys->elements[i], known = seen.num;
		struct buf buf = BUF_INIT(arena);

		if (!(key & KEYTABLE_VERDICT) ||
		    intern_put(&seen, &key, 1) != known)
			continue;
		show_verdict(&buf, img, class, key & ~KEYTABLE_VERDICT);
		printf("     key                   ");
		print_text(buf_text(&buf));
		printf("\n");
	}
}

/* Lists belong to the class whose program was given their table. */
static void dump_lists(struct arena *arena, const struct bvm_image *img,
		       u32 class, u32 table)
{
	const struct bvm_table *t = &img->tables[table];

	printf("  list   needs             verdict\n");
	for (u32 list = 0; list < t->count; list++)
		dump_list(arena, img, class, t, list);
}

static void dump_program(struct arena *arena, const struct bvm_image *img,
			 u32 class)
{
	const struct bvm_program *p = &img->programs[class];
	u32 table = 0, array = 0;
	bool verdicts = false;
	u32 pc = 0;
	char text[128];

	printf("\nprogram %s: %u instructions, at most %u run, %u calls, "
	       "%llu table steps, %u bytes of stack\n",
	       bvm_classes[class].name, p->header->num_insns,
	       p->header->max_insns, p->header->max_calls,
	       (unsigned long long)p->header->max_steps,
	       p->header->stack_bytes);
	while (pc < p->header->num_insns) {
		u32 at = pc;

		if (p->insns[pc].code == BVM_MOV64_K && p->insns[pc].dst == 2)
			table = p->insns[pc].imm;
		if (p->insns[pc].code == BVM_CALL &&
		    p->insns[pc].imm == BVM_HELPER_ARRAY)
			array = table;
		verdicts |= p->insns[pc].code == BVM_JSET32_K &&
			    !p->insns[pc].dst &&
			    p->insns[pc].imm == KEYTABLE_VERDICT;
		pc += bvm_disasm(p->insns, p->header->num_insns, pc, text,
				 sizeof(text));
		printf("  %4u  %s\n", at, text);
	}
	if (table < img->num_tables &&
	    img->tables[table].kind == BVM_TABLE_LISTS)
		dump_lists(arena, img, class, table);
	if (verdicts && array < img->num_tables &&
	    img->tables[array].kind == BVM_TABLE_ARRAY)
		dump_verdicts(arena, img, class, &img->tables[array]);
}

static void dump_rules(struct arena *arena, const struct bvm_image *img)
{
	printf("\n");
	for (u32 i = 0; i < img->num_rules; i++) {
		const struct bvm_rule *rule = &img->rules[i];
		struct buf buf = BUF_INIT(arena);

		show_ops(&buf, rule->class, rule->ops);
		printf("rule %u: ", i + 1);
		print_text(bvm_image_string(img, rule->file));
		printf(":%u: %s %s: %s", rule->line, show_rule_kind(rule->kind),
		       bvm_classes[rule->class].name, buf_text(&buf));
		if (*bvm_image_string(img, rule->message)) {
			printf("; ");
			print_text(bvm_image_string(img, rule->message));
		}
		printf("\n");
	}
}

static void dump_pairs(struct arena *arena, const char *what,
		       const struct bvm_rights *rights, u32 num)
{
	printf("\n%-8s may; must\n", what);
	for (u32 i = 0; i < num; i++) {
		struct buf buf = BUF_INIT(arena);

		show_rights(&buf, rights[i].may);
		buf_printf(&buf, "; ");
		show_rights(&buf, rights[i].must);
		printf("%-8u %s\n", i, buf_text(&buf));
	}
}

static void dump_rights(struct arena *arena, const struct bvm_image *img)
{
	if (!img->rights)
		return;
	dump_pairs(arena, "row", img->rights, img->num_rights);
	dump_pairs(arena, "closure", img->closures, img->num_closures);
}

const char *dump_selector_kind(u32 kind)
{
	static const char *const kinds[] = {
		[BVM_SELECT_IMAGE] = "image",
		[BVM_SELECT_NAME] = "name",
		[BVM_SELECT_LABEL] = "label",
		[BVM_SELECT_ANNOTATION] = "annotation",
		[BVM_SELECT_UNIT] = "unit",
		[BVM_SELECT_CGROUP] = "cgroup",
	};

	return kind < ARRAY_SIZE(kinds) && kinds[kind] ? kinds[kind] : "other";
}

static void dump_selectors(const struct bvm_image *img)
{
	for (u32 i = 0; i < img->num_selectors; i++) {
		const struct bvm_selector *s = &img->selectors[i];

		printf("%s%s ", i ? "" : "\n", dump_selector_kind(s->kind));
		print_text(bvm_image_string(img, s->key));
		printf("%s", *bvm_image_string(img, s->key) ? "=" : "");
		print_text(bvm_image_string(img, s->value));
		printf("\n");
	}
}

/* The verifier at work on every program, and the first one it refuses. */
static int dump_log(struct run *run, const struct bvm_image *img)
{
	int code = EXIT_YES;
	u32 num = 0;

	for (u32 class = 1; class < BVM_NUM_CLASSES && !code; class ++) {
		const struct bvm_program *p = &img->programs[class];
		struct prove prove = { .run = run, .image = img };

		if (!p->header)
			continue;
		if (run->json)
			printf("%s", num++ ? "," : "[");
		else
			printf("\nprogram %s\n", bvm_classes[class].name);
		prove.insns = p->insns;
		prove.num_insns = p->header->num_insns;
		prove_set_class(&prove, class);
		code = prove_program(&prove);
	}
	if (run->json)
		printf("%s]\n", num ? "" : "[");
	return code;
}

static int dump_as_json(struct run *run, const struct bvm_image *img)
{
	struct buf out = BUF_INIT(run->arena);

	dump_json(&out, img);
	fputs(buf_text(&out), stdout);
	return EXIT_YES;
}

int command_dump(struct run *run)
{
	struct input input;
	int code;

	if (run->raw)
		return asm_dump_raw(run);
	code = input_open(run, run->operands[0], &input);
	if (code)
		return code;
	if (run->json && !run->log)
		return dump_as_json(run, input.img);
	if (!run->json)
		dump_header(input.img);
	if (run->log)
		return dump_log(run, input.img);
	dump_selectors(input.img);
	dump_tables(input.img);
	for (u32 class = 1; class < BVM_NUM_CLASSES; class ++)
		if (input.img->programs[class].header)
			dump_program(run->arena, input.img, class);
	dump_rules(run->arena, input.img);
	dump_rights(run->arena, input.img);
	return EXIT_YES;
}
