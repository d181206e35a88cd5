/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * memfile.h - bytes as a file with a name, for what reads files by their names
 */
#ifndef FUZZ_MEMFILE_H
#define FUZZ_MEMFILE_H

#include <stddef.h>
#include <stdint.h>

/*
 * The path of a file in memory with these bytes: the same one in each call, so a
 * run of millions opens one descriptor. Aborts where there is no memory.
 */
const char *memfile(const uint8_t *data, size_t size);

#endif /* FUZZ_MEMFILE_H */
