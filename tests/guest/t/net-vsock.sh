# shellcheck shell=bash disable=SC2086
# SPDX-License-Identifier: GPL-2.0-only
#
# timeout: 60
# also: 6.1 fast
#
# vsock has no addresses that rules know: making, binding, connecting are judged.
. "$BAILIFF_TOP/tests/guest/lib.sh"
. "$BAILIFF_TOP/tests/guest/lsm.sh"

talk=$BAILIFF_TOP/build/guest/talk

# says POLICY WANT DESCRIPTION VERB...: what talk prints after it entered it.
says()
{
	local policy=$1 want=$2 description=$3
	shift 3
	is "$("$talk" enter $policy , "$@" | tail -n +2 | paste -sd' ')" "$want" \
		"$description"
}

# vsock_policy NAME OPERATIONS
vsock_policy()
{
	load_policy <<END
bailiff: 1
policy: $1
default: {files: allow, exec: allow, network: deny, capabilities: allow, mounts: allow}
network:
  - allow: [$2]
    family: vsock
END
}

succeeds "a policy that lets one make them" vsock_policy some "create, bind"
succeeds "a policy that lets one use them" vsock_policy all "create, bind, listen, accept, connect"
server="@socket 40 stream 1 , @bind 1 v:4294967295:5000 , @listen 1"
client="socket 40 stream 1 , connect 1 v:1:5000"
mine="socket 40 stream 1 , bind 1 v:4294967295:5001 , listen 1"
other="@socket 40 stream 1 , @connect 1 v:1:5001 , accept 1 2"
is "$("$talk" $server , $client | paste -sd' ')" "ok ok ok ok ok" \
	"vsock works without a policy"
says all "ok ok ok ok ok" "and with one that allows it" $server , $client
says all "ok ok ok ok ok ok" "also to serve" $mine , $other
drain
says some "ok ok ok ok EACCES" "it does not connect without a rule" \
	$server , $client
like "$(records)" '^vsock/' "the record names the family"
says some "ok ok EACCES" "nor listen" $mine
load_policy <<END || not_ok "a policy without vsock loads"
bailiff: 1
policy: none
default: {files: allow, exec: allow, network: deny, capabilities: allow, mounts: allow}
network:
  - allow: create
    family: [inet, unix]
END
says none "EACCES" "nor is it made" socket 40 stream 1
done_testing
