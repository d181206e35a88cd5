// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "ioctl.h"

s64 ioctl_number(const char *text)
{
	size_t len;

	if (strncmp(text, "0x", 2))
		return bvm_name_find(bvm_ioctl_names, text);
	len = strspn(text + 2, "0123456789abcdefABCDEF");
	if (!len || len > 8 || text[2 + len])
		return -1;
	return (s64)strtoull(text + 2, NULL, 16);
}

static void unknown(struct parse *parse, const struct value *value)
{
	(void)value_name(parse, bvm_ioctl_names, "command of ioctl", value);
	diag_note(parse->diag, "a command without a name here is written as "
			       "its number: 0x5413");
}

void ioctl_read(struct parse *parse, const struct node *node,
		struct ast_ranges *commands)
{
	struct values values = { 0 };
	u32 i;

	(void)value_list(parse, KEY_FILES_IOCTL, node, &values);
	for (i = 0; i < values.num; i++) {
		const struct value *value = &values.items[i];
		s64 number = ioctl_number(value->text);

		if (number < 0) {
			unknown(parse, value);
			continue;
		}
		commands->items = arena_grow(parse->arena, commands->items,
					     commands->num,
					     sizeof(*commands->items));
		commands->items[commands->num++] = (struct ast_range){
			.lo = (u64)number,
			.hi = (u64)number,
			.span = value->span,
		};
	}
}
