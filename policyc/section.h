/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * section.h - what a policy says beside its rules
 */
#ifndef POLICYC_SECTION_H
#define POLICYC_SECTION_H

#include "value.h"

void section_read_version(struct parse *parse, const struct node *node);
void section_read_name(struct parse *parse, const struct node *node);
void section_read_description(struct parse *parse, const struct node *node);
void section_read_mode(struct parse *parse, const struct node *node);
void section_read_default(struct parse *parse, const struct node *node);
void section_read_enter(struct parse *parse, const struct node *node);
void section_read_unmediated(struct parse *parse, const struct node *node);
void section_read_budget(struct parse *parse, const struct node *node);
void section_read_start(struct parse *parse, const struct node *node);
void section_read_start_timeout(struct parse *parse, const struct node *node);
void section_read_containers(struct parse *parse, const struct node *node);
void section_read_tests(struct parse *parse, const struct node *node);
void section_read_never(struct parse *parse, const struct node *node);
void section_read_always(struct parse *parse, const struct node *node);

/* Why a policy cannot have this name, or NULL. */
const char *section_why_bad_name(const char *name);

#endif /* POLICYC_SECTION_H */
