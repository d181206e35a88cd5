#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Builds the guest's kernel. See README.md beside this file.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage()
{
	cat <<'EOF'
usage: kernel.sh build [options]     builds; prints the path of the image last
       kernel.sh source [options]    only fetches; prints the path of the source
       kernel.sh lint [options]      our files with all warnings (W=1) and sparse;
                                     fails when there is one
       kernel.sh clean               removes sources and builds from the cache

  --version V   6.12 or 6.1
  --flavour F   fast, debug, bench or btf (a file kernel-F.config here)
  --plain       without Bailiff, to compare with

KERNEL_SRC=DIR takes that source instead of the distribution's; it is not
changed. Sources and objects are kept in ${XDG_CACHE_HOME:-~/.cache}/bailiff/kernel;
a build after a change in lsm/ or vm/ compiles only what changed.
EOF
}

cache=$guest_cache/kernel
guest_plain=''

fail()
{
	echo "kernel.sh: $*" >&2
	exit 1
}

# --- the source ---------------------------------------------------------------

# Prints the suites that may have the package, a line for each attempt.
list_attempts()
{
	case $codename-$guest_version in
	bookworm-6.12) printf '%s\n' bookworm-backports trixie ;;
	bookworm-6.1) echo bookworm bookworm-security ;;
	*) printf '%s\n' "$codename $codename-security" "bookworm bookworm-security" ;;
	esac
}

# The mirror that this machine uses for a suite: its own archive for security.
mirror_of()
{
	local like=$codename

	[[ $1 != *-security ]] || like=$codename-security
	apt-get indextargets --format '$(RELEASE) $(REPO_URI)' \
		'Created-By: Packages' | sed -n "s/^$like //p" | sed -n 1p
}

write_sources()
{
	local suite mirror

	for suite in "$@"; do
		mirror=$(mirror_of "$suite")
		[ -z "$mirror" ] || echo "deb [signed-by=$keyring] $mirror $suite main"
	done > "$fetch/sources.list"
	[ -s "$fetch/sources.list" ]
}

# apt with lists of its own: nothing of the machine's configuration changes.
own_apt()
{
	apt-get -q -q -o Dir::Etc::SourceList="$fetch/sources.list" \
		-o Dir::Etc::SourceParts=/dev/null \
		-o Dir::State::Lists="$fetch/lists" -o Dir::Cache="$fetch/cache" \
		-o APT::Sandbox::User=root -o Acquire::Languages=none "$@"
}

