/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * rights.h - what may be done under a name, and under all names below it
 *
 * A rename or link gives an object another name, a bind mount gives one to a
 * whole tree. It must not come under rules that allow more: what may be done
 * under the new name, under some condition, must have been allowed under the
 * old one, under all of them. Names are states of the automaton of RIGHTS, so
 * the answer costs the same for a tree of any size.
 */
#ifndef BVM_RIGHTS_H
#define BVM_RIGHTS_H

#include "image.h"

/*
 * Rights that an object, called by the name that ends in state `from`, would
 * gain under the name that ends in state `to`. States are those of the image's
 * rights_dfa. Return: a set of BVM_RIGHT_*; 0: none, or no name decides
 * anything.
 */
u64 bvm_rights_gained(const struct bvm_image *img, u32 from, u32 to);

/*
 * The same for all that is below a directory; the states are those after its
 * names and a '/'. (The name of the root is that '/' already.)
 */
u64 bvm_rights_gained_below(const struct bvm_image *img, u32 from, u32 to);

/*
 * Check the closures that img states: each holds its state's own rights, and
 * the closure of every state that a byte leads to. Then, by induction over the
 * bytes, it holds those of all names below; the least ones are not asked for.
 * One pass over states, cells and tails: cells that lead into the same tail
 * are refused where they would make it more.
 *
 * Return: 0; -EINVAL, *at is the first state that is wrong.
 */
int __must_check bvm_rights_check(const struct bvm_image *img, u32 *at);

#endif /* BVM_RIGHTS_H */
