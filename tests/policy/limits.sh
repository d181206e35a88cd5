# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154 # policyc, work: of run.sh
#
# Limits of what policyc reads: one less, that many, one more; sourced by run.sh.

# A container waits for a second at least and a day at most.
start_limits()
{
	local num

	for num in 0 1 2 86399 86400 86401; do
		printf 'bailiff: 1\npolicy: x\nstart: after exec /a\nstart-timeout: %d\n' \
			$num > "$work/start.yaml"
		case $num in
		0|86401)
			says "a wait of $num" 2 P209 "$policyc" check "$work/start.yaml"
			;;
		*)
			says "a wait of $num" 0 ': ok$' "$policyc" check "$work/start.yaml"
			;;
		esac
	done
}

# What is for people is a line, of 256 bytes at most.
line_limits()
{
	local num text

	for num in 255 256 257; do
		text=$(many x $num)
		printf 'bailiff: 1\npolicy: x\ndescription: %s\n' "$text" > "$work/line1.yaml"
		printf 'bailiff: 1\npolicy: x\nfiles: [{deny: read, message: %s}]\n' \
			"$text" > "$work/line2.yaml"
		if [ $num = 257 ]; then
			says 'a long description' 2 'description is over 256 bytes.*P215' \
				"$policyc" check "$work/line1.yaml"
			says 'a long message' 2 'message is over 256 bytes.*P215' \
				"$policyc" check "$work/line2.yaml"
		else
			says "a description of $num" 0 ': ok$' "$policyc" check "$work/line1.yaml"
			says "a message of $num" 0 ': ok$' "$policyc" check "$work/line2.yaml"
		fi
	done
}

# allowed WHAT MOST NUM ID WORDS FILE: up to MOST it is fine, past it it is not.
allowed()
{
	if [ "$3" -le "$2" ]; then
		says "$1: $3" 0 ': ok$' "$policyc" check "$6"
	else
		says "$1: $3" 2 "$5.*$4" "$policyc" check "$6"
	fi
}

# chain NUM: a policy that includes 1, that includes 2, and so on.
chain()
{
	local i

	rm -rf "$work/chain"
	mkdir "$work/chain"
	printf 'bailiff: 1\npolicy: x\ninclude: i1\n' > "$work/chain/p.yaml"
	for ((i = 1; i < $1; i++)); do
		echo "include: i$((i + 1))" > "$work/chain/i$i.yaml"
	done
	echo 'ipc: [{allow: shm}]' > "$work/chain/i$1.yaml"
}

# row NUM: a policy that is NUM files with all that it includes.
row()
{
	local i

	rm -rf "$work/row"
	mkdir "$work/row"
	printf 'bailiff: 1\npolicy: x\ninclude:\n' > "$work/row/p.yaml"
	for ((i = 2; i <= $1; i++)); do
		echo "  - i$i" >> "$work/row/p.yaml"
		echo 'ipc: [{allow: shm}]' > "$work/row/i$i.yaml"
	done
}

# What a policy, a pattern and a request may have: one less, that many, one more.
text_limits()
{
	local num

	for num in 15 16 17; do
		chain $num
		allowed 'includes in includes' 16 $num P228 'nested over 16 deep' \
			"$work/chain/p.yaml"
		printf 'bailiff: 1\npolicy: x\nfiles: [{allow: read, paths: "/%sa%s"}]\n' \
			"$(many '{' $num)" "$(many '}' $num)" > "$work/braces.yaml"
		allowed 'braces in braces' 16 $num P401 'over 16 deep' "$work/braces.yaml"
	done
	for num in 255 256 257; do
		row $num
		allowed 'files' 256 $num P232 'over 256 files' "$work/row/p.yaml"
	done
	for num in 127 128 129; do
		# too many for that verb, but not for a request
		says "a request of $num words" 2 \
			"$([ $num = 129 ] && echo 'over 128 words' || echo "got $((num - 1)) words")" \
			"$policyc" explain accept/least.yaml "read$(printf ' /%.0s' $(seq 2 $num))"
	done
	for num in 16383 16384 16385; do
		says "a request of $num bytes" 2 \
			"$([ $num = 16385 ] && echo 'over 16384 bytes' || echo 'at most 4095')" \
			"$policyc" explain accept/least.yaml "read /$(many a $((num - 6)))"
	done
}

