# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# needs: CONFIG_KUNIT
# also: 6.1 fast
#
# The KUnit tests of the kernel side, which ran when this kernel started.
. "$BAILIFF_TOP/tests/guest/lib.sh"

results=/sys/kernel/debug/kunit
suites=$(sed -n 's/^\t\.name = "\(bailiff-[a-z]*\)",$/\1/p' "$BAILIFF_TOP"/lsm/*_test.c)
is "$(wc -w <<< "$suites")" "$(cat "$BAILIFF_TOP"/lsm/*_test.c | grep -c '^kunit_test_suite(')" \
	"each file of tests has a suite"
for suite in $suites; do
	if [ ! -r $results/$suite/results ]; then
		not_ok "$suite: did not run"
		continue
	fi
	# "    ok 1 name", and a line for the whole
	while read -r verdict _ name; do
		case $verdict in
		ok) ok "$suite: $name" ;;
		*) not_ok "$suite: $name" ;;
		esac
	done < <(sed -n 's/^    not ok /bad /p; s/^    ok /ok /p' $results/$suite/results)
	like "$(tail -n 1 $results/$suite/results)" "^ok 1 $suite" "$suite"
	diag "$(grep -v 'ok' $results/$suite/results)"
done
done_testing
