/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * selftest.h - tests that only the kernel can run, for test builds
 */
#ifndef BAILIFF_SELFTEST_H
#define BAILIFF_SELFTEST_H

struct file_operations;
struct seq_file;

/* Run them and print TAP. */
int bailiff_selftest_show(struct seq_file *m, void *v);

/* Programs of user space in every engine: uapi/bailiff_test.h. */
extern const struct file_operations bailiff_selftest_vm_fops;

/* Requests of user space, decided as those of hooks: uapi/bailiff_decide.h. */
extern const struct file_operations bailiff_selftest_decide_fops;

#endif /* BAILIFF_SELFTEST_H */
