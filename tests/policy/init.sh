# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154 # root, policyc, work: of run.sh
#
# policyc init, on the files of systems that are not there; sourced by run.sh.

# put FILE: the standard input to that file of the system.
put()
{
	mkdir -p "$work/root$(dirname "$1")"
	cat > "$work/root$1"
}

# program PATH INTERPRETER LIBRARY... -- FUNCTION...
program()
{
	mkdir -p "$work/root$(dirname "$1")"
	python3 elf.py "$work/root$1" "${@:2}"
}

# made WHAT WORDS: the policy that was made last has such a line.
made()
{
	says "init: $1" 0 "$2" cat "$work/made.yaml"
}

made_not()
{
	says_not "init: $1" "$2" cat "$work/made.yaml"
}

# init_for SERVICE: a policy that passes check, without a word of lint, and is
# written as fmt writes.
init_for()
{
	rm -f "$work/made.yaml"
	says "init for $1" 0 'made.yaml: written' "$policyc" init --for "$1" \
		--root "$work/root" -o "$work/made.yaml"
	says "check of init for $1" 0 ': ok$' "$policyc" check "$work/made.yaml"
	says_not "lint of init for $1" 'lint:\|warning:' "$policyc" check "$work/made.yaml"
	says_not "fmt of init for $1" @@ "$policyc" fmt --check "$work/made.yaml"
}

# A server that is what most are: a package with all that belongs to it.
init_server()
{
	program /usr/bin/redis-check-rdb /lib64/ld-linux-x86-64.so.2 \
		libc.so.6 libssl.so.3 -- listen connect getaddrinfo getpwnam syslog execve
	ln -s redis-check-rdb "$work/root/usr/bin/redis-server"
	put /etc/redis/redis.conf <<< $'# port 1\nbind 127.0.0.1 -::1\nport 6379\ntls-port "6380"\nport 0\nmaxclients 1000'
	put /etc/init.d/redis-server < /dev/null
	put /etc/default/redis-server < /dev/null
	mkdir -p "$work/root"/{var/lib/redis,var/log/redis,run/redis,etc/shared}
	put /usr/lib/systemd/system/redis-server.service <<-'UNIT'
	[Unit]
	Description=Advanced key-value store: "quoted"
	[Service]
	Type=notify
	ExecStart=/usr/bin/redis-server /etc/redis/redis.conf --supervised systemd \
	    --daemonize no
	ExecStartPost=-/bin/kill -0 $MAINPID
	PIDFile=/run/redis/redis-server.pid
	User=redis
	RuntimeDirectory=redis
	ReadWritePaths=-/var/lib/redis -/var/log
	AmbientCapabilities=CAP_SYS_RESOURCE CAP_NONE_SUCH
	[Install]
	Alias=redis.service
	UNIT
	put /var/lib/dpkg/info/redis-server.list <<-'LIST'
	/.
	/etc
	/etc/default/redis-server
	/etc/init.d
	/etc/redis
	/etc/redis/redis.conf
	/etc/shared
	/lib/systemd/system/redis-server.service
	/usr/bin/redis-server
	/var/lib/redis
	/var/log
	/var/log/redis
	LIST
	printf '/etc\n/etc/shared\n' | put /var/lib/dpkg/info/other:amd64.list
	mkdir -p "$work/root/usr/sbin"
	ln -sf usr/lib usr/sbin usr/bin "$work/root/"
	init_for redis-server
	made 'the name' '^policy: redis-server$'
	made 'the description' '^description: .*quoted'
	made 'the program by its own name' '^      - /usr/bin/redis-check-rdb  # the program$'
	made 'what else is started' '^      - /usr/bin/kill  # ExecStartPost'
	made 'the port' '^      - 6379  # /etc/redis/redis.conf:3$'
	made 'the port in quotes' '^      - 6380  # /etc/redis/redis.conf:4$'
	made_not 'a port in a comment' '^      - [01]  #'
	made 'the linker' 'base/runtime-linker  # its linker is /lib64/ld-linux'
	made 'users' base/users
	made 'names' base/dns
	made 'certificates' base/tls-roots
	made_not 'no PostgreSQL' base/postgres-client
	made 'configuration' '^      - /etc/redis/\*\*$'
	made_not 'what others share' '/etc/shared'
	made_not 'what all share' '^      - /var/log  #'
	made_not 'what belongs to init' '/etc/init.d\|/etc/default'
	made 'logs' '^      - /var/log/redis/\*\*$'
	made 'sd_notify' '^  - base/systemd  # the journal, and Type=notify$'
	made 'a capability' '^      - sys_resource  # Ambient'
	made_not 'capabilities of root' 'setuid\|net_bind_service'
	made 'what is open' 'FILL IN: it can connect'
	made_not 'what is not open' 'FILL IN: it can listen'
	says 'init: the logs do not shrink' 1 deny "$policyc" explain \
		"$work/made.yaml" 'truncate /var/log/redis/redis.log'
	init_for redis
	made 'an alias' '^  - unit: redis-server.service$'
	made 'called as it was asked for' '^policy: redis$'
	init_for /usr/bin/redis-server
	made 'the unit of a program' '^  - unit: redis-server.service$'
	rm "$work/root/usr/lib/systemd/system/redis-server.service"
	init_for redis-server
	made 'a package without a unit' 'package redis-server$'
	made 'root may become others' 'net_bind_service\|^  - allow: listen$'
	made_not 'no unit' '^containers:\|base/systemd'
}

