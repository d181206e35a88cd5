// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "buf.h"
#include "ops.h"
#include "request.h"
#include "suggest.h"

/* What a request may give before its verb, or says by its operands. */
static bool is_attribute(const struct bvm_field *field)
{
	return strcmp(field->name, "op") && strcmp(field->name, "has_addr") &&
	       strcmp(field->name, "nameless") && field->kind != BVM_FIELD_STR;
}

/* ---- text ---- */

static void print_group(u32 class, const struct bvm_group *group)
{
	printf("  %-16s group: %s\n                   ", group->name,
	       group->doc);
	for (u32 op = 0; op < BVM_MAX_OPS; op++)
		if (group->ops >> op & 1)
			printf(" %s", bvm_op_name(class, op));
	printf("\n");
}

static void print_class(const struct run *run, u32 class)
{
	const struct bvm_class_info *info = &bvm_classes[class];

	printf("%s: %s\n", info->name, info->doc);
	for (u32 op = 0; op < BVM_MAX_OPS; op++)
		if (info->ops[op].name)
			printf("  %-16s %s%s\n", info->ops[op].name,
			       info->mediated >> op & 1 ? "" : "not judged: ",
			       info->ops[op].doc);
	for (u32 i = 0; i < info->num_groups; i++)
		print_group(class, &info->groups[i]);
	printf("  attributes:");
	for (u32 i = 0; i < info->num_fields; i++)
		if (is_attribute(&info->fields[i]))
			printf(" %s", request_attr_name(run->arena, class, i));
	printf("\n");
}

/* ---- JSON ---- */

static void put_named(struct buf *buf, const char **comma, const char *name,
		      const char *doc)
{
	buf_printf(buf, "%s{\"name\": ", *comma);
	buf_put_json(buf, name, strlen(name));
	buf_printf(buf, ", \"doc\": ");
	buf_put_json(buf, doc, strlen(doc));
	*comma = ", ";
}

static void put_members(struct buf *buf, u32 class, u64 ops)
{
	const char *comma = "";

	buf_printf(buf, ", \"operations\": [");
	for (u32 op = 0; op < BVM_MAX_OPS; op++) {
		if (!(ops >> op & 1))
			continue;
		buf_printf(buf, "%s\"%s\"", comma, bvm_op_name(class, op));
		comma = ", ";
	}
	buf_printf(buf, "]}");
}

static void put_class(struct buf *buf, u32 class, const char **comma)
{
	const struct bvm_class_info *info = &bvm_classes[class];
	const char *inner = "";

	put_named(buf, comma, info->name, info->doc);
	*comma = ",\n ";
	buf_printf(buf, ",\n  \"operations\": [");
	for (u32 op = 0; op < BVM_MAX_OPS; op++) {
		if (!info->ops[op].name)
			continue;
		put_named(buf, &inner, info->ops[op].name, info->ops[op].doc);
		buf_printf(buf, ", \"judged\": %s}",
			   info->mediated >> op & 1 ? "true" : "false");
	}
	buf_printf(buf, "],\n  \"groups\": [");
	inner = "";
	for (u32 i = 0; i < info->num_groups; i++) {
		put_named(buf, &inner, info->groups[i].name,
			  info->groups[i].doc);
		put_members(buf, class, info->groups[i].ops);
	}
	buf_printf(buf, "],\n  \"attributes\": [");
	inner = "";
	for (u32 i = 0; i < info->num_fields; i++) {
		if (!is_attribute(&info->fields[i]))
			continue;
		put_named(buf, &inner, request_attr_name(buf->arena, class, i),
			  info->fields[i].doc);
		buf_printf(buf, "}");
	}
	buf_printf(buf, "]}");
}

/* ---- both ---- */

static int no_class(struct run *run, const char *name)
{
	struct suggest suggest = SUGGEST_INIT(name);

	diag_report(run->diag, NULL, NO_CLASS, name);
	for (u32 i = 1; i < BVM_NUM_CLASSES; i++)
		suggest_try(&suggest, bvm_classes[i].name);
	if (suggest.best)
		diag_note(run->diag, "did you mean '%s'?", suggest.best);
	return EXIT_BAD;
}

int command_ops(struct run *run)
{
	struct buf buf = BUF_INIT(run->arena);
	const char *comma = "";
	u32 only = 0;

	if (run->num_operands) {
		only = bvm_class_by_name(run->operands[0]);
		if (!only)
			return no_class(run, run->operands[0]);
	}
	for (u32 class = 1; class < BVM_NUM_CLASSES; class ++) {
		if (only && class != only)
			continue;
		if (run->json)
			put_class(&buf, class, &comma);
		else
			print_class(run, class);
	}
	if (run->json)
		printf("[%s]\n", buf_text(&buf));
	return EXIT_YES;
}
