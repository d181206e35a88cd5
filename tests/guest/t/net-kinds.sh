# shellcheck shell=bash disable=SC2086,SC2101
# SPDX-License-Identifier: GPL-2.0-only
#
# timeout: 180
# also: 6.1 fast
#
# Sockets of other kinds: SCTP, MPTCP; connections by SYN cookies.
. "$BAILIFF_TOP/tests/guest/lib.sh"
. "$BAILIFF_TOP/tests/guest/lsm.sh"

talk=$BAILIFF_TOP/build/guest/talk
ip link set lo up 2> /dev/null

# says WANT DESCRIPTION VERB...: what talk prints after it entered the policy.
says()
{
	local want=$1 description=$2
	shift 2
	is "$("$talk" enter kinds , "$@" | tail -n +2 | paste -sd' ')" "$want" \
		"$description"
}

# free VERB...: the same without a policy.
free()
{
	"$talk" "$@" | paste -sd' '
}

# counter NAME: one of the network's, which come as lines of names and of numbers
counter()
{
	awk -v want="$1" '
		!($1 in seen) { seen[$1] = n = split($0, name); next }
		{ for (i = 2; i <= n; i++) if (name[i] == want) print $i }' \
		/proc/net/netstat
}

# kinds_policy PROTOCOLS: those may be served and asked at 127.0.0.1.
kinds_policy()
{
	load_policy <<END
bailiff: 1
policy: kinds
default: {files: allow, exec: allow, network: deny, capabilities: allow, mounts: allow}
network:
  - allow: create
    family: [inet, inet6]
  - allow: listen
    protocol: [$1]
    ports: 7000
    from: 127.0.0.1
  - allow: [connect, send]
    protocol: [sctp, mptcp]
    to: [127.0.0.1, 127.0.0.4]
  - deny: send
    protocol: sctp
    ports: 7004
END
}

# gone: the policy goes as soon as the last socket that it judges is gone.
gone()
{
	tell "$fs/unload" kinds > /dev/null
	! [ -e "$fs/policies/kinds" ]
}

case $(uname -r) in
6.1.*)
	fails "no rule says who connects by MPTCP" kinds_policy "sctp, tcp, mptcp"
	succeeds "the policy loads" kinds_policy "sctp, tcp"
	;;
*) succeeds "the policy loads" kinds_policy "sctp, tcp, mptcp" ;;
esac

# SCTP: to whom one connects. It answers from addresses that are set alone.
for address in 127.0.0.2 127.0.0.4; do
	ip addr add $address/8 dev lo
done
server="@socket 2 stream:132 1 , @bind 1 4:0.0.0.0:7001 , @listen 1"
one="socket 2 stream:132 1"
many="socket 2 seqpacket:132 1"
is "$(free $server , $one , connect 1 4:127.0.0.2:7001 , $many , \
	sendbeside 1 4:127.0.0.1:7001 127.0.0.2 , $one , \
	connectx 1 4:127.0.0.1:7001 4:127.0.0.2:7001)" \
	"ok ok ok ok ok ok ok ok ok" "SCTP works without a policy"
says "ok ok ok ok ok" "SCTP to an allowed address" \
	$server , $one , connect 1 4:127.0.0.1:7001
says "ok ok ok ok EACCES" "SCTP to another" \
	$server , $one , connect 1 4:127.0.0.2:7001
says "ok ok ok ok ok" "SCTP to a list of allowed addresses" \
	$server , $one , connectx 1 4:127.0.0.1:7001 4:127.0.0.4:7001
drain
says "ok ok ok ok EACCES" "SCTP to a list with another in it" \
	$server , $one , connectx 1 4:127.0.0.1:7001 4:127.0.0.2:7001
like "$(records)" '127.0.0.2:7001' "the record names that one"
says "ok ok ok ok EACCES" "an SCTP socket of IPv6 to an address of IPv4" \
	$server , socket 10 stream:132 1 , connect 1 4:127.0.0.2:7001
says "ok ok ok ok ok" "a message that makes an association" \
	$server , $many , sendto 1 4:127.0.0.1:7001
says "ok ok ok ok EACCES" "one to another address" \
	$server , $many , sendto 1 4:127.0.0.2:7001
more="@socket 2 stream:132 1 , @bind 1 4:127.0.0.1:7004 , @listen 1"
says "ok ok ok ok EACCES EACCES" "no rule that denies to send is turned by a flag" \
	$more , $one , sendto 1 4:127.0.0.1:7004 , fastopen 1 4:127.0.0.1:7004
is "$(free $more , $one , fastopen 1 4:127.0.0.1:7004)" "ok ok ok ok ok" \
	"which SCTP does not know"
says "ok ok ok ok ok" "an allowed address beside a message" \
	$server , $many , sendbeside 1 4:127.0.0.1:7001 127.0.0.4
drain
says "ok ok ok ok EACCES" "another address beside a message" \
	$server , $many , sendbeside 1 4:127.0.0.1:7001 127.0.0.2
like "$(records)" '127.0.0.2:7001' "the record names it"
says "ok ok ok ok ok ok" "beside a message to a connection it means nothing" \
	$server , $one , connect 1 4:127.0.0.1:7001 , sendbeside 1 - 127.0.0.2

# SCTP: what one serves, and whom
says "ok ok ok" "SCTP takes one more allowed address" \
	$one , bind 1 4:127.0.0.1:7000 , bindx 1 4:127.0.0.3:7000
says "ok EACCES" "but not at another port" $one , bindx 1 4:127.0.0.3:7002
mine="$one , bind 1 4:0.0.0.0:7000 , listen 1"
says "ok ok ok ok ok ok" "an association from an allowed address" \
	$mine , @socket 2 stream:132 1 , @connect 1 4:127.0.0.1:7000 , accept 1 2
