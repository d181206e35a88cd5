/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * selftest.h - tests that only the kernel can run, for test builds
 */
#ifndef BAILIFF_SELFTEST_H
#define BAILIFF_SELFTEST_H

struct seq_file;

/* Run them and print TAP. */
int bailiff_selftest_show(struct seq_file *m, void *v);

#endif /* BAILIFF_SELFTEST_H */
