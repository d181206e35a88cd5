# shellcheck shell=bash disable=SC2154 # what services/*.sh set
# SPDX-License-Identifier: GPL-2.0-only
#
# timeout: 600
# host: services/host.sh
#
# Real services under the policies that come with Bailiff, each in a container.
# What one does in its life is not denied: start, its own client or benchmark,
# reload, logs reopened, restart, quit. Then the same container once more, with
# the program `attack` in the place of the service's own: each attempt has the
# errno that it should have, and a record that names policy and line.
#
# services/NAME.sh is one service, for policies/NAME.yaml. It sets
#
#	image	of the container, which policies/NAME.yaml selects
#	program	the service's own program, after symbolic links
#	argv	how it is started
#	user	"UID GID", or nothing for root
#	mounts	more of them: directories below /run, with owner
#	quit	the signal that ends it
#	attacks	a line each: "ATTEMPT: ERRNO CLASS OBJECT"; OBJECT is what
#		its record holds, a regular expression
#
# and has functions: `prepare ROOT` puts files into the container's root, `ready`
# is true when the service answers, `work` makes claims about its life; if they are
# there, `again` makes some when it was restarted, and `intrude` about what its clients
# may not ask of it.
#
# With GUEST_RECORD=DIR nothing is attacked: the policies are in audit mode and
# allow only what the includes of the shipped ones do, and the log of each is left
# in DIR, for policyc learn (services/record.sh).
. "$BAILIFF_TOP/tests/guest/lib.sh"
. "$BAILIFF_TOP/tests/guest/container.sh"

here=$BAILIFF_TOP/tests/guest/services
top=/run/services
policies=$top/policies
log=$top/events.json
mkdir -p $policies
. "$here/lib.sh"
ip link set lo up

# skeleton NAME: what the shipped policy includes and selects, and nothing else.
skeleton()
{
	awk 'BEGIN { print "mode: audit" }
		/^[a-z]/ { on = /^(bailiff|policy|default|include|containers):/ }
		on' "$BAILIFF_TOP/policies/$1.yaml"
}

# name_of FILE
name_of()
{
	basename "$1" .sh
}

# Without attacks a service is only recorded.
chosen()
{
	local with='^attacks='

	[ -z "${GUEST_RECORD:-}" ] || with='^image='
	# shellcheck disable=SC2086 # a list
	printf "$here/%s.sh\n" ${GUEST_SERVICES:-$(cd "$here" && grep -l "$with" ./*.sh | sed 's/\.sh$//')}
}

start_daemon()
{
	local file name

	cp -r "$BAILIFF_TOP/policies/base" $policies/
	for file in $(chosen); do
		name=$(name_of "$file")
		if [ -n "${GUEST_RECORD:-}" ]; then
			skeleton "$name" > "$policies/$name.yaml"
		else
			cp "$BAILIFF_TOP/policies/$name.yaml" $policies/
		fi
	done
	bailiffd --foreground --policies $policies --log $log \
		2>> $top/out &
	daemon=$!
	wait_for 60 bailiffctl rules "$name" || bail "no policies: $(cat $top/out)"
}

# bundle CONTAINER MOUNTS: as the service says
bundle()
{
	bundle_make "$1" "$image" "$2" "${argv[@]}"
	[ -z "$user" ] ||
		sed -i "s|\"user\":{[^}]*}|\"user\":{\"uid\":${user% *},\"gid\":${user#* }}|" \
			"$BUNDLES/$1/config.json"
}

# start CONTAINER: in the background
start()
{
	container_run "$1" > >(cat >> "$top/$1.out") 2>&1 &
	running=$!
}

# end_it: as its manager would; a claim
end_it()
{
	local status=0

	crun_do kill "$name" "$quit"
	wait "$running" || status=$?
	is "$status" 0 "$name quits"
}

serve()
{
	bundle "$name" "$mounts"
	prepare "$BUNDLES/$name/rootfs"
	start "$name"
	if ! wait_for 40 ready; then
		not_ok "$name starts"
		diag "$(tail -n 20 "$top/$name.out")"
		diag "$(denials_of "$name" | tail -n 20)"
		crun_do delete -f "$name"
		return
	fi
	ok "$name starts"
	work
	end_it
	start "$name"
	succeeds "$name starts again" wait_for 40 ready
	again
	pause 0.5 # a record may be on its way
	is "$(denials_of "$name")" '' "$name: 0 denials"
	[ -n "${GUEST_RECORD:-}" ] || taken=$name intrude
	end_it
}

attack()
{
	local attempt errno class object line text=''
	declare -A ended=()

	while IFS= read -r line; do
		text+="${line%%:*};"
	done <<< "$attacks"
	cp "$BAILIFF_TOP/build/guest/attack" $top/attack
	bundle "$taken" "$mounts,{\"destination\":\"$program\",\"type\":\"bind\",
		\"source\":\"$top/attack\",\"options\":[\"bind\",\"ro\"]}"
	prepare "$BUNDLES/$taken/rootfs"
	sed -i "s|\"env\":\[|&\"ATTACK=$text\",|" "$BUNDLES/$taken/config.json"
	# A pipe, as runtimes give: a file of the host would be a foreign file.
	container_run "$taken" 2>&1 | cat > "$top/$taken.out"
	while IFS= read -r line; do
		ended[${line%%:*}]=${line##*: }
	done < "$top/$taken.out"
	while IFS= read -r line; do
		attempt=${line%%:*}
		read -r errno class object <<< "${line#*: }"
		is "${ended[$attempt]:-$(< "$top/$taken.out")}" "$errno" \
			"$name, taken over: $attempt: $errno"
		logged "$class" "$object"
	done <<< "$attacks"
}

one_service()
{
	name=$(name_of "$1")
	image='' program='' argv=() user='' mounts='' quit=TERM attacks=''
	prepare() { :; }
	again() { :; }
	intrude() { :; }
	# shellcheck source=/dev/null
	. "$1"
	serve
	if [ -n "${GUEST_RECORD:-}" ]; then
		pause 1
		grep -F "\"container\":\"$name\"" $log > "$GUEST_RECORD/$name.json"
	else
		taken=$name-taken attack
	fi
}

start_daemon
start_outside $top/syslog
for file in $(chosen); do
	started=$SECONDS
	one_service "$file"
	diag "$name: $((SECONDS - started)) s"
done
kill $daemon "$outside"
wait $daemon
tail -n 5 $top/out | sed 's/^/# bailiffd: /'
done_testing
