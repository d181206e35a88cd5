# SPDX-License-Identifier: GPL-2.0-only
#
# usage: awk -f systematic.awk -v permille=N vm/FILE.c...
#
# Small faults that anybody's hand could make, at places that a hash chooses:
# about N of a thousand of all that there are. The hash is over the line's own
# text, so a change elsewhere in the file chooses no other ones. The output is
# what plant.awk reads.

BEGIN {
	for (i = 1; i < 256; i++)
		ord[sprintf("%c", i)] = i
	split("<= < >= > == !=", from_rel)
	split("< <= > >= != ==", to_rel)
	split("+ - << >> += -= |= &=", from_op)
	split("- + >> << -= += &= |=", to_op)
	split("& | ^ && ||", from_bit)
	split("| & & || &&", to_bit)
}

function hash(s,   i, h)
{
	h = 7
	for (i = 1; i <= length(s); i++)
		h = (h * 31 + ord[substr(s, i, 1)]) % 2147483647
	# the last letters must count for the upper digits too
	return (h * 16807) % 2147483647
}

# One candidate: the line with len letters from col replaced by what.
function propose(kind, col, len, what,   h, key)
{
	key = squeezed "\t" nth "\t" kind "\t" col - indent
	h = hash(file " " func_name " " key)
	total++
	if (h % 1000 >= permille)
		return
	printf "[%s.%s.%s.%07x] %s %s %s @%d\n", base, func_name, kind, \
		h % 268435456, file, func_name, kind, nth
	print "- " substr(line, indent + 1)
	print "+ " substr(line, indent + 1, col - indent - 1) what \
		substr(line, col + len)
	print "= systematic\n"
	chosen++
}

# Every place of " WORD " (or WORD at the line's end) gets another word.
function swap(kind, word, other,   rest, at, i)
{
	rest = shown " "
	at = 0
	while ((i = index(rest, " " word " ")) > 0) {
		propose(kind, at + i + 1, length(word), other)
		at += i + length(word)
		rest = substr(rest, i + length(word) + 1)
	}
}

# Numbers by themselves, not parts of names.
function bump(   rest, at, n, digits)
{
	rest = shown
	at = 0
	while (match(rest, /[^a-zA-Z0-9_.][0-9]+[^a-zA-Z0-9_.]/)) {
		digits = substr(rest, RSTART + 1, RLENGTH - 2)
		propose("const", at + RSTART + 1, length(digits), digits + 1)
		at += RSTART + RLENGTH - 2
		rest = substr(rest, RSTART + RLENGTH - 1)
	}
}

function mutate(   i, body)
{
	for (i in from_rel)
		swap("rel", from_rel[i], to_rel[i])
	for (i in from_op)
		swap("arith", from_op[i], to_op[i])
	for (i in from_bit)
		swap("bit", from_bit[i], to_bit[i])
	bump()
	if (match(shown, /^[\t]*(} else )?if \(.*\)( {)?$/)) {
		body = shown
		sub(/^[\t]*(} else )?if \(/, "", body)
		sub(/\)( {)?$/, "", body)
		i = index(shown, "if (") + 4
		if (balanced(body))
			propose("negate", i, length(body), "!(" substr(line, i, length(body)) ")")
	}
	# a statement that is whole on its line, and no declaration
	if (last !~ /[;{}]$/ && last !~ /^[\t]*((} )?(else|if|for|while)|case|default)/)
		return
	if (shown ~ /^\t+[a-z_][a-zA-Z0-9_>.\[\]-]* ([-+|&]|<<)?= .*;$/ || \
	    shown ~ /^\t+(\*)?[a-z_][a-zA-Z0-9_>.\[\]-]*(\(.*\)|\+\+|--);$/ || \
	    shown ~ /^\t+(continue|break);$/)
		propose("delete", indent + 1, length(line) - indent, ";")
}

function balanced(s,   i, c, depth)
{
	depth = 0
	for (i = 1; i <= length(s); i++) {
		c = substr(s, i, 1)
		depth += (c == "(") - (c == ")")
		if (depth < 0)
			return 0
	}
	return depth == 0
}

function depth_of(s,   t)
{
	t = s
	return gsub(/\(/, "", s) - gsub(/\)/, "", t)
}

FNR == 1 {
	file = base = FILENAME
	sub(/.*\//, "", file)
	base = file
	sub(/\.c$/, "", base)
	func_name = ""
	inside = comment = text_depth = 0
	delete count
}

{
	line = $0
	# comments and strings are shown as blanks of their length
	shown = line
	if (comment || shown ~ /^[\t ]*\/\*/) {
		comment = shown !~ /\*\//
		next
	}
	while (match(shown, /"[^"]*"|'[^']+'|\/\*.*\*\//))
		shown = substr(shown, 1, RSTART - 1) sprintf("%" RLENGTH "s", "") \
			substr(shown, RSTART + RLENGTH)
}

/^[a-zA-Z_].*\(/ && !/;$/ {
	name = line
	sub(/\(.*/, "", name)
	sub(/.*[^a-zA-Z0-9_]/, "", name)
	candidate = name
}
/^[a-z_]+\(/ { candidate = line; sub(/\(.*/, "", candidate) }
/^{/ { func_name = candidate; inside = 1; delete count; next }
/^}/ { inside = 0; next }

inside {
	# what a refusal says is for other tests to judge
	if (text_depth > 0) {
		text_depth += depth_of(shown)
		next
	}
	if (shown ~ /(bvm_fail|bvm_refuse|snprintf|bvm_broken)\(/) {
		text_depth = depth_of(shown)
		if (text_depth < 0)
			text_depth = 0
		next
	}
	match(line, /^[\t ]*/)
	indent = RLENGTH
	squeezed = line
	gsub(/[\t ]/, "", squeezed)
	if (length(squeezed) < 4)
		next
	nth = ++count[squeezed]
	if (shown !~ /^\t+(static |const |struct |u8 |u32 |u64 |int |bool |word |num |sword )/ || \
	    shown ~ / = /)
		mutate()
	last = shown
}

END { printf "%d of %d\n", chosen, total > "/dev/stderr" }
