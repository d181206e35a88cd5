// SPDX-License-Identifier: GPL-2.0-only
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "logread.h"
#include "remedy_parts.h"
#include "text.h"
#include "vm/hooks.h"

#define MAX_DENIALS 4000 /* different ones */
#define THREADS "/proc/self/task/"

struct remedy *remedy_create(void)
{
	return calloc(1, sizeof(struct remedy));
}

void remedy_free(struct remedy *remedy)
{
	size_t i;

	if (!remedy)
		return;
	for (i = 0; i < remedy->num; i++) {
		free(remedy->denials[i].object);
		free(remedy->denials[i].detail);
		free(remedy->denials[i].file);
	}
	free(remedy->denials);
	free(remedy);
}

size_t remedy_num(const struct remedy *remedy)
{
	return remedy->num;
}

static bool is_same(const struct denial *denial, const struct denial *other)
{
	return denial->class == other->class && denial->op == other->op &&
	       denial->rule == other->rule &&
	       !strcmp(denial->reason, other->reason) &&
	       !strcmp(denial->object, other->object) &&
	       !strcmp(denial->detail, other->detail);
}

static bool is_denial(const struct json_t *record)
{
	const char *outcome = logread_string(record, "outcome");

	return !strcmp(outcome, "denied") || !strcmp(outcome, "would-deny");
}

static void add_new(struct remedy *remedy, const struct denial *found)
{
	struct denial *denials, *to;

	if (remedy->num == MAX_DENIALS) {
		remedy->num_left_out++;
		return;
	}
	denials =
		realloc(remedy->denials, (remedy->num + 1) * sizeof(*denials));
	if (!denials)
		return;
	remedy->denials = denials;
	to = &denials[remedy->num];
	*to = *found;
	to->object = strdup(found->object);
	to->detail = strdup(found->detail);
	to->file = strdup(found->file);
	if (to->object && to->detail && to->file) {
		remedy->num++;
		return;
	}
	free(to->object);
	free(to->detail);
	free(to->file);
}

/*
 * The number of a thread is another one the next time: "*", which no name in
 * that directory is, stands for any. Return: object, or buf.
 */
static char *without_thread(const char *object, char *buf, size_t size)
{
	size_t len = strlen(THREADS), digits;

	if (strncmp(object, THREADS, len))
		return (char *)object;
	digits = strspn(object + len, "0123456789");
	if (!digits)
		return (char *)object;
	snprintf(buf, size, "%s*%s", THREADS, object + len + digits);
	return buf;
}

/* Neither is the port of who connects or sends. Return: detail, or buf. */
static char *without_source_port(char *detail, char *buf, size_t size)
{
	const char *from = strstr(detail, REMEDY_SOURCE);
	const char *colon = from ? strrchr(from, ':') : NULL;

	if (!colon)
		return detail;
	snprintf(buf, size, "%.*s:*", (int)(colon - detail), detail);
	return buf;
}

bool remedy_add(struct remedy *remedy, const struct json_t *record)
{
	struct denial found = {
		.object = (char *)logread_string(record, "object"),
		.detail = (char *)logread_string(record, "detail"),
		.file = (char *)logread_string(record, "file"),
		.rule = logread_number(record, "rule"),
		.line = logread_number(record, "line"),
		.count = logread_times(record),
	};
	char object[BVM_MAX_PATH], detail[128];
	size_t i;

	if (!is_denial(record))
		return false;
	found.object = without_thread(found.object, object, sizeof(object));
	found.class = bvm_class_by_name(logread_string(record, "class"));
	if (found.class == BVM_CLASS_NETWORK)
		found.detail = without_source_port(found.detail, detail,
						   sizeof(detail));
	found.op = bvm_op_by_name(found.class, logread_string(record, "op"));
	if (!found.class || found.op < 0)
		return true;
	snprintf(found.reason, sizeof(found.reason), "%s",
		 logread_string(record, "reason"));
	for (i = 0; i < remedy->num; i++) {
		if (is_same(&remedy->denials[i], &found)) {
			remedy->denials[i].count += found.count;
			return true;
		}
	}
	add_new(remedy, &found);
	return true;
}

