# shellcheck shell=bash disable=SC2086
# SPDX-License-Identifier: GPL-2.0-only
#
# timeout: 120
#
# Sockets from before the start of a container: what was let pass only because
# it waited is judged again when the socket is used.
. "$BAILIFF_TOP/tests/guest/lib.sh"
. "$BAILIFF_TOP/tests/guest/lsm.sh"

talk=$BAILIFF_TOP/build/guest/talk
ip link set lo up 2> /dev/null
cp /bin/true $work/trigger
start="run $work/trigger"

# What enters a policy by itself has a state that lasts as long as the last
# socket: each container gets a policy of its own.
number=0
next_policy()
{
	number=$((number + 1))
	load_policy <<END
bailiff: 1
policy: early$number
default: {files: allow, exec: allow, network: allow, capabilities: allow, mounts: deny}
start: after exec $work/trigger
start-timeout: 600
network:
  - deny: connect
    to: 127.0.0.2
  - deny: accept
    protocol: [tcp, sctp]
    from: 127.0.0.2
  - deny: accept
    protocol: mptcp
    ports: 8005
  - deny: bind
    protocol: [tcp, udp]
    ports: 9
  - deny: listen
    protocol: tcp
    ports: 8009
  - deny: create
    family: netlink
  - deny: connect
    unix: $work/forbidden
  - deny: connect
    unix: "@early-forbidden"
  - deny: accept
    unix: $work/mine
END
}

# says WANT DESCRIPTION VERB...: what talk prints after it entered a policy.
says()
{
	local want=$1 description=$2
	shift 2
	next_policy || not_ok "the policy loads"
	is "$("$talk" enter early$number , "$@" | tail -n +2 | paste -sd' ')" \
		"$want" "$description"
}

# gone: the policies go when the last sockets are gone.
gone()
{
	local path

	for path in "$fs"/policies/early*; do
		tell "$fs/unload" "${path##*/}" > /dev/null
	done
	! compgen -G "$fs/policies/early*" > /dev/null
}

for address in 127.0.0.2 127.0.0.4; do
	ip addr add $address/8 dev lo
done

# Connected before
server="@socket 2 stream 1 , @bind 1 4:0.0.0.0:8000 , @listen 1"
tcp="$server , socket 2 stream 1 , connect 1 4:127.0.0.2:8000 , @accept 1 2"
says "ok ok ok ok ok ok ok ok ok" "before the start a connection works" \
	$tcp , send 1 , @send 2 , recv 1
drain
says "ok ok ok ok ok ok ok ok EACCES EACCES EACCES" \
	"after it one to a denied address does not: send, receive, splice" \
	$tcp , @send 2 , $start , send 1 , recv 1 , splice 1
record=$(records)
like "$record" '127.0.0.2:8000' "the record says to where"
says "ok ok ok ok ok ok ok ok ok ok" "one to an allowed address goes on" \
	$server , socket 2 stream 1 , connect 1 4:127.0.0.1:8000 , @accept 1 2 , \
	@send 2 , $start , send 1 , recv 1
says "ok ok ok ok ok ok ok EACCES" "by IPv6 to IPv4, too" \
	$server , socket 10 stream 1 , connect 1 6:[::ffff:127.0.0.2]:8000 , \
	@accept 1 2 , $start , send 1
says "ok ok ok ok EACCES" "datagrams, too" \
	@socket 2 dgram 1 , socket 2 dgram 1 , connect 1 4:127.0.0.2:8001 , \
	$start , send 1
says "ok ok ok ok ok" "or not, where that was allowed" \
	@socket 2 dgram 1 , socket 2 dgram 1 , connect 1 4:127.0.0.1:8001 , \
	$start , send 1
says "ok ok ok ok ok ok EACCES" "MPTCP" \
	@socket 2 stream:262 1 , @bind 1 4:0.0.0.0:8002 , @listen 1 , \
	socket 2 stream:262 1 , connect 1 4:127.0.0.2:8002 , $start , send 1
server="@socket 2 stream:132 1 , @bind 1 4:0.0.0.0:8003 , @listen 1"
says "ok ok ok ok ok ok EACCES" "SCTP" \
	$server , socket 2 stream:132 1 , connect 1 4:127.0.0.2:8003 , $start , send 1
