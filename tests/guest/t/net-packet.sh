# shellcheck shell=bash disable=SC2101
# SPDX-License-Identifier: GPL-2.0-only
#
# timeout: 120
# also: 6.1 fast
#
# What comes in: packets and connections, judged by the domains of the socket.
. "$BAILIFF_TOP/tests/guest/lib.sh"
. "$BAILIFF_TOP/tests/guest/lsm.sh"

talk=$BAILIFF_TOP/build/guest/talk
ip link set lo up 2> /dev/null

# says WANT DESCRIPTION VERB...: what talk prints after it entered the policy.
says()
{
	local want=$1 description=$2
	shift 2
	is "$("$talk" enter packet , "$@" | tail -n +2 | paste -sd' ')" "$want" \
		"$description"
}

# without security_mptcp_add_subflow nobody says who connects by MPTCP
case $(uname -r) in
6.1.*) from_mptcp="" mptcp="" ;;
*)
	from_mptcp="
  - allow: listen
    protocol: mptcp
    ports: 8000
    from: 127.0.0.1"
	mptcp="switch mptcp"
	;;
esac

succeeds "the policy loads" load_policy <<END
bailiff: 1
policy: packet
default: {files: allow, exec: allow, network: deny, capabilities: allow, mounts: allow}
network:
  - allow: [create, bind]
    family: [inet, inet6]
  - allow: receive
    protocol: udp
    from: ["127.0.0.1", "::1"]
    ports: 5000
  - deny: receive
    protocol: udp
    from: 127.0.0.9
    message: not from there
  - allow: receive
    protocol: icmp
    from: 127.0.0.1
  - allow: connect
    protocol: udp
    to: 127.0.0.3
  - allow: listen
    protocol: tcp
    ports: 8000
    from: ["127.0.0.1", "::1"]
  - allow: listen
    protocol: tcp
    ports: 8001$from_mptcp
END

