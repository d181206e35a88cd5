/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * learn_others.h - rules of all classes but files for what was recorded
 */
#ifndef POLICYC_LEARN_OTHERS_H
#define POLICYC_LEARN_OTHERS_H

#include "buf.h"
#include "events.h"

/* Append rules that allow the events of the class among these, as YAML. */
void learn_others(struct buf *out, u32 class, const struct event *const *events,
		  u32 num);

#endif /* POLICYC_LEARN_OTHERS_H */
