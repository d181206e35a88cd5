/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * attribution.h - what it costs that the automaton tells rules apart
 *
 * A decision names the rule it is due to, so two names under different rules
 * end in different states though the verdicts are the same.
 */
#ifndef POLICYC_ATTRIBUTION_H
#define POLICYC_ATTRIBUTION_H

#include "lowering.h"

/*
 * The states that an automaton over the same paths would have if it told only
 * verdicts apart: allow or deny, errno, kill, quiet and audit, under which
 * conditions. lowered has paths, and is left as it is.
 */
u32 attribution_states_without(struct arena *arena,
			       const struct lowered *lowered);

#endif /* POLICYC_ATTRIBUTION_H */
