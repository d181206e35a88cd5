// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "bailiffd.h"
#include "srcline.h"

/* Names in records are as the daemon compiled them: from its directory. */
static FILE *open_source(const char *file)
{
	char path[PATH_MAX];
	FILE *source = NULL;

	if (file[0] != '/' &&
	    (size_t)snprintf(path, sizeof(path), POLICIES_DIR "/%s", file) <
		    sizeof(path))
		source = fopen(path, "re");
	return source ? source : fopen(file, "re");
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
