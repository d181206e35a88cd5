#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: style.sh [FILE...]
#
# Formatting, lengths, licences; of all files that git knows, or of FILEs.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit

bad=0

complain()
{
	echo "$*" >&2
	bad=1
}

check_format()
{
	local file

	for file in "$@"; do
		[[ $file == *.[ch] ]] || continue
		clang-format "$file" | diff -u --label "$file" --label "$file, formatted" \
			"$file" - >&2 || bad=1
	done
}

check_lengths()
{
	local file lines

	for file in "$@"; do
		[[ $file == *.[ch] || $file == *.def || $file == *.sh ]] || continue
		lines=$(wc -l < "$file")
		[ "$lines" -le 700 ] || complain "$file: $lines lines; 700 is the limit"
		[[ $file != *.c ]] || check_functions "$file" || bad=1
	done
}

# A function begins at a "{" and ends at a "}" in the first column. The
# interpreter's dispatch is the one exception.
check_functions()
{
	awk -v file="$1" '
		/^[a-zA-Z_].*\(/ && !/;$/ { name = $0 }
		/^{/ { start = NR }
		/^}/ && start {
			limit = file == "vm/exec.c" ? 150 : 70
			if (NR - start - 1 > limit) {
				printf "%s:%d: %d lines in one function (%s)\n",
					file, start, NR - start - 1, name
				bad = 1
			}
			start = 0
		}
		END { exit bad }' "$1" >&2
}

check_texts()
{
	local file

	for file in "$@"; do
		case $file in
		LICENSES/*|*/corpus/*|tests/policy/*.y*ml) continue ;;
		*.[chS]|*.def|*.sh|*.awk|*.yaml|*.yml|Makefile|*/Makefile|Kbuild|*/Kbuild|*Kconfig|*.config|.ci/run)
			head -n 3 "$file" | grep -q 'SPDX-License-Identifier:' ||
				complain "$file: no SPDX-License-Identifier in its first lines"
			;;
		esac
		case $file in
		*.[ch]|*.def|*.sh)
			! grep -n -P '[^\x00-\x7F]' "$file" /dev/null >&2 || complain "$file: not ASCII"
			! grep -n -E '^#if [01]$' "$file" /dev/null >&2 || complain "$file: dead code"
			! grep -n -E '[ 	]+$' "$file" /dev/null >&2 || complain "$file: space at the end of a line"
			;;
		esac
	done
}

check_scripts()
{
	local file scripts=()

	for file in "$@"; do
		case $file in
		*.sh) scripts+=("$file") ;;
		esac
	done
	[ ${#scripts[@]} = 0 ] || shellcheck -S warning "${scripts[@]}" >&2 || bad=1
}

if [ $# = 0 ]; then
	mapfile -t files < <(git ls-files)
	set -- "${files[@]}"
fi
present=()
for file in "$@"; do
	[ ! -f "$file" ] || present+=("$file")
done
check_format "${present[@]}"
check_lengths "${present[@]}"
check_texts "${present[@]}"
check_scripts "${present[@]}"
[ $bad = 0 ] && echo "style: ${#present[@]} files are well"
exit $bad
