/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * show.h - rules, verdicts and values as text for people
 */
#ifndef POLICYC_SHOW_H
#define POLICYC_SHOW_H

#include "buf.h"
#include "judge.h"
#include "preds.h"
#include "vm/image.h"

/* "rule 3, nginx.yaml:24", or "the default of files, nginx.yaml:2". */
void show_rule(struct buf *buf, const struct bvm_image *img, u32 class,
	       u32 rule);
/* Print the rule's line, with its number; nothing if there is no text. */
void show_source(const struct ast_rule *rule);
/* "allow": enum bvm_rule_kind in a word. */
const char *show_rule_kind(u32 kind);
/* "allow: rule 3, nginx.yaml:24" with errno, kill, quiet, audit. */
void show_verdict(struct buf *buf, const struct bvm_image *img, u32 class,
		  u32 verdict);
/* "uid=33 type=regular": these fields of a request. */
void show_fields(struct buf *buf, u32 class, const struct bvm_run *run,
		 u64 fields);
/* "uid, type" */
void show_field_names(struct buf *buf, u32 class, u64 fields);
/* "10.0.0.0/8", "fd00::1/128" */
void show_prefix(struct buf *buf, const struct bvm_addr *addr, u32 len);
/* "uid 33, 101", "remote 10.0.0.0/8 except 10.1.0.0/16" */
void show_pred(struct buf *buf, const struct pred *pred);
/* "read, list": operations of a class. */
void show_ops(struct buf *buf, u32 class, u64 ops);
/* "read, exec, mounts.mount from there": BVM_RIGHT_*. */
void show_rights(struct buf *buf, u64 rights);

#endif /* POLICYC_SHOW_H */
