# shellcheck shell=bash disable=SC2086
# SPDX-License-Identifier: GPL-2.0-only
#
# timeout: 240
#
# `errno:` of rules: each word in each class comes out as it was said, and none
# is taken by the kernel for something else.
. "$BAILIFF_TOP/tests/guest/lib.sh"
. "$BAILIFF_TOP/tests/guest/lsm.sh"

reach=$BAILIFF_TOP/build/guest/reach
defaults="{files: allow, exec: allow, network: allow, capabilities: allow,
          mounts: allow, namespaces: allow, tasks: allow, ipc: allow, kernel: allow}"
mkdir -p $work/dir $work/m
cp /bin/true $work/true

# fit WORD: what a denial of list says in its place, since it may not say EINVAL
fit() { [ "$1" = EINVAL ] && echo EPERM || echo "$1"; }

# says WORD: a policy whose denials all say it
says()
{
	load_policy <<END
bailiff: 1
policy: says
default: $defaults
files:
  - {deny: list, paths: $work/dir, errno: $(fit $1)}
exec:
  - {deny: $work/true, errno: $1}
network:
  - {deny: connect, ports: 9, errno: $1}
mounts:
  - {deny: mount, target: $work/m, errno: $1}
tasks:
  - {deny: signal, signals: winch, errno: $1}
namespaces:
  - {deny: userns-create, errno: $1}
ipc:
  - {deny: [shm, sem, msg], errno: $1}
kernel:
  - {deny: [bpf, perf, syslog, time, io-uring], errno: $1}
END
}

# told: what the callers get, one word for each
told()
{
	under says open r $work/dir 1 , exec $work/true , socket 2 stream 1 , \
		connect 1 4:127.0.0.1:9 , mount tmpfs $work/m tmpfs
	"$act" enter says , exec $work/inner | tail -n +2 | grep -v '^ok$'
}
cat > $work/inner <<END
#!/bin/bash
exec $reach raise 28 , userns , shm , sem , msg , bpf , perf , syslog , \
	time , poller , personality , uringcmd
END
chmod +x $work/inner

words=$(sed -n 's/^BVM_ERRNO(\(.*\))/\1/p' "$BAILIFF_TOP/vm/names.def")
is "$(wc -w <<< "$words")" 16 "there are sixteen words"
for word in $words; do
	says $word || not_ok "a policy that says $word loads"
	is "$(told | paste -sd' ')" "$(fit $word) $word ok $word $word $(
		for i in 1 2 3 4 5 6 7 8 9 10 11 12; do echo $word; done | paste -sd' ')" \
		"$word is what the caller gets"
done

# The kernel takes -ENOSYS from the hook of prctl(2) for "do as usual": nothing is
# judged there, and whatever rules say prctl does what it is asked.
says ENOSYS
is "$(under says nnp , become /bin/grep NoNewPrivs: /proc/self/status | tr '\t' ' ')" \
	"ok NoNewPrivs: 1" "prctl has its effect where all denials say ENOSYS"

# reads WORD: a policy that has reading say it
reads()
{
	load_policy 2> /dev/null <<END
bailiff: 1
policy: read
default: $defaults
files:
  - {deny: read, paths: $work/true, errno: $1}
END
}

for word in EPERM ENOENT ENOSYS; do
	reads $word
	is "$(under read open r $work/true 1)" $word "reading may say $word"
done
fails "and not what io_uring takes for something else" reads EOPNOTSUPP
fails "nor what overlayfs does" reads EINVAL

# The kernel asks whether, not why
load_policy <<END || not_ok "a policy on capabilities loads"
bailiff: 1
policy: asked
default: $defaults
capabilities:
  - {deny: [net_bind_service, chown], errno: EPERM}
END
is "$(under asked socket 2 stream 1 , bind 1 4:127.0.0.1:99 , chown $work/m)" \
	"ok EACCES EPERM" "who asks for a capability says what he says"

# keyring IMAGE: does a task read a keyring that it possesses?
keyring()
{
	load_image $work/$1.img > /dev/null || echo "not loaded"
	"$reach" session , addkey user , enter keys , readkey | paste -sd' '
}

# change FROM TO FILE: one word of an image, in hexadecimal, made another
change()
{
	LC_ALL=C sed "s/$1/$2/g" $work/keys.img > $work/$3.img
	! cmp -s $work/keys.img $work/$3.img
}
load_policy <<END || not_ok "a policy on keys loads"
bailiff: 1
policy: keys
default: $defaults
kernel:
  - {deny: keyring, errno: ENOENT}
END
cp $work/policy.img $work/keys.img
is "$(keyring keys)" "ok ok ok ENOENT" "a keyring is not read"
# deny, errno 2, rule 1: the same with 13 (EACCES), with 11 (EAGAIN)
succeeds "an image by hand says EACCES" change '\x41\x10\x00\x00' '\xa1\x11\x00\x00' hand
is "$(keyring hand)" "ok ok ok EPERM" \
	"the kernel does not hear it: the key would be read all the same"
succeeds "another says EAGAIN" change '\x41\x10\x00\x00' '\x61\x11\x00\x00' again
fails "and is not loaded" load_image $work/again.img
like "$out" 'is no verdict' "with the reason"
done_testing