# many_events NUM: so many different ones, in a log.
many_events()
{
	awk -v num="$1" 'BEGIN {
		for (i = 0; i < num; i++)
			printf "{\"outcome\":\"denied\",\"policy\":\"app\"," \
			       "\"class\":\"files\",\"op\":\"read\",\"object\":\"/%d\"}\n", i
	}' > "$work/many.json"
}

# long_line NUM: a log of one line with that many bytes.
long_line()
{
	awk -v num="$1" 'BEGIN {
		text = "{\"outcome\":\"denied\",\"policy\":\"app\",\"class\":\"files\"," \
		       "\"op\":\"read\",\"object\":\"/a\",\"more\":\""
		while (length(text) < num - 2)
			text = text "x"
		print text "\"}"
	}' > "$work/long.json"
}

# The most that a log may have: one less, that many, one more.
log_limits()
{
	local num

	for num in 199999 200000; do
		many_events $num
		says "$num events" 0 "^0 newly denied.*, $num not up to rules$" \
			"$policyc" simulate log/app.yaml "$work/many.json"
	done
	many_events 200001
	says 'too many events' 2 P803 "$policyc" simulate log/app.yaml "$work/many.json"
	for num in 65535 65536; do
		long_line $num
		says "a line of $num bytes" 0 ', 1 not up to rules$' \
			"$policyc" simulate log/app.yaml "$work/long.json"
	done
	long_line 65537
	says 'a long line' 2 'long.json:1 is no line.*too long' \
		"$policyc" simulate log/app.yaml "$work/long.json"
	for num in 19999 20000; do
		many_events $num
		says "$num events to learn" 0 "policy: app" "$policyc" learn "$work/many.json"
	done
	many_events 20001
	says 'too many to learn' 2 'P803' "$policyc" learn "$work/many.json"
}

# rules_of_class NUM PATTERNS: so many rules for files, with so many patterns in
# all of them; the last two say the same. Those of an include are compared with,
# and not with each other: that would take long.
rules_of_class()
{
	awk -v num="$1" -v patterns="$2" 'BEGIN {
		print "bailiff: 1\nfiles:\n  - allow: list\n    paths:"
		for (i = 0; i < patterns - num + 1; i++)
			printf "      - /p%d\n", i
		for (i = 1; i < num - 2; i++)
			printf "  - deny: list\n    paths: /r%d\n", i
	}' > "$work/most.yaml"
	cat > "$work/rules.yaml" <<-'END'
		bailiff: 1
		policy: x
		include: most
		files:
		  - deny: list
		    paths: /same
		  - deny: list
		    paths: /same
	END
}

# many_stars LETTER...: globs that multiply, and a rule that another one has.
many_stars()
{
	{ head_of files
	  printf '  - {allow: read, paths: "/**%s*Z"}\n' "$@"
	  printf '  - {deny: list, paths: "/srv/*"}\n  - {deny: list, paths: "/srv/x"}\n'
	} > "$work/stars.yaml"
}