static int by_count(const void *a, const void *b)
{
	const struct denial *one = *(const struct denial *const *)a;
	const struct denial *other = *(const struct denial *const *)b;

	if (one->count != other->count)
		return one->count < other->count ? 1 : -1;
	return strcmp(one->object, other->object);
}

static void print_count(const struct denial *denial, FILE *out)
{
	fprintf(out, "%6llu x  %s ", denial->count,
		bvm_op_name(denial->class, (u32)denial->op));
	text_put_safe(denial->object, out);
	if (*denial->detail) {
		fputs(" [", out);
		text_put_safe(denial->detail, out);
		fputc(']', out);
	}
	if (denial->rule) {
		fprintf(out, "  (rule %lld, ", denial->rule);
		text_put_safe(denial->file, out);
		fprintf(out, ":%lld)\n", denial->line);
	} else {
		fputs("  (", out);
		text_put_safe(logread_reason(denial->reason), out);
		fputs(")\n", out);
	}
}

/* Owned, num of them, the most frequent first; NULL without memory. */
static const struct denial **sorted(const struct remedy *remedy)
{
	const struct denial **order;
	size_t i;

	order = calloc(remedy->num + 1, sizeof(*order));
	for (i = 0; order && i < remedy->num; i++)
		order[i] = &remedy->denials[i];
	if (order)
		qsort(order, remedy->num, sizeof(*order), by_count);
	return order;
}

void remedy_print_counts(const struct remedy *remedy, FILE *out)
{
	const struct denial **order = sorted(remedy);
	size_t i;

	for (i = 0; order && i < remedy->num; i++)
		print_count(order[i], out);
	free(order);
}

static json_t *utf8_json(const char *bytes)
{
	struct text text = {};
	json_t *string;

	text_add_utf8(&text, bytes);
	string = json_string(text_string(&text));
	text_free(&text);
	return string;
}

static json_t *denial_json(const struct denial *denial)
{
	return json_pack("{s:I, s:s, s:s, s:o, s:o, s:o, s:I, s:o, s:I}",
			 "count", (json_int_t)denial->count, "class",
			 bvm_classes[denial->class].name, "op",
			 bvm_op_name(denial->class, (u32)denial->op), "object",
			 utf8_json(denial->object), "detail",
			 utf8_json(denial->detail), "reason",
			 utf8_json(denial->reason), "rule",
			 (json_int_t)denial->rule, "file",
			 utf8_json(denial->file), "line",
			 (json_int_t)denial->line);
}

json_t *remedy_denials(const struct remedy *remedy,
		       unsigned long long *left_out)
{
	const struct denial **order = sorted(remedy);
	json_t *rows = json_array();
	size_t i;

	*left_out = remedy->num_left_out;
	for (i = 0; order && i < remedy->num; i++)
		json_array_append_new(rows, denial_json(order[i]));
	if (!order) {
		json_decref(rows);
		rows = NULL;
	}
	free(order);
	return rows;
}

/* ---- YAML ---- */

/*
 * A path as a literal glob in double quotes. The glob quotes its specials
 * with a backslash; YAML then wants that one doubled.
 */
void remedy_print_pattern(const char *path, FILE *out)
{
	const unsigned char *at;

	fputc('"', out);
	if (!strncmp(path, THREADS "*", strlen(THREADS "*"))) {
		fputs(THREADS "*", out);
		path += strlen(THREADS "*");
	}
	for (at = (const unsigned char *)path; *at; at++) {
		if (*at == '\\')
			fputs("\\\\\\\\", out);
		else if (strchr("*?[]{}$", *at))
			fprintf(out, "\\\\%c", *at);
		else if (*at == '"')
			fputs("\\\"", out);
		else if (*at < 0x20 || *at == 0x7f)
			fprintf(out, "\\x%02x", *at);
		else if (*at == 0xc2 && at[1] >= 0x80 && at[1] < 0xa0)
			/* C1: YAML wants the number, not the bytes */
			fprintf(out, "\\x%02x", *++at);
		else
			fputc(*at, out);
	}
	fputc('"', out);
}

