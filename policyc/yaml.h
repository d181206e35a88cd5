/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * yaml.h - the text of a policy to a tree of nodes; the only user of libyaml
 *
 * A policy is a subset of YAML: one document in UTF-8, of text, lists and
 * mappings. Anchors, aliases, tags, directives, duplicate keys, tabs in the
 * indentation and a nesting over YAML_MAX_DEPTH are errors.
 */
#ifndef POLICYC_YAML_H
#define POLICYC_YAML_H

#include "diag.h"
#include "node.h"
#include "source.h"

#define YAML_MAX_DEPTH 64
#define YAML_MAX_KEYS 1024 /* in one mapping */

/*
 * Return: the root, or NULL if the text could not be read to its end. A root
 * may come with errors in diag: it then shows what else is wrong, no more.
 */
struct node *yaml_parse(struct arena *arena, struct diag *diag,
			const struct source *source);

#endif /* POLICYC_YAML_H */