udp="socket 2 dgram 1 , bind 1 4:127.0.0.1:5000"
# shellcheck disable=SC2086 # words
{
says "ok ok ok ok ok" "a packet from an allowed address" \
	$udp , @socket 2 dgram 1 , @sendto 1 4:127.0.0.1:5000 , recv 1
drain
says "ok ok ok ok ok EAGAIN" "a packet from another address" \
	$udp , @socket 2 dgram 1 , @bind 1 4:127.0.0.2:0 , @sendto 1 4:127.0.0.1:5000 , recv 1
record=$(records)
like "$record" '^127.0.0.1:5000$' "its record has where it was to arrive"
like "$record" '^inet/dgram/udp from 127.0.0.2:[0-9]+$' "and whence it came"
is "$(grep -c '^talk$' <<< "$record")" 1 "and names no task: only the one that entered is named"
before=$(hits packet :11)
says "ok ok ok ok ok EAGAIN" "a packet that a rule denies" \
	$udp , @socket 2 dgram 1 , @bind 1 4:127.0.0.9:0 , @sendto 1 4:127.0.0.1:5000 , recv 1
is "$(hits packet :11)" "$((before + 1))" "is counted for that rule"
like "$(records)" '^not from there$' "and recorded with its message"
says "ok ok ok ok EAGAIN" "a packet to another port" \
	socket 2 dgram 1 , bind 1 4:127.0.0.1:5001 , @socket 2 dgram 1 , \
	@sendto 1 4:127.0.0.1:5001 , recv 1
says "ok ok ok ok ok ok ok" "answers to connect() are no receive" \
	@socket 2 dgram 1 , @bind 1 4:127.0.0.3:53 , \
	socket 2 dgram 1 , bind 1 4:127.0.0.4:5002 , connect 1 4:127.0.0.3:53 , \
	@sendto 1 4:127.0.0.4:5002 , recv 1
says "ok ok ok ok ok ok ok EAGAIN" "but others do not reach that socket, or a disconnected one" \
	@socket 2 dgram 1 , @bind 1 4:127.0.0.3:53 , \
	socket 2 dgram 1 , bind 1 4:127.0.0.4:5002 , connect 1 4:127.0.0.3:53 , \
	connect 1 0:0.0.0.0:0 , @sendto 1 4:127.0.0.4:5002 , recv 1
says "ok ok ok ok ok" "IPv6" \
	socket 10 dgram 1 , bind 1 6:[::1]:5000 , @socket 10 dgram 1 , \
	@sendto 1 6:[::1]:5000 , recv 1
says "ok ok ok ok ok" "IPv4 to a socket of IPv6 is IPv4" \
	socket 10 dgram 1 , bind 1 6:[::]:5000 , @socket 2 dgram 1 , \
	@sendto 1 4:127.0.0.1:5000 , recv 1
says "ok ok ok ok ok EAGAIN" "also when it is denied" \
	socket 10 dgram 1 , bind 1 6:[::]:5000 , @socket 2 dgram 1 , \
	@bind 1 4:127.0.0.2:0 , @sendto 1 4:127.0.0.1:5000 , recv 1
says "ok ok ok ok" "a raw socket takes what is allowed" \
	socket 2 raw:1 1 , @socket 2 raw:1 1 , @sendto 1 4:127.0.0.1:0 , recv 1
says "ok ok ok ok EAGAIN" "and nothing else" \
	socket 2 raw:1 1 , @socket 2 raw:1 1 , @bind 1 4:127.0.0.2:0 , \
	@sendto 1 4:127.0.0.1:0 , recv 1

tcp="socket 2 stream 1 , bind 1 4:0.0.0.0:8000 , listen 1"
says "ok ok ok ok ok ok ok ok" "a connection from an allowed address" \
	$tcp , @socket 2 stream 1 , @connect 1 4:127.0.0.1:8000 , accept 1 2 , \
	@send 1 , recv 2
drain
says "ok ok ok ok ok ETIMEDOUT EAGAIN" "a connection from another address" \
	$tcp , @socket 2 stream 1 , @bind 1 4:127.0.0.2:0 , @connect 1 4:127.0.0.1:8000 , accept 1 2
like "$(records)" '^inet/stream/tcp from 127.0.0.2:[0-9]+$' "its record says whose"
says "ok ok ok ok ok ok ok" "a port without 'from' takes anybody's" \
	socket 2 stream 1 , bind 1 4:0.0.0.0:8001 , listen 1 , \
	@socket 2 stream 1 , @bind 1 4:127.0.0.2:0 , @connect 1 4:127.0.0.1:8001 , accept 1 2
says "ok ok ok ok ok ok" "a connection by IPv6" \
	socket 10 stream 1 , bind 1 6:[::]:8000 , listen 1 , \
	@socket 10 stream 1 , @connect 1 6:[::1]:8000 , accept 1 2
says "ok ok ok ok ok ETIMEDOUT EAGAIN" "by IPv4 to a socket of IPv6" \
	socket 10 stream 1 , bind 1 6:[::]:8000 , listen 1 , \
	@socket 2 stream 1 , @bind 1 4:127.0.0.2:0 , @connect 1 4:127.0.0.1:8000 , accept 1 2
}

# Sockets that were made outside
is "$("$talk" socket 2 dgram 1 , bind 1 4:127.0.0.1:5000 , @socket 2 dgram 1 , \
	@bind 1 4:127.0.0.2:0 , enter packet , shutdown 1 , @sendto 1 4:127.0.0.1:5000 , recv 1 |
	tail -n 1)" EAGAIN "a socket from outside is judged after its first use"


# A listener that was made outside, with connections in its queue
listener="socket 2 stream 1 , bind 1 4:0.0.0.0:8000 , listen 1"
first="@socket 2 stream 1 , @bind 1 4:127.0.0.2:0 , @connect 1 4:127.0.0.1:8000 , @send 1"
second="@socket 2 stream 3 , @connect 3 4:127.0.0.1:8000 , @send 3"
# inherited WANT DESCRIPTION VERB...: the last words
inherited()
{
	is "$("$talk" "${@:3}" | tail -n "$(wc -w <<< "$1")" | paste -sd' ')" "$1" "$2"
}
# shellcheck disable=SC2086 # words
{
drain
inherited "ok EACCES EACCES" "what came to a listener before it was ours is judged by its source" \
	$listener , $first , enter packet , accept 1 2 , recv 2 , send 2
like "$(records)" '^127.0.0.1:8000$' "it is recorded"
inherited "ok ok ok" "an allowed one is used" \
	$listener , $second , enter packet , accept 1 2 , recv 2 , send 2
inherited "ok ok ok EACCES ok" "each for itself, whatever was done to the listener before" \
	$listener , $first , $second , enter packet , listen 1 , accept 1 2 , accept 1 4 , \
	recv 2 , recv 4
inherited "ok EACCES" "nor is it spliced from" \
	$listener , $first , enter packet , accept 1 2 , splice 2
inherited "ok ok ETIMEDOUT EAGAIN" "what comes later gets no answer" \
	$listener , enter packet , listen 1 , @socket 2 stream 1 , @bind 1 4:127.0.0.2:0 , \
	@connect 1 4:127.0.0.1:8000 , accept 1 2
}

