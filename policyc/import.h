/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * import.h - policies of other systems as policies of Bailiff
 */
#ifndef POLICYC_IMPORT_H
#define POLICYC_IMPORT_H

#include "command.h"
#include "import_out.h"

/* A format that can be read. */
struct import_format {
	const char *name;
	const char *doc;
	/* Fill im; what is wrong goes to im->diag as errors. */
	void (*read)(struct import *im, const struct source *source);
};

/* Ends with a row without a name. */
extern const struct import_format import_formats[];

/*
 * policyc import FORMAT FILE: EXIT_YES if all of it was imported, EXIT_NO if
 * some was left out, EXIT_BAD if it could not be read.
 */
int command_import(struct run *run);

#endif /* POLICYC_IMPORT_H */
