// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bailiffd.h"
#include "srcline.h"

const char *srcline_dir = POLICIES_DIR;

/*
 * Names in records are as the daemon compiled them: from its directory. The
 * directory that one happens to be in may be anybody's. What is no plain file
 * is not waited for.
 */
static FILE *open_source(const char *file)
{
	const bool whole = file[0] == '/';
	struct stat stat_buf;
	char path[PATH_MAX];
	FILE *source;
	int fd;

	if ((size_t)snprintf(path, sizeof(path), "%s%s%s",
			     whole ? "" : srcline_dir, whole ? "" : "/",
			     file) >= sizeof(path))
		return NULL;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return NULL;
	source = fstat(fd, &stat_buf) || !S_ISREG(stat_buf.st_mode) ?
			 NULL :
			 fdopen(fd, "r");
	if (!source)
		close(fd);
	return source;
}

static void go_to(struct srcline *srcline, const char *file)
{
	if (srcline->name && !strcmp(srcline->name, file))
		return;
	srcline_free(srcline);
	srcline->name = strdup(file);
	srcline->source = open_source(file);
}

const char *srcline_get(struct srcline *srcline, const char *file,
			long long number)
{
	if (number <= 0 || !*file)
		return NULL;
	go_to(srcline, file);
	if (!srcline->source)
		return NULL;
	if (srcline->at >= number) {
		rewind(srcline->source);
		srcline->at = 0;
	}
	for (; srcline->at < number; srcline->at++)
		if (getline(&srcline->line, &srcline->size, srcline->source) <
		    0)
			return NULL;
	srcline->line[strcspn(srcline->line, "\n")] = '\0';
	return srcline->line;
}

void srcline_free(struct srcline *srcline)
{
	if (srcline->source)
		fclose(srcline->source);
	free(srcline->name);
	free(srcline->line);
	memset(srcline, 0, sizeof(*srcline));
}