# Where there is no such package, apt takes the name for an expression: by
# linux-source-6.1 it finds linux-source-6.12.
is_fetched()
{
	local debs

	debs=$(find "$fetch" -maxdepth 1 -name '*.deb')
	[[ $debs != */linux-source-${guest_version}_*.deb ]] || return 0
	rm -f "$fetch"/*.deb
	return 1
}

fetch_package()
{
	local codename suites keyring=/usr/share/keyrings/debian-archive-keyring.gpg

	codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-unknown}")
	mkdir -p "$fetch/lists/partial" "$fetch/cache/archives/partial"
	while read -r suites; do
		# shellcheck disable=SC2086 # a list
		write_sources $suites || continue
		echo "  FETCH   linux-source-$guest_version from $suites" >&2
		(cd "$fetch" && own_apt update &&
			own_apt download "linux-source-$guest_version") \
			>> "$fetch/log" 2>&1 && is_fetched && return
	done < <(list_attempts)
	[ ! -f "$fetch/log" ] || tail -n 5 "$fetch/log" >&2
	fail "cannot fetch the package linux-source-$guest_version:" \
		"set KERNEL_SRC=DIR to a source of Linux $guest_version"
}

unpack_package()
{
	local deb release dir

	deb=$(echo "$fetch"/linux-source-*.deb)
	release=$(dpkg-deb -f "$deb" Version | tr '~+:' '---')
	dir=$cache/linux-$guest_version-$release
	echo "  UNPACK  linux-$release (1.6 GB in $cache)" >&2
	mkdir "$fetch/tree"
	dpkg-deb --fsys-tarfile "$deb" |
		tar -xO --wildcards './usr/src/linux-source-*.tar.xz' |
		xz -dc -T0 | tar -x --strip-components=1 -C "$fetch/tree"
	[ -f "$fetch/tree/Kbuild" ] || fail "$deb holds no kernel source"
	rm -rf "$dir"
	mv "$fetch/tree" "$dir"
}

# Sets source to the newest release in the cache, or to nothing.
find_source()
{
	source=$(find "$cache" -maxdepth 1 -name "linux-$guest_version-*" |
		sort -V | tail -n 1)
}

fetch_source()
{
	find_source
	[ -z "$source" ] || return 0
	need apt-get apt
	need dpkg-deb dpkg
	need xz xz-utils
	fetch=$(mktemp -d "$cache/fetch.XXXXXX")
	fetch_package
	unpack_package
	rm -rf "$fetch"
	find_source
}

# Sets source to a farm of links to the user's own tree, which so stays as it is.
link_source()
{
	local own entry file

	own=$(realpath -m "$KERNEL_SRC")
	[ -f "$own/include/linux/lsm_hooks.h" ] ||
		fail "KERNEL_SRC: $KERNEL_SRC is not a kernel source"
	source=$cache/own-$(echo "$own" | sha256sum | head -c 12)
	mkdir -p "$source"
	for entry in "$own"/*; do
		cp -asn "$entry" "$source/"
	done
	rm -rf "$source/.config" "$source/include/config" \
		"$source/arch/x86/include/generated"
	find "$source" -xtype l -delete
	for file in security/Kconfig security/Makefile include/linux/lsm_count.h; do
		[ "$own/$file" -nt "$source/$file" ] || continue
		cp --remove-destination "$own/$file" "$source/$file"
	done
}

# --- the configuration ----------------------------------------------------------

list_fragments()
{
	echo "$guest_dir/kernel.config" "$guest_dir/kernel-$guest_flavour.config" \
		${guest_plain:+"$guest_dir/kernel-plain.config"}
}

# Prints the options that this kernel shall have, one a line.
list_options()
{
	local other

	case $(sed -n 's/^\(VERSION\|PATCHLEVEL\) = //p' "$source/Makefile" | paste -sd.) in
	[0-5].*|6.?|6.1[01]) other='6\.12' ;;
	*) other='6\.1' ;;
	esac
	# shellcheck disable=SC2046
	sed -n "/ # $other\$/d; s/ # 6\.[0-9]*\$//; /^CONFIG_/p" $(list_fragments)
}

# An option that did not take effect is a test that does not test.
check_options()
{
	local name value missing=''

	while IFS='=' read -r name value; do
		case $value in
		n) grep -q "^$name=" "$objects/.config" || continue ;;
		*) grep -q -x -F "$name=$value" "$objects/.config" && continue ;;
		esac
		missing+="    $name=$value (it is: $(grep -E "\b${name}[ =]" \
			"$objects/.config" || echo unknown))"$'\n'
	done < <(list_options | awk -F= '{ last[$1] = $0 } END { for (n in last) print last[n] }')
	[ -z "$missing" ] && return
	mv "$objects/.config" "$objects/.config.refused"
	fail "these options did not take effect:"$'\n'"$missing"
}

# Sets words to what each make of this kernel is told.
set_words()
{
	words=(-C "$source" O="$objects" CC="$compiler" HOSTCC="$compiler"
		KBUILD_BUILD_TIMESTAMP=1970-01-01 KBUILD_BUILD_USER=bailiff
		KBUILD_BUILD_HOST=guest)
}

# run_make WORDS...
run_make()
{
	local words

	set_words
	make "${words[@]}" "$@" < /dev/null
}

# In place of the shell, in a session of its own. The image is put together
# without ccache: of the compressed kernel, which the assembler includes, it
# knows the length alone, and would give back another one that is as long.
exec_build()
{
	local words

	set_words
	rm -f "$objects/arch/x86/boot/compressed/piggy.o"
	# shellcheck disable=SC2016 # the inner shell's
	exec setsid bash -c 'make "$@" vmlinux && CCACHE_DISABLE=1 make "$@" bzImage' \
		bash "${words[@]}" -j"$(nproc)" < /dev/null
}

configure()
{
	local digest

	digest=$({ list_options; cat "$source/security/bailiff/Kconfig" 2> /dev/null || :; } |
		sha256sum)
	[ -f "$objects/.config" ] && [ "$(cat "$objects/configured" 2> /dev/null)" = "$digest" ] &&
		return
	echo "  CONFIG  $guest_version $guest_flavour${guest_plain:+ plain}" >&2
	{ run_make -s tinyconfig && list_options >> "$objects/.config" &&
		run_make -s olddefconfig; } > "$objects/config.log" 2>&1 || {
		tail -n 20 "$objects/config.log" >&2
		fail "the configuration failed"
	}
	check_options
	echo "$digest" > "$objects/configured"
}

# Prints the build directories of a family, the last used first.
list_relatives()
{
	find "$cache" -maxdepth 1 -path "$1-????????????" -printf '%T@ %p\n' |
		sort -rn | cut -d' ' -f2
}

# Sets objects. The directory's name says the source and the configuration; a
# new one starts as a copy of its nearest relative, and old ones go.
choose_objects()
{
	local family relatives relative digest

	relatives="$cache/build-$(basename "$source")-$guest_flavour*"
	family=${relatives%\*}${guest_plain:+-plain}
	digest=$(list_options | sha256sum)
	objects=$family-${digest:0:12}
	if [ ! -d "$objects" ]; then
		relative=$({ list_relatives "$family"; list_relatives "$relatives"; } | sed -n 1p)
		if [ -n "$relative" ]; then
			cp -a --reflink=auto "$relative" "$objects"
		fi
		mkdir -p "$objects"
	fi
	touch "$objects"
	list_relatives "$family" | tail -n +4 | xargs -r rm -rf
}

# --- the build ----------------------------------------------------------------

# How many steps a whole build has: as counted last time, or roughly.
count_file()
{
	echo "$cache/count-$guest_version-$guest_flavour"
}

expected_steps()
{
	if [ -f "$objects/vmlinux" ]; then
		echo ''
	elif [ -f "$(count_file)" ]; then
		cat "$(count_file)"
	elif [ "$guest_flavour" = debug ]; then
		echo 1900
	elif [ "$guest_version" = 6.1 ]; then
		echo 1610
	else
		echo 1710
	fi
}

steps_done()
{
	grep -c -E '^  (CC|AS|HOSTCC) ' "$objects/make.log" || :
}

show_progress()
{
	local seconds=$((SECONDS - started)) text

	text=$(printf '  BUILD   %s%s files, %d:%02d' "$(steps_done)" \
		"${total:+ of about $total}" $((seconds / 60)) $((seconds % 60)))
	if [ -t 2 ]; then
		printf '\r%s \033[K%s' "$text" "${1:+$'\n'}" >&2
	elif [ -n "${1:-}" ] || [ "$seconds" -ge "$next_line" ]; then
		echo "$text" >&2
		next_line=$((seconds + 15))
	fi
}

# shellcheck disable=SC2317 # called by the trap
stop_make()
{
	[ -z "${make_pid:-}" ] || kill -- "-$make_pid" 2> /dev/null || :
	[ -z "${fetch:-}" ] || rm -rf "$fetch"
}

print_errors()
{
	grep -E -A 6 'error:|undefined reference|\*\*\* |Error [0-9]|not found' \
		"$objects/make.log" | tail -n 40 >&2 || tail -n 20 "$objects/make.log" >&2
}

build_image()
{
	local started=$SECONDS total status=0 next_line=15

	total=$(expected_steps)
	# A session of its own: make_pid is then the group of all compilers.
	exec_build > "$objects/make.log" 2>&1 &
	make_pid=$!
	while kill -0 "$make_pid" 2> /dev/null; do
		sleep 1
		show_progress
	done
	wait "$make_pid" || status=$?
	make_pid=
	show_progress last
	if [ "$status" != 0 ]; then
		print_errors
		fail "the kernel does not build (whole log: $objects/make.log)"
	fi
	[ -z "$total" ] || steps_done > "$(count_file)"
	# Kbuild's warnings in our own files must not scroll by unseen.
	grep -E 'security/bailiff.*warning:' "$objects/make.log" >&2 || :
}

# What the objects are made of, beside the source that never changes: make would
# take 8 s to find out that there is nothing to do.
digest_inputs()
{
	[ -n "${KERNEL_SRC:-}" ] && return
	{
		declare -f exec_build
		list_options
		[ -n "$guest_plain" ] || find "$source/security/bailiff" -type f -print0 |
			sort -z | xargs -0 sha256sum
	} | sha256sum
}

build_unless_done()
{
	local inputs

	inputs=$(digest_inputs)
	[ -n "$inputs" ] && [ "$(cat "$objects/built" 2> /dev/null)" = "$inputs" ] && return
	rm -f "$objects/built"
	build_image
	echo "$inputs" > "$objects/built"
}

# --- warnings -------------------------------------------------------------------

# The compiler's, those of kernel-doc and sparse's: of our files alone, not of
# the kernel's headers; and what sparse could not read. True when there is one.
print_warnings()
{
	grep -E -e '(^|/)security/bailiff/[^ ]*:[0-9:]* *(warning|error|info)' \
		-e 'sparse: |error: (too many|unable|cannot)' "$1"
}

# W=1 compiles with other flags, so everything of ours is made anew.
lint_files()
{
	local log=$objects/lint.log status=0 sources checked

	rm -rf "$objects/security/bailiff"
	run_make -j"$(nproc)" W=1 C=1 security/bailiff/ > "$log" 2>&1 || status=$?
	if [ "$status" != 0 ]; then
		grep -E -A 6 'error:|\*\*\* ' "$log" | tail -n 40 >&2
		fail "our files do not build with W=1 C=1 (whole log: $log)"
	fi
	if print_warnings "$log" >&2; then
		fail "warnings in our files (whole log: $log)"
	fi
	sources=$(find "$objects/security/bailiff" -name '*.o' -not -name 'bailiff.o' | wc -l)
	checked=$(grep -c -E '^  CHECK +.*security/bailiff/' "$log" || :)
	[ "$sources" -gt 10 ] && [ "$checked" = "$sources" ] ||
		fail "sparse checked $checked of $sources files (whole log: $log)"
	echo "  LINT    $guest_version: $checked files without a warning" >&2
}

lint_unless_done()
{
	local inputs

	inputs=$(digest_inputs; sparse --version)
	[ -z "${KERNEL_SRC:-}" ] && [ "$(cat "$objects/linted" 2> /dev/null)" = "$inputs" ] &&
		return
	rm -f "$objects/linted"
	lint_files
	echo "$inputs" > "$objects/linted"
}

# --- what comes of it -----------------------------------------------------------

# The checkout keeps its own copy: another checkout may build in the cache next.
install_image()
{
	local image built=$objects/arch/x86/boot/bzImage

	image=$(kernel_image)
	mkdir -p "$guest_build"
	if ! cmp -s "$built" "$image"; then
		cp "$built" "$image.new"
		mv "$image.new" "$image"
	fi
	echo "$image"
}

check_tools()
{
	local pair

	for pair in gcc:gcc make:make bc:bc flex:flex bison:bison rsync:rsync \
		flock:util-linux cpio:cpio; do
		need "${pair%:*}" "${pair#*:}"
	done
	compiler=gcc
	command -v ccache > /dev/null || return 0
	compiler="ccache gcc"
	# Otherwise a miss preprocesses twice, which costs half a compilation.
	export CCACHE_DEPEND=1
}

lock_cache()
{
	mkdir -p "$cache" ||
		fail "no place for the kernel: set XDG_CACHE_HOME to a directory of yours"
	exec 9> "$cache/lock"
	flock -n 9 && return
	echo "  WAIT    another kernel build has the cache" >&2
	flock 9
}

prepare_source()
{
	if [ -n "${KERNEL_SRC:-}" ]; then
		link_source
	else
		fetch_source
	fi
}

command=${1:-}
shift || :
while [ $# -gt 0 ]; do
	case $1 in
	--version) guest_version=${2:-}; shift ;;
	--flavour) guest_flavour=${2:-}; shift ;;
	--plain) guest_plain=1 ;;
	*) usage >&2; exit 2 ;;
	esac
	shift || break
done
check_flavour
trap stop_make EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

case $command in
build)
	check_tools
	lock_cache
	prepare_source
	[ -n "$guest_plain" ] || "$guest_dir/overlay.sh" "$source"
	choose_objects
	configure
	build_unless_done
	install_image
	;;
lint)
	check_tools
	need sparse sparse
	lock_cache
	prepare_source
	"$guest_dir/overlay.sh" "$source"
	choose_objects
	configure
	lint_unless_done
	;;
source)
	lock_cache
	prepare_source
	echo "$source"
	;;
clean)
	lock_cache
	rm -rf "$cache"/linux-* "$cache"/build-* "$cache"/own-* "$cache"/fetch.*
	;;
*)
	usage >&2
	exit 2
	;;
esac
