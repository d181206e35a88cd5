#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Runs a script of the host inside the guest, as root, on the host's own root
# file system (read-only under a tmpfs). See README.md beside this file.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage()
{
	cat <<'EOF'
usage: run.sh [options] -- SCRIPT [ARGS...]
       run.sh [options] --interactive [-- SCRIPT [ARGS...]]

  --timeout SECONDS  stop the guest after so long (120, debug 480; none
                     when interactive)
  --append CMDLINE   more words for the kernel's command line
  --smp N, --mem MB  virtual CPUs (2) and memory (2048; debug 4096)
  --icount           one CPU whose clock counts instructions
  --clock            a clock that loses no time on a busy host, where the
                     processor has a counter: for what is measured in seconds
  --rw DIR           DIR of the host is writable in the guest, at the same place;
                     the guest boots again when the script leaves a file reboot
                     there, and with --systemd unpacks a disk.tar there first
  --log FILE         where the kernel's log goes (build/guest/console.log)
  --flavour F        which kernel: fast or debug
  --version V        which kernel: 6.12 or 6.1
  --plain            the kernel without Bailiff
  --systemd          systemd is the guest's first process, the script a service

Variables named GUEST_* are passed on. GUEST_LSM is the order of the LSMs
(landlock,yama,bailiff), GUEST_KERNEL a kernel image of your own.
Exits with the script's status; 124: timed out; 125: the guest failed, or its
kernel reported a fault.
EOF
}

timeout='' append='' smp=2 mem='' icount='' rw='' log='' interactive=''
clock='' guest_plain='' systemd=''
script='' args=()

# want COUNT OPTION: an option that lacks its value is a mistake of the caller.
want()
{
	[ "$1" -ge 2 ] || die "$2 needs a value (see --help)"
}

parse_options()
{
	while [ $# -gt 0 ]; do
		case $1 in
		--timeout|--append|--smp|--mem|--rw|--log|--flavour|--version)
			want $# "$1" ;;&
		--timeout) timeout=$2; shift ;;
		--append) append=$2; shift ;;
		--smp) smp=$2; shift ;;
		--mem) mem=$2; shift ;;
		--rw) rw=$2; shift ;;
		--log) log=$2; shift ;;
		--flavour) guest_flavour=$2; shift ;;
		--version) guest_version=$2; shift ;;
		--icount) icount=1 ;;
		--clock) clock=1 ;;
		--interactive) interactive=1 ;;
		--plain) guest_plain=1 ;;
		--systemd) systemd=1 ;;
		--help|-h) usage; exit 0 ;;
		--) shift; break ;;
		-*) die "unknown option '$1' (see --help)" ;;
		*) break ;;
		esac
		shift
	done
	script=${1:-}
	shift || :
	args=("$@")
}

check_options()
{
	check_flavour
	: "${timeout:=$([ "$guest_flavour" = debug ] && echo 480 || echo 120)}"
	[[ $timeout =~ ^[0-9]+$ ]] || die "--timeout: '$timeout' is not a number"
	[ -z "$icount" ] || [ -z "$clock" ] || die "--icount and --clock are two clocks"
	[[ $smp =~ ^[1-9]$ ]] || die "--smp: '$smp' is not a number from 1 to 9"
	: "${mem:=$([ "$guest_flavour" = debug ] && echo 4096 || echo 2048)}"
	[[ $mem =~ ^[0-9]+$ ]] || die "--mem: '$mem' is not a number"
	if [ -n "$rw" ]; then
		rw=$(cd "$rw" 2> /dev/null && pwd -P) || die "--rw: no such directory"
	fi
	if [ -z "$script" ]; then
		[ -n "$interactive" ] || die "which script? (see --help)"
		# no login shell: /etc/profile would set another PATH
		script=/bin/bash args=(-i)
		return
	fi
	[ -f "$script" ] || die "no such script: $script"
	[ -x "$script" ] || die "not executable: $script"
	script=$(realpath "$script")
}

check_host()
{
	need qemu-system-x86_64 qemu-system-x86
	need busybox busybox-static
	need cpio cpio
	[ -z "$systemd" ] || [ -x /lib/systemd/systemd ] ||
		die "there is no systemd: install the package systemd"
	kernel=${GUEST_KERNEL:-$(kernel_image)}
	[ -f "$kernel" ] ||
		die "no kernel at $kernel: run 'make kernel' first" \
			"(tests/guest/kernel.sh build --flavour $guest_flavour${guest_plain:+ --plain})"
	busybox=$(command -v busybox)
	if ldd "$busybox" > /dev/null 2>&1; then
		die "$busybox is not static: install the package busybox-static"
	fi
}

