/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * possible.h - of the requests that the generator makes, those that a kernel can
 */
#ifndef ORACLE_POSSIBLE_H
#define ORACLE_POSSIBLE_H

#include "eval.h"

bool oracle_possible(const struct oracle_request *r);

#endif /* ORACLE_POSSIBLE_H */
