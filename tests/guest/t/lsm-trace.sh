# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# timeout: 120
#
# The file `trace`: whose decisions it shows, that it shows all of them, and what
# happens where its buffer is full.
. "$BAILIFF_TOP/tests/guest/lib.sh"
. "$BAILIFF_TOP/tests/guest/lsm.sh"

echo secret > $work/secret
echo open > $work/open
for name in tr-a tr-b; do
	load_policy <<END || not_ok "$name does not load"
bailiff: 1
policy: $name
default: allow
files:
  - {deny: read, paths: $work/secret}
mounts:
  - deny: [mount, umount, pivot-root, move-mount]
END
done
zeros=$(printf '0%.0s' {1..64})
for name in tr-a tr-b refuse "tr-a@$zeros"; do
	id=$(cgroup "tr-${name:0:8}")
	tell $fs/bind "cgroup=$id policy=$name" > /dev/null || not_ok "$name is not bound"
done

# A line each: what was seen, what should have been, and what was tried
cat > $work/trace.py <<'END'
import errno, os, select, struct, subprocess, sys

FS = "/sys/kernel/security/bailiff/"
GROUPS = "/sys/fs/cgroup/tr-"
HEAD = struct.Struct("<IHBBQQQQQIIIBBHII8H")
WORDS = ("policy", "label", "file", "message", "exe", "comm", "object", "detail")
DENIED, ALLOWED, CLASS_EXEC = 0, 5, 2
BUFFER = 256 << 10
secret, plain = sys.argv[1:]

def say(got, want, what):
    print(got, want, what, sep="\t", flush=True)

def attempt(call, *args):
    try:
        call(*args)
    except OSError as e:
        return errno.errorcode[e.errno]
    return "ok"

def open_trace(line=None):
    fd = os.open(FS + "trace", os.O_RDWR | os.O_NONBLOCK)
    if line is not None:
        os.write(fd, line)
    return fd

def parse(data):
    records = []
    while data:
        f = HEAD.unpack_from(data)
        r = dict(len=f[0], outcome=f[2], cls=f[3], seq=f[4], lost=f[6],
                 cgroup=f[8], reason=f[13], err=f[14], rule=f[15])
        for word, at in zip(WORDS, f[17:]):
            end = data.index(b"\0", at)
            r[word] = data[at:end].decode() if at else ""
        records.append(r)
        data = data[f[0]:]
    return records

def read(fd, size=1 << 20):
    data = b""
    try:
        while True:
            data += os.read(fd, size)
    except BlockingIOError:
        return parse(data)

def group(name):
    return os.stat(GROUPS + name).st_ino

# In the cgroup of that name, by a program there
def run(name, *words):
    script = 'echo $$ > "$1/cgroup.procs"; shift; exec "$@"'
    return subprocess.run(("bash", "-c", script, "run", GROUPS + name) + words,
                          stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL).returncode

def tell_all():
    for name in "tr-a", "tr-b", "refuse", "tr-a@000":
        run(name, "cat", secret, plain)

# ---- the line ----
fd = open_trace()
say(attempt(open_trace), "EBUSY", "it is open once")
for line in (b"", b"cgroup=", b"cgroup=0", b"cgroup=-1", b"cgroup=x", b"policy=",
             b"colour=red", b"cgroup=1  policy=a", b"cgroup=1 cgroup=1",
             b"policy=a policy=a", b"policy=" + b"n" * 64, b"policy=tr-a\0",
             b"policy=tr-a\0 cgroup=1"):
    say(attempt(os.write, fd, line), "EINVAL", "no line: %s" % line)
say(attempt(os.write, fd, b"policy=" + b"n" * 63), "ok", "a name of 63 bytes")
say(attempt(os.write, fd, b"policy=tr-a"), "EBUSY", "one line alone")
os.close(fd)
for size, want in (126, "ok"), (127, "ok"), (128, "E2BIG"):
    fd = open_trace()
    say(attempt(os.write, fd, b"policy=tr-a".ljust(size)), want,
        "a line of %d bytes" % size)
    os.close(fd)
fd = open_trace()
tell_all()
say(len(read(fd)), 0, "without a line nothing is traced")
os.close(fd)

# ---- whose ----
def whose(line, what, cgroups, policies):
    fd = open_trace(line)
    tell_all()
    records = read(fd)
    os.close(fd)
    say(sorted({r["cgroup"] for r in records}), sorted(map(group, cgroups)),
        what + ": the cgroups")
    say(sorted({r["policy"] for r in records}), policies, what + ": the policies")
    say([r["seq"] for r in records], list(range(1, len(records) + 1)),
        what + ": each is there once")
    say(sum(r["lost"] for r in records), 0, what + ": none is lost")
    return records

def has(records, what, **wanted):
    found = [r for r in records if all(r[k] == v for k, v in wanted.items())]
    say(len(found) > 0, True, what)
    return found

