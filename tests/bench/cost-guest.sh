#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: cost-guest.sh none|unconfined|bailiff|apparmor|landlock|bpflsm [processes]
#
# In the guest, under -icount and with that one LSM: prints what cost_bench
# counts there, and a line "key" that says which kernel it was. With "processes":
# only what makes some, with 100 rules.
set -euo pipefail
cd "$BAILIFF_TOP"
. tests/guest/lsm.sh

files=$GUEST_COST_FILES
bpflsm=

# The same for every column; on a tmpfs, which waits for nobody.
make_tree()
{
	local dir='' i

	mkdir /bench
	mount -t tmpfs -o mode=755 tmpfs /bench
	for i in {3..19}; do
		dir+=/dir$i
		mkdir -p /bench/{ok,no}$dir
		echo x | tee /bench/{ok,no}$dir/file > /dev/null
	done
	mkdir -p /bench/by/dir3/dir4
	echo x | tee /bench/by/dir3/dir4/file /bench/no-file > /bench/file
	cp build/bench/cost_end /bench/ok/program
	cp build/bench/cost_bench /bench/ok/libc-program
	cp build/bench/cost_bench /run/cost_bench
}

# load_bpflsm RULES: the programs stay as long as the process that loaded them.
load_bpflsm()
{
	[ -z "$bpflsm" ] || { kill $bpflsm; wait $bpflsm || :; }
	echo 1 > /proc/sys/net/core/bpf_jit_enable
	mkdir -p /sys/fs/cgroup/bench
	build/bench/bpflsm_load "$GUEST_BPFLSM" /sys/fs/cgroup/bench \
		< "$files/$1.rules" > /run/bpflsm.out &
	bpflsm=$!
	until grep -q ready /run/bpflsm.out; do
		kill -0 $bpflsm || exit 1
		sleep 0.1
	done
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
	bpflsm) load_bpflsm "$2" ;;
	esac
}

print_key()
{
	printf 'key\t%s\t%s\n' "$(uname -r)" "$(zcat /proc/config.gz | sha256sum | head -c 16)"
}

# All operations with 100 rules, some with other numbers.
measure()
{
	local rules

	for rules in 100 ${GUEST_COST_RULES-10 1000 10000}; do
		if load "$1" "$rules"; then
			/run/cost_bench "$1" "$rules" \
				"$([ "$rules" = 100 ] && echo all || echo rules)"
		elif [ "$1" = apparmor ]; then
			printf 'none\t%s\t%s\t-\n' "$rules" "$1"
		else
			echo "$1 does not load $rules rules" >&2
			return 1
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

# What a compile job is given: a compiler with all its libraries and headers, and
# the words of its two commands. The dynamic linker is its first word, since it
# would take the libraries of the system otherwise.
make_compiler()
{
	local dir=/bench/ok/jobs/cc file program linker

	mkdir $dir
	cat > $dir/job.c <<-EOF
	#include <stdio.h>
	#include <stdlib.h>
	#include <string.h>
	int main(int argc, char **argv)
	{
		char *line = malloc(argc);
		for (int i = 0; line && i < argc; i++)
			printf("%d %zu\\n", i, strlen(argv[i]));
		free(line);
		return 0;
	}
	EOF
	for program in cc1 as; do
		file=$(command -v "$(gcc -print-prog-name=$program)")
		cp -L "$file" $dir/$program
		ldd "$file" | sed -n 's/.*=> \(.*\) (.*/\1/p' | xargs -I{} cp -L -u {} $dir/
		linker=$(ldd "$file" | sed -n 's/^\t\(\/.*ld-linux[^ ]*\) .*/\1/p')
		cp -L -u "$linker" $dir/ld.so
		printf '%s\n' $dir/ld.so --library-path $dir $dir/$program > $dir/$program.words
	done
	gcc -O2 -M $dir/job.c | tr -d '\\\n' | tr -s ' ' '\n' | sed -n '/^\/usr/p' |
		xargs realpath | xargs cp --parents -t $dir
	printf '%s\n' -quiet -nostdinc \
		-isystem "$dir$(gcc -print-file-name=include | xargs realpath)" \
		-isystem "$dir/usr/include/$(gcc -dumpmachine)" -isystem $dir/usr/include \
		-O2 -o $dir/job.s $dir/job.c >> $dir/cc1.words
	printf '%s\n' -o $dir/job.o $dir/job.s >> $dir/as.words
}

# Jobs of whole programs, with 100 rules. What they say is shown if one fails.
measure_jobs()
{
	load "$1" jobs
	/run/cost_bench "$1" 100 jobs || {
		cat /bench/ok/jobs/{log,error} >&2
		dmesg | tail -n 20 >&2
		return 1
	}
}

make_tree
if [ -n "${2:-}" ]; then
	print_key
	load "$1" 100
	exec /run/cost_bench "$1" 100 "$2"
fi
make_jobs
[ -z "${GUEST_COST_JOBS:-}" ] || make_compiler
print_key
case $1 in
none|unconfined) /run/cost_bench "$1" 100 all ;;
*) measure "$1" ;;
esac
[ -n "${GUEST_COST_JOBS:-}" ] || exit 0
measure_jobs "$1"
