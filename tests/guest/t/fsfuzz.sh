# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# timeout: 180
#
# Messages by the grammars of the files in securityfs, changed images, and plain
# bytes, written in every way to every file by four workers at once, on
# descriptors that they share, too. Meanwhile a policy that is in force stays in
# force. GUEST_FUZZ_SECONDS is for how long (55); GUEST_FUZZ_SEED repeats a run.
. "$BAILIFF_TOP/tests/guest/lib.sh"
. "$BAILIFF_TOP/tests/guest/lsm.sh"

seconds=${GUEST_FUZZ_SECONDS:-55}
seed=${GUEST_FUZZ_SEED:-$(date +%s)}
mkdir -p $work/images
echo secret > $work/secret

succeeds "the policy that is to hold" load_policy <<END
bailiff: 1
policy: held
default: {files: allow, exec: allow, network: allow, capabilities: allow, mounts: deny}
files:
  - deny: [read, write, manage]
    paths: $work/secret
END

# image NAME RULES
image()
{
	{
		echo "bailiff: 1"
		echo "policy: $1"
		echo "default: {files: allow, exec: allow, network: allow, capabilities: allow, mounts: deny}"
		cat
	} > $work/$1.yaml
	succeeds "image $1" policyc build $work/$1.yaml -o $work/images/$1.img
}

image fuzz-small < /dev/null
image fuzz-files <<END
files:
  - deny: [write, manage]
    paths: ["/srv/**", "/etc/[a-f]*", "/x/{a,b}/?"]
    message: not here
exec:
  - deny: /usr/bin/id
END
image fuzz-net <<END
network:
  - deny: connect
    to: [10.0.0.0/8, "fd00::/16"]
    ports: [1-9, 80, 1000-2000]
capabilities:
  - deny: [sys_admin, net_raw]
END

# Confined since before the fuzzing; looks every now and then, and at the end
# says how often the secret could be read.
cat > $work/hold.sh <<END
echo held > $fs/self
opened=0 denied=0
while [ ! -e $work/stop ]; do
	for i in 1 2 3 4 5 6 7 8 9 10; do
		if read -r x < $work/secret; then
			opened=\$((opened + 1))
		else
			denied=\$((denied + 1))
		fi 2> /dev/null
	done
	sleep 0.2
done
echo "opened \$opened denied \$denied"
END
bash $work/hold.sh < /dev/null > $work/held &
wait_for 10 grep -q 'held@' $fs/tasks || bail "nobody is held"
generation=$(sed -n 's/^generation //p' $fs/policies/held/info)
dd if=$fs/events of=/dev/null bs=1M status=none &
reader=$!
cgroup fuzz > /dev/null

diag "seed $seed"
run "$BAILIFF_TOP/build/guest/fsfuzz" "$seconds" "$seed" 4 /sys/fs/cgroup/fuzz $work/images/*.img
said=$out
diag "$(paste -sd' ' <<< "$said") $err"
is "$status" 0 "every worker ends by itself"
for what in written refused read opened; do
	like "$said" "^$what [1-9][0-9][0-9]" "much was $what"
done
for what in load bind mode self; do
	like "$said" "^accepted.* $what [1-9]" "some of it was right: $what"
done

kill $reader
touch $work/stop
wait
like "$(cat $work/held)" '^opened 0 denied [1-9]' "the policy held all the while"
is "$(sed -n 's/^generation //p' $fs/policies/held/info)" "$generation" \
	"and is the one that was loaded"
# Images that were changed may hold programs that answer anything: that denies.
diag "broken answers: $(status_of reason.broken)"

# And everything can be taken back.
sed -n 's/ .*//p' $fs/bindings > $work/bound
while read -r line; do
	tell $fs/unbind "$line" > /dev/null
done < $work/bound
is "$(status_of bindings)" 0 "the bindings go"
left()
{
	local path

	for path in $fs/policies/*/; do
		[ ! -d "$path" ] || tell $fs/unload "$(basename "$path")" > /dev/null
	done
	[ "$(status_of policies)" = 0 ]
}
succeeds "so do the policies" wait_for 20 left
done_testing
