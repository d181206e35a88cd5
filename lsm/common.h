/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * common.h - what every file of the LSM says the same way
 */
#ifndef BAILIFF_COMMON_H
#define BAILIFF_COMMON_H

#ifdef pr_fmt
#undef pr_fmt
#endif
#define pr_fmt(fmt) "bailiff: " fmt

#define BAILIFF_NAME "bailiff"

/* The name of the built-in policy that lets no exec pass. */
#define BAILIFF_REFUSE "refuse"

#endif /* BAILIFF_COMMON_H */