# A script of a template, changed by a drop-in, with a socket of its own.
init_script()
{
	printf '#!/usr/bin/env node\n' | put /srv/web/server
	program /usr/bin/node /lib64/ld-linux-x86-64.so.2 libc.so.6 -- listen
	program /usr/bin/env /lib64/ld-linux-x86-64.so.2 libc.so.6 -- execvp
	printf '[Service]\nExecStart=/nowhere\nStateDirectory=web/%%i\n' |
		put /usr/lib/systemd/system/web@.service
	printf '[Service]\nExecStart=\nExecStart="/srv/web/server" --conf=/etc/web.json\n' |
		put /etc/systemd/system/web@.service.d/own.conf
	printf '[Socket]\nListenStream=[::]:443\nListenDatagram=53\n' |
		put /etc/systemd/system/web.socket
	put /etc/web.json < /dev/null
	init_for web
	made 'a template' '^  - unit: web@\*.service$'
	made 'an instance' '^      - /var/lib/web/\*/\*\*$'
	made 'the drop-in' '^      - /srv/web/server  # the program$'
	made 'the interpreter' '^  - base/node  # /usr/bin/node$'
	made 'the journal' '^  - base/systemd  # the journal$'
	made 'env' '^      - /usr/bin/env  # finds the interpreter$'
	made 'an argument' '^      - /etc/web.json  # the command line'
	made 'the script is read' '^      - /srv/web\|^    paths: /srv/web/server$'
	made 'TCP of a socket' '^      - 443  # /etc/systemd/system/web.socket:2$'
	made 'UDP of a socket' '^    protocol: udp$'
	made 'a port of root' '^      - net_bind_service  # port'
	made_not 'node has its include' '^      - /usr/bin/node '
}

# Drop-ins in the order of their names; what they take back, and what none of them is.
init_drop_ins()
{
	program /usr/sbin/many /lib64/ld-linux-x86-64.so.2 libc.so.6 --
	put /usr/lib/systemd/system/many.service <<-'UNIT'
	[Service]
	ExecStart=/usr/sbin/many
	ExecStartPre=/usr/sbin/before
	ExecStop=/usr/sbin/after
	User=nobody
	StateDirectory=first
	ReadWritePaths=/srv/[a-z]*/one /srv/two
	PIDFile=/run/many-old.pid
	UNIT
	printf '[Service]\nStateDirectory=late\n' |
		put /usr/lib/systemd/system/many.service.d/90-late.conf
	printf '[Service]\nStateDirectory=\nExecStartPre=\nUser=\nStateDirectory=reset\n' |
		put /etc/systemd/system/many.service.d/50-reset.conf
	printf '[Service]\nStateDirectory=overridden\n' |
		put /usr/lib/systemd/system/many.service.d/10-same.conf
	printf '[Service]\nPIDFile=/run/many-new.pid\n' |
		put /etc/systemd/system/many.service.d/10-same.conf
	printf '[Service]\nStateDirectory=masked\n' |
		put /usr/lib/systemd/system/many.service.d/95-masked.conf
	ln -s /dev/null "$work/root/etc/systemd/system/many.service.d/95-masked.conf"
	printf '[Service]\nCacheDirectory=%%N-all\n' |
		put /etc/systemd/system/service.d/all.conf
	init_for many
	made_not 'taken back by an empty one' '/var/lib/first\|/usr/sbin/before\|/run/many-old'
	made 'what comes after' ' /var/lib/reset/'
	made 'a later name' ' /var/lib/late/'
	made_not 'one of that name came before' '/var/lib/overridden'
	made 'the one that came before' ' /run/many-new.pid '
	made_not 'a masked one' '/var/lib/masked'
	made 'one of all services' ' /var/cache/many-all/'
	made 'no other command is taken back' ' /usr/sbin/after '
	made_not 'nobody is User any more' 'nobody'
	made 'a path is no pattern' '/srv/\\\[a-z\\\]\\\*/one/[*][*]'
	says 'init: nor does it allow more' 1 deny "$policyc" explain \
		"$work/made.yaml" 'write /srv/abc/one/file'
	rm -r "$work/root/etc/systemd/system/service.d"
}

