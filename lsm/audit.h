/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * audit.h - the same records as lines of the Linux audit log
 */
#ifndef BAILIFF_AUDIT_H
#define BAILIFF_AUDIT_H

struct bailiff_event;

/*
 * Log a record, within a budget for each reason: other modules share the
 * queue. Nothing in softirq and irq. Never sleeps.
 */
void bailiff_audit_event(const struct bailiff_event *event);

#endif /* BAILIFF_AUDIT_H */
