// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>

#include "rule_rate.h"

#define NS_PER_S 1000000000ull
#define BURST " burst "

/* A number from 1 to max that begins text. Return: what follows, or NULL. */
static const char *read_number(const char *text, u64 max, u64 *number)
{
	size_t len = strspn(text, "0123456789");

	if (!len || len > 10 || text[0] == '0')
		return NULL;
	*number = strtoull(text, NULL, 10);
	return *number <= max ? text + len : NULL;
}

static bool read_rate(const char *text, u64 *num, u64 *burst)
{
	text = read_number(text, NS_PER_S, num);
	if (!text || strncmp(text, "/s", 2))
		return false;
	text += 2;
	*burst = *num;
	if (!*text)
		return true;
	if (strncmp(text, BURST, strlen(BURST)))
		return false;
	text = read_number(text + strlen(BURST), U32_MAX, burst);
	return text && !*text;
}

void rule_rate_read(struct parse *parse, const struct node *node,
		    struct ast_rate *rate)
{
	struct value value;
	u64 num, burst;

	if (node->bad || !value_text(parse, KEY_RULE_RATE, node, &value))
		return;
	if (!read_rate(value.text, &num, &burst)) {
		diag_report(parse->diag, &value.span, WRONG_KIND, "rate",
			    "N/s or N/s burst M", value.text);
		diag_note(parse->diag, "as in '10/s burst 20'; N is 1 to "
				       "1000000000, M at least 1");
		return;
	}
	rate->interval_ns = (NS_PER_S + num - 1) / num;
	rate->burst = burst;
	if (rate->interval_ns * burst <= BVM_MAX_RATE_NS)
		return;
	diag_report(parse->diag, &value.span, NUMBER_RANGE, "burst", 1ull,
		    (unsigned long long)(BVM_MAX_RATE_NS / rate->interval_ns),
		    value.text);
}
