/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * replay.h - a recorded decision against a policy
 */
#ifndef POLICYC_REPLAY_H
#define POLICYC_REPLAY_H

#include "input.h"
#include "logline.h"

enum replay_answer {
	REPLAY_ALLOW,
	REPLAY_DENY,
	REPLAY_OPEN, /* it depends on what the record does not say */
};

struct replay {
	enum replay_answer answer;
	u32 rule; /* that decides; 0: the class's default */
	bool same_uid; /* only if the user is the same in the container */
	const char *why; /* OPEN: on what it depends, in the arena */
	bool widens; /* DENY: of the new name's rights, not of a rule */
	u64 extra; /* widens: those that the old name lacks, BVM_RIGHT_* */
	bool tree; /* OPEN: denied, for that reason, if it is a directory */
};

/*
 * Ask the image what the record says was asked. A record has no arguments of
 * programs: where a rule that looks at them matches the path, the answer is
 * open. So it is of a rename where what is below a directory would gain rights:
 * the record does not say whether it is one.
 *
 * Return: 0; -EINVAL: the record names no object that can be asked about.
 */
int __must_check replay_line(struct arena *arena, const struct input *input,
			     const struct logline *line, struct replay *replay);

#endif /* POLICYC_REPLAY_H */
