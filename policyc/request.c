// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "operand.h"
#include "request.h"
#include "suggest.h"

int request_field(u32 class, const char *name)
{
	const struct bvm_class_info *info = &bvm_classes[class];

	for (u32 i = 0; i < info->num_fields; i++)
		if (!strcmp(info->fields[i].name, name))
			return i;
	return -1;
}

const struct request_choice *request_choice(const struct request *request,
					    u32 field)
{
	for (u32 i = 0; i < request->num_choices; i++)
		if (request->choices[i].field == field)
			return &request->choices[i];
	return NULL;
}

u64 request_handle(u32 class, u32 field)
{
	static const char *const names[BVM_RUN_STRINGS] = {
		[BVM_STR_PATH - 1] = "path",
		[BVM_STR_SOURCE - 1] = "source",
		[BVM_STR_EXE - 1] = "exe",
		[BVM_STR_TEXT - 1] = "text",
		[BVM_STR_PEER - 1] = "peer_name",
	};

	for (u32 i = 0; i < BVM_RUN_STRINGS; i++)
		if (!strcmp(names[i], bvm_classes[class].fields[field].name))
			return i + 1;
	abort(); /* hooks.def has no other */
}

const char *request_attr_name(struct arena *arena, u32 class, u32 field)
{
	char *name = arena_strdup(arena, bvm_classes[class].fields[field].name);

	if (class == BVM_CLASS_MOUNTS && !strcmp(name, "text"))
		return "fstype";

	for (char *c = name; *c; c++)
		if (*c == '_')
			*c = '-';
	return name;
}

/* ---- words ---- */

/* One word, its quotes taken off, to out. Return: where it ends, or NULL. */
static const char *read_word(const char *text, char *out,
			     struct request_error *err)
{
	char quote = '\0';

	for (; *text; text++) {
		if (!quote && strchr(" \t\n", *text))
			break;
		if (quote && *text == quote) {
			quote = '\0';
		} else if (!quote && (*text == '\'' || *text == '"')) {
			quote = *text;
		} else if (*text == '\\' && quote != '\'' && text[1]) {
			*out++ = *++text;
		} else {
			*out++ = *text;
		}
	}
	*out = '\0';
	if (!quote)
		return text;
	(void)operand_fail(err, "a %c is not closed", quote);
	return NULL;
}

int request_split(struct arena *arena, const char *text, const char **words,
		  u32 *num, struct request_error *err)
{
	memset(err, 0, sizeof(*err));
	*num = 0;
	if (strlen(text) > REQUEST_MAX_BYTES)
		return operand_fail(err, "over %u bytes", REQUEST_MAX_BYTES);
	for (;;) {
		char *word;

		text += strspn(text, " \t\n");
		if (!*text)
			return 0;
		if (*num == REQUEST_MAX_WORDS)
			return operand_fail(err, "over %u words",
					    REQUEST_MAX_WORDS);
		word = arena_alloc(arena, strlen(text) + 1);
		text = read_word(text, word, err);
		if (!text)
			return -EINVAL;
		words[(*num)++] = word;
	}
}

/* ---- verbs ---- */

struct verb {
	u32 class;
	u64 ops;
	bool group;
	bool later; /* an operation that no kernel judges yet */
};

static bool find_in_class(u32 class, const char *name, struct verb *verb)
{
	const struct bvm_class_info *info = &bvm_classes[class];
	int op = bvm_op_by_name(class, name);

	*verb = (struct verb){ .class = class };
	if (op >= 0) {
		verb->ops = 1ull << op;
		verb->later = !(info->mediated & verb->ops);
		return true;
	}
	verb->group = true;
	for (u32 i = 0; i < info->num_groups; i++)
		if (!strcmp(info->groups[i].name, name))
			verb->ops = info->groups[i].ops & info->mediated;
	if (!strcmp(name, "all"))
		verb->ops = info->mediated;
	return verb->ops;
}

/* `create` is a verb of files and of network: the operand tells. */
static bool fits_operand(u32 class, const char *operand)
{
	bool path = operand && (operand[0] == '/' || operand[0] == '.');

	return path == (class == BVM_CLASS_FILES || class == BVM_CLASS_EXEC);
}