# Past its limits lint says nothing of rules, and that it does not.
lint_limits()
{
	local num

	for num in 63 64; do
		rules_of_class $num $num
		says "lint of $num rules" 0 P343 "$policyc" check "$work/rules.yaml"
	done
	rules_of_class 65 65
	says 'lint of no more than is expected' 0 "^$(grep -c '# expect: ' accept/lint.yaml)\$" \
		sh -c "$policyc check accept/lint.yaml 2>&1 | grep -c ': lint: '"
	says_not 'lint of 65 rules' P343 "$policyc" check "$work/rules.yaml"
	says 'lint of 65 rules is left out' 0 'rules of files .*: there are over 64 .P348' \
		"$policyc" check "$work/rules.yaml"
	{
		printf 'bailiff: 1\npolicy: x\nfiles:\n  - {allow: read, paths: /x}\n  - {allow: read, paths: /x}\n'
		seq 65 | sed 's|.*|  - {audit: read, paths: /a&}|'
	} > "$work/audits.yaml"
	says 'lint of 65 audits is left out' 0 'there are over 64 audits and rules with a rate .P348' \
		"$policyc" check "$work/audits.yaml"
	says '... and of what decides it is not' 0 P343 "$policyc" check "$work/audits.yaml"
	# nor does it tell who only includes them
	sed '/^bailiff:/d; /^policy:/d; /^default:/d' "$work/rules.yaml" > "$work/many.yaml"
	printf 'bailiff: 1\npolicy: few\ninclude: many\nexec: [{allow: /usr/bin/true}]\n' \
		> "$work/few.yaml"
	says 'rules that are included' 0 '66 rules from 3 files' "$policyc" check "$work/few.yaml"
	says_not 'lint of rules that are included' P348 "$policyc" check "$work/few.yaml"
	for num in 1999 2000; do
		rules_of_class 5 $num
		says "lint of $num patterns" 0 P343 "$policyc" check "$work/rules.yaml"
	done
	rules_of_class 5 2001
	says_not 'lint of 2001 patterns' P343 "$policyc" check "$work/rules.yaml"
	says 'lint of 2001 patterns is left out' 0 'they have over 2000 patterns .P348' \
		"$policyc" check "$work/rules.yaml"
	# each pattern doubles the automaton: 22 MB in all, and 110
	many_stars a b c d e f g h i j k
	says 'lint of large automata' 0 P343 timeout 60 "$policyc" check "$work/stars.yaml"
	says_not 'lint of large automata is not left out' P348 "$policyc" check "$work/stars.yaml"
	many_stars a b c d e f g h i j k l m
	says_not 'lint of larger automata' P343 "$policyc" check "$work/stars.yaml"
	says 'lint of larger automata is left out' 0 'would take over 32 MB .P348' \
		"$policyc" check "$work/stars.yaml"
	# 64 rules, each compared with each: a policy for each pair took 6 seconds
	{ head_of files
	  seq -f '  - {deny: read, paths: "/srv/%.0f/*.so*"}' 63
	  echo '  - {deny: read, paths: "/srv/7/x.so"}'; } > "$work/rules.yaml"
	says 'lint of 64 denies' 0 'P343' "$policyc" check "$work/rules.yaml"
	echo '# expect: P348' >> "$odd"
}

# A claim that fails blames eight rules at most.
claim_limits()
{
	local num

	for num in 7 8 9; do
		awk -v num=$num 'BEGIN {
			print "bailiff: 1\npolicy: x\nnever: read /c/*\nfiles:"
			for (i = 0; i < num; i++)
				printf "  - allow: read\n    paths: /c/%d\n", i
		}' > "$work/claim.yaml"
		"$policyc" check "$work/claim.yaml" > "$work/claim.out" 2>&1 || :
		grep -c 'allows it' "$work/claim.out" > "$work/out" || :
		has "rules to blame, of $num" $((num < 8 ? num : 8)) "$work/out"
	done
}

# A request that leaves open what 15 rules ask of each of three fields, and NUM of a
# fourth: 16 * 16 * 16 * (NUM + 1) cases. Past 65536 not all are tried (judge_walk.c).
open_limits()
{
	local num

	for num in 14 15 16; do
		{ head_of files
		  for field in uid gid host-uid; do
			seq -f "  - {allow: read, paths: /x, when: {$field: %.0f}}" 15
		  done
		  seq -f '  - {allow: read, paths: /x, when: {exe: /bin%.0f}}' $num
		} > "$work/open.yaml"
		says "what $num rules leave open" 2 '^undecided: it depends on uid, gid, host-uid, exe,' \
			"$policyc" explain "$work/open.yaml" read /x
		says "... and where they agree" 0 '^allow: rule' \
			"$policyc" explain "$work/open.yaml" uid=3 read /x
	done
}
