// SPDX-License-Identifier: GPL-2.0-only
#include "prom.h"
#include "text.h"

#define COUNTER "counter"
#define GAUGE "gauge"

#define METRIC(ID, name, TYPE, help) [PROM_##ID] = { name, TYPE, help },
#define METRIC_STATUS(ID, name, TYPE, key, help) \
	[PROM_##ID] = { name, TYPE, help },
#define METRIC_STATUS_BY(ID, name, TYPE, prefix, label, help) \
	[PROM_##ID] = { name, TYPE, help },
static const struct {
	const char *name;
	const char *type;
	const char *help;
} metrics[PROM_NUM_METRICS] = {
#include "metrics.def"
};
#undef METRIC
#undef METRIC_STATUS
#undef METRIC_STATUS_BY

const char *prom_name(enum prom_metric metric)
{
	return metrics[metric].name;
}

void prom_begin(struct text *out, enum prom_metric metric)
{
	text_printf(out, "# HELP %s %s.\n# TYPE %s %s\n", metrics[metric].name,
		    metrics[metric].help, metrics[metric].name,
		    metrics[metric].type);
}

static void add_quoted(struct text *out, const char *value)
{
	size_t len;

	for (; *value; value += len ? len : 1) {
		len = text_utf8_len(value);
		if (!len)
			text_add(out, "\xef\xbf\xbd"); /* U+FFFD */
		else if (*value == '\n')
			text_add(out, "\\n");
		else if (*value == '"' || *value == '\\')
			text_printf(out, "\\%c", *value);
		else
			text_add_bytes(out, value, len);
	}
}

void prom_value(struct text *out, enum prom_metric metric,
		const struct prom_label *labels, size_t num,
		unsigned long long value)
{
	size_t i;

	text_add(out, metrics[metric].name);
	for (i = 0; i < num; i++) {
		text_printf(out, "%c%s=\"", i ? ',' : '{', labels[i].name);
		add_quoted(out, labels[i].value);
		text_add(out, "\"");
	}
	text_printf(out, "%s %llu\n", num ? "}" : "", value);
}

void prom_single(struct text *out, enum prom_metric metric,
		 unsigned long long value)
{
	prom_begin(out, metric);
	prom_value(out, metric, NULL, 0, value);
}