static int unknown_verb(const char *name, struct request_error *err)
{
	struct suggest suggest = SUGGEST_INIT(name);

	for (u32 class = 1; class < BVM_NUM_CLASSES; class ++) {
		const struct bvm_class_info *info = &bvm_classes[class];

		for (u32 op = 0; op < BVM_MAX_OPS; op++)
			if (info->ops[op].name)
				suggest_try(&suggest, info->ops[op].name);
		for (u32 i = 0; i < info->num_groups; i++)
			suggest_try(&suggest, info->groups[i].name);
	}
	(void)operand_fail(err, "no operation or group is called '%s'", name);
	if (suggest.best)
		return operand_hint(err, "did you mean '%s'?", suggest.best);
	if (strchr(name, ' '))
		return operand_hint(err, "quote the whole request, or none of "
					 "it; options come before the policy");
	return operand_hint(err, "a request is: attributes, verb, operands; "
				 "as in 'uid=33 read /etc/passwd'");
}

static int find_verb(struct arena *arena, const char *word, const char *operand,
		     struct verb *found, struct request_error *err)
{
	const char *dot = strchr(word, '.');
	u32 only = 0, num = 0;
	struct verb verb;

	if (dot && word[0] != '/') {
		only = bvm_class_by_name(
			arena_strndup(arena, word, dot - word));
		if (!only)
			return unknown_verb(word, err);
		word = dot + 1;
	}
	if (!only && !strcmp(word, "all")) {
		(void)operand_fail(err, "every class has a group 'all'");
		return operand_hint(err, "say of which: 'files.all /srv/x'");
	}
	for (u32 class = 1; class < BVM_NUM_CLASSES; class ++) {
		if (only && class != only)
			continue;
		if (!find_in_class(class, word, &verb))
			continue;
		if (!num++ || fits_operand(class, operand))
			*found = verb;
	}
	if (!num)
		return unknown_verb(word, err);
	if (found->later)
		return operand_fail(err, "'%s' is not judged in this version",
				    word);
	return 0;
}

/* ---- the whole ---- */

/* attr=value: a name, then '='; a path or address has none before it. */
bool request_is_attribute(const char *word)
{
	size_t len = strcspn(word, "=");

	return word[len] == '=' && len &&
	       strspn(word, "abcdefghijklmnopqrstuvwxyz-_") == len;
}

static int read_attributes(struct operand *o, const char *const *words, u32 num)
{
	int ret = 0;

	for (u32 i = 0; i < num && !ret; i++)
		ret = operand_attribute(o, words[i]);
	return ret;
}

int request_parse_words(struct arena *arena, const char *const *words, u32 num,
			struct request *request, struct request_error *err)
{
	struct operand o = { .arena = arena, .request = request, .err = err };
	struct verb verb = { 0 };
	u32 attrs = 0;
	int ret;

	memset(request, 0, sizeof(*request));
	memset(err, 0, sizeof(*err));
	while (attrs < num && request_is_attribute(words[attrs]))
		attrs++;
	if (attrs == num) {
		(void)operand_fail(err, "there is no verb");
		return operand_hint(err, "as in 'read /etc/passwd'");
	}
	ret = find_verb(arena, words[attrs],
			attrs + 1 < num ? words[attrs + 1] : NULL, &verb, err);
	if (ret)
		return ret;
	request->class = verb.class;
	request->ops = verb.ops;
	request->group = verb.group;
	request->verb = words[attrs];
	ret = operand_read(&o, words + attrs + 1, num - attrs - 1);
	/* after the operands: what they say and attributes must not differ */
	if (!ret)
		ret = read_attributes(&o, words, attrs);
	if (!ret)
		ret = operand_finish(&o);
	return ret ? ret : operand_default(&o);
}

int request_parse(struct arena *arena, const char *text,
		  struct request *request, struct request_error *err)
{
	const char **words =
		arena_array(arena, REQUEST_MAX_WORDS, sizeof(*words));
	u32 num;
	int ret;

	ret = request_split(arena, text, words, &num, err);
	return ret ? ret : request_parse_words(arena, words, num, request, err);
}
