# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# timeout: 180
#
# bailiffctl's tools on the real kernel, with real decisions: trace, record, top,
# show, and the self-test, which has to pass here and to see what is wrong.
. "$BAILIFF_TOP/tests/guest/lib.sh"
. "$BAILIFF_TOP/tests/guest/lsm.sh"

policies=$work/policies
log=$work/log/events.json
mkdir -p "$policies" "$work/state"
echo secret > "$work/secret"
echo open > "$work/open"
cat > "$policies/tools.yaml" <<END
bailiff: 1
policy: tools
default: allow
files:
  - deny: read
    paths: $work/secret
  - allow: read
    paths: $work/open
mounts:
  - deny: [mount, umount, pivot-root, move-mount]
tests:
  - deny: read $work/secret
  - allow: read $work/open
END

tool=(bailiffctl --run-dir "$work/run" --log "$log")
ctl()
{
	"${tool[@]}" "$@"
}

is_loaded()
{
	ctl show tools
}

reads()
{
	in_cgroup tools.box cat "$work/$1"
}

mode_is()
{
	[ "$(sed -n 's/^files=//p' $fs/policies/tools/mode)" = "$1" ]
}

is_tracing()
{
	readlink /proc/"$trace"/fd/* | grep -q bailiff/trace
}

bailiffd --foreground --policies "$policies" --log "$log" \
	--run-dir "$work/run" --state-dir "$work/state" 2>> "$work/daemon" &
daemon=$!
succeeds "the policy is loaded, and its image can be shown" wait_for 30 is_loaded
like "$(ctl show tools)" "2 allow files .*tools.yaml:7" "... rule by rule, with lines"
like "$(ctl show tools)" "read back: .*as the kernel says" "... of the digest that the kernel says"
cgroup tools.box > "$work/id"
succeeds "a cgroup is bound" ctl bind --cgroup /sys/fs/cgroup/tools.box \
	--policy tools --label tools-box

# ---- trace ----
total=$(status_of events_total)
"${tool[@]}" trace tools-box --for 60 > "$work/trace" 2> "$work/trace.err" &
trace=$!
succeeds "trace runs" wait_for 10 is_tracing
run ctl trace tools-box --for 1
is "$status" 3 "a second one is refused"
like "$err" 'somebody else traces' "... and told why"
pause 1
reads open > /dev/null
is "$(status_of events_total)" "$total" "what is traced is no event"
fails "the secret is refused" reads secret
run in_cgroup tools.box cat $fs/trace
isnt "$status" 0 "who is confined reads no trace"
saw_denial()
{
	grep -q 'denied .*secret' "$work/trace"
}
succeeds "the denial is traced" wait_for 20 saw_denial
kill -TERM $trace
wait $trace
like "$(cat "$work/trace")" "allowed .*read $work/open by rule 2 .*tools.yaml:7" \
	"what a rule allows is traced, with the rule"
like "$(cat "$work/trace")" "denied .*read $work/secret by rule 1 .*tools.yaml:5" \
	"... and what it denies"
like "$(cat "$work/trace")" "allowed .*stat " "... and what the default allows"
like "$(cat "$work/trace.err")" '^bailiffctl: [1-9][0-9]* decisions, 0 lost' \
	"trace says how many, and that none was lost"
run ctl trace tools-box --for 1
is "$status" 1 "when it ended another can, to whom nothing happens"
before=$(status_of events_total)
reads open > /dev/null
is "$(status_of events_total)" "$before" "... and all is as it was"

# ---- record ----
"${tool[@]}" record --container tools-box --audit -o "$work/rec" --for 100 \
	2> "$work/rec.err" &
record=$!
succeeds "record puts the policy into audit mode" wait_for 10 mode_is audit
succeeds "... in which the secret is read" reads secret
has_record()
{
	[ -s "$work/rec" ]
}
succeeds "that is recorded" wait_for 20 has_record
kill -TERM $record
rc=0
wait $record || rc=$?
is $rc 0 "an interrupt ends it"
is "$(jq -r .outcome "$work/rec" | sort -u)" would-deny "would-be denials are recorded"
succeeds "the mode is as it was" mode_is enforce
fails "... and the secret is refused" reads secret
succeeds "policyc learns from it" policyc learn "$work/rec" -o "$work/learned.yaml"
like "$(cat "$work/learned.yaml")" "$work/secret" "... what was denied"

# ---- monitor ----
"${tool[@]}" monitor > "$work/monitor" &
monitor=$!
# num_changes ABOVE: has it more lines than that?
num_changes()
{
	[ "$(grep -c 'lifecycle  tools mode' "$work/monitor")" -gt "$1" ]
}
succeeds "monitor shows what was before" wait_for 20 num_changes 0
before=$(grep -c 'lifecycle  tools mode' "$work/monitor")
succeeds "a mode is set" ctl mode tools audit
succeeds "... and monitor shows it when it comes" wait_for 20 num_changes "$before"
unlike "$(cat "$work/monitor")" 'secret' "... and no denial"
kill -TERM $monitor
wait $monitor
ctl mode tools enforce

# ---- top ----
"${tool[@]}" top -b -n 2 -d 4 --json > "$work/top" &
top=$!
has_sample()
{
	[ -s "$work/top" ]
}
wait_for 20 has_sample
fails "one more denial" reads secret
wait $top
last=$(tail -n 1 "$work/top")
is "$(jq '.containers[] | select(.container == "tools-box").denied' <<< "$last")" 1 \
	"top counts it for its container"
like "$(jq -r '.denials[].key' <<< "$last")" "tools-box denied read $work/secret" \
	"... and for its object"
is "$(jq '[.rules[] | select(.key | startswith("tools 1 ")).per_s > 0][0]' <<< "$last")" \
	true "... and the rule's hits grow"

# On a terminal: it draws, draws anew when its size changes, takes keys, and ends.
cat > "$work/screen.py" <<'END'
import fcntl, os, pty, select, struct, sys, termios, time

child, screen = pty.fork()
if not child:
    os.environ["TERM"] = "xterm"
    os.execvp(sys.argv[2], sys.argv[2:])

def size(rows, columns):
    fcntl.ioctl(screen, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

def shows(*words):
    """Waits until all of them were drawn since the last call; what was drawn."""
    drawn, end = b"", time.monotonic() + int(sys.argv[1])
    while not all(word in drawn for word in words):
        if time.monotonic() > end or not select.select([screen], [], [], 1)[0]:
            if time.monotonic() > end:
                sys.exit("never shown: %r of %r" % (words, drawn))
            continue
        try:
            more = os.read(screen, 65536)
        except OSError:
            more = b""
        if not more:
            sys.exit("it ended after %r" % drawn)
        drawn += more
    return drawn

size(24, 100)
shows(b"tools-box", b"q quit", b"blank: now")
print("draws")
size(10, 20)
small = shows(b"q quit")
print("draws anew" if b"blank: now" not in small else "too wide")
size(24, 100)
shows(b"tools-box", b"blank: now")
os.write(screen, b"n")
os.write(screen, b"q")
shows(b"\x1b[?1049l")
print("gives the screen back")
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
END
is "$(python3 "$work/screen.py" "$(patient 30)" "${tool[@]}" top -d 1 2>&1)" "draws
draws anew
gives the screen back
0" "on a terminal top draws, follows its size, and ends at q"
like "$(ctl rules tools --never-hit)" '^POLICY|^tools +3 ' "rules that never decided are listed"
unlike "$(ctl rules tools --never-hit)" '^tools +1 ' "... and no others"

# ---- selftest ----
selftest()
{
	ctl selftest --policies "$policies" --state-dir "$work/state"
}
in_cgroup tools.box sleep 100 &
is_running()
{
	ctl containers | grep -q '^tools-box .* 1 *1 '
}
succeeds "a task is under the policy" wait_for 10 is_running
run selftest
is "$status" 0 "the self-test passes"
diag "$out$err"
like "$out" '^ok +kernel +image +tools:' "... the image read back"
like "$out" '^ok +policyc +build +tools:' "... what the file builds"
like "$out" '^ok +policyc +tests +tools:' "... the tests, by policyc"
like "$out" '^ok +kernel +tasks +tools-box: .*all 1 tasks' "... the task of the cgroup"
like "$out" '^ok +kernel +tests +tools: .*; decided by: the kernel$' "... and by the kernel itself"
like "$out" '^tests decided by: the kernel$' "... which is said at the end"
like "$(ctl selftest --json --policies "$policies" --state-dir "$work/state")" \
	'"tests_decided_by": "kernel"' "... and in JSON"
for class in files network capabilities mounts tasks ipc kernel exec namespaces; do
	like "$out" "^ok +kernel +canary +$class:" "... a canary of $class"
done
unlike "$(ls $fs/policies)" bailiff-selftest "its policy is gone"
like "$(ctl status --state-dir "$work/state")" '^selftest  passed' "status has its verdict"
unlike "$(ctl status --state-dir "$work/state")" 'before the last load' "... which is current"

# who moved in and executed nothing since is not confined
# shellcheck disable=SC2016 # the inner shell's
bash -c 'echo $BASHPID > /sys/fs/cgroup/tools.box/cgroup.procs
	read -r -t 100 < <(sleep 100)' &
moved=$!
is_in_box()
{
	grep -q "^$moved\$" /sys/fs/cgroup/tools.box/cgroup.procs
}
wait_for 10 is_in_box
run selftest
is "$status" 1 "a task that is not under the policy of its cgroup fails it"
like "$out" "^FAIL +kernel +tasks +tools-box: .*pid $moved" "... and is named"
kill $moved
wait $moved 2> /dev/null
# The worker is its oldest child: a compiler may be another.
kill -STOP $daemon "$(pgrep -o -P $daemon)"
sed -i 's/- deny: read$/- deny: [read, write]/' "$policies/tools.yaml"
run selftest
kill -CONT $daemon "$(pgrep -o -P $daemon)"
is "$status" 1 "so does a file that builds another image"
like "$out" '^FAIL +policyc +build +tools:' "... which is named"
like "$(ctl status --state-dir "$work/state")" '^selftest  FAILED' "status has that verdict"

kill $daemon
wait $daemon
echo 1 > /sys/fs/cgroup/tools.box/cgroup.kill
bailiffctl unbind --cgroup "$(cat "$work/id")" > /dev/null
is_free()
{
	rmdir /sys/fs/cgroup/tools.box && bailiffctl unload tools
}
succeeds "nothing is left behind" wait_for 20 is_free
done_testing
