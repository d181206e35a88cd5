# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: GPL-2.0-only
#
# OpenSSH: logins that run commands, copies, a reload, and what a user may not.
image=registry.example/sshd:9.2
program=/usr/sbin/sshd
argv=(/usr/sbin/sshd -D)
mounts=',{"destination":"/run/sshd","type":"tmpfs","source":"tmpfs",
	"options":["mode=755"]},
	{"destination":"/dev/log","type":"bind","source":"/run/services/syslog",
	 "options":["bind"]}'
attacks='exec /bin/sh: EACCES exec /usr/bin/dash
append /etc/ssh/sshd_config: EACCES files /etc/ssh/sshd_config
read /etc/ssl/private/site.pem: EACCES files /etc/ssl/private/site.pem
read /home/alice/secret: EACCES files /home/alice/secret
create /etc/cron.d/x: EACCES files /etc/cron.d/x
append /root/.ssh/authorized_keys: EACCES files /root/.ssh/authorized_keys
create /tmp/x: EACCES files /tmp/x
memfd: EACCES exec memfd
connect 127.0.0.1 7000: EACCES network 127.0.0.1:7000
bind 127.0.0.1 2222: EACCES network 127.0.0.1:2222
mount /tmp: EPERM mounts
ptrace: EPERM tasks'
key=/run/services/key

prepare()
{
	mkdir -p "$1/etc/cron.d"
	rm -f $key $key.pub
	ssh-keygen -q -t ed25519 -N '' -f $key
	install -d -m 700 "$1/home/alice/.ssh" "$1/root/.ssh"
	ssh-keygen -q -t ed25519 -N '' -f "$1/etc/ssh/ssh_host_ed25519_key" <<< y > /dev/null
	cp $key.pub "$1/home/alice/.ssh/authorized_keys"
	cp $key.pub "$1/root/.ssh/authorized_keys"
	install -m 644 /dev/null "$1/home/alice/secret"
	install -D -m 600 /dev/null "$1/etc/ssl/private/site.pem"
	chown -R 1500:1500 "$1/home/alice"
	echo 'alice:x:1500:1500::/home/alice:/bin/bash' >> "$1/etc/passwd"
	echo 'alice:x:1500:' >> "$1/etc/group"
	echo 'alice:*:19000:0:99999:7:::' >> "$1/etc/shadow"
}

# login USER COMMAND [OPTION]
login()
{
	# shellcheck disable=SC2086 # or none
	ssh ${3:-} -n -i $key -o BatchMode=yes -o StrictHostKeyChecking=no \
		-o UserKnownHostsFile=/dev/null -o LogLevel=ERROR "$1@127.0.0.1" "$2"
}

ready()
{
	ssh-keyscan -t ed25519 127.0.0.1 | grep -q ed25519
}

work()
{
	is "$(login alice 'id -un; ls -d .ssh')" "alice
.ssh" "sshd: a login runs commands"
	succeeds "sshd: a file is copied" scp -q -i $key -o BatchMode=yes \
		-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null \
		"$BAILIFF_TOP/Makefile" alice@127.0.0.1:copied
	like "$(login alice 'tty' -tt)" '^/dev/pts/[0-9]' "sshd: a terminal is given"
	crun_do kill sshd HUP
	pause 1
	succeeds "sshd reloads" wait_for 20 ready
	is "$(login alice 'wc -c < copied')" "$(wc -c < "$BAILIFF_TOP/Makefile")" \
		"... and lets in"
	like "$(cat /run/services/syslog.txt)" 'sshd.*Accepted publickey for alice' \
		"sshd: logins are in the system's log"
}

# What users try, and root.
intrude()
{
	fails "sshd: root is not let in" login root true
	like "$(login alice "echo evil >> .ssh/authorized_keys" 2>&1)" 'Permission denied' \
		"sshd: no keys are added"
	logged files /home/alice/.ssh/authorized_keys
	like "$(login alice "cp /bin/id x && ./x" 2>&1)" 'Permission denied' \
		"sshd: no programs are brought along"
	logged exec /home/alice/x
	like "$(login alice "su -c id" 2>&1)" 'Permission denied|not found' \
		"sshd: no other user"
	like "$(login alice 'echo > /dev/tcp/127.0.0.1/7000' 2>&1)" 'Permission denied' \
		"sshd: no connection to others"
	logged network 127.0.0.1:7000
}
