/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * prom.h - text in the format that Prometheus reads, version 0.0.4
 */
#ifndef DAEMON_PROM_H
#define DAEMON_PROM_H

#include <stddef.h>

struct text;

#define METRIC(ID, name, TYPE, help) PROM_##ID,
#define METRIC_STATUS(ID, name, TYPE, key, help) PROM_##ID,
#define METRIC_STATUS_BY(ID, name, TYPE, prefix, label, help) PROM_##ID,
enum prom_metric {
#include "metrics.def"
	PROM_NUM_METRICS
};
#undef METRIC
#undef METRIC_STATUS
#undef METRIC_STATUS_BY

struct prom_label {
	const char *name;
	const char *value; /* any bytes; those that are not UTF-8 are U+FFFD */
};

/* The name of a metric. */
const char *prom_name(enum prom_metric metric);

/* The two lines before the values of a metric. */
void prom_begin(struct text *out, enum prom_metric metric);

/* One value; labels may be NULL if num is 0. */
void prom_value(struct text *out, enum prom_metric metric,
		const struct prom_label *labels, size_t num,
		unsigned long long value);

/* prom_begin and a value without labels. */
void prom_single(struct text *out, enum prom_metric metric,
		 unsigned long long value);

#endif /* DAEMON_PROM_H */