drain
says "ok ok ok ok ok ETIMEDOUT EAGAIN" "one from another" \
	$mine , @socket 2 stream:132 1 , @bind 1 4:127.0.0.2:0 , \
	@connect 1 4:127.0.0.1:7000 , accept 1 2
like "$(records)" 'from 127.0.0.2:[0-9]+$' "its record says whose"

# Which of the associations of a listener from outside came before nobody knows.
drain
is "$(free $mine , @socket 2 stream:132 1 , @connect 1 4:127.0.0.1:7000 , \
	enter kinds , accept 1 2 , send 2)" "ok ok ok ok ok ok ok EACCES" \
	"what a listener from outside accepts is of no use"
like "$(records)" '^inet/stream/sctp' "with a record"

# MPTCP: to whom one connects
server="@socket 2 stream:262 1 , @bind 1 4:0.0.0.0:7003 , @listen 1"
one="socket 2 stream:262 1"
is "$(free $server , $one , connect 1 4:127.0.0.2:7003)" "ok ok ok ok ok" \
	"MPTCP works without a policy"
says "ok ok ok ok ok" "MPTCP to an allowed address" \
	$server , $one , connect 1 4:127.0.0.1:7003
says "ok ok ok ok EACCES" "MPTCP to another" \
	$server , $one , connect 1 4:127.0.0.2:7003
says "ok ok ok ok EACCES" "MPTCP that connects by sending" \
	$server , $one , fastopen 1 4:127.0.0.2:7003

# MPTCP: who connects, by MPTCP and by plain TCP
from="@bind 1 4:127.0.0.2:0 , @connect 1 4:127.0.0.1:7000"
case $(uname -r) in
6.1.*) ;;
*)
	mine="$one , bind 1 4:0.0.0.0:7000 , listen 1"
	says "ok ok ok ok ok ok" "MPTCP from an allowed address" \
		$mine , @socket 2 stream:262 1 , @connect 1 4:127.0.0.1:7000 , accept 1 2
	drain
	says "ok ok ok ok ok ETIMEDOUT EAGAIN" "MPTCP from another" \
		$mine , @socket 2 stream:262 1 , $from , accept 1 2
	like "$(records)" '^inet/stream/mptcp from 127.0.0.2:[0-9]+$' \
		"its record says whose"
	says "ok ok ok ok ok ETIMEDOUT EAGAIN" "plain TCP to a socket of MPTCP" \
		$mine , @socket 2 stream 1 , $from , accept 1 2

	# A listener that was made outside: a part that takes packets, and a whole
	other="@socket 2 stream:262 1 , $from"
	is "$(free $mine , $other , enter kinds , accept 1 2 , send 2)" \
		"ok ok ok ok ok ok ok ok EACCES" \
		"MPTCP that came before the listener was ours is judged by its source"
	is "$(free $mine , @socket 2 stream:262 1 , @connect 1 4:127.0.0.1:7000 , \
		@send 1 , enter kinds , accept 1 2 , recv 2 , send 2)" \
		"ok ok ok ok ok ok ok ok ok ok" "from an allowed address it is used"
	is "$(free $mine , enter kinds , listen 1 , $other , accept 1 2)" \
		"ok ok ok ok ok ok ok ETIMEDOUT EAGAIN" "what comes later gets no answer"
	is "$(free $one , bind 1 4:0.0.0.0:7000 , enter kinds , listen 1 , $other , accept 1 2)" \
		"ok ok ok ok ok ok ETIMEDOUT EAGAIN" "nor where it began to listen inside"

	# The path manager adds a part from one more address, unasked.
	ip mptcp limits set subflow 2 add_addr_accepted 2
	ip mptcp endpoint add 127.0.0.5 dev lo subflow
	round="$server , $one , connect 1 4:127.0.0.1:7003 , @accept 1 2 ,
		send 1 , @recv 2 , @send 2 , recv 1 , recv 1"
	before=$(counter MPJoinSynRx)
	is "$(free $round)" "ok ok ok ok ok ok ok ok ok ok EAGAIN" \
		"MPTCP of several parts"
	is "$(counter MPJoinSynRx)" $((before + 1)) "the kernel adds one"
	drain
	says "ok ok ok ok ok ok ok ok ok ok EAGAIN" "MPTCP of one part goes on" $round
	is "$(counter MPJoinSynRx)" $((before + 1)) \
		"the kernel adds no part to a confined connection"
	like "$(records)" '^inet/stream/mptcp' "with a record"
	ip mptcp endpoint flush
	;;
esac

# What comes back as a SYN cookie is judged as what came as a SYN.
mine="socket 2 stream 1 , bind 1 4:0.0.0.0:7000 , listen 1"
cookies=/proc/sys/net/ipv4/tcp_syncookies
normal=$(cat $cookies)
echo 2 > $cookies # always
before=$(counter SyncookiesRecv)
says "ok ok ok ok ok ok ok ok" "a connection by a cookie" \
	$mine , @socket 2 stream 1 , @connect 1 4:127.0.0.1:7000 , accept 1 2 , \
	@send 1 , recv 2
is "$(counter SyncookiesRecv)" $((before + 1)) "a cookie came back"
is "$(free $mine , @socket 2 stream 1 , $from , accept 1 2)" \
	"ok ok ok ok ok ok ok" "from anywhere without a policy"
says "ok ok ok ok ok ETIMEDOUT EAGAIN" "and not from another address with one" \
	$mine , @socket 2 stream 1 , $from , accept 1 2
echo $normal > $cookies

for address in 127.0.0.2 127.0.0.4; do
	ip addr del $address/8 dev lo
done
succeeds "a policy can go when such sockets are gone" wait_for 90 gone
done_testing
