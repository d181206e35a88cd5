# SPDX-License-Identifier: GPL-2.0-only
#
# Reads the TAP of several files with the marks of in-guest.sh; prints a line
# for each file and what failed in it; keeps the whole in the directory `logs`;
# writes "PASSED FAILED" to the file `counts`. `files` names all that must come.

function fail(text)
{
	failures++
	problem[++problems] = text
}

# Judges the file as a whole; its claims were judged as they came.
function judge(status)
{
	if (status == "none")
		fail("the guest ended in the middle of it")
	else if (status == 124)
		fail("ran out of time")
	else if (status > 128)
		fail("ended by signal " (status - 128))
	else if (plan == "")
		fail("stopped before its end with status " status)
	else if (plan != claims)
		fail("planned " plan " claims, made " claims)
	else if (status != 0 && failures == 0)
		fail("ended with status " status)
}

# A failed claim, what was said just before it, and its diagnosis.
function show_claim(at,	i)
{
	for (i = at - 3; i < at; i++)
		if (i > 0 && line[i] !~ /^(ok|not ok|#) /)
			print "    | " line[i]
	print "    | " line[at]
	for (i = at + 1; i <= lines && i <= at + 12 && line[i] ~ /^#/; i++)
		print "    | " line[i]
}

# A file that did not come to its end: where it was.
function show_end(	i)
{
	for (i = lines > 20 ? lines - 19 : 1; i <= lines; i++)
		print "    | " line[i]
}

function close_file(name, status, seconds,	i, before)
{
	before = failures
	judge(status)
	if (failures)
		printf "FAIL %s: %d of %d, %d s (all: %s/%s.log)\n", name, failures,
			passes + failures, seconds, logs, name
	else
		printf "ok   %s (%d), %d s\n", name, passes, seconds
	for (i = 1; i <= lines; i++)
		if (line[i] ~ /^not ok /)
			show_claim(i)
	for (i = 1; i <= problems; i++)
		print "     " problem[i]
	if (failures > before)
		show_end()
	fflush()
	close(logs "/" name ".log")
	total_passed += passes
	total_failed += failures
	seen[name] = 1
	inside = ""
}

/^#: begin / {
	inside = $3
	plan = ""
	claims = passes = failures = problems = lines = 0
	printf "" > (logs "/" inside ".log")
	next
}

/^#: end / { close_file($3, $4, $5); next }

inside == "" { print; next }

{
	line[++lines] = $0
	print > (logs "/" inside ".log")
}

/^ok / { claims++; passes++ }
/^not ok / { claims++; failures++ }
/^1\.\.[0-9]+/ { plan = substr($1, 4) }

END {
	if (inside != "")
		close_file(inside, "none", 0)
	count = split(files, wanted, " ")
	for (i = 1; i <= count; i++) {
		sub(/.*\//, "", wanted[i])
		if (wanted[i] in seen)
			continue
		print "FAIL " wanted[i] ": did not run"
		total_failed++
	}
	print total_passed + 0, total_failed + 0 > counts
}
