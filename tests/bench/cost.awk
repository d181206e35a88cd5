# SPDX-License-Identifier: GPL-2.0-only
#
# usage: awk -v kind=bailiff|apparmor|bpflsm -v num=N [-v jobs=1] -f cost.awk
#
# What is confined in the bench of costs: num rules about paths, three or four of
# which are met, and as much of everything else as the operations need. (A program
# that is linked statically reads /proc/self/exe when it starts; AppArmor does not
# judge that.) With jobs: what nginx and a compiler do besides (cost_jobs.c).

function other(i)
{
	return sprintf("/srv/d%d/e%d/f%d", i % 100, int(i / 100) % 100, i)
}

function bailiff(i)
{
	print "bailiff: 1\npolicy: bench\nenter: self"
	print "default: deny"
	print "files:"
	print "  - allow: [read, write, manage, mknod, map-exec]\n    paths: [/bench/ok, \"/bench/ok/**\"]"
	print "  - allow: read\n    paths: [/bench/file, /bench/by/dir3/dir4/file]"
	print "  - deny: read\n    paths: [/bench/no-file, \"/bench/no/**\"]\n    quiet: true"
	print "  - allow: readlink\n    paths: /proc/self/exe"
	print "  - allow: inherit\n    type: [pipe, \"null\"]"
	for (i = 4; i < num; i++)
		printf "  - allow: read\n    paths: %s\n", other(i)
	if (jobs) {
		print "  - allow: [read, map-exec]\n    paths: [/, /usr, \"/usr/**\", \"/etc/**\", \"/sys/devices/system/cpu/**\"]"
		print "  - allow: [read, write]\n    paths: /dev/null"
	}
	print "exec:\n  - allow: [/bench/ok/program, /bench/ok/libc-program]"
	if (jobs)
		print "  - allow: [\"/usr/sbin/**\", \"/bench/ok/jobs/cc/**\"]"
	print "network:"
	print "  - allow: create\n    family: [inet, unix]"
	print "  - allow: receive\n    protocol: udp\n    from: [127.0.0.0/8, 10.0.0.0/8]\n    ports: 5000"
	print "  - allow: listen\n    protocol: tcp\n    from: [127.0.0.0/8, 10.0.0.0/8]\n    ports: 5000"
	print "  - allow: bind\n    protocol: udp\n    at: 127.0.0.0/8\n    ports: 5000"
	print "  - allow: [connect, send]\n    protocol: [tcp, udp]\n    to: [127.0.0.0/8, 10.0.0.0/8]\n    ports: [443, 5000-5999]"
	print "  - allow: [listen, connect, send]\n    unix: \"/bench/ok/**\""
	print "capabilities:\n  - allow: sys_admin"
	print "tasks:\n  - allow: signal\n    peer: self"
}

function apparmor(i)
{
	print "abi <abi/3.0>,\nprofile bench {"
	print "  /bench/ok/ r,\n  /bench/ok/** rwmk,\n  /bench/ok/{,libc-}program ix,"
	print "  /bench/file r,\n  /bench/by/dir3/dir4/file r,"
	print "  deny /bench/no/** r,\n  deny /bench/no-file r,"
	for (i = 3; i < num; i++)
		printf "  %s r,\n", other(i)
	if (jobs) {
		print "  /bench/ok/jobs/cc/* ix,"
		print "  / r,\n  /usr/ r,\n  /usr/** mrix,\n  /etc/** r,\n  /dev/null rw,"
		print "  /sys/devices/system/cpu/** r,"
	}
	print "  network inet dgram,\n  network inet stream,\n  network unix stream,\n  unix,"
	print "  capability sys_admin,\n  signal,\n}"
}

# As bpflsm_load.c reads them.
function bpflsm(i)
{
	print "path rwx /bench/ok/**\npath rwx /bench/ok"
	print "path r /bench/file\npath r /bench/by/dir3/dir4/file"
	print "path - /bench/no/**\npath - /bench/no-file"
	for (i = 4; i < num; i++)
		printf "path r %s\n", other(i)
	if (jobs) {
		print "path rx /usr\npath rx /usr/**\npath r /etc/**\npath rw /dev/null"
		print "path r /sys/devices/system/cpu/**"
	}
	print "net 127.0.0.0 8\nnet 10.0.0.0 8\nport 443 443\nport 5000 5999"
	print "capability 21" # sys_admin
}

BEGIN {
	if (kind == "bailiff")
		bailiff()
	else if (kind == "apparmor")
		apparmor()
	else
		bpflsm()
}
