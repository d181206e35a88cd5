# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# timeout: 600
#
# The kernel's JIT, the same with blinded constants, and our interpreter in the
# kernel and in user space give the same results: of cases made by hand, of the
# conformance programs, and of 100,000 random verified programs (5,000 on the
# debug kernel).
# (tests/guest/vm; GUEST_VM_PROGRAMS and GUEST_VM_SEED choose others.)
. "$BAILIFF_TOP/tests/guest/pace.sh"
programs=$(volume 100000 5000)
exec "$BAILIFF_TOP/build/guest/engines" -n "${GUEST_VM_PROGRAMS:-$programs}" \
	-s "${GUEST_VM_SEED:-1}" "$BAILIFF_TOP/build/guest/conformance.tsv"