/* Can the default be what denied it, so that an allow rule helps? */
bool remedy_is_allowable(const struct denial *denial)
{
	return !strcmp(denial->reason, "default") ||
	       !strcmp(denial->reason, "mount-tree") ||
	       !strcmp(denial->reason, "outside-descriptor");
}

/* The operations that one word of a policy stands for: a group's, if any. */
static u64 ops_of_word(u32 class, const char *word)
{
	const struct bvm_class_info *info = &bvm_classes[class];
	int op;
	u32 i;

	for (i = 0; i < info->num_groups; i++)
		if (!strcmp(info->groups[i].name, word))
			return info->groups[i].ops;
	op = bvm_op_by_name(class, word);
	return op < 0 ? 0 : 1ull << op;
}

/* The words of a policy for a set of operations; a group covers its own. */
static void print_ops(u32 class, u64 ops, FILE *out)
{
	const char *sep = "";
	u64 covered = 0;
	int op;

	for (op = 0; op < BVM_MAX_OPS; op++)
		if (ops >> op & 1) /* those that are groups too, first */
			covered |= ops_of_word(class, bvm_op_name(class, op)) &
				   ~(1ull << op);
	fputc('[', out);
	for (op = 0; op < BVM_MAX_OPS; op++) {
		if (!(ops >> op & 1) || covered >> op & 1)
			continue;
		fprintf(out, "%s%s", sep, bvm_op_name(class, (u32)op));
		sep = ", ";
	}
	fputc(']', out);
}

static bool is_path_denial(const struct denial *denial)
{
	return remedy_is_allowable(denial) &&
	       denial->class == BVM_CLASS_FILES && denial->object[0] == '/';
}

/* A rule of its own: the detail is the command, which narrows it. */
static bool is_ioctl(const struct denial *denial)
{
	return is_path_denial(denial) && denial->op == BVM_OP_FILES_IOCTL &&
	       *denial->detail;
}

/* Paths that need the same operations share a rule. */
static void print_paths_of(struct remedy *remedy, u64 ops, FILE *out)
{
	size_t i;

	fputs("  - allow: ", out);
	print_ops(BVM_CLASS_FILES, ops, out);
	fputs("\n    paths:\n", out);
	for (i = 0; i < remedy->num; i++) {
		struct denial *denial = &remedy->denials[i];

		if (denial->done || denial->ops != ops)
			continue;
		fputs("      - ", out);
		remedy_print_pattern(denial->object, out);
		fputc('\n', out);
		denial->done = true;
	}
}

/* The first denial of each path gets the operations of all of them. */
static void gather_paths(struct remedy *remedy)
{
	size_t i, j;

	for (i = 0; i < remedy->num; i++) {
		struct denial *denial = &remedy->denials[i];

		denial->ops = 0;
		denial->done = !is_path_denial(denial) || is_ioctl(denial);
	}
	for (i = 0; i < remedy->num; i++) {
		struct denial *denial = &remedy->denials[i];

		if (denial->done)
			continue;
		for (j = 0; j < i; j++)
			if (remedy->denials[j].ops &&
			    !strcmp(remedy->denials[j].object, denial->object))
				break;
		remedy->denials[j].ops |= 1ull << denial->op;
		denial->done = j != i;
	}
}

