# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# boot: systemd
# group: runtimes
# timeout: 180
#
# What other programs read of Bailiff, each Debian's own: ausearch the records in
# the Linux audit log, which auditd writes, and promtool the page of metrics.
. "$BAILIFF_TOP/tests/guest/systemd.sh"

work=/run/records-test
mkdir -p $work

# found WORD...: what ausearch finds, of today, as text
found()
{
	ausearch --input-logs -m AVC -i "$@" 2>&1 < /dev/null
}

# finds PATTERN WORD...
finds()
{
	local pattern=$1
	shift

	found "$@" | grep -q -E -e "$pattern"
}

install_bailiff
policy audited 'name: none' '  - deny: read
    paths: "/etc/shadow"
    message: no secrets'
mkdir -p /etc/systemd/system/bailiffd.service.d
printf '[Service]\nExecStart=\nExecStart=%s --foreground --metrics %s\n' \
	/usr/local/sbin/bailiffd 127.0.0.1:9750 \
	> /etc/systemd/system/bailiffd.service.d/metrics.conf
systemctl daemon-reload
mkdir -p /var/log/audit
succeeds "auditd starts" systemctl start auditd.service
[ "$status" = 0 ] || diag "$(journalctl -u auditd.service -o cat | tail -n 20)"
systemctl start bailiffd.service
succeeds "there is a policy" bailiffctl rules audited

# ---- ausearch ----
like "$(bailiffctl run --policy audited -- /bin/cat /etc/shadow 2>&1 | cat)" \
	'Permission denied' "a read is denied"
succeeds "ausearch finds it among what security modules denied" \
	wait_for 15 finds 'bailiff=denied' -c cat
line=$(found -c cat | grep -e 'shadow')
like "$line" 'class=files op=read reason=rule' "... with its class, operation and reason"
like "$line" 'policy="?audited' "... its policy"
like "$line" 'object="?/etc/shadow' "... its object"
like "$line" "file=.*audited.yaml" "... its file"
like "$line" 'line=[0-9]+' "... and line"
like "$line" 'exe=/(usr/)?bin/cat' "... and who it was"
pid=$(sed -n 's/.* pid=\([0-9]*\) .*/\1/p' <<< "$line" | head -n 1)
succeeds "... by its number, too" finds 'object="?/etc/shadow' -p "${pid:-0}"
unlike "$(found -p 1)" 'bailiff=denied' "... and not by another"
bailiffctl mode audited audit > /dev/null
bailiffctl run --policy audited -- /bin/cat /etc/shadow 2>&1 | cat > /dev/null
succeeds "what audit mode allows is found as such" \
	wait_for 15 finds 'bailiff=would-deny' -c cat
like "$(aureport --input-logs --avc 2>&1 < /dev/null)" ' cat .* files ' \
	"aureport has them in its report"

# ---- promtool ----
succeeds "the page of metrics is served" \
	wait_for 15 curl -s -f -o $work/page http://127.0.0.1:9750/metrics
run promtool check metrics < $work/page
is "$status $err" "0 " "promtool finds no fault in it"
like "$(cat $work/page)" '^bailiff_denied_by_class_total\{class="files"\} [1-9]' \
	"... and it has the denial"
sed 's/^# TYPE bailiff_ready .*/# TYPE bailiff_ready nonsense/' $work/page > $work/broken
run promtool check metrics < $work/broken
isnt "$status" 0 "... where it finds one in what is broken"

systemctl stop auditd.service
rm -r /etc/systemd/system/bailiffd.service.d
systemctl daemon-reload
clean_bailiff
bailiffctl unload audited > /dev/null
done_testing
