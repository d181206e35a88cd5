# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# timeout: 300
#
# The kernel decides as the rules say: a million pairs of random policies and
# random requests, by the file `decide`, which only kernels for tests have.
# (tests/guest/decide; GUEST_DECIDE_POLICIES and GUEST_DECIDE_SEED choose others.)
. "$BAILIFF_TOP/tests/guest/lib.sh"
. "$BAILIFF_TOP/tests/guest/lsm.sh"

# The claims of a program among those here.
claims_of()
{
	local line

	"$@" > "$work/claims" 2>&1
	status=$?
	while read -r line; do
		case $line in
		'ok '*) ok "${line#* - }" ;;
		'not ok '*) not_ok "${line#* - }" ;;
		[1-9]*..*) ;;
		*) diag "$line" ;;
		esac
	done < "$work/claims"
	is "$status" 0 "${1##*/} ends well"
}

# What a source is without the option, which no kernel in use sets.
without_option()
{
	awk '/^#ifdef CONFIG_SECURITY_BAILIFF_TEST$/ { skip = 1 }
		!skip
		/^#endif/ { skip = 0 }' "$BAILIFF_TOP/lsm/$1"
}

is "$(stat -c '%a %U' $fs/decide)" '600 root' "decide is root's alone"
fails "and not for who has no CAP_MAC_ADMIN" \
	setpriv --bounding-set -mac_admin --inh-caps -mac_admin \
	sh -c ": > $fs/decide"
like "$(zcat /proc/config.gz)" '^CONFIG_SECURITY_BAILIFF_TEST=y' \
	"this is a kernel for tests"
like "$(cat "$BAILIFF_TOP/lsm/fs.c")" 'selftest_decide' "fs.c makes the file"
unlike "$(without_option fs.c)" 'selftest_|"decide"' "but not without the option"
unlike "$(without_option decide.c)" 'decide_named' "nor is there its way in"
is "$(grep -h selftest_decide "$BAILIFF_TOP/lsm/Makefile" | cut -d' ' -f1)" \
	'bailiff-$(CONFIG_SECURITY_BAILIFF_TEST)' "nor is it compiled"

policies=$(volume 480 24)
claims_of "$BAILIFF_TOP/build/guest/decide" \
	-p "${GUEST_DECIDE_POLICIES:-$policies}" -s "${GUEST_DECIDE_SEED:-1}"

# ... and 10,000 real system calls, by tasks under random policies.
calls=${GUEST_DECIDE_CALLS:-10000}
[ "${GUEST_FLAVOUR:-fast}" != debug ] || calls=500
echo 0 > /proc/sys/net/ipv4/ip_unprivileged_port_start
# a line for each denial takes the console longer than the call; warnings stay
dmesg -n 5
claims_of "$BAILIFF_TOP/build/guest/decide" -c "$calls" \
	-s "${GUEST_DECIDE_SEED:-1}"
dmesg -n 7
echo 1024 > /proc/sys/net/ipv4/ip_unprivileged_port_start
done_testing
