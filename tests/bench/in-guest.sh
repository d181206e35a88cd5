#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The part of the bench that runs in the guest: prints rows.
set -euo pipefail
cd "$BAILIFF_TOP/build/bench"

./guest_bench verifiers
for image in images/*.img; do
	name=${image##*/}
	name=${name%.img}
	./guest_bench load "${name%-*}" "${name##*-}" "$image"
done
