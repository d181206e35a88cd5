# SPDX-License-Identifier: GPL-2.0-only
#
# usage: awk -v want=STATUS -v status=STATUS -v file=NAME -f match.awk FILE OUTPUT
#
# Compares what policyc said with what the policy expects; see run.sh.

function complain(text)
{
	print text
	bad = 1
}

# The policy: what is expected.
FNR == NR {
	if ($0 == "# lint: all")
		all = 1
	at = index($0, "# expect: ")
	if (!at)
		next
	num++
	expected[num] = substr($0, at + 10)
	# Alone on its line it is for any place.
	line_of[num] = $0 ~ /^ *# expect: / ? 0 : FNR
	next
}

# Two lines of excerpt follow a message or a note.
/^ *[0-9]+ \| / || /^ *\| / {
	next
}

match($0, /^[^ ]*: (error|warning): /) || match($0, /^policyc: error: /) {
	said++
	text[said] = $0
	place = $0
	source = file
	line = 0
	if (match($0, /^[^: ]+:[0-9]+:/)) {
		split(place, parts, ":")
		line = parts[2]
		source = parts[1]
	}
	said_line[said] = source == file ? line : -1
	match($0, /\[P[0-9]+\]$/)
	said_id[said] = substr($0, RSTART + 1, RLENGTH - 2)
	kept = 1
	next
}

/: lint: / {
	kept = 0
	# Lint is matched if it is expected, and too much only if all is.
	lint++
	lints[lint] = $0
	next
}

/: note: / && kept {
	text[said] = text[said] "\n" $0
	next
}

/ERROR: |runtime error: / {
	complain("sanitizer: " $0)
}

END {
	if (status != want)
		complain("exit status " status ", expected " want)
	for (i = 1; i <= num; i++) {
		id = expected[i]
		sub(/:.*/, "", id)
		rest = substr(expected[i], length(id) + 3)
		found = 0
		for (j = 1; j <= said && !found; j++) {
			if (used[j] || said_id[j] != id ||
			    (line_of[i] && said_line[j] != line_of[i]) ||
			    !index(text[j], rest))
				continue
			used[j] = 1
			found = 1
		}
		for (j = 1; j <= lint && !found; j++) {
			if (used_lint[j] || !index(lints[j], "[" id "]") ||
			    !index(lints[j], rest) ||
			    (line_of[i] &&
			     !index(lints[j], ":" line_of[i] ":")))
				continue
			used_lint[j] = 1
			found = 1
		}
		if (!found)
			complain("not said: " expected[i])
	}
	for (j = 1; j <= said; j++)
		if (!used[j])
			complain("not expected: " text[j])
	for (j = 1; j <= lint && all; j++)
		if (!used_lint[j])
			complain("not expected: " lints[j])
	exit bad
}