# The initramfs depends only on busybox and init, so it is made once.
make_initramfs()
{
	local key

	key=$(cat "$busybox" "$guest_dir/init" | sha256sum)
	initramfs=$guest_cache/initramfs-${key:0:16}.cpio.gz
	[ -f "$initramfs" ] && return
	mkdir -p "$guest_cache" "$work/initramfs/bin"
	cp "$busybox" "$work/initramfs/bin/busybox"
	cp "$guest_dir/init" "$work/initramfs/init"
	chmod 755 "$work/initramfs/init" "$work/initramfs/bin/busybox"
	(cd "$work/initramfs" && find . | cpio --quiet -o -H newc -R 0:0) |
		gzip -n > "$work/initramfs.gz"
	truncate -s %512 "$work/initramfs.gz" # an archive begins aligned
	# another run may look for it in the meantime, or make it, too
	cp "$work/initramfs.gz" "$initramfs.$$"
	mv "$initramfs.$$" "$initramfs"
}

# The job is a second archive behind the first: no limit of the command line,
# no quoting twice.
make_job()
{
	local environment=() name

	environment=(PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
		HOME=/root LANG=C.UTF-8 USER=root LOGNAME=root SHELL=/bin/bash
		"TERM=${TERM:-dumb}" "BAILIFF_TOP=$guest_top")
	if [ -n "$interactive" ]; then
		environment[0]="PATH=$guest_top/build/bin:${environment[0]#PATH=}"
	fi
	for name in $(compgen -e | grep '^GUEST_' || :); do
		environment+=("$name=${!name}")
	done
	mkdir "$work/job"
	{
		echo "job_top=${guest_top@Q}"
		echo "job_script=${script@Q}"
		echo "job_rw=${rw@Q}"
		echo "job_tty=${interactive:+/dev/hvc0}"
		echo "job_systemd=$systemd"
		echo "if [ \"\${1:-}\" = run ]; then"
		if [ -n "$interactive" ] && [ -t 0 ]; then
			echo "stty $(stty size | sed 's/\(.*\) \(.*\)/rows \1 cols \2/') 2> /dev/null"
		fi
		echo "cd ${guest_top@Q}"
		echo "exec env -i ${environment[*]@Q} ${script@Q} ${args[*]@Q}"
		echo "fi"
	} > "$work/job/job"
	(cd "$work/job" && echo job | cpio --quiet -o -H newc -R 0:0) > "$work/job.cpio"
	cat "$initramfs" "$work/job.cpio" > "$work/initrd"
}

# Words for --clock. Without them Linux believes that the counters of two sockets
# differ, or cannot measure one on a busy host, and counts interrupts instead, of
# which some are lost.
clock_words()
{
	local khz

	[ -n "$clock" ] || return 0
	khz=$("$guest_build/ticks" 2> /dev/null) || return 0
	echo " tsc=reliable tsc_early_khz=$khz"
}

# Sets the array qemu.
make_command()
{
	local cmdline cpu=max

	cmdline="console=ttyS0 loglevel=7 panic=-1 oops=panic mitigations=off"
	# On a busy host the timer is late, and Linux would take it for broken.
	cmdline+=" no_timer_check"
	cmdline+=" random.trust_cpu=on lsm=${GUEST_LSM:-landlock,yama,bailiff}"
	cmdline+=$(clock_words)
	if [ "$guest_flavour" = debug ]; then
		cmdline+=" rcupdate.rcu_cpu_stall_timeout=180 kmemleak=on"
	fi
	# With SMAP each copy from and to a user ends two of QEMU's blocks: a sixth of
	# the time. The debug kernel has it, and so has where instructions are counted.
	[ -n "$icount" ] || [ "$guest_flavour" = debug ] || cpu=max,-smap
	qemu=(qemu-system-x86_64 -nodefaults -no-user-config -no-reboot
		-display none -cpu "$cpu" -m "$mem"
		-kernel "$kernel" -initrd "$work/initrd"
		-append "$cmdline $append"
		-chardev "file,id=console,path=$log,append=on" -serial chardev:console
		-device virtio-serial-pci
		-device virtio-rng-pci
		-chardev "file,id=status,path=$work/status"
		-device 'virtserialport,chardev=status,name=guest.status'
		-virtfs "local,path=/,mount_tag=hostroot,security_model=none,readonly=on,multidevs=remap")
	if [ -n "$icount" ]; then
		qemu+=(-accel tcg -smp 1 -icount 'shift=0,sleep=off')
	else
		qemu+=(-accel 'tcg,thread=multi' -smp "$smp,sockets=$smp,cores=1,threads=1")
	fi
	if [ -n "$rw" ]; then
		qemu+=(-virtfs "local,path=$rw,mount_tag=hostrw,security_model=none,multidevs=remap")
	fi
	if [ -n "$interactive" ]; then
		qemu+=(-chardev 'stdio,id=tty,mux=on,signal=off'
			-device 'virtconsole,chardev=tty'
			-mon 'chardev=tty,mode=readline')
	else
		mkfifo "$work/output"
		qemu+=(-chardev "file,id=output,path=$work/output,append=on"
			-device 'virtserialport,chardev=output,name=guest.output')
	fi
}

