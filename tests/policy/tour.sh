# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154 # root, policyc, work: of run.sh
#
# What README.md shows of the tools is what they print; sourced by run.sh. Its
# commands are run in a directory that has the policies and the tools. Those that
# want the guest (make, curl, cat of a file to write) are not: story.sh and try.sh
# see to these.

# step COMMAND: what is shown of it is in $work/shown.
step()
{
	local command=$1 status=0

	case $command in
	build/bin/policyc*|sed*|printf*) ;;
	*) return 0 ;;
	esac
	(cd "$work/tour" && bash -c "$command") > "$work/printed" 2>&1 ||
		status=$?
	tour_steps=$((tour_steps + 1))
	# A command that shows nothing is there for those that follow.
	if [ ! -s "$work/shown" ]; then
		[ "$status" = 0 ] || { cp "$work/printed" "$work/why"; fail "README.md: $command"; }
		return 0
	fi
	if awk -f tour.awk "$work/shown" "$work/printed" > "$work/why"; then
		pass
	else
		fail "README.md: $command"
	fi
}

tour()
{
	local line command='' tour_steps=0

	mkdir -p "$work/tour/build/bin"
	cp -r "$root/policies" "$work/tour/"
	ln -s "$(realpath "$policyc")" "$work/tour/build/bin/policyc"
	: > "$work/shown"
	while IFS= read -r line; do
		case $line in
		'    $ '*)
			step "$command"
			command=${line#    $ }
			: > "$work/shown"
			;;
		'    '*)
			echo "${line#    }" >> "$work/shown"
			;;
		*)
			step "$command"
			command=''
			: > "$work/shown"
			;;
		esac
	done < "$root/README.md"
	if [ "$tour_steps" -ge 10 ]; then
		pass
	else
		echo "$tour_steps commands" > "$work/why"
		fail "README.md has a tour"
	fi
}
