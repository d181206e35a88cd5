/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * witness.h - a text for each answer that an automaton can give
 */
#ifndef POLICYC_WITNESS_H
#define POLICYC_WITNESS_H

#include "textset.h"
#include "vm/image.h"

/*
 * Add to texts, for each row that a DFA table can accept with, one of the
 * shortest texts that it does so for. paths: only what can be a path counts:
 * it begins with '/', has no "//", "." and "..", and does not end in '/'.
 */
void witness_find(struct arena *arena, const struct bvm_table *dfa, bool paths,
		  struct textset *texts);

#endif /* POLICYC_WITNESS_H */
