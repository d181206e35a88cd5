#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: cost-guest.sh none|bailiff|apparmor|landlock
#
# In the guest, under -icount and with that one LSM: prints what cost_bench
# counts there, and a line "key" that says which kernel it was.
set -euo pipefail
cd "$BAILIFF_TOP"
. tests/guest/lsm.sh

files=build/bench/cost

# The same for every column; on a tmpfs, which waits for nobody.
make_tree()
{
	local dir=/bench/ok i

	mkdir /bench
	mount -t tmpfs -o mode=755 tmpfs /bench
	for i in {3..19}; do
		dir+=/dir$i
		mkdir -p "$dir"
		echo x > "$dir/file"
	done
	mkdir -p /bench/{no,by}/dir3/dir4
	echo x | tee /bench/{no,by}/dir3/dir4/file > /bench/file
	cp build/bench/cost_bench /bench/ok/program
	cp build/bench/cost_bench /run/cost_bench
}

# What is loaded for so many rules; false: there is nothing, which is said.
load()
{
	case $1 in
	bailiff) load_image "$files/$2.img" > /dev/null ;;
	apparmor)
		[ -s "$files/$2.profile" ] || return 1
		dd if="$files/$2.profile" of=/sys/kernel/security/apparmor/.replace \
			bs=64M iflag=fullblock status=none
		;;
	esac
}

# All operations with 100 rules, some with other numbers.
measure()
{
	local rules

	for rules in 100 ${GUEST_COST_RULES-10 1000 10000}; do
		if load "$1" "$rules"; then
			/run/cost_bench "$1" "$rules" \
				"$([ "$rules" = 100 ] && echo all || echo rules)"
		else
			printf 'none\t%s\t%s\t-\n' "$rules" "$1"
		fi
	done
}

# What nginx is given, which writes nowhere else.
make_jobs()
{
	local dir=/bench/ok/jobs

	mkdir $dir $dir/tmp
	head -c 4096 /dev/zero | tr '\0' x > $dir/page
	cat > $dir/nginx.conf <<-EOF
	daemon off;
	master_process off;
	user root root;
	pid $dir/pid;
	events { worker_connections 64; }
	http {
		access_log off;
		client_body_temp_path $dir/tmp/body;
		proxy_temp_path $dir/tmp/proxy;
		fastcgi_temp_path $dir/tmp/fastcgi;
		uwsgi_temp_path $dir/tmp/uwsgi;
		scgi_temp_path $dir/tmp/scgi;
		server { listen 127.0.0.1:5000; root $dir; }
	}
	EOF
}

# Jobs of whole programs, with 100 rules. What they say is shown if one fails.
measure_jobs()
{
	load "$1" jobs
	/run/cost_bench "${2:-$1}" 100 jobs || {
		cat /bench/ok/jobs/{log,error} >&2
		dmesg | tail -n 20 >&2
		return 1
	}
}

make_tree
make_jobs
printf 'key\t%s\t%s\n' "$(uname -r)" "$(zcat /proc/config.gz | sha256sum | head -c 16)"
case $1 in
none) /run/cost_bench none 100 all ;;
bailiff)
	/run/cost_bench unconfined 100 all
	measure bailiff
	;;
*) measure "$1" ;;
esac
[ -n "${GUEST_COST_JOBS:-}" ] || exit 0
[ "$1" != bailiff ] || measure_jobs bailiff unconfined
measure_jobs "$1"
