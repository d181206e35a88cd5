# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: GPL-2.0-only
#
# A web application in Python: ab, a database, workers that die, logs reopened.
image=registry.example/python-web:1
program=$(readlink -f /usr/bin/python3)
argv=(/usr/bin/python3 /srv/app/main.py)
attacks='exec /bin/sh: EACCES exec /usr/bin/dash
append /srv/app/main.py: EACCES files /srv/app/main.py
create /srv/app/more.py: EACCES files /srv/app/more.py
append /etc/hosts: EACCES files /etc/hosts
read /etc/shadow: EACCES files /etc/shadow
create /etc/cron.d/x: EACCES files /etc/cron.d/x
append /root/.ssh/authorized_keys: EACCES files /root/.ssh/authorized_keys
write /var/log/app/access.log: EACCES files /var/log/app/access.log
drop /var/lib/app/x: EACCES exec /var/lib/app/x
memfd: EACCES exec memfd
connect 127.0.0.1 7000: EACCES network 127.0.0.1:7000
bind 127.0.0.1 8080: EACCES network 127.0.0.1:8080
mount /tmp: EPERM mounts
ptrace: EPERM tasks'

prepare()
{
	mkdir -p "$1/etc/cron.d"
	install -D -m 644 "$BAILIFF_TOP/tests/guest/services/app.py" "$1/srv/app/main.py"
	install -d "$1/var/lib/app" "$1/var/log/app"
	: >> "$1/var/log/app/access.log"
	install -D -m 600 /dev/null "$1/root/.ssh/authorized_keys"
}

ready()
{
	curl -s http://127.0.0.1:8000/ | grep -q '^visit '
}

# asked PATH WANT: what the application says, a pattern
asked()
{
	# shellcheck disable=SC2053 # a pattern on purpose
	[[ $(curl -s "http://127.0.0.1:8000$1") == $2 ]]
}

others()
{
	! asked /worker "$1" && asked /worker '[0-9]*'
}

work()
{
	local worker logs=$BUNDLES/python-web/rootfs/var/log/app

	run ab -q -l -c 2 -n 30 http://127.0.0.1:8000/
	like "$out" 'Complete requests: +30$' "python: ab is done"
	like "$out" 'Failed requests: +0$' "... and no request failed"
	unlike "$out" Non-2xx "... nor was one refused"
	worker=$(curl -s http://127.0.0.1:8000/worker)
	curl -s http://127.0.0.1:8000/die > /dev/null
	succeeds "python: another worker for one that died" wait_for 10 others "$worker"
	worker=$(curl -s http://127.0.0.1:8000/worker)
	crun_do kill python-web HUP
	succeeds "python: a reload is another worker" wait_for 10 others "$worker"
	mv "$logs/access.log" "$logs/access.log.1"
	crun_do kill python-web HUP
	succeeds "python: the log is opened anew" wait_for 10 test -e "$logs/access.log"
}

# What a hole in the application gives: Python, by a request.
intrude()
{
	succeeds "python: os.system finds no shell" asked \
		'/eval?__import__("os").system("id")' 32512
	logged exec /usr/bin/dash
	succeeds "python: open reads no secret" asked \
		'/eval?open("/etc/shadow").read()' '*Permission denied*'
	logged files /etc/shadow
	succeeds "python: the cloud's credentials are out of reach" asked \
		'/eval?__import__("urllib.request").request.urlopen("http://169.254.169.254/")' \
		'*Permission denied*'
	logged network 169.254.169.254:80
}
