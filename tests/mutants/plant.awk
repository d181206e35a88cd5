# SPDX-License-Identifier: GPL-2.0-only
#
# usage: awk -f plant.awk -v to=DIRECTORY [-v from=lsm] MUTANTS...
#
# Writes each mutant's file, with its one change, to DIRECTORY/ID/vm/FILE, and
# a line "ID FILE CLASS LIST" for each to stdout. LIST is the file it is from.
# With `from` it is of that directory, and not of vm/.
#
#	[id] file function class [@n]
#	- old text
#	+ new text
#	= why it must die
#
# function is a name, "#NAME" for a macro, "NAME" of a table, or "." for the
# whole file. old must be there once; blanks and line ends do not count, so that
# a reformatted line is still found. With @n it is the n-th whole line of that
# text. What is not found is an error: a list that shrinks in silence is worse
# than none.

function fail(what)
{
	printf "%s: [%s] %s %s: %s\n", list, id, file, scope, what > "/dev/stderr"
	bad = 1
}

function load(path,   line, n)
{
	n = 0
	while ((getline line < path) > 0)
		text[path, ++n] = line
	close(path)
	lines[path] = n
	return n
}

# First and last line of the function, macro or table of that name.
function find_scope(path, name,   i, n, plain, line)
{
	n = lines[path]
	first = 1
	last = n
	if (name == ".")
		return 1
	plain = name
	sub(/^#/, "", plain)
	for (i = 1; i <= n; i++) {
		line = text[path, i]
		if (name ~ /^#/) {
			if (index(line, "#define " plain "(") != 1 && \
			    index(line, "#define " plain " ") != 1)
				continue
			for (first = i; text[path, i] ~ /\\$/; i++)
				;
			last = i
			return 1
		}
		if (line !~ /^[a-zA-Z_]/ || line !~ ("(^|[^a-zA-Z0-9_])" plain "(\\(|\\[)"))
			continue
		first = i
		while (i < n && text[path, i] !~ /^{|[;{]$/)
			i++
		if (text[path, i] ~ /;$/)
			continue
		while (i < n && text[path, i] !~ /^}/)
			i++
		last = i
		return 1
	}
	return 0
}

# The letters of s that are no blanks, and where each stands, in at[].
function squeeze(s, at,   i, c, out)
{
	out = ""
	for (i = 1; i <= length(s); i++) {
		c = substr(s, i, 1)
		if (c ~ /[ \t\n]/)
			continue
		out = out c
		at[length(out)] = i
	}
	return out
}

# Where the old text is: sets start and end, places in body. 0: it is not there
# once.
function find_old(   small, want, i, at, none, count)
{
	want = squeeze(old, none)
	small = squeeze(body, at)
	start = index(small, want)
	if (want == "" || !start || index(substr(small, start + 1), want))
		return 0
	end = at[start + length(want) - 1]
	start = at[start]
	return 1
}

function find_line(   i, want, none, count, from)
{
	want = squeeze(old, none)
	from = 1
	for (i = first; i <= last; i++) {
		if (squeeze(text[file, i], none) == want && ++count == nth) {
			start = from + match(text[file, i], /[^\t]/) - 1
			end = from + length(text[file, i]) - 1
			return 1
		}
		from += length(text[file, i]) + 1
	}
	return 0
}

function plant(   i, none, out)
{
	if (!(file in lines) && !load(file)) {
		fail("no such file")
		return
	}
	if (!find_scope(file, scope)) {
		fail("no such function")
		return
	}
	body = ""
	for (i = first; i <= last; i++)
		body = body text[file, i] "\n"
	if (!(nth ? find_line() : find_old())) {
		fail("the old text is not there, or not once: " old)
		return
	}
	if (squeeze(old, none) == squeeze(new, none)) {
		fail("it changes nothing")
		return
	}
	system("mkdir -p '" to "/" id "/" from "'")
	out = to "/" id "/" file
	for (i = 1; i < first; i++)
		print text[file, i] > out
	printf "%s%s%s", substr(body, 1, start - 1), new, \
		substr(body, end + 1) > out
	for (i = last + 1; i <= lines[file]; i++)
		print text[file, i] > out
	close(out)
	print id, file, class, list
}

function done()
{
	if (id == "")
		return
	if (why == "")
		fail("no line says why it must die")
	plant()
	id = ""
}

/^\[/ {
	done()
	list = FILENAME
	id = substr($1, 2, length($1) - 2)
	if (id in seen || id !~ /^[a-zA-Z0-9_.+-]+$/)
		fail("the id is there twice, or no word")
	seen[id] = 1
	file = from "/" $2
	scope = $3
	class = $4
	nth = $5 ~ /^@/ ? substr($5, 2) + 0 : 0
	old = new = why = ""
	next
}
/^- / { old = old (old == "" ? "" : "\n") substr($0, 3); next }
/^\+/ { new = new (new == "" ? "" : "\n") substr($0, 3); next }
/^= / { why = why substr($0, 3); next }
/^#/ || /^$/ { next }
{
	printf "%s:%d: neither of [ - + = #: %s\n", FILENAME, FNR, $0 > "/dev/stderr"
	bad = 1
}

BEGIN { from = from ? from : "vm" }

END {
	done()
	exit bad
}
