/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * yaml_bytes.h - is a file text, before YAML is looked for in it?
 */
#ifndef POLICYC_YAML_BYTES_H
#define POLICYC_YAML_BYTES_H

#include "diag.h"
#include "source.h"

/*
 * UTF-8 without control characters, line breaks that only YAML knows, and tabs
 * in the indentation? Else the first that is not is reported.
 */
bool yaml_bytes_check(struct diag *diag, const struct source *source);

#endif /* POLICYC_YAML_BYTES_H */
