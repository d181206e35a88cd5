#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: smp-guest.sh IMAGE
#
# In the guest, with as many CPUs as it has: prints rows of smp_bench.
set -euo pipefail
cd "$BAILIFF_TOP"
. tests/guest/lsm.sh

mkdir /bench
mount -t tmpfs -o mode=755 tmpfs /bench
mkdir -p /bench/ok/dir3/dir4
touch /bench/ok/dir3/dir4/{0..7}
load_image "$1" > /dev/null
build/bench/smp_bench "$(nproc)"