# shellcheck disable=SC2317 # called by the trap
clean_up()
{
	local pid

	for pid in ${qemu_pid:-} ${cat_pid:-}; do
		kill "$pid" 2> /dev/null || :
	done
	[ ! -s "$log" ] || mv "$log" "$kept_log"
	rm -rf "$work"
}

# Sets result to 124, and timed_out, when the guest's time ran out: a script may
# end with 124 of its own.
run_qemu()
{
	local status=0

	if [ -n "$interactive" ]; then
		echo "A guest with Bailiff. 'exit' or Ctrl-D leaves it; Ctrl-A x ends it by force."
		echo "policyc, bailiffd and bailiffctl are in PATH. What you change is gone afterwards."
		echo "Policies in force: bailiffd --policies policies --log /run/events.json"
		"${qemu[@]}" || status=$?
		echo
	else
		cat "$work/output" &
		cat_pid=$!
		timeout -k 5 "$timeout" "${qemu[@]}" < /dev/null 2> "$work/qemu.err" &
		qemu_pid=$!
		wait "$qemu_pid" || status=$?
		qemu_pid=
		# Frees a reader whose writer never came.
		: <> "$work/output"
		wait "$cat_pid" || :
		cat_pid=
	fi
	if [ "$status" = 124 ] || [ "$status" = 137 ]; then
		echo "run.sh: the guest ran longer than $timeout s and was ended" >&2
		result=124 timed_out=1
	elif [ "$status" != 0 ]; then
		cat "$work/qemu.err" >&2 || :
		die "qemu-system-x86_64 failed with status $status"
	fi
}

# Prints what went wrong in the kernel; true when something did.
find_faults()
{
	local faults

	faults="$work/faults"
	"$guest_dir/find-faults.sh" < "$log" > "$faults" || return 1
	echo "run.sh: the guest's kernel reported a fault (whole log: $kept_log):" >&2
	head -n 3 "$faults" | sed 's/^/    /' >&2
	echo "    ..." >&2
	tr -d '\r' < "$log" | tail -n "+$(head -n 1 "$faults" | cut -d: -f1)" | head -n 40 | sed 's/^/    /' >&2
}

parse_options "$@"
check_options
check_host
mkdir -p "$guest_build"
work=$(mktemp -d "${TMPDIR:-/tmp}/bailiff-guest.XXXXXX")
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
kept_log=${log:-$guest_build/console.log}
log=$work/console.log
: > "$log"
make_initramfs
make_job
make_command
result='' timed_out=''
run_qemu
# Each boot is a new QEMU, so that nothing but DIR outlives it.
for ((boots = 1; boots < 4; boots++)); do
	[ "$timed_out$(cat "$work/status")" = reboot ] || break
	rm -f "$work/output"
	make_command
	run_qemu
done
: "${result:=$(cat "$work/status")}"
faulty=
find_faults && faulty=1
[ -z "$faulty" ] || exit 125
if [ -z "$result" ]; then
	echo "run.sh: the guest ended without a status; the end of $kept_log:" >&2
	tail -n 15 "$log" | tr -d '\r' | sed 's/^/    /' >&2
	exit 125
fi
[ -z "$timed_out" ] || tail -n 5 "$log" | tr -d '\r' | sed 's/^/    /' >&2
exit "$result"
