# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# timeout: 120
#
# The files in securityfs: what they take, what they refuse, what they say.
. "$BAILIFF_TOP/tests/guest/lib.sh"
. "$BAILIFF_TOP/tests/guest/lsm.sh"

like "$(cat $fs/version)" '^bailiff 1 1 1$' "the version"
like "$(status_of lsm_order)" 'bailiff' "the order of the LSMs"
like "$(status_of jit)" '^on$' "the JIT is in use"

load_policy <<EOF
bailiff: 1
policy: fs
default: {files: allow, exec: allow, network: allow, capabilities: allow, mounts: deny}
exec:
  - deny: /usr/bin/id
EOF
like "$(load_image $work/policy.img)" '^ok policy=fs generation=[0-9]+ digest=[0-9a-f]{64}$' \
	"the reply to a load"
is "$(sha256sum < $work/policy.img | cut -d' ' -f1)" \
	"$(sed -n 's/^digest //p' $fs/policies/fs/info)" "the digest is that of the image"
is "$(sha256sum < $fs/policies/fs/image)" "$(sha256sum < $work/policy.img)" \
	"the image is read back"
like "$(cat $fs/policies/fs/info)" '^programs jit$' "its programs are compiled"
like "$(cat $fs/policies/fs/rules)" '^1 .*policy.yaml:5 deny 0$' "its rules"

# Bad images leave the old policy as it is.
generation=$(sed -n 's/^generation //p' $fs/policies/fs/info)
head -c 100 $work/policy.img > $work/short.img
like "$(load_image $work/short.img)" '^error: ' "a truncated image is refused"
cat $work/policy.img $work/policy.img > $work/long.img
like "$(load_image $work/long.img)" '^error: ' "so is a long one"
head -c 5000 /dev/urandom > $work/noise.img
like "$(load_image $work/noise.img)" '^error: ' "and noise"
# Each write of an image that is damaged somewhere: how many there were, and how
# many were refused without a word. In one process: the shell would take a minute.
damaged()
{
	perl -e '
		use Fcntl;
		my ($image, $load) = @ARGV;
		my ($tries, $silent) = (0, 0);
		open(my $in, "<:raw", $image) or die "$image: $!";
		my $good = do { local $/; <$in> };
		for (my $off = 8; $off <= length($good) - 4; $off += 68) {
			my ($bad, $reply) = ($good, "");
			substr($bad, $off, 4) = "\xff" x 4;
			sysopen(my $out, $load, O_RDWR) or die "$load: $!";
			$tries++;
			next if defined(syswrite($out, $bad));
			sysread($out, $reply, 4096);
			$silent++ if $reply !~ /^error: ./;
		}
		print "$tries tries, $silent silent\n"' "$1" "$fs/load"
}
like "$(damaged $work/policy.img)" '^[1-9][0-9]+ tries, 0 silent$' \
	"every refusal of a damaged image says why"
load_image $work/policy.img > /dev/null
[ "$(sed -n 's/^generation //p' $fs/policies/fs/info)" -gt "$generation" ] &&
	ok "and the policy still loads" || not_ok "and the policy still loads"

# Messages
like "$(tell $fs/bind "cgroup=1 policy=fs")" 'error: this is the root' "the root is not bound"
like "$(tell $fs/bind "cgroup=999999 policy=fs")" 'error: no such cgroup' "nor what is not there"
id=$(cgroup fs)
like "$(tell $fs/bind "cgroup=$id policy=nowhere")" 'error: no such policy' "nor to what is not there"
like "$(tell $fs/bind "cgroup=$id")" 'error: cgroup= and policy=' "a policy is needed"
like "$(tell $fs/bind "cgroup=$id policy=fs colour=red")" "error: unknown word 'colour=red'" \
	"unknown words are named"
like "$(tell $fs/bind "cgroup=$id policy=fs cgroup=$id")" "given twice" "nothing twice"
like "$(tell $fs/bind "cgroup=$id policy=fs@12")" 'error: the digest' "digests are whole"
like "$(tell $fs/bind "cgroup=$id policy=fs runtime=999999")" 'error: no such runtime' "runtimes exist"
own=$(stat -c %i "/sys/fs/cgroup$(sed 's/^0:://' /proc/self/cgroup)")
like "$(tell $fs/bind "cgroup=$own policy=fs")" 'error: this' "one's own cgroup is not bound"
is "$(tell $fs/bind "cgroup=$id policy=fs label=web")" ok "a binding"
like "$(cat $fs/bindings)" "^cgroup=$id policy=fs label=web tasks=0 joined=0$" "is listed"
in_cgroup fs sleep 30 &
wait_for 5 grep -q joined=1 $fs/bindings
like "$(cat $fs/bindings)" "tasks=1 joined=1$" "with its tasks"
like "$(cat $fs/tasks)" "^[0-9]+ [0-9]+ fs@[0-9]+$" "and they are, too"
like "$(cat $fs/policies/fs/info)" '^tasks 1$' "and counted by policy"
echo 1 > /sys/fs/cgroup/fs/cgroup.kill
wait 2> /dev/null
wait_for 5 rmdir /sys/fs/cgroup/fs
mkdir /sys/fs/cgroup/fs
tell $fs/bind "cgroup=$(stat -c %i /sys/fs/cgroup/fs) policy=fs" > /dev/null
is "$(grep -c "cgroup=$id " $fs/bindings)" 0 "a dead cgroup's binding goes"

