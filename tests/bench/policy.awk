# SPDX-License-Identifier: GPL-2.0-only
#
# usage: awk -v kind=paths|prefixes|nft -v num=N -f policy.awk
#
# A large policy for the bench, the same each time. paths: num rules of one
# path each. prefixes: num prefixes of IPv4, in a rule that allows and one that
# denies; every other one lies inside the one before. nft: a ruleset that says
# the same about those prefixes.

function path(i)
{
	return sprintf("/srv/d%d/e%d/f%d", i % 100, int(i / 100) % 100, i)
}

# Pair p is a prefix of 19 to 24 bits and one of 25 to 32 bits inside it.
function prefix(i, p, top, len, low)
{
	p = int(i / 2)
	top = (p * 131071 + 7) % 524288
	len = i % 2 ? 25 + p % 8 : 19 + p % 6
	low = i % 2 ? (p * 37) % 2 ^ (len - 24) * 2 ^ (32 - len) : 0
	return sprintf("%d.%d.%d.%d/%d", int(top / 2048), int(top / 8) % 256,
		top % 8 * 32 + int(low / 256), low % 256, len)
}

function rule(action, from, i, lead)
{
	printf "  - %s: connect\n    protocol: tcp\n    ports: 443\n    to: [", action
	for (i = from; i < num; i += 2) {
		printf "%s%s", lead, prefix(i)
		lead = ", "
	}
	print "]"
}

function set(name, from, i, lead)
{
	printf "\tset %s {\n\t\ttype ipv4_addr\n\t\tflags interval\n\t\telements = { ", name
	for (i = from; i < num; i += 2) {
		printf "%s%s", lead, prefix(i)
		lead = ", "
	}
	print " }\n\t}"
}

BEGIN {
	if (kind == "nft") {
		print "table ip bench {"
		set("denied", 1)
		set("allowed", 0)
		print "\tchain output {\n\t\ttype filter hook output priority 0"
		print "\t\tip daddr @denied tcp dport 443 drop"
		print "\t\tip daddr @allowed tcp dport 443 accept\n\t}\n}"
		exit
	}
	print "bailiff: 1\npolicy: bench"
	print "default: {files: deny, exec: deny, network: deny, capabilities: allow, mounts: deny}"
	if (kind == "paths") {
		print "files:"
		for (i = 0; i < num; i++)
			printf "  - allow: read\n    paths: %s\n", path(i)
	} else {
		print "network:"
		rule("deny", 1)
		rule("allow", 0)
	}
}