/* All commands to a path go into one rule, at the first of them. */
static void print_ioctls(const struct remedy *remedy, FILE *out)
{
	const struct denial *all = remedy->denials;
	size_t i, j;

	for (i = 0; i < remedy->num; i++) {
		const char *sep = "";

		for (j = 0; is_ioctl(&all[i]) && j < i; j++)
			if (is_ioctl(&all[j]) &&
			    !strcmp(all[j].object, all[i].object))
				break;
		if (!is_ioctl(&all[i]) || j < i)
			continue;
		fputs("  - allow: ioctl\n    paths: ", out);
		remedy_print_pattern(all[i].object, out);
		fputs("\n    ioctl: [", out);
		for (; j < remedy->num; j++) {
			if (!is_ioctl(&all[j]) ||
			    strcmp(all[j].object, all[i].object))
				continue;
			fprintf(out, "%s%s", sep, all[j].detail);
			sep = ", ";
		}
		fputs("]\n", out);
	}
}

static void print_kinds(const struct remedy *remedy, FILE *out)
{
	const char *sep = "  - allow: inherit\n    type: [";
	size_t i;

	for (i = 0; i < remedy->num; i++) {
		const struct denial *denial = &remedy->denials[i];

		if (denial->class != BVM_CLASS_FILES ||
		    denial->op != BVM_OP_FILES_INHERIT ||
		    !remedy_is_allowable(denial))
			continue;
		fprintf(out, "%s\"%s\"", sep, denial->object);
		sep = ", ";
	}
	if (*sep == ',')
		fputs("]\n", out);
}

static void print_files(struct remedy *remedy, FILE *out)
{
	size_t i;

	gather_paths(remedy);
	for (i = 0; i < remedy->num; i++)
		if (!remedy->denials[i].done && remedy->denials[i].ops)
			print_paths_of(remedy, remedy->denials[i].ops, out);
	print_ioctls(remedy, out);
	print_kinds(remedy, out);
}

/* Exec, capabilities: a list of the objects themselves. */
static void print_objects(struct remedy *remedy, u32 class, FILE *out)
{
	size_t i, j;

	fputs("  - allow:\n", out);
	for (i = 0; i < remedy->num; i++) {
		const struct denial *denial = &remedy->denials[i];

		if (denial->class != class || !remedy_is_allowable(denial))
			continue;
		for (j = 0; j < i; j++)
			if (remedy->denials[j].class == class &&
			    !strcmp(remedy->denials[j].object, denial->object))
				break;
		if (j < i)
			continue;
		fputs("      - ", out);
		if (class == BVM_CLASS_EXEC)
			remedy_print_pattern(denial->object, out);
		else
			fputs(denial->object, out);
		fputc('\n', out);
	}
}

/* Did an earlier denial lead to the same rule? Names of tasks do not matter. */
static bool is_repeated(const struct remedy *remedy, size_t index)
{
	const struct denial *denial = &remedy->denials[index];
	size_t i;

	for (i = 0; i < index; i++) {
		const struct denial *other = &remedy->denials[i];

		if (other->class == denial->class && other->op == denial->op &&
		    remedy_is_allowable(other) &&
		    !strcmp(other->detail, denial->detail) &&
		    (denial->class == BVM_CLASS_TASKS ||
		     !strcmp(other->object, denial->object)))
			return true;
	}
	return false;
}

/*
 * "term host", "kill /web/base", "self": a signal, if it was one, and who the
 * other task is; of his policies one is enough.
 */
static void print_deed(const struct denial *denial, FILE *out)
{
	const char *peer = denial->detail;
	size_t len;

	fprintf(out, "  - allow: %s\n",
		bvm_op_name(denial->class, (u32)denial->op));
	if (denial->op == BVM_OP_TASKS_SIGNAL) {
		len = strcspn(peer, " ");
		fprintf(out, "    signals: %.*s\n", (int)len, peer);
		peer += len + (peer[len] == ' ');
	}
	peer += *peer == '/';
	if (*peer)
		fprintf(out, "    peer: %.*s\n", (int)strcspn(peer, "/"), peer);
}

