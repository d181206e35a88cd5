# SPDX-License-Identifier: GPL-2.0-only
#
# usage: awk -v form=bailiff|apparmor -v num=N -f globs.awk
#
# N path rules of one glob each, the same for both compilers and the same each
# time. Out of 20 globs 11 are literals, 3 a directory and what is below, 2
# libraries with any version, 2 have a star in the middle, 1 braces, and 1 a
# star in the name: about what the profiles in Debian's apparmor-profiles have.
# Directories repeat, as those of packages do; every star is behind a literal
# directory that few other globs are in. The words are made of a few syllables.

function word(i,  text)
{
	text = syllables[i % 16]
	i = int(i / 16)
	do {
		text = text syllables[(i * 7 + length(text)) % 16]
		i = int(i / 16)
	} while (i)
	return text
}

function glob(i,  top, package, kind)
{
	kind = i % 20
	top = tops[int(i / 20) % 12]
	package = word(int(i / 4))
	if (kind < 11)
		return top "/" package "/" word(i * 13 + 5) endings[i % 6]
	if (kind < 14)
		return top "/" package "/" word(i) "/**"
	if (kind < 16)
		return "/usr/lib/" package "/lib" word(i) ".so*"
	if (kind < 18)
		return top "/" package "/" word(i) "-*/" word(i + 3)
	if (kind < 19)
		return top "/" package "/{" word(i) "," word(i + 7) ",etc}.conf"
	return top "/" package "/" word(i) "*.log"
}

BEGIN {
	split("ba co di fe gu la mo ni po ra se tu vi xo ze ka", list, " ")
	for (i = 0; i < 16; i++)
		syllables[i] = list[i + 1]
	split("/etc /usr/lib /usr/share /var/lib /var/log /var/cache /opt /srv " \
	      "/usr/libexec /run /usr/local/lib /home/app", list, " ")
	for (i = 0; i < 12; i++)
		tops[i] = list[i + 1]
	split(".conf .d/main .json /data .pem .txt", list, " ")
	for (i = 0; i < 6; i++)
		endings[i] = list[i + 1]
	if (form == "apparmor") {
		print "profile bench {"
		for (i = 0; i < num; i++)
			printf "  %s %s,\n", glob(i), i % 3 ? "r" : "rw"
		print "}"
		exit
	}
	print "bailiff: 1\npolicy: bench\ndefault: deny\nfiles:"
	for (i = 0; i < num; i++)
		printf "  - allow: %s\n    paths: \"%s\"\n",
			i % 3 ? "read" : "[read, write]", glob(i)
}
