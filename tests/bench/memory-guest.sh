#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: memory-guest.sh IMAGE
#
# In the guest: what 1,000 containers take that are under one policy, with a task
# in each. Prints rows.
set -euo pipefail
cd "$BAILIFF_TOP"
. tests/guest/lsm.sh

boxes=1000
load_image "$1" > /run/load.out
mkdir /sys/fs/cgroup/boxes
seq -f /sys/fs/cgroup/boxes/%.0f $boxes | xargs mkdir
before=$(status_of joins)
build/guest/churn keep bench /sys/fs/cgroup/boxes > /run/growth
[ $(($(status_of joins) - before)) = $boxes ]
awk -v boxes=$boxes -v OFS='\t' '
	$1 ~ /^(slab|large|percpu|vmalloc)$/ {
		print "memory", "a container", boxes, $1, ($3 - $2) / boxes, "bytes", "-"
		sum += $3 - $2
		num++
	}
	END { if (num != 4) exit 1; print "memory", "a container", boxes, "bytes", sum / boxes, "bytes", "<=1024" }' /run/growth
