# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# timeout: 120
# also: 6.1 fast
#
# The programs of policies, which call helpers, under each setting of the JIT:
# compiled, compiled with blinded constants, and interpreted by us.
. "$BAILIFF_TOP/tests/guest/lib.sh"
. "$BAILIFF_TOP/tests/guest/lsm.sh"

enable=/proc/sys/net/core/bpf_jit_enable
harden=/proc/sys/net/core/bpf_jit_harden
echo secret > "$work/file"

# decides ENABLE HARDEN PROGRAMS: a policy of its own in these settings
decides()
{
	local name=vm-$1-$2

	echo "$1" > $enable
	echo "$2" > $harden
	is "$(cat $enable) $(cat $harden)" "$1 $2" "bpf_jit_enable, bpf_jit_harden"
	succeeds "$name: loads" load_policy <<-EOF
	bailiff: 1
	policy: $name
	default: {files: allow, exec: allow, network: deny, capabilities: allow, mounts: deny}
	files:
	  - deny: read
	    paths: $work/file
	network:
	  - allow: connect
	    protocol: tcp
	    to: 127.0.0.0/8
	    ports: 80
	EOF
	like "$(cat "$fs/policies/$name/info")" "^programs $3\$" "$name: $3"
	is "$(under "$name" open r "$work/file" 1 , open w "$work/file" 2)" \
		"EACCES ok" "$name: decides about files"
	is "$(under "$name" socket 2 stream 1 , connect 1 4:127.0.0.1:81)" \
		"ok EACCES" "$name: decides about sockets"
}

decides 1 0 jit
decides 1 2 jit
decides 0 0 interpreter
echo 1 > $enable
echo 0 > $harden

run cat "$fs/test"
like "$out" '^1\.\.[0-9]+$' "the self tests of the kernel side run"
unlike "$out" '^not ok' "and hold"
done_testing
