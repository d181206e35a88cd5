// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "dump.h"
#include "dump_json.h"
#include "show.h"
#include "vm/disasm.h"

static void put_text(struct buf *out, const char *key, const char *text)
{
	buf_printf(out, "\"%s\": ", key);
	buf_put_json(out, text, strlen(text));
}

static void put_string(struct buf *out, const struct bvm_image *img,
		       const char *key, u32 string)
{
	put_text(out, key, bvm_image_string(img, string));
}

static const char *before(u32 i)
{
	return i ? ",\n    " : "\n    ";
}

static void put_classes(struct buf *out, const char *key, u32 classes)
{
	const char *comma = "";

	buf_printf(out, "  \"%s\": [", key);
	for (u32 class = 1; class < BVM_NUM_CLASSES; class ++) {
		if (!(classes >> class & 1))
			continue;
		buf_printf(out, "%s\"%s\"", comma, bvm_classes[class].name);
		comma = ", ";
	}
	buf_printf(out, "],\n");
}

static const char *yes(u32 flag)
{
	return flag ? "true" : "false";
}

/* The image has 0 where the policy states none. */
static void put_limit(struct buf *out, const char *key, u32 limit)
{
	buf_printf(out, "\"%s\": ", key);
	if (limit)
		buf_printf(out, "%u", limit);
	else
		buf_printf(out, "null");
}

static void put_header(struct buf *out, const struct bvm_image *img)
{
	const struct bvm_image_header *h = img->header;
	const struct bvm_meta *meta = img->meta;

	buf_printf(out, "  ");
	put_text(out, "policy", img->name);
	buf_printf(out, ",\n  ");
	put_string(out, img, "description", meta->description);
	buf_printf(out,
		   ",\n  \"version\": %u, \"language\": %u, \"bytes\": %u, "
		   "\"sections\": %u,\n  \"source_digest\": \"",
		   h->version, h->language, h->len, h->num_sections);
	for (u32 i = 0; i < sizeof(h->source_digest); i++)
		buf_printf(out, "%02x", h->source_digest[i]);
	buf_printf(out,
		   "\",\n  \"path_rules\": %s, \"enter_self\": %s, "
		   "\"instance\": %s,\n",
		   yes(meta->flags & BVM_META_PATH_RULES),
		   yes(meta->flags & BVM_META_ENTER_SELF),
		   yes(meta->flags & BVM_META_INSTANCE));
	buf_printf(out, "  \"slots\": %u, \"budget\": {", meta->num_slots);
	put_limit(out, "instructions", meta->budget_insns);
	buf_printf(out, ", ");
	put_limit(out, "steps", meta->budget_steps);
	buf_printf(out, "},\n");
	if (img->start)
		buf_printf(out,
			   "  \"start\": {\"table\": %u, \"timeout\": %u},\n",
			   img->start->dfa, img->start->timeout_s);
	else
		buf_printf(out, "  \"start\": null,\n");
	if (img->syscalls)
		buf_printf(out,
			   "  \"syscalls\": {\"instructions\": %u, "
			   "\"runtime\": %s},\n",
			   img->syscalls->num_insns,
			   yes(img->syscalls->flags & BVM_SYSCALLS_RUNTIME));
	else
		buf_printf(out, "  \"syscalls\": null,\n");
	put_classes(out, "audit_mode", meta->audit_classes);
	put_classes(out, "unmediated", meta->unmediated);
}

static void put_selectors(struct buf *out, const struct bvm_image *img)
{
	buf_printf(out, "  \"selectors\": [");
	for (u32 i = 0; i < img->num_selectors; i++) {
		const struct bvm_selector *s = &img->selectors[i];

		buf_printf(out, "%s{", before(i));
		put_text(out, "kind", dump_selector_kind(s->kind));
		buf_printf(out, ", ");
		put_string(out, img, "key", s->key);
		buf_printf(out, ", ");
		put_string(out, img, "value", s->value);
		buf_put_u8(out, '}');
	}
	buf_printf(out, "],\n");
}

static void put_tables(struct buf *out, const struct bvm_image *img)
{
	buf_printf(out, "  \"tables\": [");
	for (u32 i = 0; i < img->num_tables; i++)
		buf_printf(out,
			   "%s{\"id\": %u, \"kind\": \"%s\", \"count\": %u, "
			   "\"max_steps\": %u, \"rights\": %s}",
			   before(i), i, dump_table_kind(img->tables[i].kind),
			   img->tables[i].count, img->tables[i].max_steps,
			   yes(i == img->rights_dfa));
	buf_printf(out, "],\n");
}

static void put_code(struct buf *out, const struct bvm_program *p)
{
	const u32 num = p->header->num_insns;
	char text[128];

	for (u32 pc = 0; pc < num;) {
		const u32 at = pc;

		pc += bvm_disasm(p->insns, num, pc, text, sizeof(text));
		buf_printf(out, "%s  {\"pc\": %u, ", before(at), at);
		put_text(out, "text", text);
		buf_put_u8(out, '}');
	}
}

static void put_programs(struct buf *out, const struct bvm_image *img)
{
	u32 num = 0;

	buf_printf(out, "  \"programs\": [");
	for (u32 class = 1; class < BVM_NUM_CLASSES; class ++) {
		const struct bvm_program_header *h =
			img->programs[class].header;

		if (!h)
			continue;
		buf_printf(out,
			   "%s{\"class\": \"%s\", \"instructions\": %u, "
			   "\"max_instructions\": %u, \"max_calls\": %u, "
			   "\"max_steps\": %llu, \"stack_bytes\": %u, "
			   "\"code\": [",
			   before(num++), bvm_classes[class].name, h->num_insns,
			   h->max_insns, h->max_calls,
			   (unsigned long long)h->max_steps, h->stack_bytes);
		put_code(out, &img->programs[class]);
		buf_printf(out, "]}");
	}
	buf_printf(out, "],\n");
}

static void put_rules(struct buf *out, const struct bvm_image *img)
{
	buf_printf(out, "  \"rules\": [");
	for (u32 i = 0; i < img->num_rules; i++) {
		const struct bvm_rule *rule = &img->rules[i];
		struct buf ops = BUF_INIT(out->arena);

		show_ops(&ops, rule->class, rule->ops);
		buf_printf(out, "%s{\"rule\": %u, ", before(i), i + 1);
		put_string(out, img, "file", rule->file);
		buf_printf(out,
			   ", \"line\": %u, \"kind\": \"%s\", \"class\": "
			   "\"%s\", ",
			   rule->line, show_rule_kind(rule->kind),
			   bvm_classes[rule->class].name);
		put_text(out, "operations", buf_text(&ops));
		buf_printf(out, ", ");
		put_string(out, img, "message", rule->message);
		buf_put_u8(out, '}');
	}
	buf_printf(out, "]\n");
}

void dump_json(struct buf *out, const struct bvm_image *img)
{
	buf_printf(out, "{\n");
	put_header(out, img);
	put_selectors(out, img);
	put_tables(out, img);
	put_programs(out, img);
	put_rules(out, img);
	buf_printf(out, "}\n");
}
