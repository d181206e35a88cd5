# SPDX-License-Identifier: GPL-2.0-only
#
# awk -f messages.awk PAGE SOURCE...: is each message that a table of PAGE begins
# with, in backticks, what some source says? Strings that C joins are joined, and
# "..." stands for what is another each time. What a comment says is said to nobody.
# Ends with 1 if one is not, or if there is none.

FNR == 1 { file++ }

file == 1 {
	if (sub(/^\| `/, "") && match($0, /` \|/))
		messages[++num] = substr($0, 1, RSTART - 1)
	next
}

# All sources as one line, with what is between two strings taken out.
{
	sub(/^[ \t]+/, "")
	sub(/[ \t]+$/, "")
	sub(/[ \t]*\/\*[^"]*\*\/$/, "") # behind code, or a line of its own
}

FNR == 1 { comment = 0 }

/^\/\*/ { comment = 1 }

!comment && !/^\/\// { text = text "\n" $0 }

/\*\/$/ { comment = 0 }

END {
	gsub(/"\n"/, "", text)
	for (i = 1; i <= num; i++) {
		want = messages[i]
		sub(/ ?\.\.\.$/, "", want)
		if (!index(text, want)) {
			print "no source says: " messages[i]
			bad = 1
		}
	}
	if (!num) {
		print "the page has no message"
		bad = 1
	}
	print num + 0 " messages"
	exit bad
}