# Modes
under fs exec /usr/bin/id | grep -q EACCES && ok "enforced" || not_ok "enforced"
is "$(tell $fs/policies/fs/mode exec=audit)" ok "a class is put in audit mode"
like "$(cat $fs/policies/fs/mode)" '^exec=audit$' "and says so"
drain
is "$(under fs exec /usr/bin/id | tail -n 1 | sed 's/.* //')" ok "what it would deny is allowed"
like "$(records)" '/usr/bin/id' "and recorded"
like "$(tell $fs/policies/fs/mode loud)" 'error' "other words are refused"
tell $fs/policies/fs/mode enforce > /dev/null
is "$(under fs exec /usr/bin/id)" EACCES "enforced again"

# Removed while somebody has its files open, it is gone all the same, and a next
# one of the same name has files of its own
sed "s/^policy: fs/policy: held/" $work/policy.yaml > $work/held.yaml
policyc build $work/held.yaml -o $work/held.img > /dev/null
for round in 1 2 3; do
	load_image $work/held.img > /dev/null
	exec 8< $fs/policies/held/info 9< $fs/policies/held
	is "$(tell $fs/unload held)" ok "a policy whose files are open is removed ($round)"
	is "$(find $fs/policies/held 2> /dev/null)" "" \
		"and nothing of it is left ($round)"
	[ $round != 2 ] || exec 8<&- 9<&-
done
is "$(ls /proc/self/fd/9/ | wc -l)" 0 "what is open of it is empty"
exec 8<&- 9<&-
like "$(load_image $work/held.img)" '^ok policy=held' "it comes back"
is "$(ls $fs/policies/held | paste -sd' ')" "$(ls $fs/policies/fs | paste -sd' ')" \
	"with all of its files"
is "$(tell $fs/unload held)" ok "and goes"

# How long a message may be, and that a NUL does not cut one: a line each, of what
# came of it, what should have, and what was tried
id=$(stat -c %i /sys/fs/cgroup/fs)
tell $fs/unbind "cgroup=$id" > /dev/null
python3 - $fs "$id" > $work/said <<'END'
import errno, os, sys

top, id = sys.argv[1] + "/", sys.argv[2]
texts = {
    "unload": (b"nowhere", 1024, "ENOENT error: no such policy"),
    "unbind": (b"cgroup=" + id.encode(), 1024,
               "ENOENT error: this cgroup is not bound"),
    "self": (b"nowhere", 1024, "ENOENT error: no such policy"),
    "policies/fs/mode": (b"enforce", 1024, "ok ok"),
    "bind": (b"cgroup=%s policy=fs" % id.encode(), 4096, "ok ok"),
}

def write(file, data):
    fd = os.open(top + file, os.O_RDWR)
    word = "ok"
    try:
        os.write(fd, data)
    except OSError as e:
        word = errno.errorcode[e.errno]
    reply = os.pread(fd, 4096, 0).decode().strip()
    os.close(fd)
    return word + " " + reply

def say(got, want, what):
    print(got, want, what, sep="\t")

for file, (text, limit, want) in texts.items():
    for size in limit - 1, limit, limit + 1:
        if size > limit:
            want = "E2BIG error: %d bytes, and the limit is %d" % (size, limit)
        # what a bind leaves is what the next one finds
        say(write(file, text.ljust(size)), want, "%s: %d bytes" % (file, size))
    if file == "bind":
        write("unbind", texts["unbind"][0])
    for what, data in (("at its end", text + b"\0"),
                       ("in it", text + b"\0 more"),
                       ("before it", b"\0" + text)):
        say(write(file, data), "EINVAL error: a NUL byte in the message",
            "%s: a NUL %s" % (file, what))

for size in 62, 63, 64:
    say(write("bind", texts["bind"][0] + b" label=" + b"l" * size),
        "ok ok" if size < 64 else "E2BIG error: the label is too long",
        "a label of %d bytes" % size)
    write("unbind", texts["unbind"][0])

limit = 64 << 20
for size in limit - 1, limit, limit + 1:
    got = write("load", bytes(size)).split()
    want = "E2BIG error:" if size > limit else "EINVAL error:"
    say(" ".join(got[:2]), want, "an image of %d bytes" % size)
END
while IFS=$'\t' read -r got want what; do
	is "$got" "$want" "$what"
done < $work/said
is "$(wc -l < $work/said)" 36 "all of them were tried"
is "$(grep -c "cgroup=$id " $fs/bindings)" 0 "and no NUL left half of it behind"

# Whole writes at the start only, and privilege
is "$(printf x | dd of=$fs/unload bs=1 seek=1 2>&1 | grep -c 'Invalid argument')" 1 \
	"messages begin at offset 0"
for file in load unload bind unbind policies/fs/mode events; do
	fails "$file is not for the unprivileged" \
		setpriv --reuid=1000 --clear-groups cat $fs/$file
done
fails "nor a descriptor without the capability" \
	setpriv --bounding-set=-mac_admin --inh-caps=-mac_admin bash -c "echo fs > $fs/unload"
run cat $fs/test
like "$out" '^1\.\.[0-9]+$' "the self tests run"
unlike "$out" '^not ok' "and hold"
diag "$out"
done_testing
