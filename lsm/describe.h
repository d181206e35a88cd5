/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * describe.h - the words of a record: object and detail of a request
 */
#ifndef BAILIFF_DESCRIBE_H
#define BAILIFF_DESCRIBE_H

#include "request.h"

/*
 * Print into buf, always terminated. Return: bytes without the NUL, less than
 * len. Paths are left out in softirq and irq.
 */
u32 bailiff_describe_object(const struct bailiff_request *rq, char *buf,
			    u32 len);
u32 bailiff_describe_detail(const struct bailiff_request *rq, char *buf,
			    u32 len);
/* Path of the program that the current task runs. */
u32 bailiff_describe_exe(char *buf, u32 len);

#endif /* BAILIFF_DESCRIBE_H */
