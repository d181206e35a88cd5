/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * diff_rights_show.h - what diff_rights.h finds, for people and programs
 */
#ifndef POLICYC_DIFF_RIGHTS_SHOW_H
#define POLICYC_DIFF_RIGHTS_SHOW_H

#include "diff_rights.h"
#include "input.h"
#include "widens.h"

/* The side of a change that denies what its rules allow: it would widen. */
void diff_rights_print_widening(struct arena *arena, const struct input *input,
				u32 side, u32 class, const struct widening *w,
				const char *from, const char *to);

/* A short request that is decided differently: point_request(). */
const char *diff_rights_request(struct arena *arena,
				const struct bvm_image *old,
				const struct bvm_image *new,
				const struct rights_change *change);

void diff_rights_print(struct arena *arena, const struct input *inputs,
		       const struct rights_change *change);
void diff_rights_put_json(struct buf *buf, const struct input *inputs,
			  const struct rights_change *change);

#endif /* POLICYC_DIFF_RIGHTS_SHOW_H */