# A listener without a policy that closes: the kernel hands what is in its queue to
# another one of the same port, if a switch or a program of eBPF says so
cat > $work/handed.py <<'END'
import ctypes, errno, os, socket, struct, sys

kind = socket.IPPROTO_MPTCP if "mptcp" in sys.argv else 0
switch = "/proc/sys/net/ipv4/tcp_migrate_req"

def listener():
    s = socket.socket(proto=kind)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    s.bind(("0.0.0.0", 8000))
    s.listen()
    return s

# A program that leaves the choice to the kernel, and lets it hand over
def attach(s):
    insns = struct.pack("<QQ", 0x1000000b7, 0x95) # r0 = SK_PASS, exit
    code, name = ctypes.create_string_buffer(insns), ctypes.create_string_buffer(b"GPL")
    attr = bytearray(128)
    struct.pack_into("<IIQQ", attr, 0, 21, 2, ctypes.addressof(code), ctypes.addressof(name))
    struct.pack_into("<I", attr, 68, 40) # BPF_SK_REUSEPORT_SELECT_OR_MIGRATE
    buf = ctypes.create_string_buffer(bytes(attr), len(attr))
    fd = ctypes.CDLL(None, use_errno=True).syscall(321, 5, buf, len(attr))
    if fd < 0:
        sys.exit("bpf: %s" % os.strerror(ctypes.get_errno()))
    s.setsockopt(socket.SOL_SOCKET, 52, struct.pack("i", fd)) # SO_ATTACH_REUSEPORT_EBPF

def receive(s):
    try:
        return s.recv(1).decode()
    except OSError as e:
        return errno.errorcode[e.errno]

first = listener()
if "program" in sys.argv:
    attach(first)
else:
    open(switch, "w").write("1")
clients = []
for ip in "127.0.0.1", "127.0.0.2":
    c = socket.socket()
    c.bind((ip, 0))
    c.connect(("127.0.0.1", 8000))
    c.send(b"x")
    clients.append(c)
ready, tell = os.pipe()
go, say_go = os.pipe()
if os.fork() == 0:
    first.close()
    with open("/sys/kernel/security/bailiff/self", "w") as f:
        f.write("packet")
    second = listener()
    second.settimeout(10)
    if "cleared" in sys.argv:
        second.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 0)
    os.write(tell, b"r")
    os.read(go, 1)
    for i in clients:
        try:
            s, peer = second.accept()
        except OSError as e:
            print("nothing came")
            break
        print(peer[0], receive(s))
    sys.stdout.flush()
    os._exit(0)
os.read(ready, 1)
first.close()
if "off" in sys.argv:
    open(switch, "w").write("0")
os.write(say_go, b"g")
os.wait()
END
# In a network of its own: its ports are free, and the switch goes with it. What
# said so may say otherwise when they are accepted.
for way in switch program "switch off" "switch cleared" ${mptcp:+"$mptcp"}; do
	# shellcheck disable=SC2016,SC2086 # the inner shell's; words
	is "$(unshare -n bash -c 'ip link set lo up; exec python3 "$@"' \
		- $work/handed.py $way 2>&1 | sort | paste -sd' ')" \
		"127.0.0.1 x 127.0.0.2 EACCES" \
		"what came to another listener is judged by its source ($way)"
done

# the kernel keeps some for a while after they are closed
wait_for 60 sh -c "echo packet > $fs/unload; [ ! -e $fs/policies/packet ]" && ok "a policy can go when its sockets are gone" ||
	not_ok "a policy can go when its sockets are gone"
done_testing