static void print_tasks(const struct remedy *remedy, FILE *out)
{
	size_t i;

	for (i = 0; i < remedy->num; i++)
		if (remedy->denials[i].class == BVM_CLASS_TASKS &&
		    remedy_is_allowable(&remedy->denials[i]) &&
		    !is_repeated(remedy, i))
			print_deed(&remedy->denials[i], out);
}

/* Operations whose objects `names` tells apart. */
static bool has_name(const struct denial *denial)
{
	return *denial->object && (denial->op == BVM_OP_KERNEL_MODULE_REQUEST ||
				   denial->op == BVM_OP_KERNEL_KEYRING ||
				   denial->op == BVM_OP_KERNEL_LOCKDOWN);
}

static void print_kernel(const struct remedy *remedy, FILE *out)
{
	size_t i;

	for (i = 0; i < remedy->num; i++) {
		const struct denial *denial = &remedy->denials[i];

		if (denial->class != BVM_CLASS_KERNEL ||
		    !remedy_is_allowable(denial) || is_repeated(remedy, i))
			continue;
		fprintf(out, "  - allow: %s\n",
			bvm_op_name(denial->class, (u32)denial->op));
		if (!has_name(denial))
			continue;
		fputs("    names: ", out);
		remedy_print_pattern(denial->object, out);
		fputc('\n', out);
	}
}

static void print_plain_ops(struct remedy *remedy, u32 class, FILE *out)
{
	u64 ops = 0;
	size_t i;

	for (i = 0; i < remedy->num; i++)
		if (remedy->denials[i].class == class &&
		    remedy_is_allowable(&remedy->denials[i]))
			ops |= 1ull << remedy->denials[i].op;
	fputs("  - allow: ", out);
	print_ops(class, ops, out);
	fputc('\n', out);
}

static bool has_class(const struct remedy *remedy, u32 class)
{
	size_t i;

	for (i = 0; i < remedy->num; i++)
		if (remedy->denials[i].class == class &&
		    remedy_is_allowable(&remedy->denials[i]))
			return true;
	return false;
}

static void print_class(struct remedy *remedy, u32 class, FILE *out)
{
	fprintf(out, "%s:\n", bvm_classes[class].name);
	switch (class) {
	case BVM_CLASS_FILES:
		print_files(remedy, out);
		break;
	case BVM_CLASS_EXEC:
	case BVM_CLASS_CAPABILITIES:
		print_objects(remedy, class, out);
		break;
	case BVM_CLASS_NETWORK:
		remedy_print_network(remedy, out);
		break;
	case BVM_CLASS_TASKS:
		print_tasks(remedy, out);
		break;
	case BVM_CLASS_KERNEL:
		print_kernel(remedy, out);
		break;
	default:
		print_plain_ops(remedy, class, out);
	}
}

/* What an allow rule cannot help. */
static void print_others(const struct remedy *remedy, FILE *out)
{
	size_t i;

	for (i = 0; i < remedy->num; i++) {
		const struct denial *denial = &remedy->denials[i];

		if (remedy_is_allowable(denial))
			continue;
		fprintf(out, "# %s ",
			bvm_op_name(denial->class, (u32)denial->op));
		remedy_print_pattern(denial->object, out);
		if (denial->rule) {
			fputs(": denied by the rule at ", out);
			text_put_safe(denial->file, out);
			fprintf(out,
				":%lld; give that rule an `except`, or "
				"remove it\n",
				denial->line);
		} else if (!strcmp(denial->reason, "widens")) {
			fputs(": both names must give the same rights\n", out);
		} else {
			fputs(": ", out);
			text_put_safe(logread_reason(denial->reason), out);
			fputs("; no rule can allow that\n", out);
		}
	}
}

void remedy_print_yaml(struct remedy *remedy, FILE *out)
{
	u32 class;

	for (class = 1; class < BVM_NUM_CLASSES; class ++)
		if (has_class(remedy, class))
			print_class(remedy, class, out);
	print_others(remedy, out);
	if (remedy->num_left_out)
		fprintf(out, "# %llu more denials are left out\n",
			remedy->num_left_out);
}
