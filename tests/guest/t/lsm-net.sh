# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# timeout: 120
# also: 6.1 fast
#
# Sockets, capabilities and the mount tree under a policy.
. "$BAILIFF_TOP/tests/guest/lib.sh"
. "$BAILIFF_TOP/tests/guest/lsm.sh"

ip link set lo up 2> /dev/null
succeeds "the policy loads" load_policy <<EOF
bailiff: 1
policy: net
default: {files: allow, exec: allow, network: deny, capabilities: deny, mounts: deny}
network:
  - allow: connect
    protocol: tcp
    to: [127.0.0.0/8, "::1"]
    ports: 80
  - allow: listen
    protocol: tcp
    ports: 8000-8010
  - allow: send
    protocol: udp
    to: 127.0.0.1
    ports: 53
  - allow: create
    protocol: udp
  - allow: create
    family: unix
    type: dgram
capabilities:
  - allow: sys_chroot
EOF

claim()
{
	local want=$1 description=$2
	shift 2
	is "$(under net "$@")" "$want" "$description"
}

claim "ok ECONNREFUSED" "an address and port that are allowed" \
	socket 2 stream 1 , connect 1 4:127.0.0.1:80
# 1030 = 1 << 10 | 6: type stream and protocol tcp as one number. The kernel has
# no such protocol, so that only our answer can be EACCES.
claim "ok" "tcp by its number" socket 2 stream:6 1
claim "EACCES" "a protocol that has tcp's bits" socket 2 stream:1030 1
claim "EACCES" "the greatest protocol" socket 2 stream:2147483647 1
claim "EACCES" "a protocol of link layers" socket 17 raw:56710 1
claim "ok EACCES" "another port" socket 2 stream 1 , connect 1 4:127.0.0.1:81
claim "ok EACCES" "another address" socket 2 stream 1 , connect 1 4:10.0.0.1:80
claim "ok ECONNREFUSED" "IPv6" socket 10 stream 1 , connect 1 6:[::1]:80
claim "ok ECONNREFUSED" "IPv4 in IPv6 is IPv4" \
	socket 10 stream 1 , connect 1 6:[::ffff:127.0.0.1]:80
claim "ok EACCES" "also when it is denied" \
	socket 10 stream 1 , connect 1 6:[::ffff:10.0.0.1]:80
claim "ok ECONNREFUSED" "0.0.0.0 is this host" \
	socket 2 stream 1 , connect 1 4:0.0.0.0:80
claim "ok EACCES" "and only where this host is allowed" \
	socket 2 stream 1 , connect 1 4:0.0.0.0:81
claim "ok EACCES" "fast open connects" \
	socket 2 stream 1 , fastopen 1 4:10.0.0.1:80
claim "ok ok" "AF_UNSPEC disconnects" socket 2 dgram 1 , connect 1 0:10.0.0.1:80
claim "ok EACCES" "a cut address" socket 2 stream 1 , shortconnect 1 4:127.0.0.1:80
claim "ok ok ok" "bind and listen" \
	socket 2 stream 1 , bind 1 4:127.0.0.1:8001 , listen 1
claim "ok EACCES" "bind to another port" socket 2 stream 1 , bind 1 4:127.0.0.1:9000
claim "ok EACCES" "listen on a port nobody named" socket 2 stream 1 , listen 1
claim "ok ok" "send to an allowed address" socket 2 dgram 1 , sendto 1 4:127.0.0.1:53
claim "ok EACCES" "send to another" socket 2 dgram 1 , sendto 1 4:127.0.0.1:54
claim "ok EACCES" "AF_UNSPEC hides no address from us" \
	socket 2 dgram 1 , sendto 1 0:127.0.0.1:54
claim "EACCES" "raw sockets" socket 2 raw 1
claim "EACCES" "unix sockets" socketpair 1 2

claim "ok EINVAL" "a name of another family is none to the kernel" \
	socket 1 dgram 1 , sendto 1 4:127.0.0.1:54
claim "ok ok" "an unconnected socket is made by kind" socket 1 dgram 1 , close 1

claim EPERM "a capability that is not allowed" hostname x
claim ok "one that is" chroot /
claim EPERM "mounting needs a capability" mount none /mnt tmpfs

load_policy <<EOF
bailiff: 1
policy: mounts
default: {files: allow, exec: allow, network: allow, capabilities: allow, mounts: deny}
EOF
for verb in "mount none /mnt tmpfs" "bindmount / /mnt" "umount /proc" "pivot / /"; do
	# shellcheck disable=SC2086 # words
	is "$(under mounts $verb)" EPERM "$verb is judged"
done
is "$(under mounts opentree /etc 1 , movemount 1 /mnt)" "ok EPERM" "move_mount is judged"
is "$(under mounts unshare m , mount none /mnt tmpfs)" "ok EPERM" \
	"also in a mount namespace of one's own"
mkdir -p $work/m
mount -t tmpfs none $work/m
is "$("$BAILIFF_TOP/build/guest/reach" enter mounts , reconfigure $work/m |
	paste -sd' ')" "ok EPERM" "a reconfiguration is judged"
is "$("$BAILIFF_TOP/build/guest/reach" reconfigure $work/m)" ok "and possible"
umount $work/m
drain
under net socket 2 stream 1 , connect 1 4:10.0.0.1:80 > /dev/null
like "$(records)" '10.0.0.1:80' "a record has the address"
done_testing