mine = whose(b"cgroup=%d" % group("tr-a"), "by cgroup", ["tr-a"], ["tr-a"])
has(mine, "a denial is traced", outcome=DENIED, object=secret, err=errno.EACCES)
has(mine, "and what is allowed", outcome=ALLOWED, object=plain, err=0)
mine = whose(b"policy=tr-a", "by policy", ["tr-a", "tr-a@000"], ["tr-a"])
has(mine, "the exec that could not join is among them", outcome=DENIED,
    cls=CLASS_EXEC, cgroup=group("tr-a@000"), err=errno.EACCES)
whose(b"policy=tr-b", "by another policy", ["tr-b"], ["tr-b"])
whose(b"cgroup=%d policy=tr-b" % group("tr-a"), "by both", [], [])

# An exec that cannot join: in trace what is in events
for name, policy in ("refuse", "refuse"), ("tr-a@000", "tr-a"):
    events = os.open(FS + "events", os.O_RDONLY | os.O_NONBLOCK)
    read(events)
    traced = whose(b"cgroup=%d" % group(name), name, [name], [policy])
    told = [r for r in read(events) if r["cgroup"] == group(name)]
    keys = "outcome", "cls", "reason", "err", "policy", "object", "comm"
    say([[r[k] for k in keys] for r in traced],
        [[r[k] for k in keys] for r in told], name + ": as in events")
    say(len(traced), 1, name + ": once")
    os.close(events)
whose(b"policy=refuse", "by the name refuse", ["refuse"], ["refuse"])

# ---- reading ----
fd = open_trace(b"cgroup=%d" % group("tr-a"))
poll = select.poll()
poll.register(fd, select.POLLIN)
say(poll.poll(0), [], "nothing to read yet")
run("tr-a", "true")
say(poll.poll(10000), [(fd, select.POLLIN)], "poll tells")
say(attempt(os.read, fd, 8), "EINVAL", "no record fits in 8 bytes")
first = parse(os.read(fd, 3 * 4096))[0]
os.close(fd)
fd = open_trace(b"cgroup=%d" % group("tr-a"))
run("tr-a", "true")
size = first["len"]
say(attempt(os.read, fd, size - 1), "EINVAL", "a byte too few")
say([r["seq"] for r in parse(os.read(fd, size))], [1],
    "what did not fit is still there, and fits in its own length")
second = parse(os.read(fd, 3 * 4096))[0]
say(second["seq"], 2, "the next one follows")
os.close(fd)

# ---- its buffer ----
fd = open_trace(b"cgroup=%d policy=tr-a" % group("tr-a"))
loop = "exec 2> /dev/null; i=0; while [ $i -lt 4000 ]; do : < $0; i=$((i + 1)); done"
run("tr-a", "bash", "-c", loop, secret)
full = read(fd)
size = sum(r["len"] for r in full)
last = full[-1]
say(last["object"], secret, "the buffer is full of the same denial")
say(BUFFER - last["len"] < size <= BUFFER, True,
    "it holds 256 KiB and not a record more (%d bytes)" % size)
say([r["seq"] for r in full], list(range(1, len(full) + 1)),
    "what is in it has no gap")
run("tr-a", "true")
after = read(fd)
say(after[0]["lost"] > 0, True, "what found no room is lost (%d)" % after[0]["lost"])
say(after[0]["seq"], len(full) + after[0]["lost"] + 1,
    "and counted, and there is room again")
say([r["lost"] for r in after], [after[0]["lost"]] * len(after), "no more is lost")
os.close(fd)
fd = open_trace(b"cgroup=%d" % group("tr-a"))
run("tr-a", "true")
say([(r["seq"], r["lost"]) for r in read(fd)][0], (1, 0), "the next trace begins anew")
os.close(fd)
END
python3 $work/trace.py $work/secret $work/open > $work/said 2> $work/err
is "$?" 0 "all of it was tried"
[ ! -s $work/err ] || diag "$(tail -n 5 $work/err)"
while IFS=$'\t' read -r got want what; do
	is "$got" "$want" "$what"
done < $work/said

is "$(wc -l < $work/said)" 68 "and is judged"
is "$(setpriv --reuid=1000 --clear-groups cat $fs/trace 2>&1 | grep -c 'Permission denied')" 1 \
	"it is not for the unprivileged"
run in_cgroup tr-tr-a cat $fs/trace
isnt "$status" 0 "nor for the confined"
for name in tr-a tr-b refuse tr-a@000; do
	tell $fs/unbind "cgroup=$(cgroup tr-$name)" > /dev/null
	rmdir /sys/fs/cgroup/tr-$name
done
for name in tr-a tr-b; do
	wait_for 10 sh -c "echo $name > $fs/unload" || not_ok "$name cannot be unloaded"
done
done_testing
