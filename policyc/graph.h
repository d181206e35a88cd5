/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * graph.h - policyc graph: the rules of a class as a tree, for dot(1)
 */
#ifndef POLICYC_GRAPH_H
#define POLICYC_GRAPH_H

#include "command.h"

#define GRAPH_MAX_NODES 60 /* more than people can look at */

int command_graph(struct run *run);

#endif /* POLICYC_GRAPH_H */