says "ok ok ok ok ok ok ok" "SCTP to an allowed address goes on" \
	$server , socket 2 stream:132 1 , connect 1 4:127.0.0.1:8003 , $start , send 1
says "ok ok ok ok ok ok EACCES" "an association made by a message" \
	$server , socket 2 seqpacket:132 1 , sendto 1 4:127.0.0.2:8003 , $start , \
	sendto 1 4:127.0.0.1:8003
says "ok ok ok ok ok ok ok EACCES" "and one that is a socket of its own since" \
	$server , socket 2 seqpacket:132 1 , sendto 1 4:127.0.0.2:8003 , \
	peeloff 1 2 , $start , send 2

# Accepted before, and waiting to be
mine="socket 2 stream 1 , bind 1 4:0.0.0.0:8004 , listen 1"
from="@socket 2 stream 1 , @bind 1 4:127.0.0.2:0 , @connect 1 4:127.0.0.1:8004"
others="@socket 2 stream 3 , @connect 3 4:127.0.0.1:8004"
says "ok ok ok ok ok ok ok ok ok EACCES EACCES" "an accepted connection" \
	$mine , $from , accept 1 2 , @send 1 , $start , send 2 , recv 2
says "ok ok ok ok ok ok ok ok EACCES" "one that was not accepted yet" \
	$mine , $from , $start , accept 1 2 , send 2
says "ok ok ok ok ok ok ok ok ok ok ok ok ok EACCES" \
	"others that come to the same socket go on" \
	$mine , $from , $start , $others , accept 1 2 , accept 1 3 , send 3 , \
	send 3 , send 2

mptcp="socket 2 stream:262 1 , bind 1 4:0.0.0.0:8005 , listen 1"
says "ok ok ok ok ok ok ok EACCES" "one that came by MPTCP" \
	$mptcp , @socket 2 stream:262 1 , @connect 1 4:127.0.0.1:8005 , \
	accept 1 2 , $start , send 2
says "ok ok ok ok ok ok ok ok" "or goes on" ${mptcp/8005/8006} , \
	@socket 2 stream:262 1 , @connect 1 4:127.0.0.1:8006 , \
	accept 1 2 , $start , send 2

# What else became of a socket
says "ok ok ok EACCES" "a socket that took a denied port" \
	socket 2 dgram 1 , bind 1 4:127.0.0.1:9 , $start , sendto 1 4:127.0.0.1:7
says "ok ok ok ok EACCES" "one that listens where it may not" \
	socket 2 stream 1 , bind 1 4:127.0.0.1:8009 , listen 1 , $start , shutdown 1
says "ok ok EACCES" "one that should not be there at all" \
	socket 16 raw:0 1 , $start , send 1
says "ok ok ok ok" "others of its family are not touched" \
	socket 2 dgram 1 , bind 1 4:127.0.0.1:10 , $start , sendto 1 4:127.0.0.1:7

# Unix sockets
for name in p:$work/forbidden a:early-forbidden; do
	server="@socket 1 stream 1 , @bind 1 $name , @listen 1"
	says "ok ok ok ok ok ok EACCES" "a unix socket connected to $name" \
		$server , socket 1 stream 1 , connect 1 $name , $start , send 1
	rm -f $work/forbidden
	says "ok ok ok ok ok EACCES" "one of datagrams" \
		@socket 1 dgram 1 , @bind 1 $name , socket 1 dgram 1 , \
		connect 1 $name , $start , send 1
	rm -f $work/forbidden
done
says "ok ok ok ok ok ok ok" "one connected to another path goes on" \
	@socket 1 stream 1 , @bind 1 p:$work/open , @listen 1 , \
	socket 1 stream 1 , connect 1 p:$work/open , $start , send 1
says "ok ok ok ok ok ok ok EACCES" "a connection that came to a unix socket" \
	socket 1 stream 1 , bind 1 p:$work/mine , listen 1 , @socket 1 stream 1 , \
	@connect 1 p:$work/mine , accept 1 2 , $start , send 2

for address in 127.0.0.2 127.0.0.4; do
	ip addr del $address/8 dev lo
done
succeeds "the policies can go when the sockets are gone" wait_for 90 gone
done_testing