# Files that want to be somewhere else, or to write the policy themselves.
init_hostile()
{
	program /usr/sbin/evil - -- listen chroot
	printf '[Service]\nExecStart=/usr/sbin/evil /etc/evil/link\nDescription=x\n[Unit]\nDescription=a\\\n"\t#%0300d\n' 0 |
		put /etc/systemd/system/evil.service
	printf '[Service]\nStateDirectory=.. own\nReadWritePaths=/srv/evil/. /srv/../.. relative\nPIDFile=..\n' |
		put /etc/systemd/system/evil.service.d/up.conf
	printf 'listen 70000\nlisten 8080 # x\nlisten ::1\n' | put /etc/evil/a.conf
	printf 'listen 81\n' | put $'/etc/evil/b\nkernel: [{allow: bpf}]\n#'
	ln -s ../../../../../../etc/passwd "$work/root/etc/evil/link"
	ln -s /proc/self/root/etc/shadow "$work/root/etc/evil/magic"
	ln -s loop "$work/root/etc/evil/loop"
	ln -s .. "$work/root/etc/evil/up"
	mkfifo "$work/root/etc/evil/pipe"
	init_for evil
	made_not 'names write no rules' '^kernel:'
	made 'names are cleaned' '81  # /etc/evil/b?kernel'
	made_not 'links lead nowhere else' 'passwd'
	made_not 'no directory above' '^ *- [^#]*/[.]'
	made 'the directory beside it' ' /var/lib/own/[*][*]$'
	made_not 'no port of a number' '7[0-9][0-9][0-9]\|^      - 1  #'
	made 'a static program' '^  - base/libc'
	made_not 'a static program has no linker' 'runtime-linker'
	says 'init: a root that is a link' 0 written "$policyc" init --for evil \
		--root "$work/root/etc/evil/up/.." -o "$work/up.yaml"
}

init_errors()
{
	local tool

	set -- "$policyc" init --root "$work/root" --for
	says 'init: overwrites nothing' 2 P922 "$@" evil -o "$work/made.yaml"
	made 'what was there stays' '^policy: evil$'
	says 'init: no service' 2 "did you mean 'evil'" "$@" evl
	says 'init: no service has an id' 2 P921 "$@" evl
	says 'init: the start of a name' 2 "did you mean 'redis-server'" "$@" red
	says 'init: no path' 2 P921 "$@" /usr/bin/none
	says 'init: a way out' 2 P921 "$@" ../evil
	says 'init: nothing' 2 P921 "$@" ''
	printf '[Service]\nExecStart=relative\n' | put /etc/systemd/system/none.service
	says 'init: a unit without a program' 2 P923 "$@" none
	printf '/usr/bin/env\n/usr/bin/x/y\n' | put /var/lib/dpkg/info/bare.list
	says 'init: a package without a service' 2 'try --for /usr/bin/env$' "$@" bare
	says 'init: a package has an id' 2 P924 "$@" bare
	says 'init: nowhere to write' 3 'cannot write' "$@" evil -o /nonexistent/x
	says 'init: no root' 2 P101 "$policyc" init --root /nonexistent --for evil
	says 'init: for nobody' 2 'needs --for' "$policyc" init
	says 'init: this output' 0 '^policy: evil$' "$@" evil -o -
	tool=$(realpath "$policyc")
	(cd "$work" && "$tool" init --root root --for web > /dev/null)
	says 'init: the name of the file' 0 '^policy: web$' cat "$work/web.yaml"
	"$@" web --json > "$work/out"
	says 'init as JSON' 0 '^\["web","/usr/lib/systemd/system/web@.service",443,"/srv/web/server"\]$' \
		jq -c '[.service, .unit, .ports[0].port, .programs[0].program]' "$work/out"
	jq -j .policy "$work/out" > "$work/1"
	"$@" web -o - > "$work/2"
	same 'init: the policy in JSON' "$work/1" "$work/2"
	printf '# expect: %s\n' P921 P922 P923 P924 >> "$odd"
}

init()
{
	init_server
	init_script
	init_drop_ins
	init_hostile
	init_errors
}
