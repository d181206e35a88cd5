#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# lsm: lockdown,yama,loadpin,safesetid,landlock,ima,evm,ipe,bpf,tomoyo,apparmor,selinux,smack,bailiff
#
# Every other LSM selected before bailiff: kernels that count their LSMs at
# compile time drop, without a word, one that was not counted.
. "$BAILIFF_TOP/tests/guest/lib.sh"

active=$(cat /sys/kernel/security/lsm)
like "$active" '(^|,)bailiff(,|$)' "bailiff is active behind all others"
for lsm in capability landlock lockdown yama loadpin safesetid bpf tomoyo apparmor; do
	like "$active" "(^|,)$lsm(,|\$)" "$lsm is active too"
done
like "$(ls /sys/kernel/security/bailiff 2>&1)" '^load$' "its files are there"
done_testing
