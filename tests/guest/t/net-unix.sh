# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# timeout: 180
# also: 6.1 fast
#
# Unix sockets: by path, by abstract name, by who is at the other end.
. "$BAILIFF_TOP/tests/guest/lib.sh"
. "$BAILIFF_TOP/tests/guest/lsm.sh"

talk=$BAILIFF_TOP/build/guest/talk

# says WANT DESCRIPTION VERB...: what talk prints after it entered the policy;
# sockets that it left behind are removed.
says()
{
	local want=$1 description=$2
	shift 2
	is "$("$talk" enter unix , "$@" | tail -n +2 | paste -sd' ')" "$want" \
		"$description"
	rm -f "$work"/*.sock
}

mkdir -p "$work/open" "$work/shut"
ln -sf "$work/ok.sock" "$work/link"
succeeds "the policy loads" load_policy <<END
bailiff: 1
policy: unix
default: {files: allow, exec: allow, network: deny, capabilities: allow, mounts: deny}
network:
  - allow: connect
    unix: ["$work/ok.sock", "$work/open/*"]
    except: $work/open/but
  - allow: connect
    unix: "@good*"
    except: "@good-but"
  - deny: connect
    unix: "@good-bad"
    errno: ECONNREFUSED
  - allow: send
    unix: $work/ok.sock
  - allow: send
    unix: "@good*"
  - allow: listen
    unix: $work/mine.sock
  - allow: listen
    unix: $work/mute.sock
  - deny: accept
    unix: $work/mute.sock
  - allow: listen
    unix: "@mine"
  - allow: connect
    unix: $work/peer.sock
    peer: other
  - allow: create
    family: unix
END
cp "$work/policy.yaml" "$work/unix.yaml"
load_policy <<END
bailiff: 1
policy: other
default: allow
END
sed "s|unix: \"@mine\"|unix: [\"@mine\", /x]|" "$work/unix.yaml" > "$work/mixed.yaml"
fails "paths and abstract names are not one rule" policyc check "$work/mixed.yaml"

serve="@socket 1 stream 1 , @bind 1"
# shellcheck disable=SC2086 # words
{
says "ok ok ok ok ok" "an allowed path" \
	$serve p:$work/ok.sock , @listen 1 , socket 1 stream 1 , connect 1 p:$work/ok.sock
drain
says "ok ok ok ok EACCES" "another path" \
	$serve p:$work/no.sock , @listen 1 , socket 1 stream 1 , connect 1 p:$work/no.sock
record=$(records)
like "$record" "^$work/no.sock$" "its record has the path"
like "$record" '^unix/stream/0$' "and the socket"
says "ok ok ok ok ok" "a symbolic link leads to the path" \
	$serve p:$work/ok.sock , @listen 1 , socket 1 stream 1 , connect 1 p:$work/link
says "ok ok ok ok EACCES" "what is excepted" \
	$serve p:$work/open/but , @listen 1 , socket 1 stream 1 , connect 1 p:$work/open/but
rm -f $work/open/but
says "ok ENOENT" "a path that is not there" socket 1 stream 1 , connect 1 p:$work/none.sock
says "ok ok ok ok ok" "sequenced packets" \
	@socket 1 seqpacket 1 , @bind 1 p:$work/ok.sock , @listen 1 , \
	socket 1 seqpacket 1 , connect 1 p:$work/ok.sock
says "ok ok ok ok EACCES" "by path as well" \
	@socket 1 seqpacket 1 , @bind 1 p:$work/no.sock , @listen 1 , \
	socket 1 seqpacket 1 , connect 1 p:$work/no.sock

says "ok ok ok ok ok" "an abstract name" \
	$serve a:good1 , @listen 1 , socket 1 stream 1 , connect 1 a:good1
drain
says "ok ok ok ok EACCES" "another abstract name" \
	$serve a:other , @listen 1 , socket 1 stream 1 , connect 1 a:other
like "$(records)" '^@other$' "its record has the name"
says "ok ok ok ok EACCES" "an abstract name that is excepted" \
	$serve a:good-but , @listen 1 , socket 1 stream 1 , connect 1 a:good-but
says "ok ok ok ok ECONNREFUSED" "one that is denied, with its errno" \
	$serve a:good-bad , @listen 1 , socket 1 stream 1 , connect 1 a:good-bad

dgram="@socket 1 dgram 1 , @bind 1"
says "ok ok ok ok ok" "a datagram to an allowed path" \
	$dgram p:$work/ok.sock , socket 1 dgram 1 , sendto 1 p:$work/ok.sock , @recv 1
says "ok ok ok EACCES" "a datagram to another path" \
	$dgram p:$work/no.sock , socket 1 dgram 1 , sendto 1 p:$work/no.sock
says "ok ok ok ok ok ok" "two to the same address" \
	$dgram p:$work/ok.sock , socket 1 dgram 1 , sendtwice 1 p:$work/ok.sock , @recv 1 , @recv 1
says "ok ok ok EACCES" "two to another" \
	$dgram p:$work/no.sock , socket 1 dgram 1 , sendtwice 1 p:$work/no.sock
says "ok ok ok ok ok ok" "a connected one sends without a name" \
	$dgram p:$work/ok.sock , socket 1 dgram 1 , connect 1 p:$work/ok.sock , send 1 , @recv 1
says "ok ok ok EACCES ENOTCONN" "connecting is judged" \
	$dgram p:$work/no.sock , socket 1 dgram 1 , connect 1 p:$work/no.sock , send 1
says "ok ok ok ok ok ok ok EACCES" "a connected one to a name of its own" \
	$dgram p:$work/ok.sock , @socket 1 dgram 2 , @bind 2 p:$work/no.sock , \
	socket 1 dgram 1 , connect 1 p:$work/ok.sock , send 1 , sendto 1 p:$work/no.sock
says "ok ok ok ok ok ENOTCONN" "AF_UNSPEC dissolves" \
	$dgram p:$work/ok.sock , socket 1 dgram 1 , connect 1 p:$work/ok.sock , \
	connect 1 0:0.0.0.0:0 , send 1
says "ok ok ok ok ok ok" "a descriptor goes over a connected one" \
	$dgram p:$work/ok.sock , socket 1 dgram 1 , connect 1 p:$work/ok.sock , \
	sendfd 1 1 , @recvfd 1 3
says "ok ok ok EACCES" "an abstract datagram" \
	$dgram a:other , socket 1 dgram 1 , sendto 1 a:other

says "ok ok ok" "bind to an allowed path" \
	socket 1 stream 1 , bind 1 p:$work/mine.sock , listen 1
drain
says "ok EACCES" "bind to another path" socket 1 stream 1 , bind 1 p:$work/theirs.sock
like "$(records)" "^$work/theirs.sock$" "its record has the path"
[ ! -e "$work/theirs.sock" ] && ok "and no file was made" || not_ok "and no file was made"
says "ok" "making a socket without bind() is a matter of files" mknod $work/theirs.sock
says "ok ok ok" "bind to an abstract name" socket 1 stream 1 , bind 1 a:mine , listen 1
says "ok EACCES" "bind to another abstract name" socket 1 stream 1 , bind 1 a:theirs
says "ok ok ok ok" "a server may remove its name" \
	socket 1 stream 1 , bind 1 p:$work/mine.sock , unlink $work/mine.sock , listen 1
says "ok ok ok ok ok ok" "and accepts" \
	socket 1 stream 1 , bind 1 p:$work/mine.sock , listen 1 , \
	@socket 1 stream 1 , @connect 1 p:$work/mine.sock , accept 1 2
says "ok ok ok ok ok EACCES" "not where a rule forbids to accept" \
	socket 1 stream 1 , bind 1 p:$work/mute.sock , listen 1 , \
	@socket 1 stream 1 , @connect 1 p:$work/mute.sock , accept 1 2
says "ok ok EACCES" "a rename to where it may connect" \
	$serve p:$work/no.sock , rename $work/no.sock $work/open/new
says "ok ok ok" "a rename to where it may not" \
	$serve p:$work/ok.sock , rename $work/ok.sock $work/shut/new

mine="@socket 1 stream 1 , @bind 1 p:$work/mine.sock , @listen 1"
peer="@socket 1 stream 1 , @bind 1 p:$work/peer.sock , @listen 1"
says "ok ok ok ok ok ok" "a task of the same container" \
	@enter unix , $mine , socket 1 stream 1 , connect 1 p:$work/mine.sock
says "ok ok ok ok EACCES" "nobody else's of that path" \
	$mine , socket 1 stream 1 , connect 1 p:$work/mine.sock
says "ok ok ok ok ok ok" "a task under the policy that is named" \
	@enter other , $peer , socket 1 stream 1 , connect 1 p:$work/peer.sock
says "ok ok ok ok EACCES" "not one under none" \
	$peer , socket 1 stream 1 , connect 1 p:$work/peer.sock
says "ok ok" "a socket pair needs no name" socketpair 1 2 , send 1

# Whose the other end is: own, the host's, of another container of the policy
succeeds "a policy by whose it is loads" load_policy <<END
bailiff: 1
policy: whose
default: {files: allow, exec: allow, network: allow, capabilities: allow, mounts: deny}
network:
  - {deny: [connect, send], unix: "$work/self-*", peer: self}
  - {deny: [connect, send], unix: "$work/host-*", peer: host}
  - {deny: [connect, send], unix: "$work/named-*", peer: whose}
END
# whose POLICY WANT: to a server under it (-: none) by a name for each peer, by
# streams and datagrams
whose()
{
	local name got=() under

	for name in self host named; do
		under=
		[ "$1" = - ] || under="@enter $1 ,"
		got+=("$("$talk" $under @socket 1 stream 1 , @bind 1 p:$work/$name-s.sock , @listen 1 , \
			@socket 1 dgram 2 , @bind 2 p:$work/$name-d.sock , enter whose , \
			socket 1 stream 1 , socket 1 dgram 2 , connect 1 p:$work/$name-s.sock , \
			sendto 2 p:$work/$name-d.sock | tail -n 2 | paste -sd' ')")
		rm -f $work/*.sock
	done
	is "${got[*]}" "$2" "$3"
}
whose whose "EACCES EACCES ok ok ok ok" "one's own is self, and neither host nor a name"
whose - "ok ok EACCES EACCES ok ok" "who is under no policy is host alone"
whose other "ok ok ok ok ok ok" "under another policy he is neither"
for name in one two; do
	tell $fs/bind "cgroup=$(cgroup unix-$name) policy=whose label=$name" > /dev/null
done
in_cgroup unix-one "$talk" socket 1 stream 1 , bind 1 p:$work/self-s.sock , listen 1 , \
	socket 1 stream 2 , bind 2 p:$work/host-s.sock , listen 2 , \
	socket 1 stream 3 , bind 3 p:$work/named-s.sock , listen 3 , run /bin/sleep 1000 > $work/served &
wait_for 20 eval '[ "$(grep -c ok $work/served)" = 9 ]'
reaches="socket 1 stream 1 , socket 1 stream 2 , socket 1 stream 3 , connect 1 p:$work/self-s.sock ,
	connect 2 p:$work/host-s.sock , connect 3 p:$work/named-s.sock"
is "$(in_cgroup unix-one "$talk" $reaches | tail -n 3 | paste -sd' ')" "EACCES ok ok" \
	"a server of one's container is self"
is "$(in_cgroup unix-two "$talk" $reaches | tail -n 3 | paste -sd' ')" "ok ok EACCES" \
	"one of another container of the policy is not, but has its name"
echo 1 > /sys/fs/cgroup/unix-one/cgroup.kill
wait
}
done_testing
