#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: smp-guest.sh bailiff IMAGE|apparmor PROFILE
#
# In the guest, with as many CPUs as it has and that LSM: prints rows of smp_bench.
set -euo pipefail
cd "$BAILIFF_TOP"
. tests/guest/lsm.sh

mkdir /bench
mount -t tmpfs -o mode=755 tmpfs /bench
mkdir -p /bench/ok/dir3/dir4
echo x | tee /bench/ok/dir3/dir4/{0..7} > /dev/null
case $1 in
bailiff) load_image "$2" > /dev/null ;;
apparmor) dd if="$2" of=/sys/kernel/security/apparmor/.replace bs=64M iflag=fullblock status=none ;;
esac
build/bench/smp_bench "$(nproc)" "$1"
